package rego

import (
	"math"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
	"github.com/open-policy-agent/opa/v1/ast"
)

// What OPA takes at most for one statement, one rule or call, one element that
// is gone through, one solution of a body: more than it does, in each of a
// great many random modules.
const (
	statementSteps = 5
	ruleSteps      = 6
	elementSteps   = 2
	solutionSteps  = 3
)

// bounding works out, before anything runs, how many steps OPA takes at most
// for rules. It ends where it can't tell, by a panic of a refusal.
type bounding struct {
	compiler *ast.Compiler
	doc      *document
	lists    map[string]*record.List
	facts    map[string]*bounded // of rules, by path
	current  *bounded            // the rule that is looked at
	left     int                 // statements that may still be looked at
}

// bounded is a rule: what it takes by itself, which others it asks, and what
// it comes to. OPA evaluates a rule once in a query.
type bounded struct {
	steps costs
	uses  []*bounded
	value extent
	fails bool // something in it may fail, or have two values
}

// extent is what there is to go through in a value.
type extent struct {
	list    bool // or a set
	count   costs
	element *extent
	record  *kind
	mixed   bool // it can be of several types

	shape shape   // of what is no list and no record; empty: nobody knows
	most  float64 // of a number: its magnitude at most
}

// solved is what a part of a body takes, and how many solutions it has.
type solved struct{ steps, solutions costs }

// names are the values that have a name.
type names struct {
	up    *names
	known map[ast.Var]extent
}

func (n *names) inner() *names { return &names{n, map[ast.Var]extent{}} }

func (n *names) find(v ast.Var) (extent, bool) {
	for at := n; at != nil; at = at.up {
		if e, ok := at.known[v]; ok {
			return e, true
		}
	}
	return extent{}, false
}

// criterion is what all queries for the criterion's rules take, nil if nobody
// can tell, and whether any of these may fail.
func (b *bounding) criterion(path ast.Ref, c criterion) (all costs, fails bool) {
	defer func() {
		if recover() != nil {
			all, fails = nil, true
		}
	}()
	for _, name := range meanings {
		if _, ok := c[name]; !ok {
			continue
		}
		b.current = nil
		steps, may := b.rule(path.Append(ast.StringTerm(name))).total()
		all, fails = all.plus(only(statementSteps+ruleSteps)).plus(steps), fails || may
	}
	return all, fails
}

// total is what a query for the rule takes, and whether it may fail.
func (f *bounded) total() (all costs, fails bool) {
	var seen []*bounded
	var visit func(*bounded)
	visit = func(f *bounded) {
		if slices.Contains(seen, f) {
			return
		}
		seen = append(seen, f)
		all, fails = all.plus(f.steps), fails || f.fails
		for _, used := range f.uses {
			visit(used)
		}
	}
	visit(f)
	return all, fails
}

// may notes that something may fail; it returns what it is given.
func (b *bounding) may(fails bool) bool {
	b.current.fails = b.current.fails || fails
	return fails
}

func (b *bounding) cannot() { panic(refusal{}) }

func (b *bounding) rule(path ast.Ref) *bounded {
	f := b.facts[path.String()]
	if f == nil {
		f = &bounded{}
		b.facts[path.String()] = f
		before := b.current
		b.current = f
		done := b.rules(b.compiler.GetRulesExact(path), nil)
		f.steps, f.value = done.steps, done.value
		b.current = before
	}
	if b.current != nil && !slices.Contains(b.current.uses, f) {
		b.current.uses = append(b.current.uses, f)
	}
	return f
}

// rules is what all rules of one name take together, and come to.
func (b *bounding) rules(rules []*ast.Rule, args []extent) (all bounded) {
	first, several := true, conflicting(rules)
	b.may(several)
	for _, r := range rules {
		for ; r != nil; r = r.Else {
			n := (*names)(nil).inner()
			for i, a := range r.Head.Args {
				if v, ok := a.Value.(ast.Var); ok {
					n.known[v] = args[i]
				} else if !a.IsGround() {
					b.cannot()
				}
			}
			s := b.body(r.Body, n)
			head := r.Head.Value
			if r.Head.Key != nil {
				head = r.Head.Key
			}
			value, h := b.term(head, n)
			s = s.then(h).then(solved{only(solutionSteps), one})
			b.may(r.Head.Key == nil && !isConstant(head) && !s.solutions.single())
			all.steps = all.steps.plus(only(ruleSteps + 2*len(r.Head.Args))).plus(s.steps)
			if r.Head.Key != nil {
				element := value
				value = extent{list: true, count: s.solutions, element: &element}
			}
			if all.value = b.either(all.value, value, first); all.value.list && r.Head.Key == nil && !first {
				all.value.count = all.value.count.plus(value.count)
			}
			first = false
		}
	}
	return all
}

