package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// count chooses between the singular and the plural of a text.
func count(text string, n int) string {
	one, other, _ := strings.Cut(text, "|")
	if n == 1 {
		return one
	}
	return other
}

// asked is the question that the report answers.
func (r *Report) asked() string {
	if r.reader != Company {
		return r.bareQuestion
	}
	return r.question
}

// verdict is the answer.
func (r *Report) verdict() string {
	if r.card.Score == nil {
		return r.noScore
	}
	format := r.scored
	if r.reader != Company {
		format = r.bareScored
	}
	return fmt.Sprintf(format, r.percent(*r.card.Score), r.percent(r.card.Threshold))
}

// remark are the sentences that qualify the answer.
func (r *Report) remark(n *norm.Norm) []string {
	var all []string
	switch {
	case r.card.Qualifies:
		all = append(all, r.texts.qualifies)
	default:
		all = append(all, r.notQualifies)
		all = append(all, r.reasons(n)...)
	}
	if said := r.status[r.card.Norm.Status]; said != "" {
		all = append(all, said)
	}
	if r.card.Measured < ruling.Whole {
		all = append(all, fmt.Sprintf(r.measured, r.percent(r.card.Measured)))
	}
	return all
}

// reasons are why the month does not qualify.
func (r *Report) reasons(n *norm.Norm) []string {
	var all []string
	c := r.card
	if c.Score != nil {
		missing := c.Threshold - *c.Score
		switch {
		case missing > 0:
			if r.reader == Company {
				all = append(all, fmt.Sprintf(r.missing, r.percent(missing)))
			}
		case c.Earned*ruling.Whole >= c.Threshold*c.Applicable && c.Norm.Effective:
			all = append(all, r.notRequired)
		}
	}
	if !c.Norm.Effective {
		all = append(all, r.notEffective)
	}
	return all
}

// tables are what was earned, what can still be, and what does not apply. A
// criterion earned in part stands in the first two.
func (r *Report) tables() (earned, still, dropped section) {
	earned = r.points("earned", r.earnedTitle, r.explanation)
	still = r.points("open", r.openTitle, r.remedy)
	dropped = r.points("dropped", r.droppedTitle, r.explanation)
	var sums [3]ruling.Points
	for i := range r.card.Criteria {
		c := &r.card.Criteria[i]
		about := r.about[c.ID]
		if c.Outcome == ruling.NotApplicable {
			sums[2] += c.Weight
			dropped.add(r, c, r.notApplicable, c.Weight)
			continue
		}
		if c.Points > 0 {
			text := about.Met.In(r.language)
			if c.Points < c.Weight {
				text = r.inPart
			}
			sums[0] += c.Points
			earned.add(r, c, text, c.Points)
		}
		if open(c) > 0 {
			sums[1] += open(c)
			still.add(r, c, about.Remedy.In(r.language), open(c))
		}
	}
	earned.close(r, sums[0], r.nothingEarned)
	still.close(r, sums[1], r.nothingOpen)
	if len(dropped.table.rows) == 0 {
		dropped.title = ""
	}
	dropped.close(r, sums[2], "")
	return earned, still, dropped
}

func (r *Report) points(id, title, second string) section {
	return section{id: id, title: title, table: &table{head: []string{r.subject, second, r.value}}}
}

// add puts a criterion into the section's table.
func (s *section) add(r *Report, c *card.Criterion, text string, value ruling.Points) {
	s.table.rows = append(s.table.rows, row{[]cell{{text: r.title(c.ID)}, {clean(text), r.notes(c)}, {text: r.percent(value)}}})
}

// close adds the sum, or says that there is nothing.
func (s *section) close(r *Report, sum ruling.Points, nothing string) {
	if len(s.table.rows) == 0 {
		s.table, s.said = nil, []string{nothing}
		return
	}
	s.table.total = []string{r.total, "", r.percent(sum)}
}

// shownKeys is how many records a table names; the card names more.
const shownKeys = 5

