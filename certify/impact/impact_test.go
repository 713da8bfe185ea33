package impact_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/impact"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// before is a norm of two criteria; the mark takes two months.
const before = `keurmerk: 1
id: before
version: "1"
title: {nl: A, en: B}
languages: [nl, en]
effective: {from: 2026-01}
timezone: Europe/Amsterdam
score: {threshold: 60%}
criteria:
  - {id: computers, weight: 60%, when: {count: computers, where: it.fresh, at_least: 1}}
  - {id: staff, weight: 40%, when: {some: employees}}
certification: {months: 2, close_day: 6, grace: {months: 1, budget: 2, window: 12}, suspension: {restore: 1, max: 6}, validity: {months: 12, renew: 2}}
`

// after asks for two computers, has another criterion for staff, and begins
// later.
var after = strings.NewReplacer("id: before", "id: after", "at_least: 1", "at_least: 2", "id: staff", "id: people", "from: 2026-01", "from: 2026-02").Replace(before)

func load(t require.TestingT, text string) *norm.Norm {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(text)}}, "norm.yaml")
	require.NoError(t, err)
	return n
}

// of makes a stream of the months.
func of(months ...*finding.Month) iter.Seq2[*finding.Month, error] {
	return func(yield func(*finding.Month, error) bool) {
		for _, m := range months {
			if !yield(m, nil) {
				return
			}
		}
	}
}

// observed is a month with so many fresh computers and employees.
func observed(company string, m time.Month, computers, employees int) *finding.Month {
	day := time.Date(2026, m, 2, 12, 0, 0, 0, time.UTC)
	out := &finding.Month{Company: finding.Company{ID: company}, Month: finding.MonthOf(2026, m)}
	for i := range computers {
		out.Computers = append(out.Computers, finding.Computer{ID: fmt.Sprint(i), Seen: day})
	}
	for i := range employees {
		out.Employees = append(out.Employees, finding.Employee{ID: fmt.Sprint(i), Enrolled: day})
	}
	return out
}

// two companies: the first has one computer until May, the second two.
func two() []*finding.Month {
	return []*finding.Month{
		observed("b", 2, 2, 0), observed("a", 2, 1, 1), observed("a", 3, 1, 0), observed("b", 3, 2, 0),
		observed("a", 4, 2, 0), observed("b", 4, 2, 0), observed("a", 1, 1, 0),
	}
}

// The example by hand: who loses what, by which criterion, and when which
// mark is held.
func TestCompare(t *testing.T) {
	r, err := impact.Compare(t.Context(), load(t, before), load(t, after), of(two()...))
	require.NoError(t, err)
	require.Len(t, r.Companies, 2)
	a, b := r.Companies[0], r.Companies[1]
	points := func(p ruling.Points) *ruling.Points { return &p }

	require.Equal(t, "a", a.ID)
	require.Equal(t, 4, a.Judged)
	require.Equal(t, impact.Month{
		Month: finding.MonthOf(2026, 2),
		A:     impact.Result{Score: points(10000), Qualifies: true, Counts: certify.Pass, Effective: true},
		B:     impact.Result{Score: points(4000), Counts: certify.Fail, Effective: true},
		Changes: []impact.Change{
			{Criterion: "computers", A: "met", B: "unmet", Delta: -6000},
			{Criterion: "staff", A: "met", Delta: -4000},
			{Criterion: "people", B: "met", Delta: 4000},
		},
	}, a.Months[1])
	require.EqualValues(t, -6000, a.Months[1].Delta())
	require.False(t, a.Months[0].B.Effective)
	// Passed January and February under A; under B only April.
	require.Equal(t, impact.Mark{
		A:     impact.Standing{Phase: certify.Certified, Valid: true, Award: finding.MonthOf(2026, 2)},
		B:     impact.Standing{Phase: certify.Building, N: 1, Of: 2},
		Spans: []impact.Span{{From: finding.MonthOf(2026, 2), Until: finding.MonthOf(2026, 4)}},
	}, a.Mark)
	require.True(t, a.Mark.Lost())

	require.Equal(t, "b", b.ID)
	require.Empty(t, b.Months, "a criterion that earned nothing took the place of another that earned nothing")
	require.False(t, b.Mark.Differs())
	require.True(t, b.Mark.B.Valid)

	require.Equal(t, []impact.Criterion{
		{ID: "computers", A: points(6000), B: points(6000), Lost: 3, Companies: 1, Delta: -18000, Flips: []impact.Flip{{A: "met", B: "unmet", Months: 3}}},
		{ID: "staff", A: points(4000), Lost: 1, Companies: 1, Delta: -4000, Flips: []impact.Flip{{A: "met", Months: 1}}},
		{ID: "people", B: points(4000), Gained: 1, Companies: 1, Delta: 4000, Flips: []impact.Flip{{B: "met", Months: 1}}},
	}, r.Criteria)
	require.Equal(t, impact.Total{
		Companies: 2, Months: 7, Differ: 3, Lost: 3, Delta: -18000, Disqualify: 3, MarksA: 2, MarksB: 1, MarksLost: 1,
		OutsideB: 1, From: finding.MonthOf(2026, 1), Until: finding.MonthOf(2026, 4),
	}, r.Total)
	require.Equal(t, "2026-05-06T00:00:00+02:00", r.AsOf.Format(time.RFC3339))
	require.False(t, r.Empty())
}

