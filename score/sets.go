package score

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// set is a set of actions, a bit each, in order of their criteria's ids.
type set uint64

// Bounds of the search for a set.
const (
	maxProven     = 20        // actions of which every set is looked at
	maxExhaustive = 10        // actions of which every set is judged, where criteria disturb each other
	maxRecords    = 2_000_000 // records looked at in doing so
	maxTallied    = 1 << 24   // criteria added up where the sets of the best few of many actions are looked at
)

// chooser finds the smallest set of actions that will do. Sets are compared by
// the sum of their efforts, then by how many actions they have, then by the
// first criterion, in order of ids, that only one of them has: it comes first.
type chooser struct {
	*surgeon
	patches []patch
	efforts []int
	judged  map[set][]ruling.Verdict
	effects []effect // of criteria that any action changes
	sound   bool     // effects were found to tell what sets do
}

// effect is what actions do to one criterion.
type effect struct {
	criterion int
	touch     set                    // the actions on which its verdict depends
	any       bool                   // one of them is enough to have it met
	table     map[set]ruling.Verdict // else its verdict by those of them that are taken
	met       ruling.Verdict
}

// verdicts judges the month with the set's actions.
func (ch *chooser) verdicts(taken set) ([]ruling.Verdict, error) {
	if v, known := ch.judged[taken]; known {
		return v, nil
	}
	v, err := ch.judge(ch.patch(taken))
	if err == nil {
		ch.judged[taken] = v
	}
	return v, err
}

func (ch *chooser) patch(taken set) patch {
	var parts []patch
	for i := range ch.patches {
		if taken&(1<<i) != 0 {
			parts = append(parts, ch.patches[i])
		}
	}
	return join(parts...)
}

func (ch *chooser) all() set { return 1<<len(ch.patches) - 1 }

// will tells whether the verdicts bring the month to the threshold, with every
// required criterion met. Whether the norm is in force is another matter.
func (ch *chooser) will(verdicts []ruling.Verdict) bool {
	return card.Tally(verdicts, ch.norm.Scoring()).Qualifies
}

func (ch *chooser) effort(taken set) int {
	sum := 0
	for ; taken != 0; taken &= taken - 1 {
		sum += ch.efforts[bits.TrailingZeros64(uint64(taken))]
	}
	return sum
}

// before is the order of sets.
func (ch *chooser) before(a, b set) bool {
	if c := cmp.Or(cmp.Compare(ch.effort(a), ch.effort(b)), cmp.Compare(bits.OnesCount64(uint64(a)), bits.OnesCount64(uint64(b)))); c != 0 {
		return c < 0
	}
	differ := a ^ b
	return a&(differ&-differ) != 0
}

// same tells whether two verdicts count alike.
func same(a, b ruling.Verdict) bool { return a.Outcome == b.Outcome && a.Share == b.Share }

// study finds out what the actions do: each alone, all together, and for each
// criterion whether the actions that don't change it alone have no part in it.
//
// It rests on one thing: that to do more never makes a criterion worse. Where
// that is seen not to hold, what it finds is not sound.
func (ch *chooser) study() error {
	none, err := ch.verdicts(0)
	if err != nil {
		return err
	}
	every, err := ch.verdicts(ch.all())
	if err != nil {
		return err
	}
	ch.sound = true
	for c := range none {
		e := effect{criterion: c, any: true}
		for i := range ch.patches {
			alone, err := ch.verdicts(1 << i)
			if err != nil {
				return err
			}
			if same(alone[c], none[c]) {
				continue
			}
			e.any = e.any && settled(alone[c]) && (e.touch == 0 || same(alone[c], e.met))
			e.touch |= 1 << i
			e.met = alone[c]
			ch.sound = ch.sound && !worse(alone[c], none[c])
		}
		ch.sound = ch.sound && !worse(every[c], none[c]) && (!e.any || e.touch == 0 || same(every[c], e.met))
		if err := ch.others(e, none); err != nil {
			return err
		}
	}
	return nil
}

func worse(now, before ruling.Verdict) bool {
	rank := func(v ruling.Verdict) int {
		switch v.Outcome {
		case ruling.Met, ruling.NotApplicable:
			return int(ruling.Whole) + 1
		case ruling.Unmet:
			return int(v.Share)
		}
		return -1
	}
	return rank(now) < rank(before)
}

// maxTable is how many actions may bear on a criterion that none of them alone
// has met: all their sets are judged.
const maxTable = 4

// others makes sure that a criterion depends on the actions that touch it
// alone, and adds its effect.
func (ch *chooser) others(e effect, none []ruling.Verdict) error {
	rest := ch.all() &^ e.touch
	if !e.any {
		if bits.OnesCount64(uint64(e.touch)) > maxTable {
			ch.sound = false
			return nil
		}
		e.table = map[set]ruling.Verdict{}
	}
	taken := e.touch
	if e.any {
		taken = 0 // any of them is enough: only that none is, matters
	}
	for ; ; taken = (taken - 1) & e.touch {
		with, err := ch.verdicts(taken)
		if err != nil {
			return err
		}
		besides, err := ch.verdicts(taken | rest)
		if err != nil {
			return err
		}
		if !same(with[e.criterion], besides[e.criterion]) {
			ch.sound = false
		}
		if e.table != nil {
			e.table[taken] = with[e.criterion]
		}
		if taken == 0 {
			break
		}
	}
	if e.touch != 0 {
		ch.effects = append(ch.effects, e)
	}
	return nil
}

