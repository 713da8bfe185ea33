package attest

import (
	"cmp"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
)

// Role is what a key may sign.
type Role string

// The roles.
const (
	RoleRoot    Role = "root"    // the next trust root
	RoleScore   Role = "score"   // scorecards
	RoleCertify Role = "certify" // certificates
	RoleStatus  Role = "status"  // status lists
)

var roles = []Role{RoleCertify, RoleRoot, RoleScore, RoleStatus} // in order of name

const algorithm = "ed25519"

// The bounds of a root.
const (
	MaxKeys      = 256
	MaxWitnesses = 32
)

// Root says whom to believe: the keys of a scheme, what each may sign and
// when. An insurer pins one; each later one is signed by a threshold of the
// keys of the one before and by a threshold of its own.
type Root struct {
	Issued     Instant    `json:"issued"`
	Keys       []Key      `json:"keys"` // in order of keyid, each once
	Log        *LogPolicy `json:"log,omitempty"`
	Scheme     string     `json:"scheme"` // such as cyberkeurmerk.nl
	Thresholds Thresholds `json:"thresholds"`
	Version    int        `json:"version"` // 1, 2, 3, …
}

// Key is a public key, what it may sign and when.
type Key struct {
	Alg        string  `json:"alg"`                // ed25519
	KeyID      string  `json:"keyid"`              // SHA-256 of the SPKI, in hex
	RevokedAt  Instant `json:"revokedAt,omitzero"` // from here on it may not be believed
	Roles      []Role  `json:"roles"`              // in order of name, each once
	SPKI       []byte  `json:"spki"`               // DER, in base64
	ValidFrom  Instant `json:"validFrom"`
	ValidUntil Instant `json:"validUntil,omitzero"` // exclusive
}

// Thresholds are how many different keys must have signed.
type Thresholds struct {
	Certify int `json:"certify"`
	Root    int `json:"root"`
	Score   int `json:"score"`
	Status  int `json:"status"`
}

func (t Thresholds) of(r Role) int {
	switch r {
	case RoleCertify:
		return t.Certify
	case RoleRoot:
		return t.Root
	case RoleScore:
		return t.Score
	default:
		return t.Status
	}
}

// LogPolicy names the log in which every statement must stand, and who
// watches it. Keys are written as golang.org/x/mod/sumdb/note writes them;
// those of witnesses are of type 4 (https://c2sp.org/tlog-cosignature).
type LogPolicy struct {
	Key       string   `json:"key"`             // of the log: name+hash+base64
	MaxDelay  int      `json:"maxDelaySeconds"` // between a statement's own date and its witness time
	Quorum    int      `json:"quorum"`          // witnesses that must have cosigned
	Witnesses []string `json:"witnesses"`       // different keys
}

// PayloadType is [TypeRoot].
func (r *Root) PayloadType() string { return TypeRoot }

// Encode gives the canonical bytes of the root. Keys and their roles must be
// in order.
func (r *Root) Encode() ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	return encodeCanonical(r)
}

// decodeRoot reads a root's payload.
func decodeRoot(payload []byte) (*Root, error) {
	return decodeDocument[Root]("root", payload)
}

// Sort puts keys and roles in the order that a root needs.
func (r *Root) Sort() {
	for _, k := range r.Keys {
		slices.Sort(k.Roles)
	}
	slices.SortFunc(r.Keys, func(a, b Key) int { return cmp.Compare(a.KeyID, b.KeyID) })
}

// Check reports every rule that the root breaks, joined; nil if none.
func (r *Root) Check() error {
	var faults []error
	must := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf("root: "+format, args...))
		}
	}
	must(r.Version >= 1, "version is %d, must be at least 1", r.Version)
	must(name(r.Scheme), "scheme is %q, must be 1 to 128 printable ASCII characters", r.Scheme)
	must(!r.Issued.IsZero(), "issued is missing")
	must(len(r.Keys) <= MaxKeys, "there are more than %d keys", MaxKeys)
	for i := range r.Keys {
		if err := r.Keys[i].check(); err != nil {
			must(false, "keys[%d]: %v", i, err)
		}
		must(i == 0 || r.Keys[i-1].KeyID < r.Keys[i].KeyID, "keys[%d] is not in order of keyid, or there twice", i)
	}
	for _, role := range roles {
		n := 0
		for _, k := range r.Keys {
			if slices.Contains(k.Roles, role) {
				n++
			}
		}
		must(r.Thresholds.of(role) >= 1 && r.Thresholds.of(role) <= n, "thresholds.%s is %d, there are %d such keys", role, r.Thresholds.of(role), n)
	}
	if r.Log != nil {
		if err := r.Log.check(); err != nil {
			must(false, "log: %v", err)
		}
	}
	return errors.Join(faults...)
}

func (k *Key) check() error {
	if k.Alg != algorithm {
		return fmt.Errorf("alg is %q, must be %s", k.Alg, algorithm)
	}
	if _, err := publicKey(k.SPKI); err != nil {
		return err
	}
	if k.KeyID != keyID(k.SPKI) {
		return errors.New("keyid is not the SHA-256 of the SPKI")
	}
	if len(k.Roles) == 0 {
		return errors.New("the key has no role")
	}
	for i, r := range k.Roles {
		if !slices.Contains(roles, r) || i > 0 && k.Roles[i-1] >= r {
			return fmt.Errorf("roles %v: certify, root, score or status, in this order, each once", k.Roles)
		}
	}
	if k.ValidFrom.IsZero() || !k.ValidUntil.IsZero() && !k.ValidFrom.Before(k.ValidUntil.Time) {
		return errors.New("validFrom is missing or not before validUntil")
	}
	return nil
}

