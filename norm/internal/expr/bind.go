package expr

import (
	"math"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// Bind gives the view in which the macro's variable is the element.
func Bind(v View, macro *Node, element ref.Val) View { return &binding{v, macro.Var, element} }

// Records gives the month's records of a list, in order, as elements for
// [Bind]. Lists of custom types are called custom.NAME.
func (f *Facts) Records(list string) []ref.Val {
	if custom, ok := strings.CutPrefix(list, "custom."); ok {
		values := f.vars["custom"].(*object).rec.(map[string]ref.Val)
		return elementsOf(values[custom])
	}
	v, _ := f.vars[list].(ref.Val)
	return elementsOf(v)
}

func elementsOf(v ref.Val) []ref.Val {
	if l, ok := v.(traits.Lister); ok {
		return elements(l)
	}
	return nil
}

// ListOf names the list that holds the records of which the node is one or a
// list: websites, custom.NAME, company; empty if it is neither.
func (s *Scope) ListOf(n *Node) string {
	if n.Type == nil {
		return ""
	}
	name := n.Type.TypeName()
	if k := s.recordsOf(n.Type); k != nil {
		return k.list
	}
	if k := s.kinds[name]; k != nil && k.key != nil {
		return k.list
	} else if k == companyKind {
		return "company"
	}
	return ""
}

// Value is the expression that the name stands for; nil if it stands for none.
func (s *Scope) Value(name string) *Expr { return s.lets[name] }

// MonthList is the list of the month document that the node itself is:
// websites, custom.NAME; empty if it is none.
func (s *Scope) MonthList(n *Node) string {
	switch {
	case n.Op == Ident && n.bound == nil && slices.Contains(ListNames(), n.Name):
		return n.Name
	case n.Op == Field && n.Args[0].Op == Ident && n.Args[0].Name == "custom" && n.Args[0].bound == nil:
		return s.ListOf(n)
	}
	return ""
}

// MonthLists are those that the expression goes through or counts, in named
// values too, in order of appearance.
func (s *Scope) MonthLists(n *Node) []string {
	var all []string
	s.monthLists(n, &all, map[*Expr]bool{})
	return all
}

// monthLists goes into each named value once: names that use names would
// double it at every step.
func (s *Scope) monthLists(n *Node, all *[]string, known map[*Expr]bool) {
	n.Walk(func(m *Node) {
		if let := s.lets[m.Name]; m.Op == Ident && m.bound == nil && let != nil {
			if !known[let] {
				known[let] = true
				let.scope.monthLists(let.root, all, known)
			}
		} else if list := s.MonthList(m); list != "" && !slices.Contains(*all, list) {
			*all = append(*all, list)
		}
	})
}

// Visits is how many records the expression visits at most in the month, as
// its budget counts them.
func (e *Expr) Visits(f *Facts) int64 { return e.cost(f) }

// Size counts the parts of the expression with what names stand for, however
// often: names that use names double it at every step. Known keeps what was
// worked out for each expression.
func (s *Scope) Size(e *Expr, known map[*Expr]int) int {
	if size, ok := known[e]; ok {
		return size
	}
	size := 0
	e.root.Walk(func(n *Node) {
		size++
		if let := s.lets[n.Name]; n.Op == Ident && n.bound == nil && let != nil {
			size += s.Size(let, known)
		}
		size = min(size, math.MaxInt32)
	})
	known[e] = size
	return size
}
