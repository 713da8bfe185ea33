// Package coverage measures what the months of a norm's tests reach of it:
// which outcomes of each criterion, and which sides of each comparison.
//
// [Measure] measures, [Report.Gaps] lists what no month reaches:
//
//	report, err := coverage.Measure(ctx, n, months)
//	for _, gap := range report.Gaps() {
//		fmt.Printf("%s:%d:%d: no test has %s\n", gap.File, gap.Line, gap.Column, gap.Missing)
//	}
//
// A comparison counts as reached only where it decides: a severity next to the
// limit of a vulnerability that is not open covers nothing of
// `it.open && it.severity >= HIGH`.
package coverage

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/cover"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Report is what was reached.
type Report struct {
	Criteria   []Criterion `json:"criteria"`   // in the norm's order
	Conditions []Condition `json:"conditions"` // by place
}

// Criterion is how often each outcome of a criterion was reached.
type Criterion struct {
	ID       string    `json:"id"`
	Outcomes []Outcome `json:"outcomes"` // met and unmet; the others if the criterion can be so, or was
}

// Outcome is one outcome, and in how many months it came out.
type Outcome struct {
	Outcome ruling.Outcome `json:"outcome"`
	Reached int            `json:"reached"`
}

// Condition is a part of an expression that is true or false on its own. Lines
// and columns count from 1, columns in characters; End is the place of the
// last character.
type Condition struct {
	Criterion string `json:"criterion"` // empty for a named value
	Key       string `json:"key"`       // when, share, applies or measured; of a named value its name
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
	Text      string `json:"text"` // as written; of a count's limit as it compares: "> 5"
	Sides     []Side `json:"sides"`
}

// Side is what a condition can be: false, true, or at a value next to its
// limit.
type Side struct {
	Name     string `json:"name"`     // "false", "true", "5", "MEDIUM"
	Boundary bool   `json:"boundary"` // a value next to the limit
	Reached  int    `json:"reached"`  // how often: once for each record, or month
	Needs    string `json:"needs"`    // what a month must have: "it.severity >= HIGH with MEDIUM"
}

// Gap is an outcome or a side that no month reaches. Of an outcome there is no
// place.
type Gap struct {
	Criterion    string
	File         string
	Line, Column int
	Missing      string
}

// Measure judges the months and watches what decides. The error is that of
// [norm.Norm.Judge].
func Measure(ctx context.Context, n *norm.Norm, months []*finding.Month) (*Report, error) {
	params := map[string]any{}
	for _, p := range n.Parameters() {
		params[p.Name] = p.Value
	}
	reached := map[string]map[ruling.Outcome]int{}
	for _, c := range n.Criteria() {
		reached[c.ID] = map[ruling.Outcome]int{}
	}
	facts := func(m *finding.Month) (*expr.Facts, error) {
		normal, err := m.Normal()
		if err != nil {
			return nil, err
		}
		period, err := normal.Period()
		return n.Scope().Facts(ctx, normal, period, params), err
	}
	var seen []*expr.Facts
	for _, m := range months {
		verdicts, err := n.Judge(ctx, m)
		if err != nil {
			return nil, err
		}
		for _, v := range verdicts {
			reached[v.Criterion][v.Outcome]++
		}
		f, err := facts(m)
		if err != nil {
			return nil, err
		}
		seen = append(seen, f)
	}
	bare, err := facts(&finding.Month{Company: finding.Company{ID: "x"}, Month: finding.MonthOf(2026, time.January), Zone: n.Zone()})
	if err != nil {
		return nil, err
	}
	r := &Report{Criteria: []Criterion{}, Conditions: []Condition{}}
	can := map[string]map[ruling.Outcome]bool{}
	for _, p := range n.Parts() {
		if p.Criterion != "" && can[p.Criterion] == nil {
			can[p.Criterion] = map[ruling.Outcome]bool{}
		}
		switch p.Key {
		case "measured":
			can[p.Criterion][ruling.Unknown] = true
		case "applies":
			can[p.Criterion][ruling.NotApplicable] = true
		}
		if p.Key != "evidence" {
			r.Conditions = append(r.Conditions, conditions(p, bare, seen)...)
		}
	}
	slices.SortStableFunc(r.Conditions, func(a, b Condition) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	for _, c := range n.Criteria() {
		outcomes := []Outcome{}
		for _, o := range []ruling.Outcome{ruling.Met, ruling.Unmet, ruling.Unknown, ruling.NotApplicable} {
			if times := reached[c.ID][o]; times > 0 || o == ruling.Met || o == ruling.Unmet || can[c.ID][o] {
				outcomes = append(outcomes, Outcome{o, times})
			}
		}
		r.Criteria = append(r.Criteria, Criterion{c.ID, outcomes})
	}
	return r, nil
}

func conditions(p norm.Part, bare *expr.Facts, months []*expr.Facts) []Condition {
	m := cover.New(p.Expr)
	m.Limits(bare)
	for _, f := range months {
		m.See(f)
	}
	place := cover.Part{Expr: p.Expr, Scalar: p.Scalar, Limit: p.Limit}
	var all []Condition
	for _, a := range m.Atoms() {
		start, end := place.Span(a)
		at := p.File.Fault(start, end, "", "", "")
		c := Condition{Criterion: p.Criterion, Key: p.Key, File: p.File.Name, Line: at.Line, Column: at.Column,
			EndLine: at.EndLine, EndColumn: at.EndColumn, Text: a.Text}
		for _, s := range a.Sides {
			c.Sides = append(c.Sides, Side{s.Name, s.Value, s.Reached, a.Describe(s)})
		}
		all = append(all, c)
	}
	return all
}

// Gaps lists what was not reached: first outcomes, then sides, in the order of
// the report.
func (r *Report) Gaps() []Gap {
	var gaps []Gap
	for _, c := range r.Criteria {
		for _, o := range c.Outcomes {
			if o.Reached == 0 {
				gaps = append(gaps, Gap{Criterion: c.ID, Missing: c.ID + " " + o.Outcome.String()})
			}
		}
	}
	for _, c := range r.Conditions {
		for _, s := range c.Sides {
			if s.Reached == 0 {
				gaps = append(gaps, Gap{c.Criterion, c.File, c.Line, c.Column, s.Needs})
			}
		}
	}
	return gaps
}

// Reached counts the outcomes and sides that were reached, and all there are.
func (r *Report) Reached() (reached, of int) {
	for _, c := range r.Criteria {
		of += len(c.Outcomes)
	}
	for _, c := range r.Conditions {
		of += len(c.Sides)
	}
	return of - len(r.Gaps()), of
}
