package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/credibility"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/experience"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/interval"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// words are the texts of one language.
type words struct {
	language, decimal string
	months            [12]string
	phases            map[certify.Phase]string
	groups            map[string]string // of states, in an export
	reasons           map[credibility.Reason]string

	title, exportTitle      string
	asOf, norm              string // instant and zone; norm
	notEstimable            string
	states, state           string
	companies               string
	counted                 string // known, taking part, valid, on hold
	progress                string // n, of
	progressTitle           string
	closes                  string
	monthWord               string
	valid, underWay, lost   string
	goals                   string
	goal                    string // want, by
	standing                string // now, can, helped, cannot
	inReach                 string
	outOfReach              string // most
	assumed                 string
	criteria, criterion     string
	cohorts                 string // from, until, size
	unmeasured              string
	fixed, open             string
	durations               string
	followed                string // companies, marked, left, waiting
	median                  string // months, interval
	medianUnknown           string
	medianFrom, medianRange string // low; low, high
	afterMonths             string
	atRisk                  string
	waiting, marked, left   string
	durationNote            string
	experience              string
	window                  string // from, until, valued
	bandNote, ripeNote      string
	score, noScore          string
	total                   string
	policyYears, claims     string
	frequency, credible     string
	premium, incurred       string
	lossRatio               string
	credibilityNote         string // collective
	intervals               string
	hidden                  string // k
	met, unmet              string
	notApplicable           string
	firstMark               string
	monthsTo                string // from, until
	monthsFrom              string // from
	never                   string
	sum                     string
}

