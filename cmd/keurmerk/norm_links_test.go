package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A norm is read where its file really lies; a link beside it that leads
// elsewhere is not followed.
func TestNormLinks(t *testing.T) {
	folder := t.TempDir()
	text, err := os.ReadFile(filepath.Join(root, "norm", "cyberkeurmerk", "norm.yaml"))
	require.NoError(t, err)
	real := filepath.Join(folder, "real")
	require.NoError(t, os.Mkdir(real, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(real, "norm.yaml"), text, 0o600))
	link := filepath.Join(folder, "link.yaml")
	if err := os.Symlink(filepath.Join("real", "norm.yaml"), link); err != nil {
		t.Skipf("this system makes no links: %v", err)
	}
	code, _, words := call(t, nil, "norm", "check", link)
	require.Zero(t, code, words)

	require.NoError(t, os.WriteFile(filepath.Join(folder, "secret.rego"), []byte("package secret\n"), 0o600))
	require.NoError(t, os.Symlink(filepath.Join("..", "secret.rego"), filepath.Join(real, "a.rego")))
	with := strings.Replace(string(text), "\nscore:\n", "\nmodules: [a.rego]\nscore:\n", 1)
	require.NotEqual(t, string(text), with)
	require.NoError(t, os.WriteFile(filepath.Join(real, "norm.yaml"), []byte(with), 0o600))
	code, out, _ := call(t, nil, "norm", "check", link)
	require.Equal(t, 1, code)
	require.Contains(t, out, "path escapes")
	require.NotContains(t, out, "package secret")
}
