package score_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/stretchr/testify/require"
)

// company is a month of n records, one computer to nine vulnerabilities that
// are all low, so that no criterion is decided early.
func company(n int) *finding.Month {
	day := utc("2026-11-10T12:00:00Z")
	m := &finding.Month{Company: finding.Company{ID: "kvk:1", Enrolled: day}, Month: finding.MonthOf(2026, 11),
		Websites: []finding.Website{{ID: "w", Scanned: day}}}
	for i := range max(1, n/10) {
		pc := fmt.Sprintf("pc-%05d", i)
		m.Computers = append(m.Computers, finding.Computer{ID: pc, Seen: day})
		for k := range min(9, n-1) {
			m.Vulnerabilities = append(m.Vulnerabilities, finding.Vulnerability{ID: fmt.Sprintf("CVE-2026-%04d", k),
				AssetType: finding.AssetComputer, Asset: pc, Severity: finding.SeverityLow, Found: day})
		}
	}
	return m
}

// The whole of judging a month that is in memory: checks, digest, verdicts,
// evidence, card.
func BenchmarkJudge(b *testing.B) {
	n := reference(b)
	for _, records := range []int{10, 1_000, 100_000} {
		m := company(records)
		normal, err := m.Normal()
		require.NoError(b, err)
		b.Run(fmt.Sprintf("card/%d", records), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := score.Judge(context.Background(), n, normal); err != nil {
					b.Fatal(err)
				}
			}
		})
		packed, err := norm.Pack(normal)
		require.NoError(b, err)
		b.Run(fmt.Sprintf("packed/%d", records), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := n.JudgePacked(context.Background(), packed, 20); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("verdicts/%d", records), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := n.Judge(context.Background(), normal); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		reference(b)
	}
}

// What it costs to say what to fix first: a month of a few records that earns
// little, and months of many open findings.
func BenchmarkAdvise(b *testing.B) {
	n := reference(b)
	for _, records := range []int{10, 1_000, 100_000} {
		m := company(records)
		for i := range m.Vulnerabilities {
			if i%10 == 0 {
				m.Vulnerabilities[i].Severity = finding.SeverityHigh
			}
		}
		normal, err := m.Normal()
		require.NoError(b, err)
		b.Run(fmt.Sprint(records), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := score.Advise(context.Background(), n, normal); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
