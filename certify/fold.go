package certify

import (
	"cmp"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// fold is the state while a history is gone through.
type fold struct {
	calendar calendar
	terms    *ruling.Terms // under which the last month closed
	events   []event       // in order; those before happened have happened
	happened int
	months   map[finding.YearMonth]filed
	excused  map[finding.YearMonth]string // the causes asked for

	phase Phase
	next  finding.YearMonth // whose close comes next; meaningful while taking part
	since time.Time         // of the latest enrolment
	held  bool              // has ever held a term
	begun int               // terms begun

	counted []bool // building: months counted, newest last; true is a pass
	holds   []Entry
	honored []finding.YearMonth // excused months

	award  finding.YearMonth
	end    finding.YearMonth // the term ends with its close
	passes int               // since the award month, or since the term was renewed
	bad    []finding.YearMonth
	badRun int

	n, closed int // suspended, expired

	steps []Step
	shown Phase

	supposed supposition // of a forecast
}

// Events at one instant happen in this order.
const (
	orderEnrol = iota
	orderLeave
	orderHold
	orderLift
	orderRestart
	orderWithdraw // and deadlines
	orderClose
	orderGrant
)

// event is something that happens at an instant: an entry, or the deadline of
// a hold.
type event struct {
	at       time.Time
	order    int
	entry    *Entry
	deadline bool
}

var orders = map[Type]int{Enrol: orderEnrol, Leave: orderLeave, Hold: orderHold, Lift: orderLift,
	Restart: orderRestart, Withdraw: orderWithdraw, Grant: orderGrant}

func newFold(calendar calendar, entries []*Entry) *fold {
	f := &fold{calendar: calendar, terms: &calendar.versions[0].Terms, phase: None, shown: None, steps: []Step{},
		months: make(map[finding.YearMonth]filed, len(entries)), excused: map[finding.YearMonth]string{}}
	for _, e := range entries {
		switch e.Type {
		case Score:
			f.file(e)
		case Excuse:
			f.excused[e.Month] = e.Cause
		case Void:
		default:
			f.events = append(f.events, event{at: e.At, order: orders[e.Type], entry: e})
			if e.Type == Hold && !e.Until.IsZero() {
				f.events = append(f.events, event{at: e.Until, order: orderWithdraw, entry: e, deadline: true})
			}
		}
	}
	// Stable: events of one kind at one instant stay in order of recording.
	slices.SortStableFunc(f.events, func(a, b event) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.order, b.order)) })
	return f
}

// file takes in a score, unless it came too late or was judged under a norm
// that is none of the versions.
func (f *fold) file(e *Entry) {
	version := f.calendar.versions.judged(e)
	if version == otherVersion || !f.calendar.inTime(e) {
		return
	}
	out := e.Outcome
	if e.Card != nil {
		out = Counts(f.calendar.versions[max(version, 0)].Terms, e.Card)
	}
	f.months[e.Month] = f.months[e.Month].replace(version, out)
}

// Counts tells what a month counts as under the terms, from its card.
func Counts(terms ruling.Terms, c *card.Card) Outcome {
	knockedOut := slices.ContainsFunc(terms.KnockOut, func(id string) bool {
		k := c.Find(id)
		return k != nil && k.Outcome == ruling.Unmet
	})
	switch {
	case c.Measured < terms.MinMeasured:
		return Missing
	case c.Score != nil && *c.Score < terms.Floor, knockedOut:
		return Severe
	case c.Qualifies:
		return Pass
	}
	return Fail
}

// run lets everything happen up to the instant, in order.
func (f *fold) run(until time.Time) {
	for {
		var closing time.Time
		if f.takesPart() {
			closing = f.calendar.close(f.next)
		}
		due := !closing.IsZero() && !closing.After(until)
		ready := f.happened < len(f.events) && !f.events[f.happened].at.After(until)
		switch {
		case ready && (!due || f.events[f.happened].before(closing)):
			f.happened++
			f.happen(f.events[f.happened-1])
		case due:
			f.close(f.next, closing)
			f.next++
		default:
			return
		}
	}
}

// before tells whether the event comes before a close at the instant.
func (e event) before(closing time.Time) bool {
	return cmp.Or(e.at.Compare(closing), cmp.Compare(e.order, orderClose)) < 0
}

func (f *fold) takesPart() bool { return f.phase != None && f.phase != Left }

