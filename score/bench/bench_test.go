package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The small form of the tables: every engine gives the outcomes of the
// hand-written loops, on both kinds of months, in memory and from bytes, and
// each line of the table is written.
func TestTables(t *testing.T) {
	tables, fields := 0, map[int]*field{}
	for _, criteria := range []int{8, 200} {
		f, err := prepare(criteria)
		require.NoError(t, err)
		fields[criteria] = f
	}
	for _, s := range scenarios(true) {
		if s.records > 100 || s.records == 100 && s.criteria > 8 {
			continue
		}
		var out bytes.Buffer
		require.NoError(t, s.small().table(&out, fields[s.criteria], 1, budget{time.Microsecond, time.Minute}))
		for _, name := range []string{"structs of texts", "packed rows", "packed month", "verdicts with evidence", "whole card", "cel-go", "expr", "OPA"} {
			require.Contains(t, out.String(), name)
		}
		require.NotContains(t, out.String(), "NaN")
		tables++
	}
	require.Equal(t, 24, tables)
}

// small is the scenario with few companies.
func (s scenario) small() scenario {
	s.most = 3
	return s
}

// A card of a month that changes is the one of judging it anew.
func TestTracked(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, tracked(&out, []int{10, 200}, 1, budget{time.Microsecond, time.Minute}))
	require.Contains(t, out.String(), "| 200 |")
}

// What is not as by hand is noticed before anything is timed.
func TestWrongOutcome(t *testing.T) {
	s := scenario{records: 10, criteria: 8, most: 1}
	in, err := s.inputs(reference)
	require.NoError(t, err)
	in.outcomes[0][3] = unknown
	es, err := engines(reference, true)
	require.NoError(t, err)
	for _, e := range es {
		_, err := s.judge(e, in, 1)
		require.ErrorContains(t, err, "by hand")
	}
}

// Companies differ in whether they comply, and the criteria in what they ask.
func TestMonths(t *testing.T) {
	for _, n := range []int{10, 100, 1_000} {
		good, bad := company(1, n, true), company(1, n, false)
		require.InDelta(t, n, good.Count(), 3)
		require.InDelta(t, n, bad.Count(), 3)
		for compliant, stands := range map[bool]outcome{true: met, false: unmet} {
			in, err := scenario{records: n, criteria: 8, compliant: compliant, most: 1}.inputs(reference)
			require.NoError(t, err)
			require.Equal(t, stands, in.outcomes[0][6])
		}
	}
	seen := map[criterion]bool{}
	for _, c := range many(200) {
		require.False(t, seen[c], "%+v", c)
		seen[c] = true
	}
	require.Equal(t, "2.50 µs", short(2500))
	require.Equal(t, 2.0, median([]float64{3, 1, 2}))
	require.True(t, strings.HasPrefix((&run{samples: []sample{{cpu: 1}, {cpu: 2}, {cpu: 4}}}).spread(cpu), "−50 %"))
}

// The command is measured on a file, its cards checked.
func TestStream(t *testing.T) {
	self := t.TempDir() + "/bench"
	out, err := exec.Command("go", "build", "-o", self, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	var table bytes.Buffer
	require.NoError(t, streamed(&table, self, 20, 30, 1))
	require.Contains(t, table.String(), "keurmerk score, two cores")
}
