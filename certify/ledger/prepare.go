package ledger

import "github.com/cyberkeurmerk/keurmerk/certify"

// Past is what a store tells of what it holds, while nobody else appends.
type Past interface {
	// Link is where the company's chain ends.
	Link(company string) Link
	// Entry is the company's entry with the id; nil if there is none.
	Entry(company, id string) (*certify.Entry, error)
}

// Line is an entry that is ready to be written.
type Line struct {
	Entry  certify.Entry // as the text reads back
	Text   []byte        // without a break
	Digest string        // of the text
}

// Prepare does what every store does before it writes: it passes over what is
// there already, and numbers and chains the rest. The error is that of past, a
// [*ConflictError] or that of [Link.Next]; then nothing may be written.
func Prepare(past Past, entries []certify.Entry) ([]Line, error) {
	return prepare(past, entries, nil)
}

// prepare is Prepare for a file too, where lines are chained as well: last is
// the digest of its last line.
func prepare(past Past, entries []certify.Entry, last *string) ([]Line, error) {
	fresh, err := fresh(past, entries)
	if err != nil {
		return nil, err
	}
	var all []Line
	links := map[string]Link{}
	before := ""
	if last != nil {
		before = *last
	}
	for i, e := range fresh {
		link, begun := links[e.Company]
		if !begun {
			link = past.Link(e.Company)
		}
		kept, text, next, err := link.next(e, before, last != nil && i+1 < len(fresh))
		if err != nil {
			return nil, err
		}
		if links[e.Company] = next; last != nil {
			before = next.Digest
		}
		all = append(all, Line{kept, text, next.Digest})
	}
	return all, nil
}

// fresh gives those of the entries that are not there yet.
func fresh(past Past, entries []certify.Entry) ([]certify.Entry, error) {
	type key struct{ company, id string }
	batch := map[key]*certify.Entry{}
	var fresh []certify.Entry
	for i := range entries {
		e := &entries[i]
		known, err := past.Entry(e.Company, e.ID)
		if err != nil {
			return nil, err
		}
		if known == nil {
			known = batch[key{e.Company, e.ID}]
		}
		switch {
		case known == nil:
			batch[key{e.Company, e.ID}] = e
			fresh = append(fresh, *e)
		case !known.Same(e):
			return nil, &ConflictError{e.Company, e.ID}
		}
	}
	return fresh, nil
}
