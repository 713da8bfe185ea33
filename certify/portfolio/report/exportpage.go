package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/disclosure"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/experience"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/interval"
	"github.com/cyberkeurmerk/keurmerk/finding"
)

func (e *Export) page(w *words) *page {
	p := &page{Language: w.language, Title: w.exportTitle, Facts: []string{fmt.Sprintf(w.asOf, w.instant(e.AsOf, e.Zone), e.Zone)}}
	if e.Norm != "" {
		p.Facts = append(p.Facts, fmt.Sprintf(w.norm, clean(e.Norm)))
	}
	p.Facts = append(p.Facts, fmt.Sprintf(w.hidden, e.Rule.K))
	states, criteria, policies := section{Title: w.states}, section{Title: w.criteria}, section{Title: w.experience}
	for _, t := range e.Tables {
		switch t.About {
		case "states":
			states.Tables = append(states.Tables, e.statesTable(w, t))
		case "criterion":
			criteria.Tables = append(criteria.Tables, e.criterionTable(w, t))
		default:
			policies.addBands(w, t)
		}
	}
	if len(policies.Tables) > 0 {
		policies.Sentences = append(policies.Sentences, fmt.Sprintf(w.window, w.monthName(e.From), w.monthName(e.Until), w.date(e.Valued.Date())))
		policies.addFrequency(w, e)
	}
	for _, s := range []section{states, criteria, policies} {
		if len(s.Tables) > 0 {
			p.Sections = append(p.Sections, s)
		}
	}
	return p
}

// shown writes a number with so many decimals, or the mark of what is hidden.
func (w *words) shown(s disclosure.Shown, decimals int) string {
	if s.Hidden {
		return "×"
	}
	text := strconv.FormatInt(s.Value, 10)
	if decimals == 0 {
		return text
	}
	text = strings.Repeat("0", max(0, decimals+1-len(text))) + text
	return text[:len(text)-decimals] + w.decimal + text[len(text)-decimals:]
}

func (e *Export) statesTable(w *words, t ExportTable) table {
	out := table{Title: w.firstMark, Head: []string{w.state}}
	for _, name := range t.Columns {
		out.Head = append(out.Head, w.span(name))
	}
	out.Head = append(out.Head, w.total)
	for i, row := range t.Cells {
		name := w.total
		if i < len(t.Rows) {
			name = w.groups[t.Rows[i]]
		}
		out.add(append([]string{name}, w.all(row)...)...)
	}
	return out
}

func (w *words) all(row []disclosure.Shown) []string {
	var cells []string
	for _, s := range row {
		cells = append(cells, w.shown(s, 0))
	}
	return cells
}

// span writes a range of months.
func (w *words) span(name string) string {
	from, until, _ := strings.Cut(name, "-")
	a, err := strconv.Atoi(from)
	if err != nil {
		return w.never
	}
	b, err := strconv.Atoi(until)
	if err != nil {
		return fmt.Sprintf(w.monthsFrom, a)
	}
	return fmt.Sprintf(w.monthsTo, a, b)
}

func (e *Export) criterionTable(w *words, t ExportTable) table {
	title := t.Criterion
	if e.titles[title] != "" {
		title = e.titles[title]
	}
	out := table{Title: clean(title), Head: []string{w.monthWord, w.met, w.unmet}}
	if len(t.Columns) > 2 {
		out.Head = append(out.Head, w.notApplicable)
	}
	out.Head = append(out.Head, w.total)
	for i, name := range t.Rows {
		if m, err := finding.ParseMonth(name); err == nil {
			name = w.monthName(m)
		}
		out.add(append([]string{name}, w.all(t.Cells[i])...)...)
	}
	return out
}

// addBands puts the table's column beside those of the tables before it.
func (s *section) addBands(w *words, t ExportTable) {
	if len(s.Tables) == 0 {
		bands := table{Head: []string{w.score}}
		for i := range t.Cells {
			name := w.total
			if i < len(t.Rows) {
				name = strings.Replace(t.Rows[i], "–", " – ", 1)
				if name == "-" {
					name = w.noScore
				}
			}
			bands.add(name)
		}
		s.Tables = append(s.Tables, bands)
	}
	head, decimals := w.policyYears, 3
	switch t.About {
	case "premiums":
		head, decimals = w.premium, 2
	case "claims":
		head, decimals = w.claims, 0
	case "incurred":
		head, decimals = w.incurred, 2
	}
	bands := &s.Tables[0]
	bands.Head = append(bands.Head, head)
	for i, row := range t.Cells {
		bands.Rows[i] = append(bands.Rows[i], w.shown(row[0], decimals))
	}
}

// addFrequency adds what follows from policy-years and claims where both are
// shown: whoever reads the table could work it out.
func (s *section) addFrequency(w *words, e *Export) {
	var years, claims [][]disclosure.Shown
	for _, t := range e.Tables {
		switch t.About {
		case "policyYears":
			years = t.Cells
		case "claims":
			claims = t.Cells
		}
	}
	bands := &s.Tables[0]
	bands.Head = append(bands.Head, w.frequency)
	for i := range bands.Rows {
		y, c := years[i][0], claims[i][0]
		text := "×"
		if !y.Hidden && !c.Hidden {
			exposure := float64(y.Value) / 1000
			r := experience.Rate{Known: y.Value > 0, Interval: interval.Poisson(int(c.Value)).Over(exposure)}
			if r.Known {
				r.Value = float64(c.Value) / exposure
			}
			text = w.rate(r)
		}
		bands.Rows[i] = append(bands.Rows[i], text)
	}
	s.Notes = append(s.Notes, w.bandNote, w.ripeNote)
}
