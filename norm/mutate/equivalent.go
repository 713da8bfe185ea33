package mutate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/lint"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Equivalent gives the reason for which a mutant judges every month as the
// norm does; empty if there is none that is certain.
func Equivalent(n, changed *norm.Norm, m Mutant) string {
	switch {
	case m.Kind == Scoring && n.Scoring().EarnNotApplicable != changed.Scoring().EarnNotApplicable && !mayNotApply(n):
		return "no criterion has applies, so that none is ever not applicable"
	case m.Kind == Parameters && !uses(n, m.Criterion):
		return "no condition uses the parameter"
	case m.Kind == Required:
		return futile(n, m.Criterion)
	case unusedLet(n, m):
		return "no criterion uses the named value"
	case m.Kind == Comparison || m.Kind == Constant || m.Kind == Logic:
		return alike(n, changed)
	}
	return ""
}

// alike compares the expressions of both, one by one.
func alike(n, changed *norm.Norm) string {
	before, after := n.Parts(), changed.Parts()
	if len(before) != len(after) {
		return ""
	}
	cells := 0
	for i, p := range before {
		looked, alike := lint.Alike(n.Scope(), parameters(n), p.Expr, after[i].Expr)
		if !alike || p.Criterion != after[i].Criterion || p.Key != after[i].Key {
			return ""
		}
		cells += looked
	}
	return fmt.Sprintf("the condition comes out alike in each of the %d combinations of values that its comparisons tell apart", cells)
}

func parameters(n *norm.Norm) map[string]any {
	params := map[string]any{}
	for _, p := range n.Parameters() {
		params[p.Name] = p.Value
	}
	return params
}

// futile gives the reason for which it does not matter whether the criterion
// is required: without it, and without those that can't be met without it, no
// month reaches the threshold.
func futile(n *norm.Norm, id string) string {
	if mayNotApply(n) || n.Scoring().CountWaivers {
		return ""
	}
	criteria := n.Criteria()
	looked := &lint.Norm{Scope: n.Scope(), Params: parameters(n), Criteria: make([]lint.Criterion, len(criteria))}
	at := -1
	for i, c := range criteria {
		looked.Criteria[i] = linted(n, c.ID)
		if c.ID == id {
			at = i
		}
	}
	if at < 0 || looked.Criteria[at].When.Expr == nil { // it may earn a part
		return ""
	}
	lost, with := criteria[at].Weight, []string{}
	for i, c := range criteria {
		if i != at && lint.Implies(looked, i, at) {
			lost += c.Weight
			with = append(with, c.ID)
		}
	}
	switch threshold := n.Scoring().Threshold; {
	case ruling.Whole-lost >= threshold:
		return ""
	case len(with) == 0:
		return fmt.Sprintf("without its %v a month is under the threshold of %v anyway", lost, threshold)
	default:
		return fmt.Sprintf("%s can't be met without it, for any record that there can be; without their %v a month is under the threshold of %v anyway",
			strings.Join(with, " and "), lost, threshold)
	}
}

// linted is a criterion's expressions as proofs want them.
func linted(n *norm.Norm, id string) lint.Criterion {
	c := lint.Criterion{ID: id}
	into := map[string]*lint.Part{"applies": &c.Applies, "measured": &c.Measured, "when": &c.When, "share": &c.Share, "evidence": &c.Evidence}
	for _, p := range n.Parts() {
		if p.Criterion == id && into[p.Key] != nil {
			into[p.Key].Expr = p.Expr
		}
	}
	return c
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
