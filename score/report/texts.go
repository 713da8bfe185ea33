package report

import (
	"fmt"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// texts are the words of one language that no norm gives.
type texts struct {
	language string
	months   [12]string
	decimal  string

	question      string
	scored        string // score, threshold
	noScore       string
	qualifies     string
	notQualifies  string
	notEffective  string
	draft         string
	measured      string
	earnedTitle   string
	openTitle     string
	droppedTitle  string
	nothingEarned string
	nothingOpen   string
	subject       string
	explanation   string
	remedy        string
	value         string
	total         string
	trend         string
	towards       string
	tips          string
	found         string // shown, of all
	notMeasured   string
	notApplicable string
	inPart        string
	vacuous       string
	waived        string
	foot          string
	validThrough  string
	phases        map[string]string
	audience      map[string]string
	waiverStates  map[string]string
}

var dutch = texts{
	language: "nl", decimal: ",",
	months: [12]string{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},

	question:      "Hoe veilig is mijn bedrijf?",
	scored:        "U scoort %s. De norm is %s.",
	noScore:       "Er is geen score: niet alles kon worden gemeten.",
	qualifies:     "Deze maand telt mee voor het keurmerk.",
	notQualifies:  "Deze maand telt niet mee voor het keurmerk.",
	notEffective:  "De norm geldt niet voor deze maand; de maand telt daarom niet mee.",
	draft:         "Let op: beoordeeld volgens een norm die niet van kracht is (%s).",
	measured:      "Van wat meetelt is %s gemeten.",
	earnedTitle:   "Waar scoor je punten mee",
	openTitle:     "Waar kun je nog punten mee verdienen",
	droppedTitle:  "Wat voor uw bedrijf niet geldt",
	nothingEarned: "Deze maand zijn er geen punten verdiend.",
	nothingOpen:   "U hebt alle punten verdiend.",
	subject:       "Onderwerp", explanation: "Uitleg", remedy: "Wat kunt u doen", value: "Waarde", total: "Totaal",
	trend:         "Verloop",
	towards:       "Op weg naar het keurmerk",
	tips:          "Tips voor",
	found:         "Het gaat om %d van %d:",
	notMeasured:   "Dit kon niet worden gemeten.",
	notApplicable: "Dit onderwerp telt niet mee.",
	inPart:        "Dit is voor een deel in orde.",
	vacuous:       "Er was niets te beoordelen.",
	waived:        "Met de ontheffingen meegerekend is de score %s.",
	foot:          "Norm: %s, versie %s (%s). Bevindingen: %d (%s).",
	validThrough:  "De termijn loopt tot en met %s.",
	phases: map[string]string{
		"none": "Het bedrijf is niet aangemeld.", "enrolled": "Het bedrijf is aangemeld; de eerste volle maand telt als eerste.",
		"building": "%d van de %d maanden behaald.", "certified": "Het bedrijf heeft het keurmerk.",
		"at_risk":   "Het bedrijf heeft het keurmerk, maar loopt het risico het te verliezen.",
		"suspended": "Het keurmerk is geschorst; %d van de %d maanden voor herstel behaald.",
		"expired":   "Het keurmerk is verlopen; %d van de %d maanden voor herstel behaald.",
		"withdrawn": "Het keurmerk is ingetrokken.", "re_earning": "Het keurmerk opnieuw verdienen: %d van de %d maanden behaald.",
		"left": "Het bedrijf doet niet meer mee.",
	},
	audience:     map[string]string{"it": "uw IT-beheerder", "hr": "personeelszaken", "web": "uw webbouwer", "director": "de directie", "": "iedereen"},
	waiverStates: map[string]string{"applied": "toegepast", "expired": "verlopen", "pending": "nog niet ingegaan", "unmatched": "niet van toepassing"},
}

var english = texts{
	language: "en", decimal: ".",
	months: [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},

	question:      "How safe is my company?",
	scored:        "You score %s. The norm is %s.",
	noScore:       "There is no score: not everything could be measured.",
	qualifies:     "This month counts towards the mark.",
	notQualifies:  "This month does not count towards the mark.",
	notEffective:  "The norm is not in force for this month, so the month does not count.",
	draft:         "Note: judged under a norm that is not in force (%s).",
	measured:      "Of what counts, %s was measured.",
	earnedTitle:   "What earns you points",
	openTitle:     "What can still earn you points",
	droppedTitle:  "What does not concern your company",
	nothingEarned: "No points were earned this month.",
	nothingOpen:   "You have earned all points.",
	subject:       "Subject", explanation: "Explanation", remedy: "What you can do", value: "Value", total: "Total",
	trend:         "Trend",
	towards:       "On the way to the mark",
	tips:          "Tips for",
	found:         "This is about %d of %d:",
	notMeasured:   "This could not be measured.",
	notApplicable: "This subject does not count.",
	inPart:        "This is partly in order.",
	vacuous:       "There was nothing to judge.",
	waived:        "With waivers counted the score is %s.",
	foot:          "Norm: %s, version %s (%s). Findings: %d (%s).",
	validThrough:  "The term runs through %s.",
	phases: map[string]string{
		"none": "The company is not enrolled.", "enrolled": "The company is enrolled; its first full month counts first.",
		"building": "%d of %d months achieved.", "certified": "The company holds the mark.",
		"at_risk":   "The company holds the mark, but is at risk of losing it.",
		"suspended": "The mark is suspended; %d of %d months achieved to restore it.",
		"expired":   "The mark has expired; %d of %d months achieved to restore it.",
		"withdrawn": "The mark has been withdrawn.", "re_earning": "Earning the mark again: %d of %d months achieved.",
		"left": "The company no longer takes part.",
	},
	audience:     map[string]string{"it": "your IT manager", "hr": "HR", "web": "your web developer", "director": "management", "": "everyone"},
	waiverStates: map[string]string{"applied": "applied", "expired": "expired", "pending": "not yet in force", "unmatched": "not applicable"},
}

// percent writes points as a percentage, exactly: 7999 is never shown as 80.
func (t *texts) percent(p ruling.Points) string {
	return strings.Replace(p.String(), ".", t.decimal, 1)
}

// monthName writes "november 2026".
func (t *texts) monthName(m finding.YearMonth) string {
	return fmt.Sprintf("%s %d", t.months[m.Month()-1], m.Year())
}

// standing is the sentence about the way to the mark.
func (t *texts) standing(p *Progress) string {
	format, ok := t.phases[p.Phase]
	switch {
	case !ok:
		return p.Phase
	case strings.Contains(format, "%d"):
		format = fmt.Sprintf(format, p.N, p.Of)
	}
	if m, err := finding.ParseMonth(p.Until); err == nil {
		format += " " + fmt.Sprintf(t.validThrough, t.monthName(m))
	}
	return format
}
