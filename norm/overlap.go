package norm

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Overlaps warns of active versions of one norm that hold in the same months,
// beyond those that the later one's transition allows. The norms are those
// that [Check] gave; the warnings are in the same order, of each norm at most
// one: where its range begins.
func Overlaps(norms ...*Norm) []Faults {
	faults := make([]Faults, len(norms))
	for i, n := range norms {
		if n.inRange == nil {
			continue
		}
		earlier := slices.DeleteFunc(slices.Clone(norms), func(o *Norm) bool { return !overlap(o, n) })
		if len(earlier) == 0 {
			continue
		}
		before := slices.MaxFunc(earlier, inTime)
		f := *n.inRange
		f.Message = fmt.Sprintf("version %s of %q holds from %v, while version %s (%s) holds %s", n.version, n.id, n.from, before.version, before.file, until(before.until))
		if n.from > before.from {
			f.Hint = fmt.Sprintf("write until: %v in version %s", n.from-1+finding.YearMonth(n.overlap), before.version)
		}
		faults[i] = Faults{f}
	}
	return faults
}

func inTime(a, b *Norm) int {
	return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.version, b.version), cmp.Compare(a.file, b.file), cmp.Compare(a.filesDigest, b.filesDigest))
}

// overlap tells whether the earlier norm holds longer than the later allows.
func overlap(before, n *Norm) bool {
	if inTime(before, n) >= 0 || before.id != n.id || before.status != Active || n.status != Active || before.filesDigest == n.filesDigest {
		return false
	}
	return before.until == 0 || before.until >= n.from+finding.YearMonth(n.overlap)
}

func until(m finding.YearMonth) string {
	if m == 0 {
		return "without an end"
	}
	return "until " + m.String()
}
