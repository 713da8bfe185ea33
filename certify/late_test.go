package certify_test

import (
	"slices"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
)

// A correction that is recorded seven months after the close, where six are
// allowed. Without a reference to an audit nothing changes. With one, all is as
// it would be had the corrected card been filed in the first place, from when
// it was recorded on. Whatever was asked for an earlier instant is the same
// before and after.
func TestCorrectionSevenMonthsLater(t *testing.T) {
	zone, rounds := amsterdam(t), histories(t)
	changed := 0
	for seed := range rounds {
		r := draw(seed, zone)
		r.terms.Corrections = 6
		i := slices.IndexFunc(r.entries, func(e certify.Entry) bool {
			return e.Type == certify.Score && !e.Recorded.After(r.closing(e.Month)) && !slices.ContainsFunc(r.entries, func(o certify.Entry) bool {
				return o.ID != e.ID && o.Type == certify.Score && o.Month == e.Month || o.Target == e.ID
			})
		})
		if i < 0 {
			continue
		}
		wrong := r.entries[i]
		when := r.closing(wrong.Month + 7)
		correction := certify.Entry{ID: "correction", Company: "c", Recorded: when, Type: certify.Score, Month: wrong.Month, Outcome: certify.Pass}
		if wrong.Outcome == certify.Pass {
			correction.Outcome = certify.Fail
		}
		later := when.Add(time.Duration(r.IntN(400*24)) * time.Hour)
		audited := correction
		audited.Audit = "A-2026-17"
		plainly, withAudit := append(slices.Clone(r.entries), correction), append(slices.Clone(r.entries), audited)
		for _, asOf := range []time.Time{r.closing(wrong.Month), r.closing(wrong.Month + finding.YearMonth(r.IntN(7))), when.Add(-time.Second)} {
			before := told(r.evaluate(t, asOf))
			require.Equal(t, before, told(certify.Evaluate(r.terms, plainly, asOf)), "seed %d", seed)
			require.Equal(t, before, told(certify.Evaluate(r.terms, withAudit, asOf)), "seed %d", seed)
		}
		asIfAtFirst := slices.Clone(r.entries)
		for k := range asIfAtFirst {
			if e := &asIfAtFirst[k]; e.ID == wrong.ID {
				e.Outcome, e.Card = correction.Outcome, nil
			}
		}
		for _, asOf := range []time.Time{when, later} {
			without := told(r.evaluate(t, asOf))
			require.Equal(t, without, told(certify.Evaluate(r.terms, plainly, asOf)), "seed %d", seed)
			got := certify.Evaluate(r.terms, withAudit, asOf)
			require.NoError(t, got.Err)
			require.Equal(t, told(certify.Evaluate(r.terms, asIfAtFirst, asOf)), told(got), "seed %d", seed)
			if without != told(got) {
				changed++
			}
		}
	}
	require.Greater(t, changed, int(rounds/4))
}
