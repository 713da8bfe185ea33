// Package impact says what it would do to companies if one norm took the place
// of another: it judges past months under both.
//
// [Compare] does the work; the report it gives is written by [Report.Text],
// [Report.Markdown] and [Report.JSON]:
//
//	report, err := impact.Compare(ctx, old, new, months)
//	err = report.Text(os.Stdout, "en")
//
// It tells who gains or loses what, by which criterion, and what that does to
// marks:
//
//	company  month    score      difference  qualifies  criteria
//	kvk:1    2026-03  90% → 80%  -10%        yes → no   computers met → unmet -10%
//
//	company  before                   after         difference
//	kvk:1    certified since 2026-02  building 1/2  loses the mark; no longer held 2026-02 to 2026-04
//
// Marks are folded from the months given alone, each norm by its own terms.
// Months are judged without waivers.
package impact

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// Report is what became of the months under the two norms.
type Report struct {
	A, B      Norm
	AsOf      time.Time   // the instant for which marks are told, in the norms' zone: when the last month had closed under both
	Companies []Company   // all of them, in order of id
	Criteria  []Criterion // in the order of A, then those that only B has
	Total     Total
}

// Norm is one of the two.
type Norm struct {
	ID, Version string
	Digest      string // of its files
	Logic       string // of its logic; equal: the two judge alike
}

// Company is what the months of one company came to.
type Company struct {
	ID     string
	Judged int     // months
	Months []Month // those that differ, in order
	Mark   Mark
}

// Month is a month that came out otherwise.
type Month struct {
	Month   finding.YearMonth
	A, B    Result
	Changes []Change // criteria that came out otherwise, in the order of [Report.Criteria]
	Shift   ruling.Points
}

// Delta is what the score gains: that of B less that of A, where no score
// counts as 0. It is the sum of the changes' deltas and the shift, which is
// what the score gains or loses because criteria that do not apply leave their
// weight to the others, or because there is no score.
func (m Month) Delta() ruling.Points { return m.B.points() - m.A.points() }

// Result is a month under one of the norms.
type Result struct {
	Score     *ruling.Points // nil: there is none
	Qualifies bool
	Counts    certify.Outcome // what it is for the mark
	Effective bool            // the month lies in the norm's range
}

func (r Result) points() ruling.Points {
	if r.Score == nil {
		return 0
	}
	return *r.Score
}

func (r Result) same(o Result) bool {
	return r.points() == o.points() && (r.Score == nil) == (o.Score == nil) && r.Qualifies == o.Qualifies && r.Counts == o.Counts && r.Effective == o.Effective
}

// Change is a criterion that came out otherwise.
type Change struct {
	Criterion string
	A, B      string // the outcomes; empty where the norm has no such criterion
	Delta     ruling.Points
}

// Criterion sums up what one criterion did.
type Criterion struct {
	ID           string
	A, B         *ruling.Points // its weights; nil where the norm has no such criterion
	Gained, Lost int            // months in which it earned more, and less
	Companies    int            // in which it came out otherwise
	Delta        ruling.Points  // over all months
	Flips        []Flip         // in order of the outcomes' words
}

// Flip is how often an outcome became another.
type Flip struct {
	A, B   string
	Months int
}

// Total sums up all months.
type Total struct {
	Companies, Months   int
	Differ              int           // months that came out otherwise
	Gained, Lost        int           // months with a higher score, and with a lower one
	Delta               ruling.Points // of scores, over all months
	Qualify, Disqualify int           // months that qualify only under B, and only under A
	MarksA, MarksB      int           // marks valid at AsOf
	MarksGained         int           // companies whose mark is valid then only under B
	MarksLost           int           // and only under A
	OutsideA, OutsideB  int           // months outside the norms' ranges, which never qualify
	NoScoreA, NoScoreB  int           // months without a score
	From, Until         finding.YearMonth
	Review              bool // one of the norms has a person grant the mark, which is taken as granted
	WaiversCount        bool // one of the norms counts waivers, of which this report knows nothing
}

// Empty tells whether nothing came out otherwise.
func (r *Report) Empty() bool {
	return r.Total.Differ == 0 && !slices.ContainsFunc(r.Companies, func(c Company) bool { return c.Mark.Differs() })
}

// TwiceError says that a company's month is given twice.
type TwiceError struct {
	Company string
	Month   finding.YearMonth
}

// Error names company and month.
func (e *TwiceError) Error() string {
	return fmt.Sprintf("company %q, month %v: given twice", e.Company, e.Month)
}

// Compare judges each month under both norms, on all cores, and tells the
// difference. Months come in any order and of any number of companies; of each
// it keeps no more than what came of it.
//
// The error is the first of months, or of judging one ([score.MonthError]), a
// [*TwiceError], or ctx's.
func Compare(ctx context.Context, a, b *norm.Norm, months iter.Seq2[*finding.Month, error]) (*Report, error) {
	c := newComparison(a, b)
	if err := c.judge(ctx, months); err != nil {
		return nil, err
	}
	if err := c.finish(); err != nil {
		return nil, err
	}
	return c.report, nil
}

