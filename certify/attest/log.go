package attest

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// LogEntry is what the log holds of a statement. Its canonical JSON is the
// record whose hash is a leaf of the tree.
type LogEntry struct {
	Company  string `json:"company"` // keyed reference of the company, 64 hex digits; of a status list 64 zeros
	Digest   string `json:"digest"`  // of the statement
	Kind     string `json:"kind"`    // scorecard, certificate or status
	Sequence int    `json:"sequence"`
}

// NoCompany stands for the company in entries of status lists.
const NoCompany = "0000000000000000000000000000000000000000000000000000000000000000"

// Record gives the canonical bytes.
func (e LogEntry) Record() ([]byte, error) {
	kinds := []string{"scorecard", "certificate", "status"}
	if !isHash(e.Company) || !isDigest(e.Digest) || !slices.Contains(kinds, e.Kind) || e.Sequence < 1 || e.Sequence > maxCount {
		return nil, fmt.Errorf("log entry: %+v", e)
	}
	return encodeCanonical(e)
}

// EntryOf is the log's entry for a signed statement, with a [Reference] to its
// company under the secret. A certificate bears the sequence of the last of the
// scorecards on which it rests, which must be given.
func EntryOf(e *Envelope, secret []byte, scorecards []*Envelope) (LogEntry, error) {
	if l, err := DecodeStatus(e.Payload); err == nil {
		return LogEntry{NoCompany, e.Digest(), "status", l.Sequence}, nil
	}
	if s, err := DecodeScorecard(e.Payload); err == nil {
		return LogEntry{Reference(secret, s.Predicate.Company), e.Digest(), "scorecard", s.Predicate.Sequence}, nil
	}
	c, err := DecodeCertificate(e.Payload)
	if err != nil {
		return LogEntry{}, errors.New("the envelope holds no statement")
	}
	last := 0
	for _, d := range scorecards {
		rests := slices.ContainsFunc(c.Subject, func(s Subject) bool { return s.digest() == d.Digest() })
		if s, err := DecodeScorecard(d.Payload); err == nil && rests {
			last = max(last, s.Predicate.Sequence)
		}
	}
	if last == 0 {
		return LogEntry{}, errors.New("the scorecards on which the certificate rests are not given")
	}
	return LogEntry{Reference(secret, c.Predicate.Company), e.Digest(), "certificate", last}, nil
}

// Reference stands for a company in the log: whoever has the secret can find
// the company's statements there, and nobody else can tell whose they are. It
// is an HMAC-SHA256 in hex.
func Reference(secret []byte, company string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(company))
	return hex.EncodeToString(mac.Sum(nil))
}

// The types of keys in notes: of a log, and of a witness
// (https://c2sp.org/signed-note, https://c2sp.org/tlog-cosignature).
const (
	typeLog     = 1
	typeWitness = 4
)

// noteKey verifies one line of a checkpoint. It is a [note.Verifier].
type noteKey struct {
	name string
	hash uint32
	kind byte
	key  ed25519.PublicKey
}

// parseNoteKey reads a verifier key as notes write it: name+hash+base64.
func parseNoteKey(vkey string, kind byte) (*noteKey, error) {
	bad := fmt.Errorf("%q is not a key name+hash+base64 of type %d", clip(vkey), kind)
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 || !keyName(parts[0]) {
		return nil, bad
	}
	data, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(data) != 33 || data[0] != kind || point(data[1:]) != nil {
		return nil, bad
	}
	k := &noteKey{name: parts[0], kind: kind, key: ed25519.PublicKey(data[1:])}
	k.hash = noteHash(k.name, data)
	if parts[1] != fmt.Sprintf("%08x", k.hash) {
		return nil, bad
	}
	return k, nil
}

// keyName tells whether a text can stand as a name in notes.
func keyName(s string) bool { return name(s) && !strings.Contains(s, "+") }

func noteHash(name string, data []byte) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"), data...))
	return binary.BigEndian.Uint32(sum[:4])
}

// NoteKey writes a key as [LogPolicy] names it: that of a log, or of a witness.
func NoteKey(name string, k Key, witness bool) (string, error) {
	key, err := publicKey(k.SPKI)
	if err != nil {
		return "", err
	}
	if !keyName(name) {
		return "", fmt.Errorf("%q is no name of a key: printable ASCII without spaces and plus signs", name)
	}
	data := append([]byte{typeLog}, key...)
	if witness {
		data[0] = typeWitness
	}
	return fmt.Sprintf("%s+%08x+%s", name, noteHash(name, data), base64.StdEncoding.EncodeToString(data)), nil
}

// Name is the key's name on signature lines.
func (k *noteKey) Name() string { return k.name }

// KeyHash tells keys of one name apart.
func (k *noteKey) KeyHash() uint32 { return k.hash }

// Verify tells whether the line is the key's.
func (k *noteKey) Verify(message, sig []byte) bool {
	if k.kind == typeLog {
		return verify(k.key, message, sig)
	}
	at, ok := cosignedAt(sig)
	return ok && verify(k.key, CosignedMessage(message, at), sig[8:])
}

