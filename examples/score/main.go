// Score one month of an invented company under the reference norm.
package main

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/score"
)

func main() {
	n, err := cyberkeurmerk.Norm()
	if err != nil {
		log.Fatal(err)
	}
	month, err := finding.Decode(strings.NewReader(`{
		"company": {"id": "kvk:30123456", "enrolled": "2026-04-28"}, "month": "2026-11",
		"websites": [{"id": "www.korenaar.example", "scanned": "2026-11-29"}],
		"courses": [{"id": "phishing-1", "offered": "2026-10-01"}]}`))
	if err != nil {
		log.Fatal(err) // every fault, with its place
	}
	card, err := score.Judge(context.Background(), n, month)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(card.Month, card.Score, "of", card.Threshold)
	for _, c := range card.Criteria {
		fmt.Println(c.ID, c.Outcome, c.Points)
	}
}
