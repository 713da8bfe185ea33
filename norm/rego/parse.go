package rego

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// parse reads the module as Rego v1. Comments, and the annotations in them,
// mean nothing.
func (p *program) parse(m *module) {
	parsed, err := ast.ParseModuleWithOpts(m.name, m.text, ast.ParserOptions{RegoVersion: ast.RegoV1})
	if err == nil && parsed != nil {
		m.ast = parsed
		return
	}
	var all ast.Errors
	if errors.As(err, &all) && len(all) > 0 {
		p.syntax(m, all[0])
		return
	}
	p.report(m, 0, 0, "KM-REGO-EMPTY", "start it with package NAME", "the module is empty")
}

var (
	unexpected = regexp.MustCompile(`unexpected (\S+) (?:token|keyword)`)
	expected   = regexp.MustCompile(`expected (?:(\W+) token|(\w+) keyword)$`)
)

// syntax reports the first thing that OPA can't read; what it says of the rest
// follows from that. Its place is where it stopped, in bytes; the token there
// is the wrong one.
func (p *program) syntax(m *module, e *ast.Error) {
	start, end := m.span(e.Location)
	word := m.text[start:end]
	message, hint := strings.TrimSuffix(e.Message, "."), ""
	switch {
	case strings.Contains(message, "unexpected eof"), e.Location != nil && e.Location.Offset >= len(strings.TrimRight(m.text, " \t\r\n")):
		message = "the module ends too early"
	case unexpected.MatchString(message):
		message = fmt.Sprintf("%s is not expected here", quoted(word))
	case strings.Contains(message, "package expected"):
		message, hint = "a module starts with its package", "write package NAME before it"
	case strings.Contains(message, "`if` keyword is required"):
		message, hint = "a rule with a body needs if before it", "write if"
	case strings.Contains(message, "var cannot be used for rule name"):
		message = fmt.Sprintf("%s is no rule", quoted(word))
	case strings.Contains(message, "contains` keyword is required"):
		message, hint = "a set is written with contains", "write NAME contains …"
	case strings.Contains(message, "unexpected package"):
		message = "a module has one package, at its start"
	case strings.Contains(message, "illegal default rule"):
		message = "a default is a value that is written out"
	default:
		message = "this can't be read: " + message
	}
	if found := expected.FindStringSubmatch(e.Message); found != nil && hint == "" {
		hint = "write " + found[1] + found[2] + " before it"
	}
	p.report(m, start, end, "KM-REGO-SYNTAX", hint, "%s", message)
}

func quoted(word string) string {
	if len(word) > 40 {
		word = word[:40]
	}
	return `"` + strings.ToValidUTF8(word, "") + `"`
}
