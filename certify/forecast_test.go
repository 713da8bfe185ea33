package certify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
)

func forecast(t *testing.T, entries []certify.Entry, asOf time.Time) certify.Outlook {
	got := certify.Forecast(terms(), entries, asOf)
	require.NoError(t, got.Err)
	return got
}

func notes(o certify.Outlook, language string) string {
	var lines []string
	for _, n := range o.Notes {
		lines = append(lines, n.Text(language))
	}
	return strings.Join(lines, "\n")
}

// What an outlook says, in both languages, where a company builds, holds the
// mark, has lost it for a while, is on hold, or takes no part.
func TestForecastInWords(t *testing.T) {
	start := january.Start(amsterdam(t))
	hold := certify.Entry{ID: "h", Company: "c", Recorded: start, Type: certify.Hold, At: start, Until: closeOf(t, january+8), Effect: certify.Suspend, Cause: "payment"}
	toCome := hold
	toCome.At = closeOf(t, january+4).Add(-time.Hour)
	leave := certify.Entry{ID: "l", Company: "c", Recorded: start, Type: certify.Leave, At: closeOf(t, january+5).Add(-time.Hour)}
	for name, c := range map[string]struct {
		entries []certify.Entry
		asOf    time.Time
		en, nl  string
	}{
		"building": {history(t, "PPPP", start), closeOf(t, january+3),
			`the company can hold the mark on 6 July 2026 at the earliest, after 2 more months that are passed
May 2026 is open; no card counts for it yet
May 2026 can still be saved up to and on 5 June 2026
if May 2026 is passed: building 5/6; the mark on 6 July 2026 at the earliest
if May 2026 is failed: building 0/6; the mark on 6 December 2026 at the earliest
if May 2026 is not measured: building 0/6; the mark on 6 December 2026 at the earliest
if May 2026 is severely failed: building 0/6; the mark on 6 December 2026 at the earliest`,
			`het bedrijf kan het keurmerk op zijn vroegst op 6 juli 2026 hebben, na nog 2 gehaalde maanden
mei 2026 is nog open; er telt nog geen kaart voor mee
mei 2026 is nog te redden tot en met 5 juni 2026
als mei 2026 gehaald is: in opbouw 5/6; het keurmerk op zijn vroegst op 6 juli 2026
als mei 2026 niet gehaald is: in opbouw 0/6; het keurmerk op zijn vroegst op 6 december 2026
als mei 2026 niet gemeten is: in opbouw 0/6; het keurmerk op zijn vroegst op 6 december 2026
als mei 2026 ernstig tekortgeschoten is: in opbouw 0/6; het keurmerk op zijn vroegst op 6 december 2026`},
		"at risk": {history(t, "PPPPPPFF", start), closeOf(t, january+6),
			`the company has held the mark since 6 July 2026
August 2026 is open; no card counts for it yet
August 2026 can still be saved up to and on 5 September 2026
if August 2026 is passed: certified
if August 2026 is failed: suspended 0/2; the mark on 6 November 2026 at the earliest
if August 2026 is not measured: suspended 0/2; the mark on 6 November 2026 at the earliest
if August 2026 is severely failed: suspended 0/2; the mark on 6 November 2026 at the earliest
the term ends with June 2027: 0 of the 9 months passed that renew it`, ""},
		"suspended": {history(t, "PPPPPPFFFFFFF", start), closeOf(t, january+12),
			`the company can hold the mark on 6 September 2027 at the earliest, after 7 more months that are passed
February 2027 is open; no card counts for it yet
February 2027 can still be saved up to and on 5 March 2027
if February 2027 is passed: withdrawn; the mark on 6 September 2027 at the earliest
if February 2027 is failed: withdrawn; the mark on 6 September 2027 at the earliest
if February 2027 is not measured: withdrawn; the mark on 6 September 2027 at the earliest
if February 2027 is severely failed: withdrawn; the mark on 6 September 2027 at the earliest
the mark can no longer be restored`, "het keurmerk is niet meer te herstellen"},
		"restoring": {history(t, "PPPPPPFFFP", start), closeOf(t, january+9),
			`the company can hold the mark on 6 December 2026 at the earliest, after one more month that is passed
November 2026 is open; no card counts for it yet
November 2026 can still be saved up to and on 5 December 2026
if November 2026 is passed: certified
if November 2026 is failed: suspended 0/2; the mark on 6 February 2027 at the earliest
if November 2026 is not measured: suspended 0/2; the mark on 6 February 2027 at the earliest
if November 2026 is severely failed: suspended 0/2; the mark on 6 February 2027 at the earliest
the mark can be restored until the close of February 2027: 1 of 2 months running passed
the term ends with June 2027: 1 of the 9 months passed that renew it`,
			`het keurmerk is te herstellen tot de sluiting van februari 2027: 1 van 2 maanden achtereen gehaald
de termijn eindigt met juni 2027: 1 van de 9 maanden gehaald die haar verlengen`},
		"in the last possible month": {history(t, "PPPPPPFFFFFF", start), closeOf(t, january+11),
			`the mark can be restored until the close of February 2027: 0 of 2 months running passed`,
			`het keurmerk is te herstellen tot de sluiting van februari 2027: 0 van 2 maanden achtereen gehaald`},
		"a hold to come": {append(history(t, "PPPP", start), toCome), closeOf(t, january+3),
			`the company can hold the mark on 6 July 2026 at the earliest, after 2 more months that are passed
May 2026 is open`, ""},
		"filed": {history(t, "P", start), closeOf(t, january).Add(-time.Hour),
			`the company can hold the mark on 6 July 2026 at the earliest, after 6 more months that are passed
January 2026 is open; as filed so far it is passed
if January 2026 is passed: building 1/6`, ""},
		"on hold": {append(history(t, "PPPPPP", start), hold), closeOf(t, january+5),
			`the company can hold the mark as soon as nothing blocks it
a hold is open and must be lifted before 6 October 2026: payment`,
			`het bedrijf kan het keurmerk hebben zodra niets het meer tegenhoudt
er loopt een aanhouding die vóór 6 oktober 2026 moet worden opgeheven: payment`},
		"about to leave": {append(history(t, "PPPPPP", start), leave), closeOf(t, january+4),
			`the company can't come to hold the mark as things are recorded`,
			`zoals het nu is vastgelegd kan het bedrijf het keurmerk niet krijgen`},
		"left": {append(history(t, "PPPPPP", start), leave), closeOf(t, january+5),
			`the company can hold the mark on 6 February 2027 at the earliest, after 6 more months that are passed
that is if the company joins now`,
			`het bedrijf kan het keurmerk op zijn vroegst op 6 februari 2027 hebben, na nog 6 gehaalde maanden
dat is als het bedrijf nu gaat meedoen`},
	} {
		t.Run(name, func(t *testing.T) {
			got := forecast(t, c.entries, c.asOf)
			require.Contains(t, notes(got, "en"), c.en)
			require.Contains(t, notes(got, "nl"), c.nl)
		})
	}
}

