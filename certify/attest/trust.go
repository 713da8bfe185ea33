package attest

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Trust is what the insurer brings: whom to believe, and what is accepted.
// Nothing in it comes from a bundle.
type Trust struct {
	Root *Root // the pinned root, by [OpenRoot]

	// Company is the id of the holder that the question is about. AnyCompany
	// takes the bundle's own word for it, and the report says so.
	Company    string
	AnyCompany bool

	Norms   []Norm              // accepted norms, as the insurer's own copy has them
	Months  []finding.YearMonth // the months there must be; nil: whichever earned the term
	Excused []finding.YearMonth // months that the insurer accepts as neither counting nor breaking a run

	// Known are scorecards of the company that the insurer has from elsewhere,
	// such as an earlier bundle. They show what a bundle leaves out.
	Known []*Envelope

	// Seen is the last status list that the insurer has seen; zero: none.
	Seen Seen

	// Now is the insurer's clock. Nothing may be dated after it. The zero time
	// means that only the instant asked about is known.
	Now time.Time

	// Replay judges a month again; nil: no findings are given. Package replay
	// makes one.
	Replay Replay
}

// Seen remembers a status list, so that an older one, or another with the same
// number, is noticed.
type Seen struct {
	Sequence int
	Digest   string // empty: not known
}

// Replay judges the month of a scorecard again from the findings with the
// digest that it names, under the norm that it names. It is not given if the
// findings are not at hand.
type Replay func(s *Scorecard) (again Result, given bool, err error)

// Norm is what verification needs of a norm: no conditions, just what the
// arithmetic takes. Package replay makes one from a norm file; as JSON it is
// what a verifier without a rules engine reads.
type Norm struct {
	Criteria          []NormCriterion    `json:"criteria"` // in the norm's order
	Digest            string             `json:"digest"`   // of the norm's files, "sha256:" and 64 hex digits
	EarnNotApplicable bool               `json:"earnNotApplicable"`
	From              finding.YearMonth  `json:"from"` // first month it is in force
	ID                string             `json:"id"`
	RefuseUnknown     bool               `json:"refuseUnknown"`
	Terms             NormTerms          `json:"terms"`
	Threshold         ruling.Points      `json:"threshold"`
	Until             *finding.YearMonth `json:"until,omitempty"` // last month; absent: open
	Version           string             `json:"version"`
}

// NormCriterion is what a criterion counts for.
type NormCriterion struct {
	ID       string        `json:"id"`
	Partial  bool          `json:"partial"` // can be met in part
	Required bool          `json:"required"`
	Weight   ruling.Points `json:"weight"`
}

// NormTerms are a norm's certification terms, as far as a certificate rests on
// them. All are months but the close day and the zone.
type NormTerms struct {
	CloseDay int    `json:"closeDay"`
	Months   int    `json:"months"`
	Of       int    `json:"of"`
	ReEarn   int    `json:"reEarn"`
	Renew    int    `json:"renew"`
	Validity int    `json:"validity"`
	Zone     string `json:"zone"`
}

// For gives the terms as a certificate for such a term writes them.
func (t *NormTerms) For(term Term) Terms {
	out := Terms{CloseDay: t.CloseDay, Months: t.Months, Of: t.Of, Term: term, Validity: t.Validity, Zone: t.Zone}
	switch term {
	case TermReEarned:
		out.Months, out.Of = t.ReEarn, t.Of+t.ReEarn-t.Months
	case TermRenewed:
		out.Months, out.Of = t.Renew, t.Validity
	}
	return out
}

// DecodeNorm reads a norm as JSON, in its canonical form; a line break may
// follow.
func DecodeNorm(text []byte) (*Norm, error) {
	if len(text) > MaxPayload {
		return nil, fmt.Errorf("the norm is larger than %d bytes", MaxPayload)
	}
	var n Norm
	if err := decodeCanonical(bytes.TrimSuffix(text, []byte("\n")), &n); err != nil {
		return nil, fmt.Errorf("the norm can't be read: %w", err)
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	return &n, nil
}

// Encode writes the norm as [DecodeNorm] reads it.
func (n *Norm) Encode() ([]byte, error) { return encodeCanonical(n) }

func (n *Norm) check() error {
	c := &statementCheck{kind: "norm"}
	c.norm(NormRef{n.Digest, n.ID, n.Version})
	c.points("threshold", n.Threshold, ruling.Whole)
	c.must(len(n.Criteria) >= 1 && len(n.Criteria) <= maxCriteria, "there are %d criteria", len(n.Criteria))
	for _, k := range n.Criteria {
		c.points(k.ID+".weight", k.Weight, ruling.Whole)
	}
	_, err := finding.LoadZone(n.Terms.Zone)
	c.must(err == nil && n.Terms.Zone != "", "terms.zone is %q", n.Terms.Zone)
	c.must(n.Terms.Months >= 1 && n.Terms.Of >= n.Terms.Months && n.Terms.Of <= maxMonths, "terms are %d of %d months", n.Terms.Months, n.Terms.Of)
	return errors.Join(c.faults...)
}

// inForce tells whether the norm is in force in the month.
func (n *Norm) inForce(m finding.YearMonth) bool {
	return m >= n.From && (n.Until == nil || m <= *n.Until)
}

// check sees that a question can be answered at all.
func (t *Trust) check() error {
	if t == nil || t.Root == nil {
		return errors.New("no trust root is pinned")
	}
	if err := t.Root.Check(); err != nil {
		return err
	}
	if (t.Company == "") != t.AnyCompany {
		return errors.New("either a company is named, or any company will do")
	}
	for i := range t.Norms {
		if err := t.Norms[i].check(); err != nil {
			return err
		}
	}
	return nil
}
