package ledger

import (
	"errors"

	"github.com/cyberkeurmerk/keurmerk/certify"
)

// chain is what a ledger in this process must know of the past to add to it.
// It holds no entries: those are where the ledger keeps them.
type chain struct {
	filed bool   // lines are chained too
	last  string // digest of the last line, if they are
	of    map[string]*past
}

// past is what is known of a company.
type past struct {
	Link
	ids map[string]int // the entries' numbers by id
}

// added is an entry that is ready to be appended.
type added struct {
	entry certify.Entry
	line  []byte
	link  Link
}

func newChain(filed bool) *chain { return &chain{filed: filed, of: map[string]*past{}} }

// link is where the company's chain ends.
func (c *chain) link(company string) Link {
	if p := c.of[company]; p != nil {
		return p.Link
	}
	return Link{}
}

// prepare numbers and chains those of the entries that are new. The chain is
// changed only by commit. read gives an entry that was committed.
func (c *chain) prepare(entries []certify.Entry, read func(company string, sequence int) (certify.Entry, error)) ([]added, error) {
	fresh, err := c.fresh(entries, read)
	if err != nil {
		return nil, err
	}
	var all []added
	links := map[string]Link{}
	before := c.last
	for i, e := range fresh {
		link, begun := links[e.Company]
		if !begun {
			link = c.link(e.Company)
		}
		var a added
		a.entry, a.line, a.link, err = link.next(e, before, c.filed && i+1 < len(fresh))
		if err != nil {
			return nil, err
		}
		if c.filed {
			before = a.link.Digest
		}
		links[e.Company] = a.link
		all = append(all, a)
	}
	return all, nil
}

// fresh gives those of the entries that are not there yet.
func (c *chain) fresh(entries []certify.Entry, read func(company string, sequence int) (certify.Entry, error)) ([]certify.Entry, error) {
	type key struct{ company, id string }
	batch := map[key]*certify.Entry{}
	var fresh []certify.Entry
	for i := range entries {
		e := &entries[i]
		known := batch[key{e.Company, e.ID}]
		if sequence := c.sequence(e); sequence > 0 {
			stored, err := read(e.Company, sequence)
			if err != nil {
				return nil, err
			}
			known = &stored
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

// sequence is the number of the entry with the same id; 0 if there is none.
func (c *chain) sequence(e *certify.Entry) int {
	if p := c.of[e.Company]; p != nil {
		return p.ids[e.ID]
	}
	return 0
}

// commit takes an entry into the chain, with the digest of its line.
func (c *chain) commit(e *certify.Entry, digest string) {
	p := c.of[e.Company]
	if p == nil {
		p = &past{ids: map[string]int{}}
		c.of[e.Company] = p
	}
	p.Link = Link{e.Sequence, digest}
	p.ids[e.ID] = e.Sequence
	if c.filed {
		c.last = digest
	}
}

// The faults of an entry that was read; where they lie is found by examine.
var (
	errTwice = errors.New("its id stands twice")
	errChain = errors.New("it does not follow from the line before it")
)

// fits tells why an entry that was read can't be the next.
func (c *chain) fits(e *certify.Entry) error {
	switch err := c.link(e.Company).Check(e); {
	case err != nil:
		return err
	case c.sequence(e) > 0:
		return errTwice
	case e.Chain != c.last:
		return errChain
	}
	return nil
}
