// Package portfolio says how the companies of a programme stand together, for
// whoever runs it and for the insurers behind it.
//
// Two functions come first: [New] folds a history of many companies, and
// [Programme.Snapshot] counts where they stand.
//
//	programme, err := portfolio.New(certify.Versions{{Terms: n.Certification()}}, entries, asOf)
//	snapshot := programme.Snapshot()
//	fmt.Println(snapshot.Valid, "of", snapshot.TakingPart, "hold the mark")
//	goal, err := programme.Goal(nextJuly, 120)
//	fmt.Println(goal.Most(), "can hold it by then")
//
// Everything is as it was known at one instant. Figures that rest on few
// companies come with an interval, or say that none is estimable; no company is
// named and none is ranked. What is safe to publish is the matter of the
// package disclosure.
//
// The mathematics stands in folders of its own: interval, survival,
// credibility and disclosure. The folder experience sets an insurer's policies
// against scores, book reads them, and report writes it all down.
package portfolio

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Programme is a history of many companies, as known at an instant. Its
// methods only read, so several may run at once.
type Programme struct {
	versions  certify.Versions
	asOf      time.Time
	calendar  calendar
	companies []company // in order of id
}

// maxWorkedOut is how many months back instants are worked out beforehand, a
// hundred years; a tenth of that ahead.
const maxWorkedOut = 1200

// company is one company's entries, in order of (recorded, id), and what they
// come to.
type company struct {
	id       string
	entries  []certify.Entry
	timeline certify.Timeline
}

// New folds the history of each company under the versions of a norm. Entries
// may come in any order; those recorded after asOf are left out. The error names
// the company whose entries can't be used.
func New(versions certify.Versions, entries []certify.Entry, asOf time.Time) (*Programme, error) {
	if err := versions.Check(); err != nil {
		return nil, err
	}
	zone, err := finding.LoadZone(versions[0].Terms.Zone)
	if err != nil {
		return nil, err
	}
	p := &Programme{versions: versions, asOf: asOf.UTC()}
	now := finding.MonthAt(asOf, zone)
	first := now
	place := map[string]int{}
	for _, e := range entries {
		if e.Recorded.After(asOf) {
			continue
		}
		if e.Type == certify.Score {
			first = min(first, max(e.Month, now-maxWorkedOut))
		}
		i, known := place[e.Company]
		if !known {
			i = len(p.companies)
			place[e.Company] = i
			p.companies = append(p.companies, company{id: e.Company})
		}
		p.companies[i].entries = append(p.companies[i].entries, e)
	}
	p.calendar = newCalendar(zone, versions, first, now+maxWorkedOut/10)
	slices.SortFunc(p.companies, func(a, b company) int { return cmp.Compare(a.id, b.id) })
	for i := range p.companies {
		c := &p.companies[i]
		// Histories mostly come in order, and entries are large to move.
		if !slices.IsSortedFunc(c.entries, byRecording) {
			slices.SortStableFunc(c.entries, byRecording)
		}
		c.timeline = versions.Evaluate(c.entries, asOf)
		if c.timeline.Err != nil {
			return nil, fmt.Errorf("company %q: %w", c.id, c.timeline.Err)
		}
	}
	return p, nil
}

func byRecording(a, b certify.Entry) int {
	return cmp.Or(a.Recorded.Compare(b.Recorded), cmp.Compare(a.ID, b.ID))
}

// AsOf is the instant at which everything is as known, in UTC.
func (p *Programme) AsOf() time.Time { return p.asOf }

// Zone is the norm's time zone.
func (p *Programme) Zone() *time.Location { return p.calendar.zone }

// LastClosed is the last month that had closed by AsOf.
func (p *Programme) LastClosed() finding.YearMonth { return p.calendar.lastClosed(p.asOf) }

// FirstScored is the earliest month of which anything was scored; false if
// none was.
func (p *Programme) FirstScored() (first finding.YearMonth, found bool) {
	for i := range p.companies {
		for j := range p.companies[i].entries {
			e := &p.companies[i].entries[j]
			if e.Type == certify.Score && (!found || e.Month < first) {
				first, found = e.Month, true
			}
		}
	}
	return first, found
}

// takesPart tells whether a company in the phase takes part.
func takesPart(phase certify.Phase) bool { return phase != certify.None && phase != certify.Left }

// valid tells whether a mark in the phase may be relied on.
func valid(phase certify.Phase) bool { return phase == certify.Certified || phase == certify.AtRisk }
