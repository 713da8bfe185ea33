package attest

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// attack is one fault in an otherwise honest bundle. A lie is signed with the
// right keys.
type attack struct {
	name string
	step Step
	code Code
	do   func(*scheme)
	also []Step // steps that fail besides, since they ask about the same thing
}

// Every attack is refused, at the step and for the reason that it should be,
// and no other step is disturbed by it.
func TestAttacks(t *testing.T) {
	attacks := slices.Concat(envelopeAttacks, keyAttacks, rootAttacks, formAttacks, holderAttacks, monthAttacks,
		sumAttacks, replayAttacks, dateAttacks, statusAttacks, logAttacks)
	names := map[string]bool{}
	for _, a := range attacks {
		require.False(t, names[a.name], "two attacks are called %q", a.name)
		names[a.name] = true
		t.Run(strings.ReplaceAll(a.name, " ", "_"), func(t *testing.T) {
			s := newScheme(t)
			if slices.ContainsFunc(logAttacks, func(l attack) bool { return l.name == a.name }) {
				s.withLog()
			}
			a.do(s)
			report, err := s.verify()
			var failed *StepError
			require.ErrorAs(t, err, &failed)
			require.False(t, report.Valid)
			require.Equal(t, a.step, failed.Step, "%v", err)
			require.Equal(t, a.code, failed.Code, "%v", err)
			require.Contains(t, err.Error(), a.step.String())
			require.Len(t, report.Steps, Steps)
			for i, step := range report.Steps {
				require.Equal(t, Step(i+1), step.Step)
				switch {
				case step.Step == a.step || slices.Contains(a.also, step.Step):
					require.Equal(t, Fail, step.Result, "%v", step)
				case step.Step > a.step && a.step <= StepCanonical:
					require.Equal(t, Skipped, step.Result, "%v", step)
				default:
					require.NotEqual(t, Fail, step.Result, "%v", step)
				}
			}
		})
	}
	require.GreaterOrEqual(t, len(attacks), 120)
	t.Logf("%d attacks", len(attacks))
}

// rewrite changes the bundle's text; what is replaced must be there.
func rewrite(s *scheme, old, new string) {
	s.text = func(b []byte) []byte {
		require.Contains(s.t, string(b), old)
		return []byte(strings.Replace(string(b), old, new, 1))
	}
}

// payload changes the bytes of a document before they are signed.
func payload(s *scheme, document, old, new string) {
	s.payload[document] = func(b []byte) []byte {
		require.Contains(s.t, string(b), old)
		return []byte(strings.Replace(string(b), old, new, 1))
	}
}

// flip changes a bit of a text.
func flip(b []byte, at int) []byte {
	out := slices.Clone(b)
	out[at] ^= 1
	return out
}

