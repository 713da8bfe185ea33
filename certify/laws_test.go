package certify_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
)

// histories is how many random histories each law is tried on.
const histories = 10_000

// random draws terms and a history of up to four years with every type of
// entry, corrections, voids, holds with deadlines, leaving and rejoining.
type random struct {
	*rand.Rand
	zone    *time.Location
	terms   ruling.Terms
	entries []certify.Entry
	passes  int // of ten months
}

func draw(seed uint64, zone *time.Location) *random {
	r := &random{Rand: rand.New(rand.NewPCG(seed, 7)), zone: zone, terms: terms()}
	r.passes = 5 + r.IntN(6)
	r.vary()
	start := january.Start(zone).Add(r.jitter())
	r.add(certify.Entry{Type: certify.Enrol, At: start, Recorded: start})
	months := 6 + r.IntN(42)
	for i := range months {
		r.month(january + finding.YearMonth(i))
	}
	for range r.IntN(8) {
		r.event(months)
	}
	r.Shuffle(len(r.entries), func(i, j int) { r.entries[i], r.entries[j] = r.entries[j], r.entries[i] })
	return r
}

func (r *random) vary() {
	t := &r.terms
	if r.IntN(2) == 0 {
		return
	}
	t.Months = 2 + r.IntN(6)
	t.Of = t.Months + r.IntN(3)
	t.CloseDay = []int{1, 6, 28}[r.IntN(3)]
	t.Review = r.IntN(4) == 0
	t.Excused = ruling.Excused{Max: r.IntN(3), Window: 1 + r.IntN(12)}
	t.Grace = ruling.Grace{Months: r.IntN(3), Budget: r.IntN(4), Window: 1 + r.IntN(12)}
	t.Suspension.Restore = 1 + r.IntN(3)
	t.Suspension.Max = t.Suspension.Restore + r.IntN(5)
	t.Validity = ruling.Validity{Months: r.IntN(14)}
	// A mark won back later than a whole term after its end would be past the
	// new end too.
	t.Validity.Restore = r.IntN(min(7, max(1, t.Validity.Months)))
	t.Validity.Renew = r.IntN(t.Validity.Months + 1)
	t.ReEarn = 1 + r.IntN(7)
	t.Corrections = r.IntN(7)
}

func (r *random) jitter() time.Duration {
	return []time.Duration{0, 0, time.Second, -time.Hour, 10 * 24 * time.Hour}[r.IntN(5)]
}

func (r *random) add(e certify.Entry) certify.Entry {
	e.ID, e.Company = fmt.Sprintf("%s-%d", e.Type, len(r.entries)), "c"
	e.Recorded, e.At = e.Recorded.UTC(), e.At.UTC()
	if e.At.Year() == 1 {
		e.At = time.Time{}
	}
	r.entries = append(r.entries, e)
	if r.IntN(20) == 0 {
		r.entries = append(r.entries, e) // told twice
	}
	return e
}

func (r *random) closing(m finding.YearMonth) time.Time {
	n := m + 1
	return time.Date(n.Year(), n.Month(), r.terms.CloseDay, 0, 0, 0, 0, r.zone)
}

func (r *random) outcome() certify.Outcome {
	if r.IntN(10) < r.passes {
		return certify.Pass
	}
	return []certify.Outcome{certify.Fail, certify.Missing, certify.Severe, certify.Fail}[r.IntN(4)]
}

// month files a card in time, late, twice or not at all.
func (r *random) month(m finding.YearMonth) {
	on := r.closing(m).Add(-time.Hour)
	if r.IntN(15) > 0 {
		r.add(certify.Entry{Type: certify.Score, Month: m, Outcome: r.outcome(), Recorded: on})
	}
	if r.IntN(12) == 0 {
		e := certify.Entry{Type: certify.Score, Month: m, Outcome: r.outcome(), Recorded: r.closing(m + finding.YearMonth(r.IntN(9))).Add(r.jitter())}
		if r.IntN(3) == 0 {
			e.Audit = "A-1"
		}
		r.add(e)
	}
	if r.IntN(10) == 0 {
		r.add(certify.Entry{Type: certify.Excuse, Month: m, Cause: "x", Recorded: on})
	}
}

