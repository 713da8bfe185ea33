package expr

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
)

// allowed is the language: operators, functions with the number of arguments
// (a method's target counts), and macros.
var allowed = map[string]int{
	operators.LogicalAnd: 2, operators.LogicalOr: 2, operators.LogicalNot: 1, operators.Conditional: 3,
	operators.Equals: 2, operators.NotEquals: 2,
	operators.Less: 2, operators.LessEquals: 2, operators.Greater: 2, operators.GreaterEquals: 2,
	operators.Add: 2, operators.Subtract: 2, operators.Multiply: 2, operators.Negate: 1, operators.In: 2,
	"size": 1, "contains": 2, "startsWith": 2, "endsWith": 2, "matches": 2,
	"portion": 2, "days": 1, "this_month": 1,
}

// functionNames are the words among them, and the macros, for hints.
var functionNames = []string{
	"size", "contains", "startsWith", "endsWith", "matches", "portion", "days", "this_month",
	"has", "all", "exists", "exists_one", "map", "filter",
}

var macroNames = []string{"has", "all", "exists", "exists_one", "map", "filter"}

// usage shows how a function is called.
func usage(name string) string {
	switch name {
	case "portion":
		return "portion(part, whole)"
	case "size":
		return "list.size()"
	case "days", "this_month":
		return name + "(record.field)"
	}
	return "text." + name + "(text)"
}

// refused gives the reason for things of CEL that a norm does without.
var refused = map[string]string{
	operators.Divide: "multiply the other side instead, or use portion(n, d)",
	operators.Modulo: "a norm has no remainders",
	operators.Index:  "use exists, all or filter",
	"double":         "a norm counts in whole numbers",
	"timestamp":      "compare times with each other, or use days(t) and this_month(t)",
	"duration":       "use days(t), days_open or days_offered",
	"now":            "a norm knows no clock; use days(t) or this_month(t)",
	"dyn":            "a norm's types are fixed",
	"type":           "a norm's types are fixed",
	"count":          "use filter(…).size()",
	"any":            "use exists",
	"some":           "use exists",
	"every":          "use all",
	"len":            "use size",
	"length":         "use size",
}

// Patterns for matches are small, so that a match costs no more than reading
// the text some hundred times.
const (
	maxPattern      = 100 // code points
	maxPatternSteps = 300 // instructions of the compiled pattern
)

// vetter refuses, before types are checked, what the language does not have.
type vetter struct {
	scope  *Scope
	faults []Fault
	bad    map[int64]bool // ids of the nodes at fault
	stop   bool           // types are not worth checking, or cost too much
}

func (v *vetter) report(n *Node, code, hint, format string, args ...any) {
	v.bad[n.expr.ID()] = true
	if len(v.faults) == maxFaults {
		v.stop = true
		return
	}
	v.faults = append(v.faults, Fault{n.from, n.to, code, fmt.Sprintf(format, args...), hint})
}

// vet goes through the tree with the variables of the macros around.
func (v *vetter) vet(n *Node, vars []*Node) {
	switch n.Op {
	case Foreign:
		v.report(n, "KM-CEL-SUBSET", "", "maps and structs are not part of the language")
		v.stop = true
	case Lit:
		v.literal(n)
	case Ident:
		if !v.known(n.Name, vars) && len(v.faults) < maxFaults {
			v.report(n, "KM-UNKNOWN-NAME", v.scope.nameHint(n.Name, vars), "there is nothing called %q", n.Name)
		}
	case Call:
		v.call(n)
	case Each:
		v.each(n, vars)
		return
	}
	for _, a := range n.Args {
		v.vet(a, vars)
	}
}

// known tells whether the name stands for something here.
func (v *vetter) known(name string, vars []*Node) bool {
	if name == "it" && (v.scope.it != nil || v.scope.formed) {
		return true
	}
	return slices.Contains(v.scope.names, name) || slices.ContainsFunc(vars, func(m *Node) bool { return m.Var == name })
}

func (v *vetter) literal(n *Node) {
	switch n.Value.Type() {
	case types.BoolType, types.IntType, types.StringType:
	case types.DoubleType:
		v.report(n, "KM-CEL-SUBSET", "use whole numbers", "a number with decimals is not part of the language")
	default:
		v.report(n, "KM-CEL-SUBSET", "", "a value of type %s is not part of the language", n.Value.Type().TypeName())
	}
}

func (v *vetter) call(n *Node) {
	name := display(n.Name)
	want, ok := allowed[n.Name]
	switch {
	case !ok && slices.Contains(macroNames, n.Name):
		v.report(n, "KM-CEL-ARGUMENTS", fmt.Sprintf("write %s(x, …) with a name for one record and what is asked of it", n.Name), "%s takes a name and a condition", name)
	case !ok:
		hint := refused[n.Name]
		if hint == "" {
			hint = diag.DidYouMean(n.Name, functionNames)
		}
		v.report(n, "KM-CEL-SUBSET", hint, "%s is not part of the language", name)
	case len(n.Args) != want:
		v.report(n, "KM-CEL-ARGUMENTS", "write "+usage(n.Name), "%s takes %d, not %d", name, want, len(n.Args))
	case n.Name == "matches":
		v.pattern(n.Args[1])
	}
}

