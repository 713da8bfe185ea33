package format_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/norm/format"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

// author writes YAML as people do: every style, any indentation, comments
// wherever one can stand, each with a number of its own.
type author struct {
	*rapid.T
	out      strings.Builder
	comments int
	keys     int
}

func (a *author) one(n int) bool { return rapid.IntRange(1, n).Draw(a.T, "one in") == 1 }

func (a *author) write(format string, args ...any) { fmt.Fprintf(&a.out, format, args...) }

func (a *author) comment() string {
	a.comments++
	return fmt.Sprintf("# c%d: %s", a.comments, rapid.SampledFrom([]string{"note", "'quote", "- not an item", "[", "key: value", "é #"}).Draw(a.T, "comment"))
}

// between writes blank lines and comments on lines of their own.
func (a *author) between(indent int) {
	for a.one(3) {
		if a.one(2) {
			a.write("%s\n", strings.Repeat(" ", rapid.IntRange(0, 3).Draw(a.T, "spaces")))
			continue
		}
		a.write("%s%s\n", strings.Repeat(" ", max(0, indent+rapid.IntRange(-2, 3).Draw(a.T, "shift"))), a.comment())
	}
}

// behind ends the line, perhaps with a comment.
func (a *author) behind() {
	if a.one(4) {
		a.write("%s%s", strings.Repeat(" ", rapid.IntRange(1, 30).Draw(a.T, "room")), a.comment())
	}
	a.write("\n")
}

func (a *author) key() string {
	a.keys++
	return fmt.Sprintf(rapid.SampledFrom([]string{"k%d", "k%d", `"k%d"`, "'k%d'", "K %d", "\"%d\""}).Draw(a.T, "key"), a.keys)
}

func (a *author) pad(indent int) { a.write("%s", strings.Repeat(" ", indent)) }

func (a *author) mapping(indent, depth int) {
	for i := range rapid.IntRange(1, 3).Draw(a.T, "pairs") {
		if i > 0 {
			a.between(indent)
			a.pad(indent)
		}
		a.write("%s:", a.key())
		a.value(indent, depth, 1)
	}
	a.between(indent)
}

func (a *author) list(indent, depth int) {
	for i := range rapid.IntRange(1, 3).Draw(a.T, "items") {
		if i > 0 {
			a.between(indent)
			a.pad(indent)
		}
		a.write("-")
		if depth > 0 && a.one(3) {
			inner := rapid.IntRange(1, 3).Draw(a.T, "gap")
			a.pad(inner)
			a.mapping(indent+1+inner, depth-1)
			continue
		}
		a.value(indent, depth, 1)
	}
	a.between(indent)
}

// value writes what follows a colon or dash, up to the end of its line.
func (a *author) value(indent, depth, least int) {
	switch how := rapid.IntRange(0, 9).Draw(a.T, "value"); {
	case how == 0:
		a.behind() // nothing
	case how == 1:
		a.block(indent)
	case how <= 3 && depth > 0:
		a.behind()
		inner := indent + least + rapid.IntRange(0, 3).Draw(a.T, "indent")
		a.between(inner)
		a.pad(inner)
		a.mapping(inner, depth-1)
	case how <= 5 && depth > 0:
		a.behind()
		inner := indent + least + rapid.IntRange(0, 3).Draw(a.T, "indent")
		a.between(inner)
		a.pad(inner)
		a.list(inner, depth-1)
	default:
		a.write(" ")
		if a.one(8) {
			a.behind()
			a.between(indent + 2)
			a.pad(indent + 2)
		}
		if a.one(3) {
			a.flow(indent+2, depth)
		} else {
			a.write("%s", a.scalar(indent+2))
		}
		a.behind()
	}
}

func (a *author) scalar(indent int) string {
	pad := "\n" + strings.Repeat(" ", indent)
	return rapid.SampledFrom([]string{"one", "5", "80%", "2026-11", "true", "'true'", `"2026.1"`, `"a: b"`, "'it''s'", `'say "x"'`, `"\x41\t\u200e"`, `"a\\b"`, "'# no'", "null", "~",
		"it.open && it.severity >= HIGH", "two" + pad + "lines", "two" + pad + "para" + "\n" + pad + "graphs", `"two` + pad + `lines"`, "'two\n" + pad + "para'", `"cut \` + pad + `here"`,
		"a long text " + strings.Repeat("of words ", 12) + "and" + pad + "another line", "a#b", "'a '", `""`, "http://x.example/#y", "é😀"}).Draw(a.T, "scalar")
}

