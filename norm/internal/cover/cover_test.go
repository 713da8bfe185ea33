package cover_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/cover"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/stretchr/testify/require"
)

func scope(t testing.TB) *expr.Scope {
	s, err := expr.NewScope(nil, map[string]expr.FieldType{"five": expr.Number})
	require.NoError(t, err)
	return s
}

func facts(t testing.TB, s *expr.Scope, m *finding.Month) *expr.Facts {
	m.Company, m.Month = finding.Company{ID: "c"}, finding.MonthOf(2026, 11)
	normal, err := m.Normal()
	require.NoError(t, err)
	period, err := normal.Period()
	require.NoError(t, err)
	return s.Facts(context.Background(), normal, period, map[string]any{"five": int64(5)})
}

func computers(n, fresh int) *finding.Month {
	m := &finding.Month{}
	for i := range n {
		c := finding.Computer{ID: fmt.Sprintf("pc-%d", i)}
		if i < fresh {
			c.Seen = time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
		}
		m.Computers = append(m.Computers, c)
	}
	return m
}

func vulnerabilities(all ...finding.Vulnerability) *finding.Month {
	for i := range all {
		all[i].ID, all[i].Asset = fmt.Sprint("V-", i), "a"
		all[i].AssetType = max(all[i].AssetType, finding.AssetWebsite)
	}
	return &finding.Month{Vulnerabilities: all}
}

func sides(atoms []cover.Atom) map[string]int {
	reached := map[string]int{}
	for _, a := range atoms {
		for _, s := range a.Sides {
			reached[a.Describe(s)] = s.Reached
		}
	}
	return reached
}

// What is seen is what decides, once for each record.
func TestAtoms(t *testing.T) {
	high, low := finding.Vulnerability{Severity: finding.SeverityHigh}, finding.Vulnerability{Severity: finding.SeverityLow}
	medium, fixed := finding.Vulnerability{Severity: finding.SeverityMedium}, finding.Vulnerability{Severity: finding.SeverityMedium, Fixed: time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)}
	for name, c := range map[string]struct {
		text   string
		form   expr.Form
		months []*finding.Month
		want   map[string]int
	}{
		"nothing seen": {text: "company.active", want: map[string]int{"company.active false": 0, "company.active true": 0}},
		"severity, both sides": {form: expr.Form{Name: "none", List: "vulnerabilities", Where: "it.severity >= HIGH"},
			months: []*finding.Month{vulnerabilities(high, medium, low)},
			want:   map[string]int{"it.severity >= HIGH false": 2, "it.severity >= HIGH true": 1, "it.severity >= HIGH with MEDIUM": 1, "it.severity >= HIGH with HIGH": 1}},
		"masked by the other operand": {form: expr.Form{Name: "none", List: "vulnerabilities", Where: "it.open && it.severity >= HIGH"},
			months: []*finding.Month{vulnerabilities(high, fixed)},
			want: map[string]int{"it.open false": 0, "it.open true": 1, "it.severity >= HIGH false": 0, "it.severity >= HIGH true": 1,
				"it.severity >= HIGH with MEDIUM": 0, "it.severity >= HIGH with HIGH": 1}},
		"no severity above the last": {text: "vulnerabilities.exists(v, v.severity > UNKNOWN)", months: []*finding.Month{vulnerabilities(high)},
			want: map[string]int{"vulnerabilities.exists(v, v.severity > UNKNOWN) false": 1, "vulnerabilities.exists(v, v.severity > UNKNOWN) true": 0,
				"v.severity > UNKNOWN false": 1, "v.severity > UNKNOWN true": 0, "v.severity > UNKNOWN with UNKNOWN": 0}},
		"the limit of a count": {form: expr.Form{Name: "count", List: "computers", Where: "it.fresh", Than: ">", Limit: "params.five"},
			months: []*finding.Month{computers(6, 6), computers(9, 5), computers(1, 1)},
			want: map[string]int{"a count for which > 5 is false": 2, "a count for which > 5 is true": 1, "a count of 5": 1, "a count of 6": 1,
				"it.fresh false": 4, "it.fresh true": 12}},
		"the limit on the left": {text: "5 < computers.size()", months: []*finding.Month{computers(5, 0), computers(7, 0)},
			want: map[string]int{"5 < computers.size() false": 1, "5 < computers.size() true": 1, "5 < computers.size() with 6": 0, "5 < computers.size() with 5": 1}},
		"no count under nothing": {text: "computers.size() >= 0", months: []*finding.Month{computers(0, 0)},
			want: map[string]int{"computers.size() >= 0 false": 0, "computers.size() >= 0 true": 1, "computers.size() >= 0 with 0": 1}},
		"a product has no neighbours": {text: "computers.size() * 100 >= 250", months: []*finding.Month{computers(3, 0)},
			want: map[string]int{"computers.size() * 100 >= 250 false": 0, "computers.size() * 100 >= 250 true": 1}},
		"a comparison within a count within a comparison": {text: "computers.filter(c, c.fresh || !c.active).size() > websites.size()", months: []*finding.Month{computers(2, 1)},
			want: map[string]int{"computers.filter(c, c.fresh || !c.active).size() > websites.size() false": 0, "computers.filter(c, c.fresh || !c.active).size() > websites.size() true": 1,
				"c.fresh false": 1, "c.fresh true": 1, "c.active false": 0, "c.active true": 1}},
		"only the branch that is taken": {text: "company.active ? computers.size() == 1 : websites.size() == 1", months: []*finding.Month{computers(1, 1)},
			want: map[string]int{"company.active false": 1, "company.active true": 0, "computers.size() == 1 false": 0, "computers.size() == 1 true": 0,
				"websites.size() == 1 false": 1, "websites.size() == 1 true": 0}},
		"what fails is neither": {text: "company.name == 'x'", months: []*finding.Month{computers(1, 1)},
			want: map[string]int{"company.name == 'x' false": 0, "company.name == 'x' true": 0}},
	} {
		t.Run(name, func(t *testing.T) {
			s := scope(t)
			var e *expr.Expr
			if c.text != "" {
				compiled, faults := s.Compile(c.text, expr.Truth)
				require.Empty(t, faults)
				e = compiled
			} else {
				compiled, list, where := s.CompileForm(c.form)
				require.Empty(t, list)
				require.Empty(t, where)
				e = compiled
			}
			m := cover.New(e)
			for _, month := range c.months {
				m.See(facts(t, s, month))
			}
			require.Equal(t, c.want, sides(m.Atoms()))
		})
	}
}
