package rego

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/plan"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
)

// tally is what was compared.
type tally struct {
	refused, planned, beyond, pairs, bounded, unbounded, unfailing, spent int
	nearest                                                               float64
	outcomes                                                              map[ruling.Outcome]int
	reasons                                                               map[string]int
}

// A plan comes to what OPA comes to: the same outcome, share, reason with its
// place, and evidence, however the rules are put together; and OPA takes no
// more steps than were counted on.
func TestPlanIsOPA(t *testing.T) {
	rounds := 40
	if os.Getenv("KEURMERK_SLOW") == "1" {
		rounds = 1000
	}
	all := tally{outcomes: map[ruling.Outcome]int{}, reasons: map[string]int{}}
	for seed := range uint64(rounds) {
		comparePlan(t, seed, &all)
	}
	t.Logf("%d pairs of a criterion in a plan and a month (%v), of %d criteria; %d stay with OPA, %d modules are refused; 1,000 instead of 40 rounds with KEURMERK_SLOW=1", all.pairs, all.outcomes, all.planned, all.beyond, all.refused)
	t.Logf("OPA took at most %.2f of what %d bounds allow; %d have none; %d share what was worked out", all.nearest, all.bounded, all.unbounded, all.unfailing)
	for _, reason := range slices.Sorted(maps.Keys(all.reasons)) {
		t.Logf("%5d %s", all.reasons[reason], reason)
	}
	require.Greater(t, all.planned, all.beyond)
	require.LessOrEqual(t, all.spent, all.pairs/100)
	require.Less(t, all.refused, rounds/5)
	require.Greater(t, all.bounded, 2*all.unbounded)
	require.Greater(t, all.unfailing, all.bounded/10)
	require.Less(t, all.unfailing, all.bounded)
	for _, o := range []ruling.Outcome{ruling.Met, ruling.Unmet, ruling.Unknown, ruling.NotApplicable} {
		require.Greater(t, all.outcomes[o], all.pairs/100, o)
	}
}

func comparePlan(t *testing.T, seed uint64, all *tally) {
	a := &author{Rand: rand.New(rand.NewPCG(seed, 7)), wild: 2}
	source := norm.Source{
		Parameters: map[string]any{"five": int64(5), "word": "b", "yes": true},
		Types:      map[string]map[string]string{"backup": {"ok": "bool", "size": "number", "note": "text", "tested": "date"}},
	}
	for i := range 6 {
		name := fmt.Sprint("x", i)
		source.Modules = append(source.Modules, norm.Module{Name: name + ".rego", Text: a.module(name)})
		source.Criteria = append(source.Criteria, norm.Asked{Criterion: name, Package: name})
	}
	p, faults := compile(source)
	if p == nil {
		all.refused++
		t.Logf("%s: %s\n%s", faults[0].Code, faults[0].Message, source.Modules[max(0, faults[0].Module)].Text)
		return
	}
	b := plan.New()
	judge, beyond := p.Plan(b)
	for i := range p.criteria {
		if _, reason := beyond(i); reason == "" {
			all.planned++
		} else {
			all.beyond++
			all.reasons[reason]++
		}
	}
	prepared := b.Plan()
	for month := range 12 {
		times := 1
		if month == 0 {
			times = 8
		}
		m := randomMonth(t, a.Rand, times)
		period, err := m.Period()
		require.NoError(t, err)
		want, err := p.Judge(context.Background(), m, period)
		require.NoError(t, err)
		metered(t, p, m, period, want, all)
		pass := prepared.Pass(plan.Pack(m, period))
		for _, keys := range []int{-1, 1} {
			got, err := judge(context.Background(), pass, func() *finding.Month { return m }, period, keys)
			require.NoError(t, err)
			for i := range got {
				w := want[i]
				if overBudget(w) { // one that others have used up; what is planned takes nothing from it
					all.spent++
					continue
				}
				if keys >= 0 && len(w.Evidence) > keys {
					w.Evidence, w.More = w.Evidence[:keys], len(w.Evidence)-keys
				}
				require.Equal(t, w, got[i], "seed %d\n%s\n%+v", seed, source.Modules[i].Text, m)
				if _, reason := beyond(i); reason == "" {
					all.pairs++
					all.outcomes[w.Outcome]++
				}
			}
		}
		pass.Done()
	}
}

func overBudget(a norm.Answer) bool { return strings.Contains(a.Reason, ": budget: ") }

// metered holds what came out against what OPA says when its steps are
// counted, and these against their bounds.
func metered(t *testing.T, p *policy, m *finding.Month, period finding.Period, want []norm.Answer, all *tally) {
	size := p.sizesOf(m, period)
	for i, c := range p.criteria {
		r, err := p.run(context.Background(), m, period)
		require.NoError(t, err)
		const plenty = 1 << 40
		r.left = plenty
		if got := r.answer(c); !overBudget(want[i]) {
			require.Equal(t, want[i], got)
		}
		if p.bounds[i] == nil {
			all.unbounded++
			continue
		}
		all.bounded++
		if !p.fails[i] {
			all.unfailing++
		}
		most := p.bounds[i].in(size)
		require.LessOrEqual(t, float64(plenty-r.left), most, "%s\n%+v", p.logic, m)
		all.nearest = max(all.nearest, float64(plenty-r.left)/most)
	}
}
