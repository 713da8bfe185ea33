package document_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/document"
	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

type write func(*norm.Norm, document.Options) ([]byte, error)

var forms = map[string]write{"md": document.Markdown, "html": document.HTML}

// The reference norm as people read it, in each language and form.
func TestReference(t *testing.T) {
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	for _, language := range document.Languages() {
		for form, write := range forms {
			out, err := write(n, document.Options{Languages: []string{language}, CEL: true})
			require.NoError(t, err)
			name := fmt.Sprintf("testdata/reference.%s.%s", language, form)
			if *update {
				require.NoError(t, os.WriteFile(name, out, 0o644))
			}
			held, err := os.ReadFile(name)
			require.NoError(t, err)
			require.Equal(t, string(held), string(out), "go test ./norm/document -update writes it anew")
		}
	}
}

// Left out, the languages are the norm's own; the conditions are shown only if
// they are asked for; an unknown language is an error.
func TestOptions(t *testing.T) {
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	for form, write := range forms {
		out, err := write(n, document.Options{})
		require.NoError(t, err)
		require.Contains(t, string(out), "Wat ervoor nodig is", form)
		require.Contains(t, string(out), "What it takes", form)
		require.Less(t, strings.Index(string(out), "Wat ervoor"), strings.Index(string(out), "What it takes"))
		require.NotContains(t, string(out), "exists(", form)
		_, err = write(n, document.Options{Languages: []string{"fr"}})
		var language *document.LanguageError
		require.ErrorAs(t, err, &language)
		require.Equal(t, "fr", language.Language)
	}
}

// small is a norm with texts and terms to be filled in.
const small = `keurmerk: 1
id: small
version: %[1]q
title: %[1]q
languages: [nl]
effective: {from: 2024-01, until: 2030-12}
timezone: Europe/Amsterdam
status: draft
parameters:
  least: {value: 5}
  name: {value: %[1]q}
let: {enough: "computers.size() > params.least && company.sector != params.name"}
score: {threshold: 77%%, unknown: refuse, not_applicable: earn, waivers: count}
criteria:
  - {id: one, weight: 60%%, required: true, title: %[1]q, met: %[1]q, remedy: %[1]q, applies: enough, when: 'company.active || company.sector == "%[2]s"'}
  - {id: two, weight: 40%%, title: %[1]q, when: {none: vulnerabilities}}
certification: %[3]s
`

func fill(t require.TestingT, title, literal, terms string) *norm.Norm {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: fmt.Appendf(nil, small, title, literal, terms)}}, "norm.yaml")
	require.NoError(t, err)
	return n
}

// Every number of the terms stands in a sentence, in each language.
func TestNumbers(t *testing.T) {
	n := fill(t, "x", "x", `{months: 31, of: 32, close_day: 21, min_measured: 33%, floor: 34%, knock_out: [two], award: review,
  excused: {max: 35, window: 36}, grace: {months: 37, budget: 38, window: 39}, suspension: {restore: 40, max: 41},
  validity: {months: 43, renew: 42, restore: 44}, re_earn: 45, corrections: 46}`)
	zero := fill(t, "x", "x", `{months: 1, of: 1, close_day: 21, excused: {max: 0, window: 51}, grace: {months: 0, budget: 0, window: 52},
  suspension: {restore: 53, max: 54}, validity: {months: 0, renew: 0, restore: 0}, re_earn: 55, corrections: 0}`)
	for _, language := range document.Languages() {
		for form, write := range forms {
			for of, numbers := range map[*norm.Norm][]string{
				n:    {"21", "31", "32", "33%", "34%", "35", "36", "37", "38", "39", "40", "41", "42", "43", "44", "45", "46", "77%", "2024-01", "2030-12"},
				zero: {"1", "21", "51", "52", "53", "54", "55"},
			} {
				out, err := write(of, document.Options{Languages: []string{language}})
				require.NoError(t, err)
				for _, number := range numbers {
					require.Regexp(t, `(^|[^0-9.])`+number+`([^0-9]|$)`, string(out), "%s %s: %s", language, form, number)
				}
				require.NotContains(t, string(out), "%!", "%s %s", language, form)
			}
		}
	}
}

