// Package report shows a scorecard to people: the monthly answer to "how safe
// is my company?".
//
// [New] makes the report of a month and those before it; [Report.HTML],
// [Report.Text] and [Report.Markdown] write it, in Dutch or English:
//
//	advice, err := score.Advise(ctx, n, month)
//	r := report.New(n, cards, report.Options{Language: "nl", Name: month.Company.Name, Advice: advice})
//	err = r.HTML(file)
//
// [Report.TrendSVG] and [Report.Badge] draw what a web page wants to show, and
// [Report.Document] gives the texts to those who set them in another format.
// A report for an [Insurer] or a [Programme] holds points and months only.
//
// Every text that comes from outside (names, hosts, ids, titles of the norm) is
// written so that it can't change the page: without control and bidirectional
// characters, cut at 200 characters, and escaped. No amount is ever rounded up.
package report

import (
	"slices"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// Options are what a card does not say itself.
type Options struct {
	Language string        // "nl" or "en"; anything else is read as "en"
	Name     string        // the company's name; empty: its id
	Progress *Progress     // where the company stands on its way to the mark; nil: left out
	Advice   *score.Advice // what to fix first, of the month that is reported; nil: left out
	Reader   Reader        // who the report is for
}

// Reader is who a report is for.
type Reader string

// The readers. What others than the company get holds no name, no title and no
// host: points, months, and ids of the company, the norm and its criteria.
const (
	Company   Reader = ""          // everything
	Insurer   Reader = "insurer"   // the score, the trend and the way to the mark
	Programme Reader = "programme" // the points of each criterion besides
)

// Progress is how far a company is towards the mark, or that it has it.
type Progress struct {
	Phase string // as certification words it: building, certified, at_risk, …
	N, Of int    // passes so far, of those needed; 0 of 0 where there is no progress
	Until string // last month that the mark is valid through, "2027-05"; may be empty

	// Counts are the months that count towards the mark; nil: unknown.
	Counts []finding.YearMonth
	// ToGo is how many months must still pass, and Earliest the day on which the
	// company can then hold the mark, "2027-01-06"; empty: unknown, or it holds it.
	ToGo     int
	Earliest string
	// Reached and Missed are what comes of it if the reported month reaches the
	// threshold and if it does not; nil: left out, as for a month that is settled.
	Reached, Missed *Prospect
}

// Prospect is where a company would stand.
type Prospect struct {
	Phase    string // as certification words it
	ToGo     int    // months that must pass after the reported one
	Earliest string // the day on which it can hold the mark at the earliest; empty: it holds it, or that is not foreseen
}

// Report is the answer for one month, ready to be written.
type Report struct {
	*texts
	card     *card.Card
	trend    []trendMonth // up to and with this month, at most [TrendMonths]
	progress *Progress
	advice   *score.Advice
	reader   Reader
	about    map[string]norm.Criterion

	heading  []string // who, when, under which norm
	remarks  []string // sentences that qualify the answer
	sections []section
	foot     []string
}

// TrendMonths is how many months a report looks back, this one included.
const TrendMonths = 12

// trendMonth is a month of the trend; it has no card if none was given.
type trendMonth struct {
	month finding.YearMonth
	card  *card.Card
}

// trendOf is the cards' months without gaps, at most [TrendMonths] of them.
func trendOf(cards []*card.Card) []trendMonth {
	last := cards[len(cards)-1].Month
	var all []trendMonth
	for m := max(cards[0].Month, last-TrendMonths+1); m <= last; m++ {
		at, found := slices.BinarySearchFunc(cards, m, func(c *card.Card, m finding.YearMonth) int { return int(c.Month - m) })
		if !found {
			if len(all) > 0 {
				all = append(all, trendMonth{month: m})
			}
			continue
		}
		all = append(all, trendMonth{m, cards[at]})
	}
	return all
}

// section is a part of the report under a title of its own. All of its texts
// are clean; each format escapes them in its own way.
type section struct {
	id    string // of the heading, in HTML
	title string
	said  []string // sentences
	steps *steps
	table *table
	trend bool // the trend stands here
	tips  []tip
}

// steps is progress that can be drawn.
type steps struct{ n, of int }

// table is rows under a head; the last column holds amounts.
type table struct {
	words bool // no, it holds words
	head  []string
	rows  []row
	total []string // the last row; nil: none
}

type row struct{ cells []cell }

// cell is a text and what is said about it in smaller print.
type cell struct {
	text  string
	notes []string
}

// tip is advice for one audience.
type tip struct {
	audience string
	items    []string
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
	r := &Report{texts: words(o.Language), card: cards[len(cards)-1], progress: o.Progress, advice: o.Advice, reader: o.Reader,
		trend: trendOf(cards), about: map[string]norm.Criterion{}}
	for _, c := range n.Criteria() {
		r.about[c.ID] = c
	}
	r.heading = []string{clean(r.card.Company), r.monthName(r.card.Month), clean(r.card.Norm.ID) + " " + clean(r.card.Norm.Version)}
	if r.reader == Company {
		if o.Name != "" {
			r.heading[0] = clean(o.Name)
		}
		r.heading[2] = clean(n.Title().In(r.language))
	}
	r.remarks = r.remark(n)
	r.sections = r.parts(n)
	r.foot = r.footer()
	return r
}

// parts are the sections that there are for this reader, in order.
func (r *Report) parts(n *norm.Norm) []section {
	all := []section{r.way()}
	if r.reader == Company {
		earned, open, dropped := r.tables()
		all = append(all, r.first(), earned, open, r.unmeasuredPart(), r.waiverPart(n), dropped)
	}
	if r.reader == Programme {
		all = append(all, r.pointsPart())
	}
	all = append(all, r.trendPart())
	if r.reader == Company {
		all = append(all, r.tipsPart())
	}
	return slices.DeleteFunc(all, func(s section) bool { return s.title == "" })
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

// title is the criterion's name for this reader.
func (r *Report) title(id string) string {
	if r.reader == Company {
		if t := clean(r.about[id].Title.In(r.language)); t != "" {
			return t
		}
	}
	return clean(id)
}

// counts tells whether the month is among those that count towards the mark.
func (r *Report) counts(m finding.YearMonth) bool {
	return r.progress != nil && slices.Contains(r.progress.Counts, m)
}

// open is what of the criterion can still be earned.
func open(c *card.Criterion) ruling.Points {
	if c.Outcome == ruling.NotApplicable {
		return 0
	}
	return c.Weight - c.Points
}
