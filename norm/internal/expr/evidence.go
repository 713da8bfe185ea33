package expr

import (
	"slices"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// decisive collects the parts of a condition that are evaluated on their own
// when the records that decided it are looked for.
func (n *Node) decisive(parts *[]*Node) {
	keep := func(m *Node) { *parts = append(*parts, m) }
	switch {
	case n.logical():
		for _, a := range n.Args {
			if !a.logical() { // what is made of others follows from them
				keep(a)
			}
			a.decisive(parts)
		}
	case n.Op == Each && n.quantifies():
		keep(n.Args[0])
		keep(n.Args[1])
	case n.counted() != nil:
		keep(n.counted().Args[0])
		keep(n.counted().Args[1])
	}
}

// logical tells whether the node is a condition made of other conditions.
func (n *Node) logical() bool {
	if n.Op != Call {
		return false
	}
	switch n.Name {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot:
		return true
	case operators.Conditional:
		return n.Type == nil || n.Type.IsExactType(types.BoolType)
	}
	return false
}

// quantifies tells whether the macro asks something of a list's elements.
func (n *Node) quantifies() bool {
	switch n.Name {
	case operators.All, operators.Exists, operators.ExistsOne:
		return true
	}
	return false
}

// counted finds the filter in a comparison of xs.filter(x, P).size() with
// something that goes through no list; nil if it is not such a comparison.
func (n *Node) counted() *Node {
	if n.Op != Call || len(n.Args) != 2 {
		return nil
	}
	switch n.Name {
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
	default:
		return nil
	}
	filters := []*Node{}
	for _, side := range n.Args {
		if side.Op == Call && side.Name == "size" && side.Args[0].Op == Each && side.Args[0].Name == operators.Filter {
			filters = append(filters, side.Args[0])
			continue
		}
		goesThrough := false
		side.Walk(func(m *Node) { goesThrough = goesThrough || m.Op == Each })
		if goesThrough {
			return nil
		}
	}
	if len(filters) != 1 {
		return nil
	}
	return filters[0]
}

// Decided tells what decided a condition that came out as truth.
type Decided struct {
	Keys    []ruling.Key // the records, in key order, each once
	Vacuous bool         // true only because a list was empty
}

// Decide finds the records that made the condition come out as it did: the
// breaches of one that does not hold, the witnesses of one that does. It
// derives them from the condition itself: through && || ! and ?:, from what
// exists, all, exists_one and a compared filter(…).size() said of each record.
//
// Each part is evaluated once, and each named value is gone through once, so
// that it costs no more than a few evaluations of the condition.
func (e *Expr) Decide(f *Facts, truth bool) Decided {
	all := &decision{lets: map[string]*decider{}}
	d := all.decider(e, f)
	d.collect(e.root, truth)
	slices.SortFunc(all.keys, func(a, b ruling.Key) int { return slices.Compare(a, b) })
	all.keys = slices.CompactFunc(all.keys, slices.Equal[ruling.Key])
	return Decided{all.keys, truth && d.vacuous(e.root, true)}
}

// decision is what the deciders of a condition and of its named values share.
type decision struct {
	lets map[string]*decider
	keys []ruling.Key
}

func (s *decision) decider(e *Expr, f *Facts) *decider {
	return &decider{decision: s, expr: e, facts: f, outcomes: map[*Node]outcome{}, collected: map[bool]bool{}, empties: map[bool]bool{}}
}

type decider struct {
	*decision
	expr     *Expr
	facts    *Facts
	outcomes map[*Node]outcome

	// Of a named value, by what it came out as:
	collected map[bool]bool // its records have been collected
	empties   map[bool]bool // whether it is vacuous, as far as is known
}

// outcome is what a condition came to.
type outcome uint8

const (
	failed outcome = iota + 1
	yes
	no
)

func outcomeOf(truth bool) outcome {
	if truth {
		return yes
	}
	return no
}

// is tells whether the part came out as truth; a failure is neither.
func (d *decider) is(n *Node, truth bool) bool { return d.outcome(n) == outcomeOf(truth) }

// outcome is that of a part. What is made of others follows from them as CEL
// has it: one side that decides makes up for a failure of the other.
func (d *decider) outcome(n *Node) outcome {
	if known := d.outcomes[n]; known != 0 {
		return known
	}
	out := failed
	switch {
	case n.logical() && n.Name == operators.LogicalNot:
		switch d.outcome(n.Args[0]) {
		case yes:
			out = no
		case no:
			out = yes
		}
	case n.logical() && n.Name == operators.Conditional:
		if condition := d.outcome(n.Args[0]); condition != failed {
			out = d.outcome(n.branch(condition == yes))
		}
	case n.logical():
		decides := outcomeOf(n.Name == operators.LogicalOr)
		l, r := d.outcome(n.Args[0]), d.outcome(n.Args[1])
		switch {
		case l == decides || r == decides:
			out = decides
		case l != failed && r != failed:
			out = l
		}
	default:
		if v, err := d.expr.run(n, d.facts); err == nil {
			if b, ok := v.(types.Bool); ok {
				out = outcomeOf(bool(b))
			}
		}
	}
	d.outcomes[n] = out
	return out
}

func (d *decider) collect(n *Node, truth bool) {
	switch {
	case n.Op == Ident:
		if inner := d.let(n); inner != nil && !inner.collected[truth] {
			inner.collected[truth] = true
			inner.collect(inner.expr.root, truth)
		}
	case n.Op == Call && n.Name == operators.LogicalNot:
		d.collect(n.Args[0], !truth)
	case n.Op == Call && (n.Name == operators.LogicalAnd || n.Name == operators.LogicalOr):
		for _, a := range n.Args {
			if d.is(a, truth) {
				d.collect(a, truth)
			}
		}
	case n.logical(): // ?:
		condition := d.is(n.Args[0], true)
		d.collect(n.Args[0], condition)
		d.collect(n.branch(condition), truth)
	case n.Op == Each && n.quantifies():
		d.records(n, n.Name != operators.All || truth)
	case n.counted() != nil:
		d.records(n.counted(), true)
	}
}

func (n *Node) branch(condition bool) *Node {
	if condition {
		return n.Args[1]
	}
	return n.Args[2]
}

// let is a decider for the condition that a name stands for.
func (d *decider) let(n *Node) *decider {
	let := d.expr.scope.lets[n.Name]
	if let == nil || n.bound != nil || !let.typ.IsExactType(types.BoolType) {
		return nil
	}
	inner := d.lets[n.Name]
	if inner == nil {
		inner = d.decider(let, d.facts)
		d.lets[n.Name] = inner
	}
	return inner
}

// records adds those of the macro's list for which its predicate is truth.
func (d *decider) records(n *Node, truth bool) {
	l, err := d.expr.run(n.Args[0], d.facts)
	if err != nil {
		return
	}
	// A condition that goes through no list of its own is soon done: between
	// the records is often enough to ask whether to go on.
	run := d.expr.run
	if !d.loops(n.Args[1]) {
		run = d.expr.runShort
	}
	for _, element := range elements(l) {
		r, ok := element.(*object)
		if !ok || r.kind.key == nil || d.facts.ctx.Err() != nil {
			return
		}
		var vars interpreter.Activation = &binding{d.facts, n.Var, r}
		if v, err := run(n.Args[1], vars); err == nil && v == types.Bool(truth) {
			d.keys = append(d.keys, r.kind.key(r.rec))
		}
	}
}

// loops tells whether the node goes through a list, or names a value that may.
func (d *decider) loops(n *Node) (found bool) {
	n.Walk(func(m *Node) {
		found = found || m.Op == Each || m.Op == Ident && m.bound == nil && d.expr.scope.lets[m.Name] != nil
	})
	return found
}

// vacuous tells whether the node is truth only because a list is empty.
func (d *decider) vacuous(n *Node, truth bool) bool {
	switch {
	case n.Op == Ident:
		inner := d.let(n)
		if inner == nil {
			return false
		}
		empty, known := inner.empties[truth]
		if !known {
			empty = inner.vacuous(inner.expr.root, truth)
			inner.empties[truth] = empty
		}
		return empty
	case n.Op == Call && n.Name == operators.LogicalNot:
		return d.vacuous(n.Args[0], !truth)
	case n.Op == Call && (n.Name == operators.LogicalAnd || n.Name == operators.LogicalOr):
		if truth == (n.Name == operators.LogicalAnd) {
			// All sides were needed: one that rests on nothing is enough.
			return slices.ContainsFunc(n.Args, func(a *Node) bool { return d.vacuous(a, truth) })
		}
		return !slices.ContainsFunc(n.Args, func(a *Node) bool { return d.is(a, truth) && !d.vacuous(a, truth) })
	case n.logical(): // ?:
		return d.vacuous(n.branch(d.is(n.Args[0], true)), truth)
	case n.Op == Each && n.quantifies():
		return truth == (n.Name == operators.All) && d.empty(n.Args[0])
	case n.counted() != nil:
		return d.empty(n.counted().Args[0])
	}
	return false
}

func (d *decider) empty(n *Node) bool {
	l, err := d.expr.run(n, d.facts)
	return err == nil && len(elements(l)) == 0
}

// Counted is the filter whose size a comparison asks for, and whose records
// therefore decide it; nil for other nodes.
func (n *Node) Counted() *Node { return n.counted() }

// Quantifies tells whether the node is all, exists or exists_one.
func (n *Node) Quantifies() bool { return n.Op == Each && n.quantifies() }
