package norm_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// unpinned stands in fixtures for the digest of the base's logic.
var unpinned = "sha256:" + strings.Repeat("0", 64)

var archiveHead = regexp.MustCompile(`(?m)^-- (\S+) --\n`)

// archive gives the files of a txtar archive.
func archive(text string) fstest.MapFS {
	files := fstest.MapFS{}
	heads := archiveHead.FindAllStringSubmatchIndex(text, -1)
	for i, h := range heads {
		end := len(text)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		files[text[h[2]:h[3]]] = &fstest.MapFile{Data: []byte(text[h[1]:end])}
	}
	return files
}

// Each archive in testdata/variants is a variant with its base; the marks are
// those of testdata/faults, in whichever file the fault stands.
func TestVariantFaultPlaces(t *testing.T) {
	names, err := filepath.Glob("testdata/variants/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, names, "there are no fixtures")
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			files := archive(string(data))
			want := map[string][]wanted{}
			marks := 0
			for file, f := range files {
				var text string
				text, want[file] = unmark(string(f.Data))
				f.Data = []byte(text)
				marks += len(want[file])
			}
			require.Positive(t, marks, "the fixture marks no fault")
			if base, err := norm.Load(files, "base.yaml"); err == nil {
				f := files["norm.yaml"]
				f.Data = []byte(strings.ReplaceAll(string(f.Data), unpinned, base.Logic()))
			}
			_, err = norm.Load(files, "norm.yaml")
			var faults norm.Faults
			require.ErrorAs(t, err, &faults)
			for file := range files {
				var got, places []string
				var says []string
				for _, f := range faults {
					if f.File == file {
						got = append(got, fmt.Sprintf("%d:%d-%d %s", f.Line, f.Column, f.EndColumn, f.Code))
						says = append(says, f.Message+"; "+f.Hint)
					}
				}
				for _, w := range want[file] {
					places = append(places, w.place)
				}
				require.Equal(t, places, got, "%s: %v", file, err)
				for i, w := range want[file] {
					require.Contains(t, says[i], w.says)
				}
			}
			require.Len(t, faults, marks)
		})
	}
}

// tailored is a variant of the reference norm with the changes, beside it.
func tailored(t require.TestingT, changes string) fstest.MapFS {
	file, err := cyberkeurmerk.FS().ReadFile(cyberkeurmerk.File)
	require.NoError(t, err)
	base, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	return fstest.MapFS{"base.yaml": {Data: file}, "norm.yaml": {Data: fmt.Appendf(nil, `keurmerk: 1
id: strict
version: "1"
title: {nl: Streng, en: Strict}
extends: {file: base.yaml, logic: %s}
tailor:
%s`, base.Logic(), changes)}}
}

const strict = `  - {set: parameters.more_than_computers, to: 9, because: large companies}
  - {set: parameters.course_days, to: 180, because: a course a half year}
  - {set: score.threshold, to: 85%, because: the insurer asks for it}
  - {set: criteria.website-high.required, to: true, because: no mark with an open door}
`

