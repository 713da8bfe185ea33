package source

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

// Scalars as an author may write them, in each style: the place of the @ in
// the value is the place of the @ in the file.
func TestScalarPlaces(t *testing.T) {
	for name, text := range map[string]string{
		"plain":                  "a: one two@ three\n",
		"plain, several lines":   "a: one\n  two\n\n  three@ four\n",
		"single":                 "a: 'it''s one@'\n",
		"single, several lines":  "a: 'it''s\n\n  one@\n  more'\n",
		"double":                 "a: \"one \\\"two@\"\n",
		"double, escapes":        "a: \"one\\x41\\u00e9\\U0001F600\\n two@\"\n",
		"double, continued":      "a: \"one \\\n   two@\"\n",
		"double, folded":         "a: \"one  \n   two\n\n   three@\"\n",
		"literal":                "a: |\n  one\n\n    two@\n  three\n",
		"literal, CRLF":          "a: |\r\n  one\r\n    two@\r\n",
		"literal, indicator":     "a: |2-\n    one\n  two@\n",
		"literal, kept":          "a: |+\n  one@\n\n\n",
		"folded":                 "a: >\n  one\n  two@\n",
		"folded, paragraphs":     "a: >\n  one\n\n  two\n\n\n  three@\n",
		"folded, more indented":  "a: >\n  one\n    two\n    three\n  four@\n",
		"folded, blank between":  "a: >-\n  one\n\n    two\n\n  four@\n",
		"characters of all size": "a: 'é€😀 x@'\n",
		"in a list":              "- - 'one@'\n",
		"in a flow mapping":      "{a: one@, b: two}\n",
		"after a comment":        "# é\na: # note\n  one@\n",
	} {
		t.Run(name, func(t *testing.T) {
			f := New("f", text)
			node := scalarWith(t, text, "@")
			s := f.ScalarOf(node)
			at := utf8.RuneCountInString(s.Text[:strings.Index(s.Text, "@")])
			start, end := s.Span(at, at+1)
			require.Equal(t, "@", text[start:end])
		})
	}
}

// scalarWith finds the scalar that holds the mark.
func scalarWith(t require.TestingT, text, mark string) *yaml.Node {
	var doc yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(text), &doc))
	var find func(n *yaml.Node) *yaml.Node
	find = func(n *yaml.Node) *yaml.Node {
		if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, mark) {
			return n
		}
		for _, c := range n.Content {
			if found := find(c); found != nil {
				return found
			}
		}
		return nil
	}
	found := find(&doc)
	require.NotNil(t, found, "no scalar with %q in %q", mark, text)
	return found
}

// Whatever text is written in whatever style, each character that is neither
// a fold nor an escape is found at a byte that reads the same.
func TestScalarPlacesAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringOfN(rapid.RuneFrom([]rune("ab ' \"\\\n é😀#:{}&&||")), 1, 40, -1).Draw(t, "value") + "@"
		style := rapid.SampledFrom([]yaml.Style{0, yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle, yaml.LiteralStyle, yaml.FoldedStyle}).Draw(t, "style")
		out, err := yaml.Marshal(map[string]*yaml.Node{"k": {Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Style: style}})
		require.NoError(t, err)
		f := New("f", string(out))
		node := scalarWith(t, string(out), "@")
		s := f.ScalarOf(node)
		for i, r := range []rune(node.Value) { // the writer's folded style does not always read back
			start, _ := s.Span(i, i+1)
			written, _ := utf8.DecodeRuneInString(f.Text[start:])
			if written == '\\' || written == '\n' || written == '\r' || r == '\n' || r == ' ' {
				continue
			}
			require.Equal(t, string(r), string(written), "character %d of %q in %q", i, value, out)
		}
	})
}

// A place and its offset are each other's inverse.
func TestPlaceAndOffset(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("aé😀\n"))).Draw(t, "text")
		f := New("f", text)
		for at := range text {
			line, column := f.Place(at)
			require.Equal(t, at, f.Offset(line, column), fmt.Sprintf("%d:%d", line, column))
		}
	})
}
