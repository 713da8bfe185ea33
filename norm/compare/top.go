package compare

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
)

// top compares what a norm says of itself.
func (c *comparison) top() {
	a, b := c.a, c.b
	c.value("id", a.ID(), b.ID(), true, Neutral)
	c.value("version", a.Version(), b.Version(), false, Neutral)
	c.value("status", string(a.Status()), string(b.Status()), true, Depends)
	c.texts("title", "title", a.Title(), b.Title())
	c.value("languages", strings.Join(a.Languages(), ", "), strings.Join(b.Languages(), ", "), false, Neutral)
	fromA, untilA := a.Range()
	fromB, untilB := b.Range()
	c.value("effective.from", fromA.String(), fromB.String(), true, higher(int(fromA), int(fromB)))
	c.value("effective.until", monthOr(untilA), monthOr(untilB), true, lower(end(untilA), end(untilB)))
	c.value("timezone", a.Zone(), b.Zone(), true, Depends)
	noticeA, overlapA := a.Transition()
	noticeB, overlapB := b.Transition()
	c.value("transition.published", instantOr(a.Published()), instantOr(b.Published()), false, Neutral)
	c.value("transition.notice", text(noticeA), text(noticeB), true, Neutral)
	c.value("transition.overlap", text(overlapA), text(overlapB), true, Neutral)
}

func instantOr(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// monthOr is the month; empty if the range is open.
func monthOr(m finding.YearMonth) string {
	if m == 0 {
		return ""
	}
	return m.String()
}

// end counts an open range as one that never ends.
func end(m finding.YearMonth) int {
	if m == 0 {
		return 1 << 30
	}
	return int(m)
}

// texts compares a text in each language.
func (c *comparison) texts(pathA, path string, a, b norm.Texts) {
	all := maps.Clone(a)
	if all == nil {
		all = norm.Texts{}
	}
	maps.Copy(all, b)
	for _, language := range slices.Sorted(maps.Keys(all)) {
		c.moved(pathA+"."+language, path+"."+language, a[language], b[language], false, Neutral)
	}
}

func (c *comparison) scoring() {
	a, b := c.a.Scoring(), c.b.Scoring()
	c.value("score.threshold", a.Threshold.String(), b.Threshold.String(), true, higher(int(a.Threshold), int(b.Threshold)))
	choice := func(path string, a, b bool, no, yes string, effect Effect) {
		word := map[bool]string{false: no, true: yes}
		if a && !b {
			effect = map[Effect]Effect{Stricter: Looser, Looser: Stricter}[effect]
		}
		c.value(path, word[a], word[b], true, effect)
	}
	choice("score.unknown", a.RefuseUnknown, b.RefuseUnknown, "zero", "refuse", Stricter)
	choice("score.not_applicable", a.EarnNotApplicable, b.EarnNotApplicable, "redistribute", "earn", Looser)
	choice("score.waivers", a.CountWaivers, b.CountWaivers, "show", "count", Looser)
}

func (c *comparison) parameters() {
	before, after := map[string]norm.Parameter{}, map[string]norm.Parameter{}
	for _, p := range c.a.Parameters() {
		before[p.Name] = p
	}
	for _, p := range c.b.Parameters() {
		after[p.Name] = p
	}
	for _, name := range union(before, after) {
		path := "parameters." + name
		a, inA := before[name]
		b, inB := after[name]
		if !inA || !inB {
			c.value(path, written(a.Value), written(b.Value), true, Depends)
			continue
		}
		c.value(path+".value", written(a.Value), written(b.Value), true, tightened(a, b))
		c.value(path+".tighten", a.Tighten, b.Tighten, false, Neutral)
		c.value(path+".min", limit(a.Min), limit(b.Min), false, Neutral)
		c.value(path+".max", limit(a.Max), limit(b.Max), false, Neutral)
	}
}

// tightened tells by the parameter's own direction whether its change is
// stricter; if the two norms disagree about that, it depends.
func tightened(a, b norm.Parameter) Effect {
	from, isA := a.Value.(int64)
	to, isB := b.Value.(int64)
	switch {
	case !isA || !isB || a.Tighten != b.Tighten:
		return Depends
	case a.Tighten == "up":
		return higher(from, to)
	case a.Tighten == "down":
		return lower(from, to)
	}
	return Depends
}

// written is a parameter's value with its type: a text is in quotes.
func written(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return `"` + v + `"`
	default:
		return text(v)
	}
}

func limit(n *int64) string {
	if n == nil {
		return ""
	}
	return text(*n)
}

func (c *comparison) types() {
	a, b := c.a.Types(), c.b.Types()
	for _, name := range union(a, b) {
		if len(a[name]) == 0 || len(b[name]) == 0 {
			c.value("types."+name, fields(a[name]), fields(b[name]), true, Depends)
			continue
		}
		for _, field := range union(a[name], b[name]) {
			c.value("types."+name+"."+field, a[name][field], b[name][field], true, Depends)
		}
	}
}

func fields(all map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		parts = append(parts, name+": "+all[name])
	}
	return strings.Join(parts, ", ")
}

// tests tells how many tests there are, which changes no judgement.
func (c *comparison) tests() {
	c.value("tests", text(len(c.a.Tests())), text(len(c.b.Tests())), false, Neutral)
	c.value("tests.histories", text(len(c.a.Histories())), text(len(c.b.Histories())), false, Neutral)
	c.value("tests.monotone", text(len(c.a.Monotone())), text(len(c.b.Monotone())), false, Neutral)
}

// union are the names that either has, sorted.
func union[V any](a, b map[string]V) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(all)
	return slices.Compact(all)
}
