// Package interval says how far a figure that rests on few observations can be
// trusted.
//
// Two functions come first: [Poisson] is the exact interval of a count,
// [Share] the interval of a part of a whole.
//
//	claims := interval.Poisson(3)            // 0.62 to 8.77
//	rate := claims.Over(142.5)               // a policy-year
//	fmt.Printf("%.4f to %.4f\n", rate.Low, rate.High)
//
// All intervals are two-sided and cover 95 %: [Level]. Where none can be given
// the interval is not [Interval.Known], and its bounds mean nothing.
package interval

import "math"

// Level is what the intervals cover. It is fixed, so that any two figures of a
// programme can be compared.
const Level = 0.95

// Z is the standard normal quantile that belongs to [Level].
const Z = 1.959963984540054

// Interval is a range that covers the true value with probability [Level], or
// the statement that none is estimable: the zero Interval.
type Interval struct {
	Low, High float64
	Known     bool
}

// Of is a known interval.
func Of(low, high float64) Interval { return Interval{low, high, true} }

// Over divides both bounds by an exposure; without one nothing is estimable.
func (i Interval) Over(exposure float64) Interval {
	if !i.Known || !(exposure > 0) {
		return Interval{}
	}
	return Of(i.Low/exposure, i.High/exposure)
}

// Share is Wilson's score interval (JASA 22, 1927) of a share of which part of
// whole was seen. It is not estimable for a whole of 0, and for a part that is
// negative or more than the whole.
func Share(part, whole int) Interval {
	if whole <= 0 || part < 0 || part > whole {
		return Interval{}
	}
	n := float64(whole)
	p := float64(part) / n
	middle := p + Z*Z/(2*n)
	spread := Z * math.Sqrt(p*(1-p)/n+Z*Z/(4*n*n))
	scale := 1 + Z*Z/n
	low, high := (middle-spread)/scale, (middle+spread)/scale
	// At the ends the formula gives 0 and 1 but for rounding.
	if part == 0 {
		low = 0
	}
	if part == whole {
		high = 1
	}
	return Of(low, high)
}
