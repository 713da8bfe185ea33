package portfolio

import (
	"fmt"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// terms are the reference norm's.
func terms() ruling.Terms {
	return ruling.Terms{
		Zone: "Europe/Amsterdam", Months: 6, Of: 6, CloseDay: 6, MinMeasured: 9000,
		Excused: ruling.Excused{Max: 1, Window: 12}, Grace: ruling.Grace{Months: 1, Budget: 2, Window: 12},
		Suspension: ruling.Suspension{Restore: 2, Max: 6}, Validity: ruling.Validity{Months: 12, Renew: 9, Restore: 6},
		ReEarn: 6, Corrections: 6,
	}
}

// only is a norm of one version.
func only(terms ruling.Terms) certify.Versions { return certify.Versions{{Terms: terms}} }

var amsterdam = func() *time.Location {
	zone, err := finding.LoadZone("Europe/Amsterdam")
	if err != nil {
		panic(err)
	}
	return zone
}()

const january = finding.YearMonth(2026 * 12)

func closing(m finding.YearMonth) time.Time {
	c := newCalendar(amsterdam, only(terms()), m, m-1)
	return c.close(m)
}

// history is a company that joins at the start of the month and whose months
// came out as the letters say: P pass, F fail, S severe, M missing, and L for
// leaving with the end of the month.
func history(id string, first finding.YearMonth, outcomes string) []certify.Entry {
	start := first.Start(amsterdam)
	entries := []certify.Entry{{ID: id + "/enrol", Company: id, Recorded: start, Type: certify.Enrol, At: start}}
	words := map[rune]certify.Outcome{'P': certify.Pass, 'F': certify.Fail, 'S': certify.Severe}
	for i, letter := range outcomes {
		m := first + finding.YearMonth(i)
		e := certify.Entry{ID: fmt.Sprintf("%s/%v", id, m), Company: id, Recorded: (m + 1).Start(amsterdam)}
		switch letter {
		case 'M':
			continue
		case 'L':
			e.Type, e.At = certify.Leave, (m + 1).Start(amsterdam)
		default:
			e.Type, e.Month, e.Outcome = certify.Score, m, words[letter]
		}
		entries = append(entries, e)
	}
	return entries
}

func programme(t require.TestingT, asOf time.Time, histories ...[]certify.Entry) *Programme {
	var all []certify.Entry
	for _, h := range histories {
		all = append(all, h...)
	}
	p, err := New(only(terms()), all, asOf)
	require.NoError(t, err)
	return p
}

// A snapshot counts what each company's own timeline says.
func TestSnapshot(t *testing.T) {
	hold := certify.Entry{ID: "hold", Company: "h", Recorded: closing(january), Type: certify.Hold, At: closing(january), Effect: certify.Suspend, Cause: "audit"}
	p := programme(t, closing(january+7),
		history("a", january, "PPPPPPPP"), history("b", january, "PPPPPPFP"), history("c", january, "PPPPPPPF"), history("d", january, "FPPPFPPP"),
		history("e", january+3, "PPPPP"), history("f", january, "PPL"), append(history("h", january, "PPPPPPPP"), hold), history("i", january+9, "P"),
		[]certify.Entry{{ID: "j", Company: "j", Recorded: closing(january), Type: certify.Excuse, Month: january}})
	s := p.Snapshot()
	require.Equal(t, 8, s.Companies, "i is not known yet")
	require.Equal(t, 6, s.TakingPart)
	require.Equal(t, 3, s.Valid)
	require.Equal(t, 1, s.Holds)
	require.Equal(t, []StateCount{{certify.Enrolled, 0}, {certify.Building, 3}, {certify.Certified, 2}, {certify.AtRisk, 1}, {certify.Suspended, 0},
		{certify.Expired, 0}, {certify.Withdrawn, 0}, {certify.ReEarning, 0}, {certify.Left, 1}, {certify.None, 1}}, s.States)
	require.Equal(t, []StepCount{{3, 6, 1}, {5, 6, 1}, {6, 6, 1}}, s.Progress)

	closes := p.Closes(january + 5)
	require.Len(t, closes, 3)
	require.Equal(t, january+5, closes[0].Month)
	require.Equal(t, 3, closes[0].States[2].Companies, "certified at the close of June")
	require.Equal(t, s.States, closes[2].States)
	require.Empty(t, p.Closes(january+8))
}

// Laws of the snapshot, over random programmes.
func TestSnapshotLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []certify.Entry
		for i := range rapid.IntRange(0, 6).Draw(t, "companies") {
			outcomes := rapid.StringOfN(rapid.RuneFrom([]rune("PPPPFSML")), 0, 14, -1).Draw(t, "outcomes")
			all = append(all, history(fmt.Sprint(i), january+finding.YearMonth(rapid.IntRange(0, 5).Draw(t, "first")), outcomes)...)
		}
		asOf := closing(january + finding.YearMonth(rapid.IntRange(0, 20).Draw(t, "asOf")))
		p, err := New(only(terms()), rapid.Permutation(all).Draw(t, "order"), asOf)
		require.NoError(t, err)
		s := p.Snapshot()
		want := map[certify.Phase]int{}
		for _, timeline := range certify.EvaluateAll(terms(), all, asOf) {
			want[timeline.State.Phase]++
		}
		sum := 0
		for _, state := range s.States {
			sum += state.Companies
			if state.Phase != certify.None { // companies of which nothing is known yet are not of the programme
				require.Equal(t, want[state.Phase], state.Companies, state.Phase)
			}
		}
		require.Equal(t, s.Companies, sum)
		for _, c := range p.Closes(january) {
			sum := 0
			for _, state := range c.States {
				sum += state.Companies
			}
			require.Equal(t, s.Companies, sum)
		}
	})
}

