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
	line("# %s\n", r.question)
	line("%s · %s · %s\n", literal(r.name), r.monthName(r.card.Month), literal(r.norm))
	line("**%s**", r.verdict())
	for _, s := range r.remarks() {
		line("\n%s", literal(s))
	}
	if r.progress != nil {
		line("\n## %s\n\n%s", r.towards, r.standing(r.progress))
	}
	r.markdownTable(&b, r.earnedTitle, r.explanation, r.earned, r.nothingEarned)
	r.markdownTable(&b, r.openTitle, r.remedy, r.open, r.nothingOpen)
	if len(r.dropped) > 0 {
		r.markdownTable(&b, r.droppedTitle, r.explanation, r.dropped, "")
	}
	if len(r.trend) > 1 {
		line("\n## %s\n\n| | | |\n|---|---:|---|", r.texts.trend)
		for _, c := range r.trend {
			score, mark := "–", ""
			if c.Score != nil {
				score = r.percent(*c.Score)
			}
			if c.Qualifies {
				mark = "✓"
			}
			line("| %s | %s | %s |", c.Month, score, mark)
		}
	}
	for _, audience := range audiences {
		tips := r.tips(audience)
		if len(tips) == 0 {
			continue
		}
		line("\n## %s %s\n", r.texts.tips, r.audience[audience])
		for _, l := range tips {
			line("- %s – %s (+%s)", literal(l.title), literal(l.text), r.percent(l.value))
		}
	}
	line("\n---\n\n%s", literal(r.footer()))
	_, err := w.Write(b.Bytes())
	return err
}

func (r *Report) markdownTable(b *bytes.Buffer, title, text string, lines []line, none string) {
	fmt.Fprintf(b, "\n## %s\n\n", title)
	if len(lines) == 0 {
		fmt.Fprintf(b, "%s\n", none)
		return
	}
	fmt.Fprintf(b, "| %s | %s | %s |\n|---|---|---:|\n", r.subject, text, r.value)
	for _, l := range lines {
		cell := []string{literal(l.text)}
		for _, s := range r.evidence(l) {
			cell = append(cell, literal(s))
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", literal(l.title), strings.Join(cell, "<br>"), r.percent(l.value))
	}
	fmt.Fprintf(b, "| **%s** | | **%s** |\n", r.total, r.percent(sum(lines)))
}

// literal makes a text from outside stand as itself: no markup, no entity, no
// link and no table cell can come of it.
func literal(s string) string {
	var b strings.Builder
	for _, c := range clean(s) {
		switch {
		case c == '<' || c == '>' || c == '&':
			fmt.Fprintf(&b, "&#%d;", c)
		case strings.ContainsRune("\\`*_{}[]#!|~:@", c):
			b.WriteByte('\\')
			b.WriteRune(c)
		default:
			b.WriteRune(c)
		}
	}
	return strings.ReplaceAll(b.String(), "www.", `www\.`)
}
