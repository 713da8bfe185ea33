package attest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// TermsOf are the certification terms as far as a certificate rests on them.
func TermsOf(t ruling.Terms) NormTerms {
	return NormTerms{CloseDay: t.CloseDay, Months: t.Months, Of: t.Of, ReEarn: t.ReEarn, Renew: t.Validity.Renew, Validity: t.Validity.Months, Zone: t.Zone}
}

// ErrNotHeld says that the history does not come to a mark that may be relied
// on, so that there is nothing to certify.
var ErrNotHeld = errors.New("the company does not hold the mark")

// AwardOf gathers what a certificate is made of: the term in which the timeline
// stands, and of the company's series the last scorecards of the months that
// earned it. The series is given in order of sequence.
//
// A term that was won back after it had expired rests on fewer months than any
// rule for a certificate asks for; it is an error.
func AwardOf(rules ruling.Terms, t certify.Timeline, series []*Envelope) (Award, error) {
	if t.Err != nil {
		return Award{}, t.Err
	}
	if !t.Valid() {
		return Award{}, ErrNotHeld
	}
	terms := TermsOf(rules)
	a := Award{Month: t.State.Award}
	term := TermFirst
	from, won := awarded(t)
	if won == certify.ReEarning {
		term = TermReEarned
	}
	length := finding.YearMonth(terms.Validity)
	if length > 0 && t.State.ValidThrough != a.Month+length {
		term, a.Month, from = TermRenewed, t.State.ValidThrough-length, Instant{}
	}
	a.Terms = terms.For(term)
	if from.IsZero() {
		var err error
		if from, err = a.Terms.close(a.Month); err != nil {
			return Award{}, err
		}
	}
	a.From = from.Time
	return a, a.rest(t.Company, series)
}

// awarded finds when the mark was last awarded, and from which phase.
func awarded(t certify.Timeline) (Instant, certify.Phase) {
	for _, s := range slices.Backward(t.Steps) {
		counting := s.From == certify.Building || s.From == certify.ReEarning || s.From == certify.Enrolled
		if counting && (s.To == certify.Certified || s.To == certify.AtRisk) {
			return At(s.At), s.From
		}
	}
	return Instant{}, certify.Building
}

// rest finds the scorecards on which the award rests.
func (a *Award) rest(company string, series []*Envelope) error {
	last := map[finding.YearMonth]*Envelope{}
	qualifies := map[finding.YearMonth]bool{}
	for i, e := range series {
		s, err := DecodeScorecard(e.Payload)
		if err != nil {
			return fmt.Errorf("statement %d: %w", i+1, err)
		}
		if s.Predicate.Company != company {
			return fmt.Errorf("statement %d is of %q, the history of %q", i+1, s.Predicate.Company, company)
		}
		last[s.Predicate.Month], qualifies[s.Predicate.Month] = e, s.Predicate.Result.Qualifies
	}
	oldest := a.Month - maxMonths
	if a.Terms.Term == TermRenewed {
		oldest = a.Month - finding.YearMonth(a.Terms.Of) + 1
	}
	for m := a.Month; m >= oldest && (len(a.Scorecards) < a.Terms.Months || a.Terms.Term == TermRenewed); m-- {
		if qualifies[m] {
			a.Scorecards = append(a.Scorecards, last[m])
		}
	}
	slices.Reverse(a.Scorecards)
	if len(a.Scorecards) < a.Terms.Months {
		return fmt.Errorf("the series has %d qualifying months up to %s, a certificate (%s) rests on %d", len(a.Scorecards), a.Month, a.Terms.Term, a.Terms.Months)
	}
	return nil
}

// BundleOf puts a certificate, its company's series and a status list into a
// bundle. Of the series it takes what the certificate needs: from the first
// scorecard that it rests on to the last statement.
func BundleOf(certificate *Envelope, series []*Envelope, status *Envelope, roots ...*Envelope) (*Bundle, error) {
	c, err := DecodeCertificate(certificate.Payload)
	if err != nil {
		return nil, err
	}
	first := slices.IndexFunc(series, func(e *Envelope) bool {
		return slices.ContainsFunc(c.Subject, func(s Subject) bool { return s.digest() == e.Digest() })
	})
	if first < 0 {
		return nil, errors.New("the series has none of the certificate's scorecards")
	}
	b := &Bundle{Certificate: *certificate, Status: status}
	for _, e := range series[first:] {
		b.Scorecards = append(b.Scorecards, *e)
	}
	for _, r := range roots {
		b.Roots = append(b.Roots, *r)
	}
	return b, b.check()
}
