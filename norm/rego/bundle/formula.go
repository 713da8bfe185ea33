package bundle

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// A formula is what must hold: statements, all of several formulas, one of
// several, something of each element of a list, or of some.
type formula interface{ formula() }

type (
	statement string
	all       []formula
	oneOf     struct {
		node    *expr.Node // whose variables it uses
		choices []formula
		call    string // the helper that stands for it, once there is one
	}
	every struct {
		name, list string
		body       formula
	}
	some struct {
		node       *expr.Node
		name, list string
		body       formula
		call       string
	}
)

func (statement) formula() {}
func (all) formula()       {}
func (*oneOf) formula()    {}
func (every) formula()     {}
func (*some) formula()     {}

// body is the statements of one rule.
type body []string

// bodies gives the bodies of a rule that holds if the formula does. Choices
// and searches further in become helpers, since a body can't hold them.
func (t *translator) bodies(f formula) []body {
	var all []body
	switch f := f.(type) {
	case *oneOf:
		for _, choice := range f.choices {
			all = append(all, t.bodies(choice)...)
		}
	case *some:
		for _, inner := range t.bodies(f.body) {
			all = append(all, append(body{fmt.Sprintf("some %s in %s", used(f.name, inner), f.list)}, inner...))
		}
	default:
		all = []body{t.statements(f)}
	}
	return all
}

// either writes the rules that give true or false to the name. OPA stops at the
// first success only among rules that give the same value, so a search within
// a search moves to a helper, whose rules do.
func (t *translator) either(name string, n *expr.Node, limit body) []string {
	var rules []string
	for _, truth := range []bool{true, false} {
		f := t.condition(n, truth)
		var bodies []body
		if searches(f) > 1 {
			bodies = []body{t.statements(f)}
		} else {
			bodies = t.bodies(f)
		}
		for i, b := range bodies {
			bodies[i] = append(slices.Clone(limit), b...)
		}
		rules = append(rules, clauses(fmt.Sprintf("%s := %t", name, truth), bodies)...)
	}
	return rules
}

// searches is how many searches stand within each other in the bodies of the
// formula.
func searches(f formula) int {
	most := 0
	switch f := f.(type) {
	case *oneOf:
		for _, choice := range f.choices {
			most = max(most, searches(choice))
		}
	case *some:
		most = 1 + searches(f.body)
	}
	return most
}

// statements gives the statements that hold if the formula does.
func (t *translator) statements(f formula) body {
	switch f := f.(type) {
	case statement:
		return body{string(f)}
	case all:
		var b body
		for _, part := range f {
			b = append(b, t.statements(part)...)
		}
		return b
	case every:
		inner := t.statements(f.body)
		return body{fmt.Sprintf("every %s in %s {\n%s}", used(f.name, inner), f.list, indent(inner))}
	case *oneOf:
		if len(f.choices) == 0 {
			return body{"false"}
		}
		if f.call == "" {
			f.call = t.helper(f.node, func(name string) []string { return clauses(name, t.bodies(f)) })
		}
		return body{f.call}
	case *some:
		if f.call == "" {
			f.call = t.helper(f.node, func(name string) []string { return clauses(name, t.bodies(f)) })
		}
		return body{f.call}
	}
	return nil
}

// helper gives the call of a new rule that write makes. Its arguments are the
// macro variables that the node uses.
func (t *translator) helper(n *expr.Node, write func(name string) []string) string {
	t.helpers++
	call := fmt.Sprintf("%s_%d", t.name, t.helpers)
	if vars := free(n); len(vars) > 0 {
		call += "(" + strings.Join(vars, ", ") + ")"
	}
	at := len(t.rules)
	t.rules = append(t.rules, "")
	t.rules[at] = strings.Join(write(call), "\n\n")
	return call
}

// free lists the macro variables that are used in the node and bound outside.
func free(n *expr.Node) []string {
	inside, seen := map[*expr.Node]bool{}, map[*expr.Node]bool{}
	var vars []string
	n.Walk(func(m *expr.Node) {
		if m.Op == expr.Each {
			inside[m] = true
		}
		if bound := m.Bound(); bound != nil && !inside[bound] && !seen[bound] {
			seen[bound] = true
			vars = append(vars, variable(bound.Var))
		}
	})
	return vars
}

var texts = regexp.MustCompile(`"(\\.|[^"\\])*"`)

// used is the variable's name if the statements use it, else the one that Rego
// has for a variable that nobody uses: to declare another is an error.
func used(name string, b body) string {
	mention := regexp.MustCompile(`(^|[^.\w])` + name + `\b`)
	for _, s := range b {
		if mention.MatchString(texts.ReplaceAllString(s, "")) {
			return name
		}
	}
	return "_"
}

// clauses writes a rule for each body.
func clauses(head string, bodies []body) []string {
	if len(bodies) == 0 {
		bodies = []body{{"false"}}
	}
	var rules []string
	for _, b := range bodies {
		if len(b) == 0 && strings.Contains(head, " := ") {
			rules = append(rules, head)
			continue
		}
		if len(b) == 0 {
			b = body{"true"}
		}
		if len(b) == 1 && !strings.Contains(b[0], "\n") {
			rules = append(rules, head+" if "+b[0])
			continue
		}
		rules = append(rules, head+" if {\n"+indent(b)+"}")
	}
	return rules
}

// indent writes statements a line each, one level in. A line that starts with
// a sign would be read on from the one before it.
func indent(b body) string {
	if len(b) == 0 {
		b = body{"true"}
	}
	var out strings.Builder
	for i, s := range b {
		end := "\n"
		if i+1 < len(b) && strings.ContainsAny(b[i+1][:1], "-[") {
			end = ";\n"
		}
		out.WriteString("\t" + strings.ReplaceAll(s, "\n", "\n\t") + end)
	}
	return out.String()
}
