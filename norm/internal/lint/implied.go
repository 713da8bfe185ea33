package lint

import (
	"cel.dev/cel-go/common/operators"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// implied warns of a criterion that can't be met without another: what fails
// the other costs the weight of both. It is proven, demand by demand, or not
// said.
func (l *linter) implied() {
	demands := make([][]demand, len(l.Criteria))
	for i := range l.Criteria {
		demands[i] = l.demands(&l.Criteria[i])
	}
	implies := func(i, j int) bool {
		return len(demands[i]) > 0 && len(demands[j]) > 0 && l.follows(demands[i], demands[j])
	}
	for i := range l.Criteria {
		for j := range l.Criteria {
			if i == j || !implies(i, j) || j > i && implies(j, i) {
				continue
			}
			a, b := &l.Criteria[i], &l.Criteria[j]
			l.warn(a.At.Start, a.At, Implied, "ask of each criterion what the other does not, or allow it with a reason",
				"%q is never met without %q: what fails %[2]q costs both weights, %v and %v", a.ID, b.ID, b.Weight, a.Weight)
		}
	}
}

// demand is one of the conditions that must all hold for a criterion to be
// met.
type demand struct {
	node    *expr.Node
	truth   bool // what it must be
	applies bool // else the criterion costs nothing
	size    int  // of the expression that it is taken from
}

// demands takes the criterion's conditions apart at what joins them; none if
// it has no condition, or one that is true in part.
func (l *linter) demands(c *Criterion) []demand {
	if c.When.Expr == nil || c.Evidence.Expr != nil || !l.legible(c) { // evidence that fails makes it unknown
		return nil
	}
	var all []demand
	for _, p := range []Part{c.Applies, c.Measured, c.When} {
		if p.Expr != nil {
			all = l.split(p.Expr.Root(), demand{nil, true, p.Expr == c.Applies.Expr, l.size(p.Expr)}, all)
		}
	}
	return all
}

func (l *linter) split(n *expr.Node, d demand, all []demand) []demand {
	not := d
	not.truth = !d.truth
	switch {
	case n.Op == expr.Ident && n.Bound() == nil && l.Scope.Value(n.Name) != nil:
		return l.split(l.Scope.Value(n.Name).Root(), d, all)
	case n.Op == expr.Lit:
		return all
	case n.Op == expr.Call && n.Name == operators.LogicalNot:
		return l.split(n.Args[0], not, all)
	case n.Op == expr.Call && n.Name == operators.LogicalAnd && d.truth, n.Op == expr.Call && n.Name == operators.LogicalOr && !d.truth:
		return l.split(n.Args[1], d, l.split(n.Args[0], d, all))
	}
	d.node = n
	return append(all, d)
}

// follows tells whether each of the demands that follow is met whenever all of
// those given are.
func (l *linter) follows(given, follow []demand) bool {
	for _, f := range follow {
		met := false
		for _, g := range given {
			// A criterion that does not apply costs nothing, so what makes it
			// apply proves nothing but that another applies.
			if met = (f.applies || !g.applies) && l.follow(g, f); met {
				break
			}
		}
		if !met {
			return false
		}
	}
	return true
}

// shape is a demand as a count: of the records of a list for which a
// condition is true, or of those for which it is not.
type shape struct {
	list string // canonical
	*pred
	form  form
	limit int64
}

type form uint8

const (
	plain  form = iota // about no list: the condition itself is true
	forAll             // the condition is true for each record
	never              // the condition is false for each record
	least              // it is true for at least so many, and counted
	most               // it is true for at most so many, and counted
	some               // it is true for one at least; others may fail
)

// shape reads the demand; ok is false for what has no shape that proves
// anything.
func (l *linter) shape(d demand) (s shape, ok bool) {
	n := d.node
	if n.Op == expr.Each && len(n.Args) == 2 {
		p := &pred{n.Args[1], n, l.Scope}
		s = shape{list: (&pred{scope: l.Scope}).text(n.Args[0]), pred: p}
		switch {
		case n.Name == operators.Exists && d.truth:
			s.form = some
		case n.Name == operators.Exists:
			s.form = never
		case n.Name == operators.All && d.truth:
			s.form = forAll
		default:
			return s, false
		}
		return s, true
	}
	if n.Op == expr.Call && len(n.Args) == 2 {
		if s, ok := l.count(n, d.truth); ok {
			return s, true
		}
	}
	return shape{pred: &pred{n, nil, l.Scope}}, true
}

// count reads a comparison of a filter's size with a number.
func (l *linter) count(n *expr.Node, truth bool) (s shape, ok bool) {
	size, other, name := n.Args[0], n.Args[1], n.Name
	if _, isSize := sized(size); !isSize {
		size, other, name = other, size, mirror(name)
	}
	filter, isSize := sized(size)
	limit, known := (&bare{l.Scope, l.Params, nil}).number(other)
	if !isSize || !known {
		return s, false
	}
	if !truth {
		name = opposite(name)
	}
	s = shape{list: (&pred{scope: l.Scope}).text(filter.Args[0]), pred: &pred{filter.Args[1], filter, l.Scope}, limit: limit}
	switch name {
	case operators.Greater:
		s.form, s.limit = least, limit+1
	case operators.GreaterEquals:
		s.form = least
	case operators.Less:
		s.form, s.limit = most, limit-1
	case operators.LessEquals:
		s.form = most
	case operators.Equals:
		s.form = most
		return s, limit == 0
	default:
		return s, false
	}
	return s, true
}

func mirror(name string) string {
	switch name {
	case operators.Greater:
		return operators.Less
	case operators.GreaterEquals:
		return operators.LessEquals
	case operators.Less:
		return operators.Greater
	case operators.LessEquals:
		return operators.GreaterEquals
	}
	return name
}

func opposite(name string) string {
	switch name {
	case operators.Greater:
		return operators.LessEquals
	case operators.GreaterEquals:
		return operators.Less
	case operators.Less:
		return operators.GreaterEquals
	case operators.LessEquals:
		return operators.Greater
	}
	return ""
}

// follow tells whether f is met whenever g is.
func (l *linter) follow(g, f demand) bool {
	if !l.afford(g.size + f.size) {
		return false
	}
	none := &pred{scope: l.Scope}
	if g.truth == f.truth && none.text(g.node) == none.text(f.node) {
		return true
	}
	if f.node.Op == expr.Call && f.node.Name == operators.LogicalOr && f.truth {
		return l.follow(g, demand{node: f.node.Args[0], truth: true, size: f.size}) || l.follow(g, demand{node: f.node.Args[1], truth: true, size: f.size})
	}
	a, okA := l.shape(g)
	b, okB := l.shape(f)
	if !okA || !okB || a.list != b.list || (a.form == plain) != (b.form == plain) {
		return false
	}
	c := &cells{scope: l.Scope, params: l.Params, afford: func() bool { return l.afford(g.size + f.size) }}
	each := func(claim func(a, b outcome) bool) bool {
		return c.holds([]*pred{a.pred, b.pred}, func(get func(*pred) outcome) bool { return claim(get(a.pred), get(b.pred)) })
	}
	if a.form == plain {
		want := func(d demand) outcome { return holdsIf(d.truth) }
		return each(func(a, b outcome) bool { return a != want(g) || b == want(f) })
	}
	return proof(a, b, each)
}

// proof says what must hold of each record. A count fails if its condition
// fails for any record; exists fails only if it is true for none.
func proof(a, b shape, each func(claim func(a, b outcome) bool) bool) bool {
	// What the given demand says of each record, and of those that it counts.
	said := func(o outcome) bool { return true }
	switch a.form {
	case forAll:
		said = func(o outcome) bool { return o == yes }
	case never:
		said = func(o outcome) bool { return o == no }
	case most:
		said = func(o outcome) bool { return o != fails && (a.limit > 0 || o == no) }
	case least:
		said = func(o outcome) bool { return o != fails }
	}
	all := func(then func(a, b outcome) bool) bool {
		return each(func(a, b outcome) bool { return !said(a) || then(a, b) })
	}
	counted := (a.form == least && a.limit >= 1) || a.form == some
	switch b.form {
	case forAll:
		return all(func(_, b outcome) bool { return b == yes })
	case never:
		return all(func(_, b outcome) bool { return b == no })
	case some:
		return counted && all(func(a, b outcome) bool { return a != yes || b == yes })
	case least:
		if b.limit <= 0 {
			return all(func(_, b outcome) bool { return b != fails })
		}
		most := a.limit
		if a.form == some {
			most = 1
		}
		return counted && most >= b.limit && all(func(a, b outcome) bool { return b != fails && (a != yes || b == yes) })
	case most:
		if b.limit < 0 {
			return false
		}
		if all(func(_, b outcome) bool { return b == no }) {
			return true
		}
		return a.form == most && a.limit <= b.limit && all(func(a, b outcome) bool { return b != fails && (b != yes || a == yes) })
	}
	return false
}