// What is written in each form, in both languages.
func TestWrite(t *testing.T) {
	r, err := impact.Compare(t.Context(), load(t, before), load(t, after), of(two()...))
	require.NoError(t, err)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"report.en.txt": func(b *bytes.Buffer) error { return r.Text(b, "en") },
		"report.nl.txt": func(b *bytes.Buffer) error { return r.Text(b, "nl") },
		"report.nl.md":  func(b *bytes.Buffer) error { return r.Markdown(b, "nl") },
		"report.jsonl":  func(b *bytes.Buffer) error { return r.JSON(b) },
	} {
		var b bytes.Buffer
		require.NoError(t, write(&b))
		if os.Getenv("KEURMERK_UPDATE") != "" {
			require.NoError(t, os.WriteFile("testdata/"+name, b.Bytes(), 0o600))
		}
		want, err := os.ReadFile("testdata/" + name)
		require.NoError(t, err)
		require.Equal(t, string(want), b.String(), name)
	}
}

// What a company is called does not reach the terminal or the page as more
// than text.
func TestWriteHostileNames(t *testing.T) {
	r, err := impact.Compare(t.Context(), load(t, before), load(t, after), of(observed("a|<b>\u001b[2J", 2, 1, 0)))
	require.NoError(t, err)
	var text, markdown bytes.Buffer
	require.NoError(t, r.Text(&text, "en"))
	require.NoError(t, r.Markdown(&markdown, "en"))
	require.NotContains(t, text.String(), "\u001b")
	require.Contains(t, markdown.String(), `a\|&#60;b&#62;`)
}

// A norm in the place of itself changes nothing, whatever the months.
func TestSameNormIsEmpty(t *testing.T) {
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		m := findingtest.Month(t)
		r, err := impact.Compare(context.Background(), n, n, of(m))
		require.NoError(t, err)
		require.True(t, r.Empty())
		require.Empty(t, r.Companies[0].Months)
		require.Equal(t, 1, r.Total.Months)
	})
}

// What criteria gain and lose adds up to the difference of the scores, which
// is that of the cards judged one by one.
func TestDeltasAddUp(t *testing.T) {
	file, err := cyberkeurmerk.FS().ReadFile(cyberkeurmerk.File)
	require.NoError(t, err)
	a := load(t, string(file))
	text := strings.NewReplacer("more_than_computers: {value: 5", "more_than_computers: {value: 6", "threshold: 80%", "threshold: 70%",
		"severity > NONE", "severity > MEDIUM", "id: knowledge\n    weight: 10%", "id: knowledge\n    weight: 10%\n    applies: courses.size() > 0",
		"id: employees\n", "id: staff\n").Replace(string(file[:bytes.Index(file, []byte("fixtures:"))]))
	b := load(t, text)
	differing := 0
	rapid.Check(t, func(t *rapid.T) {
		var months []*finding.Month
		for i := range rapid.IntRange(1, 3).Draw(t, "months") {
			m := findingtest.Month(t)
			m.Company.ID = fmt.Sprintf("c%d", i)
			months = append(months, m)
		}
		r, err := impact.Compare(context.Background(), a, b, of(months...))
		require.NoError(t, err)
		var total, criteria, shifts ruling.Points
		for i, m := range months {
			was, err := score.Judge(context.Background(), a, m)
			require.NoError(t, err)
			is, err := score.Judge(context.Background(), b, m)
			require.NoError(t, err)
			delta := *is.Score - *was.Score
			total += delta
			if len(r.Companies[i].Months) == 0 {
				require.Zero(t, delta)
				continue
			}
			differing++
			got := r.Companies[i].Months[0]
			require.Equal(t, delta, got.Delta())
			sum := got.Shift
			for _, c := range got.Changes {
				sum += c.Delta
			}
			require.Equal(t, delta, sum)
			require.Equal(t, is.Qualifies, got.B.Qualifies)
			shifts += got.Shift
			if was.Applicable == ruling.Whole && is.Applicable == ruling.Whole {
				require.Zero(t, got.Shift)
			}
		}
		for _, k := range r.Criteria {
			criteria += k.Delta
		}
		require.Equal(t, total, r.Total.Delta)
		require.Equal(t, total, criteria+shifts)
	})
	require.Positive(t, differing)
}

