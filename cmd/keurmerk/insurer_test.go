package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Programs that share no code with the library come to the same answer about
// what the demo writes, and refuse it when it is changed.
func TestInsurersPrograms(t *testing.T) {
	folder := t.TempDir()
	code, _, words := call(t, nil, "demo", "--out", folder)
	require.Zero(t, code, words)
	bundle, pinned := filepath.Join(folder, "bundle.json"), filepath.Join(folder, "root.json")
	text, err := os.ReadFile(bundle)
	require.NoError(t, err)
	insurer := filepath.Join(root, "examples", "insurer")
	run := func(t *testing.T, needs string, args ...string) error {
		out, err := exec.Command(needs, args...).CombinedOutput()
		t.Logf("%s: %s", filepath.Base(args[0]), strings.TrimSpace(string(out)))
		return err
	}
	needs := func(t *testing.T, programs ...string) {
		for _, p := range programs {
			if _, err := exec.LookPath(p); err != nil {
				t.Skipf("SKIPPED: there is no %s on this machine", p)
			}
		}
	}
	var b struct {
		Certificate struct {
			Payload    string
			Signatures []struct{ Sig string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &b))
	another := func(s string) string { // another letter in the middle
		at := len(s) / 2
		return s[:at] + map[bool]string{true: "B", false: "A"}[s[at] == 'A'] + s[at+1:]
	}
	changed := map[string]string{}
	for name, old := range map[string]string{"payload": b.Certificate.Payload, "signature": b.Certificate.Signatures[0].Sig} {
		changed[name] = file(t, name+".json", strings.Replace(string(text), old, another(old), 1))
	}
	t.Run("node", func(t *testing.T) {
		needs(t, "node")
		program := filepath.Join(insurer, "verify.mjs")
		source, err := os.ReadFile(program)
		require.NoError(t, err)
		require.LessOrEqual(t, strings.Count(string(source), "\n"), 60)
		require.NoError(t, run(t, "node", program, bundle, pinned, "kvk:30987654", "2026-11-06T00:00:00Z"))
		require.Error(t, run(t, "node", program, bundle, pinned, "kvk:1", "2026-11-06T00:00:00Z"))
		require.Error(t, run(t, "node", program, bundle, pinned, "kvk:30987654", "2027-11-06T00:00:00Z"))
		require.Error(t, run(t, "node", program, bundle, pinned, "kvk:30987654", "2026-11-13T00:00:00Z"))
		for _, name := range changed {
			require.Error(t, run(t, "node", program, name, pinned, "kvk:30987654", "2026-11-06T00:00:00Z"))
		}
		example := filepath.Join(insurer, "bundle.json")
		require.Error(t, run(t, "node", program, example, pinned, "kvk:30123456", "2026-11-20T12:00:00Z"), "signed under another root")
	})
	t.Run("openssl", func(t *testing.T) {
		needs(t, "openssl", "sh", "sed", "base64", "sha256sum", "mktemp")
		program := filepath.Join(insurer, "verify.sh")
		require.NoError(t, run(t, "sh", program, bundle, pinned))
		for _, name := range changed {
			require.Error(t, run(t, "sh", program, name, pinned))
		}
		require.Error(t, run(t, "sh", program, filepath.Join(insurer, "bundle.json"), pinned))
		// A key that OpenSSL makes is one that signs here, and its public half
		// is what OpenSSL says it is.
		key := filepath.Join(t.TempDir(), "key.pem")
		require.NoError(t, run(t, "openssl", "genpkey", "-algorithm", "ed25519", "-out", key))
		private, err := privateKeyOf(key)
		require.NoError(t, err)
		public, err := exec.Command("openssl", "pkey", "-in", key, "-pubout").Output()
		require.NoError(t, err)
		require.Equal(t, string(public), string(private.Public().PEM()))
		written, err := os.ReadFile(key)
		require.NoError(t, err)
		require.Equal(t, string(written), string(private.PEM()))
	})
}
