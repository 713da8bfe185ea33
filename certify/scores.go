package certify

import (
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Scores gives the score entry that counts for each month of one company, as
// known at the instant: the last recorded that is neither void nor too late.
// It says what [Evaluate] folded; the errors are the same.
func Scores(terms ruling.Terms, entries []Entry, asOf time.Time) (map[finding.YearMonth]Entry, error) {
	return one(terms).Scores(entries, asOf)
}

// Scores is [Scores] under the versions of a norm, of which there must be one:
// of cards under several, the last recorded.
func (v Versions) Scores(entries []Entry, asOf time.Time) (map[finding.YearMonth]Entry, error) {
	calendar, err := newCalendar(v)
	if err != nil {
		return nil, err
	}
	counted, _, err := known(pointers(entries), asOf)
	if err != nil {
		return nil, err
	}
	scores := map[finding.YearMonth]Entry{}
	for _, e := range counted {
		if e.Type == Score && calendar.inTime(e) {
			scores[e.Month] = *e
		}
	}
	return scores, nil
}

// inTime tells whether a score was recorded while it could still count without
// an audit, or has one.
func (c calendar) inTime(e *Entry) bool {
	last := e.Month + finding.YearMonth(c.terms(e.Month).Corrections)
	// It closes in the month behind; nearly all is recorded long before.
	return e.Audit != "" || finding.MonthAt(e.Recorded, time.UTC) < last || !e.Recorded.After(c.close(last))
}
