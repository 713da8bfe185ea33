package expr

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/plan"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
)

// Lowerer turns the expressions of one norm into conditions of a plan, as far
// as a plan can hold them.
type Lowerer struct {
	params map[string]any
	lists  map[string]*record.List
	lets   map[*Expr]lowered
}

type lowered struct {
	node   *plan.Node
	err    *PlanError
	joined bool
}

// PlanError says why an expression is evaluated record by record, and at which
// code points of its text, or of that of the named value, this shows.
type PlanError struct {
	From, To int
	Reason   string
	Let      string // the named value in whose text it is; empty: the expression's own
}

// Error is the reason.
func (e *PlanError) Error() string { return e.Reason }

// Lowerer makes a lowerer for the scope's expressions. params holds every
// declared parameter.
func (s *Scope) Lowerer(params map[string]any) *Lowerer {
	l := &Lowerer{params: params, lists: map[string]*record.List{}, lets: map[*Expr]lowered{}}
	for _, list := range record.Lists {
		l.lists[list.Name] = list
	}
	for _, name := range slices.Sorted(maps.Keys(s.customs)) {
		declared := map[string]record.Type{}
		for _, f := range s.customs[name].fields[1:] {
			declared[f.name] = customTypes[f.typ]
		}
		l.lists["custom."+name] = record.Custom(name, declared)
	}
	return l
}

var customTypes = map[*types.Type]record.Type{
	types.StringType: record.TextField, types.IntType: record.NumberField, types.BoolType: record.BoolField, types.TimestampType: record.DateField,
}

// Lower gives the expression as a node of a plan with what evaluating it
// takes, or says why it can't.
func (l *Lowerer) Lower(e *Expr) (*plan.Node, Work, *PlanError) {
	t := &translation{Lowerer: l, expr: e}
	n := t.value(e.root)
	if t.err != nil {
		return nil, Work{}, t.err
	}
	if t.joined {
		return n, e.joinedWork(), nil
	}
	work, ok := e.work()
	if !ok {
		return nil, work, &PlanError{Reason: "its work grows faster than the month does"}
	}
	return n, work, nil
}

// translation is that of one expression.
type translation struct {
	*Lowerer
	expr   *Expr
	err    *PlanError
	around *Node        // the macro whose record is spoken of, or nil
	list   *record.List // what it goes through
	joined bool         // records of two lists are looked up by a text
}

// refuse notes the first reason; what it returns is never used.
func (t *translation) refuse(n *Node, format string, args ...any) *plan.Node {
	if t.err == nil {
		from, to := n.extent()
		t.err = &PlanError{From: from - t.expr.shift, To: to - t.expr.shift, Reason: fmt.Sprintf(format, args...)}
	}
	return &plan.Node{Op: plan.Const}
}

func (t *translation) value(n *Node) *plan.Node {
	switch n.Op {
	case Lit:
		return constant(n)
	case Ident:
		return t.name(n)
	case Field, Has:
		return t.field(n)
	case Call:
		return t.call(n)
	case Each:
		if n.quantifies() {
			return t.quantifier(n)
		}
	}
	return t.refuse(n, "a list of its own is made here")
}

func constant(n *Node) *plan.Node {
	c := &plan.Node{Op: plan.Const}
	switch v := n.Value.(type) {
	case types.Bool:
		c.Value = record.OfBool(bool(v))
	case types.Int:
		c.Value = record.OfNumber(int64(v))
	case types.String:
		c.Value = record.OfText(string(v))
	}
	return c
}

func (t *translation) name(n *Node) *plan.Node {
	if n.bound != nil {
		return t.refuse(n, "it is no field that is asked for")
	}
	if let := t.expr.scope.lets[n.Name]; let != nil {
		if t.around != nil {
			return t.refuse(n, "a named value is used in a condition about a record")
		}
		return t.let(n, let)
	}
	for _, c := range constants {
		if c.name == n.Name {
			return &plan.Node{Op: plan.Const, Value: record.OfWord(c.value.number)}
		}
	}
	if n.Name == "month" {
		return &plan.Node{Op: plan.Month}
	}
	return t.refuse(n, "%s is used as a whole", n.Name)
}

// let is one node for each named value, so that it is worked out once.
func (t *translation) let(n *Node, e *Expr) *plan.Node {
	known, ok := t.lets[e]
	if !ok {
		inner := &translation{Lowerer: t.Lowerer, expr: e}
		node := inner.value(e.root)
		known = lowered{&plan.Node{Op: plan.Let, Name: n.Name, Truth: e.typ.IsExactType(types.BoolType), Args: []*plan.Node{node}}, inner.named(n.Name), inner.joined}
		t.lets[e] = known
	}
	if t.err == nil {
		t.err = known.err
	}
	t.joined = t.joined || known.joined
	return known.node
}

// named is the reason with the name in whose text it is.
func (t *translation) named(name string) *PlanError {
	if t.err != nil && t.err.Let == "" {
		named := *t.err
		named.Let = name
		return &named
	}
	return t.err
}

func (t *translation) field(n *Node) *plan.Node {
	of := n.Args[0]
	op := map[Op]plan.Op{Field: plan.Field, Has: plan.Has}[n.Op]
	switch {
	case of.Op != Ident:
	case of.bound != nil && of.bound == t.around:
		return &plan.Node{Op: op, Field: t.list.Field(n.Name)}
	case of.bound != nil:
		return t.refuse(n, "two records are compared with each other")
	case of.Name == "company":
		for i := range record.Company {
			if f := &record.Company[i]; f.Name == n.Name {
				return &plan.Node{Op: op + plan.Company - plan.Field, Field: f}
			}
		}
	case of.Name == "params" && n.Op == Has:
		return &plan.Node{Op: plan.Const, Value: record.OfBool(true)}
	case of.Name == "params":
		return t.param(n)
	}
	return t.refuse(n, "this field is not of a record")
}

