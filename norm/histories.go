package norm

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/shape"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"go.yaml.in/yaml/v3"
)

// History is a test of the certification block: a run of months, and what must
// come of it.
//
//	histories:
//	  - name: six months earn the mark, and the next bad one puts it at risk
//	    from: 2026-01
//	    scores: 80%x6 70%
//	    expect:
//	      certified_in: 2026-06
//	      in: {2026-05: building 5/6}
//	      phase: at_risk
//
// The items of scores are months, one after the other: a score such as 80%
// (the month qualifies from the norm's threshold on), a score of which less
// than everything was measured (80%@90%), or a letter: P passed, F failed,
// S severe, M missing (no card), X missing but excused. Letters may stand in
// one word (PPPFPP); x and a number repeat the item (80%x6, Px6).
//
// The company enrols on the first of from, unless enrolled gives another day
// or instant. Entries hold what else is recorded, in the words of the ledger:
// {type: hold, id: h, at: 2026-03-10, effect: suspend}.
//
// What is expected may stand under expect, or beside from and scores.
type History struct {
	Name     string // what it is called, or else its scores
	Line     int    // where it stands in the file
	From     finding.YearMonth
	Enrolled time.Time
	Months   []HistoryMonth // from From on
	Entries  []HistoryEntry
	Expect   HistoryExpect
}

// HistoryMonth is what a month of a history came to.
type HistoryMonth struct {
	Letter   byte          // P, F, S, M or X; 0: by its score
	Score    ruling.Points // of a month without a letter
	Measured ruling.Points // likewise
}

// HistoryEntry is what was recorded beside the months' cards. Its members are
// those of a ledger's entry; the empty ones are absent.
type HistoryEntry struct {
	ID, Type, Effect, Cause, Target, Audit, Outcome string
	At, Until, Recorded                             time.Time
	Month                                           finding.YearMonth
	Score                                           *ruling.Points
}

// HistoryExpect is what a history demands. What is zero is not looked at.
type HistoryExpect struct {
	CertifiedIn  finding.YearMonth // the month whose close first gave the mark
	Never        bool              // the mark is never earned
	ValidThrough finding.YearMonth // the last month of the term, at the end
	Phase        Standing          // after the close of the last month
	Moments      []Moment          // in the order of the file
}

// Moment is where the company must stand after the close of a month, or at an
// instant.
type Moment struct {
	Line     int
	Month    finding.YearMonth // 0: at the instant
	At       time.Time
	Standing Standing
}

// Standing is a phase, and the progress in it if that matters: "building 5/6".
type Standing struct {
	Phase    string
	N, Of    int
	Progress bool // N and Of count
}

// String writes it as a norm does.
func (s Standing) String() string {
	if s.Progress {
		return fmt.Sprintf("%s %d/%d", s.Phase, s.N, s.Of)
	}
	return s.Phase
}

// Last is the last month of the history.
func (h History) Last() finding.YearMonth { return h.From + finding.YearMonth(len(h.Months)-1) }

// maxHistory is how many months a history may have: fifty years.
const maxHistory = 600

var phases = shape.Phases.Words

// histories reads the tests of the certification block.
func (r *reader) histories(v *yaml.Node, n *Norm) {
	for _, item := range r.sequence(v, "histories") {
		if h, ok := r.history(item, n); ok {
			n.histories = append(n.histories, h)
		}
	}
}

func (r *reader) history(item *yaml.Node, n *Norm) (h History, ok bool) {
	before := len(r.Faults)
	m := r.shaped(item, &shape.History)
	if m == nil {
		return h, false
	}
	zone, err := finding.LoadZone(n.zone)
	if err != nil || n.zone == "" {
		return h, false // reported with the time zone
	}
	h.Line = item.Line
	if v := m.values["from"]; v != nil {
		h.From = r.month(v, "from")
	}
	if v := m.values["scores"]; v != nil {
		h.Name, _ = r.scalar(v, "scores")
		h.Months = r.scores(v)
	}
	if v := m.values["name"]; v != nil {
		h.Name, _ = r.scalar(v, "name")
	}
	if h.From == 0 || len(h.Months) == 0 {
		return h, false
	}
	h.Enrolled = h.From.Start(zone)
	period := finding.Period{Zone: zone}
	if v := m.values["enrolled"]; v != nil {
		h.Enrolled = r.instant(v, "enrolled", period)
	}
	if v := m.values["entries"]; v != nil {
		h.Entries = r.historyEntries(v, h, period)
	}
	expect := r.historyExpect(m, &h, period)
	if v := m.values["expect"]; v != nil {
		if inner := r.shaped(v, &shape.HistoryExpect); inner != nil {
			expect = r.historyExpect(inner, &h, period) || expect
		}
	}
	if !expect && len(r.Faults) == before {
		start := r.Offset(item.Line, item.Column)
		r.ReportAt(start, start+1, "KM-HISTORY", "say what must come of it, such as phase: certified", "a history that expects nothing tests nothing")
	}
	return h, len(r.Faults) == before
}

