package shape

// Criterion is one demand.
var Criterion = Mapping{What: "a criterion", One: []string{"when", "share", "rego"}, Keys: []Key{
	{"id", required, of(ID), "What programs call the criterion; unique in the norm.", "Hoe programma's het criterium noemen; uniek in de norm."},
	{"weight", required, of(Percentage), "What it is worth; over all criteria exactly 100%.", "Wat het waard is; over alle criteria precies 100%."},
	{"required", optional, of(Bool), "A month can't qualify while this one is not met.", "Een maand kan niet slagen zolang dit niet behaald is."},
	{"subject", optional, of(Text), "What it is about, such as website or computer: the heading of its row.", "Waar het over gaat, zoals website of computer: het kopje van de regel."},
	{"audience", optional, word("it", "hr", "web", "director"), "Who can act on it.", "Wie er iets aan kan doen."},
	{"effort", optional, whole(1, 5), "How much work it is, from 1 (minutes) to 5 (a project).", "Hoeveel werk het is, van 1 (minuten) tot 5 (een project)."},
	{"title", optional, of(Texts), "Its name for people.", "De naam voor mensen."},
	{"met", optional, of(Texts), "What it says when it is met.", "Wat er staat als het behaald is."},
	{"remedy", optional, of(Texts), "What to do when it is not met.", "Wat te doen als het niet behaald is."},
	{"references", optional, list(of(Text)), "Where the demand comes from.", "Waar de eis vandaan komt."},
	{"applies", optional, of(Expression), "CEL: whether the criterion concerns this company at all.", "CEL: of het criterium dit bedrijf überhaupt aangaat."},
	{"measured", optional, of(Expression), "CEL: whether there was evidence; if not, the outcome is unknown, never met.", "CEL: of er bewijs was; zo niet, dan is de uitkomst onbekend, nooit behaald."},
	{"when", optional, either(of(Expression), keyed(&Form)), "The criterion is met when this holds: a form such as none: vulnerabilities, or CEL in quotes.", "Het criterium is behaald als dit geldt: een vorm zoals none: vulnerabilities, of CEL tussen aanhalingstekens."},
	{"share", optional, of(Expression), "CEL: the part of the weight that is earned, 0 to 10000, such as portion(n, d).", "CEL: het deel van het gewicht dat verdiend is, 0 tot 10000, zoals portion(n, d)."},
	{"rego", optional, of(Text), "The Rego package, in one of the modules, that judges the criterion.", "Het Rego-package, in een van de modules, dat het criterium beoordeelt."},
	{"evidence", optional, of(Expression), "CEL: the records that tell why; left out, they follow from when.", "CEL: de gegevens die zeggen waarom; weggelaten volgen ze uit when."},
}}

// Form is a condition without quotes and double negation.
var Form = Mapping{What: "a condition", One: []string{"none", "some", "every", "count"},
	After: []After{{"count", []string{"more_than", "at_least", "at_most", "fewer_than"}}}, Keys: []Key{
		{"none", optional, of(List), "No record of this list meets the where.", "Geen enkel gegeven van deze lijst voldoet aan where."},
		{"some", optional, of(List), "One record of this list at least meets the where.", "Ten minste één gegeven van deze lijst voldoet aan where."},
		{"every", optional, of(List), "Every record of this list meets the where.", "Elk gegeven van deze lijst voldoet aan where."},
		{"count", optional, of(List), "The records of this list that meet the where are counted.", "De gegevens van deze lijst die aan where voldoen, worden geteld."},
		{"where", optional, of(Expression), "CEL about one record, called it.", "CEL over één gegeven, dat it heet."},
		{"more_than", optional, of(Limit), "The count is more than this number or parameter.", "Het aantal is meer dan dit getal of deze parameter."},
		{"at_least", optional, of(Limit), "The count is this number or parameter, or more.", "Het aantal is dit getal of deze parameter, of meer."},
		{"at_most", optional, of(Limit), "The count is this number or parameter, or less.", "Het aantal is dit getal of deze parameter, of minder."},
		{"fewer_than", optional, of(Limit), "The count is less than this number or parameter.", "Het aantal is minder dan dit getal of deze parameter."},
	}}
