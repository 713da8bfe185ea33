package attest

import (
	"errors"
	"fmt"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// The types of statements and of what they say.
const (
	StatementType   = "https://in-toto.io/Statement/v1"
	ScorecardType   = "https://github.com/cyberkeurmerk/keurmerk/scorecard/v1"
	CertificateType = "https://github.com/cyberkeurmerk/keurmerk/certificate/v1"
)

// Statement is an in-toto Statement v1
// (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md): what
// it is about, by digest, and what it says of that.
type Statement[P any] struct {
	Type          string    `json:"_type"`
	Predicate     P         `json:"predicate"`
	PredicateType string    `json:"predicateType"`
	Subject       []Subject `json:"subject"`
}

// Subject names a thing by its digest.
type Subject struct {
	Digest SubjectDigest `json:"digest"`
	Name   string        `json:"name"`
}

// SubjectDigest is a digest as in-toto writes it: in hex, without a prefix.
type SubjectDigest struct {
	SHA256 string `json:"sha256"`
}

func subject(name, digest string) Subject {
	return Subject{SubjectDigest{digest[len(digestHead):]}, name}
}

// digest is the subject's digest as documents write it.
func (s *Subject) digest() string { return digestHead + s.Digest.SHA256 }

// ScorecardStatement is one month of one company, judged and signed. Its
// subject is the company and month by digest of the findings.
type ScorecardStatement Statement[Scorecard]

// Scorecard is what a statement says of a month: the card's arithmetic, never
// titles, hosts or names.
type Scorecard struct {
	AsOf        Instant           `json:"asOf"` // the end of the month, as of which it was judged
	Company     string            `json:"company"`
	Coverage    Coverage          `json:"coverage"`
	Engine      string            `json:"engine"`      // name and version of the library that judged
	EvaluatedAt Instant           `json:"evaluatedAt"` // when it was judged and issued, by the issuer's word
	Findings    string            `json:"findings"`    // digest of the month document
	Month       finding.YearMonth `json:"month"`
	Norm        NormRef           `json:"norm"`
	Previous    string            `json:"previous"` // digest of the company's statement before; empty in the first
	Result      Result            `json:"result"`
	Revision    int               `json:"revision"` // 0, then 1, 2, … for corrections of the month
	Sequence    int               `json:"sequence"` // 1, 2, 3, … over all statements of the company
}

// Coverage says how much was looked at.
type Coverage struct {
	AssetsExpected int `json:"assetsExpected"` // websites and computers not retired
	AssetsScanned  int `json:"assetsScanned"`  // those of them with a complete scan or report in the month
}

// NormRef names a norm.
type NormRef struct {
	Digest  string `json:"digest"` // of its files
	ID      string `json:"id"`
	Version string `json:"version"`
}

// Result is the arithmetic of a card. All amounts are points: 10000 is 100 %.
type Result struct {
	Applicable ruling.Points  `json:"applicable"`
	Criteria   []Criterion    `json:"criteria"` // in the norm's order
	Earned     ruling.Points  `json:"earned"`
	Qualifies  bool           `json:"qualifies"`
	Score      *ruling.Points `json:"score,omitempty"` // absent: nothing applicable, or refused
	Threshold  ruling.Points  `json:"threshold"`
}

// Criterion is one line of a card.
type Criterion struct {
	ID      string         `json:"id"`
	Outcome ruling.Outcome `json:"outcome"`
	Points  ruling.Points  `json:"points"`
	Weight  ruling.Points  `json:"weight"`
}

// Place says where in the company's series of statements a scorecard stands.
type Place struct {
	Sequence int    // 1 for the company's first
	Revision int    // 0 for a month's first
	Previous string // digest of the statement before; empty for the first
}

// ErrWaivers says that a card qualifies only with waivers counted, which a
// statement has no room to prove.
var ErrWaivers = errors.New("the month qualifies only with waivers counted; a statement can't show that")

// CardStatement is the statement about a card: asOf is the end of its month,
// evaluatedAt when it was judged. It fails on a card whose sums contradict
// each other and with [ErrWaivers].
func CardStatement(c *card.Card, coverage Coverage, asOf, evaluatedAt Instant, at Place) (*ScorecardStatement, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	result := ResultOf(c)
	if result.Qualifies && (c.Score == nil || c.Earned*ruling.Whole < c.Threshold*c.Applicable) {
		return nil, ErrWaivers
	}
	s := &ScorecardStatement{Type: StatementType, PredicateType: ScorecardType, Predicate: Scorecard{
		AsOf: asOf, Company: c.Company, Coverage: coverage, Engine: c.Engine, EvaluatedAt: evaluatedAt,
		Findings: c.Findings.Digest, Month: c.Month, Norm: NormRef{c.Norm.Digest, c.Norm.ID, c.Norm.Version},
		Previous: at.Previous, Result: result, Revision: at.Revision, Sequence: at.Sequence}}
	if !isDigest(c.Findings.Digest) {
		return nil, fmt.Errorf("the digest of the findings is %q", c.Findings.Digest)
	}
	s.Subject = []Subject{s.subject()}
	return s, s.Check()
}

// ResultOf is the part of a card that is signed.
func ResultOf(c *card.Card) Result {
	r := Result{Applicable: c.Applicable, Criteria: make([]Criterion, len(c.Criteria)), Earned: c.Earned,
		Qualifies: c.Qualifies, Score: c.Score, Threshold: c.Threshold}
	for i, k := range c.Criteria {
		r.Criteria[i] = Criterion{k.ID, k.Outcome, k.Points, k.Weight}
	}
	return r
}

// CoverageOf counts what a month document says was looked at.
func CoverageOf(m *finding.Month) (Coverage, error) {
	period, err := m.Period()
	if err != nil {
		return Coverage{}, err
	}
	var c Coverage
	for _, w := range m.Websites {
		c.count(w.Retired, w.Scanned, period)
	}
	for _, k := range m.Computers {
		c.count(k.Retired, k.Seen, period)
	}
	return c, nil
}

// count adds one asset, if it is still the company's.
func (c *Coverage) count(retired, looked time.Time, period finding.Period) {
	if period.Before(retired) {
		return
	}
	c.AssetsExpected++
	if period.Has(looked) {
		c.AssetsScanned++
	}
}

// subject is what the statement is about, as its predicate says it.
func (s *ScorecardStatement) subject() Subject {
	return subject(s.Predicate.Company+"/"+s.Predicate.Month.String(), s.Predicate.Findings)
}

// PayloadType is [TypeStatement].
func (s *ScorecardStatement) PayloadType() string { return TypeStatement }

// Encode gives the canonical bytes of the statement.
func (s *ScorecardStatement) Encode() ([]byte, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	return encodeCanonical(s)
}

// DecodeScorecard reads the payload of a scorecard's envelope.
func DecodeScorecard(payload []byte) (*ScorecardStatement, error) {
	return decodeDocument[ScorecardStatement]("scorecard", payload)
}

// maxCriteria and maxCount keep sums far from overflowing.
const (
	maxCriteria = 1000
	maxCount    = 1 << 31
)

// Check reports every rule that the statement breaks by itself, joined; nil if
// none. Sums are not among them: a statement may be well written and lie.
func (s *ScorecardStatement) Check() error {
	c := &statementCheck{kind: "scorecard"}
	c.types(s.Type, s.PredicateType, ScorecardType)
	p := &s.Predicate
	c.must(len(s.Subject) == 1 && isHash(s.Subject[0].Digest.SHA256), "there must be one subject with a SHA-256")
	c.must(text(p.Company), "company is %q", p.Company)
	c.must(text(p.Engine), "engine is %q", p.Engine)
	c.must(isDigest(p.Findings), "findings is %q", p.Findings)
	c.must(!p.AsOf.IsZero() && !p.EvaluatedAt.IsZero(), "asOf or evaluatedAt is missing")
	c.norm(p.Norm)
	c.must(p.Sequence >= 1 && p.Sequence <= maxCount, "sequence is %d", p.Sequence)
	c.must(p.Revision >= 0 && p.Revision <= maxCount, "revision is %d", p.Revision)
	c.must(p.Sequence == 1 && p.Previous == "" || p.Sequence > 1 && isDigest(p.Previous), "previous is %q in statement %d", p.Previous, p.Sequence)
	v := p.Coverage
	c.must(v.AssetsScanned >= 0 && v.AssetsScanned <= v.AssetsExpected && v.AssetsExpected <= maxCount,
		"coverage is %d of %d", v.AssetsScanned, v.AssetsExpected)
	r := &p.Result
	c.must(len(r.Criteria) >= 1 && len(r.Criteria) <= maxCriteria, "there are %d criteria", len(r.Criteria))
	seen := map[string]bool{}
	for _, k := range r.Criteria {
		c.must(name(k.ID) && !seen[k.ID], "criterion %q is no name, or there twice", k.ID)
		seen[k.ID] = true
		c.points(k.ID+".points", k.Points, ruling.Whole)
		c.points(k.ID+".weight", k.Weight, ruling.Whole)
	}
	c.points("applicable", r.Applicable, maxCriteria*ruling.Whole)
	c.points("earned", r.Earned, maxCriteria*ruling.Whole)
	c.points("threshold", r.Threshold, ruling.Whole)
	if r.Score != nil {
		c.points("score", *r.Score, ruling.Whole)
	}
	return errors.Join(c.faults...)
}

// statementCheck gathers what is wrong with a statement.
type statementCheck struct {
	kind   string
	faults []error
}

func (c *statementCheck) must(ok bool, format string, args ...any) {
	if !ok {
		c.faults = append(c.faults, fmt.Errorf(c.kind+": "+format, args...))
	}
}

func (c *statementCheck) types(statement, has, want string) {
	c.must(statement == StatementType, "_type is %q", statement)
	c.must(has == want, "predicateType is %q", has)
}

func (c *statementCheck) norm(n NormRef) {
	c.must(text(n.ID) && text(n.Version) && isDigest(n.Digest), "norm is %q %q %q", n.ID, n.Version, n.Digest)
}

func (c *statementCheck) points(field string, has, most ruling.Points) {
	c.must(has >= 0 && has <= most, "%s is %d, must be 0 to %d", field, has, most)
}

// text tells whether a short text is there.
func text(s string) bool { return len(s) > 0 && len(s) <= 512 }
