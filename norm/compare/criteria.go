package compare

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// demand is a criterion with its conditions.
type demand struct {
	norm.Criterion
	parts map[string]norm.Part // by key
	rego  string               // the package; empty if it is CEL
}

var conditionKeys = []string{"applies", "measured", "when", "share", "evidence"}

func demands(n *norm.Norm) []*demand {
	byID := map[string]*demand{}
	var all []*demand
	for _, c := range n.Criteria() {
		d := &demand{Criterion: c, parts: map[string]norm.Part{}}
		byID[c.ID], all = d, append(all, d)
	}
	for _, p := range n.Parts() {
		if d := byID[p.Criterion]; d != nil {
			d.parts[p.Key] = p
		}
	}
	for _, asked := range n.Source().Criteria {
		if d := byID[asked.Criterion]; d != nil {
			d.rego = asked.Package
		}
	}
	return all
}

// conditions are all that decides whether the criterion is met, in the form
// that its way of writing does not change.
func (d *demand) conditions() string {
	lines := []string{"rego " + d.rego}
	for _, key := range conditionKeys {
		if p, ok := d.parts[key]; ok {
			lines = append(lines, key+" "+p.Expr.Canonical())
		}
	}
	return strings.Join(lines, "\n")
}

// criteria pairs the criteria by id, then those left over by their conditions,
// and compares each pair.
func (c *comparison) criteria() {
	a, b := demands(c.a), demands(c.b)
	pairs := pair(a, b)
	var kept []string // of b, in the order of a
	for _, old := range a {
		if to := pairs[old]; to != nil {
			kept = append(kept, to.ID)
			continue
		}
		c.add("criteria."+old.ID, Difference{Path: "criteria." + old.ID, What: Removed, Meaning: true, Effect: Depends, From: old.Weight.String()})
	}
	var order []string
	for _, to := range b {
		i := slices.IndexFunc(a, func(old *demand) bool { return pairs[old] == to })
		if i < 0 {
			c.add("", Difference{Path: "criteria." + to.ID, What: Added, Meaning: true, Effect: Depends, To: to.Weight.String()})
			continue
		}
		order = append(order, to.ID)
		c.criterion(a[i], to)
	}
	if !slices.Equal(kept, order) {
		c.add("criteria", Difference{Path: "criteria", What: Moved, Meaning: true, Effect: Neutral, From: strings.Join(kept, ", "), To: strings.Join(order, ", ")})
	}
}

// pair finds what became of each criterion of a.
func pair(a, b []*demand) map[*demand]*demand {
	pairs, taken := map[*demand]*demand{}, map[*demand]bool{}
	match := func(same func(x, y *demand) bool) {
		for _, x := range a {
			i := slices.IndexFunc(b, func(y *demand) bool { return !taken[y] && same(x, y) })
			if pairs[x] == nil && i >= 0 {
				pairs[x], taken[b[i]] = b[i], true
			}
		}
	}
	match(func(x, y *demand) bool { return x.ID == y.ID })
	match(func(x, y *demand) bool { return x.conditions() == y.conditions() && x.Weight == y.Weight })
	match(func(x, y *demand) bool { return x.conditions() == y.conditions() })
	return pairs
}

// criterion compares two criteria, key by key.
func (c *comparison) criterion(a, b *demand) {
	pathA, path := "criteria."+a.ID, "criteria."+b.ID
	if a.ID != b.ID {
		c.add(pathA, Difference{Path: path, What: Renamed, Meaning: true, Effect: Neutral, From: a.ID, To: b.ID})
	}
	at := func(key, from, to string, meaning bool, effect Effect) {
		c.moved(pathA+"."+key, path+"."+key, from, to, meaning, effect)
	}
	at("weight", a.Weight.String(), b.Weight.String(), true, Depends)
	at("required", yes(a.Required), yes(b.Required), true, map[bool]Effect{true: Stricter, false: Looser}[b.Required])
	at("rego", a.rego, b.rego, true, Depends)
	for _, key := range conditionKeys {
		from, inA := a.parts[key]
		to, inB := b.parts[key]
		if inA && inB && from.Expr.Canonical() == to.Expr.Canonical() {
			continue
		}
		at(key, cel(from), cel(to), true, counted(from.Form, to.Form))
	}
	at("subject", a.Subject, b.Subject, false, Neutral)
	at("audience", a.Audience, b.Audience, false, Neutral)
	at("effort", number(a.Effort), number(b.Effort), false, Neutral)
	c.texts(pathA+".title", path+".title", a.Title, b.Title)
	c.texts(pathA+".met", path+".met", a.Met, b.Met)
	c.texts(pathA+".remedy", path+".remedy", a.Remedy, b.Remedy)
	at("references", strings.Join(a.References, ", "), strings.Join(b.References, ", "), false, Neutral)
}

// lets compares the named values.
func (c *comparison) lets() {
	named := func(n *norm.Norm) map[string]norm.Part {
		all := map[string]norm.Part{}
		for _, p := range n.Parts() {
			if p.Criterion == "" {
				all[p.Key] = p
			}
		}
		return all
	}
	a, b := named(c.a), named(c.b)
	for _, name := range union(a, b) {
		from, inA := a[name]
		to, inB := b[name]
		if inA && inB && from.Expr.Canonical() == to.Expr.Canonical() {
			continue
		}
		c.value("let."+name, cel(from), cel(to), true, Depends)
	}
}

// modules compares what the Rego files demand.
func (c *comparison) modules() {
	logic := func(n *norm.Norm) string {
		if n.Policy() == nil {
			return ""
		}
		return n.Policy().Logic()
	}
	if logic(c.a) == logic(c.b) {
		return
	}
	names := func(n *norm.Norm) string {
		var all []string
		for _, m := range n.Source().Modules {
			all = append(all, m.Name)
		}
		return strings.Join(all, ", ")
	}
	d := Difference{Path: "modules", What: Changed, Meaning: true, Effect: Depends, From: names(c.a), To: names(c.b)}
	switch {
	case logic(c.a) == "":
		d.What = Added
	case logic(c.b) == "":
		d.What = Removed
	}
	c.add("modules", d)
}

// cel is a condition in its author's words; a form is the CEL that it means.
func cel(p norm.Part) string {
	switch {
	case p.Expr == nil:
		return ""
	case p.Form != nil:
		text, _ := p.Form.CEL()
		return strings.ReplaceAll(text, "\n))", "))")
	}
	return strings.TrimSpace(p.Expr.Text)
}

// counted is the effect of another number in a count that is otherwise the
// same.
func counted(a, b *expr.Form) Effect {
	if a == nil || b == nil {
		return Depends
	}
	from, errA := strconv.Atoi(a.Limit)
	to, errB := strconv.Atoi(b.Limit)
	same := *a
	same.Limit = b.Limit
	switch {
	case errA != nil || errB != nil || same != *b:
		return Depends
	case strings.HasPrefix(a.Than, ">"):
		return higher(from, to)
	}
	return lower(from, to)
}

func yes(b bool) string { return fmt.Sprint(b) }

func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