// either is what is true of both; of two sets, all that they hold.
func (b *bounding) either(x, y extent, first bool) extent {
	switch {
	case first:
		return y
	case x.mixed || y.mixed || x.list != y.list || x.record != y.record:
		return extent{mixed: true}
	case x.shape != y.shape:
		x.shape = ""
	case x.list:
		element := b.either(*x.element, *y.element, false)
		return extent{list: true, count: x.count.plus(y.count), element: &element}
	}
	x.most = max(x.most, y.most)
	return x
}

// isConstant tells whether the term is a value that is written out.
func isConstant(t *ast.Term) bool {
	switch t.Value.(type) {
	case ast.Boolean, ast.Number, ast.String:
		return true
	}
	return false
}

// conflicting tells whether rules of one name could have two values.
func conflicting(rules []*ast.Rule) bool {
	var heads []*ast.Term
	chains := 0
	for _, r := range rules {
		if r.Default || r.Head.Key != nil {
			continue
		}
		for chains++; r != nil; r = r.Else {
			heads = append(heads, r.Head.Value)
		}
	}
	return chains > 1 && slices.ContainsFunc(heads, func(t *ast.Term) bool { return !isConstant(t) || !t.Equal(heads[0]) })
}

func (s solved) then(next solved) solved {
	return solved{s.steps.plus(s.solutions.times(next.steps)), s.solutions.times(next.solutions)}
}

func (b *bounding) body(body ast.Body, n *names) solved {
	all := solved{nil, one}
	for _, e := range body {
		all = all.then(b.statement(e, n))
	}
	return all
}

func (b *bounding) statement(e *ast.Expr, n *names) solved {
	if b.left--; b.left < 0 {
		b.cannot()
	}
	s := solved{only(statementSteps), one}
	if e.Negated {
		plain := *e
		plain.Negated = false
		inner := b.statement(&plain, n.inner())
		return solved{s.steps.plus(inner.steps).plus(inner.solutions.times(only(solutionSteps))), one}
	}
	switch t := e.Terms.(type) {
	case *ast.Term:
		_, inner := b.term(t, n)
		return s.then(inner)
	case []*ast.Term:
		return s.then(b.operation(t, n))
	case *ast.Every:
		domain, d := b.term(t.Domain, n)
		inner := n.inner()
		if t.Key != nil {
			b.name(t.Key, extent{}, inner)
		}
		each := solved{only(2 * elementSteps), b.count(domain)}
		b.name(t.Value, *domain.element, inner)
		all := d.then(solved{domain.count.times(only(2*elementSteps + solutionSteps)), domain.count}).then(each.one()).then(b.body(t.Body, inner))
		return solved{s.steps.plus(all.steps).plus(all.solutions.times(only(solutionSteps))), one}
	}
	b.cannot()
	return s
}

func (s solved) one() solved { return solved{s.steps, one} }

func (b *bounding) count(e extent) costs {
	if !e.list {
		b.cannot()
	}
	return e.count
}

// name gives a value its name, if it has none; what it is held against else.
func (b *bounding) name(t *ast.Term, e extent, n *names) {
	v, ok := t.Value.(ast.Var)
	if !ok {
		return
	}
	if _, known := n.find(v); !known {
		n.known[v] = e
	}
}

// operation is a call, or two terms held against each other.
func (b *bounding) operation(terms []*ast.Term, n *names) solved {
	operator, args := terms[0].Value.(ast.Ref), terms[1:]
	if operator.String() == "eq" {
		return b.equation(args[0], args[1], n)
	}
	rules := b.compiler.GetRulesExact(operator)
	declared := 2
	for _, f := range functions {
		if "keurmerk."+f.as == operator.String() {
			declared = f.args
		}
	}
	if len(rules) > 0 {
		declared = len(rules[0].Head.Args)
	}
	all := solved{nil, one}
	values := make([]extent, declared)
	for i := range declared {
		var s solved
		values[i], s = b.term(args[i], n)
		all = all.then(s)
	}
	var value extent
	var steps costs
	if len(rules) > 0 {
		called := b.rules(rules, values)
		value, steps = called.value, called.steps
	} else {
		value, steps = b.builtin(operator.String(), args, values)
	}
	if len(args) > declared {
		b.name(args[declared], value, n)
	}
	return all.then(solved{steps, one})
}

