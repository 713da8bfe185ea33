package mutate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"go.yaml.in/yaml/v3"
)

// instead says what an operator, macro or key of a form becomes.
var instead = map[string]string{
	operators.Less: "<=", operators.LessEquals: "<", operators.Greater: ">=", operators.GreaterEquals: ">",
	operators.Equals: "!=", operators.NotEquals: "==",
	operators.LogicalAnd: "||", operators.LogicalOr: "&&",
	operators.Add: "-", operators.Subtract: "+", operators.Multiply: "+",
	operators.All: "exists", operators.Exists: "all", operators.ExistsOne: "exists",
	"none": "some", "some": "none", "every": "some",
	"more_than": "at_least", "at_least": "more_than", "at_most": "fewer_than", "fewer_than": "at_most",
}

// form changes the words of a condition such as {count: computers, more_than: 5},
// and its limit if that is a number.
func (b *breeder) form(c criterion) {
	when, _ := member(c.node, "when")
	if when == nil || when.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(when.Content); i += 2 {
		key, v := when.Content[i], when.Content[i+1]
		to := instead[key.Value]
		if to == "" {
			continue
		}
		if bound := key.Value != "none" && key.Value != "some" && key.Value != "every"; !bound {
			if where, _ := member(when, "where"); where != nil || to != "every" {
				b.add(Form, c.ID, fmt.Sprintf("%s: %s becomes %s", c.ID, key.Value, to),
					"a month with a record that meets the condition, and one without", b.replace(key, to))
			}
			continue
		}
		test := fmt.Sprintf("months with a count on either side of %s %s", key.Value, v.Value)
		b.add(Form, c.ID, fmt.Sprintf("%s: %s becomes %s", c.ID, key.Value, to), test, b.replace(key, to))
		if number, err := strconv.Atoi(v.Value); err == nil {
			for _, near := range []int{number - 1, number + 1} {
				b.add(Form, c.ID, fmt.Sprintf("%s: %s %d becomes %d", c.ID, key.Value, number, near), test, b.replace(v, strconv.Itoa(near)))
			}
		}
	}
}

// expression changes one operator, constant or operand at a time.
func (b *breeder) expression(p norm.Part) {
	x := &expression{b, p}
	x.outermost(p.Expr.Root())
	p.Expr.Root().Walk(x.node)
}

type expression struct {
	*breeder
	part norm.Part
}

func (x *expression) about() string {
	if x.part.Criterion != "" {
		return x.part.Criterion
	}
	return x.part.Key
}

// edit replaces code points of the expression.
func (x *expression) edit(kind Kind, from, to int, what, test, text string) {
	start, end := x.part.Scalar.Span(from, to)
	name := x.part.Key
	if x.part.Criterion != "" {
		name = x.part.Criterion + ", " + name
	}
	x.addIn(x.part.File, kind, x.about(), fmt.Sprintf("%s: %s", name, what), test, Edit{Start: start, End: end, New: text})
}

// whole replaces a part of the expression, with all that belongs to it.
func (x *expression) whole(n *expr.Node, text, test string) {
	from, to, ok := x.part.Expr.Extent(n)
	if !ok || n.Op == expr.Lit {
		return
	}
	written := string([]rune(x.part.Expr.Text)[from:to])
	x.edit(Logic, from, to, fmt.Sprintf("%s becomes %s", brief(written), text), test, text)
}

// brief is the start of a long text, on one line.
func brief(s string) string {
	const most = 60
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(runes)
}

func isTruth(n *expr.Node) bool { return n.Type != nil && n.Type.IsExactType(types.BoolType) }

// outermost makes the author's condition always true, and always false.
func (x *expression) outermost(n *expr.Node) {
	if _, _, ok := x.part.Expr.Extent(n); !ok {
		for _, a := range n.Args {
			x.outermost(a)
		}
		return
	}
	if isTruth(n) {
		x.whole(n, "true", "a month in which it is false")
		x.whole(n, "false", "a month in which it is true")
	}
}

