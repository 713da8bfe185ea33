package norm_test

import (
	"context"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// kept is a month with as many backups as given, some tested in November.
func kept(tested, untested int) *finding.Month {
	m := month()
	m.Custom = map[string][]finding.Custom{}
	for i := range tested + untested {
		day := "2026-10-31"
		if i < tested {
			day = "2026-11-01"
		}
		m.Custom["backup"] = append(m.Custom["backup"], finding.Custom{ID: fmt.Sprintf("n%d", i), Fields: map[string]finding.Value{"tested": finding.TextValue(day)}})
	}
	return m
}

// Every word of a count, with a number and with a parameter, over a list, a
// custom list and a named value: what it means just below, at and above.
func TestCounts(t *testing.T) {
	for word, holds := range map[string]func(n int) bool{
		"more_than": func(n int) bool { return n > 2 }, "at_least": func(n int) bool { return n >= 2 },
		"at_most": func(n int) bool { return n <= 2 }, "fewer_than": func(n int) bool { return n < 2 },
	} {
		for _, limit := range []string{"2", "two"} {
			for _, list := range []string{"custom.backup\n      where: this_month(it.tested)", "fresh", "custom.backup\n      where: days(it.tested) < 29 + params.two"} {
				name := fmt.Sprintf("%s %s of %s", word, limit, list)
				n := load(t, with(fmt.Sprintf("\n      count: %s\n      %s: %s", list, word, limit), `types: {backup: {tested: date}}
parameters: {two: {value: 2}}
let: {fresh: "custom.backup.filter(b, this_month(b.tested))"}
`))
				for count := range 5 {
					v := verdict(t, n, kept(count, 2))
					require.Equal(t, holds(count), v.Outcome == ruling.Met, "%s: %d", name, count)
					if count > 0 && list != "fresh" {
						require.Len(t, v.Evidence, count, "%s: %d", name, count)
					}
					require.False(t, v.Vacuous && list != "fresh", name)
				}
				require.Equal(t, holds(0), verdict(t, n, kept(0, 0)).Vacuous, "%s: true of nothing", name)
			}
		}
	}
}

// What a form means is the CEL that one would write, over any list.
func TestForms(t *testing.T) {
	for form, cel := range map[string]string{
		"none: custom.backup\n      where: this_month(it.tested)":  "!custom.backup.exists(b, this_month(b.tested))",
		"some: custom.backup\n      where: this_month(it.tested)":  "custom.backup.exists(b, this_month(b.tested))",
		"every: custom.backup\n      where: this_month(it.tested)": "custom.backup.all(b, this_month(b.tested))",
		"none: fresh": "!fresh.exists(b, true)",
		"some: fresh": "fresh.exists(b, true)",
		"every: fresh\n      where: has(it.tested)":       "fresh.all(b, has(b.tested))",
		"count: fresh\n      at_least: 1":                 "fresh.filter(b, true).size() >= 1",
		"some: fresh\n      where: it.id in ['n0', 'n1']": "fresh.exists(b, b.id in ['n0', 'n1'])",
	} {
		before := "types: {backup: {tested: date}}\nlet: {fresh: \"custom.backup.filter(b, this_month(b.tested))\"}\n"
		a, b := load(t, with("\n      "+form, before)), load(t, with(`"`+cel+`"`, before))
		require.Equal(t, b.Logic(), a.Logic(), form)
		for tested := range 3 {
			for untested := range 3 {
				m := kept(tested, untested)
				require.Equal(t, verdict(t, b, m), verdict(t, a, m), "%s: %d and %d", form, tested, untested)
			}
		}
	}
}

// A named value uses those before it, is of any type, and what fails in it
// makes every criterion that needs it unknown, and no other.
func TestLets(t *testing.T) {
	text := strings.Replace(with("three > 2", `let:
  one: computers.size()
  two: one - 1
  three: one * two - 3 * (two - 1)
  fresh: computers.filter(c, c.fresh)
  ids: fresh.map(c, c.id)
  broken: company.size > 1
  worse: broken || !broken
`), "    weight: 100%\n", "    weight: 50%\n", 1)
	text = strings.Replace(text, "certification:", `  - {id: two, weight: 20%, when: "'a' in ids && !('c' in ids)"}
  - {id: three, weight: 20%, when: worse}
  - {id: four, weight: 10%, when: "worse || fresh.size() == 2"}
certification:`, 1)
	n := load(t, text)
	verdicts, err := n.Judge(context.Background(), month())
	require.NoError(t, err)
	var outcomes []ruling.Outcome
	for _, v := range verdicts {
		outcomes = append(outcomes, v.Outcome)
	}
	require.Equal(t, []ruling.Outcome{ruling.Met, ruling.Met, ruling.Unknown, ruling.Met}, outcomes)
	require.Contains(t, verdicts[2].Reason, `the company has no "size"`)
}

// What days and this_month say of instants around the month's bounds, which
// are those of the norm's time zone.
func TestMonthFunctions(t *testing.T) {
	start := time.Date(2026, 10, 31, 23, 0, 0, 0, time.UTC)
	end := time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at   time.Time
		this bool
		days int
	}{
		{start.Add(-time.Nanosecond), false, 30}, {start, true, 30}, {start.Add(time.Nanosecond), true, 29},
		{end.Add(-24 * time.Hour), true, 1}, {end.Add(-24*time.Hour + time.Nanosecond), true, 0}, {end.Add(-time.Nanosecond), true, 0},
		{start.Add(-365 * 24 * time.Hour), false, 395},
	} {
		m := month()
		m.Computers = []finding.Computer{{ID: "a", Seen: c.at}}
		require.Equal(t, c.this, verdict(t, load(t, with("computers.all(c, this_month(c.seen))", "")), m).Outcome == ruling.Met, c.at)
		v := verdict(t, load(t, with(fmt.Sprintf("computers.all(c, days(c.seen) == %d)", c.days), "")), m)
		require.Equal(t, ruling.Met, v.Outcome, "%v: %s", c.at, v.Reason)
	}
	// Computers retire after the month too: no whole period has passed.
	m := month()
	m.Computers = []finding.Computer{{ID: "a", Seen: start, Retired: end.Add(time.Hour)}}
	require.Equal(t, ruling.Met, verdict(t, load(t, with("computers.all(c, days(c.retired) == 0 && !this_month(c.retired))", "")), m).Outcome)
}

