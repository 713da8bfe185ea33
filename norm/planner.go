package norm

import (
	"context"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/plan"
)

// answering gives the answers of a policy's criteria, of which those that the
// plan holds are read from the pass, with at most so many keys of evidence
// each; all, if keys is negative. The month is made only if it is needed.
type answering = func(ctx context.Context, pass *plan.Pass, month func() *finding.Month, p finding.Period, keys int) ([]Answer, error)

// beyond tells why a plan does not hold a policy's criterion, and the place of
// what stands in the way; empty if it holds it.
type beyond = func(criterion int) (place, reason string)

// planner is a policy whose criteria can be judged in the norm's pass.
type planner interface {
	// Plan adds them to the norm's conditions.
	Plan(*plan.Builder) (answering, beyond)
}

// planPolicy plans what the modules are asked.
func (n *Norm) planPolicy(p *planned, b *plan.Builder) {
	if policy, ok := n.policy.(planner); ok {
		p.answers, p.beyond = policy.Plan(b)
	}
}

// answers asks the modules about the month.
func (j *judging) answers() ([]Answer, error) {
	if j.norm.planned.answers == nil || j.pass == nil {
		return j.norm.policy.Judge(j.ctx, j.whole().month, j.month.period)
	}
	return j.norm.planned.answers(j.ctx, j.pass, func() *finding.Month { return j.whole().month }, j.month.period, j.keys)
}
