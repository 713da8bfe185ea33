package differential

import (
	"crypto/ed25519"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"github.com/cyberkeurmerk/keurmerk/certify/attest/export"
	vsa "github.com/in-toto/attestation/go/predicates/vsa/v1"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jws"
	bundlev1 "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
)

// A credential verifies with jwx.
func TestCredential(t *testing.T) {
	b, _, _ := bundle(t)
	own := attest.KeyFromSeed([32]byte{1})
	token, err := export.Credential(t.Context(), &b.Certificate, "https://issuer.example", own.Public().KeyID, own)
	require.NoError(t, err)
	public := ed25519.PublicKey(own.Public().SPKI[12:])
	payload, err := jws.Verify([]byte(token), jws.WithKey(jwa.EdDSA(), public))
	require.NoError(t, err)
	var c struct{ Issuer string }
	require.NoError(t, json.Unmarshal(payload, &c))
	require.Equal(t, "https://issuer.example", c.Issuer)
	_, err = jws.Verify([]byte(token[:len(token)-4]+"AAAA"), jws.WithKey(jwa.EdDSA(), public))
	require.Error(t, err)
}

// A Sigstore bundle is one by Sigstore's own definition.
func TestSigstoreBundle(t *testing.T) {
	b, _, _ := bundle(t)
	text, err := export.SigstoreBundle(&b.Certificate)
	require.NoError(t, err)
	var s bundlev1.Bundle
	require.NoError(t, protojson.Unmarshal(text, &s))
	require.Equal(t, b.Certificate.Payload, s.GetDsseEnvelope().GetPayload())
	require.Equal(t, b.Certificate.Signatures[0].Sig, s.GetDsseEnvelope().GetSignatures()[0].GetSig())
	require.Equal(t, b.Certificate.Signatures[0].KeyID, s.GetVerificationMaterial().GetPublicKey().GetHint())
}

// A summary is one by in-toto's own definition of the predicate.
func TestSummary(t *testing.T) {
	text, err := os.ReadFile("../../../examples/insurer/bundle.json")
	require.NoError(t, err)
	b, _, _ := bundle(t)
	c, err := attest.DecodeCertificate(b.Certificate.Payload)
	require.NoError(t, err)
	s, err := export.NewSummary(&attest.Report{Valid: true, Replay: "full", Certificate: &c.Predicate}, text, "https://insurer.example", time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	predicate, err := json.Marshal(s.Predicate)
	require.NoError(t, err)
	var v vsa.VerificationSummary
	require.NoError(t, protojson.Unmarshal(predicate, &v))
	require.Equal(t, "PASSED", v.GetVerificationResult())
}
