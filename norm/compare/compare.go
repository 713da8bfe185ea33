// Package compare tells what changed between two norms in meaning, not in
// lines.
//
// [Norms] lists the differences; [Same] tells whether none of them changes how
// a month is judged. [Text], [Markdown] and [JSON] write the list:
//
//	differences := compare.Norms(a, b)
//	fmt.Print(compare.Text(differences))
//
// Layout, comments, the names of macro variables and the way in which a
// condition is written don't count: conditions are compared in their canonical
// form, and shown in their author's words. Where a norm says which way is
// stricter, a difference says whether it is: a threshold, a parameter with
// tighten, a term of the mark. What else changes depends on the months, which
// norm impact judges.
package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
)

// Effect is what a difference does to those who are judged.
type Effect string

// The effects.
const (
	Stricter Effect = "stricter" // it asks more of those who are judged
	Looser   Effect = "looser"   // it asks less
	Neutral  Effect = "neutral"  // nobody gains or loses
	Depends  Effect = "depends"  // who gains or loses depends on the months
)

// Difference is one thing in which two norms differ.
type Difference struct {
	Group   string      `json:"group"`   // norm, score, parameters, types, let, criteria, modules, certification or tests
	Path    string      `json:"path"`    // such as criteria.website-high.weight; of what was renamed, its new one
	What    What        `json:"what"`    // added, removed, changed, renamed or moved
	Meaning bool        `json:"meaning"` // a month may be judged otherwise; else it is about texts, tests or variants
	Effect  Effect      `json:"effect"`
	From    string      `json:"from"` // as the author wrote it; empty if it was added
	To      string      `json:"to"`   // empty if it was removed
	A       *norm.Place `json:"a"`    // nil if it was added
	B       *norm.Place `json:"b"`    // nil if it was removed
}

// What happened.
type What string

// What can happen.
const (
	Added   What = "added"
	Removed What = "removed"
	Changed What = "changed"
	Renamed What = "renamed" // a criterion with another id and the same conditions
	Moved   What = "moved"   // criteria in another order
)

// Norms lists the differences from a to b, in the order of a norm's file. The
// norms have the same logic digest exactly if no difference has Meaning.
func Norms(a, b *norm.Norm) []Difference {
	c := &comparison{a: a, b: b}
	c.top()
	c.scoring()
	c.parameters()
	c.types()
	c.lets()
	c.criteria()
	c.modules()
	c.certification()
	c.tests()
	return c.found
}

// Same tells whether none of the differences is one in meaning.
func Same(all []Difference) bool {
	return !slices.ContainsFunc(all, func(d Difference) bool { return d.Meaning })
}

type comparison struct {
	a, b  *norm.Norm
	found []Difference
}

// value notes a value that both norms have, if it differs.
func (c *comparison) value(path, from, to string, meaning bool, effect Effect) {
	c.moved(path, path, from, to, meaning, effect)
}

// moved is value for what has another path in the second norm.
func (c *comparison) moved(pathA, path, from, to string, meaning bool, effect Effect) {
	if from == to {
		return
	}
	d := Difference{Path: path, What: Changed, Meaning: meaning, Effect: effect, From: from, To: to}
	switch {
	case from == "":
		d.What = Added
	case to == "":
		d.What = Removed
	}
	c.add(pathA, d)
}

// add notes a difference with its places.
func (c *comparison) add(pathA string, d Difference) {
	d.Group, _, _ = strings.Cut(d.Path, ".")
	if !slices.Contains(groups, d.Group) {
		d.Group = "norm"
	}
	if d.What != Added {
		d.A = new(c.a.Place(pathA))
	}
	if d.What != Removed {
		d.B = new(c.b.Place(d.Path))
	}
	c.found = append(c.found, d)
}

var groups = []string{"norm", "score", "parameters", "types", "let", "criteria", "modules", "certification", "tests"}

// higher is the effect of a number that went up or down, where more is
// stricter.
func higher[N int | int64](from, to N) Effect {
	switch {
	case to > from:
		return Stricter
	case to < from:
		return Looser
	}
	return Neutral
}

// lower is higher where less is stricter.
func lower[N int | int64](from, to N) Effect { return higher(to, from) }

func text(v any) string { return fmt.Sprint(v) }
