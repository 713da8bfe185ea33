package portfolio

import (
	"cmp"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Phases are the phases in the order in which figures list them.
func Phases() []certify.Phase {
	return []certify.Phase{certify.Enrolled, certify.Building, certify.Certified, certify.AtRisk, certify.Suspended,
		certify.Expired, certify.Withdrawn, certify.ReEarning, certify.Left, certify.None}
}

// Snapshot counts companies by where they stand.
type Snapshot struct {
	Companies  int          // known by AsOf
	TakingPart int          // neither left nor never enrolled
	Valid      int          // certified or at risk
	States     []StateCount // one for each of [Phases]
	Progress   []StepCount  // of those building and re-earning, in order of (Of, N)
	Holds      int          // companies with an open hold
	AsOf       time.Time
}

// StateCount is how many companies are in a phase.
type StateCount struct {
	Phase     certify.Phase
	Companies int
}

// StepCount is how many companies have n of the passes they need.
type StepCount struct{ N, Of, Companies int }

// Snapshot counts companies by where they stand.
func (p *Programme) Snapshot() Snapshot {
	s := Snapshot{Companies: len(p.companies), AsOf: p.asOf}
	byPhase, byStep := map[certify.Phase]int{}, map[[2]int]int{}
	for i := range p.companies {
		state := &p.companies[i].timeline.State
		byPhase[state.Phase]++
		if takesPart(state.Phase) {
			s.TakingPart++
		}
		if valid(state.Phase) {
			s.Valid++
		}
		if len(state.Holds) > 0 {
			s.Holds++
		}
		if state.Phase == certify.Building || state.Phase == certify.ReEarning {
			byStep[[2]int{state.N, state.Of}]++
		}
	}
	for _, phase := range Phases() {
		s.States = append(s.States, StateCount{phase, byPhase[phase]})
	}
	for step, companies := range byStep {
		s.Progress = append(s.Progress, StepCount{step[0], step[1], companies})
	}
	slices.SortFunc(s.Progress, func(a, b StepCount) int { return cmp.Or(cmp.Compare(a.Of, b.Of), cmp.Compare(a.N, b.N)) })
	return s
}

// Close is where companies stood just after a month's close, as known at AsOf.
type Close struct {
	Month  finding.YearMonth
	States []StateCount // one for each of [Phases]
}

// Closes counts the states at the close of each month from first to the last
// that has closed; corrections known since are in it. Companies that had not
// enrolled by then are none.
func (p *Programme) Closes(first finding.YearMonth) []Close {
	var all []Close
	for m := first; m <= p.LastClosed(); m++ {
		all = append(all, Close{Month: m})
	}
	counts := make([]map[certify.Phase]int, len(all))
	for i := range counts {
		counts[i] = map[certify.Phase]int{}
	}
	for i := range p.companies {
		phase, steps := certify.None, p.companies[i].timeline.Steps
		for j := range all {
			closing := p.calendar.close(all[j].Month)
			for len(steps) > 0 && !steps[0].At.After(closing) {
				phase, steps = steps[0].To, steps[1:]
			}
			counts[j][phase]++
		}
	}
	for j := range all {
		for _, phase := range Phases() {
			all[j].States = append(all[j].States, StateCount{phase, counts[j][phase]})
		}
	}
	return all
}
