package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/stretchr/testify/require"
)

const portfolioHistory = `{"id":"1","company":"a","recorded":"2026-01-01T00:00:00Z","type":"enrol","at":"2025-12-31T23:00:00Z"}
{"id":"2","company":"a","recorded":"2026-02-01T00:00:00Z","type":"score","month":"2026-01","outcome":"pass"}
{"id":"3","company":"b","recorded":"2026-01-01T00:00:00Z","type":"enrol","at":"2025-12-31T23:00:00Z"}
`

// versionsFolder holds the one version of the reference norm that there is.
func versionsFolder(t *testing.T) string {
	text, err := os.ReadFile(filepath.Join(root, "norm", "cyberkeurmerk", "norm.yaml"))
	require.NoError(t, err)
	return filepath.Dir(file(t, "norm.yaml", string(text)))
}

// What the command answers with, by exit status, and that nothing is
// half-written.
func TestPortfolioExitStatus(t *testing.T) {
	history := file(t, "history.jsonl", portfolioHistory)
	policies := file(t, "policies.csv", "policy,company,from,until,premium\nP,a,2026-01-01,2027-01-01,100\n")
	claims := file(t, "claims.jsonl", `{"claim":"C","policy":"P","occurred":"2026-02-01","valued":"2026-02-05","paid":10,"reserved":"0"}`)
	asOf := []string{history, "--as-of", "2026-03-06"}
	for name, c := range map[string]struct {
		args []string
		code int
		says string // on standard error
	}{
		"good":             {nil, 0, ""},
		"goal":             {[]string{"--goal", "2026-12-06=2"}, 0, ""},
		"goal, no":         {[]string{"--goal", "2026-04-06=2", "--check"}, 1, "a goal is out of reach"},
		"goal, unchecked":  {[]string{"--goal", "2026-04-06=2"}, 0, ""},
		"goal, yes":        {[]string{"--goal", "2026-12-06=2", "--check"}, 0, ""},
		"goal, past":       {[]string{"--goal", "2026-01-06=2"}, 2, "lies before"},
		"goal, no number":  {[]string{"--goal", "2026-12-06"}, 2, "--goal 2026-12-06: a date and a number"},
		"goal, no date":    {[]string{"--goal", "x=3"}, 2, "--goal x=3"},
		"months":           {[]string{"--months", "-1"}, 2, "-1 months"},
		"book":             {[]string{"--policies", policies, "--claims", claims}, 0, ""},
		"claims alone":     {[]string{"--claims", claims}, 2, "--claims needs --policies"},
		"no policies":      {[]string{"--policies", "nowhere.csv"}, 2, "nowhere.csv"},
		"not policies":     {[]string{"--policies", history}, 2, "history.jsonl: line 1: id: there is no such member; there are policy, company"},
		"swapped":          {[]string{"--policies", policies, "--claims", policies}, 2, "policies.csv: line 1: company: there is no such column"},
		"bad amount":       {[]string{"--policies", file(t, "p.csv", "policy,company,from,until,premium\nP,a,2026-01-01,2027-01-01,1.234\n")}, 2, `p.csv: line 2: premium: "1.234" is not an amount`},
		"no such policy":   {[]string{"--policies", policies, "--claims", file(t, "c.csv", "claim,policy,occurred,valued,paid,reserved\nC,Q,2026-02-01,2026-02-05,1,0\n")}, 2, `claim "C": there is no policy "Q"`},
		"valued":           {[]string{"--policies", policies, "--valued", "2026-04-01"}, 2, "lies after 2026-03-05"},
		"valued, bad":      {[]string{"--policies", policies, "--valued", "x"}, 2, "--valued"},
		"from":             {[]string{"--policies", policies, "--from", "2026"}, 2, "--from"},
		"from after until": {[]string{"--policies", policies, "--from", "2026-03", "--until", "2026-02"}, 2, "no exposure from 2026-03 to 2026-02"},
		"bands":            {[]string{"--policies", policies, "--bands", "80%,60%"}, 2, "rising scores"},
		"bands, bad":       {[]string{"--policies", policies, "--bands", "80"}, 2, "--bands"},
		"export":           {[]string{"--export", "--k", "10", "--dominance", "off"}, 0, ""},
		"export, zeros":    {[]string{"--export", "--zeros"}, 0, ""},
		"export, k":        {[]string{"--export", "--k", "1"}, 2, "k is 1"},
		"dominance":        {[]string{"--export", "--dominance", "75"}, 2, "--dominance 75"},
		"dominance, 20%":   {[]string{"--export", "--dominance", "1:20%"}, 2, "50% to 99%"},
		"as-of":            {[]string{"--as-of", "gisteren"}, 2, "--as-of"},
		"lang":             {[]string{"--lang", "fr"}, 2, "nl or en"},
		"format":           {[]string{"--format", "pdf"}, 2, "--format pdf"},
		"no history":       {[]string{"nowhere.jsonl"}, 2, "nowhere.jsonl"},
		"norms":            {[]string{"--norms", versionsFolder(t)}, 0, ""},
		"norm and norms":   {[]string{"--norms", versionsFolder(t), "--norm", "x"}, 2, "either --norm or --norms"},
		"twice":            {[]string{history}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, format := range []string{"json", "text", "html"} {
				args := append(append([]string{"portfolio", "--format", format}, asOf...), c.args...)
				code, out, words := call(t, nil, args...)
				require.Equal(t, c.code, code, words)
				require.Contains(t, words, c.says)
				require.Equal(t, c.code == 2, out == "")
			}
		})
	}
	code, _, words := call(t, nil, "portfolio")
	require.Equal(t, 2, code)
	require.Contains(t, words, "requires at least 1 arg")
}

