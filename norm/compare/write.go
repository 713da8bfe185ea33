package compare

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/markdown"
)

// Summary says in a sentence what the differences come to: "no difference in
// meaning", or how many there are and what they do.
func Summary(all []Difference) string {
	count := map[Effect]int{}
	meaning, other := 0, 0
	for _, d := range all {
		if !d.Meaning {
			other++
			continue
		}
		meaning++
		count[d.Effect]++
	}
	said := "no difference in meaning"
	if meaning > 0 {
		var parts []string
		for _, e := range []Effect{Stricter, Looser, Neutral, Depends} {
			if count[e] > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", count[e], sentence[e]))
			}
		}
		said = fmt.Sprintf("%s in meaning: %s", plural(meaning), strings.Join(parts, ", "))
	}
	if other > 0 {
		said += fmt.Sprintf("; %s in texts, tests or what a variant may do", plural(other))
	}
	return said
}

var sentence = map[Effect]string{Stricter: "stricter", Looser: "looser", Neutral: "neutral", Depends: "that depend on the months"}

func plural(n int) string {
	if n == 1 {
		return "1 difference"
	}
	return fmt.Sprintf("%d differences", n)
}

// Text writes the differences for a terminal, by group, with the places in
// both files, and the summary as its last line.
func Text(all []Difference) string {
	var b strings.Builder
	group := ""
	for _, d := range all {
		if d.Group != group {
			group = d.Group
			fmt.Fprintf(&b, "%s\n", group)
		}
		fmt.Fprintf(&b, "  %s %s%s\n", markdown.Line(d.Path), d.What, d.note())
		switch {
		case len(d.From)+len(d.To) <= 60 && d.From != "" && d.To != "":
			fmt.Fprintf(&b, "    %s → %s\n", markdown.Line(d.From), markdown.Line(d.To))
		default:
			for _, side := range []struct{ sign, text string }{{"-", d.From}, {"+", d.To}} {
				if side.text != "" {
					fmt.Fprintf(&b, "    %s %s\n", side.sign, markdown.Line(side.text))
				}
			}
		}
		fmt.Fprintf(&b, "    %s\n", d.places())
	}
	fmt.Fprintln(&b, Summary(all))
	return b.String()
}

// note says what the difference does.
func (d Difference) note() string {
	switch {
	case !d.Meaning:
		return ""
	case d.Effect == Depends:
		return " (who gains or loses depends on the months)"
	}
	return fmt.Sprintf(" (%s)", d.Effect)
}

func (d Difference) places() string {
	var parts []string
	for _, p := range []*norm.Place{d.A, d.B} {
		if p != nil && p.Line > 0 {
			parts = append(parts, fmt.Sprintf("%s:%d:%d", markdown.Line(p.File), p.Line, p.Column))
		} else if p != nil {
			parts = append(parts, markdown.Line(p.File))
		}
	}
	return strings.Join(parts, " → ")
}

// Markdown writes the differences as a table a group, after the summary.
func Markdown(all []Difference) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n", Summary(all))
	group := ""
	for _, d := range all {
		if d.Group != group {
			group = d.Group
			fmt.Fprintf(&b, "\n## %s\n\n| what | | from | to | effect |\n|---|---|---|---|---|\n", group)
		}
		effect := string(d.Effect)
		if !d.Meaning {
			effect = ""
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", markdown.Escape(d.Path), d.What, markdown.Escape(d.From), markdown.Escape(d.To), effect)
	}
	return b.String()
}

// JSON writes the differences as JSON Lines, as difference.schema.json says.
func JSON(all []Difference) ([]byte, error) {
	var out []byte
	for _, d := range all {
		line, err := json.Marshal(d)
		if err != nil {
			return nil, fmt.Errorf("a difference can't be written: %w", err)
		}
		out = append(append(out, line...), '\n')
	}
	return out, nil
}
