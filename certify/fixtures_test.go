package certify_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
)

// Each archive in testdata/cases is one case: the norm's terms, what was
// recorded, and the timelines that come of it, each asked for at the instant
// that its name tells. What stands above the first file says what the case is
// about.
func TestCases(t *testing.T) {
	names, err := filepath.Glob("testdata/cases/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, names, "there are no cases")
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			about, files := archive(t, name)
			require.NotEmpty(t, strings.TrimSpace(about), "the case does not say what it is about")
			terms := termsOf(t, files["terms.yaml"])
			entries := read(t, files["entries.jsonl"])
			asked := 0
			for file, want := range files {
				instant, is := strings.CutPrefix(file, "timeline@")
				if !is {
					continue
				}
				asked++
				asOf, err := time.Parse(time.RFC3339, instant)
				require.NoError(t, err)
				require.Equal(t, strings.TrimRight(want, "\n"), story(certify.Evaluate(terms, entries, asOf)), "as of %s", instant)
			}
			require.Positive(t, asked, "the case expects no timeline")
			require.Len(t, files, asked+2, "a file of the case is not used")
		})
	}
}

var archiveHead = regexp.MustCompile(`(?m)^-- (\S+) --\n`)

// archive reads a txtar archive: what stands above its files, and they.
func archive(t *testing.T, name string) (about string, files map[string]string) {
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	text := string(data)
	heads := archiveHead.FindAllStringSubmatchIndex(text, -1)
	require.NotEmpty(t, heads, "%s is no archive", name)
	files = map[string]string{}
	for i, h := range heads {
		end := len(text)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		require.NotContains(t, files, text[h[2]:h[3]], "%s holds a file twice", name)
		files[text[h[2]:h[3]]] = text[h[1]:end]
	}
	return text[:heads[0][0]], files
}

// around is a norm that wants for nothing but its zone and its terms.
const around = `keurmerk: 1
id: case
version: "1"
title: {en: A case}
languages: [en]
effective: {from: 2020-01}
score: {threshold: 80%}
criteria:
  - {id: a, weight: 100%, when: company.active, title: {en: Active}, met: {en: "Yes."}, remedy: {en: Join.}}
`

func termsOf(t *testing.T, text string) ruling.Terms {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(around + text)}}, "norm.yaml")
	require.NoError(t, err)
	return n.Certification()
}

func read(t *testing.T, lines string) []certify.Entry {
	var entries []certify.Entry
	for e, err := range certify.Entries(strings.NewReader(lines)) {
		require.NoError(t, err)
		entries = append(entries, e)
	}
	require.NotEmpty(t, entries)
	return entries
}

// story writes a timeline as the fixtures do: where the company stands, and a
// line for each step.
func story(t certify.Timeline) string {
	if t.Err != nil {
		return "error: " + t.Err.Error()
	}
	var b strings.Builder
	b.WriteString(shown(t.State))
	if t.State.Closed > 0 {
		fmt.Fprintf(&b, ", closed %d", t.State.Closed)
	}
	if t.State.Award != 0 {
		fmt.Fprintf(&b, ", award %s", t.State.Award)
		if t.State.ValidThrough == 0 {
			b.WriteString(", without an end")
		} else {
			fmt.Fprintf(&b, ", through %s", t.State.ValidThrough)
		}
	}
	for _, h := range t.State.Holds {
		fmt.Fprintf(&b, ", hold %s (%s)", h.ID, h.Effect)
	}
	for _, s := range t.Steps {
		month := "       "
		if s.Month != 0 {
			month = s.Month.String()
		}
		fmt.Fprintf(&b, "\n%s %s %10s → %-10s %s", s.At.Format(time.RFC3339), month, s.From, s.To, s.Reason.Text("en"))
	}
	return b.String()
}
