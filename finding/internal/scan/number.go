package scan

import "time"

// Whole reads a whole number of at most 15 digits, as digits.
func (s *Scanner) Whole() int64 {
	negative := s.Peek() == '-'
	if negative {
		s.at++
	}
	n, digits := s.digits()
	switch c := s.follow(); {
	case digits == 0, c == '.', c == 'e', c == 'E':
		s.Refuse()
		return 0
	case negative && n == 0: // a float holds -0
		s.Refuse()
		return 0
	case negative:
		return -n
	}
	return n
}

// exact are powers of ten that a float holds exactly, as it does whole numbers
// of 15 digits, so that a division of the two is rounded just once.
var exact = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// Decimal reads a number without sign and exponent, of at most 15 digits.
func (s *Scanner) Decimal() float64 {
	s.Peek()
	n, whole := s.digits()
	if whole == 0 || s.follow() == 'e' || s.follow() == 'E' {
		s.Refuse()
		return 0
	}
	if s.follow() != '.' {
		return float64(n)
	}
	s.at++
	start := s.at
	for s.at < len(s.data) && s.data[s.at]-'0' <= 9 && s.at-start+whole <= maxDigits {
		n = n*10 + int64(s.data[s.at]-'0')
		s.at++
	}
	places := s.at - start
	if c := s.follow(); places == 0 || places+whole > maxDigits || c-'0' <= 9 || c == 'e' || c == 'E' {
		s.Refuse()
		return 0
	}
	return float64(n) / exact[places]
}

const maxDigits = 15

// digits reads at most 15 digits without a zero in front; none if there are
// none or more.
func (s *Scanner) digits() (n int64, count int) {
	start := s.at
	for s.at < len(s.data) && s.data[s.at]-'0' <= 9 {
		if s.at-start == maxDigits {
			return 0, 0
		}
		n = n*10 + int64(s.data[s.at]-'0')
		s.at++
	}
	count = s.at - start
	if count > 1 && s.data[start] == '0' {
		return 0, 0
	}
	return n, count
}

// follow is the byte that comes, be it white space; 0 at the end.
func (s *Scanner) follow() byte {
	if s.at < len(s.data) {
		return s.data[s.at]
	}
	return 0
}

// Date is a calendar day from 1970 to 9999.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// Instant reads an instant as RFC 3339 writes it in UTC in whole seconds, such
// as 2026-11-29T03:12:00Z, a date, or another text. Only the one that it
// reads is not zero.
func (s *Scanner) Instant() (t time.Time, date Date, other []byte) {
	if s.Peek() != '"' {
		s.Refuse()
		return
	}
	rest := s.data[s.at+1:]
	switch {
	case len(rest) > 20 && rest[20] == '"' && rest[19] == 'Z':
		var ok bool
		if t, ok = instant(rest[:20]); ok {
			s.at += 22
			return t, Date{}, nil
		}
	case len(rest) > 10 && rest[10] == '"':
		if date, ok := dateOf(rest[:10]); ok {
			s.at += 12
			return time.Time{}, date, nil
		}
	}
	return time.Time{}, Date{}, s.Text()
}

// instant reads "2026-11-29T03:12:00Z".
func instant(b []byte) (time.Time, bool) {
	if len(b) != 20 || b[10] != 'T' || b[13] != ':' || b[16] != ':' || b[19] != 'Z' {
		return time.Time{}, false
	}
	date, ok := dateOf(b[:10])
	hour, minute, second := two(b[11:13]), two(b[14:16]), two(b[17:19])
	if !ok || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	seconds := date.days()*86400 + int64(hour*3600+minute*60+second)
	return time.Unix(seconds, 0).UTC(), true
}

// two reads two digits; 255 if they are none.
func two(b []byte) int {
	tens, ones := b[0]-'0', b[1]-'0'
	if tens > 9 || ones > 9 {
		return 255
	}
	return int(tens)*10 + int(ones)
}

// dateOf reads "2026-11-29".
func dateOf(b []byte) (Date, bool) {
	if len(b) != 10 || b[4] != '-' || b[7] != '-' {
		return Date{}, false
	}
	century, year, month, day := two(b[0:2]), two(b[2:4]), two(b[5:7]), two(b[8:10])
	d := Date{century*100 + year, time.Month(month), day}
	good := century < 100 && year < 100 && d.Year >= 1970 && month-1 < 12 && month > 0 && day > 0 && day <= d.monthLength()
	return d, good
}

// lengths are the days of the months, of February in a leap year.
var lengths = [...]uint8{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func (d Date) monthLength() int {
	if d.Month == time.February && (d.Year%4 != 0 || d.Year%100 == 0 && d.Year%400 != 0) {
		return 28
	}
	return int(lengths[d.Month])
}

// days are those since 1970-01-01. Years are counted from March, so that the
// leap day is the last: Hinnant, chrono-Compatible Low-Level Date Algorithms,
// days_from_civil. https://howardhinnant.github.io/date_algorithms.html
func (d Date) days() int64 {
	year, month := uint(d.Year), uint(d.Month)
	if month <= 2 {
		year--
		month += 12
	}
	return int64(365*year+year/4-year/100+year/400+(153*(month-3)+2)/5+uint(d.Day)) - 719469
}
