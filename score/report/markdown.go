package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Markdown writes the report as CommonMark with tables as GitHub has them.
func (r *Report) Markdown(w io.Writer) error {
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# %s\n", literal(r.asked()))
	line("%s\n", joinLiteral(r.heading, " · "))
	line("**%s**", literal(r.verdict()))
	for _, s := range r.remarks {
		line("\n%s", literal(s))
	}
	for i := range r.sections {
		r.markdownSection(&b, &r.sections[i])
	}
	line("\n---\n\n%s", joinLiteral(r.foot, "  \n"))
	_, err := w.Write(b.Bytes())
	return err
}

func joinLiteral(texts []string, between string) string {
	all := make([]string, len(texts))
	for i, s := range texts {
		all[i] = literal(s)
	}
	return strings.Join(all, between)
}

func (r *Report) markdownSection(b *bytes.Buffer, s *section) {
	for _, t := range s.tips {
		fmt.Fprintf(b, "\n## %s\n\n", literal(t.audience))
		for _, item := range t.items {
			fmt.Fprintf(b, "- %s\n", literal(item))
		}
	}
	if s.tips != nil {
		return
	}
	fmt.Fprintf(b, "\n## %s\n", literal(s.title))
	if s.steps != nil {
		fmt.Fprintf(b, "\n%s%s\n", strings.Repeat("● ", s.steps.n), strings.TrimSpace(strings.Repeat("○ ", s.steps.of-s.steps.n)))
	}
	for _, said := range s.said {
		fmt.Fprintf(b, "\n%s\n", literal(said))
	}
	if s.table != nil {
		markdownTable(b, s.table)
	}
}

func markdownTable(b *bytes.Buffer, t *table) {
	b.WriteString("\n|")
	for _, h := range t.head {
		fmt.Fprintf(b, " %s |", literal(h))
	}
	last := "---:|\n"
	if t.words {
		last = "---|\n"
	}
	b.WriteString("\n|" + strings.Repeat("---|", len(t.head)-1) + last)
	for _, row := range t.rows {
		b.WriteByte('|')
		for _, c := range row.cells {
			fmt.Fprintf(b, " %s |", joinLiteral(append([]string{c.text}, c.notes...), "<br>"))
		}
		b.WriteByte('\n')
	}
	if t.total == nil {
		return
	}
	b.WriteByte('|')
	for _, s := range t.total {
		if s != "" {
			s = "**" + literal(s) + "**"
		}
		fmt.Fprintf(b, " %s |", s)
	}
	b.WriteByte('\n')
}

// literal makes a text stand as itself: no markup, no entity, no link and no
// table cell can come of it, and at the start of a block no list either.
func literal(s string) string {
	s = strings.TrimSpace(s)
	var b strings.Builder
	for i, c := range s {
		switch {
		case c == '<' || c == '>' || c == '&':
			fmt.Fprintf(&b, "&#%d;", c)
		case strings.ContainsRune("\\`*_{}[]#!|~@", c), startsList(s, i, c), c == ':' && !strings.HasPrefix(s[i+1:], " ") && i+1 < len(s):
			b.WriteByte('\\')
			b.WriteRune(c)
		default:
			b.WriteRune(c)
		}
	}
	return strings.ReplaceAll(b.String(), "www.", `www\.`)
}

// startsList tells whether the character makes a list item, a heading or a
// rule of a text at the start of a block: a bullet, or what follows a number.
func startsList(s string, i int, c rune) bool {
	switch c {
	case '-', '+', '=':
		return i == 0
	case '.', ')':
		return i > 0 && strings.Trim(s[:i], "0123456789") == ""
	}
	return false
}