// A variant is a norm like any other: what it sets it has, the rest is its
// base's.
func TestVariant(t *testing.T) {
	files := tailored(t, strict)
	n, err := norm.Load(files, "norm.yaml")
	require.NoError(t, err)
	base := n.Base()
	require.Equal(t, "strict", n.ID())
	require.Equal(t, "Streng", n.Title()["nl"])
	require.Equal(t, "cyberkeurmerk-kvo-b", base.ID())
	require.Equal(t, base.Languages(), n.Languages())
	require.Equal(t, base.Zone(), n.Zone())
	require.Equal(t, base.Certification(), n.Certification())
	require.Empty(t, n.Tests())
	require.NotEmpty(t, base.Tests())
	require.EqualValues(t, 8500, n.Scoring().Threshold)
	require.EqualValues(t, 8000, base.Scoring().Threshold)
	values := func(n *norm.Norm) map[string]any {
		all := map[string]any{}
		for _, p := range n.Parameters() {
			all[p.Name] = p.Value
		}
		return all
	}
	require.Equal(t, int64(9), values(n)["more_than_computers"])
	require.Equal(t, int64(180), values(n)["course_days"])
	require.Equal(t, int64(5), values(base)["more_than_computers"])
	require.Equal(t, int64(70), values(n)["questionnaire_score"])
	require.True(t, n.Criteria()[0].Required)
	require.False(t, base.Criteria()[0].Required)
	require.Equal(t, []norm.Change{
		{Path: "parameters.more_than_computers", From: "5", To: "9", Because: "large companies", Line: 7},
		{Path: "parameters.course_days", From: "365", To: "180", Because: "a course a half year", Line: 8},
		{Path: "score.threshold", From: "80%", To: "85%", Because: "the insurer asks for it", Line: 9},
		{Path: "criteria.website-high.required", From: "false", To: "true", Because: "no mark with an open door", Line: 10},
	}, n.Tailored())
	n.Tailored()[0].To = "spoilt"
	require.Equal(t, "9", n.Tailored()[0].To)
	require.Nil(t, base.Base())
	require.Empty(t, base.Tailored())
}

// The same norm written out by hand has the same logic; the files digest is
// that of both files.
func TestVariantDigests(t *testing.T) {
	files := tailored(t, strict)
	n, err := norm.Load(files, "norm.yaml")
	require.NoError(t, err)
	alone, err := norm.Load(files, "base.yaml")
	require.NoError(t, err)
	require.Equal(t, alone.Logic(), n.Base().Logic())
	require.Equal(t, alone.Files(), n.Base().Files())
	require.Equal(t, sha256sum(files, "base.yaml", "norm.yaml"), n.Files())
	hand := string(files["base.yaml"].Data)
	for _, change := range [][2]string{
		{"id: cyberkeurmerk-kvo-b", "id: strict"}, {"more_than_computers: {value: 5", "more_than_computers: {value: 9"},
		{"course_days: {value: 365", "course_days: {value: 180"}, {"threshold: 80%", "threshold: 85%"},
		{"id: website-high\n", "id: website-high\n    required: true\n"},
	} {
		require.Contains(t, hand, change[0])
		require.NotEqual(t, n.Logic(), written(t, hand).Logic())
		hand = strings.Replace(hand, change[0], change[1], 1)
	}
	require.Equal(t, written(t, hand).Logic(), n.Logic())
}

// sha256sum is the digest of what sha256sum prints of the files.
func sha256sum(files fstest.MapFS, names ...string) string {
	h := sha256.New()
	for _, name := range names {
		fmt.Fprintf(h, "%x  %s\n", sha256.Sum256(files[name].Data), name)
	}
	return fmt.Sprintf("sha256:%x", h.Sum(nil))
}

func written(t *testing.T, text string) *norm.Norm {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(text)}}, "norm.yaml")
	require.NoError(t, err)
	return n
}

