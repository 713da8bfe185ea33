package attest

import (
	"errors"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
)

var holderAttacks = []attack{
	{name: "certificate of another company", step: StepSubject, code: CodeCompany, do: func(s *scheme) { s.cert.Predicate.Company = "kvk:1" }},
	{name: "everything of another company", step: StepSubject, code: CodeCompany, do: func(s *scheme) { s.trust.Company = "kvk:1" }},
	{name: "company in other case", step: StepSubject, code: CodeCompany, do: func(s *scheme) { s.trust.Company = "KVK:30123456" }},
	{name: "a month of another company", step: StepSubject, code: CodeCompany, do: func(s *scheme) {
		s.card(2).Company = "kvk:1"
		s.cards[2].Subject = []Subject{s.cards[2].subject()}
	}},
	{name: "a month of another company where any will do", step: StepSubject, code: CodeCompany, do: func(s *scheme) {
		s.trust.Company, s.trust.AnyCompany = "", true
		s.card(2).Company = "kvk:1"
		s.cards[2].Subject = []Subject{s.cards[2].subject()}
	}},
	{name: "a known scorecard of another company", step: StepSubject, code: CodeCompany, do: func(s *scheme) {
		c := *s.cards[0]
		c.Predicate.Company, c.Predicate.Sequence = "kvk:1", 9
		c.Predicate.Month--
		c.Subject = []Subject{c.subject()}
		s.trust.Known = []*Envelope{s.sign("known", &c, named("score"))}
	}},
	{name: "a norm that is not accepted", step: StepSubject, code: CodeNorm, also: []Step{StepMonths, StepDates}, do: func(s *scheme) {
		s.cert.Predicate.Norm.Digest = Digest([]byte("another"))
	}},
	{name: "another id of the norm", step: StepSubject, code: CodeNorm, also: []Step{StepMonths, StepDates}, do: func(s *scheme) { s.cert.Predicate.Norm.ID = "lenient" }},
	{name: "another version of the norm", step: StepSubject, code: CodeNorm, also: []Step{StepMonths, StepDates}, do: func(s *scheme) { s.cert.Predicate.Norm.Version = "0" }},
	{name: "score of another norm digest", step: StepSubject, code: CodeNorm, also: []Step{StepArithmetic}, do: func(s *scheme) { s.card(4).Norm.Digest = Digest([]byte("another")) }},
	{name: "score of another norm that is accepted", step: StepSubject, code: CodeNorm, do: func(s *scheme) {
		other := testNorm
		other.ID, other.Digest = "other", Digest([]byte("another"))
		s.trust.Norms = append(s.trust.Norms, other)
		s.card(4).Norm = NormRef{other.Digest, other.ID, other.Version}
	}},
	{name: "no accepted norm", step: StepSubject, code: CodeNorm, also: []Step{StepMonths, StepArithmetic, StepDates}, do: func(s *scheme) { s.trust.Norms = nil }},
	{name: "a norm before its time", step: StepSubject, code: CodeNormMonth, also: []Step{StepArithmetic}, do: func(s *scheme) {
		s.trust.Norms[0].From = finding.MonthOf(2026, 6)
	}},
	{name: "a norm after its time", step: StepSubject, code: CodeNormMonth, also: []Step{StepArithmetic}, do: func(s *scheme) {
		s.trust.Norms[0].Until = new(finding.MonthOf(2026, 9))
	}},
	{name: "subject of other findings", step: StepSubject, code: CodeSubject, do: func(s *scheme) { s.cards[1].Subject[0].Digest = s.cards[2].Subject[0].Digest }},
	{name: "subject of another month", step: StepSubject, code: CodeSubject, do: func(s *scheme) { s.cards[1].Subject[0].Name = holder + "/2026-07" }},
	{name: "subject of another company", step: StepSubject, code: CodeSubject, do: func(s *scheme) { s.cards[1].Subject[0].Name = "kvk:1/2026-06" }},
}

