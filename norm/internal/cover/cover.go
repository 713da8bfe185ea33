// Package cover measures which sides of each comparison in an expression a
// set of months reaches.
//
// A [Meter] measures one expression. It looks at each month through the
// norm's scope and tells, comparison by comparison, what was reached:
//
//	m := cover.New(e)                                        // e is an [expr.Expr]
//	m.See(scope.Facts(ctx, month, period, params))           // for each month
//	for _, atom := range m.Atoms() {
//		for _, side := range atom.Sides {
//			if side.Reached == 0 { … }                       // no month reaches it
//		}
//	}
//
// An atom is what && || ! and ?: join: a comparison, a field that is true or
// false, a macro. It is seen only where it decides: an operand of && where all
// others are true, of || where all others are false, and a predicate once for
// each record. So the low severity of a vulnerability that is not open covers
// nothing of `it.open && it.severity >= HIGH`.
//
// [Untested] is for whoever wants only the boundaries that no month reaches,
// with their places:
//
//	for _, gap := range cover.Untested(part, months) {
//		file.Fault(gap.Start, gap.End, "KM-…", "", "no test has %s", gap.Side)
//	}
package cover

import (
	"fmt"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// Atom is a part of a condition that is true or false on its own.
type Atom struct {
	Node     *expr.Node
	From, To int    // code points of the author's text; 0, 0 in a form's limit
	Text     string // as written, or of a form's limit as it compares: "> 5"
	Limit    bool   // the comparison that a count's more_than, at_least, … makes
	Sides    []Side // first false and true, then the values at the boundary
}

// Side is something that an atom can be.
type Side struct {
	Name    string // "false", "true", or the value next to the limit: "5", "MEDIUM"
	Offset  int64  // of a value: left less right
	Truth   bool   // what the atom is there
	Value   bool   // it is a value next to the limit
	Reached int    // how often it was seen
}

// Meter measures one expression.
type Meter struct {
	expr  *expr.Expr
	probe *expr.Probe
	atoms []*Atom
	of    map[*expr.Node]*Atom
}

// New makes a meter of the expression that has seen nothing.
func New(e *expr.Expr) *Meter {
	m := &Meter{expr: e, probe: e.Probe(), of: map[*expr.Node]*Atom{}}
	e.Root().Walk(func(n *expr.Node) {
		if !isAtom(n) {
			return
		}
		a := &Atom{Node: n, Sides: []Side{{Name: "false"}, {Name: "true", Truth: true}}}
		from, to, ok := e.Extent(n)
		switch {
		case ok:
			a.From, a.To, a.Text = from, to, string([]rune(e.Text)[from:to])
		case n == e.Root() && n.Op == expr.Call && ordered(n.Name):
			a.Limit = true
		default:
			return // the quantifier of a form: its outcome is the criterion's
		}
		m.atoms, m.of[n] = append(m.atoms, a), a
	})
	return m
}

// Atoms tells what was seen, in the order of the expression.
func (m *Meter) Atoms() []Atom {
	all := make([]Atom, len(m.atoms))
	for i, a := range m.atoms {
		all[i] = *a
	}
	return all
}

func connective(n *expr.Node) bool {
	if n.Op != expr.Call {
		return false
	}
	switch n.Name {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
		return true
	}
	return false
}

func isAtom(n *expr.Node) bool {
	return n.Type != nil && n.Type.IsExactType(types.BoolType) && n.Op != expr.Lit && !connective(n)
}

func ordered(name string) bool {
	switch name {
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return true
	}
	return false
}

// Limits works out the values next to the atoms' limits, without seeing the
// month: any will do. Whoever sees a month need not call it.
func (m *Meter) Limits(f *expr.Facts) {
	for _, a := range m.atoms {
		if len(a.Sides) == 2 && a.Node.Op == expr.Call && ordered(a.Node.Name) {
			m.boundary(a, f)
		}
	}
}

// See evaluates the expression's atoms on a month.
func (m *Meter) See(f *expr.Facts) {
	m.Limits(f)
	m.walk(m.expr.Root(), f)
}

// boundary adds the two values next to the limit, where there are such: one
// operand is the same for every record, and the other moves in steps of 1.
func (m *Meter) boundary(a *Atom, f *expr.Facts) {
	left, right := a.Node.Args[0], a.Node.Args[1]
	limit, other, sign := right, left, int64(1)
	if constant(left) {
		limit, other, sign = left, right, -1
	}
	value, err := m.probe.Value(limit, f)
	rank, ok := expr.Rank(value)
	if err != nil || !ok || !constant(limit) || constant(other) || !unitStep(other) {
		return
	}
	if a.Limit {
		a.Text = symbol(a.Node.Name) + " " + expr.RankName(limit.Type, rank)
	}
	for _, offset := range offsets(a.Node.Name) {
		at := rank + sign*offset
		name := expr.RankName(limit.Type, at)
		if name == "" || at < 0 && counts(other) {
			continue
		}
		a.Sides = append(a.Sides, Side{Name: name, Offset: offset, Truth: compare(a.Node.Name, offset), Value: true})
	}
}

func symbol(name string) string {
	s, _ := operators.FindReverse(name)
	return s
}

// offsets are the differences of left and right on either side of the
// comparison.
func offsets(name string) [2]int64 {
	switch name {
	case operators.Greater, operators.LessEquals:
		return [2]int64{0, 1}
	}
	return [2]int64{-1, 0}
}

func compare(name string, offset int64) bool {
	switch name {
	case operators.Greater:
		return offset > 0
	case operators.GreaterEquals:
		return offset >= 0
	case operators.Less:
		return offset < 0
	}
	return offset <= 0
}

// constant tells whether the part is the same for every record and month:
// literals, words, parameters and what is computed from them.
func constant(n *expr.Node) bool {
	switch n.Op {
	case expr.Lit:
		return true
	case expr.Ident:
		return n.Bound() == nil && expr.WordsOf(n.Name) != nil
	case expr.Field:
		return n.Args[0].Op == expr.Ident && n.Args[0].Name == "params"
	case expr.Call:
		for _, a := range n.Args {
			if !constant(a) {
				return false
			}
		}
		return len(n.Args) > 0
	}
	return false
}

// unitStep tells whether the part can take neighbouring values: a product
// can't.
func unitStep(n *expr.Node) bool {
	step := true
	n.Walk(func(m *expr.Node) {
		step = step && (m.Op != expr.Call || m.Name != operators.Multiply && m.Name != "portion")
	})
	return step
}

// counts tells whether the part can't be less than 0.
func counts(n *expr.Node) bool { return n.Op == expr.Call && n.Name == "size" }

// walk goes to where atoms decide.
func (m *Meter) walk(n *expr.Node, v expr.View) {
	switch {
	case n.Op == expr.Call && (n.Name == operators.LogicalAnd || n.Name == operators.LogicalOr):
		for i := range n.Args {
			if m.decides(n, i, v) {
				m.walk(n.Args[i], v)
			}
		}
		return
	case n.Op == expr.Call && n.Name == operators.Conditional:
		m.walk(n.Args[0], v)
		if m.probe.Is(n.Args[0], v, true) {
			m.walk(n.Args[1], v)
		} else if m.probe.Is(n.Args[0], v, false) {
			m.walk(n.Args[2], v)
		}
		return
	}
	if a := m.of[n]; a != nil {
		m.see(a, v)
	}
	if n.Op != expr.Each {
		for _, arg := range n.Args {
			m.walk(arg, v)
		}
		return
	}
	m.walk(n.Args[0], v)
	for inner := range m.probe.Each(n, v) {
		for _, body := range n.Args[1:] {
			m.walk(body, inner)
		}
	}
}

// decides tells whether the operand settles the && or ||: all others are true,
// or false.
func (m *Meter) decides(n *expr.Node, i int, v expr.View) bool {
	for j, other := range n.Args {
		if j != i && !m.probe.Is(other, v, n.Name == operators.LogicalAnd) {
			return false
		}
	}
	return true
}

func (m *Meter) see(a *Atom, v expr.View) {
	value, err := m.probe.Value(a.Node, v)
	truth, ok := value.(types.Bool)
	if err != nil || !ok {
		return
	}
	var distance int64
	known := false
	if len(a.Sides) > 2 {
		distance, known = m.distance(a.Node, v)
	}
	for i := range a.Sides {
		s := &a.Sides[i]
		if !s.Value && s.Truth == bool(truth) || s.Value && known && s.Offset == distance {
			s.Reached++
		}
	}
}

// distance is left less right.
func (m *Meter) distance(n *expr.Node, v expr.View) (int64, bool) {
	rank := func(n *expr.Node) (int64, bool) {
		value, err := m.probe.Value(n, v)
		if err != nil {
			return 0, false
		}
		return expr.Rank(value)
	}
	left, okLeft := rank(n.Args[0])
	right, okRight := rank(n.Args[1])
	return left - right, okLeft && okRight
}

// Describe says what a month must have to reach the side.
func (a *Atom) Describe(s Side) string {
	switch {
	case a.Limit && s.Value:
		return "a count of " + s.Name
	case a.Limit:
		return fmt.Sprintf("a count for which %s is %s", a.Text, s.Name)
	case s.Value:
		return fmt.Sprintf("%s with %s", a.Text, s.Name)
	}
	return fmt.Sprintf("%s %s", a.Text, s.Name)
}
