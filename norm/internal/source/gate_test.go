package source

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a norm file may not hold, with the place where it is reported.
func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		text         string
		code         string
		line, column int
	}{
		"empty":           {"", "KM-EMPTY", 1, 1},
		"white space":     {" \n \n", "KM-EMPTY", 1, 1},
		"comments only":   {"# nothing\n", "KM-EMPTY", 1, 1},
		"UTF-16":          {"\xff\xfea\x00", "KM-ENCODING", 1, 1},
		"byte order mark": {"\ufeffa: 1\n", "KM-ENCODING", 1, 1},
		"Windows-1252":    {"a: 1\nb: caf\xe9\n", "KM-ENCODING", 2, 7},
		"NUL":             {"a: 1\nb: \x00\n", "KM-CHARACTER", 2, 4},
		"lone CR":         {"a: 1\rb: 2\n", "KM-CHARACTER", 1, 5},
		"bidi control":    {"a: x\u202ey\n", "KM-CHARACTER", 1, 5},
		"zero width":      {"a: x\u200by\n", "KM-CHARACTER", 1, 5},
		"no-break indent": {"a:\n\u00a0b: 1\n", "KM-CHARACTER", 2, 1},
		"line separator":  {"a: x\u2028y\n", "KM-CHARACTER", 1, 5},
		"oversized":       {"a: " + strings.Repeat("x", MaxBytes), "KM-FILE-SIZE", 1, 1},
		"tab indent":      {"a:\n\tb: 1\n", "KM-YAML", 2, 1},
		"second document": {"a: 1\n---\nb: 2\n", "KM-SECOND-DOCUMENT", 2, 1},
		"duplicate key":   {"a: 1\nb: 2\na: 3\n", "KM-DUPLICATE-KEY", 3, 1},
		"merge key":       {"a: 1\n<<: {b: 2}\n", "KM-MERGE", 2, 1},
		"tag":             {"a: !has(x)\n", "KM-TAG", 1, 4},
		"tag in brackets": {"a: 1\nb: [{c: !d, e: !has(x)}]\n", "KM-TAG", 2, 16},
		"core tag":        {"a: !!str 5\n", "KM-TAG", 1, 4},
		"anchor":          {"a: &x 5\n", "KM-ANCHOR", 1, 4},
		"alias":           {"a: 1\nb: *x\n", "KM-ALIAS", 2, 4},
		"key is a list":   {"? [a]\n: 1\n", "KM-KEY", 1, 3},
		"too deep":        {strings.Repeat("[", 60) + strings.Repeat("]", 60), "KM-DEPTH", 1, 42},
	} {
		t.Run(name, func(t *testing.T) {
			d := Parse(New("norm.yaml", c.text))
			require.NotEmpty(t, d.Faults)
			f := d.Faults[0]
			require.Equal(t, c.code, f.Code, f)
			require.Equal(t, [2]int{c.line, c.column}, [2]int{f.Line, f.Column}, f)
		})
	}
}

// Files that are large or deep end in a fault, not in a long wait.
func TestParseHostile(t *testing.T) {
	many := strings.Repeat("- {a: 1}\n", 100_000)
	require.Empty(t, Parse(New("f", many)).Faults)
	deep := strings.Repeat("[", 50_000)
	require.NotEmpty(t, Parse(New("f", deep)).Faults)
	bomb := "a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]\n"
	for _, f := range Parse(New("f", bomb)).Faults {
		require.Contains(t, []string{"KM-ANCHOR", "KM-ALIAS"}, f.Code)
	}
}
