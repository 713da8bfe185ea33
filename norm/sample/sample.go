// Package sample makes months around a norm's own constants: computers one
// fewer and one more than a condition asks for, scores next to a limit,
// instants next to the bounds of the month.
//
// [Months] gives them, the same ones on every run; [Softer] changes one in
// ways that ought not to lower a score:
//
//	for month := range sample.Months(n, 400) {
//		for change := range sample.Softer(month, "vulnerabilities") { … }
//	}
package sample

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// Months gives so many months, in a fixed order.
func Months(n *norm.Norm, count int) iter.Seq[*finding.Month] {
	return func(yield func(*finding.Month) bool) {
		g := newGenerator(n)
		for range count {
			if !yield(g.month()) {
				return
			}
		}
	}
}

// generator draws from what stands near the norm's constants.
type generator struct {
	state    uint64 // of the sequence of numbers
	zone     string
	period   finding.Period
	numbers  []int64 // constants and their neighbours, from 0 on
	sizes    []int   // how long a list may be
	texts    []string
	observed []time.Time // instants that a fact can have, and none
	planned  []time.Time // and those that lie ahead
	types    map[string]map[string]string
}

// most records of a list; a count beyond it is not reached.
const mostRecords = 30

func newGenerator(n *norm.Norm) *generator {
	g := &generator{zone: n.Zone(), types: n.Types(), texts: []string{"x", "y"}}
	m := &finding.Month{Month: finding.MonthOf(2026, time.November), Zone: g.zone}
	if p, err := m.Period(); err == nil { // the norm's zone was loaded with it
		g.period = p
	}
	constants := map[int64]bool{0: true, 1: true, 2: true}
	keep := func(v any) {
		switch v := v.(type) {
		case int64:
			constants[v] = true
		case string:
			g.texts = append(g.texts, v)
		}
	}
	for _, p := range n.Parts() {
		p.Expr.Root().Walk(func(node *expr.Node) {
			if node.Op == expr.Lit {
				keep(node.Value.Value())
			}
			if s, ok := node.Value.(types.String); ok {
				keep(string(s))
			}
		})
	}
	for _, p := range n.Parameters() {
		keep(p.Value)
	}
	near := map[int64]bool{}
	for c := range constants {
		for _, v := range []int64{c - 1, c, c + 1} {
			near[max(v, 0)] = true
		}
	}
	g.numbers = slices.Sorted(maps.Keys(near))
	g.sizes = []int{0, 1, 2, 3}
	for _, v := range g.numbers {
		if v > 3 && v <= mostRecords {
			g.sizes = append(g.sizes, int(v))
		}
	}
	g.bounds()
	return g
}

// bounds lists the instants that a condition may tell apart: the bounds of the
// month, and so many days before its end.
func (g *generator) bounds() {
	start, end := g.period.Start, g.period.End
	g.observed = []time.Time{{}, start.Add(-time.Second), start, start.Add(15 * 24 * time.Hour), end.Add(-time.Second)}
	for _, days := range g.numbers {
		if days > 0 && days <= 4000 {
			g.observed = append(g.observed, end.Add(-time.Duration(days)*24*time.Hour))
		}
	}
	g.planned = append(slices.Clone(g.observed), end)
}

