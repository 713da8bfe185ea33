package bundle

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// decided writes the rules for what decided a condition: the keys of the
// records, and whether it is true only because a list is empty. They follow
// the condition as the library does.
func (t *translator) decided(root *expr.Node) []string {
	var rules []string
	for _, truth := range []bool{true, false} {
		rules = append(rules, t.collect(root, truth, body{fmt.Sprintf("%s == %t", t.name, truth)})...)
	}
	if f := t.vacuous(root, true); f != nil {
		rules = append(rules, clauses("vacuous", []body{append(body{t.name + " == true"}, t.statements(f)...)})...)
	}
	return rules
}

// collect writes a rule for each list whose records can have made the node
// come out as truth, under what must hold for the list to have had a say.
func (t *translator) collect(n *expr.Node, truth bool, under body) []string {
	if t.step(1 + len(under)); t.tooLarge() {
		return nil
	}
	with := func(n *expr.Node, truth bool) body {
		return append(slices.Clone(under), t.statements(t.condition(n, truth))...)
	}
	switch {
	case n.Op == expr.Ident:
		if let := t.let(n); let != nil {
			return t.collect(let, truth, under)
		}
	case n.Op == expr.Call && n.Name == operators.LogicalNot:
		return t.collect(n.Args[0], !truth, under)
	case n.Op == expr.Call && (n.Name == operators.LogicalAnd || n.Name == operators.LogicalOr):
		var rules []string
		for _, a := range n.Args {
			rules = append(rules, t.collect(a, truth, with(a, truth))...)
		}
		return rules
	case n.Op == expr.Call && n.Name == operators.Conditional:
		var rules []string
		for i, chosen := range []bool{true, false} {
			rules = append(rules, t.collect(n.Args[0], chosen, with(n.Args[0], chosen))...)
			rules = append(rules, t.collect(n.Args[1+i], truth, with(n.Args[0], chosen))...)
		}
		return rules
	case n.Quantifies():
		return t.records(n, n.Name != operators.All || truth, under)
	case n.Counted() != nil:
		return t.records(n.Counted(), true, under)
	}
	return nil
}

// let is the condition that a name stands for; nil for other names.
func (t *translator) let(n *expr.Node) *expr.Node {
	let := t.lets[n.Name]
	if let == nil || n.Bound() != nil || !isBool(let.Root()) {
		return nil
	}
	return let.Root()
}

// records writes the rule for those records of the macro's list for which its
// condition is truth.
func (t *translator) records(n *expr.Node, truth bool, under body) []string {
	key := keyOf(n.Args[0].Type, variable(n.Var))
	if key == "" {
		return nil
	}
	b := append(slices.Clone(under), fmt.Sprintf("some %s in %s", variable(n.Var), t.value(n.Args[0])))
	b = append(b, t.statements(t.condition(n.Args[1], truth))...)
	return clauses("decided contains "+key, []body{b})
}

// keyOf is the term for the key of a record of the list; empty if the list
// holds no records.
func keyOf(list *types.Type, record string) string {
	if list.Kind() != types.ListKind {
		return ""
	}
	kind := strings.TrimPrefix(list.Parameters()[0].TypeName(), "@")
	if custom, ok := strings.CutPrefix(kind, "custom."); ok {
		return fmt.Sprintf("[%s, %s.id]", quote(custom), record)
	}
	if name := listOf[kind]; name != "" {
		return fmt.Sprintf("document.record_key(%s, %s)", quote(name), record)
	}
	return ""
}

var listOf = map[string]string{
	"Website": "websites", "Computer": "computers", "Vulnerability": "vulnerabilities", "Employee": "employees",
	"Questionnaire": "questionnaires", "Course": "courses", "Phishing": "phishing",
}

// vacuous is the formula that the node, which is truth, is so only because a
// list is empty; nil if it never is. It may say not: what it asks about either
// holds or does not.
func (t *translator) vacuous(n *expr.Node, truth bool) formula {
	if t.step(1); t.tooLarge() {
		return nil
	}
	switch {
	case n.Op == expr.Ident:
		if let := t.let(n); let != nil {
			return t.vacuous(let, truth)
		}
	case n.Op == expr.Call && n.Name == operators.LogicalNot:
		return t.vacuous(n.Args[0], !truth)
	case n.Op == expr.Call && (n.Name == operators.LogicalAnd || n.Name == operators.LogicalOr):
		if truth == (n.Name == operators.LogicalAnd) { // all sides were needed
			return choice(n, t.vacuous(n.Args[0], truth), t.vacuous(n.Args[1], truth))
		}
		return t.hollow(n, truth)
	case n.Op == expr.Call && n.Name == operators.Conditional:
		var choices []formula
		for i, chosen := range []bool{true, false} {
			if f := t.vacuous(n.Args[1+i], truth); f != nil {
				choices = append(choices, all{t.condition(n.Args[0], chosen), f})
			}
		}
		return choice(n, choices...)
	case n.Quantifies():
		if truth == (n.Name == operators.All) {
			return statement(fmt.Sprintf("count(%s) == 0", t.value(n.Args[0])))
		}
	case n.Counted() != nil:
		return statement(fmt.Sprintf("count(%s) == 0", t.value(n.Counted().Args[0])))
	}
	return nil
}

// hollow holds if no side that is truth rests on anything.
func (t *translator) hollow(n *expr.Node, truth bool) formula {
	var none all
	for _, a := range n.Args {
		b := t.statements(t.condition(a, truth))
		if f := t.vacuous(a, truth); f != nil {
			rests := t.helper(a, func(name string) []string { return clauses(name, t.bodies(f)) })
			b = append(slices.Clone(b), "not "+rests)
		}
		solid := t.helper(a, func(name string) []string { return clauses(name, []body{b}) })
		none = append(none, statement("not "+solid))
	}
	return none
}

// choice is one of the formulas that are there; nil if none is.
func choice(n *expr.Node, choices ...formula) formula {
	choices = slices.DeleteFunc(choices, func(f formula) bool { return f == nil })
	if len(choices) == 0 {
		return nil
	}
	return &oneOf{node: n, choices: choices}
}