// event adds something that happens at an instant, often just at a close.
func (r *random) event(months int) {
	m := january + finding.YearMonth(r.IntN(months))
	at := r.closing(m).Add(r.jitter())
	e := certify.Entry{At: at, Recorded: at.Add(time.Duration(r.IntN(60)) * 24 * time.Hour), Cause: "x"}
	switch r.IntN(8) {
	case 0:
		e.Type = certify.Leave
		back := at.AddDate(0, r.IntN(4), 0)
		r.add(certify.Entry{Type: certify.Enrol, At: back, Recorded: back})
	case 1, 2, 3:
		e.Type, e.Effect = certify.Hold, []certify.Effect{certify.Warn, certify.Suspend}[r.IntN(2)]
		if r.IntN(2) == 0 {
			e.Until = r.closing(m + finding.YearMonth(1+r.IntN(4))).UTC().Add(time.Hour)
		}
		hold := r.add(e)
		if r.IntN(3) > 0 {
			lifted := at.Add(time.Duration(r.IntN(90*24)) * time.Hour)
			r.add(certify.Entry{Type: certify.Lift, At: lifted, Recorded: lifted, Target: hold.ID})
		}
		return
	case 4:
		e.Type = certify.Restart
	case 5:
		e.Type = certify.Withdraw
	case 6:
		e.Type = certify.Grant
	default:
		target := r.entries[r.IntN(len(r.entries))]
		v := r.add(certify.Entry{Type: certify.Void, Target: target.ID, Recorded: e.Recorded})
		if r.IntN(3) == 0 {
			r.add(certify.Entry{Type: certify.Void, Target: v.ID, Recorded: e.Recorded.Add(time.Duration(r.IntN(3)-1) * time.Hour)})
		}
		return
	}
	r.add(e)
}

// instants are worth asking at: a second before, at, and after what happens.
func (r *random) instants(n int) []time.Time {
	var all []time.Time
	for range n {
		e := r.entries[r.IntN(len(r.entries))]
		t := []time.Time{e.Recorded, e.At, r.closing(january + finding.YearMonth(r.IntN(50)))}[r.IntN(3)]
		if t.IsZero() {
			t = e.Recorded
		}
		all = append(all, t.Add(time.Duration(r.IntN(3)-1)*time.Second))
	}
	return all
}

func (r *random) evaluate(t *testing.T, asOf time.Time) certify.Timeline {
	got := certify.Evaluate(r.terms, r.entries, asOf)
	require.NoError(t, got.Err)
	return got
}

// The package and the oracle agree, at every instant.
func TestAgainstOracle(t *testing.T) {
	zone := amsterdam(t)
	phases := map[certify.Phase]int{}
	for seed := range uint64(histories) {
		r := draw(seed, zone)
		for _, asOf := range r.instants(4) {
			got := r.evaluate(t, asOf)
			phases[got.State.Phase]++
			require.Equal(t, ask(r.terms, zone, r.entries, asOf), told(got), "seed %d, as of %s", seed, asOf)
		}
	}
	for _, p := range []certify.Phase{certify.None, certify.Enrolled, certify.Building, certify.Certified, certify.AtRisk, certify.Suspended, certify.Expired, certify.Withdrawn, certify.ReEarning, certify.Left} {
		require.Greater(t, phases[p], 100, "the histories hardly ever come to %s", p)
	}
}

