package portfolio

import (
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// calendar knows when months begin and close.
type calendar struct {
	zone *time.Location
	day  int
}

// close is the instant at which the month closes.
func (c calendar) close(m finding.YearMonth) time.Time {
	next := m + 1
	return finding.StartOfDay(next.Year(), next.Month(), c.day, c.zone)
}

// lastClosed is the last month that has closed by the instant.
func (c calendar) lastClosed(at time.Time) finding.YearMonth {
	m := finding.MonthAt(at, c.zone) - 1
	if c.close(m).After(at) {
		m--
	}
	return m
}

// first is the first month that counts for a company that joins at the
// instant.
func (c calendar) first(at time.Time) finding.YearMonth {
	m := finding.MonthAt(at, c.zone)
	if at.Equal(m.Start(c.zone)) {
		return m
	}
	return m + 1
}
