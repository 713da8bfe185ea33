package compare

import (
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// certification compares the terms of the mark.
func (c *comparison) certification() {
	a, b := c.a.Certification(), c.b.Certification()
	for _, t := range []struct {
		key    string
		number func(ruling.Terms) int
		effect func(from, to int) Effect
	}{
		{"months", func(t ruling.Terms) int { return t.Months }, higher[int]},
		{"of", func(t ruling.Terms) int { return t.Of }, lower[int]},
		{"close_day", func(t ruling.Terms) int { return t.CloseDay }, depends},
		{"excused.max", func(t ruling.Terms) int { return t.Excused.Max }, lower[int]},
		{"excused.window", func(t ruling.Terms) int { return t.Excused.Window }, higher[int]},
		{"grace.months", func(t ruling.Terms) int { return t.Grace.Months }, lower[int]},
		{"grace.budget", func(t ruling.Terms) int { return t.Grace.Budget }, lower[int]},
		{"grace.window", func(t ruling.Terms) int { return t.Grace.Window }, higher[int]},
		{"suspension.restore", func(t ruling.Terms) int { return t.Suspension.Restore }, higher[int]},
		{"suspension.max", func(t ruling.Terms) int { return t.Suspension.Max }, lower[int]},
		{"validity.months", func(t ruling.Terms) int { return t.Validity.Months }, depends},
		{"validity.renew", func(t ruling.Terms) int { return t.Validity.Renew }, higher[int]},
		{"validity.restore", func(t ruling.Terms) int { return t.Validity.Restore }, lower[int]},
		{"re_earn", func(t ruling.Terms) int { return t.ReEarn }, higher[int]},
		{"corrections", func(t ruling.Terms) int { return t.Corrections }, lower[int]},
	} {
		from, to := t.number(a), t.number(b)
		c.value("certification."+t.key, text(from), text(to), true, t.effect(from, to))
	}
	c.value("certification.min_measured", a.MinMeasured.String(), b.MinMeasured.String(), true, higher(int(a.MinMeasured), int(b.MinMeasured)))
	c.value("certification.floor", a.Floor.String(), b.Floor.String(), true, higher(int(a.Floor), int(b.Floor)))
	c.knockOut(a.KnockOut, b.KnockOut)
	if a.Review != b.Review {
		word := map[bool]string{false: "automatic", true: "review"}
		c.value("certification.award", word[a.Review], word[b.Review], true, map[bool]Effect{false: Looser, true: Stricter}[b.Review])
	}
}

func depends(int, int) Effect { return Depends }

// knockOut compares the criteria whose failure is severe; more are stricter.
func (c *comparison) knockOut(a, b []string) {
	effect := Depends
	switch {
	case subset(a, b) && subset(b, a):
		effect = Neutral
	case subset(a, b):
		effect = Stricter
	case subset(b, a):
		effect = Looser
	}
	c.value("certification.knock_out", "["+strings.Join(a, ", ")+"]", "["+strings.Join(b, ", ")+"]", true, effect)
}

func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(id string) bool { return !slices.Contains(b, id) })
}
