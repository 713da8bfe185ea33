package norm

import (
	"context"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/lint"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
	"go.yaml.in/yaml/v3"
)

// warn adds the warnings about a norm without errors, and keeps those that a
// comment in the file allows.
func (r *reader) warn(n *Norm) {
	zone, err := finding.LoadZone(n.zone)
	if err != nil {
		return // reported with the time zone
	}
	w := &lint.Norm{File: r.File, Scope: n.scope, Params: n.params, Types: n.types, Month: n.sample(), Zone: zone, Lets: map[string]lint.Part{}}
	for name, l := range n.lets {
		if l.file == r.File {
			w.Lets[name] = part(l, source.Span{})
		}
	}
	r.declared(w)
	r.lintCriteria(w, n)
	for _, t := range n.tests {
		if f := n.facts(t.Month); f != nil {
			w.Tests = append(w.Tests, f)
		}
	}
	warnings, silenced := lint.Check(w)
	r.Faults = append(r.Faults, warnings...)
	n.silenced = silenced
}

// sample is a month in which the norm holds.
func (n *Norm) sample() finding.YearMonth {
	month := finding.MonthOf(2026, 11)
	if n.from > month || n.until != 0 && n.until < month {
		month = n.from
	}
	return month
}

// facts views the month of a test; nil if it can't be judged.
func (n *Norm) facts(m *finding.Month) *expr.Facts {
	m, err := m.Normal()
	if err != nil {
		return nil
	}
	period, err := m.Period()
	if err != nil || n.checkCustom(m, period) != nil {
		return nil
	}
	return n.scope.Facts(context.Background(), m, period, n.params)
}

// part is an expression for the checker; head is where it stands if that is
// not where its text begins.
func part(l *located, head source.Span) lint.Part {
	if l == nil {
		return lint.Part{}
	}
	if head == (source.Span{}) {
		head.Start, head.End = l.scalar.Span(0, len([]rune(l.scalar.Text)))
	}
	return lint.Part{Expr: l.Expr, Scalar: l.scalar, Limit: l.limit, Head: head}
}

// child is the value of the key in a mapping; nil if it has none.
func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func (r *reader) span(n *yaml.Node) source.Span {
	start, end := r.Extent(n)
	return source.Span{Start: start, End: end}
}

// declared lists what the file gives a name to, and its values, in which a #
// begins no comment.
func (r *reader) declared(w *lint.Norm) {
	keys := func(kind, prefix string, m *yaml.Node, used func(name string) bool) {
		if m == nil {
			return
		}
		for i := 0; i+1 < len(m.Content); i += 2 {
			name := m.Content[i].Value
			w.Names = append(w.Names, lint.Name{Kind: kind, Name: prefix + name, At: r.span(m.Content[i]), Used: used != nil && used(name)})
		}
	}
	keys("parameter", "", child(r.Root, "parameters"), nil)
	keys("named value", "", child(r.Root, "let"), nil)
	types := child(r.Root, "types")
	keys("type", "", types, nil)
	if types != nil {
		for i := 0; i+1 < len(types.Content); i += 2 {
			keys("field", types.Content[i].Value+".", types.Content[i+1], nil)
		}
	}
	given := map[string]bool{}
	if tests := child(r.Root, "tests"); tests != nil {
		for _, t := range tests.Content {
			if g := child(t, "given"); g != nil {
				given[g.Value] = true
			}
		}
	}
	keys("fixture", "", child(r.Root, "fixtures"), func(name string) bool { return given[name] })
	r.scalars(r.Root, w)
}

func (r *reader) scalars(n *yaml.Node, w *lint.Norm) {
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "#") {
		s := r.ScalarOf(n)
		start, end := s.Span(0, len([]rune(s.Text)))
		w.Scalars = append(w.Scalars, source.Span{Start: start, End: end})
	}
	for _, c := range n.Content {
		r.scalars(c, w)
	}
}

// lintCriteria hands over the criteria that stand in this file.
func (r *reader) lintCriteria(w *lint.Norm, n *Norm) {
	items := child(r.Root, "criteria")
	if items == nil {
		return
	}
	for _, item := range items.Content {
		id := child(item, "id")
		if id == nil {
			continue
		}
		i := slices.IndexFunc(n.criteria, func(c criterion) bool { return c.ID == id.Value })
		if i < 0 {
			continue
		}
		c := &n.criteria[i]
		head := source.Span{}
		for _, form := range formNames {
			if list := child(child(item, "when"), form); list != nil {
				head = r.span(list)
			}
		}
		w.Criteria = append(w.Criteria, lint.Criterion{ID: c.ID, Weight: c.Weight, At: r.span(id),
			Applies: part(c.applies, source.Span{}), Measured: part(c.measured, source.Span{}), When: part(c.when, head),
			Share: part(c.share, source.Span{}), Evidence: part(c.evidence, source.Span{})})
	}
}
