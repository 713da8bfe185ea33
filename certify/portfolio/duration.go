package portfolio

import (
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/survival"
	"github.com/cyberkeurmerk/keurmerk/finding"
)

// The events that end the way to a first mark.
const (
	Marked  = 1 // the mark was given
	Dropped = 2 // the company left without it
)

// Durations is how many months it takes from a company's first countable month
// to its first mark.
type Durations struct {
	Observations []survival.Observation // in order of company id
	Phases       []certify.Phase        // in which each is at AsOf
	Waiting      survival.Curve         // still without it, if nobody left: Kaplan–Meier
	Median       survival.Quantile      // of Waiting
	Mark         survival.Curve         // have it, with leaving as a competing event: Aalen–Johansen
	Left         survival.Curve         // left without it
}

// Durations follows each company from its first enrolment to its first mark or
// to its leaving; who has had neither by AsOf is cut short there. Months are
// counted at their close, the award month included, so the shortest way is as
// long as the run that the norm asks for. Whoever leaves before a first month
// closes does so at 0.
func (p *Programme) Durations() *Durations {
	d := &Durations{}
	for i := range p.companies {
		if o, enrolled := p.observe(p.companies[i].timeline.Steps); enrolled {
			d.Observations = append(d.Observations, o)
			d.Phases = append(d.Phases, p.companies[i].timeline.State.Phase)
		}
	}
	waiting := make([]survival.Observation, len(d.Observations))
	for i, o := range d.Observations {
		if o.Event == Dropped {
			o.Event = 0
		}
		waiting[i] = o
	}
	d.Waiting = survival.KaplanMeier(waiting)
	d.Median = d.Waiting.Median()
	d.Mark = survival.Incidence(d.Observations, Marked)
	d.Left = survival.Incidence(d.Observations, Dropped)
	return d
}

// observe reads a company's way to its first mark off its steps.
func (p *Programme) observe(steps []certify.Step) (o survival.Observation, enrolled bool) {
	var first finding.YearMonth
	months := func(at time.Time) int { return max(0, int(p.calendar.lastClosed(at)-first)+1) }
	for _, step := range steps {
		switch {
		case !enrolled:
			enrolled, first = true, p.calendar.joined(step.At)
		case step.To == certify.Left:
			return survival.Observation{Time: months(step.At), Event: Dropped}, true
		case valid(step.To):
			return survival.Observation{Time: months(step.At), Event: Marked}, true
		}
	}
	return survival.Observation{Time: months(p.asOf)}, enrolled
}
