package expr

import (
	"fmt"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Canonical writes the expression in a form that does not depend on layout,
// comments, superfluous parentheses and the names of macro variables.
func (e *Expr) Canonical() string {
	var b strings.Builder
	e.root.canonical(&b, nil)
	return b.String()
}

// canonical writes prefix notation: (operator operand …).
func (n *Node) canonical(b *strings.Builder, macros []*Node) {
	switch n.Op {
	case Lit:
		if s, ok := n.Value.(types.String); ok {
			b.WriteString(strconv.Quote(string(s)))
			return
		}
		fmt.Fprint(b, n.Value.Value())
		return
	case Ident:
		for depth, macro := range macros {
			if macro == n.bound {
				fmt.Fprintf(b, "$%d", depth)
				return
			}
		}
		b.WriteString(n.Name)
		return
	case Field:
		n.Args[0].canonical(b, macros)
		b.WriteString("." + n.Name)
		return
	}
	fmt.Fprintf(b, "(%s", n.head())
	for i, a := range n.Args {
		b.WriteByte(' ')
		if n.Op == Each && i == 1 {
			macros = append(macros[:len(macros):len(macros)], n)
		}
		a.canonical(b, macros)
	}
	b.WriteByte(')')
}

func (n *Node) head() string {
	switch {
	case n.Op == List:
		return "list"
	case n.Op == Has:
		return "has ." + n.Name
	case n.Name == operators.Negate:
		return "negate"
	}
	return display(n.Name)
}
