// Package markdown writes texts of strangers into Markdown, so that they are
// shown as they are and can't change the structure around them.
package markdown

import (
	"regexp"
	"strings"
	"unicode"
)

// Line puts a text on one line and takes out what could move a cursor, hide
// text or change its direction.
func Line(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return '\ufffd'
		}
		return r
	}, strings.Join(strings.Fields(s), " "))
}

var (
	starts = regexp.MustCompile(`^([-+=]|[0-9]+[.)])`) // a list, a rule or a heading, at the start of a line
	links  = regexp.MustCompile(`://|\.|@`)
)

// Escape writes a text on one line of Markdown, in a table's cell too.
func Escape(s string) string {
	var b strings.Builder
	for _, r := range Line(s) {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '&':
			b.WriteString("&amp;")
		case strings.ContainsRune("\\`*_[]>|~#!$", r):
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	s = b.String()
	if strings.Contains(s, "//") || strings.Contains(s, "@") || strings.Contains(strings.ToLower(s), "www.") {
		s = links.ReplaceAllStringFunc(s, func(sign string) string { return `\` + sign })
	}
	return starts.ReplaceAllStringFunc(s, func(start string) string { return start[:len(start)-1] + `\` + start[len(start)-1:] })
}

// Block writes a text as a block of code, its lines as they are.
func Block(language, s string) string {
	var b strings.Builder
	fence := strings.Repeat("`", max(3, longest(s)+1))
	b.WriteString(fence + language + "\n")
	for line := range strings.Lines(s) {
		b.WriteString(keep(strings.TrimRight(line, "\r\n")) + "\n")
	}
	b.WriteString(fence + "\n")
	return b.String()
}

func keep(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' || unicode.Is(unicode.Cf, r) {
			return '\ufffd'
		}
		return r
	}, s)
}

// longest is the length of the longest run of backticks.
func longest(s string) int {
	most, run := 0, 0
	for _, r := range s {
		if r != '`' {
			run = 0
			continue
		}
		run++
		most = max(most, run)
	}
	return most
}
