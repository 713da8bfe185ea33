package rego

import (
	"slices"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/plan"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
	"github.com/open-policy-agent/opa/v1/ast"
)

// records are some of a month's records: those of all parts together.
type records struct {
	parts []part
	list  bool // in an order, each element with its place
	of    holds
}

// holds tells what stands for each record.
type holds uint8

const (
	theRecord holds = iota
	itsKey
	something // that can only be counted: another for each record, or in a list
	either    // the one or the other, as evidence allows
)

// part are those of one list's records that meet where, if pre holds.
type part struct {
	pre   truth
	list  *record.List
	kind  *kind
	where *plan.Node
}

// merged takes the parts of one list together.
func (l *lowering) merged(at *ast.Location, r *records) []part {
	var all []part
	for _, p := range r.parts {
		i := slices.IndexFunc(all, func(known part) bool { return known.list == p.list })
		switch {
		case i < 0:
			all = append(all, p)
		case r.list || p.pre.node != nil || all[i].pre.node != nil:
			l.refuse(at, "the records of a list are chosen in several ways")
		default:
			all[i].where = l.either(at, all[i].where, p.where, false)
		}
	}
	return all
}

// through lets the body go through the records.
func (s *block) through(at *ast.Location, m meaning) (*holder, part) {
	s.usable(at, m)
	if m.records == nil || m.records.of != theRecord {
		s.refuse(at, "what is gone through is no list of the month's records")
	}
	parts := s.merged(at, m.records)
	if len(parts) != 1 {
		s.refuse(at, "records of several lists are gone through together")
	}
	p := parts[0]
	s.add(truth{m.about, m.has})
	s.add(p.pre)
	h := &holder{p.list, p.kind}
	s.within = append(s.within, going{h, p.where})
	return h, p
}

// comprehension is the records that the body chooses.
func (s *block) comprehension(t *ast.Term, head *ast.Term, body ast.Body, list bool) meaning {
	inner := s.inner()
	inner.body(body)
	p, of := inner.chosen(t.Location, head, list)
	return meaning{records: &records{[]part{p}, list, of}}
}

// chosen is the part that the body chooses by its head.
func (s *block) chosen(at *ast.Location, head *ast.Term, list bool) (part, holds) {
	m := s.term(head)
	s.usable(head.Location, m)
	s.add(truth{m.about, m.has})
	h, of := m.holder, something
	switch {
	case m.record != nil:
		h, of = m.record, theRecord
	case m.key != nil:
		h, of = m.key, itsKey
	case m.node == nil:
		s.refuse(at, "a list of its own is made here")
	case h == nil && list && len(s.within) == 1:
		h = s.within[0].holder
	case !list && !s.distinct(m):
		s.refuse(at, "it depends on how many different values there are")
	}
	i := slices.IndexFunc(s.within, func(g going) bool { return g.holder == h })
	if i < 0 {
		s.refuse(at, "a list of its own is made here")
	}
	if list && len(s.within) > 1 {
		s.refuse(at, "a list has records several times")
	}
	around, where := s.split(at)
	for _, g := range s.within {
		if g.holder != h {
			around = append(around, truth{about{sums: true}, s.exists(at, g.list, where[g.holder])})
		}
	}
	pre := s.all(at, around)
	switch {
	case pre.holder != nil:
		s.refuse(at, "a list is made for each record of another")
	case pre.risky:
		s.refuse(at, "a calculation that may fail stands where records are chosen")
	}
	return part{pre, h.list, h.kind, where[h]}, of
}

// distinct tells whether the value is another one for each record: its id,
// where the key is made of nothing else.
func (s *block) distinct(m meaning) bool {
	if m.node.Op != plan.Field || m.node.Field.Name != "id" {
		return false
	}
	switch m.holder.kind.list {
	case "vulnerabilities", "questionnaires", "courses", "phishing":
		return false
	}
	return true
}

// countOf is how many records there are.
func (s *block) countOf(at *ast.Location, r *records) meaning {
	total := meaning{about: about{sums: true}, shape: number}
	parts := s.merged(at, r)
	if r.of == either || r.of == something && len(parts) > 1 {
		s.refuse(at, "it depends on how many different values there are")
	}
	for _, p := range parts {
		n := s.build(at, &plan.Node{Op: plan.Count, Through: &plan.Through{List: p.list, Where: p.where}})
		if p.pre.node != nil {
			n = s.op(at, plan.If, p.pre.node, n, constant(record.OfNumber(0)))
		}
		if total.node != nil {
			n = s.op(at, plan.Add, total.node, n)
		}
		total.node, total.most = n, total.most+maxCount
	}
	return total
}

// maxCount is more than a month has records.
const maxCount = 1 << 32

// witness is a condition of which the records are those of the parts, as
// [plan.Condition.Decide] finds them.
func (l *lowering) witness(at *ast.Location, r *records) *plan.Node {
	var any *plan.Node
	for _, p := range r.parts {
		n := l.build(at, &plan.Node{Op: plan.Exists, Through: &plan.Through{List: p.list, Where: p.where}})
		if p.pre.node != nil { // known by a name, so that its records are not taken for those
			n = l.op(at, plan.If, l.build(at, &plan.Node{Op: plan.Let, Args: []*plan.Node{p.pre.node}}), n, constant(record.OfBool(false)))
		}
		if any != nil {
			n = l.op(at, plan.Or, any, n)
		}
		any = n
	}
	return any
}
