package attest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
)

// Signer signs messages with one Ed25519 key. It has a single method so that
// the key can stay in a KMS or an HSM; [ParseKey] gives the signer for a key
// in a file.
type Signer interface {
	Sign(ctx context.Context, message []byte) (Signature, error)
}

// PrivateKey is an Ed25519 key in memory. It is a [Signer].
type PrivateKey struct {
	key ed25519.PrivateKey
	id  string
}

// pkcs8Head is the DER of a PKCS #8 key up to the 32 bytes of an Ed25519 seed
// (RFC 8410, section 7), as OpenSSL writes it.
var pkcs8Head = [16]byte{0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20}

// KeyFromSeed gives the key that belongs to 32 secret bytes. Whoever asks for
// it brings the randomness.
func KeyFromSeed(seed [32]byte) *PrivateKey {
	key := ed25519.NewKeyFromSeed(seed[:])
	return &PrivateKey{key, keyID(spki(key.Public().(ed25519.PublicKey)))}
}

// ParseKey reads a private key in PEM, as this makes one:
//
//	openssl genpkey -algorithm ed25519
func ParseKey(text []byte) (*PrivateKey, error) {
	block, rest := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the key is no PEM")
	}
	if block.Type != "PRIVATE KEY" || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("the PEM is not one private key without a password")
	}
	seed, ours := bytes.CutPrefix(block.Bytes, pkcs8Head[:])
	if !ours || len(seed) != ed25519.SeedSize {
		return nil, errors.New("the private key is not an Ed25519 key in PKCS #8")
	}
	return KeyFromSeed([32]byte(seed)), nil
}

// PEM writes the private key as [ParseKey] reads it.
func (k *PrivateKey) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: append(pkcs8Head[:len(pkcs8Head):len(pkcs8Head)], k.key.Seed()...)})
}

// Public is the key that verifies, without roles or times.
func (k *PrivateKey) Public() Key {
	return Key{Alg: algorithm, KeyID: k.id, SPKI: spki(k.key.Public().(ed25519.PublicKey))}
}

// Sign signs the message. It never fails.
func (k *PrivateKey) Sign(_ context.Context, message []byte) (Signature, error) {
	return Signature{KeyID: k.id, Sig: ed25519.Sign(k.key, message)}, nil
}

// ParsePublicKey reads a public key in PEM, as this writes it:
//
//	openssl pkey -in key.pem -pubout
func ParsePublicKey(text []byte) (Key, error) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "PUBLIC KEY" || len(bytes.TrimSpace(rest)) > 0 {
		return Key{}, errors.New("the PEM is not one public key")
	}
	if _, err := publicKey(block.Bytes); err != nil {
		return Key{}, err
	}
	return Key{Alg: algorithm, KeyID: keyID(block.Bytes), SPKI: block.Bytes}, nil
}

// PEM writes the public key as [ParsePublicKey] reads it.
func (k Key) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: k.SPKI})
}
