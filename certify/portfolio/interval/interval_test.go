package interval

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Quantiles as printed in the chi-square tables of textbooks (Pearson and
// Hartley, Biometrika Tables for Statisticians, table 8), to all their digits.
func TestChiSquareTable(t *testing.T) {
	for _, c := range []struct {
		df                                 float64
		p005, p025, p050, p950, p975, p995 string
	}{
		{1, "0.0000393", "0.000982", "0.00393", "3.841", "5.024", "7.879"},
		{2, "0.0100", "0.0506", "0.103", "5.991", "7.378", "10.597"},
		{3, "0.0717", "0.216", "0.352", "7.815", "9.348", "12.838"},
		{4, "0.207", "0.484", "0.711", "9.488", "11.143", "14.860"},
		{5, "0.412", "0.831", "1.145", "11.070", "12.833", "16.750"},
		{10, "2.156", "3.247", "3.940", "18.307", "20.483", "25.188"},
		{20, "7.434", "9.591", "10.851", "31.410", "34.170", "39.997"},
		{30, "13.787", "16.791", "18.493", "43.773", "46.979", "53.672"},
		{100, "67.328", "74.222", "77.929", "124.342", "129.561", "140.169"},
	} {
		for p, want := range map[float64]string{0.005: c.p005, 0.025: c.p025, 0.05: c.p050, 0.95: c.p950, 0.975: c.p975, 0.995: c.p995} {
			require.Equal(t, want, like(want, ChiSquare(p, c.df)), "p %v, %v degrees", p, c.df)
		}
	}
}

// like prints the value with as many decimals as the text has.
func like(text string, value float64) string {
	decimals := 0
	for i := range text {
		if text[i] == '.' {
			decimals = len(text) - i - 1
		}
	}
	return fmt.Sprintf("%.*f", decimals, value)
}

// With two degrees of freedom the distribution is exponential, with whole even
// ones it is a sum of Poisson probabilities: a second way to each quantile.
func TestChiSquareAgainstSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(1, 400).Draw(t, "count")
		p := rapid.Float64Range(0.0001, 0.9999).Draw(t, "p")
		x := ChiSquare(p, 2*float64(count)) / 2
		below := 0.0 // P(Poisson(x) < count), largest terms last
		for i := range count {
			gamma, _ := math.Lgamma(float64(i) + 1)
			below += math.Exp(float64(i)*math.Log(x) - x - gamma)
		}
		require.InDelta(t, 1-p, below, 1e-11)
	})
	require.InEpsilon(t, -2*math.Log(0.05), ChiSquare(0.95, 2), 1e-13)
}

// The limits as Garwood's table has them, and as it is reprinted since
// (Johnson, Kotz and Kemp; Ulm, American Journal of Epidemiology 131, 1990).
func TestPoissonTable(t *testing.T) {
	for count, want := range map[int][2]string{
		0: {"0.000", "3.689"}, 1: {"0.025", "5.572"}, 2: {"0.242", "7.225"}, 3: {"0.619", "8.767"},
		4: {"1.090", "10.242"}, 5: {"1.623", "11.668"}, 6: {"2.202", "13.059"}, 7: {"2.814", "14.423"},
		8: {"3.454", "15.763"}, 9: {"4.115", "17.085"}, 10: {"4.795", "18.390"}, 15: {"8.395", "24.740"},
		20: {"12.217", "30.888"}, 25: {"16.18", "36.90"}, 50: {"37.111", "65.919"}, 100: {"81.364", "121.627"},
	} {
		i := Poisson(count)
		require.True(t, i.Known)
		require.Equal(t, want[0], like(want[0], i.Low), "count %d", count)
		require.Equal(t, want[1], like(want[1], i.High), "count %d", count)
	}
}

// The interval is exact: at each bound the tail that is cut off has the
// probability that it should have.
func TestPoissonTails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(0, 2_000_000).Draw(t, "count")
		i := Poisson(count)
		require.Less(t, i.Low, float64(count)+1e-300)
		require.Greater(t, i.High, float64(count))
		if count > 0 {
			require.InDelta(t, 0.025, gammaP(float64(count), i.Low), 1e-8)
		}
		require.InDelta(t, 0.975, gammaP(float64(count)+1, i.High), 1e-8)
	})
}

// Equal amounts give the interval of their count, however large they are; and
// amounts that differ more are known less well.
func TestSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(0, 500).Draw(t, "count")
		amount := rapid.Float64Range(0.01, 1e6).Draw(t, "amount")
		n := float64(count)
		sum := Sum(n*amount, n*amount*amount, amount).Over(amount)
		exact := Poisson(count)
		require.InDelta(t, exact.Low, sum.Low, 1e-9*(1+exact.Low))
		require.InDelta(t, exact.High, sum.High, 1e-9*(1+exact.High))
	})
	even, uneven := Sum(100, 1000, 10), Sum(100, 5050, 71) // ten tens; 71 and what is left
	require.Less(t, uneven.Low, even.Low)
	require.Greater(t, uneven.High, even.High)
}

// Wilson's interval as published with worked examples (Newcombe, Statistics in
// Medicine 17, 1998, table I, method 3).
func TestShareTable(t *testing.T) {
	for _, c := range []struct {
		part, whole int
		low, high   string
	}{
		{81, 263, "0.2553", "0.3662"}, {15, 148, "0.0624", "0.1605"}, {0, 20, "0.0000", "0.1611"}, {1, 29, "0.0061", "0.1718"},
	} {
		i := Share(c.part, c.whole)
		require.Equal(t, c.low, like(c.low, i.Low), "%d of %d", c.part, c.whole)
		require.Equal(t, c.high, like(c.high, i.High), "%d of %d", c.part, c.whole)
	}
	require.Equal(t, 1.0, Share(20, 20).High)
}

// What has no interval has none, rather than one that is not a number.
func TestNotEstimable(t *testing.T) {
	for name, i := range map[string]Interval{
		"no whole": Share(0, 0), "more than the whole": Share(3, 2), "negative part": Share(-1, 2),
		"negative count": Poisson(-1), "no amount": Sum(0, 0, 0), "no number": Sum(0, 0, math.NaN()),
		"no exposure": Poisson(3).Over(0), "negative exposure": Poisson(3).Over(-1), "exposure is no number": Poisson(3).Over(math.NaN()),
		"unknown over one": Interval{}.Over(1),
	} {
		require.False(t, i.Known, name)
	}
	for _, x := range []float64{ChiSquare(1, 2), ChiSquare(-0.1, 2), ChiSquare(0.5, 0), ChiSquare(0.5, math.NaN()), ChiSquare(math.NaN(), 1), ChiSquare(0.5, math.Inf(1))} {
		require.True(t, math.IsNaN(x))
	}
	require.Zero(t, ChiSquare(0, 3))
}

func ExamplePoisson() {
	claims := Poisson(3)
	rate := claims.Over(142.5)
	fmt.Printf("%.2f to %.2f claims, %.4f to %.4f a policy-year\n", claims.Low, claims.High, rate.Low, rate.High)
	// Output: 0.62 to 8.77 claims, 0.0043 to 0.0615 a policy-year
}

func BenchmarkPoisson(b *testing.B) {
	for _, count := range []int{3, 300, 300_000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			for b.Loop() {
				Poisson(count)
			}
		})
	}
}
