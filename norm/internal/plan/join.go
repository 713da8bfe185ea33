package plan

import (
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
)

// A join asks, for each record of one list, about the records of another that
// have the same text in some field: the courses of an employee. The other list
// is gone through once a month, into an index by that text.

// index is what the records of the other list come to, by the text of the
// join's field.
type index struct {
	made   bool
	broken bool           // a filter failed on some record
	by     map[string]hit // of those that have the field
	absent hit            // of those that have not
	total  hit
}

// hit counts the records that meet the rest of the predicate, and those on
// which it fails.
type hit struct{ yes, failed int }

func (h *hit) add(v record.Value) {
	switch {
	case v.True():
		h.yes++
	case !v.False():
		h.failed++
	}
}

// join evaluates the node for the text of its argument.
func (n *Node) join(v *view) record.Value {
	ix := &v.pass.joins[n.at]
	if !ix.made {
		ix.make(n, v.pass)
	}
	key := n.Args[0].eval(v)
	if ix.broken {
		return fault
	}
	if n.Op == JoinIn {
		if ix.absent.yes > 0 || ix.total.failed > 0 || key.Kind != record.Text {
			return fault // the list of texts can't be made
		}
		return record.OfBool(ix.by[key.S].yes > 0)
	}
	// What the comparison of the two texts comes to makes up for the rest, and
	// the rest for it, as && has it.
	var yes, failed int
	if key.Kind == record.Text {
		same := ix.by[key.S]
		yes, failed = same.yes, same.failed+ix.absent.yes+ix.absent.failed
	} else {
		failed = ix.total.yes + ix.total.failed
	}
	switch {
	case n.Op == JoinExists && yes > 0:
		return record.OfBool(true)
	case failed > 0:
		return fault
	case n.Op == JoinExists:
		return record.OfBool(false)
	}
	return record.OfNumber(int64(yes))
}

// make goes through the other list.
func (ix *index) make(n *Node, p *Pass) {
	ix.made = true
	if ix.by == nil {
		ix.by = map[string]hit{}
	}
	t := n.Through
	v := view{pass: p, period: &p.rows.period}
	for i := range t.List.Len(p.rows.month) {
		v.rec = t.List.At(p.rows.month, i)
		switch t.filtered(&v) {
		case broken:
			ix.broken = true
			return
		case no:
			continue
		}
		met := record.OfBool(true)
		if t.Where != nil {
			met = t.Where.eval(&v)
		}
		ix.total.add(met)
		if key := n.Field.Of(v.rec, v.period); key.Kind == record.Text {
			h := ix.by[key.S]
			h.add(met)
			ix.by[key.S] = h
		} else {
			ix.absent.add(met)
		}
	}
}

// filtered tells whether the record meets all filters: yes, no or broken.
func (t *Through) filtered(v *view) int {
	for _, f := range t.Filters {
		switch met := f.eval(v); {
		case met.Kind != record.Bool:
			return broken
		case met.False():
			return no
		}
	}
	return yes
}

// reset forgets the month.
func (ix *index) reset() {
	*ix = index{by: emptied(ix.by)}
}
