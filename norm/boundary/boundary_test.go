package boundary_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/certify/normtest"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/boundary"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/cover"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
)

func load(t testing.TB, text string) *norm.Norm {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(text)}}, "norm.yaml")
	require.NoError(t, err)
	return n
}

func find(t testing.TB, n *norm.Norm) *boundary.Found {
	found, err := boundary.Find(t.Context(), n)
	require.NoError(t, err)
	return found
}

// withoutTests is the reference norm without fixtures, tests and what follows
// them.
func withoutTests(t testing.TB) string {
	data, err := fs.ReadFile(cyberkeurmerk.FS(), cyberkeurmerk.File)
	require.NoError(t, err)
	head, _, ok := strings.Cut(string(data), "\nfixtures:")
	require.True(t, ok)
	return head + "\n"
}

// facts views the months of both sides of every boundary.
func facts(t testing.TB, n *norm.Norm, found *boundary.Found) []*expr.Facts {
	params := map[string]any{}
	for _, p := range n.Parameters() {
		params[p.Name] = p.Value
	}
	var all []*expr.Facts
	for _, b := range found.Boundaries {
		for _, side := range b.Sides {
			period, err := side.Month.Period()
			require.NoError(t, err)
			all = append(all, n.Scope().Facts(context.Background(), side.Month, period, params))
		}
	}
	return all
}

// covered asks a second, independent meter: the months reach both sides of
// every comparison, and each value next to a limit, where it decides.
func covered(t testing.TB, n *norm.Norm, found *boundary.Found) {
	months := facts(t, n, found)
	parts := 0
	for _, p := range n.Parts() {
		parts++
		gaps := cover.Untested(cover.Part{Expr: p.Expr, Scalar: p.Scalar, Limit: p.Limit}, months)
		require.Empty(t, gaps, "%s %s", p.Criterion, p.Key)
	}
	require.Positive(t, parts)
}

// The reference norm: every comparison has months on both sides, and in every
// pair the criterion comes out otherwise. What has none lies after the month.
func TestReference(t *testing.T) {
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	found := find(t, n)
	covered(t, n, found)
	for _, b := range found.Boundaries {
		require.True(t, b.Decides, "%s: %s", b.Criterion, b.Differs)
	}
	for _, g := range found.Gaps {
		require.Contains(t, g.Reason, "at the month's end: a document with", g.Text)
	}
	for _, differs := range []string{"5 computers | 6 computers", "5 employees | 6 employees", "severity: medium | high", "severity: none | low",
		"score: 69 | 70", "8 computers and 1 more with seen absent | 9 computers and 1 more with seen absent",
		"scanned: 2026-10-31T22:59:59Z | 2026-10-31T23:00:00Z", "retired: 2026-11-30T22:59:59Z | 2026-11-30T23:00:00Z",
		"offered: 2025-11-29T23:00:00Z | 2025-11-29T23:00:01Z", "status: accepted | open", "asset_type: website | computer"} {
		require.True(t, slices.ContainsFunc(found.Boundaries, func(b boundary.Boundary) bool { return b.Differs == differs }), differs)
	}
}

// A norm without tests has no month to start from, so one is made in which
// everything is met.
func TestBaseIsMade(t *testing.T) {
	n := load(t, withoutTests(t))
	found := find(t, n)
	verdicts, err := n.Judge(t.Context(), found.Base)
	require.NoError(t, err)
	for _, v := range verdicts {
		require.Equal(t, ruling.Met, v.Outcome, v.Criterion)
	}
	covered(t, n, found)
}

