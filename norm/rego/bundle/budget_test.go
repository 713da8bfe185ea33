package bundle_test

import (
	"fmt"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
)

const nested = `keurmerk: 1
id: nested
version: "1"
title: {nl: x, en: x}
languages: [nl, en]
effective: {from: 2026-01}
timezone: Europe/Amsterdam
score: {threshold: 50%}
certification: {months: 1, close_day: 1}
let:
  pairs: computers.exists(a, employees.exists(b, true))
criteria:
  - {id: each, weight: 25%, when: "computers.exists(a, employees.exists(b, true))"}
  - {id: named, weight: 25%, when: pairs}
  - {id: chosen, weight: 25%, when: "(month == '2026-11' ? computers : computers.filter(c, c.active)).exists(a, employees.exists(b, true)) && [1, 2].all(n, n > 0)"}
  - {id: texts, weight: 15%, when: "computers.exists(a, a.active) || computers.exists(a, a.sources.exists(s, s == a.id))"}
  - {id: within, weight: 10%, when: "computers.exists(a, a.active) || computers.map(c, c.sources).exists(s, s.exists(t, t in s)) || computers.exists(a, a.id in [month, 'a', 'b'])"}
`

// A condition that is over the month's budget is unknown here as it is there,
// and one at its bound is not.
func TestBudget(t *testing.T) {
	t.Parallel()
	n := load(t, nested)
	o := serve(t, archive(t, n))
	unknown := 0
	for _, size := range []struct{ computers, employees, sources int }{
		{0, 0, 0}, {3, 3, 1}, {2413, 2413, 1}, {2414, 2414, 1}, {1000, 1, 1999}, {1000, 1, 2000},
	} {
		m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 11)}
		for i := range size.computers {
			m.Computers = append(m.Computers, finding.Computer{ID: fmt.Sprintf("c-%04d", i)})
		}
		for i := range size.employees {
			m.Employees = append(m.Employees, finding.Employee{ID: fmt.Sprintf("e-%04d", i)})
		}
		for i := range size.sources {
			m.Computers[0].Sources = append(m.Computers[0].Sources, fmt.Sprintf("s-%04d", i))
		}
		document, err := m.MarshalJSON()
		require.NoError(t, err)
		want := card(t, n, m)
		require.Equal(t, want, o.answer(t, document), "%+v", size)
		for _, c := range want.Criteria {
			if c.Outcome == "unknown" {
				unknown++
			}
		}
	}
	require.Positive(t, unknown)
}
