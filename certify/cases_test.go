package certify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/stretchr/testify/require"
)

// terms are those of the reference norm.
func terms() ruling.Terms {
	return ruling.Terms{Zone: "Europe/Amsterdam", Months: 6, Of: 6, CloseDay: 6, MinMeasured: 9000,
		Excused: ruling.Excused{Max: 1, Window: 12}, Grace: ruling.Grace{Months: 1, Budget: 2, Window: 12},
		Suspension: ruling.Suspension{Restore: 2, Max: 6}, Validity: ruling.Validity{Months: 12, Renew: 9, Restore: 6},
		ReEarn: 6, Corrections: 6}
}

var january = finding.MonthOf(2026, time.January)

func amsterdam(t testing.TB) *time.Location {
	zone, err := finding.LoadZone("Europe/Amsterdam")
	require.NoError(t, err)
	return zone
}

// closeOf is 00:00 local on the 6th of the next month.
func closeOf(t testing.TB, m finding.YearMonth) time.Time {
	n := m + 1
	return time.Date(n.Year(), n.Month(), 6, 0, 0, 0, 0, amsterdam(t)).UTC()
}

var outcomes = map[rune]certify.Outcome{'P': certify.Pass, 'F': certify.Fail, 'S': certify.Severe, 'X': certify.Fail}

// history writes a run of letters as entries, each card recorded on the 2nd of
// the month after.
func history(t testing.TB, letters string, enrolled time.Time) []certify.Entry {
	entries := []certify.Entry{{ID: "enrol", Company: "c", Recorded: enrolled, Type: certify.Enrol, At: enrolled}}
	for i, letter := range strings.ReplaceAll(letters, " ", "") {
		m := january + finding.YearMonth(i)
		recorded := (m + 1).Start(amsterdam(t)).Add(24 * time.Hour)
		if letter != 'M' {
			entries = append(entries, certify.Entry{ID: fmt.Sprint("score-", i), Company: "c", Recorded: recorded,
				Type: certify.Score, Month: m, Outcome: outcomes[letter]})
		}
		if letter == 'X' {
			entries = append(entries, certify.Entry{ID: fmt.Sprint("excuse-", i), Company: "c", Recorded: recorded,
				Type: certify.Excuse, Month: m, Cause: "holiday"})
		}
	}
	return entries
}

func shown(s certify.State) string {
	if s.Of == 0 && s.Phase != certify.Enrolled {
		return string(s.Phase)
	}
	return fmt.Sprintf("%s %d/%d", s.Phase, s.N, s.Of)
}

func evaluate(t *testing.T, entries []certify.Entry, asOf time.Time) certify.Timeline {
	got := certify.Evaluate(terms(), entries, asOf)
	require.NoError(t, got.Err)
	return got
}

// The state changes at the close, not a second earlier.
func TestClose(t *testing.T) {
	entries := history(t, "PPPPPP", january.Start(amsterdam(t)))
	sixth := closeOf(t, january+5)
	require.Equal(t, "building 5/6", shown(evaluate(t, entries, sixth.Add(-time.Second)).State))
	at := evaluate(t, entries, sixth)
	require.Equal(t, certify.Certified, at.State.Phase)
	require.Equal(t, january+5, at.State.Award)
	require.Equal(t, january+17, at.State.ValidThrough)
	last := at.Steps[len(at.Steps)-1]
	require.Equal(t, sixth, last.At)
	require.Equal(t, january+5, last.Month)
}

// A card recorded late: the month was missing until then, and is recomputed
// after. Of two corrections the later recorded counts. Past the correction
// window only an audited one does.
func TestCorrections(t *testing.T) {
	entries := history(t, "PPMPPP", january.Start(amsterdam(t)))
	sixth := closeOf(t, january+5)
	require.Equal(t, "building 3/6", shown(evaluate(t, entries, sixth).State))
	late := certify.Entry{ID: "late", Company: "c", Recorded: sixth.Add(time.Hour), Type: certify.Score, Month: january + 2, Outcome: certify.Pass}
	entries = append(entries, late)
	require.Equal(t, "building 3/6", shown(evaluate(t, entries, sixth).State))
	require.Equal(t, "certified", shown(evaluate(t, entries, sixth.Add(time.Hour)).State))
	again := late
	again.ID, again.Outcome, again.Recorded = "again", certify.Fail, sixth.Add(2*time.Hour)
	entries = append(entries, again)
	require.Equal(t, "building 3/6", shown(evaluate(t, entries, sixth.Add(2*time.Hour)).State))
	afterwards := closeOf(t, january+2+6).Add(time.Second)
	tooLate := late
	tooLate.ID, tooLate.Recorded = "too-late", afterwards
	entries = append(entries, tooLate)
	require.Equal(t, "building 0/6", shown(evaluate(t, entries, afterwards).State))
	audited := tooLate
	audited.ID, audited.Audit = "audited", "A-2026-1"
	entries = append(entries, audited)
	require.NotEqual(t, "building 0/6", shown(evaluate(t, entries, afterwards).State))
}