// A field that a record lacks is told by has, and fails where it is used; a
// derived field is always there, but for the days since an offer that nobody
// dated.
func TestHas(t *testing.T) {
	for when, want := range map[string]ruling.Outcome{
		"computers.exists(c, !has(c.seen))":                    ruling.Met,
		"computers.all(c, has(c.fresh) && has(c.active))":      ruling.Met,
		"computers.all(c, !has(c.os))":                         ruling.Met,
		"computers.all(c, c.os == 'x')":                        ruling.Unknown,
		"computers.all(c, has(c.os) && c.os == 'x')":           ruling.Unmet,
		"has(company.enrolled) && !has(company.size)":          ruling.Met,
		"has(params.two)":                                      ruling.Met,
		"has(custom.backup) && custom.backup.size() == 0":      ruling.Met,
		"courses.all(c, !has(c.days_offered))":                 ruling.Met,
		"courses.exists(c, c.days_offered > 0)":                ruling.Unmet,
		"courses.exists(c, !(c.days_offered > 0))":             ruling.Met,
		"vulnerabilities.all(v, has(v.days_open))":             ruling.Met,
		"computers.exists(c, c.id in ['x', 'a'])":              ruling.Met,
		"2 in [1, params.two]":                                 ruling.Met,
		"vulnerabilities.exists(v, v.severity in [HIGH, LOW])": ruling.Unmet,
		"'a' in []": ruling.Unmet,
	} {
		m := month()
		m.Courses = []finding.Course{{ID: "c"}}
		v := verdict(t, load(t, with(`"`+when+`"`, "types: {backup: {tested: date}}\nparameters: {two: {value: 2}}\n")), m)
		require.Equal(t, want, v.Outcome, "%s: %s", when, v.Reason)
	}
}

