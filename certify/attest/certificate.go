package attest

import (
	"errors"
	"fmt"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// CertificateStatement says that a company holds the mark. Its subjects are
// the scorecards that earned it, by digest.
type CertificateStatement Statement[Certificate]

// Certificate is what the statement says.
type Certificate struct {
	Award      finding.YearMonth   `json:"award"` // the month with which the term was earned
	Company    string              `json:"company"`
	Months     []finding.YearMonth `json:"months"` // those of the scorecards, in order
	Norm       NormRef             `json:"norm"`   // under which the award month was judged
	Serial     string              `json:"serial"`
	Status     StatusRef           `json:"status"`
	Terms      Terms               `json:"terms"`
	ValidFrom  Instant             `json:"validFrom"`
	ValidUntil Instant             `json:"validUntil,omitzero"` // exclusive; absent: open-ended
}

// StatusRef says where to ask whether the certificate is in force.
type StatusRef struct {
	List   string `json:"list"`          // name of the status list
	MaxAge int    `json:"maxAgeSeconds"` // a list that is older says nothing any more
}

// Term says how a term was earned.
type Term string

// The ways to earn a term.
const (
	TermFirst    Term = "first"     // the run of a first mark
	TermReEarned Term = "re_earned" // the run after a mark was lost
	TermRenewed  Term = "renewed"   // enough passes in the term before
)

// Terms are the terms under which the mark was earned. All are months but the
// close day.
type Terms struct {
	CloseDay int    `json:"closeDay"` // a month closes at 00:00 on this day of the next
	Months   int    `json:"months"`   // qualifying months …
	Of       int    `json:"of"`       // … of the last this many
	Term     Term   `json:"term"`
	Validity int    `json:"validity"` // length of the term; 0: open-ended
	Zone     string `json:"zone"`     // IANA name
}

// close is the instant at which a month's outcome settles.
func (t *Terms) close(m finding.YearMonth) (Instant, error) {
	zone, err := finding.LoadZone(t.Zone)
	if err != nil {
		return Instant{}, err
	}
	next := m + 1
	return At(finding.StartOfDay(next.Year(), next.Month(), t.CloseDay, zone)), nil
}

// until is the end of a term that was earned with the month: the zero instant
// if it is open-ended.
func (t *Terms) until(award finding.YearMonth) (Instant, error) {
	if t.Validity == 0 {
		return Instant{}, nil
	}
	return t.close(award + finding.YearMonth(t.Validity))
}

// Award is what a certificate is made of: the scorecards that earned the mark
// in order of month, and the terms.
type Award struct {
	Scorecards []*Envelope
	Terms      Terms
	Month      finding.YearMonth // with which the term was earned
	From       time.Time         // when the mark was awarded
	Serial     string
	Status     StatusRef
}

// NewCertificate is the statement about an award. The error says which
// scorecard can't be read; whether they earn the mark is for [Verify] to see.
func NewCertificate(a Award) (*CertificateStatement, error) {
	s := &CertificateStatement{Type: StatementType, PredicateType: CertificateType}
	p := &s.Predicate
	*p = Certificate{Award: a.Month, Months: []finding.YearMonth{}, Serial: a.Serial, Status: a.Status, Terms: a.Terms, ValidFrom: At(a.From)}
	for i, e := range a.Scorecards {
		c, err := DecodeScorecard(e.Payload)
		if err != nil {
			return nil, fmt.Errorf("scorecard %d: %w", i+1, err)
		}
		p.Company, p.Norm = c.Predicate.Company, c.Predicate.Norm
		p.Months = append(p.Months, c.Predicate.Month)
		s.Subject = append(s.Subject, subject(c.Predicate.Month.String(), e.Digest()))
	}
	until, err := a.Terms.until(a.Month)
	if err != nil {
		return nil, err
	}
	p.ValidUntil = until
	return s, s.Check()
}

// PayloadType is [TypeStatement].
func (s *CertificateStatement) PayloadType() string { return TypeStatement }

// Encode gives the canonical bytes of the statement.
func (s *CertificateStatement) Encode() ([]byte, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	return encodeCanonical(s)
}

// DecodeCertificate reads the payload of a certificate's envelope.
func DecodeCertificate(payload []byte) (*CertificateStatement, error) {
	return decodeDocument[CertificateStatement]("certificate", payload)
}

// maxMonths is the longest run that a norm can ask for.
const maxMonths = 120

// Check reports every rule that the statement breaks by itself, joined; nil if
// none.
func (s *CertificateStatement) Check() error {
	c := &statementCheck{kind: "certificate"}
	c.types(s.Type, s.PredicateType, CertificateType)
	p := &s.Predicate
	c.must(text(p.Company), "company is %q", p.Company)
	c.must(len(p.Months) >= 1 && len(p.Months) <= maxMonths, "there are %d months", len(p.Months))
	c.must(len(s.Subject) <= maxMonths, "there are %d subjects", len(s.Subject))
	for i := range s.Subject {
		c.must(isHash(s.Subject[i].Digest.SHA256), "subject %d has no SHA-256", i+1)
	}
	c.norm(p.Norm)
	c.must(name(p.Serial), "serial is %q, must be 1 to 128 printable ASCII characters", p.Serial)
	c.must(name(p.Status.List), "status.list is %q", p.Status.List)
	c.must(p.Status.MaxAge >= 1 && p.Status.MaxAge <= maxCount, "status.maxAgeSeconds is %d", p.Status.MaxAge)
	t := p.Terms
	c.must(t.CloseDay >= 1 && t.CloseDay <= 28, "terms.closeDay is %d", t.CloseDay)
	c.must(t.Months >= 1 && t.Months <= t.Of && t.Of <= maxMonths, "terms are %d of %d months", t.Months, t.Of)
	c.must(t.Term == TermFirst || t.Term == TermReEarned || t.Term == TermRenewed, "terms.term is %q", t.Term)
	c.must(t.Validity >= 0 && t.Validity <= maxMonths, "terms.validity is %d", t.Validity)
	_, err := finding.LoadZone(t.Zone)
	c.must(err == nil && t.Zone != "", "terms.zone is %q", t.Zone)
	c.must(!p.ValidFrom.IsZero(), "validFrom is missing")
	c.must(p.ValidUntil.IsZero() || p.ValidFrom.Before(p.ValidUntil.Time), "validUntil is not after validFrom")
	return errors.Join(c.faults...)
}
