package shape

// Test is a month with what must come of it.
var Test = Mapping{What: "a test", Keys: []Key{
	{"name", required, of(Free), "What the test shows, in a sentence.", "Wat de test laat zien, in een zin."},
	{"given", optional, of(Text), "The fixture that the month starts from.", "De fixture waar de maand van uitgaat."},
	{"without", optional, list(of(List)), "Lists of the fixture that are emptied.", "Lijsten van de fixture die leeggemaakt worden."},
	{"with", optional, of(Record), "Records merged into the month.", "Gegevens die in de maand worden samengevoegd."},
	{"month", required, of(Month), "The month that is judged.", "De maand die beoordeeld wordt."},
	{"expect", required, keyed(&Expect), "What must come of it.", "Wat eruit moet komen."},
}}

// Lists are the lists of records that every month has.
var Lists = word("websites", "computers", "vulnerabilities", "employees", "questionnaires", "courses", "phishing")

// Outcomes are the words of what a criterion ends in.
var Outcomes = word("met", "unmet", "unknown", "not_applicable")

// Expect is what a test demands.
var Expect = Mapping{What: "expect", Keys: []Key{
	{"score", optional, of(Percentage), "The score, exactly.", "De score, precies."},
	{"outcomes", optional, named("", Outcomes), "Outcomes of the criteria that matter here, by id.", "Uitkomsten van de criteria waar het hier om gaat, per id."},
	{"counts_as", optional, word("pass", "fail", "severe", "missing"), "What the month is for the mark.", "Wat de maand is voor het keurmerk."},
	{"only", optional, of(Bool), "Every criterion that outcomes does not name must be met.", "Elk criterium dat outcomes niet noemt, moet behaald zijn."},
}}

// History is a run of months with what must become of the mark.
var History = Mapping{What: "a history", Keys: append([]Key{
	{"name", optional, of(Free), "What the history shows, in a sentence.", "Wat de reeks laat zien, in een zin."},
	{"from", required, of(Month), "The first month; the company enrols when it begins.", "De eerste maand; het bedrijf meldt zich aan als die begint."},
	{"enrolled", optional, of(Instant), "Another day or instant of enrolment.", "Een andere dag of tijd van aanmelding."},
	{"scores", required, of(Months), "The months one after the other: 80%x6 70%, or PPPPPF.", "De maanden na elkaar: 80%x6 70%, of PPPPPF."},
	{"entries", optional, list(keyed(&Entry)), "What else is recorded, in the words of the ledger.", "Wat er verder wordt vastgelegd, in de woorden van het grootboek."},
	{"expect", optional, keyed(&HistoryExpect), "What must become of the mark; its keys may also stand beside scores.", "Wat er van het keurmerk moet worden; de sleutels mogen ook naast scores staan."},
}, HistoryExpect.Keys...)}

// HistoryExpect is what a history demands.
var HistoryExpect = Mapping{What: "expect", Keys: []Key{
	{"certified_in", optional, either(of(Month), word("never")), "The month whose close first gives the mark, or never.", "De maand waarvan de sluiting voor het eerst het keurmerk geeft, of never."},
	{"phase", optional, of(Phase), "Where the company stands after the last month, such as building 5/6.", "Waar het bedrijf na de laatste maand staat, zoals building 5/6."},
	{"valid_through", optional, of(Month), "The last month of the term.", "De laatste maand van de termijn."},
	{"in", optional, named(MonthShape, of(Phase)), "Where it stands after the close of a month, by month.", "Waar het staat na de sluiting van een maand, per maand."},
	{"at", optional, named(InstantShape, of(Phase)), "Where it stands at an instant, by instant.", "Waar het staat op een tijdstip, per tijdstip."},
}}

// Phases are the words for where a company stands; with some a progress
// follows, as in building 5/6.
var Phases = word("none", "enrolled", "building", "certified", "at_risk", "suspended", "expired", "withdrawn", "re_earning", "left")

// Entry is what was recorded beside the months' cards.
var Entry = Mapping{What: "an entry", Keys: []Key{
	{"id", optional, of(Free), "What lift and void call the entry.", "Hoe lift en void de vermelding noemen."},
	{"type", required, word("enrol", "leave", "score", "excuse", "hold", "lift", "restart", "withdraw", "grant", "void"), "What happened.", "Wat er gebeurde."},
	{"at", optional, of(Instant), "When it happened.", "Wanneer het gebeurde."},
	{"month", optional, of(Month), "The month that it is about.", "De maand waar het om gaat."},
	{"outcome", optional, word("pass", "fail", "severe", "missing"), "What the month was for the mark.", "Wat de maand was voor het keurmerk."},
	{"score", optional, of(Percentage), "The score of the month.", "De score van de maand."},
	{"effect", optional, word("warn", "suspend"), "What a hold does.", "Wat een blokkade doet."},
	{"until", optional, of(Instant), "The deadline of a hold.", "De termijn van een blokkade."},
	{"target", optional, of(Free), "The id of the entry that is lifted or annulled.", "Het id van de vermelding die wordt opgeheven of vernietigd."},
	{"cause", optional, of(Free), "Why.", "Waarom."},
	{"audit", optional, of(Free), "The audit that lets a late correction count.", "De audit waardoor een late correctie telt."},
	{"recorded", optional, of(Instant), "When it became known.", "Wanneer het bekend werd."},
}}