// worse makes the card of a month that does not qualify, consistently.
func (s *scheme) worse(i int) *Scorecard {
	c := s.card(i)
	c.Result.Criteria[1] = Criterion{"computers", ruling.Unmet, 0, 3000}
	c.Result.Earned, c.Result.Score, c.Result.Qualifies = 6000, new(ruling.Points(6000)), false
	return c
}

// known signs a card of which only the insurer knows: a copy of the i-th, with
// the sequence, changed.
func (s *scheme) known(i, sequence int, change func(*Scorecard)) {
	s.build() // so that what is copied has its previous
	c := *s.cards[i]
	c.Predicate.Sequence, c.Predicate.Previous = sequence, Digest([]byte("whatever"))
	c.Predicate.Result.Criteria = slices.Clone(c.Predicate.Result.Criteria)
	change(&c.Predicate)
	c.Subject = []Subject{c.subject()}
	s.trust.Known = append(s.trust.Known, s.sign("known", &c, named("score")))
}

var fails = func(c *Scorecard) {
	c.Result.Criteria[1] = Criterion{"computers", ruling.Unmet, 0, 3000}
	c.Result.Earned, c.Result.Score, c.Result.Qualifies = 6000, new(ruling.Points(6000)), false
}

var monthAttacks = []attack{
	{name: "same month twice", step: StepMonths, code: CodeMonthTwice, do: func(s *scheme) { s.cert.Predicate.Months[1] = s.cert.Predicate.Months[0] }},
	{name: "same scorecard twice", step: StepMonths, code: CodeMonthTwice, do: func(s *scheme) {
		s.subjects[1] = 0
		s.cert.Predicate.Months[1] = s.cert.Predicate.Months[0]
	}},
	{name: "wrong order", step: StepMonths, code: CodeMonthOrder, do: func(s *scheme) {
		m := s.cert.Predicate.Months
		m[2], m[3] = m[3], m[2]
		s.subjects[2], s.subjects[3] = 3, 2
	}},
	{name: "other months than the insurer wants", step: StepMonths, code: CodeMonthWanted, do: func(s *scheme) {
		s.trust.Months = []finding.YearMonth{finding.MonthOf(2026, 5)}
	}},
	{name: "five months", step: StepMonths, code: CodeMonthCount, do: func(s *scheme) {
		s.cert.Predicate.Months, s.subjects = s.cert.Predicate.Months[1:], s.subjects[1:]
	}},
	{name: "seven months", step: StepMonths, code: CodeMonthCount, do: func(s *scheme) {
		m := finding.MonthOf(2026, 4)
		s.cert.Predicate.Months = append([]finding.YearMonth{m}, s.cert.Predicate.Months...)
	}},
	{name: "five months by terms of their own", step: StepMonths, code: CodeTerms, do: func(s *scheme) {
		s.cert.Predicate.Months, s.subjects = s.cert.Predicate.Months[1:], s.subjects[1:]
		s.cert.Predicate.Terms.Months, s.cert.Predicate.Terms.Of = 5, 5
	}},
	{name: "a longer window", step: StepMonths, code: CodeTerms, do: func(s *scheme) { s.cert.Predicate.Terms.Of = 12 }},
	{name: "another close day", step: StepMonths, code: CodeTerms, also: []Step{StepDates}, do: func(s *scheme) { s.cert.Predicate.Terms.CloseDay = 5 }},
	{name: "another zone", step: StepMonths, code: CodeTerms, do: func(s *scheme) { s.cert.Predicate.Terms.Zone = "Europe/Brussels" }},
	{name: "a longer term", step: StepMonths, code: CodeTerms, do: func(s *scheme) {
		s.cert.Predicate.Terms.Validity = 24
		s.cert.Predicate.ValidUntil = instantOf("2028-11-05T23:00:00Z")
	}},
	{name: "a term renewed with too few months", step: StepMonths, code: CodeMonthCount, do: func(s *scheme) { s.cert.Predicate.Terms = testNorm.Terms.For(TermRenewed) }},
	{name: "a term renewed by a month behind it", step: StepMonths, code: CodeMonthAward, do: func(s *scheme) {
		s.trust.Norms[0].Terms.Renew = 4
		s.cert.Predicate.Terms = s.trust.Norms[0].Terms.For(TermRenewed)
		s.cert.Predicate.Award = finding.MonthOf(2026, 9)
		s.cert.Predicate.ValidUntil = instantOf("2027-10-05T22:00:00Z")
	}},
	{name: "gap", step: StepMonths, code: CodeMonthGap, do: func(s *scheme) { s.without(2) }},
	{name: "a gap where another month is excused", step: StepMonths, code: CodeMonthGap, do: func(s *scheme) {
		s.without(2)
		s.trust.Excused = []finding.YearMonth{finding.MonthOf(2026, 4)}
	}},
	{name: "award in another month", step: StepMonths, code: CodeMonthAward, do: func(s *scheme) {
		s.cert.Predicate.Award = finding.MonthOf(2026, 9)
		s.cert.Predicate.ValidUntil = instantOf("2027-10-05T22:00:00Z")
	}},
	{name: "award in a month that is not there", step: StepMonths, code: CodeMonthAward, do: func(s *scheme) {
		s.cert.Predicate.Award = finding.MonthOf(2026, 11)
		s.cert.Predicate.ValidFrom, s.cert.Predicate.ValidUntil = instantOf("2026-12-05T23:00:00Z"), instantOf("2027-12-05T23:00:00Z")
		s.list.Entries[0].From, s.list.Issued, s.list.NextUpdate = s.cert.Predicate.ValidFrom, instantOf("2026-12-10T00:00:00Z"), instantOf("2026-12-12T00:00:00Z")
		s.asOf = instantOf("2026-12-10T00:00:00Z").Time
	}},
	{name: "truncated chain", step: StepMonths, code: CodeScorecards, do: func(s *scheme) { s.bundle = func(b *Bundle) { b.Scorecards = b.Scorecards[1:] } }},
	{name: "the last scorecard left out", step: StepMonths, code: CodeScorecards, do: func(s *scheme) { s.bundle = func(b *Bundle) { b.Scorecards = b.Scorecards[:5] } }},
	{name: "a statement left out in between", step: StepMonths, code: CodeSequence, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Scorecards = slices.Delete(b.Scorecards, 2, 3) }
	}},
	{name: "scorecards in another order", step: StepMonths, code: CodeSequence, also: []Step{StepDates}, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Scorecards[2], b.Scorecards[3] = b.Scorecards[3], b.Scorecards[2] }
	}},
	{name: "a scorecard there twice", step: StepMonths, code: CodeSequence, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Scorecards = slices.Insert(b.Scorecards, 2, b.Scorecards[2]) }
	}},
	{name: "a sequence number skipped", step: StepMonths, code: CodeSequence, do: func(s *scheme) {
		for i := 3; i < 6; i++ {
			s.card(i).Sequence++
		}
	}},
	{name: "previous is another statement", step: StepMonths, code: CodePrevious, do: func(s *scheme) {
		s.unlinked = true
		for i := 1; i < 6; i++ {
			s.card(i).Previous = Digest([]byte("statement"))
		}
	}},
	{name: "a rewritten statement in an honest chain", step: StepMonths, code: CodePrevious, do: func(s *scheme) {
		s.build()
		s.unlinked = true
		s.card(2).Coverage.AssetsScanned--
	}},
	{name: "a correction left out", step: StepMonths, code: CodeSequence, do: func(s *scheme) {
		s.correct(1, 2)
		s.bundle = func(b *Bundle) { b.Scorecards = slices.Delete(b.Scorecards, 2, 3) }
	}},
	{name: "a revision left out", step: StepMonths, code: CodeRevision, do: func(s *scheme) {
		s.correct(1, 2)
		s.card(2).Revision = 2
	}},
	{name: "a revision before its month", step: StepMonths, code: CodeRevision, do: func(s *scheme) {
		for i, c := range s.cards {
			c.Predicate.Sequence = i + 1
		}
		s.card(0).Previous = ""
		s.card(0).Revision = 1
	}},
	{name: "two first statements for one month", step: StepMonths, code: CodeRevision, do: func(s *scheme) {
		s.correct(1, 2)
		s.card(2).Revision = 0
	}},
	{name: "certificate over a corrected scorecard", step: StepMonths, code: CodeSuperseded, do: func(s *scheme) {
		s.correct(1, 2)
		s.subjects[1] = 1
	}},
	{name: "a correction after the award that fails", step: StepMonths, code: CodeSuperseded, do: func(s *scheme) {
		s.correct(1, 6)
		s.worse(6)
		s.card(6).EvaluatedAt = instantOf("2026-11-10T00:00:00Z")
		s.subjects[1] = 1
	}},
	{name: "a failing correction that only the insurer knows", step: StepMonths, code: CodeSuperseded, do: func(s *scheme) {
		s.known(1, 9, func(c *Scorecard) { fails(c); c.Revision = 1 })
	}},
	{name: "a correction before the award that only the insurer knows", step: StepMonths, code: CodeSuperseded, do: func(s *scheme) {
		s.known(1, 9, func(c *Scorecard) { c.Revision = 1 })
	}},
	{name: "hidden later month", step: StepMonths, code: CodeLaterFails, do: func(s *scheme) {
		s.known(5, 9, func(c *Scorecard) {
			fails(c)
			c.Month++
			c.EvaluatedAt = instantOf("2026-11-20T00:00:00Z")
		})
	}},
	{name: "a later month of the bundle fails", step: StepMonths, code: CodeLaterFails, do: func(s *scheme) {
		s.add(finding.MonthOf(2026, 11))
		s.worse(6)
		s.asOf = instantOf("2026-12-06T00:00:00Z").Time
		s.list.Issued, s.list.NextUpdate = instantOf("2026-12-05T00:00:00Z"), instantOf("2026-12-07T00:00:00Z")
	}},
	{name: "another history for the insurer", step: StepMonths, code: CodeFork, do: func(s *scheme) {
		s.known(2, 5, func(c *Scorecard) { c.Coverage.AssetsScanned = 1 })
	}},
	{name: "a month that fails", step: StepMonths, code: CodeNotQualified, do: func(s *scheme) { s.worse(3) }},
	{name: "no subject of the certificate", step: StepMonths, code: CodeScorecards, do: func(s *scheme) {
		s.statement = func(c *CertificateStatement) { c.Subject = []Subject{} }
	}},
	{name: "certificate over a scorecard that is not there", step: StepMonths, code: CodeScorecards, do: func(s *scheme) {
		s.statement = func(c *CertificateStatement) { c.Subject[2] = subject(c.Subject[2].Name, Digest([]byte("another"))) }
	}},
	{name: "subjects of the certificate in another order", step: StepMonths, code: CodeScorecards, do: func(s *scheme) {
		s.statement = func(c *CertificateStatement) { c.Subject[2], c.Subject[3] = c.Subject[3], c.Subject[2] }
	}},
	{name: "one scorecard for two months", step: StepMonths, code: CodeScorecards, do: func(s *scheme) {
		s.statement = func(c *CertificateStatement) { c.Subject[2].Digest = c.Subject[3].Digest }
	}},
	{name: "subject of the certificate under another name", step: StepMonths, code: CodeScorecards, do: func(s *scheme) {
		s.statement = func(c *CertificateStatement) { c.Subject[2].Name = "2026-08" }
	}},
	{name: "an envelope's digest in the certificate", step: StepMonths, code: CodeScorecards, do: func(s *scheme) {
		envelope, err := s.build().Scorecards[2].JSON()
		require.NoError(s.t, err)
		s.statement = func(c *CertificateStatement) { c.Subject[2] = subject(c.Subject[2].Name, Digest(envelope)) }
	}},
}