// Who can still make it by a date, and who only with help.
func TestGoal(t *testing.T) {
	hold := certify.Entry{ID: "hold", Company: "h", Recorded: closing(january), Type: certify.Hold, At: closing(january), Effect: certify.Suspend, Cause: "audit"}
	p := programme(t, closing(january+7), history("a", january, "PPPPPPPP"), history("d", january, "FPPPFPPP"), history("e", january+3, "PPPPF"),
		history("f", january, "PPL"), append(history("h", january, "PPPPPPPP"), hold))
	g, err := p.Goal(closing(january+10), 3)
	require.NoError(t, err)
	require.Equal(t, Goal{By: closing(january + 10), Want: 3, TakingPart: 4, Now: 1, Can: 2, Helped: 1, Cannot: 1,
		States: []GoalState{{certify.Building, 1, 1, 1}, {certify.Certified, 1, 0, 0}}}, *g)
	require.Equal(t, 3, g.Most())
	require.True(t, g.InReach())
	g, err = p.Goal(closing(january+10).Add(-time.Second), 3)
	require.NoError(t, err)
	require.Equal(t, 2, g.Most(), "one second before the close that gives the mark")
	require.False(t, g.InReach())
	_, err = p.Goal(closing(january+200), 1)
	require.ErrorContains(t, err, "more than 120 months ahead")
	_, err = p.Goal(closing(january), 1)
	require.ErrorContains(t, err, "the goal's date 2026-02-05T23:00:00Z lies before 2026-09-05T22:00:00Z")
}

// Under a norm that asks for a person's award, it is taken as given.
func TestGoalReview(t *testing.T) {
	review := terms()
	review.Review = true
	p, err := New(only(review), append(history("a", january, "PPPPPP"), history("b", january+1, "PPPPP")...), closing(january+5))
	require.NoError(t, err)
	require.Zero(t, p.Snapshot().Valid)
	now, err := p.Goal(closing(january+5), 1)
	require.NoError(t, err)
	require.Equal(t, 1, now.Can, "the run stands")
	later, err := p.Goal(closing(january+6), 1)
	require.NoError(t, err)
	require.Equal(t, 2, later.Can)
}

// The answer agrees with trying out everything that the months to come could
// bring.
func TestGoalAgainstAllFutures(t *testing.T) {
	can := 0
	rapid.Check(t, func(t *rapid.T) {
		outcomes := rapid.StringOfN(rapid.RuneFrom([]rune("PPPPFSM")), 1, 20, -1).Draw(t, "outcomes")
		ahead := rapid.IntRange(0, 4).Draw(t, "ahead")
		last := january + finding.YearMonth(len(outcomes)-1)
		by := closing(last + finding.YearMonth(ahead))
		p := programme(t, closing(last), history("a", january, outcomes))
		g, err := p.Goal(by, 1)
		require.NoError(t, err)
		any := false
		for future := range 1 << ahead {
			all := []byte(outcomes)
			for i := range ahead {
				all = append(all, "PF"[future>>i&1])
			}
			any = any || certify.Evaluate(terms(), history("a", january, string(all)), by).Valid()
		}
		require.Equal(t, any, g.InReach())
		can += g.Can
	})
	require.Positive(t, can)
}

