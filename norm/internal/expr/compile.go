// Package expr is the expression language of a norm: a subset of CEL over the
// month document, checked with exact places, evaluated by cel-go, and able to
// say which records decided.
package expr

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Limits of one expression. They bound what compiling and one evaluation can
// cost, before anything is evaluated.
const (
	MaxCharacters = 4000 // code points
	maxNesting    = 60   // parentheses and calls within each other
	maxNodes      = 1500 // operators, names and literals
	maxEach       = 2    // macros within each other
	maxFaults     = 20   // that are reported of one expression
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
	v := &vetter{scope: s, bad: map[int64]bool{}}
	v.vet(tree(parsed.NativeRep(), []rune(text)), nil)
	if v.stop {
		return nil, inOrder(v.faults)
	}
	rewrite(parsed.NativeRep())
	checked, iss := s.env.Check(parsed)
	if iss.Err() != nil {
		v.faults = append(v.faults, s.typeFaults(iss, parsed.NativeRep(), []rune(text), v.bad)...)
	}
	if len(v.faults) > 0 {
		return nil, inOrder(v.faults)
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

// inOrder sorts faults by place; of those at one place the first is kept.
func inOrder(faults []Fault) []Fault {
	slices.SortStableFunc(faults, func(a, b Fault) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	faults = slices.CompactFunc(faults, func(a, b Fault) bool { return a.From == b.From && a.To == b.To })
	return faults[:min(len(faults), maxFaults)]
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
		name := e.AsCall().FunctionName()
		if hiddenArgs[name] > 0 && len(args) != 1 {
			return // refused for it
		}
		switch name {
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
