package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
)

// MaxName is how long a company's id and an entry's may be in a ledger: 1024
// bytes each. Databases can't index much longer ones.
const MaxName = 1024

// Link is where a company's chain ends, and so what its next entry follows
// from. The zero Link is that of a company without entries.
type Link struct {
	Sequence int    // of the last entry, from 1
	Digest   string // of its line
}

// Next gives the entry as the company's next one, the line to keep it by and
// the link that it makes. The entry is the one that the line reads back as:
// numbered, chained and in UTC. What can't be kept is a
// [*certify.EntryError]: an entry that is wrong in itself, longer than
// [certify.MaxLine], or with an id or company that is longer than [MaxName]
// or holds U+0000, which databases don't take.
func (l Link) Next(e certify.Entry) (kept certify.Entry, line []byte, next Link, err error) {
	return l.next(e, "", false)
}

// next is Next for a file, where lines are chained too and more of them may
// have been appended together.
func (l Link) next(e certify.Entry, chain string, more bool) (certify.Entry, []byte, Link, error) {
	for _, t := range []*time.Time{&e.Recorded, &e.At, &e.Until} {
		*t = t.UTC()
	}
	e.Sequence, e.Previous, e.Chain, e.More = l.Sequence+1, l.Digest, chain, more
	refused := func(format string, args ...any) (certify.Entry, []byte, Link, error) {
		return certify.Entry{}, nil, l, &certify.EntryError{ID: e.ID, Company: e.Company, Faults: []string{fmt.Sprintf(format, args...)}}
	}
	if err := e.Check(); err != nil {
		return certify.Entry{}, nil, l, err
	}
	for _, name := range []struct{ of, is string }{{"id", e.ID}, {"company", e.Company}} {
		switch {
		case len(name.is) > MaxName:
			return refused("%s is longer than %d bytes", name.of, MaxName)
		case strings.ContainsRune(name.is, 0):
			return refused("%s holds U+0000", name.of)
		}
	}
	line, err := e.MarshalJSON()
	if err != nil {
		return refused("it can't be written: %v", err)
	}
	if len(line) > certify.MaxLine {
		return refused("it is longer than %d bytes", certify.MaxLine)
	}
	// What could not be read again would spoil the ledger for good.
	var kept certify.Entry
	if err := kept.UnmarshalJSON(line); err != nil {
		return refused("it could not be read again: %v", err)
	}
	return kept, line, Link{e.Sequence, Digest(line)}, nil
}

// Check tells why an entry that was read can't be the company's next one: its
// number or the digest it carries is another than the link's.
func (l Link) Check(e *certify.Entry) error {
	switch {
	case e.Sequence != l.Sequence+1:
		return fmt.Errorf("company %q: entry %d follows entry %d", e.Company, e.Sequence, l.Sequence)
	case e.Previous != l.Digest && l.Sequence == 0:
		return fmt.Errorf("company %q: its first entry says that another went before it", e.Company)
	case e.Previous != l.Digest:
		return fmt.Errorf("company %q: entry %d is not as it was when entry %d was appended", e.Company, l.Sequence, e.Sequence)
	}
	return nil
}

// Digest is the digest of a line, without its break.
func Digest(line []byte) string {
	sum := sha256.Sum256(line)
	return "sha256:" + hex.EncodeToString(sum[:])
}
