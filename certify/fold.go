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
	terms    ruling.Terms
	calendar calendar
	asOf     time.Time
	events   []event
	months   map[finding.YearMonth]Outcome
	excused  map[finding.YearMonth]string // the causes asked for

	phase Phase
	next  finding.YearMonth // whose close comes next; meaningful while taking part
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

func newFold(terms ruling.Terms, calendar calendar, entries []Entry, asOf time.Time) *fold {
	f := &fold{terms: terms, calendar: calendar, asOf: asOf, phase: None, shown: None, steps: []Step{},
		months: map[finding.YearMonth]Outcome{}, excused: map[finding.YearMonth]string{}}
	for i := range entries {
		e := &entries[i]
		switch e.Type {
		case Score:
			if calendar.inTime(e, terms) {
				f.months[e.Month] = outcome(e, terms)
			}
		case Excuse:
			f.excused[e.Month] = e.Cause
		case Void:
		default:
			f.date(event{at: e.At, order: orders[e.Type], entry: e})
			if e.Type == Hold && !e.Until.IsZero() {
				f.date(event{at: e.Until, order: orderWithdraw, entry: e, deadline: true})
			}
		}
	}
	// Stable: events of one kind at one instant stay in order of recording.
	slices.SortStableFunc(f.events, func(a, b event) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.order, b.order)) })
	return f
}

func (f *fold) date(e event) {
	if !e.at.After(f.asOf) {
		f.events = append(f.events, e)
	}
}

// outcome is what the entry says its month came to.
func outcome(e *Entry, terms ruling.Terms) Outcome {
	if e.Card == nil {
		return e.Outcome
	}
	return Counts(terms, e.Card)
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

// run lets everything happen up to asOf, in order.
func (f *fold) run() {
	for i := 0; ; {
		var closing time.Time
		if f.takesPart() {
			closing = f.calendar.close(f.next)
		}
		due := !closing.IsZero() && !closing.After(f.asOf)
		switch {
		case i < len(f.events) && (!due || f.events[i].before(closing)):
			f.happen(f.events[i])
			i++
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
			if !f.terms.Review {
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
	f.phase, f.next = Enrolled, f.calendar.first(at)
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