var envelopeAttacks = []attack{
	{name: "empty bundle", step: StepShape, code: CodeShape, do: func(s *scheme) { s.text = func([]byte) []byte { return nil } }},
	{name: "no JSON", step: StepShape, code: CodeShape, do: func(s *scheme) { s.text = func([]byte) []byte { return []byte("bundle") } }},
	{name: "null", step: StepShape, code: CodeShape, do: func(s *scheme) { s.text = func([]byte) []byte { return []byte("null") } }},
	{name: "an array", step: StepShape, code: CodeShape, do: func(s *scheme) { s.text = func(b []byte) []byte { return []byte("[" + string(b) + "]") } }},
	{name: "byte order mark before the bundle", step: StepShape, code: CodeShape, do: func(s *scheme) { s.text = func(b []byte) []byte { return append([]byte("\ufeff"), b...) } }},
	{name: "a second bundle behind", step: StepShape, code: CodeShape, do: func(s *scheme) { s.text = func(b []byte) []byte { return append(b, b...) } }},
	{name: "a letter behind", step: StepShape, code: CodeShape, do: func(s *scheme) { s.text = func(b []byte) []byte { return append(b, 'x') } }},
	{name: "a NUL behind", step: StepShape, code: CodeShape, do: func(s *scheme) { s.text = func(b []byte) []byte { return append(b, 0) } }},
	{name: "cut short", step: StepShape, code: CodeShape, do: func(s *scheme) { s.text = func(b []byte) []byte { return b[:len(b)-1] } }},
	{name: "100 MB", step: StepShape, code: CodeShape, do: func(s *scheme) { s.text = func([]byte) []byte { return make([]byte, 100<<20) } }},
	{name: "16 MB of white space behind", step: StepShape, code: CodeShape, do: func(s *scheme) {
		s.text = func(b []byte) []byte { return append(b, strings.Repeat(" ", MaxBundle)...) }
	}},
	{name: "deep nesting", step: StepShape, code: CodeShape, do: func(s *scheme) {
		s.text = func([]byte) []byte { return []byte(`{"certificate":` + strings.Repeat("[", 1<<20)) }
	}},
	{name: "unknown member of the bundle", step: StepShape, code: CodeShape, do: func(s *scheme) { rewrite(s, `{"certificate":`, `{"extra":1,"certificate":`) }},
	{name: "two certificates", step: StepShape, code: CodeShape, do: func(s *scheme) { rewrite(s, `"scorecards":`, `"certificate":{},"scorecards":`) }},
	{name: "Certificate in other case", step: StepShape, code: CodeShape, do: func(s *scheme) { rewrite(s, `"certificate"`, `"Certificate"`) }},
	{name: "payloadtype in other case", step: StepShape, code: CodeShape, do: func(s *scheme) { rewrite(s, `"payloadType"`, `"payloadtype"`) }},
	{name: "two payloads", step: StepShape, code: CodeShape, do: func(s *scheme) { rewrite(s, `"payloadType":`, `"payload":"e30=","payloadType":`) }},
	{name: "status null", step: StepShape, code: CodeShape, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Status = nil }
		s.text = func(b []byte) []byte { return append(b[:len(b)-1], `,"status":null}`...) }
	}},
	{name: "base64 without padding", step: StepShape, code: CodeShape, do: func(s *scheme) { rewrite(s, `=="}`, `"}`) }},
	{name: "base64 with a line break", step: StepShape, code: CodeShape, do: func(s *scheme) { rewrite(s, `"payload":"`, `"payload":"\n`) }},
	{name: "URL base64", step: StepShape, code: CodeShape, do: func(s *scheme) { rewrite(s, `"payload":"`, `"payload":"_-_-`) }},
	{name: "base64 with spare bits", step: StepShape, code: CodeShape, do: func(s *scheme) {
		s.text = func(b []byte) []byte {
			at := strings.Index(string(b), `=="`) - 1
			return flip(b, at)
		}
	}},
	{name: "lone surrogate in the bundle", step: StepShape, code: CodeShape, do: func(s *scheme) { rewrite(s, `"keyid":"`, `"keyid":"\ud800`) }},
	{name: "invalid UTF-8 in the bundle", step: StepShape, code: CodeShape, do: func(s *scheme) { rewrite(s, `"keyid":"`, "\"keyid\":\"\xff") }},
	{name: "no signature", step: StepShape, code: CodeShape, do: func(s *scheme) { s.bundle = func(b *Bundle) { b.Certificate.Signatures = []Signature{} } }},
	{name: "seventeen signatures", step: StepShape, code: CodeShape, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Certificate.Signatures = slices.Repeat(b.Certificate.Signatures, MaxSignatures+1) }
	}},
	{name: "a signature of 63 bytes", step: StepShape, code: CodeShape, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Certificate.Signatures[0].Sig = b.Certificate.Signatures[0].Sig[:63] }
	}},
	{name: "a keyid in capitals", step: StepShape, code: CodeShape, do: func(s *scheme) {
		s.bundle = func(b *Bundle) {
			b.Certificate.Signatures[0].KeyID = strings.ToUpper(b.Certificate.Signatures[0].KeyID)
		}
	}},
	{name: "no keyid", step: StepShape, code: CodeShape, do: func(s *scheme) { s.bundle = func(b *Bundle) { b.Certificate.Signatures[0].KeyID = "" } }},
	{name: "an empty payload", step: StepShape, code: CodeShape, do: func(s *scheme) { s.bundle = func(b *Bundle) { b.Certificate.Payload = []byte{} } }},
	{name: "a payload of more than 1 MiB", step: StepShape, code: CodeShape, do: func(s *scheme) {
		s.payload["card0"] = func(b []byte) []byte { return append(b, make([]byte, MaxPayload)...) }
	}},
	{name: "an empty payload type", step: StepShape, code: CodeShape, do: func(s *scheme) { s.types["cert"] = "" }},
	{name: "a payload type of 129 bytes", step: StepShape, code: CodeShape, do: func(s *scheme) { s.types["cert"] = strings.Repeat("x", 129) }},
	{name: "no scorecards", step: StepShape, code: CodeShape, do: func(s *scheme) { s.bundle = func(b *Bundle) { b.Scorecards = []Envelope{} } }},
	{name: "241 scorecards", step: StepShape, code: CodeShape, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Scorecards = slices.Repeat(b.Scorecards[:1], MaxScorecards+1) }
	}},
	{name: "65 roots", step: StepShape, code: CodeShape, do: func(s *scheme) {
		s.rotate()
		s.bundle = func(b *Bundle) { b.Roots = slices.Repeat(b.Roots, MaxRoots+1) }
	}},
	{name: "a known scorecard without a signature", step: StepShape, code: CodeShape, do: func(s *scheme) {
		s.trust.Known = []*Envelope{{Payload: []byte("{}"), PayloadType: TypeStatement}}
	}},
}

