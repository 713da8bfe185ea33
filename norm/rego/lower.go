package rego

import (
	"fmt"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/plan"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
	"github.com/open-policy-agent/opa/v1/ast"
)

// lowering turns the compiled rules that criteria ask for into nodes of a plan,
// as far as a plan can hold them. Of a criterion it ends where it meets
// something else, by a panic of a refusal, which criterion catches.
//
// What it makes is never more lenient than OPA: whatever could fail in OPA
// fails here too, or is refused, and what fails here is asked of OPA.
type lowering struct {
	compiler *ast.Compiler
	doc      *document
	lists    map[string]*record.List // by name: websites, custom.backup
	facts    map[string]*meaning     // of rules, by path
	sizes    map[*plan.Node]int
	left     int // statements that may still be translated
}

// refusal says what has no place in a plan, and where it stands.
type refusal struct {
	at     *ast.Location
	reason string
}

func (l *lowering) refuse(at *ast.Location, format string, args ...any) {
	panic(refusal{at, fmt.Sprintf(format, args...)})
}

// Limits of what is translated for one criterion: functions stand for
// themselves again at each call, and names for their values at each use.
const (
	maxStatements = 1000
	maxNodes      = 1000 // of one value
)

// holder is the record that a name stands for, in turn, where a list is gone
// through.
type holder struct {
	list *record.List
	kind *kind
}

// about tells what is asked for a value.
type about struct {
	holder *holder // a field of this record; nil: of none
	sums   bool    // what a list comes to
	risky  bool    // something that may fail
}

// truth is a condition.
type truth struct {
	about
	node *plan.Node // nil: it always holds
}

// meaning is what a term stands for: a value, a record, some records, the key
// of a record, or a list written out.
type meaning struct {
	about
	has      *plan.Node // when it is defined; nil: always
	node     *plan.Node // a value
	shape    shape
	words    []string
	most     float64 // of a number: its magnitude at most
	record   *holder
	key      *holder
	records  *records
	elements []meaning
	opaque   string // why it can be used for nothing
}

// join is what is asked for a value that is made of others.
func (l *lowering) join(at *ast.Location, all ...about) about {
	var j about
	for _, a := range all {
		if a.holder != nil && j.holder != nil && a.holder != j.holder {
			l.refuse(at, "two records are compared with each other")
		}
		if a.holder != nil {
			j.holder = a.holder
		}
		j.sums, j.risky = j.sums || a.sums, j.risky || a.risky
	}
	switch {
	case j.holder != nil && j.sums:
		l.refuse(at, "a list is gone through for each record of another")
	case j.holder != nil && j.risky:
		l.refuse(at, "a calculation with the fields of a record may fail")
	}
	return j
}

// build gives the node, unless its value is put together of too many others.
func (l *lowering) build(at *ast.Location, n *plan.Node) *plan.Node {
	size := 1
	for _, a := range n.Args {
		size += l.size(a)
	}
	if n.Through != nil && n.Through.Where != nil {
		size += l.size(n.Through.Where)
	}
	if size > maxNodes {
		l.refuse(at, "it is put together of more than %d parts", maxNodes)
	}
	if n.Op == plan.Let {
		size = 1 // worked out once
	}
	l.sizes[n] = size
	return n
}

func (l *lowering) size(n *plan.Node) int { return max(1, l.sizes[n]) }

func (l *lowering) op(at *ast.Location, op plan.Op, args ...*plan.Node) *plan.Node {
	return l.build(at, &plan.Node{Op: op, Args: args})
}

// both is the first condition and then, if it holds, the second; nil is one
// that always holds.
func (l *lowering) both(at *ast.Location, a, b *plan.Node, risky bool) *plan.Node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case risky:
		return l.op(at, plan.If, a, b, constant(record.OfBool(false)))
	}
	return l.op(at, plan.And, a, b)
}

// either is the one or the other. Where one may fail it fails if either does:
// OPA may evaluate both.
func (l *lowering) either(at *ast.Location, a, b *plan.Node, risky bool) *plan.Node {
	yes := constant(record.OfBool(true))
	switch {
	case risky && a != nil && b != nil:
		return l.op(at, plan.If, a, l.op(at, plan.If, b, yes, yes), b)
	case risky:
		l.refuse(at, "one of several conditions may fail")
	case a == nil, b == nil:
		return nil
	}
	return l.op(at, plan.Or, a, b)
}

func constant(v record.Value) *plan.Node { return &plan.Node{Op: plan.Const, Value: v} }

// isTrue tells whether the node is the constant true.
func isTrue(n *plan.Node) bool { return n != nil && n.Op == plan.Const && n.Value.True() }

func isFalse(n *plan.Node) bool { return n != nil && n.Op == plan.Const && n.Value.False() }

// block is a body of statements.
type block struct {
	*lowering
	up     *block
	vars   map[ast.Var]meaning
	truths []truth
	within []going
}

// going is a record that the body goes through the list for, and which of the
// list's records it is.
type going struct {
	*holder
	where *plan.Node
}

func (s *block) inner() *block {
	return &block{lowering: s.lowering, up: s, vars: map[ast.Var]meaning{}}
}

func (s *block) find(v ast.Var) (meaning, bool) {
	for at := s; at != nil; at = at.up {
		if m, ok := at.vars[v]; ok {
			return m, true
		}
	}
	return meaning{}, false
}

func (s *block) add(t truth) {
	if t.node != nil && !isTrue(t.node) {
		s.truths = append(s.truths, t)
	}
}

func (s *block) body(b ast.Body) {
	for _, e := range b {
		s.statement(e)
	}
}

