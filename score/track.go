package score

import (
	"context"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Tracker follows one month while it changes, so that its card is known again
// after each change without looking at the other records:
//
//	t, err := score.Track(n, month)
//	err = t.Put(part)                                       // new and changed records
//	t.Remove([]string{"computer", "pc-01", "CVE-2026-1234"})
//	card, err := t.Card(ctx)
//
// It is not for several goroutines at once.
type Tracker struct {
	norm    *norm.Norm
	month   *finding.Month // without records
	records *norm.Tracker
}

// Track begins with the records of a month. The error is that of [Judge].
func Track(n *norm.Norm, month *finding.Month) (*Tracker, error) {
	records, err := n.Track(month)
	if err != nil {
		return nil, err
	}
	return &Tracker{n, &finding.Month{Company: month.Company, Month: month.Month, Zone: month.Zone}, records}, nil
}

// Put takes in copies of records: each in the place of the one with its key, or
// as a new one. The part is a document of the same company, month and zone; the error
// is a [*finding.DecodeError], a [*finding.MergeError] or a
// [*norm.CustomError], and nothing was taken in then.
func (t *Tracker) Put(part *finding.Month) error { return t.records.Put(part) }

// Remove takes out the records with these keys; it tells how many there were.
func (t *Tracker) Remove(keys ...ruling.Key) int { return t.records.Remove(keys...) }

// Month is the month as it stands, for [Judge]: with all evidence, and the
// digest of the findings. It must not be changed.
func (t *Tracker) Month() *finding.Month { return t.records.Month() }

// Card gives the scorecard of the month as it stands: that of [Judge], but for
// what depends on each single record. It has no digest of the findings, and
// its evidence tells how many records decided, not which. What it costs does
// not depend on the size of the month, but for conditions that fail or can't
// be judged in one pass (see [norm.Norm.Ways]). The error is ctx's.
func (t *Tracker) Card(ctx context.Context) (*Card, error) {
	verdicts, err := t.records.Judge(ctx)
	if err != nil {
		return nil, err
	}
	return tally(t.norm, t.month, verdicts, t.records.Count()), nil
}
