// Package expr is the expression language of a norm: a subset of CEL over the
// month document, checked with exact places, evaluated by cel-go, and able to
// say which records decided.
package expr

import (
	"fmt"
	"regexp"
	"strings"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
)

// Limits of one expression. They bound what compiling and one evaluation can
// cost, before anything is evaluated.
const (
	MaxCharacters = 4000 // code points
	maxNesting    = 60   // parentheses and calls within each other
	maxNodes      = 1500 // operators, names and literals
	maxEach       = 2    // macros within each other
)

// Want is the type that an expression must have.
type Want uint8

// The wanted types.
const (
	Any     Want = iota // for let: any
	Truth               // a bool
	Whole               // an int
	Records             // a list of records
)

// Fault is what is wrong with an expression, between two code points of it.
type Fault struct {
	From, To      int
	Code          string
	Message, Hint string
}

// Expr is a checked expression, ready to be evaluated.
type Expr struct {
	Text  string
	root  *Node
	typ   *types.Type
	ast   *celast.AST
	scope *Scope
	shift int // code points before the author's text, where text was put around it
	plans map[*Node]cel.Program
}

// Compile parses and checks an expression; faults are in order of place.
func (s *Scope) Compile(text string, want Want) (*Expr, []Fault) {
	if strings.TrimSpace(text) == "" {
		return nil, []Fault{{0, 0, "KM-CEL-EMPTY", "the expression is empty", ""}}
	}
	if n := len([]rune(text)); n > MaxCharacters {
		return nil, []Fault{{0, 1, "KM-CEL-SIZE", fmt.Sprintf("the expression has %d characters; at most %d are allowed", n, MaxCharacters), "give parts of it a name under let:"}}
	}
	parsed, iss := s.env.Parse(text)
	if iss.Err() != nil {
		return nil, syntaxFaults(iss, []rune(text))
	}
	if n := celast.NodeCount(parsed.NativeRep()); n > maxNodes {
		return nil, []Fault{{0, 1, "KM-CEL-SIZE", fmt.Sprintf("the expression has %d parts; at most %d are allowed", n, maxNodes), "give parts of it a name under let:"}}
	}
	v := &vetter{scope: s}
	v.vet(tree(parsed.NativeRep(), []rune(text)), nil)
	if len(v.faults) > 0 {
		return nil, v.faults
	}
	rewrite(parsed.NativeRep())
	checked, iss := s.env.Check(parsed)
	if iss.Err() != nil {
		return nil, s.typeFaults(iss, parsed.NativeRep(), []rune(text))
	}
	e := &Expr{Text: text, ast: checked.NativeRep(), scope: s}
	e.root = tree(e.ast, []rune(text))
	e.typ = e.root.Type
	if fault, bad := e.wrongType(want); bad {
		return nil, []Fault{fault}
	}
	if faults := vetTypes(e.root); len(faults) > 0 {
		return nil, faults
	}
	return e, e.plan()
}

// hiddenArgs counts the arguments that are added to a function's own.
var hiddenArgs = map[string]int{"days": 1, "this_month": 2}

// rewrite adds the month's bounds to the functions that need them, and gives
// != a function of its own.
func rewrite(a *celast.AST) {
	id := celast.MaxID(a)
	factory := celast.NewExprFactory()
	ident := func(name string) celast.Expr {
		id++
		return factory.NewIdent(id, name)
	}
	celast.PostOrderVisit(a.Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		if e.Kind() != celast.CallKind || e.AsCall().IsMemberFunction() {
			return
		}
		args := e.AsCall().Args()
		switch name := e.AsCall().FunctionName(); name {
		case operators.NotEquals:
			e.SetKindCase(factory.NewCall(e.ID(), notEquals, args...))
		case "days":
			e.SetKindCase(factory.NewCall(e.ID(), name, args[0], ident(endVar)))
		case "this_month":
			e.SetKindCase(factory.NewCall(e.ID(), name, args[0], ident(startVar), ident(endVar)))
		}
	}))
}

// plan prepares the whole expression and, for evidence, its parts.
func (e *Expr) plan() []Fault {
	e.plans = map[*Node]cel.Program{}
	parts := []*Node{e.root}
	if e.typ.IsExactType(types.BoolType) {
		e.root.decisive(&parts)
	}
	for _, n := range parts {
		if e.plans[n] != nil {
			continue
		}
		ast := celast.NewCheckedAST(celast.NewAST(n.expr, e.ast.SourceInfo()), e.ast.TypeMap(), e.ast.ReferenceMap())
		program, err := e.scope.env.PlanProgram(ast, cel.EvalOptions(cel.OptOptimize), cel.InterruptCheckFrequency(100))
		if err != nil {
			from, to := n.extent()
			return []Fault{{from, to, "KM-CEL", err.Error(), ""}}
		}
		e.plans[n] = program
	}
	return nil
}