// The open month can be saved up to the instant of its close, and in words up
// to the day before.
func TestLastDay(t *testing.T) {
	entries := history(t, "PPPPP", january.Start(amsterdam(t)))
	open := forecast(t, entries, closeOf(t, january+5).Add(-time.Second)).Open
	require.Equal(t, january+5, open.Month)
	require.True(t, closeOf(t, january+5).Equal(open.Closes))
	require.Equal(t, "2026-07-05", open.LastDay().Format(time.DateOnly))
	require.True(t, closeOf(t, january+11).Equal(open.Until))
	saved := append(slices.Clone(entries), certify.Entry{ID: "x", Company: "c", Recorded: open.Closes, Type: certify.Score, Month: open.Month, Outcome: certify.Pass})
	require.Equal(t, "certified", shown(evaluate(t, saved, open.Closes).State))
	saved[len(saved)-1].Recorded = open.Closes.Add(time.Nanosecond)
	require.Equal(t, "building 0/6", shown(evaluate(t, saved, open.Closes).State))
}

// next adds what a forecast supposes as entries: each open month passed as it
// closes, holds lifted at once, and where a person grants, a grant.
func (r *random) next(o certify.Outlook) []certify.Entry {
	var all []certify.Entry
	now := o.AsOf.Add(1) // at the same instant a lift would come before a close
	add := func(e certify.Entry) {
		e.ID, e.Company = fmt.Sprintf("~%04d", len(all)), "c"
		all = append(all, e)
	}
	for _, e := range r.entries {
		if e.Type == certify.Hold && !e.Recorded.After(o.AsOf) {
			at := e.At
			if !at.After(now) {
				at = now
			}
			add(certify.Entry{Type: certify.Lift, Recorded: now, At: at, Target: e.ID})
		}
	}
	add(certify.Entry{Type: certify.Grant, Recorded: now, At: now})
	if o.Open == nil {
		return all
	}
	for m := o.Open.Month; m < o.Open.Month+60; m++ {
		add(certify.Entry{Type: certify.Score, Recorded: r.closing(m), Month: m, Outcome: certify.Pass, Audit: "A"})
		add(certify.Entry{Type: certify.Grant, Recorded: r.closing(m), At: r.closing(m)})
	}
	return all
}

