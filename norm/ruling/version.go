package ruling

import (
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Version is one version of a norm, as far as those need it who judge runs of
// months: since when it is in force, how it took over, and its terms.
type Version struct {
	ID      string            // of the norm, the same in all its versions
	Version string            // the norm's own word for this one
	Digest  string            // "sha256:" and 64 hex digits, over the norm's files
	From    finding.YearMonth // the first month
	Until   finding.YearMonth // the last month; 0: open
	Overlap int               // months from From on in which who had enrolled before them may still pass under the version before
	Terms   Terms
}

// In tells whether the month lies in the version's range.
func (v *Version) In(m finding.YearMonth) bool { return m >= v.From && (v.Until == 0 || m <= v.Until) }

// Versions are the versions of one norm in the order of their first months, at
// least one. A month is judged by the version in force on its first day.
type Versions []Version

// At is the index of the version in force in the month: the last whose first
// month has come. Before the first version there is only that.
func (v Versions) At(m finding.YearMonth) int {
	for i := len(v) - 1; i > 0; i-- {
		if m >= v[i].From {
			return i
		}
	}
	return 0
}

// Before is the index of the version under which the month may be passed
// besides the one in force, by who enrolled at the instant; -1 if there is
// none. That is the one before it, during the overlap of the one in force, for
// who had enrolled before its first month.
func (v Versions) Before(m finding.YearMonth, enrolled time.Time, zone *time.Location) int {
	i := v.At(m)
	now := &v[i]
	if i == 0 || m >= now.From+finding.YearMonth(now.Overlap) || enrolled.IsZero() || !enrolled.Before(now.From.Start(zone)) || !v[i-1].In(m) {
		return -1
	}
	return i - 1
}
