package document

// words are the document's own texts in one language. Verbs such as %s and %d
// stand for the values of the norm, in the same order in each language.
type words struct {
	Month, Months   string // after a number
	And             string
	Version         string
	ID              string
	From, FromUntil string
	Status          map[string]string // by status; active says nothing

	Takes, TakesLead                   string
	Qualifies, Required                string
	UnknownZero, UnknownRefuse         string
	Redistribute, Earn                 string
	WaiversShow, WaiversCount          string
	Criteria                           string
	Subject, Met, Remedy, Value        string
	RequiredMark                       string
	Measuring, MeasuringLead           string
	Criterion, Data, Needed            string
	NeededYes, NeededNo, OnlyIf        string
	ByRego                             string
	Parameters, ParametersLead         string
	Name, Used, Variant                string
	Up, Down, Fixed, UsedNowhere       string
	Lists                              map[string]string
	Certification                      string
	Run, Rolling, Close                string
	MinMeasured, NoMinimum             string
	Floor, KnockOut, Severe            string
	Automatic, Review                  string
	Excused, NoExcuse                  string
	Grace, Suspension                  string
	Validity, Open, Restore, NoRestore string
	ReEarn, Corrections, NoCorrections string
	Conditions, ConditionsLead         string
	Parts                              map[string]string
	Named                              string
	Glossary                           string
	Terms                              [][2]string
	Yes, No                            string
}

