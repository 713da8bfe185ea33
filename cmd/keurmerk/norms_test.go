package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/stretchr/testify/require"
)

// versionsOf writes a catalog: the reference norm, and from July 2026 on one
// that asks for all points, with three months' notice and overlap.
func versionsOf(t *testing.T) string {
	text, err := cyberkeurmerk.FS().ReadFile(cyberkeurmerk.File)
	require.NoError(t, err)
	stricter := strings.NewReplacer(`version: "2026.1"`, `version: "2026.2"`, "effective: {from: 2022-09}",
		"effective: {from: 2026-07}\ntransition: {published: 2026-04-01, notice: 3, overlap: 3}", "threshold: 80%", "threshold: 100%").Replace(string(text))
	folder := t.TempDir()
	for name, text := range map[string]string{"2026.1.yaml": string(text), "2026.2.yaml": stricter} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644))
	}
	return folder
}

// eighty is a month that earns 80 of 100 under the reference norm: no course and no
// questionnaire.
func eighty(month, enrolled string) string {
	var lists []string
	for _, list := range []string{"computers", "employees"} {
		var records []string
		for id := range strings.SplitSeq("a b c d e f", " ") {
			member := map[string]string{"computers": `"seen":"` + month + `-10"`, "employees": `"enrolled":"2026-01-01"`}[list]
			records = append(records, `{"id":"`+id+`",`+member+`}`)
		}
		lists = append(lists, `"`+list+`":[`+strings.Join(records, ",")+`]`)
	}
	return `{"company":{"id":"kvk:1","enrolled":"` + enrolled + `"},"month":"` + month + `","websites":[{"id":"w","scanned":"` + month + `-10"}],` + strings.Join(lists, ",") + `}`
}

// Each month is scored by the version in force on its first day; during the
// overlap who had enrolled before passes under the one before, who enrolled
// later does not.
func TestScoreUnderVersions(t *testing.T) {
	folder := versionsOf(t)
	for _, flag := range []string{"--norms", "--norm"} {
		months := strings.Join([]string{eighty("2026-06", "2026-01-01"), eighty("2026-07", "2026-01-01"), eighty("2026-09", "2026-06-30"),
			eighty("2026-09", "2026-07-01"), eighty("2026-10", "2026-01-01")}, "\n")
		code, out, words := call(t, strings.NewReader(months), "score", "-", flag, folder)
		require.Zero(t, code, words)
		var got []string
		for line := range strings.Lines(out) {
			var c card.Card
			require.NoError(t, json.Unmarshal([]byte(line), &c))
			require.True(t, c.Norm.Effective)
			got = append(got, c.Month.String()+" "+c.Norm.Version+map[bool]string{true: " qualifies"}[c.Qualifies])
		}
		require.Equal(t, []string{"2026-06 2026.1 qualifies", "2026-07 2026.1 qualifies", "2026-09 2026.1 qualifies", "2026-09 2026.2", "2026-10 2026.2"}, got)
	}
	_, advised, _ := call(t, strings.NewReader(eighty("2026-10", "2026-01-01")), "score", "-", "--norms", folder, "--advise")
	require.Contains(t, advised, `"version":"2026.2"`)
	require.Contains(t, advised, `"advice":`)
}

// A history of cards is folded by the version of each month: what was judged
// under another counts for nothing.
func TestCertifyUnderVersions(t *testing.T) {
	folder := versionsOf(t)
	var months []string
	for _, m := range []string{"2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10"} {
		months = append(months, eighty(m, "2026-01-01"))
	}
	_, cards, words := call(t, strings.NewReader(strings.Join(months, "\n")), "score", "-")
	require.Empty(t, words)
	history := []string{`{"id":"e","company":"kvk:1","recorded":"2026-05-01T00:00:00Z","type":"enrol","at":"2026-04-30T22:00:00Z"}`}
	for line := range strings.Lines(cards) {
		var c card.Card
		require.NoError(t, json.Unmarshal([]byte(line), &c))
		e := certify.Entry{ID: c.Month.String(), Company: "kvk:1", Recorded: (c.Month + 1).Start(time.UTC), Type: certify.Score, Month: c.Month, Card: &c}
		text, err := e.MarshalJSON()
		require.NoError(t, err)
		history = append(history, string(text))
	}
	name := file(t, "history.jsonl", strings.Join(history, "\n"))
	code, out, words := call(t, nil, "certify", name, "--as-of", "2026-11-06")
	require.Zero(t, code, words)
	require.Contains(t, out, `"phase":"certified"`)
	for _, flag := range []string{"--norms", "--norm"} {
		code, out, words = call(t, nil, "certify", name, "--as-of", "2026-11-06", flag, folder)
		require.Zero(t, code, words)
		require.Contains(t, out, `"phase":"building","n":0,"of":6`, "October was judged under the version before, whose overlap is over")
		code, out, words = call(t, nil, "certify", name, "--as-of", "2026-10-06", flag, folder, "--forecast")
		require.Zero(t, code, words)
		require.Contains(t, out, `"phase":"building","n":5,"of":6`)
		require.Contains(t, out, `"earliest":"2026-11-05T23:00:00Z","months":1`)
	}
}

// A retroactive version is refused at its place; a folder without norms and two
// answers to which norm are refused too.
func TestRefusedVersions(t *testing.T) {
	folder := versionsOf(t)
	late := filepath.Join(folder, "2026.2.yaml")
	text, err := os.ReadFile(late)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(late, []byte(strings.Replace(string(text), "published: 2026-04-01", "published: 2026-07-09", 1)), 0o644))
	code, checked, _ := call(t, nil, "norm", "check", folder)
	require.Equal(t, 1, code)
	require.Contains(t, checked, "after its first month (2026-07) has begun")
	history := file(t, "h.jsonl", `{"id":"e","company":"kvk:1","recorded":"2026-05-01T00:00:00Z","type":"enrol","at":"2026-05-01T00:00:00Z"}`)
	month := file(t, "m.json", eighty("2026-06", "2026-01-01"))
	for _, args := range [][]string{{"certify", history}, {"score", month}} {
		code, out, words := call(t, nil, append(args, "--norms", folder)...)
		require.Equal(t, 2, code)
		require.Empty(t, out)
		require.Regexp(t, `2026\.2\.yaml:\d+:25: error: version "2026.2" is published on 2026-07-09, after its first month \(2026-07\) has begun`, words)
		code, _, words = call(t, nil, append(args, "--norms", t.TempDir())...)
		require.Equal(t, 2, code)
		require.Contains(t, words, "holds no norm")
		code, _, words = call(t, nil, append(args, "--norms", folder, "--norm", late)...)
		require.Equal(t, 2, code)
		require.Contains(t, words, "either --norm or --norms")
		code, _, _ = call(t, nil, append(args, "--norms", filepath.Join(folder, "none"))...)
		require.Equal(t, 2, code)
	}
}
