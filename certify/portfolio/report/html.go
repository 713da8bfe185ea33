package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed page.html
var layout string

// HTML writes the figures as one page with drawings, without script and
// without anything from elsewhere, in the languages of [Report.Text].
func (r *Report) HTML(w io.Writer, language string) error { return r.page(wordsOf(language)).html(w) }

// HTML writes the tables as one page, as [Report.HTML] does.
func (e *Export) HTML(w io.Writer, language string) error { return e.page(wordsOf(language)).html(w) }

func (p *page) html(w io.Writer) error {
	t, err := template.New("page").Parse(layout)
	if err != nil {
		return fmt.Errorf("the layout of the page can't be read: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return fmt.Errorf("the page can't be written: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}
