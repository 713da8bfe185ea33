package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// percent writes points as a percentage, exactly: 7999 is never shown as 80.
func (t *texts) percent(p ruling.Points) string {
	return strings.Replace(p.String(), ".", t.decimal, 1)
}

// score is the percentage, or a dash where there is none.
func (t *texts) score(p *ruling.Points) string {
	if p == nil {
		return "–"
	}
	return t.percent(*p)
}

// number writes a whole number in groups of three.
func (t *texts) number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + t.group + s[i:]
	}
	return s
}

// monthName writes "november 2026".
func (t *texts) monthName(m finding.YearMonth) string {
	return fmt.Sprintf("%s %d", t.months[m.Month()-1], m.Year())
}

// day writes "6 januari 2027"; what is no date is written as it is.
func (t *texts) day(s string) string {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return clean(s)
	}
	return fmt.Sprintf("%d %s %d", d.Day(), t.months[d.Month()-1], d.Year())
}

// dayOrMonth writes a date or a month for people.
func (t *texts) dayOrMonth(s string) string {
	if m, err := finding.ParseMonth(s); err == nil {
		return t.monthName(m)
	}
	return t.day(s)
}
