package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// scenario is one table: who judges what, and from where.
type scenario struct {
	records   int
	criteria  int
	compliant bool
	text      bool // from JSON bytes; else from memory
	cold      bool // another company each time; else one again and again
	most      int  // companies; 0: mostCompanies
}

func (s scenario) String() string {
	from, months, temperature := "in memory", "failing", "hot: one month repeated"
	if s.text {
		from = "from JSON bytes"
	}
	if s.compliant {
		months = "compliant"
	}
	if s.cold {
		temperature = "cold: distinct companies in turn"
	}
	return fmt.Sprintf("%d records, %d criteria, %s, %s, %s", s.records, s.criteria, months, from, temperature)
}

// Companies that are held for cold runs: so many records in all that no cache
// holds them. The forms of the general engines are some times as large.
const (
	coldRecords   = 200_000
	coldForOthers = 20_000
	mostCompanies = 5_000
)

func (s scenario) companies(records int) int {
	if !s.cold {
		return 1
	}
	return min(max(2, records/s.records), cmp.Or(s.most, mostCompanies))
}

// inputs are the months of a scenario in the forms that all start from.
type inputs struct {
	months    []*finding.Month
	documents []*document
	texts     [][]byte
	outcomes  [][]outcome // by hand
}

func (s scenario) inputs(all []criterion) (*inputs, error) {
	in := &inputs{months: companies(s.companies(coldRecords), s.records, s.compliant)}
	for _, m := range in.months {
		text, err := m.MarshalJSON()
		if err != nil {
			return nil, err
		}
		d := &document{}
		if err := json.Unmarshal(text, d); err != nil {
			return nil, err
		}
		out := make([]outcome, len(all))
		if s.criteria == len(reference) {
			byHand(d, out)
		} else {
			byHandMany(d, all, out)
		}
		in.documents, in.texts, in.outcomes = append(in.documents, d), append(in.texts, text), append(in.outcomes, out)
	}
	return in, nil
}

// field is who judges by so many criteria.
type field struct {
	criteria []criterion
	engines  []engine
}

func prepare(criteria int) (*field, error) {
	all := reference
	if criteria != len(reference) {
		all = many(criteria)
	}
	es, err := engines(all, criteria == len(reference))
	return &field{all, es}, err
}

// table measures the scenario and writes the figures.
func (s scenario) table(w io.Writer, f *field, rounds int, b budget) error {
	in, err := s.inputs(f.criteria)
	if err != nil {
		return err
	}
	var runs []*run
	if s.text {
		runs = append(runs, &run{name: "encoding/json into structs, nothing judged", judge: func(i int) error {
			return json.Unmarshal(in.texts[i%len(in.texts)], &document{})
		}})
	}
	for i, e := range f.engines {
		limit := coldForOthers
		if i < ours {
			limit = coldRecords
		}
		judge, err := s.judge(e, in, s.companies(limit))
		if err != nil {
			return fmt.Errorf("%v: %s: %w", s, e.name, err)
		}
		runs = append(runs, &run{name: e.name, judge: judge})
	}
	if err := measure(runs, rounds, b); err != nil {
		return fmt.Errorf("%v: %w", s, err)
	}
	s.write(w, runs)
	return nil
}

// judge makes what is timed: the engine on the first so many months, one after
// the other, after it has been checked on each of them.
func (s scenario) judge(e engine, in *inputs, companies int) (func(i int) error, error) {
	out := make([]outcome, s.criteria)
	one := func(i int) error { return e.read(in.texts[i], out) }
	if !s.text {
		held := make([]any, companies)
		for i := range held {
			held[i] = e.hold(in.months[i], in.documents[i])
		}
		one = func(i int) error { return e.judge(held[i], out) }
	}
	for i := range companies {
		clear(out)
		if err := one(i); err != nil {
			return nil, err
		}
		if !slices.Equal(out, in.outcomes[i]) {
			return nil, fmt.Errorf("company %d: outcomes %v, by hand %v", i, out, in.outcomes[i])
		}
	}
	return func(i int) error { return one(i % companies) }, nil
}

func (s scenario) write(w io.Writer, runs []*run) {
	fmt.Fprintf(w, "\n### %v\n\n| | CPU | spread | × first | wall | allocs | bytes |\n|---|--:|--:|--:|--:|--:|--:|\n", s)
	for _, r := range runs {
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %s |\n", r.name, short(r.median(cpu)), r.spread(cpu), digits(r.ratio(runs[0], cpu)),
			short(r.median(wall)), count(r.median(allocs)), count(r.median(size)))
	}
}
