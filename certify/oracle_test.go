package certify_test

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// oracle is a second way to the state, written apart from the package and in
// another manner: it knows no events and no order of them, but asks at every
// instant that matters, kind by kind, what the entries say about it, and keeps
// the months of a run as a text.
type oracle struct {
	versions []ruling.Version
	t        ruling.Terms // of the month that closed last
	zone     *time.Location
	seen     []certify.Entry

	phase   string
	joined  time.Time
	since   finding.YearMonth // first countable month
	ever    bool
	run     string // P and - for counted months
	open    map[string]certify.Entry
	excuses []finding.YearMonth
	award   finding.YearMonth
	until   finding.YearMonth
	inTerm  int
	bad     []finding.YearMonth
	running int
	n, shut int
	shown   string
	steps   []string
}

func ask(versions []ruling.Version, zone *time.Location, entries []certify.Entry, asOf time.Time) string {
	o := &oracle{versions: versions, t: versions[0].Terms, zone: zone, phase: "none", shown: "none", open: map[string]certify.Entry{}}
	o.admit(entries, asOf)
	for _, instant := range o.instants(asOf) {
		o.at(instant)
	}
	return o.say()
}

// admit keeps what counts at asOf.
func (o *oracle) admit(entries []certify.Entry, asOf time.Time) {
	byID := map[string]certify.Entry{}
	for _, e := range entries {
		if !e.Recorded.After(asOf) {
			byID[e.ID] = e
		}
	}
	for _, e := range byID {
		o.seen = append(o.seen, e)
	}
	sort.Slice(o.seen, func(i, j int) bool {
		if !o.seen[i].Recorded.Equal(o.seen[j].Recorded) {
			return o.seen[i].Recorded.Before(o.seen[j].Recorded)
		}
		return o.seen[i].ID < o.seen[j].ID
	})
	dead := map[string]bool{}
	for i := len(o.seen) - 1; i >= 0; i-- {
		if o.seen[i].Type == certify.Void && !dead[o.seen[i].ID] {
			dead[o.seen[i].Target] = true
		}
	}
	var alive []certify.Entry
	for _, e := range o.seen {
		if !dead[e.ID] {
			alive = append(alive, e)
		}
	}
	o.seen = alive
}

func (o *oracle) closing(m finding.YearMonth) time.Time {
	n := m + 1
	return time.Date(n.Year(), n.Month(), o.inForce(m).Terms.CloseDay, 0, 0, 0, 0, o.zone)
}

// inForce is the version that began last, up to the month.
func (o *oracle) inForce(m finding.YearMonth) ruling.Version {
	v := o.versions[0]
	for _, later := range o.versions[1:] {
		if later.From <= m {
			v = later
		}
	}
	return v
}

// admitted names the versions under which the company may pass the month.
func (o *oracle) admitted(m finding.YearMonth) map[string]bool {
	v := o.inForce(m)
	names := map[string]bool{v.Version: true}
	for _, earlier := range o.versions {
		last := o.inForce(v.From-1).Version == earlier.Version && earlier.From < v.From
		open := earlier.Until == 0 || m <= earlier.Until
		if last && open && int(m-v.From) < v.Overlap && o.joined.Before(v.From.Start(o.zone)) {
			names[earlier.Version] = true
		}
	}
	return names
}

// instants are all at which something could happen.
func (o *oracle) instants(asOf time.Time) []time.Time {
	set := map[int64]time.Time{}
	for _, e := range o.seen {
		for _, t := range []time.Time{e.At, e.Until} {
			if !t.IsZero() && !t.After(asOf) {
				set[t.UnixNano()] = t
			}
		}
	}
	for m := finding.MonthOf(2025, 1); !o.closing(m).After(asOf); m++ {
		set[o.closing(m).UnixNano()] = o.closing(m)
	}
	var all []time.Time
	for _, t := range set {
		all = append(all, t)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Before(all[j]) })
	return all
}

func (o *oracle) of(kind certify.Type, at time.Time) []certify.Entry {
	var found []certify.Entry
	for _, e := range o.seen {
		if e.Type == kind && e.At.Equal(at) {
			found = append(found, e)
		}
	}
	return found
}

func (o *oracle) in() bool { return o.phase != "none" && o.phase != "left" }

func (o *oracle) at(now time.Time) {
	for range o.of(certify.Enrol, now) {
		if !o.in() {
			o.phase, o.joined = "enrolled", now
			o.since = finding.MonthAt(now, o.zone)
			if !o.since.Start(o.zone).Equal(now) {
				o.since++
			}
		}
		o.note(now)
	}
	for range o.of(certify.Leave, now) {
		if o.phase == "left" {
			break
		}
		o.phase, o.open, o.excuses = "left", map[string]certify.Entry{}, nil
		o.wipe()
		o.note(now)
	}
	for _, e := range o.of(certify.Hold, now) {
		o.open[e.ID] = e
		o.note(now)
	}
	for _, e := range o.of(certify.Lift, now) {
		if _, is := o.open[e.Target]; is {
			delete(o.open, e.Target)
			if !o.t.Review {
				o.mayAward(now, false)
			}
		}
		o.note(now)
	}
	for range o.of(certify.Restart, now) {
		o.run = ""
	}
	o.losses(now)
	if m := finding.MonthAt(now, o.zone) - 1; o.closing(m).Equal(now) && o.in() && m >= o.since {
		o.month(m)
		o.note(now)
	}
	for range o.of(certify.Grant, now) {
		if o.t.Review {
			o.mayAward(now, true)
		}
		o.note(now)
	}
}

