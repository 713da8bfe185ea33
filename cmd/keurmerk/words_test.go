package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWords(t *testing.T) {
	long := strings.Repeat("é", 5000)
	for text, want := range map[string]string{
		"":                                   "",
		"norm.yaml:1:2: no\n  1 | x\n    ^~": "norm.yaml:1:2: no\n  1 | x\n    ^~",
		"a " + long + "\nb":                  "a " + strings.Repeat("é", 200) + "…\nb",
		"a\x00\x1b[31m\u00a0b ":              "a\ufffd\ufffd[31m\u00a0b ",
	} {
		require.Equal(t, want, words(text))
	}
}

// What is said of a file with words as long as the file stays readable.
func TestLongWordsAreCut(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	for _, args := range [][]string{{"score", "-"}, {"certify", "-"}, {"report", "-"}, {"badge", "-"}, {"export", "--to", "ocsf", "-"}, {"portfolio", "-"}} {
		for _, text := range []string{
			`{"company":{"id":"c"},"month":"` + long + `"}`,
			`{"id":"` + long + `","company":"` + long + `","recorded":"` + long + `","type":"` + long + `"}`,
			`{"` + long + `":1}`,
		} {
			code, out, said := call(t, strings.NewReader(text), args...)
			require.Equal(t, 2, code, args)
			require.Empty(t, out, args)
			require.NotEmpty(t, said, args)
			require.Less(t, len(said), 20_000, args)
		}
	}
}
