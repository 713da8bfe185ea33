package lint

import (
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// Implies tells whether criterion i can't be met without criterion j, by their
// indices. Of the norm it needs the scope, the parameters and the criteria. It
// is proven or false, as the warning [Implied] is.
func Implies(n *Norm, i, j int) bool {
	l := newLinter(n)
	a, b := l.demands(&n.Criteria[i]), l.demands(&n.Criteria[j])
	return len(a) > 0 && len(b) > 0 && l.follows(a, b)
}

// Alike tells whether two expressions of one scope come out alike in every
// month, failures included: they read the same but for conditions that are
// alike in each of the cells into which their constants cut what a record can
// be. cells is how many were looked at. It is proven or false.
func Alike(s *expr.Scope, params map[string]any, a, b *expr.Expr) (cells int, alike bool) {
	p := &prover{scope: s, params: params}
	alike = p.alike(a.Root(), b.Root(), nil, nil)
	return p.looked, alike
}

type prover struct {
	scope  *expr.Scope
	params map[string]any
	looked int
}

// alike compares two parts that stand in the macros, or in none.
func (p *prover) alike(a, b, macroA, macroB *expr.Node) bool {
	one, other := &pred{a, macroA, p.scope}, &pred{b, macroB, p.scope}
	if one.text(a) == other.text(b) {
		return true
	}
	if isTruth(a) && isTruth(b) {
		c, looked := &cells{scope: p.scope, params: p.params}, 0
		if c.holds([]*pred{one, other}, func(get func(*pred) outcome) bool {
			looked++
			return get(one) == get(other)
		}) {
			p.looked += looked
			return true
		}
	}
	if a.Op != b.Op || a.Name != b.Name || len(a.Args) != len(b.Args) || len(a.Args) == 0 {
		return false
	}
	for i := range a.Args {
		inA, inB := macroA, macroB
		if a.Op == expr.Each && i > 0 {
			inA, inB = a, b
		}
		if !p.alike(a.Args[i], b.Args[i], inA, inB) {
			return false
		}
	}
	return true
}

func isTruth(n *expr.Node) bool { return n.Type != nil && n.Type.IsExactType(types.BoolType) }