// A suspending hold blocks the award until it is lifted; two must both be.
func TestHolds(t *testing.T) {
	sixth := closeOf(t, january+5)
	hold := func(id string, effect certify.Effect, at, until time.Time) certify.Entry {
		return certify.Entry{ID: id, Company: "c", Recorded: at, Type: certify.Hold, At: at, Until: until, Effect: effect, Cause: "payment"}
	}
	lift := func(target string, at time.Time) certify.Entry {
		return certify.Entry{ID: "lift-" + target, Company: "c", Recorded: at, Type: certify.Lift, At: at, Target: target}
	}
	before := sixth.AddDate(0, 0, -20)
	entries := append(history(t, "PPPPPP", january.Start(amsterdam(t))), hold("h", certify.Suspend, before, time.Time{}))
	got := evaluate(t, entries, sixth)
	require.Equal(t, "building 6/6", shown(got.State))
	require.Len(t, got.State.Holds, 1)
	entries = append(entries, lift("h", sixth.Add(time.Hour)))
	require.Equal(t, "certified", shown(evaluate(t, entries, sixth.Add(time.Hour)).State))

	atClose := append(slices.Clone(entries[:len(entries)-1]), lift("h", closeOf(t, january+6)),
		certify.Entry{ID: "seventh", Company: "c", Recorded: sixth, Type: certify.Score, Month: january + 6, Outcome: certify.Pass})
	awarded := evaluate(t, atClose, closeOf(t, january+6)).State
	require.Equal(t, january+5, awarded.Award, "a lift comes before a close at the same instant")

	entries = append(entries, hold("a", certify.Suspend, sixth.Add(2*time.Hour), sixth.Add(9*time.Hour)),
		hold("b", certify.Warn, sixth.Add(3*time.Hour), time.Time{}))
	require.Equal(t, "suspended", shown(evaluate(t, entries, sixth.Add(4*time.Hour)).State), "an overlay has no progress")
	withdrawn := evaluate(t, entries, sixth.Add(9*time.Hour))
	require.Equal(t, "withdrawn", shown(withdrawn.State))
	require.Len(t, withdrawn.State.Holds, 1)
	entries = append(entries, lift("a", sixth.Add(5*time.Hour)))
	require.Equal(t, "at_risk", shown(evaluate(t, entries, sixth.Add(9*time.Hour)).State))
	void := certify.Entry{ID: "void", Company: "c", Recorded: sixth.Add(10 * time.Hour), Type: certify.Void, Target: "lift-a"}
	entries = append(entries, void)
	require.Equal(t, "at_risk", shown(evaluate(t, entries, sixth.Add(9*time.Hour)).State), "what was known is not rewritten")
	require.Equal(t, "withdrawn", shown(evaluate(t, entries, sixth.Add(10*time.Hour)).State))
	entries = append(entries, certify.Entry{ID: "void-2", Company: "c", Recorded: sixth.Add(11 * time.Hour), Type: certify.Void, Target: "void"})
	require.Equal(t, "at_risk", shown(evaluate(t, entries, sixth.Add(11*time.Hour)).State))
}

func TestReview(t *testing.T) {
	review := terms()
	review.Review = true
	sixth := closeOf(t, january+5)
	entries := history(t, "PPPPPP", january.Start(amsterdam(t)))
	early := certify.Entry{ID: "early", Company: "c", Recorded: sixth.Add(-time.Hour), Type: certify.Grant, At: sixth.Add(-time.Hour)}
	entries = append(entries, early)
	got := certify.Evaluate(review, entries, sixth)
	require.Equal(t, "building 6/6", shown(got.State), "a grant before the run stands does nothing")
	entries = append(entries, certify.Entry{ID: "grant", Company: "c", Recorded: sixth, Type: certify.Grant, At: sixth})
	got = certify.Evaluate(review, entries, sixth)
	require.Equal(t, "certified", shown(got.State))
	require.Equal(t, january+5, got.State.Award)
}

// Leaving ends everything; whoever rejoins after holding a mark earns it
// again.
func TestLeaveAndRejoin(t *testing.T) {
	zone := amsterdam(t)
	entries := history(t, "PPPPPPPPPPPPPPP", january.Start(zone))
	left := (january + 7).Start(zone)
	entries = append(entries, certify.Entry{ID: "leave", Company: "c", Recorded: left, Type: certify.Leave, At: left},
		certify.Entry{ID: "back", Company: "c", Recorded: (january + 8).Start(zone), Type: certify.Enrol, At: (january + 8).Start(zone)})
	require.Equal(t, "left", shown(evaluate(t, entries, left).State))
	require.Equal(t, "enrolled 0/0", shown(evaluate(t, entries, closeOf(t, january+7)).State))
	require.Equal(t, "re_earning 1/6", shown(evaluate(t, entries, closeOf(t, january+8)).State))
}

