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
	d := decision{pass: p}
	d.collect(c.root, truth)
	found := Decided{Vacuous: truth && d.vacuous(c.root, true)}
	d.gather(&found, most)
	return found
}

type decision struct {
	pass *Pass

	// Of the conditions that names stand for, by what they came out as; nil as
	// long as there is none:
	collected map[collected]bool
	empties   map[collected]bool
}

type collected struct {
	let   *Node
	truth bool
}

// wanted are the questions about one list whose records decided: bits for
// those who answered yes, and for those who answered no.
type wanted struct {
	questions int // with those that are asked twice
	records   int // that gave these answers; one that gave several is counted as often
	yes, no   []uint64
}

func (d *decision) is(n *Node, truth bool) bool {
	v := n.eval(&d.pass.view)
	return v.Kind == record.Bool && v.True() == truth
}

func (d *decision) collect(n *Node, truth bool) {
	switch {
	case n.Op == Let:
		if at := (collected{n, truth}); n.Truth && !d.collected[at] {
			if d.collected == nil {
				d.collected = map[collected]bool{}
			}
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
	count := &d.pass.counts[n.at]
	if count.broken > 0 {
		return
	}
	at := d.pass.plan.sums[n.at]
	w := &d.pass.want[at.list]
	w.questions++
	if truth {
		w.records += count.yes
		w.yes[at.asked/64] |= 1 << (at.asked % 64)
	} else {
		w.records += count.no
		w.no[at.asked/64] |= 1 << (at.asked % 64)
	}
}

func (w *wanted) reset() {
	if w.questions > 0 {
		w.questions, w.records = 0, 0
		clear(w.yes)
		clear(w.no)
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
	for i := range d.pass.want {
		w := &d.pass.want[i]
		switch {
		case w.records == 0:
		case w.questions == 1 && most == 0:
			found.Count += w.records
		default:
			d.pass.gather(i, found, most)
			lists++
		}
		w.reset()
	}
	if lists > 1 {
		slices.SortFunc(found.Keys, func(a, b ruling.Key) int { return slices.Compare(a, b) })
	}
	if most >= 0 && len(found.Keys) > most {
		found.Keys = found.Keys[:most:most]
	}
}

// gather of one list.
func (p *Pass) gather(list int, found *Decided, most int) {
	c, t, w := p.plan.lists[list], &p.tables[list], &p.want[list]
	total := 0
	if c.bits > 0 {
		t.hits = slices.Grow(t.hits[:0], len(t.keys))[:len(t.keys)]
		for i, answers := range t.answers {
			if t.hits[i] = w.has(answers); t.hits[i] {
				total += int(t.sizes[i])
			}
		}
	} else {
		for _, row := range t.rows {
			if t.hits[row] = w.has(c.answersOf(row)); t.hits[row] {
				total += int(t.records[row])
			}
		}
	}
	found.Count += total
	if most >= 0 {
		total = min(total, most)
	}
	if total > 0 {
		found.Keys = slices.Grow(found.Keys, total)
		p.take(c, t, found, total)
	}
}

// take adds the keys of the first so many records that are hit.
func (p *Pass) take(c *counted, t *table, found *Decided, records int) {
	rows := p.rowsOf(c)
	for i := 0; records > 0; i++ {
		class := uint32(rows[i])
		if c.bits > 0 {
			class = t.class[i]
		}
		if t.hits[class] {
			found.Keys = append(found.Keys, c.list.Key(c.list.At(p.rows.month, i)))
			records--
		}
	}
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
			if d.empties == nil {
				d.empties = map[collected]bool{}
			}
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
