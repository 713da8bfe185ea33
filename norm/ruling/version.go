package ruling

import "github.com/cyberkeurmerk/keurmerk/finding"

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
