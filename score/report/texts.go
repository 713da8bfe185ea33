package report

// texts are the words of one language that no norm gives. Every field has its
// words in every language; texts with a count have their singular and plural
// with a | between.
type texts struct {
	language string
	months   [12]string
	short    [12]string // of months, for pictures
	decimal  string
	group    string // between groups of three digits

	question     string
	bareQuestion string
	bareScored   string // score, threshold
	scored       string // score, threshold
	noScore      string
	qualifies    string
	notQualifies string
	missing      string // what is missing to the threshold
	notRequired  string // the score is there, but a criterion that must be met is not
	notEffective string
	status       map[string]string // of the norm, unless it is active
	measured     string            // share measured
	scoreLabel   string
	threshold    string

	subject, explanation, remedy, value, total string
	earnedTitle, openTitle, droppedTitle       string
	nothingEarned, nothingOpen                 string
	notApplicable, inPart, vacuous             string
	notMeasured                                string
	judgedBy                                   string            // shown, of all
	kinds                                      map[string]string // of records, as keys begin with them

	unmeasuredTitle, unmeasuredIntro, why string
	unmeasured                            map[string]string // by subject; "" for any other
	failed                                string            // the norm's reason

	waiverTitle                  string
	waiversCount, waiversDoNot   string // with waivers, without
	waiverOf, waiverReason       string
	waiverWho, waiverTerm, state string
	waiverStates                 map[string]string
	onlyRecord                   string // key
	upTo                         string // from, until

	trend                  string
	trendLabel             string // first and last month
	month, countsForMark   string
	passes, fails, counted string

	towards      string
	theMark      string // the heading for who holds it, or held it
	also         string // criteria that come along
	noCard       string
	phases       map[string]string
	steps        string // n, of m
	validThrough string // month
	earliest     string // months to go, day
	worth        string // months to go, day
	missed       string // months to go, day
	now          string // what passing gives where no months are to go
	held         string
	costs        map[string]string // what missing it costs a holder, by phase

	firstTitle    string
	firstIntro    string // score now, score then, last day
	firstDone     string
	firstNever    string // best score
	firstUnproven string
	firstAssumes  string
	who, by, gain string
	does          map[string]string // what a step does and to what, with a count
	outTitle      string
	outWhy        map[string]string

	tips     string // audience
	tipsFor  string // the heading above all of them
	audience map[string]string

	about      string
	footNorm   string // id, version
	footLogic  string // digest
	footMonth  string // count of findings, digest
	footEngine string // name and version
	bare       string
	pointsOf   string
	company    string

	badge       string
	badgePhases map[string]string
}

// words gives the catalogue of a language; English is that of any other.
func words(language string) *texts {
	if language == "nl" {
		return &dutch
	}
	return &english
}
