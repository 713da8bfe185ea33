package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

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
	p := &page{width: max(style.Width, 40), color: style.Color}
	p.heading("1;4", r.question)
	p.line("%s · %s · %s", clean(r.name), r.monthName(r.card.Month), clean(r.norm))
	p.blank()
	p.wrap("", r.verdict())
	for _, s := range r.remarks() {
		p.wrap("", s)
	}
	if r.progress != nil {
		p.blank()
		p.heading("1", r.towards)
		p.wrap("", r.standing(r.progress))
	}
	p.blank()
	p.heading("1", r.earnedTitle)
	p.table(r, r.earned, r.nothingEarned, "32")
	p.blank()
	p.heading("1", r.openTitle)
	p.table(r, r.open, r.nothingOpen, "33")
	if len(r.dropped) > 0 {
		p.blank()
		p.heading("1", r.droppedTitle)
		p.table(r, r.dropped, "", "")
	}
	if len(r.trend) > 1 {
		p.blank()
		p.heading("1", r.texts.trend)
		p.trend(r)
	}
	p.tips(r)
	p.blank()
	p.wrap("", r.footer())
	_, err := w.Write(p.out.Bytes())
	return err
}

// verdict is the answer in two sentences.
func (r *Report) verdict() string {
	if r.card.Score == nil {
		return r.noScore + " " + r.notQualifies
	}
	said := fmt.Sprintf(r.scored, r.percent(*r.card.Score), r.percent(r.card.Threshold))
	switch {
	case r.card.Qualifies:
		return said + " " + r.texts.qualifies
	case !r.card.Norm.Effective:
		return said + " " + r.notEffective
	}
	return said + " " + r.notQualifies
}

// remarks are the sentences that qualify the answer.
func (r *Report) remarks() []string {
	var all []string
	if r.card.Norm.Status != "" {
		all = append(all, fmt.Sprintf(r.draft, r.card.Norm.Status))
	}
	if r.card.Measured < ruling.Whole {
		all = append(all, fmt.Sprintf(r.measured, r.percent(r.card.Measured)))
	}
	if len(r.card.Waivers) > 0 && r.card.Waived != nil {
		all = append(all, fmt.Sprintf(r.waived, r.percent(*r.card.Waived)))
	}
	for _, w := range r.card.Waivers {
		all = append(all, fmt.Sprintf("%s: %s (%s; %s – %s; %s)", clean(w.Criterion), clean(w.Reason), clean(w.Who), clean(w.From), clean(w.Until), r.waiverStates[w.State]))
	}
	return all
}

func (r *Report) footer() string {
	c := r.card
	return fmt.Sprintf(r.foot, clean(c.Norm.ID), clean(c.Norm.Version), short(c.Norm.Digest), c.Findings.Count, short(c.Findings.Digest))
}

// short is enough of a digest to recognise it by.
func short(digest string) string { return clean(digest[:min(len(digest), 19)]) }

// page collects the lines of a terminal report.
type page struct {
	out   bytes.Buffer
	width int
	color bool
}

func (p *page) blank() { p.out.WriteByte('\n') }

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.out, format+"\n", args...) }

func (p *page) paint(code, s string) string {
	if !p.color || code == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p *page) heading(code, s string) { p.line("%s", p.paint(code, s)) }

// wrap writes a paragraph, broken at spaces, behind the indent.
func (p *page) wrap(indent, s string) {
	for _, l := range fold(s, p.width-len(indent)) {
		p.line("%s%s", indent, l)
	}
}

// fold breaks a text into lines of at most width characters; a longer word
// stands alone.
func fold(s string, width int) []string {
	var lines []string
	here := ""
	for word := range strings.FieldsSeq(s) {
		switch {
		case here == "":
			here = word
		case utf8.RuneCountInString(here)+1+utf8.RuneCountInString(word) <= width:
			here += " " + word
		default:
			lines, here = append(lines, here), word
		}
	}
	if here != "" {
		lines = append(lines, here)
	}
	return lines
}

// table writes lines as "value  title" with the text below.
func (p *page) table(r *Report, lines []line, none, code string) {
	if len(lines) == 0 {
		p.wrap("  ", none)
		return
	}
	for _, l := range lines {
		p.line("%s  %s", p.paint(code, fmt.Sprintf("%7s", r.percent(l.value))), p.paint("1", clean(l.title)))
		if l.text != "" {
			p.wrap("         ", clean(l.text))
		}
		for _, s := range r.evidence(l) {
			p.wrap("         ", s)
		}
	}
	p.line("%7s  %s", r.percent(sum(lines)), r.total)
}

// shownKeys is how many records a table names; the card names more.
const shownKeys = 5

// evidence tells which records a line is about, and why it is unknown.
func (r *Report) evidence(l line) []string {
	var all []string
	c := l.criteria
	if c.Outcome == ruling.Unknown && c.Reason != "" && c.Reason != "not measured" {
		all = append(all, clean(c.Reason))
	}
	if c.Vacuous {
		all = append(all, r.vacuous)
	}
	if c.Outcome == ruling.Met || c.Evidence.Count == 0 {
		return all
	}
	shown := c.Evidence.Keys[:min(len(c.Evidence.Keys), shownKeys)]
	all = append(all, fmt.Sprintf(r.found, len(shown), c.Evidence.Count))
	for _, key := range shown {
		all = append(all, "· "+clean(strings.Join(key, " ")))
	}
	return all
}

// trend draws a bar a month, with a mark at the threshold.
func (p *page) trend(r *Report) {
	const bar = 40
	for _, c := range r.trend {
		if c.Score == nil {
			p.line("  %s  %7s", c.Month, "–")
			continue
		}
		cells := []rune(strings.Repeat("█", int(*c.Score)*bar/int(ruling.Whole)))
		for len(cells) < bar {
			cells = append(cells, '·')
		}
		code := "33"
		mark := " "
		if c.Qualifies {
			code, mark = "32", "✓"
		}
		p.line("  %s  %7s %s %s", c.Month, r.percent(*c.Score), mark, p.paint(code, string(cells)))
	}
}

func (p *page) tips(r *Report) {
	for _, audience := range audiences {
		tips := r.tips(audience)
		if len(tips) == 0 {
			continue
		}
		p.blank()
		p.heading("1", r.texts.tips+" "+r.audience[audience])
		for _, l := range tips {
			p.wrap("  ", fmt.Sprintf("%s – %s (+%s)", clean(l.title), clean(l.text), r.percent(l.value)))
		}
	}
}

// clean makes a text from outside one line without anything that could move
// the cursor, hide text or change its direction.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', r == '\r':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\u2028', r == '\u2029', r == utf8.RuneError:
			return '\ufffd'
		}
		return r
	}, s)
}
