package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Both halves of the authors' guide are followed to the letter in an empty
// folder: every command is run, and the fault they show is what is printed.
func TestAuthorsGuide(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "norm", "README.md"))
	require.NoError(t, err)
	dutch, english, found := strings.Cut(string(data), "\n# Writing a norm\n")
	require.True(t, found)
	home, err := filepath.Abs(root)
	require.NoError(t, err)
	for language, text := range map[string]string{"nl": dutch, "en": english} {
		t.Run(language, func(t *testing.T) {
			t.Chdir(t.TempDir())
			guide{t, home}.follow(blocksOf(t, text))
		})
	}
}

type guide struct {
	*testing.T
	home string // the project's folder
}

func (g guide) follow(blocks []block) {
	code, _, words := call(g, nil, "demo", "--out", "demo")
	require.Zero(g, code, words)
	months, err := os.ReadFile(filepath.Join("demo", "months.jsonl"))
	require.NoError(g, err)
	for _, name := range []string{"maanden.jsonl", "months.jsonl"} {
		require.NoError(g, os.WriteFile(name, months, 0o600))
	}
	ran := map[string]int{}
	for _, b := range blocks {
		ran[b.language]++
		if b.language == "text" {
			g.fault(b.text)
			continue
		}
		g.command(b.text)
	}
	require.Equal(g, map[string]int{"sh": 14, "text": 1}, ran)
}

// command runs one line of the guide.
func (g guide) command(line string) {
	line, into, _ := strings.Cut(line, " > ")
	words := strings.Fields(line)
	if words[0] == "openssl" {
		g.key(words)
		return
	}
	require.Equal(g, "keurmerk", words[0])
	for i, w := range words {
		if strings.HasPrefix(w, "norm/") {
			words[i] = filepath.Join(g.home, w)
		}
	}
	code, out, stderr := call(g, nil, words[1:]...)
	require.Zero(g, code, "%s: %s%s", line, out, stderr)
	if into != "" {
		require.NotEmpty(g, out, line)
		require.NoError(g, os.WriteFile(into, []byte(out), 0o600))
	}
}

// key makes the key as the guide says or, on a machine without OpenSSL, in its
// place.
func (g guide) key(words []string) {
	if _, err := exec.LookPath(words[0]); err == nil {
		out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
		require.NoError(g, err, "%s", out)
		return
	}
	g.Log("openssl is not on this machine: the key is made here")
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	require.NoError(g, err)
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	require.NoError(g, os.WriteFile(words[len(words)-1], key, 0o600))
}

// fault misspells what the guide misspells, and sees that it is told so.
func (g guide) fault(shown string) {
	name, _, _ := strings.Cut(shown, ":")
	text, err := os.ReadFile(name)
	require.NoError(g, err)
	spoilt := strings.Replace(string(text), "it.severity >= HIGH", "it.severty >= HIGH", 1)
	require.NotEqual(g, string(text), spoilt)
	require.NoError(g, os.WriteFile(name, []byte(spoilt), 0o600))
	code, out, _ := call(g, nil, "norm", "check", name)
	require.Equal(g, 1, code)
	require.Contains(g, out, shown)
	require.NoError(g, os.WriteFile(name, text, 0o600))
}
