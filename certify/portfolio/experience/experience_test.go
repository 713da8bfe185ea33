package experience

import (
	"fmt"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/book"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const january = finding.YearMonth(2026 * 12)

func terms() ruling.Terms {
	return ruling.Terms{
		Zone: "Europe/Amsterdam", Months: 6, Of: 6, CloseDay: 6, Grace: ruling.Grace{Months: 1, Budget: 2, Window: 12},
		Suspension: ruling.Suspension{Restore: 2, Max: 6}, ReEarn: 6, Corrections: 6,
	}
}

// scored is a score recorded at the end of its month.
func scored(t require.TestingT, company string, m finding.YearMonth, points ruling.Points) certify.Entry {
	zone, err := finding.LoadZone("Europe/Amsterdam")
	require.NoError(t, err)
	return certify.Entry{ID: fmt.Sprintf("%s %v", company, m), Company: company, Recorded: (m + 1).Start(zone), Type: certify.Score, Month: m,
		Card: &card.Card{Score: &points}}
}

func programme(t require.TestingT, asOf time.Time, entries ...certify.Entry) *portfolio.Programme {
	p, err := portfolio.New(certify.Versions{{Terms: terms()}}, entries, asOf)
	require.NoError(t, err)
	return p
}

func newYear(t require.TestingT, year int) time.Time {
	zone, err := finding.LoadZone("Europe/Amsterdam")
	require.NoError(t, err)
	return finding.MonthOf(year, time.January).Start(zone)
}

func day(year int, month time.Month, d int) book.Day { return book.DayOf(year, month, d) }

// A year's policy, worked out by hand: no score is known in January and
// February, 70 % in March, 90 % from April.
func TestByHand(t *testing.T) {
	p := programme(t, newYear(t, 2027), scored(t, "a", january, 7000), scored(t, "a", january+1, 9000), scored(t, "a", january+4, 9500), scored(t, "a", january+7, 9500))
	b, err := book.New([]book.Policy{{ID: "P", Company: "a", From: day(2026, 1, 1), Until: day(2027, 1, 1), Premium: 36500}, {ID: "Q", Company: "b", From: day(2026, 12, 31), Until: day(2028, 1, 1), Premium: 366}},
		[]book.Claim{
			{ID: "1", Policy: "P", Occurred: day(2026, 2, 28), Valued: day(2026, 3, 1), Paid: 5000},
			{ID: "2", Policy: "P", Occurred: day(2026, 4, 1), Valued: day(2026, 4, 2), Paid: 1000, Reserved: 9000},
			{ID: "2", Policy: "P", Occurred: day(2026, 4, 1), Valued: day(2026, 9, 1), Paid: 4000},
			{ID: "3", Policy: "P", Occurred: day(2026, 4, 30), Valued: day(2027, 1, 1), Paid: 1},
		})
	require.NoError(t, err)
	e, err := Of(p, b, Options{})
	require.NoError(t, err)
	require.Equal(t, day(2026, 12, 31), e.Valued)
	require.Equal(t, "60%–80% 80%–90% 90%–100% -", fmt.Sprint(e.Rows[1].Band, " ", e.Rows[2].Band, " ", e.Rows[3].Band, " ", e.Rows[4].Band))
	require.Zero(t, e.Rows[0].Exposure)
	require.False(t, e.Rows[0].Frequency.Known, "nothing is estimable without exposure")
	require.Equal(t, []Part{{"a", Month, 0, 3100, 0}}, e.Rows[1].Parts)
	require.Equal(t, []Part{{"a", 9 * Month, 1, 27500, 4000}}, e.Rows[3].Parts, "valued at the end of the year")
	require.Equal(t, []Part{{"a", 2 * Month, 1, 5900, 5000}, {"b", Month / 31, 0, 1, 0}}, e.Rows[4].Parts)
	require.Equal(t, 2, e.Total.Companies)
	require.Equal(t, "1.33 [0.03 7.43]", fmt.Sprintf("%.2f [%.2f %.2f]", e.Rows[3].Frequency.Value, e.Rows[3].Frequency.Interval.Low, e.Rows[3].Frequency.Interval.High))
	require.Equal(t, "0.145", fmt.Sprintf("%.3f", e.Rows[3].LossRatio.Value))
	require.True(t, e.Rows[3].LossRatio.Interval.Known)
	require.Nil(t, e.Model)
	require.ErrorContains(t, e.NotEstimable, "no group has two periods")

	earlier, err := Of(p, b, Options{Valued: day(2026, 8, 31), From: january + 3})
	require.NoError(t, err)
	require.Equal(t, []Part{{"a", 5 * Month, 1, 15300, 10000}}, earlier.Rows[3].Parts, "valued before, with its reserve; exposure ends with it")
	require.Empty(t, earlier.Rows[4].Parts, "February lies before the months asked about")
}

// Options that make no sense are refused.
func TestOptions(t *testing.T) {
	p := programme(t, newYear(t, 2027))
	b, err := book.New(nil, nil)
	require.NoError(t, err)
	for says, o := range map[string]Options{
		"lies after 2026-12-31":            {Valued: day(2027, 1, 1)},
		"not at [80% 60%]":                 {Edges: []ruling.Points{8000, 6000}},
		"not at [0%]":                      {Edges: []ruling.Points{0}},
		"not at [100%]":                    {Edges: []ruling.Points{10000}},
		"no exposure from 2027-01 to 2026": {From: january + 12},
	} {
		_, err := Of(p, b, o)
		require.ErrorContains(t, err, says)
	}
	e, err := Of(p, b, Options{Edges: []ruling.Points{}})
	require.NoError(t, err)
	require.Len(t, e.Rows, 2, "one band, and the one without a score")
	require.False(t, e.Total.LossRatio.Known)
}

// Everything agrees with going through every day of every policy by itself.
func TestDayByDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var entries []certify.Entry
		for c := range 3 {
			for m := january; m < january+14; m++ {
				if rapid.IntRange(0, 3).Draw(t, "scored") > 0 {
					entries = append(entries, scored(t, fmt.Sprint(c), m, ruling.Points(rapid.IntRange(0, 10000).Draw(t, "score"))))
				}
			}
		}
		p := programme(t, newYear(t, 2028), entries...)
		var policies []book.Policy
		var claims []book.Claim
		for i := range rapid.IntRange(1, 5).Draw(t, "policies") {
			from := day(2026, 1, 1) + book.Day(rapid.IntRange(0, 400).Draw(t, "from"))
			policy := book.Policy{ID: fmt.Sprint(i), Company: fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "company")), From: from,
				Until: from + book.Day(rapid.IntRange(1, 400).Draw(t, "days")), Premium: book.Amount(rapid.IntRange(0, 1_000_000).Draw(t, "premium"))}
			policies = append(policies, policy)
			for j := range rapid.IntRange(0, 3).Draw(t, "claims") {
				on := policy.From + book.Day(rapid.IntRange(0, int(policy.Until-policy.From)-1).Draw(t, "on"))
				claims = append(claims, book.Claim{ID: fmt.Sprint(i, "/", j), Policy: policy.ID, Occurred: on, Valued: on + book.Day(rapid.IntRange(0, 100).Draw(t, "delay")), Paid: book.Amount(rapid.IntRange(0, 1000).Draw(t, "paid"))})
			}
		}
		b, err := book.New(policies, claims)
		require.NoError(t, err)
		o := Options{From: january + finding.YearMonth(rapid.IntRange(0, 6).Draw(t, "first")), Until: january + finding.YearMonth(rapid.IntRange(6, 30).Draw(t, "last")),
			Valued: day(2026, 12, 1) + book.Day(rapid.IntRange(0, 300).Draw(t, "valued"))}
		e, err := Of(p, b, o)
		require.NoError(t, err)
		got := map[string]Part{}
		for i, row := range e.Rows {
			for _, part := range row.Parts {
				got[fmt.Sprint(i, " ", part.Company)] = part
			}
		}
		require.Equal(t, everyDay(t, p, policies, claims, o), got)
	})
}