// without takes a month out of the honest run and adds one before it instead,
// so that there are six again.
func (s *scheme) without(i int) {
	months := s.cert.Predicate.Months
	for j, c := range s.cards {
		if j <= i {
			c.Predicate.Month--
			zone, err := finding.LoadZone(testNorm.Terms.Zone)
			require.NoError(s.t, err)
			end := (c.Predicate.Month + 1).Start(zone)
			c.Predicate.AsOf, c.Predicate.EvaluatedAt = At(end), At(end.Add(time.Hour))
			c.Subject = []Subject{c.subject()}
			months[j]--
		}
	}
}

// correct puts a correction of the i-th card at a place in the series, and has
// the certificate rest on it.
func (s *scheme) correct(i, at int) {
	c := *s.cards[i]
	c.Predicate.Result.Criteria = slices.Clone(c.Predicate.Result.Criteria)
	c.Predicate.Revision = 1
	c.Predicate.EvaluatedAt = s.card(at - 1).EvaluatedAt
	s.cards = slices.Insert(s.cards, at, &c)
	for j, card := range s.cards {
		card.Predicate.Sequence = 3 + j
	}
	for j := range s.subjects {
		if s.subjects[j] >= at {
			s.subjects[j]++
		}
	}
	s.subjects[i] = at
}

