package rego

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/stretchr/testify/require"
)

// What OPA takes for all that the twin's criteria ask: rule by rule as the
// engine asks, with and without counting steps, from a month and from a
// document that is made; and in one query that is prepared, as its users
// know it, without budget, places or a word on what is undefined.
func BenchmarkOPA(b *testing.B) {
	n, faults, err := norm.Check(os.DirFS("testdata/twin"), "norm.yaml", Engine())
	require.NoError(b, err)
	require.Empty(b, faults)
	p, ok := n.Policy().(*policy)
	require.True(b, ok)
	m := benchMonth(b, 1000)
	period, err := m.Period()
	require.NoError(b, err)
	r, err := p.run(b.Context(), m, period)
	require.NoError(b, err)
	all := make([]int, len(p.criteria))
	for i := range all {
		all[i] = i
	}
	answers := make([]norm.Answer, len(all))
	ask := func(metered bool) func() {
		return func() {
			r.metered, r.shared, r.left, r.cache = metered, false, r.budget, topdown.NewVirtualCache()
			if !metered {
				require.NoError(b, r.all(answers, nil, all))
				return
			}
			for i, c := range p.criteria {
				answers[i] = r.answer(c)
			}
		}
	}
	body := p.everything(b)
	for _, way := range []struct {
		name string
		run  func()
	}{
		{"month", func() { p.doc.view(m, period, p.uses) }},
		{"asked", ask(false)},
		{"metered", ask(true)},
		{"prepared", func() {
			_, err := topdown.NewQuery(body).WithCompiler(p.compiler).WithStore(r.store).WithTransaction(r.txn).WithInput(r.month.input).WithBuiltins(r.builtins).Run(b.Context())
			require.NoError(b, err)
		}},
	} {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				way.run()
			}
		})
	}
}

// everything is one query for all rules of all criteria.
func (p *policy) everything(b *testing.B) ast.Body {
	var all ast.Body
	for i, c := range p.criteria {
		for _, name := range meanings {
			if q, ok := c[name]; ok {
				terms := q.body[0].Operand(1)
				all = append(all, ast.Equality.Expr(ast.VarTerm(fmt.Sprint(name, i)), terms))
			}
		}
	}
	body, err := p.compiler.QueryCompiler().Compile(ast.NewBody(all...))
	require.NoError(b, err)
	return body
}

func benchMonth(b *testing.B, records int) *finding.Month {
	m := &finding.Month{Company: finding.Company{ID: "kvk:1", Enrolled: time.Unix(1e9, 0).UTC()}, Month: finding.MonthOf(2026, time.November)}
	seen := time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC)
	m.Websites = []finding.Website{{ID: "www.a.example", Scanned: seen}}
	m.Questionnaires = []finding.Questionnaire{{ID: "q", Completed: seen, Score: 80}}
	for i := range records {
		switch id := fmt.Sprintf("id-%d", i); i % 10 {
		case 0:
			m.Computers = append(m.Computers, finding.Computer{ID: id, Seen: seen})
		case 1:
			m.Employees = append(m.Employees, finding.Employee{ID: id, Enrolled: seen})
		default:
			m.Vulnerabilities = append(m.Vulnerabilities, finding.Vulnerability{ID: id, AssetType: finding.AssetComputer, Asset: "pc", Severity: finding.SeverityMedium, Found: seen})
		}
	}
	m, err := m.Normal()
	require.NoError(b, err)
	return m
}
