package certify_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
)

// The package and the oracle agree, at every instant.
func TestAgainstOracle(t *testing.T) {
	zone, rounds := amsterdam(t), histories(t)
	phases := map[certify.Phase]int{}
	for seed := range rounds {
		r := draw(seed, zone)
		for _, asOf := range r.instants(4) {
			got := r.evaluate(t, asOf)
			phases[got.State.Phase]++
			require.Equal(t, ask(r.under(), zone, r.entries, asOf), told(got), "seed %d, as of %s", seed, asOf)
		}
	}
	for _, p := range []certify.Phase{certify.None, certify.Enrolled, certify.Building, certify.Certified, certify.AtRisk, certify.Suspended, certify.Expired, certify.Withdrawn, certify.ReEarning, certify.Left} {
		require.Greater(t, phases[p], 20, "the histories hardly ever come to %s", p)
	}
}

// Entries in any order, and repeated, give the same timeline.
func TestOrderMakesNoDifference(t *testing.T) {
	zone, rounds := amsterdam(t), histories(t)
	for seed := range rounds {
		r := draw(seed, zone)
		asOf := r.instants(1)[0]
		before := told(r.evaluate(t, asOf))
		r.Shuffle(len(r.entries), func(i, j int) { r.entries[i], r.entries[j] = r.entries[j], r.entries[i] })
		r.entries = append(r.entries, r.entries[:len(r.entries)/2]...)
		require.Equal(t, before, told(r.evaluate(t, asOf)), "seed %d", seed)
	}
}

// What becomes known later never changes what was known at an instant.
func TestLaterKnowledgeChangesNothing(t *testing.T) {
	zone, rounds := amsterdam(t), histories(t)
	for seed := range rounds {
		r := draw(seed, zone)
		asOf := r.instants(1)[0]
		all := told(r.evaluate(t, asOf))
		r.entries = slices.DeleteFunc(r.entries, func(e certify.Entry) bool { return e.Recorded.After(asOf) })
		require.Equal(t, all, told(r.evaluate(t, asOf)), "seed %d", seed)
	}
}

// allowed are the changes of what shows that the states' table has. A hold
// shows any valid phase as suspended or at risk, and lifting it the other way.
var allowed = map[certify.Phase][]certify.Phase{
	certify.None:      {certify.Enrolled, certify.Left},
	certify.Left:      {certify.Enrolled},
	certify.Enrolled:  {certify.Building, certify.ReEarning, certify.Certified, certify.AtRisk, certify.Left},
	certify.Building:  {certify.Certified, certify.AtRisk, certify.Left},
	certify.ReEarning: {certify.Certified, certify.AtRisk, certify.Left},
	certify.Certified: {certify.AtRisk, certify.Suspended, certify.Expired, certify.Withdrawn, certify.Left},
	certify.AtRisk:    {certify.Certified, certify.Suspended, certify.Expired, certify.Withdrawn, certify.Left},
	certify.Suspended: {certify.Certified, certify.AtRisk, certify.Expired, certify.Withdrawn, certify.Left},
	certify.Expired:   {certify.Certified, certify.AtRisk, certify.Suspended, certify.Withdrawn, certify.Left},
	certify.Withdrawn: {certify.ReEarning, certify.Certified, certify.AtRisk, certify.Left},
}

// Only the table's transitions happen, at times that increase, and one jump
// goes through the same steps as going on from month to month.
func TestTransitions(t *testing.T) {
	zone, rounds := amsterdam(t), histories(t)
	for seed := range rounds {
		r := draw(seed, zone)
		asOf := r.closing(january + 60)
		got := r.evaluate(t, asOf)
		at, phase := time.Time{}, certify.None
		for _, step := range got.Steps {
			require.Equal(t, phase, step.From, "seed %d", seed)
			require.Contains(t, allowed[step.From], step.To, "seed %d: %s", seed, told(got))
			require.False(t, step.At.Before(at), "seed %d", seed)
			at, phase = step.At, step.To
		}
		require.Equal(t, phase, got.State.Phase)
		if len(got.Steps) > 0 && !slices.ContainsFunc(r.entries, func(e certify.Entry) bool { return e.Recorded.After(at) }) {
			earlier := r.evaluate(t, at)
			require.Equal(t, got.Steps, earlier.Steps, "seed %d", seed)
		}
	}
}

