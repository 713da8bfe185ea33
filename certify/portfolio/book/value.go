package book

import (
	"fmt"
	"strings"
	"time"
)

// Day is a calendar day, counted from 1 January 1970. Days have no time zone.
type Day int

// DayOf gives the day with the date.
func DayOf(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

// ParseDay reads "2026-01-31", of the years 1970 to 9998.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1970 || t.Year() > 9998 {
		return 0, fmt.Errorf("%s is not a day such as 2026-01-31", told(s))
	}
	return DayOf(t.Date()), nil
}

// Date is the day's year, month and day of the month.
func (d Day) Date() (year int, month time.Month, day int) {
	return time.Unix(int64(d)*24*60*60, 0).UTC().Date()
}

// String writes "2026-01-31".
func (d Day) String() string {
	year, month, day := d.Date()
	return fmt.Sprintf("%04d-%02d-%02d", year, month, day)
}

// Amount is money, in hundredths.
type Amount int64

// MaxAmount is the largest amount in a book, a thousand million: sums of any
// million of them can be added up without overflow.
const MaxAmount Amount = 1_000_000_000_00

// ParseAmount reads "1250" and "1250.00": not negative, with at most two
// decimals, no sign and no separators of thousands.
func ParseAmount(s string) (Amount, error) {
	bad := fmt.Errorf("%s is not an amount such as 1250.00", told(s))
	whole, decimals, dotted := strings.Cut(s, ".")
	if whole == "" || dotted && (decimals == "" || len(decimals) > 2) {
		return 0, bad
	}
	var a Amount
	for _, c := range []byte(whole + (decimals + "00")[:2]) {
		if c < '0' || c > '9' {
			return 0, bad
		}
		if a = a*10 + Amount(c-'0'); a > MaxAmount {
			return 0, fmt.Errorf("%s is more than %v", told(s), MaxAmount)
		}
	}
	return a, nil
}

// String writes "1250.00".
func (a Amount) String() string {
	sign := ""
	if a < 0 {
		sign, a = "-", -a
	}
	return fmt.Sprintf("%s%d.%02d", sign, a/100, a%100)
}