func (s *block) statement(e *ast.Expr) {
	if s.left--; s.left < 0 {
		s.refuse(e.Location, "with the functions that it calls it has more than %d statements", maxStatements)
	}
	if e.Negated {
		inner, plain := s.inner(), *e
		plain.Negated = false
		inner.statement(&plain)
		s.add(s.not(e.Location, inner.single(e.Location)))
		return
	}
	switch t := e.Terms.(type) {
	case *ast.Term:
		s.hold(t.Location, s.term(t))
	case []*ast.Term:
		s.operation(e.Location, t)
	case *ast.Every:
		s.every(t)
	default:
		s.refuse(e.Location, "this is not known to the plan")
	}
}

func (s *block) not(at *ast.Location, t truth) truth {
	if t.node == nil {
		return truth{t.about, constant(record.OfBool(false))}
	}
	return truth{t.about, s.op(at, plan.Not, t.node)}
}

// hold demands that the value is there and not false.
func (s *block) hold(at *ast.Location, m meaning) {
	s.usable(at, m)
	node := m.has
	if m.shape == boolean {
		node = s.both(at, m.has, m.node, m.risky)
	}
	s.add(truth{m.about, node})
}

func (s *block) usable(at *ast.Location, m meaning) {
	if m.opaque != "" {
		s.refuse(at, "%s", m.opaque)
	}
}

// name gives the value a name, or holds it against what has the name.
func (s *block) name(t *ast.Term, m meaning) {
	v, ok := t.Value.(ast.Var)
	if ok {
		_, ok = s.find(v)
		ok = !ok
	}
	if !ok {
		s.hold(t.Location, s.compare(t.Location, plan.Equal, s.term(t), m))
		return
	}
	s.add(truth{m.about, m.has})
	if m.risky && m.node != nil { // it fails here or not at all
		s.add(truth{m.about, s.op(t.Location, plan.Equal, m.node, m.node)})
	}
	m.has = nil
	s.vars[v] = m
}

// split parts what the body demands: of the records it goes through, each
// apart, and of what is around it.
func (s *block) split(at *ast.Location) (around []truth, of map[*holder]*plan.Node) {
	of = map[*holder]*plan.Node{}
	for _, g := range s.within {
		of[g.holder] = g.where
	}
	var groups []*holder
	risky := false
	for _, t := range s.truths {
		if where, own := of[t.holder]; own && t.holder != nil {
			of[t.holder] = s.both(at, where, t.node, false)
			continue
		}
		if !slices.Contains(groups, t.holder) {
			groups = append(groups, t.holder)
		}
		around, risky = append(around, t), risky || t.risky
	}
	if risky && len(groups)+len(s.within) > 1 {
		s.refuse(at, "a calculation that may fail stands among conditions about records")
	}
	return around, of
}

// demands is what the body demands of what is around it.
func (s *block) demands(at *ast.Location) []truth {
	around, of := s.split(at)
	for _, g := range s.within {
		around = append(around, truth{about{sums: true}, s.exists(at, g.list, of[g.holder])})
	}
	return around
}

func (s *block) exists(at *ast.Location, list *record.List, where *plan.Node) *plan.Node {
	return s.build(at, &plan.Node{Op: plan.Exists, Through: &plan.Through{List: list, Where: where}})
}

// single is what the body demands as one condition.
func (s *block) single(at *ast.Location) truth { return s.all(at, s.demands(at)) }

func (l *lowering) all(at *ast.Location, truths []truth) (all truth) {
	for _, t := range truths {
		joined := l.join(at, all.about, t.about)
		all = truth{joined, l.both(at, all.node, t.node, joined.risky)}
	}
	return all
}

// every demands something of each of some records: of none of those that are
// gone through the opposite may hold.
func (s *block) every(e *ast.Every) {
	at := e.Location
	domain := s.term(e.Domain)
	inner := s.inner()
	h, from := inner.through(e.Domain.Location, domain)
	inner.vars[e.Value.Value.(ast.Var)] = meaning{record: h}
	if e.Key != nil {
		if v, ok := e.Key.Value.(ast.Var); ok {
			inner.vars[v] = meaning{opaque: "the place of an element is used"}
		}
	}
	before := len(inner.truths)
	inner.body(e.Body)
	from.pre = s.all(at, inner.truths[:before]) // that the domain's records count at all
	inner.truths = inner.truths[before:]
	body := &block{lowering: s.lowering, up: s, truths: inner.truths, within: append([]going{{h, nil}}, inner.within[1:]...)}
	around, of := body.split(at)
	for _, g := range body.within[1:] {
		around = append(around, truth{about{sums: true}, s.exists(at, g.list, of[g.holder])})
	}
	s.add(s.ofEvery(at, from, s.all(at, around), of[h]))
}

// ofEvery is that of the records of the part, each has what is asked, and that
// around them holds, or there are none.
func (s *block) ofEvery(at *ast.Location, p part, around truth, asked *plan.Node) truth {
	all := truth{about: about{sums: true}}
	if asked != nil {
		where := asked
		if p.where != nil {
			where = s.op(at, plan.Or, s.op(at, plan.Not, p.where), asked)
		}
		all.node = s.build(at, &plan.Node{Op: plan.All, Through: &plan.Through{List: p.list, Where: where}})
	}
	if around.risky || p.pre.risky {
		s.refuse(at, "a calculation that may fail stands under every")
	}
	if around.node != nil {
		some := s.op(at, plan.Not, s.exists(at, p.list, p.where))
		all = truth{s.join(at, all.about, around.about), s.op(at, plan.Or, some, s.both(at, around.node, all.node, false))}
	}
	if p.pre.node != nil && all.node != nil {
		all = truth{s.join(at, all.about, p.pre.about), s.op(at, plan.Or, s.op(at, plan.Not, p.pre.node), all.node)}
	}
	return all
}
