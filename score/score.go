// Package score judges one month of one company: it asks a norm for its
// verdicts and does the arithmetic.
//
// Two functions do the work: [Judge] for one month, [All] for a stream of them.
// [Advise] says what to fix first.
//
//	n, err := cyberkeurmerk.Norm()
//	month, err := finding.Decode(file)
//	card, err := score.Judge(ctx, n, month)
//
// The card is a JSON document of integers and texts (see package card):
//
//	{"company":"kvk:30123456","month":"2026-11","norm":{"id":"cyberkeurmerk-kvo-b","version":"2026.1",…},
//	 "earned":7000,"applicable":10000,"score":7000,"waived":7000,"threshold":8000,"measured":10000,
//	 "qualifies":false,"waivers":[],"criteria":[{"id":"website-high","weight":2000,"points":0,"outcome":"unmet",
//	 "vacuous":false,"reason":"","evidence":{"count":1,"keys":[["website","www.korenaar.example","CVE-2026-1234"]]}},…]}
//
// The same month and norm give the same bytes, on every machine and for every
// order of the records.
package score

import (
	"context"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// Engine is the name and version of this library, as cards carry it.
const Engine = "keurmerk/0.1.0"

// Card is one month of one company, judged.
type Card = card.Card

// Judge gives the scorecard of the month under the norm. Waivers are shown
// beside the raw score and never hide anything; only where the norm says
// `waivers: count` can they make a month qualify.
//
// The error is the month's ([finding.DecodeError] for a document that breaks
// the rules), the norm's ([norm.ZoneError], [norm.CustomError]), a
// [WaiverError], or ctx's.
func Judge(ctx context.Context, n *norm.Norm, month *finding.Month, waivers ...Waiver) (*Card, error) {
	packed, err := norm.Pack(month)
	if err != nil {
		return nil, err
	}
	return JudgePacked(ctx, n, packed, waivers...)
}

// JudgePacked is [Judge] for a month that was packed before, as one that is
// judged under several norms is. The error is never the month's.
func JudgePacked(ctx context.Context, n *norm.Norm, packed *norm.Packed, waivers ...Waiver) (*Card, error) {
	month, keys := packed.Month(), card.MaxKeys
	if len(waivers) > 0 {
		keys = -1 // any record may be waived
	}
	verdicts, err := n.JudgePacked(ctx, packed, keys)
	if err != nil {
		return nil, err
	}
	c := tally(n, month, verdicts, month.Count())
	c.Findings.Digest = month.Digest()
	if len(waivers) > 0 {
		waived, err := waive(ctx, c, n, month, verdicts, waivers)
		if err != nil {
			return nil, err
		}
		if n.Scoring().CountWaivers {
			c.Qualifies = waived.Qualifies && c.Norm.Effective
		}
	}
	return c, nil
}

// tally makes the card of the verdicts, without the digest of the findings.
func tally(n *norm.Norm, month *finding.Month, verdicts []ruling.Verdict, records int) *Card {
	sums := card.Tally(verdicts, n.Scoring())
	c := &Card{
		Company: month.Company.ID,
		Month:   month.Month,
		Norm: card.Norm{ID: n.ID(), Version: n.Version(), Digest: n.Files(),
			Effective: n.Effective(month.Month), Status: mark(n.Status())},
		Findings:   card.Findings{Count: records},
		Engine:     Engine,
		Earned:     sums.Earned,
		Applicable: sums.Applicable,
		Score:      sums.Score,
		Waived:     sums.Score,
		Threshold:  n.Scoring().Threshold,
		Measured:   sums.Measured,
		Waivers:    []card.Waiver{},
		Criteria:   make([]card.Criterion, len(verdicts)),
	}
	c.Qualifies = sums.Qualifies && c.Norm.Effective
	for i, v := range verdicts {
		c.Criteria[i] = criterion(v, sums.Points[i])
	}
	return c
}

// mark is what a card says of the norm's status: nothing if it is active.
func mark(s norm.Status) string {
	if s == norm.Active {
		return ""
	}
	return string(s)
}

func criterion(v ruling.Verdict, points ruling.Points) card.Criterion {
	keys := v.Evidence[:min(len(v.Evidence), card.MaxKeys):min(len(v.Evidence), card.MaxKeys)]
	if keys == nil {
		keys = []ruling.Key{}
	}
	return card.Criterion{ID: v.Criterion, Weight: v.Weight, Points: points, Outcome: v.Outcome, Vacuous: v.Vacuous,
		Reason: v.Reason, Evidence: card.Evidence{Count: len(v.Evidence) + v.More, Keys: keys}}
}
