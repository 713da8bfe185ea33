package score_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func reference(t testing.TB) *norm.Norm {
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	return n
}

func judge(t require.TestingT, n *norm.Norm, m *finding.Month, waivers ...score.Waiver) *score.Card {
	c, err := score.Judge(context.Background(), n, m, waivers...)
	require.NoError(t, err)
	return c
}

// table is the reference norm's table of criteria in plain Go: the outcome of
// each, written without CEL and without the library's derived values.
func table(m *finding.Month) map[string]string {
	start, end := utc("2026-10-31T23:00:00Z"), utc("2026-11-30T23:00:00Z")
	known := func(t time.Time) bool { return t.Year() > 1 }
	before := func(t time.Time) bool { return known(t) && t.Before(end) }
	fresh := func(t time.Time) bool { return before(t) && !t.Before(start) }
	high, medium := map[finding.AssetType]int{}, map[finding.AssetType]int{}
	for _, v := range m.Vulnerabilities {
		open := v.Status != finding.StatusAccepted && v.Status != finding.StatusFalsePositive && (!known(v.Found) || before(v.Found))
		if before(v.Fixed) && (!known(v.Seen) || !v.Fixed.Before(v.Seen)) {
			open = false
		}
		if open && v.Severity != finding.SeverityNone {
			medium[v.AssetType]++
			if v.Severity != finding.SeverityLow && v.Severity != finding.SeverityMedium {
				high[v.AssetType]++
			}
		}
	}
	sites, unscanned := 0, 0
	for _, w := range m.Websites {
		if !before(w.Retired) {
			sites++
			if !fresh(w.Scanned) {
				unscanned++
			}
		}
	}
	computers, seen := 0, 0
	for _, c := range m.Computers {
		if !before(c.Retired) {
			computers++
			if fresh(c.Seen) {
				seen++
			}
		}
	}
	staff := 0
	for _, e := range m.Employees {
		if before(e.Enrolled) && !before(e.Left) {
			staff++
		}
	}
	done, low := 0, 0
	for _, q := range m.Questionnaires {
		if before(q.Completed) {
			done++
			if q.Score < 70 {
				low++
			}
		}
	}
	offered := 0
	for _, c := range m.Courses {
		if known(c.Offered) && end.Sub(c.Offered) < 366*24*time.Hour {
			offered++
		}
	}
	outcome := func(measured, met bool) string {
		switch {
		case !measured:
			return "unknown"
		case met:
			return "met"
		}
		return "unmet"
	}
	scanned := sites > 0 && unscanned == 0
	return map[string]string{
		"website-high":   outcome(scanned, high[finding.AssetWebsite] == 0),
		"enrolled":       outcome(true, before(m.Company.Enrolled)),
		"computers":      outcome(true, seen > 5),
		"employees":      outcome(true, staff > 5),
		"questionnaires": outcome(done > 0, low == 0),
		"website-any":    outcome(scanned, medium[finding.AssetWebsite] == 0),
		"computer-high":  outcome(computers > 0 && seen*10 >= computers*9, high[finding.AssetComputer] == 0),
		"knowledge":      outcome(true, offered > 0),
	}
}

