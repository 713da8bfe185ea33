package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// advised is what a program reads of a line of score --advise.
type advised struct {
	Score  *int
	Advice struct {
		From, To        *int
		Reaches, Proven bool
		LastDay         string
		Actions         []struct {
			Criterion    string
			Alone, Gains int
			Change       struct {
				Without [][]string
				With    json.RawMessage
			}
		}
	}
}

// The changes of an advice, given back to the command one after the other,
// bring exactly the score that was promised.
func TestScoreAdvise(t *testing.T) {
	folder := t.TempDir()
	code, _, words := call(t, nil, "demo", "--out", folder)
	require.Zero(t, code, words)
	months := filepath.Join(folder, "months.jsonl")
	code, out, words := call(t, nil, "score", "--advise", months)
	require.Zero(t, code, words)
	_, plain, _ := call(t, nil, "score", months)
	cards := strings.Split(strings.TrimSpace(plain), "\n")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, len(cards))
	promised := 0
	for i, line := range lines {
		require.True(t, strings.HasPrefix(line, strings.TrimSuffix(cards[i], "}")), "the card itself is what it was")
		var a advised
		require.NoError(t, json.Unmarshal([]byte(line), &a))
		require.True(t, a.Advice.Proven)
		require.Equal(t, a.Score, a.Advice.From)
		if len(a.Advice.Actions) == 0 {
			continue
		}
		promised++
		args := []string{"score", file(t, "m.json", nthLine(t, months, i))}
		for _, action := range a.Advice.Actions {
			change, err := json.Marshal(map[string]any{"without": action.Change.Without, "with": action.Change.With})
			require.NoError(t, err)
			args = append(args, "--with", file(t, "c.json", string(change)))
		}
		code, after, words := call(t, nil, args...)
		require.Zero(t, code, words)
		var card advised
		require.NoError(t, json.Unmarshal([]byte(after), &card))
		require.Equal(t, a.Advice.To, card.Score)
	}
	require.Positive(t, promised)
	code, ahead, _ := call(t, nil, "score", "--advise", "--history", filepath.Join(folder, "history.jsonl"), months)
	require.Zero(t, code)
	require.Contains(t, ahead, `"worth":{"reached":{"phase":"building","months":5,"earliest":"2026-09-06"},"missed":{"phase":"building","months":6,"earliest":"2026-10-06"}}}`)
	code, text, _ := call(t, nil, "score", "--advise", "--format", "text", months)
	require.Zero(t, code)
	require.Contains(t, text, "Doe eerst (samen 10% → 80%)")
}

// Advice is what its schema says, and has no member that the schema lacks.
func TestAdviceSchema(t *testing.T) {
	s := outputSchema(t, "score/advice.schema.json")
	folder := t.TempDir()
	code, _, words := call(t, nil, "demo", "--out", folder)
	require.Zero(t, code, words)
	code, out, words := call(t, nil, "score", "--advise", filepath.Join(folder, "months.jsonl"))
	require.Zero(t, code, words)
	for line := range strings.Lines(out) {
		var card struct{ Advice json.RawMessage }
		require.NoError(t, json.Unmarshal([]byte(line), &card))
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(card.Advice))
		require.NoError(t, err)
		require.NoError(t, s.Validate(doc), "%s", card.Advice)
	}
}

// A key is an array as evidence has it, several of them, or texts with slashes.
func TestScoreWithout(t *testing.T) {
	m := file(t, "m.json", `{"company":{"id":"kvk:1","enrolled":"2026-01-01"},"month":"2026-11","websites":[{"id":"a/b","scanned":"2026-11-10"}],
		"vulnerabilities":[{"id":"X","asset_type":"website","asset":"a/b","severity":"high"},{"id":"Y","asset_type":"website","asset":"c","severity":"high"}]}`)
	points := func(args ...string) string {
		code, out, words := call(t, nil, append([]string{"score", "--norm", file(t, "n.yaml", strictNorm), m}, args...)...)
		if code != 0 {
			return words
		}
		var card advised
		require.NoError(t, json.Unmarshal([]byte(out), &card))
		return []string{"no", "yes"}[*card.Score/10000]
	}
	require.Equal(t, "no", points())
	require.Equal(t, "no", points("--without", "website/c/Y"))
	require.Equal(t, "yes", points("--without", "website/c/Y", "--without", `["website","a/b","X"]`))
	require.Equal(t, "yes", points("--without", `[["website","a/b","X"],["website","c","Y"]]`))
	require.Contains(t, points("--without", "website/c/Z"), "no such record")
	require.Contains(t, points("--without", "[1]"), "it is no key")

	fixed := `{"vulnerabilities":[{"id":"X","asset_type":"website","asset":"a/b","severity":"high","fixed":"2026-11-11"}]}`
	require.Equal(t, "yes", points("--with", file(t, "w.json", fixed), "--without", "website/c/Y"))
	require.Contains(t, points("--with", file(t, "w.json", `{"vulnerabilitys":[]}`)), "vulnerabilitys")
	require.Contains(t, points("--with", file(t, "w.json", `null`)), "no document")
	require.Contains(t, points("--with", file(t, "w.json", `{"company":{"id":"kvk:2"}}`)), "kvk:2")
}

const strictNorm = `keurmerk: 1
id: strict
version: "1"
title: {en: Strict}
languages: [en]
effective: {from: 2022-01}
timezone: Europe/Amsterdam
score: {threshold: 80%}
criteria:
  - {id: all, weight: 100%, when: {none: vulnerabilities, where: it.open}}
certification: {months: 6, close_day: 6}
`

// nthLine is one line of a file of months.
func nthLine(t *testing.T, name string, line int) string {
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return strings.Split(string(data), "\n")[line]
}
