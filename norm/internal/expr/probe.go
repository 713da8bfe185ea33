package expr

import (
	"fmt"
	"iter"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
)

// Probe evaluates parts of an expression on their own, for those who measure
// how the whole came to its value. It plans a part when it is first asked
// for, so it is not for several goroutines at once.
type Probe struct {
	expr  *Expr
	plans map[*Node]cel.Program
}

// View is what a part of an expression sees: a month's [Facts], or one of
// those that [Probe.Each] gives.
type View = interpreter.Activation

// Probe makes a probe of the expression.
func (e *Expr) Probe() *Probe { return &Probe{e, map[*Node]cel.Program{}} }

// Value evaluates the part. A cancelled context is not looked at.
func (p *Probe) Value(n *Node, v View) (ref.Val, error) {
	program := p.plans[n]
	if program == nil {
		if n.expr == nil {
			return nil, &Failure{Reason: "this part of the expression can't be evaluated"}
		}
		part := celast.NewCheckedAST(celast.NewAST(n.expr, p.expr.ast.SourceInfo()), p.expr.ast.TypeMap(), p.expr.ast.ReferenceMap())
		var err error
		if program, err = p.expr.scope.env.PlanProgram(part); err != nil {
			return nil, fmt.Errorf("this part of the expression can't be planned: %w", err)
		}
		p.plans[n] = program
	}
	value, _, err := program.Eval(v)
	return value, err
}

// Is tells whether the part comes out as truth; a failure is neither.
func (p *Probe) Is(n *Node, v View, truth bool) bool {
	value, err := p.Value(n, v)
	return err == nil && value == types.Bool(truth)
}

// Each gives a view for each element of the macro's list, in order; none if
// the list can't be evaluated.
func (p *Probe) Each(n *Node, v View) iter.Seq[View] {
	return func(yield func(View) bool) {
		list, err := p.Value(n.Args[0], v)
		if err != nil {
			return
		}
		for _, element := range elements(list) {
			if !yield(&binding{v, n.Var, element}) {
				return
			}
		}
	}
}

// Rank is the place of a number or of a severity on a scale where neighbours
// differ by 1; false for what has no such scale.
func Rank(v ref.Val) (int64, bool) {
	switch v := v.(type) {
	case types.Int:
		return int64(v), true
	case word:
		return int64(v.number), v.typ == severityType
	}
	return 0, false
}

// RankName writes a rank as an expression of the type would: a number, or a
// severity's name. It is empty where there is no such severity.
func RankName(t *types.Type, rank int64) string {
	if !t.IsExactType(severityType) {
		return strconv.FormatInt(rank, 10)
	}
	for _, c := range constants {
		if c.value.typ == severityType && int64(c.value.number) == rank {
			return c.name
		}
	}
	return ""
}

// WordsOf are the constants of the group that the word belongs to, in order;
// nil if it is no word.
func WordsOf(name string) []string {
	for _, c := range constants {
		if c.name == name {
			return constantsOf(c.value.typ)
		}
	}
	return nil
}

// Severity gives the rank of a severity by its name; false for other names.
func Severity(name string) (rank int64, ok bool) {
	for _, c := range constants {
		if c.name == name && c.value.typ == severityType {
			return int64(c.value.number), true
		}
	}
	return 0, false
}

// Extent gives the code points of the author's text that the part takes, with
// the parentheses of its calls; false if a form put some of it there.
func (e *Expr) Extent(n *Node) (from, to int, ok bool) {
	from, to = n.extent()
	from, to = from-e.shift, to-e.shift
	text := []rune(e.Text)
	if from < 0 || to > len(text) {
		return 0, 0, false
	}
	return from, closed(text, from, to), true
}

// closed moves the end of a part past the parentheses and brackets that were
// opened within it, and past the arguments that follow a function's name.
func closed(text []rune, from, to int) int {
	depth := nesting(text[from:to])
	for i := to; i < len(text); i++ {
		switch r := text[i]; {
		case r == '(' || r == '[':
			if depth == 0 && strings.TrimSpace(string(text[to:i])) != "" {
				return to
			}
			depth++
		case r == ')' || r == ']':
			if depth--; depth < 0 {
				return to
			}
			if depth == 0 {
				to = i + 1
			}
		case depth == 0 && !strings.ContainsRune(" \t\r\n", r):
			return to
		}
	}
	return to
}

// nesting counts what is opened and not closed, outside of quotes.
func nesting(text []rune) int {
	depth, quote := 0, rune(0)
	for i := 0; i < len(text); i++ {
		switch r := text[i]; {
		case quote != 0 && r == '\\':
			i++
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case r == '(' || r == '[':
			depth++
		case r == ')' || r == ']':
			depth--
		}
	}
	return depth
}
