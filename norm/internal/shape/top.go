package shape

// What names look like in a norm.
const (
	NameShape     = `^[a-z][a-z0-9_]*$` // in expressions
	IDShape       = `^[a-z][a-z0-9-]*$` // of norms and criteria
	LanguageShape = `^[a-z]{2}$`
	MonthShape    = `^(19[7-9]|[2-9]\d\d)\d-(0[1-9]|1[0-2])$`
	InstantShape  = `^(19[7-9]|[2-9]\d\d)\d-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?$`
)

// Norm is the whole file.
var Norm = Mapping{What: "the norm", Keys: []Key{
	{"keurmerk", required, whole(1, 1), "Version of this file format: 1.", "Versie van dit bestandsformaat: 1."},
	{"id", required, of(ID), "What the norm is called by programs, the same in all its versions.", "Hoe programma's de norm noemen, in al haar versies gelijk."},
	{"version", required, of(Text), "The norm's own word for this version, in quotes.", "De eigen aanduiding van deze versie, tussen aanhalingstekens."},
	{"status", optional, word("active", "draft", "withdrawn"), "What the norm may be used for; a card judged under a draft says so.", "Waarvoor de norm mag dienen; op een kaart onder een ontwerp staat dat erbij."},
	{"extends", optional, keyed(&Extends), "The norm that this one is a variant of, pinned by its digest.", "De norm waarvan deze een variant is, vastgelegd met haar digest."},
	{"tailor", optional, some(keyed(&Tailor)), "What a variant sets more strictly than its base, each with its reason.", "Wat een variant strenger stelt dan haar basis, elk met de reden."},
	{"title", required, of(Texts), "The norm's name for people.", "De naam van de norm voor mensen."},
	{"languages", required, some(of(Language)), "The languages in which every text exists; the first is the norm's own.", "De talen waarin elke tekst er is; de eerste is die van de norm zelf."},
	{"effective", required, keyed(&Effective), "The months for which the norm holds.", "De maanden waarvoor de norm geldt."},
	{"timezone", required, of(Zone), "The time zone in which months begin and end.", "De tijdzone waarin maanden beginnen en eindigen."},
	{"transition", optional, keyed(&Transition), "Notice and overlap with the previous version, in months.", "Aankondiging en overlap met de vorige versie, in maanden."},
	{"modules", optional, some(of(Text)), "Rego files in the norm's folder that judge some of the criteria.", "Rego-bestanden in de map van de norm die een deel van de criteria beoordelen."},
	{"types", optional, named(NameShape, named(NameShape, FieldTypes)), "Record types of the norm's own: their fields and what is in them.", "Eigen soorten gegevens: hun velden en wat erin staat."},
	{"parameters", optional, named(NameShape, keyed(&ParameterKeys)), "Named numbers, texts and bools; a variant may only tighten them.", "Benoemde getallen, teksten en ja/nee-waarden; een variant mag ze alleen aanscherpen."},
	{"let", optional, named(NameShape, of(Expression)), "Named values for all conditions, in CEL.", "Benoemde waarden voor alle voorwaarden, in CEL."},
	{"score", required, keyed(&Scoring), "How criteria make a score.", "Hoe criteria een score vormen."},
	{"criteria", required, some(keyed(&Criterion)), "What is demanded; the weights add up to exactly 100%.", "Wat er wordt geëist; de gewichten zijn samen precies 100%."},
	{"certification", required, keyed(&Certification), "How months earn, keep, lose and win back the mark.", "Hoe maanden het keurmerk opleveren, behouden, verliezen en terugwinnen."},
	{"fixtures", optional, named("", of(Record)), "Months that tests start from.", "Maanden waar tests van uitgaan."},
	{"tests", optional, list(keyed(&Test)), "Months with what must come of them.", "Maanden met wat eruit moet komen."},
	{"histories", optional, list(keyed(&History)), "Runs of months with what must become of the mark.", "Reeksen maanden met wat er van het keurmerk moet worden."},
	{"monotone", optional, list(of(List)), "Lists of which less, or milder, never lowers the score.", "Lijsten waarvan minder of milder de score nooit verlaagt."},
}}