var keyAttacks = []attack{
	{name: "a bit of a signature", step: StepSignature, code: CodeSignature, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Scorecards[3].Signatures[0].Sig = flip(b.Scorecards[3].Signatures[0].Sig, 7) }
	}},
	{name: "a bit of the scalar of a signature", step: StepSignature, code: CodeSignature, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Certificate.Signatures[0].Sig = flip(b.Certificate.Signatures[0].Sig, 40) }
	}},
	{name: "a bit of the certificate", step: StepSignature, code: CodeSignature, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Certificate.Payload = flip(b.Certificate.Payload, 50) }
	}},
	{name: "a bit of a scorecard", step: StepSignature, code: CodeSignature, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Scorecards[5].Payload = flip(b.Scorecards[5].Payload, 50) }
	}},
	{name: "a bit of the status list", step: StepSignature, code: CodeSignature, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Status.Payload = flip(b.Status.Payload, 50) }
	}},
	{name: "a payload type that was not signed", step: StepSignature, code: CodeSignature, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Certificate.PayloadType = TypeStatus }
	}},
	{name: "payload and type shifted against one another", step: StepSignature, code: CodeSignature, do: func(s *scheme) {
		s.bundle = func(b *Bundle) {
			b.Certificate.PayloadType += " " + string(b.Certificate.Payload[:3])
			b.Certificate.Payload = b.Certificate.Payload[3:]
		}
	}},
	{name: "signed over the bare payload", step: StepSignature, code: CodeSignature, do: func(s *scheme) {
		s.bundle = func(b *Bundle) {
			b.Certificate.Signatures[0], _ = named("certify").Sign(s.t.Context(), b.Certificate.Payload)
		}
	}},
	{name: "a keyid of another key", step: StepSignature, code: CodeSignature, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Certificate.Signatures[0].KeyID = named("score").id }
	}},
	{name: "S not reduced", step: StepSignature, code: CodeSignature, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Certificate.Signatures[0].Sig = addOrder(b.Certificate.Signatures[0].Sig) }
	}},
	{name: "R of small order", step: StepSignature, code: CodeSignature, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { copy(b.Certificate.Signatures[0].Sig, make([]byte, 32)) }
	}},
	{name: "a stranger's key", step: StepSignature, code: CodeUnknownKey, do: func(s *scheme) { s.signers["cert"] = []Signer{named("stranger")} }},
	{name: "a stranger signs besides", step: StepSignature, code: CodeUnknownKey, do: func(s *scheme) {
		s.signers["cert"] = []Signer{named("certify"), named("stranger")}
	}},
	{name: "two signatures by one key", step: StepSignature, code: CodeSignedTwice, do: func(s *scheme) {
		s.signers["cert"] = []Signer{named("certify"), named("certify")}
	}},
	{name: "two signatures by one key where two keys are asked for", step: StepSignature, code: CodeSignedTwice, do: func(s *scheme) {
		s.key("certify-2", RoleCertify)
		s.last().Thresholds.Certify = 2
		s.signers["cert"] = []Signer{named("certify"), named("certify")}
	}},
	{name: "one key where two are asked for", step: StepSignature, code: CodeThreshold, do: func(s *scheme) {
		s.key("certify-2", RoleCertify)
		s.last().Thresholds.Certify = 2
	}},
	{name: "one scorecard key where two are asked for", step: StepSignature, code: CodeThreshold, do: func(s *scheme) {
		s.key("score-2", RoleScore)
		s.last().Thresholds.Score = 2
	}},
	{name: "one status key where two are asked for", step: StepSignature, code: CodeThreshold, do: func(s *scheme) {
		s.key("status-2", RoleStatus)
		s.last().Thresholds.Status = 2
	}},
	{name: "certificate by the scorecard key", step: StepSignature, code: CodeRole, do: func(s *scheme) { s.signers["cert"] = []Signer{named("score")} }},
	{name: "certificate by a root key", step: StepSignature, code: CodeRole, do: func(s *scheme) { s.signers["cert"] = []Signer{named("root-a")} }},
	{name: "scorecard by the certificate key", step: StepSignature, code: CodeRole, do: func(s *scheme) { s.signers["card2"] = []Signer{named("certify")} }},
	{name: "status by the certificate key", step: StepSignature, code: CodeRole, do: func(s *scheme) { s.signers["list"] = []Signer{named("certify")} }},
	{name: "a key of another role signs besides", step: StepSignature, code: CodeRole, do: func(s *scheme) {
		s.signers["cert"] = []Signer{named("certify"), named("score")}
	}},
	{name: "certificate key not yet valid", step: StepSignature, code: CodeKeyEarly, do: func(s *scheme) { s.of("certify").ValidFrom = instantOf("2026-11-05T23:00:01Z") }},
	{name: "certificate key no longer valid", step: StepSignature, code: CodeKeyLate, do: func(s *scheme) { s.of("certify").ValidUntil = instantOf("2026-11-05T23:00:00Z") }},
	{name: "scorecard key not yet valid", step: StepSignature, code: CodeKeyEarly, do: func(s *scheme) { s.of("score").ValidFrom = instantOf("2026-06-03T00:00:00Z") }},
	{name: "scorecard key no longer valid", step: StepSignature, code: CodeKeyLate, do: func(s *scheme) { s.of("score").ValidUntil = instantOf("2026-11-01T00:00:00Z") }},
	{name: "status key no longer valid", step: StepSignature, code: CodeKeyLate, do: func(s *scheme) { s.of("status").ValidUntil = instantOf("2026-11-20T00:00:00Z") }},
	{name: "certificate key revoked before it signed", step: StepSignature, code: CodeKeyRevoked, do: func(s *scheme) { s.of("certify").RevokedAt = instantOf("2026-11-05T23:00:00Z") }},
	{name: "scorecard key revoked before it signed", step: StepSignature, code: CodeKeyRevoked, do: func(s *scheme) { s.of("score").RevokedAt = instantOf("2026-11-01T00:00:00Z") }},
	{name: "status key revoked before it signed", step: StepSignature, code: CodeKeyRevoked, do: func(s *scheme) { s.of("status").RevokedAt = instantOf("2026-11-19T00:00:00Z") }},
	{name: "a known scorecard by a stranger", step: StepSignature, code: CodeUnknownKey, do: func(s *scheme) {
		s.trust.Known = []*Envelope{s.sign("known", s.cards[0], named("stranger"))}
	}},
}

