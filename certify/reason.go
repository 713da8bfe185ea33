package certify

import "strings"

// Reason is why a phase changed: a code, and the values that go with it.
type Reason struct {
	Code    string  // enrol leave hold lift deadline withdraw award counted suspended expired restored unrestored
	Outcome Outcome // of the month, where one was counted
	Cause   string  // of the hold or decision
}

var outcomeWords = map[string]map[Outcome]string{
	"en": {Missing: "not measured", Severe: "severely failed", Pass: "passed", Fail: "failed"},
	"nl": {Missing: "niet gemeten", Severe: "ernstig tekortgeschoten", Pass: "gehaald", Fail: "niet gehaald"},
}

var reasonTexts = map[string]map[string]string{
	"en": {
		"enrol": "the company joined", "leave": "the company left", "hold": "on hold: {cause}", "lift": "a hold was lifted",
		"deadline": "a hold was not resolved in time: {cause}", "withdraw": "withdrawn: {cause}",
		"award": "the run of months is complete", "counted": "the month was {outcome}",
		"suspended": "the month was {outcome} and the grace is used up", "expired": "the term ended without being renewed",
		"restored": "enough months passed to restore the mark", "unrestored": "the mark was not restored in time",
	},
	"nl": {
		"enrol": "het bedrijf doet mee", "leave": "het bedrijf doet niet meer mee", "hold": "aangehouden: {cause}", "lift": "een aanhouding is opgeheven",
		"deadline": "een aanhouding is niet op tijd opgelost: {cause}", "withdraw": "ingetrokken: {cause}",
		"award": "de reeks maanden is compleet", "counted": "de maand is {outcome}",
		"suspended": "de maand is {outcome} en het respijt is op", "expired": "de termijn is verstreken zonder verlenging",
		"restored": "genoeg maanden gehaald om het keurmerk te herstellen", "unrestored": "het keurmerk is niet op tijd hersteld",
	},
}

// Text is the reason in words, in "nl" or "en"; any other language is read as
// "en".
func (r Reason) Text(language string) string {
	if language != "nl" {
		language = "en"
	}
	return strings.NewReplacer("{cause}", r.Cause, "{outcome}", outcomeWords[language][r.Outcome]).Replace(reasonTexts[language][r.Code])
}
