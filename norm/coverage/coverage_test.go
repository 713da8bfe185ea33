package coverage_test

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/coverage"
	"github.com/stretchr/testify/require"
)

const small = `keurmerk: 1
id: test
version: "1"
title: {nl: Proef, en: Test}
languages: [nl, en]
effective: {from: 2022-09}
timezone: Europe/Amsterdam
let:
  large: employees.size() > 1
score: {threshold: 80%}
criteria:
  - id: computers
    weight: 60%
    applies: large
    measured: computers.size() >= 1
    when: {count: computers, where: it.active, more_than: 1}
  - id: patched
    weight: 40%
    when:
      none: vulnerabilities
      where: |
        it.open &&
          it.severity >= HIGH
certification: {months: 6, close_day: 6}
`

func load(t testing.TB) *norm.Norm {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(small)}}, "norm.yaml")
	require.NoError(t, err)
	return n
}

func zone(t testing.TB) *time.Location {
	z, err := finding.LoadZone("Europe/Amsterdam")
	require.NoError(t, err)
	return z
}

func month(employees, computers int, severities ...finding.Severity) *finding.Month {
	m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 11)}
	for i := range employees {
		m.Employees = append(m.Employees, finding.Employee{ID: fmt.Sprint("e-", i)})
	}
	for i := range computers {
		m.Computers = append(m.Computers, finding.Computer{ID: fmt.Sprint("pc-", i)})
	}
	for i, s := range severities {
		m.Vulnerabilities = append(m.Vulnerabilities, finding.Vulnerability{ID: fmt.Sprint("V-", i), AssetType: finding.AssetWebsite, Asset: "w", Severity: s})
	}
	return m
}

// What is not reached is told with its place, in the order of the file's
// criteria, and nothing of what is.
func TestGaps(t *testing.T) {
	gaps := func(months ...*finding.Month) []string {
		r, err := coverage.Measure(t.Context(), load(t), months)
		require.NoError(t, err)
		reached, of := r.Reached()
		var all []string
		for _, g := range r.Gaps() {
			all = append(all, fmt.Sprintf("%d:%d %s: %s", g.Line, g.Column, g.Criterion, g.Missing))
		}
		require.Equal(t, of-reached, len(all))
		require.Equal(t, 6+4+2+4+6+2+4, of)
		return all
	}
	require.Len(t, gaps(), 28)
	require.Equal(t, []string{
		"0:0 computers: computers met",
		"0:0 computers: computers unknown",
		"0:0 computers: computers not_applicable",
		"0:0 patched: patched met",
		"9:10 : employees.size() > 1 false",
		"9:10 : employees.size() > 1 with 1",
		"14:14 computers: large false",
		"15:15 computers: computers.size() >= 1 false",
		"15:15 computers: computers.size() >= 1 with 0",
		"16:37 computers: it.active false",
		"16:59 computers: a count for which > 1 is true",
		"16:59 computers: a count of 2",
		"22:9 patched: it.open false",
		"23:11 patched: it.severity >= HIGH with MEDIUM",
	}, gaps(month(2, 1, finding.SeverityHigh, finding.SeverityLow)))
	retired := month(2, 1)
	retired.Computers[0].Retired = finding.MonthOf(2020, 1).Start(zone(t))
	fixed := month(0, 0, finding.SeverityHigh)
	fixed.Vulnerabilities[0].Status = finding.StatusAccepted
	require.Empty(t, gaps(month(2, 1, finding.SeverityHigh, finding.SeverityMedium), month(1, 0), month(2, 2), month(2, 0), retired, fixed))
}

func ExampleMeasure() {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(small)}}, "norm.yaml")
	if err != nil {
		panic(err)
	}
	r, err := coverage.Measure(context.Background(), n, []*finding.Month{month(2, 2, finding.SeverityHigh)})
	if err != nil {
		panic(err)
	}
	for _, gap := range r.Gaps() {
		if gap.Criterion == "patched" && gap.Line > 0 {
			fmt.Printf("%s:%d:%d: no test has %s\n", gap.File, gap.Line, gap.Column, gap.Missing)
		}
	}
	// Output:
	// norm.yaml:22:9: no test has it.open false
	// norm.yaml:23:11: no test has it.severity >= HIGH false
	// norm.yaml:23:11: no test has it.severity >= HIGH with MEDIUM
}
