package report

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/credibility"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/experience"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/survival"
)

// page is figures in words, before they take the form of a page or a terminal.
type page struct {
	Language, Title string
	Facts           []string
	Sections        []section
}

type section struct {
	Title     string
	Sentences []string
	Charts    []*chart // pages only
	Tables    []table
	Notes     []string
}

// table is rows of which the first cell names the row.
type table struct {
	Title string // empty: the section's
	Head  []string
	Rows  [][]string
	Bars  [][]int // by row, what is drawn behind it in a terminal, in pieces; nil: nothing is
}

func (t *table) add(cells ...string) { t.Rows = append(t.Rows, cells) }

func (r *Report) page(w *words) *page {
	p := &page{Language: w.language, Title: w.title, Facts: []string{fmt.Sprintf(w.asOf, w.instant(r.AsOf, r.Zone), r.Zone)}}
	if r.Norm != "" {
		p.Facts = append(p.Facts, fmt.Sprintf(w.norm, clean(r.Norm)))
	}
	p.Sections = append(p.Sections, r.statesSection(w))
	if len(r.Goals) > 0 {
		p.Sections = append(p.Sections, r.goalsSection(w))
	}
	if r.Trend != nil && len(r.Trend.Criteria) > 0 {
		p.Sections = append(p.Sections, r.trendSection(w))
	}
	if len(r.Durations.Observations) > 0 {
		p.Sections = append(p.Sections, r.durationsSection(w))
	}
	if r.Experience != nil {
		p.Sections = append(p.Sections, r.experienceSection(w))
	}
	return p
}

func (r *Report) statesSection(w *words) section {
	s := &r.States
	out := section{Title: w.states, Sentences: []string{fmt.Sprintf(w.counted, s.Companies, s.TakingPart, s.Valid, s.Holds)}}
	states := table{Head: []string{w.state, w.companies}}
	for _, state := range s.States {
		if state.Companies > 0 {
			states.add(w.phases[state.Phase], strconv.Itoa(state.Companies))
			states.Bars = append(states.Bars, []int{state.Companies})
		}
	}
	out.Tables = append(out.Tables, states)
	if len(s.Progress) > 0 {
		progress := table{Title: w.progressTitle, Head: []string{w.progressTitle, w.companies}}
		for _, step := range s.Progress {
			progress.add(fmt.Sprintf(w.progress, step.N, step.Of), strconv.Itoa(step.Companies))
			progress.Bars = append(progress.Bars, []int{step.Companies})
		}
		out.Tables = append(out.Tables, progress)
	}
	if len(r.Closes) > 0 {
		closes := table{Title: w.closes, Head: []string{w.monthWord, w.valid, w.underWay, w.lost}}
		for _, c := range r.Closes {
			n := grouped(c)
			closes.add(w.monthName(c.Month), strconv.Itoa(n[0]), strconv.Itoa(n[1]), strconv.Itoa(n[2]))
			closes.Bars = append(closes.Bars, n[:])
		}
		out.Tables = append(out.Tables, closes)
		out.Charts = append(out.Charts, closesChart(w, r.Closes))
	}
	return out
}

// grouped counts the companies of a close with a valid mark, on their way to
// one, and those that have one no more.
func grouped(c portfolio.Close) (n [3]int) {
	for _, s := range c.States {
		switch s.Phase {
		case certify.Certified, certify.AtRisk:
			n[0] += s.Companies
		case certify.Enrolled, certify.Building, certify.ReEarning:
			n[1] += s.Companies
		case certify.Suspended, certify.Expired, certify.Withdrawn:
			n[2] += s.Companies
		}
	}
	return n
}

func (r *Report) goalsSection(w *words) section {
	out := section{Title: w.goals, Notes: []string{w.assumed}}
	for _, g := range r.Goals {
		verdict := w.inReach
		if !g.InReach() {
			verdict = fmt.Sprintf(w.outOfReach, g.Most())
		}
		out.Sentences = append(out.Sentences, fmt.Sprintf(w.goal, g.Want, w.instant(g.By, r.Zone))+" "+
			fmt.Sprintf(w.standing, g.Now, g.Can, g.Helped, g.Cannot)+" "+verdict)
	}
	return out
}

