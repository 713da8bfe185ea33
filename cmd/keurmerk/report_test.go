package main

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// firstMonths are the first months of the demo's company, in a file.
func firstMonths(t *testing.T, n int) (months, history string) {
	folder := t.TempDir()
	code, _, words := call(t, nil, "demo", "--out", folder)
	require.Zero(t, code, words)
	data, err := os.ReadFile(filepath.Join(folder, "months.jsonl"))
	require.NoError(t, err)
	lines := strings.SplitAfter(string(data), "\n")
	require.Greater(t, len(lines), n)
	return file(t, "m.jsonl", strings.Join(lines[:n], "")), filepath.Join(folder, "history.jsonl")
}

// Every format, in both languages and for every reader, says where the company
// stands; pictures are well-formed.
func TestReportFormats(t *testing.T) {
	months, history := firstMonths(t, 4)
	for _, lang := range []string{"nl", "en"} {
		for _, reader := range []string{"", "insurer", "programme"} {
			for _, format := range []string{"text", "markdown", "html"} {
				code, out, words := call(t, nil, "report", months, "--format", format, "--lang", lang, "--for", reader)
				require.Zero(t, code, words)
				require.Contains(t, out, "90%")
				require.Equal(t, reader == "", strings.Contains(out, "Van Dalen"), "%s for %q", format, reader)
				require.Contains(t, out, map[string]string{"nl": "2 van de 6 maanden", "en": "2 of 6 months"}[lang])
			}
		}
		for _, args := range [][]string{{"report", "--format", "svg", months}, {"badge", months}} {
			code, out, words := call(t, nil, append(args, "--lang", lang)...)
			require.Zero(t, code, words)
			for d := xml.NewDecoder(strings.NewReader(out)); ; {
				_, err := d.Token()
				if err == io.EOF {
					break
				}
				require.NoError(t, err)
			}
		}
	}
	code, out, _ := call(t, nil, "report", months, "--history", history, "--as-of", "2026-11-06", "--format", "text")
	require.Zero(t, code)
	require.Contains(t, out, "Het bedrijf heeft het keurmerk.")
	for _, bad := range [][]string{{"report", months, "--for", "x"}, {"report", months, "--format", "pdf"}, {"badge", months, "--format", "html"},
		{"report", months, "--history", file(t, "h.jsonl", `{"id":"1","company":"x","recorded":"2026-01-01T00:00:00Z","type":"enrol","at":"2026-01-01T00:00:00Z"}`)}} {
		code, out, words := call(t, nil, bad...)
		require.Equal(t, exitUnusable, code)
		require.Empty(t, out)
		require.NotEmpty(t, words)
	}
}

// For a month that does not count, the report tells what reaching the
// threshold would be worth, as certification has it.
func TestReportWorth(t *testing.T) {
	months, _ := firstMonths(t, 2)
	code, out, words := call(t, nil, "report", months, "--lang", "en", "--format", "markdown")
	require.Zero(t, code, words)
	require.Contains(t, out, "it takes 5 months more: you can hold the mark on 6 October 2026.")
	require.Contains(t, out, "it takes 6 months more: only on 6 November 2026.")
	require.Contains(t, out, "This takes your score from 10% to 80%.")
	code, out, _ = call(t, nil, "report", months, "--lang", "en", "--format", "markdown", "--no-advice")
	require.Zero(t, code)
	require.NotContains(t, out, "This takes your score")
}
