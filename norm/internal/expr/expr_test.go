package expr_test

import (
	"context"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/stretchr/testify/require"
)

func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 12, 0, 0, 0, time.UTC) }

// november is a month with a little of everything.
func november() *finding.Month {
	return &finding.Month{
		Company:   finding.Company{ID: "kvk:1", Name: "Proef", Enrolled: day(1, 1)},
		Month:     finding.MonthOf(2026, time.November),
		Websites:  []finding.Website{{ID: "a.example", Scanned: day(11, 5), Sources: []string{"nuclei", "zap"}}},
		Computers: []finding.Computer{{ID: "pc-1", Seen: day(11, 3)}, {ID: "pc-2"}, {ID: "pc-3", Seen: day(10, 3)}},
		Vulnerabilities: []finding.Vulnerability{
			{ID: "CVE-1", AssetType: finding.AssetComputer, Asset: "pc-1", Severity: finding.SeverityHigh, Found: day(11, 1)},
			{ID: "CVE-2", AssetType: finding.AssetComputer, Asset: "pc-1", Severity: finding.SeverityLow, Found: day(11, 1), Fixed: day(11, 9)},
			{ID: "X", AssetType: finding.AssetWebsite, Asset: "a.example", Severity: finding.SeverityUnknown, Status: finding.StatusAccepted},
		},
		Courses:  []finding.Course{{ID: "c-1", Offered: day(11, 1)}, {ID: "c-2"}},
		Phishing: []finding.Phishing{{ID: "m", Employee: "e-1", Outcome: finding.PhishingClicked}},
		Custom: map[string][]finding.Custom{"backup": {
			{ID: "nas-1", Fields: map[string]finding.Value{"tested": finding.TextValue("2026-11-12"), "ok": finding.BoolValue(true)}},
			{ID: "nas-2", Fields: map[string]finding.Value{"copies": finding.NumberValue(3)}},
		}},
	}
}

func scope(t testing.TB) *expr.Scope {
	s, err := expr.NewScope(
		map[string]expr.CustomType{"backup": {"tested": expr.Date, "ok": expr.Bool, "copies": expr.Number}},
		map[string]expr.FieldType{"five": expr.Number, "os": expr.Text})
	require.NoError(t, err)
	return s
}

func facts(t testing.TB, s *expr.Scope, m *finding.Month) *expr.Facts {
	p, err := m.Period()
	require.NoError(t, err)
	return s.Facts(context.Background(), m, p, map[string]any{"five": int64(5), "os": "Windows"})
}

// What a condition gives for the month above: true, false, or a failure whose
// reason contains the text.
func TestConditions(t *testing.T) {
	const yes, no = "true", "false"
	s := scope(t)
	f := facts(t, s, november())
	for text, want := range map[string]string{
		"true":                                                               yes,
		"company.active":                                                     yes,
		"company.name == 'Proef'":                                            yes,
		"month == '2026-11'":                                                 yes,
		"has(company.size)":                                                  no,
		"company.size > 5":                                                   `the company has no "size"`,
		"has(company.size) && company.size > 5":                              no,
		"!has(company.size) || company.size > 5":                             yes,
		"company.size > 5 || true":                                           yes, // || absorbs a failure
		"company.size > 5 && false":                                          no,
		"company.size > 5 && true":                                           `no "size"`,
		"company.size > 5 ? true : true":                                     `no "size"`,
		"computers.size() == 3 && size(websites) == 1":                       yes,
		"computers.exists(c, c.fresh)":                                       yes,
		"computers.all(c, c.fresh)":                                          no,
		"computers.exists_one(c, c.fresh)":                                   yes,
		"computers.all(c, c.seen < company.enrolled)":                        no,
		"computers.exists(c, c.seen > company.enrolled)":                     yes,
		"computers.all(c, c.seen > company.enrolled)":                        `computer pc-2 has no "seen"`,
		"computers.filter(c, has(c.seen)).all(c, c.active)":                  yes,
		"computers.map(c, c.id) == ['pc-1']":                                 "", // refused: lists are not compared
		"'pc-2' in computers.map(c, c.id)":                                   yes,
		"'nuclei' in websites.map(w, w.sources.size() > 1 ? 'nuclei' : 'x')": yes,
		"vulnerabilities.exists(v, v.severity >= HIGH && v.open)":            yes,
		"vulnerabilities.exists(v, v.severity > HIGH && v.open)":             no,
		"vulnerabilities.exists(v, v.severity > CRITICAL)":                   yes, // unknown ranks above
		"vulnerabilities.exists(v, v.status == ACCEPTED && !v.open)":         yes,
		"vulnerabilities.all(v, v.status in [OPEN, ACCEPTED])":               yes, // absent is open
		"vulnerabilities.exists(v, v.days_open == 8)":                        yes,
		"vulnerabilities.filter(v, v.asset_type == WEBSITE).size() == 1":     yes,
		"phishing.exists(p, p.outcome == CLICKED && p.employee == 'e-1')":    yes,
		"courses.exists(c, c.days_offered == 29)":                            yes,
		// A course without an offer has no number: every comparison is false.
		"courses.exists(c, c.id == 'c-2' && c.days_offered <= 365)":     no,
		"courses.exists(c, c.id == 'c-2' && c.days_offered > 365)":      no,
		"courses.exists(c, c.id == 'c-2' && c.days_offered == 1)":       no,
		"courses.exists(c, c.id == 'c-2' && c.days_offered != 1)":       no,
		"courses.exists(c, c.id == 'c-2' && 5 < c.days_offered)":        no,
		"courses.exists(c, c.id == 'c-2' && c.days_offered + 1 > 0)":    no,
		"courses.exists(c, c.id == 'c-2' && -c.days_offered < 1)":       no,
		"courses.exists(c, c.id == 'c-2' && c.days_offered in [1, 29])": no,
		"courses.exists(c, c.id == 'c-2' && has(c.days_offered))":       no,
		"courses.exists(c, c.id == 'c-1' && c.days_offered != 1)":       yes,
		"custom.backup.exists(b, b.ok && this_month(b.tested))":         yes,
		"custom.backup.exists(b, b.copies == 3)":                        yes,
		"custom.backup.all(b, b.ok)":                                    `backup nas-2 has no "ok"`,
		"days(company.enrolled) > 300":                                  yes,
		"this_month(company.enrolled)":                                  no,
		"params.five == 5 && params.os.startsWith('Win')":               yes,
		"'Windows 11'.matches('^W.*1{2}$')":                             yes,
		"9223372036854775807 + 1 > 0":                                   "overflow",
		"portion(1, 3) == 3333 && portion(2, 3) == 6666":                yes,
		"portion(1, 0) == 0":                                            "nothing to take a part of",
		"portion(9223372036854775807, 1) == 0":                          "overflow",
	} {
		t.Run(text, func(t *testing.T) {
			e, faults := s.Compile(text, expr.Truth)
			if want == "" {
				require.NotEmpty(t, faults)
				return
			}
			require.Empty(t, faults)
			got, err := e.Truth(f)
			switch want {
			case yes, no:
				require.NoError(t, err)
				require.Equal(t, want == yes, got)
			default:
				require.ErrorContains(t, err, want)
			}
		})
	}
}

