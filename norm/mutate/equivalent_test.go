package mutate_test

import (
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/mutate"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/norm/sample"
	"github.com/stretchr/testify/require"
)

// wordy is a norm with conditions that say more than they need to.
const wordy = `keurmerk: 1
id: test
version: "1"
title: {nl: Proef, en: Test}
languages: [nl, en]
effective: {from: 2022-09}
timezone: Europe/Amsterdam
let:
  sites: websites.all(w, w.active || !w.active || w.fresh)
score: {threshold: 80%}
criteria:
  - id: patched
    weight: 60%
    when: {none: vulnerabilities, where: "!it.open || it.open && it.severity >= HIGH"}
  - id: knowledge
    weight: 15%
    measured: sites
    when: {every: questionnaires, where: it.score > 70 || it.score == 70 || it.score >= 90}
  - id: systems
    weight: 10%
    when: {some: computers, where: has(it.os) && it.os != 'a' && it.os == 'b'}
  - id: enrolled
    weight: 15%
    when: company.active && (company.active || websites.size() > 3)
certification: {months: 6, close_day: 6}
`

// A mutant that is called equivalent judges each of some hundred months as the
// norm does; and there are such, of every kind of reason.
func TestEquivalentsJudgeAlike(t *testing.T) {
	fsys := fstest.MapFS{"norm.yaml": {Data: []byte(wordy)}}
	n, err := norm.Load(fsys, "norm.yaml")
	require.NoError(t, err)
	proven, others := 0, 0
	for _, m := range mutants(t, fsys, "norm.yaml") {
		changed, err := norm.Load(m.Apply(fsys), "norm.yaml")
		if err != nil {
			continue
		}
		same := judgeAlike(t, n, changed)
		reason := mutate.Equivalent(n, changed, m)
		if reason == "" {
			others++
			continue
		}
		proven++
		t.Logf("%s: %s", m.What, reason)
		require.True(t, same, "%s is not equivalent: %s", m.What, reason)
	}
	require.Greater(t, proven, 10)
	require.Greater(t, others, 30)
}

// judgeAlike tells whether both qualify and disqualify the same months by the
// same outcomes.
func judgeAlike(t *testing.T, n, changed *norm.Norm) bool {
	for m := range sample.Months(n, 150) {
		before, err := n.Judge(t.Context(), m)
		require.NoError(t, err)
		after, err := changed.Judge(t.Context(), m)
		require.NoError(t, err)
		if qualifies(n, before) != qualifies(changed, after) {
			return false
		}
		for i := range before {
			if before[i].Outcome != after[i].Outcome || before[i].Share != after[i].Share {
				return false
			}
		}
	}
	return true
}

// qualifies repeats the arithmetic of a month without anything that does not
// apply.
func qualifies(n *norm.Norm, verdicts []ruling.Verdict) bool {
	var earned ruling.Points
	for _, v := range verdicts {
		if v.Outcome != ruling.Met && v.Required {
			return false
		}
		if v.Outcome == ruling.Met {
			earned += v.Weight
		}
	}
	return earned >= n.Scoring().Threshold
}
