package rego

import (
	"slices"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
)

// cost is what OPA takes at most for a part of a rule: so many steps for each
// record of each of the lists, one within the other.
type cost struct {
	steps int
	loops []*record.List
	texts bool // and for each of the texts in a list of a record
}

// What OPA takes for one statement, one call or rule, one list that is made:
// more than it does.
const (
	statementSteps     = 8
	ruleSteps          = 12
	comprehensionSteps = 12
)

func (s *block) charge(steps int) { s.spend(cost{steps, slices.Clone(s.loops), false}) }

func (s *block) chargeTexts() { s.spend(cost{1, slices.Clone(s.loops), true}) }

func (l *lowering) spend(c cost) {
	for i := range l.current.costs {
		if known := &l.current.costs[i]; known.texts == c.texts && slices.Equal(known.loops, c.loops) {
			known.steps += c.steps
			return
		}
	}
	l.current.costs = append(l.current.costs, c)
}

// total is what a query for the rule takes.
func (f *fact) total() []cost {
	var all []cost
	seen := map[*fact]bool{}
	var visit func(*fact)
	visit = func(f *fact) {
		if !seen[f] {
			seen[f] = true
			all = append(all, f.costs...)
			for _, used := range f.uses {
				visit(used)
			}
		}
	}
	visit(f)
	return all
}

// sizes are how many records a month has in all and in a list, and how long
// the longest list of texts in any of them is.
type sizes struct {
	records func() int
	texts   func() int
	list    func(*record.List) int
}

func sizesOf(m *finding.Month) sizes {
	return sizes{m.Count, func() int { return record.LongestTexts(m) }, func(l *record.List) int { return l.Len(m) }}
}

// steps is what all that costs in the month, at most.
func steps(costs []cost, m sizes) float64 {
	total := 0.0
	for _, c := range costs {
		n := float64(c.steps)
		for _, l := range c.loops {
			n *= float64(m.list(l))
		}
		if c.texts {
			n *= float64(m.texts())
		}
		total += n
	}
	return total
}