func (v *vetter) pattern(p *Node) {
	text, ok := p.Value.(types.String)
	if p.Op != Lit || !ok {
		v.report(p, "KM-CEL-PATTERN", "write the pattern in quotes", "a pattern must be a literal text")
		return
	}
	if len([]rune(string(text))) > maxPattern {
		v.report(p, "KM-CEL-PATTERN", "", "the pattern is longer than %d characters", maxPattern)
		return
	}
	re, err := syntax.Parse(string(text), syntax.Perl)
	if err != nil {
		v.report(p, "KM-CEL-PATTERN", "", "the pattern is not a regular expression: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		return
	}
	if program, err := syntax.Compile(re.Simplify()); err != nil || len(program.Inst) > maxPatternSteps {
		v.report(p, "KM-CEL-PATTERN", "repeat less", "the pattern is too large")
	}
}

// each vets a macro: its variable must be new, and few may stand within each
// other.
func (v *vetter) each(n *Node, vars []*Node) {
	v.vet(n.Args[0], vars)
	if n.Var == "it" && !(v.scope.formed && vars == nil) || slices.Contains(v.scope.names, n.Var) ||
		slices.ContainsFunc(vars, func(m *Node) bool { return m.Var == n.Var }) {
		at := *n
		at.from, at.to = n.varFrom, n.varFrom+len([]rune(n.Var))
		v.report(&at, "KM-CEL-SHADOW", "choose another name", "the variable %q hides something of that name", n.Var)
		v.stop = true
	}
	outer := len(vars)
	if v.scope.it != nil {
		outer++ // the form around the condition goes through a list too
	}
	if outer >= maxEach {
		v.report(n, "KM-CEL-NESTING", "give the inner part a name under let:, or ask less in one expression", "%s stands inside %d others; at most %d may nest", n.Name, outer, maxEach)
		v.stop = true
	}
	for _, body := range n.Args[1:] {
		v.vet(body, append(slices.Clone(vars), n))
	}
}

// vetTypes refuses, once types are known, what only macros may do: adding
// lists.
func vetTypes(root *Node) []Fault {
	var faults []Fault
	root.Walk(func(n *Node) {
		if n.Op == Call && n.Name == operators.Add && n.Type.Kind() == types.ListKind {
			faults = append(faults, Fault{n.from, n.to, "KM-TYPE", "only numbers can be added", ""})
		}
	})
	return faults
}

// display shows an operator as it is written.
func display(name string) string {
	switch name {
	case notEquals:
		return "!="
	case operators.Conditional:
		return "?:"
	case operators.Index:
		return "[]"
	case operators.Negate:
		return "-"
	case operators.LogicalNot:
		return "!"
	}
	if symbol, ok := operators.FindReverse(name); ok && symbol != "" {
		return symbol
	}
	return name
}

// typeName is a type in an author's words.
func typeName(t *types.Type) string {
	switch t.Kind() {
	case types.BoolKind:
		return "true or false"
	case types.IntKind:
		return "a whole number"
	case types.StringKind:
		return "a text"
	case types.TimestampKind:
		return "a time"
	case types.ListKind:
		return "a list"
	}
	return strings.TrimPrefix(t.TypeName(), "@")
}

// mismatch explains operands that do not go together. types is CEL's list of
// them, such as "(Severity, string)".
func mismatch(function, operands string) (message, hint string) {
	names := strings.Split(strings.Trim(operands, "()"), ", ")
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = celTypeNames(n)
	}
	for _, c := range []struct {
		t    *types.Type
		name string
	}{{severityType, "severity"}, {assetType, "asset type"}, {statusType, "status"}, {phishingType, "outcome"}} {
		if slices.Contains(names, c.t.TypeName()) {
			hint = fmt.Sprintf("compare the %s with one of %s", c.name, strings.Join(constantsOf(c.t), " "))
			break
		}
	}
	name := display(function)
	if comparing := name == "==" || name == "!=" || name == "in"; comparing && whole(names) != "" {
		return fmt.Sprintf("%s can't be compared as a whole", celTypeNames(whole(names))), "compare a field, such as id"
	}
	if len(words) == 1 {
		return fmt.Sprintf("%s can't be used on %s", name, words[0]), hint
	}
	return fmt.Sprintf("%s can't be used between %s", name, strings.Join(words, " and ")), hint
}

// whole is the type among two operands that holds more than one value: a list
// or a record. What is looked for in a list must not be one either.
func whole(operands []string) string {
	for i, name := range operands {
		if strings.HasPrefix(name, "@") || strings.HasPrefix(name, "list(") && (i == 0 || !strings.HasPrefix(operands[0], "list(")) && i == 0 {
			return name
		}
	}
	return ""
}

func celTypeNames(name string) string {
	switch {
	case name == "bool":
		return "true or false"
	case name == "int":
		return "a whole number"
	case name == "string":
		return "a text"
	case strings.Contains(name, "Timestamp"), name == "timestamp":
		return "a time"
	case strings.HasPrefix(name, "list("):
		return "a list"
	}
	return strings.TrimPrefix(name, "@")
}

// operandKind is the kind of record whose field the node asks for, or nil.
func (s *Scope) operandKind(n *Node) *kind {
	if n == nil || len(n.Args) == 0 {
		return nil
	}
	return s.kindOf(n.Args[0])
}

// kindOf guesses from the names alone, for a message about an expression
// whose types do not fit.
func (s *Scope) kindOf(n *Node) *kind {
	switch n.Op {
	case Ident:
		switch {
		case n.Name == "it":
			return s.it
		case n.Name == "company":
			return companyKind
		case n.Name == "params":
			return s.params
		case n.Name == "custom":
			return s.custom
		case n.bound != nil:
			return s.elements(n.bound.Args[0])
		}
	}
	return nil
}

// elements is the kind of record in the list that the node stands for.
func (s *Scope) elements(n *Node) *kind {
	switch n.Op {
	case Ident:
		for _, k := range kinds {
			if k.list == n.Name {
				return k
			}
		}
		if let := s.lets[n.Name]; let != nil {
			return s.recordsOf(let.typ)
		}
	case Field:
		return s.customs[n.Name]
	case Each:
		if n.Name == operators.Filter {
			return s.elements(n.Args[0])
		}
	}
	return nil
}
