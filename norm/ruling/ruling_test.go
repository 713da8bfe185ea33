package ruling_test

import (
	"testing"

	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParsePercent(t *testing.T) {
	for text, want := range map[string]ruling.Points{
		"0%": 0, "20%": 2000, "12.5%": 1250, "0.01%": 1, "79.99%": 7999, "100 %": 10000, "105%": 10500,
	} {
		got, err := ruling.ParsePercent(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "%", "20", "12,5%", "1.234%", "-5%", "1e2%", ".5%", "5.%", "٣%", "0x10%", "99999999%"} {
		_, err := ruling.ParsePercent(text)
		require.Error(t, err, text)
	}
}

// What is written is read back, and nothing is ever rounded.
func TestPercentReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := ruling.Points(rapid.IntRange(0, 20000).Draw(t, "points"))
		got, err := ruling.ParsePercent(p.String())
		require.NoError(t, err)
		require.Equal(t, p, got)
	})
}

func TestOutcomeWords(t *testing.T) {
	for _, o := range []ruling.Outcome{ruling.Unknown, ruling.Met, ruling.Unmet, ruling.NotApplicable} {
		text, err := o.MarshalText()
		require.NoError(t, err)
		var back ruling.Outcome
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, o, back)
	}
	var o ruling.Outcome
	require.Error(t, o.UnmarshalText([]byte("Met")))
	_, err := ruling.Outcome(9).MarshalText()
	require.Error(t, err)
}

func terms() ruling.Terms {
	return ruling.Terms{Zone: "Europe/Amsterdam", Months: 6, Of: 6, CloseDay: 6, MinMeasured: 9000,
		Excused: ruling.Excused{Max: 1, Window: 12}, Grace: ruling.Grace{Months: 1, Budget: 2, Window: 12},
		Suspension: ruling.Suspension{Restore: 2, Max: 6}, Validity: ruling.Validity{Months: 12, Renew: 9, Restore: 6},
		ReEarn: 6, Corrections: 6}
}

func TestTermsCheck(t *testing.T) {
	require.NoError(t, terms().Check())
	for name, spoil := range map[string]func(*ruling.Terms){
		"of":           func(t *ruling.Terms) { t.Of = 5 },
		"restore":      func(t *ruling.Terms) { t.Suspension.Restore = 7 },
		"renew":        func(t *ruling.Terms) { t.Validity.Renew = 13 },
		"zone":         func(t *ruling.Terms) { t.Zone = "Europe/Amsterdm" },
		"zone \"\"":    func(t *ruling.Terms) { t.Zone = "" },
		"Local":        func(t *ruling.Terms) { t.Zone = "Local" },
		"months":       func(t *ruling.Terms) { t.Months = 0 },
		"close_day":    func(t *ruling.Terms) { t.CloseDay = 29 },
		"min_measured": func(t *ruling.Terms) { t.MinMeasured = 10001 },
		"window":       func(t *ruling.Terms) { t.Excused.Window = 0 },
		"corrections":  func(t *ruling.Terms) { t.Corrections = -1 },
	} {
		broken := terms()
		spoil(&broken)
		require.Error(t, broken.Check(), name)
	}
}
