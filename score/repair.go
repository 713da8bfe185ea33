package score

import (
	"context"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// surgeon finds, for one criterion after the other, the smallest patch of the
// month that makes the norm judge it met. It only ever looks at verdicts.
type surgeon struct {
	ctx   context.Context
	norm  *norm.Norm
	month *finding.Month // normal
	base  []ruling.Verdict
	site  site
	about []norm.Criterion
	tried map[int]attempt // moves on the month as it is, made once for all criteria
	piled []attempt       // all moves, each on top of those before it, likewise
	spent *int            // judgings, of this month and of parts of it
}

// attempt is a move and what the norm says of it.
type attempt struct {
	patch    patch
	verdicts []ruling.Verdict
}

// Bounds of a search. Each judging looks at the whole month.
const (
	maxSteps   = 4      // moves on top of each other for one criterion
	maxShrinks = 64     // judgings to make one patch smaller
	maxJudging = 20_000 // judgings after which no criterion is looked into any more
	manyNew    = 64     // records that are added at once to see whether more help
)

// judge gives the verdicts of the month with the patch.
func (s *surgeon) judge(p patch) ([]ruling.Verdict, error) {
	*s.spent++
	return s.norm.Judge(s.ctx, p.apply(s.month))
}

// with is the site after the patch.
func (s *surgeon) with(p patch) *site {
	after := s.site
	after.month = p.apply(s.month)
	return &after
}

// better tells whether a verdict is a step forward: more is known, or more is
// earned.
func better(now, before ruling.Verdict) bool {
	if before.Outcome == ruling.Unknown {
		return now.Outcome != ruling.Unknown
	}
	return now.Outcome != ruling.Unknown && now.Share > before.Share
}

func settled(v ruling.Verdict) bool {
	return v.Outcome == ruling.Met || v.Outcome == ruling.NotApplicable
}

// cure is what makes a criterion met, and until when it can be done.
type cure struct {
	patch patch
	last  time.Time // the day on which it is done at the latest
	late  bool      // it could have been, by mending things sooner than this month allows
	tired bool      // nobody knows: too much has been tried already
}

// repair finds the patch for the criterion; its patch is nil if there is none.
func (s *surgeon) repair(c int) (cure, error) {
	if *s.spent > maxJudging {
		return cure{tired: true}, nil
	}
	p, err := s.build(c)
	if err != nil {
		return cure{}, err
	}
	if p != nil {
		return cure{patch: p, last: s.site.at}, nil
	}
	return s.sooner(c)
}

// A month with more vulnerabilities than this is searched without them where
// the criterion does not seem to look at them; what is found is tried on the
// whole month.
const fullSearch = 500

// slim searches a month that lacks its vulnerabilities, and the whole month
// where that will not do.
type slim struct {
	*surgeon
	whole *surgeon
}

func (s *surgeon) slim() (slim, error) {
	if len(s.month.Vulnerabilities) <= fullSearch {
		return slim{s, s}, nil
	}
	part := *s
	month := *s.month
	month.Vulnerabilities = nil
	part.month, part.site.month, part.tried, part.piled = &month, &month, map[int]attempt{}, nil
	var err error
	part.base, err = part.judge(nil)
	return slim{&part, s}, err
}

func (s slim) repair(c int) (cure, error) {
	if s.surgeon == s.whole || !same(s.base[c], s.whole.base[c]) {
		return s.whole.repair(c)
	}
	found, err := s.surgeon.repair(c)
	if err != nil || found.patch == nil {
		return s.whole.repair(c)
	}
	verdicts, err := s.whole.judge(found.patch)
	if err != nil || settled(verdicts[c]) {
		return found, err
	}
	return s.whole.repair(c)
}

// build stacks moves until the criterion is met, and makes the stack small.
func (s *surgeon) build(c int) (patch, error) {
	var stack []patch
	now := s.base[c]
	for range maxSteps {
		added, verdict, err := s.step(c, join(stack...), now)
		if err != nil {
			return nil, err
		}
		if added == nil {
			break
		}
		stack, now = append(stack, added), verdict
		if settled(now) {
			return s.small(c, stack)
		}
	}
	return s.everything(c)
}

// step is the first move that makes the criterion met on top of the patch, or
// else the first that is a step forward; nil if there is none.
func (s *surgeon) step(c int, p patch, now ruling.Verdict) (patch, ruling.Verdict, error) {
	var forward attempt
	if at := s.ofEvidence(p, now); len(at) > 0 {
		verdicts, err := s.judge(join(p, at))
		if err != nil || settled(verdicts[c]) {
			return at, verdictOf(verdicts, c), err
		}
		if better(verdicts[c], now) {
			forward = attempt{at, verdicts}
		}
	}
	for _, i := range s.order(c) {
		a, err := s.attempt(i, p)
		if err != nil {
			return nil, now, err
		}
		if a.patch == nil {
			continue
		}
		if settled(a.verdicts[c]) {
			return a.patch, a.verdicts[c], nil
		}
		if forward.patch == nil && better(a.verdicts[c], now) {
			forward = a
		}
	}
	return forward.patch, verdictOf(forward.verdicts, c), nil
}

func verdictOf(verdicts []ruling.Verdict, c int) (v ruling.Verdict) {
	if verdicts != nil {
		v = verdicts[c]
	}
	return v
}

// ofEvidence mends the vulnerabilities that the verdict names.
func (s *surgeon) ofEvidence(p patch, v ruling.Verdict) patch {
	named := make(map[string]bool, len(v.Evidence))
	for _, key := range v.Evidence {
		named[joined(key)] = true
	}
	if len(named) == 0 {
		return nil
	}
	after := s.with(p)
	return slices.DeleteFunc(after.fix(after.month.Vulnerabilities), func(it item) bool { return !named[joined(it.key)] })
}

// order is that of the moves, those first that concern the criterion's subject.
func (s *surgeon) order(c int) []int {
	var first, rest []int
	for i, m := range moves {
		if m.about == s.about[c].Subject {
			first = append(first, i)
		} else {
			rest = append(rest, i)
		}
	}
	return append(first, rest...)
}

// attempt makes a move on top of the patch; its patch is nil if there is
// nothing to do.
func (s *surgeon) attempt(i int, p patch) (attempt, error) {
	if a, known := s.tried[i]; known && len(p) == 0 {
		return a, nil
	}
	a := attempt{patch: moves[i].made(s.with(p))}
	if len(a.patch) > 0 {
		var err error
		if a.verdicts, err = s.judge(join(p, a.patch)); err != nil {
			return a, err
		}
	}
	if len(p) == 0 {
		s.tried[i] = a
	}
	return a, nil
}

// everything makes all moves, one on top of the other, until the criterion is
// met, and then takes back what was not needed.
func (s *surgeon) everything(c int) (patch, error) {
	if s.piled == nil {
		if err := s.pile(); err != nil {
			return nil, err
		}
	}
	for i := range s.piled {
		if !settled(s.piled[i].verdicts[c]) {
			continue
		}
		var stack []patch
		for _, a := range s.piled[:i+1] {
			stack = append(stack, a.patch)
		}
		return s.small(c, stack)
	}
	return nil, nil
}

// pile makes all moves, one on top of the other.
func (s *surgeon) pile() error {
	s.piled = []attempt{}
	var all patch
	for i := range moves {
		a, err := s.attempt(i, all)
		if err != nil {
			return err
		}
		if a.patch != nil {
			all = join(all, a.patch)
			s.piled = append(s.piled, a)
		}
	}
	return nil
}

// small takes from a stack that makes the criterion met what it can do without:
// whole moves first, the last ones before the others, then single records.
func (s *surgeon) small(c int, stack []patch) (patch, error) {
	met := func(stack []patch) (bool, error) {
		verdicts, err := s.judge(join(stack...))
		return err == nil && settled(verdicts[c]), err
	}
	for i := len(stack) - 1; i >= 0 && len(stack) > 1; i-- {
		fewer := slices.Delete(slices.Clone(stack), i, i+1)
		ok, err := met(fewer)
		if err != nil {
			return nil, err
		}
		if ok {
			stack = fewer
		}
	}
	for i := range stack {
		left := maxShrinks
		shrunk, err := shrink(stack[i], func(p patch) (bool, error) {
			if left--; left < 0 {
				return false, nil
			}
			tried := slices.Clone(stack)
			tried[i] = p
			return met(tried)
		})
		if err != nil {
			return nil, err
		}
		stack[i] = shrunk
	}
	return join(stack...), nil
}

// shrink gives a part of the patch that will still do and of which, where the
// number of trials allows to tell, no record can be left out. It tries the
// first records first, so that what remains is the first in key order.
func shrink(p patch, will func(patch) (bool, error)) (patch, error) {
	if len(p) < 2 {
		return p, nil
	}
	fewer, err := shortest(p, will)
	if err != nil || len(fewer) < 2 {
		return fewer, err
	}
	ok, err := will(fewer[1:]) // mostly, all that remain are needed
	if err != nil || !ok && (len(fewer) > 16 || fewer[0].do == Add) {
		return fewer, err
	}
	return reduce(fewer, will)
}

// shortest is the shortest beginning of the patch that will do, given that
// longer ones do where shorter ones do; the whole patch does.
func shortest(p patch, will func(patch) (bool, error)) (patch, error) {
	ok, err := will(p[:len(p)-1])
	if err != nil || !ok {
		return p, err
	}
	least, enough := 1, len(p)-1
	for least < enough {
		middle := (least + enough) / 2
		if ok, err = will(p[:middle]); err != nil {
			return nil, err
		}
		if ok {
			enough = middle
		} else {
			least = middle + 1
		}
	}
	return p[:enough], nil
}

// reduce leaves out ever smaller runs of records, the last ones first.
func reduce(p patch, will func(patch) (bool, error)) (patch, error) {
	for size := (len(p) + 1) / 2; size >= 1; size /= 2 {
		for end := len(p); end > 0; end -= size {
			part := slices.Delete(slices.Clone(p), max(0, end-size), end)
			if len(part) == 0 {
				continue
			}
			ok, err := will(part)
			if err != nil {
				return nil, err
			}
			if ok {
				p = part
			}
		}
	}
	return p, nil
}

// sooner looks for what mending helps against only if it is done before the
// month's last day, such as a limit on how long something may stay open.
func (s *surgeon) sooner(c int) (cure, error) {
	removed := s.site.remove(s.month.Vulnerabilities)
	if len(removed) == 0 {
		return cure{}, nil
	}
	verdicts, err := s.judge(removed)
	if err != nil || !settled(verdicts[c]) {
		return cure{}, err
	}
	for _, at := range s.days()[1:] {
		on := s.site
		on.at = at
		p := on.fix(s.month.Vulnerabilities)
		if verdicts, err = s.judge(p); err != nil {
			return cure{}, err
		}
		if settled(verdicts[c]) {
			p, err := s.small(c, []patch{p})
			return cure{patch: p, last: at}, err
		}
	}
	return s.never(c, removed)
}

// never tells apart what could have been mended before the month and what is
// judged by whether it is in the document at all.
func (s *surgeon) never(c int, removed patch) (cure, error) {
	asSeen := each(s.month.Vulnerabilities, (*finding.Vulnerability).Key, func(v *finding.Vulnerability) bool {
		open := v.Open(s.site.p)
		if v.Fixed = later(v.Found, v.Seen); v.Fixed.IsZero() {
			v.Fixed = s.site.p.Start.Add(-time.Second)
		}
		return open
	})
	verdicts, err := s.judge(asSeen)
	if err != nil || settled(verdicts[c]) {
		return cure{late: true}, err
	}
	p, err := s.small(c, []patch{removed})
	return cure{patch: p, last: s.site.at}, err
}

// days are the last seconds of the month's days, the last day first.
func (s *surgeon) days() []time.Time {
	var all []time.Time
	zone := s.site.p.Zone
	for end := s.site.p.End; end.After(s.site.p.Start); {
		last := end.Add(-time.Second)
		all = append(all, last)
		local := last.In(zone)
		end = finding.StartOfDay(local.Year(), local.Month(), local.Day(), zone)
	}
	return all
}