// instant reads a day, which is its first instant, or an instant of RFC 3339.
func (r *reader) instant(v *yaml.Node, what string, period finding.Period) time.Time {
	s, ok := r.scalar(v, what)
	if !ok {
		return time.Time{}
	}
	t, err := period.ParseInstant(s)
	if err != nil {
		r.Report(v, "KM-DATE", "", "%s: %v", what, err)
	}
	return t
}

var scoreItem = regexp.MustCompile(`^(?:([PFSMX]+)|([0-9.]+%)(?:@([0-9.]+%))?)(?:x([0-9]+))?$`)

// scores reads the months of a history.
func (r *reader) scores(v *yaml.Node) []HistoryMonth {
	text, ok := r.scalar(v, "scores")
	if !ok {
		return nil
	}
	runes := []rune(text)
	var months []HistoryMonth
	separates := func(c rune) bool { return unicode.IsSpace(c) || c == ',' }
	for from := 0; from < len(runes); {
		if separates(runes[from]) {
			from++
			continue
		}
		to := from
		for to < len(runes) && !separates(runes[to]) {
			to++
		}
		item, wrong, hint := scoreMonths(string(runes[from:to]))
		if wrong == "" && len(months)+len(item) > maxHistory {
			wrong = fmt.Sprintf("a history has at most %d months", maxHistory)
		}
		if wrong != "" {
			if !r.Bad(v) {
				start, end := r.ScalarOf(v).Span(from, to)
				r.ReportAt(start, end, "KM-SCORES", hint, "%s", wrong)
			}
			return nil
		}
		months = append(months, item...)
		from = to
	}
	if len(months) == 0 {
		r.Report(v, "KM-SCORES", "write them as 80%x6 70%", "a history needs the scores of its months")
	}
	return months
}

// scoreMonths reads one item of scores; wrong says why it is none.
func scoreMonths(item string) (months []HistoryMonth, wrong, hint string) {
	m := scoreItem.FindStringSubmatch(item)
	if m == nil {
		return nil, fmt.Sprintf("%q is no month's score, nor one of P F S M X", item), likelyScore(item)
	}
	times := 1
	if m[4] != "" {
		var err error
		if times, err = strconv.Atoi(m[4]); err != nil || times < 1 || times > maxHistory {
			return nil, fmt.Sprintf("x%s: an item is repeated 1 to %d times", m[4], maxHistory), ""
		}
	}
	one := make([]HistoryMonth, len(m[1]), len(m[1])+1)
	for i := range one {
		one[i].Letter = m[1][i]
	}
	if m[1] == "" {
		score, measured := HistoryMonth{Measured: ruling.Whole}, m[3]
		for _, percent := range []struct {
			text string
			into *ruling.Points
		}{{m[2], &score.Score}, {measured, &score.Measured}} {
			if percent.text == "" {
				continue
			}
			p, err := ruling.ParsePercent(percent.text)
			if err != nil || p > ruling.Whole {
				return nil, fmt.Sprintf("%s is no percentage from 0%% to 100%% with at most two decimals", percent.text), ""
			}
			*percent.into = p
		}
		one = append(one, score)
	}
	if len(one)*times > maxHistory {
		return nil, fmt.Sprintf("a history has at most %d months", maxHistory), ""
	}
	return slices.Repeat(one, times), "", ""
}

