package trial

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// Tries is how many records are added at once when a month is looked for: one,
// and what each count asks for.
func tries(exprs []*expr.Expr, p *Pool) []int {
	all := map[int]bool{1: true, 2: true}
	for _, e := range exprs {
		e.Root().Walk(func(n *expr.Node) {
			if n.Op != expr.Call || !compares(n.Name) || !counts(n) {
				return
			}
			for _, v := range p.constants(n) {
				if v, ok := v.(int); ok && v > 0 && v <= mostCopies {
					all[v], all[v+1] = true, true
				}
			}
		})
	}
	sorted := slices.Sorted(maps.Keys(all))
	return sorted[:min(len(sorted), mostTries)]
}

const (
	mostTries = 16      // numbers of records that are added at once
	mostMarks = 400_000 // conditions on records that tell them apart
)

// mostCopies is how many records like one are added at most.
const mostCopies = 300

// counts tells whether a comparison is of the size of a list, in steps of 1.
func counts(n *expr.Node) bool {
	size, steps := false, true
	n.Walk(func(m *expr.Node) {
		size = size || m.Op == expr.Call && m.Name == "size"
		steps = steps && (m.Op != expr.Call || m.Name != operators.Multiply && m.Name != "portion")
	})
	return size && steps
}

// Seeker looks for months under which conditions hold.
type Seeker struct {
	*Pool
	exprs   []*expr.Expr
	probes  map[*expr.Expr]*expr.Probe
	classes map[string][]Record
	tries   []int
	marked  int // of mostMarks
}

// NewSeeker makes a seeker over the records that the expressions tell apart.
func NewSeeker(p *Pool, exprs []*expr.Expr) *Seeker {
	return &Seeker{Pool: p, exprs: exprs, probes: map[*expr.Expr]*expr.Probe{}, classes: map[string][]Record{}, tries: tries(exprs, p)}
}

// Facts views a month; nil if it breaks the rules of month documents.
func (s *Seeker) Facts(m *finding.Month) *expr.Facts {
	normal, err := m.Normal()
	if err != nil {
		return nil
	}
	return s.scope.Facts(context.Background(), normal, s.period, s.params)
}

// Probe evaluates parts of the expression; each expression has one.
func (s *Seeker) Probe(e *expr.Expr) *expr.Probe {
	if s.probes[e] == nil {
		s.probes[e] = e.Probe()
	}
	return s.probes[e]
}

// Progress counts the conditions joined by && that hold: a month for which it
// is Most is one for which the expression holds.
func (s *Seeker) Progress(e *expr.Expr, f *expr.Facts) int { return s.progress(e, e.Root(), f) }

func (s *Seeker) progress(e *expr.Expr, n *expr.Node, f *expr.Facts) int {
	switch {
	case n.Op == expr.Call && n.Name == operators.LogicalAnd:
		return s.progress(e, n.Args[0], f) + s.progress(e, n.Args[1], f)
	case n.Op == expr.Ident && n.Bound() == nil && s.scope.Value(n.Name) != nil:
		return s.Progress(s.scope.Value(n.Name), f)
	}
	if s.Probe(e).Is(n, f, true) {
		return 1
	}
	return 0
}

// Seek adds records of the lists to the month, some at a time, for as long as
// its worth grows, until it is enough. The month itself is not changed.
func (s *Seeker) Seek(m *finding.Month, lists []string, enough int, worth func(*finding.Month) int) *finding.Month {
	const steps = 20
	for range steps {
		best, most := m, worth(m)
		if most >= enough {
			return m
		}
		for _, list := range lists {
			for _, r := range s.Classes(list) {
				for _, n := range s.tries {
					next := Clone(m)
					r.Add(next, n)
					if w := worth(next); w > most {
						best, most = next, w
					}
					if list == "company" {
						break
					}
				}
			}
		}
		if best == m {
			return m
		}
		m = best
	}
	return m
}

// Classes gives one record of the list for each way in which the conditions
// can judge one, the plainest first.
func (s *Seeker) Classes(list string) []Record {
	if s.classes[list] != nil {
		return s.classes[list]
	}
	records := s.Records(list)
	if list == "company" {
		s.classes[list] = records[:min(len(records), 40)]
		return s.classes[list]
	}
	marks := s.marks(list, records)
	seen := map[string]bool{}
	for i, r := range records {
		if mark := marks[i]; !seen[mark] {
			seen[mark] = true
			s.classes[list] = append(s.classes[list], r)
		}
	}
	return s.classes[list]
}