// A forecast comes true when what it supposes does, not a second sooner; no
// other outcome of the months that follow gives the mark sooner; and what it
// says of the open month is what folding gives once the outcome is filed.
func TestForecastComesTrue(t *testing.T) {
	zone, rounds := amsterdam(t), histories(t)
	reached, waited := 0, 0
	for seed := range rounds {
		r := draw(seed, zone)
		asOf := r.closing(january + finding.YearMonth(r.IntN(48))).Add(r.jitter())
		o := certify.Forecast(r.terms, r.entries, asOf)
		require.NoError(t, o.Err)
		require.Equal(t, told(r.evaluate(t, asOf)), told(o.Timeline))
		r.entries = slices.DeleteFunc(r.entries, func(e certify.Entry) bool { return e.Recorded.After(asOf) })
		r.outcomes(t, o)
		if o.Open == nil || o.Valid() {
			continue
		}
		known := r.entries
		r.entries = append(slices.Clone(known), r.next(o)...)
		if o.Earliest.IsZero() {
			require.False(t, r.evaluate(t, r.closing(january+90)).Valid(), "seed %d", seed)
			continue
		}
		reached++
		require.True(t, r.evaluate(t, o.Earliest.Add(1)).Valid(), "seed %d: as of %s at %s\n%+v\n%s", seed, asOf, o.Earliest, r.terms, told(r.evaluate(t, o.Earliest)))
		if o.Months == 0 {
			continue
		}
		waited++
		require.True(t, o.Earliest.Equal(r.closing(o.Open.Month+finding.YearMonth(o.Months-1))), "seed %d", seed)
		for i := range r.entries[len(known):] {
			if e := &r.entries[len(known)+i]; e.Type == certify.Score && r.IntN(3) == 0 {
				e.Outcome = r.outcome()
			}
		}
		for m := o.Open.Month; m < o.Open.Month+finding.YearMonth(o.Months); m++ {
			require.False(t, r.evaluate(t, r.closing(m).Add(-time.Second)).Valid(), "seed %d: %+v\n%s\nforecast %+v\n%s", seed, r.terms, told(o.Timeline), o.Earliest, told(r.evaluate(t, r.closing(m).Add(-time.Second))))
		}
	}
	require.Greater(t, reached, int(rounds/8))
	require.Greater(t, waited, int(rounds/10))
}

// outcomes compares what is said of the open month with folding it.
func (r *random) outcomes(t *testing.T, o certify.Outlook) {
	if o.Open == nil {
		return
	}
	require.Equal(t, r.closing(o.Open.Month), o.Open.Closes)
	require.Len(t, o.Open.Next, 4)
	for _, p := range o.Open.Next {
		filed := append(slices.Clone(r.entries), certify.Entry{ID: "~", Company: "c", Type: certify.Score, Month: o.Open.Month,
			Recorded: o.Open.Closes, Outcome: p.Outcome, Audit: "A"})
		want := certify.Evaluate(r.terms, filed, o.Open.Closes)
		require.NoError(t, want.Err)
		require.Equal(t, want.State, p.State)
	}
}

// An outlook is the timeline with its reasons as data and one member more, the
// same on every run.
func TestForecastJSON(t *testing.T) {
	entries := history(t, "PPPPP", january.Start(amsterdam(t)))
	o := forecast(t, entries, closeOf(t, january+4))
	got, err := o.JSON("nl")
	require.NoError(t, err)
	timeline, err := o.Timeline.JSON("nl")
	require.NoError(t, err)
	withCodes := strings.NewReplacer(`"het bedrijf doet mee"`, `"het bedrijf doet mee","code":"enrol"`,
		`"de maand is gehaald"`, `"de maand is gehaald","code":"counted","outcome":"pass"`).Replace(string(timeline))
	rest, ok := strings.CutPrefix(string(got), strings.TrimSuffix(withCodes, "}")+`,"forecast":`)
	require.True(t, ok, "%s", got)
	require.Equal(t, `{"earliest":"2026-07-05T22:00:00Z","months":1,"open":{"month":"2026-06","closes":"2026-07-05T22:00:00Z","lastDay":"2026-07-05","until":"2027-01-05T23:00:00Z","filed":"missing","next":[`+
		`{"outcome":"pass","phase":"certified","n":0,"of":0,"closed":0,"reason":{"code":"award","text":"de reeks maanden is compleet"},"earliest":"2026-07-05T22:00:00Z","months":0},`+
		`{"outcome":"fail","phase":"building","n":0,"of":6,"closed":0,"reason":null,"earliest":"2027-01-05T23:00:00Z","months":6},`+
		`{"outcome":"missing","phase":"building","n":0,"of":6,"closed":0,"reason":null,"earliest":"2027-01-05T23:00:00Z","months":6},`+
		`{"outcome":"severe","phase":"building","n":0,"of":6,"closed":0,"reason":null,"earliest":"2027-01-05T23:00:00Z","months":6}]},`+
		`"notes":[{"code":"earliest","at":"2026-07-05T22:00:00Z","count":1,"text":"het bedrijf kan het keurmerk op zijn vroegst op 6 juli 2026 hebben, na nog één gehaalde maand"},`+
		`{"code":"open","month":"2026-06","outcome":"missing","text":"juni 2026 is nog open; er telt nog geen kaart voor mee"},`+
		`{"code":"save","at":"2026-07-05T22:00:00Z","month":"2026-06","text":"juni 2026 is nog te redden tot en met 5 juli 2026"},`+
		`{"code":"outcome","at":"2026-07-05T22:00:00Z","month":"2026-06","outcome":"pass","phase":"certified","text":"als juni 2026 gehaald is: gecertificeerd"},`+
		`{"code":"outcome","at":"2027-01-05T23:00:00Z","month":"2026-06","count":0,"of":6,"outcome":"fail","phase":"building","text":"als juni 2026 niet gehaald is: in opbouw 0/6; het keurmerk op zijn vroegst op 6 januari 2027"},`+
		`{"code":"outcome","at":"2027-01-05T23:00:00Z","month":"2026-06","count":0,"of":6,"outcome":"missing","phase":"building","text":"als juni 2026 niet gemeten is: in opbouw 0/6; het keurmerk op zijn vroegst op 6 januari 2027"},`+
		`{"code":"outcome","at":"2027-01-05T23:00:00Z","month":"2026-06","count":0,"of":6,"outcome":"severe","phase":"building","text":"als juni 2026 ernstig tekortgeschoten is: in opbouw 0/6; het keurmerk op zijn vroegst op 6 januari 2027"}]}}`, rest)
}

