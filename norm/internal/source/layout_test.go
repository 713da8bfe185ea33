package source

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What YAML can't read is reported at the character, with what to type. The
// brackets «» stand around the span.
func TestSyntax(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"tab":                       {"a:\n«\t»b: 1\n", "indent with spaces, not with tabs"},
		"tab further on":            {"a:\n  b: 1\n  «\t»c: 2\n", "not with tabs"},
		"tab in a block":            {"a: |\n «\t»x\n  y\nb: 1\n", "not with tabs"},
		"at":                        {"a: 1\nb: «@»x y\n", "put the value in quotes: '@x y'"},
		"backtick":                  {"a: «`»x`\n", "put the value in quotes: '`x`'"},
		"percent":                   {"a: «%»x\n", "put the value in quotes: '%x'"},
		"percent key":               {"«%»x: 1\n", "can't start with %"},
		"at in brackets":            {"a: [x, «@»y]\n", "can't start with @"},
		"star alone":                {"a: «*» 5\n", "put the value in quotes: '* 5'"},
		"unclosed single":           {"a: 1\nb: «'»x\nc: 2\n", "close the text with '"},
		"unclosed double":           {"a: «\"»x\nb: y\n", `close the text with "`},
		"unclosed to the next":      {"a: «'»x\nb: 'y'\n", "quote that opens here is not closed"},
		"unclosed at the end":       {"a: 1\nb: «'»x", "not closed"},
		"unclosed among keys":       {"x:\n  - a: «'»one\n    b: 'two'\n", "not closed"},
		"apostrophe":                {"a: 'it'«s'»\n", "write '' for a '"},
		"double in double":          {"a: \"x\" «y»\n", `write \" for a "`},
		"apostrophe in brackets":    {"a: {b: 'it'«s'», c: 1}\n", "write '' for a '"},
		"bad escape":                {"a: \"x «\\q» y\"\n", `write \\ for a \`},
		"no space after colon":      {"«key:»value\nb: 1\n", "write key: value"},
		"no space, further on":      {"b: 1\n«key:»value\nc: 1\n", "write key: value"},
		"no space, nested":          {"a:\n  «nl:»x\n  en: y\n", "write nl: x"},
		"no space, last":            {"a: 1\n«b:»c\n", "write b: c"},
		"no colon":                  {"a: 1\n«b»\nc: 2\n", "such as b: …"},
		"colon in a value":          {"a: b«:» c\n", "put the whole value in quotes: 'b: c'"},
		"ternary":                   {"when: a ? b «:» c\n", "put the whole value in quotes: 'a ? b : c'"},
		"too far":                   {"a: 1\n «b»: 2\n", "indent it with 0 spaces"},
		"too far in an item":        {"- a: 1\n   «b»: 2\n", "indent it with 2 or 0 spaces"},
		"too near":                  {"a:\n    b: 1\n  «c»: 2\n", "indent it with 4 or 0 spaces"},
		"too near, item":            {"a:\n  - b\n «-» c\n", "indent it with 2 or 0 spaces"},
		"item among keys":           {"a: 1\n«-» b\n", "an item of a list stands among keys"},
		"key among items":           {"- a\n«b»: 1\n", "start the line with a dash"},
		"key near items":            {"- a: 1\n «b»: 2\n", "indent it with 2 or 0 spaces"},
		"list behind a key":         {"a: «-» b\n", "on a line of its own"},
		"unclosed list":             {"a: «[»1, 2\nb: 3\n", "close it with ]"},
		"unclosed mapping":          {"a: «{»x: 1\nb: 3\n", "close it with }"},
		"wrong bracket":             {"a: [1, 2«}»\n", "write ]"},
		"comma missing":             {"a: {x: 1 «y»: 2}\n", "put a comma before it"},
		"comma missing over lines":  {"a: {x: 1,\n  y: 2\n  «z»: 3}\n", "put a comma before it"},
		"stray bracket":             {"a: «]»\n", "closes or parts nothing"},
		"after brackets":            {"a: [1] «x»\n", "something follows the closing bracket"},
		"text behind a block sign":  {"a: |«x»\n  y\n", "starts on the next line"},
		"after a block":             {"a: >\n  x y: z\n\n  b\nc: «@»\n", "can't start with @"},
		"after comments and quotes": {"# a: 'x\na: 'y # z' # it's\nb: \"#\" # \"\nc: «@»\n", "can't start with @"},
		"over several lines":        {"a: 'x\n  y'\nb: [1,\n  2]\nc: x\n  y\n\n  z\nd: «@»\n", "can't start with @"},
		"list at its key":           {"a:\n- b: 1\n  c: 2\n- d\ne: «@»\n", "can't start with @"},
		"CRLF":                      {"a: 1\r\nb: «@»x\r\n", "'@x'"},
	} {
		t.Run(name, func(t *testing.T) {
			before, rest, found := strings.Cut(c.text, "«")
			span, after, closed := strings.Cut(rest, "»")
			require.True(t, found && closed)
			f := New("f", before+span+after)
			faults := Parse(f).Faults
			require.Len(t, faults, 1, "it is YAML")
			got := faults[0]
			line, column := f.Place(len(before))
			end := column + len([]rune(span)) - 1
			require.Equal(t, fmt.Sprintf("%d:%d-%d KM-YAML", line, column, end), fmt.Sprintf("%d:%d-%d %s", got.Line, got.Column, got.EndColumn, got.Code), got)
			require.Contains(t, got.Message+"; "+got.Hint, c.says)
			require.NotContains(t, got.Message, "this is not YAML", "the parser's own words")
		})
	}
}