// Months to the first mark: the run, the breaks, the leavers and those who are
// still on their way.
func TestDurations(t *testing.T) {
	p := programme(t, closing(january+11), history("a", january, "PPPPPPFF"), history("b", january, "FPPPPPP"), history("c", january+2, "PPL"),
		history("d", january, "FFFF"), history("e", january, "PPPPPPL"), history("f", january+11, "L"))
	d := p.Durations()
	require.Equal(t, "[{6 1} {7 1} {2 2} {12 0} {6 1} {0 2}]", fmt.Sprint(d.Observations))
	last := d.Mark[len(d.Mark)-1]
	require.InDelta(t, 0.5, last.Estimate, 1e-12, "three of six")
	require.Equal(t, 6, d.Median.Time)
	left, _ := d.Left.At(12)
	require.InDelta(t, 2.0/6, left.Estimate, 1e-12)
}

// judged is a score with a card on which each criterion came out as said.
func judged(id string, m finding.YearMonth, points ruling.Points, outcomes ...ruling.Outcome) certify.Entry {
	c := &card.Card{Company: id, Month: m, Score: &points, Measured: 10000, Qualifies: points >= 8000}
	for i, o := range outcomes {
		c.Criteria = append(c.Criteria, card.Criterion{ID: fmt.Sprintf("C%d", i+1), Outcome: o})
	}
	return certify.Entry{ID: fmt.Sprintf("%s/card/%v", id, m), Company: id, Recorded: (m + 1).Start(amsterdam), Type: certify.Score, Month: m, Card: c}
}

// A programme that grows with weaker companies seems to get worse; the fixed
// cohort shows that nobody did.
func TestTrend(t *testing.T) {
	const met, unmet = ruling.Met, ruling.Unmet
	p := programme(t, closing(january+1),
		[]certify.Entry{judged("a", january, 9000, met, met), judged("a", january+1, 9000, met, unmet)},
		[]certify.Entry{judged("b", january, 9000, unmet), judged("b", january+1, 9000, met)},
		[]certify.Entry{judged("c", january+1, 1000, unmet, ruling.Unknown)},
		[]certify.Entry{judged("d", january+1, 1000, ruling.NotApplicable)})
	trend, err := p.Trend(january, january+1)
	require.NoError(t, err)
	require.Equal(t, 2, trend.Cohort)
	require.Equal(t, []int{2, 4}, trend.Cards)
	first, found := p.FirstScored()
	require.True(t, found && first == january)
	require.Equal(t, []CriterionTrend{
		{"C1", []TrendMonth{{january, Outcomes{Met: 1, Unmet: 1}, Outcomes{Met: 1, Unmet: 1}}, {january + 1, Outcomes{Met: 2}, Outcomes{Met: 2, Unmet: 1, NotApplicable: 1}}}},
		{"C2", []TrendMonth{{january, Outcomes{Met: 1}, Outcomes{Met: 1}}, {january + 1, Outcomes{Unmet: 1}, Outcomes{Unmet: 1, Unknown: 1}}}},
	}, trend.Criteria)
	share, in := trend.Criteria[0].Months[1].Open.Share()
	require.InDelta(t, 2.0/3, share, 1e-12)
	require.True(t, in.Known && in.Low < share && share < in.High)
	_, in = Outcomes{NotApplicable: 3}.Share()
	require.False(t, in.Known)
	for _, window := range [][2]finding.YearMonth{{january + 1, january}, {january, january + 2}} {
		_, err := p.Trend(window[0], window[1])
		require.ErrorContains(t, err, "2026-02 is the last month that has closed")
	}
}

// The score of a month start is what had been recorded by then of the last
// closed month, however old within reason; later knowledge changes nothing.
func TestKnown(t *testing.T) {
	late := judged("a", january, 3000)
	late.ID, late.Recorded = "late", (january + 4).Start(amsterdam).Add(time.Second)
	p := programme(t, closing(january+9), []certify.Entry{judged("a", january, 9000), judged("a", january+1, 5000), late})
	known, err := p.Known("a", january, january+8)
	require.NoError(t, err)
	require.Equal(t, []Known{
		{}, {}, // January has not closed on 1 February
		{9000, january, true},     // March: January
		{5000, january + 1, true}, // April: February
		{5000, january + 1, true}, {5000, january + 1, true},
		{}, {}, {}, // July: February is more than three months back
	}, known)
	known, err = p.Known("nobody", january, january+1)
	require.NoError(t, err)
	require.Equal(t, []Known{{}, {}}, known)
	known, err = p.Known("a", january+10, january+20)
	require.NoError(t, err)
	require.Len(t, known, 1, "no further than AsOf")
}

