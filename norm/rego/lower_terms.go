package rego

import (
	"maps"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/plan"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/open-policy-agent/opa/v1/ast"
)

// term is what a term stands for.
func (s *block) term(t *ast.Term) meaning {
	switch v := t.Value.(type) {
	case ast.Boolean:
		return meaning{node: constant(record.OfBool(bool(v))), shape: boolean}
	case ast.Number:
		n, err := whole(t)
		if err != nil {
			s.refuse(t.Location, "%v", err)
		}
		return meaning{node: constant(record.OfNumber(n)), shape: number, most: float64(magnitude(n))}
	case ast.String:
		return meaning{node: constant(record.OfText(string(v))), shape: text}
	case ast.Var:
		if m, ok := s.find(v); ok {
			return m
		}
	case ast.Ref:
		return s.ref(t.Location, v)
	case ast.Set:
		return s.literal(v.Foreach)
	case *ast.Array:
		return s.literal(v.Foreach)
	case *ast.SetComprehension:
		return s.comprehension(t, v.Term, v.Body, false)
	case *ast.ArrayComprehension:
		return s.comprehension(t, v.Term, v.Body, true)
	}
	s.refuse(t.Location, "this is not known to the plan")
	return meaning{}
}

func (s *block) literal(each func(func(*ast.Term))) meaning {
	m := meaning{elements: []meaning{}}
	each(func(t *ast.Term) {
		e := s.term(t)
		if e.node == nil || e.node.Op != plan.Const {
			s.refuse(t.Location, "a list of its own is made here")
		}
		m.elements = append(m.elements, e)
	})
	return m
}

// ref is what a path leads to.
func (s *block) ref(at *ast.Location, r ast.Ref) meaning {
	head, ok := r[0].Value.(ast.Var)
	switch {
	case !ok:
		s.refuse(at, "this is not known to the plan")
	case head == "input":
		return s.input(at, r)
	case head == "data":
		for n := len(r); n > 1; n-- {
			if rules := s.compiler.GetRulesExact(r[:n]); len(rules) > 0 && len(rules[0].Head.Args) == 0 {
				return s.steps(at, s.rule(at, r[:n]), r[n:])
			}
		}
		s.refuse(at, "this is not known to the plan")
	}
	m, found := s.find(head)
	if !found {
		s.refuse(at, "this is not known to the plan")
	}
	return s.steps(at, m, r[1:])
}

func (s *block) input(at *ast.Location, r ast.Ref) meaning {
	name, _ := textAt(r, 1)
	switch {
	case name == "company" && len(r) == 3:
		field, _ := textAt(r, 2)
		return s.company(at, field)
	case name == "month" && len(r) == 2:
		return meaning{node: &plan.Node{Op: plan.Month}, shape: text}
	case name == "custom" && len(r) > 2:
		custom, _ := textAt(r, 2)
		if k := s.doc.customs[custom]; k != nil {
			return s.steps(at, s.list(k), r[3:])
		}
	}
	k := s.doc.lists[name]
	if k == nil {
		s.refuse(at, "%s is used as a whole", r)
	}
	return s.steps(at, s.list(k), r[2:])
}

func (s *block) list(k *kind) meaning {
	return meaning{records: &records{[]part{{list: s.lists[k.list], kind: k}}, true, theRecord}}
}

func (s *block) company(at *ast.Location, name string) meaning {
	for i := range record.Company {
		f, declared := &record.Company[i], companyKind.field(name)
		if f.Name != name || declared == nil {
			continue
		}
		m := meaning{node: &plan.Node{Op: plan.Company, Field: f}, shape: declared.shape, most: maxField}
		if m.shape != boolean {
			m.has = &plan.Node{Op: plan.CompanyHas, Field: f}
		}
		return m
	}
	s.refuse(at, "this is not known to the plan")
	return meaning{}
}

// steps follows a path.
func (s *block) steps(at *ast.Location, m meaning, path ast.Ref) meaning {
	for i, step := range path {
		s.usable(at, m)
		switch name, named := step.Value.(ast.String); {
		case m.records != nil:
			m = s.element(step, m)
		case m.record != nil && named:
			m = s.field(m.record, string(name))
		default:
			s.refuse(at, "this is not known to the plan")
		}
		if i < len(path)-1 && m.has != nil {
			s.refuse(at, "this is not known to the plan")
		}
	}
	return m
}