func everyDay(t require.TestingT, p *portfolio.Programme, policies []book.Policy, claims []book.Claim, o Options) map[string]Part {
	want := map[string]Part{}
	at := func(company string, d book.Day, add func(*Part)) {
		year, month, _ := d.Date()
		m := finding.MonthOf(year, month)
		if m < o.From || m > o.Until || d > o.Valued {
			return
		}
		known, err := p.Known(company, m, m)
		require.NoError(t, err)
		band := 4
		for i, edge := range []ruling.Points{10001, 9000, 8000, 6000} {
			if known[0].Found && known[0].Score < edge {
				band = 3 - i
			}
		}
		key := fmt.Sprint(band, " ", company)
		part := want[key]
		part.Company = company
		add(&part)
		want[key] = part
	}
	for _, policy := range policies {
		for d := policy.From; d < policy.Until; d++ {
			at(policy.Company, d, func(part *Part) {
				year, month, _ := d.Date()
				part.Exposure += Month / Exposure(time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day())
				part.Premium += earnedBy(&policy, d+1) - earnedBy(&policy, d)
			})
		}
		for _, c := range claims {
			if c.Policy == policy.ID && c.Valued <= o.Valued {
				at(policy.Company, c.Occurred, func(part *Part) { part.Claims++; part.Incurred += c.Incurred() })
			}
		}
	}
	return want
}