var dutch = words{
	language: "nl", decimal: ",",
	months: [12]string{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
	phases: map[certify.Phase]string{
		certify.None: "niet aangemeld", certify.Enrolled: "aangemeld", certify.Building: "op weg naar het keurmerk", certify.Certified: "keurmerk",
		certify.AtRisk: "keurmerk, loopt risico", certify.Suspended: "geschorst", certify.Expired: "verlopen", certify.Withdrawn: "ingetrokken",
		certify.ReEarning: "opnieuw op weg", certify.Left: "doet niet meer mee",
	},
	groups: map[string]string{
		onTheWay: "op weg naar het eerste keurmerk", dropped: "gestopt zonder keurmerk", certified: "keurmerk", atRisk: "keurmerk, loopt risico",
		lost: "keurmerk gehad",
	},
	reasons: map[credibility.Reason]string{
		credibility.OneGroup:    "er zijn polisjaren in minder dan twee scoregroepen",
		credibility.OnePeriod:   "geen scoregroep heeft polisjaren in twee perioden van twaalf maanden",
		credibility.NoneBetween: "de scoregroepen verschillen niet meer dan toeval verklaart",
		credibility.Invalid:     "een van de getallen is niet bruikbaar",
	},
	title: "Portefeuille", exportTitle: "Portefeuille, om te delen",
	asOf: "Zoals bekend op %s (%s).", norm: "Norm: %s.",
	notEstimable: "niet te schatten",
	states:       "Waar de bedrijven staan", state: "Stand", companies: "Bedrijven",
	counted:       "Bekende bedrijven: %d. Doen mee: %d. Hebben een geldig keurmerk: %d. Met een open aanhouding: %d.",
	progressTitle: "Behaalde maanden", progress: "%d van de %d",
	closes: "Stand bij het sluiten van elke maand", monthWord: "Maand",
	valid: "geldig keurmerk", underWay: "op weg", lost: "geschorst, verlopen of ingetrokken",
	goals: "Doelen", goal: "Doel: %d geldige keurmerken op %s.",
	standing:   "Nu: %d. Kan het dan hebben: %d. Alleen als open aanhoudingen worden opgeheven: %d. Kan het dan niet meer hebben: %d.",
	inReach:    "Het doel is nog haalbaar.",
	outOfReach: "Het doel is niet meer haalbaar: meer dan %d worden het er niet.",
	assumed:    "Gerekend is met een voldoende voor elke maand die nog niet gesloten is. Bedrijven die zich nog kunnen aanmelden tellen niet mee.",
	criteria:   "Hoe de criteria verlopen", criterion: "Criterium",
	cohorts:    "Van %s tot en met %s. Vaste groep: de bedrijven met een scorekaart in al deze maanden (%d). Open groep: alle bedrijven met een scorekaart in die maand.",
	unmeasured: "Wat niet gemeten is, telt als niet gehaald.",
	fixed:      "Vaste groep", open: "Open groep",
	durations: "Hoe lang het duurt tot het keurmerk",
	followed:  "Gevolgde bedrijven: %d. Keurmerk behaald: %d. Gestopt zonder keurmerk: %d. Nog op weg: %d.",
	median:    "De helft heeft het keurmerk na %d maanden (95%%-interval: %s), als niemand voortijdig zou stoppen.", medianUnknown: "De mediaan is niet te schatten: binnen de waarneming heeft nog niet de helft het keurmerk.",
	medianFrom: "vanaf %d", medianRange: "%d tot %d",
	afterMonths: "Na maanden", atRisk: "Nog gevolgd",
	waiting: "Nog zonder, als niemand stopt", marked: "Keurmerk behaald", left: "Gestopt zonder",
	durationNote: "Maanden tellen vanaf de eerste volle maand. De tweede kolom volgt Kaplan–Meier; de laatste twee volgen Aalen–Johansen, waarin stoppen het keurmerk uitsluit. Tussen haakjes staan 95%-intervallen.",
	experience:   "Polissen en schades",
	window:       "Van %s tot en met %s; schades zoals gewaardeerd op %s.",
	bandNote:     "Een polisdag hoort bij de score die bij het begin van de maand bekend was. De rijen staan op volgorde van score en zijn geen rangorde: waar intervallen elkaar overlappen kan het verschil toeval zijn.",
	ripeNote:     "Schades die na deze datum bekend worden, en wat bekende schades dan nog kosten, zijn niet bijgeschat.",
	score:        "Score", noScore: "geen score bekend", total: "Totaal",
	policyYears: "Polisjaren", claims: "Schades", frequency: "Schades per polisjaar", credible: "Gewogen (credibiliteit)",
	premium: "Verdiende premie", incurred: "Schadelast", lossRatio: "Schadelast / premie",
	credibilityNote: "Gewogen is de schadefrequentie volgens Bühlmann–Straub: het eigen cijfer van de groep, voor zover genoeg waargenomen, en voor de rest het gezamenlijke cijfer van %s.",
	intervals:       "Intervallen zijn 95%-intervallen: van aantallen schades volgens Garwood, van bedragen volgens Fay en Feuer.",
	hidden:          "Met × is weggelaten wat over minder dan %d bedrijven gaat, waaraan de grootste te veel bijdragen, of waaruit zo'n getal te berekenen zou zijn.",
	met:             "gehaald", unmet: "niet gehaald", notApplicable: "niet van toepassing",
	firstMark: "Stand, en in hoeveel maanden het eerste keurmerk werd behaald", monthsTo: "%d–%d", monthsFrom: "%d of meer", never: "nog geen", sum: "Som",
}

var english = words{
	language: "en", decimal: ".",
	months: [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	phases: map[certify.Phase]string{
		certify.None: "not enrolled", certify.Enrolled: "enrolled", certify.Building: "on the way to the mark", certify.Certified: "holds the mark",
		certify.AtRisk: "holds the mark, at risk", certify.Suspended: "suspended", certify.Expired: "expired", certify.Withdrawn: "withdrawn",
		certify.ReEarning: "on the way again", certify.Left: "no longer takes part",
	},
	groups: map[string]string{
		onTheWay: "on the way to a first mark", dropped: "left without a mark", certified: "holds the mark", atRisk: "holds the mark, at risk",
		lost: "held the mark",
	},
	reasons: map[credibility.Reason]string{
		credibility.OneGroup:    "fewer than two bands of scores have policy-years",
		credibility.OnePeriod:   "no band of scores has policy-years in two periods of twelve months",
		credibility.NoneBetween: "the bands of scores differ no more than chance explains",
		credibility.Invalid:     "one of the numbers can't be used",
	},
	title: "Portfolio", exportTitle: "Portfolio, to be shared",
	asOf: "As known on %s (%s).", norm: "Norm: %s.",
	notEstimable: "not estimable",
	states:       "Where the companies stand", state: "State", companies: "Companies",
	counted:       "Companies known: %d. Taking part: %d. With a valid mark: %d. With an open hold: %d.",
	progressTitle: "Months achieved", progress: "%d of %d",
	closes: "State at the close of each month", monthWord: "Month",
	valid: "valid mark", underWay: "on the way", lost: "suspended, expired or withdrawn",
	goals: "Goals", goal: "Goal: %d valid marks on %s.",
	standing:   "Now: %d. Can hold it then: %d. Only if open holds are lifted: %d. Can no longer hold it then: %d.",
	inReach:    "The goal can still be made.",
	outOfReach: "The goal can no longer be made: there can be no more than %d.",
	assumed:    "This takes every month that has not closed as passed. Companies that may still enrol are not counted.",
	criteria:   "How the criteria develop", criterion: "Criterion",
	cohorts:    "From %s to %s. Fixed cohort: the companies with a scorecard in all of these months (%d). Open cohort: all companies with a scorecard in that month.",
	unmeasured: "What was not measured counts as not met.",
	fixed:      "Fixed cohort", open: "Open cohort",
	durations: "How long it takes to the mark",
	followed:  "Companies followed: %d. Earned the mark: %d. Left without it: %d. Still on the way: %d.",
	median:    "Half hold the mark after %d months (95%% interval: %s), if nobody left early.", medianUnknown: "The median is not estimable: within what was observed, fewer than half hold the mark.",
	medianFrom: "from %d", medianRange: "%d to %d",
	afterMonths: "After months", atRisk: "Still followed",
	waiting: "Still without, if nobody leaves", marked: "Earned the mark", left: "Left without it",
	durationNote: "Months count from the first full month. The second column is Kaplan–Meier's; the last two are Aalen–Johansen's, in which leaving rules out the mark. In brackets are 95% intervals.",
	experience:   "Policies and claims",
	window:       "From %s to %s; claims as valued on %s.",
	bandNote:     "A day of a policy belongs to the score that was known when the month began. Rows are in order of score and are no ranking: where intervals overlap, the difference may be chance.",
	ripeNote:     "Claims that become known after this date, and what known claims will yet cost, are not estimated.",
	score:        "Score", noScore: "no score known", total: "Total",
	policyYears: "Policy-years", claims: "Claims", frequency: "Claims a policy-year", credible: "Credible",
	premium: "Earned premium", incurred: "Incurred", lossRatio: "Incurred / premium",
	credibilityNote: "Credible is the claim frequency by Bühlmann–Straub: the band's own figure as far as enough was observed, and for the rest the collective one of %s.",
	intervals:       "Intervals are 95% intervals: of counts of claims by Garwood, of amounts by Fay and Feuer.",
	hidden:          "× stands for what is about fewer than %d companies, to which the largest contribute too much, or from which such a number could be worked out.",
	met:             "met", unmet: "not met", notApplicable: "not applicable",
	firstMark: "State, and in how many months the first mark was earned", monthsTo: "%d–%d", monthsFrom: "%d or more", never: "none yet", sum: "Sum",
}

// wordsOf gives the language's texts; any other than "nl" is read as "en".
func wordsOf(language string) *words {
	if language == "nl" {
		return &dutch
	}
	return &english
}

// number writes a figure with the decimals.
func (w *words) number(x float64, decimals int) string {
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return strings.Replace(s, ".", w.decimal, 1)
}

func (w *words) percent(x float64) string { return w.number(100*x, 1) + "%" }

// share writes a part of a whole, never rounded up, with its interval.
func (w *words) share(part, whole int, in interval.Interval) string {
	if whole == 0 || !in.Known {
		return w.notEstimable
	}
	return fmt.Sprintf("%s (%s–%s)", w.percent(float64(part*1000/whole)/1000), w.number(100*in.Low, 1), w.number(100*in.High, 1))
}

// estimate writes a share of a curve with its interval.
func (w *words) estimate(x float64, in interval.Interval) string {
	if !in.Known {
		return w.percent(x)
	}
	return fmt.Sprintf("%s (%s–%s)", w.percent(x), w.number(100*in.Low, 1), w.number(100*in.High, 1))
}

// rate writes a rate with its interval.
func (w *words) rate(r experience.Rate) string {
	switch {
	case !r.Known:
		return w.notEstimable
	case !r.Interval.Known:
		return w.number(r.Value, 3)
	}
	return fmt.Sprintf("%s (%s–%s)", w.number(r.Value, 3), w.number(r.Interval.Low, 3), w.number(r.Interval.High, 3))
}

func (w *words) points(p ruling.Points) string { return strings.Replace(p.String(), ".", w.decimal, 1) }

func (w *words) band(b experience.Band) string {
	if !b.Scored {
		return w.noScore
	}
	return w.points(b.From) + " – " + w.points(b.To)
}

func (w *words) monthName(m finding.YearMonth) string {
	return fmt.Sprintf("%s %d", w.months[m.Month()-1], m.Year())
}

// instant writes a day, and the time unless it is midnight.
func (w *words) instant(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	s := w.date(t.Date())
	if t.Hour() != 0 || t.Minute() != 0 || t.Second() != 0 {
		s += t.Format(" 15:04:05")
	}
	return s
}

func (w *words) date(year int, month time.Month, day int) string {
	return fmt.Sprintf("%d %s %d", day, w.months[month-1], year)
}

// clean makes a text from outside safe to show in a line of text.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
