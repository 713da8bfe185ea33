package survival

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// gehan is the remission in weeks of 21 children on 6-MP; negative: cut short
// (Freireich et al., Blood 21, 1963; Gehan, Biometrika 52, 1965).
func gehan() []Observation {
	var all []Observation
	for _, weeks := range []int{6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35} {
		o := Observation{Time: weeks, Event: 1}
		if weeks < 0 {
			o = Observation{Time: -weeks}
		}
		all = append(all, o)
	}
	return all
}

// The life table as textbooks print it from Stata, which gives the log-log
// interval (Kleinbaum and Klein, Survival Analysis), to all digits.
func TestGehan(t *testing.T) {
	var got strings.Builder
	for _, p := range KaplanMeier(gehan()) {
		fmt.Fprintf(&got, "%2d %2d %d %d  %.4f %.4f  %.4f %.4f\n", p.Time, p.AtRisk, p.Events, p.Lost, p.Estimate, p.Error, p.Interval.Low, p.Interval.High)
	}
	require.Equal(t, ` 6 21 3 1  0.8571 0.0764  0.6197 0.9516
 7 17 1 0  0.8067 0.0869  0.5631 0.9228
 9 16 0 1  0.8067 0.0869  0.5631 0.9228
10 15 1 1  0.7529 0.0963  0.5032 0.8894
11 13 0 1  0.7529 0.0963  0.5032 0.8894
13 12 1 0  0.6902 0.1068  0.4316 0.8491
16 11 1 0  0.6275 0.1141  0.3675 0.8049
17 10 0 1  0.6275 0.1141  0.3675 0.8049
19  9 0 1  0.6275 0.1141  0.3675 0.8049
20  8 0 1  0.6275 0.1141  0.3675 0.8049
22  7 1 0  0.5378 0.1282  0.2678 0.7468
23  6 1 0  0.4482 0.1346  0.1881 0.6801
25  5 0 1  0.4482 0.1346  0.1881 0.6801
32  4 0 2  0.4482 0.1346  0.1881 0.6801
34  2 0 1  0.4482 0.1346  0.1881 0.6801
35  1 0 1  0.4482 0.1346  0.1881 0.6801
`, got.String())
	require.Equal(t, Quantile{Time: 23, Known: true, Low: 13, LowKnown: true}, KaplanMeier(gehan()).Median())
}

// The other half of the trial, on placebo, has no one cut short: its median is
// 8 weeks, and the curve ends at 0, where no interval is estimable.
func TestGehanPlacebo(t *testing.T) {
	var all []Observation
	for _, weeks := range []int{1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23} {
		all = append(all, Observation{weeks, 1})
	}
	curve := KaplanMeier(all)
	require.Equal(t, Quantile{Time: 8, Low: 4, High: 11, Known: true, LowKnown: true, HighKnown: true}, curve.Median())
	want := []string{"0.9048", "0.8095", "0.7619", "0.6667", "0.5714", "0.3810", "0.2857", "0.1905", "0.1429", "0.0952", "0.0476", "0.0000"}
	for i, p := range curve {
		require.Equal(t, want[i], fmt.Sprintf("%.4f", p.Estimate))
	}
	last := curve[len(curve)-1]
	require.False(t, last.Interval.Known)
	require.Zero(t, last.Estimate)
}

// A published worked example: deaths from breast cancer beside deaths from
// other causes among 305 patients, in percent (British Journal of Cancer 91,
// 2004, p. 1229, table 2). The paper prints each step's incidence; it adds up
// the steps as rounded, so its sums are of those.
func TestPublishedIncidence(t *testing.T) {
	const cancer, other = 1, 2
	all := []Observation{{7, 0}, {10, cancer}, {14, 0}, {16, cancer}, {18, other}, {23, cancer}, {24, 0}, {26, other}, {27, cancer}}
	for len(all) < 305 {
		all = append(all, Observation{60, 0})
	}
	overall, incidence := KaplanMeier(all), Incidence(all, cancer)
	before := 0.0
	for _, c := range []struct {
		time, atRisk  int
		overall, step string
	}{
		{10, 304, "99.7", "0.3"}, {16, 302, "99.3", "0.3"}, {18, 301, "99.0", "0.0"}, {23, 300, "98.7", "0.3"}, {26, 298, "98.3", "0.0"}, {27, 297, "98.0", "0.3"},
	} {
		p, found := overall.At(c.time)
		require.True(t, found)
		require.Equal(t, c.atRisk, p.AtRisk)
		require.Equal(t, c.overall, fmt.Sprintf("%.1f", 100*p.Estimate), "at %d", c.time)
		p, _ = incidence.At(c.time)
		require.Equal(t, c.step, fmt.Sprintf("%.1f", 100*(p.Estimate-before)), "at %d", c.time)
		before = p.Estimate
	}
}

