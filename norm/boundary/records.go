package boundary

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/trial"
)

// mostSteps is how many boundaries one field gives a comparison: the two ends
// of a range.
const mostSteps = 2

// step is a field of a record that goes from one value to the next, and with
// it the comparison from false to true or back.
type step struct {
	field    string
	low      any // nil: absent
	high     any
	atLow    bool // what the comparison is at the low value
	off      int
	variants [][2]trial.Record // the record at the low and the high value, plainest first
}

// recorded finds the boundaries of a comparison about one record of a list.
func (f *finder) recorded(n, macro *expr.Node, around []*expr.Node) {
	list := f.scope.ListOf(macro.Args[0])
	steps := f.steps(n, macro, around, list)
	if len(steps) == 0 {
		f.gap(n, "no value of %s that a record can have changes it alone", either(f.fieldsOf(n, macro)))
	}
	for _, s := range steps {
		f.place(n, s, func(s step) []contextOf { return f.contexts(list, s) })
	}
	f.late(n, list, macro)
}

// companied finds those of a comparison about the company.
func (f *finder) companied(n *expr.Node) {
	steps := f.steps(n, nil, nil, "company")
	if len(steps) == 0 {
		f.gap(n, "no value of %s that a company can have changes it alone", either(f.fieldsOf(n, nil)))
	}
	for _, s := range steps {
		f.place(n, s, func(step) []contextOf {
			return f.others("company", func(m *finding.Month, r trial.Record) { r.Add(m, 1) })
		})
	}
	f.late(n, "company", nil)
}

// fieldsOf are the document's fields of the record that the comparison reads.
func (f *finder) fieldsOf(n, macro *expr.Node) []string {
	var all []string
	n.Walk(func(m *expr.Node) {
		if m.Op != expr.Field && m.Op != expr.Has || m.Args[0].Op != expr.Ident || m.Args[0].Bound() != macro {
			return
		}
		if list := f.scope.ListOf(m.Args[0]); list != "" {
			for _, field := range trial.Sources(list, m.Name) {
				if !slices.Contains(all, field) {
					all = append(all, field)
				}
			}
		}
	})
	return all
}

// late says which facts can't lie after the month, so that the comparison has
// no boundary there.
func (f *finder) late(n *expr.Node, list string, macro *expr.Node) {
	if n.Op != expr.Field && (n.Op != expr.Call || n.Name != "this_month") {
		return
	}
	fields := f.fieldsOf(n, macro)
	if n.Op == expr.Field && list == "vulnerabilities" && n.Name == "open" {
		fields = []string{"found"} // fixed may lie there; seen plays no part there
	}
	for _, field := range fields {
		if trial.Past(list, field) && (n.Op == expr.Call || n.Type.IsExactType(types.BoolType)) {
			f.gap(n, "at the month's end: a document with %s then is refused", field)
		}
	}
}

// steps tries records that differ in one field.
func (f *finder) steps(n, macro *expr.Node, around []*expr.Node, list string) [][]step {
	root := f.unit.Expr.Root()
	if macro != nil {
		root = macro
	}
	fields := f.fieldsOf(root, macro)
	if macro != nil {
		fields = nil
		for _, body := range macro.Args[1:] {
			for _, field := range f.fieldsOf(body, macro) {
				if !slices.Contains(fields, field) {
					fields = append(fields, field)
				}
			}
		}
	}
	slices.Sort(fields)
	records := f.Records(list, fields...)
	atoms := []*expr.Node{n}
	var all []*expr.Node
	if macro != nil {
		all = conditions(macro)
	}
	for _, other := range all {
		if other != n && !within(other, n) {
			atoms = append(atoms, other)
		}
	}
	outcomes := f.outcomes(list, records, atoms, macro, around)
	at := map[string]int{}
	for i, r := range records {
		at[describe(r, fields)] = i
	}
	var steps [][]step
	for _, field := range f.fieldsOf(n, macro) {
		var found []step
		for i, r := range records {
			for _, next := range f.next(list, field, r.Value(field)) {
				j, ok := at[describe(r.With(field, next), fields)]
				if ok && differs(outcomes[i], outcomes[j]) {
					low, high := r, records[j]
					s := step{field: field, low: low.Value(field), high: next, atLow: outcomes[i][0] == 't', off: max(low.Off, high.Off)}
					found = keep(found, s, [2]trial.Record{low, high})
				}
			}
		}
		steps = append(steps, fewest(found)...)
	}
	return steps
}

