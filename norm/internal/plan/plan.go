// Package plan judges all conditions of a norm in one pass over a month.
//
// A condition asks of a list whether records exist that meet a predicate, or
// how many do; around that stands a little arithmetic. All predicates about
// one list are taken together. Records that look alike to all of them are of
// one class, of which there are few: the pass only counts the records of each
// class, the predicates are evaluated once for each class, and the conditions
// are worked out from the sums. So a hundred conditions about what rows hold
// cost hardly more than one, and a hundred thousand records hardly more than
// counting them. What no row holds is evaluated for each record, once for all
// conditions.
//
//	b := plan.New()
//	when, err := b.Add(condition) // as nodes; refused if it doesn't fit
//	pass := b.Plan().Pass(rows)   // counts
//	when.Value(pass)
//
// What a class is: the record's row (package record), and what each part that
// no row holds, such as a look at a title, comes to: true, false or failed.
// What predicates come to on a class is kept, as it is the same in each month.
//
// The package knows no language. Values and failures are as CEL has them; a
// condition that fails here is evaluated again where its failure can be told.
package plan

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
)

// maxBits is what a class has room for, besides the row, for what no row holds:
// two bits for each part that is true, false or fails, and some for each number
// that is compared with constants.
const maxBits = 48

// Plan is a set of conditions, ready for months. It may be used by any number
// of goroutines at once.
type Plan struct {
	lists []*counted
	lets  int
	joins int
	sums  []place // of each count that is kept, what it counts
	pool  sync.Pool
}

// place is a question about a list: by the numbers of both.
type place struct{ list, asked int }

// Condition is one condition of a plan.
type Condition struct{ root *Node }

// Builder takes in conditions.
type Builder struct {
	plan Plan
	lets map[*Node]*Node
}

// New begins a plan without conditions.
func New() *Builder { return &Builder{lets: map[*Node]*Node{}} }

// Plan is the plan of all conditions that were added. The builder is done.
func (b *Builder) Plan() *Plan {
	for _, c := range b.plan.lists {
		c.settle()
		c.builder = nil
	}
	return &b.plan
}

// RefusedError says why a condition has no place in a plan.
type RefusedError struct{ Reason string }

// Error is the reason.
func (e *RefusedError) Error() string { return e.Reason }

// Add takes in a condition. The error is a [*RefusedError]; what was added of
// the condition before does no harm.
func (b *Builder) Add(root *Node) (*Condition, error) {
	root, err := b.place(root)
	if err != nil {
		return nil, err
	}
	return &Condition{root}, nil
}

// place copies the node with its counts and loose parts given a place.
func (b *Builder) place(n *Node) (*Node, error) {
	if known := b.lets[n]; known != nil {
		return known, nil
	}
	placed := *n
	placed.Args = make([]*Node, len(n.Args))
	for i, a := range n.Args {
		var err error
		if placed.Args[i], err = b.place(a); err != nil {
			return nil, err
		}
	}
	switch {
	case n.Op == Let:
		placed.at = b.plan.lets
		b.plan.lets++
		b.lets[n] = &placed
	case n.joins():
		placed.at = b.plan.joins
		b.plan.joins++
	case n.counts():
		at, err := b.count(n.Through)
		if err != nil {
			return nil, err
		}
		placed.at = at
	}
	if n.Counted != nil {
		placed.Counted = placed.Args[slices.Index(n.Args, n.Counted)]
	}
	return &placed, nil
}

// count gives the place of a count, which equal ones share.
func (b *Builder) count(t *Through) (int, error) {
	i := slices.IndexFunc(b.plan.lists, func(c *counted) bool { return c.list == t.List })
	if i < 0 {
		i = len(b.plan.lists)
		b.plan.lists = append(b.plan.lists, &counted{builder: b, list: t.List, known: map[string]int{}, loosened: map[string]int{}})
	}
	c := b.plan.lists[i]
	if at, known := c.known[t.identity()]; known {
		return c.asked[at].sum, nil
	}
	a := asked{sum: len(b.plan.sums)}
	for _, f := range t.Filters {
		filter, err := c.loosen(f)
		if err != nil {
			return 0, err
		}
		a.filters = append(a.filters, filter)
	}
	if t.Where != nil {
		var err error
		if a.where, err = c.loosen(t.Where); err != nil {
			return 0, err
		}
	}
	c.known[t.identity()] = len(c.asked)
	b.plan.sums = append(b.plan.sums, place{i, len(c.asked)})
	c.asked = append(c.asked, a)
	return a.sum, nil
}

// counted is a list with all that is asked about it.
type counted struct {
	builder  *Builder
	list     *record.List
	asked    []asked
	loose    []part    // that no row holds
	buckets  []*bucket // numbers that no row holds
	bits     int       // of a class, that these take
	known    map[string]int
	loosened map[string]int

	rows   []atomic.Pointer[answers]          // by row, where there are no loose parts
	others atomic.Pointer[map[uint64]answers] // by class, else
}

// asked is one count: the records that meet all filters, by what they answer
// to where.
type asked struct {
	filters []*Node
	where   *Node
	sum     int // where the pass keeps it
}

// answers are those of one class to all that is asked: a bit for each, four
// sets of bits one after the other for each 64 that are asked.
type answers []uint64

// The sets of bits.
const (
	yes    = iota // meets it
	no            // does not
	failed        // can't be told
	broken        // fails a filter, and so the whole
	sets
)

// part is what no row holds, and where in a class its value stands.
type part struct {
	node  *Node
	shift int
}

// settle prepares the places of answers.
func (c *counted) settle() {
	if c.bits == 0 {
		c.rows = make([]atomic.Pointer[answers], 1<<c.list.Bits)
	}
}

// loosen copies the predicate with each part that no row holds replaced by its
// number.
func (c *counted) loosen(n *Node) (*Node, error) {
	if c.rowed(n) {
		return n, nil
	}
	if n.logical() {
		split := *n
		split.key, split.Args = "", make([]*Node, len(n.Args))
		for i, a := range n.Args {
			var err error
			if split.Args[i], err = c.loosen(a); err != nil {
				return nil, err
			}
		}
		return &split, nil
	}
	if compared := c.bucketed(n); compared != nil {
		return compared, nil
	}
	shift, known := c.loosened[n.identity()]
	if !known {
		if shift = c.bits; shift+2 > maxBits {
			return nil, &RefusedError{fmt.Sprintf("all conditions about %s together look at more than their rows hold than a class has room for", c.list.Name)}
		}
		placed, err := c.builder.place(n)
		if err != nil {
			return nil, err
		}
		c.bits += 2
		c.loosened[n.identity()] = shift
		c.loose = append(c.loose, part{placed, shift})
	}
	return &Node{Op: loose, at: shift}, nil
}

// rowed tells whether a row holds all that the predicate asks for.
func (c *counted) rowed(n *Node) bool {
	switch n.Op {
	case Field:
		return n.Field.Small()
	case Has:
		return n.Field.Known()
	case Days, ThisMonth, Company, CompanyHas, Month, JoinExists, JoinCount, JoinIn:
		return false // another in each month
	}
	return !slices.ContainsFunc(n.Args, func(a *Node) bool { return !c.rowed(a) })
}
