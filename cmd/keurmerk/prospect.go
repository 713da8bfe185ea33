package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/report"
)

// progress is where the company of the months stands on its way to the mark:
// by its history or, without one, by the months alone. It is nil where there
// is neither a history nor more than one month.
func (f *reporting) progress(s *streams, n *norm.Norm, b booklet) (*report.Progress, error) {
	terms, month := n.Certification(), b.last.Month
	at, err := certify.Close(terms, month)
	if err != nil {
		return nil, err
	}
	if f.asOf != "" {
		if at, err = instant(f.asOf, n.Zone()); err != nil {
			return nil, err
		}
	}
	var entries []certify.Entry
	if f.history == "" {
		if entries, err = b.entries(terms); err != nil || entries == nil {
			return nil, err
		}
	} else {
		if entries, err = s.history(f.history); err != nil {
			return nil, err
		}
		entries = slices.DeleteFunc(entries, func(e certify.Entry) bool { return e.Company != b.last.Company.ID })
		if len(entries) == 0 {
			return nil, fmt.Errorf("%s: there is no entry of company %q", f.history, b.last.Company.ID)
		}
	}
	settled := b.cards[len(b.cards)-1].Qualifies
	return progressOf(terms, entries, at, month, settled)
}

// entries make a history of the months, each recorded when it closed.
func (b booklet) entries(terms ruling.Terms) ([]certify.Entry, error) {
	enrolled := b.last.Company.Enrolled
	if len(b.cards) < 2 || enrolled.IsZero() {
		return nil, nil
	}
	company := b.last.Company.ID
	all := []certify.Entry{{ID: "enrol", Company: company, Recorded: enrolled, Type: certify.Enrol, At: enrolled}}
	for i, c := range b.cards {
		at, err := certify.Close(terms, c.Month)
		if err != nil {
			return nil, err
		}
		all = append(all, certify.Entry{ID: fmt.Sprintf("score-%06d", i), Company: company, Recorded: at, Type: certify.Score, Month: c.Month, Card: c, NormDigest: c.Norm.Digest})
	}
	return all, nil
}

// progressOf says where the history leads and, for a month that does not
// count, what it would be worth if it did.
func progressOf(terms ruling.Terms, entries []certify.Entry, at time.Time, reported finding.YearMonth, settled bool) (*report.Progress, error) {
	timeline := certify.Evaluate(terms, entries, at)
	if timeline.Err != nil {
		return nil, timeline.Err
	}
	p := &report.Progress{Phase: string(timeline.State.Phase), N: timeline.State.N, Of: timeline.State.Of, Until: month(timeline.State.ValidThrough)}
	scores, err := certify.Scores(terms, entries, at)
	if err != nil {
		return nil, err
	}
	p.Counts = counting(timeline.State, scores, terms)
	f := forecast{terms, entries}
	if p.ToGo, p.Earliest, err = f.earliest(timeline, reported); err != nil || settled {
		return p, err
	}
	if p.Reached, err = f.prospect(reported, certify.Pass); err == nil {
		p.Missed, err = f.prospect(reported, certify.Fail)
	}
	return p, err
}

// counting are the months that count towards the mark as it stands, in order:
// the passes of the run or, for a holder, those since the run began.
func counting(state certify.State, scores map[finding.YearMonth]certify.Entry, terms ruling.Terms) []finding.YearMonth {
	var passes []finding.YearMonth
	for m, e := range scores {
		if e.Outcome == certify.Pass || e.Card != nil && e.Card.Qualifies {
			passes = append(passes, m)
		}
	}
	slices.Sort(passes)
	switch state.Phase {
	case certify.Certified, certify.AtRisk:
		run := 0
		for run < len(passes) && passes[run] <= state.Award {
			run++
		}
		return passes[max(0, run-terms.Months):]
	}
	return passes[max(0, len(passes)-state.N):]
}

// forecast looks ahead by adding months to a history.
type forecast struct {
	terms   ruling.Terms
	entries []certify.Entry
}

const maxAhead = 60 // months: no norm asks for more

// with is the history with one more score.
func (f forecast) with(month finding.YearMonth, outcome certify.Outcome) (forecast, time.Time, error) {
	at, err := certify.Close(f.terms, month)
	if err != nil {
		return f, at, err
	}
	e := certify.Entry{ID: fmt.Sprintf("what-if-%s", month), Company: f.entries[0].Company, Recorded: at, Type: certify.Score, Month: month, Outcome: outcome}
	entries := slices.DeleteFunc(slices.Clone(f.entries), func(o certify.Entry) bool { return o.Type == certify.Score && o.Month == month })
	return forecast{f.terms, append(entries, e)}, at, nil
}

// earliest is how many months must pass after this one, and the day on which
// the mark is then held; 0 and empty if it is held, or that is not foreseen.
func (f forecast) earliest(now certify.Timeline, month finding.YearMonth) (int, string, error) {
	if now.Valid() || now.State.Phase == certify.None || now.State.Phase == certify.Left {
		return 0, "", nil
	}
	zone, err := finding.LoadZone(f.terms.Zone)
	if err != nil {
		return 0, "", err
	}
	for ahead := 1; ahead <= maxAhead; ahead++ {
		var at time.Time
		if f, at, err = f.with(month+finding.YearMonth(ahead), certify.Pass); err != nil {
			return 0, "", err
		}
		timeline := certify.Evaluate(f.terms, f.entries, at)
		if timeline.Err != nil || timeline.Valid() {
			return ahead, at.In(zone).Format(time.DateOnly), timeline.Err
		}
	}
	return 0, "", nil
}

// prospect is where the company stands once the month has closed with the
// outcome.
func (f forecast) prospect(month finding.YearMonth, outcome certify.Outcome) (*report.Prospect, error) {
	f, at, err := f.with(month, outcome)
	if err != nil {
		return nil, err
	}
	timeline := certify.Evaluate(f.terms, f.entries, at)
	if timeline.Err != nil {
		return nil, timeline.Err
	}
	p := &report.Prospect{Phase: string(timeline.State.Phase)}
	if timeline.Valid() && !held(timeline) {
		zone, err := finding.LoadZone(f.terms.Zone)
		if err == nil {
			p.Earliest = at.In(zone).Format(time.DateOnly)
		}
		return p, err
	}
	p.ToGo, p.Earliest, err = f.earliest(timeline, month)
	return p, err
}

// held tells whether the mark was held before the last step.
func held(t certify.Timeline) bool {
	if len(t.Steps) == 0 {
		return true
	}
	last := t.Steps[len(t.Steps)-1]
	return last.At.Before(t.AsOf) || last.From == certify.Certified || last.From == certify.AtRisk
}
