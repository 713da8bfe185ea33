package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Style is how the terminal report looks.
type Style struct {
	Width int  // columns; 0 is 80, the least is 40
	Color bool // ANSI colours
}

// Text writes the report for a terminal.
func (r *Report) Text(w io.Writer, style Style) error {
	if style.Width == 0 {
		style.Width = 80
	}
	p := &screen{width: max(style.Width, 40), color: style.Color}
	p.heading("1;4", r.asked())
	p.wrap("", strings.Join(r.heading, " · "))
	p.blank()
	code := "1;33"
	if r.card.Qualifies {
		code = "1;32"
	}
	p.painted(code, "", r.verdict())
	for _, s := range r.remarks {
		p.wrap("", s)
	}
	for i := range r.sections {
		p.section(r, &r.sections[i])
	}
	p.blank()
	for _, s := range r.foot {
		p.painted("2", "", s)
	}
	_, err := w.Write(p.out.Bytes())
	return err
}

// screen collects the lines of a terminal report.
type screen struct {
	out   bytes.Buffer
	width int
	color bool
}

func (p *screen) blank() { p.out.WriteByte('\n') }

func (p *screen) paint(code, s string) string {
	if !p.color || code == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p *screen) heading(code, s string) { p.painted(code, "", s) }

// wrap writes a paragraph, broken at spaces, behind the indent.
func (p *screen) wrap(indent, s string) { p.painted("", indent, s) }

func (p *screen) painted(code, indent, s string) {
	for _, l := range fold(s, p.width-len(indent)) {
		fmt.Fprintf(&p.out, "%s%s\n", indent, p.paint(code, l))
	}
}

func (p *screen) section(r *Report, s *section) {
	p.blank()
	if s.tips != nil {
		for i, t := range s.tips {
			if i > 0 {
				p.blank()
			}
			p.heading("1", t.audience)
			for _, item := range t.items {
				p.item(item)
			}
		}
		return
	}
	p.heading("1", s.title)
	if s.steps != nil {
		p.wrap("  ", strings.Repeat("● ", s.steps.n)+strings.Repeat("○ ", s.steps.of-s.steps.n))
	}
	for _, said := range s.said {
		p.wrap("  ", said)
	}
	switch {
	case s.trend:
		p.trend(r)
	case s.table != nil:
		p.table(s.table, map[string]string{"earned": "32", "open": "33", "first": "36"}[s.id])
	}
}

// item writes one line of a list.
func (p *screen) item(s string) {
	for i, l := range fold(s, p.width-4) {
		bullet := "  - "
		if i > 0 {
			bullet = "    "
		}
		fmt.Fprintf(&p.out, "%s%s\n", bullet, l)
	}
}

// table writes each row as its amount and first cell, with the others below.
func (p *screen) table(t *table, code string) {
	for _, row := range t.rows {
		last := len(row.cells) - 1
		amount := row.cells[last].text
		if t.words {
			last, amount = last+1, ""
		}
		p.entry(code, amount, row.cells[0].text, "1")
		p.notes(row.cells[0].notes, 0)
		for i, c := range row.cells[1:last] {
			p.wrap("           ", p.labelled(t.head[i+1], c.text, last))
			p.notes(c.notes, 1)
		}
	}
	if t.total != nil {
		p.entry("", t.total[len(t.total)-1], t.total[0], "")
	}
}

// labelled puts a column's name before its text where there are several.
func (p *screen) labelled(head, text string, parts int) string {
	if parts > 2 && text != "" {
		return head + ": " + text
	}
	return text
}

// notes writes what is said in smaller print, those from the first that is
// an item of a list as such.
func (p *screen) notes(notes []string, first int) {
	for i, n := range notes {
		if i >= first {
			n = "· " + n
		}
		p.wrap("           ", n)
	}
}

// entry writes an amount and a text beside it.
func (p *screen) entry(code, amount, s, bold string) {
	for i, l := range fold(s, p.width-11) {
		if i > 0 {
			amount = ""
		}
		pad := strings.Repeat(" ", max(0, 9-columns(amount)))
		fmt.Fprintf(&p.out, "%s%s  %s\n", pad, p.paint(code, amount), p.paint(bold, l))
	}
}

// trend draws a bar a month, as long as there is room for.
func (p *screen) trend(r *Report) {
	bar := min(40, p.width-26)
	at := int(r.card.Threshold) * bar / int(ruling.Whole)
	for _, c := range r.trend {
		mark, code := cmp.Or(r.mark(c), " "), "33"
		if c.qualifies() {
			code = "32"
		}
		long := 0
		if p, scored := c.points(); scored {
			long = int(p) * bar / int(ruling.Whole)
		}
		cells := []rune(strings.Repeat("█", min(long, bar)) + strings.Repeat("·", bar-min(long, bar)))
		if at > 0 && at <= bar && cells[at-1] == '·' {
			cells[at-1] = '|'
		}
		fmt.Fprintf(&p.out, "  %s  %7s %s %s\n", c.month, c.score(r), mark, p.paint(code, string(cells)))
	}
}
