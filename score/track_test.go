package score_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/norm/sample"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// untracked is the card of [score.Judge] without what a tracker does not tell.
func untracked(t require.TestingT, n *norm.Norm, m *finding.Month) *score.Card {
	c, err := score.Judge(context.Background(), n, m)
	require.NoError(t, err)
	c.Findings.Digest = ""
	for i := range c.Criteria {
		c.Criteria[i].Evidence.Keys = []ruling.Key{}
	}
	return c
}

// keysOf are those of some of the month's records.
func keysOf(t *rapid.T, m *finding.Month) (keys []ruling.Key) {
	add := func(key []string) {
		if rapid.IntRange(0, 3).Draw(t, "remove") == 0 {
			keys = append(keys, key)
		}
	}
	for i := range m.Websites {
		add(m.Websites[i].Key())
	}
	for i := range m.Computers {
		add(m.Computers[i].Key())
	}
	for i := range m.Vulnerabilities {
		add(m.Vulnerabilities[i].Key())
	}
	for i := range m.Employees {
		add(m.Employees[i].Key())
	}
	for i := range m.Questionnaires {
		add(m.Questionnaires[i].Key())
	}
	for i := range m.Courses {
		add(m.Courses[i].Key())
	}
	return keys
}

// However a month came about, its card is that of judging it from scratch.
func TestTrackedIsJudged(t *testing.T) {
	n := reference(t)
	var months []*finding.Month
	for m := range sample.Months(n, 60) {
		m.Custom = nil
		months = append(months, m)
	}
	drawn := map[ruling.Outcome]int{}
	rapid.Check(t, func(t *rapid.T) {
		month := func() *finding.Month {
			m := *rapid.SampledFrom(months).Draw(t, "month")
			m.Company, m.Month, m.Zone = months[0].Company, months[0].Month, months[0].Zone
			return &m
		}
		first := month()
		tracker, err := score.Track(n, first)
		require.NoError(t, err)
		for range rapid.IntRange(1, 6).Draw(t, "changes") {
			if rapid.Bool().Draw(t, "put") {
				if err := tracker.Put(month()); err != nil {
					continue // one that lies after the month
				}
			} else {
				keys := keysOf(t, tracker.Month())
				before := tracker.Month().Count()
				require.Equal(t, len(keys), tracker.Remove(keys...))
				require.Equal(t, before-len(keys), tracker.Month().Count())
			}
			got, err := tracker.Card(context.Background())
			require.NoError(t, err)
			require.Equal(t, untracked(t, n, tracker.Month()), got)
			for _, c := range got.Criteria {
				drawn[c.Outcome]++
			}
		}
	})
	t.Logf("%v", drawn)
	require.Positive(t, drawn[ruling.Met])
	require.Positive(t, drawn[ruling.Unmet])
}

// A part that is refused changes nothing.
func TestTrackerRefuses(t *testing.T) {
	n := reference(t)
	m := company(30)
	tracker, err := score.Track(n, m)
	require.NoError(t, err)
	before, err := tracker.Card(t.Context())
	require.NoError(t, err)
	for _, part := range []*finding.Month{
		{Company: finding.Company{ID: "kvk:2"}, Month: m.Month},
		{Company: m.Company, Month: m.Month + 1},
		{Company: m.Company, Month: m.Month, Zone: "Europe/Brussels"},
		{Company: m.Company, Month: m.Month, Computers: []finding.Computer{{ID: "ok"}, {ID: ""}}},
		{Company: m.Company, Month: m.Month, Computers: []finding.Computer{{ID: "ok"}}, Custom: map[string][]finding.Custom{"x": {{ID: "y"}}}},
	} {
		require.Error(t, tracker.Put(part))
		after, err := tracker.Card(t.Context())
		require.NoError(t, err)
		require.Equal(t, before, after)
	}
	require.Zero(t, tracker.Remove([]string{"computer", "nobody"}, nil))
	_, err = score.Track(n, &finding.Month{Month: m.Month})
	require.Error(t, err)
}

// One vulnerability is found and goes again, each time with a new card.
func BenchmarkTrack(b *testing.B) {
	n := reference(b)
	for _, records := range []int{10, 1_000, 100_000} {
		m := company(records)
		tracker, err := score.Track(n, m)
		require.NoError(b, err)
		part := &finding.Month{Company: m.Company, Month: m.Month, Vulnerabilities: []finding.Vulnerability{{ID: "CVE-1", AssetType: finding.AssetWebsite, Asset: "w", Severity: finding.SeverityHigh}}}
		key := part.Vulnerabilities[0].Key()
		b.Run(fmt.Sprintf("change/%d", records), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%2 == 1 {
					tracker.Remove(key)
				} else if err := tracker.Put(part); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("card/%d", records), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := tracker.Card(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
