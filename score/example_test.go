package score_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/score"
)

// What a company is best told to do first, and that it comes true.
func ExampleAdvise() {
	n, err := cyberkeurmerk.Norm()
	if err != nil {
		log.Fatal(err)
	}
	month, err := finding.Decode(strings.NewReader(`{"company":{"id":"kvk:30123456","enrolled":"2026-01-05"},"month":"2026-11",
		"websites":[{"id":"www.korenaar.example","scanned":"2026-11-29T03:12:00Z"}],
		"vulnerabilities":[{"id":"CVE-2026-1234","asset_type":"website","asset":"www.korenaar.example","severity":"high"}],
		"computers":[{"id":"pc-1","seen":"2026-11-30T08:00:00Z"},{"id":"pc-2","seen":"2026-11-30T08:00:00Z"}],
		"employees":[{"id":"e-1","enrolled":"2026-02-01"}]}`))
	if err != nil {
		log.Fatal(err)
	}
	advice, err := score.Advise(context.Background(), n, month)
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range advice.Actions {
		fmt.Printf("+%v %s by %s: %s\n", a.Gains, a.Criterion, a.LastDay, a.Remedy.In("en"))
	}
	change, err := advice.Change(month)
	if err != nil {
		log.Fatal(err)
	}
	after, err := change.Apply(month)
	if err != nil {
		log.Fatal(err)
	}
	card, err := score.Judge(context.Background(), n, after)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*advice.From, "becomes", *card.Score, "as promised:", *advice.To == *card.Score)
	// Output:
	// +10% computers by 2026-11-30: Connect more than 5 computers to the daily check.
	// +10% employees by 2026-11-30: Enrol more than 5 employees.
	// +30% website-any by 2026-11-30: Have your web developer fix the low and medium vulnerabilities on your website too.
	// 30% becomes 80% as promised: true
}
