package survival

import "math"

// KaplanMeier estimates the share to which nothing has happened yet, by the
// product limit (Kaplan and Meier, JASA 53, 1958) with Greenwood's error and
// the log-log interval. Every event but 0 counts; the estimate starts at 1.
func KaplanMeier(all []Observation) Curve {
	curve := tally(all, 0)
	left, sum := 1.0, 0.0
	for i := range curve {
		p := &curve[i]
		p.Events, p.Others = p.Others, 0
		n, d := float64(p.AtRisk), float64(p.Events)
		left *= (n - d) / n
		if p.Events == p.AtRisk {
			p.Estimate = 0 // nobody is left: no error can be told
			continue
		}
		sum += d / (n * (n - d))
		p.Estimate, p.Error = left, left*math.Sqrt(sum)
		p.Interval = logLog(p.Estimate, p.Error)
	}
	return curve
}

// Quantile is a time at which an estimate reaches a share, and the times at
// which the bounds of its interval do (Brookmeyer and Crowley, Biometrics 38,
// 1982). What is not reached within the observations is not known.
type Quantile struct {
	Time, Low, High            int
	Known, LowKnown, HighKnown bool
}

// Median is the first time at which no more than half are left in a curve of
// [KaplanMeier].
func (c Curve) Median() Quantile {
	var q Quantile
	for _, p := range c {
		if !q.Known && p.Estimate <= 0.5 {
			q.Time, q.Known = p.Time, true
		}
		if low := p.Interval.Known && p.Interval.Low <= 0.5; !q.LowKnown && low {
			q.Low, q.LowKnown = p.Time, true
		}
		if high := p.Interval.Known && p.Interval.High <= 0.5; !q.HighKnown && high {
			q.High, q.HighKnown = p.Time, true
		}
	}
	return q
}