// foretell gives the verdicts of a set without judging, into verdicts, which
// starts as those of the month as it is.
func (ch *chooser) foretell(taken set, none, into []ruling.Verdict) {
	for i := range ch.effects {
		e := &ch.effects[i]
		here := taken & e.touch
		switch {
		case !e.any:
			into[e.criterion] = e.table[here]
		case here != 0:
			into[e.criterion] = e.met
		default:
			into[e.criterion] = none[e.criterion]
		}
	}
}

// choose gives the smallest set that will do; found is false if none will, and
// proven tells whether no smaller one does.
func (ch *chooser) choose() (chosen set, found, proven bool, err error) {
	if err := ch.study(); err != nil {
		return 0, false, false, err
	}
	n := len(ch.patches)
	if !ch.sound && n <= maxExhaustive && ch.month.Count()<<n <= maxRecords {
		chosen, found, err = ch.exhaustive()
		return chosen, found, true, err
	}
	if every, err := ch.verdicts(ch.all()); err != nil || !ch.will(every) {
		return 0, false, ch.sound, err
	}
	if n > maxProven {
		chosen, err = ch.greedy()
		return chosen, true, false, err
	}
	chosen, err = ch.enumerate(ch.all())
	if err != nil {
		return 0, false, false, err
	}
	verdicts, err := ch.verdicts(chosen)
	if err != nil {
		return 0, false, false, err
	}
	if ch.will(verdicts) {
		return chosen, true, ch.sound, nil
	}
	chosen, err = ch.greedy()
	return chosen, true, false, err
}

// ordered lists the subsets of a set, the smallest first.
func (ch *chooser) ordered(of set) []set {
	all := make([]set, 0, 1<<bits.OnesCount64(uint64(of)))
	for taken := of; ; taken = (taken - 1) & of {
		all = append(all, taken)
		if taken == 0 {
			break
		}
	}
	slices.SortFunc(all, func(a, b set) int {
		switch {
		case ch.before(a, b):
			return -1
		case ch.before(b, a):
			return 1
		}
		return 0
	})
	return all
}

// exhaustive judges set after set.
func (ch *chooser) exhaustive() (set, bool, error) {
	for _, taken := range ch.ordered(ch.all()) {
		verdicts, err := ch.verdicts(taken)
		if err != nil || ch.will(verdicts) {
			return taken, err == nil, err
		}
	}
	return 0, false, nil
}

// enumerate foretells each subset and gives the smallest that will do. It is
// the whole set if none will.
func (ch *chooser) enumerate(of set) (set, error) {
	none, err := ch.verdicts(0)
	if err != nil {
		return 0, err
	}
	best, verdicts := of, slices.Clone(none)
	least := ch.effort(of)
	for taken := of; ; taken = (taken - 1) & of {
		if effort := ch.effort(taken); effort <= least && ch.before(taken, best) {
			if ch.foretell(taken, none, verdicts); ch.will(verdicts) {
				best, least = taken, effort
			}
		}
		if taken == 0 {
			return best, nil
		}
	}
}

// greedy takes what gains most for its effort until the month is there, then
// leaves out what it can do without; it judges every set that it makes. Of
// many actions, the sets of those that gain most are looked at besides.
func (ch *chooser) greedy() (set, error) {
	none, err := ch.verdicts(0)
	if err != nil {
		return 0, err
	}
	gain := make([]ruling.Points, len(ch.patches))
	order := make([]int, len(ch.patches))
	before := card.Tally(none, ch.norm.Scoring()).Earned
	for i := range order {
		alone, err := ch.verdicts(1 << i)
		if err != nil {
			return 0, err
		}
		order[i], gain[i] = i, card.Tally(alone, ch.norm.Scoring()).Earned-before
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(int(gain[b])*ch.efforts[a], int(gain[a])*ch.efforts[b])
	})
	taken, err := ch.fill(order)
	if err != nil {
		return 0, err
	}
	var few set
	most := maxProven
	for most > 1 && len(none)<<most > maxTallied {
		most--
	}
	for _, i := range order[:min(len(order), most)] {
		few |= 1 << i
	}
	other, err := ch.enumerate(few)
	if err != nil {
		return 0, err
	}
	if verdicts, err := ch.verdicts(other); err != nil {
		return 0, err
	} else if ch.will(verdicts) && ch.before(other, taken) {
		return other, nil
	}
	return taken, nil
}

func (ch *chooser) fill(order []int) (taken set, err error) {
	will := func(s set) bool {
		if err != nil {
			return false
		}
		var verdicts []ruling.Verdict
		verdicts, err = ch.verdicts(s)
		return err == nil && ch.will(verdicts)
	}
	for _, i := range order {
		if will(taken) {
			break
		}
		taken |= 1 << i
	}
	for _, i := range slices.Backward(order) {
		if without := taken &^ (1 << i); taken != without && will(without) {
			taken = without
		}
	}
	return taken, err
}
