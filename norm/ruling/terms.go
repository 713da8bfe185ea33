package ruling

import (
	"errors"
	"fmt"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Terms are the certification terms of a norm: what a run of months must look
// like to earn, keep and win back the mark. All counts are months.
type Terms struct {
	Zone        string   // IANA name of the norm's time zone, such as Europe/Amsterdam
	Months      int      // qualifying months …
	Of          int      // … of the last this many; equal to Months: consecutive
	CloseDay    int      // a month closes at 00:00 local on this day of the next, 1 to 28
	MinMeasured Points   // a card that measured less is as good as missing
	Floor       Points   // a score below it is severe
	KnockOut    []string // ids of criteria whose failure is severe
	Review      bool     // a person grants the award, not the run alone
	Excused     Excused
	Grace       Grace
	Suspension  Suspension
	Validity    Validity
	ReEarn      int // takes the place of Months after a first term has been lost
	Corrections int // months after a close in which an unaudited correction counts
}

// Excused caps the excuses: at most Max in any Window months.
type Excused struct{ Max, Window int }

// Grace is how many bad months a holder may have.
type Grace struct {
	Months int // bad months running before suspension
	Budget int // bad months within Window before suspension
	Window int
}

// Suspension is how it ends: Restore passes running, or withdrawal after Max
// closed months.
type Suspension struct{ Restore, Max int }

// Validity is the length of a term and what renews it.
type Validity struct {
	Months  int // length of a term; 0 is open-ended
	Renew   int // passes in the term that renew it
	Restore int // months after the end in which an expired mark can be won back
}

// Check reports every rule that the terms break, joined; nil if none.
func (t Terms) Check() error {
	var faults []error
	must := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	if t.Zone == "" || t.Zone == "Local" {
		faults = append(faults, fmt.Errorf("zone %q: a named time zone is needed", t.Zone))
	} else if _, err := finding.LoadZone(t.Zone); err != nil {
		faults = append(faults, err)
	}
	must(t.Months >= 1, "months is %d, must be at least 1", t.Months)
	must(t.Of >= t.Months, "of (%d) is less than months (%d)", t.Of, t.Months)
	must(t.CloseDay >= 1 && t.CloseDay <= 28, "close_day is %d, must be 1 to 28", t.CloseDay)
	must(t.MinMeasured >= 0 && t.MinMeasured <= Whole, "min_measured is %v, must be 0%% to 100%%", t.MinMeasured)
	must(t.Floor >= 0 && t.Floor <= Whole, "floor is %v, must be 0%% to 100%%", t.Floor)
	must(t.Excused.Max >= 0, "excused.max is %d, must not be negative", t.Excused.Max)
	must(t.Excused.Max == 0 || t.Excused.Window >= 1, "excused.window is %d, must be at least 1", t.Excused.Window)
	must(t.Grace.Months >= 0, "grace.months is %d, must not be negative", t.Grace.Months)
	must(t.Grace.Budget >= 0, "grace.budget is %d, must not be negative", t.Grace.Budget)
	must(t.Grace.Window >= 1, "grace.window is %d, must be at least 1", t.Grace.Window)
	must(t.Suspension.Restore >= 1, "suspension.restore is %d, must be at least 1", t.Suspension.Restore)
	must(t.Suspension.Max >= t.Suspension.Restore, "suspension.restore (%d) is more than suspension.max (%d)", t.Suspension.Restore, t.Suspension.Max)
	must(t.Validity.Months >= 0, "validity.months is %d, must not be negative", t.Validity.Months)
	must(t.Validity.Renew >= 0, "validity.renew is %d, must not be negative", t.Validity.Renew)
	must(t.Validity.Months == 0 || t.Validity.Renew <= t.Validity.Months, "validity.renew (%d) is more than validity.months (%d)", t.Validity.Renew, t.Validity.Months)
	must(t.Validity.Restore >= 0, "validity.restore is %d, must not be negative", t.Validity.Restore)
	must(t.ReEarn >= 1, "re_earn is %d, must be at least 1", t.ReEarn)
	must(t.Corrections >= 0, "corrections is %d, must not be negative", t.Corrections)
	return errors.Join(faults...)
}
