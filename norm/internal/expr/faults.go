package expr

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
)

var (
	undeclared = regexp.MustCompile(`undeclared reference to '([^']*)'`)
	undefined  = regexp.MustCompile(`undefined field '([^']*)'`)
	expected   = regexp.MustCompile(`expected type '([^']*)' but found '([^']*)'`)
	overload   = regexp.MustCompile(`found no matching overload for '([^']*)' applied to '([^']*)'`)
	selection  = regexp.MustCompile(`type '(.*)' does not support field selection`)
)

// typeFaults turns the type checker's words into an author's. What stands
// around a node that is at fault already is not reported as well.
func (s *Scope) typeFaults(iss *cel.Issues, a *celast.AST, text []rune, bad map[int64]bool) []Fault {
	nodes := map[int64]*Node{}
	tree(a, text).Walk(func(n *Node) { nodes[n.expr.ID()] = n })
	var faults []Fault
	for _, err := range iss.Errors() {
		f := Fault{Code: "KM-TYPE", Message: err.Message}
		n := nodes[err.ExprID]
		switch {
		case n == nil:
			f.From = offsetOf(err.Location.Line(), err.Location.Column(), text)
			f.To = min(f.From+1, len(text))
		case n.holds(bad):
			continue
		default:
			f.From, f.To = n.from, n.to
		}
		s.explain(&f, n, err.Message)
		faults = append(faults, f)
	}
	return faults
}

// offsetOf is the code point at a line, from 1, and column, from 0.
func offsetOf(line, column int, text []rune) int {
	at := 0
	for n := 1; n < line && at < len(text); at++ {
		if text[at] == '\n' {
			n++
		}
	}
	return min(at+max(column, 0), len(text))
}

// holds tells whether the node or one below it is among those.
func (n *Node) holds(ids map[int64]bool) (found bool) {
	n.Walk(func(m *Node) { found = found || ids[m.expr.ID()] })
	return found
}

func (s *Scope) explain(f *Fault, n *Node, message string) {
	switch {
	case undeclared.MatchString(message):
		name := undeclared.FindStringSubmatch(message)[1]
		f.Code, f.Message = "KM-UNKNOWN-NAME", fmt.Sprintf("there is nothing called %q", name)
		f.Hint = diag.DidYouMean(name, s.visible())
	case undefined.MatchString(message):
		name := undefined.FindStringSubmatch(message)[1]
		f.Code, f.Message = "KM-UNKNOWN-FIELD", fmt.Sprintf("there is no field %q", name)
		if k := s.operandKind(n); k != nil {
			f.Message = fmt.Sprintf("%s has no field %q", k.name, name)
			f.Hint = diag.DidYouMean(name, k.fieldNames())
		}
	case selection.MatchString(message):
		operand := selection.FindStringSubmatch(message)[1]
		f.Message = fmt.Sprintf("%s has no fields", celTypeNames(operand))
		if strings.HasPrefix(operand, "list(") {
			f.Hint = "look at each record with exists, all or filter"
		}
	case overload.MatchString(message):
		m := overload.FindStringSubmatch(message)
		f.Message, f.Hint = mismatch(m[1], m[2])
		if word := constantMeant(n); word != "" {
			f.Hint = "write " + word
		}
	case expected.MatchString(message):
		m := expected.FindStringSubmatch(message)
		f.Message = fmt.Sprintf("this must be %s, but is %s", celTypeNames(m[1]), celTypeNames(m[2]))
	case strings.Contains(message, "cannot be range of a comprehension"):
		f.Message = "only a list can be gone through"
	}
}

// constantMeant is the constant that a text in quotes beside the operator
// names, as in severity == "high"; empty if there is none.
func constantMeant(n *Node) string {
	if n == nil {
		return ""
	}
	for _, a := range n.Args {
		text, ok := a.Value.(types.String)
		if !ok || a.Op != Lit {
			continue
		}
		for _, c := range constants {
			if strings.EqualFold(strings.ReplaceAll(string(text), " ", "_"), c.name) {
				return c.name
			}
		}
	}
	return ""
}

// visible lists the names that can stand at the start of an expression.
func (s *Scope) visible() []string {
	if s.it != nil {
		return append([]string{"it"}, s.names...)
	}
	return s.names
}

// nameHint says what was meant by a name that there is not: a field of the
// record that is looked at, or a name that is like it.
func (s *Scope) nameHint(name string, vars []*Node) string {
	for _, macro := range slices.Backward(vars) {
		if k := s.elements(macro.Args[0]); k != nil && k.field(name) != nil {
			return fmt.Sprintf("write %s.%s", macro.Var, name)
		}
	}
	if s.it != nil && s.it.field(name) != nil {
		return "write it." + name
	}
	if name == "it" {
		return "only where: has a record to look at"
	}
	known := s.visible()
	for _, macro := range vars {
		known = append(slices.Clone(known), macro.Var)
	}
	return diag.DidYouMean(name, known)
}
