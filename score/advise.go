package score

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// Advice says what to fix first. All amounts are points of the score, 10000 is
// 100 %; a month without a score counts as 0.
type Advice struct {
	Company   string            `json:"company"`
	Month     finding.YearMonth `json:"month"`
	Threshold ruling.Points     `json:"threshold"`
	From      *ruling.Points    `json:"from"` // the score as it is; null as on the card
	To        *ruling.Points    `json:"to"`   // the score once the actions have been carried out
	Best      *ruling.Points    `json:"best"` // the score once every action has, those in Others too
	// Reaches tells that the actions bring the score to the threshold, with
	// every required criterion met; there are none if it is there already.
	Reaches bool `json:"reaches"`
	// Proven tells that no smaller set does (or, if Reaches is false, that none
	// does): fewer steps of effort, then fewer actions, then an earlier first
	// criterion in order of ids.
	Proven     bool       `json:"proven"`
	LastDay    string     `json:"lastDay"`    // 2026-11-30: the last day on which the actions still save this month; empty without actions
	Actions    []Action   `json:"actions"`    // the smallest set, least effort first; never nil
	Others     []Action   `json:"others"`     // the other criteria that can still be earned, in the norm's order; never nil
	OutOfReach []Obstacle `json:"outOfReach"` // those that can't be earned this month, in the norm's order; never nil
}

// Action earns one criterion, and whatever else comes of the same change.
type Action struct {
	Criterion string        `json:"criterion"`
	Title     norm.Texts    `json:"title"`
	Remedy    norm.Texts    `json:"remedy"`
	Audience  string        `json:"audience"` // who can act: it, hr, web, director, or empty
	Effort    int           `json:"effort"`   // 1 to 5, as the norm has it; 3 where it does not say
	Alone     ruling.Points `json:"alone"`    // what the score gains by this action and no other
	Gains     ruling.Points `json:"gains"`    // what it gains on top of the actions before it; in Others the same as Alone
	Earns     []string      `json:"earns"`    // the criteria that it alone has met, in the norm's order
	LastDay   string        `json:"lastDay"`  // the last day on which it still counts in this month
	Steps     []Step        `json:"steps"`    // what there is to do; never nil
	Change    Change        `json:"change"`   // what it comes to in the month document
	patch     patch
}

// Obstacle is a criterion that can't be earned this month.
type Obstacle struct {
	Criterion string        `json:"criterion"`
	Title     norm.Texts    `json:"title"`
	Weight    ruling.Points `json:"weight"` // what is out of reach with it
	Required  bool          `json:"required"`
	Why       string        `json:"why"`    // late, failed or unknown: see the constants
	Reason    string        `json:"reason"` // of the norm's evaluation, if that failed; else empty
}

// Why a criterion can't be earned this month.
const (
	TooLate  = "late"    // it should have been done before this month ended or began
	Failed   = "failed"  // the norm's own evaluation fails on the month
	NoRemedy = "unknown" // nothing was found that makes the norm judge it met
)

// unstated is the effort of a criterion for which the norm gives none: the
// middle of 1 to 5.
const unstated = 3

// AdviceError says that an advice was not borne out when the month was judged
// again with its changes; it is a fault of this library.
type AdviceError struct {
	Promised, Found *ruling.Points // nil: no score
}

// Error gives both scores.
func (e *AdviceError) Error() string {
	return fmt.Sprintf("the advice promises %s, and judging the month with its changes gives %s", or(e.Promised), or(e.Found))
}

func or(p *ruling.Points) string {
	if p == nil {
		return "no score"
	}
	return p.String()
}

