// Package report shows a scorecard to people: the monthly answer to "how safe
// is my company?".
//
// [New] makes the report, [Report.Text] writes it for a terminal and
// [Report.Markdown] as Markdown, in Dutch or English:
//
//	r := report.New(n, cards, report.Options{Language: "nl", Name: month.Company.Name})
//	err := r.Text(os.Stdout, report.Style{})
//
// Every text that comes from outside (names, hosts, ids, titles of the norm) is
// written so that it can't change the page.
package report

import (
	"slices"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// Options are what a card does not say itself.
type Options struct {
	Language string    // "nl" or "en"; anything else is read as "en"
	Name     string    // the company's name; empty: its id
	Progress *Progress // where the company stands on its way to the mark; nil: left out
}

// Progress is how far a company is towards the mark, or that it has it.
type Progress struct {
	Phase string // as certification words it: building, certified, at_risk, …
	N, Of int    // passes so far, of those needed; 0 of 0 where there is no progress
	Until string // last month that the mark is valid through, "2027-05"; may be empty
}

// Report is the answer for one month, ready to be written.
type Report struct {
	texts
	card     *card.Card
	norm     string
	name     string
	trend    []*card.Card // months up to and with this one, at most [TrendMonths]
	progress *Progress
	earned   []line // what points came from
	open     []line // what can still be earned
	dropped  []line // what does not apply
}

// TrendMonths is how many months a report looks back, this one included.
const TrendMonths = 12

// line is a criterion as a table shows it.
type line struct {
	title    string
	text     string // explanation or remedy
	value    ruling.Points
	audience string
	effort   int
	criteria *card.Criterion
}

// New makes the report of the last of the cards; the others are its past.
// Cards are those of one company under the norm, in any order; of two cards
// for one month the later one in the slice counts. It returns nil if there is
// no card.
func New(n *norm.Norm, cards []*card.Card, o Options) *Report {
	cards = lastPerMonth(cards)
	if len(cards) == 0 {
		return nil
	}
	r := &Report{texts: dutch, card: cards[len(cards)-1], norm: n.Title().In(o.Language), name: o.Name, progress: o.Progress}
	if o.Language != "nl" {
		r.texts = english
	}
	if r.name == "" {
		r.name = r.card.Company
	}
	r.trend = cards[max(0, len(cards)-TrendMonths):]
	about := map[string]norm.Criterion{}
	for _, c := range n.Criteria() {
		about[c.ID] = c
	}
	for i := range r.card.Criteria {
		r.sort(&r.card.Criteria[i], about)
	}
	return r
}

// sort puts a criterion into the table where it belongs; one earned in part
// stands in both.
func (r *Report) sort(c *card.Criterion, about map[string]norm.Criterion) {
	a := about[c.ID]
	l := line{title: a.Title.In(r.language), audience: a.Audience, effort: a.Effort, criteria: c}
	if l.title == "" {
		l.title = c.ID
	}
	if c.Outcome == ruling.NotApplicable {
		l.text, l.value = r.notApplicable, c.Weight
		r.dropped = append(r.dropped, l)
		return
	}
	if c.Points > 0 {
		earned := l
		earned.text, earned.value = a.Met.In(r.language), c.Points
		if c.Points < c.Weight {
			earned.text = r.inPart
		}
		r.earned = append(r.earned, earned)
	}
	if c.Points < c.Weight {
		l.text, l.value = a.Remedy.In(r.language), c.Weight-c.Points
		if c.Outcome == ruling.Unknown {
			l.text = r.notMeasured + " " + l.text
		}
		r.open = append(r.open, l)
	}
}

// lastPerMonth orders cards by month and keeps one a month.
func lastPerMonth(cards []*card.Card) []*card.Card {
	byMonth := map[finding.YearMonth]*card.Card{}
	for _, c := range cards {
		byMonth[c.Month] = c
	}
	var kept []*card.Card
	for _, c := range byMonth {
		kept = append(kept, c)
	}
	slices.SortFunc(kept, func(a, b *card.Card) int { return int(a.Month - b.Month) })
	return kept
}

// audiences is the order in which tips are given.
var audiences = []string{"it", "hr", "web", "director", ""}

// tips are the open lines for one audience, least effort first.
func (r *Report) tips(audience string) []line {
	var tips []line
	for _, l := range r.open {
		if l.audience == audience {
			tips = append(tips, l)
		}
	}
	slices.SortStableFunc(tips, func(a, b line) int { return a.effort - b.effort })
	return tips
}

// sum adds up the values of a table.
func sum(lines []line) ruling.Points {
	var total ruling.Points
	for _, l := range lines {
		total += l.value
	}
	return total
}
