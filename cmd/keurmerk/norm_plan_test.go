package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNormPlan(t *testing.T) {
	code, out, words := call(t, nil, "norm", "check", "--plan")
	require.Zero(t, code, words)
	require.Contains(t, out, "norm.yaml: 12 of 12 conditions are judged in one pass over a month\n")

	text := readmeNorm(t)
	path := filepath.Join(t.TempDir(), "norm.yaml")
	beyond := strings.Replace(text, "keurmerk: 1\n", "keurmerk: 1\nlet:\n  names: computers.map(c, c.active, c.id)\n", 1)
	at := strings.LastIndex(beyond, "when:")
	end := at + strings.Index(beyond[at:], "\n")
	require.NoError(t, os.WriteFile(path, []byte(beyond[:at]+"when: names.size() > 2"+beyond[end:]), 0o644))
	code, out, words = call(t, nil, "norm", "check", "--plan", path)
	require.Zero(t, code, words+out)
	require.Regexp(t, `when +record by record: norm\.yaml:\d+:\d+: `, out)
	code, out, _ = call(t, nil, "norm", "check", "--plan", "--format", "json", path)
	require.Zero(t, code)
	require.Contains(t, out, `"planned":false`)

	code, out, _ = call(t, strings.NewReader("keurmerk: 2\n"), "norm", "check", "--plan", "-")
	require.Equal(t, 1, code)
	require.NotContains(t, out, "one pass")
	code, _, words = call(t, nil, "norm", "check", "--plan", "--format", "sarif")
	require.Equal(t, 2, code)
	require.Contains(t, words, "not as sarif")
}
