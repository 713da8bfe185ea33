package certify

import (
	"maps"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Outlook is what may become of a company's mark, as far as could be known at
// an instant.
type Outlook struct {
	Timeline // up to the instant

	// Earliest is the first instant at which the company can hold the mark: since
	// when it does if it does now. Zero if it can't, as things are recorded. It
	// supposes that every month from the open one on is passed, that holds are
	// lifted at once, that a person who must grant the mark does so at once, and
	// that a company that takes no part joins now; the notes say which of these.
	Earliest time.Time
	Months   int        // passes that it takes: months that must close before Earliest
	Open     *OpenMonth // nil: the company takes no part
	Notes    []Note     // all of it in words, in a fixed order
}

// OpenMonth is the month whose close comes next.
type OpenMonth struct {
	Month  finding.YearMonth
	Closes time.Time  // what is recorded up to and at this instant counts at the close
	Until  time.Time  // until when a correction counts without an audit, this instant included
	Filed  Outcome    // what the month comes to as it is filed now; missing if nothing is
	Next   []Prospect // if it is passed, failed, missing or severe, in this order
}

// LastDay is the first instant of the last whole day, in the norm's zone, on
// which the open month can still be saved.
func (o *OpenMonth) LastDay() time.Time {
	last := o.Closes.Add(-1)
	return finding.StartOfDay(last.Year(), last.Month(), last.Day(), last.Location()).In(last.Location())
}

// Prospect is what follows from one outcome of the open month: where the
// company then stands, and what it can reach from there.
type Prospect struct {
	Outcome  Outcome
	State    State     // just after the close
	Reason   Reason    // of the change at the close; empty if the phase stays
	Earliest time.Time // as in [Outlook]
	Months   int       // passes that it takes behind the open month
}

// Forecast says what may become of one company's mark under the terms, from
// what had been recorded by asOf. Like [Evaluate] it is a pure function; entries
// that are recorded but dated later, such as a leave, are reckoned with.
func Forecast(terms ruling.Terms, entries []Entry, asOf time.Time) Outlook {
	return one(terms).Forecast(entries, asOf)
}

// Forecast is [Forecast] under the versions of a norm.
func (v Versions) Forecast(entries []Entry, asOf time.Time) Outlook {
	return v.forecast(pointers(entries), asOf)
}

// ForecastAll forecasts for a history of any number of companies, in order of
// id.
func (v Versions) ForecastAll(entries []Entry, asOf time.Time) []Outlook {
	companies, histories := byCompany(entries)
	all := make([]Outlook, len(companies))
	for i, company := range companies {
		all[i] = v.forecast(histories[company], asOf)
		all[i].Company = company
	}
	return all
}

func (v Versions) forecast(entries []*Entry, asOf time.Time) Outlook {
	f, t := v.fold(entries, asOf)
	o := Outlook{Timeline: t, Notes: []Note{}}
	if t.Err != nil {
		return o
	}
	o.Earliest, o.Months = f.earliest(asOf)
	if f.takesPart() {
		o.Open = f.open()
	}
	o.Notes = f.notes(&o)
	return o
}

// open looks at each outcome of the month that closes next.
func (f *fold) open() *OpenMonth {
	m := f.next
	v := f.calendar.rulings()
	o := &OpenMonth{Month: m, Closes: f.calendar.close(m).In(f.calendar.zone),
		Until: f.calendar.close(m + finding.YearMonth(f.calendar.terms(m).Corrections)).In(f.calendar.zone),
		Filed: f.months[m].outcome(v.At(m), v.Before(m, f.since, f.calendar.zone))}
	for _, out := range []Outcome{Pass, Fail, Missing, Severe} {
		g := f.clone()
		g.supposed = supposition{from: m, first: out}
		g.run(o.Closes)
		p := Prospect{Outcome: out, State: g.show()}
		if last := len(g.steps) - 1; last >= len(f.steps) && g.steps[last].Month == m {
			p.Reason = g.steps[last].Reason
		}
		p.Earliest, p.Months = g.earliest(o.Closes)
		o.Next = append(o.Next, p)
	}
	return o
}

// earliest is the first instant from now on at which the mark can be held, and
// the number of months that must be passed until then.
func (f *fold) earliest(now time.Time) (time.Time, int) {
	if isValid(f.shown) {
		return f.validSince(), 0
	}
	g := f.clone()
	g.favour(now)
	for months := 0; months <= f.furthest(); {
		if isValid(g.shows()) {
			return g.validSince(), months
		}
		switch {
		case g.takesPart():
			g.run(g.calendar.close(g.next))
			months++
		case g.happened < len(g.events):
			g.run(g.events[g.happened].at)
		default:
			return time.Time{}, 0
		}
	}
	return time.Time{}, 0
}

// favour supposes that all goes well from now on.
func (f *fold) favour(now time.Time) {
	f.events = slices.DeleteFunc(slices.Clone(f.events[f.happened:]), func(e event) bool { return e.entry.Type == Hold })
	f.happened = 0
	if !f.takesPart() && !slices.ContainsFunc(f.events, func(e event) bool { return e.entry.Type == Enrol }) {
		f.enrol(now)
	}
	f.supposed = supposition{from: max(f.next, 1), first: Pass, rest: Pass, granted: true}
	f.holds = nil
	f.tryAward(now)
	f.step(now, 0, Reason{Code: "lift"})
}

// furthest is more months than a mark can be away: every phase on the way to
// it ends within its bound.
func (f *fold) furthest() int {
	most := 3
	for i := range f.calendar.versions {
		t := &f.calendar.versions[i].Terms
		most += t.Months + t.Of + t.ReEarn + t.Suspension.Max + t.Suspension.Restore + t.Validity.Restore
	}
	return most
}

func isValid(p Phase) bool { return p == Certified || p == AtRisk }

// validSince is since when the mark that shows has been valid without a break.
func (f *fold) validSince() time.Time {
	var since time.Time
	for _, s := range slices.Backward(f.steps) {
		if !isValid(s.To) {
			break
		}
		since = s.At
	}
	return since.In(f.calendar.zone)
}

// clone is a fold that goes on by itself; what has happened is shared.
func (f *fold) clone() *fold {
	g := *f
	g.counted, g.holds, g.honored = slices.Clone(f.counted), slices.Clone(f.holds), slices.Clone(f.honored)
	g.bad, g.steps = slices.Clone(f.bad), slices.Clone(f.steps)
	g.months, g.excused = maps.Clone(f.months), maps.Clone(f.excused)
	return &g
}
