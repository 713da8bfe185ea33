package main

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func enrolments(companies int) []string {
	var lines []string
	for i := range companies {
		lines = append(lines, fmt.Sprintf(`{"id":"e%d","company":"c%04d","recorded":"2026-01-01T00:00:00Z","type":"enrol","at":"2025-12-31T23:00:00Z"}`, i, i))
	}
	return lines
}

// A history is read where it lies or from a pipe, whatever the order of its
// lines and their breaks, and answered in order of company.
func TestHistoriesAreGathered(t *testing.T) {
	var lines []string
	for month := range 3 {
		for i := range 300 {
			lines = append(lines, fmt.Sprintf(`{"id":"%d-%d","company":"c%04d","recorded":"2026-0%d-02T09:00:00Z","type":"score","month":"2026-0%d","outcome":"pass"}`,
				i, month, i, month+2, month+1))
		}
	}
	lines = append(lines, enrolments(300)...)
	text := "\n\n" + strings.Join(lines, "\r\n") // no break at the end
	name := file(t, "history.jsonl", text)
	code, read, words := call(t, nil, "certify", name, "--as-of", "2026-04-06")
	require.Zero(t, code, words)
	_, piped, _ := call(t, io.MultiReader(strings.NewReader(text)), "certify", "-", "--as-of", "2026-04-06")
	require.Equal(t, read, piped)
	i := 0
	for line := range strings.Lines(read) {
		require.Contains(t, line, fmt.Sprintf(`{"company":"c%04d",`, i))
		require.Contains(t, line, `"n":3,"of":6`)
		i++
	}
	require.Equal(t, 300, i)
	escaped := strings.Replace(text, `"company":"c0007"`, `"company":"\u0063000\u0037"`, 1)
	_, same, _ := call(t, strings.NewReader(escaped), "certify", "-", "--as-of", "2026-04-06")
	require.Equal(t, read, same, "a name is the same however it is written")
}

// Bad lines are told by number, the first twenty of them, and what can't be
// used of a company by its id; without --keep-going nothing is written, with it
// the answers for the others are.
func TestHistoriesWithBadLines(t *testing.T) {
	lines := enrolments(60)
	for i := range 50 {
		lines[i] = strings.Replace(lines[i], `"type":"enrol"`, `"type":"x"`, 1)
	}
	lines[2] = `{"id":`
	lines[3] = strings.Replace(lines[3], `"company":"c0003"`, `"company":3`, 1)
	lines = append(lines, strings.Replace(lines[59], "2025-12-31", "2025-12-30", 1)) // another fact with the same id
	name := file(t, "history.jsonl", strings.Join(lines, "\n"))
	code, out, words := call(t, nil, "certify", name, "--as-of", "2026-04-06")
	require.Equal(t, 2, code)
	require.Empty(t, out)
	for i := range 20 {
		require.Contains(t, words, fmt.Sprintf("%s: line %d: ", name, i+1))
	}
	require.NotContains(t, words, "line 21:")
	require.Contains(t, words, "and 30 lines more that can't be used")
	require.Contains(t, words, `company "c0059"`)
	code, out, again := call(t, nil, "certify", name, "--as-of", "2026-04-06", "--keep-going")
	require.Equal(t, 2, code)
	require.Equal(t, words, again)
	require.Equal(t, 9, strings.Count(out, "\n"))
	require.Contains(t, out, `{"company":"c0050"`)
	require.NotContains(t, out, "c0059")
}
