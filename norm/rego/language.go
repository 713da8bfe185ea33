package rego

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

var (
	wordShape = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	pathShape = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$`)
	dateShape = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}`)
)

// function is an operator or built-in function of the language: how many
// arguments it takes and the one of ours that stands for it.
type function struct {
	args int
	as   string // empty: OPA's own
}

// functions is all that can be called besides the norm's own functions. OPA's
// own arithmetic has no bounds and compares whatever it is given, so ours
// takes its place; what makes texts, lists or numbers larger, costs more than
// a look at its arguments, or knows a clock, chance or the world is left out.
var functions = map[string]function{
	"plus": {2, "plus"}, "minus": {2, "minus"}, "mul": {2, "mul"},
	"equal": {2, ""}, "neq": {2, "neq"}, "lt": {2, "lt"}, "lte": {2, "lte"}, "gt": {2, "gt"}, "gte": {2, "gte"},
	"or": {2, "or"}, "and": {2, "and"},
	"internal.member_2": {2, "member"}, "internal.member_3": {3, "member_at"},
	"count": {1, "count"}, "sum": {1, "sum"}, "max": {1, "max"}, "min": {1, "min"},
	"contains": {2, "has_text"}, "startswith": {2, "startswith"}, "endswith": {2, "endswith"}, "regex.match": {2, "match"},
	"keurmerk.portion": {2, "portion"}, "keurmerk.days": {1, "days"}, "keurmerk.this_month": {1, "this_month"},
}

// functionNames are those that are written as words, for hints.
func functionNames() []string {
	var names []string
	for name := range functions {
		if symbols[name] == "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// symbols are the operators as they are written.
var symbols = map[string]string{
	"plus": "+", "minus": "-", "mul": "*", "div": "/", "rem": "%", "equal": "==", "neq": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">=",
	"or": "|", "and": "&", "eq": "=", "assign": ":=", "internal.member_2": "in", "internal.member_3": "in",
}

// refused gives the reason for things of Rego that a norm does without.
var refused = map[string]string{
	"div":     "multiply the other side instead, or use keurmerk.portion(n, d)",
	"rem":     "a norm has no remainders",
	"product": "multiply what is needed with *",
	"sprintf": "texts are not put together", "concat": "texts are not put together", "replace": "texts are not changed",
	"print": "", "trace": "", "walk": "name the fields", "sort": "a set is in order",
	"array.concat": "use a comprehension", "object.union": "write the fields out", "to_number": "numbers are numbers already",
	"object.get": "a field that is not there is undefined: use default or not",
	"re_match":   "use regex.match", "any": "use some", "all": "use every", "lower": "words are in lower case already",
	"numbers.range": "go through a list of the month",
}

// families are functions refused for one reason.
var families = map[string]string{
	"http": "rules reach nothing outside the month", "net": "rules reach nothing outside the month", "opa": "rules reach nothing outside the month",
	"time": "rules know no clock; use keurmerk.days(t) or keurmerk.this_month(t)", "rand": "rules know no chance", "uuid": "rules know no chance",
	"rego": "rules don't look at rules", "io": "rules reach nothing outside the month", "crypto": "", "graph": "", "bits": "", "json": "", "regex": "use regex.match",
	"providers": "rules reach nothing outside the month", "graphql": "", "glob": "use regex.match", "units": "", "semver": "", "numbers": "",
}

// whyRefused is the hint for a function outside the language; known is false
// for one that Rego does not have either.
func whyRefused(name string) (hint string, known bool) {
	if hint, ok := refused[name]; ok {
		return hint, true
	}
	family, _, dotted := strings.Cut(name, ".")
	if hint, ok := families[family]; ok && dotted {
		return hint, true
	}
	return "", false
}

// Patterns are small, so that a match costs no more than reading the text some
// hundred times.
const (
	maxPattern      = 100 // characters
	maxPatternSteps = 300 // instructions of the compiled pattern
)

// patternFault says what is wrong with a pattern; empty if nothing is.
func patternFault(pattern string) string {
	if len([]rune(pattern)) > maxPattern {
		return "the pattern is longer than 100 characters"
	}
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "the pattern is not a regular expression: " + strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	}
	if program, err := syntax.Compile(re.Simplify()); err != nil || len(program.Inst) > maxPatternSteps {
		return "the pattern is too large"
	}
	return ""
}
