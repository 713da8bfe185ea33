package impact

// words are the report's texts in one language.
type words struct {
	none, judged, alike, same, differ, qualify, valid           string
	outside, noScores, review, waivers, waiversCount            string
	byCriterion, byMonth, byMark                                string
	criterionHead, monthHead, markHead                          []string
	shift, noScore, yes, no, loses, gains, without, with, since string
}

var english = &words{
	none:          "There is no month to judge.",
	judged:        "Months judged: %d, of companies: %d; %v to %v.",
	alike:         "The two norms demand the same.",
	same:          "Nothing comes out otherwise.",
	differ:        "Come out otherwise: %d; with a higher score: %d, with a lower one: %d; together %s.",
	qualify:       "Newly qualify: %d; no longer qualify: %d.",
	valid:         "Valid marks on %s: %d before, %d after; gained: %d, lost: %d.",
	outside:       "Outside the range of %[2]s, so that they never qualify under it: %[1]d.",
	noScores:      "Without a score under %[2]s: %[1]d.",
	review:        "A mark that a person must grant is taken as granted.",
	waivers:       "Months are judged without waivers.",
	waiversCount:  "Months are judged without waivers, though one of the norms counts them.",
	byCriterion:   "By criterion",
	byMonth:       "By company and month",
	byMark:        "Marks",
	criterionHead: []string{"criterion", "weight before", "after", "months more", "months less", "points", "companies", "outcomes"},
	monthHead:     []string{"company", "month", "score", "difference", "qualifies", "criteria"},
	markHead:      []string{"company", "before", "after", "difference"},
	shift:         "weight of what does not count",
	noScore:       "none", yes: "yes", no: "no",
	loses: "loses the mark", gains: "gains the mark",
	without: "no longer held %v to %v", with: "newly held %v to %v", since: " since %v",
}

var dutch = &words{
	none:          "Er is geen maand om te beoordelen.",
	judged:        "Beoordeelde maanden: %d, van bedrijven: %d; %v tot en met %v.",
	alike:         "De twee normen eisen hetzelfde.",
	same:          "Niets komt anders uit.",
	differ:        "Komen anders uit: %d; met een hogere score: %d, met een lagere: %d; samen %s.",
	qualify:       "Gaan meetellen: %d; tellen niet meer mee: %d.",
	valid:         "Geldige keurmerken op %s: %d voor, %d na; gekregen: %d, verloren: %d.",
	outside:       "Buiten de looptijd van %[2]s, zodat ze daaronder nooit meetellen: %[1]d.",
	noScores:      "Zonder score onder %[2]s: %[1]d.",
	review:        "Een keurmerk dat iemand moet toekennen, geldt hier als toegekend.",
	waivers:       "Maanden zijn beoordeeld zonder ontheffingen.",
	waiversCount:  "Maanden zijn beoordeeld zonder ontheffingen, hoewel een van de normen die laat meetellen.",
	byCriterion:   "Per criterium",
	byMonth:       "Per bedrijf en maand",
	byMark:        "Keurmerken",
	criterionHead: []string{"criterium", "gewicht voor", "na", "maanden meer", "maanden minder", "punten", "bedrijven", "uitkomsten"},
	monthHead:     []string{"bedrijf", "maand", "score", "verschil", "telt mee", "criteria"},
	markHead:      []string{"bedrijf", "voor", "na", "verschil"},
	shift:         "gewicht van wat niet meetelt",
	noScore:       "geen", yes: "ja", no: "nee",
	loses: "verliest het keurmerk", gains: "krijgt het keurmerk",
	without: "niet meer van %v tot en met %v", with: "nieuw van %v tot en met %v", since: " sinds %v",
}
