package impact

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Mark is where the two norms leave a company's mark.
type Mark struct {
	A, B  Standing
	Spans []Span // in which the mark is valid under one of the two only
}

// Standing is what the months of a company come to under one norm.
type Standing struct {
	Phase certify.Phase
	N, Of int               // progress, as [certify.State] has it
	Valid bool              // certified or at risk
	Award finding.YearMonth // the month with which the mark was first earned; 0: never
}

// Span is a run of months at whose closes the mark is valid under one of the
// norms only.
type Span struct {
	From, Until finding.YearMonth
	Gained      bool // valid under B; else under A
}

// Differs tells whether the two norms leave the mark in another place, or did
// on the way.
func (m Mark) Differs() bool { return m.A != m.B || len(m.Spans) > 0 }

// Gained tells that the mark is valid in the end under B only.
func (m Mark) Gained() bool { return m.B.Valid && !m.A.Valid }

// Lost tells that the mark is valid in the end under A only.
func (m Mark) Lost() bool { return m.A.Valid && !m.B.Valid }

// finish orders what was gathered and folds each company's months.
func (c *comparison) finish() error {
	t := &c.report.Total
	t.Companies = len(c.companies)
	if t.Companies == 0 {
		return nil
	}
	c.folds = [2]*folder{newFolder(c.a), newFolder(c.b)}
	for _, f := range c.folds {
		closed, err := f.close(t.Until)
		if err != nil {
			return err
		}
		if closed.After(c.report.AsOf) {
			c.report.AsOf = closed
		}
	}
	zone, err := finding.LoadZone(c.b.Zone())
	if err != nil {
		return err
	}
	c.report.AsOf = c.report.AsOf.In(zone)
	for _, id := range slices.Sorted(maps.Keys(c.companies)) {
		h := c.companies[id]
		mark, err := c.mark(id, h)
		if err != nil {
			return err
		}
		slices.SortFunc(h.months, func(a, b Month) int { return int(a.Month) - int(b.Month) })
		c.report.Companies = append(c.report.Companies, Company{id, len(h.judged), h.months, mark})
		t.marks(mark)
		c.countCompany(h.months)
	}
	return nil
}

func (t *Total) marks(m Mark) {
	for _, counted := range []struct {
		is   bool
		into *int
	}{{m.A.Valid, &t.MarksA}, {m.B.Valid, &t.MarksB}, {m.Gained(), &t.MarksGained}, {m.Lost(), &t.MarksLost}} {
		if counted.is {
			*counted.into++
		}
	}
}

// countCompany counts the company at each criterion that came out otherwise.
func (c *comparison) countCompany(months []Month) {
	seen := map[string]bool{}
	for _, m := range months {
		for _, change := range m.Changes {
			if !seen[change.Criterion] {
				seen[change.Criterion] = true
				c.report.Criteria[c.place[change.Criterion]].Companies++
			}
		}
	}
}

func (c *comparison) mark(id string, h *history) (Mark, error) {
	months := slices.Sorted(maps.Keys(h.judged))
	var sides [2]certify.Timeline
	for i, f := range c.folds {
		t, err := f.fold(id, c.enrolled[id], months, c.report.AsOf, func(m finding.YearMonth) certify.Outcome { return h.judged[m][i].Counts })
		if err != nil {
			return Mark{}, fmt.Errorf("company %q: %w", id, err)
		}
		sides[i] = t
	}
	m := Mark{A: standing(sides[0]), B: standing(sides[1])}
	for month := months[0]; month <= c.report.Total.Until; month++ {
		was, err := c.folds[0].valid(sides[0], month)
		if err != nil {
			return m, err
		}
		is, err := c.folds[1].valid(sides[1], month)
		if err != nil {
			return m, err
		}
		m.span(month, was, is)
	}
	return m, nil
}

// span notes a month at whose close the mark is valid under one norm only.
func (m *Mark) span(month finding.YearMonth, was, is bool) {
	if was == is {
		return
	}
	if last := len(m.Spans) - 1; last >= 0 && m.Spans[last].Until == month-1 && m.Spans[last].Gained == is {
		m.Spans[last].Until = month
		return
	}
	m.Spans = append(m.Spans, Span{month, month, is})
}

// folder folds months under one norm's terms.
type folder struct {
	terms  ruling.Terms
	closes map[finding.YearMonth]time.Time
}

// newFolder takes the norm's terms. A mark that a person must grant is taken
// as granted, since months alone never give it.
func newFolder(n *norm.Norm) *folder {
	f := &folder{n.Certification(), map[finding.YearMonth]time.Time{}}
	f.terms.Review = false
	return f
}

func (f *folder) close(m finding.YearMonth) (time.Time, error) {
	if at, known := f.closes[m]; known {
		return at, nil
	}
	at, err := certify.Close(f.terms, m)
	f.closes[m] = at
	return at, err
}

// fold is the company's timeline. It joins when its documents say, or with the
// first month there is; each month is recorded as it closes.
func (f *folder) fold(id string, joined time.Time, months []finding.YearMonth, asOf time.Time, counts func(finding.YearMonth) certify.Outcome) (certify.Timeline, error) {
	if joined.IsZero() {
		zone, err := finding.LoadZone(f.terms.Zone)
		if err != nil {
			return certify.Timeline{}, err
		}
		joined = months[0].Start(zone)
	}
	entries := []certify.Entry{{ID: "enrol", Company: id, Recorded: joined, Type: certify.Enrol, At: joined}}
	for _, m := range months {
		closed, err := f.close(m)
		if err != nil {
			return certify.Timeline{}, err
		}
		entries = append(entries, certify.Entry{ID: m.String(), Company: id, Recorded: closed, Type: certify.Score, Month: m, Outcome: counts(m)})
	}
	t := certify.Evaluate(f.terms, entries, asOf)
	return t, t.Err
}

// valid tells whether the mark is valid just after the month's close.
func (f *folder) valid(t certify.Timeline, m finding.YearMonth) (bool, error) {
	at, err := f.close(m)
	phase := certify.None
	for _, step := range t.Steps {
		if step.At.After(at) {
			break
		}
		phase = step.To
	}
	return phase == certify.Certified || phase == certify.AtRisk, err
}

func standing(t certify.Timeline) Standing {
	s := Standing{Phase: t.State.Phase, N: t.State.N, Of: t.State.Of, Valid: t.Valid()}
	for _, step := range t.Steps {
		if step.To == certify.Certified {
			s.Award = step.Month
			break
		}
	}
	return s
}