var sumAttacks = []attack{
	{name: "points that don't add up", step: StepArithmetic, code: CodeEarned, do: func(s *scheme) { s.card(1).Result.Earned = 9500 }},
	{name: "a score of its own", step: StepArithmetic, code: CodeScore, do: func(s *scheme) { *s.card(1).Result.Score = 9001 }},
	{name: "a score rounded up", step: StepArithmetic, code: CodeScore, do: func(s *scheme) {
		r := &s.card(1).Result
		r.Criteria[2] = Criterion{"course", ruling.Unmet, 1001, 2000}
		r.Criteria[3] = Criterion{"staff", ruling.NotApplicable, 0, 2000}
		r.Earned, r.Applicable, r.Score = 7001, 8000, new(ruling.Points(8752)) // 8751.25
	}},
	{name: "no score", step: StepArithmetic, code: CodeScore, do: func(s *scheme) { s.card(1).Result.Score = nil }},
	{name: "a score where nothing applies", step: StepArithmetic, code: CodeScore, do: func(s *scheme) {
		r := &s.card(1).Result
		for i := range r.Criteria {
			r.Criteria[i].Outcome, r.Criteria[i].Points = ruling.NotApplicable, 0
		}
		r.Earned, r.Applicable = 0, 0
	}},
	{name: "it qualifies where nothing applies", step: StepArithmetic, code: CodeQualifies, do: func(s *scheme) {
		r := &s.card(1).Result
		for i := range r.Criteria {
			r.Criteria[i].Outcome, r.Criteria[i].Points = ruling.NotApplicable, 0
		}
		r.Earned, r.Applicable, r.Score = 0, 0, nil
	}},
	{name: "a score in spite of what is unknown", step: StepArithmetic, code: CodeScore, do: func(s *scheme) {
		s.trust.Norms[0].RefuseUnknown = true
		s.card(1).Result.Criteria[2] = Criterion{"course", ruling.Unknown, 0, 2000}
		s.card(1).Result.Earned, s.card(1).Result.Score = 8000, new(ruling.Points(8000))
	}},
	{name: "qualifies under the threshold", step: StepArithmetic, code: CodeQualifies, do: func(s *scheme) {
		s.worse(1)
		s.card(1).Result.Qualifies = true
	}},
	{name: "qualifies by a point that is rounded", step: StepArithmetic, code: CodeQualifies, do: func(s *scheme) {
		r := &s.card(1).Result // 7999.9 of 10000
		r.Criteria = []Criterion{{"website", ruling.Met, 3000, 3000}, {"computers", ruling.Met, 3000, 3000}, {"course", ruling.Unmet, 1999, 2000}, {"staff", ruling.Unmet, 0, 2000}}
		r.Earned, r.Score = 7999, new(ruling.Points(7999))
	}},
	{name: "a knock-out criterion unmet", step: StepArithmetic, code: CodeQualifies, do: func(s *scheme) {
		s.trust.Norms[0].Threshold = 5000
		for _, c := range s.cards {
			c.Predicate.Result.Threshold = 5000
		}
		r := &s.card(1).Result
		r.Criteria[0] = Criterion{"website", ruling.Unmet, 0, 3000}
		r.Earned, r.Score = 6000, new(ruling.Points(6000))
	}},
	{name: "a lower threshold", step: StepArithmetic, code: CodeMark, do: func(s *scheme) { s.card(1).Result.Threshold = 7000 }},
	{name: "a heavier weight", step: StepArithmetic, code: CodeWeight, do: func(s *scheme) {
		r := &s.card(1).Result
		r.Criteria[0].Weight, r.Criteria[0].Points = 4000, 4000
		r.Criteria[2].Weight = 1000
		r.Earned, r.Score = 10000, new(ruling.Points(10000))
	}},
	{name: "a criterion of its own", step: StepArithmetic, code: CodeCriteria, do: func(s *scheme) { s.card(1).Result.Criteria[3].ID = "easy" }},
	{name: "a criterion left out", step: StepArithmetic, code: CodeCriteria, do: func(s *scheme) {
		r := &s.card(1).Result
		r.Criteria = slices.Delete(r.Criteria, 2, 3)
		r.Earned, r.Applicable, r.Score = 8000, 8000, new(ruling.Points(10000))
	}},
	{name: "a criterion added", step: StepArithmetic, code: CodeCriteria, do: func(s *scheme) {
		s.card(1).Result.Criteria = append(s.card(1).Result.Criteria, Criterion{"easy", ruling.Met, 0, 0})
	}},
	{name: "criteria in another order", step: StepArithmetic, code: CodeCriteria, do: func(s *scheme) {
		c := s.card(1).Result.Criteria
		c[0], c[1] = c[1], c[0]
	}},
	{name: "points for what is unmet", step: StepArithmetic, code: CodePoints, do: func(s *scheme) { s.card(1).Result.Criteria[1].Outcome = ruling.Unmet }},
	{name: "points for what is unknown", step: StepArithmetic, code: CodePoints, do: func(s *scheme) { s.card(1).Result.Criteria[1].Outcome = ruling.Unknown }},
	{name: "points for what does not apply", step: StepArithmetic, code: CodePoints, do: func(s *scheme) { s.card(1).Result.Criteria[1].Outcome = ruling.NotApplicable }},
	{name: "partial points where there are none", step: StepArithmetic, code: CodePoints, do: func(s *scheme) {
		s.card(1).Result.Criteria[3] = Criterion{"staff", ruling.Unmet, 1999, 2000}
		s.card(1).Result.Earned, s.card(1).Result.Score = 8999, new(ruling.Points(8999))
	}},
	{name: "all points for what is met in part", step: StepArithmetic, code: CodePoints, do: func(s *scheme) {
		s.card(1).Result.Criteria[2].Points = 2000
		s.card(1).Result.Earned, s.card(1).Result.Score = 10000, new(ruling.Points(10000))
	}},
	{name: "fewer points than met", step: StepArithmetic, code: CodePoints, do: func(s *scheme) {
		s.card(1).Result.Criteria[3].Points = 1000
		s.card(1).Result.Earned, s.card(1).Result.Score = 8000, new(ruling.Points(8000))
	}},
	{name: "applicable made smaller", step: StepArithmetic, code: CodeApplicable, do: func(s *scheme) {
		s.card(1).Result.Applicable, s.card(1).Result.Score = 9000, new(ruling.Points(10000))
	}},
	{name: "sums of a known scorecard", step: StepArithmetic, code: CodeEarned, do: func(s *scheme) {
		s.known(0, 2, func(c *Scorecard) { c.Month--; c.Result.Earned++ })
	}},
}