// A variant's base may be a variant, in a folder below; each is named by its
// path from the norm's folder.
func TestVariantOfVariant(t *testing.T) {
	files := tailored(t, strict)
	files["national/norm.yaml"], files["national/base.yaml"] = files["norm.yaml"], files["base.yaml"]
	delete(files, "base.yaml")
	national, err := norm.Load(files, "national/norm.yaml")
	require.NoError(t, err)
	files["norm.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil, `keurmerk: 1
id: sector
version: "1"
status: draft
effective: {from: 2026-01}
extends: {file: national/norm.yaml, logic: %s}
tailor: [{set: parameters.more_than_computers, to: 12, because: larger still}]
fixtures: {more: {employees: [{id: e-9}]}}
tests:
  - {name: the fixture of the first base, given: good, month: 2026-11, expect: {outcomes: {computers: unmet, employees: met}}}
`, national.Logic())}
	n, err := norm.Load(files, "norm.yaml")
	require.NoError(t, err)
	require.Equal(t, "strict", n.Base().ID())
	require.Equal(t, "cyberkeurmerk-kvo-b", n.Base().Base().ID())
	require.Equal(t, norm.Draft, n.Status())
	require.Equal(t, norm.Active, n.Base().Status())
	require.Equal(t, "Streng", n.Title()["nl"])
	require.EqualValues(t, 8500, n.Scoring().Threshold)
	require.Equal(t, sha256sum(files, "national/base.yaml", "national/norm.yaml", "norm.yaml"), n.Files())
	require.Equal(t, "national/norm.yaml", n.Base().File())
	require.Len(t, n.Tests(), 1)
	require.Len(t, n.Tests()[0].Month.Computers, 6)
}

// What fails while a variant judges is told where it stands: in the base.
func TestVariantRunTimePlace(t *testing.T) {
	base := replace(minimal, "company.active", "company.size > params.n")
	base = replace(base, "criteria:", "parameters: {n: {value: 1, tighten: up}}\ncriteria:")
	files := fstest.MapFS{"policy/base.yaml": {Data: []byte(base)}}
	b, err := norm.Load(files, "policy/base.yaml")
	require.NoError(t, err)
	files["policy/norm.yaml"] = &fstest.MapFile{Data: []byte("keurmerk: 1\nid: v\nversion: \"1\"\nextends: {file: base.yaml, logic: " + b.Logic() + "}\ntailor: [{set: parameters.n, to: 2, because: x}]\n")}
	n, err := norm.Load(files, "policy/norm.yaml")
	require.NoError(t, err)
	require.Contains(t, verdict(t, n, month()).Reason, "policy/base.yaml:13:19: the company has no")
}

// A variant never gives more than its base: whatever is tightened, no month
// earns more points, and none qualifies that did not.
func TestTighteningNeverRaises(t *testing.T) {
	base, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	type change struct {
		path string
		to   func(t *rapid.T) string
	}
	between := func(low, high int) func(*rapid.T) string {
		return func(t *rapid.T) string { return fmt.Sprint(rapid.IntRange(low, high).Draw(t, "to")) }
	}
	changes := []change{
		{"parameters.more_than_computers", between(6, 12)}, {"parameters.more_than_employees", between(6, 12)},
		{"parameters.questionnaire_score", between(71, 101)}, {"parameters.computer_coverage", between(91, 101)},
		{"parameters.course_days", between(0, 364)},
		{"score.threshold", func(t *rapid.T) string { return fmt.Sprintf("%d%%", rapid.IntRange(81, 100).Draw(t, "to")) }},
	}
	for _, k := range base.Criteria() {
		changes = append(changes, change{"criteria." + k.ID + ".required", func(*rapid.T) string { return "true" }})
	}
	var strictest strings.Builder
	for _, to := range []string{"more_than_computers, to: 7", "more_than_employees, to: 7", "questionnaire_score, to: 71", "computer_coverage, to: 95", "course_days, to: 364"} {
		strictest.WriteString("  - {set: parameters." + to + ", because: x}\n")
	}
	fixed, err := norm.Load(tailored(t, strictest.String()), "norm.yaml")
	require.NoError(t, err)
	differing, loads := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		n := fixed
		if loads++; loads%5 == 0 { // loading costs more than judging
			var text strings.Builder
			for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(changes)-1), 1, 5, rapid.ID).Draw(t, "changes") {
				fmt.Fprintf(&text, "  - {set: %s, to: %s, because: x}\n", changes[i].path, changes[i].to(t))
			}
			var err error
			n, err = norm.Load(tailored(t, text.String()), "norm.yaml")
			require.NoError(t, err)
		}
		m := findingtest.Month(t)
		before, err := score.Judge(context.Background(), base, m)
		require.NoError(t, err)
		after, err := score.Judge(context.Background(), n, m)
		require.NoError(t, err)
		require.LessOrEqual(t, *after.Score, *before.Score)
		require.True(t, before.Qualifies || !after.Qualifies)
		for i := range before.Criteria {
			require.LessOrEqual(t, after.Criteria[i].Points, before.Criteria[i].Points, after.Criteria[i].ID)
		}
		if *after.Score != *before.Score {
			differing++
		}
	})
	require.Positive(t, differing, "no change was ever noticed")
}

// A file that can't be opened but by its own name is no base.
func TestVariantNeedsItsBase(t *testing.T) {
	files := tailored(t, strict)
	moved := fstest.MapFS{"norm.yaml": files["norm.yaml"], "base.yaml": {Data: []byte(strings.Replace(string(files["base.yaml"].Data), "weight: 20%", "weight: 20.00%", 1))}}
	_, err := norm.Load(moved, "norm.yaml")
	require.NoError(t, err, "the same demand, written otherwise")
	moved["base.yaml"].Data = []byte(strings.Replace(string(moved["base.yaml"].Data), "threshold: 80%", "threshold: 75%", 1))
	_, err = norm.Load(moved, "norm.yaml")
	var faults norm.Faults
	require.ErrorAs(t, err, &faults)
	require.Equal(t, "KM-BASE-MOVED", faults[0].Code)
	base, err := norm.Load(moved, "base.yaml")
	require.NoError(t, err)
	require.Contains(t, faults[0].Hint, base.Logic())
	require.Contains(t, faults[0].Message, base.Logic())
	require.True(t, slices.ContainsFunc(faults, func(f norm.Fault) bool { return f.Line == 5 }))
}

// However a variant or its base is damaged, loading it ends in a norm or in
// faults whose places lie inside the file that they name.
func TestDamagedVariants(t *testing.T) {
	data, err := os.ReadFile("testdata/variants/misspelt.txtar")
	require.NoError(t, err)
	whole := archive(string(data))
	base, err := norm.Load(whole, "base.yaml")
	require.NoError(t, err)
	text, _ := unmark(string(whole["norm.yaml"].Data))
	text = strings.NewReplacer("extend:", "extends:", "fil:", "file:", "tailr", "tailor", "becuase", "because", "to: 4", "to: 6", unpinned, base.Logic()).Replace(text)
	whole["norm.yaml"] = &fstest.MapFile{Data: []byte(text)}
	_, err = norm.Load(whole, "norm.yaml")
	require.NoError(t, err)
	pieces := []string{"", "a", "\n", "  ", "'", "\"", "{", "}", "[", "]", ":", "- ", "&", "*", "!", "#", "|", ">", "é", "\x00", "base.yaml", "norm.yaml", "..", "extends", "tailor", "9", "%"}
	refused := 0
	rapid.Check(t, func(t *rapid.T) {
		files := fstest.MapFS{}
		for name, f := range whole {
			text := []rune(string(f.Data))
			for range rapid.IntRange(0, 2).Draw(t, name) {
				at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
				cut := rapid.IntRange(0, min(12, len(text)-at)).Draw(t, "cut")
				text = slices.Concat(text[:at], []rune(rapid.SampledFrom(pieces).Draw(t, "piece")), text[at+cut:])
				if len(text) == 0 {
					break
				}
			}
			files[name] = &fstest.MapFile{Data: []byte(string(text))}
		}
		_, err := norm.Load(files, "norm.yaml")
		if err == nil {
			return
		}
		refused++
		var faults norm.Faults
		require.ErrorAs(t, err, &faults)
		for _, f := range faults {
			require.Contains(t, files, f.File)
			lines := strings.Split(string(files[f.File].Data), "\n")
			require.True(t, f.Line >= 1 && f.Line <= len(lines) && f.Column >= 1, "%+v", f)
			require.LessOrEqual(t, f.Column, len([]rune(lines[f.Line-1]))+1, "%+v", f)
		}
	})
	require.Positive(t, refused)
}
