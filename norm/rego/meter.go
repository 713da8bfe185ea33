package rego

import (
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// Budget is how many steps all of a norm's rules may take together in a month
// of so many records, for so many criteria. A step is an event of OPA's
// evaluation: an expression evaluated, a rule entered, two terms held against
// each other, such as each record that a rule goes through. The reference
// norm's twin, of eight criteria, takes at most 130 a record. The budget grows
// with the month, so that a large company is judged like a small one; the part
// that does not leaves room for pairs of some hundred records.
//
// A criterion that is judged in the norm's pass takes nothing from it, as long
// as OPA could judge it within a budget of its own; else OPA judges it, within
// that of all.
func Budget(records, criteria int) int64 {
	return 70_000 + int64(records)*int64(130+40*criteria)
}

// stop is what ends a run from within: it is thrown where the budget or the
// context ends, and caught where the rule was asked for.
type stop struct{ cancelled bool }

// charge takes steps from the budget, if they are counted.
func (r *run) charge(steps int) {
	if r.left -= int64(steps); r.left < 0 && r.metered {
		panic(stop{})
	}
	if r.events++; r.events%256 == 0 && r.ctx.Err() != nil {
		panic(stop{cancelled: true})
	}
}

// meter counts a run's events. It is a tracer of OPA's, since those see every
// step of an evaluation, the same ones each time.
type meter struct{ *run }

// Enabled is always true.
func (meter) Enabled() bool { return true }

// Config asks for no variables, which would cost more than the evaluation.
func (meter) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

// TraceEvent counts one step, and more where large values are held against
// each other.
func (m meter) TraceEvent(e topdown.Event) {
	if e.Location != nil {
		m.place = e.Location
	}
	steps := 1
	if e.Op == topdown.UnifyOp {
		if x, ok := e.Node.(*ast.Expr); ok {
			if terms, ok := x.Terms.([]*ast.Term); ok && len(terms) == 3 {
				steps = min(elements(terms[1]), elements(terms[2])) + parts(terms[1]) + parts(terms[2])
			}
		}
	}
	m.charge(steps)
}

// watch ends an evaluation with its context, where no meter does.
type watch struct{ *run }

// Cancel does nothing: the context ends the run.
func (watch) Cancel() {}

// Cancelled is asked at each expression.
func (w watch) Cancelled() bool {
	w.events++
	return w.events%256 == 0 && w.ctx.Err() != nil
}

// elements is how many elements the term has at most; a name can stand for any
// number, but binding it costs nothing.
func elements(t *ast.Term) int {
	switch v := t.Value.(type) {
	case *ast.Array:
		return 1 + v.Len()
	case ast.Set:
		return 1 + v.Len()
	case ast.Object:
		return 1 + v.Len()
	}
	return 1
}

// parts is how many values a list that is written out is put together of.
func parts(t *ast.Term) int {
	if t.IsGround() {
		return 0
	}
	return elements(t) - 1
}

// ask evaluates one rule: its value, or why there is none.
func (r *run) ask(q question, name string) (v ast.Value, failed string) {
	r.place = q.at
	defer func() {
		switch e := recover().(type) {
		case nil:
		case stop:
			v, failed = nil, r.where(r.place, fmt.Sprintf("budget: the rules take more than the %d steps that are allowed for this month", r.budget))
		default:
			v, failed = nil, r.where(r.place, fmt.Sprintf("the evaluation broke off: %v", e))
		}
	}()
	query := topdown.NewQuery(q.body).WithCompiler(r.policy.compiler).WithStore(r.store).WithTransaction(r.txn).
		WithInput(r.month.input).WithBuiltins(r.builtins).WithStrictBuiltinErrors(true).WithCancel(watch{r})
	if r.shared { // nothing that it holds was cut short: none of it can fail, and no steps are counted
		query = query.WithVirtualCache(r.cache)
	}
	if r.metered {
		query = query.WithQueryTracer(meter{r})
	}
	results, err := query.Run(r.ctx)
	switch {
	case err != nil:
		return nil, r.failure(err)
	case len(results) == 0:
		return nil, r.where(q.at, name+" is undefined")
	}
	return results[0][ast.Var("answer")].Value, ""
}

// failure is what OPA says went wrong, at its place.
func (r *run) failure(err error) string {
	var e *topdown.Error
	if !errors.As(err, &e) {
		return r.where(r.place, err.Error())
	}
	message := e.Message
	if e.Code == topdown.ConflictErr {
		message = "the rule has two values at once"
	}
	return r.where(e.Location, message)
}