func utc(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// Each outcome follows the norm's table, the sums follow the outcomes, and the
// card is the same to the byte for every order of the records. Over 5,000
// random months near every boundary.
func TestReferenceTable(t *testing.T) {
	n := reference(t)
	months, outcomes := 0, map[string]int{}
	check := func(t *rapid.T) {
		m := findingtest.Month(t)
		c := judge(t, n, m)
		normal, err := m.Normal()
		require.NoError(t, err)
		want := table(normal)
		var earned, measured ruling.Points
		for _, k := range c.Criteria {
			require.Equal(t, want[k.ID], k.Outcome.String(), k.ID)
			outcomes[k.ID+" "+k.Outcome.String()]++
			if k.Outcome == ruling.Met {
				earned += k.Weight
			}
			if k.Outcome != ruling.Unknown {
				measured += k.Weight
			}
		}
		require.Equal(t, earned, c.Earned)
		require.Equal(t, earned, *c.Score)
		require.Equal(t, measured, c.Measured)
		require.Equal(t, earned >= 8000, c.Qualifies)
		require.NoError(t, c.Check())
		shuffled := judge(t, n, findingtest.Shuffle(t, m))
		a, err := json.Marshal(c)
		require.NoError(t, err)
		b, err := json.Marshal(shuffled)
		require.NoError(t, err)
		require.Equal(t, string(a), string(b))
		months++
	}
	for months < 5000 {
		rapid.Check(t, check)
	}
	for id := range table(&finding.Month{}) {
		require.Greater(t, outcomes[id+" met"], 50, "%s is met too seldom to test it", id)
		require.Greater(t, outcomes[id+" unmet"], 50, "%s is unmet too seldom to test it", id)
	}
}

// five is a norm of five criteria, one of each outcome, with partial credit.
const five = `keurmerk: 1
id: five
version: "1"
title: {nl: Vijf, en: Five}
languages: [nl, en]
effective: {from: 2022-09}
timezone: Europe/Amsterdam
score: {threshold: 50%, unknown: zero, not_applicable: redistribute}
criteria:
  - {id: met, weight: 30%, when: company.active}
  - {id: unmet, weight: 20%, when: "{none: employees}"}
  - {id: unknown, weight: 20%, when: company.size > 5}
  - {id: absent, weight: 10%, applies: websites.size() > 0, when: company.active}
  - {id: part, weight: 20%, share: "portion(computers.filter(c, c.fresh).size(), computers.size())"}
certification: {months: 6, close_day: 6}
`

func load(t testing.TB, text string, changes ...string) *norm.Norm {
	text = strings.Replace(text, `"{none: employees}"`, "{none: employees}", 1)
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(strings.NewReplacer(changes...).Replace(text))}}, "norm.yaml")
	require.NoError(t, err)
	return n
}

func someMonth() *finding.Month {
	day := utc("2026-11-10T12:00:00Z")
	return &finding.Month{Company: finding.Company{ID: "c", Enrolled: day}, Month: finding.MonthOf(2026, 11),
		Employees: []finding.Employee{{ID: "e-1"}, {ID: "e-2"}},
		Computers: []finding.Computer{{ID: "a", Seen: day}, {ID: "b", Seen: day}, {ID: "c"}}}
}

func TestArithmetic(t *testing.T) {
	for name, c := range map[string]struct {
		changes            []string
		earned, applicable ruling.Points
		score              int // -1: null
		measured           ruling.Points
		qualifies          bool
	}{
		"as it is":         {nil, 4333 - 0, 9000, 4333 * 10000 / 9000, 7777, false}, // 3000 + 6666 of 2000, rounded down
		"earn":             {[]string{"redistribute", "earn"}, 5333, 10000, 5333, 8000, true},
		"refuse":           {[]string{"unknown: zero", "unknown: refuse"}, 4333, 9000, -1, 7777, false},
		"exact threshold":  {[]string{"50%,", "48.14%,"}, 4333, 9000, 4814, 7777, true},
		"a point above it": {[]string{"50%,", "48.15%,"}, 4333, 9000, 4814, 7777, false},
		"required, unmet":  {[]string{"50%,", "10%,", "id: unmet,", "id: unmet, required: true,"}, 4333, 9000, 4814, 7777, false},
		"required, absent": {[]string{"50%,", "10%,", "id: absent,", "id: absent, required: true,"}, 4333, 9000, 4814, 7777, true},
		"not in force":     {[]string{"50%,", "10%,", "2022-09", "2027-01"}, 4333, 9000, 4814, 7777, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := judge(t, load(t, five, c.changes...), someMonth())
			require.Equal(t, c.earned, got.Earned)
			require.Equal(t, c.applicable, got.Applicable)
			if c.score < 0 {
				require.Nil(t, got.Score)
			} else {
				require.EqualValues(t, c.score, *got.Score)
			}
			require.Equal(t, c.measured, got.Measured)
			require.Equal(t, c.qualifies, got.Qualifies)
			require.NoError(t, got.Check())
		})
	}
}

