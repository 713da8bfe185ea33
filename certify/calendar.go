package certify

import (
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// calendar knows when months begin and close. Months are counted as integers;
// no date is ever added to.
type calendar struct {
	zone     *time.Location
	versions Versions
}

func newCalendar(v Versions) (calendar, error) {
	zone, err := finding.LoadZone(v[0].Terms.Zone)
	return calendar{zone, v}, err
}

// Close gives the instant at which the month's outcome settles under the
// terms; the error is a [*finding.ZoneError].
func Close(terms ruling.Terms, m finding.YearMonth) (time.Time, error) {
	c, err := newCalendar(one(terms))
	if err != nil {
		return time.Time{}, err
	}
	return c.close(m), nil
}

func (c calendar) rulings() ruling.Versions { return ruling.Versions(c.versions) }

// terms are those under which the month closes.
func (c calendar) terms(m finding.YearMonth) *ruling.Terms {
	return &c.versions[c.rulings().At(m)].Terms
}

// close is the instant at which the month's outcome settles: 00:00 local on
// the close day of the next month.
func (c calendar) close(m finding.YearMonth) time.Time {
	next := m + 1
	return finding.StartOfDay(next.Year(), next.Month(), c.terms(m).CloseDay, c.zone)
}

// first is the first month that counts for a company that joins at the
// instant: that month if it is exactly its start, else the next.
func (c calendar) first(at time.Time) finding.YearMonth {
	m := finding.MonthAt(at, c.zone)
	if at.Equal(m.Start(c.zone)) {
		return m
	}
	return m + 1
}
