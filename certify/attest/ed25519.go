package attest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// spkiHead is the DER of a SubjectPublicKeyInfo up to the 32 bytes of an
// Ed25519 key (RFC 8410, section 4). There is no other way to write one, so
// nothing is parsed.
var spkiHead = [12]byte{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00}

var (
	errKeyLength  = errors.New("an Ed25519 key is an SPKI of 44 bytes (RFC 8410)")
	errSmallOrder = errors.New("a point of small order")
	errNotReduced = errors.New("a point that is not written in its one canonical form")
)

// point refuses what RFC 8032 lets an implementation choose about: points of
// small order, and a second way of writing a coordinate.
func point(p []byte) error {
	var y [32]byte
	copy(y[:], p)
	y[31] &= 0x7f
	switch hex.EncodeToString(y[:]) {
	// The y-coordinates of the eight points of small order. A signature by such
	// a key holds for many messages.
	case "0100000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05":
		return errSmallOrder
	}
	// p = 2^255 - 19: everything from ed ff … ff 7f on is another's second name.
	if y[0] >= 0xed && y[31] == 0x7f && bytes.Count(y[1:31], []byte{0xff}) == 30 {
		return errNotReduced
	}
	return nil
}

// publicKey reads the key in an SPKI and refuses keys that no honest signer
// has.
func publicKey(spki []byte) (ed25519.PublicKey, error) {
	key, ours := bytes.CutPrefix(spki, spkiHead[:])
	if !ours || len(key) != ed25519.PublicKeySize {
		return nil, errKeyLength
	}
	if err := point(key); err != nil {
		return nil, fmt.Errorf("the key is %w", err)
	}
	return ed25519.PublicKey(key), nil
}

// verify tells whether the signature is the key's over the message. What it
// takes, every implementation takes: the key was read by publicKey, R is
// neither of small order nor written twice over, and S is reduced, which
// crypto/ed25519 sees to.
func verify(key ed25519.PublicKey, message, sig []byte) bool {
	return len(key) == ed25519.PublicKeySize && len(sig) == ed25519.SignatureSize &&
		point(sig[:32]) == nil && ed25519.Verify(key, message, sig)
}

// spki writes the key as a SubjectPublicKeyInfo.
func spki(key ed25519.PublicKey) []byte {
	return append(spkiHead[:len(spkiHead):len(spkiHead)], key...)
}

// keyID is the name of a key: the SHA-256 of its SPKI, in hex.
func keyID(spki []byte) string {
	sum := sha256.Sum256(spki)
	return hex.EncodeToString(sum[:])
}
