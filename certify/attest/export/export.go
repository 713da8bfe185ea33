// Package export writes what attest signs in the forms that other tools read.
//
// [SigstoreBundle] wraps an envelope for Sigstore's verifiers, which are then
// given the public key; [Credential] is a certificate as a W3C Verifiable
// Credential secured with JOSE; [Summary] is what an insurer signs about its
// own verification, for policy tools that read SLSA summaries:
//
//	text, err := export.SigstoreBundle(certificate)
//	token, err := export.Credential(ctx, certificate, "https://issuer.example", keyID, signer)
//	e, err := attest.Sign(ctx, summary, insurersKey)
//
// None of them is needed to check a bundle, and none says more than the
// certificate does: whether it is in force is for the status list to say.
package export

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/go-json-experiment/json"
)

// SigstoreBundle wraps an envelope with one signature, as version 0.3 of the
// format has it (https://docs.sigstore.dev/about/bundle/). The key is named by
// its id.
func SigstoreBundle(e *attest.Envelope) ([]byte, error) {
	if len(e.Signatures) != 1 {
		return nil, errors.New("a Sigstore bundle holds one signature")
	}
	type signature struct {
		Sig   []byte `json:"sig"`
		KeyID string `json:"keyid"`
	}
	var out struct {
		MediaType            string `json:"mediaType"`
		VerificationMaterial struct {
			PublicKey struct {
				Hint string `json:"hint"`
			} `json:"publicKey"`
		} `json:"verificationMaterial"`
		Envelope struct {
			Payload     []byte      `json:"payload"`
			PayloadType string      `json:"payloadType"`
			Signatures  []signature `json:"signatures"`
		} `json:"dsseEnvelope"`
	}
	out.MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"
	out.VerificationMaterial.PublicKey.Hint = e.Signatures[0].KeyID
	out.Envelope.Payload, out.Envelope.PayloadType = e.Payload, e.PayloadType
	out.Envelope.Signatures = []signature{{e.Signatures[0].Sig, e.Signatures[0].KeyID}}
	return json.Marshal(out)
}

// credential is a certificate in the terms of
// https://www.w3.org/TR/vc-data-model-2.0/.
type credential struct {
	Context    []any              `json:"@context"`
	Type       []string           `json:"type"`
	Issuer     string             `json:"issuer"`
	ValidFrom  attest.Instant     `json:"validFrom"`
	ValidUntil *attest.Instant    `json:"validUntil,omitempty"`
	Subject    credentialSubject  `json:"credentialSubject"`
	Evidence   credentialEvidence `json:"evidence"`
}

type credentialSubject struct {
	ID     string              `json:"id"` // the company, as a URN
	Norm   attest.NormRef      `json:"norm"`
	Months []finding.YearMonth `json:"months"`
	Serial string              `json:"serial"`
}

type credentialEvidence struct {
	Type   []string `json:"type"`
	Digest string   `json:"digest"` // of the certificate's statement
}

// vocabulary is where terms stand that the credential does not borrow.
const vocabulary = attest.CertificateType + "#"

// Credential is the certificate in the envelope as a vc+jwt
// (https://www.w3.org/TR/vc-jose-cose/), signed anew: the envelope's signature
// is over other bytes. The issuer is a URL or DID. The company's id stands in
// the credential as urn:keurmerk:company:…. The key's id is that of the signer.
func Credential(ctx context.Context, certificate *attest.Envelope, issuer, keyID string, signer attest.Signer) (string, error) {
	s, err := attest.DecodeCertificate(certificate.Payload)
	if err != nil {
		return "", err
	}
	p := &s.Predicate
	c := credential{
		Context: []any{"https://www.w3.org/ns/credentials/v2", map[string]string{"@vocab": vocabulary}},
		Type:    []string{"VerifiableCredential", "KeurmerkCertificate"}, Issuer: issuer, ValidFrom: p.ValidFrom,
		Subject:  credentialSubject{"urn:keurmerk:company:" + p.Company, p.Norm, p.Months, p.Serial},
		Evidence: credentialEvidence{[]string{"KeurmerkStatement"}, certificate.Digest()},
	}
	if !p.ValidUntil.IsZero() {
		c.ValidUntil = &p.ValidUntil
	}
	payload, err := json.Marshal(c, json.Deterministic(true))
	if err != nil {
		return "", err
	}
	return token(ctx, payload, keyID, signer)
}

