package portfolio

import (
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// calendar knows when months begin and close. Those from first on are worked out
// beforehand, since each company asks for the same.
type calendar struct {
	zone           *time.Location
	versions       certify.Versions
	first          finding.YearMonth
	starts, closes []time.Time
}

// newCalendar works out the months from one to another, both included.
func newCalendar(zone *time.Location, v certify.Versions, first, last finding.YearMonth) calendar {
	c := calendar{zone: zone, versions: v, first: first}
	var starts, closes []time.Time
	for m := first; m <= last; m++ {
		starts, closes = append(starts, c.start(m)), append(closes, c.close(m))
	}
	c.starts, c.closes = starts, closes
	return c
}

// start is the first instant of the month.
func (c *calendar) start(m finding.YearMonth) time.Time {
	if i := int(m - c.first); i >= 0 && i < len(c.starts) {
		return c.starts[i]
	}
	return m.Start(c.zone)
}

// close is the instant at which the month closes.
func (c *calendar) close(m finding.YearMonth) time.Time {
	if i := int(m - c.first); i >= 0 && i < len(c.closes) {
		return c.closes[i]
	}
	next := m + 1
	return finding.StartOfDay(next.Year(), next.Month(), c.terms(m).CloseDay, c.zone)
}

// terms are those under which the month closes.
func (c *calendar) terms(m finding.YearMonth) *ruling.Terms {
	return &c.versions[ruling.Versions(c.versions).At(m)].Terms
}

// lastClosed is the last month that has closed by the instant.
func (c *calendar) lastClosed(at time.Time) finding.YearMonth {
	m := finding.MonthAt(at, c.zone) - 1
	if c.close(m).After(at) {
		m--
	}
	return m
}

// joined is the first month that counts for a company that joins at the
// instant.
func (c *calendar) joined(at time.Time) finding.YearMonth {
	m := finding.MonthAt(at, c.zone)
	if at.Equal(c.start(m)) {
		return m
	}
	return m + 1
}
