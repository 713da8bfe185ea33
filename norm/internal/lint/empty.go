package lint

import (
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// truth is what is known of a condition: it may be true, it may be something
// else (false or a failure), or both.
type truth uint8

const (
	canHold truth = 1 << iota
	canFail
	anything = canHold | canFail
)

// bare works out what an expression can be in months in which some lists have
// no record, whatever is in the others. It never rules out what can be.
type bare struct {
	scope  *expr.Scope
	params map[string]any
	empty  map[string]bool
}

// truth of a condition. not is what it is if it is to be false, since a
// failure is neither.
func (b *bare) truth(n *expr.Node, want bool) truth {
	switch {
	case n.Op == expr.Lit && n.Value.Type() == types.BoolType:
		return certain((n.Value == types.True) == want)
	case n.Op == expr.Ident && n.Bound() == nil && b.scope.Value(n.Name) != nil:
		return b.truth(b.scope.Value(n.Name).Root(), want)
	case n.Op == expr.Call:
		return b.call(n, want)
	case n.Op == expr.Each && b.nothing(n.Args[0]):
		switch n.Name {
		case operators.All:
			return certain(want)
		case operators.Exists, operators.ExistsOne:
			return certain(!want)
		}
	}
	return anything
}

func certain(holds bool) truth {
	if holds {
		return canHold
	}
	return canFail
}

func (b *bare) call(n *expr.Node, want bool) truth {
	switch n.Name {
	case operators.LogicalNot:
		return b.truth(n.Args[0], !want)
	case operators.LogicalAnd, operators.LogicalOr:
		left, right := b.truth(n.Args[0], want), b.truth(n.Args[1], want)
		if want == (n.Name == operators.LogicalAnd) { // both are needed
			return left&right&canHold | (left|right)&canFail
		}
		return (left|right)&canHold | left&right&canFail
	case operators.Conditional:
		yes, no := b.truth(n.Args[0], true), b.truth(n.Args[0], false)
		var t truth
		if yes&canHold != 0 {
			t |= b.truth(n.Args[1], want)
		}
		if no&canHold != 0 {
			t |= b.truth(n.Args[2], want)
		}
		if yes&canFail != 0 && no&canFail != 0 {
			t |= canFail
		}
		return t
	}
	if len(n.Args) != 2 {
		return anything
	}
	left, okLeft := b.number(n.Args[0])
	right, okRight := b.number(n.Args[1])
	if !okLeft || !okRight {
		return anything
	}
	holds, ok := compare(n.Name, left, right)
	if !ok {
		return anything
	}
	return certain(holds == want)
}

func compare(name string, left, right int64) (holds, ok bool) {
	switch name {
	case operators.Equals:
		return left == right, true
	case operators.NotEquals:
		return left != right, true
	case operators.Less:
		return left < right, true
	case operators.LessEquals:
		return left <= right, true
	case operators.Greater:
		return left > right, true
	case operators.GreaterEquals:
		return left >= right, true
	}
	return false, false
}

// number is the value of what is the same in every such month.
func (b *bare) number(n *expr.Node) (int64, bool) {
	switch {
	case n.Op == expr.Lit && n.Value.Type() == types.IntType:
		return n.Value.Value().(int64), true
	case n.Op == expr.Field && n.Args[0].Op == expr.Ident && n.Args[0].Name == "params" && n.Args[0].Bound() == nil:
		v, ok := b.params[n.Name].(int64)
		return v, ok
	case n.Op == expr.Ident && n.Bound() == nil && b.scope.Value(n.Name) != nil:
		return b.number(b.scope.Value(n.Name).Root())
	case n.Op == expr.Call && n.Name == "size":
		return 0, b.nothing(n.Args[0])
	case n.Op != expr.Call || len(n.Args) != 2:
		return 0, false
	}
	left, okLeft := b.number(n.Args[0])
	right, okRight := b.number(n.Args[1])
	ok := okLeft && okRight && small(left) && small(right)
	switch n.Name {
	case operators.Add:
		return left + right, ok
	case operators.Subtract:
		return left - right, ok
	case operators.Multiply:
		return left * right, ok
	}
	return 0, false
}

// small numbers multiply without overflow.
func small(n int64) bool { return n < 1<<31 && n > -1<<31 }

// nothing tells whether the list has no element in every such month.
func (b *bare) nothing(n *expr.Node) bool {
	switch {
	case b.empty[b.scope.MonthList(n)]:
		return true
	case n.Op == expr.List:
		return len(n.Args) == 0
	case n.Op == expr.Each && n.Type != nil && n.Type.Kind() == types.ListKind:
		return b.nothing(n.Args[0])
	case n.Op == expr.Ident && n.Bound() == nil && b.scope.Value(n.Name) != nil:
		return b.nothing(b.scope.Value(n.Name).Root())
	}
	return false
}
