package bundle_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/norm/rego/bundle"
	opabundle "github.com/open-policy-agent/opa/v1/bundle"
	"github.com/stretchr/testify/require"
)

// keys are one of each kind that can sign, by the name of what they do.
func keys(t *testing.T) map[string]crypto.Signer {
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return map[string]crypto.Signer{"ES256": p256, "ES384": p384, "RS256": rsaKey, "EdDSA": edKey}
}

func publicPEM(t *testing.T, key crypto.PublicKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// verified reads a bundle as an OPA that wants it signed with the key.
func verified(t *testing.T, archive []byte, algorithm string, key crypto.PublicKey) error {
	config := opabundle.NewVerificationConfig(map[string]*opabundle.KeyConfig{"k": {Key: string(publicPEM(t, key)), Algorithm: algorithm}}, "", "", nil)
	_, err := opabundle.NewReader(bytes.NewReader(archive)).WithBundleVerificationConfig(config).Read()
	return err
}

// OPA verifies what was signed, and refuses what was changed afterwards, what
// another key signed, and what was not signed.
func TestSign(t *testing.T) {
	write := func(b *bundle.Bundle) []byte {
		var out bytes.Buffer
		require.NoError(t, b.Write(&out))
		return out.Bytes()
	}
	all := keys(t)
	for algorithm, key := range all {
		b, err := bundle.Make(reference(t))
		require.NoError(t, err)
		require.ErrorContains(t, verified(t, write(b), algorithm, key.Public()), "missing .signatures.json", algorithm)
		require.NoError(t, b.Sign(key, "k"))
		signed := write(b)
		require.NoError(t, verified(t, signed, algorithm, key.Public()), algorithm)
		other := keys(t)[algorithm]
		require.ErrorContains(t, verified(t, signed, algorithm, other.Public()), "verify JWT signature", algorithm)

		again, err := bundle.Make(reference(t))
		require.NoError(t, err)
		require.NoError(t, again.Sign(key, "k"))
		require.Equal(t, signed, write(again), "%s: signing takes no chance", algorithm)

		for _, f := range b.Files() {
			if f.Name != ".signatures.json" {
				require.Error(t, verified(t, changed(t, b, f.Name), algorithm, key.Public()), f.Name)
			}
		}
		got, err := bundle.Algorithm(key)
		require.NoError(t, err)
		require.Equal(t, algorithm, got)
	}
}

// changed is the bundle's archive with one file changed in meaning.
func changed(t *testing.T, b *bundle.Bundle, name string) []byte {
	files := b.Files()
	for i, f := range files {
		if f.Name == name {
			text := strings.Replace(string(f.Data), "package", "import rego.v1\npackage", 1)
			text = strings.NewReplacer(`"threshold": 8000`, `"threshold": 0`, `"rego_version": 1`, `"rego_version": 0`).Replace(text)
			require.NotEqual(t, string(f.Data), text)
			files[i].Data = []byte(text)
		}
	}
	var out bytes.Buffer
	require.NoError(t, bundle.Of(files).Write(&out))
	return out.Bytes()
}

// A key that no OPA verifies is refused.
func TestOtherKeys(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	b, err := bundle.Make(reference(t))
	require.NoError(t, err)
	require.ErrorContains(t, b.Sign(key, "k"), "can't sign a bundle")
}
