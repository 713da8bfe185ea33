package norm

import (
	"context"
	"errors"
	"slices"

	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/plan"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
)

// planned are the norm's conditions as far as they can be judged together, in
// one pass over a month.
type planned struct {
	plan     *plan.Plan
	criteria []plannedCriterion // as in the norm
	ways     []Way
	answers  answering // of the modules; nil if there are none, or their engine plans nothing
	beyond   beyond    // likewise
}

// plannedCriterion holds a criterion's conditions; nil where it has none, or
// one that is evaluated record by record.
type plannedCriterion struct{ applies, measured, when, share *plannedCondition }

type plannedCondition struct {
	*plan.Condition
	work expr.Work
}

// makePlan plans the norm's conditions.
func (n *Norm) makePlan() {
	lowerer, builder := n.scope.Lowerer(n.params), plan.New()
	p := &planned{criteria: make([]plannedCriterion, len(n.criteria))}
	n.planPolicy(p, builder)
	for i := range n.criteria {
		c, into := &n.criteria[i], &p.criteria[i]
		for _, part := range []struct {
			key  string
			from *located
			into **plannedCondition
		}{{"applies", c.applies, &into.applies}, {"measured", c.measured, &into.measured}, {"when", c.when, &into.when}, {"share", c.share, &into.share}} {
			if part.from == nil {
				continue
			}
			way := Way{Criterion: c.ID, Part: part.key}
			var err *expr.PlanError
			if *part.into, err = condition(part.from.Expr, lowerer, builder); err != nil {
				way.Place, way.Reason = part.from.placeOf(err.Let, err.From), err.Reason
			}
			p.ways = append(p.ways, way)
		}
		if c.byModule && p.beyond != nil {
			place, reason := p.beyond(c.asked)
			p.ways = append(p.ways, Way{c.ID, "rego", place, reason})
		}
		if c.evidence != nil {
			p.ways = append(p.ways, Way{c.ID, "evidence", c.evidence.place(0), "records are chosen one by one"})
		}
	}
	p.plan = builder.Plan()
	n.planned = p
}

// Way tells how one condition of a criterion is evaluated.
type Way struct {
	Criterion string // its id
	Part      string // applies, measured, when, share or evidence; rego: all rules of its package
	Place     string // norm.yaml:31:41 or website.rego:3:5, what is not planned; empty if all is
	Reason    string // why it is evaluated record by record; empty if it is judged in the one pass over the month that all planned conditions share
}

// Ways tells of each condition how it is evaluated, in the norm's order. What
// it comes to is the same either way; the pass is faster, and its conditions
// don't count towards what one month may cost.
func (n *Norm) Ways() []Way { return slices.Clone(n.planned.ways) }

// condition plans one expression.
func condition(e *expr.Expr, lowerer *expr.Lowerer, builder *plan.Builder) (*plannedCondition, *expr.PlanError) {
	node, work, refused := lowerer.Lower(e)
	if refused != nil {
		return nil, refused
	}
	c, err := builder.Add(node)
	if err != nil {
		return nil, &expr.PlanError{Reason: err.Error()}
	}
	return &plannedCondition{c, work}, nil
}

// Packed is a month that is ready to be judged, by any norm and any number of
// times: checked, merged, sorted, and packed into rows. The month that it was
// made of must not change while it is used.
type Packed struct {
	month  *finding.Month
	period finding.Period
	rows   *plan.Rows
}

// Pack makes a month ready. The error is that of [finding.Month.Normal] or
// [finding.Month.Period].
func Pack(m *finding.Month) (*Packed, error) {
	m, err := m.Normal()
	if err != nil {
		return nil, err
	}
	period, err := m.Period()
	if err != nil {
		return nil, err
	}
	return &Packed{m, period, plan.Pack(m, period)}, nil
}

// Month is the month in its normal form. It must not be changed.
func (p *Packed) Month() *finding.Month { return p.month }

// judging is the judging of one month under one norm.
type judging struct {
	norm  *Norm
	ctx   context.Context
	month *Packed
	pass  *plan.Pass  // nil: everything is evaluated record by record
	view  *expr.Facts // made when first asked for
	keys  int         // how many keys of evidence are given; negative: all

	assemble func() *finding.Month // makes the month, where only the pass has it; or nil
}

// whole is the month with its records.
func (j *judging) whole() *Packed {
	if j.assemble != nil {
		whole := *j.month
		whole.month = j.assemble()
		j.month, j.assemble = &whole, nil
	}
	return j.month
}

// facts views the month record by record.
func (j *judging) facts() *expr.Facts {
	if j.view == nil {
		j.view = j.norm.scope.Facts(j.ctx, j.whole().month, j.month.period, j.norm.params)
	}
	return j.view
}

// decides tells whether the plan may decide the condition in this month.
func (j *judging) decides(c *plannedCondition) bool {
	return c != nil && c.work.Fits(j.month.rows.Count(), j.month.rows.Texts())
}

// truth evaluates a condition that may be absent. What is planned is not taken
// from the steps that are left for the month, unless it fails: then it is
// evaluated for its reason, whatever evaluated it before.
func (j *judging) truth(l *located, c *plannedCondition, otherwise bool) (bool, error) {
	if l == nil {
		return otherwise, nil
	}
	if j.decides(c) {
		if truth, ok := j.planned(l, c); ok {
			return truth, nil
		}
	}
	b, err := l.Truth(j.facts())
	if err != nil {
		return false, errors.New(l.reason(err))
	}
	return b, nil
}

// planned decides a planned condition; false if it fails.
func (j *judging) planned(l *located, c *plannedCondition) (truth, ok bool) {
	if j.pass != nil {
		v := c.Value(j.pass)
		return v.True(), v.True() || v.False()
	}
	v, err := l.Uncharged(j.facts())
	return v == types.True, err == nil && (v == types.True || v == types.False)
}

// number evaluates a share.
func (j *judging) number(l *located, c *plannedCondition) (int64, error) {
	if j.decides(c) && j.pass != nil {
		if v := c.Value(j.pass); v.Kind == record.Number {
			return v.N, nil
		}
	} else if j.decides(c) {
		if v, err := l.Uncharged(j.facts()); err == nil {
			if n, ok := v.(types.Int); ok {
				return int64(n), nil
			}
		}
	}
	return l.Number(j.facts())
}

// decide finds the records that made the condition come out as it did.
func (j *judging) decide(l *located, c *plannedCondition, truth bool) plan.Decided {
	if j.pass != nil && j.decides(c) {
		return c.Decide(j.pass, truth, j.keys)
	}
	d := l.Decide(j.facts(), truth)
	found := plan.Decided{Keys: d.Keys, Count: len(d.Keys), Vacuous: d.Vacuous}
	if j.keys >= 0 && len(d.Keys) > j.keys {
		found.Keys = d.Keys[:j.keys:j.keys]
	}
	return found
}