// Both ways to what was known agree wherever there is no void.
func TestKnownTwoWays(t *testing.T) {
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		var all []certify.Entry
		for i := range rapid.IntRange(0, 12).Draw(t, "entries") {
			m := january + finding.YearMonth(rapid.IntRange(0, 9).Draw(t, "month"))
			e := judged("a", m, ruling.Points(100*rapid.IntRange(0, 100).Draw(t, "score")))
			e.ID = fmt.Sprint(i)
			e.Recorded = e.Recorded.AddDate(0, 0, rapid.IntRange(-40, 300).Draw(t, "delay"))
			if rapid.Bool().Draw(t, "audited") {
				e.Audit = "A-1"
			}
			all = append(all, e)
			if rapid.IntRange(0, 4).Draw(t, "again") == 0 {
				all = append(all, e)
			}
		}
		p := programme(t, closing(january+20), all)
		if len(p.companies) == 0 {
			return
		}
		folded, err := p.knownByFolding(&p.companies[0], january, january+20)
		require.NoError(t, err)
		require.Equal(t, folded, p.knownBySweep(&p.companies[0], january, january+20))
		for _, k := range folded {
			if k.Found {
				found++
			}
		}
	})
	require.Positive(t, found)
}

// A void takes a score back from when it was recorded, not before.
func TestKnownVoid(t *testing.T) {
	void := certify.Entry{ID: "void", Company: "a", Recorded: (january + 3).Start(amsterdam), Type: certify.Void, Target: "a/card/2026-01"}
	p := programme(t, closing(january+9), []certify.Entry{judged("a", january, 9000), void})
	known, err := p.Known("a", january+2, january+3)
	require.NoError(t, err)
	require.Equal(t, []Known{{9000, january, true}, {}}, known)
}

// Under a second version with another close day and other terms, months close
// and marks are earned as that version says.
func TestVersions(t *testing.T) {
	strict := terms()
	strict.CloseDay, strict.Months, strict.Of = 10, 8, 8
	versions := certify.Versions{{ID: "n", Version: "1", From: january, Terms: terms()}, {ID: "n", Version: "2", From: january + 3, Terms: strict}}
	june := (january + 6).Start(amsterdam).AddDate(0, 0, 5) // 6 July: June has not closed under the second
	p, err := New(versions, history("a", january, "PPPPPPPP"), june)
	require.NoError(t, err)
	require.Equal(t, january+4, p.LastClosed())
	g, err := p.Goal(june.AddDate(0, 1, 0), 1) // 6 August
	require.NoError(t, err)
	require.Equal(t, 1, g.Cannot, "six passes are not enough any more")
	g, err = p.Goal(june.AddDate(0, 2, 4), 1) // 10 September: August closes
	require.NoError(t, err)
	require.Equal(t, 1, g.Can)
	_, err = New(nil, nil, june)
	require.Error(t, err)
}

// What is worked out beforehand is what is worked out when it is asked for.
func TestCalendar(t *testing.T) {
	beforehand, asked := newCalendar(amsterdam, only(terms()), january-30, january+30), newCalendar(amsterdam, only(terms()), january, january-1)
	for m := january - 40; m < january+40; m++ {
		require.Equal(t, asked.close(m), beforehand.close(m))
		require.Equal(t, asked.start(m), beforehand.start(m))
		require.Equal(t, m, beforehand.lastClosed(asked.close(m)))
		require.Equal(t, m-1, beforehand.lastClosed(asked.close(m).Add(-1)))
		require.Equal(t, m, beforehand.joined(asked.start(m)))
		require.Equal(t, m+1, beforehand.joined(asked.start(m).Add(1)))
	}
}

// What can't be used is said with the company.
func TestUnusable(t *testing.T) {
	_, err := New(only(terms()), []certify.Entry{{ID: "1", Company: "kvk:1", Recorded: closing(january), Type: "x"}}, closing(january))
	require.ErrorContains(t, err, `company "kvk:1": entry "1"`)
	bad := terms()
	bad.Zone = "Mars/Olympus"
	_, err = New(only(bad), nil, closing(january))
	require.Error(t, err)
	p, err := New(only(terms()), nil, closing(january))
	require.NoError(t, err)
	require.Zero(t, p.Snapshot().Companies)
	require.Empty(t, p.Durations().Observations)
}

func ExampleNew() {
	start := january.Start(amsterdam)
	p, err := New(only(terms()), []certify.Entry{
		{ID: "1", Company: "kvk:1", Recorded: start, Type: certify.Enrol, At: start},
		{ID: "2", Company: "kvk:1", Recorded: closing(january), Type: certify.Score, Month: january, Outcome: certify.Pass},
	}, closing(january))
	if err != nil {
		fmt.Println(err)
		return
	}
	s := p.Snapshot()
	goal, err := p.Goal(closing(january+5), 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.TakingPart, "takes part,", s.Valid, "hold the mark,", goal.Most(), "can by", goal.By.Format(time.DateOnly))
	// Output: 1 takes part, 0 hold the mark, 1 can by 2026-07-05
}
