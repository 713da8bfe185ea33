package report_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/cyberkeurmerk/keurmerk/score/report"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

func reference(t *testing.T) *norm.Norm {
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	return n
}

// cards are two months of a company: one without measurements, one with a
// little of everything.
func cards(t *testing.T, spoil func(*finding.Month)) []*card.Card {
	n := reference(t)
	day := time.Date(2026, 11, 10, 12, 0, 0, 0, time.UTC)
	october := &finding.Month{Company: finding.Company{ID: "kvk:1", Enrolled: day.AddDate(-1, 0, 0)}, Month: finding.MonthOf(2026, 10)}
	november := &finding.Month{Company: october.Company, Month: finding.MonthOf(2026, 11),
		Websites:  []finding.Website{{ID: "www.korenaar.example", Scanned: day}},
		Employees: []finding.Employee{{ID: "e-1", Enrolled: day}},
		Courses:   []finding.Course{{ID: "c", Offered: day}}}
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		november.Vulnerabilities = append(november.Vulnerabilities, finding.Vulnerability{ID: "X-" + id, AssetType: finding.AssetWebsite,
			Asset: "www.korenaar.example", Severity: finding.SeverityMedium, Title: "t"})
	}
	if spoil != nil {
		spoil(november)
	}
	var all []*card.Card
	for _, m := range []*finding.Month{october, november} {
		c, err := score.Judge(context.Background(), n, m, score.Waiver{Criterion: "computers", Reason: "verhuizing", Who: "KVO", From: "2026-11", Until: "2026-12"})
		require.NoError(t, err)
		all = append(all, c)
	}
	return all
}

func write(t *testing.T, cards []*card.Card, language, name string) (text, markdown string) {
	r := report.New(reference(t), cards, report.Options{Language: language, Name: name, Progress: &report.Progress{Phase: "building", N: 4, Of: 6}})
	require.NotNil(t, r)
	var a, b bytes.Buffer
	require.NoError(t, r.Text(&a, report.Style{}))
	require.NoError(t, r.Markdown(&b))
	return a.String(), b.String()
}

// The reports are what they were; -update writes them anew, to be looked at.
func TestGolden(t *testing.T) {
	for _, language := range []string{"nl", "en"} {
		text, markdown := write(t, cards(t, nil), language, "Bakkerij De Korenaar")
		for ext, got := range map[string]string{"txt": text, "md": markdown} {
			name := filepath.Join("testdata", "report."+language+"."+ext)
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(name, []byte(got), 0o644))
			}
			want, err := os.ReadFile(name)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		}
	}
}

// No line is wider than asked for, unless a single word is.
func TestWidth(t *testing.T) {
	text, _ := write(t, cards(t, nil), "nl", "Bakkerij De Korenaar")
	for line := range strings.Lines(text) {
		require.LessOrEqual(t, len([]rune(strings.TrimSuffix(line, "\n"))), 80, line)
	}
	require.NotContains(t, text, "\x1b", "no colour unless asked for")
	var colored bytes.Buffer
	require.NoError(t, report.New(reference(t), cards(t, nil), report.Options{}).Text(&colored, report.Style{Color: true}))
	require.Contains(t, colored.String(), "\x1b[1m")
}

// escapes are characters that Markdown takes as themselves.
var escapes = regexp.MustCompile(`\\.`)

// Texts from outside can't change the page: as many lines, headings and table
// rows as with harmless ones.
func TestHostileTexts(t *testing.T) {
	shape := func(s string) [3]int {
		var n [3]int
		for line := range strings.Lines(s) {
			n[0]++
			if strings.HasPrefix(line, "#") {
				n[1]++
			}
			if strings.HasPrefix(line, "|") {
				n[2]++
			}
		}
		return n
	}
	_, plain := write(t, cards(t, nil), "nl", "x")
	for _, hostile := range []string{"<script>alert(1)</script>", "a | b |", "# kop", "\n\n# kop\n", "[x](javascript:1)", "![x](http://x)", "`x`", "**x**", "\x1b[31m",
		"\u202egnp.exe", "a\u2028b", "&lt;", "https://x.example", "<!-- ", "\\", "~~x~~", "- x", "1. x", "\u200b", "\xff"} {
		text, markdown := write(t, cards(t, func(m *finding.Month) {
			m.Websites[0].ID = "www.korenaar.example" + hostile
			for i := range m.Vulnerabilities {
				m.Vulnerabilities[i].Asset = m.Websites[0].ID
			}
		}), "nl", "x"+hostile)
		require.Equal(t, shape(plain), shape(markdown), "%q", hostile)
		for _, out := range []string{text, markdown} {
			for _, r := range out {
				require.True(t, r == '\n' || r >= ' ' && r != 0x7f && r != '\u202e' && r != '\u2028' && r != '\u200b', "%q lets %q through", hostile, r)
			}
		}
		for _, markup := range []string{"<script", "](", "`x`", "**x", "~~x", "<!--", "https://"} {
			require.NotContains(t, escapes.ReplaceAllString(markdown, ""), markup)
		}
	}
}

func TestNoCards(t *testing.T) {
	require.Nil(t, report.New(reference(t), nil, report.Options{}))
}

// A month without a score says so, and never shows one.
func TestNoScore(t *testing.T) {
	all := cards(t, nil)
	all[1].Score = nil
	text, _ := write(t, all, "nl", "x")
	require.Contains(t, text, "Er is geen score")
	require.NotContains(t, text, "U scoort")
}