// keep adds the variant to the step that it is one of.
func keep(steps []step, s step, variant [2]trial.Record) []step {
	for i := range steps {
		if o := &steps[i]; o.low == s.low && o.high == s.high && o.atLow == s.atLow {
			o.variants = append(o.variants, variant)
			return steps
		}
	}
	s.variants = [][2]trial.Record{variant}
	return append(steps, s)
}

// fewest takes the steps of the plainest records, each with what can stand for
// it. Steps from absent stand for each other, and are taken only if there is
// no other.
func fewest(steps []step) [][]step {
	if !slices.ContainsFunc(steps, func(s step) bool { return s.low != nil }) {
		if len(steps) == 0 {
			return nil
		}
		slices.Reverse(steps) // the nearest to the month's end comes first
		return [][]step{steps}
	}
	least := 1 << 10
	for _, s := range steps {
		if s.low != nil {
			least = min(least, s.off)
		}
	}
	var all [][]step
	for _, s := range steps {
		if s.low != nil && s.off == least {
			all = append(all, []step{s})
		}
	}
	if least > 1 {
		return all[:1] // more would vary what is around it
	}
	return all[:min(len(all), mostSteps)]
}

// next gives the neighbours above a value; above none there is any.
func (f *finder) next(list, field string, v any) []any {
	values := f.Values(list, field)
	if v == nil {
		return values
	}
	if i := slices.Index(values, v); i >= 0 && i+1 < len(values) {
		return values[i+1 : i+2]
	}
	return nil
}

// describe writes the values of the fields.
func describe(r trial.Record, fields []string) string {
	var b strings.Builder
	for _, field := range fields {
		fmt.Fprintf(&b, "%v\x00", r.Value(field))
	}
	return b.String()
}

// differs tells whether the comparison, the first outcome, is the only one
// that changes. Another may fail where this one asks whether it can be made.
func differs(a, b string) bool {
	if a[0] == b[0] || a[0] == 'e' || b[0] == 'e' {
		return false
	}
	for i := 1; i < len(a); i++ {
		if a[i] != b[i] && a[i] != 'e' && b[i] != 'e' {
			return false
		}
	}
	return true
}

// within tells whether the node is the part or stands below it.
func within(n, part *expr.Node) bool {
	found := false
	n.Walk(func(m *expr.Node) { found = found || m == part })
	return found
}

// outcomes evaluates the comparisons for each record: t, f or e each.
func (f *finder) outcomes(list string, records []trial.Record, atoms []*expr.Node, macro *expr.Node, around []*expr.Node) []string {
	probe := f.Probe(f.unit.Expr)
	outcomes := make([]string, len(records))
	look := func(i int, v expr.View) {
		for _, a := range atoms {
			value, err := probe.Value(a, v)
			switch {
			case err != nil:
				outcomes[i] += "e"
			case value == types.True:
				outcomes[i] += "t"
			default:
				outcomes[i] += "f"
			}
		}
	}
	m := trial.Clone(f.base)
	if list == "company" {
		for i, r := range records {
			r.Add(m, 1)
			look(i, f.view(m))
		}
		return outcomes
	}
	trial.Cut(m, list, 0)
	for _, outer := range around[:len(around)-1] {
		if other := f.scope.ListOf(outer.Args[0]); other != "" && other != list && trial.Size(m, other) == 0 {
			f.Plain(other).Add(m, 1)
		}
	}
	for _, r := range records {
		r.Add(m, 1)
	}
	facts := f.view(m)
	var v expr.View = facts
	for _, outer := range around[:len(around)-1] {
		if all := facts.Records(f.scope.ListOf(outer.Args[0])); len(all) > 0 {
			v = expr.Bind(v, outer, all[0])
		}
	}
	for i, element := range facts.Records(list) {
		look(i, expr.Bind(v, macro, element))
	}
	return outcomes
}

// view is of a month as it is, sorted or not.
func (f *finder) view(m *finding.Month) *expr.Facts {
	return f.scope.Facts(context.Background(), m, f.period, f.Params())
}