var rootAttacks = []attack{
	{name: "root rolled back", step: StepSignature, code: CodeRootVersion, do: func(s *scheme) {
		old := s.last()
		s.trust.Root = s.rotate()
		s.roots[1] = old // the bundle's: version 1 behind the pinned version 2
	}},
	{name: "the pinned root once more", step: StepSignature, code: CodeRootVersion, do: func(s *scheme) { s.rotate().Version = 1 }},
	{name: "root skipped", step: StepSignature, code: CodeRootVersion, do: func(s *scheme) { s.rotate().Version = 3 }},
	{name: "a root dated before the one it follows", step: StepSignature, code: CodeRootVersion, do: func(s *scheme) { s.rotate().Issued = instantOf("2025-12-31T00:00:00Z") }},
	{name: "root of another scheme", step: StepSignature, code: CodeRootScheme, do: func(s *scheme) { s.rotate().Scheme = "other.example" }},
	{name: "self-signed root", step: StepSignature, code: CodeRootOld, do: func(s *scheme) {
		s.rotate()
		s.key("mine-a", RoleRoot)
		s.key("mine-b", RoleRoot)
		s.signers["root1"] = []Signer{named("mine-a"), named("mine-b")}
	}},
	{name: "root signed by one key of the old one", step: StepSignature, code: CodeRootOld, do: func(s *scheme) {
		s.rotate()
		s.key("mine-a", RoleRoot)
		s.signers["root1"] = []Signer{named("root-a"), named("mine-a")}
	}},
	{name: "root signed by one key twice", step: StepSignature, code: CodeSignedTwice, do: func(s *scheme) {
		s.rotate()
		s.signers["root1"] = []Signer{named("root-a"), named("root-a")}
	}},
	{name: "root below its own threshold", step: StepSignature, code: CodeRootNew, do: func(s *scheme) {
		s.rotate().Thresholds.Root = 3
	}},
	{name: "root whose new keys did not sign", step: StepSignature, code: CodeRootNew, do: func(s *scheme) {
		r := s.rotate()
		r.Keys = slices.DeleteFunc(r.Keys, func(k Key) bool { return slices.Contains(k.Roles, RoleRoot) })
		s.key("new-a", RoleRoot)
		s.key("new-b", RoleRoot)
	}},
	{name: "root signed by a scorecard key", step: StepSignature, code: CodeRootOld, do: func(s *scheme) {
		s.rotate()
		s.signers["root1"] = []Signer{named("root-a"), named("score")}
	}},
	{name: "root signed by a stranger besides", step: StepSignature, code: CodeUnknownKey, do: func(s *scheme) {
		s.rotate()
		s.signers["root1"] = []Signer{named("root-a"), named("root-b"), named("stranger")}
	}},
	{name: "root key no longer valid", step: StepSignature, code: CodeRootOld, do: func(s *scheme) {
		s.of("root-b").ValidUntil = instantOf("2026-01-15T00:00:00Z")
		s.rotate()
	}},
	{name: "root key revoked", step: StepSignature, code: CodeRootNew, do: func(s *scheme) {
		s.rotate()
		s.of("root-b").RevokedAt = instantOf("2026-01-15T00:00:00Z")
	}},
	{name: "a bit of a root", step: StepSignature, code: CodeSignature, do: func(s *scheme) {
		s.rotate()
		s.bundle = func(b *Bundle) {
			b.Roots[0].Payload = []byte(strings.Replace(string(b.Roots[0].Payload), `"root":2`, `"root":1`, 1))
		}
	}},
	{name: "a statement in the place of a root", step: StepSignature, code: CodeRootShape, do: func(s *scheme) {
		s.rotate()
		s.types["root1"] = TypeStatement
	}},
	{name: "root that is not canonical", step: StepSignature, code: CodeRootShape, do: func(s *scheme) {
		s.rotate()
		payload(s, "root1", `{"issued"`, `{ "issued"`)
	}},
	{name: "one key under two ids", step: StepSignature, code: CodeRootShape, do: func(s *scheme) {
		k := *s.of("certify")
		s.rotate()
		k.KeyID = strings.Repeat("0", 64)
		s.last().Keys = append(s.last().Keys, k)
		s.last().Sort()
	}},
	{name: "one key twice", step: StepSignature, code: CodeRootShape, do: func(s *scheme) {
		s.rotate()
		s.key("certify", RoleCertify)
	}},
	{name: "a key of small order", step: StepSignature, code: CodeRootShape, do: func(s *scheme) {
		s.rotate()
		s.last().Keys[0].SPKI = append(spkiHead[:len(spkiHead):len(spkiHead)], make([]byte, 32)...)
		s.last().Keys[0].KeyID = keyID(s.last().Keys[0].SPKI)
		s.last().Sort()
	}},
	{name: "a key written in a second way", step: StepSignature, code: CodeRootShape, do: func(s *scheme) {
		s.rotate()
		s.last().Keys[0].SPKI = append(spkiHead[:len(spkiHead):len(spkiHead)], notReduced()...)
		s.last().Keys[0].KeyID = keyID(s.last().Keys[0].SPKI)
		s.last().Sort()
	}},
	{name: "a key of another algorithm", step: StepSignature, code: CodeRootShape, do: func(s *scheme) {
		s.rotate()
		s.last().Keys[0].Alg = "ed448"
	}},
	{name: "a key with a made-up role", step: StepSignature, code: CodeRootShape, do: func(s *scheme) {
		s.rotate()
		s.last().Keys[0].Roles = []Role{"everything"}
	}},
	{name: "a threshold of zero", step: StepSignature, code: CodeRootShape, do: func(s *scheme) { s.rotate().Thresholds.Certify = 0 }},
	{name: "a threshold that no keys can reach", step: StepSignature, code: CodeRootShape, do: func(s *scheme) { s.rotate().Thresholds.Status = 2 }},
	{name: "signed by a key that the next root dropped", step: StepSignature, code: CodeUnknownKey, do: func(s *scheme) {
		r := s.rotate()
		s.key("certify-2", RoleCertify)
		r.Keys = slices.DeleteFunc(r.Keys, func(k Key) bool { return k.KeyID == named("certify").id })
	}},
	{name: "revoked by the next root", step: StepSignature, code: CodeKeyRevoked, do: func(s *scheme) {
		s.rotate()
		s.of("certify").RevokedAt = instantOf("2026-11-01T00:00:00Z")
	}},
	{name: "the next root is left out", step: StepSignature, code: CodeUnknownKey, do: func(s *scheme) {
		s.rotate()
		s.key("certify-2", RoleCertify)
		s.signers["cert"] = []Signer{named("certify-2")}
		s.bundle = func(b *Bundle) { b.Roots = nil }
	}},
	{name: "a witness under two names", step: StepSignature, code: CodeRootShape, do: func(s *scheme) {
		s.rotate()
		s.withLog()
		key, err := NoteKey("w4.example", named("w1").Public(), true)
		require.NoError(s.t, err)
		s.last().Log.Witnesses = append(s.last().Log.Witnesses, key)
	}},
	{name: "the log as its own witness", step: StepSignature, code: CodeRootShape, do: func(s *scheme) {
		s.rotate()
		s.withLog()
		key, err := NoteKey("w4.example", named("log").Public(), true)
		require.NoError(s.t, err)
		s.last().Log.Witnesses = append(s.last().Log.Witnesses, key)
	}},
	{name: "a quorum of zero", step: StepSignature, code: CodeRootShape, do: func(s *scheme) {
		s.rotate()
		s.withLog()
		s.last().Log.Quorum = 0
	}},
}