// notes tell by which records a criterion was judged.
func (r *Report) notes(c *card.Criterion) []string {
	switch {
	case c.Outcome == ruling.Unknown:
		return []string{r.notMeasured}
	case c.Vacuous:
		return []string{r.vacuous}
	case c.Outcome != ruling.Unmet || c.Evidence.Count == 0:
		return nil
	}
	shown := c.Evidence.Keys[:min(len(c.Evidence.Keys), shownKeys)]
	all := []string{fmt.Sprintf(r.judgedBy, r.number(len(shown)), r.number(c.Evidence.Count))}
	for _, key := range shown {
		all = append(all, r.record(key))
	}
	return all
}

// record names a record by its key, the kind in the reader's language.
func (r *Report) record(key []string) string {
	key = slices.Clone(key)
	if len(key) == 0 {
		return ""
	}
	if kind, known := r.kinds[key[0]]; known {
		key[0] = kind
	}
	return clean(strings.Join(key, " "))
}

// unmeasuredPart is what could not be measured, and why.
func (r *Report) unmeasuredPart() section {
	s := section{id: "unmeasured", title: r.unmeasuredTitle, said: []string{r.unmeasuredIntro},
		table: &table{head: []string{r.subject, r.why, r.value}}}
	for i := range r.card.Criteria {
		c := &r.card.Criteria[i]
		if c.Outcome != ruling.Unknown {
			continue
		}
		why, known := r.unmeasured[r.about[c.ID].Subject]
		if !known {
			why = r.unmeasured[""]
		}
		if c.Reason != norm.NotMeasured && c.Reason != "" {
			why = fmt.Sprintf(r.failed, clean(c.Reason))
		}
		s.table.rows = append(s.table.rows, row{[]cell{{text: r.title(c.ID)}, {text: why}, {text: r.percent(c.Weight)}}})
	}
	if len(s.table.rows) == 0 {
		return section{}
	}
	return s
}

// waiverPart shows the raw and the waived score side by side, and what became
// of each waiver.
func (r *Report) waiverPart(n *norm.Norm) section {
	if len(r.card.Waivers) == 0 {
		return section{}
	}
	format := r.waiversDoNot
	if n.Scoring().CountWaivers {
		format = r.waiversCount
	}
	s := section{id: "waivers", title: r.waiverTitle,
		said:  []string{fmt.Sprintf(format, r.score(r.card.Waived), r.score(r.card.Score))},
		table: &table{words: true, head: []string{r.waiverOf, r.waiverReason, r.waiverWho, r.waiverTerm, r.state}}}
	for _, w := range r.card.Waivers {
		of := cell{text: r.title(w.Criterion)}
		if len(w.Key) > 0 {
			of.notes = []string{fmt.Sprintf(r.onlyRecord, r.record(w.Key))}
		}
		s.table.rows = append(s.table.rows, row{[]cell{of, {text: clean(w.Reason)}, {text: clean(w.Who)},
			{text: fmt.Sprintf(r.upTo, r.dayOrMonth(w.From), r.dayOrMonth(w.Until))}, {text: r.waiverStates[w.State]}}})
	}
	return s
}

// pointsPart is what each criterion earned, by id.
func (r *Report) pointsPart() section {
	s := section{id: "points", title: r.pointsOf, table: &table{head: []string{r.subject, r.value, r.total}}}
	for i := range r.card.Criteria {
		c := &r.card.Criteria[i]
		s.table.rows = append(s.table.rows, row{[]cell{{text: clean(c.ID)}, {text: r.percent(c.Points)}, {text: r.percent(c.Weight)}}})
	}
	s.table.total = []string{r.total, r.percent(r.card.Earned), r.percent(r.card.Applicable)}
	return s
}

func (r *Report) trendPart() section {
	if len(r.trend) < 2 {
		return section{}
	}
	return section{id: "trend", title: r.texts.trend, trend: true, table: r.trendTable()}
}

