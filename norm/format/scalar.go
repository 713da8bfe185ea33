package format

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// inline writes a scalar on one line: plain if it was or can be, else in
// double quotes, or in single ones if it has double quotes or backslashes.
func inline(n *yaml.Node, flow, key bool) string {
	v := n.Value
	switch {
	case plain(n) && !strings.Contains(v, "\n"):
		return v
	case needless(v, flow, key):
		return v
	case strings.ContainsFunc(v, escaped) || !strings.ContainsAny(v, `"\`):
		return double(v)
	}
	return "'" + strings.ReplaceAll(v, "'", "''") + "'"
}

// simple is a text that begins as nothing but a text does.
var simple = regexp.MustCompile(`^\pL.*$`)

// other are the words that a reader of YAML takes for something else.
var other = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null)$`)

// needless tells whether quotes around the text say nothing. Where there is
// any doubt, they stay.
func needless(v string, flow, key bool) bool {
	switch {
	case !simple.MatchString(v), other.MatchString(v), v != strings.TrimSpace(v), strings.ContainsFunc(v, func(r rune) bool { return !unicode.IsPrint(r) }):
		return false
	case strings.Contains(v, ": "), strings.HasSuffix(v, ":"), strings.Contains(v, " #"):
		return false
	}
	return !(flow || key) || !strings.ContainsAny(v, ",[]{}:?")
}

// escaped tells whether a character must be escaped in quotes.
func escaped(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
}

func double(v string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range v {
		switch {
		case r == '"', r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case escaped(r) && r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		case escaped(r) && r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		case escaped(r):
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// lines are the lines of a scalar that is written as a block: because it was,
// or because it is plain and too long for one line. The first is its sign.
func (p *printer) lines(t *tree, prefix string) []string {
	n, text := t.node, p.file.doc.Text[t.start:t.end]
	switch {
	case block(n) && strings.Trim(n.Value, "\n") != "" && !strings.HasSuffix(n.Value, "\n\n"):
		_, body, _ := strings.Cut(text, "\n")
		return p.body(n, strings.Split(body, "\n"), (&walker{file: p.file}).blockIndent(t))
	case plain(n) && !t.in.of.flow() && strings.Contains(text, "\n"):
		if utf8.RuneCountInString(prefix)+1+utf8.RuneCountInString(n.Value) <= width && !strings.Contains(n.Value, "\n") {
			return nil
		}
		lines := []string{">-"}
		for line := range strings.Lines(text) {
			lines = append(lines, strings.TrimSpace(line))
		}
		return lines
	}
	return nil
}

// body is the sign of a block scalar and its lines without their indentation.
func (p *printer) body(n *yaml.Node, body []string, indent int) []string {
	for i, line := range body {
		line = strings.TrimSuffix(line, "\r")
		body[i] = line[min(indent, len(line)-len(strings.TrimLeft(line, " "))):]
	}
	for len(body) > 0 && body[len(body)-1] == "" {
		body = body[:len(body)-1]
	}
	sign := "|"
	if n.Style&yaml.FoldedStyle != 0 {
		sign = ">"
	}
	if first := slices.IndexFunc(body, func(line string) bool { return line != "" }); first >= 0 && strings.HasPrefix(body[first], " ") {
		sign += fmt.Sprint(step)
	}
	if !strings.HasSuffix(n.Value, "\n") {
		sign += "-"
	}
	return append([]string{sign}, body...)
}

// block writes a block scalar.
func (p *printer) block(lines []string, prefix string, it *item, indent int) {
	p.last(prefix+" "+lines[0], it)
	for _, line := range lines[1:] {
		if line == "" {
			p.line(0, "")
		} else {
			p.line(indent+step, line)
		}
	}
}
