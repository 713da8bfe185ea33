package rego_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify/normtest"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/rego"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func twin(t testing.TB) *norm.Norm {
	n, faults, err := norm.Check(os.DirFS("testdata/twin"), "norm.yaml", rego.Engine())
	require.NoError(t, err)
	require.Empty(t, faults)
	return n
}

// The twin passes the tests that it took over from the reference norm.
func TestTwinTests(t *testing.T) {
	results, err := normtest.Run(t.Context(), twin(t))
	require.NoError(t, err)
	require.NotEmpty(t, results)
	for _, r := range results {
		require.Empty(t, r.Failures, r.Name)
	}
}

// often is how many times a property is tried: more if KEURMERK_SLOW is set.
func often(usually, slow int) int {
	if os.Getenv("KEURMERK_SLOW") == "1" {
		return slow
	}
	return usually
}

// The reference norm and its twin give the same verdicts, points and evidence
// on every month, and so does OPA without a plan.
func TestTwinJudgesAlike(t *testing.T) {
	cel, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	inRego := twin(t)
	require.Equal(t, cel.Scoring(), inRego.Scoring())
	met, unmet, unknown := 0, 0, 0
	before := flag.Lookup("rapid.checks").Value.String()
	defer func() { require.NoError(t, flag.Set("rapid.checks", before)) }()
	require.NoError(t, flag.Set("rapid.checks", fmt.Sprint(often(400, 10_000))))
	months := 0
	rapid.Check(t, func(t *rapid.T) {
		m := findingtest.Month(t)
		want, err := cel.Judge(t.Context(), m)
		require.NoError(t, err)
		got, err := inRego.Judge(t.Context(), m)
		require.NoError(t, err)
		byOPA(t, inRego, m, got)
		for i := range want {
			if want[i].Outcome.String() == "unknown" {
				require.NotEmpty(t, got[i].Reason)
				unknown++
			} else if want[i].Share == 10000 {
				met++
			} else {
				unmet++
			}
			want[i].Vacuous, got[i].Vacuous = false, false // Rego does not tell
			if len(want[i].Evidence) == 0 {
				require.Empty(t, got[i].Evidence)
				got[i].Evidence = want[i].Evidence
			}
			require.Equal(t, want[i], got[i])
		}
		months++
	})
	require.Positive(t, met)
	require.Positive(t, unmet)
	require.Positive(t, unknown)
	t.Logf("%d months: %d met, %d unmet, %d unknown", months, met, unmet, unknown)
}

// byOPA holds verdicts against what OPA says by itself.
func byOPA(t require.TestingT, n *norm.Norm, m *finding.Month, got []ruling.Verdict) {
	p, err := norm.Pack(m)
	require.NoError(t, err)
	period, err := p.Month().Period()
	require.NoError(t, err)
	want, err := n.Policy().Judge(context.Background(), p.Month(), period)
	require.NoError(t, err)
	require.Len(t, got, len(want))
	for i := range got {
		require.Equal(t, want[i].Outcome, got[i].Outcome)
		require.Equal(t, want[i].Share, got[i].Share)
		require.Equal(t, want[i].Reason, got[i].Reason)
		require.Equal(t, want[i].Evidence, got[i].Evidence)
	}
}

func BenchmarkLoadTwin(b *testing.B) {
	for b.Loop() {
		twin(b)
	}
}

// What OPA takes for the same modules without any of our checks.
func BenchmarkPlainCompile(b *testing.B) {
	entries, err := os.ReadDir("testdata/twin")
	require.NoError(b, err)
	texts := map[string]string{}
	for _, e := range entries {
		if path.Ext(e.Name()) == ".rego" {
			data, err := os.ReadFile("testdata/twin/" + e.Name())
			require.NoError(b, err)
			texts[e.Name()] = string(data)
		}
	}
	for b.Loop() {
		_, err := ast.CompileModules(texts)
		require.NoError(b, err)
	}
}

// The twin judges a month that is packed, in the norm's pass, and one that is
// checked and packed first; so does the reference norm in CEL. And OPA judges
// as if there were no plan.
func BenchmarkJudge(b *testing.B) {
	inRego := twin(b)
	cel, err := cyberkeurmerk.Norm()
	require.NoError(b, err)
	for _, records := range []int{10, 1_000, 100_000} {
		p, err := norm.Pack(many(records))
		require.NoError(b, err)
		period, err := p.Month().Period()
		require.NoError(b, err)
		for _, way := range []struct {
			name  string
			judge func() error
		}{
			{"plan", func() error { _, err := inRego.JudgePacked(b.Context(), p, 20); return err }},
			{"cel", func() error { _, err := cel.JudgePacked(b.Context(), p, 20); return err }},
			{"plan from a month", func() error { _, err := inRego.Judge(b.Context(), p.Month()); return err }},
			{"cel from a month", func() error { _, err := cel.Judge(b.Context(), p.Month()); return err }},
			{"opa", func() error { _, err := inRego.Policy().Judge(b.Context(), p.Month(), period); return err }},
		} {
			b.Run(fmt.Sprintf("%d/%s", records, way.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					require.NoError(b, way.judge())
				}
			})
		}
	}
}

func many(records int) *finding.Month {
	m := &finding.Month{Company: finding.Company{ID: "kvk:1", Enrolled: time.Unix(1e9, 0).UTC()}, Month: finding.MonthOf(2026, time.November)}
	seen := time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC)
	for i := range records - 1 {
		switch id := fmt.Sprintf("id-%d", i); i % 5 {
		case 0:
			m.Computers = append(m.Computers, finding.Computer{ID: id, Seen: seen})
		case 1:
			m.Employees = append(m.Employees, finding.Employee{ID: id, Enrolled: seen})
		default:
			m.Vulnerabilities = append(m.Vulnerabilities, finding.Vulnerability{ID: id, AssetType: finding.AssetComputer, Asset: "pc", Severity: finding.SeverityMedium, Found: seen})
		}
	}
	m.Websites = []finding.Website{{ID: "www.a.example", Scanned: seen}}
	return m
}
