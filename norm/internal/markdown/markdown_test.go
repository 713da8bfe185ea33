package markdown_test

import (
	"testing"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/markdown"
	"github.com/stretchr/testify/require"
)

// What is escaped and what is not, so that plain texts stay readable in the
// source too. Package document parses what comes of it.
func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"up-to-date (2026), 5.": "up-to-date (2026), 5.",
		"1. first":              `1\. first`,
		"- first":               `\- first`,
		"a | b":                 `a \| b`,
		"<b> & *x*":             `&lt;b\> &amp; \*x\*`,
		"http://x.example":      `http\://x\.example`,
		"1. see www.x.example":  `1\. see www\.x\.example`,
		"a@b.example":           `a\@b\.example`,
		"two\n\n  lines\u202e":  "two lines\ufffd",
		"\x1b[2J":               "\ufffd\\[2J",
	} {
		require.Equal(t, want, markdown.Escape(text))
	}
}

// A block is closed by nothing that stands in it.
func TestBlock(t *testing.T) {
	require.Equal(t, "```cel\na\n```\n", markdown.Block("cel", "a"))
	require.Equal(t, "````cel\na ``` b\n````\n", markdown.Block("cel", "a ``` b"))
}
