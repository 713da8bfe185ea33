package norm_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/norm/sample"
	"github.com/stretchr/testify/require"
)

// mixed is the reference norm with criteria of every way: planned, failing on
// some months, in parts, beyond a plan, with evidence of their own.
func mixed(t testing.TB) *norm.Norm {
	text, err := os.ReadFile("cyberkeurmerk/norm.yaml")
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(text), "  - id: knowledge\n")
	require.True(t, found)
	_, after, found := strings.Cut(rest, "\ncertification:")
	require.True(t, found)
	after, _, _ = strings.Cut(after, "\nfixtures:")
	after, _, _ = strings.Cut(after, "\ntests:")
	text = []byte(before + `  - {id: remedied, weight: 2%, when: 'vulnerabilities.all(v, v.remedy != "")'}
  - {id: shared, weight: 2%, share: 'portion(computers.filter(c, c.fresh).size(), computers.size())'}
  - {id: beyond, weight: 1%, when: 'employees.all(e, !e.active || courses.exists(c, c.offered > e.enrolled))'}
  - {id: looked-up, weight: 1%, when: 'employees.all(e, !e.active || courses.exists(c, c.employee == e.id && has(c.offered)))'}
  - {id: shown, weight: 1%, when: 'website_scanned', evidence: 'websites.filter(w, w.fresh)'}
  - {id: large, weight: 1%, applies: 'company.size > 3', measured: computer_scanned, when: 'vulnerabilities.exists(v, v.title.contains("e") && v.found < company.enrolled) || computers.exists_one(c, c.active)'}
  - {id: mapped, weight: 2%, when: 'computers.map(c, c.fresh, c.id).size() > 2'}
certification:` + after)
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: text}}, "norm.yaml")
	require.NoError(t, err)
	return n
}

// A month is judged alike in one pass and record by record: outcomes, shares,
// reasons with their places, evidence.
func TestPlannedIsPlain(t *testing.T) {
	reference, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	for _, n := range []*norm.Norm{reference, mixed(t)} {
		plain, seen := n.Plain(), map[ruling.Outcome]int{}
		cut := 0
		for m := range sample.Months(n, 400) {
			want, err := plain.Judge(context.Background(), m)
			require.NoError(t, err)
			got, err := n.Judge(context.Background(), m)
			require.NoError(t, err)
			require.Equal(t, want, got)
			packed, err := norm.Pack(m)
			require.NoError(t, err)
			some, err := n.JudgePacked(context.Background(), packed, 2)
			require.NoError(t, err)
			for i := range got {
				seen[got[i].Outcome]++
				if len(got[i].Evidence) > 2 {
					cut++
					got[i].More, got[i].Evidence = len(got[i].Evidence)-2, got[i].Evidence[:2]
				}
				require.Equal(t, got[i], some[i])
			}
		}
		t.Logf("%v", seen)
		require.Positive(t, cut)
		require.Positive(t, seen[ruling.Met])
		require.Positive(t, seen[ruling.Unmet])
		require.Positive(t, seen[ruling.Unknown])
	}
}

func TestWays(t *testing.T) {
	reference, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	require.NotEmpty(t, reference.Ways())
	for _, way := range reference.Ways() {
		require.Empty(t, way.Reason, "%+v", way)
	}
	beyond := map[string]string{}
	for _, way := range mixed(t).Ways() {
		if way.Reason != "" {
			beyond[way.Criterion+" "+way.Part] = way.Reason
			require.Regexp(t, `^norm\.yaml:\d+:\d+$`, way.Place)
		}
	}
	require.Equal(t, map[string]string{
		"beyond when":    "two records are compared with each other",
		"shown evidence": "records are chosen one by one",
		"mapped when":    "a list of its own is made here",
	}, beyond)
}

// A tracker that was given a month judges it as it is judged at once, whatever
// way its conditions are evaluated.
func TestTrackerOfEveryWay(t *testing.T) {
	n := mixed(t)
	for m := range sample.Months(n, 100) {
		packed, err := norm.Pack(m)
		require.NoError(t, err)
		want, err := n.JudgePacked(context.Background(), packed, 0)
		require.NoError(t, err)
		tracker, err := n.Track(m)
		require.NoError(t, err)
		got, err := tracker.Judge(context.Background())
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, packed.Month().Digest(), tracker.Month().Digest())
	}
}

// What was taken in is the tracker's own, whatever becomes of the part: a
// [finding.Decoder] uses a part's memory for the next one.
func TestTrackerKeepsItsRecords(t *testing.T) {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(`keurmerk: 1
id: tried
version: "1"
title: {nl: Proef}
languages: [nl]
effective: {from: 2022-09}
timezone: Europe/Amsterdam
types: {backup: {ok: bool}}
score: {threshold: 80%}
criteria:
  - {id: sourced, weight: 50%, when: 'websites.exists(w, "nuclei" in w.sources)'}
  - {id: referred, weight: 25%, when: 'vulnerabilities.all(v, "https://a.example" in v.references && "nuclei" in v.sources)'}
  - {id: backed, weight: 25%, when: 'custom.backup.exists(b, b.ok)'}
certification: {months: 6, close_day: 6}
`)}}, "norm.yaml")
	require.NoError(t, err)
	part := func(source, reference string, ok bool) *finding.Month {
		return &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 11),
			Websites:  []finding.Website{{ID: "w", Sources: []string{source}}},
			Computers: []finding.Computer{{ID: "pc", Sources: []string{source}}},
			Vulnerabilities: []finding.Vulnerability{{ID: "v", AssetType: finding.AssetWebsite, Asset: "w", Severity: finding.SeverityHigh,
				Sources: []string{source}, References: []string{reference}}},
			Custom: map[string][]finding.Custom{"backup": {{ID: "b", Fields: map[string]finding.Value{"ok": finding.BoolValue(ok)}}}}}
	}
	first := part("nuclei", "https://a.example", true)
	tracker, err := n.Track(first)
	require.NoError(t, err)
	first.Websites[0].Sources[0], first.Computers[0].Sources[0] = "zap", "zap"
	first.Vulnerabilities[0].Sources[0], first.Vulnerabilities[0].References[0] = "zap", "https://b.example"
	first.Custom["backup"][0].Fields["ok"] = finding.BoolValue(false)
	require.Equal(t, part("nuclei", "https://a.example", true).Digest(), tracker.Month().Digest())
	for _, m := range []*finding.Month{part("nuclei", "https://a.example", true), part("zap", "https://b.example", false)} {
		require.NoError(t, tracker.Put(m))
		packed, err := norm.Pack(m)
		require.NoError(t, err)
		want, err := n.JudgePacked(t.Context(), packed, 0)
		require.NoError(t, err)
		got, err := tracker.Judge(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}
