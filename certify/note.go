package certify

import (
	"fmt"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Note is one thing that an outlook says: a code, and the values that go with
// it. What a code has no value for is empty.
type Note struct {
	Code    string            // held earliest unreachable join lift grant save open outcome renew restore unrestorable
	At      time.Time         // in the norm's zone
	Month   finding.YearMonth // the open month, or the last of a term or a respite
	Count   int               // months or passes
	Of      int               // passes that are needed
	Outcome Outcome           // of the open month
	Phase   Phase             // that follows from it
	Hold    string            // id
	Cause   string            // of the hold
}

// notes says the outlook in words.
func (f *fold) notes(o *Outlook) []Note {
	notes := []Note{f.earliestNote(o)}
	if !f.takesPart() {
		return append(notes, Note{Code: "join"})
	}
	for _, h := range o.State.Holds {
		n := Note{Code: "lift", Hold: h.ID, Cause: h.Cause}
		if !h.Until.IsZero() {
			n.At = h.Until.In(f.calendar.zone)
		}
		notes = append(notes, n)
	}
	if !isValid(f.phase) && f.calendar.terms(f.next).Review && !o.Earliest.IsZero() {
		notes = append(notes, Note{Code: "grant"})
	}
	notes = append(notes, Note{Code: "open", Month: o.Open.Month, Outcome: o.Open.Filed})
	if o.Open.Filed != Pass {
		notes = append(notes, Note{Code: "save", Month: o.Open.Month, At: o.Open.Closes})
	}
	for _, p := range o.Open.Next {
		notes = append(notes, Note{Code: "outcome", Month: o.Open.Month, Outcome: p.Outcome,
			Phase: p.State.Phase, Count: p.State.N, Of: p.State.Of, At: p.Earliest})
	}
	return append(notes, f.limits()...)
}

func (f *fold) earliestNote(o *Outlook) Note {
	switch {
	case o.Earliest.IsZero():
		return Note{Code: "unreachable"}
	case o.Valid():
		return Note{Code: "held", At: o.Earliest}
	}
	return Note{Code: "earliest", At: o.Earliest, Count: o.Months}
}

// limits are the last months of a term and of a respite.
func (f *fold) limits() []Note {
	var notes []Note
	t := f.calendar.terms(f.next)
	respite := func(most int) {
		n := Note{Code: "restore", Month: f.next + finding.YearMonth(most-f.closed-1), Count: f.n, Of: t.Suspension.Restore}
		if n.Of-n.Count > most-f.closed {
			n = Note{Code: "unrestorable"}
		}
		notes = append(notes, n)
	}
	switch f.phase {
	case Suspended:
		respite(t.Suspension.Max)
	case Expired:
		respite(t.Validity.Restore)
	}
	if f.end != 0 && f.phase != Expired {
		notes = append(notes, Note{Code: "renew", Month: f.end, Count: f.passes, Of: t.Validity.Renew})
	}
	return notes
}

// Text is the note in words, in "nl" or "en"; any other language is read as
// "en".
func (n Note) Text(language string) string {
	if language != "nl" {
		language = "en"
	}
	code := n.Code
	switch {
	case code == "earliest" && n.Count == 0:
		code = "now"
	case code == "earliest" && n.Count == 1:
		code = "earliest one"
	case code == "lift" && !n.At.IsZero():
		code = "lift by"
	case code == "open" && n.Outcome == Missing:
		code = "open none"
	case code == "outcome" && isValid(n.Phase):
		code = "outcome held"
	case code == "outcome" && n.At.IsZero():
		code = "outcome lost"
	}
	phase := phaseWords[language][n.Phase]
	if n.Of > 0 && n.Code == "outcome" {
		phase += fmt.Sprintf(" %d/%d", n.Count, n.Of)
	}
	cause := n.Cause
	if cause == "" {
		cause = n.Hold
	}
	return strings.NewReplacer("{day}", day(n.At, language), "{before}", day(n.At.Add(-1), language), "{month}", monthWords(n.Month, language),
		"{count}", fmt.Sprint(n.Count), "{of}", fmt.Sprint(n.Of), "{outcome}", outcomeWords[language][n.Outcome],
		"{phase}", phase, "{cause}", cause).Replace(noteTexts[language][code])
}

var noteTexts = map[string]map[string]string{
	"en": {
		"held":         "the company has held the mark since {day}",
		"earliest":     "the company can hold the mark on {day} at the earliest, after {count} more months that are passed",
		"earliest one": "the company can hold the mark on {day} at the earliest, after one more month that is passed",
		"now":          "the company can hold the mark as soon as nothing blocks it",
		"unreachable":  "the company can't come to hold the mark as things are recorded",
		"join":         "that is if the company joins now",
		"lift":         "a hold is open and must be lifted: {cause}",
		"lift by":      "a hold is open and must be lifted before {day}: {cause}",
		"grant":        "a person grants the mark once the run is complete",
		"open":         "{month} is open; as filed so far it is {outcome}",
		"open none":    "{month} is open; no card counts for it yet",
		"save":         "{month} can still be saved up to and on {before}",
		"outcome":      "if {month} is {outcome}: {phase}; the mark on {day} at the earliest",
		"outcome held": "if {month} is {outcome}: {phase}",
		"outcome lost": "if {month} is {outcome}: {phase}; the mark is out of reach",
		"restore":      "the mark can be restored until the close of {month}: {count} of {of} months running passed",
		"unrestorable": "the mark can no longer be restored",
		"renew":        "the term ends with {month}: {count} of the {of} months passed that renew it",
	},
	"nl": {
		"held":         "het bedrijf heeft het keurmerk sinds {day}",
		"earliest":     "het bedrijf kan het keurmerk op zijn vroegst op {day} hebben, na nog {count} gehaalde maanden",
		"earliest one": "het bedrijf kan het keurmerk op zijn vroegst op {day} hebben, na nog één gehaalde maand",
		"now":          "het bedrijf kan het keurmerk hebben zodra niets het meer tegenhoudt",
		"unreachable":  "zoals het nu is vastgelegd kan het bedrijf het keurmerk niet krijgen",
		"join":         "dat is als het bedrijf nu gaat meedoen",
		"lift":         "er loopt een aanhouding die moet worden opgeheven: {cause}",
		"lift by":      "er loopt een aanhouding die vóór {day} moet worden opgeheven: {cause}",
		"grant":        "een mens kent het keurmerk toe zodra de reeks compleet is",
		"open":         "{month} is nog open; zoals nu vastgelegd is de maand {outcome}",
		"open none":    "{month} is nog open; er telt nog geen kaart voor mee",
		"save":         "{month} is nog te redden tot en met {before}",
		"outcome":      "als {month} {outcome} is: {phase}; het keurmerk op zijn vroegst op {day}",
		"outcome held": "als {month} {outcome} is: {phase}",
		"outcome lost": "als {month} {outcome} is: {phase}; het keurmerk is buiten bereik",
		"restore":      "het keurmerk is te herstellen tot de sluiting van {month}: {count} van {of} maanden achtereen gehaald",
		"unrestorable": "het keurmerk is niet meer te herstellen",
		"renew":        "de termijn eindigt met {month}: {count} van de {of} maanden gehaald die haar verlengen",
	},
}

var phaseWords = map[string]map[Phase]string{
	"en": {None: "not enrolled", Enrolled: "enrolled", Building: "building", Certified: "certified", AtRisk: "certified, at risk",
		Suspended: "suspended", Expired: "expired", Withdrawn: "withdrawn", ReEarning: "earning it again", Left: "left"},
	"nl": {None: "niet aangemeld", Enrolled: "aangemeld", Building: "in opbouw", Certified: "gecertificeerd", AtRisk: "gecertificeerd, in gevaar",
		Suspended: "geschorst", Expired: "verlopen", Withdrawn: "ingetrokken", ReEarning: "opnieuw in opbouw", Left: "gestopt"},
}

var monthNames = map[string][12]string{
	"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	"nl": {"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
}

func monthWords(m finding.YearMonth, language string) string {
	return fmt.Sprintf("%s %d", monthNames[language][m.Month()-1], m.Year())
}

func day(t time.Time, language string) string {
	return fmt.Sprintf("%d %s %d", t.Day(), monthNames[language][t.Month()-1], t.Year())
}