// judgedAgain answers as a replay for every scorecard.
func judgedAgain(change func(*Result)) Replay {
	return func(s *Scorecard) (Result, bool, error) {
		r := s.Result
		r.Criteria = slices.Clone(r.Criteria)
		if s.Sequence == 5 {
			change(&r)
		}
		return r, true, nil
	}
}

var replayAttacks = []attack{
	{name: "judged again, another outcome", step: StepReplay, code: CodeReplay, do: func(s *scheme) {
		s.trust.Replay = judgedAgain(func(r *Result) { r.Criteria[1].Outcome = ruling.Unmet })
	}},
	{name: "judged again, other points", step: StepReplay, code: CodeReplay, do: func(s *scheme) {
		s.trust.Replay = judgedAgain(func(r *Result) { r.Criteria[2].Points = 0 })
	}},
	{name: "judged again, it does not qualify", step: StepReplay, code: CodeReplay, do: func(s *scheme) {
		s.trust.Replay = judgedAgain(func(r *Result) { r.Qualifies = false })
	}},
	{name: "judged again, no score", step: StepReplay, code: CodeReplay, do: func(s *scheme) {
		s.trust.Replay = judgedAgain(func(r *Result) { r.Score = nil })
	}},
	{name: "findings that can't be judged", step: StepReplay, code: CodeReplayFail, do: func(s *scheme) {
		s.trust.Replay = func(*Scorecard) (Result, bool, error) { return Result{}, true, errors.New("unreadable") }
	}},
}

