package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/stretchr/testify/require"
)

// keyPair writes a private key to a file, and gives the public key in PEM.
func keyPair(t *testing.T) (privateFile, public string) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	return file(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))),
		string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// The command writes a signed bundle that a stock OPA verifies, and that
// answers as score does.
func TestNormBundle(t *testing.T) {
	private, public := keyPair(t)
	out := filepath.Join(t.TempDir(), "bundle.tar.gz")
	code, data, words := call(t, nil, "norm", "bundle", "--out", out, "--key", private, "--key-id", "scheme")
	require.Zero(t, code, words)
	require.Empty(t, data)
	require.Contains(t, words, "signed under the key id scheme with EdDSA")
	written, err := os.ReadFile(out)
	require.NoError(t, err)
	code, data, words = call(t, nil, "norm", "bundle", "--out", "-", "--key", private, "--key-id", "scheme")
	require.Zero(t, code, words)
	require.Equal(t, string(written), data, "the same norm and key give the same bytes")

	verification := bundle.NewVerificationConfig(map[string]*bundle.KeyConfig{"scheme": {Key: public, Algorithm: "EdDSA"}}, "scheme", "", nil)
	read, err := bundle.NewReader(bytes.NewReader(written)).WithBundleVerificationConfig(verification).Read()
	require.NoError(t, err)
	var input any
	require.NoError(t, json.Unmarshal([]byte(document), &input))
	results, err := rego.New(rego.Query("data.keurmerk.score"), rego.ParsedBundle("norm", &read), rego.Input(input)).Eval(t.Context())
	require.NoError(t, err)
	require.Len(t, results, 1)
	answer := results[0].Expressions[0].Value.(map[string]any)

	code, scored, words := call(t, nil, "score", file(t, "month.json", document))
	require.Zero(t, code, words)
	var card map[string]any
	require.NoError(t, json.Unmarshal([]byte(scored), &card))
	for _, member := range []string{"company", "month", "norm", "earned", "applicable", "score", "threshold", "measured", "qualifies"} {
		a, err := json.Marshal(answer[member])
		require.NoError(t, err)
		b, err := json.Marshal(card[member])
		require.NoError(t, err)
		require.JSONEq(t, string(b), string(a), member)
	}
}

// What can't be bundled or signed is refused, and nothing is written.
func TestNormBundleRefusals(t *testing.T) {
	out := filepath.Join(t.TempDir(), "bundle.tar.gz")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no out":        {[]string{}, "--out is needed"},
		"id, no key":    {[]string{"--out", out, "--key-id", "x"}, "--key-id names the key of --key"},
		"no such key":   {[]string{"--out", out, "--key", "nowhere.pem"}, "nowhere.pem"},
		"no PEM":        {[]string{"--out", out, "--key", file(t, "k", "secret")}, "it is no PEM"},
		"a public key":  {[]string{"--out", out, "--key", file(t, "k", publicOf(t))}, `it holds a "PUBLIC KEY"`},
		"broken key":    {[]string{"--out", out, "--key", file(t, "k", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")}, "can't be used"},
		"a broken norm": {[]string{"--out", out, file(t, "norm.yaml", "keurmerk: 1\n")}, "can't be used"},
		"no folder":     {[]string{"--out", filepath.Join(out, "x")}, "bundle.tar.gz"},
	} {
		t.Run(name, func(t *testing.T) {
			code, data, words := call(t, strings.NewReader(""), append([]string{"norm", "bundle"}, c.args...)...)
			require.Equal(t, 2, code)
			require.Empty(t, data)
			require.Contains(t, words, c.says)
			require.NoFileExists(t, out)
		})
	}
}

func publicOf(t *testing.T) string {
	_, public := keyPair(t)
	return public
}
