// Package ledger keeps what was recorded about companies: entries are added
// and never changed.
//
// Two stores come with it: [NewMemory], and [Open] for a JSON Lines file that
// survives a crash at any byte.
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
package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"

	"github.com/cyberkeurmerk/keurmerk/certify"
)

// Ledger is an append-only history.
type Ledger interface {
	// Append adds entries, all or none. An entry whose id the ledger has, with
	// the same content, is passed over; with other content it is a
	// [*ConflictError]. Sequence and Previous are the ledger's to set. When it
	// returns nil the entries will be there after a crash.
	Append(ctx context.Context, entries ...certify.Entry) error

	// Read yields the entries that the query asks for, in order of appending.
	// An error ends it.
	Read(ctx context.Context, q Query) iter.Seq2[certify.Entry, error]
}

// Query says which entries are asked for.
type Query struct {
	Company string // id; empty: all
}

func (q Query) wants(e *certify.Entry) bool { return q.Company == "" || q.Company == e.Company }

// ConflictError says that an id stands for another entry already.
type ConflictError struct{ Company, ID string }

// Error names the entry.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("the ledger has another entry %q of company %q", e.ID, e.Company)
}

// chain is what a ledger must know of the past to add to it.
type chain struct {
	filed bool                                // lines are chained too
	last  string                              // digest of the last line
	tail  map[string]link                     // by company
	ids   map[string]map[string]certify.Entry // by company and id
}

// link is a company's last entry.
type link struct {
	sequence int
	digest   string
}

func newChain(filed bool) *chain {
	return &chain{filed: filed, tail: map[string]link{}, ids: map[string]map[string]certify.Entry{}}
}

// prepare numbers and chains those of the entries that are new, and gives them
// with their lines. The chain is changed only by commit.
func (c *chain) prepare(entries []certify.Entry) (fresh []certify.Entry, lines [][]byte, err error) {
	tail := map[string]link{}
	batch := map[string]certify.Entry{}
	for _, e := range entries {
		if err := e.Check(); err != nil {
			return nil, nil, err
		}
		known, is := c.ids[e.Company][e.ID]
		if !is {
			known, is = batch[e.Company+"\xff"+e.ID]
		}
		if is {
			if !known.Same(&e) {
				return nil, nil, &ConflictError{e.Company, e.ID}
			}
			continue
		}
		batch[e.Company+"\xff"+e.ID] = e
		fresh = append(fresh, e)
	}
	before := c.last
	for i := range fresh {
		e := &fresh[i]
		last, is := tail[e.Company]
		if !is {
			last = c.tail[e.Company]
		}
		e.Sequence, e.Previous, e.More = last.sequence+1, last.digest, i+1 < len(fresh)
		if e.Chain = ""; c.filed {
			e.Chain = before
		}
		line, err := e.MarshalJSON()
		if err != nil {
			return nil, nil, err
		}
		if len(line) > certify.MaxLine {
			return nil, nil, &certify.EntryError{ID: e.ID, Company: e.Company, Faults: []string{fmt.Sprintf("it is longer than %d bytes", certify.MaxLine)}}
		}
		before = digest(line)
		tail[e.Company] = link{e.Sequence, before}
		lines = append(lines, line)
	}
	return fresh, lines, nil
}

// commit takes an entry into the chain; line is the entry as it is written.
func (c *chain) commit(e certify.Entry, line []byte) {
	c.last = digest(line)
	c.tail[e.Company] = link{e.Sequence, c.last}
	if c.ids[e.Company] == nil {
		c.ids[e.Company] = map[string]certify.Entry{}
	}
	c.ids[e.Company][e.ID] = e
}

// fits tells why an entry that was read can't be the next. back is how many
// lines before it the fault lies: 1 if the line before is not as it was.
func (c *chain) fits(e *certify.Entry) (back int, err error) {
	last := c.tail[e.Company]
	_, twice := c.ids[e.Company][e.ID]
	switch {
	case e.Sequence != last.sequence+1:
		return 0, fmt.Errorf("company %q: entry %d follows entry %d", e.Company, e.Sequence, last.sequence)
	case twice:
		return 0, fmt.Errorf("company %q: the id %q stands twice", e.Company, e.ID)
	case e.Chain != c.last:
		return 1, fmt.Errorf("the line is not as it was written, or one that followed it is missing")
	case e.Previous != last.digest:
		return 0, fmt.Errorf("company %q: entry %d does not follow from the entry before it", e.Company, e.Sequence)
	}
	return 0, nil
}

func digest(line []byte) string {
	sum := sha256.Sum256(line)
	return "sha256:" + hex.EncodeToString(sum[:])
}