func (r *Report) trendTable() *table {
	t := &table{head: []string{r.month, r.countsForMark, r.scoreLabel}}
	for _, c := range r.trend {
		t.rows = append(t.rows, row{[]cell{{text: r.monthName(c.month)}, {text: r.passed(c)}, {text: c.score(r)}}})
	}
	return t
}

// score is the month's score as shown.
func (c trendMonth) score(r *Report) string {
	if c.card == nil {
		return "–"
	}
	return r.score(c.card.Score)
}

// points is the length of its bar; false if there is none.
func (c trendMonth) points() (ruling.Points, bool) {
	if c.card == nil || c.card.Score == nil {
		return 0, false
	}
	return *c.card.Score, true
}

func (c trendMonth) qualifies() bool { return c.card != nil && c.card.Qualifies }

// passed says whether a month counts.
func (r *Report) passed(c trendMonth) string {
	switch {
	case r.counts(c.month):
		return r.counted
	case c.card == nil:
		return r.noCard
	case c.card.Qualifies:
		return r.passes
	}
	return r.fails
}

// way is where the company stands on its way to the mark.
func (r *Report) way() section {
	p := r.progress
	if p == nil {
		return section{}
	}
	s := section{id: "way", title: r.towards, said: []string{r.standing(p)}}
	switch p.Phase {
	case "certified", "at_risk", "suspended", "expired", "withdrawn":
		s.title = r.theMark
	}
	if p.Of > 0 {
		s.steps = &steps{min(max(p.N, 0), p.Of), p.Of}
	}
	if m, err := finding.ParseMonth(p.Until); err == nil {
		s.said = append(s.said, fmt.Sprintf(r.validThrough, r.monthName(m)))
	}
	if p.Earliest != "" && p.ToGo > 0 && r.reader == Company && (p.Reached == nil || p.Missed == nil) {
		s.said = append(s.said, fmt.Sprintf(count(r.earliest, p.ToGo), p.ToGo, r.day(p.Earliest)))
	}
	return r.prospects(s, p)
}

// prospects adds what reaching the threshold is worth, and what missing it
// costs.
func (r *Report) prospects(s section, p *Progress) section {
	if p.Reached == nil || p.Missed == nil || r.reader != Company {
		return s
	}
	switch reached := p.Reached; {
	case reached.Earliest != "" && reached.ToGo == 0:
		s.said = append(s.said, fmt.Sprintf(r.now, r.day(reached.Earliest)))
	case reached.Earliest != "":
		s.said = append(s.said, fmt.Sprintf(count(r.worth, reached.ToGo), reached.ToGo, r.day(reached.Earliest)))
	case reached.Phase == "certified":
		s.said = append(s.said, r.held)
	}
	switch said, known := r.costs[p.Missed.Phase]; {
	case known:
		s.said = append(s.said, said)
	case p.Missed.Earliest != "":
		s.said = append(s.said, fmt.Sprintf(count(r.missed, p.Missed.ToGo), p.Missed.ToGo, r.day(p.Missed.Earliest)))
	}
	return s
}

// standing is the sentence about the phase.
func (t *texts) standing(p *Progress) string {
	format, ok := t.phases[p.Phase]
	switch {
	case !ok:
		return clean(p.Phase)
	case strings.Contains(format, "%d"):
		return fmt.Sprintf(format, p.N, p.Of)
	}
	return format
}

// first is what to fix first.
func (r *Report) first() section {
	a := r.advice
	if a == nil || !r.card.Norm.Effective { // no score would make the month count
		return section{}
	}
	s := section{id: "first", title: r.firstTitle}
	switch {
	case !a.Reaches:
		s.said = append(s.said, fmt.Sprintf(r.firstNever, r.score(a.Best)))
	case len(a.Actions) == 0:
		s.said = append(s.said, r.firstDone)
	default:
		s.said = append(s.said, fmt.Sprintf(r.firstIntro, r.score(a.From), r.score(a.To), r.day(a.LastDay)))
		if r.card.Measured < ruling.Whole {
			s.said = append(s.said, r.firstAssumes)
		}
		if !a.Proven {
			s.said = append(s.said, r.firstUnproven)
		}
		s.table = r.actions(a.Actions)
	}
	for _, o := range a.OutOfReach {
		s.said = append(s.said, fmt.Sprintf("%s: %s", r.title(o.Criterion), r.outWhy[o.Why]))
	}
	return s
}

