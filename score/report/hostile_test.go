package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/cyberkeurmerk/keurmerk/score/report"
	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	unsafe "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"
)

// seeds are texts that break pages that are not careful.
var seeds = []string{
	"<script>alert(1)</script>", "</script><script>x</script>", "<img src=x onerror=alert(1)>", "</td></tr></table><h1>x</h1>", "</bdi></p></section>", "<!--", "-->", "<![CDATA[", "]]>", "<?xml?>",
	"\"><svg onload=alert(1)>", "' onmouseover='x", "\" style=\"x", "javascript:alert(1)", "{{.}}", "{{template \"x\"}}", "${x}", "</style><style>*{display:none}", "</title><title>x", "&lt;b&gt;", "&#x3c;b&#x3e;", "&amp;amp;", "&nbsp;",
	"# kop", "## kop", "- punt", "+ punt", "* punt", "1. punt", "1) punt", "> citaat", "    code", "```\ncode", "~~~", "| a | b |", "a|b", "|---|", "---", "===", "***", "[x](http://x.example)", "![x](http://x.example/y.png)", "[x]: http://x.example", "<http://x.example>", "https://x.example/pad", "www.x.example", "mailto:a@x.example", "a@x.example", "`x`", "**x**", "__x__", "~~x~~", "\\", "\\<b>", "x<br>y", "x\\\ny", ":warning:", "$$x$$",
	"\x1b[31mrood", "\x1b]0;titel\x07", "\x9b31m", "\r\noverschreven", "a\nb", "a\tb", "a\x00b", "a\x08\x08b", "\x7f", "\u0085", "\u2028", "\u2029",
	"\u202egnp.exe", "\u2066x\u2069", "\u200f\u200e", "\u061c", "\u200b\u200c\u200d\u2060", "\ufeff", "\u00ad", "\U000e0041\U000e0042", "\ufff9x\ufffb", "\u180e", "\u3164", "\u115f", "\u2800",
	"\xff\xfe", "\xc0\x80", "\xed\xa0\x80", "\ufffe", "\uffff", "\U0010ffff", "\ue000",
	"👩‍👩‍👧‍👦", "🏳️‍🌈", "🇳🇱", "é́́́́́́́́́", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "שלום", "مرحبا بالعالم", "漢字", "ﷺ", "𝕏", "İı", "ß",
	"", " ", "   ", "'", "\"", "%s%d%n", "%!s(MISSING)", "null", "undefined", "NaN", "../../etc/passwd", "CON", "=1+1", "@SUM(1)",
}

// hostile are 500 and more texts: each seed by itself, inside a word, many
// times over, and in words of 10 KB.
func hostile() []string {
	var all []string
	for _, s := range seeds {
		all = append(all, s, "voor "+s+" na", "a"+s+"b", strings.Repeat(s, 40), strings.Repeat("w", 5000)+s+strings.Repeat("w", 5000))
	}
	return all
}

// hostileNorm is a norm whose own texts are hostile too, as far as its loader
// takes them.
func hostileNorm(s string) (*norm.Norm, error) {
	quoted, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf(`keurmerk: 1
id: vijandig
version: "1"
title: {nl: %[1]s, en: %[1]s}
languages: [nl, en]
effective: {from: 2022-01}
timezone: Europe/Amsterdam
score: {threshold: 80%%}
criteria:
  - {id: met, weight: 20%%, subject: website, audience: it, title: {nl: %[1]s, en: %[1]s}, met: {nl: %[1]s, en: %[1]s}, when: "true"}
  - {id: open, weight: 20%%, audience: web, title: {nl: %[1]s, en: %[1]s}, remedy: {nl: %[1]s, en: %[1]s}, when: "false"}
  - {id: part, weight: 20%%, title: {nl: %[1]s, en: %[1]s}, remedy: {nl: %[1]s, en: %[1]s}, share: "5000"}
  - {id: unknown, weight: 20%%, title: {nl: %[1]s, en: %[1]s}, remedy: {nl: %[1]s, en: %[1]s}, when: "false"}
  - {id: dropped, weight: 20%%, title: {nl: %[1]s, en: %[1]s}, when: "false"}
certification: {months: 6, close_day: 6}
`, quoted)
	return norm.Load(fstest.MapFS{"norm.yaml": &fstest.MapFile{Data: []byte(text)}}, "norm.yaml")
}

