package attest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// seeds gives the honest scheme's documents, each changed a little besides.
func seeds(f *testing.F) *Bundle {
	s := newScheme(f)
	s.rotate()
	s.withLog()
	b := s.build()
	for _, text := range []string{"", "null", "{}", "[]", `{"a":1}`, "\ufeff{}", `{"_type":"` + StatementType + `"}`} {
		f.Add([]byte(text))
	}
	return b
}

// decoding states what holds of a decoder of payloads: it never panics, and
// what it takes is written again to the same bytes.
func decoding[D Document](f *testing.F, decode func([]byte) (D, error)) {
	f.Fuzz(func(t *testing.T, payload []byte) {
		d, err := decode(payload)
		if err != nil {
			return
		}
		again, err := d.Encode()
		require.NoError(t, err)
		require.Equal(t, string(payload), string(again), "what is accepted is its own canonical form")
	})
}

func FuzzScorecard(f *testing.F) {
	for _, e := range seeds(f).Scorecards {
		f.Add(e.Payload)
		f.Add(bytes.ReplaceAll(e.Payload, []byte("2026"), []byte("1970")))
	}
	decoding(f, DecodeScorecard)
}

func FuzzCertificate(f *testing.F) {
	f.Add(seeds(f).Certificate.Payload)
	decoding(f, DecodeCertificate)
}

func FuzzStatus(f *testing.F) {
	f.Add(seeds(f).Status.Payload)
	decoding(f, DecodeStatus)
}

func FuzzRoot(f *testing.F) {
	f.Add(seeds(f).Roots[0].Payload)
	decoding(f, decodeRoot)
}

// Envelopes and bundles are not signed themselves: white space and the order
// of members are free, and what is written again is read as the same.
func FuzzEnvelope(f *testing.F) {
	b := seeds(f)
	for _, e := range append(b.Roots, b.Certificate, *b.Status) {
		text, err := e.JSON()
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := DecodeEnvelope(text)
		if err != nil {
			return
		}
		again, err := e.JSON()
		require.NoError(t, err)
		same, err := DecodeEnvelope(again)
		require.NoError(t, err)
		require.Equal(t, e, same)
		if root, err := OpenRoot(text); err == nil {
			payload, err := root.Encode()
			require.NoError(t, err)
			require.Equal(t, string(e.Payload), string(payload))
		}
	})
}

func FuzzNorm(f *testing.F) {
	seeds(f)
	text, err := testNorm.Encode()
	require.NoError(f, err)
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := DecodeNorm(text)
		if err != nil {
			return
		}
		again, err := n.Encode()
		require.NoError(t, err)
		require.Equal(t, strings.TrimSuffix(string(text), "\n"), string(again))
	})
}

// A proof of the log is read in one form only.
func FuzzProof(f *testing.F) {
	s := newScheme(f)
	s.withLog()
	for _, proof := range s.build().Log.Scorecards {
		f.Add(proof)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := ParseProof(text); err == nil {
			require.Equal(t, text, p.Text())
			if head, err := ParseCheckpoint(string(p.Checkpoint)); err == nil {
				require.Equal(t, string(p.Checkpoint), head.String())
			}
		}
		_, err := s.last().Log.open(text, LogEntry{NoCompany, Digest(nil), "status", 1})
		require.Error(t, err, "nobody signed this")
	})
}

// Whatever a bundle holds, verification ends with a report of eleven steps. It
// is valid only for the honest bundle, whatever its white space.
func FuzzVerify(f *testing.F) {
	s := newScheme(f)
	s.rotate()
	s.withLog()
	b := s.build()
	honest, err := b.JSON()
	require.NoError(f, err)
	f.Add(honest)
	f.Add(honest[:len(honest)/2])
	f.Add([]byte("{}"))
	s.trust.Root = s.roots[0]
	f.Fuzz(func(t *testing.T, text []byte) {
		report, err := Verify(text, s.trust, s.asOf)
		require.NotNil(t, report)
		require.Len(t, report.Steps, Steps)
		require.Equal(t, err == nil, report.Valid)
		for _, step := range report.Steps {
			require.False(t, report.Valid && step.Result == Fail)
			require.Equal(t, step.Result == Fail, step.Code != "")
		}
		if !report.Valid {
			return
		}
		accepted, err := DecodeBundle(text)
		require.NoError(t, err)
		for i, d := range accepted.documents() {
			require.Equal(t, string(b.documents()[i].envelope.Payload), string(d.envelope.Payload), "what is accepted was signed")
		}
	})
}
