package paper

import (
	"bytes"
	_ "embed" // the page
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"
	"unicode"

	"rsc.io/qr"
)

// Certificate is what a certificate's page shows. It proves nothing by itself:
// the QR code leads to what does.
type Certificate struct {
	Language string // "nl", or anything else for English
	Mark     string // name of the mark
	Company  string // name, and id if you like
	Norm     string // name and version
	Serial   string
	From     time.Time // first instant at which it holds
	Until    time.Time // first instant at which it no longer does; zero: open-ended
	Zone     *time.Location
	// Verification is what the QR code holds, such as an address at which the
	// bundle lies, or its digest; at most 1,000 bytes.
	Verification string
}

// words are the texts around a certificate.
type words struct{ Title, Holder, Norm, From, Until, Open, Serial, Verify, Code string }

var certificateWords = map[bool]words{
	true: {"Certificaat", "voldoet aan de voorwaarden van het keurmerk.", "Norm", "Geldig vanaf", "Geldig tot en met", "zonder einddatum", "Serienummer",
		"Dit blad is geen bewijs. Scan de code of gebruik het serienummer om het certificaat te controleren.", "QR-code met de gegevens voor de controle"},
	false: {"Certificate", "meets the conditions of the mark.", "Norm", "Valid from", "Valid through", "without an end", "Serial number",
		"This page is no proof. Scan the code or use the serial number to verify the certificate.", "QR code with the data for verification"},
}

func (c Certificate) words() words { return certificateWords[c.Language == "nl"] }

// maxVerification keeps the code's modules large enough to be read from paper.
const maxVerification = 1000

func (c Certificate) code() (*qr.Code, error) {
	if c.Verification == "" || len(c.Verification) > maxVerification {
		return nil, fmt.Errorf("the verification data is %d bytes, must be 1 to %d", len(c.Verification), maxVerification)
	}
	return qr.Encode(c.Verification, qr.M)
}

var months = map[bool][]string{
	true:  {"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
	false: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

func (c Certificate) day(t time.Time) string {
	zone := c.Zone
	if zone == nil {
		zone = time.UTC
	}
	t = t.In(zone)
	return fmt.Sprintf("%d %s %d", t.Day(), months[c.Language == "nl"][t.Month()-1], t.Year())
}

// rows are the facts of the certificate, each with its name.
func (c Certificate) rows() [][2]string {
	w := c.words()
	until := w.Open
	if !c.Until.IsZero() {
		until = c.day(c.Until.Add(-1)) // the last day, not the first on which it no longer holds
	}
	return [][2]string{{w.Norm, c.Norm}, {w.From, c.day(c.From)}, {w.Until, until}, {w.Serial, c.Serial}}
}

// PDF writes the page on A4. made is the date that the file carries. The error
// is w's, or says what is wrong with the verification data.
func (c Certificate) PDF(w io.Writer, made time.Time) (err error) {
	defer guarded(&err)
	code, err := c.code()
	if err != nil {
		return err
	}
	words := c.words()
	s, err := newSheet(words.Title+" "+c.Mark+" "+c.Company, c.Language, made)
	if err != nil {
		return err
	}
	s.fill(good)
	s.Rect(0, 0, 210, 8, "F")
	s.SetY(34)
	s.style(false, 13, soft)
	s.centred(words.Title, 8)
	s.style(true, 26, ink)
	s.centred(c.Mark, 12)
	s.Ln(10)
	s.style(true, 20, good)
	s.centred(c.Company, 10)
	s.style(false, 12, ink)
	s.centred(words.Holder, 7)
	s.Ln(10)
	for _, row := range c.rows() {
		s.style(false, 9, soft)
		s.centred(row[0], 5)
		s.style(true, 12, ink)
		s.centred(row[1], 7)
		s.Ln(2)
	}
	s.code(code, s.GetY()+4)
	s.style(false, 9, soft)
	s.centred(words.Verify, 5)
	return s.Output(w)
}

func (s *sheet) centred(text string, lead float64) {
	for _, l := range s.lines(text, inner) {
		s.SetX(margin)
		s.CellFormat(inner, lead, l, "", 1, "C", false, 0, "")
	}
}

// code draws the QR code as squares, 45 mm wide with its quiet zone around it.
func (s *sheet) code(code *qr.Code, y float64) {
	const width = 45.0
	size := width / float64(code.Size)
	left := (210 - width) / 2
	s.fill(colour{})
	for row := range code.Size {
		for col := range code.Size {
			if code.Black(col, row) {
				s.Rect(left+float64(col)*size, y+float64(row)*size, size, size, "F")
			}
		}
	}
	s.SetY(y + width + 6)
}

//go:embed certificate.html.tmpl
var certificateText string

var certificatePage = template.Must(template.New("certificate").Parse(certificateText))

// HTML writes the page as one self-contained file: no script, nothing that is
// fetched. The error is w's, or says what is wrong with the verification data.
func (c Certificate) HTML(w io.Writer) error {
	code, err := c.code()
	if err != nil {
		return err
	}
	lang := "en"
	if c.Language == "nl" {
		lang = "nl"
	}
	rows := c.rows()
	for i := range rows {
		rows[i][1] = clean(rows[i][1])
	}
	var b bytes.Buffer
	err = certificatePage.Execute(&b, map[string]any{"Lang": lang, "Words": c.words(), "Mark": clean(c.Mark), "Company": clean(c.Company), "Rows": rows,
		"Size": code.Size + 8, "Path": path(code)})
	if err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// path draws the code's black modules, a run of them at a time, inside a quiet
// zone of four.
func path(code *qr.Code) string {
	var b strings.Builder
	for row := range code.Size {
		for col := 0; col < code.Size; col++ {
			run := 0
			for col+run < code.Size && code.Black(col+run, row) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", col+4, row+4, run, run)
				col += run
			}
		}
	}
	return b.String()
}

// clean makes a text one line without anything that hides text or changes its
// direction.
func clean(s string) string {
	n := 0
	return strings.Map(func(c rune) rune {
		if n++; n > maxText {
			return -1
		}
		switch {
		case unicode.IsSpace(c):
			return ' '
		case !unicode.IsPrint(c):
			return '\ufffd'
		}
		return c
	}, s)
}