// next is the splitmix64 sequence: the same numbers on every machine.
func (g *generator) next() uint64 {
	g.state += 0x9e3779b97f4a7c15
	z := g.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below draws from 0 up to n.
func (g *generator) below(n int) int { return int(g.next() % uint64(n)) }

// one is true in so many of a hundred draws.
func (g *generator) one(percent int) bool { return g.below(100) < percent }

func pick[T any](g *generator, all []T) T { return all[g.below(len(all))] }

// within is an instant in the month in most draws, any of the others else.
func (g *generator) within() time.Time {
	if g.one(70) {
		return g.period.Start.Add(time.Duration(1+g.below(20)) * 24 * time.Hour)
	}
	return pick(g, g.observed)
}

// rarely is an instant in few draws.
func (g *generator) rarely() time.Time {
	if g.one(85) {
		return time.Time{}
	}
	return pick(g, g.planned)
}

// some is a short list of texts.
func (g *generator) some() []string {
	all := make([]string, g.below(3))
	for i := range all {
		all[i] = pick(g, g.texts)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func fill[T any](g *generator, one func(i int) T) []T {
	all := make([]T, pick(g, g.sizes))
	for i := range all {
		all[i] = one(i)
	}
	return all
}

func (g *generator) month() *finding.Month {
	m := &finding.Month{Month: finding.MonthAt(g.period.Start, g.period.Zone), Zone: g.zone,
		Company: finding.Company{ID: "sample", Enrolled: g.within(), Size: int(pick(g, g.numbers)), Name: pick(g, g.texts), Sector: "10.71"}}
	m.Websites = fill(g, func(i int) finding.Website {
		return finding.Website{ID: fmt.Sprintf("www%d.example", i), Scanned: g.within(), Retired: g.rarely(), Sources: g.some()}
	})
	m.Computers = fill(g, func(i int) finding.Computer {
		return finding.Computer{ID: fmt.Sprintf("pc-%d", i), OS: pick(g, g.texts), Seen: g.within(), Retired: g.rarely()}
	})
	// Several are alike or nearly so, as conditions on how many there are want.
	severity, kind := 1+g.below(6), 1+g.below(2)
	m.Vulnerabilities = fill(g, func(i int) finding.Vulnerability {
		v := finding.Vulnerability{ID: fmt.Sprintf("V-%d", i), AssetType: finding.AssetType(kind), Asset: "pc-0",
			Severity: finding.Severity(severity), Title: pick(g, g.texts), Found: g.within(), Fixed: g.rarely()}
		switch {
		case g.one(25):
			v.Severity = finding.Severity(min(severity+1, 6))
		case g.one(30):
			v.Severity = finding.Severity(1 + g.below(6))
		}
		if g.one(30) {
			v.AssetType = finding.AssetType(1 + g.below(2))
		}
		if v.AssetType == finding.AssetWebsite {
			v.Asset = "www0.example"
		}
		if g.one(30) {
			v.Seen, v.Sources, v.References = pick(g, g.observed), g.some(), g.some()
		}
		if g.one(10) {
			v.Status = finding.Status(1 + g.below(3))
		}
		return v
	})
	m.Employees = fill(g, func(i int) finding.Employee {
		return finding.Employee{ID: fmt.Sprintf("e-%d", i), Enrolled: g.within(), Left: g.rarely()}
	})
	m.Questionnaires = fill(g, func(i int) finding.Questionnaire {
		return finding.Questionnaire{ID: fmt.Sprintf("q-%d", i), Completed: g.within(), Score: int(min(pick(g, g.numbers), 100))}
	})
	m.Courses = fill(g, func(i int) finding.Course {
		return finding.Course{ID: fmt.Sprintf("c-%d", i), Offered: pick(g, g.observed), Completed: pick(g, g.observed)}
	})
	m.Phishing = fill(g, func(i int) finding.Phishing {
		return finding.Phishing{ID: fmt.Sprintf("p-%d", i), Employee: fmt.Sprintf("e-%d", i), Sent: g.within(), Outcome: finding.PhishingOutcome(1 + g.below(5))}
	})
	g.custom(m)
	return m
}

func (g *generator) custom(m *finding.Month) {
	for _, name := range slices.Sorted(maps.Keys(g.types)) {
		if m.Custom == nil {
			m.Custom = map[string][]finding.Custom{}
		}
		m.Custom[name] = fill(g, func(i int) finding.Custom {
			c := finding.Custom{ID: fmt.Sprintf("%s-%d", name, i), Fields: map[string]finding.Value{}}
			for _, field := range slices.Sorted(maps.Keys(g.types[name])) {
				if g.one(90) {
					c.Fields[field] = g.value(g.types[name][field])
				}
			}
			return c
		})
	}
}

func (g *generator) value(kind string) finding.Value {
	switch kind {
	case "number":
		return finding.NumberValue(pick(g, g.numbers))
	case "bool":
		return finding.BoolValue(g.one(50))
	case "date":
		t := g.within()
		if t.IsZero() {
			t = g.period.Start
		}
		return finding.TextValue(t.UTC().Format(time.RFC3339))
	}
	return finding.TextValue(pick(g, g.texts))
}
