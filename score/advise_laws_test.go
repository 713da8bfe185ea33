package score_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// conditions are what random norms are made of: every form, plain CEL, shares,
// what applies and is measured, some that get worse when others get better,
// and modules in Rego.
var conditions = []string{
	"when: {none: vulnerabilities, where: it.open && it.severity >= HIGH}",
	"when: {none: vulnerabilities, where: it.asset_type == WEBSITE && it.open && it.severity > NONE}, measured: \"websites.exists(w, w.active && w.fresh)\"",
	"when: {count: vulnerabilities, where: it.open, at_most: 2}",
	"when: {none: vulnerabilities, where: it.days_open > 20}",
	"when: {count: computers, where: it.active && it.fresh, more_than: 5}",
	"when: {count: employees, where: it.active, fewer_than: 6}",
	"when: {count: employees, where: it.active, at_least: 7}",
	"when: {every: employees, where: it.active}",
	"share: \"portion(computers.filter(c, c.active && c.fresh).size(), computers.filter(c, c.active).size())\"",
	"share: \"portion(employees.filter(e, e.active).size(), 20) > 10000 ? 10000 : portion(employees.filter(e, e.active).size(), 20)\"",
	"when: {every: questionnaires, where: it.score >= 70}, measured: \"questionnaires.exists(q, q.done)\"",
	"when: company.active",
	"when: {some: courses, where: it.days_offered <= 30}",
	"when: {some: phishing, where: it.outcome == REPORTED}",
	"when: {none: phishing, where: it.outcome >= CLICKED}",
	"applies: \"websites.exists(w, w.active)\", when: \"websites.all(w, !w.active || w.fresh)\"",
	"when: \"company.size > 10\"",
	"rego: k.high",
	"rego: k.many",
	"rego: k.part",
	"rego: k.there",
}

// modules are what the conditions in Rego ask.
const modules = `package k.high
met if count(evidence) == 0
evidence contains v if { some v in input.vulnerabilities; v.open; v.rank >= 3 }
`

var packages = map[string]string{
	"high.rego":  modules,
	"many.rego":  "package k.many\nmet if count([c | some c in input.computers; c.active; c.fresh]) >= 4\nmet := false if count([c | some c in input.computers; c.active; c.fresh]) < 4\n",
	"part.rego":  "package k.part\nshare := 10000 if count(input.employees) >= 4\nshare := count(input.employees) * 2500 if count(input.employees) < 4\n",
	"there.rego": "package k.there\nmet if { every v in input.vulnerabilities { v.severity != \"critical\" } }\nmet := false if { some v in input.vulnerabilities; v.severity == \"critical\" }\n",
}

// randomNorm draws a norm of three to eight criteria.
func randomNorm(t *rapid.T) *norm.Norm {
	picked := rapid.Permutation(conditions).Draw(t, "conditions")[:rapid.IntRange(3, 8).Draw(t, "criteria")]
	left := 100
	var criteria strings.Builder
	for i, c := range picked {
		weight := left
		if i < len(picked)-1 {
			weight = rapid.IntRange(1, left-(len(picked)-1-i)).Draw(t, "weight")
		}
		left -= weight
		effort := ""
		if e := rapid.IntRange(0, 5).Draw(t, "effort"); e > 0 {
			effort = fmt.Sprintf("effort: %d, ", e)
		}
		if rapid.IntRange(0, 9).Draw(t, "required") == 0 {
			effort += "required: true, "
		}
		fmt.Fprintf(&criteria, "  - {id: c-%d, weight: %d%%, %s%s}\n", i, weight, effort, c)
	}
	scoring := fmt.Sprintf("score: {threshold: %d%%, unknown: %s, not_applicable: %s}\n", rapid.IntRange(1, 100).Draw(t, "threshold"),
		rapid.SampledFrom([]string{"zero", "zero", "refuse"}).Draw(t, "unknown"), rapid.SampledFrom([]string{"redistribute", "earn"}).Draw(t, "n/a"))
	n, err := loadModules(scoring, criteria.String(), packages)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Whatever the norm and its languages, an advice comes true, and nothing
// smaller will do where that is claimed.
func TestAdviceHoldsUnderAnyNorm(t *testing.T) {
	rounds := 30
	if os.Getenv("KEURMERK_SLOW") == "1" {
		rounds = 1000
	}
	reached, proven, acted, out := 0, 0, 0, map[string]int{}
	for seed := range rounds {
		n := rapid.Custom(randomNorm).Example(seed)
		m := rapid.Custom(findingtest.Month).Example(seed + 1_000_000)
		a := holds(t, n, m)
		if a.Reaches {
			reached++
		}
		if a.Proven {
			proven++
		}
		if len(a.Actions) > 0 {
			acted++
		}
		for _, o := range a.OutOfReach {
			out[o.Why]++
		}
	}
	require.Positive(t, acted)
	require.Greater(t, proven, rounds*9/10, "for so few criteria all sets can be looked at")
	t.Logf("%d norms and months: %d brought to the threshold, %d by doing something, %d proven, out of reach %v; KEURMERK_SLOW=1 makes 1,000", rounds, reached, acted, proven, out)
}

// A month of many findings is searched without them first, and the advice
// comes true all the same.
func TestAdviceOfManyFindings(t *testing.T) {
	n := reference(t)
	m := firm(func(m *finding.Month) {
		for i := range 800 {
			m.Vulnerabilities = append(m.Vulnerabilities, weak(fmt.Sprintf("X-%03d", i), "pc-1", finding.SeverityHigh, "2026-11-02T00:00:00Z"))
		}
	})
	a := holds(t, n, m)
	require.True(t, a.Reaches && a.Proven)
	again, err := score.Advise(t.Context(), n, m)
	require.NoError(t, err)
	require.Equal(t, a, again)
}

// The largest norms that load, all criteria open: out of reach, or earned one
// by the other. Neither may take more than the judging that a criterion needs.
func TestAdviceOfTheLargestNorms(t *testing.T) {
	for condition, earned := range map[string]bool{
		"employees.size() >= %d": true,
		"employees.size() >= %d && company.size > 5000 && computers.size() > 100000": false,
	} {
		var criteria strings.Builder
		for i := range 500 {
			fmt.Fprintf(&criteria, "  - {id: c-%03d, weight: 0.2%%, when: \""+condition+"\"}\n", i, 2+i%60)
		}
		n := written(t, atEighty, criteria.String())
		a, err := score.Advise(t.Context(), n, firm(nil))
		require.NoError(t, err)
		require.Equal(t, earned, a.Reaches)
		if earned {
			require.Len(t, a.Actions, 1, "the one that asks for most earns all that ask for less")
			require.False(t, a.Proven)
		} else {
			require.Len(t, a.OutOfReach, 500)
		}
	}
}