// element goes through a list by the name of a place that has no value yet.
func (s *block) element(step *ast.Term, m meaning) meaning {
	v, ok := step.Value.(ast.Var)
	if ok {
		_, bound := s.find(v)
		ok = !bound
	}
	if !ok {
		s.refuse(step.Location, "a record is taken by its place")
	}
	h, _ := s.through(step.Location, m)
	s.vars[v] = meaning{record: h}
	if m.records.list {
		s.vars[v] = meaning{opaque: "the place of an element is used"}
	}
	return meaning{record: h}
}

// maxField is the largest number that a record can have.
const maxField = 1 << 53

func (s *block) field(h *holder, name string) meaning {
	declared := h.kind.field(name)
	m := meaning{about: about{holder: h}, shape: declared.shape, words: declared.words, most: maxField}
	switch name {
	case "key":
		return meaning{key: h}
	case "rank":
		severity := &plan.Node{Op: plan.Field, Field: h.list.Field("severity")}
		m.node, m.most = s.op(nil, plan.Subtract, severity, constant(record.OfNumber(1))), 255
		return m
	}
	f := h.list.Field(name)
	m.node = &plan.Node{Op: plan.Field, Field: f}
	custom := strings.HasPrefix(h.kind.list, "custom.")
	if custom || m.shape == text && len(m.words) == 0 || m.shape == instant || name == "days_offered" {
		m.has = &plan.Node{Op: plan.Has, Field: f}
	}
	return m
}

// orders are the comparisons by the name of the built-in.
var orders = map[string]plan.Op{
	"eq": plan.Equal, "equal": plan.Equal, "keurmerk.neq": plan.NotEqual,
	"keurmerk.lt": plan.Less, "keurmerk.lte": plan.LessEqual, "keurmerk.gt": plan.Greater, "keurmerk.gte": plan.GreaterEqual,
}

var sums = map[string]plan.Op{"keurmerk.plus": plan.Add, "keurmerk.minus": plan.Subtract, "keurmerk.mul": plan.Multiply, "keurmerk.portion": plan.Portion}

// operation is a statement that calls something, or holds two terms against
// each other.
func (s *block) operation(at *ast.Location, terms []*ast.Term) {
	operator, args := terms[0].Value.(ast.Ref), terms[1:]
	name := operator.String()
	if name == "eq" {
		s.equation(at, args[0], args[1])
		return
	}
	declared, own := s.arity(operator, name)
	var out *ast.Term
	if len(args) > declared {
		args, out = args[:declared], args[declared]
	}
	values := make([]meaning, len(args))
	for i, a := range args {
		values[i] = s.term(a)
		s.usable(a.Location, values[i])
		s.add(truth{values[i].about, values[i].has})
		values[i].has = nil
	}
	if own {
		demands, m := s.function(at, operator, values)
		for _, t := range demands {
			s.add(t)
		}
		s.result(at, m, out)
		return
	}
	s.result(at, s.call(at, name, values), out)
}

func (s *block) result(at *ast.Location, m meaning, out *ast.Term) {
	if out == nil {
		s.hold(at, m)
	} else {
		s.name(out, m)
	}
}

func (s *block) arity(operator ast.Ref, name string) (args int, own bool) {
	if rules := s.compiler.GetRulesExact(operator); len(rules) > 0 {
		return len(rules[0].Head.Args), true
	}
	for _, f := range functions {
		if "keurmerk."+f.as == name {
			return f.args, false
		}
	}
	return 2, false // equal
}

func (s *block) equation(at *ast.Location, left, right *ast.Term) {
	if v, ok := left.Value.(ast.Var); ok {
		if _, bound := s.find(v); !bound {
			s.name(left, s.term(right))
			return
		}
	}
	s.name(right, s.term(left))
}

