package document

import (
	"fmt"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/markdown"
)

// Markdown writes the norm as Markdown with tables, the languages one after
// the other. The error is a [*LanguageError].
func Markdown(n *norm.Norm, o Options) ([]byte, error) {
	all, err := pages(n, o)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for i, p := range all {
		if i > 0 {
			b.WriteString("\n---\n\n")
		}
		p.markdown(&b)
	}
	return []byte(b.String()), nil
}

func (p page) markdown(b *strings.Builder) {
	heading := func(level int, text string) {
		fmt.Fprintf(b, "\n%s %s\n\n", strings.Repeat("#", level), markdown.Escape(text))
	}
	list := func(sentences []string) {
		for _, s := range sentences {
			fmt.Fprintf(b, "- %s\n", markdown.Escape(s))
		}
	}
	fmt.Fprintf(b, "# %s\n\n", markdown.Escape(p.Title))
	list(p.Facts)
	heading(2, p.Takes)
	list(p.Sentences)
	heading(2, p.words.Criteria)
	table(b, p.Subject, p.Met, p.Remedy, p.words.Value)
	for _, r := range p.Rows {
		value := r.Value
		if r.Required {
			value += ", " + p.RequiredMark
		}
		cells(b, r.Title, r.Met, r.Remedy, value)
	}
	heading(2, p.Measuring)
	fmt.Fprintf(b, "%s\n\n", markdown.Escape(p.MeasuringLead))
	table(b, p.Criterion, p.Data, p.Needed)
	for _, m := range p.Measured {
		cells(b, m.Title, m.Data, m.Needed)
	}
	if len(p.Values) > 0 {
		heading(2, p.Parameters)
		fmt.Fprintf(b, "%s\n\n", markdown.Escape(p.ParametersLead))
		table(b, p.Name, p.words.Value, p.Used, p.Variant)
		for _, v := range p.Values {
			cells(b, v.Name, v.Value, v.Used, v.Variant)
		}
	}
	heading(2, p.Certification)
	list(p.TermsOf)
	if len(p.Expression) > 0 {
		heading(2, p.Conditions)
		fmt.Fprintf(b, "%s\n", markdown.Escape(p.ConditionsLead))
	}
	for _, e := range p.Expression {
		heading(3, e.Title)
		for i, part := range e.Parts {
			if i > 0 {
				b.WriteString("\n")
			}
			fmt.Fprintf(b, "%s:\n\n%s", markdown.Escape(part.Label), markdown.Block("cel", part.CEL))
		}
	}
	heading(2, p.Glossary)
	for _, t := range p.Terms {
		fmt.Fprintf(b, "- **%s**: %s\n", markdown.Escape(t[0]), markdown.Escape(t[1]))
	}
}

// table writes the head of a table.
func table(b *strings.Builder, heads ...string) {
	cells(b, heads...)
	b.WriteString(strings.Repeat("|---", len(heads)) + "|\n")
}

func cells(b *strings.Builder, texts ...string) {
	for _, text := range texts {
		fmt.Fprintf(b, "| %s ", markdown.Escape(text))
	}
	b.WriteString("|\n")
}
