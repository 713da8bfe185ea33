// Package certify folds what was recorded about a company into the state of
// its mark.
//
// Two functions come first: [Entries] reads a history, [Evaluate] says what it
// comes to at an instant.
//
//	timeline := certify.Evaluate(n.Certification(), entries, asOf)
//	if timeline.Err != nil { … }
//	fmt.Println(timeline.State.Phase, timeline.State.N, timeline.State.Of)
//
// Where a norm has several versions, [Versions] has the same functions, and each
// month is judged by the version in force on its first day.
//
// [Forecast] says what may become of it: the earliest date of the mark, and
// what the next bad month would do.
//
// A history is JSON Lines, one [Entry] a line:
//
//	{"id":"1","company":"kvk:30123456","recorded":"2026-01-01T09:00:00Z","type":"enrol","at":"2025-12-31T23:00:00Z"}
//	{"id":"2","company":"kvk:30123456","recorded":"2026-02-03T09:00:00Z","type":"score","month":"2026-01","outcome":"pass"}
//
// Evaluate is a pure function: no clock, no stored state. It sees only what
// had been recorded by the instant it is asked about, so the state that could
// be known on a day never changes afterwards; a correction is a later entry.
//
// Improving the latest closed month never worsens the state. Improving an
// earlier one may: the months PPPFPPPFPPPFFPPPPPPPFP (P passed, F failed) end
// certified under the reference norm's terms; had the first F been passed too,
// they would end suspended, since the award would have come sooner and its
// grace been used up by the failures that followed.
package certify

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Phase is where a company stands.
type Phase string

// The phases.
const (
	None      Phase = "none"       // never enrolled
	Enrolled  Phase = "enrolled"   // no month has counted yet
	Building  Phase = "building"   // on the way to a first mark
	Certified Phase = "certified"  // holds the mark
	AtRisk    Phase = "at_risk"    // holds it, in grace
	Suspended Phase = "suspended"  // may win it back within the term
	Expired   Phase = "expired"    // the term ended without being renewed
	Withdrawn Phase = "withdrawn"  // lost
	ReEarning Phase = "re_earning" // on the way to another mark
	Left      Phase = "left"       // no longer takes part
)

// Timeline is what a history comes to at an instant.
type Timeline struct {
	Company string
	AsOf    time.Time
	State   State
	Steps   []Step // every change of the phase that shows, in order
	Err     error  // the terms or the entries can't be used; State is then empty
}

// Valid tells whether the mark may be relied on: certified or at risk.
func (t Timeline) Valid() bool {
	return t.Err == nil && (t.State.Phase == Certified || t.State.Phase == AtRisk)
}

// State is where the company stands, as it shows.
type State struct {
	Phase        Phase
	N, Of        int               // progress in building and re-earning; restoring passes in suspended and expired; else 0
	ToGo         int               // passes that are still needed at least: Of less N; more if old ones slide out of a window
	Closed       int               // months closed in suspended and expired
	ValidThrough finding.YearMonth // the term ends with the close of this month; 0: no term, or open-ended
	Award        finding.YearMonth // the month with which the mark was earned; 0: no mark
	Terms        int               // terms begun so far, renewals and restorations included
	Holds        []Entry           // open, in order of (at, id)
}

// Step is a change of the phase that shows.
type Step struct {
	At       time.Time
	Month    finding.YearMonth // the month that closed; 0 if no close was the reason
	From, To Phase
	Reason   Reason
}

// Evaluate folds what had been recorded by asOf of one company into a
// timeline. Entries may come in any order and more than once.
func Evaluate(terms ruling.Terms, entries []Entry, asOf time.Time) Timeline {
	return one(terms).Evaluate(entries, asOf)
}

// Evaluate is [Evaluate] under the versions of a norm.
func (v Versions) Evaluate(entries []Entry, asOf time.Time) Timeline {
	_, t := v.fold(pointers(entries), asOf)
	return t
}

// fold folds to asOf; the fold is nil if the timeline has an error.
func (v Versions) fold(entries []*Entry, asOf time.Time) (*fold, Timeline) {
	t := Timeline{AsOf: asOf.UTC(), Steps: []Step{}}
	if t.Err = v.Check(); t.Err != nil {
		return nil, t
	}
	var counted []*Entry
	counted, t.Company, t.Err = known(entries, asOf)
	if t.Err != nil {
		return nil, t
	}
	calendar, err := newCalendar(v)
	if err != nil {
		t.Err = err
		return nil, t
	}
	f := newFold(calendar, counted)
	f.run(asOf)
	t.State, t.Steps = f.show(), f.steps
	return f, t
}

func pointers(entries []Entry) []*Entry {
	all := make([]*Entry, len(entries))
	for i := range entries {
		all[i] = &entries[i]
	}
	return all
}

// EvaluateAll evaluates a history of any number of companies, in order of id.
func EvaluateAll(terms ruling.Terms, entries []Entry, asOf time.Time) []Timeline {
	return one(terms).EvaluateAll(entries, asOf)
}

// EvaluateAll is [EvaluateAll] under the versions of a norm.
func (v Versions) EvaluateAll(entries []Entry, asOf time.Time) []Timeline {
	companies, histories := byCompany(entries)
	all := make([]Timeline, len(companies))
	for i, company := range companies {
		_, all[i] = v.fold(histories[company], asOf)
		all[i].Company = company
	}
	return all
}

// byCompany gives the companies in order of id, and the history of each.
func byCompany(entries []Entry) (companies []string, histories map[string][]*Entry) {
	histories = map[string][]*Entry{}
	for i := range entries {
		e := &entries[i]
		histories[e.Company] = append(histories[e.Company], e)
	}
	return slices.Sorted(maps.Keys(histories)), histories
}

// known gives what counts at the instant: what had been recorded by then, in
// order of (recorded, id), each id once, without what is void.
func known(entries []*Entry, asOf time.Time) (counted []*Entry, company string, err error) {
	counted = make([]*Entry, 0, len(entries))
	for _, e := range entries {
		if e.Recorded.After(asOf) {
			continue
		}
		if err := e.Check(); err != nil {
			return nil, "", err
		}
		if company != "" && e.Company != company {
			return nil, "", fmt.Errorf("the entries are of two companies, %q and %q", company, e.Company)
		}
		company = e.Company
		counted = append(counted, e)
	}
	slices.SortFunc(counted, func(a, b *Entry) int { return cmp.Or(a.Recorded.Compare(b.Recorded), cmp.Compare(a.ID, b.ID)) })
	counted, err = once(counted)
	return unvoided(counted), company, err
}

// once keeps each id once; two entries with one id that differ are an error.
func once(entries []*Entry) ([]*Entry, error) {
	seen := make(map[string]*Entry, len(entries))
	kept := entries[:0]
	for _, e := range entries {
		first := seen[e.ID]
		switch {
		case first == nil:
			seen[e.ID] = e
			kept = append(kept, e)
		case !first.Same(e):
			return nil, &EntryError{ID: e.ID, Company: e.Company, Faults: []string{"the id stands for two entries that differ"}}
		}
	}
	return kept, nil
}

// unvoided leaves out what a void targets. A void may itself be void, so they
// are judged from the last recorded to the first.
func unvoided(entries []*Entry) []*Entry {
	var void map[string]bool
	for _, e := range slices.Backward(entries) {
		if e.Type == Void && !void[e.ID] {
			if void == nil {
				void = map[string]bool{}
			}
			void[e.Target] = true
		}
	}
	if void == nil {
		return entries
	}
	return slices.DeleteFunc(entries, func(e *Entry) bool { return void[e.ID] })
}