var dateAttacks = []attack{
	{name: "expired", step: StepDates, code: CodeExpired, do: func(s *scheme) { s.at("2027-11-05T23:00:00Z") }},
	{name: "not yet valid", step: StepDates, code: CodeNotYet, also: []Step{StepStatus}, do: func(s *scheme) { s.asOf = instantOf("2026-11-05T22:59:59Z").Time }},
	{name: "future-dated certificate", step: StepDates, code: CodeNotYet, do: func(s *scheme) {
		s.cert.Predicate.ValidFrom = instantOf("2026-11-20T12:00:01Z")
	}},
	{name: "future-dated scorecard", step: StepDates, code: CodeLateCard, do: func(s *scheme) { s.card(5).EvaluatedAt = instantOf("2026-11-06T00:00:00Z") }},
	{name: "dated after the insurer's clock", step: StepDates, code: CodeFuture, do: func(s *scheme) {
		s.trust.Now = s.asOf
		s.add(finding.MonthOf(2026, 11))
	}},
	{name: "judged before the month was over", step: StepDates, code: CodeMonthOpen, do: func(s *scheme) { s.card(5).EvaluatedAt = instantOf("2026-10-31T22:59:59Z") }},
	{name: "as of another instant", step: StepDates, code: CodeAsOf, do: func(s *scheme) { s.card(3).AsOf = instantOf("2026-08-31T00:00:00Z") }},
	{name: "as of the end of the month in UTC", step: StepDates, code: CodeAsOf, do: func(s *scheme) { s.card(3).AsOf = instantOf("2026-09-01T00:00:00Z") }},
	{name: "a statement dated before the one it follows", step: StepDates, code: CodeIssueOrder, do: func(s *scheme) { s.card(2).EvaluatedAt = instantOf("2026-09-10T00:00:00Z") }},
	{name: "awarded before the month closed", step: StepDates, code: CodeAwarded, do: func(s *scheme) {
		s.cert.Predicate.ValidFrom = instantOf("2026-11-05T22:59:59Z")
	}},
	{name: "a term without an end", step: StepDates, code: CodeTermEnd, do: func(s *scheme) { s.cert.Predicate.ValidUntil = Instant{} }},
	{name: "a term a month too long", step: StepDates, code: CodeTermEnd, do: func(s *scheme) { s.cert.Predicate.ValidUntil = instantOf("2027-12-05T23:00:00Z") }},
	{name: "a term from its own first day", step: StepDates, code: CodeTermEnd, do: func(s *scheme) {
		s.cert.Predicate.ValidFrom, s.cert.Predicate.ValidUntil = instantOf("2026-11-10T00:00:00Z"), instantOf("2027-11-10T00:00:00Z")
	}},
}

