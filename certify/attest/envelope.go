package attest

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The payload types of envelopes.
const (
	TypeStatement = "application/vnd.in-toto+json" // scorecards and certificates
	TypeStatus    = "application/vnd.keurmerk.status+json"
	TypeRoot      = "application/vnd.keurmerk.root+json"
)

// The bounds of an envelope.
const (
	MaxPayload    = 1 << 20 // bytes
	MaxSignatures = 16
)

// Envelope is a DSSE envelope (https://github.com/secure-systems-lab/dsse):
// bytes, what they are, and who signed both. As JSON:
//
//	{"payload":"eyJfdHlwZSI6…","payloadType":"application/vnd.in-toto+json",
//	 "signatures":[{"keyid":"1f…","sig":"q8…"}]}
type Envelope struct {
	Payload     []byte      `json:"payload"` // standard base64, padded
	PayloadType string      `json:"payloadType"`
	Signatures  []Signature `json:"signatures"`
}

// Signature is one signature and the key that is said to have made it.
type Signature struct {
	KeyID string `json:"keyid"` // SHA-256 of the key's SPKI, in hex
	Sig   []byte `json:"sig"`   // 64 bytes
}

// PAE is DSSE's pre-authentication encoding, over which signatures are made:
// what the payload is and how long both are cannot be shifted.
func PAE(payloadType string, payload []byte) []byte {
	head := "DSSEv1 " + strconv.Itoa(len(payloadType)) + " " + payloadType + " " + strconv.Itoa(len(payload)) + " "
	return append([]byte(head), payload...)
}

// Document is what can be signed: a statement, a status list or a trust root.
type Document interface {
	// PayloadType is the envelope's type for such a document.
	PayloadType() string

	// Encode gives the canonical bytes. It fails if the document breaks a rule
	// of its own.
	Encode() ([]byte, error)
}

// Sign puts the document into an envelope with a signature by each signer.
func Sign(ctx context.Context, document Document, signers ...Signer) (*Envelope, error) {
	payload, err := document.Encode()
	if err != nil {
		return nil, err
	}
	e := &Envelope{Payload: payload, PayloadType: document.PayloadType(), Signatures: make([]Signature, 0, len(signers))}
	message := PAE(e.PayloadType, payload)
	for _, s := range signers {
		signature, err := s.Sign(ctx, message)
		if err != nil {
			return nil, fmt.Errorf("can't be signed: %w", err)
		}
		e.Signatures = append(e.Signatures, signature)
	}
	return e, e.check()
}

// DecodeEnvelope reads an envelope strictly. It says nothing about signatures:
// [Verify] and [OpenRoot] do.
func DecodeEnvelope(text []byte) (*Envelope, error) {
	if len(text) > 2*MaxPayload {
		return nil, fmt.Errorf("the envelope is larger than %d bytes", 2*MaxPayload)
	}
	var e Envelope
	if err := decodeSame(text, &e); err != nil {
		return nil, fmt.Errorf("the envelope can't be read: %w", err)
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	return &e, nil
}

// decodeSame reads JSON that is not signed itself: white space and the order
// of members are free, all else must come out as it went in.
func decodeSame(text []byte, into any) error {
	if err := json.Unmarshal(text, into, json.RejectUnknownMembers(true)); err != nil {
		return plainly(err)
	}
	again, err := encodeCanonical(into)
	if err != nil {
		return err
	}
	value := jsontext.Value(text).Clone()
	if err := value.Canonicalize(); err != nil {
		return err
	}
	if string(value) != string(again) {
		return errors.New("a member is missing or null, or base64 is written in a second way")
	}
	return nil
}

// check keeps an envelope within its bounds.
func (e *Envelope) check() error {
	switch {
	case len(e.Payload) == 0:
		return errors.New("the envelope has no payload")
	case len(e.Payload) > MaxPayload:
		return fmt.Errorf("the payload is larger than %d bytes", MaxPayload)
	case len(e.PayloadType) == 0 || len(e.PayloadType) > 128:
		return errors.New("the payload type is empty or longer than 128 bytes")
	case len(e.Signatures) == 0:
		return errors.New("the envelope has no signature")
	case len(e.Signatures) > MaxSignatures:
		return fmt.Errorf("the envelope has more than %d signatures", MaxSignatures)
	}
	for i, s := range e.Signatures {
		if len(s.Sig) != 64 || !isHash(s.KeyID) {
			return fmt.Errorf("signature %d is not 64 bytes under the SHA-256 of a key", i+1)
		}
	}
	return nil
}

// JSON writes the envelope, its members in name order.
func (e *Envelope) JSON() ([]byte, error) { return encodeCanonical(e) }

// Digest is that of the payload, by which other documents refer to it.
func (e *Envelope) Digest() string { return Digest(e.Payload) }
