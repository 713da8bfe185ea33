// Package survival estimates how long something takes from observations of
// which some were cut short.
//
// Two functions come first: [KaplanMeier] when only one thing can happen,
// [Incidence] when something else may come first.
//
//	curve := survival.KaplanMeier([]survival.Observation{{Time: 6, Event: 1}, {Time: 9}, {Time: 10, Event: 1}})
//	for _, p := range curve {
//		fmt.Println(p.Time, p.AtRisk, p.Estimate, p.Interval)
//	}
//
// Times are whole numbers of one unit, such as months. An observation that was
// cut short at a time at which others had their event was still at risk then.
package survival

import (
	"cmp"
	"math"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/interval"
)

// Observation is one subject: how long it was looked at, and what ended that.
type Observation struct {
	Time  int // ≥ 0
	Event int // 0: cut short, nothing had happened yet; else which of the events happened
}

// Point is the estimate from Time up to the next point's.
type Point struct {
	Time     int
	AtRisk   int     // just before Time
	Events   int     // of the event asked about, at Time
	Others   int     // competing events at Time
	Lost     int     // cut short at Time
	Estimate float64 // 0 to 1
	Error    float64 // its standard error
	Interval interval.Interval
}

// Curve is an estimate over time, a point for each time at which anything
// happened or was cut short, in order. Before the first point it is at its
// start: 1 for what is left, 0 for what has come.
type Curve []Point

// At gives the point that holds at the time; false before the first.
func (c Curve) At(time int) (Point, bool) {
	i, found := slices.BinarySearchFunc(c, time, func(p Point, t int) int { return cmp.Compare(p.Time, t) })
	if !found {
		i--
	}
	if i < 0 {
		return Point{}, false
	}
	return c[i], true
}

// tally counts what happened at each time, in order.
func tally(all []Observation, event int) Curve {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b Observation) int { return cmp.Compare(a.Time, b.Time) })
	var curve Curve
	for i, o := range sorted {
		if len(curve) == 0 || curve[len(curve)-1].Time != o.Time {
			curve = append(curve, Point{Time: o.Time, AtRisk: len(sorted) - i})
		}
		p := &curve[len(curve)-1]
		switch {
		case o.Event == 0:
			p.Lost++
		case o.Event == event:
			p.Events++
		default:
			p.Others++
		}
	}
	return curve
}

// logLog is the interval that is symmetric for the logarithm of minus the
// logarithm, so that it stays between 0 and 1 (Kalbfleisch and Prentice). It is
// not estimable where the estimate is 0 or 1.
func logLog(estimate, deviation float64) interval.Interval {
	if !(estimate > 0 && estimate < 1) || !(deviation > 0) {
		return interval.Interval{}
	}
	spread := math.Exp(interval.Z * deviation / (estimate * -math.Log(estimate)))
	return interval.Of(math.Pow(estimate, spread), math.Pow(estimate, 1/spread))
}