// Advise says what to fix first: the smallest set of actions that brings the
// month to the norm's threshold, what each action gains, and until when.
//
// It is found by judging changed months, whatever language a criterion is
// written in, and checked in the end by judging the month with the very
// changes that it advises ([Advice.Change], [Change.Apply]). What is yet to be
// looked at is taken to be in order: a website that was not scanned is advised
// to be scanned, and the promise holds if the scan finds nothing. A smaller
// set is ruled out for up to 20 criteria that can still be earned, on the
// understanding that doing more makes no criterion worse; where some criterion
// is worse off, every set of up to 10 is judged. Waivers play no part.
//
// The error is that of [Judge], or an [*AdviceError].
func Advise(ctx context.Context, n *norm.Norm, month *finding.Month) (*Advice, error) {
	month, err := month.Normal()
	if err != nil {
		return nil, err
	}
	period, err := month.Period()
	if err != nil {
		return nil, err
	}
	base, err := n.Judge(ctx, month)
	if err != nil {
		return nil, err
	}
	s := &surgeon{ctx: ctx, norm: n, month: month, base: base, about: n.Criteria(), tried: map[int]attempt{}, spent: new(int),
		site: site{month: month, types: n.Types(), p: period, at: period.End.Add(-time.Second), many: manyNew}}
	a := &Advice{Company: month.Company.ID, Month: month.Month, Threshold: n.Scoring().Threshold,
		Actions: []Action{}, Others: []Action{}, OutOfReach: []Obstacle{}}
	options, err := s.options(a)
	if err != nil {
		return nil, err
	}
	if err := s.decide(a, options); err != nil {
		return nil, err
	}
	a.Proven = a.Proven && *s.spent <= maxJudging
	return a, a.check(ctx, n, month)
}

// options are the actions that there are, in order of their criteria's ids;
// what can't be earned goes into the advice.
func (s *surgeon) options(a *Advice) ([]Action, error) {
	slim, err := s.slim()
	if err != nil {
		return nil, err
	}
	var all []Action
	for c, v := range s.base {
		if settled(v) {
			continue
		}
		found, err := slim.repair(c)
		if err != nil {
			return nil, err
		}
		about := s.about[c]
		if found.patch == nil {
			a.OutOfReach = append(a.OutOfReach, obstacle(about, v, found))
			continue
		}
		all = append(all, Action{Criterion: about.ID, Title: about.Title, Remedy: about.Remedy, Audience: about.Audience,
			Effort: cmp.Or(about.Effort, unstated), LastDay: s.day(found.last), patch: found.patch})
	}
	slices.SortFunc(all, func(a, b Action) int { return strings.Compare(a.Criterion, b.Criterion) })
	return all, s.agree(all)
}

// agree has all actions that mend a thing mend it on the same day, the
// earliest that any of them needs, or take it away if one of them must, so that
// their changes can be carried out in any order. An action that would not do
// then stays as it is.
func (s *surgeon) agree(options []Action) error {
	earliest := map[string]item{}
	for _, o := range options {
		for _, it := range o.patch {
			if known, found := earliest[joined(it.key)]; found {
				it = prevailing(known, it)
			}
			earliest[joined(it.key)] = it
		}
	}
	for i := range options {
		agreed := slices.Clone(options[i].patch)
		differs := false
		for k, it := range agreed {
			if sooner := earliest[joined(it.key)]; before(sooner, it) {
				agreed[k], differs = sooner, true
			}
		}
		if !differs {
			continue
		}
		verdicts, err := s.judge(agreed)
		if err != nil {
			return err
		}
		for _, v := range verdicts {
			if v.Criterion == options[i].Criterion && settled(v) {
				options[i].patch = agreed
			}
		}
	}
	return nil
}

func obstacle(about norm.Criterion, v ruling.Verdict, found cure) Obstacle {
	o := Obstacle{Criterion: about.ID, Title: about.Title, Weight: about.Weight, Required: about.Required, Why: NoRemedy}
	switch {
	case found.late:
		o.Why = TooLate
	case v.Outcome == ruling.Unknown && v.Reason != norm.NotMeasured:
		o.Why, o.Reason = Failed, v.Reason
	}
	return o
}

func (s *surgeon) day(t time.Time) string { return t.In(s.site.p.Zone).Format(time.DateOnly) }

// maxActions is how many actions are chosen among: those of the greatest
// weight. More criteria than that are open only in norms made to try it.
const maxActions = 60

// decide chooses among the options and fills the advice in.
func (s *surgeon) decide(a *Advice, options []Action) error {
	chosen, left := options, []Action(nil)
	if len(options) > maxActions {
		chosen, left = heaviest(options, s.base)
	}
	ch := &chooser{surgeon: s, judged: map[set][]ruling.Verdict{0: s.base}}
	for _, o := range chosen {
		ch.patches, ch.efforts = append(ch.patches, o.patch), append(ch.efforts, o.Effort)
	}
	taken, found, proven, err := ch.choose()
	if err != nil {
		return err
	}
	a.Reaches, a.Proven = found, proven && len(left) == 0
	a.From, a.To = s.tally(s.base), s.tally(s.base)
	every, err := ch.verdicts(ch.all())
	if err != nil {
		return err
	}
	a.Best = s.tally(every)
	for i := range chosen {
		if err := ch.alone(&chosen[i], i); err != nil {
			return err
		}
	}
	for i := range left {
		if err := s.only(&left[i]); err != nil {
			return err
		}
	}
	return ch.fillIn(a, chosen, left, taken)
}

