package report_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/cyberkeurmerk/keurmerk/score/report"
	"github.com/stretchr/testify/require"
)

// many is a company with so many findings, all of them open and high, and with
// titles as long as scanners write them.
func many(t testing.TB, findings int) made {
	day := time.Date(2026, 11, 10, 12, 0, 0, 0, time.UTC)
	m := &finding.Month{Company: finding.Company{ID: "kvk:1", Name: "Bakkerij De Korenaar", Enrolled: day}, Month: finding.MonthOf(2026, 11),
		Websites: []finding.Website{{ID: "www.korenaar.example", Scanned: day}}}
	for i := range max(1, findings/100) {
		m.Computers = append(m.Computers, finding.Computer{ID: fmt.Sprintf("pc-%05d", i), Seen: day})
	}
	for i := range findings {
		kind, asset := finding.AssetComputer, fmt.Sprintf("pc-%05d", i%max(1, findings/100))
		if i%3 == 0 {
			kind, asset = finding.AssetWebsite, "www.korenaar.example"
		}
		m.Vulnerabilities = append(m.Vulnerabilities, finding.Vulnerability{ID: fmt.Sprintf("CVE-2026-%06d", i), AssetType: kind, Asset: asset,
			Severity: finding.SeverityHigh, Title: "A weakness in the handling of input that lets an attacker in the network do as they like", Found: day})
	}
	n := reference(t)
	c, err := score.Judge(context.Background(), n, m)
	require.NoError(t, err)
	a, err := score.Advise(context.Background(), n, m)
	require.NoError(t, err)
	return made{n, []*card.Card{c}, report.Options{Language: "nl", Name: m.Company.Name, Advice: a}}
}

// A page is small enough to be mailed, however much was found.
func TestSize(t *testing.T) {
	r := many(t, 10_000).report(t)
	for format := range formats {
		if format == "trend.svg" {
			continue
		}
		size := len(write(t, r, format))
		require.Less(t, size, 200_000, format)
		t.Logf("%s of 10,000 findings: %d bytes", format, size)
	}
	require.Contains(t, write(t, r, "html"), "(5 van 6.666)")
}

// What rendering costs once the month has been judged.
func BenchmarkRender(b *testing.B) {
	for name, m := range map[string]made{"typical": mixed(b), "100000": many(b, 100_000)} {
		for format, write := range formats {
			b.Run(format+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := write(m.report(b), io.Discard); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
