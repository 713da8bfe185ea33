package certify_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/stretchr/testify/require"
)

// Whatever a history says, folding it and looking ahead end in an answer or in
// an error, the same for any order of the entries; what was read is written as
// it would be read again, and every note has words in both languages.
func FuzzHistory(f *testing.F) {
	f.Add(`{"id":"1","company":"c","recorded":"2026-01-01T09:00:00Z","type":"enrol","at":"2025-12-31T23:00:00Z"}
{"id":"2","company":"c","recorded":"2026-02-03T09:00:00Z","type":"score","month":"2026-01","outcome":"pass","audit":"A"}
{"id":"3","company":"c","recorded":"2026-02-03T09:00:00Z","type":"hold","at":"2026-02-01T00:00:00Z","effect":"suspend","until":"2026-03-01T00:00:00Z"}
{"id":"4","company":"c","recorded":"2026-02-03T09:00:00Z","type":"lift","at":"2026-02-02T00:00:00Z","target":"3"}
{"id":"5","company":"c","recorded":"2026-02-04T09:00:00Z","type":"void","target":"4"}`, int64(1_780_000_000))
	f.Add(`{"id":"1","company":"c","recorded":"1970-01-01T00:00:00Z","type":"enrol","at":"1970-01-01T00:00:00Z"}`, int64(253_300_000_000))
	f.Add(`{"id":"1","company":"c","recorded":"9998-12-01T00:00:00Z","type":"enrol","at":"9998-12-31T00:00:00Z"}`, int64(253_300_000_000))
	f.Fuzz(func(t *testing.T, text string, seconds int64) {
		if seconds < 0 || seconds > 253_300_000_000 || len(text) > 1<<14 {
			return
		}
		var entries []certify.Entry
		for e, err := range certify.Entries(strings.NewReader(text)) {
			if err != nil {
				continue
			}
			line, err := e.MarshalJSON()
			require.NoError(t, err)
			var again certify.Entry
			require.NoError(t, again.UnmarshalJSON(line))
			require.True(t, e.Same(&again))
			entries = append(entries, e)
		}
		asOf := time.Unix(seconds, 0)
		o := certify.Forecast(terms(), entries, asOf)
		slices.Reverse(entries)
		backwards := certify.Evaluate(terms(), entries, asOf)
		require.Equal(t, o.Err == nil, backwards.Err == nil)
		if o.Err != nil {
			return
		}
		require.Equal(t, told(backwards), told(o.Timeline))
		for _, n := range o.Notes {
			for _, language := range []string{"nl", "en"} {
				words := n.Text(language)
				require.NotEmpty(t, words, n.Code)
				require.NotContains(t, words, "{", n.Code)
			}
		}
	})
}