// step notes a change of what shows.
func (f *fold) step(at time.Time, month finding.YearMonth, reason Reason) {
	if to := f.shows(); to != f.shown {
		f.steps = append(f.steps, Step{at, month, f.shown, to, reason})
		f.shown = to
	}
}

// shows is the phase as it shows: an open hold covers a valid mark.
func (f *fold) shows() Phase {
	if f.phase != Certified && f.phase != AtRisk {
		return f.phase
	}
	switch {
	case f.blocked():
		return Suspended
	case len(f.holds) > 0:
		return AtRisk
	}
	return f.phase
}

// blocked tells whether a suspending hold is open.
func (f *fold) blocked() bool {
	return slices.ContainsFunc(f.holds, func(h Entry) bool { return h.Effect == Suspend })
}

// show is the state as it shows.
func (f *fold) show() State {
	s := State{Phase: f.shows(), Terms: f.begun, Holds: slices.Clone(f.holds)}
	slices.SortFunc(s.Holds, func(a, b Entry) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	switch f.phase {
	case Building, ReEarning:
		s.N, s.Of = f.progress()
	case Suspended, Expired:
		s.N, s.Of, s.Closed = f.n, f.terms.Suspension.Restore, f.closed
	}
	s.ToGo = s.Of - s.N
	switch f.phase {
	case Certified, AtRisk, Suspended, Expired:
		s.Award, s.ValidThrough = f.award, f.end
	}
	return s
}

// happen carries out a dated event.
func (f *fold) happen(e event) {
	at := e.at
	switch {
	case e.deadline:
		if f.unhold(e.entry.ID) {
			f.lose(at, Reason{Code: "deadline", Cause: e.entry.Cause})
		}
	case e.entry.Type == Enrol:
		f.enrol(at)
	case e.entry.Type == Leave:
		f.leave(at)
	case e.entry.Type == Hold:
		f.holds = append(f.holds, *e.entry)
		f.step(at, 0, Reason{Code: "hold", Cause: e.entry.Cause})
	case e.entry.Type == Lift:
		if f.unhold(e.entry.Target) {
			if f.automatic() {
				f.tryAward(at)
			}
			f.step(at, 0, Reason{Code: "lift"})
		}
	case e.entry.Type == Restart:
		f.counted = nil
	case e.entry.Type == Withdraw:
		f.lose(at, Reason{Code: "withdraw", Cause: e.entry.Cause})
	case e.entry.Type == Grant:
		if f.terms.Review {
			f.tryAward(at)
		}
	}
}

func (f *fold) enrol(at time.Time) {
	if f.takesPart() {
		return
	}
	f.phase, f.next, f.since = Enrolled, f.calendar.first(at), at
	f.step(at, 0, Reason{Code: "enrol"})
}

func (f *fold) leave(at time.Time) {
	if f.phase == Left {
		return
	}
	f.phase = Left
	f.holds, f.honored = nil, nil
	f.forget()
	f.step(at, 0, Reason{Code: "leave"})
}

// forget clears run, bad months and term.
func (f *fold) forget() {
	f.counted, f.bad, f.badRun = nil, nil, 0
	f.award, f.end, f.passes = 0, 0, 0
	f.n, f.closed = 0, 0
}

// unhold closes the hold with the id; false if none is open.
func (f *fold) unhold(id string) bool {
	before := len(f.holds)
	f.holds = slices.DeleteFunc(f.holds, func(h Entry) bool { return h.ID == id })
	return len(f.holds) < before
}

// lose withdraws a mark, and annuls a run.
func (f *fold) lose(at time.Time, reason Reason) {
	switch f.phase {
	case Certified, AtRisk, Suspended, Expired:
		f.withdraw(at, 0, reason)
	case Building, ReEarning:
		f.counted = nil
	}
	f.step(at, 0, reason)
}

func (f *fold) withdraw(at time.Time, month finding.YearMonth, reason Reason) {
	f.phase = Withdrawn
	f.forget()
	f.step(at, month, reason)
}

// tryAward gives the mark at an instant that is no close, or before or behind
// one, if the run stands and nothing blocks. The award month is the last whose
// close has happened.
func (f *fold) tryAward(at time.Time) {
	if (f.phase == Building || f.phase == ReEarning) && f.stands() {
		f.grant(at, 0, f.next-1)
	}
}
