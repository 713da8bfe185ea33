package rego

import (
	"maps"
	"slices"
	"sort"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/open-policy-agent/opa/v1/ast"
)

// value is what is known of a term before anything is evaluated.
type value struct {
	known  bool     // that it was looked at; of a rule further down nothing is known yet
	kind   *kind    // a record of the kind, or a list of them
	list   bool     // a list of the kind, or of texts
	shape  shape    // of a field
	words  []string // which texts it can be
	weight int      // of how many values it is put together
	broken bool     // a fault was told already: what follows from it is not
}

// wrong is the value of what has a fault.
var wrong = value{known: true, weight: 1, broken: true}

// maxWeight is how many values may be put together to one, however many rules
// and names lie between: enough for a list of keys, too little for a value
// that doubles time and again.
const maxWeight = 64

// join is what is known if it can be either.
func join(a, b value) value {
	weight := max(a.weight, b.weight)
	switch {
	case a.broken || b.broken:
		a = wrong
	case !a.known:
		a = b
	case !b.known:
	case a.kind != b.kind || a.list != b.list || a.shape != b.shape || !slices.Equal(a.words, b.words):
		a = value{known: true}
	}
	a.weight = weight
	return a
}

func (v value) equal(o value) bool {
	return v.known == o.known && v.broken == o.broken && v.kind == o.kind && v.list == o.list && v.shape == o.shape && v.weight == o.weight && slices.Equal(v.words, o.words)
}

// scalar is a value put together of nothing.
func scalar(s shape, words ...string) value {
	return value{known: true, shape: s, words: words, weight: 1}
}

// walker goes through the rules of a module in the order in which they are
// written.
type walker struct {
	*program
	m       *module
	terms   int // of the rule
	depth   int // of comprehensions, every and not in each other
	over    bool
	unknown bool // a name of the rule is: it may be that of what nothing uses
}

// scope holds the variables that a body can see.
type scope struct {
	up    *scope
	vars  map[ast.Var]*variable
	order []*variable
}

type variable struct {
	name  ast.Var
	at    *ast.Location
	value value
	free  bool // need not be used
	used  bool
}

func (s *scope) inner() *scope { return &scope{up: s, vars: map[ast.Var]*variable{}} }

func (s *scope) find(name ast.Var) *variable {
	for at := s; at != nil; at = at.up {
		if v := at.vars[name]; v != nil {
			return v
		}
	}
	return nil
}

func (s *scope) names() []string {
	var names []string
	for at := s; at != nil; at = at.up {
		for _, v := range at.order {
			names = append(names, string(v.name))
		}
	}
	sort.Strings(names)
	return names
}

// walk goes through all rules until nothing new is known of any, since what a
// rule stands for may be said behind where it is used: forwards and backwards
// in turn, so that a long chain is known soon whichever way it runs.
func (p *program) walk() {
	before := p.faults
	for pass := range maxPasses {
		p.changed, p.renames = false, nil
		p.faults = slices.Clone(before)
		for _, m := range p.modules {
			for i, r := range m.ast.Rules {
				if pass%2 == 1 {
					r = m.ast.Rules[len(m.ast.Rules)-1-i]
				}
				w := &walker{program: p, m: m}
				w.rule(r, nil)
			}
		}
		if !p.changed || slices.ContainsFunc(p.faults, isGrowth) {
			p.unusedImports()
			return
		}
	}
	if len(p.faults) == len(before) {
		start, end := p.modules[0].packageSpan()
		p.report(p.modules[0], start, end, "KM-REGO-SIZE", "put them in order", "the rules use each other in too long a chain")
	}
}

// unusedImports reports the imports that nothing uses, unless a name that is
// unknown may have meant one.
func (p *program) unusedImports() {
	if slices.ContainsFunc(p.faults, func(f norm.ModuleFault) bool { return f.Code != "KM-REGO-UNUSED" }) {
		return
	}
	for _, m := range p.modules {
		for _, name := range slices.Sorted(maps.Keys(m.imports)) {
			if i := m.imports[name]; !i.used {
				p.report(m, i.start, i.end, "KM-REGO-UNUSED", "remove it", "nothing uses the import of %q", name)
			}
		}
	}
}

