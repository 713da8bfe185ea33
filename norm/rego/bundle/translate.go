package bundle

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// translator turns the expressions of one file of the policy into rules.
//
// A condition becomes two formulas: what must hold for it to be true, and what
// must hold for it to be false. If neither does, it failed, as an error of CEL
// is neither. Nothing is ever negated with not, so that what is undefined,
// which is how a value that fails comes out, can't pass for false.
type translator struct {
	lets    map[string]*expr.Expr
	name    string // of the rule being written; helpers are called after it
	helpers int
	rules   []string // helpers, in the order of being asked for

	formulas map[asked]formula     // so that a part asked for twice is written once
	calls    map[*expr.Node]string // of values that needed a helper
	costs    map[*expr.Expr]cost   // of named values
	lengths  map[deep]cost         // of lists
	traits   map[trait]bool
	steps    int
}

// maxSteps bounds what translating one expression can cost: names that stand
// twice in each other would double the work with each name.
const maxSteps = 50_000

func (t *translator) step(n int) { t.steps += n }

func (t *translator) tooLarge() bool { return t.steps > maxSteps }

type asked struct {
	node  *expr.Node
	truth bool
}

// condition gives what must hold for the bool expression to come out as truth.
func (t *translator) condition(n *expr.Node, truth bool) formula {
	key := asked{n, truth}
	f := t.formulas[key]
	if f == nil {
		f = t.compose(n, truth)
		t.formulas[key] = f
	}
	return f
}

func (t *translator) compose(n *expr.Node, truth bool) formula {
	switch n.Op {
	case expr.Lit:
		if (n.Value == types.True) == truth {
			return all{}
		}
		return &oneOf{node: n}
	case expr.Has:
		return t.has(n, truth)
	case expr.Each:
		return t.quantified(n, truth)
	case expr.Call:
		return t.operator(n, truth)
	}
	return holds(t.value(n), truth)
}

// holds is the formula of a bool term that comes out as truth.
func holds(term string, truth bool) formula {
	return statement(fmt.Sprintf("%s == %t", term, truth))
}

func (t *translator) operator(n *expr.Node, truth bool) formula {
	a := n.Args
	switch n.Name {
	case operators.LogicalNot:
		return t.condition(a[0], !truth)
	case operators.LogicalAnd, operators.LogicalOr:
		sides := []formula{t.condition(a[0], truth), t.condition(a[1], truth)}
		if truth == (n.Name == operators.LogicalAnd) {
			return all(sides)
		}
		return &oneOf{node: n, choices: sides}
	case operators.Conditional:
		return &oneOf{node: n, choices: []formula{
			all{t.condition(a[0], true), t.condition(a[1], truth)},
			all{t.condition(a[0], false), t.condition(a[2], truth)},
		}}
	case operators.Equals, operators.NotEquals:
		if a[0].Type.IsExactType(types.BoolType) {
			same := truth == (n.Name == operators.Equals)
			return &oneOf{node: n, choices: []formula{
				all{t.condition(a[0], true), t.condition(a[1], same)},
				all{t.condition(a[0], false), t.condition(a[1], !same)},
			}}
		}
		return t.comparison(n, truth)
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return t.comparison(n, truth)
	case operators.In:
		return t.member(n, truth)
	case "contains", "startsWith", "endsWith":
		return holds(fmt.Sprintf("%s(%s, %s)", strings.ToLower(n.Name), t.value(a[0]), t.value(a[1])), truth)
	case "matches":
		return holds(fmt.Sprintf("regex.match(%s, %s)", t.value(a[1]), t.value(a[0])), truth)
	case "this_month":
		v := t.value(a[0])
		if truth {
			return all{statement(v + " >= document.start"), statement(v + " < document.end")}
		}
		return &oneOf{node: n, choices: []formula{statement(v + " < document.start"), statement(v + " >= document.end")}}
	}
	return holds(t.value(n), truth)
}

// comparisons gives the sign that stands for an operator in Rego, and the one
// that stands for its contrary.
var comparisons = map[string][2]string{
	operators.Equals: {"==", "!="}, operators.NotEquals: {"!=", "=="},
	operators.Less: {"<", ">="}, operators.LessEquals: {"<=", ">"},
	operators.Greater: {">", "<="}, operators.GreaterEquals: {">=", "<"},
}

// comparison compares scalars. With an absent number everything is false, !=
// too.
func (t *translator) comparison(n *expr.Node, truth bool) formula {
	sides := []string{t.value(n.Args[0]), t.value(n.Args[1])}
	sign := comparisons[n.Name][0]
	if !truth {
		sign = comparisons[n.Name][1]
	}
	var present all
	var choices []formula
	for i, side := range sides {
		if t.mayBeAbsent(n.Args[i]) {
			present = append(present, statement(side+" != null"))
			choices = append(choices, all{statement(side + " == null"), known(sides[1-i])})
		}
	}
	compared := append(present, statement(fmt.Sprintf("%s %s %s", sides[0], sign, sides[1])))
	if truth || len(choices) == 0 {
		return compared
	}
	return &oneOf{node: n, choices: append(choices, compared)}
}

// known is the formula that the term has a value.
func known(term string) formula { return statement("cel.known(" + term + ")") }

// member tells whether a value is in a list.
func (t *translator) member(n *expr.Node, truth bool) formula {
	v, list := t.value(n.Args[0]), t.value(n.Args[1])
	sign := map[bool]string{true: "in", false: "!="}[truth]
	var is formula = statement(fmt.Sprintf("%s %s %s", v, sign, list))
	if !truth {
		is = all{known(v), every{"element", list, statement("element != " + v)}}
	}
	if !t.mayBeAbsent(n.Args[0]) {
		return is
	}
	present := all{statement(v + " != null"), is}
	if truth {
		return present
	}
	return &oneOf{node: n, choices: []formula{all{statement(v + " == null"), known(list)}, present}}
}

// has asks whether a record has a field.
func (t *translator) has(n *expr.Node, truth bool) formula {
	record := t.value(n.Args[0])
	switch {
	case truth && alwaysThere(n):
		return known(record)
	case alwaysThere(n):
		return &oneOf{node: n}
	case truth:
		return statement(dot(record, n.Name) + " != null")
	}
	return statement(fmt.Sprintf("object.get(%s, %s, null) == null", record, quote(n.Name)))
}

// quantified is all, exists or exists_one over a list.
func (t *translator) quantified(n *expr.Node, truth bool) formula {
	list, name := t.value(n.Args[0]), variable(n.Var)
	switch {
	case n.Name == operators.ExistsOne:
		sign := map[bool]string{true: "==", false: "!="}[truth]
		return statement(fmt.Sprintf("cel.count_true(%s) %s 1", t.marks(n), sign))
	case truth == (n.Name == operators.All):
		return every{name, list, t.condition(n.Args[1], truth)}
	}
	return &some{node: n, name: name, list: list, body: t.condition(n.Args[1], truth)}
}
