package expr

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Failure is an evaluation that came to no value: where in the expression,
// and why.
type Failure struct {
	From, To int // code points of the author's text
	Reason   string
	Let      string // the named value in whose text it is; empty: the expression's own
}

// Error is the reason.
func (f *Failure) Error() string { return f.Reason }

// Facts are a month as expressions see it. They are made once a month and
// serve every expression of the norm.
type Facts struct {
	month   *finding.Month
	period  finding.Period
	vars    map[string]any
	lets    map[string]*Expr
	sizes   map[string]int   // records by list; the longest list of texts by field
	costs   map[string]int64 // of the named values, as far as they were asked for
	lengths map[at]int64     // of lists, likewise
	meter   *meter
	charged map[*Expr]bool // what the meter has been charged for
	ctx     context.Context
}

// Facts views a normal month through the scope. params holds every declared
// parameter.
func (s *Scope) Facts(ctx context.Context, m *finding.Month, p finding.Period, params map[string]any) *Facts {
	f := &Facts{month: m, period: p, ctx: ctx, lets: s.lets, sizes: map[string]int{}, costs: map[string]int64{}, lengths: map[at]int64{}, charged: map[*Expr]bool{}, vars: map[string]any{
		"month":  types.String(m.Month.String()),
		startVar: types.Timestamp{Time: p.Start},
		endVar:   types.Timestamp{Time: p.End},
	}}
	f.vars["company"] = &object{companyKind, &m.Company, p}
	values := make(map[string]ref.Val, len(params))
	for name, v := range params {
		values[name] = types.DefaultTypeAdapter.NativeToValue(v)
	}
	f.vars["params"] = &object{s.params, values, p}
	f.lists(m)
	customs := make(map[string]ref.Val, len(s.customs))
	for name, k := range s.customs {
		customs[name] = list(f, k, m.Custom[name])
	}
	f.vars["custom"] = &object{s.custom, customs, p}
	f.meter = newMeter(f)
	return f
}

func (f *Facts) lists(m *finding.Month) {
	for _, k := range kinds {
		switch k.list {
		case "websites":
			f.vars[k.list] = list(f, k, m.Websites)
			measure(f, m.Websites, func(w *finding.Website) int { return len(w.Sources) })
		case "computers":
			f.vars[k.list] = list(f, k, m.Computers)
			measure(f, m.Computers, func(c *finding.Computer) int { return len(c.Sources) })
		case "vulnerabilities":
			f.vars[k.list] = list(f, k, m.Vulnerabilities)
			measure(f, m.Vulnerabilities, func(v *finding.Vulnerability) int { return max(len(v.Sources), len(v.References)) })
		case "employees":
			f.vars[k.list] = list(f, k, m.Employees)
		case "questionnaires":
			f.vars[k.list] = list(f, k, m.Questionnaires)
		case "courses":
			f.vars[k.list] = list(f, k, m.Courses)
		case "phishing":
			f.vars[k.list] = list(f, k, m.Phishing)
		}
	}
}

func list[T any](f *Facts, k *kind, records []T) ref.Val {
	values := make([]ref.Val, len(records))
	views := make([]object, len(records))
	for i := range records {
		views[i] = object{k, &records[i], f.period}
		values[i] = &views[i]
	}
	f.sizes[k.list] = len(records)
	return types.NewRefValList(types.DefaultTypeAdapter, values)
}

// textsOf is the key in sizes of the longest list of texts in any record.
const textsOf = "texts"

func measure[T any](f *Facts, records []T, length func(*T) int) {
	for i := range records {
		f.sizes[textsOf] = max(f.sizes[textsOf], length(&records[i]))
	}
}

// ResolveName finds a variable; a named value is worked out when first asked
// for, and its failure is the failure of whoever asked.
func (f *Facts) ResolveName(name string) (any, bool) {
	if v, ok := f.vars[name]; ok {
		return v, true
	}
	let := f.lets[name]
	if let == nil {
		return nil, false
	}
	var v any
	err := f.charge(let)
	if err == nil {
		v, err = let.run(let.root, f)
	}
	if err != nil {
		if failure, ok := errors.AsType[*Failure](err); ok && failure.Let == "" {
			failure.Let = name
		}
		v = types.WrapErr(fmt.Errorf("%s: %w", name, err))
	}
	f.vars[name] = v
	return v, true
}