// fault reports at a span, unless the rule is too large to be gone through.
func (w *walker) fault(l *ast.Location, code, hint, format string, args ...any) {
	start, end := w.m.span(l)
	w.report(w.m, start, end, code, hint, format, args...)
}

// rule goes through a rule and what follows its else.
func (w *walker) rule(r *ast.Rule, args *scope) {
	known := w.m.rules[r.Head.Name]
	if known == nil {
		return // reported when it was declared
	}
	if args == nil {
		defer func() { w.unused(args) }()
		args = (*scope)(nil).inner()
		for i, a := range r.Head.Args {
			if i < len(known.params) {
				w.pattern(a, known.params[i], args, false)
			}
		}
	}
	s := args.inner()
	w.body(r.Body, s)
	got := value{known: true, weight: 1}
	switch {
	case r.Head.Key != nil:
		got = listOf(w.term(r.Head.Key, s), 1)
	case r.Head.Value != nil:
		got = w.term(r.Head.Value, s)
	}
	w.unused(s)
	if next := join(known.value, got); !next.equal(known.value) {
		known.value, w.changed = next, true
	}
	if r.Else != nil {
		w.rule(r.Else, args)
	}
}

// listOf is a list or set of such elements.
func listOf(element value, extra int) value {
	l := value{known: true, list: true, weight: element.weight + extra, broken: element.broken}
	if !element.list {
		l.kind, l.shape, l.words = element.kind, element.shape, element.words
	}
	return l
}

// body goes through the expressions in order: a name has its value before it
// is used.
func (w *walker) body(b ast.Body, s *scope) {
	for _, e := range b {
		w.expr(e, s)
	}
}

// unused reports the variables that nothing uses.
func (w *walker) unused(s *scope) {
	for _, v := range s.order {
		if !v.used && !v.free && !w.unknown {
			w.fault(v.at, "KM-REGO-UNUSED", "remove it, or write _ in its place", "nothing uses %q", v.name)
		}
	}
}

func (w *walker) expr(e *ast.Expr, s *scope) {
	if len(e.With) > 0 {
		w.fault(e.With[0].Location, "KM-REGO-SUBSET", "remove it", "with is not part of the language: rules see the month as it is")
		return
	}
	switch terms := e.Terms.(type) {
	case *ast.Term:
		w.term(terms, s)
	case []*ast.Term:
		w.operation(e, terms, s)
	case *ast.SomeDecl:
		w.some(terms, s)
	case *ast.Every:
		w.every(terms, s)
	case *ast.Not:
		w.inside(terms.Location, func() {
			inner := s.inner()
			w.body(terms.Body, inner)
			w.unused(inner)
		})
	default:
		w.fault(e.Location, "KM-REGO-SUBSET", "", "this is not part of the language")
	}
}

// operation is an expression of its own that calls something.
func (w *walker) operation(e *ast.Expr, terms []*ast.Term, s *scope) {
	switch operator := terms[0].Value.String(); {
	case operator == "assign" && len(terms) == 3 && !e.Negated:
		got := w.term(terms[2], s)
		w.pattern(terms[1], got, s, false)
	case operator == "assign":
		w.fault(terms[0].Location, "KM-REGO-SUBSET", "", "nothing can be named under not")
	case operator == "eq":
		w.fault(terms[0].Location, "KM-REGO-SUBSET", "write := to name a value, == to compare", "= is not part of the language")
	default:
		w.call(terms, s)
	}
}

// some declares variables, or goes through a list.
func (w *walker) some(d *ast.SomeDecl, s *scope) {
	if len(d.Symbols) == 1 {
		if c, ok := d.Symbols[0].Value.(ast.Call); ok && len(c) >= 3 {
			domain := w.term(c[len(c)-1], s)
			if len(c) == 4 {
				w.pattern(c[1], value{known: true, weight: 1}, s, false)
			}
			w.pattern(c[len(c)-2], element(domain), s, false)
			return
		}
	}
	for _, symbol := range d.Symbols {
		w.pattern(symbol, value{known: true, shape: number, weight: 1}, s, false)
	}
}