// The two months of a boundary differ in one record, and there in one field
// (an asset besides, since it is of its type).
func TestPairsAreMinimal(t *testing.T) {
	n := load(t, withoutTests(t))
	found := find(t, n)
	require.NotEmpty(t, found.Boundaries)
	for _, b := range found.Boundaries {
		less, more := records(t, b.Sides[0].Month), records(t, b.Sides[1].Month)
		onlyLess, onlyMore := minus(less, more), minus(more, less)
		require.LessOrEqual(t, len(onlyLess), 1, b.Differs)
		require.LessOrEqual(t, len(onlyMore), 1, b.Differs)
		if len(onlyLess) == 1 && len(onlyMore) == 1 && strings.Contains(b.Differs, ": ") {
			require.Len(t, fields(t, onlyLess[0], onlyMore[0]), 1, b.Differs)
		}
	}
}

// records are the month's records as JSON, each with its list.
func records(t testing.TB, m *finding.Month) []string {
	var out bytes.Buffer
	require.NoError(t, m.Encode(&out))
	var document map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(out.Bytes(), &document))
	var all []string
	for name, value := range document {
		var list []json.RawMessage
		if json.Unmarshal(value, &list) != nil {
			list = []json.RawMessage{value}
		}
		for _, r := range list {
			all = append(all, name+string(r))
		}
	}
	return all
}

func minus(a, b []string) []string {
	rest := slices.Clone(b)
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool {
		i := slices.Index(rest, s)
		if i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		}
		return i >= 0
	})
}

// fields are those in which two records differ, but for the key of an asset.
func fields(t testing.TB, a, b string) map[string]bool {
	read := func(s string) map[string]any {
		var m map[string]any
		require.NoError(t, json.Unmarshal([]byte(s[strings.IndexByte(s, '{'):]), &m))
		return m
	}
	x, y := read(a), read(b)
	differ := map[string]bool{}
	for _, m := range []map[string]any{x, y} {
		for name := range m {
			if name != "asset" && fmt.Sprint(x[name]) != fmt.Sprint(y[name]) {
				differ[name] = true
			}
		}
	}
	return differ
}

// The same norm gives the same months.
func TestSameBytes(t *testing.T) {
	write := func() string {
		var out bytes.Buffer
		require.NoError(t, find(t, load(t, withoutTests(t))).YAML(&out))
		return out.String()
	}
	require.Equal(t, write(), write())
}

// What is written as tests can be pasted into the norm, and passes.
func TestYAML(t *testing.T) {
	for name, text := range map[string]string{
		"reference": withoutTests(t),
		"types":     one("custom.backup.exists(b, b.copies >= 2 && this_month(b.tested))", "types: {backup: {tested: date, copies: number, note: text}}\n"),
		"company":   one("company.active && has(company.size) && company.size > 5", ""),
	} {
		t.Run(name, func(t *testing.T) {
			found := find(t, load(t, text))
			var tests bytes.Buffer
			require.NoError(t, found.YAML(&tests))
			results, err := normtest.Run(t.Context(), load(t, text+tests.String()))
			require.NoError(t, err)
			require.Len(t, results, 2*len(found.Boundaries))
			require.NotEmpty(t, results)
			for _, r := range results {
				require.Empty(t, r.Failures, r)
			}
		})
	}
}

// one is a norm with this condition, and lines put before the criteria.
func one(when, before string) string {
	return body("when: "+when, before)
}

func body(criterion, before string) string {
	return `keurmerk: 1
id: test
version: "1"
title: {nl: Proef, en: Test}
languages: [nl, en]
effective: {from: 2026-11}
timezone: UTC
score: {threshold: 80%}
` + before + `criteria:
  - id: one
    weight: 100%
    ` + criterion + `
certification: {months: 6, close_day: 6}
`
}

