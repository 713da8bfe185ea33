package report

import (
	"encoding/json"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/book"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/experience"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/interval"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/survival"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// number is a figure as it is written: with six digits that count, so that
// machines whose arithmetic differs in the last bit write the same.
type number float64

// MarshalJSON writes the figure; what is no number is null.
func (n number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(float64(n), 'e', 5, 64), 64)
	if err != nil {
		return nil, err
	}
	return json.Marshal(rounded + 0) // no negative zero
}

// The types below are the document that programs rely on.
type (
	reportJSON struct {
		AsOf       time.Time       `json:"asOf"`
		Norm       string          `json:"norm"`
		States     statesJSON      `json:"states"`
		Closes     []closeJSON     `json:"closes"`
		Goals      []goalJSON      `json:"goals"`
		Trend      *trendJSON      `json:"trend"`
		Durations  durationsJSON   `json:"durations"`
		Experience *experienceJSON `json:"experience"`
	}
	statesJSON struct {
		Companies  int         `json:"companies"`
		TakingPart int         `json:"takingPart"`
		Valid      int         `json:"valid"`
		Holds      int         `json:"holds"`
		Phases     []phaseJSON `json:"phases"`
		Progress   []stepJSON  `json:"progress"`
	}
	phaseJSON struct {
		Phase     certify.Phase `json:"phase"`
		Companies int           `json:"companies"`
	}
	stepJSON struct {
		N         int `json:"n"`
		Of        int `json:"of"`
		Companies int `json:"companies"`
	}
	closeJSON struct {
		Month  finding.YearMonth `json:"month"`
		Phases []phaseJSON       `json:"phases"`
	}
	goalJSON struct {
		By         time.Time `json:"by"`
		Want       int       `json:"want"`
		TakingPart int       `json:"takingPart"`
		Now        int       `json:"now"`
		Can        int       `json:"can"`
		Helped     int       `json:"helped"`
		Cannot     int       `json:"cannot"`
		InReach    bool      `json:"inReach"`
	}
	intervalJSON struct {
		Low  number `json:"low"`
		High number `json:"high"`
	}
	trendJSON struct {
		From     finding.YearMonth `json:"from"`
		Until    finding.YearMonth `json:"until"`
		Cohort   int               `json:"cohort"`
		Criteria []criterionJSON   `json:"criteria"`
	}
	criterionJSON struct {
		ID     string      `json:"id"`
		Months []monthJSON `json:"months"`
	}
	monthJSON struct {
		Month finding.YearMonth `json:"month"`
		Fixed outcomesJSON      `json:"fixed"`
		Open  outcomesJSON      `json:"open"`
	}
	outcomesJSON struct {
		Met           int           `json:"met"`
		Unmet         int           `json:"unmet"`
		Unknown       int           `json:"unknown"`
		NotApplicable int           `json:"notApplicable"`
		Share         *number       `json:"share"`
		Interval      *intervalJSON `json:"interval"`
	}
	durationsJSON struct {
		Companies int         `json:"companies"`
		Marked    int         `json:"marked"`
		Left      int         `json:"left"`
		Median    medianJSON  `json:"median"`
		Waiting   []pointJSON `json:"waiting"`
		Mark      []pointJSON `json:"mark"`
		Dropped   []pointJSON `json:"dropped"`
	}
	medianJSON struct {
		Months *int `json:"months"`
		Low    *int `json:"low"`
		High   *int `json:"high"`
	}
	pointJSON struct {
		Months   int           `json:"months"`
		AtRisk   int           `json:"atRisk"`
		Events   int           `json:"events"`
		Others   int           `json:"others"`
		Lost     int           `json:"lost"`
		Estimate number        `json:"estimate"`
		Interval *intervalJSON `json:"interval"`
	}
	experienceJSON struct {
		From         finding.YearMonth `json:"from"`
		Until        finding.YearMonth `json:"until"`
		Valued       string            `json:"valued"`
		Bands        []bandJSON        `json:"bands"`
		Total        figuresJSON       `json:"total"`
		Model        *modelJSON        `json:"model"`
		NotEstimable string            `json:"notEstimable,omitempty"`
	}
	bandJSON struct {
		From *ruling.Points `json:"from"`
		To   *ruling.Points `json:"to"`
		figuresJSON
		Credibility *credibleJSON `json:"credibility"`
	}
	figuresJSON struct {
		Companies   int       `json:"companies"`
		PolicyYears number    `json:"policyYears"`
		Claims      int       `json:"claims"`
		Frequency   *rateJSON `json:"frequency"`
		Premium     string    `json:"premium"`
		Incurred    string    `json:"incurred"`
		LossRatio   *rateJSON `json:"lossRatio"`
	}
	rateJSON struct {
		Value    number        `json:"value"`
		Interval *intervalJSON `json:"interval"`
	}
	credibleJSON struct {
		Factor number `json:"factor"`
		Value  number `json:"value"`
	}
	modelJSON struct {
		Collective number `json:"collective"`
		Between    number `json:"between"`
		Within     number `json:"within"`
	}
)