// losses are withdrawals and deadlines, in order of recording.
func (o *oracle) losses(now time.Time) {
	for _, e := range o.seen {
		_, open := o.open[e.ID]
		switch {
		case e.Type == certify.Withdraw && e.At.Equal(now):
		case e.Type == certify.Hold && e.Until.Equal(now) && open:
			delete(o.open, e.ID)
		default:
			continue
		}
		switch o.phase {
		case "certified", "at_risk", "suspended", "expired":
			o.phase = "withdrawn"
			o.wipe()
		case "building", "re_earning":
			o.run = ""
		}
		o.note(now)
	}
}

func (o *oracle) wipe() {
	o.run, o.bad, o.running, o.award, o.until, o.inTerm, o.n, o.shut = "", nil, 0, 0, 0, 0, 0, 0
}

// filed is what the month's cards come to: P, -, or S.
func (o *oracle) filed(m finding.YearMonth) string {
	limit := o.closing(m + finding.YearMonth(o.inForce(m).Terms.Corrections))
	filed := map[string]string{} // by version; "" is outright
	for _, e := range o.seen {
		if e.Type != certify.Score || e.Month != m || e.Audit == "" && e.Recorded.After(limit) {
			continue
		}
		switch name := o.under(e); name {
		case "none of them":
		case "":
			filed = map[string]string{"": o.letter(e, o.versions[0].Terms)}
		default:
			delete(filed, "")
			filed[name] = o.letter(e, o.terms(name))
		}
	}
	if letter, outright := filed[""]; outright {
		return letter
	}
	best := ""
	for name := range o.admitted(m) {
		if filed[name] == "P" {
			return "P"
		}
		if best == "" || name == o.inForce(m).Version && filed[name] != "" {
			best = filed[name]
		}
	}
	if best == "" {
		return "-"
	}
	return best
}

// under names the version that judged the entry.
func (o *oracle) under(e certify.Entry) string {
	if o.versions[0].ID == "" || e.Card == nil && e.NormDigest == "" {
		return ""
	}
	for _, v := range o.versions {
		if e.Card == nil && v.Digest == e.NormDigest || e.Card != nil && e.Card.Norm.ID+e.Card.Norm.Version == v.ID+v.Version {
			return v.Version
		}
	}
	return "none of them"
}

func (o *oracle) terms(version string) ruling.Terms {
	for _, v := range o.versions {
		if v.Version == version {
			return v.Terms
		}
	}
	return ruling.Terms{}
}

// outcome is the month's letter: P, -, or S, or X if it is excused.
func (o *oracle) outcome(m finding.YearMonth) string {
	letter := o.filed(m)
	if letter == "P" {
		return letter
	}
	for _, e := range o.seen {
		if e.Type == certify.Excuse && e.Month == m {
			recent := 0
			for _, x := range o.excuses {
				if x > m-finding.YearMonth(o.t.Excused.Window) {
					recent++
				}
			}
			if recent < o.t.Excused.Max {
				o.excuses = append(o.excuses, m)
				return "X"
			}
			break
		}
	}
	return letter
}

// letter is what a score entry comes to: P, -, or S.
func (o *oracle) letter(e certify.Entry, t ruling.Terms) string {
	pass, severe := e.Outcome == certify.Pass, e.Outcome == certify.Severe
	if c := e.Card; c != nil {
		enough := c.Measured >= t.MinMeasured
		severe = enough && c.Score != nil && *c.Score < t.Floor
		for _, k := range c.Criteria {
			for _, id := range t.KnockOut {
				severe = severe || enough && k.ID == id && k.Outcome == ruling.Unmet
			}
		}
		pass = enough && !severe && c.Qualifies
	}
	switch {
	case pass:
		return "P"
	case severe:
		return "S"
	}
	return "-"
}

func (o *oracle) target() (months, window int) {
	if o.ever {
		return o.t.ReEarn, o.t.ReEarn + o.t.Of - o.t.Months
	}
	return o.t.Months, o.t.Of
}

func (o *oracle) count() int {
	months, window := o.target()
	tail := o.run[max(0, len(o.run)-window):]
	if window == months {
		tail = tail[strings.LastIndex(tail, "-")+1:]
	}
	return min(months, strings.Count(tail, "P"))
}

func (o *oracle) suspending() bool {
	for _, h := range o.open {
		if h.Effect == certify.Suspend {
			return true
		}
	}
	return false
}

func (o *oracle) complete() bool {
	months, _ := o.target()
	return (o.phase == "building" || o.phase == "re_earning") && o.count() == months && strings.HasSuffix(o.run, "P") && !o.suspending()
}

