package credibility

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// hachemeister is the average bodily injury claim and the number of claims in
// five states over twelve quarters from July 1970 (Hachemeister, Credibility
// for regression models with application to trend, 1975).
func hachemeister() []Group {
	values := [][]float64{
		{1738, 1642, 1794, 2051, 2079, 2234, 2032, 2035, 2115, 2262, 2267, 2517},
		{1364, 1408, 1597, 1444, 1342, 1675, 1470, 1448, 1464, 1831, 1612, 1471},
		{1759, 1685, 1479, 1763, 1674, 2103, 1502, 1622, 1828, 2155, 2233, 2059},
		{1223, 1146, 1010, 1257, 1426, 1532, 1953, 1123, 1343, 1243, 1762, 1306},
		{1456, 1499, 1609, 1741, 1482, 1572, 1606, 1735, 1607, 1573, 1613, 1690},
	}
	weights := [][]float64{
		{7861, 9251, 8706, 8575, 7917, 8263, 9456, 8003, 7365, 7832, 7849, 9077},
		{1622, 1742, 1523, 1515, 1622, 1602, 1964, 1515, 1527, 1748, 1654, 1861},
		{1147, 1357, 1329, 1204, 998, 1077, 1277, 1218, 896, 1003, 1108, 1121},
		{407, 396, 348, 341, 315, 328, 352, 331, 287, 384, 321, 342},
		{2902, 3172, 3046, 3068, 2693, 2910, 3275, 2697, 2663, 3017, 3242, 3425},
	}
	groups := make([]Group, len(values))
	for i := range values {
		for j := range values[i] {
			groups[i] = append(groups[i], Observation{weights[i][j], values[i][j]})
		}
	}
	return groups
}

// The figures as published with R's actuar (Dutang, Goulet, Milhaud and Pigeon,
// Credibility theory features of actuar, the model ~state), to all digits.
func TestHachemeister(t *testing.T) {
	m, err := BuhlmannStraub(hachemeister())
	require.NoError(t, err)
	require.Equal(t, "1684", fmt.Sprintf("%.0f", m.Collective))
	require.Equal(t, "89639", fmt.Sprintf("%.0f", m.Between))
	require.Equal(t, "139120026", fmt.Sprintf("%.0f", m.Within))
	for i, want := range []string{
		"2061 100155 0.9847 2055", "1511 19895 0.9276 1524", "1806 13735 0.8985 1793", "1353 4152 0.7279 1443", "1600 36110 0.9588 1603",
	} {
		g := m.Groups[i]
		require.Equal(t, want, fmt.Sprintf("%.0f %.0f %.4f %.0f", g.Mean, g.Weight, g.Factor, g.Credible))
	}
}

// Laws of any model that is estimable.
func TestLaws(t *testing.T) {
	estimable := 0
	rapid.Check(t, func(t *rapid.T) {
		observation := rapid.Custom(func(t *rapid.T) Observation {
			return Observation{rapid.Float64Range(0, 1000).Draw(t, "weight"), rapid.Float64Range(0, 1).Draw(t, "value")}
		})
		var groups []Group
		for range rapid.IntRange(0, 6).Draw(t, "groups") {
			groups = append(groups, rapid.SliceOfN(observation, 0, 6).Draw(t, "group"))
		}
		m, err := BuhlmannStraub(groups)
		if err != nil {
			_, known := errors.AsType[*NotEstimableError](err)
			require.True(t, known)
			return
		}
		estimable++
		require.Len(t, m.Groups, len(groups))
		credible, own := 0.0, 0.0
		for _, g := range m.Groups {
			require.True(t, g.Factor >= 0 && g.Factor <= 1)
			low, high := min(g.Mean, m.Collective), max(g.Mean, m.Collective)
			if g.Weight > 0 {
				require.True(t, g.Credible >= low-1e-9 && g.Credible <= high+1e-9, "between the two means")
			} else {
				require.Equal(t, m.Collective, g.Credible)
			}
			credible += g.Weight * g.Credible
			own += g.Weight * g.Mean
		}
		require.InEpsilon(t, own+1, credible+1, 1e-6, "the sum over all groups is kept")
		for i := range groups { // a scale changes the unit, not the belief
			for j := range groups[i] {
				groups[i][j].Value *= 1000
			}
		}
		scaled, err := BuhlmannStraub(groups)
		require.NoError(t, err)
		for i := range m.Groups {
			require.InDelta(t, m.Groups[i].Factor, scaled.Groups[i].Factor, 1e-9)
		}
	})
	require.Positive(t, estimable)
}

// What the data can't bear is said, with the reason.
func TestNotEstimable(t *testing.T) {
	two := Group{{10, 0.1}, {10, 0.3}}
	for name, c := range map[string]struct {
		groups []Group
		reason Reason
		says   string
	}{
		"nothing":       {nil, OnePeriod, "no group has two periods"},
		"one band":      {[]Group{two}, OneGroup, "fewer than two groups"},
		"one period":    {[]Group{{{10, 0.1}}, {{10, 0.2}}}, OnePeriod, "no group has two periods"},
		"zero exposure": {[]Group{two, {{0, 0.5}, {0, 0.1}}}, OneGroup, "fewer than two groups"},
		"no difference": {[]Group{two, two}, NoneBetween, "at -0.01,"},
		"all the same":  {[]Group{{{1, 1}, {1, 1}}, {{1, 1}, {1, 1}}}, NoneBetween, "at 0,"},
		"no number":     {[]Group{two, {{10, math.NaN()}}}, Invalid, "group 1 holds the number NaN"},
		"infinite":      {[]Group{two, {{math.Inf(1), 1}}}, Invalid, "+Inf"},
		"negative":      {[]Group{two, {{-3, 1}}}, Invalid, "-3"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := BuhlmannStraub(c.groups)
			not, known := errors.AsType[*NotEstimableError](err)
			require.True(t, known, "%v", err)
			require.Equal(t, c.reason, not.Reason)
			require.Contains(t, err.Error(), c.says)
		})
	}
}

// A group whose periods never vary, beside another: all is believed.
func TestNoneWithin(t *testing.T) {
	m, err := BuhlmannStraub([]Group{{{1, 1}, {1, 1}}, {{1, 2}, {1, 2}}, {}})
	require.NoError(t, err)
	require.Equal(t, 1.0, m.Groups[0].Factor)
	require.Equal(t, 1.0, m.Groups[0].Credible)
	require.Equal(t, 1.5, m.Groups[2].Credible, "a group without weight has the collective mean")
}

func ExampleBuhlmannStraub() {
	model, err := BuhlmannStraub([]Group{
		{{Weight: 120, Value: 0.04}, {Weight: 130, Value: 0.06}},
		{{Weight: 800, Value: 0.02}, {Weight: 790, Value: 0.01}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, g := range model.Groups {
		fmt.Printf("own %.4f, believed for %.0f%%: %.4f\n", g.Mean, 100*g.Factor, g.Credible)
	}
	// Output:
	// own 0.0504, believed for 81%: 0.0467
	// own 0.0150, believed for 96%: 0.0156
}

func BenchmarkHachemeister(b *testing.B) {
	groups := hachemeister()
	for b.Loop() {
		if _, err := BuhlmannStraub(groups); err != nil {
			b.Fatal(err)
		}
	}
}
