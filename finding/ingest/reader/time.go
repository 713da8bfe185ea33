package reader

import (
	"strconv"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Instant reads the spellings of instants that tools use: RFC 3339 with any
// precision, and a zone without colon. The zero time stands for none of them.
func Instant(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1970 {
			return t.UTC()
		}
	}
	return time.Time{}
}

// Local reads an instant as [Instant] does, or one in any of the layouts; what
// has no zone of its own is in the options' zone.
func (o Options) Local(s string, layouts ...string) time.Time {
	s = strings.TrimSpace(s)
	if t := Instant(s); !t.IsZero() || s == "" {
		return t
	}
	zone := o.zone()
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil && t.Year() >= 1970 {
			return t.UTC()
		}
	}
	return time.Time{}
}

func (o Options) zone() *time.Location {
	if o.Zone != nil {
		return o.Zone
	}
	zone, err := finding.LoadZone("")
	if err != nil {
		return time.UTC
	}
	return zone
}

// months by their first three letters, in English, Dutch and German.
var months = map[string]time.Month{
	"jan": 1, "feb": 2, "mar": 3, "mrt": 3, "maa": 3, "mär": 3, "apr": 4, "may": 5, "mei": 5, "mai": 5, "jun": 6,
	"jul": 7, "aug": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12,
}

// Written reads a date as people write it, "Sun, 7 Apr 2024 01:18:39": weekday
// or none, day, month in English, Dutch or German, year, time. It is in the
// options' zone. The zero time stands for anything else.
func (o Options) Written(s string) time.Time {
	if _, rest, ok := strings.Cut(s, ","); ok {
		s = rest
	}
	parts := strings.Fields(s)
	if len(parts) != 4 {
		return time.Time{}
	}
	month, known := months[strings.ToLower(string([]rune(parts[1] + "   ")[:3]))]
	day, err := strconv.Atoi(strings.TrimSuffix(parts[0], "."))
	if err != nil || !known {
		return time.Time{}
	}
	text := parts[2] + "-" + strconv.Itoa(int(month)) + "-" + strconv.Itoa(day) + " " + parts[3]
	return o.Local(text, "2006-1-2 15:04:05")
}

// Epoch reads a Unix time in seconds, or in milliseconds if it is too large
// for seconds. The zero time stands for what is no time since 1970.
func Epoch(n float64) time.Time {
	if n > 1e11 {
		n /= 1000
	}
	if !(n > 0 && n < 1e11) {
		return time.Time{}
	}
	whole := int64(n)
	return time.Unix(whole, int64((n-float64(whole))*1e9)).UTC().Round(time.Microsecond)
}