func (a *author) block(indent int) {
	sign := rapid.SampledFrom([]string{"|", ">", "|-", ">-", "|+", ">+"}).Draw(a.T, "sign")
	inner := indent + rapid.IntRange(1, 4).Draw(a.T, "inner")
	spaces := strings.Repeat(" ", inner)
	first := rapid.SampledFrom([]string{"one # no comment", "one", "é", " led by a space"}).Draw(a.T, "first")
	if first[0] == ' ' {
		sign = sign[:1] + fmt.Sprint(inner-indent) + sign[1:]
	}
	a.write(" %s", sign)
	a.behind()
	a.write("%s%s\n", spaces, first)
	for a.one(2) {
		a.write("%s", rapid.SampledFrom([]string{"\n", spaces + "two\n", spaces + "  more\n", spaces + "- x: #\n", spaces + "\n"}).Draw(a.T, "line"))
	}
}

func (a *author) flow(indent, depth int) {
	mapping := a.one(2)
	a.write("%s", map[bool]string{true: "{", false: "["}[mapping])
	a.inside(indent)
	n := rapid.IntRange(0, 3).Draw(a.T, "flow")
	for i := range n {
		if mapping {
			a.write("%s: ", a.key())
		}
		if depth > 0 && a.one(4) {
			a.flow(indent, depth-1)
		} else {
			a.write("%s", rapid.SampledFrom([]string{"x", "'a, b'", `"q"`, "5", "[]", "{}", "2026-11-02", "two\n" + strings.Repeat(" ", indent) + "lines", "it.a && it.b"}).Draw(a.T, "in flow"))
		}
		a.inside(indent)
		if i < n-1 || a.one(4) {
			a.write(", ")
		}
		a.inside(indent)
	}
	a.write("%s", map[bool]string{true: "}", false: "]"}[mapping])
}

// inside breaks the line within braces or brackets, with or without comments.
func (a *author) inside(indent int) {
	for a.one(6) {
		if a.one(2) {
			a.write(" %s", a.comment())
		}
		a.write("\n%s", strings.Repeat(" ", indent))
	}
}

func document(t *rapid.T) string {
	a := &author{T: t}
	a.between(0)
	a.mapping(0, 3)
	text := a.out.String()
	if a.one(5) {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

var numbered = regexp.MustCompile(`# c(\d+):`)

// Whatever an author writes: the canonical form has the same values and every
// comment, in the same order, at the same key; formatting it again changes
// nothing.
func TestRandom(t *testing.T) {
	checked, runs := 0, 10
	if os.Getenv("KEURMERK_SLOW") != "" {
		runs = 120
	}
	for range runs {
		rapid.Check(t, func(t *rapid.T) {
			text := document(t)
			var before yaml.Node
			if yaml.Unmarshal([]byte(text), &before) != nil {
				t.Skip("the author wrote no YAML")
			}
			checked++
			out, err := format.Norm("norm.yaml", []byte(text))
			require.NoError(t, err, "%s", text)
			var after yaml.Node
			require.NoError(t, yaml.Unmarshal(out, &after))
			require.Equal(t, plainly(&before), plainly(&after), "%s\n----\n%s", text, out)
			content := strings.Join(plainly(&before), "\n") // what looks like a comment in a block scalar
			numbers := func(text string) []string {
				return slices.DeleteFunc(numbered.FindAllString(text, -1), func(c string) bool { return strings.Contains(content, c) })
			}
			require.Equal(t, numbers(text), numbers(string(out)), "comments\n%s\n----\n%s", text, out)
			again, err := format.Norm("norm.yaml", out)
			require.NoError(t, err, "%s", out)
			require.Equal(t, string(out), string(again), "twice\n%s", text)
			require.NotContains(t, string(out), "\r")
			if !strings.ContainsAny(text, "|>") { // in which blank lines are content
				require.NotContains(t, string(out), "\n\n\n")
			}
			require.True(t, strings.HasSuffix(string(out), "\n") && !strings.HasSuffix(string(out), "\n\n"), "%q", out)
		})
	}
	require.Positive(t, checked)
	t.Logf("%d documents; KEURMERK_SLOW=1 makes more than 10,000", checked)
}

// plainly are the values as text, with the kind that YAML takes them for.
func plainly(n *yaml.Node) []string {
	all := []string{fmt.Sprint(n.Kind, n.ShortTag(), n.Value)}
	for _, c := range n.Content {
		all = slices.Concat(all, plainly(c))
	}
	return all
}
