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
	calendar, err := newCalendar(terms)
	if err != nil {
		return nil, err
	}
	counted, _, err := known(entries, asOf)
	if err != nil {
		return nil, err
	}
	scores := map[finding.YearMonth]Entry{}
	for i := range counted {
		if e := &counted[i]; e.Type == Score && calendar.inTime(e, terms) {
			scores[e.Month] = *e
		}
	}
	return scores, nil
}

// inTime tells whether a score was recorded while it could still count without
// an audit, or has one.
func (c calendar) inTime(e *Entry, terms ruling.Terms) bool {
	return e.Audit != "" || !e.Recorded.After(c.close(e.Month+finding.YearMonth(terms.Corrections)))
}
