// Package card is the scorecard as a document: its shape, its strict JSON and
// the arithmetic behind its totals.
//
// It needs no norm file and no rules engine, so whoever receives a card can
// read it and check its sums: [Decode] reads one, [Card.Check] repeats the
// arithmetic.
package card

import (
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Card is one month of one company, judged. All amounts are points: integers,
// 10000 is 100 %.
type Card struct {
	Company    string            `json:"company"`
	Month      finding.YearMonth `json:"month"`
	Norm       Norm              `json:"norm"`
	Findings   Findings          `json:"findings"`
	Engine     string            `json:"engine"`     // name and version of the library that judged
	Earned     ruling.Points     `json:"earned"`     // sum of the criteria's points
	Applicable ruling.Points     `json:"applicable"` // sum of the weights that count
	Score      *ruling.Points    `json:"score"`      // null: nothing applicable, or refused
	Waived     *ruling.Points    `json:"waived"`     // the score with waivers counted
	Threshold  ruling.Points     `json:"threshold"`
	Measured   ruling.Points     `json:"measured"` // share of the applicable weight that is not unknown
	Qualifies  bool              `json:"qualifies"`
	Waivers    []Waiver          `json:"waivers"` // never nil in a judged card
	Criteria   []Criterion       `json:"criteria"`
}

// Norm says under which norm the month was judged.
type Norm struct {
	ID        string `json:"id"`
	Version   string `json:"version"`
	Digest    string `json:"digest"`           // "sha256:" and 64 hex digits, over the norm's files
	Effective bool   `json:"effective"`        // the month lies in the norm's range
	Status    string `json:"status,omitempty"` // "draft" or "withdrawn"; absent: active
}

// Findings says what was judged.
type Findings struct {
	Digest string `json:"digest"` // "sha256:" and 64 hex digits, of the month document
	Count  int    `json:"count"`  // records in the document, after merging
}

// Criterion is one line of the card.
type Criterion struct {
	ID       string         `json:"id"`
	Weight   ruling.Points  `json:"weight"`
	Points   ruling.Points  `json:"points"`
	Outcome  ruling.Outcome `json:"outcome"`
	Vacuous  bool           `json:"vacuous"`
	Reason   string         `json:"reason"` // why it is unknown; else empty
	Evidence Evidence       `json:"evidence"`
}

// Evidence names the records that decided a criterion.
type Evidence struct {
	Count int          `json:"count"` // how many there are
	Keys  []ruling.Key `json:"keys"`  // the first MaxKeys of them, in key order
}

// MaxKeys is how many keys of evidence a card shows for one criterion.
const MaxKeys = 20

// Waiver is a waiver and what became of it in this month.
type Waiver struct {
	Criterion string     `json:"criterion"`
	Reason    string     `json:"reason"`
	Who       string     `json:"who"`
	From      string     `json:"from"`          // month or date
	Until     string     `json:"until"`         // month or date, inclusive
	Key       ruling.Key `json:"key,omitempty"` // waives one record only
	State     string     `json:"state"`         // applied, expired, pending or unmatched
}
