package impact

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Text writes the report as sentences and tables, in "nl" or "en"; any other
// language is read as "en".
func (r *Report) Text(w io.Writer, language string) error {
	p := pageOf(r, language)
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n", clean(p.title))
	for _, s := range p.sentences {
		fmt.Fprintf(&b, "%s\n", clean(s))
	}
	for _, t := range p.tables {
		fmt.Fprintf(&b, "\n%s\n", t.title)
		columns := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, row := range slices.Concat([][]string{t.head}, t.rows) {
			for _, cell := range row[:len(row)-1] {
				fmt.Fprintf(columns, "  %s\t", clean(cell))
			}
			fmt.Fprintf(columns, "  %s\n", clean(row[len(row)-1]))
		}
		if err := columns.Flush(); err != nil {
			return err
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Markdown writes the report as CommonMark with tables as GitHub has them, in
// the languages of [Report.Text].
func (r *Report) Markdown(w io.Writer, language string) error {
	p := pageOf(r, language)
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n", literal(p.title))
	for _, s := range p.sentences {
		fmt.Fprintf(&b, "\n%s\n", literal(s))
	}
	for _, t := range p.tables {
		fmt.Fprintf(&b, "\n## %s\n\n", literal(t.title))
		for i, row := range slices.Concat([][]string{t.head}, t.rows) {
			cells := make([]string, len(row))
			for j, cell := range row {
				cells[j] = literal(cell)
			}
			fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
			if i == 0 {
				fmt.Fprintf(&b, "|%s\n", strings.Repeat("---|", len(row)))
			}
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// page is the report in words.
type page struct {
	title     string
	sentences []string
	tables    []table
}

type table struct {
	title string
	head  []string
	rows  [][]string
}

func pageOf(r *Report, language string) page {
	w := english
	if language == "nl" {
		w = dutch
	}
	p := page{title: fmt.Sprintf("%s %s → %s %s", r.A.ID, r.A.Version, r.B.ID, r.B.Version), sentences: w.summary(r)}
	for _, t := range []table{w.criteria(r), w.months(r), w.marks(r)} {
		if len(t.rows) > 0 {
			p.tables = append(p.tables, t)
		}
	}
	return p
}

// summary tells the totals in sentences.
func (w *words) summary(r *Report) []string {
	t := r.Total
	if t.Months == 0 {
		return []string{w.none}
	}
	all := []string{fmt.Sprintf(w.judged, t.Months, t.Companies, t.From, t.Until)}
	if r.A.Logic == r.B.Logic {
		all = append(all, w.alike)
	}
	if r.Empty() {
		all = append(all, w.same)
	} else {
		all = append(all,
			fmt.Sprintf(w.differ, t.Differ, t.Gained, t.Lost, signed(t.Delta)),
			fmt.Sprintf(w.qualify, t.Qualify, t.Disqualify),
			fmt.Sprintf(w.valid, r.AsOf.Format("2006-01-02"), t.MarksA, t.MarksB, t.MarksGained, t.MarksLost))
	}
	for _, note := range []struct {
		n    int
		text string
		norm string
	}{{t.OutsideA, w.outside, r.A.ID}, {t.OutsideB, w.outside, r.B.ID}, {t.NoScoreA, w.noScores, r.A.ID}, {t.NoScoreB, w.noScores, r.B.ID}} {
		if note.n > 0 {
			all = append(all, fmt.Sprintf(note.text, note.n, note.norm))
		}
	}
	if t.Review {
		all = append(all, w.review)
	}
	if t.WaiversCount {
		return append(all, w.waiversCount)
	}
	return append(all, w.waivers)
}

func (w *words) criteria(r *Report) table {
	t := table{title: w.byCriterion, head: w.criterionHead}
	for _, k := range r.Criteria {
		if k.Companies == 0 {
			continue
		}
		var flips []string
		for _, f := range k.Flips {
			flips = append(flips, fmt.Sprintf("%s → %s: %d", or(f.A, "–"), or(f.B, "–"), f.Months))
		}
		t.rows = append(t.rows, []string{k.ID, weight(k.A), weight(k.B), fmt.Sprint(k.Gained), fmt.Sprint(k.Lost), signed(k.Delta), fmt.Sprint(k.Companies), strings.Join(flips, ", ")})
	}
	return t
}

func (w *words) months(r *Report) table {
	t := table{title: w.byMonth, head: w.monthHead}
	for _, c := range r.Companies {
		for _, m := range c.Months {
			var changes []string
			for _, k := range m.Changes {
				changes = append(changes, fmt.Sprintf("%s %s → %s %s", k.Criterion, or(k.A, "–"), or(k.B, "–"), signed(k.Delta)))
			}
			if m.Shift != 0 {
				changes = append(changes, w.shift+" "+signed(m.Shift))
			}
			t.rows = append(t.rows, []string{c.ID, m.Month.String(), w.score(m.A) + " → " + w.score(m.B), signed(m.Delta()),
				w.yesNo(m.A.Qualifies) + " → " + w.yesNo(m.B.Qualifies), strings.Join(changes, "; ")})
		}
	}
	return t
}

func (w *words) marks(r *Report) table {
	t := table{title: w.byMark, head: w.markHead}
	for _, c := range r.Companies {
		m := c.Mark
		if !m.Differs() {
			continue
		}
		var told []string
		switch {
		case m.Lost():
			told = append(told, w.loses)
		case m.Gained():
			told = append(told, w.gains)
		}
		for _, s := range m.Spans {
			text := w.without
			if s.Gained {
				text = w.with
			}
			told = append(told, fmt.Sprintf(text, s.From, s.Until))
		}
		t.rows = append(t.rows, []string{c.ID, w.standing(m.A), w.standing(m.B), strings.Join(told, "; ")})
	}
	return t
}

func (w *words) score(r Result) string {
	if r.Score == nil {
		return w.noScore
	}
	return r.Score.String()
}

func (w *words) yesNo(b bool) string {
	if b {
		return w.yes
	}
	return w.no
}

func (w *words) standing(s Standing) string {
	text := string(s.Phase)
	if s.Of > 0 {
		text += fmt.Sprintf(" %d/%d", s.N, s.Of)
	}
	if s.Award != 0 {
		text += fmt.Sprintf(w.since, s.Award)
	}
	return text
}

// signed shows an amount with its sign.
func signed(p ruling.Points) string {
	if p > 0 {
		return "+" + p.String()
	}
	return p.String()
}

func weight(p *ruling.Points) string {
	if p == nil {
		return "–"
	}
	return p.String()
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// clean replaces what could move a cursor or end a line.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError {
			return '\ufffd'
		}
		return r
	}, s)
}

// literal makes a text stand as itself in Markdown.
func literal(s string) string {
	var b strings.Builder
	for _, c := range clean(s) {
		switch {
		case c == '<' || c == '>' || c == '&':
			fmt.Fprintf(&b, "&#%d;", c)
			continue
		case strings.ContainsRune("\\`*_{}[]#!|~@", c):
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}
