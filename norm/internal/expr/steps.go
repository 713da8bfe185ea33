package expr

import (
	"errors"
	"fmt"

	"cel.dev/cel-go/common/operators"
)

// Beside the visits of records that [Budget] allows one expression, the work
// of judging a whole month is bounded: in steps, which are calls, fields and
// rounds of a macro. Like the visits they are counted beforehand, at most, so
// that the same norm and month come to the same on every run.
//
// One expression may take about as many steps as going through the month's
// records once for each of them, and all of them together as many, or in a
// large month some times that. In a month of 1,000 records that is a fifth of
// a second, the search for evidence included, which takes about as much as the
// evaluation did.
const (
	leastSteps   = 800_000 // where there are few records
	patternSteps = 20      // of one match, whose pattern and text are longer than a comparison
)

// meter counts the steps of judging one month: how many one expression may
// take, and how many are left for all.
type meter struct{ one, left int64 }

func newMeter(f *Facts) *meter {
	one, all := allowance(int64(f.month.Count() + f.sizes[textsOf]))
	return &meter{one: one, left: all}
}

// allowance is how many steps one expression may take in a month of so many
// records, and how many all of them together.
func allowance(records int64) (one, all int64) {
	one = max(leastSteps, multiply(records, records)/10*8)
	return one, multiply(one, min(max(records, 1000), 3000)) / 1000
}

// admit takes what the expression and the named values that it uses cost, of
// each once.
func (f *Facts) admit(e *Expr) error {
	if cost, budget := e.cost(f), Budget(f.month.Count()); cost > budget {
		return &Failure{To: len([]rune(e.Text)), Reason: fmt.Sprintf("budget: the expression could visit %d records; at most %d are allowed for this month", cost, budget)}
	}
	return f.charge(e)
}

// charge takes what the expression costs, once; the failure is about its whole
// text.
func (f *Facts) charge(e *Expr) error {
	if f.charged[e] {
		return nil
	}
	if err := f.chargeLets(e); err != nil {
		return err
	}
	steps := e.scope.steps(e.root, f)
	if most := min(f.meter.one, f.meter.left); steps > most {
		return &Failure{To: len([]rune(e.Text)), Reason: fmt.Sprintf("budget: the expression could take %d steps; %d are left for this month", steps, most)}
	}
	f.meter.left -= steps
	f.charged[e] = true
	return nil
}

// chargeLets charges the named values that the expression uses, whether or not
// it comes to them when it is evaluated: so the same is charged for every way
// of evaluating.
func (f *Facts) chargeLets(e *Expr) (err error) {
	e.root.Walk(func(n *Node) {
		let := e.scope.lets[n.Name]
		if err != nil || n.Op != Ident || n.bound != nil || let == nil {
			return
		}
		if err = f.charge(let); err != nil {
			if failure, ok := errors.AsType[*Failure](err); ok && failure.Let == "" {
				failure.Let, failure.Reason = n.Name, n.Name+": "+failure.Reason
			}
		}
	})
	return err
}

// steps is how many steps the part takes at most. Named values are charged
// when they are worked out, once.
func (s *Scope) steps(n *Node, f *Facts) int64 {
	var total int64
	switch n.Op {
	case Each:
		round := int64(1)
		for _, body := range n.Args[1:] {
			round = add(round, s.steps(body, f))
		}
		return add(s.steps(n.Args[0], f), multiply(s.length(n.Args[0], f), round))
	case Call:
		total = 1
		switch n.Name {
		case operators.In:
			total = add(total, s.length(n.Args[1], f))
		case "matches":
			total = patternSteps
		}
	case Field, Has:
		total = 1
	}
	for _, a := range n.Args {
		total = add(total, s.steps(a, f))
	}
	return total
}
