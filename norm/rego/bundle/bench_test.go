package bundle_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/rego/bundle"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/stretchr/testify/require"
)

// large is a month of a thousand records.
func large() *finding.Month {
	m := &finding.Month{Company: finding.Company{ID: "c", Enrolled: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}, Month: finding.MonthOf(2026, 11)}
	at := time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC)
	for i := range 200 {
		m.Computers = append(m.Computers, finding.Computer{ID: fmt.Sprintf("pc-%03d", i), Seen: at, Sources: []string{"wazuh"}})
		m.Employees = append(m.Employees, finding.Employee{ID: fmt.Sprintf("e-%03d", i), Enrolled: at})
	}
	for i := range 600 {
		m.Vulnerabilities = append(m.Vulnerabilities, finding.Vulnerability{ID: fmt.Sprintf("CVE-2026-%04d", i), AssetType: finding.AssetComputer,
			Asset: fmt.Sprintf("pc-%03d", i%200), Severity: finding.SeverityMedium, Found: at, Seen: at, Sources: []string{"wazuh"}})
	}
	return m
}

func BenchmarkMake(b *testing.B) {
	n := reference(b)
	b.ReportAllocs()
	for b.Loop() {
		_, err := bundle.Make(n)
		require.NoError(b, err)
	}
}

func BenchmarkJudgeThousandRecords(b *testing.B) {
	n, m := reference(b), large()
	b.Run("norm", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := n.Judge(context.Background(), m)
			require.NoError(b, err)
		}
	})
	b.Run("OPA", func(b *testing.B) {
		o := serve(b, archive(b, n))
		document, err := m.MarshalJSON()
		require.NoError(b, err)
		input, err := ast.ValueFromReader(bytes.NewReader(document))
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			results, err := o.query.Eval(context.Background(), rego.EvalParsedInput(input))
			require.NoError(b, err)
			require.Len(b, results, 1)
		}
	})
}
