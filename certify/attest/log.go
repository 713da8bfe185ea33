package attest

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
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

// EntryOf is the log's entry for a signed statement. The reference stands for
// the company. The sequence of a certificate is that of its last scorecard,
// which the caller gives; other documents have their own.
func EntryOf(e *Envelope, reference string, last int) (LogEntry, error) {
	if l, err := DecodeStatus(e.Payload); err == nil {
		return LogEntry{NoCompany, e.Digest(), "status", l.Sequence}, nil
	}
	if s, err := DecodeScorecard(e.Payload); err == nil {
		return LogEntry{reference, e.Digest(), "scorecard", s.Predicate.Sequence}, nil
	}
	if _, err := DecodeCertificate(e.Payload); err != nil {
		return LogEntry{}, errors.New("the envelope holds no statement")
	}
	return LogEntry{reference, e.Digest(), "certificate", last}, nil
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
	if len(parts) != 3 || !name(parts[0]) {
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

// witness is what the log and its witnesses say of an entry.
type witness struct {
	index int64
	at    Instant // when a quorum had seen it
}

// open checks a proof for the entry under the policy.
func (p *LogPolicy) open(text string, entry LogEntry) (*witness, error) {
	proof, err := ParseProof(text)
	if err != nil {
		return nil, fault(CodeProof, "%v", err)
	}
	head, times, err := p.checkpoint(proof.Checkpoint)
	if err != nil {
		return nil, err
	}
	record, err := entry.Record()
	if err != nil {
		return nil, fault(CodeProof, "%v", err)
	}
	if proof.Index >= head.Size {
		return nil, fault(CodeInclusion, "entry %d of a log of %d", proof.Index, head.Size)
	}
	if err := tlog.CheckRecord(proof.Hashes, head.Size, head.Hash, proof.Index, tlog.RecordHash(record)); err != nil {
		return nil, fault(CodeInclusion, "entry %d of %d is not this statement", proof.Index, head.Size)
	}
	if len(times) < p.Quorum {
		return nil, fault(CodeQuorum, "%d witnesses cosigned, the root asks for %d", len(times), p.Quorum)
	}
	slices.Sort(times)
	return &witness{proof.Index, At(time.Unix(times[p.Quorum-1], 0))}, nil
}

// checkpoint opens the signed head of the log and gives the times at which
// witnesses cosigned it, one each.
func (p *LogPolicy) checkpoint(text []byte) (*Checkpoint, []int64, error) {
	log, err := parseNoteKey(p.Key, typeLog)
	if err != nil {
		return nil, nil, fault(CodeCheckpoint, "%v", err)
	}
	keys := []note.Verifier{log}
	for _, w := range p.Witnesses {
		k, err := parseNoteKey(w, typeWitness)
		if err != nil {
			return nil, nil, fault(CodeCheckpoint, "%v", err)
		}
		keys = append(keys, k)
	}
	signed, err := note.Open(text, note.VerifierList(keys...))
	if wrong, ok := errors.AsType[*note.InvalidSignatureError](err); ok && wrong.Name != log.name {
		return nil, nil, fault(CodeWitness, "the cosignature by %s does not hold", wrong.Name)
	}
	if err != nil {
		return nil, nil, fault(CodeCheckpoint, "the checkpoint can't be opened: %v", err)
	}
	if !slices.ContainsFunc(signed.Sigs, func(s note.Signature) bool { return s.Name == log.name && s.Hash == log.hash }) {
		return nil, nil, fault(CodeCheckpoint, "the log %s has not signed the checkpoint", log.name)
	}
	head, err := ParseCheckpoint(signed.Text)
	if err != nil {
		return nil, nil, fault(CodeCheckpoint, "%v", err)
	}
	if head.Origin != log.name {
		return nil, nil, fault(CodeCheckpoint, "the checkpoint is of the log %q, not %q", clip(head.Origin), log.name)
	}
	var times []int64
	for _, s := range signed.Sigs {
		if s.Name == log.name && s.Hash == log.hash {
			continue
		}
		sig, err := base64.StdEncoding.DecodeString(s.Base64)
		if err != nil || len(sig) < 4 {
			return nil, nil, fault(CodeWitness, "the cosignature by %s can't be read", s.Name)
		}
		if at, ok := cosignedAt(sig[4:]); ok {
			times = append(times, at)
		}
	}
	return head, times, nil
}

// log asks whether every statement stands in the log that the root names, seen
// by a quorum of its witnesses, in the order and at the time that it claims.
func (v *verification) log() (string, error) {
	policy := v.root.Log
	if policy == nil {
		return "the root names no log: nothing but the issuer's word says when statements were made, and that others are shown the same", errSkipped
	}
	if v.bundle.Log == nil {
		return "", fault(CodeLogMissing, "the root names a log, the bundle has no proofs from it")
	}
	var first, last, before *witness
	for _, d := range v.documents {
		if d.known {
			continue
		}
		w, err := v.logged(d, policy)
		if err != nil {
			return "", naming(d.name, err)
		}
		switch {
		case d.cert != nil:
			last = w
		case d.card != nil:
			if before != nil && (w.index <= before.index || w.at.Before(before.at.Time)) {
				return "", fault(CodeLogOrder, "%s stands in the log before the statement it follows", d.name)
			}
			before = w
			if first == nil {
				first = w
			}
			if v.rests(d) && (w.index >= last.index || w.at.After(last.at.Time)) {
				return "", fault(CodeLogOrder, "the certificate stands in the log before %s, on which it rests", d.name)
			}
		}
	}
	v.witnessed = true
	return fmt.Sprintf("entries %d to %d, each seen by %d witnesses; the certificate at %s", first.index, max(last.index, before.index), policy.Quorum, last.at.Format(instantLayout)), nil
}

// rests tells whether the certificate rests on the scorecard.
func (v *verification) rests(d *document) bool {
	return slices.ContainsFunc(v.documents[0].cert.Subject, func(s Subject) bool { return s.digest() == d.envelope.Digest() })
}

// logged checks one document's proof and what its witness time says of its
// date and its keys.
func (v *verification) logged(d *document, policy *LogPolicy) (*witness, error) {
	entry, proof := v.entry(d)
	w, err := policy.open(proof, entry)
	if err != nil {
		return nil, err
	}
	limit := v.asOf
	if v.trust.Now.After(limit) {
		limit = v.trust.Now
	}
	switch delay := w.at.Sub(d.issued().Time); {
	case delay < 0:
		return nil, fault(CodeLoggedEarly, "witnessed at %s, dated %s", w.at.Format(instantLayout), d.issued().Format(instantLayout))
	case delay > time.Duration(policy.MaxDelay)*time.Second:
		return nil, fault(CodeLoggedLate, "witnessed at %s, dated %s: more than %d seconds later", w.at.Format(instantLayout), d.issued().Format(instantLayout), policy.MaxDelay)
	case d.cert != nil && w.at.After(limit):
		return nil, fault(CodeLogAfter, "witnessed at %s, after the instant asked about", w.at.Format(instantLayout))
	}
	for _, s := range d.envelope.Signatures {
		if err := v.root.key(s.KeyID).window(w.at); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// entry is what the log must hold of the document, and the bundle's proof.
func (v *verification) entry(d *document) (LogEntry, string) {
	digest, reference := d.envelope.Digest(), v.bundle.Log.Reference
	switch {
	case d.cert != nil:
		last := 0
		for _, c := range v.cards {
			if v.rests(c) {
				last = max(last, c.card.Predicate.Sequence)
			}
		}
		return LogEntry{reference, digest, "certificate", last}, v.bundle.Log.Certificate
	case d.card != nil:
		i := slices.Index(v.cards, d)
		return LogEntry{reference, digest, "scorecard", d.card.Predicate.Sequence}, v.bundle.Log.Scorecards[i]
	}
	return LogEntry{NoCompany, digest, "status", d.list.Sequence}, v.bundle.Log.Status
}
