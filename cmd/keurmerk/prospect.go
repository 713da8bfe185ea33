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
	settled := b.lastCard().Qualifies
	return progressOf(b.versions, terms, entries, at, month, settled)
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
// count and had not closed yet, what it would be worth if it did.
func progressOf(versions certify.Versions, terms ruling.Terms, entries []certify.Entry, at time.Time, reported finding.YearMonth, settled bool) (*report.Progress, error) {
	o := versions.Forecast(entries, at)
	if o.Err != nil {
		return nil, o.Err
	}
	p := &report.Progress{Phase: string(o.State.Phase), N: o.State.N, Of: o.State.Of, Until: month(o.State.ValidThrough)}
	scores, err := versions.Scores(entries, at)
	if err != nil {
		return nil, err
	}
	p.Counts = counting(o.State, scores, terms)
	if !o.Valid() && !o.Earliest.IsZero() {
		p.ToGo, p.Earliest = o.Months, o.Earliest.Format(time.DateOnly)
	}
	closes, err := certify.Close(terms, reported)
	if err != nil || settled || at.After(closes) {
		return p, err
	}
	before := versions.Forecast(entries, closes.Add(-time.Nanosecond))
	if before.Err != nil || before.Open == nil || before.Open.Month != reported {
		return p, before.Err
	}
	for _, next := range before.Open.Next {
		switch next.Outcome {
		case certify.Pass:
			p.Reached = prospect(next, closes)
		case certify.Fail:
			p.Missed = prospect(next, closes)
		}
	}
	return p, nil
}

// prospect leaves the day out for a company that holds the mark anyway.
func prospect(next certify.Prospect, closes time.Time) *report.Prospect {
	p := &report.Prospect{Phase: string(next.State.Phase), ToGo: next.Months}
	if !next.Earliest.IsZero() && !next.Earliest.Before(closes) {
		p.Earliest = next.Earliest.Format(time.DateOnly)
	}
	return p
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
