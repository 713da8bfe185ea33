package boundary

import (
	"cmp"
	"fmt"
	"slices"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/trial"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Limits of the numbers of records that are tried.
const (
	mostOfOne   = 2000 // of one class
	mostOfTwo   = 120  // of two classes together
	mostCurved  = 12   // of two classes, where their number does not add up simply
	mostClasses = 6    // classes that are mixed
	mostPairs   = 40   // pairs of months that are judged
)

// class is a kind of record that moves the two operands of a comparison each
// time one is added, by left and by right.
type class struct {
	record      trial.Record
	left, right int64
}

// mixture is how many records of each of two classes a month has.
type mixture struct{ first, second int }

// change is a mixture and the next one, with the comparison false in one of
// them and true in the other.
type change struct {
	from, to mixture
	gap      int64 // how far the operands are apart on both sides together
	a, b     int   // the classes
	true2    bool  // the comparison is true in to
}

// counted finds the boundary of a comparison of how many records there are.
// holds, if it is given, stands for the comparison: it says whether it is
// true in a month, and how far it is from being so.
func (f *finder) counted(n *expr.Node, holds func(*finding.Month) (bool, int64)) {
	lists := f.scope.MonthLists(n)
	if len(lists) == 0 {
		return
	}
	empty := trial.Clone(f.base)
	for _, list := range lists {
		trial.Cut(empty, list, 0)
	}
	classes, zero, straight := f.classes(n, lists, empty)
	var changes []change
	if straight && holds == nil {
		changes = mixtures(n.Name, classes, zero)
	} else {
		if holds == nil {
			holds = func(m *finding.Month) (bool, int64) { return f.holds(n, m), 0 }
		}
		classes = f.anyClasses(lists)
		changes = tried(classes, func(a, b int, m mixture) (bool, int64) { return holds(mixed(empty, classes, a, b, m)) })
	}
	slices.SortStableFunc(changes, func(x, y change) int {
		return cmp.Or(cmp.Compare(x.gap, y.gap), cmp.Compare(x.size(), y.size()))
	})
	f.best(n, empty, classes, changes, holds)
}

func (c change) size() int { return max(c.from.first+c.from.second, c.to.first+c.to.second) }

// best judges the changes, the closest to the boundary first, until one
// decides.
func (f *finder) best(n *expr.Node, empty *finding.Month, classes []class, changes []change, holds func(*finding.Month) (bool, int64)) {
	c := f.comparison(n)
	if holds != nil && f.unit.Key == "share" && n == f.unit.Expr.Root() {
		c.Text = "the share is full"
	}
	var best *Boundary
	for _, try := range changes[:min(len(changes), mostPairs)] {
		no, yes := try.months(empty, classes)
		told := [2]string{tell(classes, try, try.from), tell(classes, try, try.to)}
		if !try.true2 {
			no, yes, told = yes, no, [2]string{told[1], told[0]}
		}
		if holds == nil && (f.holds(n, no) || !f.holds(n, yes)) {
			continue
		}
		b := f.judged(c, told[0]+" | "+told[1], no, yes)
		if b != nil && (best == nil || b.Decides) {
			best = b
		}
		if best != nil && best.Decides {
			break
		}
	}
	if best == nil {
		f.gap(n, "no number of records that was tried changes it")
		return
	}
	f.found.Boundaries = append(f.found.Boundaries, *best)
}

// tell counts the records of a month: "8 computers and 1 more with seen absent".
func tell(classes []class, c change, m mixture) string {
	first, second := classes[c.a].record, classes[c.b].record
	if c.a == c.b {
		return fmt.Sprintf("%d %s", m.first, first.List)
	}
	if first.List != second.List {
		return fmt.Sprintf("%d %s and %d %s", m.first, first.List, m.second, second.List)
	}
	return fmt.Sprintf("%d %s and %d more with %s", m.first, first.List, m.second, second.Unlike(first))
}

// mixed is the month with so many records of the two classes.
func mixed(empty *finding.Month, classes []class, a, b int, m mixture) *finding.Month {
	month := trial.Clone(empty)
	classes[a].record.Add(month, m.first)
	if a != b {
		classes[b].record.Add(month, m.second)
	}
	return month
}

// months are those of the two mixtures. What both have comes first, so that
// it is the same in both.
func (c change) months(empty *finding.Month, classes []class) (from, to *finding.Month) {
	common := mixture{min(c.from.first, c.to.first), min(c.from.second, c.to.second)}
	month := mixed(empty, classes, c.a, c.b, common)
	rest := func(m mixture) *finding.Month {
		return mixed(month, classes, c.a, c.b, mixture{m.first - common.first, m.second - common.second})
	}
	return rest(c.from), rest(c.to)
}

// holds tells whether the comparison is true in the month.
func (f *finder) holds(n *expr.Node, m *finding.Month) bool {
	return f.Probe(f.unit.Expr).Is(n, f.view(m), true)
}

// operands are the numbers that the comparison compares.
func (f *finder) operands(n *expr.Node, m *finding.Month) (left, right int64, ok bool) {
	if n.Op != expr.Call || len(n.Args) != 2 {
		return 0, 0, false
	}
	if _, known := holdsAt(n.Name, 0); !known {
		return 0, 0, false
	}
	v := f.view(m)
	number := func(n *expr.Node) (int64, bool) {
		value, err := f.Probe(f.unit.Expr).Value(n, v)
		i, ok := value.(types.Int)
		return int64(i), err == nil && ok
	}
	left, okLeft := number(n.Args[0])
	right, okRight := number(n.Args[1])
	return left, right, okLeft && okRight
}

// classes are those of the lists that move an operand, one for each way of
// moving it. It is straight if two records move it twice as far as one, in
// every case, and zero is what it is without any.
func (f *finder) classes(n *expr.Node, lists []string, empty *finding.Month) (classes []class, zero class, straight bool) {
	left, right, ok := f.operands(n, empty)
	if !ok {
		return nil, class{}, false
	}
	zero.left, zero.right = left, right
	for _, list := range lists {
		for _, r := range f.Classes(list) {
			one, two := trial.Clone(empty), trial.Clone(empty)
			r.Add(one, 1)
			r.Add(two, 2)
			l1, r1, ok1 := f.operands(n, one)
			l2, r2, ok2 := f.operands(n, two)
			if !ok1 || !ok2 || l2-l1 != l1-left || r2-r1 != r1-right {
				return nil, class{}, false
			}
			c := class{r, l1 - left, r1 - right}
			same := func(o class) bool { return o.left == c.left && o.right == c.right }
			if (c.left != 0 || c.right != 0) && len(classes) < mostClasses && !slices.ContainsFunc(classes, same) {
				classes = append(classes, c)
			}
		}
	}
	return classes, zero, true
}

// anyClasses are the plainest classes of the lists.
func (f *finder) anyClasses(lists []string) []class {
	var all []class
	for _, list := range lists {
		records := f.Classes(list)
		for _, r := range records[:min(len(records), mostClasses)] {
			all = append(all, class{record: r})
		}
	}
	return all
}

// mixtures finds by arithmetic where the comparison changes when a record is
// added, or one is replaced by one of another class.
func mixtures(name string, classes []class, zero class) []change {
	distance := func(a, b int, m mixture) int64 {
		d := zero.left - zero.right + int64(m.first)*(classes[a].left-classes[a].right)
		if a != b {
			d += int64(m.second) * (classes[b].left - classes[b].right)
		}
		return d
	}
	var all []change
	for a := range classes {
		for n := range mostOfOne {
			all = crosses(all, name, a, a, mixture{n, 0}, mixture{n + 1, 0}, distance)
		}
		for b := a + 1; b < len(classes); b++ {
			for first := range mostOfTwo {
				for second := range mostOfTwo - first {
					at := mixture{first, second}
					all = crosses(all, name, a, b, at, mixture{first + 1, second}, distance)
					all = crosses(all, name, a, b, at, mixture{first, second + 1}, distance)
				}
			}
		}
	}
	return all
}

// crosses adds the change if the comparison is true in one of the two only.
func crosses(all []change, name string, a, b int, from, to mixture, distance func(a, b int, m mixture) int64) []change {
	before, after := distance(a, b, from), distance(a, b, to)
	was, _ := holdsAt(name, before)
	is, _ := holdsAt(name, after)
	if was == is {
		return all
	}
	return append(all, change{from, to, abs(before) + abs(after), a, b, is})
}

// tried finds the same by trying out.
func tried(classes []class, holds func(a, b int, m mixture) (bool, int64)) []change {
	var all []change
	for a := range classes {
		for b := a; b < len(classes); b++ {
			all = append(all, changesOf(a, b, holds)...)
		}
	}
	return all
}

func changesOf(a, b int, holds func(a, b int, m mixture) (bool, int64)) []change {
	type result struct {
		holds bool
		away  int64
	}
	known := map[mixture]result{}
	look := func(m mixture) result {
		r, ok := known[m]
		if !ok {
			r.holds, r.away = holds(a, b, m)
			known[m] = r
		}
		return r
	}
	var all []change
	for first := range mostCurved {
		for second := range mostCurved - first {
			at, was := mixture{first, second}, look(mixture{first, second})
			if a == b && second > 0 {
				break
			}
			nexts := []mixture{{first + 1, second}, {first, second + 1}}
			if first > 0 {
				nexts = append(nexts, mixture{first - 1, second + 1})
			}
			for _, next := range nexts {
				if a == b && next.second > 0 {
					continue
				}
				if is := look(next); is.holds != was.holds {
					all = append(all, change{at, next, was.away + is.away, a, b, is.holds})
				}
			}
		}
	}
	return all
}

// full tells whether the criterion's share is full in the month, and how much
// of it is missing.
func (f *finder) full(m *finding.Month) (bool, int64) {
	verdicts, err := f.norm.Judge(f.ctx, m)
	if err != nil {
		return false, int64(ruling.Whole)
	}
	v := Side{m, verdicts}.Verdict(f.unit.Criterion)
	if v.Outcome == ruling.Unknown {
		return false, int64(ruling.Whole)
	}
	return v.Outcome == ruling.Met, int64(ruling.Whole - v.Share)
}

// holdsAt tells what a comparison is when left less right is so much.
func holdsAt(name string, distance int64) (holds, ok bool) {
	switch name {
	case operators.Equals:
		return distance == 0, true
	case operators.NotEquals:
		return distance != 0, true
	case operators.Less:
		return distance < 0, true
	case operators.LessEquals:
		return distance <= 0, true
	case operators.Greater:
		return distance > 0, true
	case operators.GreaterEquals:
		return distance >= 0, true
	}
	return false, false
}

func abs(n int64) int64 { return max(n, -n) }
