package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/stretchr/testify/require"
)

// The months of the reference norm: to people, to programs, as documents that
// are scored like any other, and as tests that pass in the norm.
func TestNormBoundary(t *testing.T) {
	code, out, words := call(t, nil, "norm", "boundary", "--format", "text")
	require.Zero(t, code, words)
	require.Contains(t, out, "computers, when: computers > more_than_computers\n    5 computers | 6 computers\n    unmet 90% | met 100%\n")
	code, out, _ = call(t, nil, "norm", "boundary", "--format", "markdown")
	require.Zero(t, code)
	require.Contains(t, out, "| questionnaires | `it.score >= params.questionnaire_score` | score: 69 \\| 70 | unmet 90% | met 100% |")

	code, lines, _ := call(t, nil, "norm", "boundary", "--format", "json")
	require.Zero(t, code)
	require.Contains(t, lines, `"holds":false,"outcome":"unmet","share":0,"score":9000,"qualifies":true,"document":{"company":`)
	code, months, _ := call(t, nil, "norm", "boundary", "--months")
	require.Zero(t, code)
	code, cards, words := call(t, strings.NewReader(months), "score", "-", "--format", "json")
	require.Zero(t, code, words)
	require.Equal(t, strings.Count(months, "\n"), strings.Count(cards, "\n"))
	require.Equal(t, strings.Count(lines, `"document":`), strings.Count(cards, "\n"))

	code, tests, _ := call(t, nil, "norm", "boundary", "--yaml")
	require.Zero(t, code)
	data, err := cyberkeurmerk.FS().ReadFile(cyberkeurmerk.File)
	require.NoError(t, err)
	head, _, _ := strings.Cut(string(data), "\nfixtures:")
	code, out, words = call(t, nil, "norm", "test", file(t, "norm.yaml", head+"\n"+tests))
	require.Zero(t, code, out+words)
}

// Versions of one norm that hold at the same time are warned of where they are
// checked together, at the later one's range, until a comment allows it.
func TestNormCheckOverlap(t *testing.T) {
	data, err := cyberkeurmerk.FS().ReadFile(cyberkeurmerk.File)
	require.NoError(t, err)
	dir := t.TempDir()
	write := func(name, version, effective string) {
		text := strings.Replace(string(data), `"2026.1"`, `"`+version+`"`, 1)
		text = strings.Replace(text, "effective: {from: 2022-09}", effective, 1)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	write("1.yaml", "1", "effective: {from: 2022-09}")
	write("2.yaml", "2", "effective: {from: 2026-01}")
	code, out, _ := call(t, nil, "norm", "check", dir, "--format", "text")
	require.Zero(t, code)
	require.Contains(t, out, filepath.Join(dir, "2.yaml")+`:16:19: warning: version 2 of "cyberkeurmerk-kvo-b" holds from 2026-01, while version 1 (1.yaml) holds without an end; write until: 2025-12 in version 1`)
	require.NotContains(t, out, "1.yaml:16")

	_, out, _ = call(t, nil, "norm", "check", filepath.Join(dir, "2.yaml"), "--format", "text")
	require.NotContains(t, out, "KM-OVERLAP", "alone there is nothing to overlap with")
	write("2.yaml", "2", "effective: {from: 2026-01} # keurmerk: allow KM-OVERLAP because both are offered")
	_, out, _ = call(t, nil, "norm", "check", dir, "--format", "text")
	require.NotContains(t, out, "warning")
	write("1.yaml", "1", "effective: {from: 2022-09, until: 2025-12}")
	write("2.yaml", "2", "effective: {from: 2026-01}")
	_, out, _ = call(t, nil, "norm", "check", dir, "--format", "text")
	require.NotContains(t, out, "warning")
	write("1.yaml", "1", "effective: {from: 2022-09, until: 2026-02}")
	write("2.yaml", "2", "effective: {from: 2026-01}\ntransition: {notice: 3, overlap: 2}")
	_, out, _ = call(t, nil, "norm", "check", dir, "--format", "text")
	require.NotContains(t, out, "warning", "the transition allows two months")
}

// What a comment allows is shown on request.
func TestNormCheckAll(t *testing.T) {
	_, out, _ := call(t, nil, "norm", "check", "--format", "text")
	require.NotContains(t, out, "warning")
	code, out, _ := call(t, nil, "norm", "check", "--format", "text", "--all")
	require.Zero(t, code)
	require.Contains(t, out, `warning: "website-any" is never met without "website-high"`)
}
