package expr

import (
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/plan"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
)

// A macro within the condition of another goes through a list for each record
// of the other. Where it asks for those with the same text in a field, as
//
//	employees.all(e, courses.exists(c, c.employee == e.id && has(c.completed)))
//
// the records are looked up by that text, so each list is gone through once.

const noLookup = "a list is gone through for each record of another, not looked up by a text"

// joinQuantifier translates such a macro.
func (t *translation) joinQuantifier(n *Node) *plan.Node {
	switch n.Name {
	case operators.Exists:
		return t.join(plan.JoinExists, n, n.Args[0], n.Args[1], false)
	case operators.All: // none for which it does not hold
		found := t.join(plan.JoinExists, n, n.Args[0], n.Args[1], true)
		return &plan.Node{Op: plan.Not, Args: []*plan.Node{found}}
	}
	one := &plan.Node{Op: plan.Const, Value: record.OfNumber(1)}
	return &plan.Node{Op: plan.Equal, Args: []*plan.Node{t.join(plan.JoinCount, n, n.Args[0], n.Args[1], false), one}}
}

// joinCount translates the size of a filtered list.
func (t *translation) joinCount(n, of *Node) *plan.Node {
	if of.Op != Each || of.Name != operators.Filter {
		return t.refuse(n, noLookup)
	}
	return t.join(plan.JoinCount, of, of.Args[0], of.Args[1], false)
}

// joinIn translates text in list.map(x, x.field).
func (t *translation) joinIn(n *Node, text *plan.Node) *plan.Node {
	macro := n.Args[1]
	of := macro.Args[len(macro.Args)-1]
	if macro.Name != operators.Map || !isTextOf(of, macro) {
		return t.refuse(macro, "what is looked for is looked for in a list of its own")
	}
	through := t.through(macro.Args[0], t.expr)
	if through == nil {
		return text
	}
	node := &plan.Node{Op: plan.JoinIn, Args: []*plan.Node{text}, Through: through, Field: through.List.Field(of.Name)}
	if len(macro.Args) == 3 {
		through.Where = t.about(macro, through.List)
	}
	t.joined = true
	return node
}

// join looks for the one comparison of two texts among the parts of the
// condition, all of which must hold; denied, if what is asked for is that the
// condition does not.
func (t *translation) join(op plan.Op, macro, list, condition *Node, denied bool) *plan.Node {
	outer := t.around
	through := t.through(list, t.expr)
	if through == nil {
		return &plan.Node{Op: op}
	}
	node := &plan.Node{Op: op, Through: through}
	for _, part := range parts(condition, denied, nil) {
		inner, other := compared(part, macro, outer, denied)
		switch {
		case inner == nil:
			through.Where = both(through.Where, t.part(macro, through.List, part, denied))
		case node.Field != nil:
			return t.refuse(part, noLookup)
		default:
			node.Field, node.Args = through.List.Field(inner.Name), []*plan.Node{t.value(other)}
		}
	}
	if node.Field == nil {
		return t.refuse(macro, noLookup)
	}
	t.joined = true
	return node
}

// part translates one part of the condition, or that it does not hold.
func (t *translation) part(macro *Node, list *record.List, n *Node, denied bool) *plan.Node {
	said := t.speaking(macro, list, n)
	if denied {
		return &plan.Node{Op: plan.Not, Args: []*plan.Node{said}}
	}
	return said
}

func both(a, b *plan.Node) *plan.Node {
	if a == nil {
		return b
	}
	return &plan.Node{Op: plan.And, Args: []*plan.Node{a, b}}
}

// parts are what must hold together: the sides of && or, of what must not
// hold, those of ||.
func parts(n *Node, denied bool, all []*Node) []*Node {
	if n.Op == Call && (n.Name == operators.LogicalAnd && !denied || n.Name == operators.LogicalOr && denied) {
		return parts(n.Args[1], denied, parts(n.Args[0], denied, all))
	}
	return append(all, n)
}

// compared tells whether the part says that a text of the macro's record is a
// text of the other record, or if it is denied that it is not: then it gives
// both.
func compared(n, macro, outer *Node, denied bool) (inner, other *Node) {
	if n.Op != Call || n.Name != operators.Equals && !denied || denied && n.Name != operators.NotEquals {
		return nil, nil
	}
	l, r := n.Args[0], n.Args[1]
	switch {
	case isTextOf(l, macro) && isTextOf(r, outer):
		return l, r
	case isTextOf(r, macro) && isTextOf(l, outer):
		return r, l
	}
	return nil, nil
}

// isTextOf tells whether the node is a text of the macro's record.
func isTextOf(n, macro *Node) bool {
	return n.Op == Field && n.Args[0].Op == Ident && n.Args[0].bound == macro && macro != nil && n.Type.IsExactType(types.StringType)
}
