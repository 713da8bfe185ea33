package plan

import (
	"slices"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Value is what the condition comes to in the month; a Fault if it fails.
func (c *Condition) Value(p *Pass) record.Value { return c.root.eval(&p.view) }

// Decided tells what decided a condition that came out as truth.
type Decided struct {
	Keys    []ruling.Key // the first of the records, in key order, each once
	Count   int          // how many there are
	Vacuous bool         // true only because a list was empty
}

// Decide finds the records that made the condition come out as truth: the
// breaches of one that does not hold, the witnesses of one that does. At most
// so many keys are given, all if most is negative.
func (c *Condition) Decide(p *Pass, truth bool, most int) Decided {
	d := &decision{pass: p, collected: map[collected]bool{}, empties: map[collected]bool{}}
	d.collect(c.root, truth)
	found := Decided{Vacuous: truth && d.vacuous(c.root, true)}
	d.gather(&found, most)
	return found
}

type decision struct {
	pass *Pass
	want []wanted // by list of the plan; nil until something is wanted

	// Of the conditions that names stand for, by what they came out as:
	collected map[collected]bool
	empties   map[collected]bool
}

type collected struct {
	let   *Node
	truth bool
}

// wanted are the questions about one list whose records decided: bits for
// those who answered yes, and for those who answered no.
type wanted struct{ yes, no []uint64 }

func (d *decision) is(n *Node, truth bool) bool {
	v := n.eval(&d.pass.view)
	return v.Kind == record.Bool && v.True() == truth
}

func (d *decision) collect(n *Node, truth bool) {
	switch {
	case n.Op == Let:
		if at := (collected{n, truth}); n.Truth && !d.collected[at] {
			d.collected[at] = true
			d.collect(n.Args[0], truth)
		}
	case n.Op == Not:
		d.collect(n.Args[0], !truth)
	case n.Op == And, n.Op == Or:
		for _, a := range n.Args {
			if d.is(a, truth) {
				d.collect(a, truth)
			}
		}
	case n.Op == If:
		condition := d.is(n.Args[0], true)
		d.collect(n.Args[0], condition)
		d.collect(n.branch(condition), truth)
	case n.Op == Exists, n.Op == ExistsOne:
		d.records(n, true)
	case n.Op == All:
		d.records(n, truth)
	case n.Counted != nil:
		d.records(n.Counted, true)
	}
}

func (n *Node) branch(condition bool) *Node {
	if condition {
		return n.Args[1]
	}
	return n.Args[2]
}

// records wants those for which the predicate is truth.
func (d *decision) records(n *Node, truth bool) {
	if d.pass.counts[n.at].broken > 0 {
		return
	}
	if d.want == nil {
		d.want = make([]wanted, len(d.pass.plan.lists))
	}
	for i, c := range d.pass.plan.lists {
		at := slices.IndexFunc(c.asked, func(a asked) bool { return a.sum == n.at })
		if at < 0 {
			continue
		}
		w := &d.want[i]
		if w.yes == nil {
			words := (len(c.asked) + 63) / 64
			w.yes, w.no = make([]uint64, words), make([]uint64, words)
		}
		if truth {
			w.yes[at/64] |= 1 << (at % 64)
		} else {
			w.no[at/64] |= 1 << (at % 64)
		}
		return
	}
}

func (w *wanted) has(a answers) bool {
	for i := range w.yes {
		if a[i*sets+yes]&w.yes[i] != 0 || a[i*sets+no]&w.no[i] != 0 {
			return true
		}
	}
	return false
}

// gather counts the wanted records and takes the first of them: of each list,
// which is in key order, no more than are asked for.
func (d *decision) gather(found *Decided, most int) {
	lists := 0
	for i := range d.want {
		if w := &d.want[i]; w.yes != nil {
			lists += d.pass.plan.lists[i].gather(d.pass, &d.pass.tables[i], w, found, most)
		}
	}
	if lists > 1 {
		slices.SortFunc(found.Keys, func(a, b ruling.Key) int { return slices.Compare(a, b) })
	}
	if most >= 0 && len(found.Keys) > most {
		found.Keys = found.Keys[:most:most]
	}
}

// gather of one list; it gives 1 if there were any.
func (c *counted) gather(p *Pass, t *table, w *wanted, found *Decided, most int) int {
	classOf := func(i int) int { return int(t.class[i]) }
	var hits []bool
	total := 0
	if len(c.loose) > 0 {
		hits = make([]bool, len(t.keys))
		for i, key := range t.keys {
			if hits[i] = w.has(c.answersTo(key)); hits[i] {
				total += int(t.sizes[i])
			}
		}
	} else {
		hits = make([]bool, 1<<c.list.Bits)
		rows := p.rowsOf(c)
		classOf = func(i int) int { return int(rows[i]) }
		for _, row := range t.rows {
			if hits[row] = w.has(c.answersOf(row)); hits[row] {
				total += int(t.records[row])
			}
		}
	}
	if total == 0 {
		return 0
	}
	found.Count += total
	if most >= 0 {
		total = min(total, most)
	}
	found.Keys = slices.Grow(found.Keys, total)
	for i := 0; total > 0; i++ {
		if hits[classOf(i)] {
			found.Keys = append(found.Keys, c.list.Key(c.list.At(p.rows.month, i)))
			total--
		}
	}
	return 1
}

// vacuous tells whether the node is truth only because a list is empty.
func (d *decision) vacuous(n *Node, truth bool) bool {
	switch {
	case n.Op == Let:
		if !n.Truth {
			return false
		}
		at := collected{n, truth}
		empty, known := d.empties[at]
		if !known {
			empty = d.vacuous(n.Args[0], truth)
			d.empties[at] = empty
		}
		return empty
	case n.Op == Not:
		return d.vacuous(n.Args[0], !truth)
	case n.Op == And, n.Op == Or:
		if truth == (n.Op == And) {
			// Both sides were needed: one that rests on nothing is enough.
			return d.vacuous(n.Args[0], truth) || d.vacuous(n.Args[1], truth)
		}
		return !slices.ContainsFunc(n.Args, func(a *Node) bool { return d.is(a, truth) && !d.vacuous(a, truth) })
	case n.Op == If:
		return d.vacuous(n.branch(d.is(n.Args[0], true)), truth)
	case n.Op == Exists, n.Op == ExistsOne, n.Op == All:
		return truth == (n.Op == All) && d.empty(n)
	case n.Counted != nil:
		return d.empty(n.Counted)
	}
	return false
}

func (d *decision) empty(n *Node) bool { return d.pass.counts[n.at] == count{} }
