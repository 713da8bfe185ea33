package normtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/certify/normtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// small is a norm with the reference norm's certification terms.
const small = `keurmerk: 1
id: test
version: "1"
title: {nl: Proef, en: Test}
languages: [nl, en]
effective: {from: 2022-09}
timezone: Europe/Amsterdam
score: {threshold: 80%}
criteria:
  - id: patched
    weight: 60%
    when: {none: vulnerabilities, where: it.open && it.severity >= HIGH}
  - id: computers
    weight: 40%
    when: {count: computers, more_than: 2}
certification:
  months: 6
  of: 6
  close_day: 6
  min_measured: 90%
  excused: {max: 1, window: 12}
  grace: {months: 1, budget: 2, window: 12}
  suspension: {restore: 2, max: 6}
  validity: {months: 12, renew: 9, restore: 6}
  re_earn: 6
  corrections: 6
`

func load(t testing.TB, text string) *norm.Norm {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(text)}}, "norm.yaml")
	require.NoError(t, err)
	return n
}

func run(t testing.TB, text string) []normtest.Result {
	results, err := normtest.Run(t.Context(), load(t, text))
	require.NoError(t, err)
	return results
}

// The cases that the certification's own tests have, as a norm writes them,
// and for each something near that does not hold.
func TestHistories(t *testing.T) {
	for _, c := range []struct{ history, expect, wrong, says string }{
		{"scores: Px6", "phase: certified", "phase: building", "phase: want building, got certified"},
		{"scores: PPPPPP", "certified_in: 2026-06", "certified_in: 2026-05", "certified_in: want 2026-05, got 2026-06"},
		{"scores: 80%x6 70%", "certified_in: 2026-06, phase: at_risk", "certified_in: never", "want never, got 2026-06"},
		{"scores: 79.99%x6", "certified_in: never", "certified_in: 2026-06", "want 2026-06, got never"},
		{"scores: 80%@90%x6", "phase: certified", "phase: building 0/6", "want building 0/6, got certified"},
		{"scores: 100%@89.99%x6", "phase: building 0/6", "phase: certified", "want certified, got building 0/6"},
		{"scores: PPPPPF", "phase: building 0/6", "phase: building 5/6", "want building 5/6, got building 0/6"},
		{"scores: PPPMPPP", "phase: building 3/6", "phase: building 4/6", "got building 3/6"},
		{"scores: PPPXPP", "phase: building 5/6", "phase: certified", "got building 5/6"},
		{"scores: PPPXPPP", "phase: certified", "phase: left", "got certified"},
		{"enrolled: 2026-01-15, scores: PPPPPP", "phase: building 5/6", "phase: certified", "got building 5/6"},
		{"enrolled: 2025-12-31T23:30:00Z, scores: PPPPPP", "phase: building 5/6", "phase: certified", "got building 5/6"},
		{"enrolled: 2025-12-31T23:00:00Z, scores: PPPPPP", "phase: certified", "phase: building", "got certified"},
		{"scores: Px6 FFPP", "'in': {2026-07: at_risk, 2026-08: suspended, 2026-09: suspended 1/2}, phase: certified", "'in': {2026-08: at_risk}", "in 2026-08: want at_risk, got suspended 0/2"},
		{"scores: Px6", "at: {2026-07-05: building 5/6, 2026-07-06: certified}", "at: {2026-07-05: certified}", "want certified, got building 5/6"},
		{"scores: Px6", "valid_through: 2027-06", "valid_through: 2027-05", "valid_through: want 2027-05, got 2027-06"},
		{"scores: Px5", "certified_in: never", "valid_through: 2027-05", "valid_through: want 2027-05, got no term"},
		{"scores: Px6, entries: [{type: hold, id: h, at: 2026-06-10, effect: suspend}, {type: lift, at: 2026-07-20, target: h}]",
			"'in': {2026-06: building 6/6}, at: {2026-07-20: certified}", "'in': {2026-06: certified}", "got building 6/6"},
		{"scores: Px7, entries: [{type: hold, id: h, at: 2026-06-10, effect: suspend}, {type: lift, at: 2026-07-20, target: h}]",
			"certified_in: 2026-06", "certified_in: 2026-07", "got 2026-06"},
		{"scores: PPMPPP, entries: [{type: score, month: 2026-03, score: 80%, recorded: 2026-07-10}]",
			"phase: building 3/6, at: {2026-07-10: certified}", "phase: certified", "got building 3/6"},
		{"scores: Px6, entries: [{type: void, target: 2026-06, recorded: 2026-07-10}]", "phase: certified, at: {2026-07-10: building 0/6}", "at: {2026-07-10: certified}", "got building 0/6"},
		{"scores: Px6, entries: [{type: leave, at: 2026-05-01}]", "phase: left", "phase: certified", "got left"},
		{"scores: Px5 M, entries: [{type: excuse, month: 2026-06, cause: flood}]", "phase: building 5/6", "phase: building 0/6", "got building 5/6"},
	} {
		run1 := func(expect string) normtest.Result {
			results := run(t, small+"histories:\n  - {from: 2026-01, "+c.history+", expect: {"+expect+"}}\n")
			require.Len(t, results, 1)
			require.Equal(t, normtest.History, results[0].Kind)
			require.Positive(t, results[0].Line)
			return results[0]
		}
		require.Empty(t, run1(c.expect).Failures, c.history)
		wrong := run1(c.wrong)
		require.Len(t, wrong.Failures, 1, c.history)
		require.Contains(t, wrong.Failures[0], c.says)
		require.NotEmpty(t, wrong.Evidence)
	}
}

