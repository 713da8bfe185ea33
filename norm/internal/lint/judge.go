package lint

import (
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/trial"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// verdict is what the criterion comes to: the part of its weight that it
// earns, and whether on nothing.
type verdict struct {
	outcome ruling.Outcome
	share   ruling.Points
	vacuous bool
}

// judge decides the criterion as the norm itself would; see [norm.Norm.Judge].
func (c *Criterion) judge(f *expr.Facts) (v verdict) {
	if c.Applies.Expr != nil {
		if applies, err := c.Applies.Expr.Truth(f); err != nil || !applies {
			if err == nil {
				v.outcome = ruling.NotApplicable
			}
			return v
		}
	}
	if c.Measured.Expr != nil {
		if measured, err := c.Measured.Expr.Truth(f); err != nil || !measured {
			return v
		}
	}
	if c.Share.Expr != nil {
		share, err := c.Share.Expr.Number(f)
		if err != nil || share < 0 || share > int64(ruling.Whole) {
			return v
		}
		v.outcome, v.share = ruling.Unmet, ruling.Points(share)
		if v.share == ruling.Whole {
			v.outcome = ruling.Met
		}
		return v
	}
	met, err := c.When.Expr.Truth(f)
	if err != nil {
		return v
	}
	v.outcome = ruling.Unmet
	if met {
		v.outcome, v.share = ruling.Met, ruling.Whole
		v.vacuous = c.When.Expr.Decide(f, true).Vacuous
	}
	if c.Evidence.Expr != nil {
		if _, err := c.Evidence.Expr.Keys(f); err != nil {
			return verdict{}
		}
	}
	return v
}

// search gives the norm's seeker of months, made when it is first needed.
func (l *linter) search() *trial.Seeker {
	if l.seeker != nil {
		return l.seeker
	}
	var exprs []*expr.Expr
	for _, let := range l.Scope.Lets() {
		exprs = append(exprs, let.Expr)
	}
	for i := range l.Criteria {
		for _, p := range l.Criteria[i].parts() {
			exprs = append(exprs, p.Expr)
		}
	}
	l.period = finding.Period{Start: l.Month.Start(l.Zone), End: (l.Month + 1).Start(l.Zone), Zone: l.Zone}
	l.seeker = trial.NewSeeker(trial.New(l.Scope, l.period, l.Params, l.Types, exprs, nil), exprs)
	return l.seeker
}

// start is a month of a company that has enrolled, of which nothing else is
// known.
func (l *linter) start() *finding.Month {
	m := &finding.Month{Company: finding.Company{ID: "c"}, Month: l.Month, Zone: l.Zone.String()}
	l.search().Plain("company").Add(m, 1)
	return m
}

// worth of a month is how far the criterion is from being met; what it takes
// is met above everything else.
func (l *linter) worth(c *Criterion, m *finding.Month) int {
	f := l.facts(c, m)
	switch {
	case l.tired():
		return enough // so that the search ends; what it found is judged once more
	case f == nil:
		return -1
	}
	if v := c.judge(f); v.outcome == ruling.Met {
		return enough
	}
	worth := 0
	for _, p := range []Part{c.Applies, c.Measured, c.When} {
		if p.Expr != nil {
			worth += 2 * l.search().Progress(p.Expr, f)
		}
	}
	return worth
}

// enough is the worth of a month in which the criterion is met.
const enough = 1 << 20
