package boundary

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// part goes through the comparisons of one expression.
func (f *finder) part(p norm.Part) {
	f.unit, f.users = p, []string{p.Criterion}
	if p.Criterion == "" {
		f.users = f.usersOf(p.Key)
	}
	if p.Key == "evidence" && p.Criterion != "" || len(f.users) == 0 {
		return // it decides nothing
	}
	if p.Key == "share" && p.Criterion != "" {
		f.counted(p.Expr.Root(), f.full)
	}
	f.visit(p.Expr.Root(), nil)
}

// usersOf lists the criteria that use the named value, also by way of others,
// in the norm's order.
func (f *finder) usersOf(name string) []string {
	var uses func(n *expr.Node) bool
	uses = func(n *expr.Node) bool {
		found := false
		n.Walk(func(m *expr.Node) {
			if m.Op == expr.Ident && m.Bound() == nil {
				found = found || m.Name == name || f.scope.Value(m.Name) != nil && uses(f.scope.Value(m.Name).Root())
			}
		})
		return found
	}
	var all []string
	for _, p := range f.norm.Parts() {
		if p.Criterion != "" && p.Key != "evidence" && !slices.Contains(all, p.Criterion) && uses(p.Expr.Root()) {
			all = append(all, p.Criterion)
		}
	}
	return all
}

// visit finds what is true or false on its own, with the macros around it.
func (f *finder) visit(n *expr.Node, around []*expr.Node) {
	truth := n.Type != nil && n.Type.IsExactType(types.BoolType)
	switch {
	case n.Op == expr.Each:
		if len(around) == 0 && truth && len(conditions(n)) == 0 {
			f.counted(n, nil) // there is something, or nothing
		}
		f.visit(n.Args[0], around)
		for _, body := range n.Args[1:] {
			f.visit(body, append(slices.Clip(around), n))
		}
		return
	case n.Op == expr.Lit, n.Op == expr.Ident:
		return // names are looked at where they are given
	case truth && !joins(n):
		f.atom(n, around)
	}
	for _, a := range n.Args {
		f.visit(a, around)
	}
}

// joins tells whether the node only joins others.
func joins(n *expr.Node) bool {
	if n.Op != expr.Call {
		return false
	}
	switch n.Name {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
		return true
	}
	return false
}

// conditions are what the macro's bodies join.
func conditions(macro *expr.Node) []*expr.Node {
	var all []*expr.Node
	var visit func(n *expr.Node)
	visit = func(n *expr.Node) {
		if joins(n) {
			for _, a := range n.Args {
				visit(a)
			}
		} else if n.Op != expr.Lit && n.Type != nil && n.Type.IsExactType(types.BoolType) {
			all = append(all, n)
		}
	}
	for _, body := range macro.Args[1:] {
		visit(body)
	}
	return all
}

// atom finds months for one comparison, by what it is about.
func (f *finder) atom(n *expr.Node, around []*expr.Node) {
	var macro *expr.Node
	company, lists := false, len(f.scope.MonthLists(n)) > 0
	n.Walk(func(m *expr.Node) {
		if m.Op != expr.Ident {
			return
		}
		company = company || m.Bound() == nil && m.Name == "company"
		if at := slices.Index(around, m.Bound()); m.Bound() != nil && at > slices.Index(around, macro) {
			macro = around[at]
		}
	})
	switch {
	case macro != nil && f.scope.ListOf(macro.Args[0]) == "":
		f.gap(n, "it is about a text of a list, not about a record")
	case macro != nil:
		f.recorded(n, macro, around[:slices.Index(around, macro)+1])
	case lists && len(around) > 0:
		f.gap(n, "it compares lists within a condition about each record")
	case lists:
		f.counted(n, nil)
	case company:
		f.companied(n)
	default:
		f.gap(n, "it comes out the same in every month of the norm")
	}
}

// comparison is the node with its place.
func (f *finder) comparison(n *expr.Node) Comparison {
	p := f.unit
	c := Comparison{Criterion: f.users[0], Part: p.Key}
	from, to, ok := p.Expr.Extent(n)
	start, end := p.Scalar.Span(from, to)
	switch {
	case ok:
		c.Text = strings.Join(strings.Fields(string([]rune(p.Expr.Text)[from:to])), " ")
	case p.Form != nil && p.Form.Name == "count" && n == p.Expr.Root():
		c.Text = fmt.Sprintf("%s %s %s", p.Form.List, p.Form.Than, p.Limit.Text)
		start, end = p.Limit.Span(0, len([]rune(p.Limit.Text)))
	case p.Form != nil:
		c.Text = p.Form.Name + " " + p.Form.List
		start, end = p.Scalar.Span(0, len([]rune(p.Scalar.Text)))
	}
	c.File = p.File.Name
	c.Line, c.Column = p.File.Place(start)
	c.EndLine, c.EndColumn = p.File.Place(max(start, end-1))
	return c
}

func (f *finder) gap(n *expr.Node, format string, args ...any) {
	f.found.Gaps = append(f.found.Gaps, Gap{f.comparison(n), fmt.Sprintf(format, args...)})
}