func (b *bounding) equation(x, y *ast.Term, n *names) solved {
	if v, ok := y.Value.(ast.Var); ok {
		if _, known := n.find(v); !known {
			x, y = y, x
		}
	}
	value, s := b.term(y, n)
	if v, ok := x.Value.(ast.Var); ok {
		if _, known := n.find(v); !known {
			n.known[v] = value
			return s
		}
	}
	other, o := b.term(x, n)
	if value.list || other.list || value.mixed || other.mixed || value.record != nil && other.record != nil {
		b.cannot() // it depends on how large they are
	}
	return s.then(o)
}

// builtin is what one of the language's functions comes to, and what it takes
// besides the statement.
func (b *bounding) builtin(name string, terms []*ast.Term, args []extent) (extent, costs) {
	if slices.ContainsFunc(args, func(e extent) bool { return e.mixed || e.record != nil && name != "keurmerk.member" }) {
		b.cannot()
	}
	of := func(s shape) bool {
		return !slices.ContainsFunc(args, func(e extent) bool { return e.list || e.shape != s && (s != text || e.shape != instant) })
	}
	value, steps := extent{shape: boolean}, costs(nil)
	switch name {
	case "keurmerk.neq":
		steps = args[0].count.plus(args[1].count)
	case "keurmerk.member", "keurmerk.member_at":
		steps = args[len(args)-1].count.plus(only(1))
		b.may(!args[len(args)-1].list)
	case "keurmerk.count":
		value = extent{shape: number, most: maxCount}
		if !args[0].list {
			steps = length(terms[0])
			b.may(!of(text))
		}
	case "keurmerk.sum", "keurmerk.max", "keurmerk.min":
		b.may(true)
		steps = b.count(args[0])
		if value = *args[0].element; name == "keurmerk.sum" {
			value = extent{}
		}
	case "keurmerk.or", "keurmerk.and":
		b.may(true)
		b.count(args[0])
		b.count(args[1])
		value = b.either(args[0], args[1], false)
		steps = value.count
	case "keurmerk.has_text", "keurmerk.startswith", "keurmerk.endswith":
		steps = length(terms[0])
		b.may(!of(text))
	case "keurmerk.match":
		steps = length(terms[1]).times(only(textPerStep))
		b.may(!of(text))
	case "keurmerk.lt", "keurmerk.lte", "keurmerk.gt", "keurmerk.gte":
		b.may(!of(number) && !of(text))
	case "keurmerk.plus", "keurmerk.minus":
		value = extent{shape: number, most: args[0].most + args[1].most}
		b.may(!of(number) || value.most > maxSafe)
	case "keurmerk.mul":
		value = extent{shape: number, most: args[0].most * args[1].most}
		b.may(!of(number) || value.most > maxSafe)
	case "keurmerk.days", "keurmerk.this_month":
		b.may(args[0].shape != instant)
		if name == "keurmerk.days" {
			value = extent{shape: number, most: maxField}
		}
	case "equal":
	default:
		b.may(true)
		value = extent{shape: number, most: maxField}
	}
	return value, steps
}

// length is how long a text is, in steps.
func length(t *ast.Term) costs {
	if s, ok := t.Value.(ast.String); ok {
		return only(1 + len(s)/textPerStep)
	}
	return costs{{steps: 1}, {steps: 1, text: 1}}
}

// term is what a term holds, and what it takes to find it.
func (b *bounding) term(t *ast.Term, n *names) (extent, solved) {
	done := solved{nil, one}
	switch v := t.Value.(type) {
	case ast.Boolean:
		return extent{shape: boolean}, done
	case ast.Number:
		n, _ := v.Float64()
		return extent{shape: number, most: math.Abs(n)}, done
	case ast.String:
		return extent{shape: text}, done
	case ast.Var:
		if e, ok := n.find(v); ok {
			return e, done
		}
	case ast.Ref:
		return b.ref(v, n)
	case ast.Set:
		return b.literal(v.Len(), v.Foreach, n)
	case *ast.Array:
		return b.literal(v.Len(), v.Foreach, n)
	case *ast.SetComprehension:
		return b.comprehension(v.Body, v.Term, n)
	case *ast.ArrayComprehension:
		return b.comprehension(v.Body, v.Term, n)
	}
	b.cannot()
	return extent{}, done
}