// context makes a month with the record in it.
type contextOf func(r trial.Record) *finding.Month

// contexts are months to put a record of the list into: the base month with
// fewer and fewer others in the list, then with as many others as a count
// asks for, then with another list empty.
func (f *finder) contexts(list string, s step) []contextOf {
	add := func(m *finding.Month, r trial.Record) { r.Add(m, 1) }
	var all []contextOf
	for k := trial.Size(f.base, list); k >= 0; k-- {
		all = append(all, func(r trial.Record) *finding.Month {
			m := trial.Clone(f.base)
			trial.Cut(m, list, k)
			add(m, r)
			return m
		})
	}
	for _, copies := range f.Copies() {
		for _, side := range []int{0, 1} {
			for _, n := range []int{copies - 1, copies} {
				all = append(all, func(r trial.Record) *finding.Month {
					m := trial.Clone(f.base)
					trial.Cut(m, list, 0)
					s.variants[0][side].Add(m, n)
					add(m, r)
					return m
				})
			}
		}
	}
	return append(all, f.others(list, add)...)
}

// others are the base month, and it with one of the other lists empty.
func (f *finder) others(list string, add func(*finding.Month, trial.Record)) []contextOf {
	all := []contextOf{func(r trial.Record) *finding.Month {
		m := trial.Clone(f.base)
		add(m, r)
		return m
	}}
	for _, other := range f.lists() {
		if other == list || trial.Size(f.base, other) == 0 {
			continue
		}
		all = append(all, func(r trial.Record) *finding.Month {
			m := trial.Clone(f.base)
			trial.Cut(m, other, 0)
			add(m, r)
			return m
		})
	}
	return all
}

// mostVariants is how many records are tried in each of the contexts.
const mostVariants = 30

// place looks for a month in which one of the steps decides, and keeps the
// first of them if none does.
func (f *finder) place(n *expr.Node, steps []step, contexts func(step) []contextOf) {
	c := f.comparison(n)
	var best *Boundary
	for _, s := range steps {
		b := f.decides(c, s, contexts(s))
		if b != nil && (best == nil || b.Decides) {
			best = b
		}
		if best != nil && best.Decides {
			break
		}
	}
	if best == nil {
		f.gap(n, "no month document can hold %s", steps[0].differs())
		return
	}
	f.found.Boundaries = append(f.found.Boundaries, *best)
}

// decides tries the step in each context.
func (f *finder) decides(c Comparison, s step, contexts []contextOf) *Boundary {
	var best *Boundary
	for _, context := range contexts {
		for _, variant := range s.variants[:min(len(s.variants), mostVariants)] {
			no, yes := context(variant[0]), context(variant[1])
			if s.atLow {
				no, yes = yes, no
			}
			b := f.judged(c, s.differs(), no, yes)
			if b != nil && b.Decides {
				return b
			}
			if best == nil {
				best = b
			}
		}
	}
	return best
}

// differs tells the value at which the comparison is false, then the other.
func (s step) differs() string {
	low, high := trial.Show(s.low), trial.Show(s.high)
	if s.field == "asset" && s.low == nil {
		low = "one that is listed"
	}
	if s.atLow {
		low, high = high, low
	}
	return fmt.Sprintf("%s: %s | %s", s.field, low, high)
}

// judged is the boundary of two months; nil if one can't be judged. The
// criterion is the first that comes out otherwise.
func (f *finder) judged(c Comparison, differs string, no, yes *finding.Month) *Boundary {
	b := &Boundary{Comparison: c, Differs: differs}
	for i, m := range []*finding.Month{no, yes} {
		normal, err := m.Normal()
		if err != nil {
			return nil
		}
		verdicts, err := f.norm.Judge(f.ctx, normal)
		if err != nil {
			return nil
		}
		b.Sides[i] = Side{normal, verdicts}
	}
	for _, id := range f.users {
		a, z := b.Sides[0].Verdict(id), b.Sides[1].Verdict(id)
		if a.Outcome != z.Outcome || a.Share != z.Share {
			b.Criterion, b.Decides = id, true
			return b
		}
	}
	b.Criterion = f.users[0]
	return b
}

func either(words []string) string {
	if len(words) == 0 {
		return "its fields"
	}
	return strings.Join(words, " or ")
}
