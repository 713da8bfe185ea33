package ledger

import (
	"errors"

	"github.com/cyberkeurmerk/keurmerk/certify"
)

// chain is what a ledger in this process must know of the past to add to it.
// It holds no entries: those are where the ledger keeps them.
type chain struct {
	read func(company string, sequence int) (certify.Entry, error) // one that was committed
	last string                                                    // digest of the last line
	of   map[string]*companyChain
}

// companyChain is what is known of a company.
type companyChain struct {
	Link
	ids map[string]int // the entries' numbers by id
}

func newChain(read func(company string, sequence int) (certify.Entry, error)) *chain {
	return &chain{read: read, of: map[string]*companyChain{}}
}

// Link implements [Past].
func (c *chain) Link(company string) Link {
	if p := c.of[company]; p != nil {
		return p.Link
	}
	return Link{}
}

// Entry implements [Past].
func (c *chain) Entry(company, id string) (*certify.Entry, error) {
	sequence := c.sequence(company, id)
	if sequence == 0 {
		return nil, nil
	}
	e, err := c.read(company, sequence)
	return &e, err
}

// sequence is the number of the entry with the id; 0 if there is none.
func (c *chain) sequence(company, id string) int {
	if p := c.of[company]; p != nil {
		return p.ids[id]
	}
	return 0
}

// commit takes an entry into the chain, with the digest of its line.
func (c *chain) commit(e *certify.Entry, digest string) {
	p := c.of[e.Company]
	if p == nil {
		p = &companyChain{ids: map[string]int{}}
		c.of[e.Company] = p
	}
	p.Link = Link{e.Sequence, digest}
	p.ids[e.ID] = e.Sequence
	c.last = digest
}

// The faults of a line that was read, beside those that [Link.Check] tells;
// where they lie is found by examine.
var (
	errTwice = errors.New("its id stands twice")
	errChain = errors.New("it does not follow from the line before it")
)

// fits tells why an entry that was read from a file can't be the next.
func (c *chain) fits(e *certify.Entry) error {
	switch err := c.Link(e.Company).Check(e); {
	case err != nil:
		return err
	case c.sequence(e.Company, e.ID) > 0:
		return errTwice
	case e.Chain != c.last:
		return errChain
	}
	return nil
}
