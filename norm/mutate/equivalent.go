package mutate

import (
	"slices"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// Equivalent gives the reason for which a mutant judges every month as the
// norm does; empty if there is none that is certain.
func Equivalent(n, changed *norm.Norm, m Mutant) string {
	switch {
	case m.Kind == Scoring && n.Scoring().EarnNotApplicable != changed.Scoring().EarnNotApplicable && !mayNotApply(n):
		return "no criterion has applies, so that none is ever not applicable"
	case m.Kind == Parameters && !uses(n, m.Criterion):
		return "no condition uses the parameter"
	case unusedLet(n, m):
		return "no criterion uses the named value"
	}
	return ""
}

func mayNotApply(n *norm.Norm) bool {
	for i := range n.Source().Criteria {
		if n.Policy() == nil || n.Policy().Has(i, "applies") {
			return true
		}
	}
	return slices.ContainsFunc(n.Parts(), func(p norm.Part) bool { return p.Key == "applies" })
}

// uses tells whether any expression, or a module, uses the parameter.
func uses(n *norm.Norm, parameter string) bool {
	if p := n.Policy(); p != nil && p.Uses("params."+parameter) {
		return true
	}
	used := false
	for _, p := range n.Parts() {
		p.Expr.Root().Walk(func(x *expr.Node) {
			used = used || x.Op == expr.Field && x.Name == parameter && x.Args[0].Name == "params"
		})
	}
	return used
}

// unusedLet tells whether the mutant is in a named value that no criterion
// uses, directly or through another.
func unusedLet(n *norm.Norm, m Mutant) bool {
	parts := n.Parts()
	isLet := func(name string) bool {
		return slices.ContainsFunc(parts, func(p norm.Part) bool { return p.Criterion == "" && p.Key == name })
	}
	switch m.Kind {
	case Comparison, Constant, Logic:
	default:
		return false
	}
	if !isLet(m.Criterion) || slices.ContainsFunc(n.Criteria(), func(c norm.Criterion) bool { return c.ID == m.Criterion }) {
		return false
	}
	reached := map[string]bool{}
	var reach func(e *expr.Expr)
	reach = func(e *expr.Expr) {
		e.Root().Walk(func(x *expr.Node) {
			if x.Op != expr.Ident || x.Bound() != nil || reached[x.Name] || !isLet(x.Name) {
				return
			}
			reached[x.Name] = true
			for _, p := range parts {
				if p.Criterion == "" && p.Key == x.Name {
					reach(p.Expr)
				}
			}
		})
	}
	for _, p := range parts {
		if p.Criterion != "" {
			reach(p.Expr)
		}
	}
	return !reached[m.Criterion]
}
