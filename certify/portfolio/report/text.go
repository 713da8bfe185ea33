package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Text writes the figures for a terminal, in "nl" or "en"; any other language
// is read as "en".
func (r *Report) Text(w io.Writer, language string) error { return r.page(wordsOf(language)).text(w) }

// Text writes the tables for a terminal, in the languages of [Report.Text].
func (e *Export) Text(w io.Writer, language string) error { return e.page(wordsOf(language)).text(w) }

// width is how many columns sentences take.
const width = 80

func (p *page) text(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintln(&b, p.Title)
	for _, s := range p.Facts {
		wrap(&b, s)
	}
	for _, s := range p.Sections {
		fmt.Fprintf(&b, "\n%s\n%s\n", s.Title, strings.Repeat("=", utf8.RuneCountInString(s.Title)))
		for _, sentence := range s.Sentences {
			wrap(&b, sentence)
		}
		for i := range s.Tables {
			fmt.Fprintln(&b)
			if s.Tables[i].Title != "" {
				fmt.Fprintln(&b, s.Tables[i].Title)
			}
			s.Tables[i].text(&b)
		}
		if len(s.Notes) > 0 {
			fmt.Fprintln(&b)
		}
		for _, note := range s.Notes {
			wrap(&b, note)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// text writes columns: names to the left, figures to the right.
func (t *table) text(b *bytes.Buffer) {
	widths := make([]int, len(t.Head))
	lines := append([][]string{t.Head}, t.Rows...)
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	bars := t.bars()
	for k, line := range lines {
		var text strings.Builder
		for i, cell := range line {
			space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				text.WriteString("  " + cell + space)
				continue
			}
			text.WriteString("  " + space + cell)
		}
		if k > 0 && bars != nil {
			text.WriteString("  " + bars[k-1])
		}
		fmt.Fprintln(b, strings.TrimRight(text.String(), " "))
	}
}

// barWidth is how many columns the longest bar takes.
const barWidth = 30

// bars draws what stands behind the rows; whatever is not nothing has a bar. Its
// pieces differ in their shade, in the order of the columns.
func (t *table) bars() []string {
	most := 1
	for _, pieces := range t.Bars {
		sum := 0
		for _, n := range pieces {
			sum += n
		}
		most = max(most, sum)
	}
	var bars []string
	for _, pieces := range t.Bars {
		bar, sum, drawn := "", 0, 0
		for k, n := range pieces {
			sum += n
			until := (sum*barWidth + most - 1) / most
			bar += strings.Repeat([]string{"█", "▒", "░"}[k], until-drawn)
			drawn = until
		}
		bars = append(bars, bar)
	}
	return bars
}

// wrap writes a paragraph, broken at spaces.
func wrap(b *bytes.Buffer, s string) {
	here := 0
	for word := range strings.FieldsSeq(s) {
		n := utf8.RuneCountInString(word)
		switch {
		case here == 0:
		case here+1+n > width:
			b.WriteByte('\n')
			here = 0
		default:
			b.WriteByte(' ')
			here++
		}
		b.WriteString(word)
		here += n
	}
	b.WriteByte('\n')
}
