package source

import (
	"fmt"
	"math/rand/v2"
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

// Whatever YAML the parser accepts, every scalar in it is read as it is
// written: no place is a guess, and every character stands where it says.
func TestScalarsAreExact(t *testing.T) {
	pieces := []string{"a", "b ", " ", "  ", "\n", "\n  ", "\n\n   ", "\r\n", "\r\n    ", "\t", "é", "😀", "e\u0301", "''", `\"`, `\\`, `\n`, `\x41`, `\u00e9`, `\U0001F600`, "\\\n   ", "\\\n\n\n ", `\t`, `\ `, `\_`,
		"x.y", "&&", "#", " #c", ": ", "-", "!", "w, w"}
	openers := []string{"k: ", "k:\n  ", "k: '", `k: "`, "k: |\n  ", "k: >\n  ", "k: |2-\n    ", "k: >1+\n  ", "k: |+ # c\n\n   ", "k: >-\r\n  ", "- - >2\n      ", "k: [a, ", "k: {a: '", "a:\n  b:\n    k: |3\n        ", "? >\n  ", "k: >\n\n \n   "}
	closers := []string{"", "\n", "'", `"`, "'}\n", "]\n", "\nz: 1\n"}
	seen := map[yaml.Style]int{}
	for seed := range uint64(20_000) {
		r := rand.New(rand.NewPCG(seed, 0))
		pick := func(from []string) string { return from[r.IntN(len(from))] }
		opener := pick(openers)
		text, closer := opener, pick(closers)
		switch opener[len(opener)-1] {
		case '\'':
			closer = pick([]string{"'\n", "'}\n"})
		case '"':
			closer = "\"\n"
		}
		for range r.IntN(13) {
			text += pick(pieces)
		}
		text += closer
		var doc yaml.Node
		if yaml.Unmarshal([]byte(text), &doc) != nil {
			continue
		}
		f := New("f", text)
		var each func(n *yaml.Node)
		each = func(n *yaml.Node) {
			for _, c := range n.Content {
				each(c)
			}
			if n.Kind != yaml.ScalarNode || n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 || strings.HasPrefix(text[f.Offset(n.Line, n.Column):], "!") {
				return
			}
			seen[n.Style]++
			s := f.ScalarOf(n)
			require.True(t, s.Exact, "%q in %q", n.Value, text)
			checkPlaces(t, f, s)
		}
		each(&doc)
	}
	for _, style := range []yaml.Style{0, yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle, yaml.LiteralStyle, yaml.FoldedStyle} {
		require.Greater(t, seen[style], 300, style)
	}
}

// checkPlaces holds each place against the file: the characters stand in
// order, each reads as itself, as an escape, or as a break that folds.
func checkPlaces(t require.TestingT, f *File, s Scalar) {
	before := 0
	for i, r := range []rune(s.Text) {
		from, to := s.Span(i, i+1)
		require.GreaterOrEqual(t, from, before)
		require.Greater(t, to, from)
		before = to
		written := f.Text[from:to]
		switch {
		case written == string(r), written == "''" && r == '\'':
		case strings.HasPrefix(written, `\`):
		default:
			require.Contains(t, " \n", string(r), "%q stands for %q in %q", written, r, f.Text)
			require.Contains(t, []string{"\n", "\r\n"}, written)
		}
	}
}