// FieldTypes are the words for what is in a field of a custom type.
var FieldTypes = word("text", "number", "bool", "date")

// Variant are the keys of a norm that has extends; all else is its base's.
var Variant = []string{"keurmerk", "id", "version", "status", "extends", "tailor", "title", "effective", "fixtures", "tests", "histories"}

// VariantRequired are those of them that must be given.
var VariantRequired = []string{"keurmerk", "id", "version", "extends", "tailor"}

// Extends names the base of a variant.
var Extends = Mapping{What: "extends", Keys: []Key{
	{"file", required, of(Text), "The base's file, in this norm's folder or below it.", "Het bestand van de basis, in de map van deze norm of daaronder."},
	{"logic", required, of(Digest), "The base's logic digest, as norm digest prints it.", "De logica-digest van de basis, zoals norm digest die toont."},
}}

// Tailor is one thing that a variant sets.
var Tailor = Mapping{What: "a change", Keys: []Key{
	{"set", required, of(Text), "What is set: parameters.NAME, score.threshold or criteria.ID.required.", "Wat er wordt gesteld: parameters.NAAM, score.threshold of criteria.ID.required."},
	{"to", required, of(Parameter), "The stricter value.", "De strengere waarde."},
	{"because", required, of(Text), "The reason.", "De reden."},
}}

// Effective is the range of months.
var Effective = Mapping{What: "effective", Keys: []Key{
	{"from", required, of(Month), "The first month.", "De eerste maand."},
	{"until", optional, of(Month), "The last month; left out, the norm is open.", "De laatste maand; weggelaten is de norm open."},
}}

// Transition is how this version takes over from the one before.
var Transition = Mapping{What: "transition", Keys: []Key{
	{"published", optional, of(Instant), "When the version was made known.", "Wanneer de versie bekend is gemaakt."},
	{"notice", optional, whole(0, 120), "Months between publication and the first month.", "Maanden tussen bekendmaking en de eerste maand."},
	{"overlap", optional, whole(0, 120), "Months in which the previous version may still be used.", "Maanden waarin de vorige versie nog mag worden gebruikt."},
}}

// MaxParameter keeps a product of parameter and count far from overflow.
const MaxParameter = 1_000_000_000

// ParameterKeys is one parameter.
var ParameterKeys = Mapping{What: "the parameter", Keys: []Key{
	{"value", required, of(Parameter), "A whole number, a text, true or false.", "Een geheel getal, een tekst, true of false."},
	{"tighten", optional, word("up", "down"), "The direction in which a variant may change the number.", "De richting waarin een variant het getal mag wijzigen."},
	{"min", optional, whole(-MaxParameter, MaxParameter), "The least that the number may be.", "Het kleinste dat het getal mag zijn."},
	{"max", optional, whole(-MaxParameter, MaxParameter), "The most that the number may be.", "Het grootste dat het getal mag zijn."},
}}

// Scoring is how verdicts become a score.
var Scoring = Mapping{What: "score", Keys: []Key{
	{"threshold", required, of(Percentage), "A month qualifies from this score on.", "Vanaf deze score telt een maand mee."},
	{"unknown", optional, word("zero", "refuse"), "What an unmeasured criterion does: earn nothing, or leave the month without a score.", "Wat een niet gemeten criterium doet: niets opleveren, of de maand zonder score laten."},
	{"not_applicable", optional, word("redistribute", "earn"), "What a criterion that does not apply does: its weight goes to the others, or is earned.", "Wat een criterium doet dat niet van toepassing is: het gewicht gaat naar de andere, of wordt verdiend."},
	{"waivers", optional, word("show", "count"), "Whether the score with waivers is only shown, or counts.", "Of de score met ontheffingen alleen getoond wordt, of telt."},
}}