// What differs at the boundary of each kind of condition; one that decides
// nothing in parentheses, a gap with its reason behind a dash.
func TestKinds(t *testing.T) {
	for condition, want := range map[string][]string{
		"{count: phishing, where: it.outcome == CLICKED, at_most: 2}":                      {"outcome: opened | clicked", "outcome: submitted | clicked", "3 phishing | 2 phishing"},
		"{count: employees, fewer_than: limit}":                                            {"3 employees | 2 employees"},
		"{some: courses}":                                                                  {"0 courses | 1 courses"},
		"{none: websites}":                                                                 {"0 websites | 1 websites"},
		"{some: computers, where: has(it.os) && it.os == \"Linux\"}":                       {"os: absent | Linux", "os: x | Linux"},
		"'!computers.exists(c, c.os in [\"a\", \"b\"])'":                                   {"os: x | b"},
		"company.size > 5 && company.size <= 250":                                          {"size: 5 | 6", "size: 251 | 250"},
		"days(company.enrolled) >= 30":                                                     {"enrolled: 2026-11-01T00:00:01Z | 2026-11-01T00:00:00Z"},
		"this_month(company.enrolled)":                                                     {"enrolled: 2026-10-31T23:59:59Z | 2026-11-01T00:00:00Z", "- at the month's end: a document with enrolled then is refused"},
		"computers.exists(c, c.seen >= company.enrolled)":                                  {"seen: 2026-10-21T23:59:59Z | 2026-10-22T00:00:00Z"},
		"computers.size() == 3":                                                            {"2 computers | 3 computers"},
		"computers.size() > websites.size()":                                               {"0 computers | 1 computers"},
		"websites.all(w, !vulnerabilities.exists(v, v.asset == w.id && v.severity > LOW))": {"severity: low | medium", "asset: x | one that is listed"},
		"custom.backup.exists(b, b.copies > 2 && b.ok)":                                    {"copies: 2 | 3", "ok: false | true"},
		"custom.backup.exists(b, this_month(b.tested))":                                    {"tested: 2026-10-31T23:59:59Z | 2026-11-01T00:00:00Z", "tested: 2026-12-01T00:00:00Z | 2026-11-30T23:59:59Z"},
		"params.limit > 2 || computers.exists(c, c.fresh)":                                 {"seen: 2026-10-31T23:59:59Z | 2026-11-01T00:00:00Z"},
		"month == \"2026-11\" && company.active":                                           {"enrolled: absent | 2026-11-30T23:59:59Z"},
		"vulnerabilities.all(v, v.days_open <= 30)":                                        {"found: 2026-10-31T00:00:00Z | 2026-10-31T00:00:01Z"},
		"websites.all(w, w.sources.exists(s, s == \"nuclei\"))":                            {},
		"computers.exists(c, c.active && c.active)":                                        {},
	} {
		t.Run(condition, func(t *testing.T) {
			n := load(t, one(condition, "parameters: {limit: {value: 3}}\ntypes: {backup: {tested: date, copies: number, ok: bool}}\n"))
			found := find(t, n)
			var got []string
			for _, b := range found.Boundaries {
				got = append(got, b.Differs)
			}
			for _, g := range found.Gaps {
				got = append(got, "- "+g.Reason)
			}
			t.Log(strings.Join(got, "\n"))
			for _, w := range want {
				require.Contains(t, got, w)
			}
			require.NotEmpty(t, got, "nothing is left out in silence")
		})
	}
}

// Partial credit has a boundary of its own: where the share becomes full.
func TestShare(t *testing.T) {
	n := load(t, body("share: portion(computers.filter(c, c.fresh).size(), computers.size())\n    measured: computers.size() > 0", ""))
	found := find(t, n)
	i := slices.IndexFunc(found.Boundaries, func(b boundary.Boundary) bool { return b.Text == "the share is full" })
	require.GreaterOrEqual(t, i, 0)
	no, yes := found.Boundaries[i].Sides[0].Verdict("one"), found.Boundaries[i].Sides[1].Verdict("one")
	require.Equal(t, ruling.Met, yes.Outcome)
	require.Equal(t, ruling.Unmet, no.Outcome)
	require.Greater(t, no.Share, ruling.Points(8000))
}

func BenchmarkFind(b *testing.B) {
	n, err := cyberkeurmerk.Norm()
	require.NoError(b, err)
	for b.Loop() {
		_, err := boundary.Find(b.Context(), n)
		require.NoError(b, err)
	}
}
