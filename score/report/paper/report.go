// Package paper sets reports and certificates for paper: the monthly report as
// PDF, and a certificate's page as PDF and HTML with a QR code.
//
// Two functions do the work: [Report] and [Certificate.PDF].
//
//	err := paper.Report(w, r.Document(), time.Date(2026, 12, 6, 0, 0, 0, 0, time.UTC))
//	err := paper.Certificate{Language: "nl", Mark: "Cyberkeurmerk KVO-B", Company: "Bakkerij De Korenaar", …}.PDF(w, made)
//
// It is a module of its own, since it brings a PDF writer, fonts and a QR
// encoder. The same document and date give the same bytes. Latin, Greek and
// Cyrillic letters are set; what the font (Go, by Bigelow & Holmes) has no sign
// for shows as a question mark.
package paper

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"github.com/cyberkeurmerk/keurmerk/score/report"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// The page: A4, in millimetres.
const (
	margin = 18.0
	inner  = 210 - 2*margin
	bottom = 297 - margin
)

// colour is red, green and blue.
type colour [3]int

var (
	ink  = colour{27, 35, 48}
	soft = colour{74, 85, 101}
	rule = colour{200, 206, 214}
	good = colour{21, 112, 58}
	warn = colour{160, 74, 6}
)

// sheet is a PDF that is being written.
type sheet struct {
	*fpdf.Fpdf
	font *sfnt.Font
	buf  sfnt.Buffer
}

// guarded turns a panic of the PDF writer into an error.
func guarded(err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("the PDF can't be written: %v", cause)
	}
}

func newSheet(title, language string, made time.Time) (*sheet, error) {
	font, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	s := &sheet{Fpdf: fpdf.New("P", "mm", "A4", ""), font: font}
	s.AddUTF8FontFromBytes("go", "", goregular.TTF)
	s.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	s.SetCatalogSort(true)
	s.SetCreationDate(made.UTC())
	s.SetModificationDate(made.UTC())
	s.SetProducer("keurmerk", true)
	s.SetTitle(s.set(title), true)
	s.SetLang(language)
	s.SetMargins(margin, margin, margin)
	s.SetAutoPageBreak(false, margin)
	s.SetCellMargin(0)
	s.AddPage()
	return s, nil
}

// maxText is how many characters of one text are set.
const maxText = 400

// set replaces what the font has no sign for.
func (s *sheet) set(text string) string {
	n := 0
	return strings.Map(func(c rune) rune {
		if n++; n > maxText {
			return -1
		}
		if unicode.IsSpace(c) {
			return ' '
		}
		if c > 0xffff || unicode.Is(unicode.C, c) || unicode.Is(unicode.Bidi_Control, c) {
			return '?'
		}
		if glyph, err := s.font.GlyphIndex(&s.buf, c); err != nil || glyph == 0 {
			return '?'
		}
		return c
	}, text)
}

func (s *sheet) style(bold bool, size float64, c colour) {
	weight := ""
	if bold {
		weight = "B"
	}
	s.SetFont("go", weight, size)
	s.SetTextColor(c[0], c[1], c[2])
}

// lines breaks a text to a width, in the style that is set.
func (s *sheet) lines(text string, width float64) []string {
	if text = s.set(text); strings.TrimSpace(text) == "" {
		return nil
	}
	return s.SplitText(text, width)
}

// room starts a page unless there is so much left on this one.
func (s *sheet) room(height float64) {
	if s.GetY()+height > bottom {
		s.AddPage()
	}
}

// paragraph writes a text over the full width.
func (s *sheet) paragraph(text string, lead float64) {
	for _, l := range s.lines(text, inner) {
		s.room(lead)
		s.SetX(margin)
		s.CellFormat(inner, lead, l, "", 1, "L", false, 0, "")
	}
}

// Report writes the document as PDF on A4. made is the date that the file
// carries. The error is w's, or says what the PDF writer could not do.
func Report(w io.Writer, d report.Document, made time.Time) (err error) {
	defer guarded(&err)
	s, err := newSheet(d.Question+" "+strings.Join(d.Heading, " · "), d.Language, made)
	if err != nil {
		return err
	}
	s.head(d)
	for i := range d.Sections {
		s.section(&d.Sections[i])
	}
	s.room(6 + 4.5*float64(len(d.Foot)+1))
	s.Ln(4)
	s.style(true, 9, soft)
	s.paragraph(d.About, 4.6)
	s.style(false, 8, soft)
	for _, l := range d.Foot {
		s.paragraph(l, 4)
	}
	return s.Output(w)
}

