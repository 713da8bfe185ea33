package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const twin = root + "/norm/rego/testdata/twin"

// Every command that reads a norm reads one with Rego modules too, and tells
// the files apart.
func TestNormsInRego(t *testing.T) {
	code, _, words := call(t, nil, "norm", "check", twin)
	require.Zero(t, code, words)
	code, out, words := call(t, nil, "norm", "digest", twin+"/norm.yaml")
	require.Zero(t, code, words)
	require.Contains(t, out, "logic sha256:")
	month := file(t, "month.json", document)
	code, out, words = call(t, nil, "score", "--norm", twin+"/norm.yaml", month)
	require.Zero(t, code, words)
	_, cel, _ := call(t, nil, "score", month)
	require.Equal(t, criteriaOf(t, cel), criteriaOf(t, out))

	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(twin)))
	broken := filepath.Join(folder, "computers.rego")
	text, err := os.ReadFile(broken)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(broken, []byte(strings.Replace(string(text), "c.fresh", "c.frsh", 1)), 0o600))
	code, out, _ = call(t, nil, "norm", "check", "--format", "json", folder)
	require.Equal(t, 1, code)
	require.Contains(t, out, `"file":"`+filepath.ToSlash(broken)+`","line":8,"column":4,"endLine":8,"endColumn":7,"severity":"error","code":"KM-REGO-UNKNOWN-FIELD"`)

	norm, err := os.ReadFile(filepath.Join(folder, "norm.yaml"))
	require.NoError(t, err)
	code, out, _ = call(t, strings.NewReader(string(norm)), "norm", "check", "-")
	require.Equal(t, 1, code)
	require.Contains(t, out, "a norm from standard input has no files beside it")
}

// criteriaOf is the part of a card that two engines must agree on.
func criteriaOf(t *testing.T, card string) string {
	_, criteria, found := strings.Cut(card, `"criteria":`)
	require.True(t, found, card)
	return criteria
}