// JSON writes the figures as one line, described by report.schema.json. Scores
// are points, money is text with two decimals, and what is not estimable is
// null.
func (r *Report) JSON(w io.Writer) error {
	return writeJSON(w, reportJSON{
		AsOf: r.AsOf, Norm: r.Norm, States: statesOf(&r.States), Closes: closesOf(r.Closes), Goals: goalsOf(r.Goals),
		Trend: trendOf(r.Trend), Durations: durationsOf(r.Durations), Experience: experienceOf(r.Experience),
	})
}

func writeJSON(w io.Writer, v any) error {
	out, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(out, '\n'))
	return err
}

func phasesOf(states []portfolio.StateCount) []phaseJSON {
	all := []phaseJSON{}
	for _, s := range states {
		all = append(all, phaseJSON(s))
	}
	return all
}

func statesOf(s *portfolio.Snapshot) statesJSON {
	out := statesJSON{s.Companies, s.TakingPart, s.Valid, s.Holds, phasesOf(s.States), []stepJSON{}}
	for _, step := range s.Progress {
		out.Progress = append(out.Progress, stepJSON(step))
	}
	return out
}

func closesOf(closes []portfolio.Close) []closeJSON {
	all := []closeJSON{}
	for _, c := range closes {
		all = append(all, closeJSON{c.Month, phasesOf(c.States)})
	}
	return all
}

func goalsOf(goals []*portfolio.Goal) []goalJSON {
	all := []goalJSON{}
	for _, g := range goals {
		all = append(all, goalJSON{g.By, g.Want, g.TakingPart, g.Now, g.Can, g.Helped, g.Cannot, g.InReach()})
	}
	return all
}

func intervalOf(in interval.Interval) *intervalJSON {
	if !in.Known {
		return nil
	}
	return &intervalJSON{number(in.Low), number(in.High)}
}

func trendOf(t *portfolio.Trend) *trendJSON {
	if t == nil {
		return nil
	}
	out := &trendJSON{t.From, t.Until, t.Cohort, []criterionJSON{}}
	for _, c := range t.Criteria {
		months := []monthJSON{}
		for _, m := range c.Months {
			months = append(months, monthJSON{m.Month, outcomesOf(m.Fixed), outcomesOf(m.Open)})
		}
		out.Criteria = append(out.Criteria, criterionJSON{c.ID, months})
	}
	return out
}

func outcomesOf(o portfolio.Outcomes) outcomesJSON {
	out := outcomesJSON{Met: o.Met, Unmet: o.Unmet, Unknown: o.Unknown, NotApplicable: o.NotApplicable}
	if share, in := o.Share(); in.Known {
		s := number(share)
		out.Share, out.Interval = &s, intervalOf(in)
	}
	return out
}

func durationsOf(d *portfolio.Durations) durationsJSON {
	out := durationsJSON{Companies: len(d.Observations), Waiting: pointsOf(d.Waiting), Mark: pointsOf(d.Mark), Dropped: pointsOf(d.Left)}
	for _, o := range d.Observations {
		switch o.Event {
		case portfolio.Marked:
			out.Marked++
		case portfolio.Dropped:
			out.Left++
		}
	}
	for _, known := range []struct {
		is   bool
		at   int
		into **int
	}{{d.Median.Known, d.Median.Time, &out.Median.Months}, {d.Median.LowKnown, d.Median.Low, &out.Median.Low}, {d.Median.HighKnown, d.Median.High, &out.Median.High}} {
		if known.is {
			*known.into = &known.at
		}
	}
	return out
}

func pointsOf(c survival.Curve) []pointJSON {
	all := []pointJSON{}
	for _, p := range c {
		all = append(all, pointJSON{p.Time, p.AtRisk, p.Events, p.Others, p.Lost, number(p.Estimate), intervalOf(p.Interval)})
	}
	return all
}

func experienceOf(e *experience.Experience) *experienceJSON {
	if e == nil {
		return nil
	}
	out := &experienceJSON{From: e.From, Until: e.Until, Valued: e.Valued.String(), Bands: []bandJSON{}, Total: figuresOf(&e.Total)}
	for i := range e.Rows {
		row := &e.Rows[i]
		band := bandJSON{figuresJSON: figuresOf(&row.Figures)}
		if row.Band.Scored {
			band.From, band.To = &row.Band.From, &row.Band.To
		}
		if row.Credible != nil {
			band.Credibility = &credibleJSON{number(row.Credible.Factor), number(row.Credible.Credible)}
		}
		out.Bands = append(out.Bands, band)
	}
	if e.Model != nil {
		out.Model = &modelJSON{number(e.Model.Collective), number(e.Model.Between), number(e.Model.Within)}
	} else {
		out.NotEstimable = e.NotEstimable.Error()
	}
	return out
}

func figuresOf(f *experience.Figures) figuresJSON {
	return figuresJSON{f.Companies, number(f.Exposure.Years()), f.Claims, rateOf(f.Frequency), money(f.Premium), money(f.Incurred), rateOf(f.LossRatio)}
}

func money(a book.Amount) string { return a.String() }

func rateOf(r experience.Rate) *rateJSON {
	if !r.Known {
		return nil
	}
	return &rateJSON{number(r.Value), intervalOf(r.Interval)}
}