// everywhere is a report in which every field that can be shown is the text.
func everywhere(t *testing.T, n *norm.Norm, s string) *report.Report {
	key := ruling.Key{s, s, s}
	one := func(id string, o ruling.Outcome, p ruling.Points) card.Criterion {
		return card.Criterion{ID: id, Weight: 2000, Points: p, Outcome: o, Reason: s, Evidence: card.Evidence{Count: 9, Keys: []ruling.Key{key, key, {s}, {}}}}
	}
	var cards []*card.Card
	for month := range 3 {
		cards = append(cards, &card.Card{Company: s, Month: finding.MonthOf(2026, 9) + finding.YearMonth(month), Norm: card.Norm{ID: s, Version: s, Digest: s, Status: s, Effective: true},
			Findings: card.Findings{Digest: s, Count: 10_000}, Engine: s, Earned: 5000, Applicable: 8000, Score: new(ruling.Points(6250)), Waived: new(ruling.Points(7500)), Threshold: 8000, Measured: 7500,
			Waivers:  []card.Waiver{{Criterion: s, Reason: s, Who: s, From: s, Until: s, Key: key, State: s}, {Criterion: "open", Reason: s, Who: s, From: s, Until: s, State: score.Applied}},
			Criteria: []card.Criterion{one("met", ruling.Met, 2000), one("open", ruling.Unmet, 0), one("part", ruling.Unmet, 1000), one("unknown", ruling.Unknown, 0), one("dropped", ruling.NotApplicable, 0), one(s, ruling.Unmet, 500)}})
	}
	action := score.Action{Criterion: s, Audience: s, Effort: 1, Gains: 100, LastDay: s, Steps: []score.Step{{Do: s, What: s, Count: 3}, {Do: score.Fix, What: "vulnerability", Count: 3}}}
	return report.New(n, cards, report.Options{Language: "nl", Name: "x" + s,
		Advice: &score.Advice{Reaches: true, From: new(ruling.Points(6250)), To: new(ruling.Points(8000)), LastDay: s, Actions: []score.Action{action},
			OutOfReach: []score.Obstacle{{Criterion: s, Why: s, Reason: s}, {Criterion: "open", Why: score.TooLate}}},
		Progress: &report.Progress{Phase: s + "y", N: 2, Of: 6, Until: s, ToGo: 2, Earliest: s + "z",
			Reached: &report.Prospect{Phase: s, Earliest: s + "z"}, Missed: &report.Prospect{Phase: s, Earliest: s + "z"}}})
}

// htmlShape is the tags of a page with their attributes, and those values that
// could do harm or name something.
func htmlShape(t *testing.T, page string) []string {
	var shape []string
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			require.ErrorIs(t, z.Err(), io.EOF)
			return shape
		}
		token := z.Token()
		switch kind {
		case html.TextToken:
			if n := len(shape); n > 0 && shape[n-1] == "<style>" {
				shape = append(shape, token.Data) // what is styled is ours alone
			}
			continue
		case html.CommentToken:
			t.Fatalf("a comment: %q", token.Data)
		}
		name := token.Data
		if kind == html.EndTagToken {
			name = "/" + name
		}
		for _, a := range token.Attr {
			name += " " + a.Key
			if a.Key != "data-head" && a.Key != "content" {
				name += "=" + a.Val
			}
		}
		shape = append(shape, "<"+name+">")
	}
}

