package bundle

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"path"
	"slices"
)

// signatureName is the file that holds a bundle's signature.
const signatureName = ".signatures.json"

// Sign signs the bundle: a JSON Web Token over the SHA-256 of each file, as
// OPA verifies it under the key with this id
// (https://www.openpolicyagent.org/docs/latest/management-bundles/#signing).
//
// The key is an Ed25519 (EdDSA), ECDSA P-256 or P-384 (ES256, ES384) or RSA
// (RS256) key. The same key and bundle give the same signature. Not every OPA
// of version 1 knows EdDSA; ES256 and RS256 all do.
func (b *Bundle) Sign(key crypto.Signer, id string) error {
	algorithm, err := algorithmOf(key)
	if err != nil {
		return err
	}
	claims := struct {
		Files []signedFile `json:"files"`
		KeyID string       `json:"keyid"`
	}{KeyID: id}
	for _, f := range b.files {
		hash, err := digest(f)
		if err != nil {
			return err
		}
		claims.Files = append(claims.Files, signedFile{f.Name, fmt.Sprintf("%x", hash), "SHA-256"})
	}
	head, err := segment(map[string]string{"alg": algorithm, "kid": id, "typ": "JWT"})
	if err != nil {
		return err
	}
	payload, err := segment(claims)
	if err != nil {
		return err
	}
	signature, err := sign(key, []byte(head+"."+payload))
	if err != nil {
		return fmt.Errorf("the bundle can't be signed: %w", err)
	}
	token := head + "." + payload + "." + base64.RawURLEncoding.EncodeToString(signature)
	b.signature, err = json.MarshalIndent(map[string][]string{"signatures": {token}}, "", "  ")
	return err
}

type signedFile struct {
	Name      string `json:"name"`
	Hash      string `json:"hash"`
	Algorithm string `json:"algorithm"`
}

// Algorithm is the name that JSON Web Signatures give to what the key does,
// such as EdDSA: what OPA is to be configured with.
func Algorithm(key crypto.Signer) (string, error) { return algorithmOf(key) }

func algorithmOf(key crypto.Signer) (string, error) {
	switch public := key.Public().(type) {
	case ed25519.PublicKey:
		return "EdDSA", nil
	case *rsa.PublicKey:
		return "RS256", nil
	case *ecdsa.PublicKey:
		switch public.Curve {
		case elliptic.P256():
			return "ES256", nil
		case elliptic.P384():
			return "ES384", nil
		}
	}
	return "", fmt.Errorf("a key of type %T can't sign a bundle: an Ed25519, ECDSA P-256 or P-384, or RSA key is needed", key.Public())
}

// sign signs without chance, so that the same input gives the same bytes.
func sign(key crypto.Signer, input []byte) ([]byte, error) {
	switch public := key.Public().(type) {
	case ed25519.PublicKey:
		return key.Sign(nil, input, crypto.Hash(0))
	case *ecdsa.PublicKey:
		if public.Curve == elliptic.P384() {
			sum := sha512.Sum384(input)
			return pair(key, sum[:], crypto.SHA384, 48)
		}
		sum := sha256.Sum256(input)
		return pair(key, sum[:], crypto.SHA256, 32)
	}
	sum := sha256.Sum256(input)
	return key.Sign(nil, sum[:], crypto.SHA256)
}

// pair is an ECDSA signature as JSON Web Signatures have it: both numbers at
// their full width.
func pair(key crypto.Signer, sum []byte, hash crypto.Hash, width int) ([]byte, error) {
	der, err := key.Sign(nil, sum, hash)
	if err != nil {
		return nil, err
	}
	var numbers struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &numbers); err != nil {
		return nil, err
	}
	signature := make([]byte, 2*width)
	numbers.R.FillBytes(signature[:width])
	numbers.S.FillBytes(signature[width:])
	return signature, nil
}

func segment(v any) (string, error) {
	text, err := json.Marshal(v)
	return base64.RawURLEncoding.EncodeToString(text), err
}

// digest is the SHA-256 of a file as OPA takes it: of a JSON document over its
// values, with members in order, so that layout does not count.
func digest(f File) ([]byte, error) {
	content := f.Data
	if f.Name == ".manifest" || path.Ext(f.Name) == ".json" {
		d := json.NewDecoder(bytes.NewReader(f.Data))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := flatten(&b, v); err != nil {
			return nil, err
		}
		content = b.Bytes()
	}
	sum := sha256.Sum256(content)
	return sum[:], nil
}

func flatten(b *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case map[string]any:
		b.WriteByte('{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quote(name) + ":")
			if err := flatten(b, v[name]); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, element := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := flatten(b, element); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case string:
		b.WriteString(quote(v))
	default:
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		b.Write(text)
	}
	return nil
}