// Parent is none: all variables are here.
func (f *Facts) Parent() interpreter.Activation { return nil }

// Truth evaluates a condition.
func (e *Expr) Truth(f *Facts) (bool, error) {
	v, err := e.value(f)
	if err != nil {
		return false, err
	}
	b, ok := v.(types.Bool)
	if !ok {
		return false, &Failure{Reason: "the condition gave no true or false"}
	}
	return bool(b), nil
}

// Uncharged evaluates the condition without taking its steps from those that
// are left for the month, as a plan does.
func (e *Expr) Uncharged(f *Facts) (ref.Val, error) { return e.run(e.root, f) }

// Number evaluates a share.
func (e *Expr) Number(f *Facts) (int64, error) {
	v, err := e.value(f)
	if err != nil {
		return 0, err
	}
	n, ok := v.(types.Int)
	if !ok {
		return 0, &Failure{Reason: "the expression gave no number"}
	}
	return int64(n), nil
}

// Keys evaluates a list of records to their keys.
func (e *Expr) Keys(f *Facts) ([]ruling.Key, error) {
	v, err := e.value(f)
	if err != nil {
		return nil, err
	}
	var keys []ruling.Key
	for _, element := range elements(v) {
		if r, ok := element.(*object); ok && r.kind.key != nil {
			keys = append(keys, r.kind.key(r.rec))
		}
	}
	return keys, nil
}

// value evaluates the whole expression within the budget.
func (e *Expr) value(f *Facts) (ref.Val, error) {
	if err := f.admit(e); err != nil {
		return nil, err
	}
	return e.run(e.root, f)
}

// run evaluates one planned part of the expression.
func (e *Expr) run(n *Node, vars interpreter.Activation) (ref.Val, error) {
	program := e.plans[n]
	if program == nil {
		return nil, &Failure{Reason: "this part of the expression was not planned"}
	}
	ctx := context.Background()
	if f := factsOf(vars); f != nil {
		ctx = f.ctx
	}
	v, _, err := program.ContextEval(ctx, vars)
	if err != nil {
		return nil, e.failure(err)
	}
	return v, nil
}

// runShort is run for what need not be interrupted.
func (e *Expr) runShort(n *Node, vars interpreter.Activation) (ref.Val, error) {
	program := e.plans[n]
	if program == nil {
		return e.run(n, vars)
	}
	v, _, err := program.Eval(vars)
	if err != nil {
		return nil, e.failure(err)
	}
	return v, nil
}

func factsOf(vars interpreter.Activation) *Facts {
	for vars != nil {
		switch v := vars.(type) {
		case *Facts:
			return v
		case *binding:
			vars = v.Activation
		default:
			return nil
		}
	}
	return nil
}

// failure finds the place of a run-time error.
func (e *Expr) failure(err error) error {
	var inner *Failure
	if errors.As(err, &inner) { // of a named value
		return &Failure{inner.From, inner.To, err.Error(), inner.Let}
	}
	f := &Failure{Reason: strings.TrimSpace(err.Error())}
	if located, ok := errors.AsType[*types.Err](err); ok {
		e.root.Walk(func(n *Node) {
			if n.expr.ID() == located.NodeID() {
				f.From, f.To = n.from-e.shift, n.to-e.shift
			}
		})
	}
	return f
}

// binding is one variable of a macro over the rest.
type binding struct {
	interpreter.Activation
	name  string
	value ref.Val
}

// ResolveName finds the macro's variable, then everything else.
func (b *binding) ResolveName(name string) (any, bool) {
	if name == b.name {
		return b.value, true
	}
	return b.Activation.ResolveName(name)
}

func elements(v ref.Val) []ref.Val {
	l, ok := v.(traits.Lister)
	if !ok {
		return nil
	}
	var all []ref.Val
	for it := l.Iterator(); it.HasNext() == types.True; {
		all = append(all, it.Next())
	}
	return all
}

var _ cel.Activation = (*Facts)(nil)
