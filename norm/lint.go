package norm

import (
	"context"
	"regexp"
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
		if p := r.part(l, child(child(r.Root, "let"), name)); p.Expr != nil {
			w.Lets[name] = p
		}
	}
	r.declared(w, n)
	r.lintCriteria(w, n)
	for _, t := range n.tests {
		if f := n.facts(t.Month); f != nil {
			w.Tests = append(w.Tests, f)
		}
	}
	if effective := child(r.Root, "effective"); effective != nil {
		w.Range = r.span(effective)
		if from := child(effective, "from"); from != nil {
			w.Range = r.span(from)
		}
	}
	found := lint.Check(w)
	r.Faults = append(r.Faults, found.Warnings...)
	n.silenced = found.Silenced
	if n.inRange = &found.Overlap; found.OverlapAllowed {
		n.inRange = nil
	}
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

// part is an expression for the checker, as it stands at the node.
func (r *reader) part(l *located, node *yaml.Node) lint.Part {
	if l == nil || node == nil || l.file != r.File {
		return lint.Part{}
	}
	p := lint.Part{Expr: l.Expr, Scalar: l.scalar, Limit: l.limit, From: r.span(node).Start}
	p.Head.Start, p.Head.End = l.scalar.Span(0, len([]rune(l.scalar.Text)))
	for _, form := range formNames {
		if list := child(node, form); list != nil {
			p.Head = r.span(list)
		}
	}
	if where := child(node, "where"); where != nil {
		p.From = r.span(where).Start
	}
	return p
}

// child is [member] of a node that may be absent.
func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil {
		return nil
	}
	return member(n, key)
}

func (r *reader) span(n *yaml.Node) source.Span {
	start, end := r.Extent(n)
	return source.Span{Start: start, End: end}
}

// declared lists what the file gives a name to, and its values, in which a #
// begins no comment.
func (r *reader) declared(w *lint.Norm, n *Norm) {
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
	r.declaredModules(w, n)
	r.scalars(r.Root, w)
}

var packageOf = regexp.MustCompile(`(?m)^package\s+([\w.]+)`)

// declaredModules lists the modules. One is used if a criterion asks for its
// package, or another module speaks of it.
func (r *reader) declaredModules(w *lint.Norm, n *Norm) {
	items := child(r.Root, "modules")
	if items == nil || len(items.Content) != len(n.source.Modules) {
		return
	}
	for _, m := range n.source.Modules {
		w.Modules = append(w.Modules, m.Text)
	}
	for i, m := range n.source.Modules {
		found := packageOf.FindStringSubmatch(m.Text)
		used := found == nil || slices.ContainsFunc(n.source.Criteria, func(a Asked) bool { return a.Package == found[1] }) ||
			slices.ContainsFunc(n.source.Modules, func(o Module) bool { return o.Name != m.Name && strings.Contains(o.Text, "data."+found[1]) })
		w.Names = append(w.Names, lint.Name{Kind: "module", Name: m.Name, At: r.span(items.Content[i]), Used: used})
	}
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
		at := func(key string) *yaml.Node { return child(item, key) }
		w.Criteria = append(w.Criteria, lint.Criterion{ID: c.ID, Weight: c.Weight, At: r.span(id),
			Applies: r.part(c.applies, at("applies")), Measured: r.part(c.measured, at("measured")), When: r.part(c.when, at("when")),
			Share: r.part(c.share, at("share")), Evidence: r.part(c.evidence, at("evidence"))})
	}
}