var (
	countFirst  = regexp.MustCompile(`^([0-9]+)x?([PFSMXpfsmx]|[0-9.]+%)$`)
	bareNumber  = regexp.MustCompile(`^([0-9]+)(x[0-9]+)?$`)
	likeLetters = regexp.MustCompile(`^[pfsmxPFSMX]+(?:[x×*][0-9]+)?$`)
)

// likelyScore is the hint for an item that is written in another way.
func likelyScore(item string) string {
	if m := countFirst.FindStringSubmatch(item); m != nil {
		return fmt.Sprintf("write %sx%s", strings.ToUpper(m[2]), m[1])
	}
	if m := bareNumber.FindStringSubmatch(item); m != nil {
		return fmt.Sprintf("write %s%%%s", m[1], m[2])
	}
	if likeLetters.MatchString(item) {
		letters := strings.TrimRight(item, "0123456789")
		count := item[len(letters):]
		if count != "" {
			letters = strings.TrimRight(letters, "x×*")
			count = "x" + count
		}
		return "write " + strings.ToUpper(letters) + count
	}
	return ""
}

// standing reads "building 5/6".
func (r *reader) standing(v *yaml.Node) (s Standing) {
	text, ok := r.scalar(v, "a phase")
	if !ok {
		return s
	}
	phase, progress, more := strings.Cut(text, " ")
	if !slices.Contains(phases, phase) {
		hint := diag.DidYouMean(phase, phases)
		if hint == "" {
			hint = "write one of " + strings.Join(phases, " ")
		}
		r.Report(v, "KM-PHASE", hint, "there is no phase %q", phase)
		return s
	}
	s.Phase, s.Progress = phase, more
	if !more {
		return s
	}
	n, of, cut := strings.Cut(strings.TrimSpace(progress), "/")
	if !cut || !wholePlain.MatchString(n) || !wholePlain.MatchString(of) {
		r.Report(v, "KM-PHASE", "write it as "+phase+" 5/6", "%q is no progress", progress)
		return s
	}
	s.N, _ = strconv.Atoi(n)
	s.Of, _ = strconv.Atoi(of)
	return s
}

// historyExpect reads what a history demands; it tells whether it does.
func (r *reader) historyExpect(m *members, h *History, period finding.Period) (any bool) {
	for _, key := range shape.HistoryExpect.Optional() {
		v := m.values[key]
		if v == nil {
			continue
		}
		any = true
		switch key {
		case "certified_in":
			if v.Kind == yaml.ScalarNode && v.Value == "never" {
				h.Expect.Never = true
				continue
			}
			h.Expect.CertifiedIn = r.within(v, key, h)
		case "valid_through":
			h.Expect.ValidThrough = r.month(v, key)
		case "phase":
			h.Expect.Phase = r.standing(v)
		default:
			r.moments(v, key, h, period)
		}
	}
	return any
}

// within reads a month of the history.
func (r *reader) within(v *yaml.Node, what string, h *History) finding.YearMonth {
	m := r.month(v, what)
	if m != 0 && (m < h.From || m > h.Last()) {
		r.Report(v, "KM-HISTORY", "", "%v is no month of this history, which runs from %v to %v", m, h.From, h.Last())
	}
	return m
}

// moments reads a mapping of months, or of days, to phases.
func (r *reader) moments(v *yaml.Node, what string, h *History, period finding.Period) {
	list := r.anyMapping(v, what)
	if list == nil {
		return
	}
	for _, key := range list.order {
		moment := Moment{Line: key.Line}
		if what == "in" {
			moment.Month = r.within(key, "a month", h)
		} else {
			moment.At = r.instant(key, "a day", period)
		}
		moment.Standing = r.standing(list.values[key.Value])
		h.Expect.Moments = append(h.Expect.Moments, moment)
	}
}

// entryKeys are the members that an entry of each type needs and may have;
// id, cause and recorded may stand in any.
var entryKeys = map[string]struct{ needs, may []string }{
	"enrol":    {needs: []string{"at"}},
	"leave":    {needs: []string{"at"}},
	"score":    {needs: []string{"month", "recorded"}, may: []string{"score", "outcome", "audit"}},
	"excuse":   {needs: []string{"month"}},
	"hold":     {needs: []string{"at", "effect"}, may: []string{"until"}},
	"lift":     {needs: []string{"at", "target"}},
	"restart":  {needs: []string{"at"}},
	"withdraw": {needs: []string{"at"}},
	"grant":    {needs: []string{"at"}},
	"void":     {needs: []string{"target", "recorded"}},
}