func TestNothingApplicable(t *testing.T) {
	n := load(t, five, "{id: met, weight: 30%,", "{id: met, weight: 30%, applies: false,", "{id: unmet, weight: 20%,", "{id: unmet, weight: 20%, applies: false,",
		"{id: unknown, weight: 20%,", "{id: unknown, weight: 20%, applies: false,", "{id: part, weight: 20%,", "{id: part, weight: 20%, applies: false,")
	c := judge(t, n, someMonth())
	require.Nil(t, c.Score)
	require.Nil(t, c.Waived)
	require.False(t, c.Qualifies)
	line, err := json.Marshal(c)
	require.NoError(t, err)
	require.Contains(t, string(line), `"score":null,"waived":null`)
}

// A failing expression is unknown, with the place in the norm as its reason.
func TestReasons(t *testing.T) {
	c := judge(t, load(t, five), someMonth())
	require.Equal(t, `norm.yaml:12:46: the company has no "size"`, c.Find("unknown").Reason)
	m := someMonth()
	m.Computers = nil
	c = judge(t, load(t, five), m)
	require.Equal(t, ruling.Unknown, c.Find("part").Outcome)
	require.Contains(t, c.Find("part").Reason, "nothing to take a part of")
}

func TestEvidenceIsCut(t *testing.T) {
	m := someMonth()
	for i := range 45 {
		m.Employees = append(m.Employees, finding.Employee{ID: fmt.Sprintf("x-%02d", 44-i)})
	}
	m.Employees = append(m.Employees, finding.Employee{ID: "x-00"})
	e := judge(t, load(t, five), m).Find("unmet").Evidence
	require.Equal(t, 47, e.Count)
	require.Len(t, e.Keys, card.MaxKeys)
	require.Equal(t, ruling.Key{"employee", "e-1"}, e.Keys[0])
	require.Equal(t, ruling.Key{"employee", "x-17"}, e.Keys[19])
}

func TestRefusedMonths(t *testing.T) {
	n := reference(t)
	for name, m := range map[string]*finding.Month{
		"another zone":    {Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 11), Zone: "UTC"},
		"undeclared type": {Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 11), Custom: map[string][]finding.Custom{"backup": {{ID: "a"}}}},
		"no company":      {Month: finding.MonthOf(2026, 11)},
		"no month":        {Company: finding.Company{ID: "c"}},
	} {
		_, err := score.Judge(context.Background(), n, m)
		require.Error(t, err, name)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := score.Judge(ctx, n, someMonth())
	require.ErrorIs(t, err, context.Canceled, "a cancelled context is an error, never an outcome")
}