// CosignedMessage is what a witness signs: the time in Unix seconds and the
// checkpoint (https://c2sp.org/tlog-cosignature).
func CosignedMessage(checkpoint []byte, at int64) []byte {
	return append([]byte("cosignature/v1\ntime "+strconv.FormatInt(at, 10)+"\n"), checkpoint...)
}

// cosignedAt reads the time before a cosignature: seconds since 1970.
func cosignedAt(sig []byte) (int64, bool) {
	if len(sig) != 8+ed25519.SignatureSize {
		return 0, false
	}
	at := binary.BigEndian.Uint64(sig)
	return int64(at), at < 253402300800 // the year 10000
}

// check sees that the policy can be used: no key twice under two names.
func (p *LogPolicy) check() error {
	log, err := parseNoteKey(p.Key, typeLog)
	if err != nil {
		return err
	}
	if len(p.Witnesses) > MaxWitnesses || p.Quorum < 1 || p.Quorum > len(p.Witnesses) || p.MaxDelay < 1 || p.MaxDelay > maxCount {
		return fmt.Errorf("quorum is %d of %d witnesses, maxDelaySeconds %d", p.Quorum, len(p.Witnesses), p.MaxDelay)
	}
	keys := []string{string(log.key)}
	for _, w := range p.Witnesses {
		k, err := parseNoteKey(w, typeWitness)
		if err != nil {
			return err
		}
		if slices.Contains(keys, string(k.key)) {
			return fmt.Errorf("the key of witness %s is there under two names", k.name)
		}
		keys = append(keys, string(k.key))
	}
	return nil
}

// Checkpoint is the head of a log: how many entries it has, and the hash of
// their tree.
type Checkpoint struct {
	Origin string // name of the log
	Size   int64
	Hash   tlog.Hash
}

// String writes the checkpoint as logs sign it
// (https://c2sp.org/tlog-checkpoint), without extension lines.
func (c *Checkpoint) String() string { return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Hash) }

// ParseCheckpoint reads what [Checkpoint.String] writes. Extension lines are
// refused: nobody agreed on what they would mean.
func ParseCheckpoint(text string) (*Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] == "" {
		return nil, errors.New("a checkpoint has three lines: origin, size and hash")
	}
	c := &Checkpoint{Origin: lines[0]}
	var err error
	if c.Size, err = decimal(lines[1]); err != nil {
		return nil, err
	}
	hash, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(hash) != tlog.HashSize {
		return nil, errors.New("the hash of the tree is not 32 bytes in base64")
	}
	c.Hash = tlog.Hash(hash)
	return c, nil
}

// Extends checks a proof that this log is the older one continued: every entry
// that the older checkpoint counted is in it, unchanged and in its place.
func (c *Checkpoint) Extends(older *Checkpoint, proof tlog.TreeProof) error {
	switch {
	case older.Origin != c.Origin:
		return fmt.Errorf("a checkpoint of %q does not continue one of %q", clip(c.Origin), clip(older.Origin))
	case older.Size > c.Size:
		return fmt.Errorf("a log of %d entries does not continue one of %d", c.Size, older.Size)
	case older.Size == c.Size && older.Hash != c.Hash:
		return fmt.Errorf("two histories of %d entries", c.Size)
	case older.Size == c.Size || older.Size == 0:
		if len(proof) > 0 {
			return errors.New("a proof where there is nothing to prove")
		}
		return nil
	}
	return tlog.CheckTree(proof, c.Size, c.Hash, older.Size, older.Hash)
}

// decimal reads a number that is written in one way only.
func decimal(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != s {
		return 0, fmt.Errorf("%q is not a decimal number", clip(s))
	}
	return n, nil
}

// Proof shows that an entry stands in a log: where, the hashes beside its path
// to the root of the tree, and the signed head of it
// (https://c2sp.org/tlog-proof).
type Proof struct {
	Index      int64
	Hashes     tlog.RecordProof
	Checkpoint []byte // a signed note
}

const proofHead = "c2sp.org/tlog-proof@v1"

// Text writes the proof.
func (p *Proof) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nindex %d\n", proofHead, p.Index)
	for _, h := range p.Hashes {
		fmt.Fprintln(&b, h)
	}
	b.WriteByte('\n')
	b.Write(p.Checkpoint)
	return b.String()
}

// ParseProof reads what [Proof.Text] writes. Extra data, which nobody signs,
// is refused.
func ParseProof(text string) (*Proof, error) {
	if len(text) > MaxProof {
		return nil, fmt.Errorf("the proof is larger than %d bytes", MaxProof)
	}
	head, checkpoint, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != proofHead || !strings.HasPrefix(lines[1], "index ") {
		return nil, errors.New("it is no proof: " + proofHead + ", index, hashes, an empty line and a checkpoint")
	}
	p := &Proof{Checkpoint: []byte(checkpoint), Hashes: tlog.RecordProof{}}
	var err error
	if p.Index, err = decimal(strings.TrimPrefix(lines[1], "index ")); err != nil {
		return nil, err
	}
	for _, line := range lines[2:] {
		hash, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize || strings.ContainsAny(line, "\r\n") {
			return nil, errors.New("a hash is not 32 bytes in base64")
		}
		p.Hashes = append(p.Hashes, tlog.Hash(hash))
	}
	return p, nil
}
