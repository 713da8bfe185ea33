package portfolio

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// many is a programme of companies over months, each with a card of eight
// criteria a month. Cards that are alike are one, so that what is measured is
// not the memory that they take.
func many(companies, months int) []certify.Entry {
	var all []certify.Entry
	cards := map[[2]int]certify.Entry{}
	for i := range companies {
		id := fmt.Sprintf("kvk:%08d", i)
		all = append(all, history(id, january, strings.Repeat("M", months))...)
		for m := range months {
			kind := [2]int{(i + m) % 9, (i*7 + m*13) % 41}
			e, known := cards[kind]
			if !known {
				out := [8]ruling.Outcome{}
				for k := range out {
					out[k] = ruling.Met + ruling.Outcome((kind[0]+k)%9/7)
				}
				e = judged("", 0, ruling.Points(6000+kind[1]*100), out[:]...)
				cards[kind] = e
			}
			e.Month = january + finding.YearMonth(m)
			e.ID, e.Company, e.Recorded = fmt.Sprint(id, m), id, (e.Month + 1).Start(amsterdam)
			all = append(all, e)
		}
	}
	return all
}

// BenchmarkProgramme is each figure for 10,000 companies over 60 months.
func BenchmarkProgramme(b *testing.B) {
	const companies, months = 10_000, 60
	entries := many(companies, months)
	asOf := closing(january + months - 1)
	p, err := New(only(terms()), entries, asOf)
	if err != nil {
		b.Fatal(err)
	}
	for _, figure := range []struct {
		name string
		of   func() error
	}{
		{"New", func() error { _, err := New(only(terms()), entries, asOf); return err }},
		{"Snapshot", func() error { p.Snapshot(); p.Closes(january); return nil }},
		{"Goal", func() error { _, err := p.Goal(closing(january+months+5), 1); return err }},
		{"Trend", func() error { _, err := p.Trend(january, january+months-1); return err }},
		{"Durations", func() error { p.Durations(); return nil }},
		{"Known", func() error {
			for i := range p.companies {
				if _, err := p.Known(p.companies[i].id, january, january+months); err != nil {
					return err
				}
			}
			return nil
		}},
	} {
		b.Run(figure.name, func(b *testing.B) {
			for b.Loop() {
				if err := figure.of(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