// treeShape is the elements of a document as a browser builds it.
func treeShape(t *testing.T, page string) []string {
	root, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	var shape []string
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			depth := 0
			for p := n.Parent; p != nil; p = p.Parent {
				depth++
			}
			shape = append(shape, fmt.Sprint(depth, n.Data))
		}
	}
	return shape
}

func xmlShape(t *testing.T, picture string) []string {
	var shape []string
	for d := xml.NewDecoder(strings.NewReader(picture)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return shape
		}
		require.NoError(t, err, picture)
		switch e := token.(type) {
		case xml.StartElement:
			shape = append(shape, e.Name.Local+fmt.Sprint(len(e.Attr)))
		case xml.CharData:
		case xml.EndElement:
			shape = append(shape, "/"+e.Name.Local)
		default:
			t.Fatalf("%T in a picture", token)
		}
	}
}

// shapes gives the structure of a report in every format.
func shapes(t *testing.T, r *report.Report) map[string][]string {
	var rendered bytes.Buffer
	require.NoError(t, goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(unsafe.WithUnsafe())).Convert([]byte(write(t, r, "md")), &rendered))
	page := write(t, r, "html")
	return map[string][]string{"html": htmlShape(t, page), "tree": treeShape(t, page), "md": htmlShape(t, rendered.String()),
		"trend": xmlShape(t, write(t, r, "trend.svg")), "badge": xmlShape(t, write(t, r, "badge.svg"))}
}

// Texts from outside can't change the page: with 500 hostile ones in every
// field that is shown, a parser sees the same elements as with harmless ones.
func TestHostileTexts(t *testing.T) {
	texts := hostile()
	require.Greater(t, len(texts), 500)
	plainNorm, err := hostileNorm("gewoon")
	require.NoError(t, err)
	want := shapes(t, everywhere(t, plainNorm, "gewoon"))
	require.Greater(t, len(want["html"]), 200)
	loaded := 0
	for _, s := range texts {
		n, err := hostileNorm(s)
		if err != nil || s == "" || strings.TrimSpace(s) == "" {
			n = plainNorm // its loader refuses the text: control and bidirectional characters, mostly
		} else {
			loaded++
		}
		r := everywhere(t, n, s)
		for format, got := range shapes(t, r) {
			if !slices.Equal(want[format], got) {
				require.Equal(t, want[format], got, "%q changes the structure of %s", s, format)
			}
		}
		for format := range formats {
			out := write(t, r, format)
			require.Less(t, len(out), 200_000, "%.40q %s", s, format)
			if format == "color.txt" {
				out = strings.NewReplacer("\x1b[0m", "", "\x1b[1m", "", "\x1b[1;4m", "", "\x1b[2m", "", "\x1b[32m", "", "\x1b[33m", "", "\x1b[36m", "", "\x1b[1;33m", "").Replace(out)
			}
			for _, c := range out {
				if c != '\n' && (unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == '\u2028' || c == '\u2029') {
					require.Fail(t, "a character that hides or moves things", "%q lets %U through to %s", s, c, format)
				}
			}
		}
	}
	require.Greater(t, loaded, 200)
	t.Logf("%d texts, %d of them in the norm as well", len(texts), loaded)
}

// The page asks for nothing: no script, no link that is followed by itself, no
// picture, and no style that loads.
func TestSelfContained(t *testing.T) {
	page := write(t, mixed(t).report(t), "html")
	for z := html.NewTokenizer(strings.NewReader(page)); z.Next() != html.ErrorToken; {
		token := z.Token()
		require.NotContains(t, []string{"script", "link", "img", "iframe", "object", "embed", "base", "form", "video", "audio", "image", "use", "a"}, token.Data)
		for _, a := range token.Attr {
			require.NotContains(t, []string{"src", "href", "srcset", "style", "action", "xlink:href"}, a.Key)
			require.False(t, strings.HasPrefix(a.Key, "on"), a.Key)
		}
	}
	for _, word := range []string{"@import", "url(", "expression("} {
		require.NotContains(t, page, word)
	}
	require.Contains(t, page, `http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"`)
}
