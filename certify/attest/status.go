package attest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// State is what a status list says of a certificate.
type State string

// The states of a certificate. Unknown is never written: it is what a missing
// or stale list comes to.
const (
	Valid     State = "valid"
	Suspended State = "suspended"
	Invalid   State = "invalid" // withdrawn, expired or issued in error
	Unknown   State = "unknown"
)

// MaxEntries is how many entries a status list can have. A larger scheme keeps
// several lists; a certificate names its own.
const MaxEntries = 8192

// StatusList says what held for each certificate and when, so that it answers
// for the day of a claim as well as for today.
type StatusList struct {
	Entries    []StatusEntry `json:"entries"` // in order of serial and from
	Issued     Instant       `json:"issued"`
	List       string        `json:"list"`       // its name, as certificates carry it
	NextUpdate Instant       `json:"nextUpdate"` // exclusive; from here on the list is stale
	Sequence   int           `json:"sequence"`   // 1, 2, 3, …: a later list takes the place of an earlier
}

// StatusEntry is one interval of one certificate. Intervals of a certificate
// follow one another without a gap; the last may be open.
type StatusEntry struct {
	Digest string  `json:"digest"` // of the certificate's statement
	From   Instant `json:"from"`
	Reason string  `json:"reason"` // a word: awarded, grace_used, hold, restored, expired, withdrawn, …
	Serial string  `json:"serial"`
	Status State   `json:"status"`
	Until  Instant `json:"until,omitzero"` // exclusive; absent: until further notice
}

// PayloadType is [TypeStatus].
func (l *StatusList) PayloadType() string { return TypeStatus }

// Encode gives the canonical bytes of the list.
func (l *StatusList) Encode() ([]byte, error) {
	if err := l.Check(); err != nil {
		return nil, err
	}
	return encodeCanonical(l)
}

// DecodeStatus reads the payload of a status list's envelope.
func DecodeStatus(payload []byte) (*StatusList, error) {
	return decodeDocument[StatusList]("status list", payload)
}

// Check reports every rule that the list breaks, joined; nil if none.
func (l *StatusList) Check() error {
	c := &statementCheck{kind: "status list"}
	c.must(name(l.List), "list is %q", l.List)
	c.must(l.Sequence >= 1 && l.Sequence <= maxCount, "sequence is %d", l.Sequence)
	c.must(!l.Issued.IsZero() && l.Issued.Before(l.NextUpdate.Time), "issued is missing or not before nextUpdate")
	c.must(l.Entries != nil && len(l.Entries) <= MaxEntries, "there are more than %d entries, or none at all", MaxEntries)
	for i := range l.Entries {
		if err := l.entry(i); err != nil {
			c.must(false, "entries[%d]: %v", i, err)
		}
	}
	return errors.Join(c.faults...)
}

// Sort puts the entries in the order that a list needs.
func (l *StatusList) Sort() {
	slices.SortStableFunc(l.Entries, func(a, b StatusEntry) int {
		return cmp.Or(cmp.Compare(a.Serial, b.Serial), a.From.Compare(b.From.Time))
	})
}

// DecodeStatusEntry reads one interval, strictly. Whether it fits into a list
// is for [StatusList.Check] to see.
func DecodeStatusEntry(text []byte) (*StatusEntry, error) {
	var e StatusEntry
	if err := decodeSame(text, &e); err != nil {
		return nil, err
	}
	return &e, nil
}

// FirstEntry is the interval with which a new certificate enters its list:
// valid from its own date on, until further notice.
func FirstEntry(certificate *Envelope) (StatusEntry, error) {
	c, err := DecodeCertificate(certificate.Payload)
	if err != nil {
		return StatusEntry{}, err
	}
	return StatusEntry{Digest: certificate.Digest(), From: c.Predicate.ValidFrom, Reason: "awarded", Serial: c.Predicate.Serial, Status: Valid}, nil
}

func (l *StatusList) entry(i int) error {
	e := &l.Entries[i]
	switch {
	case !name(e.Serial) || !isDigest(e.Digest):
		return fmt.Errorf("serial %q or digest %q", e.Serial, e.Digest)
	case !name(e.Reason):
		return fmt.Errorf("reason is %q, must be a word", e.Reason)
	case e.Status != Valid && e.Status != Suspended && e.Status != Invalid:
		return fmt.Errorf("status is %q: valid, suspended or invalid", e.Status)
	case e.From.IsZero() || !e.Until.IsZero() && !e.From.Before(e.Until.Time):
		return errors.New("from is missing or not before until")
	case e.From.After(l.Issued.Time):
		return errors.New("it begins after the list was issued")
	case i == 0 || l.Entries[i-1].Serial < e.Serial:
		return nil
	case l.Entries[i-1].Serial > e.Serial:
		return errors.New("it is not in order of serial")
	case l.Entries[i-1].Digest != e.Digest:
		return errors.New("one serial stands for two certificates")
	case !l.Entries[i-1].Until.Equal(e.From.Time):
		return errors.New("it does not begin where the one before it ends")
	}
	return nil
}

// of gives the intervals of the certificate.
func (l *StatusList) of(serial string) []StatusEntry {
	first := slices.IndexFunc(l.Entries, func(e StatusEntry) bool { return e.Serial == serial })
	if first < 0 {
		return nil
	}
	own := l.Entries[first:]
	if end := slices.IndexFunc(own, func(e StatusEntry) bool { return e.Serial != serial }); end >= 0 {
		own = own[:end]
	}
	return own
}