func (t *translation) param(n *Node) *plan.Node {
	c := &plan.Node{Op: plan.Const}
	switch v := t.params[n.Name].(type) {
	case int64:
		c.Value = record.OfNumber(v)
	case string:
		c.Value = record.OfText(v)
	case bool:
		c.Value = record.OfBool(v)
	default:
		return t.refuse(n, "the parameter has no value")
	}
	return c
}

// ops are the operators and functions of which all arguments are values.
var ops = map[string]plan.Op{
	operators.LogicalNot: plan.Not, operators.LogicalAnd: plan.And, operators.LogicalOr: plan.Or, operators.Conditional: plan.If,
	operators.Equals: plan.Equal, operators.NotEquals: plan.NotEqual,
	operators.Less: plan.Less, operators.LessEquals: plan.LessEqual, operators.Greater: plan.Greater, operators.GreaterEquals: plan.GreaterEqual,
	operators.Add: plan.Add, operators.Subtract: plan.Subtract, operators.Multiply: plan.Multiply, operators.Negate: plan.Negate,
	"contains": plan.Contains, "startsWith": plan.StartsWith, "endsWith": plan.EndsWith,
	"portion": plan.Portion, "days": plan.Days, "this_month": plan.ThisMonth,
}

func (t *translation) call(n *Node) *plan.Node {
	switch n.Name {
	case operators.In:
		return t.in(n)
	case "size":
		return t.size(n)
	case "matches":
		pattern, err := regexp.Compile(string(n.Args[1].Value.(types.String)))
		if err != nil {
			return t.refuse(n, "the pattern: %v", err)
		}
		return &plan.Node{Op: plan.Matches, Args: []*plan.Node{t.value(n.Args[0])}, Pattern: pattern}
	}
	op, known := ops[n.Name]
	if !known {
		return t.refuse(n, "%s is not known to the plan", display(n.Name))
	}
	node := &plan.Node{Op: op}
	counted := n.counted()
	for _, a := range n.Args {
		arg := t.value(a)
		node.Args = append(node.Args, arg)
		if counted != nil && a.Op == Call && a.Name == "size" && a.Args[0] == counted {
			node.Counted = arg
		}
	}
	return node
}

func (t *translation) in(n *Node) *plan.Node {
	node := &plan.Node{Op: plan.In, Args: []*plan.Node{t.value(n.Args[0])}}
	switch list := n.Args[1]; list.Op {
	case List:
		for _, element := range list.Args {
			node.Args = append(node.Args, t.value(element))
		}
	case Field: // texts of the record
		node.Op, node.Args = plan.InTexts, append(node.Args, t.value(list))
	case Each:
		return t.joinIn(n, node.Args[0])
	default:
		return t.refuse(list, "what is looked for is looked for in a list of its own")
	}
	return node
}

func (t *translation) size(n *Node) *plan.Node {
	of := n.Args[0]
	if of.Type != nil && t.expr.scope.recordsOf(of.Type) != nil {
		if t.around != nil {
			return t.joinCount(n, of)
		}
		through := t.through(of, t.expr)
		if through == nil {
			return &plan.Node{Op: plan.Const}
		}
		if last := len(through.Filters) - 1; of.Op == Each {
			through.Filters, through.Where = through.Filters[:last], through.Filters[last]
		}
		return &plan.Node{Op: plan.Count, Through: through}
	}
	return &plan.Node{Op: plan.Size, Args: []*plan.Node{t.value(of)}}
}

var quantifiers = map[string]plan.Op{operators.Exists: plan.Exists, operators.All: plan.All, operators.ExistsOne: plan.ExistsOne}

func (t *translation) quantifier(n *Node) *plan.Node {
	if t.around != nil {
		return t.joinQuantifier(n)
	}
	through := t.through(n.Args[0], t.expr)
	if through == nil {
		return &plan.Node{Op: plan.Const}
	}
	through.Where = t.about(n, through.List)
	return &plan.Node{Op: quantifiers[n.Name], Through: through}
}

// about translates the condition that a macro has about one record.
func (t *translation) about(n *Node, list *record.List) *plan.Node {
	return t.speaking(n, list, n.Args[1])
}

// speaking translates what is said about one record of the macro's list.
func (t *translation) speaking(macro *Node, list *record.List, n *Node) *plan.Node {
	around, of := t.around, t.list
	t.around, t.list = macro, list
	said := t.value(n)
	t.around, t.list = around, of
	return said
}

// through finds the list of the month, and the filters, that a list of records
// is; nil if it is refused.
func (t *translation) through(n *Node, e *Expr) *plan.Through {
	switch {
	case n.Op == Ident && n.bound == nil && e.scope.lets[n.Name] != nil:
		let := e.scope.lets[n.Name]
		inner := &translation{Lowerer: t.Lowerer, expr: let}
		through := inner.through(let.root, let)
		t.joined = t.joined || inner.joined
		if inner.err != nil && t.err == nil {
			t.err = inner.named(n.Name)
		}
		return through
	case n.Op == Each && n.Name == operators.Filter:
		through := t.through(n.Args[0], e)
		if through == nil {
			return nil
		}
		through.Filters = append(through.Filters, t.about(n, through.List))
		return through
	}
	if list := t.lists[e.scope.MonthList(n)]; list != nil {
		return &plan.Through{List: list}
	}
	t.refuse(n, "the list is made, not chosen from one of the month")
	return nil
}