// A mark is never there without the run behind its award month, and never past
// the last close of its term.
func TestMarkIsEarned(t *testing.T) {
	zone, rounds := amsterdam(t), histories(t)
	earned := 0
	for seed := range rounds {
		r := draw(seed, zone)
		asOf := r.instants(1)[0]
		got := r.evaluate(t, asOf)
		s := got.State
		if got.Valid() && r.terms.Validity.Months > 0 {
			require.True(t, asOf.Before(r.closing(s.ValidThrough)), "seed %d: as of %s\n%+v\n%s", seed, asOf, r.terms, told(got))
		}
		if s.Award == 0 {
			continue
		}
		earned++
		require.False(t, asOf.Before(r.closing(s.Award)), "seed %d", seed)
		needed, window := r.terms.Months, r.terms.Of
		if awards(got) > 1 {
			needed, window = r.terms.ReEarn, r.terms.Of-r.terms.Months+r.terms.ReEarn
		}
		require.True(t, r.run(asOf, s.Award, needed, window), "seed %d: %+v\n%s", seed, r.terms, told(got))
	}
	require.Greater(t, earned, int(rounds/20))
}

// awards is how often a timeline comes to a mark from where there is none.
func awards(t certify.Timeline) int {
	n := 0
	for _, step := range t.Steps {
		switch step.From {
		case certify.Enrolled, certify.Building, certify.ReEarning, certify.Withdrawn:
			if step.To == certify.Certified || step.To == certify.AtRisk {
				n++
			}
		}
	}
	return n
}

// run tells whether so many passes, as the cards known at asOf have it, stand
// within the window that ends with the month; excused months don't count.
func (r *random) run(asOf time.Time, last finding.YearMonth, needed, window int) bool {
	o := &oracle{versions: r.under(), t: r.terms, zone: r.zone, joined: asOf}
	o.admit(r.entries, asOf)
	for m := last; window > 0 && m >= january; m-- {
		excused := slices.ContainsFunc(o.seen, func(e certify.Entry) bool { return e.Type == certify.Excuse && e.Month == m })
		letter := o.filed(m)
		switch {
		case letter == "P":
			needed--
			if needed == 0 {
				return true
			}
			window--
		case !excused && letter == "S", !excused && window == needed:
			return false
		case !excused:
			window--
		}
	}
	return false
}

// Suspension and expiry come to an end by themselves: nothing filed any more,
// they are over after as many closes as the terms say.
func TestSuspensionAndExpiryEnd(t *testing.T) {
	zone, rounds := amsterdam(t), histories(t)
	tried := 0
	for seed := range rounds {
		r := draw(seed, zone)
		m := january + finding.YearMonth(r.IntN(50))
		s := r.evaluate(t, r.closing(m)).State
		bound := r.terms.Suspension.Max
		switch {
		case s.Phase == certify.Suspended && s.Of > 0: // not only a hold that shows
		case s.Phase == certify.Expired:
			bound = max(1, r.terms.Validity.Restore)
		default:
			continue
		}
		tried++
		require.Less(t, s.N, s.Of, "seed %d", seed)
		require.Less(t, s.Closed, bound, "seed %d: %+v", seed, r.terms)
		r.entries = slices.DeleteFunc(r.entries, func(e certify.Entry) bool { return e.Recorded.After(r.closing(m)) })
		rest := bound - s.Closed
		if s.Phase == certify.Suspended {
			rest += max(1, r.terms.Validity.Restore) // it may expire first
		}
		// Months filed ahead of time may restore it, so that it takes a second turn.
		ahead := slices.ContainsFunc(r.entries, func(e certify.Entry) bool { return e.Type == certify.Score && e.Month > m })
		if end := r.evaluate(t, r.closing(m+finding.YearMonth(rest))).State; !ahead {
			require.NotContains(t, []certify.Phase{certify.Suspended, certify.Expired}, end.Phase, "seed %d: %+v", seed, r.terms)
		}
	}
	require.Greater(t, tried, int(rounds/40))
}

// One jump goes through the same steps, to the same state, as going on from
// month to month with the same entries in hand.
func TestOneJump(t *testing.T) {
	zone, rounds := amsterdam(t), histories(t)
	for seed := range rounds {
		r := draw(seed, zone)
		for i := range r.entries {
			r.entries[i].Recorded = january.Start(zone).Add(-1000 * time.Hour).UTC()
		}
		last := january + finding.YearMonth(r.IntN(36))
		whole := r.evaluate(t, r.closing(last))
		steps, phase := []certify.Step{}, certify.None
		for m := january - 2; m <= last; m++ {
			got := r.evaluate(t, r.closing(m))
			require.True(t, len(got.Steps) >= len(steps) && slices.Equal(steps, got.Steps[:len(steps)]), "seed %d: in %v the past is another", seed, m)
			for _, step := range got.Steps[len(steps):] {
				require.True(t, step.At.After(r.closing(m-1)) || m == january-2, "seed %d", seed)
				require.Equal(t, phase, step.From)
				phase = step.To
			}
			require.Equal(t, phase, got.State.Phase, "seed %d", seed)
			steps = got.Steps
		}
		require.Equal(t, whole.Steps, steps, "seed %d", seed)
	}
}

// better orders phases: a later one is better for the company.
var better = []certify.Phase{certify.Withdrawn, certify.ReEarning, certify.Enrolled, certify.Building,
	certify.Expired, certify.Suspended, certify.AtRisk, certify.Certified}