// The records that decided a condition, and whether it holds on nothing.
func TestDecide(t *testing.T) {
	s := scope(t)
	ok, faults := s.Compile("computers.exists(c, c.fresh)", expr.Any)
	require.Empty(t, faults)
	s, err := s.Let("ok", ok)
	require.NoError(t, err)
	f := facts(t, s, november())
	pc1, pc2, pc3 := []string{"computer", "pc-1"}, []string{"computer", "pc-2"}, []string{"computer", "pc-3"}
	high := []string{"computer", "pc-1", "CVE-1"}
	for text, want := range map[string]struct {
		truth, vacuous bool
		keys           [][]string
	}{
		"!vulnerabilities.exists(v, v.severity >= HIGH && v.open)":            {false, false, [][]string{high}},
		"vulnerabilities.all(v, v.severity < HIGH || !v.open)":                {false, false, [][]string{high}},
		"vulnerabilities.filter(v, v.severity >= HIGH && v.open).size() <= 0": {false, false, [][]string{high}},
		"size(computers.filter(c, c.fresh)) >= 1":                             {true, false, [][]string{pc1}},
		"ok":                                                  {true, false, [][]string{pc1}},
		"ok && computers.all(c, c.active)":                    {true, false, [][]string{pc1, pc2, pc3}},
		"!ok || !computers.all(c, c.fresh)":                   {true, false, [][]string{pc2, pc3}},
		"employees.all(e, e.active)":                          {true, true, nil},
		"!employees.exists(e, e.active)":                      {true, true, nil},
		"employees.exists(e, e.active)":                       {false, false, nil},
		"employees.filter(e, e.active).size() < 5":            {true, true, nil},
		"employees.all(e, e.active) || company.active":        {true, false, nil},
		"employees.all(e, e.active) && company.active":        {true, true, nil},
		"company.active ? employees.all(e, e.active) : false": {true, true, nil},
		"computers.exists_one(c, c.fresh)":                    {true, false, [][]string{pc1}},
		"custom.backup.exists(b, b.copies == 3)":              {true, false, [][]string{{"backup", "nas-2"}}},
	} {
		t.Run(text, func(t *testing.T) {
			e, faults := s.Compile(text, expr.Truth)
			require.Empty(t, faults)
			truth, err := e.Truth(f)
			require.NoError(t, err)
			require.Equal(t, want.truth, truth)
			d := e.Decide(f, truth)
			require.Equal(t, want.keys, d.Keys)
			require.Equal(t, want.vacuous, d.Vacuous)
		})
	}
}

// An expression that could visit too many records fails before it starts, the
// same on every run.
func TestBudget(t *testing.T) {
	s := scope(t)
	m := november()
	for range 3000 {
		m.Employees = append(m.Employees, finding.Employee{ID: "e"})
		m.Phishing = append(m.Phishing, finding.Phishing{ID: "p"})
	}
	f := facts(t, s, m)
	e, faults := s.Compile("employees.all(e, phishing.all(p, p.id != e.id)) && employees.all(e, phishing.all(p, p.id != 'x'))", expr.Truth)
	require.Empty(t, faults)
	_, err := e.Truth(f)
	require.ErrorContains(t, err, "budget: the expression could visit 18012000 records")
	e, faults = s.Compile("employees.all(e, has(e.id))", expr.Truth)
	require.Empty(t, faults)
	truth, err := e.Truth(f)
	require.NoError(t, err)
	require.True(t, truth)
}

// Two ways to write one condition have one canonical form.
func TestCanonical(t *testing.T) {
	s := scope(t)
	form := func(text string) string {
		e, faults := s.Compile(text, expr.Truth)
		require.Empty(t, faults, text)
		return e.Canonical()
	}
	require.Equal(t, form("computers.all(c, c.fresh)"), form("(computers\n .all(x, /* note */ (x.fresh)))"[:20]+" (x.fresh)))"))
	require.NotEqual(t, form("computers.all(c, c.fresh)"), form("computers.all(c, c.active)"))
	require.NotEqual(t, form("computers.all(c, computers.exists(d, d.id == c.id))"), form("computers.all(c, computers.exists(d, d.id == d.id))"))
	require.NotEqual(t, form("1 - 2 > 3"), form("-2 > 3"))
}
