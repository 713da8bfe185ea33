package normtest

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/norm/sample"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// How many months a statement of monotony is checked on, and how many changes
// of each are tried at most. The months are the same on every run.
const (
	sampledMonths  = 600
	sampledChanges = 40
)

// runMonotone looks for a month whose score falls when a record of the list is
// removed or softened.
func runMonotone(ctx context.Context, n *norm.Norm, list norm.Monotone) Result {
	r := Result{Kind: Monotone, Name: "monotone " + list.List, Line: list.Line}
	s := &softening{ctx, n, list.List}
	looked := 0
	for m := range sample.Months(n, sampledMonths) {
		before, err := s.score(m)
		if err != nil || before == nil {
			continue
		}
		looked++
		changes := slices.Collect(sample.Softer(m, list.List))
		step := (len(changes) + sampledChanges - 1) / sampledChanges // spread over records and ways
		for i := looked % max(1, step); i < len(changes) && ctx.Err() == nil; i += step {
			if after, err := s.score(changes[i].Month); err == nil && (after == nil || *after < *before) {
				s.tell(&r, s.shrink(m))
				return r
			}
		}
	}
	if looked < sampledMonths/10 && ctx.Err() == nil {
		r.Failures = []string{fmt.Sprintf("only %d of %d generated months have a score, too few to tell", looked, sampledMonths)}
	}
	return r
}

type softening struct {
	ctx  context.Context
	norm *norm.Norm
	list string
}

// score is that of the card, without making one; nil if there is none.
func (s *softening) score(m *finding.Month) (*ruling.Points, error) {
	verdicts, err := s.norm.Judge(s.ctx, m)
	if err != nil {
		return nil, err
	}
	return card.Tally(verdicts, s.norm.Scoring()).Score, nil
}

// judge gives the card; nil if the month can't be judged.
func (s *softening) judge(m *finding.Month) *score.Card {
	c, err := score.Judge(s.ctx, s.norm, m)
	if err != nil {
		return nil
	}
	return c
}

// fell tells whether the score is less, or gone.
func fell(before, after *score.Card) bool {
	return before != nil && before.Score != nil && after != nil && (after.Score == nil || *after.Score < *before.Score)
}

// breach finds a change after which the month scores less.
func (s *softening) breach(m *finding.Month) (change sample.Change, before, after *score.Card, ok bool) {
	if before = s.judge(m); before == nil {
		return change, nil, nil, false
	}
	for change := range sample.Softer(m, s.list) {
		if after := s.judge(change.Month); fell(before, after) {
			return change, before, after, true
		}
	}
	return change, nil, nil, false
}

// shrink takes records out of the month for as long as some change still
// lowers its score.
func (s *softening) shrink(m *finding.Month) *finding.Month {
	for smaller := true; smaller; {
		smaller = false
		for _, list := range s.lists() {
			for _, key := range sample.Keys(m, list) {
				less := m.Without(key)
				if _, _, _, ok := s.breach(less); ok {
					m, smaller = less, true
				}
			}
		}
	}
	return m
}

func (s *softening) lists() []string {
	lists := []string{"websites", "computers", "vulnerabilities", "employees", "questionnaires", "courses", "phishing"}
	for _, t := range slices.Sorted(maps.Keys(s.norm.Types())) {
		lists = append(lists, "custom."+t)
	}
	return lists
}

// tell writes the counterexample down: the records, the change, the scores and
// the criteria that lost.
func (s *softening) tell(r *Result, m *finding.Month) {
	change, before, after, ok := s.breach(m)
	if !ok {
		return
	}
	now := "none"
	if after.Score != nil {
		now = after.Score.String()
	}
	r.Failures = []string{fmt.Sprintf("the score falls from %v to %s %s", *before.Score, now, change.What)}
	for i, c := range before.Criteria {
		if a := after.Criteria[i]; a.Points < c.Points {
			r.Evidence = append(r.Evidence, fmt.Sprintf("%s: %v before, %v after%s", c.ID, c.Outcome, a.Outcome, because(a)))
		}
	}
	if document, err := m.MarshalJSON(); err == nil {
		r.Evidence = append(r.Evidence, "in the month "+string(document))
	}
}