// catalogue holds the words of each language in which a norm can be written
// out. A language is added here.
var catalogue = map[string]words{
	"nl": {
		Month: "maand", Months: "maanden", And: "en",
		Version: "Versie", ID: "Aanduiding", From: "Geldt vanaf %s.", FromUntil: "Geldt van %s tot en met %s.",
		Status: map[string]string{"draft": "Dit is een ontwerp: er kan geen keurmerk op worden gebaseerd.", "withdrawn": "Deze norm is ingetrokken."},
		Takes:  "Wat ervoor nodig is", TakesLead: "Elke maand wordt beoordeeld op de criteria hieronder. De waarden van de behaalde criteria samen zijn de score van de maand.",
		Qualifies: "Een maand slaagt als de score %s of hoger is.", Required: "Een maand slaagt niet zolang dit niet behaald is: %s.",
		UnknownZero: "Een criterium dat niet gemeten is, is onbekend en levert niets op.", UnknownRefuse: "Is een criterium niet gemeten, dan is het onbekend en krijgt de maand geen score.",
		Redistribute: "Is een criterium niet van toepassing, dan telt het niet mee en tellen de andere zwaarder.", Earn: "Een criterium dat niet van toepassing is, telt als behaald.",
		WaiversShow: "Een ontheffing wordt vermeld, maar verandert niet of de maand slaagt.", WaiversCount: "Met een geldige ontheffing telt een criterium als behaald.",
		Criteria: "De criteria", Subject: "Onderwerp", Met: "Wanneer behaald", Remedy: "Wat te doen", Value: "Waarde", RequiredMark: "verplicht",
		Measuring: "Wat er gemeten wordt", MeasuringLead: "Per criterium staat hier naar welke gegevens wordt gekeken, en of er eerst gemeten moet zijn. Is dat niet gebeurd, dan is de uitkomst onbekend: nooit behaald.",
		Criterion: "Criterium", Data: "Gegevens", Needed: "Meting vereist", NeededYes: "ja, anders onbekend", NeededNo: "nee", OnlyIf: "alleen voor bedrijven die het aangaat",
		ByRego:     "volgens de regels in het Rego-package %s (bestand %s)",
		Parameters: "Vastgestelde waarden", ParametersLead: "Met deze getallen en waarden rekenen de criteria. Een variant van deze norm mag ze alleen aanscherpen.",
		Name: "Naam", Used: "Gebruikt bij", Variant: "Een variant mag", Up: "alleen hoger", Down: "alleen lager", Fixed: "niet wijzigen", UsedNowhere: "nergens",
		Lists: map[string]string{"company": "bedrijf", "websites": "websites", "computers": "computers", "vulnerabilities": "kwetsbaarheden", "employees": "medewerkers",
			"questionnaires": "vragenlijsten", "courses": "cursussen", "phishing": "phishingtests", "month": "de maand zelf"},
		Certification: "Van maanden naar keurmerk",
		Run:           "Het keurmerk wordt verdiend met %s achtereen die slagen.", Rolling: "Het keurmerk wordt verdiend met %s die slagen van de laatste %d.",
		Close:       "Een maand sluit op dag %d van de volgende maand, om 00:00 uur (tijdzone %s). Pas dan telt de uitslag.",
		MinMeasured: "Een maand waarin minder dan %s gemeten is, telt als ontbrekend.", NoMinimum: "Er is geen ondergrens aan hoeveel er in een maand gemeten moet zijn (%s).",
		Floor: "Een score onder %s is ernstig.", KnockOut: "Ernstig is ook als dit niet behaald is: %s.", Severe: "Een ernstige maand breekt de reeks af en leidt bij een houder meteen tot schorsing.",
		Automatic: "Wie de reeks volmaakt, krijgt het keurmerk vanzelf.", Review: "Wie de reeks volmaakt, krijgt het keurmerk nadat een mens dat heeft besloten.",
		Excused: "Binnen %[2]s kan hoogstens %[1]s worden verontschuldigd: die telt niet mee en breekt niets af.", NoExcuse: "Een maand kan niet worden verontschuldigd (%s binnen %s).",
		Grace:      "Een houder mag hoogstens %s achtereen slecht afsluiten, en in totaal hoogstens %s binnen %s. Gaat het daaroverheen, dan wordt het keurmerk geschorst.",
		Suspension: "Een schorsing eindigt na %s achtereen die slagen. Is dat na %s niet gelukt, dan wordt het keurmerk ingetrokken.",
		Validity:   "Het keurmerk geldt %s. Het wordt verlengd als daarin ten minste %s geslaagd zijn; anders verloopt het.",
		Open:       "Het keurmerk geldt voor onbepaalde tijd (termijn: %s; voor een verlenging: %s).",
		Restore:    "Een verlopen keurmerk kan tot %s na het einde worden teruggewonnen, met %s achtereen die slagen.", NoRestore: "Een verlopen keurmerk kan niet worden teruggewonnen (%s; %s).",
		ReEarn:      "Wie het keurmerk had en verloor, verdient het opnieuw met %s die slagen.",
		Corrections: "Een correctie zonder audit telt tot %s na de sluiting van de maand.", NoCorrections: "Na de sluiting van een maand telt een correctie alleen met een audit (%s).",
		Conditions: "De voorwaarden in CEL", ConditionsLead: "Zo staan de voorwaarden er voor de computer. CEL is de taal waarin ze worden uitgerekend.",
		Parts:    map[string]string{"when": "behaald als", "share": "verdiend deel (10000 is alles)", "applies": "van toepassing als", "measured": "gemeten als", "evidence": "bewijs"},
		Named:    "Benoemde waarden",
		Glossary: "Woorden",
		Terms: [][2]string{
			{"Criterium", "Eén eis van de norm, met een waarde in procenten."},
			{"Score", "De waarden van de behaalde criteria samen, van 0% tot 100%."},
			{"Onbekend", "Er is niet gemeten, of er kon niet worden geoordeeld. Onbekend is nooit behaald."},
			{"Niet van toepassing", "Het criterium gaat dit bedrijf niet aan."},
			{"Slagen", "Een maand slaagt als de score de drempel haalt en elk verplicht criterium behaald is."},
			{"Sluiten", "Vanaf de sluiting staat de uitslag van een maand vast, behoudens correcties."},
			{"Slechte maand", "Een maand die gesloten is zonder te slagen, of die ontbreekt, en niet verontschuldigd is."},
			{"Houder", "Een bedrijf dat het keurmerk heeft."},
			{"Schorsing", "Het keurmerk mag tijdelijk niet worden gevoerd."},
			{"Termijn", "De tijd waarvoor het keurmerk geldt, voordat het verlengd wordt of verloopt."},
		},
		Yes: "ja", No: "nee",
	},
	"en": {
		Month: "month", Months: "months", And: "and",
		Version: "Version", ID: "Identifier", From: "In force from %s.", FromUntil: "In force from %s up to and including %s.",
		Status: map[string]string{"draft": "This is a draft: no mark can be based on it.", "withdrawn": "This norm has been withdrawn."},
		Takes:  "What it takes", TakesLead: "Each month is judged by the criteria below. The values of the criteria that are met add up to the month's score.",
		Qualifies: "A month qualifies if its score is %s or higher.", Required: "A month does not qualify while this is not met: %s.",
		UnknownZero: "A criterion that was not measured is unknown and earns nothing.", UnknownRefuse: "If a criterion was not measured, it is unknown and the month gets no score.",
		Redistribute: "A criterion that does not apply drops out, and the others count for more.", Earn: "A criterion that does not apply counts as met.",
		WaiversShow: "A waiver is shown, but does not change whether the month qualifies.", WaiversCount: "With a valid waiver a criterion counts as met.",
		Criteria: "The criteria", Subject: "Subject", Met: "Met when", Remedy: "What to do", Value: "Value", RequiredMark: "required",
		Measuring: "What is measured", MeasuringLead: "For each criterion: the data that it looks at, and whether something must have been measured first. If it was not, the outcome is unknown: never met.",
		Criterion: "Criterion", Data: "Data", Needed: "Needs measuring", NeededYes: "yes, or else unknown", NeededNo: "no", OnlyIf: "only for companies that it concerns",
		ByRego:     "by the rules in the Rego package %s (file %s)",
		Parameters: "Fixed values", ParametersLead: "The criteria use these numbers and values. A variant of this norm may only tighten them.",
		Name: "Name", Used: "Used for", Variant: "A variant may", Up: "only raise it", Down: "only lower it", Fixed: "not change it", UsedNowhere: "nothing",
		Lists: map[string]string{"company": "company", "websites": "websites", "computers": "computers", "vulnerabilities": "vulnerabilities", "employees": "employees",
			"questionnaires": "questionnaires", "courses": "courses", "phishing": "phishing tests", "month": "the month itself"},
		Certification: "From months to the mark",
		Run:           "The mark is earned with %s in a row that qualify.", Rolling: "The mark is earned with %s that qualify out of the last %d.",
		Close:       "A month closes on day %d of the next month, at 00:00 (time zone %s). Only then does its result count.",
		MinMeasured: "A month in which less than %s was measured counts as missing.", NoMinimum: "There is no lower limit to how much must be measured in a month (%s).",
		Floor: "A score below %s is severe.", KnockOut: "It is also severe if this is not met: %s.", Severe: "A severe month breaks the run, and suspends a holder at once.",
		Automatic: "Whoever completes the run gets the mark of its own accord.", Review: "Whoever completes the run gets the mark once a person has decided so.",
		Excused: "Within %[2]s at most %[1]s can be excused: it does not count, and breaks nothing.", NoExcuse: "No month can be excused (%s within %s).",
		Grace:      "A holder may close at most %s badly in a row, and at most %s in all within %s. Beyond that the mark is suspended.",
		Suspension: "A suspension ends after %s in a row that qualify. If that has not happened after %s, the mark is withdrawn.",
		Validity:   "The mark is valid for %s. It is renewed if at least %s of those qualify; otherwise it expires.",
		Open:       "The mark is valid without an end (term: %s; for a renewal: %s).",
		Restore:    "An expired mark can be won back until %s after its end, with %s in a row that qualify.", NoRestore: "An expired mark can't be won back (%s; %s).",
		ReEarn:      "Whoever had the mark and lost it earns it again with %s that qualify.",
		Corrections: "A correction without an audit counts until %s after the month's close.", NoCorrections: "After a month's close a correction counts only with an audit (%s).",
		Conditions: "The conditions in CEL", ConditionsLead: "This is what the computer reads. CEL is the language in which the conditions are worked out.",
		Parts:    map[string]string{"when": "met if", "share": "part earned (10000 is all)", "applies": "applies if", "measured": "measured if", "evidence": "evidence"},
		Named:    "Named values",
		Glossary: "Words",
		Terms: [][2]string{
			{"Criterion", "One demand of the norm, with a value in percent."},
			{"Score", "The values of the criteria that are met, together, from 0% to 100%."},
			{"Unknown", "Nothing was measured, or no judgement was possible. Unknown is never met."},
			{"Not applicable", "The criterion does not concern this company."},
			{"Qualify", "A month qualifies if its score reaches the threshold and every required criterion is met."},
			{"Close", "From its close a month's result stands, corrections aside."},
			{"Bad month", "A month that closed without qualifying, or that is missing, and is not excused."},
			{"Holder", "A company that has the mark."},
			{"Suspension", "The mark may not be used for the time being."},
			{"Term", "The time for which the mark is valid, before it is renewed or expires."},
		},
		Yes: "yes", No: "no",
	},
}