func (e *Expr) wrongType(want Want) (Fault, bool) {
	from, to := e.root.extent()
	wrong := func(what, hint string) (Fault, bool) {
		return Fault{from, to, "KM-TYPE", fmt.Sprintf("this must be %s, but is %s", what, typeName(e.typ)), hint}, true
	}
	switch {
	case e.typ.Kind() == types.DynKind: // of a name whose own expression is at fault
	case want == Truth && !e.typ.IsExactType(types.BoolType):
		return wrong("true or false", "compare it with something, such as > 5")
	case want == Whole && !e.typ.IsExactType(types.IntType):
		return wrong("a whole number", "use portion(n, d)")
	case want == Records && e.scope.recordsOf(e.typ) == nil:
		return wrong("a list of records", "use filter to choose records")
	}
	return Fault{}, false
}

// recordsOf is the kind of record that a list type holds, or nil.
func (s *Scope) recordsOf(t *types.Type) *kind {
	if t.Kind() != types.ListKind {
		return nil
	}
	if k := s.kinds[t.Parameters()[0].TypeName()]; k != nil && k.key != nil {
		return k
	}
	return nil
}

var (
	expecting   = regexp.MustCompile(`(?s) expecting .*`)
	recognition = regexp.MustCompile(`(?s)token recognition error at: '(.*)'`)
)

// syntaxFaults says what the parser could not read; only the first fault, as
// what follows one is rarely worth reading.
func syntaxFaults(iss *cel.Issues, text []rune) []Fault {
	first := iss.Errors()[0]
	at := 0
	for line := 1; line < first.Location.Line() && at < len(text); at++ {
		if text[at] == '\n' {
			line++
		}
	}
	at = min(at+max(first.Location.Column(), 0), len(text))
	f := Fault{From: at, To: min(at+1, len(text)), Code: "KM-CEL-SYNTAX"}
	message := expecting.ReplaceAllString(strings.TrimPrefix(first.Message, "Syntax error: "), "")
	switch m := recognition.FindStringSubmatch(message); {
	case strings.Contains(message, "'<EOF>'") && !strings.Contains(message, "extraneous"):
		f.From, f.To = len(text), len(text)
		f.Message = "the expression stops too early"
	case m != nil && strings.HasPrefix(m[1], "="):
		f.Message, f.Hint = "a single = compares nothing", "write =="
	case m != nil && (m[1][0] == '\'' || m[1][0] == '"'):
		f.Message, f.Hint = "the text has no end", "close the quotes"
	case m != nil:
		f.Message = fmt.Sprintf("%q is no part of the language", m[1])
	case strings.Contains(message, "extraneous input"), strings.Contains(message, "mismatched input"), strings.Contains(message, "no viable alternative"):
		token := word1(text[at:])
		f.To = at + max(1, len([]rune(token)))
		f.Message = fmt.Sprintf("%q was not expected here", token)
		f.Hint = joiner(token)
	default:
		f.Message = message
	}
	return []Fault{f}
}

// word1 is the first word or sign of the text.
func word1(text []rune) string {
	for i, r := range text {
		if strings.ContainsRune(" \t\r\n().,", r) {
			return string(text[:max(i, 1)])
		}
	}
	return string(text)
}

// joiner translates what people type into what the language has.
func joiner(token string) string {
	switch strings.ToLower(token) {
	case "and", "en":
		return "write &&"
	case "or", "of":
		return "write ||"
	case "not", "niet":
		return "write !"
	}
	return ""
}

var (
	undeclared = regexp.MustCompile(`undeclared reference to '([^']*)'`)
	undefined  = regexp.MustCompile(`undefined field '([^']*)'`)
	expected   = regexp.MustCompile(`expected type '([^']*)' but found '([^']*)'`)
	overload   = regexp.MustCompile(`found no matching overload for '([^']*)' applied to '([^']*)'`)
)

// typeFaults turns the type checker's words into an author's.
func (s *Scope) typeFaults(iss *cel.Issues, a *celast.AST, text []rune) []Fault {
	nodes := map[int64]*Node{}
	tree(a, text).Walk(func(n *Node) { nodes[n.expr.ID()] = n })
	var faults []Fault
	for _, err := range iss.Errors() {
		f := Fault{Code: "KM-TYPE", Message: err.Message}
		n := nodes[err.ExprID]
		if n != nil {
			f.From, f.To = n.from, n.to
		} else {
			f.From = min(max(err.Location.Column(), 0), len(text))
			f.To = min(f.From+1, len(text))
		}
		s.explain(&f, n, err.Message)
		faults = append(faults, f)
	}
	return faults
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
	case overload.MatchString(message):
		m := overload.FindStringSubmatch(message)
		f.Message, f.Hint = mismatch(m[1], m[2])
	case expected.MatchString(message):
		m := expected.FindStringSubmatch(message)
		f.Message = fmt.Sprintf("this must be %s, but is %s", celTypeNames(m[1]), celTypeNames(m[2]))
	case strings.Contains(message, "cannot be range of a comprehension"):
		f.Message = "only a list can be gone through"
	}
}

// visible lists the names that can stand at the start of an expression.
func (s *Scope) visible() []string {
	if s.it != nil {
		return append([]string{"it"}, s.names...)
	}
	return s.names
}