// What is expected may stand beside the scores.
func TestHistoryInShort(t *testing.T) {
	results := run(t, small+"histories:\n  - {from: 2026-01, scores: 80%x6 70%, certified_in: 2026-06, phase: certified}\n")
	require.Equal(t, []string{"phase: want certified, got at_risk"}, results[0].Failures)
	require.Equal(t, "80%x6 70%", results[0].Name)
	require.Equal(t, []string{"2025-12-31: none, then enrolled", "2026-01: enrolled, then building", "2026-06: building, then certified", "2026-07: certified, then at_risk"}, results[0].Evidence)
}

// A norm that is monotone in a list is found so; one that is not gets a
// counterexample of few records.
func TestMonotone(t *testing.T) {
	results := run(t, small+"monotone: [vulnerabilities, employees]\n")
	require.Len(t, results, 2)
	require.True(t, normtest.Passed(results), "%v", results)

	results = run(t, small+"monotone: [computers]\n")
	require.Len(t, results, 1)
	require.Equal(t, normtest.Monotone, results[0].Kind)
	require.Len(t, results[0].Failures, 1)
	require.Regexp(t, `^the score falls from \d+% to \d+% without computer pc-\d+$`, results[0].Failures[0])
	require.Contains(t, results[0].Evidence[0], "computers: met before, unmet after")
	last := results[0].Evidence[len(results[0].Evidence)-1]
	require.Equal(t, 3, strings.Count(last, `"id":"pc-`), "the month is shrunk: %s", last)
	require.NotContains(t, last, `"websites"`)

	fixed := strings.Replace(small, "it.open && it.severity >= HIGH", "it.status == ACCEPTED", 1)
	results = run(t, fixed+"monotone: [vulnerabilities]\n")
	require.Len(t, results[0].Failures, 1)
	require.Contains(t, results[0].Failures[0], "accepted")
	require.Equal(t, results, run(t, fixed+"monotone: [vulnerabilities]\n"), "the same on every run")
}

var (
	caseMonths   = regexp.MustCompile(`(?m)^    ([PFSMX ]+)$`)
	caseEnrolled = regexp.MustCompile(`"type":"enrol","at":"([^"]+)"`)
	caseStanding = regexp.MustCompile(`(?m)^-- timeline@\S+ --\n([a-z_]+(?: \d+/\d+)?)`)
)

// The cases that the certification is tested with, each as a history.
func TestCertificationCases(t *testing.T) {
	names, err := filepath.Glob("../testdata/cases/*.txtar")
	require.NoError(t, err)
	text, count := small+"histories:\n", 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		months := caseMonths.FindStringSubmatch(string(data))
		if months == nil || !strings.Contains(string(data), "  of: 6\n") || !strings.Contains(string(data), "budget: 2,") {
			continue // not months alone, or under other terms
		}
		enrolled, standing := caseEnrolled.FindStringSubmatch(string(data)), caseStanding.FindStringSubmatch(string(data))
		require.NotNil(t, enrolled, name)
		require.NotNil(t, standing, name)
		text += fmt.Sprintf("  - {from: 2026-01, scores: %s, phase: %s, enrolled: %s}\n", months[1], standing[1], enrolled[1])
		count++
	}
	require.Greater(t, count, 15)
	results := run(t, text)
	require.Len(t, results, count)
	for _, r := range results {
		require.Empty(t, r.Failures, r.Name)
	}
}