func (r *Report) actions(actions []score.Action) *table {
	t := &table{head: []string{r.remedy, r.who, r.by, r.gain}}
	var sum ruling.Points
	for _, a := range actions {
		what := cell{text: r.title(a.Criterion)}
		for _, s := range a.Steps {
			if text, known := r.does[s.Do+" "+s.What]; known {
				what.notes = append(what.notes, r.step(text, s.Count))
			}
		}
		if also := r.earns(a); also != "" {
			what.notes = append(what.notes, fmt.Sprintf(r.also, also))
		}
		sum += a.Gains
		t.rows = append(t.rows, row{[]cell{what, {text: r.audienceOf(a.Audience)}, {text: r.day(a.LastDay)}, {text: "+" + r.percent(a.Gains)}}})
	}
	t.total = []string{r.total, "", "", "+" + r.percent(sum)}
	return t
}

// earns names the other criteria that an action has met.
func (r *Report) earns(a score.Action) string {
	var names []string
	for _, id := range a.Earns {
		if id != a.Criterion {
			names = append(names, r.title(id))
		}
	}
	return strings.Join(names, ", ")
}

func (r *Report) step(text string, n int) string {
	text = count(text, n)
	if !strings.Contains(text, "%s") {
		return text
	}
	return fmt.Sprintf(text, r.number(n))
}

func (r *Report) audienceOf(word string) string {
	if s, known := r.audience[word]; known {
		return s
	}
	return clean(word)
}

// audiences is the order in which tips are given; everyone's come last.
var audiences = []string{"it", "hr", "web", "director"}

// tipsPart groups what can still be earned by who can do something about it,
// least effort first.
func (r *Report) tipsPart() section {
	groups := map[string][]*card.Criterion{}
	for i := range r.card.Criteria {
		if c := &r.card.Criteria[i]; open(c) > 0 {
			audience := r.about[c.ID].Audience
			if !slices.Contains(audiences, audience) {
				audience = ""
			}
			groups[audience] = append(groups[audience], c)
		}
	}
	s := section{id: "tips", title: r.tipsFor}
	for _, audience := range append(slices.Clone(audiences), "") {
		group := groups[audience]
		if len(group) == 0 {
			continue
		}
		slices.SortStableFunc(group, func(a, b *card.Criterion) int { return r.about[a.ID].Effort - r.about[b.ID].Effort })
		t := tip{audience: fmt.Sprintf(r.texts.tips, r.audience[audience])}
		for _, c := range group {
			t.items = append(t.items, r.tip(c))
		}
		s.tips = append(s.tips, t)
	}
	if len(s.tips) == 0 {
		return section{}
	}
	return s
}

// tip is one line: what it is about, what to do and what it brings.
func (r *Report) tip(c *card.Criterion) string {
	said := r.title(c.ID)
	if remedy := clean(r.about[c.ID].Remedy.In(r.language)); remedy != "" {
		said += " – " + remedy
	}
	return fmt.Sprintf("%s (+%s)", said, r.percent(open(c)))
}

// footer is what the report rests on.
func (r *Report) footer() []string {
	c := r.card
	all := []string{
		fmt.Sprintf(r.footNorm, clean(c.Norm.ID), clean(c.Norm.Version)),
		fmt.Sprintf(r.footLogic, clean(c.Norm.Digest)),
		fmt.Sprintf(r.footMonth, r.number(c.Findings.Count), clean(c.Findings.Digest)),
		fmt.Sprintf(r.footEngine, clean(c.Engine)),
	}
	if r.reader != Company {
		all = append(all, r.bare)
	}
	return all
}