func (b *bounding) literal(count int, each func(func(*ast.Term)), n *names) (extent, solved) {
	all, element, first := solved{only(2 * count), one}, extent{}, true
	each(func(t *ast.Term) {
		e, s := b.term(t, n)
		all, element = all.then(s), b.either(element, e, first)
		first = false
	})
	return extent{list: true, count: only(count), element: &element}, all
}

func (b *bounding) comprehension(body ast.Body, head *ast.Term, n *names) (extent, solved) {
	inner := n.inner()
	s := b.body(body, inner)
	element, h := b.term(head, inner)
	s = s.then(h).then(solved{only(solutionSteps), one})
	return extent{list: true, count: s.solutions, element: &element}, solved{s.steps.plus(only(ruleSteps)), one}
}

func (b *bounding) ref(r ast.Ref, n *names) (extent, solved) {
	head, ok := r[0].Value.(ast.Var)
	name, _ := textAt(r, 1)
	done := solved{nil, one}
	switch {
	case !ok:
		b.cannot()
	case head == "data":
		for end := len(r); end > 1; end-- {
			rules := b.compiler.GetRulesExact(r[:end])
			if len(rules) == 0 {
				continue
			}
			f := b.rule(r[:end])
			if end < len(r) && rules[0].Head.Key != nil {
				if !b.goes(r[end], n) {
					b.cannot() // it may be evaluated for each key apart
				}
				done.steps, _ = f.total()
			}
			return b.path(f.value, r[end:], done, n)
		}
		b.cannot()
	case head == "input" && name == "company":
		return b.path(extent{record: companyKind}, r[2:], done, n)
	case head == "input" && b.doc.lists[name] != nil:
		return b.path(b.all(b.doc.lists[name]), r[2:], done, n)
	case head == "input" && name == "custom" && len(r) > 2:
		custom, _ := textAt(r, 2)
		return b.path(b.all(b.doc.customs[custom]), r[3:], done, n)
	case head == "input":
		return extent{shape: text}, done // the month, its start or end
	}
	e, found := n.find(head)
	if !found {
		b.cannot()
	}
	return b.path(e, r[1:], done, n)
}

func (b *bounding) all(k *kind) extent {
	return extent{list: true, count: costs{{steps: 1, loops: []*record.List{b.lists[k.list]}}}, element: &extent{record: k}}
}

// goes tells whether the step of a path goes through all there is.
func (b *bounding) goes(step *ast.Term, n *names) bool {
	v, ok := step.Value.(ast.Var)
	if ok {
		_, known := n.find(v)
		return !known
	}
	return false
}

// path follows a path from a value.
func (b *bounding) path(e extent, path ast.Ref, done solved, n *names) (extent, solved) {
	for _, step := range path {
		name, named := step.Value.(ast.String)
		switch {
		case e.list && b.goes(step, n):
			n.known[step.Value.(ast.Var)] = *e.element // a place, where it is an element of a list: nothing to go through either way
			done = done.then(solved{e.count.times(only(elementSteps)), e.count})
			e = *e.element
		case e.list && !named:
			e = *e.element
		case e.record != nil && named:
			e = fieldOf(e.record, string(name))
		default:
			b.cannot()
		}
	}
	return e, done
}

// fieldOf is what there is in a field.
func fieldOf(k *kind, name string) extent {
	f := k.field(name)
	switch {
	case f == nil:
		return extent{}
	case name == "key":
		return extent{list: true, count: only(3), element: &extent{shape: text}}
	case f.shape == texts:
		return extent{list: true, count: costs{{steps: 1, texts: 1}}, element: &extent{shape: text}}
	}
	return extent{shape: f.shape, most: maxField}
}

// bound works out the bounds of all criteria, and which may fail.
func (p *program) bound(pol *policy) (all []costs, fails []bool) {
	all, fails = make([]costs, len(p.source.Criteria)), make([]bool, len(p.source.Criteria))
	for i, a := range p.source.Criteria {
		b := &bounding{compiler: pol.compiler, doc: p.doc, lists: pol.lists, facts: map[string]*bounded{}, left: maxStatements}
		all[i], fails[i] = b.criterion(p.packages[a.Package].ast.Package.Path, pol.criteria[i])
	}
	return all, fails
}

// longestText is that of the texts that are written in modules or parameters.
func longestText(s norm.Source) (longest int) {
	for _, m := range s.Modules {
		for part := range strings.SplitSeq(m.Text, `"`) {
			longest = max(longest, len(part))
		}
	}
	for _, v := range s.Parameters {
		if text, ok := v.(string); ok {
			longest = max(longest, len(text))
		}
	}
	return longest
}