func (s *sheet) head(d report.Document) {
	s.style(true, 20, ink)
	s.paragraph(d.Question, 9)
	s.style(false, 10, soft)
	s.paragraph(strings.Join(d.Heading, " · "), 5)
	s.Ln(3)
	tone := warn
	if d.Good {
		tone = good
	}
	s.style(true, 30, tone)
	s.paragraph(d.Score, 14)
	s.bar(d.Points, d.Threshold, tone)
	s.style(true, 12, ink)
	s.paragraph(d.Verdict, 6)
	s.style(false, 10, ink)
	for _, r := range d.Remarks {
		s.paragraph(r, 5)
	}
}

// bar draws the score and the threshold.
func (s *sheet) bar(points, threshold int, tone colour) {
	y := s.GetY() + 2
	s.fill(rule)
	s.Rect(margin, y, inner, 4, "F")
	s.fill(tone)
	s.Rect(margin, y, inner*float64(min(max(points, 0), 10000))/10000, 4, "F")
	s.SetDrawColor(ink[0], ink[1], ink[2])
	x := margin + inner*float64(min(max(threshold, 0), 10000))/10000
	s.Line(x, y-1.5, x, y+5.5)
	s.SetY(y + 8)
}

func (s *sheet) fill(c colour) { s.SetFillColor(c[0], c[1], c[2]) }

func (s *sheet) section(p *report.Section) {
	s.room(24)
	s.Ln(5)
	s.style(true, 13, ink)
	s.paragraph(p.Title, 7)
	s.steps(p.N, p.Of)
	s.style(false, 10, ink)
	for _, said := range p.Said {
		s.paragraph(said, 5)
	}
	if p.Head != nil {
		s.table(p)
	}
	for _, g := range p.Groups {
		s.room(12)
		s.style(true, 10, ink)
		s.paragraph(g.Audience, 6)
		s.style(false, 10, ink)
		for _, item := range g.Items {
			s.paragraph("- "+item, 5)
		}
	}
}

// maxSteps is how many steps are drawn.
const maxSteps = 24

func (s *sheet) steps(n, of int) {
	if of == 0 || of > maxSteps {
		return
	}
	y := s.GetY() + 3
	s.SetDrawColor(soft[0], soft[1], soft[2])
	s.fill(good)
	for i := range of {
		style := "D"
		if i < n {
			style = "FD"
		}
		s.Circle(margin+2.5+float64(i)*7, y, 2.3, style)
	}
	s.SetY(y + 5)
}

// shares are the widths of columns, in hundredths, by how many there are.
var shares = map[int][]float64{3: {32, 54, 14}, 4: {44, 22, 21, 13}, 5: {20, 21, 17, 26, 16}}

func (s *sheet) table(p *report.Section) {
	widths := shares[len(p.Head)]
	if widths == nil {
		widths = make([]float64, len(p.Head))
		for i := range widths {
			widths[i] = 100 / float64(len(p.Head))
		}
	}
	words := p.ID == "waivers"
	s.row(cells(p.Head), widths, words, true, soft)
	for _, row := range p.Rows {
		s.row(row, widths, words, false, ink)
	}
	if p.Total != nil {
		s.row(cells(p.Total), widths, words, true, ink)
	}
}

func cells(texts []string) []report.Cell {
	all := make([]report.Cell, len(texts))
	for i, t := range texts {
		all[i].Text = t
	}
	return all
}

// line is a line of a cell, in the style it is set in.
type line struct {
	text string
	note bool
}

// row sets a table row whole on one page, if a page has room for it.
func (s *sheet) row(row []report.Cell, widths []float64, words, bold bool, c colour) {
	const lead = 4.6
	set := make([][]line, len(row))
	height := 0
	for i, cell := range row {
		width := inner*widths[i]/100 - 2
		s.style(bold || i == 0, 9.5, c)
		for _, l := range s.lines(cell.Text, width) {
			set[i] = append(set[i], line{l, false})
		}
		s.style(false, 8.5, soft)
		for _, n := range cell.Notes {
			for _, l := range s.lines(n, width) {
				set[i] = append(set[i], line{l, true})
			}
		}
		height = max(height, len(set[i]))
	}
	s.room(float64(height)*lead + 3)
	top := s.GetY() + 1
	s.SetDrawColor(rule[0], rule[1], rule[2])
	s.Line(margin, top, margin+inner, top)
	x := margin
	for i := range set {
		width := inner * widths[i] / 100
		align := "L"
		if i == len(set)-1 && !words {
			align = "R"
		}
		for k, l := range set[i] {
			s.style((bold || i == 0) && !l.note, 9.5, c)
			if l.note {
				s.style(false, 8.5, soft)
			}
			s.SetXY(x, top+1+float64(k)*lead)
			s.CellFormat(width, lead, l.text, "", 0, align, false, 0, "")
		}
		x += width
	}
	s.SetY(top + float64(height)*lead + 2)
}