// heaviest parts the options by weight, each part in order of ids.
func heaviest(options []Action, base []ruling.Verdict) (chosen, left []Action) {
	weight := map[string]ruling.Points{}
	for _, v := range base {
		weight[v.Criterion] = v.Weight
	}
	sorted := slices.Clone(options)
	slices.SortStableFunc(sorted, func(a, b Action) int { return cmp.Compare(weight[b.Criterion], weight[a.Criterion]) })
	chosen, left = sorted[:maxActions], sorted[maxActions:]
	slices.SortFunc(chosen, func(a, b Action) int { return strings.Compare(a.Criterion, b.Criterion) })
	return chosen, left
}

func (s *surgeon) tally(verdicts []ruling.Verdict) *ruling.Points {
	return card.Tally(verdicts, s.norm.Scoring()).Score
}

// gained is the difference of two scores, of which one may be none.
func gained(now, before *ruling.Points) ruling.Points {
	var a, b ruling.Points
	if now != nil {
		a = *now
	}
	if before != nil {
		b = *before
	}
	return a - b
}

// alone says what an action does by itself.
func (ch *chooser) alone(a *Action, i int) error {
	verdicts, err := ch.verdicts(1 << i)
	if err != nil {
		return err
	}
	return ch.describe(a, verdicts)
}

func (s *surgeon) only(a *Action) error {
	verdicts, err := s.judge(a.patch)
	if err != nil {
		return err
	}
	return s.describe(a, verdicts)
}

func (s *surgeon) describe(a *Action, verdicts []ruling.Verdict) (err error) {
	a.Alone = gained(s.tally(verdicts), s.tally(s.base))
	a.Gains = a.Alone
	a.Earns = []string{}
	for c, v := range verdicts {
		if settled(v) && !settled(s.base[c]) {
			a.Earns = append(a.Earns, v.Criterion)
		}
	}
	a.Steps = a.patch.steps()
	a.Change, err = a.patch.change(s.month)
	return err
}

// fillIn puts the actions into the advice: those taken, least effort first and
// each with what it adds, and the others.
func (ch *chooser) fillIn(a *Advice, options, left []Action, taken set) error {
	var order []int
	for i := range options {
		if taken&(1<<i) != 0 {
			order = append(order, i)
		} else {
			left = append(left, options[i])
		}
	}
	slices.SortStableFunc(order, func(i, k int) int { return cmp.Compare(options[i].Effort, options[k].Effort) })
	var done set
	for _, i := range order {
		done |= 1 << i
		verdicts, err := ch.verdicts(done)
		if err != nil {
			return err
		}
		to := ch.tally(verdicts)
		options[i].Gains = gained(to, a.To)
		a.To = to
		a.Actions = append(a.Actions, options[i])
		if a.LastDay == "" || options[i].LastDay < a.LastDay {
			a.LastDay = options[i].LastDay
		}
	}
	place := map[string]int{}
	for i, c := range ch.about {
		place[c.ID] = i
	}
	slices.SortFunc(left, func(a, b Action) int { return place[a.Criterion] - place[b.Criterion] })
	a.Others = append(a.Others, left...)
	return nil
}

// Change is what all actions of the advice come to in the month document.
func (a *Advice) Change(month *finding.Month) (Change, error) {
	month, err := month.Normal()
	if err != nil {
		return Change{}, err
	}
	var parts []patch
	for _, action := range a.Actions {
		parts = append(parts, action.patch)
	}
	return join(parts...).change(month)
}

// check judges the month with the advised changes.
func (a *Advice) check(ctx context.Context, n *norm.Norm, month *finding.Month) error {
	change, err := a.Change(month)
	if err != nil {
		return err
	}
	after, err := change.Apply(month)
	if err != nil {
		return err
	}
	verdicts, err := n.Judge(ctx, after)
	if err != nil {
		return err
	}
	sums := card.Tally(verdicts, n.Scoring())
	if gained(sums.Score, a.To) != 0 || (sums.Score == nil) != (a.To == nil) || sums.Qualifies != a.Reaches {
		return &AdviceError{a.To, sums.Score}
	}
	return nil
}
