package finding

import (
	"fmt"
	"time"
)

// YearMonth is a calendar month, counted in months since January of the year
// 0: months are integers, never dates to which something is added.
type YearMonth int

// MonthOf gives the calendar month; month outside 1 to 12 carries over.
func MonthOf(year int, month time.Month) YearMonth {
	return YearMonth(year*12 + int(month) - 1)
}

// MonthAt gives the month in which the instant falls, in the zone.
func MonthAt(t time.Time, zone *time.Location) YearMonth {
	local := t.In(zone)
	return MonthOf(local.Year(), local.Month())
}

// The months that documents can name: years 1970 to 9998, so that every
// month has an end that RFC 3339 can write.
const (
	firstMonth = YearMonth(1970 * 12)
	lastMonth  = YearMonth(9998*12 + 11)
)

// ParseMonth reads "2026-11". It takes months from 1970-01 to 9998-12.
func ParseMonth(s string) (YearMonth, error) {
	bad := fmt.Errorf("%q is not a month such as 2026-11", s)
	if len(s) != 7 || s[4] != '-' {
		return 0, bad
	}
	year, month := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case i == 4:
		case c < '0' || c > '9':
			return 0, bad
		case i < 4:
			year = year*10 + int(c-'0')
		default:
			month = month*10 + int(c-'0')
		}
	}
	ym := MonthOf(year, time.Month(month))
	if month < 1 || month > 12 || ym < firstMonth || ym > lastMonth {
		return 0, bad
	}
	return ym, nil
}

// Year is the calendar year.
func (m YearMonth) Year() int { return int(m) / 12 }

// Month is the month of the year, January to December.
func (m YearMonth) Month() time.Month { return time.Month(int(m)%12 + 1) }

// String writes "2026-11".
func (m YearMonth) String() string { return fmt.Sprintf("%04d-%02d", m.Year(), m.Month()) }

// Start is the first instant of the month in the zone, in UTC. The end of the
// month is the start of the next: (m + 1).Start(zone).
func (m YearMonth) Start(zone *time.Location) time.Time {
	return StartOfDay(m.Year(), m.Month(), 1, zone)
}

// StartOfDay is the first instant of the day in the zone, in UTC. Where clocks
// are put forward at midnight there is no 00:00, and the day starts when they
// have been; where they are put back to it, 00:00 comes twice and the first
// counts.
func StartOfDay(year int, month time.Month, day int, zone *time.Location) time.Time {
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if t.Hour() != 0 || t.Minute() != 0 { // on either side of the gap
		start, end := t.ZoneBounds()
		if t.Day() == time.Date(year, month, day, 12, 0, 0, 0, time.UTC).Day() {
			return start.UTC()
		}
		return end.UTC()
	}
	if start, _ := t.ZoneBounds(); !start.IsZero() {
		_, now := t.Zone()
		_, before := start.Add(-time.Nanosecond).In(zone).Zone()
		if first := t.Add(time.Duration(now-before) * time.Second); first.Before(start) {
			return first.UTC()
		}
	}
	return t.UTC()
}

// MarshalText writes "2026-11".
func (m YearMonth) MarshalText() ([]byte, error) {
	if m < firstMonth || m > lastMonth {
		return nil, fmt.Errorf("month %v is outside 1970-01 to 9998-12", m)
	}
	return []byte(m.String()), nil
}

// UnmarshalText reads "2026-11".
func (m *YearMonth) UnmarshalText(text []byte) error {
	parsed, err := ParseMonth(string(text))
	if err == nil {
		*m = parsed
	}
	return err
}
