// Package boundary derives from a norm the months that stand just on either
// side of each of its comparisons: five and six computers, a medium and a high
// vulnerability, a scan in the last second before the month and one in its
// first.
//
// [Find] gives them; [YAML] writes them as tests for the norm's own file:
//
//	found, err := boundary.Find(ctx, n)
//	for _, b := range found.Boundaries {
//		fmt.Println(b.Criterion, b.Comparison, b.Differs) // computers > 5 5 | 6
//		card, err := score.Judge(ctx, n, b.Sides[1].Month)
//	}
//
// The two months of a boundary differ in one field of one record, or in one
// record. That the comparison comes out false in the first and true in the
// second was evaluated, and the verdicts are those of [norm.Norm.Judge]. What
// has no such months is listed in [Found.Gaps] with the reason.
package boundary

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/trial"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Found is what a norm's comparisons came to, in the order of its file.
type Found struct {
	Base       *finding.Month // the month that the others are variations of
	Boundaries []Boundary
	Gaps       []Gap
}

// Comparison is a comparison of a norm and where it stands.
type Comparison struct {
	Criterion string // its id; of a named value the first criterion that uses it
	Part      string // when, share, applies or measured; of a named value its name
	Text      string // as written: it.severity >= HIGH; of the limit of a count "> 5"
	File      string
	Line      int // lines and columns count from 1, columns in characters
	Column    int
	EndLine   int
	EndColumn int
}

// Boundary is a comparison with a month on either side of it.
type Boundary struct {
	Comparison
	Differs string  // in what the months differ: "severity: medium | high", "computers: 5 | 6"
	Sides   [2]Side // where the comparison is false, and where it is true
	Decides bool    // the criterion comes out otherwise on the other side
}

// Side is one of the two months.
type Side struct {
	Month    *finding.Month
	Verdicts []ruling.Verdict // of every criterion, in the norm's order
}

// Verdict is that of the criterion.
func (s Side) Verdict(criterion string) ruling.Verdict {
	for _, v := range s.Verdicts {
		if v.Criterion == criterion {
			return v
		}
	}
	return ruling.Verdict{Criterion: criterion}
}

// Gap is a comparison, or one way to its boundary, without months.
type Gap struct {
	Comparison
	Reason string
}

// Find derives the months. The error is only ctx's.
func Find(ctx context.Context, n *norm.Norm) (*Found, error) {
	f := &finder{ctx: ctx, norm: n, scope: n.Scope()}
	found := &Found{}
	f.found = found
	sizes := map[*expr.Expr]int{}
	for _, p := range n.Parts() {
		if n.Scope().Size(p.Expr, sizes) > mostParts {
			return f.tooLarge(), nil
		}
	}
	f.prepare()
	found.Base = f.base
	for _, p := range n.Parts() {
		f.part(p)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	for _, asked := range n.Source().Criteria {
		found.Gaps = append(found.Gaps, Gap{Comparison{Criterion: asked.Criterion, Part: "rego", Text: asked.Package, File: n.File()},
			"it is judged by a module, whose comparisons are not read"})
	}
	slices.SortStableFunc(found.Boundaries, func(a, b Boundary) int { return place(a.Comparison, b.Comparison) })
	slices.SortStableFunc(found.Gaps, func(a, b Gap) int { return place(a.Comparison, b.Comparison) })
	return found, ctx.Err()
}

func place(a, b Comparison) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// finder looks for the months of one norm.
type finder struct {
	*trial.Seeker
	ctx    context.Context
	norm   *norm.Norm
	scope  *expr.Scope
	period finding.Period
	base   *finding.Month
	found  *Found

	unit  norm.Part // that is looked at
	users []string  // criteria that use it
}

// mostParts is the size of a norm's expressions, with what names stand for,
// up to which they are looked into.
const mostParts = 20_000

// tooLarge is the answer for a norm with an expression beyond that.
func (f *finder) tooLarge() *Found {
	for _, p := range f.norm.Parts() {
		f.unit, f.users = p, []string{p.Criterion}
		f.gap(p.Expr.Root(), "the norm's expressions are too large to be looked into")
	}
	return f.found
}

// prepare finds the month to start from, and the records to vary it by.
func (f *finder) prepare() {
	n := f.norm
	var exprs []*expr.Expr
	for _, p := range n.Parts() {
		exprs = append(exprs, p.Expr)
	}
	params := map[string]any{}
	for _, p := range n.Parameters() {
		params[p.Name] = p.Value
	}
	f.base = f.fromTests()
	month, _ := n.Range()
	var known []time.Time
	if f.base != nil {
		month, known = f.base.Month, trial.Instants(f.base)
	}
	zone, err := finding.LoadZone(n.Zone())
	if err != nil {
		return // a norm is not loaded with such a zone
	}
	f.period = finding.Period{Start: month.Start(zone), End: (month + 1).Start(zone), Zone: zone}
	f.Seeker = trial.NewSeeker(trial.New(f.scope, f.period, params, customTypes(n), exprs, known), exprs)
	if f.base == nil {
		f.base = f.made(month)
	}
}

// fromTests is the first month of the norm's tests in which everything is met.
func (f *finder) fromTests() *finding.Month {
	for _, t := range f.norm.Tests() {
		verdicts, err := f.norm.Judge(f.ctx, t.Month)
		if err == nil && !slices.ContainsFunc(verdicts, func(v ruling.Verdict) bool { return v.Outcome != ruling.Met }) {
			if normal, err := t.Month.Normal(); err == nil {
				return normal
			}
		}
	}
	return nil
}

// made is a month in which as much as possible is met, out of records that the
// conditions ask for.
func (f *finder) made(month finding.YearMonth) *finding.Month {
	m := &finding.Month{Company: finding.Company{ID: "test"}, Month: month, Zone: f.norm.Zone()}
	f.Plain("company").Add(m, 1)
	const met = 1000
	all := met * len(f.norm.Criteria())
	worth := func(m *finding.Month) int {
		verdicts, err := f.norm.Judge(f.ctx, m)
		facts := f.Facts(m)
		if err != nil || facts == nil {
			return -1
		}
		worth := 0
		for _, v := range verdicts {
			if v.Outcome == ruling.Met {
				worth += met
			}
		}
		if worth >= all {
			return worth
		}
		for _, p := range f.norm.Parts() {
			if p.Criterion != "" && (p.Key == "applies" || p.Key == "measured" || p.Key == "when") {
				worth += f.Progress(p.Expr, facts)
			}
		}
		return worth
	}
	return f.Seek(m, append([]string{"company"}, f.lists()...), all, worth)
}

// lists are the lists that a condition reads a field of, and those that it
// only counts.
func (f *finder) lists() []string {
	all := expr.ListNames()
	for _, list := range f.Lists() {
		if list != "company" && !slices.Contains(all, list) {
			all = append(all, list)
		}
	}
	return all
}

func customTypes(n *norm.Norm) map[string]expr.CustomType {
	words := map[string]expr.FieldType{"text": expr.Text, "number": expr.Number, "bool": expr.Bool, "date": expr.Date}
	all := map[string]expr.CustomType{}
	for name, fields := range n.Types() {
		all[name] = expr.CustomType{}
		for field, word := range fields {
			all[name][field] = words[word]
		}
	}
	return all
}
