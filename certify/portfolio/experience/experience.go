// Package experience sets an insurer's policies and claims against the scores
// that were known when a month began.
//
// One function comes first: [Of].
//
//	e, err := experience.Of(programme, book, experience.Options{})
//	for _, row := range e.Rows {
//		fmt.Println(row.Band, row.Exposure.Years(), row.Claims, row.Frequency)
//	}
//
// Bands are in order of score, not of outcome, and each figure stands with its
// interval: with few claims most bands can't be told apart, and the intervals
// say so.
package experience

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/certify/portfolio"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/book"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/credibility"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/interval"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Options says what is looked at. The zero value is everything.
type Options struct {
	Edges       []ruling.Points   // where bands part, rising, between 0 and 10000; nil: [DefaultEdges]
	From, Until finding.YearMonth // the months of exposure, both included; 0: from the first policy, to the valuation
	Valued      book.Day          // claims are as valued by this day, and exposure ends with it; 0: the programme's AsOf
}

// DefaultEdges parts the scores at 60, 80 and 90 %.
func DefaultEdges() []ruling.Points { return []ruling.Points{6000, 8000, 9000} }

// Band is a range of scores: From ≤ score < To, and the highest band holds
// 100 % too. Without a known score a company is in a band of its own.
type Band struct {
	From, To ruling.Points
	Scored   bool // false: no score was known
}

// Exposure is earned time, in units of which any day of any month is a whole
// number, so that sums are exact: a year is twelve months, and a month as many
// units whether it has 28 days or 31.
type Exposure int64

// The units of exposure.
const (
	Month Exposure = 28 * 29 * 30 * 31 / 2 // divisible by 28, 29, 30 and 31
	Year           = 12 * Month
)

// Years is the exposure in policy-years.
func (e Exposure) Years() float64 { return float64(e) / float64(Year) }

// Figures are what a band, or all of them, came to.
type Figures struct {
	Companies int // that earned anything
	Exposure  Exposure
	Claims    int         // that occurred in the exposure and were known by the valuation
	Premium   book.Amount // earned, in proportion to days
	Incurred  book.Amount // paid and reserved, as valued

	// Claims a policy-year, with Garwood's exact interval, and Incurred over
	// Premium, with Fay and Feuer's. Nothing is estimable without exposure or
	// premium, and no interval of the ratio before any claim has an amount.
	Frequency, LossRatio Rate
}

// Rate is a figure with its interval.
type Rate struct {
	Value    float64
	Known    bool // false: not estimable
	Interval interval.Interval
}

// Row is one band.
type Row struct {
	Band Band
	Figures
	Credible *credibility.Estimate // of the frequency; nil if the model is not estimable
	Parts    []Part                // by company, in order of id
}

// Part is one company's part of a band.
type Part struct {
	Company  string
	Exposure Exposure
	Claims   int
	Premium  book.Amount
	Incurred book.Amount
}

// Experience is what policies came to, by band.
type Experience struct {
	From, Until  finding.YearMonth // both included
	Valued       book.Day
	Rows         []Row // in order of score, the band without a score last
	Total        Figures
	Model        *credibility.Model // of claim frequency by band, that without a score among them, over periods of twelve months from From; nil if not estimable
	NotEstimable error              // why there is no Model
}

// Of sets the book against the programme's scores. A policy's day belongs to
// the band of its company's score as it was known when the month began, see
// [portfolio.Programme.Known], and so does a claim that occurred on it. It
// fails for options that make no sense.
func Of(p *portfolio.Programme, b *book.Book, o Options) (*Experience, error) {
	o, err := settle(p, b, o)
	if err != nil {
		return nil, err
	}
	t := newTally(p, o)
	for i := range b.Policies {
		if err := t.policy(&b.Policies[i]); err != nil {
			return nil, err
		}
	}
	for _, c := range b.At(o.Valued) {
		if err := t.claim(b.Policy(c.Policy), &c); err != nil {
			return nil, err
		}
	}
	return t.finish(), nil
}

// settle fills in what the options leave out.
func settle(p *portfolio.Programme, b *book.Book, o Options) (Options, error) {
	asOf := p.AsOf().Add(-1).In(p.Zone()) // midnight belongs to the day before
	today := book.DayOf(asOf.Date())
	if o.Valued == 0 {
		o.Valued = today
	}
	if o.Valued > today {
		return o, fmt.Errorf("the valuation on %v lies after %v", o.Valued, today)
	}
	if o.Edges == nil {
		o.Edges = DefaultEdges()
	}
	for i, edge := range o.Edges {
		if edge <= 0 || edge >= ruling.Whole || i > 0 && edge <= o.Edges[i-1] {
			return o, fmt.Errorf("bands part at rising scores between 0%% and 100%%, not at %v", o.Edges)
		}
	}
	if last := monthOf(o.Valued); o.Until == 0 || o.Until > last {
		o.Until = last
	}
	if o.From == 0 {
		o.From = o.Until
		for i := range b.Policies {
			o.From = min(o.From, monthOf(b.Policies[i].From))
		}
	}
	if o.Until < o.From {
		return o, fmt.Errorf("there is no exposure from %v to %v", o.From, o.Until)
	}
	return o, nil
}

func monthOf(d book.Day) finding.YearMonth {
	year, month, _ := d.Date()
	return finding.MonthOf(year, month)
}

func startOf(m finding.YearMonth) book.Day { return book.DayOf(m.Year(), m.Month(), 1) }

// bandsOf makes the bands that the edges part, and the one without a score.
func bandsOf(edges []ruling.Points) []Band {
	var bands []Band
	from := ruling.Points(0)
	for _, to := range append(slices.Clone(edges), ruling.Whole) {
		bands = append(bands, Band{from, to, true})
		from = to
	}
	return append(bands, Band{})
}

// String writes "60%–80%", or "-" for the band without a score.
func (b Band) String() string {
	if !b.Scored {
		return "-"
	}
	return fmt.Sprintf("%v–%v", b.From, b.To)
}

func rate(value, exposure float64, in interval.Interval) Rate {
	if !(exposure > 0) {
		return Rate{}
	}
	return Rate{value / exposure, true, in.Over(exposure)}
}

func byCompany(a, b Part) int { return strings.Compare(a.Company, b.Company) }
