package norm_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/stretchr/testify/require"
)

// minimal is a norm with one criterion, to be varied by tests.
const minimal = `keurmerk: 1
id: test
version: "1"
title: {nl: Proef, en: Test}
languages: [nl, en]
effective: {from: 2022-09}
timezone: Europe/Amsterdam
score: {threshold: 80%}
criteria:
  - id: one
    weight: 100%
    when: company.active
certification: {months: 6, close_day: 6}
`

func load(t testing.TB, text string) *norm.Norm {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(text)}}, "norm.yaml")
	require.NoError(t, err)
	return n
}

// with is the minimal norm with the condition, and lines put before criteria.
func with(when, before string) string {
	text := strings.Replace(minimal, "company.active", when, 1)
	return strings.Replace(text, "criteria:\n", before+"criteria:\n", 1)
}

// Each file in testdata/faults is a norm with faults, each marked on a comment
// line below it: a caret under the span, the code, and a part of the message
// or hint. The marks are taken out before the norm is read; there are no other
// faults.
func TestFaultPlaces(t *testing.T) {
	names, err := filepath.Glob("testdata/faults/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, names, "there are no fixtures")
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			text, want := unmark(string(data))
			require.NotEmpty(t, want, "the fixture marks no fault")
			_, err = norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(text)}}, "norm.yaml")
			var faults norm.Faults
			require.ErrorAs(t, err, &faults)
			var got []string
			for _, f := range faults {
				got = append(got, fmt.Sprintf("%d:%d-%d %s", f.Line, f.Column, f.EndColumn, f.Code))
			}
			var places []string
			for _, w := range want {
				places = append(places, w.place)
			}
			require.Equal(t, places, got, "%v", err)
			for i, w := range want {
				require.Contains(t, faults[i].Message+"; "+faults[i].Hint, w.says)
			}
		})
	}
}

type wanted struct{ place, says string }

// unmark takes the marks out of a fixture. A mark "# … ^~~ CODE says" has its
// caret under the span of the line above.
func unmark(marked string) (text string, want []wanted) {
	var lines []string
	for line := range strings.Lines(marked) {
		caret := strings.IndexByte(line, '^')
		if !strings.HasPrefix(line, "#") || caret < 0 {
			lines = append(lines, line)
			continue
		}
		fields := strings.SplitN(strings.TrimSpace(line[caret:]), " ", 3)
		w := wanted{place: fmt.Sprintf("%d:%d-%d %s", len(lines), caret+1, caret+len(fields[0]), fields[1])}
		if len(fields) > 2 {
			w.says = fields[2]
		}
		want = append(want, w)
	}
	return strings.Join(lines, ""), want
}

func TestLoadKeepsWhatWasWritten(t *testing.T) {
	n := load(t, minimal)
	require.Equal(t, "test", n.ID())
	require.Equal(t, "1", n.Version())
	require.Equal(t, "Proef", n.Title().In("nl"))
	require.Equal(t, "Test", n.Title().In("en"))
	require.Equal(t, "Test", n.Title().In("fr"), "another language gets what there is")
	require.Equal(t, []string{"nl", "en"}, n.Languages())
	require.Equal(t, norm.Active, n.Status())
	require.EqualValues(t, 8000, n.Scoring().Threshold)
	require.Equal(t, 6, n.Certification().Months)
	require.NoError(t, n.Certification().Check())
}

// A caller can't change a norm through what it gives out.
func TestNormIsImmutable(t *testing.T) {
	n := load(t, strings.Replace(minimal, "when:", "title: {nl: A, en: B}\n    references: [x]\n    when:", 1))
	n.Title()["nl"] = "spoilt"
	n.Languages()[0] = "spoilt"
	n.Criteria()[0].Title["nl"] = "spoilt"
	n.Criteria()[0].References[0] = "spoilt"
	require.Equal(t, "Proef", n.Title()["nl"])
	require.Equal(t, "nl", n.Languages()[0])
	require.Equal(t, "A", n.Criteria()[0].Title["nl"])
	require.Equal(t, "x", n.Criteria()[0].References[0])
}

func TestMissingFileIsNoFault(t *testing.T) {
	_, err := norm.Load(fstest.MapFS{}, "norm.yaml")
	require.ErrorIs(t, err, os.ErrNotExist)
}

// The files digest is what sha256sum gives; the logic digest does not move
// with layout, comments, texts or the way a condition is written down.
func TestDigests(t *testing.T) {
	n := load(t, minimal)
	require.Regexp(t, `^sha256:[0-9a-f]{64}$`, n.Files())
	same := map[string]string{
		"comment": minimal + "# a comment\n",
		"text":    strings.Replace(minimal, "Proef", "Anders", 1),
		"layout":  strings.Replace(minimal, "when: company.active", "when: >-\n      (company\n      .active)", 1),
		"version": strings.Replace(minimal, `"1"`, `"2"`, 1),
	}
	for name, text := range same {
		require.Equal(t, n.Logic(), load(t, text).Logic(), name)
		require.NotEqual(t, n.Files(), load(t, text).Files(), name)
	}
	other := map[string]string{
		"condition": strings.Replace(minimal, "company.active", "'!company.active'", 1),
		"threshold": strings.Replace(minimal, "80%", "81%", 1),
		"id":        strings.Replace(minimal, "id: one", "id: two", 1),
		"terms":     strings.Replace(minimal, "months: 6", "months: 5", 1),
		"required":  strings.Replace(minimal, "    when:", "    required: true\n    when:", 1),
		"zone":      strings.Replace(minimal, "Europe/Amsterdam", "Europe/Brussels", 1),
	}
	for name, text := range other {
		require.NotEqual(t, n.Logic(), load(t, text).Logic(), name)
	}
	form := load(t, with("\n      none: vulnerabilities\n      where: it.open", ""))
	plain := load(t, with("'!vulnerabilities.exists(v, v.open)'", ""))
	require.Equal(t, form.Logic(), plain.Logic(), "a form is the CEL that it means")
}

// However a norm is damaged, loading it ends in a norm or in faults whose
// places lie inside the file.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(minimal))
	names, err := filepath.Glob("testdata/faults/*.yaml")
	require.NoError(f, err)
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: data}}, "norm.yaml")
		if err == nil {
			return
		}
		var faults norm.Faults
		require.ErrorAs(t, err, &faults)
		require.NotEmpty(t, faults)
		lines := strings.Count(string(data), "\n") + 1
		for _, fault := range faults {
			require.GreaterOrEqual(t, fault.Line, 1)
			require.LessOrEqual(t, fault.Line, lines)
			require.GreaterOrEqual(t, fault.Column, 1)
			require.NotEmpty(t, fault.Code)
			require.NotEmpty(t, fault.Message)
		}
	})
}

func ExampleLoad() {
	policy := fstest.MapFS{"norm.yaml": {Data: []byte(strings.Replace(minimal, "company.active", "company.actve", 1))}}
	_, err := norm.Load(policy, "norm.yaml")
	fmt.Println(err)
	// Output:
	// norm.yaml:12:19: error: Company has no field "actve"; did you mean "active"?
	//   12 |     when: company.actve
	//      |                   ^~~~~
}
