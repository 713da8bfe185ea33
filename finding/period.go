package finding

import (
	"fmt"
	"sync"
	"time"
	_ "time/tzdata" // the same zones on every machine that has none of its own
)

// DefaultZone is the zone of a document that names none.
const DefaultZone = "Europe/Amsterdam"

// Period is a month of a zone: what derived values are derived by.
type Period struct {
	Start time.Time // first instant of the month, in UTC
	End   time.Time // first instant of the next
	Zone  *time.Location
}

// ZoneError says that a time zone does not load. It is never replaced by UTC.
type ZoneError struct {
	Zone string
	Err  error
}

// Error names the zone.
func (e *ZoneError) Error() string { return fmt.Sprintf("zone %q is not a known time zone", e.Zone) }

// Unwrap gives the reason.
func (e *ZoneError) Unwrap() error { return e.Err }

// zones keeps what was loaded, since loading reads and parses a file: a few
// microseconds for each of a stream of months. What is kept never changes, and
// no more names than there are zones can get in.
var zones sync.Map

// LoadZone gives the zone with the IANA name; the empty name is
// [DefaultZone]. "Local", which differs from machine to machine, is no zone.
// The error is a [*ZoneError].
func LoadZone(name string) (*time.Location, error) {
	if name == "" {
		name = DefaultZone
	}
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location), nil
	}
	if name == "Local" {
		return nil, &ZoneError{Zone: name}
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, &ZoneError{name, err}
	}
	zones.Store(name, zone)
	return zone, nil
}

// Period gives the document's month in its zone; the error is a [*ZoneError].
func (m *Month) Period() (Period, error) {
	zone, err := LoadZone(m.Zone)
	if err != nil {
		return Period{}, err
	}
	return Period{m.Month.Start(zone), (m.Month + 1).Start(zone), zone}, nil
}

// Has tells whether the instant lies within the month.
func (p Period) Has(t time.Time) bool { return !t.IsZero() && !t.Before(p.Start) && t.Before(p.End) }

// Before tells whether the instant is known and lies before the month's end.
func (p Period) Before(t time.Time) bool { return !t.IsZero() && t.Before(p.End) }

// ParseInstant reads an instant as RFC 3339 writes it, with a zone, or a date,
// which is the first instant of that day in the period's zone. It gives UTC.
// Years before 1970 are refused: no finding is that old.
func (p Period) ParseInstant(s string) (time.Time, error) { return parseInstant(s, p.Zone) }

func parseInstant(s string, zone *time.Location) (time.Time, error) {
	var t time.Time
	var err error
	if len(s) == len(time.DateOnly) {
		if t, err = time.Parse(time.DateOnly, s); err == nil {
			t = StartOfDay(t.Year(), t.Month(), t.Day(), zone)
		}
	} else if t, err = time.Parse(time.RFC3339, s); err == nil && !strictRFC3339(s) {
		err = fmt.Errorf("%q is not RFC 3339", s)
	}
	if err != nil || t.Year() < 1970 {
		return time.Time{}, fmt.Errorf("%q is neither an instant such as 2026-11-29T03:12:00Z nor a date such as 2026-11-29", s)
	}
	return t.UTC(), nil
}

// strictRFC3339 refuses what the time package lets through: hours of one
// digit, a comma before fractions, offsets of a day and more.
func strictRFC3339(s string) bool {
	if s[13] != ':' || s[len("2006-01-02T15:04:05")] == ',' {
		return false
	}
	if s[len(s)-1] == 'Z' {
		return true
	}
	zone := s[len(s)-len("+00:00"):]
	return zone[1:3] < "24" && zone[4:6] < "60"
}

// Active tells whether the company had enrolled before the month's end.
func (c *Company) Active(p Period) bool { return p.Before(c.Enrolled) }

// Fresh tells whether the website was scanned within the month.
func (w *Website) Fresh(p Period) bool { return p.Has(w.Scanned) }

// Active tells whether the website had not been retired before the month's end.
func (w *Website) Active(p Period) bool { return !p.Before(w.Retired) }

// Fresh tells whether the computer was seen within the month.
func (c *Computer) Fresh(p Period) bool { return p.Has(c.Seen) }

// Active tells whether the computer had not been retired before the month's end.
func (c *Computer) Active(p Period) bool { return !p.Before(c.Retired) }

// Active tells whether the employee had enrolled and not left before the
// month's end.
func (e *Employee) Active(p Period) bool { return p.Before(e.Enrolled) && !p.Before(e.Left) }

// Done tells whether the questionnaire was completed before the month's end.
func (q *Questionnaire) Done(p Period) bool { return p.Before(q.Completed) }

const day = 24 * time.Hour

// DaysOffered is the number of whole periods of 24 hours from the offer to the
// month's end; false if nobody knows when the course was offered.
func (c *Course) DaysOffered(p Period) (days int, ok bool) {
	if c.Offered.IsZero() {
		return 0, false
	}
	return int(p.End.Sub(c.Offered) / day), true
}

// isFixed tells whether the vulnerability was fixed before the month's end and
// not found again afterwards.
func (v *Vulnerability) isFixed(p Period) bool {
	return p.Before(v.Fixed) && !v.Fixed.Before(v.Seen)
}

// Open tells whether the vulnerability stood open at the month's end: of
// status open, found by then if it is known when, and not fixed.
func (v *Vulnerability) Open(p Period) bool {
	if v.Status != 0 && v.Status != StatusOpen {
		return false
	}
	return (v.Found.IsZero() || v.Found.Before(p.End)) && !v.isFixed(p)
}

// DaysOpen is the number of whole periods of 24 hours from when it was found
// until it was fixed or, if it is not, the month's end; 0 if nobody knows when
// it was found, or if it was fixed before.
func (v *Vulnerability) DaysOpen(p Period) int {
	if v.Found.IsZero() {
		return 0
	}
	until := p.End
	if v.isFixed(p) {
		until = v.Fixed
	}
	return max(0, int(until.Sub(v.Found)/day))
}