var hostile = []string{"a | b", "# x", "<script>alert(1)</script>", "</td></tr></table>", "```", "``` x ````", "[x](http://y)", "![x](y)", "**b**", "_e_", "~~s~~", "1. x", "- x", "+ x", "---", "===",
	"x\n\n# y", "x\n| a | b |\n|---|---|", "&lt;", "http://x.example", "www.x.example", "a@b.example", "\\", "\\|", "a`b", "<!--", "{{.}}", "$x$", ">", "&#60;b>", "|", "x\t\ty", "é 😀"}

// Whatever stands in the norm's texts: the document has the same structure, and
// shows the texts.
func TestHostile(t *testing.T) {
	terms := "{months: 6, close_day: 6}"
	plain := fill(t, "xyzzy", "xyzzy", terms)
	o := document.Options{CEL: true}
	want, err := document.Markdown(plain, o)
	require.NoError(t, err)
	wantPage, err := document.HTML(plain, o)
	require.NoError(t, err)
	wantShape, wantText := structure(want)
	require.Greater(t, len(wantShape), 100)
	require.GreaterOrEqual(t, strings.Count(wantText, "xyzzy"), 8)
	rapid.Check(t, func(t *rapid.T) {
		title := strings.Join(rapid.SliceOfN(rapid.SampledFrom(hostile), 1, 3).Draw(t, "texts"), rapid.SampledFrom([]string{"", " ", "\n"}).Draw(t, "between"))
		literal := strings.Join(strings.Fields(strings.NewReplacer(`"`, "", "'", "", `\`, "").Replace(title)), " ")
		n := fill(t, title, literal, terms)
		out, err := document.Markdown(n, o)
		require.NoError(t, err)
		gotShape, gotText := structure(out)
		require.Equal(t, wantShape, gotShape, "%q:\n%s", title, out)
		shown := strings.Join(strings.Fields(title), " ")
		require.GreaterOrEqual(t, strings.Count(gotText, shown), 6, "%q is not shown as it is: %s", shown, gotText)
		page, err := document.HTML(n, o)
		require.NoError(t, err)
		require.Equal(t, tags.FindAllString(string(wantPage), -1), tags.FindAllString(string(page), -1))
	})
}

var tags = regexp.MustCompile(`<[^>]*>`)

// structure parses Markdown: the kinds of its nodes with their depth, texts
// left out, and all text.
func structure(source []byte) (shape []string, shown string) {
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	var b strings.Builder
	depth := 0
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			depth--
			return ast.WalkContinue, nil
		}
		depth++
		switch n := n.(type) {
		case *ast.Text:
			b.Write(n.Segment.Value(source))
		case *ast.String:
			b.Write(n.Value)
		default:
			shape = append(shape, fmt.Sprint(depth, n.Kind()))
			b.WriteByte('\n')
		}
		return ast.WalkContinue, nil
	})
	return shape, unescape(b.String())
}

var escapes = regexp.MustCompile("\\\\([\\\\`*_{}\\[\\]()#+.!|~<>:/@$=-])")

// unescape is the text as it is shown: the parser leaves that to who renders.
func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&amp;", "&").Replace(escapes.ReplaceAllString(s, "$1"))
}

// A page needs nothing from elsewhere, runs nothing, and says its language.
func TestPage(t *testing.T) {
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	out, err := document.HTML(n, document.Options{CEL: true})
	require.NoError(t, err)
	page := string(out)
	for _, no := range []string{"<script", "src=", "href=", "url(", "@import", "http://", "https://", "onload"} {
		require.NotContains(t, page, no)
	}
	require.Contains(t, page, `<html lang="nl">`)
	require.Contains(t, page, `<article lang="en">`)
	require.Equal(t, strings.Count(page, "<table"), strings.Count(page, "<thead"))
	require.Contains(t, page, `<th scope="row">`)
	var open []string // every tag that is opened is closed, in order
	for _, tag := range tags.FindAllString(page, -1) {
		name := strings.Trim(strings.Fields(tag)[0], "</>")
		switch {
		case slices.Contains([]string{"!DOCTYPE", "meta"}, name):
		case strings.HasPrefix(tag, "</"):
			require.NotEmpty(t, open)
			require.Equal(t, open[len(open)-1], name)
			open = open[:len(open)-1]
		default:
			open = append(open, name)
		}
	}
	require.Empty(t, open)
}
