// Package credibility says how much of a group's own experience to believe
// beside that of all groups together.
//
// One function comes first: [BuhlmannStraub].
//
//	model, err := credibility.BuhlmannStraub([]credibility.Group{
//		{{Weight: 120, Value: 0.04}, {Weight: 130, Value: 0.06}},
//		{{Weight: 800, Value: 0.02}, {Weight: 790, Value: 0.01}},
//	})
//	if err != nil { … } // not estimable, and why
//	fmt.Println(model.Groups[0].Factor, model.Groups[0].Credible)
package credibility

import (
	"fmt"
	"math"
)

// Observation is what one period showed: a mean Value, such as claims a
// policy-year, over a Weight, such as policy-years. Without weight it is not
// looked at.
type Observation struct{ Weight, Value float64 }

// Group is the periods of one group, in any order.
type Group []Observation

// Model is what the groups have in common and what each comes to.
type Model struct {
	Collective float64 // mean over the groups, weighted by their factors
	Between    float64 // variance of the groups' true means
	Within     float64 // variance of an observation of weight 1 around its group's mean
	Groups     []Estimate
}

// Estimate is what a group comes to. A group without weight has the factor 0
// and the collective mean.
type Estimate struct {
	Weight   float64 // sum over its periods
	Mean     float64 // its own
	Factor   float64 // 0 to 1: how much the own mean counts
	Credible float64 // Factor × Mean + (1 − Factor) × Collective
}

// NotEstimableError says why there is no model.
type NotEstimableError struct {
	Reason Reason
	Group  int     // of Invalid: counted from 0
	Value  float64 // of NoneBetween: the estimated variance; of Invalid: the number
}

// Reason is why there is no model.
type Reason string

// The reasons.
const (
	OneGroup    Reason = "one-group"    // fewer than two groups have any weight
	OnePeriod   Reason = "one-period"   // no group has two periods with weight
	NoneBetween Reason = "none-between" // the groups differ no more than chance makes them
	Invalid     Reason = "invalid"      // a weight or value is negative weight, infinite or no number
)

// Error says it in words.
func (e *NotEstimableError) Error() string {
	switch e.Reason {
	case OneGroup:
		return "credibility is not estimable: fewer than two groups have any weight"
	case OnePeriod:
		return "credibility is not estimable: no group has two periods with weight"
	case NoneBetween:
		return fmt.Sprintf("credibility is not estimable: the variance between the groups is estimated at %.4g, which is not positive", e.Value)
	}
	return fmt.Sprintf("credibility is not estimable: group %d holds the number %v", e.Group, e.Value)
}

// BuhlmannStraub fits the model of Bühlmann and Straub (Mitteilungen VSVM 70,
// 1970) with the unbiased estimators of the structure parameters (Bühlmann and
// Gisler, A Course in Credibility Theory, ch. 4). A model that the data can't
// bear is a [*NotEstimableError]: above all a variance between groups that is
// not positive, which says that the collective mean is all there is.
func BuhlmannStraub(groups []Group) (*Model, error) {
	if err := check(groups); err != nil {
		return nil, err
	}
	m := &Model{Groups: make([]Estimate, len(groups))}
	if err := m.within(groups); err != nil {
		return nil, err
	}
	if err := m.between(); err != nil {
		return nil, err
	}
	factors := 0.0
	for i := range m.Groups {
		g := &m.Groups[i]
		if g.Weight > 0 {
			g.Factor = g.Weight / (g.Weight + m.Within/m.Between)
			factors += g.Factor
			m.Collective += g.Factor * g.Mean
		}
	}
	m.Collective /= factors
	for i := range m.Groups {
		g := &m.Groups[i]
		g.Credible = g.Factor*g.Mean + (1-g.Factor)*m.Collective
	}
	return m, nil
}

func check(groups []Group) error {
	for i, g := range groups {
		for _, o := range g {
			for _, x := range []float64{o.Weight, o.Value} {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					return &NotEstimableError{Invalid, i, x}
				}
			}
			if o.Weight < 0 {
				return &NotEstimableError{Invalid, i, o.Weight}
			}
		}
	}
	return nil
}

// within takes the groups' own means and what their periods vary around them.
func (m *Model) within(groups []Group) error {
	sum, free := 0.0, 0
	for i, group := range groups {
		g := &m.Groups[i]
		periods := 0
		for _, o := range group {
			if o.Weight > 0 {
				g.Weight += o.Weight
				g.Mean += o.Weight * o.Value
				periods++
			}
		}
		if periods == 0 {
			continue
		}
		g.Mean /= g.Weight
		free += periods - 1
		for _, o := range group {
			sum += o.Weight * (o.Value - g.Mean) * (o.Value - g.Mean)
		}
	}
	if free == 0 {
		return &NotEstimableError{Reason: OnePeriod}
	}
	m.Within = sum / float64(free)
	return nil
}

// between takes what the groups' means vary beyond what Within explains.
func (m *Model) between() error {
	all, squares, mean, counted := 0.0, 0.0, 0.0, 0
	for _, g := range m.Groups {
		if g.Weight > 0 {
			counted++
			all += g.Weight
			squares += g.Weight * g.Weight
			mean += g.Weight * g.Mean
		}
	}
	if counted < 2 {
		return &NotEstimableError{Reason: OneGroup}
	}
	mean /= all
	sum := 0.0
	for _, g := range m.Groups {
		sum += g.Weight * (g.Mean - mean) * (g.Mean - mean)
	}
	m.Between = all / (all*all - squares) * (sum - float64(counted-1)*m.Within)
	if !(m.Between > 0) {
		return &NotEstimableError{Reason: NoneBetween, Value: m.Between}
	}
	return nil
}
