package lint

import (
	"math"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// Limits of the effort for one norm, counted and not timed, so that the same
// norm gets the same warnings everywhere. The reference norm needs a hundredth
// of them. Where they end, nothing more is claimed.
const (
	mostParts  = 20_000    // of a criterion's conditions, with what names stand for
	mostSteps  = 1_000_000 // of proofs: cells, and conditions held beside each other
	mostVisits = 500_000   // of records, in the months that are tried
	mostSeen   = 200_000   // parts of conditions in months of tests
	perMonth   = 200       // what making a month costs, in visits,
	perRecord  = 10        // and each of its records
)

// size counts the parts of the expression with what names stand for.
func (l *linter) size(e *expr.Expr) int { return l.Scope.Size(e, l.sizes) }

// legible tells whether the criterion is small enough to be looked into.
func (l *linter) legible(c *Criterion) bool {
	size := 0
	for _, p := range c.parts() {
		size = min(size+l.size(p.Expr), math.MaxInt32)
	}
	return size <= mostParts
}

// afford tells whether there is effort left for so many steps of a proof.
func (l *linter) afford(steps int) bool {
	l.steps += steps
	return l.steps <= mostSteps
}

// tired tells whether no more months can be tried.
func (l *linter) tired() bool { return l.visits > mostVisits }

// facts views a month that is tried; nil if it breaks the rules of month
// documents, or if there is no effort left for trying months.
func (l *linter) facts(c *Criterion, m *finding.Month) *expr.Facts {
	if l.tired() {
		return nil
	}
	f := l.search().Facts(m)
	if f == nil {
		return nil
	}
	l.visits += perMonth + perRecord*int64(m.Count())
	for _, p := range c.parts() {
		l.visits += p.Expr.Visits(f)
	}
	return f
}
