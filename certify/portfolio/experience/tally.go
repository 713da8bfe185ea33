package experience

import (
	"slices"

	"github.com/cyberkeurmerk/keurmerk/certify/portfolio"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/book"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/credibility"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/interval"
)

// tally adds up policies and claims.
type tally struct {
	programme *portfolio.Programme
	options   Options
	bands     []Band
	of        map[string][]int // by company: the band of each month from options.From
	parts     []map[string]*Part
	periods   [][]period // by band
	squares   []float64  // by band: of what claims incurred, in whole units of money
	largest   book.Amount
}

// period is a band's twelve months.
type period struct {
	exposure Exposure
	claims   int
}

func newTally(p *portfolio.Programme, o Options) *tally {
	t := &tally{programme: p, options: o, bands: bandsOf(o.Edges), of: map[string][]int{}}
	years := int(o.Until-o.From)/12 + 1
	for range t.bands {
		t.parts = append(t.parts, map[string]*Part{})
		t.periods = append(t.periods, make([]period, years))
	}
	t.squares = make([]float64, len(t.bands))
	return t
}

// bandsOf gives the company's band in each month.
func (t *tally) bandsOf(company string) ([]int, error) {
	if bands, known := t.of[company]; known {
		return bands, nil
	}
	scores, err := t.programme.Known(company, t.options.From, t.options.Until)
	if err != nil {
		return nil, err
	}
	bands := make([]int, len(scores))
	for i, known := range scores {
		bands[i] = len(t.bands) - 1
		if known.Found {
			bands[i], _ = slices.BinarySearch(t.options.Edges, known.Score+1) // edges not above the score lie below its band
		}
	}
	t.of[company] = bands
	return bands, nil
}

func (t *tally) part(band int, company string) *Part {
	part := t.parts[band][company]
	if part == nil {
		part = &Part{Company: company}
		t.parts[band][company] = part
	}
	return part
}

// policy earns the policy's days month by month.
func (t *tally) policy(p *book.Policy) error {
	bands, err := t.bandsOf(p.Company)
	if err != nil {
		return err
	}
	first, last := max(t.options.From, monthOf(p.From)), min(t.options.Until, monthOf(p.Until-1))
	for m := first; m <= last; m++ {
		start, end := startOf(m), startOf(m+1)
		from, until := max(start, p.From), min(end, p.Until, t.options.Valued+1)
		if until <= from {
			continue
		}
		earned := Month / Exposure(end-start) * Exposure(until-from)
		band := bands[m-t.options.From]
		part := t.part(band, p.Company)
		part.Exposure += earned
		part.Premium += earnedBy(p, until) - earnedBy(p, from)
		t.periods[band][(m-t.options.From)/12].exposure += earned
	}
	return nil
}

// earnedBy is the premium earned before the day, rounded down; differences add
// up to the whole premium over the policy's days.
func earnedBy(p *book.Policy, day book.Day) book.Amount {
	return p.Premium * book.Amount(day-p.From) / book.Amount(p.Until-p.From)
}

// claim counts a claim where its day was earned.
func (t *tally) claim(p *book.Policy, c *book.Claim) error {
	m := monthOf(c.Occurred)
	if m < t.options.From || m > t.options.Until {
		return nil
	}
	bands, err := t.bandsOf(p.Company)
	if err != nil {
		return err
	}
	band := bands[m-t.options.From]
	part := t.part(band, p.Company)
	part.Claims++
	part.Incurred += c.Incurred()
	t.periods[band][(m-t.options.From)/12].claims++
	t.squares[band] += money(c.Incurred()) * money(c.Incurred())
	t.largest = max(t.largest, c.Incurred())
	return nil
}

func money(a book.Amount) float64 { return float64(a) / 100 }

// finish makes the figures of what was added up.
func (t *tally) finish() *Experience {
	o := t.options
	e := &Experience{From: o.From, Until: o.Until, Valued: o.Valued}
	companies := map[string]bool{}
	squares := 0.0
	for i, band := range t.bands {
		row := Row{Band: band}
		for _, part := range t.parts[i] {
			row.Parts = append(row.Parts, *part)
			row.add(part)
			e.Total.add(part)
			companies[part.Company] = true
		}
		slices.SortFunc(row.Parts, byCompany)
		t.rates(&row.Figures, t.squares[i])
		squares += t.squares[i]
		e.Rows = append(e.Rows, row)
	}
	e.Total.Companies = len(companies)
	t.rates(&e.Total, squares)
	e.Model, e.NotEstimable = credibility.BuhlmannStraub(t.groups())
	if e.Model != nil {
		for i := range e.Rows {
			if e.Rows[i].Exposure > 0 {
				e.Rows[i].Credible = &e.Model.Groups[i]
			}
		}
	}
	return e
}

func (f *Figures) add(p *Part) {
	f.Companies++
	f.Exposure += p.Exposure
	f.Claims += p.Claims
	f.Premium += p.Premium
	f.Incurred += p.Incurred
}

func (t *tally) rates(f *Figures, squares float64) {
	f.Frequency = rate(float64(f.Claims), f.Exposure.Years(), interval.Poisson(f.Claims))
	f.LossRatio = rate(money(f.Incurred), money(f.Premium), interval.Sum(money(f.Incurred), squares, money(t.largest)))
}

// groups are the bands' claim frequencies by period.
func (t *tally) groups() []credibility.Group {
	groups := make([]credibility.Group, len(t.bands))
	for i, periods := range t.periods {
		for _, p := range periods {
			if p.exposure > 0 {
				years := p.exposure.Years()
				groups[i] = append(groups[i], credibility.Observation{Weight: years, Value: float64(p.claims) / years})
			}
		}
	}
	return groups
}
