package attest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

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
		// Package note passes over spare bits of base64.
		sig, err := base64.StdEncoding.Strict().DecodeString(s.Base64)
		if err != nil || len(sig) < 4 {
			return nil, nil, fault(CodeCheckpoint, "the line of %s is not base64 in its one form", s.Name)
		}
		if s.Name == log.name && s.Hash == log.hash {
			continue
		}
		if at, ok := cosignedAt(sig[4:]); ok {
			times = append(times, at)
		}
	}
	return head, times, nil
}

// OpenCheckpoint reads the head of the log with the key, as [NoteKey] writes it,
// and sees that the log signed it. Lines of witnesses are passed over.
func OpenCheckpoint(text []byte, key string) (*Checkpoint, error) {
	head, _, err := (&LogPolicy{Key: key}).checkpoint(text)
	return head, err
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
