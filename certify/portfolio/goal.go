package portfolio

import (
	"fmt"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Goal is a number of marks wanted by an instant, and how the companies that
// take part stand to it. Can, Helped and Cannot add up to TakingPart.
type Goal struct {
	By         time.Time
	Want       int
	TakingPart int
	Now        int // hold the mark at AsOf
	Can        int // will hold it at By if every month that has not closed passes
	Helped     int // only if, besides, the holds that are open are lifted now
	Cannot     int // not even then
	States     []GoalState
}

// GoalState splits the companies of one phase.
type GoalState struct {
	Phase               certify.Phase
	Can, Helped, Cannot int
}

// MaxAhead is how many months a goal may lie ahead: what is known today decides
// nothing beyond.
const MaxAhead = 120

// Most is how many marks there can be at By.
func (g *Goal) Most() int { return g.Can + g.Helped }

// InReach tells whether the goal can still be made.
func (g *Goal) InReach() bool { return g.Most() >= g.Want }

// Goal asks how many companies can still hold the mark at an instant that is
// not before AsOf and no more than [MaxAhead] months behind it. It is answered by folding each history with what would have
// to come: a pass in every month that has not closed and, where the norm has
// the award granted by a person, the grant. Companies that might yet enrol are
// not in it.
func (p *Programme) Goal(by time.Time, want int) (*Goal, error) {
	if by.Before(p.asOf) {
		return nil, fmt.Errorf("the goal's date %s lies before %s", by.UTC().Format(time.RFC3339), p.asOf.Format(time.RFC3339))
	}
	if finding.MonthAt(by, p.calendar.zone)-finding.MonthAt(p.asOf, p.calendar.zone) > MaxAhead {
		return nil, fmt.Errorf("the goal's date %s lies more than %d months ahead", by.UTC().Format(time.RFC3339), MaxAhead)
	}
	g := &Goal{By: by.UTC(), Want: want}
	byPhase := map[certify.Phase]*GoalState{}
	for _, phase := range Phases() {
		byPhase[phase] = &GoalState{Phase: phase}
	}
	for i := range p.companies {
		c := &p.companies[i]
		if !takesPart(c.timeline.State.Phase) {
			continue
		}
		g.TakingPart++
		if c.timeline.Valid() {
			g.Now++
		}
		state := byPhase[c.timeline.State.Phase]
		switch can, err := p.reaches(c, by, false); {
		case err != nil:
			return nil, err
		case can:
			g.Can++
			state.Can++
			continue
		}
		helped := false
		if len(c.timeline.State.Holds) > 0 {
			var err error
			if helped, err = p.reaches(c, by, true); err != nil {
				return nil, err
			}
		}
		if helped {
			g.Helped++
			state.Helped++
		} else {
			g.Cannot++
			state.Cannot++
		}
	}
	for _, phase := range Phases() {
		if s := byPhase[phase]; s.Can+s.Helped+s.Cannot > 0 {
			g.States = append(g.States, *s)
		}
	}
	return g, nil
}

// reaches tells whether the company holds the mark at the instant if all goes
// well from here, with its open holds lifted or not.
func (p *Programme) reaches(c *company, by time.Time, lifted bool) (bool, error) {
	t := p.versions.Evaluate(append(c.entries[:len(c.entries):len(c.entries)], p.wished(c, by, lifted)...), by)
	if t.Err != nil {
		return false, fmt.Errorf("company %q: %w", c.id, t.Err)
	}
	return t.Valid(), nil
}

// wished is what would have to be recorded until the instant. The ids are
// longer than any in the history, so that they are new, and sort behind them.
func (p *Programme) wished(c *company, by time.Time, lifted bool) []certify.Entry {
	longest := 0
	for i := range c.entries {
		longest = max(longest, len(c.entries[i].ID))
	}
	prefix := strings.Repeat("~", longest)
	var wished []certify.Entry
	wish := func(e certify.Entry, name string) {
		e.ID, e.Company = prefix+name, c.id
		wished = append(wished, e)
	}
	grant := func(at time.Time, name string) {
		wish(certify.Entry{Recorded: at, Type: certify.Grant, At: at}, name) // of no effect where none is asked for
	}
	if lifted {
		for i, h := range c.timeline.State.Holds {
			wish(certify.Entry{Recorded: p.asOf, Type: certify.Lift, At: p.asOf, Target: h.ID}, fmt.Sprintf("lift %d", i))
		}
	}
	grant(p.asOf, "grant")
	for m := p.LastClosed() + 1; ; m++ {
		closing := p.calendar.close(m)
		if closing.After(by) {
			return wished
		}
		wish(certify.Entry{Recorded: closing, Type: certify.Score, Month: m, Outcome: certify.Pass}, "pass "+m.String())
		grant(closing, "grant "+m.String())
	}
}