// What can't be used is an error, never a state.
func TestUnusable(t *testing.T) {
	good := history(t, "P", january.Start(amsterdam(t)))
	asOf := closeOf(t, january)
	for name, entries := range map[string][]certify.Entry{
		"two companies":     append(history(t, "P", asOf), certify.Entry{ID: "x", Company: "d", Recorded: asOf, Type: certify.Leave, At: asOf}),
		"one id, two facts": append(history(t, "P", asOf), certify.Entry{ID: "enrol", Company: "c", Recorded: asOf, Type: certify.Leave, At: asOf}),
		"unknown type":      {{ID: "x", Company: "c", Recorded: asOf, Type: "x"}},
		"until before at":   {{ID: "x", Company: "c", Recorded: asOf, Type: certify.Hold, At: asOf, Until: asOf, Effect: certify.Warn, Cause: "x"}},
		"score without":     {{ID: "x", Company: "c", Recorded: asOf, Type: certify.Score, Month: january}},
	} {
		got := certify.Evaluate(terms(), entries, asOf)
		require.Error(t, got.Err, name)
		require.False(t, got.Valid())
		_, err := got.MarshalJSON()
		require.Error(t, err)
	}
	bad := terms()
	bad.Zone = "Europe/Amsterdm"
	require.Error(t, certify.Evaluate(bad, good, asOf).Err)
}

// March has 743 hours in Amsterdam, October 745.
func TestMonthsPartitionTime(t *testing.T) {
	zone := amsterdam(t)
	hours := func(m finding.YearMonth) float64 { return (m + 1).Start(zone).Sub(m.Start(zone)).Hours() }
	require.EqualValues(t, 743, hours(january+2))
	require.EqualValues(t, 745, hours(january+9))
}

// What a month counts as, from its card.
func TestOutcomeOfCard(t *testing.T) {
	points := func(p ruling.Points) *ruling.Points { return &p }
	for name, c := range map[string]struct {
		card card.Card
		want string // after six such months
	}{
		"pass":            {card.Card{Measured: 9000, Score: points(8000), Qualifies: true}, "certified"},
		"too little":      {card.Card{Measured: 8999, Score: points(10000), Qualifies: true}, "building 0/6"},
		"fail":            {card.Card{Measured: 10000, Score: points(7999)}, "building 0/6"},
		"no score":        {card.Card{Measured: 10000}, "building 0/6"},
		"severe":          {card.Card{Measured: 10000, Score: points(1999)}, "building 0/6"},
		"knocked out":     {card.Card{Measured: 10000, Score: points(9000), Qualifies: true, Criteria: []card.Criterion{{ID: "k", Outcome: ruling.Unmet}}}, "building 0/6"},
		"knock-out, met":  {card.Card{Measured: 10000, Score: points(9000), Qualifies: true, Criteria: []card.Criterion{{ID: "k", Outcome: ruling.Met}}}, "certified"},
		"knock-out, open": {card.Card{Measured: 10000, Score: points(9000), Qualifies: true, Criteria: []card.Criterion{{ID: "k", Outcome: ruling.Unknown}}}, "certified"},
	} {
		terms := terms()
		terms.Floor, terms.KnockOut = 2000, []string{"k"}
		entries := history(t, "MMMMMM", january.Start(amsterdam(t)))
		for i := range 6 {
			k := c.card
			k.Company, k.Month = "c", january+finding.YearMonth(i)
			entries = append(entries, certify.Entry{ID: fmt.Sprint(i), Company: "c", Recorded: k.Month.Start(amsterdam(t)), Type: certify.Score, Month: k.Month, Card: &k})
		}
		got := certify.Evaluate(terms, entries, closeOf(t, january+5))
		require.NoError(t, got.Err, name)
		require.Equal(t, c.want, shown(got.State), name)
	}
}

