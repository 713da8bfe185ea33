package attest

import (
	"fmt"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Series follows a company's scorecards as they are issued, so that each
// statement gets its place. The zero Series is that of a company without any.
type Series struct {
	company   string
	sequence  int
	previous  string
	revisions map[finding.YearMonth]int // how many statements a month has
}

// Append takes the next statement of the company, as it was signed. It fails
// on one that does not follow the last.
func (s *Series) Append(e *Envelope) error {
	c, err := DecodeScorecard(e.Payload)
	if err != nil {
		return err
	}
	p := &c.Predicate
	if s.company != "" && p.Company != s.company {
		return fmt.Errorf("a statement of %q in the series of %q", p.Company, s.company)
	}
	want := s.Next(p.Month)
	if has := (Place{p.Sequence, p.Revision, p.Previous}); s.sequence > 0 && has != want {
		return fmt.Errorf("the statement for %s has sequence %d, revision %d and previous %q; the next has %d, %d and %q",
			p.Month, has.Sequence, has.Revision, has.Previous, want.Sequence, want.Revision, want.Previous)
	}
	if s.revisions == nil {
		s.revisions = map[finding.YearMonth]int{}
	}
	s.company, s.sequence, s.previous = p.Company, p.Sequence, e.Digest()
	s.revisions[p.Month] = p.Revision + 1
	return nil
}

// Next is the place of the company's next statement, if it is for the month.
func (s *Series) Next(m finding.YearMonth) Place {
	return Place{Sequence: s.sequence + 1, Revision: s.revisions[m], Previous: s.previous}
}