// marks tells of each record what every condition about such a record says.
func (s *Seeker) marks(list string, records []Record) []string {
	marks := make([]strings.Builder, len(records))
	m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthAt(s.period.Start, s.period.Zone), Zone: s.period.Zone.String()}
	s.Plain("company").Add(m, 1)
	for _, other := range s.Lists() {
		if other != list && other != "company" {
			s.Plain(other).Add(m, 1)
		}
	}
	for _, r := range records {
		r.Add(m, 1)
	}
	f := s.scope.Facts(context.Background(), m, s.period, s.params)
	for _, e := range s.exprs {
		s.About(e, list, f, func(macro *expr.Node, v expr.View) {
			atoms := Atoms(macro)
			if s.marked += len(atoms) * len(records); s.marked > mostMarks {
				return
			}
			for i, element := range f.Records(list) {
				inner := expr.Bind(v, macro, element)
				for _, atom := range atoms {
					marks[i].WriteString(s.mark(e, atom, inner))
				}
			}
		})
	}
	texts := make([]string, len(records))
	for i := range marks {
		texts[i] = marks[i].String()
	}
	return texts
}

func (s *Seeker) mark(e *expr.Expr, n *expr.Node, v expr.View) string {
	value, err := s.Probe(e).Value(n, v)
	switch {
	case err != nil:
		return "e"
	case value == types.True:
		return "t"
	}
	return "f"
}

// About visits the macros of the expression that go through records of the
// list, with what they see: of a macro around them, the first record.
func (s *Seeker) About(e *expr.Expr, list string, v expr.View, visit func(macro *expr.Node, v expr.View)) {
	s.about(e.Root(), list, v, v, visit)
}

func (s *Seeker) about(n *expr.Node, list string, facts, v expr.View, visit func(*expr.Node, expr.View)) {
	if n.Op != expr.Each {
		for _, a := range n.Args {
			s.about(a, list, facts, v, visit)
		}
		return
	}
	s.about(n.Args[0], list, facts, v, visit)
	own := s.scope.ListOf(n.Args[0])
	if own == list {
		visit(n, v)
	}
	f, ok := facts.(*expr.Facts)
	if !ok {
		return
	}
	if records := f.Records(own); len(records) > 0 {
		for _, body := range n.Args[1:] {
			s.about(body, list, facts, expr.Bind(v, n, records[0]), visit)
		}
	}
}

// Atoms are the parts of a macro's condition that are true or false on their
// own, without those inside another macro.
func Atoms(macro *expr.Node) []*expr.Node {
	var all []*expr.Node
	for _, body := range macro.Args[1:] {
		atoms(body, &all)
	}
	return all
}

func atoms(n *expr.Node, all *[]*expr.Node) {
	if n.Type == nil || !n.Type.IsExactType(types.BoolType) {
		return
	}
	if n.Op == expr.Call {
		switch n.Name {
		case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
			for _, a := range n.Args {
				atoms(a, all)
			}
			return
		}
	}
	within := false // a macro, whose own conditions are looked at by themselves
	n.Walk(func(m *expr.Node) { within = within || m.Op == expr.Each })
	if n.Op != expr.Lit && !within {
		*all = append(*all, n)
	}
}

// Copies is how many records like one are worth trying at once.
func (s *Seeker) Copies() []int { return s.tries }

// Sums gives the months that have more: so many records of one class, then one
// of each of two, then three of any.
func Sums(m *finding.Month, classes []Record, copies []int) iter.Seq[*finding.Month] {
	return func(yield func(*finding.Month) bool) {
		with := func(records ...Record) bool {
			next := Clone(m)
			for _, r := range records {
				r.Add(next, 1)
			}
			return yield(next)
		}
		for _, a := range classes {
			for _, n := range copies {
				next := Clone(m)
				a.Add(next, n)
				if !yield(next) {
					return
				}
			}
		}
		for i, a := range classes {
			for _, b := range classes[i+1:] {
				if !with(a, b) {
					return
				}
			}
		}
		for i, a := range classes {
			for j, b := range classes[i:] {
				for _, c := range classes[i+j:] {
					if !with(a, b, c) {
						return
					}
				}
			}
		}
	}
}
