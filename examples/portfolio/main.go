// What an insurer asks of a programme: policies and claims set against the
// scores that were known when each month began, and tables that may be shared.
package main

import (
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/book"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/disclosure"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/report"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

func main() {
	n, err := cyberkeurmerk.Norm()
	if err != nil {
		log.Fatal(err)
	}
	entries, policies := programme(40)
	// The insurer's own files, as CSV or JSON Lines.
	insured, err := book.Policies(strings.NewReader(policies))
	if err != nil {
		log.Fatal(err) // the line, the member and what is wrong
	}
	b, err := book.New(insured, nil)
	if err != nil {
		log.Fatal(err)
	}
	asOf := time.Date(2027, 1, 5, 23, 0, 0, 0, time.UTC)
	p, err := portfolio.New(certify.Versions{{Terms: n.Certification()}}, entries, asOf)
	if err != nil {
		log.Fatal(err)
	}
	r, err := report.New(p, report.Options{Norm: n.ID(), Months: 3, Book: b})
	if err != nil {
		log.Fatal(err)
	}
	shared, err := r.Export(disclosure.Default())
	if err != nil {
		log.Fatal(err)
	}
	if err := shared.Text(os.Stdout, "en"); err != nil {
		log.Fatal(err)
	}
}

// programme makes up a year of companies, of which each third does poorly, and
// a policy for each.
func programme(companies int) (entries []certify.Entry, policies string) {
	start := time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC) // January, in the norm's zone
	policies = "policy,company,from,until,premium\n"
	for c := range companies {
		id := fmt.Sprintf("kvk:%08d", c)
		entries = append(entries, certify.Entry{ID: id, Company: id, Recorded: start, Type: certify.Enrol, At: start})
		points := ruling.Points(9500 - c%3*2500)
		for m := range finding.YearMonth(12) {
			month := finding.MonthOf(2026, time.January) + m
			scored := &card.Card{Score: &points, Measured: ruling.Whole, Qualifies: points >= 8000}
			entries = append(entries, certify.Entry{ID: id + month.String(), Company: id, Recorded: start.AddDate(0, int(m)+1, 0), Type: certify.Score, Month: month, Card: scored})
		}
		policies += fmt.Sprintf("P-%d,%s,2026-01-01,2027-01-01,1250.00\n", c, id)
	}
	return entries, policies
}