// However months are grouped when they are written, they are read back.
func TestScoresReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		var want []norm.HistoryMonth
		for range rapid.IntRange(1, 12).Draw(t, "items") {
			letters := rapid.StringMatching("[PFSMX]{0,4}").Draw(t, "letters")
			one := []norm.HistoryMonth{}
			for i := range len(letters) {
				one = append(one, norm.HistoryMonth{Letter: letters[i]})
			}
			text.WriteString(letters)
			if letters == "" {
				m := norm.HistoryMonth{Score: ruling.Points(rapid.IntRange(0, 10000).Draw(t, "score")), Measured: ruling.Whole}
				text.WriteString(m.Score.String())
				if rapid.Bool().Draw(t, "measured") {
					m.Measured = ruling.Points(rapid.IntRange(0, 10000).Draw(t, "of which"))
					text.WriteString("@" + m.Measured.String())
				}
				one = append(one, m)
			}
			times := rapid.IntRange(1, 12).Draw(t, "times")
			if times > 1 || rapid.Bool().Draw(t, "once") {
				fmt.Fprintf(&text, "x%d", times)
			}
			want = append(want, slices.Repeat(one, times)...)
			text.WriteString(rapid.SampledFrom([]string{" ", ", ", "  ", "\n      "}).Draw(t, "between"))
		}
		n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(small + "histories:\n  - from: 2026-01\n    phase: building\n    scores: |\n      " + text.String() + "\n")}}, "norm.yaml")
		require.NoError(t, err)
		require.Equal(t, want, n.Histories()[0].Months)
	})
}

// What gets worse when a record of the list goes or gets lighter is found.
func TestMonotoneFinds(t *testing.T) {
	for name, c := range map[string]struct{ list, when string }{
		"a lower severity":         {"vulnerabilities", "vulnerabilities.filter(v, v.severity == LOW).size() <= 3"},
		"exactly one":              {"employees", "employees.exists_one(e, e.active)"},
		"the only website":         {"websites", "websites.exists(w, w.fresh)"},
		"a share of what is fixed": {"vulnerabilities", "portion(vulnerabilities.filter(v, !v.open).size(), vulnerabilities.size()) >= 5000"},
		"what was reported":        {"phishing", "phishing.exists(p, p.outcome == REPORTED)"},
		"a custom record":          {"custom.backup", "custom.backup.exists(b, b.copies >= 40)"},
		"unknown without it":       {"questionnaires", "questionnaires.size() > 0 && questionnaires.all(q, q.score >= 10)"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(small, "when: {count: computers, more_than: 2}", "when: "+c.when, 1)
			text = strings.Replace(text, "score: {", "types: {backup: {copies: number}}\nscore: {", 1)
			results := run(t, text+"monotone: ["+c.list+"]\n")
			require.Len(t, results[0].Failures, 1)
			require.Contains(t, results[0].Failures[0], "the score falls from ")
		})
	}
	// Without a score there is nothing to compare, which proves nothing.
	text := strings.Replace(small, "{threshold: 80%}", "{threshold: 80%, unknown: refuse}", 1)
	text = strings.Replace(text, "    when: {count: computers", "    measured: company.sector == 'none'\n    when: {count: computers", 1)
	results := run(t, text+"monotone: [vulnerabilities]\n")
	require.Len(t, results[0].Failures, 1)
	require.Contains(t, results[0].Failures[0], "too few to tell")
}

// What a month counts as for the mark is expected like its score.
func TestCountsAs(t *testing.T) {
	text := strings.Replace(small, "  min_measured: 90%\n", "  min_measured: 50%\n  floor: 20%\n  knock_out: [patched]\n", 1)
	text = strings.Replace(text, "    when: {count: computers", "    measured: company.size < 7\n    when: {count: computers", 1)
	open := "vulnerabilities: [{id: V, asset_type: website, asset: w, severity: high}]"
	three := "computers: [{id: a}, {id: b}, {id: c}]"
	for with, want := range map[string]string{
		"company: {size: 1}, " + three:               "pass",
		"company: {size: 1}":                         "fail",
		"company: {size: 1}, " + open + ", " + three: "severe",
		"company: {size: 9}, " + open:                "severe",
	} {
		for _, expect := range []string{"pass", "fail", "severe", "missing"} {
			results := run(t, text+"tests:\n  - {name: x, month: 2026-11, with: {"+with+"}, expect: {counts_as: "+expect+"}}\n")
			require.Equal(t, expect == want, len(results[0].Failures) == 0, "%s: %v", with, results[0].Failures)
		}
	}
	less := strings.Replace(text, "min_measured: 50%", "min_measured: 61%", 1)
	results := run(t, less+"tests:\n  - {name: x, month: 2026-11, with: {company: {size: 9}}, expect: {counts_as: missing}}\n")
	require.Empty(t, results[0].Failures)
}
