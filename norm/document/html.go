package document

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"

	"github.com/cyberkeurmerk/keurmerk/norm"
)

//go:embed page.html
var layout string

// HTML writes the norm as one page, the languages one after the other. The
// error is a [*LanguageError].
func HTML(n *norm.Norm, o Options) ([]byte, error) {
	all, err := pages(n, o)
	if err != nil {
		return nil, err
	}
	t, err := template.New("page").Parse(layout)
	if err != nil {
		return nil, fmt.Errorf("the layout of the page can't be read: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, all); err != nil {
		return nil, fmt.Errorf("the page can't be written: %w", err)
	}
	return b.Bytes(), nil
}