// element is what a list holds.
func element(l value) value {
	if !l.list {
		return value{known: l.known, weight: l.weight, broken: l.broken}
	}
	l.list = false
	if l.shape == texts {
		l.shape = text
	}
	return l
}

func (w *walker) every(e *ast.Every, s *scope) {
	domain := w.term(e.Domain, s)
	w.inside(e.Location, func() { w.forEach(e, domain, s) })
}

func (w *walker) forEach(e *ast.Every, domain value, s *scope) {
	inner := s.inner()
	if e.Key != nil {
		w.pattern(e.Key, value{known: true, weight: 1}, inner, false)
	}
	w.pattern(e.Value, element(domain), inner, false)
	body := inner.inner()
	w.body(e.Body, body)
	w.unused(body)
	w.unused(inner)
}

// pattern declares the variables of what stands left of := and in, or in a
// function's head.
func (w *walker) pattern(t *ast.Term, got value, s *scope, free bool) {
	if t == nil || w.count(t) {
		return
	}
	switch v := t.Value.(type) {
	case ast.Var:
		w.variable(t, v, got, s, free)
	case *ast.Array:
		v.Foreach(func(inner *ast.Term) {
			w.pattern(inner, value{known: got.known, weight: got.weight, broken: got.broken}, s, free)
		})
	case ast.Object:
		v.Foreach(func(key, inner *ast.Term) {
			w.term(key, s)
			w.pattern(inner, value{known: got.known, weight: got.weight, broken: got.broken}, s, free)
		})
	case ast.String, ast.Number, ast.Boolean:
	default:
		w.fault(t.Location, "KM-REGO-SUBSET", "write a name", "nothing can be named here")
	}
}

func (w *walker) variable(t *ast.Term, name ast.Var, got value, s *scope, free bool) {
	switch {
	case name.IsWildcard():
	case w.m.rules[name] != nil, w.m.aliases[name] != nil, taken(name), s.find(name) != nil:
		w.fault(t.Location, "KM-REGO-SHADOW", "choose another name", "the name %q is taken", name)
		if known := s.find(name); known != nil {
			known.used = true
		}
		s.vars[name] = &variable{name: name, value: wrong, free: true} // so that its uses mean this one
	default:
		v := &variable{name: name, at: t.Location, value: got, free: free}
		s.vars[name] = v
		s.order = append(s.order, v)
	}
}

// inside goes through what stands in a comprehension, every or not of its own,
// unless too many stand in each other: OPA checks the innermost again for each
// one around it.
func (w *walker) inside(l *ast.Location, visit func()) {
	if w.depth++; w.depth <= maxDepth {
		visit()
	} else if w.depth == maxDepth+1 {
		w.fault(l, "KM-REGO-NESTING", "give a part a rule of its own", "comprehensions, every and not stand more than %d deep in each other", maxDepth)
	}
	w.depth--
}

// count counts the terms of a rule; true if there are too many.
func (w *walker) count(t *ast.Term) bool {
	if w.terms++; w.terms > maxTerms && !w.over {
		w.over = true
		w.fault(t.Location, "KM-REGO-SIZE", "give a part of it a rule of its own", "a rule has at most %d names and values", maxTerms)
	}
	return w.over
}

// use finds the variable or rule of the name.
func (w *walker) use(t *ast.Term, name ast.Var, s *scope) (value, bool) {
	if v := s.find(name); v != nil {
		v.used = true
		return v.value, true
	}
	if r := w.m.rules[name]; r != nil {
		if r.args >= 0 {
			w.fault(t.Location, "KM-REGO-ARGUMENTS", "write its arguments in brackets", "%q is a function", name)
			return wrong, true
		}
		return r.value, true
	}
	w.unknown = true
	hint := diag.DidYouMean(string(name), slices.Concat(s.names(), w.m.ruleNames(), []string{"input", "data"}))
	w.fault(t.Location, "KM-REGO-UNKNOWN-NAME", hint, "there is nothing called %q", name)
	return wrong, false
}
