package attest

import (
	"fmt"

	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// arithmetic repeats the sums of every scorecard from its criteria, by the
// weights and rules in the insurer's own copy of the norm.
func (v *verification) arithmetic() (string, error) {
	for _, d := range v.all() {
		n := v.norm(d.card.Predicate.Norm)
		if n == nil {
			return "", fault(CodeNorm, "%s: its norm is not accepted, so its weights are not known", d.name)
		}
		if err := n.repeat(&d.card.Predicate); err != nil {
			return "", naming(d.name, err)
		}
	}
	v.report.Replay = "arithmetic"
	return fmt.Sprintf("the sums of %d scorecards follow from their criteria", len(v.all())), nil
}

// repeat does the sums of a scorecard again.
func (n *Norm) repeat(s *Scorecard) error {
	r := &s.Result
	if len(r.Criteria) != len(n.Criteria) {
		return fault(CodeCriteria, "it has %d criteria, the norm %d", len(r.Criteria), len(n.Criteria))
	}
	verdicts := make([]ruling.Verdict, len(r.Criteria))
	for i, k := range r.Criteria {
		own := n.Criteria[i]
		if k.ID != own.ID {
			return fault(CodeCriteria, "criterion %d is %s, in the norm %s", i+1, k.ID, own.ID)
		}
		if k.Weight != own.Weight {
			return fault(CodeWeight, "%s weighs %d points, in the norm %d", k.ID, k.Weight, own.Weight)
		}
		verdicts[i] = ruling.Verdict{Criterion: k.ID, Weight: own.Weight, Required: own.Required, Outcome: k.Outcome}
	}
	sums := card.Tally(verdicts, ruling.Scoring{Threshold: n.Threshold, RefuseUnknown: n.RefuseUnknown, EarnNotApplicable: n.EarnNotApplicable})
	for i, k := range r.Criteria {
		part := k.Outcome == ruling.Unmet && n.Criteria[i].Partial && k.Points < k.Weight // what share was earned is the card's word
		if k.Points != sums.Points[i] && !part {
			return fault(CodePoints, "%s is %s and has %d points, must be %d", k.ID, k.Outcome, k.Points, sums.Points[i])
		}
		sums.Earned += k.Points - sums.Points[i]
	}
	return n.total(s, &sums)
}

// total compares the totals. The sums hold those that the criteria give, with
// what was earned in part.
func (n *Norm) total(s *Scorecard, sums *card.Sums) error {
	r := &s.Result
	switch {
	case r.Earned != sums.Earned:
		return fault(CodeEarned, "earned is %d, its criteria add up to %d", r.Earned, sums.Earned)
	case r.Applicable != sums.Applicable:
		return fault(CodeApplicable, "applicable is %d, its criteria add up to %d", r.Applicable, sums.Applicable)
	case r.Threshold != n.Threshold:
		return fault(CodeMark, "the threshold is %d, in the norm %d", r.Threshold, n.Threshold)
	case (r.Score == nil) != (sums.Score == nil):
		return fault(CodeScore, "there is a score where there can be none, or none where there is one")
	}
	if r.Score == nil {
		if r.Qualifies {
			return fault(CodeQualifies, "it qualifies without a score")
		}
		return nil
	}
	if want := sums.Earned * ruling.Whole / sums.Applicable; *r.Score != want {
		return fault(CodeScore, "the score is %d, %d of %d is %d", *r.Score, sums.Earned, sums.Applicable, want)
	}
	enough := sums.Earned*ruling.Whole >= n.Threshold*sums.Applicable && n.requiredMet(r)
	if want := enough && n.inForce(s.Month); r.Qualifies != want {
		return fault(CodeQualifies, "qualifies is %v, its criteria and the norm say %v", r.Qualifies, want)
	}
	return nil
}

// requiredMet tells whether every knock-out criterion is met or does not apply.
func (n *Norm) requiredMet(r *Result) bool {
	for i, k := range r.Criteria {
		if n.Criteria[i].Required && k.Outcome != ruling.Met && k.Outcome != ruling.NotApplicable {
			return false
		}
	}
	return true
}

// replay has every scorecard judged again of which the findings are at hand.
func (v *verification) replay() (string, error) {
	if v.trust.Replay == nil {
		return "no findings are given: that the outcomes follow from them is the issuer's word", errSkipped
	}
	done := 0
	for _, d := range v.all() {
		s := &d.card.Predicate
		again, given, err := v.trust.Replay(s)
		switch {
		case err != nil:
			return "", fault(CodeReplayFail, "%s: %s can't be judged again: %v", d.name, s.Month, err)
		case !given:
			continue
		}
		done++
		if err := same(&s.Result, &again); err != nil {
			return "", naming(d.name, err)
		}
	}
	if done == 0 {
		return "none of the given findings are those of a scorecard", errSkipped
	}
	if done == len(v.all()) {
		v.report.Replay = "full"
	} else {
		v.report.Replay = "partial"
	}
	return fmt.Sprintf("%d of %d scorecards were judged again, to the same bytes", done, len(v.all())), nil
}

// same compares two results by their bytes.
func same(signed, again *Result) error {
	a, err := encodeCanonical(signed)
	if err != nil {
		return fault(CodeReplay, "%v", err)
	}
	b, err := encodeCanonical(again)
	if err != nil {
		return fault(CodeReplay, "%v", err)
	}
	if string(a) != string(b) {
		return fault(CodeReplay, "judged again, the result is %s", clip(string(b)))
	}
	return nil
}