// Two years of two bands that differ are believed in part.
func TestCredibility(t *testing.T) {
	var entries []certify.Entry
	var policies []book.Policy
	var claims []book.Claim
	for c := range 40 {
		company, points := fmt.Sprint("c", c), ruling.Points(5000)
		if c%2 == 0 {
			points = 9500
		}
		for m := january - 3; m < january+24; m++ {
			entries = append(entries, scored(t, company, m, points))
		}
		policies = append(policies, book.Policy{ID: company, Company: company, From: day(2026, 1, 1), Until: day(2028, 1, 1), Premium: 100000})
		if c%2 == 1 {
			claims = append(claims, book.Claim{ID: company, Policy: company, Occurred: day(2026+c%4/2, 6, 1), Valued: day(2027, 12, 1), Paid: 1000})
		}
	}
	b, err := book.New(policies, claims)
	require.NoError(t, err)
	e, err := Of(programme(t, newYear(t, 2028), entries...), b, Options{})
	require.NoError(t, err)
	require.NoError(t, e.NotEstimable)
	require.NotNil(t, e.Model)
	low, high := e.Rows[0], e.Rows[3]
	require.Equal(t, 40.0, low.Exposure.Years())
	require.Equal(t, "0.50 0.00", fmt.Sprintf("%.2f %.2f", low.Frequency.Value, high.Frequency.Value))
	require.Nil(t, e.Rows[1].Credible)
	require.Less(t, low.Credible.Credible, 0.5+1e-9)
	require.Greater(t, high.Credible.Credible, -1e-9)
	require.Equal(t, Year*80, e.Total.Exposure)
	require.Equal(t, book.Amount(4000000), e.Total.Premium, "all of the premium is earned, to the cent")
}

// BenchmarkOf is 10,000 companies over 60 months, with a policy a year each.
func BenchmarkOf(b *testing.B) {
	const companies, months = 10_000, 60
	var entries []certify.Entry
	var policies []book.Policy
	var claims []book.Claim
	for c := range companies {
		company := fmt.Sprintf("kvk:%08d", c)
		for m := range finding.YearMonth(months) {
			entries = append(entries, scored(b, company, january+m, ruling.Points(5000+(c*7+int(m)*13)%50*100)))
		}
		for year := range months / 12 {
			id := fmt.Sprintf("%s/%d", company, year)
			policies = append(policies, book.Policy{ID: id, Company: company, From: day(2026+year, 1, 1), Until: day(2027+year, 1, 1), Premium: 125000})
			if (c+year)%20 == 0 {
				claims = append(claims, book.Claim{ID: id, Policy: id, Occurred: day(2026+year, 5, 1), Valued: day(2026+year, 6, 1), Paid: book.Amount(1000 + c)})
			}
		}
	}
	p := programme(b, newYear(b, 2026+months/12), entries...)
	bk, err := book.New(policies, claims)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Of(p, bk, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