// mayAward awards between closes; at a close, a lift comes before it and a
// grant behind it.
func (o *oracle) mayAward(now time.Time, behind bool) {
	if !o.complete() {
		return
	}
	m := finding.MonthAt(now, o.zone)
	for o.closing(m).After(now) || o.closing(m).Equal(now) && !behind {
		m--
	}
	o.give(m)
}

func (o *oracle) give(m finding.YearMonth) {
	o.wipe()
	o.phase, o.ever, o.award = "certified", true, m
	if o.t.Validity.Months > 0 {
		o.until = m + finding.YearMonth(o.t.Validity.Months)
	}
}

func (o *oracle) month(m finding.YearMonth) {
	o.t = o.inForce(m).Terms
	letter := o.outcome(m)
	switch o.phase {
	case "enrolled", "building", "re_earning", "withdrawn":
		if letter == "X" {
			return
		}
		o.phase = "building"
		if o.ever {
			o.phase = "re_earning"
		}
		o.run += letter
		if letter == "S" {
			o.run = ""
		}
		if letter == "P" && !o.t.Review && o.complete() {
			o.give(m)
		}
	case "certified", "at_risk":
		o.holder(m, letter)
	default:
		o.winBack(m, letter)
	}
}

func (o *oracle) holder(m finding.YearMonth, letter string) {
	switch letter {
	case "P":
		o.phase, o.running = "certified", 0
		o.inTerm++
	case "-", "S":
		o.running++
		o.bad = append(o.bad, m)
		recent := 0
		for _, b := range o.bad {
			if b > m-finding.YearMonth(o.t.Grace.Window) {
				recent++
			}
		}
		o.phase = "at_risk"
		if letter == "S" || o.running > o.t.Grace.Months || recent > o.t.Grace.Budget {
			o.phase, o.n, o.shut = "suspended", 0, 0
		}
	}
	o.term(m)
}

func (o *oracle) term(m finding.YearMonth) {
	switch {
	case o.until == 0 || m < o.until:
	case o.phase != "suspended" && o.inTerm >= o.t.Validity.Renew:
		o.inTerm = 0
		o.longer()
	default:
		o.phase, o.n, o.shut = "expired", 0, 0
	}
}

func (o *oracle) longer() {
	if o.until += finding.YearMonth(o.t.Validity.Months); o.t.Validity.Months == 0 {
		o.until = 0
	}
}

func (o *oracle) winBack(m finding.YearMonth, letter string) {
	o.shut++
	switch letter {
	case "P":
		o.n++
	case "-", "S":
		o.n = 0
	}
	back := o.n >= o.t.Suspension.Restore
	if o.phase == "expired" {
		switch {
		case back && o.shut <= o.t.Validity.Restore:
			o.phase, o.n, o.shut, o.running, o.inTerm = "certified", 0, 0, 0, 0
			o.longer()
		case o.shut >= o.t.Validity.Restore:
			o.phase = "withdrawn"
			o.wipe()
		}
		return
	}
	if letter == "P" {
		o.inTerm++
	}
	if back {
		o.phase, o.n, o.shut, o.running = "certified", 0, 0, 0
	}
	o.term(m)
	if o.phase == "suspended" && o.shut >= o.t.Suspension.Max {
		o.phase = "withdrawn"
		o.wipe()
	}
}

func (o *oracle) display() string {
	if o.phase != "certified" && o.phase != "at_risk" || len(o.open) == 0 {
		return o.phase
	}
	if o.suspending() {
		return "suspended"
	}
	return "at_risk"
}

func (o *oracle) note(now time.Time) {
	if d := o.display(); d != o.shown {
		o.steps = append(o.steps, fmt.Sprintf("%s %s→%s", now.UTC().Format(time.RFC3339), o.shown, d))
		o.shown = d
	}
}

func (o *oracle) say() string {
	n, of, shut := 0, 0, 0
	switch o.phase {
	case "building", "re_earning":
		n = o.count()
		of, _ = o.target()
	case "suspended", "expired":
		n, of, shut = o.n, o.t.Suspension.Restore, o.shut
	}
	var holds []string
	for id := range o.open {
		holds = append(holds, id)
	}
	slices.Sort(holds)
	return fmt.Sprintf("%s %d/%d closed %d award %d until %d holds %v\n%s", o.display(), n, of, shut, int(o.award), int(o.until), holds, strings.Join(o.steps, "\n"))
}

// told writes the package's answer in the oracle's words.
func told(t certify.Timeline) string {
	s := t.State
	var holds, steps []string
	for _, h := range s.Holds {
		holds = append(holds, h.ID)
	}
	slices.Sort(holds)
	for _, step := range t.Steps {
		steps = append(steps, fmt.Sprintf("%s %s→%s", step.At.Format(time.RFC3339), step.From, step.To))
	}
	return fmt.Sprintf("%s %d/%d closed %d award %d until %d holds %v\n%s", s.Phase, s.N, s.Of, s.Closed, int(s.Award), int(s.ValidThrough), holds, strings.Join(steps, "\n"))
}