func ExampleForecast() {
	history := `{"id":"1","company":"kvk:30123456","recorded":"2026-01-01T09:00:00Z","type":"enrol","at":"2025-12-31T23:00:00Z"}
{"id":"2","company":"kvk:30123456","recorded":"2026-02-03T09:00:00Z","type":"score","month":"2026-01","outcome":"pass"}`
	var entries []certify.Entry
	for e, err := range certify.Entries(strings.NewReader(history)) {
		if err != nil {
			panic(err)
		}
		entries = append(entries, e)
	}
	outlook := certify.Forecast(terms(), entries, time.Date(2026, 2, 20, 9, 0, 0, 0, time.UTC))
	fmt.Println(outlook.Earliest.Format(time.DateOnly), outlook.Months, "months to go;", outlook.Open.Month, "can be saved up to", outlook.Open.LastDay().Format(time.DateOnly))
	for _, note := range outlook.Notes[:3] {
		fmt.Println(note.Code, "–", note.Text("nl"))
	}
	// Output:
	// 2026-07-06 5 months to go; 2026-02 can be saved up to 2026-03-05
	// earliest – het bedrijf kan het keurmerk op zijn vroegst op 6 juli 2026 hebben, na nog 5 gehaalde maanden
	// open – februari 2026 is nog open; er telt nog geen kaart voor mee
	// save – februari 2026 is nog te redden tot en met 5 maart 2026
}

// Under versions of a norm an outlook looks ahead to those that are known, and
// for one company says what it says for all.
func TestForecastUnderVersions(t *testing.T) {
	longer := terms()
	longer.Months, longer.Of = 8, 8
	versions := certify.Versions{{ID: "s", Version: "1", From: january, Terms: terms()}, {ID: "s", Version: "2", From: january + 5, Terms: longer}}
	entries := history(t, "PPPP", january.Start(amsterdam(t)))
	asOf := closeOf(t, january+3)
	o := versions.Forecast(entries, asOf)
	require.NoError(t, o.Err)
	require.Equal(t, 4, o.Months, "the sixth month closes under the version that asks for eight")
	require.True(t, closeOf(t, january+7).Equal(o.Earliest))
	require.Equal(t, "building 0/6", shown(o.Open.Next[1].State))
	all := versions.ForecastAll(append(slices.Clone(entries), certify.Entry{ID: "x", Company: "b", Recorded: asOf, Type: certify.Enrol, At: asOf}), asOf)
	require.Len(t, all, 2)
	require.Equal(t, "b", all[0].Company)
	require.Equal(t, o, all[1])
}

func TestForecastRefuses(t *testing.T) {
	bad := terms()
	bad.Months = 0
	o := certify.Forecast(bad, nil, closeOf(t, january))
	require.Error(t, o.Err)
	_, err := o.MarshalJSON()
	require.Error(t, err)
	nobody := certify.Forecast(terms(), nil, closeOf(t, january))
	require.NoError(t, nobody.Err)
	require.Nil(t, nobody.Open)
	require.Equal(t, 6, nobody.Months)
	require.Equal(t, "join", nobody.Notes[1].Code)
}
