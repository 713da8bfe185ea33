package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/stretchr/testify/require"
)

// variantFolder holds the reference norm and a variant of it.
func variantFolder(t *testing.T, change string) (folder string) {
	folder = t.TempDir()
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	base, err := cyberkeurmerk.FS().ReadFile(cyberkeurmerk.File)
	require.NoError(t, err)
	for name, text := range map[string]string{"base.yaml": string(base), "strict.yaml": "keurmerk: 1\nid: strict\nversion: \"1\"\nextends: {file: base.yaml, logic: " +
		n.Logic() + "}\ntailor:\n  - {set: " + change + ", because: a test}\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	return folder
}

// The tests of a variant's base run again; what comes out otherwise is told
// at its place in the base, and is no failure.
func TestVariantRunsItsBasesTests(t *testing.T) {
	folder := variantFolder(t, "parameters.course_days, to: 364")
	code, out, words := call(t, nil, "norm", "test", filepath.Join(folder, "strict.yaml"))
	require.Zero(t, code, words)
	require.Contains(t, out, filepath.Join(folder, "base.yaml")+":")
	require.Contains(t, out, ": a course offered 365 days before the month ends\n    score: 100% becomes 90%\n    knowledge: met becomes unmet\n")
	require.Contains(t, out, "ran again, 1 with another outcome")
	require.Contains(t, out, "0 passed, 0 failed")
	code, out, words = call(t, nil, "score", "--norm", filepath.Join(folder, "strict.yaml"), file(t, "m.json", document))
	require.Zero(t, code, words)
	require.Contains(t, out, `"norm":{"id":"strict"`)
}

// What is wrong with a variant is told in the file in which it stands.
func TestVariantFaultsByFile(t *testing.T) {
	folder := variantFolder(t, "parameters.course_days, to: 366")
	code, out, _ := call(t, nil, "norm", "check", "--format", "text", filepath.Join(folder, "strict.yaml"))
	require.Equal(t, 1, code)
	require.True(t, strings.HasPrefix(out, filepath.Join(folder, "strict.yaml")+":6:39: error: 366 would loosen the base"), out)
	base := filepath.Join(folder, "base.yaml")
	text, err := os.ReadFile(base)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(base, []byte(strings.Replace(string(text), "weight: 20%", "weight: 21%", 1)), 0o600))
	code, out, _ = call(t, nil, "norm", "check", "--format", "text", filepath.Join(folder, "strict.yaml"))
	require.Equal(t, 1, code)
	require.True(t, strings.HasPrefix(out, base+":"), out)
	require.Contains(t, out, "1% too much")
}