// name tells whether a text can stand as an identifier: printable ASCII, so
// that no two look alike.
func name(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(s) > 0 && len(s) <= 128
}

// key finds a key by its id.
func (r *Root) key(id string) *Key {
	i, found := slices.BinarySearchFunc(r.Keys, id, func(k Key, id string) int { return cmp.Compare(k.KeyID, id) })
	if !found {
		return nil
	}
	return &r.Keys[i]
}

// public is the key's point; it was checked when the root was read.
func (k *Key) public() ed25519.PublicKey { return ed25519.PublicKey(k.SPKI[len(spkiHead):]) }

// OpenRoot reads the trust root that an insurer pins: its envelope, signed by
// a threshold of its own keys. That shows that the file is whole, not that it
// is the right one, which is for the insurer to know.
func OpenRoot(text []byte) (*Root, error) {
	e, err := DecodeEnvelope(text)
	if err != nil {
		return nil, err
	}
	if e.PayloadType != TypeRoot {
		return nil, fmt.Errorf("the envelope holds %q, not a trust root", e.PayloadType)
	}
	r, err := decodeRoot(e.Payload)
	if err != nil {
		return nil, err
	}
	if err := openRoot(e, r, r); err != nil {
		return nil, err
	}
	return r, nil
}

// Rotate opens the root that follows this one: its version is the next, and a
// threshold of this root's keys and one of its own have signed it.
func (r *Root) Rotate(e *Envelope) (*Root, error) {
	if err := e.check(); err != nil {
		return nil, fault(CodeRootShape, "%v", err)
	}
	if e.PayloadType != TypeRoot {
		return nil, fault(CodeRootShape, "the envelope holds %q, not a trust root", e.PayloadType)
	}
	next, err := decodeRoot(e.Payload)
	if err != nil {
		return nil, fault(CodeRootShape, "%v", err)
	}
	switch {
	case next.Version != r.Version+1:
		return nil, fault(CodeRootVersion, "root %d can't follow root %d", next.Version, r.Version)
	case next.Scheme != r.Scheme:
		return nil, fault(CodeRootScheme, "the root is of the scheme %q, not %q", next.Scheme, r.Scheme)
	case next.Issued.Before(r.Issued.Time):
		return nil, fault(CodeRootVersion, "root %d was issued before root %d", next.Version, r.Version)
	}
	if err := openRoot(e, r, next); err != nil {
		return nil, err
	}
	return next, nil
}

// openRoot counts the signatures that a root has by keys of the old root and
// by its own. The two may be one.
func openRoot(e *Envelope, old, next *Root) error {
	signers, err := signersOf(e, func(id string) *Key {
		if k := next.key(id); k != nil {
			return k
		}
		return old.key(id)
	})
	if err != nil {
		return err
	}
	if n := old.count(signers, next.Issued); n < old.Thresholds.Root {
		return fault(CodeRootOld, "root %d is signed by %d keys of root %d, which asks for %d", next.Version, n, old.Version, old.Thresholds.Root)
	}
	if n := next.count(signers, next.Issued); n < next.Thresholds.Root {
		return fault(CodeRootNew, "root %d is signed by %d of its own keys and asks for %d", next.Version, n, next.Thresholds.Root)
	}
	return nil
}

// count says how many of the signers this root lets sign roots at the time.
func (r *Root) count(signers []*Key, at Instant) int {
	n := 0
	for _, s := range signers {
		if k := r.key(s.KeyID); k != nil && slices.Contains(k.Roles, RoleRoot) && k.window(at) == nil {
			n++
		}
	}
	return n
}

// signersOf gives the keys that signed the envelope. Every signature must
// hold, be by a key that find knows, and be the only one by that key.
func signersOf(e *Envelope, find func(id string) *Key) ([]*Key, error) {
	message := PAE(e.PayloadType, e.Payload)
	signers := make([]*Key, 0, len(e.Signatures))
	for _, s := range e.Signatures {
		k := find(s.KeyID)
		switch {
		case k == nil:
			return nil, fault(CodeUnknownKey, "signed by the key %.12s…, which the root does not know", s.KeyID)
		case !verify(k.public(), message, s.Sig):
			return nil, fault(CodeSignature, "the signature by the key %.12s… does not hold", s.KeyID)
		case slices.ContainsFunc(signers, func(other *Key) bool { return other.KeyID == k.KeyID }):
			return nil, fault(CodeSignedTwice, "the key %.12s… signed twice", s.KeyID)
		}
		signers = append(signers, k)
	}
	return signers, nil
}

// window tells whether the key may sign at the time.
func (k *Key) window(at Instant) error {
	switch {
	case at.Before(k.ValidFrom.Time):
		return fault(CodeKeyEarly, "the key %.12s… is valid from %s, the signature is of %s", k.KeyID, k.ValidFrom.Format(instantLayout), at.Format(instantLayout))
	case !k.ValidUntil.IsZero() && !at.Before(k.ValidUntil.Time):
		return fault(CodeKeyLate, "the key %.12s… is valid until %s, the signature is of %s", k.KeyID, k.ValidUntil.Format(instantLayout), at.Format(instantLayout))
	case !k.RevokedAt.IsZero() && !at.Before(k.RevokedAt.Time):
		return fault(CodeKeyRevoked, "the key %.12s… is revoked from %s, the signature is of %s", k.KeyID, k.RevokedAt.Format(instantLayout), at.Format(instantLayout))
	}
	return nil
}
