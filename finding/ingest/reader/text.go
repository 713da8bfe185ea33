package reader

import (
	"html"
	"regexp"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

var (
	cveID = regexp.MustCompile(`(?i)\bCVE-\d{4}-\d{4,}\b`)
	tag   = regexp.MustCompile(`<[^<>]*>`)
	link  = regexp.MustCompile(`(?i)\bhttps?://[^\s<>"']+`)
)

// CVEs lists the CVE ids that a text names, in upper case, in order of
// appearance, each once.
func CVEs(text string) []string {
	if !strings.Contains(strings.ToUpper(text), "CVE-") { // most texts name none, and looking for them all takes long
		return nil
	}
	return once(cveID.FindAllString(text, -1), strings.ToUpper)
}

// Links lists the web addresses that a text or a piece of HTML names, in
// order of appearance, each once.
func Links(text string) []string {
	if !strings.Contains(text, ":") && !strings.Contains(text, "&") {
		return nil
	}
	return once(link.FindAllString(html.UnescapeString(text), -1), func(s string) string { return strings.TrimRight(s, ".,;)") })
}

// once gives each text in its form, without repetitions.
func once(texts []string, form func(string) string) []string {
	var all []string
	seen := map[string]bool{}
	for _, s := range texts {
		if s = form(s); !seen[s] {
			seen[s] = true
			all = append(all, s)
		}
	}
	return all
}

// Plain is a text without HTML tags and entities, its white space squeezed.
func Plain(s string) string {
	if strings.Contains(s, "<") {
		s = tag.ReplaceAllString(s, " ")
	}
	return strings.Join(strings.Fields(html.UnescapeString(s)), " ")
}

// Shorten cuts a text after the given number of characters and says so with an
// ellipsis.
func Shorten(s string, most int) string {
	s = strings.TrimSpace(s)
	if runes := []rune(s); len(runes) > most {
		return strings.TrimSpace(string(runes[:most])) + "…"
	}
	return s
}

// First is the first text that is not empty.
func First(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// Rated is the severity that a tool's word stands for or, where the word says
// nothing, that of the CVSS base score; a score of 0 says nothing either.
func Rated(word string, cvss float64) finding.Severity {
	if s, ok := Severity(word); ok && s != finding.SeverityUnknown {
		return s
	}
	if cvss > 0 {
		return finding.SeverityOf(cvss)
	}
	return finding.SeverityUnknown
}
