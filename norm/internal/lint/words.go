package lint

import (
	"maps"
	"slices"
	"strings"
)

// either joins with commas and "or".
func either(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// named lists the named values, sorted.
func (l *linter) named() []string { return slices.Sorted(maps.Keys(l.Lets)) }

// guards are conditions for measured that say that a list was looked at.
var guards = map[string]string{
	"websites":        "websites.exists(w, w.active && w.fresh)",
	"computers":       "computers.exists(c, c.active && c.fresh)",
	"vulnerabilities": "websites.exists(w, w.fresh), or that of computers",
	"employees":       "employees.exists(e, e.active)",
	"questionnaires":  "questionnaires.exists(q, q.done)",
	"courses":         "courses.exists(c, has(c.offered))",
	"phishing":        "phishing.exists(p, has(p.sent))",
}

func guard(list string) string {
	if g := guards[list]; g != "" {
		return g
	}
	return list + ".size() > 0"
}