// token signs a payload as a compact JWS with EdDSA.
func token(ctx context.Context, payload []byte, keyID string, signer attest.Signer) (string, error) {
	head, err := json.Marshal(map[string]string{"alg": "EdDSA", "cty": "vc", "kid": keyID, "typ": "vc+jwt"}, json.Deterministic(true))
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	message := encode(head) + "." + encode(payload)
	signature, err := signer.Sign(ctx, []byte(message))
	if err != nil {
		return "", err
	}
	if signature.KeyID != keyID {
		return "", errors.New("the signer has another key than the credential names")
	}
	return message + "." + encode(signature.Sig), nil
}

// SummaryType is the predicate type of a [Summary].
const SummaryType = "https://slsa.dev/verification_summary/v1"

// Summary is a SLSA Verification Summary Attestation
// (https://slsa.dev/spec/v1.1/verification_summary): what whoever verified a
// bundle says about it. It is a [attest.Document], to be signed with the
// verifier's own key.
type Summary attest.Statement[SummaryPredicate]

// SummaryPredicate is what a summary says.
type SummaryPredicate struct {
	Inputs   []Resource     `json:"inputAttestations"` // the bundle
	Policy   Resource       `json:"policy"`            // the norm
	Resource string         `json:"resourceUri"`       // the company
	Time     attest.Instant `json:"timeVerified"`
	Result   string         `json:"verificationResult"` // PASSED or FAILED
	Levels   []string       `json:"verifiedLevels"`
	Verifier struct {
		ID string `json:"id"`
	} `json:"verifier"`
}

// Resource names a thing by its digest.
type Resource struct {
	Digest attest.SubjectDigest `json:"digest"`
	URI    string               `json:"uri"`
}

// NewSummary sums up the report about a bundle: at is the verifier's own
// clock, verifier a URL that names it. A report whose first four steps failed
// is about nothing; it is an error.
func NewSummary(report *attest.Report, bundle []byte, verifier string, at time.Time) (*Summary, error) {
	c := report.Certificate
	if c == nil {
		return nil, errors.New("the bundle could not be read, so there is nothing to sum up")
	}
	b, err := attest.DecodeBundle(bundle)
	if err != nil {
		return nil, err
	}
	hash := func(digest string) attest.SubjectDigest { return attest.SubjectDigest{SHA256: digest[len("sha256:"):]} }
	s := &Summary{Type: attest.StatementType, PredicateType: SummaryType,
		Subject: []attest.Subject{{Digest: hash(b.Certificate.Digest()), Name: "certificate " + c.Serial}}}
	p := &s.Predicate
	p.Inputs = []Resource{{hash(attest.Digest(bundle)), "urn:keurmerk:bundle:" + c.Serial}}
	p.Policy = Resource{hash(c.Norm.Digest), "urn:keurmerk:norm:" + c.Norm.ID + ":" + c.Norm.Version}
	p.Resource = "urn:keurmerk:company:" + c.Company
	p.Time, p.Verifier.ID = attest.At(at), verifier
	p.Result, p.Levels = "FAILED", []string{"FAILED"}
	if report.Valid {
		p.Result, p.Levels = "PASSED", []string{"KEURMERK_REPLAY_" + map[string]string{"arithmetic": "ARITHMETIC", "partial": "PARTIAL", "full": "FULL"}[report.Replay]}
	}
	return s, nil
}

// PayloadType is [attest.TypeStatement].
func (s *Summary) PayloadType() string { return attest.TypeStatement }

// Encode gives the bytes of the summary.
func (s *Summary) Encode() ([]byte, error) { return json.Marshal(s, json.Deterministic(true)) }