// drawn is a random set of observations with two kinds of events.
func drawn(t *rapid.T) []Observation {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Observation {
		return Observation{rapid.IntRange(0, 30).Draw(t, "time"), rapid.IntRange(0, 2).Draw(t, "event")}
	}), 1, 80).Draw(t, "observations")
}

// Laws of the two estimates.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawn(t)
		free, one, two := KaplanMeier(all), Incidence(all, 1), Incidence(all, 2)
		before := 0.0
		for i := range free {
			require.InDelta(t, 1, free[i].Estimate+one[i].Estimate+two[i].Estimate, 1e-12, "everyone is in one of three places")
			require.GreaterOrEqual(t, one[i].Estimate, before-1e-15, "what has come never goes")
			require.Equal(t, free[i].Events, one[i].Events+one[i].Others)
			before = one[i].Estimate
			for _, p := range []Point{free[i], one[i], two[i]} {
				require.False(t, math.IsNaN(p.Error))
				if p.Interval.Known {
					require.Less(t, p.Interval.Low, p.Estimate)
					require.Greater(t, p.Interval.High, p.Estimate)
					require.True(t, p.Interval.Low >= 0 && p.Interval.High <= 1)
				}
			}
		}
		shuffled := rapid.Permutation(all).Draw(t, "shuffled")
		require.Equal(t, one, Incidence(shuffled, 1), "the order of the observations makes no difference")
	})
}

// Without competing events the incidence is what Kaplan–Meier leaves, with the
// same error; without anything cut short both are plain shares.
func TestSimpleCases(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawn(t)
		whole := slices.Clone(all)
		for i := range all {
			all[i].Event = min(all[i].Event, 1)
			whole[i].Event = max(whole[i].Event, 1)
		}
		free, come := KaplanMeier(all), Incidence(all, 1)
		for i := range free {
			require.InDelta(t, 1-free[i].Estimate, come[i].Estimate, 1e-12)
			if free[i].Estimate > 0 {
				require.InDelta(t, free[i].Error, come[i].Error, 1e-7)
			}
		}
		n := 0
		for _, p := range Incidence(whole, 1) {
			n += p.Events
			share := float64(n) / float64(len(whole))
			require.InDelta(t, share, p.Estimate, 1e-12)
			require.InDelta(t, math.Sqrt(share*(1-share)/float64(len(whole))), p.Error, 1e-7, "the binomial error")
		}
	})
}

// The variance agrees with its formula summed term by term.
func TestVarianceByTerms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		curve := Incidence(drawn(t), 1)
		for i := range curve {
			sum, free := 0.0, 1.0
			for _, p := range curve[:i+1] {
				n, d, e, rest := float64(p.AtRisk), float64(p.Events+p.Others), float64(p.Events), curve[i].Estimate-p.Estimate
				if n > d {
					sum += rest*rest*d/(n*(n-d)) - 2*rest*free*e/(n*n)
				}
				sum += free * free * (n - e) * e / (n * n * n)
				free *= (n - d) / n
			}
			require.InDelta(t, sum, curve[i].Error*curve[i].Error, 1e-12)
		}
	})
}

// Nothing seen is an empty curve, not a fault.
func TestEmpty(t *testing.T) {
	require.Empty(t, KaplanMeier(nil))
	require.Empty(t, Incidence(nil, 1))
	_, found := KaplanMeier(gehan()).At(5)
	require.False(t, found)
	require.Equal(t, Quantile{}, KaplanMeier([]Observation{{3, 0}}).Median())
}

func ExampleKaplanMeier() {
	curve := KaplanMeier([]Observation{{Time: 6, Event: 1}, {Time: 9}, {Time: 10, Event: 1}, {Time: 12}})
	for _, p := range curve {
		fmt.Printf("%d: %d at risk, %.2f left\n", p.Time, p.AtRisk, p.Estimate)
	}
	// Output:
	// 6: 4 at risk, 0.75 left
	// 9: 3 at risk, 0.75 left
	// 10: 2 at risk, 0.38 left
	// 12: 1 at risk, 0.38 left
}

func BenchmarkIncidence(b *testing.B) {
	all := make([]Observation, 10_000)
	for i := range all {
		all[i] = Observation{i % 60, i % 7 % 3}
	}
	for b.Loop() {
		Incidence(all, 1)
	}
}
