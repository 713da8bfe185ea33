package card_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const text = `{"company":"c","month":"2026-11","norm":{"id":"n","version":"1","digest":"sha256:0","effective":true},` +
	`"findings":{"digest":"sha256:1","count":3},"engine":"keurmerk/0.1.0","earned":3000,"applicable":9000,"score":3333,"waived":null,` +
	`"threshold":8000,"measured":5555,"qualifies":false,"waivers":[],"criteria":[` +
	`{"id":"a","weight":3000,"points":3000,"outcome":"met","vacuous":true,"reason":"","evidence":{"count":1,"keys":[["computer","pc-1"]]}},` +
	`{"id":"b","weight":2000,"points":0,"outcome":"unmet","vacuous":false,"reason":"","evidence":{"count":0,"keys":[]}},` +
	`{"id":"c","weight":4000,"points":0,"outcome":"unknown","vacuous":false,"reason":"r","evidence":{"count":0,"keys":[]}},` +
	`{"id":"d","weight":1000,"points":0,"outcome":"not_applicable","vacuous":false,"reason":"","evidence":{"count":0,"keys":[]}}]}`

// A card is written as it is read, to the byte.
func TestReadsBack(t *testing.T) {
	c, err := card.Decode(strings.NewReader(text))
	require.NoError(t, err)
	require.Equal(t, finding.MonthOf(2026, 11), c.Month)
	require.Equal(t, ruling.Met, c.Find("a").Outcome)
	require.Nil(t, c.Find("z"))
	out, err := json.Marshal(c)
	require.NoError(t, err)
	require.Equal(t, text, string(out))
}

// A card whose figures contradict each other is refused, with the figure.
func TestContradictions(t *testing.T) {
	for change, says := range map[string]string{
		`"earned":3000>"earned":3001`:                                   "earned is 3001, its criteria add up to 3000",
		`"applicable":9000>"applicable":10000`:                          "applicable is 10000",
		`"score":3333>"score":3334`:                                     "score is 3334",
		`"measured":5555>"measured":5556`:                               "measured is 5556",
		`"points":3000>"points":2999`:                                   "a.points is 2999",
		`"points":0,"outcome":"unknown">"points":1,"outcome":"unknown"`: "c.points is 1",
		`"points":0,"outcome":"unmet">"points":2001,"outcome":"unmet"`:  "b.points is 2001",
		`"effective":true>"effective":false`:                            "",
		`"company":"c">"company":"c","company":"d"`:                     "duplicate",
		`"company":"c">"company":5`:                                     "can't be read",
		`"outcome":"met">"outcome":"Met"`:                               "can't be read",
		`"score":3333>"score":3333.0`:                                   "can't be read",
		`"criteria":[>"x":1}{"criteria":[`:                              "can't be read",
	} {
		old, changed, _ := strings.Cut(change, ">")
		_, err := card.Decode(strings.NewReader(strings.Replace(text, old, changed, 1)))
		if says == "" {
			require.NoError(t, err, change)
			continue
		}
		require.ErrorContains(t, err, says, change)
	}
	_, err := card.Decode(strings.NewReader(strings.Replace(strings.Replace(text, `"effective":true`, `"effective":false`, 1), `"qualifies":false`, `"qualifies":true`, 1)))
	require.ErrorContains(t, err, "outside the norm's range")
	_, err = card.Decode(strings.NewReader(`{"x":"` + strings.Repeat("x", card.MaxBytes)))
	require.ErrorContains(t, err, "larger than")
}

// Tally by hand: sums of weights, shares rounded down, threshold compared
// exactly, and a better verdict never earns less.
func TestTallyLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := ruling.Scoring{
			Threshold:         ruling.Points(rapid.IntRange(0, 10000).Draw(t, "threshold")),
			RefuseUnknown:     rapid.Bool().Draw(t, "refuse"),
			EarnNotApplicable: rapid.Bool().Draw(t, "earn"),
		}
		verdicts := make([]ruling.Verdict, rapid.IntRange(1, 8).Draw(t, "n"))
		for i := range verdicts {
			v := &verdicts[i]
			v.Weight = ruling.Points(rapid.IntRange(0, 3000).Draw(t, "weight"))
			v.Outcome = ruling.Outcome(rapid.IntRange(0, 3).Draw(t, "outcome"))
			v.Required = rapid.IntRange(0, 4).Draw(t, "required") == 0
			if v.Outcome == ruling.Unmet {
				v.Share = ruling.Points(rapid.IntRange(0, 9999).Draw(t, "share"))
			}
		}
		s := card.Tally(verdicts, rules)
		require.LessOrEqual(t, s.Earned, s.Applicable)
		require.LessOrEqual(t, s.Measured, ruling.Whole)
		if s.Score != nil {
			require.LessOrEqual(t, *s.Score*s.Applicable, s.Earned*ruling.Whole, "never rounded up")
			require.Greater(t, (*s.Score+1)*s.Applicable, s.Earned*ruling.Whole, "by less than a point")
		}
		require.False(t, s.Qualifies && s.Score == nil)
		if s.Qualifies {
			require.GreaterOrEqual(t, *s.Score, rules.Threshold)
		}
		i := rapid.IntRange(0, len(verdicts)-1).Draw(t, "better")
		if verdicts[i].Outcome != ruling.NotApplicable {
			verdicts[i].Outcome, verdicts[i].Share = ruling.Met, ruling.Whole
			better := card.Tally(verdicts, rules)
			require.GreaterOrEqual(t, better.Earned, s.Earned)
			require.True(t, better.Qualifies || !s.Qualifies)
		}
	})
}