// comparison is a report that is being made.
type comparison struct {
	a, b      *norm.Norm
	report    *Report
	companies map[string]*history
	place     map[string]int // of a criterion in the report
	enrolled  map[string]time.Time
	folds     [2]*folder // under A and B
}

// history is what is known of one company.
type history struct {
	judged map[finding.YearMonth][2]Result
	months []Month
}

func newComparison(a, b *norm.Norm) *comparison {
	c := &comparison{a: a, b: b, companies: map[string]*history{}, place: map[string]int{}, enrolled: map[string]time.Time{}}
	c.report = &Report{A: normOf(a), B: normOf(b)}
	c.report.Total.Review = a.Certification().Review || b.Certification().Review
	c.report.Total.WaiversCount = a.Scoring().CountWaivers || b.Scoring().CountWaivers
	for _, k := range a.Criteria() {
		c.place[k.ID] = len(c.report.Criteria)
		c.report.Criteria = append(c.report.Criteria, Criterion{ID: k.ID, A: new(k.Weight)})
	}
	for _, k := range b.Criteria() {
		at, known := c.place[k.ID]
		if !known {
			at = len(c.report.Criteria)
			c.place[k.ID] = at
			c.report.Criteria = append(c.report.Criteria, Criterion{ID: k.ID})
		}
		c.report.Criteria[at].B = new(k.Weight)
	}
	return c
}

func normOf(n *norm.Norm) Norm { return Norm{n.ID(), n.Version(), n.Files(), n.Logic()} }

// add takes one month's two cards in.
func (c *comparison) add(a, b *score.Card) error {
	h := c.companies[a.Company]
	if h == nil {
		h = &history{judged: map[finding.YearMonth][2]Result{}}
		c.companies[a.Company] = h
	}
	if _, twice := h.judged[a.Month]; twice {
		return &TwiceError{a.Company, a.Month}
	}
	m := Month{Month: a.Month, A: resultOf(c.a, a), B: resultOf(c.b, b)}
	h.judged[a.Month] = [2]Result{m.A, m.B}
	m.Changes = c.changes(a, b)
	m.Shift = m.Delta()
	for _, change := range m.Changes {
		m.Shift -= change.Delta
	}
	if !m.A.same(m.B) || len(m.Changes) > 0 {
		h.months = append(h.months, m)
	}
	c.report.Total.add(m)
	return nil
}

func resultOf(n *norm.Norm, card *score.Card) Result {
	return Result{card.Score, card.Qualifies, certify.Counts(n.Certification(), card), card.Norm.Effective}
}

// add counts a month.
func (t *Total) add(m Month) {
	t.Months++
	if t.From == 0 || m.Month < t.From {
		t.From = m.Month
	}
	t.Until = max(t.Until, m.Month)
	delta := m.Delta()
	t.Delta += delta
	for _, counted := range []struct {
		is   bool
		into *int
	}{
		{!m.A.same(m.B) || len(m.Changes) > 0, &t.Differ}, {delta > 0, &t.Gained}, {delta < 0, &t.Lost},
		{!m.A.Qualifies && m.B.Qualifies, &t.Qualify}, {m.A.Qualifies && !m.B.Qualifies, &t.Disqualify},
		{!m.A.Effective, &t.OutsideA}, {!m.B.Effective, &t.OutsideB}, {m.A.Score == nil, &t.NoScoreA}, {m.B.Score == nil, &t.NoScoreB},
	} {
		if counted.is {
			*counted.into++
		}
	}
}

// changes lists the criteria that came out otherwise, and counts them.
func (c *comparison) changes(a, b *score.Card) []Change {
	var all []Change
	for i := range c.report.Criteria {
		k := &c.report.Criteria[i]
		was, is := lineOf(a, k.ID), lineOf(b, k.ID)
		if was == is || was.points == is.points && (was.outcome == "" || is.outcome == "") {
			continue // also one that only one norm has, while it earned nothing
		}
		change := Change{k.ID, was.outcome, is.outcome, is.points - was.points}
		all = append(all, change)
		k.count(change)
	}
	return all
}

// told is what a card says of one criterion.
type told struct {
	outcome string
	points  ruling.Points
}

func lineOf(c *card.Card, id string) told {
	if k := c.Find(id); k != nil {
		return told{k.Outcome.String(), k.Points}
	}
	return told{}
}

func (k *Criterion) count(c Change) {
	k.Delta += c.Delta
	switch {
	case c.Delta > 0:
		k.Gained++
	case c.Delta < 0:
		k.Lost++
	}
	if c.A == c.B {
		return
	}
	at, found := slices.BinarySearchFunc(k.Flips, c, func(f Flip, c Change) int {
		return cmp.Or(cmp.Compare(f.A, c.A), cmp.Compare(f.B, c.B))
	})
	if !found {
		k.Flips = slices.Insert(k.Flips, at, Flip{A: c.A, B: c.B})
	}
	k.Flips[at].Months++
}