// Improving the latest closed month never worsens the state.
func TestImprovingTheLatestMonth(t *testing.T) {
	zone, rounds := amsterdam(t), histories(t)
	rank := func(s certify.State) int { return slices.Index(better, s.Phase)*100 + s.N }
	tried, improved := 0, 0
	for seed := range rounds {
		r := draw(seed, zone)
		m := january + finding.YearMonth(r.IntN(40))
		asOf := r.closing(m).Add(time.Minute)
		before := r.evaluate(t, asOf).State
		r.add(certify.Entry{Type: certify.Score, Month: m, Outcome: certify.Pass, Recorded: asOf, Audit: "A"})
		after := r.evaluate(t, asOf).State
		if before.Phase == certify.None || before.Phase == certify.Left {
			require.Equal(t, before, after)
			continue
		}
		tried++
		require.Contains(t, better, before.Phase)
		require.Contains(t, better, after.Phase)
		require.GreaterOrEqual(t, rank(after), rank(before), "seed %d: %v became %v", seed, before, after)
		if rank(after) > rank(before) {
			improved++
		}
	}
	require.Greater(t, tried, int(rounds/2))
	require.Greater(t, improved, int(rounds/20))
}

// Improving an earlier month may worsen it, as the package says: these are
// two of the cases.
func TestImprovingAnEarlierMonthMayWorsen(t *testing.T) {
	start := january.Start(amsterdam(t))
	months := "PPFPPPFPPPFFPPPPPPPFP"
	asOf := closeOf(t, january+finding.YearMonth(len(months)-1))
	require.Equal(t, "certified", shown(evaluate(t, history(t, months, start), asOf).State))
	improved := strings.Replace(months, "F", "P", 1)
	require.Equal(t, "suspended 1/2", shown(evaluate(t, history(t, improved, start), asOf).State))
}

// A correction gives what the history would have given with the corrected
// card in the first place.
func TestCorrectionRecomputes(t *testing.T) {
	zone, rounds := amsterdam(t), histories(t)
	tried, mattered := 0, 0
	for seed := range rounds {
		r := draw(seed, zone)
		i := slices.IndexFunc(r.entries, func(e certify.Entry) bool { return e.Type == certify.Score && e.Audit == "" })
		if i < 0 {
			continue
		}
		wrong := r.entries[i]
		only := !slices.ContainsFunc(r.entries, func(e certify.Entry) bool {
			return e.Month == wrong.Month && e.Type == certify.Score && e.ID != wrong.ID
		})
		voided := slices.ContainsFunc(r.entries, func(e certify.Entry) bool { return e.Type == certify.Void && e.Target == wrong.ID })
		asOf := r.closing(wrong.Month + finding.YearMonth(r.terms.Corrections))
		if !only || voided || wrong.Recorded.After(asOf) {
			continue
		}
		tried++
		right := wrong
		right.Outcome, right.Card = r.outcome(), nil
		fixed := slices.Clone(r.entries)
		for k := range fixed {
			if fixed[k].ID == wrong.ID {
				fixed[k] = right
			}
		}
		right.ID, right.Recorded = "correction", asOf
		want := certify.Evaluate(r.terms, fixed, asOf)
		require.NoError(t, want.Err)
		before := r.evaluate(t, asOf)
		got := certify.Evaluate(r.terms, append(slices.Clone(r.entries), right), asOf)
		require.Equal(t, told(want), told(got), "seed %d", seed)
		if told(before) != told(got) {
			mattered++
		}
	}
	require.Greater(t, tried, int(rounds/4))
	require.Greater(t, mattered, int(rounds/20))
}

// Months partition time, in every zone, also where clocks change at midnight
// or a day is left out, and their closes increase.
func TestCloses(t *testing.T) {
	zones := []string{"Europe/Amsterdam", "UTC", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "America/St_Johns", "Africa/Cairo", "Asia/Kathmandu"}
	random := rand.New(rand.NewPCG(1, 2))
	for range histories(t) {
		terms := terms()
		terms.Zone, terms.CloseDay = zones[random.IntN(len(zones))], 1+random.IntN(28)
		zone, err := finding.LoadZone(terms.Zone)
		require.NoError(t, err)
		m := finding.MonthOf(2000, 1) + finding.YearMonth(random.IntN(1200))
		a, err := certify.Close(terms, m)
		require.NoError(t, err)
		b, err := certify.Close(terms, m+1)
		require.NoError(t, err)
		require.True(t, a.Before(b), "%s %v", terms.Zone, m)
		require.Equal(t, m+1, finding.MonthAt(a, zone), "%s %v", terms.Zone, m)
		start := m.Start(zone)
		require.Equal(t, m, finding.MonthAt(start, zone))
		require.Equal(t, m-1, finding.MonthAt(start.Add(-1), zone))
		require.True(t, start.Before((m + 1).Start(zone)))
	}
}
