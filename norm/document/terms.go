package document

import (
	"fmt"
	"slices"
	"strings"
)

// terms says the terms of the mark, each of its numbers in a sentence.
func (w *writer) terms() []string {
	t := w.norm.Certification()
	var all []string
	say := func(format string, values ...any) { all = append(all, fmt.Sprintf(format, values...)) }
	if t.Of > t.Months {
		say(w.Rolling, w.count(t.Months), t.Of)
	} else {
		say(w.Run, w.count(t.Months))
	}
	if t.Review {
		all = append(all, w.Review)
	} else {
		all = append(all, w.Automatic)
	}
	say(w.Close, t.CloseDay, w.norm.Zone())
	if t.MinMeasured > 0 {
		say(w.MinMeasured, t.MinMeasured)
	} else {
		say(w.NoMinimum, t.MinMeasured)
	}
	if t.Floor > 0 {
		say(w.Floor, t.Floor)
	}
	if len(t.KnockOut) > 0 {
		say(w.KnockOut, w.titles(t.KnockOut))
	}
	if t.Floor > 0 || len(t.KnockOut) > 0 {
		all = append(all, w.Severe)
	}
	if t.Excused.Max > 0 {
		say(w.Excused, w.count(t.Excused.Max), w.count(t.Excused.Window))
	} else {
		say(w.NoExcuse, w.count(t.Excused.Max), w.count(t.Excused.Window))
	}
	say(w.Grace, w.count(t.Grace.Months), w.count(t.Grace.Budget), w.count(t.Grace.Window))
	say(w.Suspension, w.count(t.Suspension.Restore), w.count(t.Suspension.Max))
	if t.Validity.Months > 0 {
		say(w.Validity, w.count(t.Validity.Months), w.count(t.Validity.Renew))
	} else {
		say(w.Open, w.count(t.Validity.Months), w.count(t.Validity.Renew))
	}
	if t.Validity.Restore > 0 {
		say(w.Restore, w.count(t.Validity.Restore), w.count(t.Suspension.Restore))
	} else {
		say(w.NoRestore, w.count(t.Validity.Restore), w.count(t.Suspension.Restore))
	}
	say(w.ReEarn, w.count(t.ReEarn))
	if t.Corrections > 0 {
		say(w.Corrections, w.count(t.Corrections))
	} else {
		say(w.NoCorrections, w.count(t.Corrections))
	}
	return all
}

// count is a number of months, in the language's singular or plural.
func (w *writer) count(n int) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, w.Month)
	}
	return fmt.Sprintf("%d %s", n, w.Months)
}

// titles are the names of criteria by their ids.
func (w *writer) titles(ids []string) string {
	var all []string
	for _, c := range w.criteria {
		if slices.Contains(ids, c.ID) {
			all = append(all, w.title(c))
		}
	}
	return strings.Join(all, "; ")
}
