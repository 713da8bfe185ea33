// Package report writes a programme's figures down, for people and for
// programs.
//
// Three functions come first: [New] gathers the figures, [Report.Text] and
// [Report.HTML] write them.
//
//	r, err := report.New(programme, report.Options{Norm: "CK 2026.1"})
//	err = r.HTML(w, "nl")
//
// Those are for whoever runs the programme. What goes outside is [Report.Export]:
// the counts behind the figures, with everything hidden that could tell of a
// single company, in the same forms.
package report

import (
	"fmt"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify/portfolio"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/book"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/experience"
	"github.com/cyberkeurmerk/keurmerk/finding"
)

// TrendMonths is how many months a trend goes back if nothing else is said.
const TrendMonths = 12

// Options says what is asked, besides where the companies stand.
type Options struct {
	Norm       string            // what the norm is called, with its version
	Titles     map[string]string // what criteria are called, by id; one without title is called by its id
	Goals      []Target
	Months     int        // of the trend; 0: TrendMonths
	Book       *book.Book // nil: nothing is said of policies
	Experience experience.Options
}

// Target is a number of marks wanted by an instant.
type Target struct {
	By   time.Time
	Want int
}

// Report is the figures of a programme at an instant.
type Report struct {
	Norm       string
	Titles     map[string]string
	AsOf       time.Time
	Zone       *time.Location
	States     portfolio.Snapshot
	Closes     []portfolio.Close // the months of the trend
	Goals      []*portfolio.Goal
	Trend      *portfolio.Trend // nil: no month that has closed was scored
	Durations  *portfolio.Durations
	Experience *experience.Experience // nil: there is no book
}

// New gathers the figures. It fails for a goal that lies before the programme's
// instant, and for options that make no sense.
func New(p *portfolio.Programme, o Options) (*Report, error) {
	if o.Months < 0 {
		return nil, fmt.Errorf("a trend over %d months makes no sense", o.Months)
	}
	r := &Report{Norm: o.Norm, Titles: o.Titles, AsOf: p.AsOf(), Zone: p.Zone(), States: p.Snapshot(), Durations: p.Durations()}
	for _, target := range o.Goals {
		goal, err := p.Goal(target.By, target.Want)
		if err != nil {
			return nil, err
		}
		r.Goals = append(r.Goals, goal)
	}
	if first, scored := p.FirstScored(); scored && first <= p.LastClosed() {
		months := o.Months
		if months == 0 {
			months = TrendMonths
		}
		from := max(first, p.LastClosed()-finding.YearMonth(months)+1)
		trend, err := p.Trend(from, p.LastClosed())
		if err != nil {
			return nil, err
		}
		r.Trend, r.Closes = trend, p.Closes(from)
	}
	if o.Book != nil {
		e, err := experience.Of(p, o.Book, o.Experience)
		if err != nil {
			return nil, err
		}
		r.Experience = e
	}
	return r, nil
}

// InReach tells whether every goal can still be made.
func (r *Report) InReach() bool {
	for _, g := range r.Goals {
		if !g.InReach() {
			return false
		}
	}
	return true
}

// title is what a criterion is called.
func (r *Report) title(id string) string {
	if title := r.Titles[id]; title != "" {
		return clean(title)
	}
	return clean(id)
}