// Many months of many companies go through in one pass, in any order, to the
// same report.
func TestOrderDoesNotMatter(t *testing.T) {
	var months []*finding.Month
	for c := range 40 {
		for m := range 6 {
			months = append(months, observed(fmt.Sprintf("c%02d", c), time.Month(m+1), (c+m)%4, c%2))
		}
	}
	write := func(months []*finding.Month) string {
		r, err := impact.Compare(t.Context(), load(t, before), load(t, after), of(months...))
		require.NoError(t, err)
		require.Equal(t, 240, r.Total.Months)
		var b bytes.Buffer
		require.NoError(t, r.JSON(&b))
		return b.String()
	}
	want := write(months)
	slices.Reverse(months)
	require.Equal(t, want, write(months))
}

// What can't be compared is an error that names it, and nothing hangs.
func TestErrors(t *testing.T) {
	a, b := load(t, before), load(t, after)
	bad := errors.New("a bad line")
	_, err := impact.Compare(t.Context(), a, b, func(yield func(*finding.Month, error) bool) {
		for _, m := range two() {
			if !yield(m, nil) {
				return
			}
		}
		yield(nil, bad)
	})
	require.ErrorIs(t, err, bad)
	var twice *impact.TwiceError
	_, err = impact.Compare(t.Context(), a, b, of(observed("a", 2, 1, 1), observed("a", 2, 1, 1)))
	require.ErrorAs(t, err, &twice)
	require.EqualError(t, twice, `company "a", month 2026-02: given twice`)
	elsewhere := load(t, strings.Replace(after, "Europe/Amsterdam", "America/Aruba", 1))
	var zone *norm.ZoneError
	_, err = impact.Compare(t.Context(), a, elsewhere, of(two()...))
	require.ErrorAs(t, err, &zone)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = impact.Compare(ctx, a, b, func(yield func(*finding.Month, error) bool) {
		for i := 0; ; i++ {
			if i == 100 {
				cancel()
			}
			if !yield(observed(fmt.Sprint(i), 2, 1, 1), nil) {
				return
			}
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	none, err := impact.Compare(t.Context(), a, b, of())
	require.NoError(t, err)
	require.True(t, none.Empty())
	var text bytes.Buffer
	require.NoError(t, none.Text(&text, "en"))
	require.Contains(t, text.String(), "no month to judge")
}

func ExampleCompare() {
	base, err := cyberkeurmerk.Norm()
	if err != nil {
		panic(err)
	}
	file, err := cyberkeurmerk.FS().ReadFile(cyberkeurmerk.File)
	if err != nil {
		panic(err)
	}
	strict, err := norm.Load(fstest.MapFS{"base.yaml": {Data: file}, "norm.yaml": {Data: []byte(`keurmerk: 1
id: strict
version: "1"
extends: {file: base.yaml, logic: ` + base.Logic() + `}
tailor: [{set: parameters.more_than_employees, to: 9, because: only for larger firms}]
`)}}, "norm.yaml")
	if err != nil {
		panic(err)
	}
	report, err := impact.Compare(context.Background(), base, strict, of(observed("kvk:1", 11, 12, 8)))
	if err != nil {
		panic(err)
	}
	for _, c := range report.Companies {
		for _, m := range c.Months {
			fmt.Println(c.ID, m.Month, m.Delta(), m.Changes)
		}
	}
	// Output:
	// kvk:1 2026-11 -10% [{employees met unmet -10%}]
}

func BenchmarkCompare(b *testing.B) {
	n, err := cyberkeurmerk.Norm()
	require.NoError(b, err)
	file, err := cyberkeurmerk.FS().ReadFile(cyberkeurmerk.File)
	require.NoError(b, err)
	other := load(b, strings.Replace(string(file), "more_than_computers: {value: 5", "more_than_computers: {value: 6", 1))
	var months []*finding.Month
	for c := range 200 {
		for m := range 6 {
			months = append(months, observed(fmt.Sprint(c), time.Month(m+1), 6+c%2, 8))
		}
	}
	for b.Loop() {
		_, err := impact.Compare(b.Context(), n, other, of(months...))
		require.NoError(b, err)
	}
	b.ReportMetric(float64(len(months)*b.N)/b.Elapsed().Seconds(), "months/s")
}