// Certification are the terms of the mark. All counts are months.
var Certification = Mapping{What: "certification", Keys: []Key{
	{"months", required, whole(1, 1200), "Qualifying months that earn the mark.", "Geslaagde maanden die het keurmerk opleveren."},
	{"of", optional, whole(1, 1200), "Of the last this many months; equal to months: consecutive.", "Van de laatste zoveel maanden; gelijk aan months: achtereen."},
	{"close_day", required, whole(1, 28), "The day of the next month on which a month closes, at 00:00.", "De dag van de volgende maand waarop een maand sluit, om 00:00 uur."},
	{"min_measured", optional, of(Percentage), "A month that measured less counts as missing.", "Een maand waarin minder gemeten is, telt als ontbrekend."},
	{"floor", optional, of(Percentage), "A score below it is severe.", "Een score daaronder is ernstig."},
	{"knock_out", optional, list(of(ID)), "Ids of criteria whose failure is severe.", "Id's van criteria waarvan het niet behalen ernstig is."},
	{"award", optional, word("automatic", "review"), "Whether the run alone earns the mark, or a person grants it.", "Of de reeks zelf het keurmerk oplevert, of een mens het toekent."},
	{"excused", optional, keyed(&Excused), "How many months can be excused.", "Hoeveel maanden verontschuldigd kunnen worden."},
	{"grace", optional, keyed(&Grace), "How many bad months a holder may have.", "Hoeveel slechte maanden een houder mag hebben."},
	{"suspension", optional, keyed(&Suspension), "How a suspension ends.", "Hoe een schorsing eindigt."},
	{"validity", optional, keyed(&Validity), "How long the mark is valid, and what renews it.", "Hoe lang het keurmerk geldig is, en wat het verlengt."},
	{"re_earn", optional, whole(1, 1200), "Qualifying months that earn the mark again after it was lost.", "Geslaagde maanden die het keurmerk opnieuw opleveren nadat het verloren is."},
	{"corrections", optional, whole(0, 1200), "Months after a close in which an unaudited correction counts.", "Maanden na de sluiting waarin een correctie zonder audit telt."},
}}

// Excused caps the excuses.
var Excused = Mapping{What: "excused", Keys: []Key{
	{"max", optional, whole(0, 1200), "Excused months at most …", "Hoogstens zoveel verontschuldigde maanden …"},
	{"window", optional, whole(1, 1200), "… in any this many months.", "… in elke zoveel maanden."},
}}

// Grace is how many bad months a holder may have.
var Grace = Mapping{What: "grace", Keys: []Key{
	{"months", optional, whole(0, 1200), "Bad months running before suspension.", "Slechte maanden achtereen voordat geschorst wordt."},
	{"budget", optional, whole(0, 1200), "Bad months within the window before suspension.", "Slechte maanden binnen het venster voordat geschorst wordt."},
	{"window", optional, whole(1, 1200), "The months over which the budget counts.", "De maanden waarover het budget telt."},
	{"severe", optional, word("suspend"), "What a severe month does.", "Wat een ernstige maand doet."},
}}

// Suspension is how it ends.
var Suspension = Mapping{What: "suspension", Keys: []Key{
	{"restore", optional, whole(1, 1200), "Qualifying months running that end it.", "Geslaagde maanden achtereen die haar beëindigen."},
	{"max", optional, whole(1, 1200), "Closed months after which the mark is withdrawn.", "Gesloten maanden waarna het keurmerk wordt ingetrokken."},
}}

// Validity is the length of a term and what renews it.
var Validity = Mapping{What: "validity", Keys: []Key{
	{"months", optional, whole(0, 1200), "Length of a term; 0 is open-ended.", "Lengte van een termijn; 0 is onbepaald."},
	{"renew", optional, whole(0, 1200), "Qualifying months in the term that renew it.", "Geslaagde maanden in de termijn die hem verlengen."},
	{"restore", optional, whole(0, 1200), "Months after the end in which an expired mark can be won back.", "Maanden na het einde waarin een verlopen keurmerk teruggewonnen kan worden."},
}}
