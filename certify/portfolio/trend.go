package portfolio

import (
	"fmt"
	"maps"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/interval"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// Trend is how criteria came out month by month, twice: for a fixed cohort,
// which is the same companies throughout, and for the open one, which is
// whoever has a card. Where the two differ, companies that joined or stopped
// made the difference, not companies that became safer.
type Trend struct {
	From, Until finding.YearMonth // inclusive
	Cohort      int               // companies with a card in each of the months
	Cards       []int             // companies with a card, by month
	Criteria    []CriterionTrend  // in order of id
}

// CriterionTrend is one criterion's months, one for each of the trend.
type CriterionTrend struct {
	ID     string
	Months []TrendMonth
}

// TrendMonth is one month of a criterion.
type TrendMonth struct {
	Month       finding.YearMonth
	Fixed, Open Outcomes
}

// Outcomes counts companies by how a criterion came out.
type Outcomes struct{ Met, Unmet, Unknown, NotApplicable int }

// Applies is how many companies the criterion applied to. What was not
// measured is among them: measuring less can't make a share larger.
func (o Outcomes) Applies() int { return o.Met + o.Unmet + o.Unknown }

// Share is the share of them that met it; not estimable if it applied to none.
func (o Outcomes) Share() (share float64, in interval.Interval) {
	if o.Applies() == 0 {
		return 0, interval.Interval{}
	}
	return float64(o.Met) / float64(o.Applies()), interval.Share(o.Met, o.Applies())
}

func (o *Outcomes) add(outcome ruling.Outcome) {
	switch outcome {
	case ruling.Met:
		o.Met++
	case ruling.Unmet:
		o.Unmet++
	case ruling.NotApplicable:
		o.NotApplicable++
	default:
		o.Unknown++
	}
}

// Trend follows the criteria from one closed month to another, both included.
// A criterion that a card does not have is not counted in that month.
func (p *Programme) Trend(from, until finding.YearMonth) (*Trend, error) {
	if until < from || until > p.LastClosed() {
		return nil, fmt.Errorf("there is no trend from %v to %v: %v is the last month that has closed", from, until, p.LastClosed())
	}
	t := &Trend{From: from, Until: until, Cards: make([]int, until-from+1)}
	criteria := map[string][]TrendMonth{}
	for i := range p.companies {
		cards, whole, err := p.cards(&p.companies[i], from, until)
		if err != nil {
			return nil, err
		}
		if whole {
			t.Cohort++
		}
		for j, c := range cards {
			if c != nil {
				t.Cards[j]++
			}
			for k := range c {
				months := criteria[c[k].ID]
				if months == nil {
					months = make([]TrendMonth, until-from+1)
					criteria[c[k].ID] = months
				}
				months[j].Open.add(c[k].Outcome)
				if whole {
					months[j].Fixed.add(c[k].Outcome)
				}
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(criteria)) {
		months := criteria[id]
		for j := range months {
			months[j].Month = from + finding.YearMonth(j)
		}
		t.Criteria = append(t.Criteria, CriterionTrend{id, months})
	}
	return t, nil
}

// cards gives the criteria of the company's card of each month, nil where it
// has none, and whether it has one in all of them.
func (p *Programme) cards(c *company, from, until finding.YearMonth) (cards [][]card.Criterion, whole bool, err error) {
	scores, err := p.versions.Scores(c.entries, p.asOf)
	if err != nil {
		return nil, false, fmt.Errorf("company %q: %w", c.id, err)
	}
	whole = true
	for m := from; m <= until; m++ {
		e, found := scores[m]
		if !found || e.Card == nil {
			whole = false
			cards = append(cards, nil)
			continue
		}
		cards = append(cards, slices.Concat([]card.Criterion{}, e.Card.Criteria)) // never nil
	}
	return cards, whole, nil
}