// portion is n of d in points, rounded down, as exact arithmetic has it; where
// there is nothing to take a part of, or the number is too large, it fails.
func TestPortion(t *testing.T) {
	n := load(t, strings.Replace(with("@", "types: {part: {n: number, d: number}}\n"), "when: @", "share: portion(custom.part.filter(p, p.id == 'x').size(), custom.part.size())", 1))
	m := month()
	m.Custom = map[string][]finding.Custom{"part": {{ID: "x"}, {ID: "y"}, {ID: "z"}}}
	require.EqualValues(t, 3333, verdict(t, n, m).Share)

	compared := load(t, with(`"custom.part.all(p, portion(p.n, p.d) == p.points)"`, "types: {part: {n: number, d: number, points: number}}\n"))
	numbers := rapid.OneOf(rapid.Int64Range(-50, 50), rapid.Int64Range(-1<<53+1, 1<<53-1))
	failed := 0
	rapid.Check(t, func(t *rapid.T) {
		a, d := numbers.Draw(t, "n"), numbers.Draw(t, "d")
		points := new(big.Int).Mul(big.NewInt(a), big.NewInt(10000))
		fits := d > 0 && points.IsInt64()
		want := int64(0)
		if fits {
			want = new(big.Int).Div(points, big.NewInt(d)).Int64() // Euclidean: down, for d > 0
		}
		if want > 1<<53-1 || want < -(1<<53-1) {
			return // no number of a document
		}
		m := month()
		m.Custom = map[string][]finding.Custom{"part": {{ID: "x", Fields: map[string]finding.Value{
			"n": finding.NumberValue(a), "d": finding.NumberValue(d), "points": finding.NumberValue(want)}}}}
		verdicts, err := compared.Judge(context.Background(), m)
		require.NoError(t, err)
		if fits {
			require.Equal(t, ruling.Met, verdicts[0].Outcome, verdicts[0].Reason)
			return
		}
		failed++
		require.Equal(t, ruling.Unknown, verdicts[0].Outcome)
		require.Regexp(t, "nothing to take a part of|overflow", verdicts[0].Reason)
	})
	require.Positive(t, failed)
}

// What a criterion says of itself is asked in order: whether it applies,
// whether it was measured, and only then the condition.
func TestOrderOfQuestions(t *testing.T) {
	for text, want := range map[string]struct {
		outcome ruling.Outcome
		reason  string
	}{
		"applies: 'false'\n    measured: company.size > 1":                     {ruling.NotApplicable, ""},
		"applies: 'false'\n    evidence: computers.filter(c, c.os == 'x')":     {ruling.NotApplicable, ""},
		"applies: 'true'\n    measured: 'false'":                               {ruling.Unknown, "not measured"},
		"applies: company.size > 1\n    measured: 'false'":                     {ruling.Unknown, `has no "size"`},
		"measured: 'true'\n    evidence: \"computers.filter(c, c.os == 'x')\"": {ruling.Unknown, `has no "os"`},
		"measured: 'false'\n    evidence: computers.filter(c, c.os == 'x')":    {ruling.Unknown, "not measured"},
	} {
		v := verdict(t, load(t, with("company.active\n    "+text, "")), month())
		require.Equal(t, want.outcome, v.Outcome, text)
		require.Contains(t, v.Reason, want.reason, text)
		require.Empty(t, v.Evidence, text)
		require.Zero(t, v.Share, text)
	}
}

// A share is met only when full; evidence is what the norm points at.
func TestShareOutcomes(t *testing.T) {
	n := load(t, strings.Replace(with("@", "let: {stale: 'computers.filter(c, !c.fresh)'}\n"), "when: @",
		"share: portion(computers.size() - stale.size(), computers.size())\n    evidence: stale", 1))
	v := verdict(t, n, month())
	require.Equal(t, ruling.Unmet, v.Outcome)
	require.EqualValues(t, 6666, v.Share)
	require.Equal(t, [][]string{{"computer", "c"}}, v.Evidence)
	m := month()
	m.Computers = m.Computers[:2]
	v = verdict(t, n, m)
	require.Equal(t, ruling.Met, v.Outcome)
	require.EqualValues(t, ruling.Whole, v.Share)
	m.Computers = nil
	require.Contains(t, verdict(t, n, m).Reason, "nothing to take a part of")
}
