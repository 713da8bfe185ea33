package score

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/go-json-experiment/json"
)

// Waiver is a person's word that a criterion need not be met for a while.
type Waiver struct {
	Criterion string     `json:"criterion"`
	Reason    string     `json:"reason"`
	Who       string     `json:"who"`
	From      string     `json:"from"`          // first month or day: 2026-10, 2026-10-15
	Until     string     `json:"until"`         // last month or day, inclusive
	Key       ruling.Key `json:"key,omitempty"` // only this record, as evidence names it
}

// What became of a waiver in one month.
const (
	Applied   = "applied"   // it changed the waived score
	Expired   = "expired"   // it ended before the month did
	Pending   = "pending"   // it begins after the month
	Unmatched = "unmatched" // nothing to waive: met anyway, or no such record
)

// WaiverError says which waiver can't be used.
type WaiverError struct {
	Index  int // in the order given
	Reason string
}

// Error names the waiver by its number, from 1.
func (e *WaiverError) Error() string { return fmt.Sprintf("waiver %d: %s", e.Index+1, e.Reason) }

// maxWaivers is the size of a file of waivers that is read: 16 MiB.
const maxWaivers = 16 << 20

// DecodeWaivers reads a JSON array of waivers, strictly.
func DecodeWaivers(r io.Reader) ([]Waiver, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxWaivers+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxWaivers {
		return nil, fmt.Errorf("the waivers are larger than %d bytes", maxWaivers)
	}
	var waivers []Waiver
	if err := json.Unmarshal(data, &waivers, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("the waivers can't be read: %w", err)
	}
	return waivers, nil
}

// span is the first instant of From and the last day of Until.
func (w Waiver) span(zone *time.Location) (from, last time.Time, err error) {
	if from, _, err = days(w.From, zone); err != nil {
		return
	}
	_, last, err = days(w.Until, zone)
	if err == nil && last.Before(from) {
		err = fmt.Errorf("until (%s) lies before from (%s)", w.Until, w.From)
	}
	return
}

// days gives the first and the last day of a month or of a day.
func days(s string, zone *time.Location) (first, last time.Time, err error) {
	if m, err := finding.ParseMonth(s); err == nil {
		return m.Start(zone), (m + 1).Start(zone).AddDate(0, 0, -1), nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, zone)
	if err != nil {
		return t, t, fmt.Errorf("%q is neither a month such as 2026-10 nor a day such as 2026-10-15", s)
	}
	return t, t, nil
}

// state says whether the waiver is in force on the last day of the month,
// which is the day that a month is judged by.
func (w Waiver) state(month finding.YearMonth, zone *time.Location) (string, error) {
	from, last, err := w.span(zone)
	if err != nil {
		return "", err
	}
	end := (month + 1).Start(zone)
	switch judged := end.In(zone).AddDate(0, 0, -1); {
	case !from.Before(end):
		return Pending, nil
	case last.Before(judged):
		return Expired, nil
	}
	return Applied, nil
}

// waive works out the waived score and lists the waivers on the card.
func waive(ctx context.Context, c *Card, n *norm.Norm, month *finding.Month, verdicts []ruling.Verdict, waivers []Waiver) (card.Sums, error) {
	period, err := month.Period()
	if err != nil {
		return card.Sums{}, err
	}
	waived := slices.Clone(verdicts)
	removed := map[string][]ruling.Key{} // records waived, by criterion
	for i, w := range waivers {
		state, err := w.state(month.Month, period.Zone)
		if err == nil && (strings.TrimSpace(w.Reason) == "" || strings.TrimSpace(w.Who) == "") {
			err = errors.New("it needs a reason, and who gave it")
		}
		if err != nil {
			return card.Sums{}, &WaiverError{i, err.Error()}
		}
		at := slices.IndexFunc(verdicts, func(v ruling.Verdict) bool { return v.Criterion == w.Criterion })
		if at < 0 {
			return card.Sums{}, &WaiverError{i, fmt.Sprintf("the norm has no criterion %q", w.Criterion)}
		}
		if state == Applied {
			state = apply(&waived[at], verdicts[at], w, removed)
		}
		c.Waivers = append(c.Waivers, card.Waiver{Criterion: w.Criterion, Reason: w.Reason, Who: w.Who,
			From: w.From, Until: w.Until, Key: w.Key, State: state})
	}
	if err := rejudge(ctx, n, month, waived, removed); err != nil {
		return card.Sums{}, err
	}
	sums := card.Tally(waived, n.Scoring())
	c.Waived = sums.Score
	return sums, nil
}

// apply carries a waiver out on a verdict, or notes the record that it waives.
func apply(waived *ruling.Verdict, raw ruling.Verdict, w Waiver, removed map[string][]ruling.Key) string {
	if raw.Outcome == ruling.Met || raw.Outcome == ruling.NotApplicable {
		return Unmatched
	}
	if len(w.Key) == 0 {
		waived.Outcome, waived.Share = ruling.Met, ruling.Whole
		return Applied
	}
	if !slices.ContainsFunc(raw.Evidence, func(k ruling.Key) bool { return slices.Equal(k, w.Key) }) {
		return Unmatched
	}
	removed[w.Criterion] = append(removed[w.Criterion], w.Key)
	return Applied
}

// rejudge judges each criterion with waived records as if those were not
// there, and takes that verdict if it is the better one.
func rejudge(ctx context.Context, n *norm.Norm, month *finding.Month, waived []ruling.Verdict, removed map[string][]ruling.Key) error {
	for i := range waived {
		keys := removed[waived[i].Criterion]
		if len(keys) == 0 {
			continue
		}
		again, err := n.Judge(ctx, month.Without(keys...))
		if err != nil {
			return err
		}
		if again[i].Share > waived[i].Share || again[i].Outcome == ruling.NotApplicable {
			waived[i] = again[i]
		}
	}
	return nil
}