func (s *block) call(at *ast.Location, name string, args []meaning) meaning {
	switch {
	case orders[name] != 0:
		return s.compare(at, orders[name], args[0], args[1])
	case sums[name] != 0:
		return s.sum(at, sums[name], args[0], args[1])
	case name == "keurmerk.count":
		return s.count(at, args[0])
	case name == "keurmerk.member":
		return s.member(at, args[0], args[1])
	case name == "keurmerk.days" && args[0].shape == instant:
		return meaning{about: args[0].about, node: s.op(at, plan.Days, args[0].node), shape: number, most: maxField}
	case name == "keurmerk.this_month" && args[0].shape == instant:
		return meaning{about: args[0].about, node: s.op(at, plan.ThisMonth, args[0].node), shape: boolean}
	}
	for _, written := range slices.Sorted(maps.Keys(functions)) {
		if "keurmerk."+functions[written].as == name {
			name = shown(written)
		}
	}
	s.refuse(at, "%s is not known to the plan", name)
	return meaning{}
}

// compare holds two values of one type against each other.
func (s *block) compare(at *ast.Location, op plan.Op, a, b meaning) meaning {
	s.usable(at, a)
	s.usable(at, b)
	if a.node == nil || b.node == nil || a.shape != b.shape || a.shape == texts {
		s.refuse(at, "what is compared is not of one type")
	}
	if equality := op == plan.Equal || op == plan.NotEqual; !equality && a.shape != number && a.shape != instant {
		s.refuse(at, "texts are held against each other by their order")
	}
	x, y := s.worded(at, a, b)
	joined := s.join(at, a.about, b.about)
	has := s.both(at, a.has, b.has, joined.risky)
	return meaning{about: joined, has: has, node: s.op(at, op, x, y), shape: boolean}
}

// worded gives both as numbers of words, if one is.
func (s *block) worded(at *ast.Location, a, b meaning) (x, y *plan.Node) {
	switch {
	case slices.Equal(a.words, b.words):
		return a.node, b.node
	case len(a.words) > 0 && b.node.Op == plan.Const:
		return a.node, wordIn(a.words, b.node)
	case len(b.words) > 0 && a.node.Op == plan.Const:
		return wordIn(b.words, a.node), b.node
	}
	s.refuse(at, "words of two kinds are compared")
	return nil, nil
}

// wordIn is the number of the word; -1, which none has, if it is no word of
// them.
func wordIn(words []string, n *plan.Node) *plan.Node {
	if at := slices.Index(words, n.Value.S); at >= 0 {
		return constant(record.OfWord(at + 1))
	}
	return constant(record.OfWord(-1))
}

// maxSafe is a magnitude that a number of 64 bits holds, however it was
// rounded here.
const maxSafe = 1 << 62

func (s *block) sum(at *ast.Location, op plan.Op, a, b meaning) meaning {
	if a.node == nil || b.node == nil || a.shape != number || b.shape != number {
		s.refuse(at, "what is calculated with is not known to be a number")
	}
	m := meaning{about: s.join(at, a.about, b.about), shape: number, most: a.most + b.most}
	if op == plan.Multiply {
		m.most = a.most * b.most
	}
	if op == plan.Portion {
		m.most = a.most * float64(ruling.Whole)
	}
	if m.risky = m.risky || op == plan.Portion || m.most > maxSafe; m.risky {
		m.about = s.join(at, m.about)
	}
	m.node = s.op(at, op, a.node, b.node)
	return m
}

func (s *block) count(at *ast.Location, m meaning) meaning {
	switch {
	case m.records != nil:
		return s.countOf(at, m.records)
	case m.shape == texts && m.node != nil:
		return meaning{about: m.about, node: s.op(at, plan.Size, m.node), shape: number, most: maxCount}
	case m.elements != nil:
		s.refuse(at, "a list of its own is made here")
	}
	s.refuse(at, "what is counted are no records")
	return meaning{}
}

func (s *block) member(at *ast.Location, of, in meaning) meaning {
	if of.node == nil {
		s.refuse(at, "a record is looked for")
	}
	if in.shape == texts && in.node != nil && of.shape == text && len(of.words) == 0 {
		return meaning{about: s.join(at, of.about, in.about), node: s.op(at, plan.InTexts, of.node, in.node), shape: boolean}
	}
	if in.elements == nil {
		s.refuse(at, "what is looked for is looked for in a list of its own")
	}
	args := []*plan.Node{of.node}
	for _, e := range in.elements {
		if e.shape != of.shape {
			s.refuse(at, "what is compared is not of one type")
		}
		_, y := s.worded(at, of, e)
		args = append(args, y)
	}
	return meaning{about: of.about, node: s.op(at, plan.In, args...), shape: boolean}
}
