// Package ledger keeps what was recorded about companies: entries are added
// and never changed.
//
// Two stores come with it: [NewMemory], and [Open] for a JSON Lines file that
// survives a crash at any byte. Stores in a program's own SQL database are in
// a module of their own, certify/ledger/sqlstore. [Verify] checks a file
// without writing to it.
//
//	l, err := ledger.Open("history.jsonl")
//	err = l.Append(ctx, entry)
//	for entry, err := range l.Read(ctx, ledger.Query{Company: "kvk:30123456"}) { … }
//
// A ledger numbers each company's entries from 1 and has each carry the digest
// of the company's entry before it; in a file each carries that of the line
// before it too. So a changed, missing or moved line is noticed, except at the
// very end, where nothing follows that could tell: whoever must notice that
// too keeps the last digest elsewhere.
//
//	{"id":"1","company":"kvk:30123456","recorded":"2026-01-01T09:00:00Z","type":"enrol","at":"2025-12-31T23:00:00Z","sequence":1}
//	{"id":"2","company":"kvk:30123456","recorded":"2026-02-03T09:00:00Z","type":"score","month":"2026-01","outcome":"pass",
//	 "sequence":2,"previous":"sha256:…"}
//
// A digest is "sha256:" and the 64 hex digits of the SHA-256 of the line as it
// stands, without its break, as `sha256sum` tells it.
//
// A store of one's own has [Prepare] make the lines that it writes, follows
// [Link.Check] when it reads, and is held to the rest by the package
// ledgertest.
package ledger

import (
	"context"
	"fmt"
	"iter"

	"github.com/cyberkeurmerk/keurmerk/certify"
)

// Ledger is an append-only history. It may be used by any number of goroutines
// at once.
type Ledger interface {
	// Append adds entries, all or none. An entry whose id the company has in
	// the ledger, with the same content, is passed over; with other content it
	// is a [*ConflictError]. Sequence, Previous, Chain and More are the
	// ledger's to set; instants are kept in UTC. When it returns nil the
	// entries will be there after a crash.
	Append(ctx context.Context, entries ...certify.Entry) error

	// Read yields the entries that the query asks for, in order of appending:
	// those that were there when it began. An error ends it. What it yields is
	// the reader's own, to change at will.
	Read(ctx context.Context, q Query) iter.Seq2[certify.Entry, error]
}

// Query says which entries are asked for.
type Query struct {
	Company string // id; empty: all
}

// ConflictError says that an id stands for another entry already.
type ConflictError struct{ Company, ID string }

// Error names the entry.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("the ledger has another entry %q of company %q", e.ID, e.Company)
}
