package export_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"github.com/cyberkeurmerk/keurmerk/certify/attest/export"
	"github.com/stretchr/testify/require"
)

func example(t *testing.T) ([]byte, *attest.Bundle, *attest.Report) {
	read := func(name string) []byte {
		text, err := os.ReadFile("../../../examples/insurer/" + name)
		require.NoError(t, err)
		return text
	}
	text := read("bundle.json")
	b, err := attest.DecodeBundle(text)
	require.NoError(t, err)
	root, err := attest.OpenRoot(read("root.json"))
	require.NoError(t, err)
	norm, err := attest.DecodeNorm(read("norm.json"))
	require.NoError(t, err)
	report, err := attest.Verify(text, &attest.Trust{Root: root, Company: "kvk:30123456", Norms: []attest.Norm{*norm}}, time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	return text, b, report
}

// A credential is a JWS over the certificate's months and term, and nobody's
// but the key's that it names.
func TestCredential(t *testing.T) {
	_, b, _ := example(t)
	key := attest.KeyFromSeed([32]byte{1})
	token, err := export.Credential(t.Context(), &b.Certificate, "https://issuer.example", key.Public().KeyID, key)
	require.NoError(t, err)
	parts := strings.Split(token, ".")
	require.Len(t, parts, 3)
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	require.NoError(t, err)
	require.True(t, ed25519.Verify(ed25519.PublicKey(key.Public().SPKI[12:]), []byte(parts[0]+"."+parts[1]), sig))
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	require.Contains(t, string(payload), `"credentialSubject":{"id":"urn:keurmerk:company:kvk:30123456"`)
	require.Contains(t, string(payload), `"validUntil":"2027-11-05T23:00:00Z"`)
	_, err = export.Credential(t.Context(), &b.Certificate, "https://issuer.example", "another", key)
	require.ErrorContains(t, err, "another key")
	_, err = export.Credential(t.Context(), &b.Scorecards[0], "https://issuer.example", key.Public().KeyID, key)
	require.Error(t, err)
}

// A Sigstore bundle holds the same payload and signature.
func TestSigstoreBundle(t *testing.T) {
	_, b, _ := example(t)
	text, err := export.SigstoreBundle(&b.Certificate)
	require.NoError(t, err)
	var out struct{ DsseEnvelope json.RawMessage }
	require.NoError(t, json.Unmarshal(text, &out))
	e, err := attest.DecodeEnvelope(out.DsseEnvelope)
	require.NoError(t, err)
	require.Equal(t, &b.Certificate, e)
	e.Signatures = append(e.Signatures, e.Signatures...)
	_, err = export.SigstoreBundle(e)
	require.ErrorContains(t, err, "one signature")
}

// A summary says what the report says.
func TestSummary(t *testing.T) {
	text, b, report := example(t)
	at := time.Date(2026, 11, 20, 13, 0, 0, 0, time.UTC)
	s, err := export.NewSummary(report, text, "https://insurer.example", at)
	require.NoError(t, err)
	require.Equal(t, "PASSED", s.Predicate.Result)
	require.Equal(t, []string{"KEURMERK_REPLAY_ARITHMETIC"}, s.Predicate.Levels)
	require.Equal(t, b.Certificate.Digest(), "sha256:"+s.Subject[0].Digest.SHA256)
	e, err := attest.Sign(t.Context(), s, attest.KeyFromSeed([32]byte{2}))
	require.NoError(t, err)
	require.True(t, bytes.Contains(e.Payload, []byte(`"timeVerified":"2026-11-20T13:00:00Z"`)))
	failed := *report
	failed.Valid = false
	s, err = export.NewSummary(&failed, text, "https://insurer.example", at)
	require.NoError(t, err)
	require.Equal(t, "FAILED", s.Predicate.Result)
	_, err = export.NewSummary(&attest.Report{}, text, "https://insurer.example", at)
	require.ErrorContains(t, err, "nothing to sum up")
}
