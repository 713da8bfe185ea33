package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// What programs rely on is what the schemas in the repository say: every line
// that the commands write is valid, and has no member that the schema lacks.
func TestOutputSchemas(t *testing.T) {
	folder := t.TempDir()
	code, _, words := call(t, nil, "demo", "--out", folder)
	require.Zero(t, code, words)
	_, cards, _ := call(t, nil, "score", "--waivers", file(t, "w.json", `[{"criterion":"computers","reason":"r","who":"w","from":"2026-01","until":"2026-12","key":["computer","vd-balie"]}]`),
		filepath.Join(folder, "months.jsonl"))
	_, timelines, _ := call(t, nil, "certify", filepath.Join(folder, "history.jsonl"), "--as-of", "2026-11-06")
	_, outlooks, _ := call(t, nil, "certify", "--forecast", filepath.Join(folder, "history.jsonl"), "--as-of", "2026-10-20")
	_, held, _ := call(t, strings.NewReader(`{"id":"h","company":"c","recorded":"2026-01-01T00:00:00Z","type":"hold","at":"2026-01-01T00:00:00Z","effect":"warn","cause":"x"}`), "certify", "-", "--as-of", "2026-02-01")
	_, faults, _ := call(t, nil, "norm", "check", "--format", "json", filepath.Join(root, "norm", "testdata", "faults"))
	bundle, trust := filepath.Join(folder, "bundle.json"), filepath.Join(folder, "root.json")
	_, verified, _ := call(t, nil, "verify", bundle, "--trust", trust, "--as-of", "2026-11-06")
	_, refused, _ := call(t, nil, "verify", bundle, "--trust", trust, "--as-of", "2026-11-05")
	for name, lines := range map[string]string{
		"certify/attest/report.schema.json": verified + refused,
		"score/card/card.schema.json":       cards, "certify/timeline.schema.json": timelines + held + outlooks, "norm/diag/fault.schema.json": faults,
	} {
		s := outputSchema(t, name)
		n := 0
		for line := range strings.Lines(lines) {
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
			require.NoError(t, err)
			require.NoError(t, s.Validate(doc), "%s: %s", name, line)
			n++
		}
		require.Positive(t, n, name)
	}
}

// outputSchema compiles a schema, made stricter for the test: a member that it
// does not name is not allowed.
func outputSchema(t *testing.T, name string) *jsonschema.Schema {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.ReplaceAll(string(text), `"type": "object",`, `"type": "object", "additionalProperties": false,`)))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("s.json", doc))
	s, err := c.Compile("s.json")
	require.NoError(t, err)
	return s
}
