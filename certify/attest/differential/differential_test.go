// Package differential holds what attest writes against other implementations
// of the same formats. It is a module of its own, so that the library does not
// depend on them.
package differential

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"github.com/cyberkeurmerk/keurmerk/certify/attest/publiclog"
	"github.com/gowebpki/jcs"
	v1 "github.com/in-toto/attestation/go/v1"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/stretchr/testify/require"
	formats "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/formats/note"
	sumdb "golang.org/x/mod/sumdb/note"
	"google.golang.org/protobuf/encoding/protojson"
	"pgregory.net/rapid"
)

func bundle(t *testing.T) (*attest.Bundle, *attest.Root, []byte) {
	text, err := os.ReadFile("../../../examples/insurer/bundle.json")
	require.NoError(t, err)
	b, err := attest.DecodeBundle(text)
	require.NoError(t, err)
	pinned, err := os.ReadFile("../../../examples/insurer/root.json")
	require.NoError(t, err)
	root, err := attest.OpenRoot(pinned)
	require.NoError(t, err)
	return b, root, pinned
}

// The encoding before a signature is that of go-securesystemslib.
func TestPAE(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind, payload := rapid.String().Draw(t, "type"), rapid.SliceOf(rapid.Byte()).Draw(t, "payload")
		require.Equal(t, dsse.PAE(kind, payload), attest.PAE(kind, payload))
	})
}

// key is a public key of a root as go-securesystemslib wants it.
type key struct{ attest.Key }

func (k key) public() ed25519.PublicKey {
	return ed25519.PublicKey(k.SPKI[len(k.SPKI)-ed25519.PublicKeySize:])
}

func (k key) Verify(_ context.Context, data, sig []byte) error {
	if !ed25519.Verify(k.public(), data, sig) {
		return dsse.ErrNoSignature
	}
	return nil
}
func (k key) KeyID() (string, error)   { return k.Key.KeyID, nil }
func (k key) Public() crypto.PublicKey { return k.public() }

// Every envelope that is written verifies with go-securesystemslib, and none
// does when a byte of it is changed.
func TestEnvelopes(t *testing.T) {
	b, root, _ := bundle(t)
	var keys []dsse.Verifier
	for _, k := range root.Keys {
		keys = append(keys, key{k})
	}
	verifier, err := dsse.NewEnvelopeVerifier(keys...)
	require.NoError(t, err)
	for _, e := range append(append([]attest.Envelope{b.Certificate, *b.Status}, b.Scorecards...), b.Roots...) {
		text, err := e.JSON()
		require.NoError(t, err)
		var theirs dsse.Envelope
		require.NoError(t, json.Unmarshal(text, &theirs))
		accepted, err := verifier.Verify(t.Context(), &theirs)
		require.NoError(t, err)
		require.NotEmpty(t, accepted)
		theirs.PayloadType += "x"
		_, err = verifier.Verify(t.Context(), &theirs)
		require.Error(t, err)
	}
}

// Payloads are what gowebpki/jcs makes of them.
func TestCanonical(t *testing.T) {
	b, _, _ := bundle(t)
	for _, e := range append(append([]attest.Envelope{b.Certificate, *b.Status}, b.Scorecards...), b.Roots...) {
		again, err := jcs.Transform(e.Payload)
		require.NoError(t, err)
		require.Equal(t, string(e.Payload), string(again))
	}
}

// Statements are what in-toto/attestation takes for one.
func TestStatements(t *testing.T) {
	b, _, _ := bundle(t)
	for _, e := range append([]attest.Envelope{b.Certificate}, b.Scorecards...) {
		var s v1.Statement
		require.NoError(t, protojson.Unmarshal(e.Payload, &s))
		require.NoError(t, s.Validate())
	}
}

// A head of the log and a witness's line are what transparency-dev/formats
// takes for one, time included.
func TestCheckpoints(t *testing.T) {
	named := func(name string) *attest.PrivateKey { return attest.KeyFromSeed(sha256.Sum256([]byte(name))) }
	l, err := publiclog.New("log.example", named("log"), named("log").Public(), &publiclog.Memory{})
	require.NoError(t, err)
	for i := range 7 {
		_, err := l.Append(attest.LogEntry{Company: attest.NoCompany, Digest: attest.Digest([]byte{byte(i)}), Kind: "status", Sequence: i + 1})
		require.NoError(t, err)
	}
	head, err := l.Checkpoint(t.Context())
	require.NoError(t, err)
	w, err := publiclog.NewWitness("w.example", named("w"), named("w").Public(), l.Key(), "")
	require.NoError(t, err)
	at := time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC)
	cosigned, err := w.Cosign(t.Context(), head, nil, at)
	require.NoError(t, err)
	log, err := sumdb.NewVerifier(l.Key())
	require.NoError(t, err)
	witness, err := note.NewVerifierForCosignatureV1(w.Key())
	require.NoError(t, err)
	checkpoint, _, opened, err := formats.ParseCheckpoint(cosigned, "log.example", log, witness)
	require.NoError(t, err)
	require.EqualValues(t, 7, checkpoint.Size)
	require.Len(t, opened.Sigs, 2)
	for _, s := range opened.Sigs {
		if s.Name == "w.example" {
			seen, err := note.CoSigV1Timestamp(s)
			require.NoError(t, err)
			require.True(t, at.Equal(seen))
		}
	}
}
