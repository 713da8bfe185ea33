// Package replay judges months again, for an insurer who holds the findings.
//
// [Norm] gives what verification needs of a norm, [Of] the judge to put into
// [attest.Trust]:
//
//	trust.Norms = []attest.Norm{replay.Norm(n)}
//	trust.Replay = replay.Of(ctx, []*norm.Norm{n}, months)
//
// This is the one part of verification that contains a rules engine; attest
// itself has none.
package replay

import (
	"context"
	"fmt"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/score"
)

// Norm is the insurer's own copy of a norm, as far as verification needs it:
// weights, threshold, rules of counting and terms.
func Norm(n *norm.Norm) attest.Norm {
	from, until := n.Range()
	scoring := n.Scoring()
	out := attest.Norm{Criteria: []attest.NormCriterion{}, Digest: n.Files(), From: from, ID: n.ID(), Version: n.Version(),
		RefuseUnknown: scoring.RefuseUnknown, EarnNotApplicable: scoring.EarnNotApplicable,
		Threshold: scoring.Threshold, Terms: attest.TermsOf(n.Certification())}
	if until != 0 {
		out.Until = &until
	}
	parts := n.Parts()
	has := func(criterion, key string) bool {
		return slices.ContainsFunc(parts, func(p norm.Part) bool { return p.Criterion == criterion && p.Key == key })
	}
	for _, c := range n.Criteria() {
		// A criterion without a condition is judged by a module, which may say
		// a share.
		partial := has(c.ID, "share") || !has(c.ID, "when")
		out.Criteria = append(out.Criteria, attest.NormCriterion{ID: c.ID, Partial: partial, Required: c.Required, Weight: c.Weight})
	}
	return out
}

// Of judges the scorecards of which the findings are among the months, under
// those of the norms that they name by digest. Waivers play no part: a
// statement never rests on them.
func Of(ctx context.Context, norms []*norm.Norm, months []*finding.Month) attest.Replay {
	byDigest := make(map[string]*finding.Month, len(months))
	for _, m := range months {
		byDigest[m.Digest()] = m
	}
	return func(s *attest.Scorecard) (attest.Result, bool, error) {
		m, given := byDigest[s.Findings]
		if !given {
			return attest.Result{}, false, nil
		}
		if m.Company.ID != s.Company || m.Month != s.Month {
			return attest.Result{}, true, fmt.Errorf("the findings are of %s, %s", m.Company.ID, m.Month)
		}
		i := slices.IndexFunc(norms, func(n *norm.Norm) bool { return n.Files() == s.Norm.Digest })
		if i < 0 {
			return attest.Result{}, true, fmt.Errorf("the norm %s is not at hand", s.Norm.Digest)
		}
		card, err := score.Judge(ctx, norms[i], m)
		if err != nil {
			return attest.Result{}, true, err
		}
		return attest.ResultOf(card), true, nil
	}
}