func (r *reader) historyEntries(v *yaml.Node, h History, period finding.Period) []HistoryEntry {
	var all []HistoryEntry
	ids := []string{"enrol"}
	for i := range h.Months {
		ids = append(ids, (h.From + finding.YearMonth(i)).String())
	}
	for _, item := range r.sequence(v, "entries") {
		m := r.anyMapping(item, "an entry")
		if m == nil {
			continue
		}
		kind := m.values["type"]
		if kind == nil {
			start := r.Offset(item.Line, item.Column)
			r.ReportAt(start, start+1, "KM-MISSING-KEY", "", "an entry needs the key %q", "type")
			continue
		}
		word := r.choice(kind, "type", sortedNames(entryKeys)...)
		if word == "" {
			continue
		}
		keys := entryKeys[word]
		if m = r.mapping(item, word, append([]string{"type"}, keys.needs...), append([]string{"id", "cause", "recorded"}, keys.may...)); m == nil {
			continue
		}
		e := r.historyEntry(m, word, period)
		switch {
		case e.ID == "":
			e.ID = fmt.Sprintf("entry %d", len(all)+1)
		case slices.Contains(ids, e.ID):
			r.Report(m.values["id"], "KM-DUPLICATE", "give each entry an id of its own", "the id %q is used twice", e.ID)
		}
		if e.Target != "" && !slices.Contains(ids, e.Target) {
			r.Report(m.values["target"], "KM-UNKNOWN-ENTRY", diag.DidYouMean(e.Target, ids), "there is no entry %q before this one", e.Target)
		}
		ids = append(ids, e.ID)
		all = append(all, e)
	}
	return all
}

func (r *reader) historyEntry(m *members, kind string, period finding.Period) HistoryEntry {
	e := HistoryEntry{Type: kind}
	if m == nil {
		return e
	}
	for key, into := range map[string]*string{"id": &e.ID, "cause": &e.Cause, "target": &e.Target, "audit": &e.Audit} {
		if v := m.values[key]; v != nil {
			*into, _ = r.scalar(v, key)
		}
	}
	for _, date := range []struct {
		key  string
		into *time.Time
	}{{"at", &e.At}, {"until", &e.Until}, {"recorded", &e.Recorded}} {
		if v := m.values[date.key]; v != nil {
			*date.into = r.instant(v, date.key, period)
		}
	}
	if v := m.values["until"]; v != nil && !e.Until.IsZero() && !e.Until.After(e.At) {
		r.Report(v, "KM-RANGE", "", "until is not after at")
	}
	if v := m.values["effect"]; v != nil {
		e.Effect = r.choice(v, "effect", "warn", "suspend")
	}
	if v := m.values["outcome"]; v != nil {
		e.Outcome = r.choice(v, "outcome", "pass", "fail", "severe", "missing")
	}
	if v := m.values["month"]; v != nil {
		e.Month = r.month(v, "month")
	}
	if v := m.values["score"]; v != nil {
		if p, ok := r.percent(v, "score", ruling.Whole); ok {
			e.Score = &p
		}
	}
	if kind == "score" && (m.values["score"] == nil) == (m.values["outcome"] == nil) {
		start := r.Offset(m.node.Line, m.node.Column)
		r.ReportAt(start, start+1, "KM-HISTORY", "", "an entry of a score needs one of the keys \"score\" and \"outcome\"")
	}
	return e
}

// monotone reads the lists of which a norm says that removing or softening a
// record never lowers the score.
func (r *reader) monotone(v *yaml.Node, n *Norm) {
	known := listNames(n)
	for _, item := range r.sequence(v, "monotone") {
		name, ok := r.scalar(item, "a list")
		switch {
		case !ok:
		case !slices.Contains(known, name):
			r.Report(item, "KM-LIST", diag.DidYouMean(name, known), "%q is no list of records", name)
		case slices.ContainsFunc(n.monotone, func(m Monotone) bool { return m.List == name }):
			r.Report(item, "KM-DUPLICATE", "remove one of the two", "the list %q is given twice", name)
		default:
			n.monotone = append(n.monotone, Monotone{List: name, Line: item.Line})
		}
	}
}