// at asks about an instant, with a status list that is fresh then.
func (s *scheme) at(t string) {
	s.asOf = instantOf(t).Time
	s.list.Issued, s.list.NextUpdate = At(s.asOf), At(s.asOf.Add(time.Hour))
}

var statusAttacks = []attack{
	{name: "status missing", step: StepStatus, code: CodeStatusMissing, do: func(s *scheme) { s.bundle = func(b *Bundle) { b.Status = nil } }},
	{name: "status of another list", step: StepStatus, code: CodeStatusList, do: func(s *scheme) { s.list.List = "cyberkeurmerk.nl/status/2" }},
	{name: "certificate not in the list", step: StepStatus, code: CodeStatusEntry, do: func(s *scheme) { s.list.Entries[0].Serial = "2026-2" }},
	{name: "an empty list", step: StepStatus, code: CodeStatusEntry, do: func(s *scheme) { s.list.Entries = []StatusEntry{} }},
	{name: "status of another certificate with the serial", step: StepStatus, code: CodeStatusDigest, do: func(s *scheme) {
		s.entries = func(l *StatusList) { l.Entries[0].Digest = Digest([]byte("another")) }
	}},
	{name: "status older than the certificate allows", step: StepStatus, code: CodeStatusStale, do: func(s *scheme) {
		s.list.Issued, s.list.NextUpdate = instantOf("2026-11-13T11:59:59Z"), instantOf("2026-12-01T00:00:00Z")
	}},
	{name: "status past its next update", step: StepStatus, code: CodeStatusStale, do: func(s *scheme) { s.list.NextUpdate = At(s.asOf) }},
	{name: "older sequence", step: StepStatus, code: CodeStatusOld, do: func(s *scheme) { s.trust.Seen.Sequence = 15 }},
	{name: "replayed status list", step: StepStatus, code: CodeStatusOld, do: func(s *scheme) {
		s.list.Sequence = 13
		s.trust.Seen = Seen{14, Digest([]byte("list 14"))}
	}},
	{name: "two lists with one sequence", step: StepStatus, code: CodeStatusFork, do: func(s *scheme) { s.trust.Seen = Seen{14, Digest([]byte("list 14"))} }},
	{name: "status dated after the insurer's clock", step: StepStatus, code: CodeStatusFuture, do: func(s *scheme) {
		s.trust.Now = s.asOf
		s.list.Issued = instantOf("2026-11-20T12:00:01Z")
	}},
	{name: "suspended", step: StepStatus, code: CodeSuspended, do: func(s *scheme) { s.list.Entries[0].Status = Suspended }},
	{name: "invalid", step: StepStatus, code: CodeInvalid, do: func(s *scheme) { s.list.Entries[0].Status = Invalid }},
	{name: "suspended on the day but valid now", step: StepStatus, code: CodeSuspended, do: func(s *scheme) {
		s.intervals("2026-11-15T00:00:00Z", Suspended, "2026-11-15T00:00:00Z", Valid)
		s.asOf = instantOf("2026-11-14T23:59:59Z").Time
	}},
	{name: "valid on the day but suspended now", step: StepStatus, code: CodeSuspended, do: func(s *scheme) {
		s.intervals("2026-11-15T00:00:00Z", Valid, "2026-11-15T00:00:00Z", Suspended)
		s.asOf = instantOf("2026-11-15T00:00:00Z").Time
	}},
	{name: "before the first interval", step: StepStatus, code: CodeStatusEntry, do: func(s *scheme) {
		s.list.Entries[0].From = instantOf("2026-11-20T00:00:00Z")
		s.asOf = instantOf("2026-11-19T00:00:00Z").Time
	}},
	{name: "behind the last interval", step: StepStatus, code: CodeStatusEntry, do: func(s *scheme) { s.list.Entries[0].Until = At(s.asOf) }},
}