func TestWaivers(t *testing.T) {
	n := load(t, five)
	waiver := func(criterion, from, until string, key ...string) score.Waiver {
		return score.Waiver{Criterion: criterion, Reason: "r", Who: "w", From: from, Until: until, Key: key}
	}
	for name, c := range map[string]struct {
		waivers []score.Waiver
		waived  ruling.Points
		state   string
	}{
		"applied":     {[]score.Waiver{waiver("unmet", "2026-11", "2026-11")}, 6333 * 10000 / 9000, score.Applied},
		"last day":    {[]score.Waiver{waiver("unmet", "2026-11-30", "2026-11-30")}, 6333 * 10000 / 9000, score.Applied},
		"expired":     {[]score.Waiver{waiver("unmet", "2026-01", "2026-11-29")}, 4814, score.Expired},
		"pending":     {[]score.Waiver{waiver("unmet", "2026-12", "2027-01")}, 4814, score.Pending},
		"met anyway":  {[]score.Waiver{waiver("met", "2026-11", "2026-11")}, 4814, score.Unmatched},
		"one of two":  {[]score.Waiver{waiver("unmet", "2026-11", "2026-11", "employee", "e-1")}, 4814, score.Applied},
		"both":        {[]score.Waiver{waiver("unmet", "2026-11", "2026-11", "employee", "e-1"), waiver("unmet", "2026-11", "2026-11", "employee", "e-2")}, 6333 * 10000 / 9000, score.Applied},
		"no such key": {[]score.Waiver{waiver("unmet", "2026-11", "2026-11", "employee", "e-9")}, 4814, score.Unmatched},
		"unknown":     {[]score.Waiver{waiver("unknown", "2026-11", "2026-11")}, 6333 * 10000 / 9000, score.Applied},
	} {
		t.Run(name, func(t *testing.T) {
			got := judge(t, n, someMonth(), c.waivers...)
			require.Equal(t, c.waived, *got.Waived)
			require.EqualValues(t, 4814, *got.Score, "the raw score stands")
			require.False(t, got.Qualifies, "only the raw score qualifies a month")
			require.Equal(t, c.state, got.Waivers[0].State)
		})
	}
	counting := load(t, five, "unknown: zero,", "unknown: zero, waivers: count,")
	require.True(t, judge(t, counting, someMonth(), waiver("unmet", "2026-11", "2026-11")).Qualifies)
	for name, bad := range map[string]score.Waiver{
		"no such criterion": waiver("x", "2026-11", "2026-11"),
		"no month":          waiver("unmet", "x", "2026-11"),
		"backwards":         waiver("unmet", "2026-11", "2026-10"),
		"no reason":         {Criterion: "unmet", From: "2026-11", Until: "2026-11", Who: "w"},
	} {
		_, err := score.Judge(context.Background(), n, someMonth(), bad)
		var faulty *score.WaiverError
		require.ErrorAs(t, err, &faulty, name)
	}
}

// A stream gives the cards in its order, with errors in their places.
func TestAll(t *testing.T) {
	n := reference(t)
	months := func(yield func(*finding.Month, error) bool) {
		for i := range 300 {
			m := someMonth()
			m.Company.ID = fmt.Sprint(i)
			if i%7 == 3 {
				m.Zone = "UTC"
			}
			if !yield(m, nil) {
				return
			}
		}
		yield(nil, context.DeadlineExceeded)
	}
	i, errors := 0, 0
	for c, err := range score.All(context.Background(), n, months) {
		if err != nil {
			errors++
		} else {
			require.Equal(t, fmt.Sprint(i), c.Company)
		}
		i++
	}
	require.Equal(t, 301, i)
	require.Equal(t, 44, errors)
	for range score.All(context.Background(), n, months) {
		break // whoever stops early leaves nothing running
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	last := error(nil)
	for _, err := range score.All(ctx, n, months) {
		cancel()
		last = err
	}
	require.Error(t, last)
}

func ExampleJudge() {
	n, err := cyberkeurmerk.Norm()
	if err != nil {
		panic(err)
	}
	month, err := finding.Decode(strings.NewReader(`{"company":{"id":"kvk:30123456","enrolled":"2026-04-28"},"month":"2026-11"}`))
	if err != nil {
		panic(err)
	}
	card, err := score.Judge(context.Background(), n, month)
	if err != nil {
		panic(err)
	}
	fmt.Println(card.Score, "of", card.Threshold, "measured", card.Measured)
	for _, c := range card.Criteria[:3] {
		fmt.Printf("%s %s %s %q\n", c.ID, c.Outcome, c.Points, c.Reason)
	}
	// Output:
	// 10% of 80% measured 40%
	// website-high unknown 0% "not measured"
	// enrolled met 10% ""
	// computers unmet 0% ""
}