func (r *Report) trendSection(w *words) section {
	t := r.Trend
	first, last := w.monthName(t.From), w.monthName(t.Until)
	out := section{Title: w.criteria, Sentences: []string{fmt.Sprintf(w.cohorts, first, last, t.Cohort), w.unmeasured}}
	shares := table{Head: []string{w.criterion, w.fixed + ", " + first, w.fixed + ", " + last, w.open + ", " + first, w.open + ", " + last}}
	for i := range t.Criteria {
		c := &t.Criteria[i]
		a, b := c.Months[0], c.Months[len(c.Months)-1]
		cells := []string{r.title(c.ID)}
		for _, o := range []portfolio.Outcomes{a.Fixed, b.Fixed, a.Open, b.Open} {
			_, in := o.Share()
			cells = append(cells, w.share(o.Met, o.Applies(), in))
		}
		shares.add(cells...)
		if len(c.Months) > 1 {
			out.Charts = append(out.Charts, trendChart(w, cells[0], c))
		}
	}
	out.Tables = append(out.Tables, shares)
	return out
}

// milestones are the months at which curves are told.
var milestones = []int{6, 7, 8, 9, 12, 18, 24, 36, 48, 60}

func (r *Report) durationsSection(w *words) section {
	d := r.Durations
	totals := durationsOf(d)
	out := section{Title: w.durations, Notes: []string{w.durationNote}}
	out.Sentences = append(out.Sentences, fmt.Sprintf(w.followed, totals.Companies, totals.Marked, totals.Left, totals.Companies-totals.Marked-totals.Left), w.medianText(d.Median))
	curve := table{Head: []string{w.afterMonths, w.atRisk, w.waiting, w.marked, w.left}}
	last := d.Waiting[len(d.Waiting)-1].Time
	for _, months := range milestones {
		if months > last { // beyond that nobody was looked at
			break
		}
		at := []string{strconv.Itoa(months), strconv.Itoa(followed(d, months)), w.estimate(1, d.Waiting[0].Interval), w.percent(0), w.percent(0)}
		for k, c := range []survival.Curve{d.Waiting, d.Mark, d.Left} {
			if p, found := c.At(months); found {
				at[2+k] = w.estimate(p.Estimate, p.Interval)
			}
		}
		curve.add(at...)
	}
	if len(curve.Rows) > 0 {
		out.Tables = append(out.Tables, curve)
		out.Charts = append(out.Charts, durationsChart(w, d))
	}
	return out
}

// followed counts those that were still on their way and looked at after so
// many months.
func followed(d *portfolio.Durations, months int) int {
	n := 0
	for _, o := range d.Observations {
		if o.Time > months || o.Time == months && o.Event == 0 {
			n++
		}
	}
	return n
}

func (w *words) medianText(q survival.Quantile) string {
	if !q.Known {
		return w.medianUnknown
	}
	in := w.notEstimable
	switch {
	case q.LowKnown && q.HighKnown:
		in = fmt.Sprintf(w.medianRange, q.Low, q.High)
	case q.LowKnown:
		in = fmt.Sprintf(w.medianFrom, q.Low)
	}
	return fmt.Sprintf(w.median, q.Time, in)
}

func (r *Report) experienceSection(w *words) section {
	e := r.Experience
	out := section{Title: w.experience, Notes: []string{w.bandNote, w.ripeNote, w.intervals},
		Sentences: []string{fmt.Sprintf(w.window, w.monthName(e.From), w.monthName(e.Until), w.date(e.Valued.Date()))}}
	credible := w.notEstimable
	if e.Model != nil {
		out.Notes = slices.Insert(out.Notes, 1, fmt.Sprintf(w.credibilityNote, w.number(e.Model.Collective, 4)))
	} else if not, ok := errors.AsType[*credibility.NotEstimableError](e.NotEstimable); ok {
		out.Notes = slices.Insert(out.Notes, 1, fmt.Sprintf("%s: %s; %s.", w.credible, w.notEstimable, w.reasons[not.Reason]))
	}
	bands := table{Head: []string{w.score, w.companies, w.policyYears, w.claims, w.frequency, w.credible, w.lossRatio}}
	row := func(name string, f *experience.Figures, credible string) {
		bands.add(name, strconv.Itoa(f.Companies), w.number(f.Exposure.Years(), 1), strconv.Itoa(f.Claims), w.rate(f.Frequency), credible, w.rate(f.LossRatio))
	}
	for i := range e.Rows {
		own := credible
		if c := e.Rows[i].Credible; c != nil {
			own = w.number(c.Credible, 3)
		}
		row(w.band(e.Rows[i].Band), &e.Rows[i].Figures, own)
	}
	row(w.total, &e.Total, "")
	out.Tables = append(out.Tables, bands)
	if c := frequencyChart(w, e); c != nil {
		out.Charts = append(out.Charts, c)
	}
	return out
}