// An entry is written as it is read; what it must not have is refused.
func TestEntryJSON(t *testing.T) {
	lines := []string{
		`{"id":"1","company":"c","recorded":"2026-01-01T09:00:00Z","type":"enrol","at":"2025-12-31T23:00:00Z"}`,
		`{"id":"2","company":"c","recorded":"2026-02-03T09:00:00Z","type":"score","month":"2026-01","outcome":"pass","audit":"A-1"}`,
		`{"id":"3","company":"c","recorded":"2026-02-03T09:00:00Z","type":"hold","at":"2026-02-01T00:00:00Z","cause":"payment","effect":"warn","until":"2026-03-01T00:00:00Z"}`,
		`{"id":"4","company":"c","recorded":"2026-02-03T09:00:00Z","type":"void","target":"3"}`,
	}
	i := 0
	for e, err := range certify.Entries(strings.NewReader(strings.Join(lines, "\n"))) {
		require.NoError(t, err)
		out, err := e.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, lines[i], string(out))
		i++
	}
	require.Equal(t, len(lines), i)
	var absent certify.Entry
	require.NoError(t, absent.UnmarshalJSON([]byte(`{"id":"1","company":"c","recorded":"2026-01-01T09:00:00Z","type":"leave","at":"2026-01-01T09:00:00Z","cause":null,"until":null,"month":null,"card":null}`)))
	require.Zero(t, absent.Until)
	for name, line := range map[string]string{
		"not JSON":          `{`,
		"unknown member":    `{"id":"1","company":"c","recorded":"2026-01-01T09:00:00Z","type":"leave","at":"2026-01-01T09:00:00Z","x":1}`,
		"other case":        `{"ID":"1","company":"c","recorded":"2026-01-01T09:00:00Z","type":"leave","at":"2026-01-01T09:00:00Z"}`,
		"twice":             `{"id":"1","id":"2","company":"c","recorded":"2026-01-01T09:00:00Z","type":"leave","at":"2026-01-01T09:00:00Z"}`,
		"null where needed": `{"id":"1","company":"c","recorded":"2026-01-01T09:00:00Z","type":"leave","at":null}`,
		"unknown type":      `{"id":"1","company":"c","recorded":"2026-01-01T09:00:00Z","type":"Leave","at":"2026-01-01T09:00:00Z"}`,
		"missing":           `{"id":"1","company":"c","recorded":"2026-01-01T09:00:00Z","type":"leave"}`,
		"superfluous":       `{"id":"1","company":"c","recorded":"2026-01-01T09:00:00Z","type":"leave","at":"2026-01-01T09:00:00Z","month":"2026-01"}`,
		"month 13":          `{"id":"1","company":"c","recorded":"2026-01-01T09:00:00Z","type":"excuse","month":"2026-13"}`,
		"other card":        `{"id":"1","company":"c","recorded":"2026-01-01T09:00:00Z","type":"score","month":"2026-01","card":{"company":"d"}}`,
		"year 1":            `{"id":"1","company":"c","recorded":"2026-01-01T09:00:00Z","type":"hold","effect":"warn","at":"2026-01-01T09:00:00Z","until":"0001-01-01T00:00:00Z"}`,
		"year 5":            `{"id":"1","company":"c","recorded":"0005-01-01T09:00:00Z","type":"leave","at":"2026-01-01T09:00:00Z"}`,
		"sequence":          `{"id":"1","company":"c","recorded":"2026-01-01T09:00:00Z","type":"leave","at":"2026-01-01T09:00:00Z","sequence":-3}`,
		"previous":          `{"id":"1","company":"c","recorded":"2026-01-01T09:00:00Z","type":"leave","at":"2026-01-01T09:00:00Z","previous":"x"}`,
		"two outcomes":      `{"id":"1","company":"c","recorded":"2026-01-01T09:00:00Z","type":"score","month":"2026-01","outcome":"pass","card":{}}`,
	} {
		var e certify.Entry
		require.Error(t, e.UnmarshalJSON([]byte(line)), name)
	}
}

func ExampleEvaluate() {
	history := `{"id":"1","company":"kvk:30123456","recorded":"2026-01-01T09:00:00Z","type":"enrol","at":"2025-12-31T23:00:00Z"}
{"id":"2","company":"kvk:30123456","recorded":"2026-02-03T09:00:00Z","type":"score","month":"2026-01","outcome":"pass"}`
	var entries []certify.Entry
	for e, err := range certify.Entries(strings.NewReader(history)) {
		if err != nil {
			panic(err)
		}
		entries = append(entries, e)
	}
	timeline := certify.Evaluate(terms(), entries, time.Date(2026, 2, 6, 0, 0, 0, 0, time.UTC))
	for _, step := range timeline.Steps {
		fmt.Println(step.At.Format(time.RFC3339), step.From, "→", step.To, "–", step.Reason.Text("nl"))
	}
	fmt.Println(timeline.State.Phase, timeline.State.N, "of", timeline.State.Of)
	// Output:
	// 2025-12-31T23:00:00Z none → enrolled – het bedrijf doet mee
	// 2026-02-05T23:00:00Z enrolled → building – de maand is gehaald
	// building 1 of 6
}
