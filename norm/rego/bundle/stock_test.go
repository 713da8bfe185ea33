package bundle_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/cyberkeurmerk/keurmerk/norm/rego/bundle"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// OPA's own command verifies the bundle and answers for it. KEURMERK_OPA names
// the command.
func TestStockCommand(t *testing.T) {
	command := os.Getenv("KEURMERK_OPA")
	if command == "" {
		t.Skip("KEURMERK_OPA names no opa command; the library of the same OPA answers in the other tests")
	}
	n := reference(t)
	b, err := bundle.Make(n)
	require.NoError(t, err)
	signer := keys(t)["ES256"] // which every OPA of version 1 knows
	require.NoError(t, b.Sign(signer, "k"))
	folder := t.TempDir()
	archive, key, input := filepath.Join(folder, "bundle.tar.gz"), filepath.Join(folder, "public.pem"), filepath.Join(folder, "month.json")
	file, err := os.Create(archive)
	require.NoError(t, err)
	require.NoError(t, b.Write(file))
	require.NoError(t, file.Close())
	require.NoError(t, os.WriteFile(key, publicPEM(t, signer.Public()), 0o600))
	out, err := exec.Command(command, "check", "--strict", "--bundle", archive).CombinedOutput()
	require.NoError(t, err, "%s", out)
	build := []string{"build", "--bundle", archive, "--output", filepath.Join(folder, "built.tar.gz"), "--signing-alg", "ES256", "--verification-key-id", "k", "--verification-key"}
	out, err = exec.Command(command, append(build, key)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NoError(t, os.WriteFile(key, publicPEM(t, keys(t)["ES256"].Public()), 0o600))
	out, err = exec.Command(command, append(build, key)...).CombinedOutput()
	require.Error(t, err, "another key")
	require.Contains(t, string(out), "verif")
	out, err = exec.Command(command, "version").Output()
	require.NoError(t, err)
	t.Logf("%s", out)
	for i := range 5 {
		m := rapid.Custom(findingtest.Month).Example(i)
		document, err := json.Marshal(m)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(input, document, 0o600))
		out, err := exec.Command(command, "eval", "--bundle", archive, "--input", input, "--format", "raw", "data.keurmerk.score").CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Equal(t, card(t, n, m), parse(t, out), "%s", document)
	}
}
