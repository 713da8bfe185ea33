package sample_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/coverage"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/sample"
	"github.com/stretchr/testify/require"
)

// The months are valid, the same on every run, and reach nearly every side of
// every condition of the reference norm.
func TestMonths(t *testing.T) {
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	months := slices.Collect(sample.Months(n, 400))
	require.Len(t, months, 400)
	digests := map[string]bool{}
	for i, again := range slices.Collect(sample.Months(n, 400)) {
		_, err := months[i].Normal()
		require.NoError(t, err)
		require.Equal(t, months[i].Digest(), again.Digest())
		digests[again.Digest()] = true
	}
	require.Greater(t, len(digests), 390, "the months differ")
	r, err := coverage.Measure(t.Context(), n, months)
	require.NoError(t, err)
	reached, of := r.Reached()
	require.Greater(t, 100*reached, 97*of, "%v", r.Gaps())
}

const custom = `keurmerk: 1
id: test
version: "1"
title: {nl: Proef, en: Test}
languages: [nl, en]
effective: {from: 2022-09}
timezone: America/New_York
types: {backup: {tested: date, copies: number, offline: bool, place: text}}
score: {threshold: 80%}
criteria:
  - id: one
    weight: 100%
    when: {count: custom.backup, where: has(it.copies) && it.copies >= 17 && has(it.place) && it.place == "kluis", at_least: 1}
certification: {months: 6, close_day: 6}
`

// What a norm declares and compares with is what the months are made of.
func TestMonthsOfCustomTypes(t *testing.T) {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(custom)}}, "norm.yaml")
	require.NoError(t, err)
	numbers, texts := map[int64]bool{}, map[string]bool{}
	for m := range sample.Months(n, 200) {
		_, err := n.Judge(t.Context(), m)
		require.NoError(t, err)
		require.Equal(t, "America/New_York", m.Zone)
		for _, r := range m.Custom["backup"] {
			if v, ok := r.Fields["copies"]; ok {
				numbers[v.Number()] = true
			}
			if v, ok := r.Fields["place"]; ok {
				texts[v.Text()] = true
			}
		}
	}
	for _, want := range []int64{16, 17, 18} {
		require.True(t, numbers[want], "%d", want)
	}
	require.True(t, texts["kluis"])
}

// Each change takes one record away or makes one lighter, and leaves the month
// it was made of as it was.
func TestSofter(t *testing.T) {
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	ways := map[string]bool{}
	for m := range sample.Months(n, 50) {
		before := m.Digest()
		for _, list := range []string{"websites", "computers", "vulnerabilities", "employees", "questionnaires", "courses", "phishing"} {
			require.Len(t, sample.Keys(m, list), length(m, list))
			for change := range sample.Softer(m, list) {
				_, err := change.Month.Normal()
				require.NoError(t, err)
				require.NotEqual(t, before, change.Month.Digest(), change.What)
				removed := strings.HasPrefix(change.What, "without ")
				require.Equal(t, removed, change.Month.Count() == m.Count()-1, change.What)
				require.True(t, removed || list == "vulnerabilities")
				ways[change.What[strings.LastIndexByte(change.What, ' '):]] = true
			}
		}
		require.Equal(t, before, m.Digest())
	}
	for _, way := range []string{" fixed", " accepted", " positive", " high", " unknown"} {
		require.True(t, ways[way], way)
	}
	require.Empty(t, sample.Keys(&finding.Month{}, "company"))
}

func length(m *finding.Month, list string) int {
	return map[string]int{"websites": len(m.Websites), "computers": len(m.Computers), "vulnerabilities": len(m.Vulnerabilities), "employees": len(m.Employees),
		"questionnaires": len(m.Questionnaires), "courses": len(m.Courses), "phishing": len(m.Phishing)}[list]
}