// Entries in any order, and repeated, give the same timeline.
func TestOrderMakesNoDifference(t *testing.T) {
	zone := amsterdam(t)
	for seed := range uint64(histories) {
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
	zone := amsterdam(t)
	for seed := range uint64(histories) {
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
	zone := amsterdam(t)
	for seed := range uint64(histories) {
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

// A mark is never there without the run behind its award month, never past the
// last close of its term, and suspension and expiry come to an end.
func TestMarkIsEarned(t *testing.T) {
	zone := amsterdam(t)
	earned := 0
	for seed := range uint64(histories) {
		r := draw(seed, zone)
		asOf := r.instants(1)[0]
		got := r.evaluate(t, asOf)
		s := got.State
		if got.Valid() && r.terms.Validity.Months > 0 {
			require.True(t, asOf.Before(r.closing(s.ValidThrough)), "seed %d: as of %s\n%+v\n%s", seed, asOf, r.terms, told(got))
		}
		if s.Phase == certify.Suspended {
			require.LessOrEqual(t, s.Closed, r.terms.Suspension.Max)
		}
		if s.Award == 0 {
			continue
		}
		earned++
		passes := 0
		for m := january; m <= s.Award; m++ {
			if slices.ContainsFunc(r.entries, func(e certify.Entry) bool {
				return e.Type == certify.Score && e.Month == m && e.Outcome == certify.Pass && !e.Recorded.After(asOf)
			}) {
				passes++
			}
		}
		require.GreaterOrEqual(t, passes, min(r.terms.Months, r.terms.ReEarn), "seed %d", seed)
	}
	require.Greater(t, earned, histories/20)
}

// better orders phases: a later one is better for the company.
var better = []certify.Phase{certify.Withdrawn, certify.ReEarning, certify.Expired, certify.Suspended, certify.AtRisk, certify.Certified}

// Improving the latest closed month never worsens the state.
func TestImprovingTheLatestMonth(t *testing.T) {
	zone := amsterdam(t)
	rank := func(s certify.State) int { return slices.Index(better, s.Phase)*100 + s.N }
	tried := 0
	for seed := range uint64(histories) {
		r := draw(seed, zone)
		m := january + finding.YearMonth(r.IntN(40))
		asOf := r.closing(m).Add(time.Minute)
		before := r.evaluate(t, asOf).State
		r.add(certify.Entry{Type: certify.Score, Month: m, Outcome: certify.Pass, Recorded: asOf, Audit: "A"})
		after := r.evaluate(t, asOf).State
		if slices.Contains(better, before.Phase) && slices.Contains(better, after.Phase) {
			tried++
			require.GreaterOrEqual(t, rank(after), rank(before), "seed %d: %v became %v", seed, before, after)
		}
	}
	require.Greater(t, tried, histories/4)
}

// A correction gives what the history would have given with the corrected
// card in the first place.
func TestCorrectionRecomputes(t *testing.T) {
	zone := amsterdam(t)
	tried := 0
	for seed := range uint64(histories) {
		r := draw(seed, zone)
		i := slices.IndexFunc(r.entries, func(e certify.Entry) bool { return e.Type == certify.Score && e.Audit == "" })
		if i < 0 {
			continue
		}
		wrong := r.entries[i]
		only := !slices.ContainsFunc(r.entries, func(e certify.Entry) bool {
			return e.Month == wrong.Month && e.Type == certify.Score && e.ID != wrong.ID
		})
		void := slices.ContainsFunc(r.entries, func(e certify.Entry) bool { return e.Type == certify.Void })
		asOf := r.closing(wrong.Month + finding.YearMonth(r.terms.Corrections))
		if !only || void || wrong.Recorded.After(asOf) {
			continue
		}
		tried++
		right := wrong
		right.Outcome = r.outcome()
		fixed := slices.Clone(r.entries)
		for k := range fixed {
			if fixed[k].ID == wrong.ID {
				fixed[k] = right
			}
		}
		right.ID, right.Recorded = "correction", asOf
		want := certify.Evaluate(r.terms, fixed, asOf)
		got := certify.Evaluate(r.terms, append(slices.Clone(r.entries), right), asOf)
		require.Equal(t, told(want), told(got), "seed %d", seed)
	}
	require.Greater(t, tried, histories/4)
}

// Months partition time, and their closes increase.
func TestCloses(t *testing.T) {
	for m := finding.MonthOf(2000, 1); m < finding.MonthOf(2100, 1); m++ {
		a, err := certify.Close(terms(), m)
		require.NoError(t, err)
		b, err := certify.Close(terms(), m+1)
		require.NoError(t, err)
		require.True(t, a.Before(b))
		require.Equal(t, m+1, finding.MonthAt(a, amsterdam(t)))
	}
}

func BenchmarkEvaluate(b *testing.B) {
	for _, months := range []int{60, 120} {
		b.Run(fmt.Sprint(months), func(b *testing.B) {
			var letters strings.Builder
			for i := range months {
				letters.WriteString(string("PPPPFPPPPPPPM"[i%13]))
			}
			entries := history(b, letters.String(), january.Start(amsterdam(b)))
			asOf := closeOf(b, january+finding.YearMonth(months))
			terms := terms()
			b.ReportAllocs()
			for b.Loop() {
				if t := certify.Evaluate(terms, entries, asOf); t.Err != nil {
					b.Fatal(t.Err)
				}
			}
		})
	}
}
