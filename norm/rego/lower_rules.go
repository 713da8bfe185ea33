package rego

import (
	"slices"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/plan"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
	"github.com/open-policy-agent/opa/v1/ast"
)

// rule is what a rule without arguments comes to.
func (l *lowering) rule(at *ast.Location, path ast.Ref) meaning {
	name := path.String()
	if known := l.facts[name]; known != nil {
		return *known
	}
	var m meaning
	rules := l.compiler.GetRulesExact(path)
	fresh := func() *block { return &block{lowering: l, vars: map[ast.Var]meaning{}} }
	if len(rules) > 0 && rules[0].Head.Key != nil {
		m = l.set(rules, fresh)
	} else {
		m = l.remember(name, l.define(at, rules, fresh))
	}
	l.facts[name] = &m
	return m
}

// remember lets what a list comes to be worked out once a month.
func (l *lowering) remember(name string, m meaning) meaning {
	if !m.sums {
		return m
	}
	if m.node != nil && m.node.Op != plan.Const {
		m.node = l.build(nil, &plan.Node{Op: plan.Let, Name: name, Args: []*plan.Node{m.node}})
	}
	if m.has != nil {
		m.has = l.build(nil, &plan.Node{Op: plan.Let, Name: name + "?", Args: []*plan.Node{m.has}})
	}
	return m
}

// set is all that rules with contains put in a set.
func (l *lowering) set(rules []*ast.Rule, fresh func() *block) meaning {
	all := &records{}
	for i, r := range rules {
		s := fresh()
		s.body(r.Body)
		p, of := s.chosen(r.Location, r.Head.Key, false)
		switch {
		case i > 0 && of != all.of && (of == something || all.of == something):
			l.refuse(r.Location, "a set has values of several kinds")
		case i > 0 && of != all.of:
			of = either
		}
		all.of = of
		all.parts = append(all.parts, p)
	}
	return meaning{records: all}
}

// define is what the rules of one name come to together.
func (l *lowering) define(at *ast.Location, rules []*ast.Rule, fresh func() *block) meaning {
	var all, fallback *meaning
	for _, r := range rules {
		if r.Default {
			m := fresh().term(r.Head.Value)
			fallback = &m
			continue
		}
		m := l.chain(r, fresh)
		if all == nil {
			all = &m
			continue
		}
		if !sameConstant(*all, m) {
			l.refuse(r.Location, "the rule is given in several ways, with values of their own")
		}
		joined := l.join(r.Location, all.about, m.about)
		all.has = l.either(r.Location, all.has, m.has, joined.risky)
		all.about = joined
	}
	switch {
	case all == nil && fallback == nil:
		l.refuse(at, "this is not known to the plan")
	case all == nil:
		return *fallback
	case fallback != nil && all.has != nil:
		return l.otherwise(at, *all, *fallback)
	}
	return *all
}

func sameConstant(a, b meaning) bool {
	return a.node != nil && b.node != nil && a.node.Op == plan.Const && b.node.Op == plan.Const &&
		a.node.Value.Kind == b.node.Value.Kind && a.node.Value.N == b.node.Value.N && a.node.Value.S == b.node.Value.S
}

// otherwise is the first value where it is defined, else the second.
func (l *lowering) otherwise(at *ast.Location, a, b meaning) meaning {
	if a.node == nil || b.node == nil || a.shape != b.shape || !slices.Equal(a.words, b.words) {
		l.refuse(at, "it stands for values of several types")
	}
	m := meaning{about: l.join(at, a.about, b.about), shape: a.shape, words: a.words, most: max(a.most, b.most)}
	if isTrue(a.node) && isFalse(b.node) && b.has == nil {
		m.node = a.has
		return m
	}
	m.node = l.op(at, plan.If, a.has, a.node, b.node)
	if b.has != nil {
		m.has = l.op(at, plan.If, a.has, constant(record.OfBool(true)), b.has)
	}
	return m
}

// chain is what a rule with what follows its else comes to.
func (l *lowering) chain(r *ast.Rule, fresh func() *block) meaning {
	s := fresh()
	for i, a := range r.Head.Args {
		s.argument(i, a)
	}
	s.body(r.Body)
	m := s.term(r.Head.Value)
	s.usable(r.Location, m)
	body := s.single(r.Location)
	if m.record != nil || m.key != nil || m.holder != nil && slices.ContainsFunc(s.within, func(g going) bool { return g.holder == m.holder }) {
		l.refuse(r.Location, "its value is that of a record")
	}
	joined := l.join(r.Location, body.about, m.about)
	m.has = l.both(r.Location, body.node, m.has, joined.risky)
	m.about = joined
	if r.Else == nil || m.has == nil {
		return m
	}
	return l.otherwise(r.Location, m, l.chain(r.Else, fresh))
}

// argument gives what a function is called with its name.
func (s *block) argument(i int, t *ast.Term) {
	m, ok := s.vars[arguments[min(i, len(arguments)-1)]]
	if !ok {
		s.refuse(t.Location, "the function has too many arguments")
	}
	s.name(t, m)
}

// arguments are names that no body can have.
var arguments = []ast.Var{"0", "1", "2", "3", "4", "5"}

// function is what a function of the norm comes to for the arguments.
func (s *block) function(at *ast.Location, path ast.Ref, args []meaning) (plain []truth, m meaning) {
	rules := s.compiler.GetRulesExact(path)
	if len(rules) == 0 || len(args) >= len(arguments) {
		s.refuse(at, "%s is not known to the plan", path)
	}
	fresh := func() *block {
		inner := &block{lowering: s.lowering, vars: map[ast.Var]meaning{}}
		for i, a := range args {
			inner.vars[arguments[i]] = a
		}
		return inner
	}
	if len(rules) == 1 && rules[0].Else == nil && !rules[0].Default {
		// What it demands of records and of the month is kept apart.
		inner := fresh()
		for i, a := range rules[0].Head.Args {
			inner.argument(i, a)
		}
		inner.body(rules[0].Body)
		if v := inner.term(rules[0].Head.Value); isTrue(v.node) {
			return inner.demands(at), v
		}
	}
	return nil, s.define(at, rules, fresh)
}
