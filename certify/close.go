package certify

import (
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// close lets the month's outcome take effect.
func (f *fold) close(m finding.YearMonth, at time.Time) {
	f.terms = f.calendar.terms(m)
	out := f.outcome(m)
	excused := f.excuse(m, out)
	switch f.phase {
	case Enrolled, Building, ReEarning, Withdrawn:
		if !excused {
			f.build(m, at, out)
		}
	case Certified, AtRisk:
		f.keep(m, at, out, excused)
	case Suspended:
		f.restore(m, at, out, excused)
	case Expired:
		f.revive(m, at, out, excused)
	}
}

// outcome is what the month comes to.
func (f *fold) outcome(m finding.YearMonth) Outcome {
	if out := f.supposed.outcome(m); out != "" {
		return out
	}
	v := f.calendar.rulings()
	return f.months[m].outcome(v.At(m), v.Before(m, f.since, f.calendar.zone))
}

// automatic tells whether the run alone gives the mark.
func (f *fold) automatic() bool { return !f.terms.Review || f.supposed.granted }

// excuse honours an excuse for a month that is not a pass, within the cap.
func (f *fold) excuse(m finding.YearMonth, out Outcome) bool {
	if _, asked := f.excused[m]; !asked || out == Pass {
		return false
	}
	near := 0
	for _, h := range f.honored {
		if int(m-h) < f.terms.Excused.Window {
			near++
		}
	}
	if near >= f.terms.Excused.Max {
		return false
	}
	f.honored = append(f.honored, m)
	return true
}

// needs is how many passes earn the mark, and in how many months.
func (f *fold) needs() (months, of int) {
	if f.held {
		return f.terms.ReEarn, f.terms.Of - f.terms.Months + f.terms.ReEarn
	}
	return f.terms.Months, f.terms.Of
}

// progress is how many passes stand, of those needed: running if the window is
// no wider than the run, else among the last months of the window.
func (f *fold) progress() (n, of int) {
	months, window := f.needs()
	for i := len(f.counted) - 1; i >= 0 && len(f.counted)-i <= window; i-- {
		if f.counted[i] {
			n++
		} else if window == months {
			break
		}
	}
	return min(n, months), months
}

// stands tells whether the run is complete, ends in a pass and is not blocked.
func (f *fold) stands() bool {
	n, months := f.progress()
	return n >= months && len(f.counted) > 0 && f.counted[len(f.counted)-1] && !f.blocked()
}

// build counts a month on the way to a mark.
func (f *fold) build(m finding.YearMonth, at time.Time, out Outcome) {
	f.phase = Building
	if f.held {
		f.phase = ReEarning
	}
	if out == Severe {
		f.counted = nil
	} else {
		f.counted = append(f.counted, out == Pass)
	}
	if out == Pass && f.automatic() && f.stands() {
		f.grant(at, m, m)
		return
	}
	f.step(at, m, Reason{Code: "counted", Outcome: out})
}

// grant gives the mark; month is the one that closed, 0 if no close gave it.
func (f *fold) grant(at time.Time, month, award finding.YearMonth) {
	f.forget()
	f.phase, f.held, f.award = Certified, true, award
	f.begun++
	if f.terms.Validity.Months > 0 {
		f.end = award + finding.YearMonth(f.terms.Validity.Months)
	}
	f.step(at, month, Reason{Code: "award"})
}

// keep judges a month of a holder.
func (f *fold) keep(m finding.YearMonth, at time.Time, out Outcome, excused bool) {
	reason := Reason{Code: "counted", Outcome: out}
	switch {
	case excused:
	case out == Pass:
		f.passes++
		f.badRun = 0
		f.phase = Certified
	default:
		f.badRun++
		f.bad = append(f.bad, m)
		f.phase = AtRisk
		if out == Severe || f.badRun > f.terms.Grace.Months || f.badWithin(m) > f.terms.Grace.Budget {
			f.phase, f.n, f.closed = Suspended, 0, 0
			reason.Code = "suspended"
		}
	}
	f.endTerm(m, &reason)
	f.step(at, m, reason)
}

// badWithin counts the bad months in the window that ends with the month.
func (f *fold) badWithin(m finding.YearMonth) int {
	n := 0
	for _, b := range slices.Backward(f.bad) { // all are kept: a later version may look further back
		if int(m-b) >= f.terms.Grace.Window {
			break
		}
		n++
	}
	return n
}

// endTerm is the term check: at the close of the term's last month a mark that
// stands is renewed for enough passes; else it expires.
func (f *fold) endTerm(m finding.YearMonth, reason *Reason) {
	if f.end == 0 || m < f.end {
		return
	}
	if f.phase != Suspended && f.passes >= f.terms.Validity.Renew {
		f.passes = 0
		f.lengthen()
		return
	}
	f.phase, f.n, f.closed = Expired, 0, 0
	reason.Code = "expired"
}

// lengthen begins another term where the last one ended, or one without an
// end where the terms have none.
func (f *fold) lengthen() {
	f.begun++
	if f.terms.Validity.Months == 0 {
		f.end = 0
		return
	}
	f.end += finding.YearMonth(f.terms.Validity.Months)
}

// tally counts a month of restoring.
func (f *fold) tally(out Outcome, excused bool) {
	f.closed++
	switch {
	case excused:
	case out == Pass:
		f.n++
	default:
		f.n = 0
	}
}

// restore judges a month of a suspended mark.
func (f *fold) restore(m finding.YearMonth, at time.Time, out Outcome, excused bool) {
	f.tally(out, excused)
	if out == Pass {
		f.passes++
	}
	reason := Reason{Code: "restored"}
	restored := f.n >= f.terms.Suspension.Restore
	if restored {
		f.phase, f.n, f.closed, f.badRun = Certified, 0, 0, 0
	}
	f.endTerm(m, &reason)
	if f.phase == Suspended && f.closed >= f.terms.Suspension.Max {
		f.withdraw(at, m, Reason{Code: "unrestored"})
		return
	}
	f.step(at, m, reason)
}

// revive judges a month of an expired mark.
func (f *fold) revive(m finding.YearMonth, at time.Time, out Outcome, excused bool) {
	f.tally(out, excused)
	if f.n >= f.terms.Suspension.Restore && f.closed <= f.terms.Validity.Restore {
		f.phase, f.n, f.closed, f.badRun, f.passes = Certified, 0, 0, 0, 0
		f.lengthen()
		f.step(at, m, Reason{Code: "restored"})
		return
	}
	if f.closed >= f.terms.Validity.Restore {
		f.withdraw(at, m, Reason{Code: "unrestored"})
	}
}
