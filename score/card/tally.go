package card

import (
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Sums is the arithmetic over verdicts: what a month earned, of what.
type Sums struct {
	Points     []ruling.Points // per verdict
	Earned     ruling.Points
	Applicable ruling.Points
	Score      *ruling.Points // nil: nothing applicable, or refused for what is unknown
	Measured   ruling.Points
	Qualifies  bool
}

// Tally adds up verdicts. A criterion earns its weight if met and the share of
// it, rounded down, for partial credit; one that does not apply drops out of
// both sums, or counts as met where the norm says so. The score is earned ×
// 10000 / applicable, rounded down; the threshold is compared exactly. The
// month must besides lie in the norm's range, which is for the caller to see.
func Tally(verdicts []ruling.Verdict, rules ruling.Scoring) Sums {
	s := Sums{Points: make([]ruling.Points, len(verdicts))}
	var measured ruling.Points
	required, refused := true, false
	for i, v := range verdicts {
		switch {
		case v.Outcome == ruling.NotApplicable && !rules.EarnNotApplicable:
			continue
		case v.Outcome == ruling.Met, v.Outcome == ruling.NotApplicable:
			s.Points[i] = v.Weight
		case v.Outcome == ruling.Unmet:
			s.Points[i] = v.Weight * v.Share / ruling.Whole
		}
		s.Applicable += v.Weight
		s.Earned += s.Points[i]
		if v.Outcome == ruling.Unknown {
			refused = refused || rules.RefuseUnknown
		} else {
			measured += v.Weight
		}
		required = required && (!v.Required || v.Outcome == ruling.Met || v.Outcome == ruling.NotApplicable)
	}
	if s.Applicable == 0 {
		return s
	}
	s.Measured = measured * ruling.Whole / s.Applicable
	if refused {
		return s
	}
	s.Score = new(s.Earned * ruling.Whole / s.Applicable)
	s.Qualifies = required && s.Earned*ruling.Whole >= rules.Threshold*s.Applicable
	return s
}
