package survival

import "math"

// Incidence estimates the share to which the event has happened by a time
// while any other event, once it has come, rules it out: the cumulative
// incidence of Aalen and Johansen (Scandinavian Journal of Statistics 5, 1978)
// with the error by the delta method (Marubini and Valsecchi, Analysing
// Survival Data, 1995, ch. 10) and the log-log interval. The estimate starts
// at 0. To cut competing events short instead, as Kaplan–Meier would, answers
// how it would be if nobody ever dropped out.
func Incidence(all []Observation, event int) Curve {
	curve := tally(all, event)
	free, come := 1.0, 0.0 // neither event has come; the event has
	var v variance
	for i := range curve {
		p := &curve[i]
		v.add(p, free, come)
		n := float64(p.AtRisk)
		come += free * float64(p.Events) / n
		free *= (n - float64(p.Events+p.Others)) / n
		p.Estimate, p.Error = come, math.Sqrt(math.Max(0, v.at(come)))
		p.Interval = logLog(p.Estimate, p.Error)
	}
	return curve
}

// variance holds the sums of the delta method. With F the incidence at the
// time asked about, F_j that up to and with time j, S the share free of events
// just before j, n at risk, d events of either kind and e of the one asked
// about, the variance is the sum over j of
//
//	(F-F_j)² d/(n(n-d)) + S² (n-e) e/n³ - 2 (F-F_j) S e/n²
//
// Multiplied out, only powers of F are left that do not depend on j, so that a
// curve costs no more than its points.
type variance struct{ constant, linear, square float64 }

func (v *variance) add(p *Point, free, before float64) {
	n, d, e := float64(p.AtRisk), float64(p.Events+p.Others), float64(p.Events)
	f := before + free*e/n
	a, b := 0.0, 2*free*e/(n*n)
	if n > d { // else F stays F_j and the term is 0, and so is the third
		a = d / (n * (n - d))
	} else {
		b = 0
	}
	v.square += a
	v.linear -= 2*a*f + b
	v.constant += a*f*f + b*f + free*free*(n-e)*e/(n*n*n)
}

func (v *variance) at(f float64) float64 { return v.square*f*f + v.linear*f + v.constant }
