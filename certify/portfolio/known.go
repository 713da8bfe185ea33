package portfolio

import (
	"fmt"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// MaxAge is how many months old a score may be, counted from the last month
// that had closed, and still be called known: older says nothing of today.
const MaxAge = 3

// Known is the score that could be known at the start of a month.
type Known struct {
	Score ruling.Points
	Of    finding.YearMonth // the month that it is of
	Found bool              // false: no month that had closed, at most MaxAge months back, had one
}

// Known gives the score of a company that could be known at the first instant
// of each month from first to last: that of the latest month that had closed
// and had a card with a score, with only what had been recorded by then. What
// came later, corrections above all, makes no difference, so nothing that a
// claim led to can move the claim to another band. A company without entries
// has no score. Only the months of which the start is not after AsOf are given.
func (p *Programme) Known(id string, first, last finding.YearMonth) ([]Known, error) {
	last = min(last, finding.MonthAt(p.asOf, p.calendar.zone))
	if last < first {
		return nil, nil
	}
	i, found := slices.BinarySearchFunc(p.companies, id, func(c company, id string) int {
		switch {
		case c.id < id:
			return -1
		case c.id > id:
			return 1
		}
		return 0
	})
	if !found {
		return make([]Known, last-first+1), nil
	}
	c := &p.companies[i]
	if slices.ContainsFunc(c.entries, func(e certify.Entry) bool { return e.Type == certify.Void }) {
		return p.knownByFolding(c, first, last)
	}
	return p.knownBySweep(c, first, last), nil
}

// knownByFolding asks anew for each month what counted at its start: what is
// void at one instant may not be at the next.
func (p *Programme) knownByFolding(c *company, first, last finding.YearMonth) ([]Known, error) {
	var all []Known
	for m := first; m <= last; m++ {
		start := p.calendar.start(m)
		scores, err := p.versions.Scores(c.entries, start)
		if err != nil {
			return nil, fmt.Errorf("company %q: %w", c.id, err)
		}
		all = append(all, p.latest(m, func(of finding.YearMonth) *certify.Entry {
			if e, found := scores[of]; found {
				return &e
			}
			return nil
		}))
	}
	return all, nil
}

// knownBySweep goes once through the entries in order of recording: without
// voids, what was known only ever grows.
func (p *Programme) knownBySweep(c *company, first, last finding.YearMonth) []Known {
	scores := map[finding.YearMonth]*certify.Entry{}
	seen := make(map[string]bool, len(c.entries))
	all := make([]Known, 0, last-first+1)
	next := 0
	for m := first; m <= last; m++ {
		start := p.calendar.start(m)
		for ; next < len(c.entries) && !c.entries[next].Recorded.After(start); next++ {
			e := &c.entries[next]
			if e.Type != certify.Score || seen[e.ID] {
				continue
			}
			seen[e.ID] = true
			if e.Audit != "" || !e.Recorded.After(p.calendar.close(e.Month+finding.YearMonth(p.calendar.terms(e.Month).Corrections))) {
				scores[e.Month] = e
			}
		}
		all = append(all, p.latest(m, func(of finding.YearMonth) *certify.Entry { return scores[of] }))
	}
	return all
}

// latest finds the newest score among the months that had closed by the start
// of the month.
func (p *Programme) latest(m finding.YearMonth, score func(finding.YearMonth) *certify.Entry) Known {
	closed := p.calendar.lastClosed(p.calendar.start(m))
	for of := closed; of > closed-MaxAge; of-- {
		if e := score(of); e != nil && e.Card != nil && e.Card.Score != nil {
			return Known{*e.Card.Score, of, true}
		}
	}
	return Known{}
}
