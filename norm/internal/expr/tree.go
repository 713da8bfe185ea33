package expr

import (
	"slices"
	"strings"
	"unicode"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Op says what a [Node] is.
type Op uint8

// The kinds of nodes.
const (
	Lit     Op = iota + 1 // Value
	Ident                 // Name
	Field                 // Args[0].Name
	Has                   // has(Args[0].Name)
	Call                  // Name(Args…), operators too; a method's target is Args[0]
	List                  // [Args…]
	Each                  // Args[0].Name(Var, Args[1]…): all exists exists_one filter map
	Foreign               // what the language does not have: a map, a struct
)

// Node is an expression as its author wrote it: macros are not expanded, what
// was added for the evaluation is left out.
type Node struct {
	Op     Op
	Name   string
	Var    string
	Args   []*Node
	Value  ref.Val
	Type   *types.Type // nil before the types are checked
	Method bool        // a call written behind its target

	bound *Node // of a name: the macro whose variable it is

	expr celast.Expr
	from int // where the name, operator or literal starts, in code points
	to   int

	varFrom int // of a macro: where its variable stands
}

// Tree makes the nodes of a parsed or checked expression.
func tree(a *celast.AST, text []rune) *Node {
	return (&builder{ast: a, info: a.SourceInfo(), text: text}).node(a.Expr())
}

type builder struct {
	ast  *celast.AST
	info *celast.SourceInfo
	text []rune
	vars []*Node // the macros around, outermost first
}

func (b *builder) node(e celast.Expr) *Node {
	n := &Node{expr: e}
	if b.ast.IsChecked() {
		n.Type = b.ast.GetType(e.ID())
	}
	n.from = b.offset(e.ID())
	switch e.Kind() {
	case celast.LiteralKind:
		n.Op, n.Value = Lit, e.AsLiteral()
		n.to = b.literalEnd(n.from)
	case celast.IdentKind:
		n.Op, n.Name = Ident, e.AsIdent()
		n.to = n.from + len([]rune(n.Name))
		for _, macro := range b.vars {
			if macro.Var == n.Name {
				n.bound = macro
			}
		}
	case celast.SelectKind:
		s := e.AsSelect()
		n.Op, n.Name, n.Args = Field, s.FieldName(), []*Node{b.node(s.Operand())}
		b.locateField(n, s.IsTestOnly())
	case celast.CallKind:
		b.call(n, e.AsCall())
	case celast.ListKind:
		n.Op, n.to = List, n.from+1
		for _, element := range e.AsList().Elements() {
			n.Args = append(n.Args, b.node(element))
		}
	case celast.ComprehensionKind:
		b.each(n, e)
	default:
		n.Op, n.to = Foreign, n.from+1
	}
	return n
}

func (b *builder) offset(id int64) int {
	r, ok := b.info.GetOffsetRange(id)
	if !ok {
		return 0
	}
	return min(max(int(r.Start), 0), len(b.text))
}

func (b *builder) call(n *Node, c celast.CallExpr) {
	n.Op, n.Name = Call, c.FunctionName()
	args := c.Args()
	if hidden := hiddenArgs[n.Name]; hidden > 0 && len(args) == hidden+1 {
		args = args[:1]
	}
	if c.IsMemberFunction() {
		n.Method = true
		n.Args = append(n.Args, b.node(c.Target()))
	}
	for _, a := range args {
		n.Args = append(n.Args, b.node(a))
	}
	if n.Name == notEquals {
		n.Name = operators.NotEquals
	}
	if symbol, ok := operators.FindReverse(n.Name); ok && symbol != "" {
		n.to = n.from + len(symbol)
		return
	}
	b.locateCall(n)
}

// locateCall moves the span from the parenthesis to the name before it.
func (b *builder) locateCall(n *Node) {
	n.to = n.from
	for n.to > 0 && strings.ContainsRune(" \t\r\n", b.text[n.to-1]) {
		n.to--
	}
	n.from = max(0, n.to-len([]rune(n.Name)))
	if string(b.text[n.from:n.to]) != n.Name { // an operator such as ?: or []
		n.from, n.to = b.offset(n.expr.ID()), b.offset(n.expr.ID())+1
	}
}

// locateField moves the span from the dot to the field's name.
func (b *builder) locateField(n *Node, has bool) {
	if has {
		n.Op = Has
		operand := n.Args[0]
		n.from = operand.to
	}
	n.from = b.skip(n.from, ".")
	n.to = n.from + len([]rune(n.Name))
}

// skip goes past white space, comments and the signs.
func (b *builder) skip(at int, signs string) int {
	for at < len(b.text) {
		switch {
		case strings.ContainsRune(" \t\r\n"+signs, b.text[at]):
			at++
		case b.text[at] == '/' && at+1 < len(b.text) && b.text[at+1] == '/':
			for at < len(b.text) && b.text[at] != '\n' {
				at++
			}
		default:
			return at
		}
	}
	return at
}

// each reads a macro back from its expansion.
func (b *builder) each(n *Node, e celast.Expr) {
	written, ok := b.info.GetMacroCall(e.ID())
	c := e.AsComprehension()
	if !ok || c.HasIterVar2() {
		n.Op, n.to = Foreign, n.from+1
		return
	}
	n.Op, n.Name, n.Var = Each, written.AsCall().FunctionName(), c.IterVar()
	b.locateCall(n)
	n.varFrom = b.skip(n.to, "(")
	n.Args = []*Node{b.node(c.IterRange())}
	b.vars = append(b.vars, n)
	defer func() { b.vars = b.vars[:len(b.vars)-1] }()
	for _, part := range bodies(n.Name, len(written.AsCall().Args()), c.LoopStep()) {
		n.Args = append(n.Args, b.node(part))
	}
}

// bodies finds what the author wrote after the variable in the expansion of a
// macro: a predicate, a result, or both.
func bodies(macro string, written int, step celast.Expr) []celast.Expr {
	arg := func(e celast.Expr, i int) celast.Expr { return e.AsCall().Args()[i] }
	switch {
	case macro == operators.All, macro == operators.Exists: // accu && P, accu || P
		return []celast.Expr{arg(step, 1)}
	case macro == operators.ExistsOne, macro == operators.Filter: // P ? … : accu
		return []celast.Expr{arg(step, 0)}
	case written == 3: // P ? accu + [R] : accu
		return []celast.Expr{arg(step, 0), arg(arg(step, 1), 1).AsList().Elements()[0]}
	}
	return []celast.Expr{arg(step, 1).AsList().Elements()[0]} // accu + [R]
}

// literalEnd finds where a literal ends.
func (b *builder) literalEnd(from int) int {
	rest := b.text[from:]
	quote := slices.IndexFunc(rest, func(r rune) bool { return r == '\'' || r == '"' })
	if quote >= 0 && quote <= 2 && strings.Trim(string(rest[:quote]), "rRbB") == "" {
		inner := signs{text: b.text, pos: from + quote, raw: strings.ContainsAny(string(rest[:quote]), "rR")}
		if inner.quoted(rest[quote]) {
			return inner.pos
		}
		return len(b.text)
	}
	end := from + 1
	for end < len(b.text) && (unicode.IsLetter(b.text[end]) || unicode.IsDigit(b.text[end]) || b.text[end] == '.' ||
		strings.ContainsRune("+-", b.text[end]) && strings.ContainsRune("eE", b.text[end-1]) && !strings.HasPrefix(string(rest), "0x")) {
		end++
	}
	return min(end, len(b.text))
}

// Walk visits the node and all below it, outermost first.
func (n *Node) Walk(visit func(*Node)) {
	visit(n)
	for _, a := range n.Args {
		a.Walk(visit)
	}
}

// Bound is the macro whose variable a name is; nil for other names.
func (n *Node) Bound() *Node { return n.bound }

// Root is the whole expression. Of a form it is the expression that the form
// means, with what the form puts around the author's condition.
func (e *Expr) Root() *Node { return e.root }

// Span gives the code points of the author's text where the node's name,
// operator or literal stands; false if a form put it there.
func (e *Expr) Span(n *Node) (from, to int, ok bool) {
	from, to = n.from-e.shift, n.to-e.shift
	return from, to, from >= 0 && to <= len([]rune(e.Text))
}

// extent is the smallest span that holds the spans of the node and all below.
func (n *Node) extent() (from, to int) {
	from, to = n.from, n.to
	for _, a := range n.Args {
		f, t := a.extent()
		from, to = min(from, f), max(to, t)
	}
	return from, to
}