func (x *expression) node(n *expr.Node) {
	switch n.Op {
	case expr.Lit:
		x.literal(n)
	case expr.Ident:
		x.word(n)
	case expr.Call, expr.Each:
		x.operator(n)
		x.operands(n)
	}
}

func (x *expression) literal(n *expr.Node) {
	from, to, ok := x.part.Expr.Span(n)
	if !ok {
		return
	}
	written := string([]rune(x.part.Expr.Text)[from:to])
	become := func(text, test string) {
		x.edit(Constant, from, to, fmt.Sprintf("%s becomes %s", written, text), test, text)
	}
	switch v := n.Value.(type) {
	case types.Int:
		for _, near := range []int64{int64(v) - 1, int64(v) + 1} {
			become(strconv.FormatInt(near, 10), "months on either side of "+written)
		}
	case types.Bool:
		become(strconv.FormatBool(!bool(v)), "a month in which it matters")
	case types.String:
		if len(written) >= 2 {
			become(written[:len(written)-1]+"~"+written[len(written)-1:], "a record with the text "+written)
		}
	}
}

// word puts a neighbour of a severity, or another word of any other group.
func (x *expression) word(n *expr.Node) {
	from, to, ok := x.part.Expr.Span(n)
	group := expr.WordsOf(n.Name)
	if !ok || group == nil || n.Bound() != nil {
		return
	}
	at := slices.Index(group, n.Name)
	_, ranked := expr.Severity(n.Name)
	for i, other := range group {
		if i == at || ranked && i != at-1 && i != at+1 {
			continue
		}
		x.edit(Constant, from, to, fmt.Sprintf("%s becomes %s", n.Name, other), fmt.Sprintf("records with %s and with %s", n.Name, other), other)
	}
}

func (x *expression) operator(n *expr.Node) {
	from, to, ok := x.part.Expr.Span(n)
	if !ok || from == to {
		return
	}
	written := string([]rune(x.part.Expr.Text)[from:to])
	if n.Name == operators.LogicalNot {
		x.edit(Logic, from, to, "! is left out", "records for which the condition after ! is true, and false", "")
		return
	}
	text := instead[n.Name]
	if text == "" {
		return
	}
	kind, test := Logic, "months in which one side is true and the other false"
	switch {
	case n.Op == expr.Each:
		test = "a month in which some records meet it and some do not, and one without records"
	case !isTruth(n):
		kind, test = Constant, "a month in which the result matters"
	case !joined(n):
		kind, test = Comparison, "months in which both sides are equal, and in which they differ by one"
	}
	x.edit(kind, from, to, fmt.Sprintf("%s becomes %s in %s", written, text, x.excerpt(n)), test, text)
}

// excerpt shows the part of the expression in which something changes.
func (x *expression) excerpt(n *expr.Node) string {
	from, to, ok := x.part.Expr.Extent(n)
	if !ok {
		return x.part.Key
	}
	return brief(string([]rune(x.part.Expr.Text)[from:to]))
}

// operands leaves out what && and || join, one at a time, and the condition of
// a macro.
func (x *expression) operands(n *expr.Node) {
	switch {
	case n.Name == operators.LogicalAnd || n.Name == operators.LogicalOr:
		neutral, opposite := "true", "false"
		if n.Name == operators.LogicalOr {
			neutral, opposite = "false", "true"
		}
		for _, a := range n.Args {
			if a.Op != expr.Call || a.Name != n.Name {
				x.whole(a, neutral, "a record or month in which only this part is "+opposite)
			}
		}
	case n.Name == operators.Conditional && n.Op == expr.Call:
		x.whole(n.Args[0], "true", "a month in which it is false")
		x.whole(n.Args[0], "false", "a month in which it is true")
	case n.Op == expr.Each:
		if body := n.Args[1]; isTruth(body) && !joined(body) {
			x.whole(body, "true", "a record for which it is false")
		}
	}
}

func joined(n *expr.Node) bool {
	return n.Op == expr.Call && (n.Name == operators.LogicalAnd || n.Name == operators.LogicalOr)
}
