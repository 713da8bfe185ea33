package attest

import (
	"fmt"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// months asks whether the scorecards are the run that the norm asks for, and
// whether nothing of the series was left out.
func (v *verification) months() (string, error) {
	for _, check := range []func() error{v.listed, v.chain, v.run, v.subjects, v.later} {
		if err := check(); err != nil {
			return "", err
		}
	}
	first, last := v.cert.Months[0], v.cert.Months[len(v.cert.Months)-1]
	return fmt.Sprintf("%d months from %s to %s, statements %d to %d of the company", len(v.cert.Months), first, last,
		v.cards[0].card.Predicate.Sequence, v.cards[len(v.cards)-1].card.Predicate.Sequence), nil
}

// listed looks at the certificate's own list of months.
func (v *verification) listed() error {
	months := v.cert.Months
	for i := 1; i < len(months); i++ {
		switch {
		case slices.Contains(months[:i], months[i]):
			return fault(CodeMonthTwice, "the month %s counts twice", months[i])
		case months[i] < months[i-1]:
			return fault(CodeMonthOrder, "the month %s stands behind %s", months[i], months[i-1])
		}
	}
	if v.trust.Months != nil && !slices.Equal(months, v.trust.Months) {
		return fault(CodeMonthWanted, "the months are %v, asked for are %v", months, v.trust.Months)
	}
	return nil
}

// chain follows the company's series: each statement is the next of the one
// before it, and corrections of a month are numbered.
func (v *verification) chain() error {
	revision := map[finding.YearMonth]int{}
	for i, d := range v.cards {
		s := &d.card.Predicate
		if i > 0 {
			before := v.cards[i-1]
			if s.Sequence != before.card.Predicate.Sequence+1 {
				return fault(CodeSequence, "%s has sequence %d, behind %d", d.name, s.Sequence, before.card.Predicate.Sequence)
			}
			if s.Previous != before.envelope.Digest() {
				return fault(CodePrevious, "%s names another statement than the one before it", d.name)
			}
		}
		// The first of a month may be a correction only if what it corrects
		// lies before the bundle's series.
		last, seen := revision[s.Month]
		if seen && s.Revision != last+1 || !seen && s.Revision > 0 && v.cards[0].card.Predicate.Sequence == 1 {
			return fault(CodeRevision, "%s is revision %d of %s", d.name, s.Revision, s.Month)
		}
		revision[s.Month] = s.Revision
	}
	return nil
}

// run asks whether the months are those that the norm's terms ask for.
func (v *verification) run() error {
	months, terms := v.cert.Months, v.cert.Terms
	n := v.norm(v.cert.Norm)
	if n == nil {
		return fault(CodeTerms, "the norm is not accepted, so its terms are not known")
	}
	if terms != n.Terms.For(terms.Term) {
		return fault(CodeTerms, "the terms %+v are not those of norm %s", terms, n.ID)
	}
	if terms.Term == TermRenewed && len(months) < terms.Months || terms.Term != TermRenewed && len(months) != terms.Months {
		return fault(CodeMonthCount, "there are %d months, the norm asks for %d", len(months), terms.Months)
	}
	last := months[len(months)-1]
	if last > v.cert.Award || terms.Term != TermRenewed && last != v.cert.Award {
		return fault(CodeMonthAward, "the award month is %s, the last month %s", v.cert.Award, last)
	}
	if missing, gap := v.gap(months[0], terms.Of); gap {
		return fault(CodeMonthGap, "the months reach back over more than %d to %s; %s counts only if it is accepted as excused", terms.Of, months[0], missing)
	}
	return nil
}

// gap tells whether the months lie further apart than the norm allows. Months
// that the insurer accepts as excused make room for as many more.
func (v *verification) gap(first finding.YearMonth, of int) (missing finding.YearMonth, gap bool) {
	span := 0
	for m := first; m <= v.cert.Award && span <= of; m++ {
		certified := slices.Contains(v.cert.Months, m)
		if !certified && slices.Contains(v.trust.Excused, m) {
			continue
		}
		if !certified {
			missing = m
		}
		span++
	}
	return missing, span > of
}

// subjects sees that the certificate rests on scorecards of the bundle, each
// the last word on its month, and each qualifying.
func (v *verification) subjects() error {
	subjects := v.documents[0].cert.Subject
	if len(subjects) != len(v.cert.Months) {
		return fault(CodeScorecards, "the certificate names %d scorecards for %d months", len(subjects), len(v.cert.Months))
	}
	for i, m := range v.cert.Months {
		at := slices.IndexFunc(v.cards, func(d *document) bool { return d.envelope.Digest() == subjects[i].digest() })
		if at < 0 {
			return fault(CodeScorecards, "the scorecard of %s that the certificate names is not in the bundle", m)
		}
		s := &v.cards[at].card.Predicate
		switch {
		case s.Month != m || subjects[i].Name != m.String():
			return fault(CodeScorecards, "the certificate's scorecard for %s is of %s", m, s.Month)
		case !s.Result.Qualifies:
			return fault(CodeNotQualified, "%s does not qualify", m)
		}
		for _, d := range v.all() {
			if p := &d.card.Predicate; p.Month == m && p.Sequence > s.Sequence && v.supersedes(p) {
				return fault(CodeSuperseded, "%s (statement %d) corrects %s", d.name, p.Sequence, m)
			}
		}
	}
	return nil
}

// supersedes tells whether a correction of a certified month undoes the award:
// one that was there when the mark was awarded should have been counted, and
// one that came later counts if the month turns out to fail, whenever it came.
func (v *verification) supersedes(s *Scorecard) bool {
	return !s.Result.Qualifies || !s.EvaluatedAt.After(v.cert.ValidFrom.Time)
}

// all is every scorecard at hand.
func (v *verification) all() []*document { return slices.Concat(v.cards, v.known) }

// later compares with what the insurer knows: the same place in the series
// can't hold two statements, and no month behind the award may be known to
// fail at the instant asked about.
func (v *verification) later() error {
	place := map[int]string{}
	for _, d := range v.all() {
		s := &d.card.Predicate
		digest := d.envelope.Digest()
		if other, taken := place[s.Sequence]; taken && other != digest {
			return fault(CodeFork, "%s is another statement with sequence %d than one at hand", d.name, s.Sequence)
		}
		place[s.Sequence] = digest
		if s.Month > v.cert.Award && !s.Result.Qualifies && !s.EvaluatedAt.After(v.asOf) {
			return fault(CodeLaterFails, "%s: %s, behind the award, does not qualify", d.name, s.Month)
		}
	}
	return nil
}
