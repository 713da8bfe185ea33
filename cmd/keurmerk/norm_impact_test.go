package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// What a stricter norm would have done to the example company.
func TestImpact(t *testing.T) {
	months := t.TempDir()
	code, _, words := call(t, nil, "demo", "--out", months)
	require.Zero(t, code, words)
	folder := variantFolder(t, "parameters.more_than_computers, to: 100")
	args := []string{"norm", "impact", filepath.Join(folder, "base.yaml"), filepath.Join(folder, "strict.yaml"), filepath.Join(months, "months.jsonl")}
	code, out, words := call(t, nil, append(args, "--lang", "en")...)
	require.Zero(t, code, words)
	require.Contains(t, out, "Months judged: 8, of companies: 1; 2026-03 to 2026-10.")
	require.Contains(t, out, "computers met → unmet -10%")
	code, out, words = call(t, nil, append(args, "--format", "markdown")...)
	require.Zero(t, code, words)
	require.Contains(t, out, "## Per bedrijf en maand")

	code, out, words = call(t, nil, append(args, "--format", "json")...)
	require.Zero(t, code, words)
	s := outputSchema(t, "certify/impact/impact.schema.json")
	lines := 0
	for line := range strings.Lines(out) {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		require.NoError(t, err)
		require.NoError(t, s.Validate(doc), line)
		lines++
	}
	require.Equal(t, 2, lines)
	require.Error(t, s.Validate(map[string]any{"type": "company"}))

	code, out, words = call(t, strings.NewReader(document+"\n{\"month\":\"2026-13\"}\n"), append(args[:4:4], "-")...)
	require.Equal(t, 2, code)
	require.Empty(t, out)
	require.Contains(t, words, "line 2")
	code, _, words = call(t, strings.NewReader(document+"\n"+document+"\n"), append(args[:4:4], "-")...)
	require.Equal(t, 2, code)
	require.Contains(t, words, "given twice")
}