// A ledger is a history.
func TestPortfolioLedger(t *testing.T) {
	name := filepath.Join(t.TempDir(), "ledger.jsonl")
	l, err := ledger.Open(name)
	require.NoError(t, err)
	for entry, err := range certify.Entries(strings.NewReader(portfolioHistory)) {
		require.NoError(t, err)
		require.NoError(t, l.Append(t.Context(), entry))
	}
	require.NoError(t, l.Close())
	code, fromLedger, words := call(t, nil, "portfolio", name, "--as-of", "2026-03-06", "--format", "json")
	require.Zero(t, code, words)
	code, fromHistory, _ := call(t, nil, "portfolio", file(t, "history.jsonl", portfolioHistory), "--as-of", "2026-03-06", "--format", "json")
	require.Zero(t, code)
	require.Equal(t, fromHistory, fromLedger)
}

// From the demo's own history come its company, its way to the mark and the
// names that the norm gives to criteria.
func TestPortfolioDemo(t *testing.T) {
	tried := 0
	folder := t.TempDir()
	code, _, words := call(t, nil, "demo", "--out", folder)
	require.Zero(t, code, words)
	history := filepath.Join(folder, "history.jsonl")
	code, out, words := call(t, nil, "portfolio", history, "--as-of", "2026-11-06", "--format", "json")
	require.Zero(t, code, words)
	var doc struct {
		Norm   string
		States struct{ Companies, TakingPart, Valid int }
		Trend  struct {
			Cohort   int
			Criteria []struct{ ID string }
		}
		Durations struct{ Companies, Marked int }
	}
	require.NoError(t, json.Unmarshal([]byte(out), &doc))
	require.Equal(t, 1, doc.States.Valid)
	require.Equal(t, 1, doc.Trend.Cohort)
	require.Equal(t, 1, doc.Durations.Marked)
	require.NotEmpty(t, doc.Trend.Criteria)

	code, text, _ := call(t, nil, "portfolio", history, "--as-of", "2026-11-06", "--format", "text")
	require.Zero(t, code)
	require.Contains(t, text, "Hebben een geldig keurmerk: 1.")
	require.Contains(t, text, "Website hoog risico")
	code, text, _ = call(t, nil, "portfolio", history, "--as-of", "2026-11-06", "--format", "html", "--lang", "en")
	require.Zero(t, code)
	require.Contains(t, text, `<html lang="en">`)
	require.Contains(t, text, "<svg role=\"img\"")
	code, text, _ = call(t, nil, "portfolio", history, "--as-of", "2026-11-06", "--format", "json", "--export")
	require.Zero(t, code)
	require.NotRegexp(t, `"totals":\[[^\]]*\d`, text, "of one company nothing is told")

	// The same from standard input, and in two files; a line that is there twice
	// makes no difference, unless it differs, though in its evidence only.
	data, err := os.ReadFile(history)
	require.NoError(t, err)
	for line := range strings.Lines(string(data)) {
		other := strings.Replace(line, `"keys":[["`, `"keys":[["x`, 1)
		if other == line {
			continue
		}
		code, again, words := call(t, strings.NewReader(string(data)+line), "portfolio", "-", "--as-of", "2026-11-06", "--format", "json")
		require.Zero(t, code, words)
		require.Equal(t, out, again)
		code, _, words = call(t, strings.NewReader(string(data)+other), "portfolio", "-", "--as-of", "2026-11-06", "--format", "json")
		require.Equal(t, 2, code)
		require.Contains(t, words, "the id stands for two entries that differ")
		tried++
	}
	require.Positive(t, tried)
	code, again, _ := call(t, strings.NewReader(string(data)), "portfolio", "-", "--as-of", "2026-11-06", "--format", "json")
	require.Zero(t, code)
	require.Equal(t, out, again)
	lines := strings.SplitAfter(string(data), "\n")
	code, again, words = call(t, nil, "portfolio", file(t, "b", strings.Join(lines[3:], "")), file(t, "a", strings.Join(lines[:3], "")), "--as-of", "2026-11-06", "--format", "json")
	require.Zero(t, code, words)
	require.Equal(t, out, again)
}
