package interval

import "math"

// ChiSquare is the quantile of the chi-square distribution: the value that is
// not exceeded with probability p, 0 ≤ p < 1, at df > 0 degrees of freedom,
// which need not be whole. Outside these ranges it is NaN.
func ChiSquare(p, df float64) float64 {
	if !(p >= 0 && p < 1) || !(df > 0) || math.IsInf(df, 1) {
		return math.NaN()
	}
	return 2 * gammaQuantile(p, df/2)
}

// gammaQuantile inverts [gammaP] in x by bisection between bounds that are
// known to hold the answer, until they are neighbours or as good as equal.
func gammaQuantile(p, a float64) float64 {
	if p == 0 {
		return 0
	}
	low, high := 0.0, math.Max(1, a)
	for gammaP(a, high) < p {
		low, high = high, 2*high
	}
	for high-low > 1e-15*high {
		middle := low + (high-low)/2
		if middle <= low || middle >= high {
			break
		}
		if gammaP(a, middle) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return low + (high-low)/2
}

// gammaP is the regularised lower incomplete gamma function P(a, x), by its
// series below a+1 and by the continued fraction of its complement above
// (Abramowitz and Stegun, 6.5.29 and 6.5.31).
func gammaP(a, x float64) float64 {
	if x <= 0 {
		return 0
	}
	logGamma, _ := math.Lgamma(a)
	front := math.Exp(a*math.Log(x) - x - logGamma)
	if x < a+1 {
		return front * gammaSeries(a, x)
	}
	return 1 - front*gammaFraction(a, x)
}

// gammaSeries sums 1/a + x/(a(a+1)) + …; its terms shrink once n > x - a.
func gammaSeries(a, x float64) float64 {
	term := 1 / a
	sum := term
	for n := 1.0; term > sum*1e-17; n++ {
		term *= x / (a + n)
		sum += term
	}
	return sum
}

// gammaFraction is the continued fraction, by Lentz's method. It settles
// within some multiple of the root of a; the bound only guards against
// arithmetic that never does.
func gammaFraction(a, x float64) float64 {
	const tiny = 1e-300
	b := x + 1 - a
	c := 1 / tiny
	d := 1 / b
	value := d
	most := 1000 + 100*math.Sqrt(a)
	for i := 1.0; i < most; i++ {
		n := -i * (i - a)
		b += 2
		d = 1 / nonZero(n*d+b, tiny)
		c = nonZero(b+n/c, tiny)
		value *= d * c
		if math.Abs(d*c-1) < 1e-16 {
			break
		}
	}
	return value
}

func nonZero(x, tiny float64) float64 {
	if math.Abs(x) < tiny {
		return tiny
	}
	return x
}
