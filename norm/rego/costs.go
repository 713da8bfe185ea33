package rego

import (
	"cmp"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
)

// costs is a number of steps that depends on the month: the sum of them.
type costs []cost

// cost is so many steps for each record of each of the lists, one within the
// other, each of the texts in a list of a record as often as texts says, and
// each 64 bytes of the longest text as often as text says.
type cost struct {
	steps       float64
	loops       []*record.List // sorted by name
	texts, text int
}

var one = costs{{steps: 1}}

// single tells whether it is one, whatever the month.
func (c costs) single() bool { return len(c) == 1 && c[0].like(one[0]) && c[0].steps == 1 }

func only(steps int) costs {
	if steps == 0 {
		return nil
	}
	return costs{{steps: float64(steps)}}
}

func (c cost) like(o cost) bool {
	return c.texts == o.texts && c.text == o.text && slices.Equal(c.loops, o.loops)
}

// maxCosts is how many different costs a sum has at most.
const maxCosts = 200

func (c costs) plus(o costs) costs {
	all := slices.Clone(c)
	for _, more := range o {
		if at := slices.IndexFunc(all, more.like); at >= 0 {
			all[at].steps += more.steps
		} else if all = append(all, more); len(all) > maxCosts {
			panic(refusal{})
		}
	}
	return all
}

func (c costs) times(o costs) costs {
	var all costs
	for _, x := range c {
		for _, y := range o {
			loops := slices.Concat(x.loops, y.loops)
			slices.SortStableFunc(loops, func(a, b *record.List) int { return cmp.Compare(a.Name, b.Name) })
			all = all.plus(costs{{x.steps * y.steps, loops, x.texts + y.texts, x.text + y.text}})
		}
	}
	return all
}

// sizes are how many records a month has in all and in a list, how long the
// longest list of texts in any of them is, and the longest text.
type sizes struct {
	records, texts, text func() int
	list                 func(*record.List) int
}

// sizesOf is of a month that is at hand.
func (p *policy) sizesOf(m *finding.Month, period finding.Period) sizes {
	return sizes{
		m.Count, func() int { return record.LongestTexts(m) }, func() int { return max(p.longest, longestIn(m, period)) },
		func(l *record.List) int { return l.Len(m) },
	}
}

// longestIn is the length of the longest text in any record.
func longestIn(m *finding.Month, period finding.Period) int {
	longest := max(len(m.Company.Name), len(m.Company.Sector), len(m.Company.ID), len(timeLayout))
	look := func(v record.Value) {
		for _, s := range append(v.L, v.S) {
			longest = max(longest, len(s))
		}
	}
	for _, l := range record.Lists {
		for i := range l.Len(m) {
			for f := range l.Fields {
				look(l.Fields[f].Of(l.At(m, i), &period))
			}
		}
	}
	for _, records := range m.Custom {
		for i := range records {
			longest = max(longest, len(records[i].ID))
			for _, v := range records[i].Fields {
				if v.Kind() == finding.KindText {
					longest = max(longest, len(v.Text()))
				}
			}
		}
	}
	return longest
}

// in is how many steps they are in the month, at most.
func (c costs) in(m sizes) float64 {
	total, longest, text := 0.0, -1.0, -1.0
	for _, one := range c {
		n := one.steps
		for _, l := range one.loops {
			n *= float64(m.list(l))
		}
		for range one.texts {
			if longest < 0 {
				longest = float64(m.texts())
			}
			n *= longest
		}
		for range one.text {
			if text < 0 {
				text = float64(m.text())/textPerStep + 1
			}
			n *= text
		}
		total += n
	}
	return total
}
