package rego

import (
	"maps"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/open-policy-agent/opa/v1/ast"
)

// term goes through a term and tells what is known of it.
func (w *walker) term(t *ast.Term, s *scope) value {
	if w.count(t) {
		return wrong
	}
	switch v := t.Value.(type) {
	case ast.Boolean:
		return scalar(boolean)
	case ast.Number:
		return scalar(number)
	case ast.String:
		return scalar(text)
	case ast.Var:
		if v.IsWildcard() {
			return value{known: true, weight: 1}
		}
		got, _ := w.use(t, v, s)
		return got
	case ast.Ref:
		return w.ref(t, v, s)
	case ast.Call:
		return w.call(v, s)
	case *ast.Array:
		return w.literal(t, s, v.Foreach)
	case ast.Set:
		return w.literal(t, s, v.Foreach)
	case ast.Object:
		return w.object(t, v, s)
	case *ast.ArrayComprehension:
		return w.comprehension(t, v.Body, s, v.Term)
	case *ast.SetComprehension:
		return w.comprehension(t, v.Body, s, v.Term)
	case *ast.ObjectComprehension:
		return w.comprehension(t, v.Body, s, v.Key, v.Value)
	}
	w.fault(t.Location, "KM-REGO-SUBSET", "", "this is not part of the language")
	return wrong
}

const growthCode = "KM-REGO-GROWTH"

func isGrowth(f norm.ModuleFault) bool { return f.Code == growthCode }

// weigh refuses a value that is put together of too many others.
func (w *walker) weigh(t *ast.Term, v value) value {
	if v.weight > maxWeight {
		if !slices.ContainsFunc(w.faults, isGrowth) {
			w.fault(t.Location, growthCode, "", "this is put together of more than %d values, since what it holds is put together too", maxWeight)
		}
		v.weight = maxWeight + 1
	}
	return v
}

// literal is a list or set written out. What is fixed in it weighs nothing: it
// is made once.
func (w *walker) literal(t *ast.Term, s *scope, each func(func(*ast.Term))) value {
	got, weight := value{}, 1
	each(func(inner *ast.Term) {
		v := w.term(inner, s)
		if !inner.IsGround() || isRef(inner) {
			weight += v.weight
		}
		got = join(got, v)
	})
	got = listOf(got, 0)
	got.weight = weight
	return w.weigh(t, got)
}

func isRef(t *ast.Term) bool { // IsGround is true of a ref, too, if its path is fixed
	_, ok := t.Value.(ast.Ref)
	return ok
}

func (w *walker) object(t *ast.Term, o ast.Object, s *scope) value {
	weight := 1
	o.Foreach(func(key, inner *ast.Term) {
		if name, ok := key.Value.(ast.String); ok {
			w.m.objects[string(name)] = true
			w.count(key)
		} else {
			weight += w.term(key, s).weight
		}
		weight += w.term(inner, s).weight
	})
	return w.weigh(t, value{known: true, weight: weight})
}

func (w *walker) comprehension(t *ast.Term, body ast.Body, s *scope, heads ...*ast.Term) value {
	got, weight := value{}, 1
	w.inside(t.Location, func() {
		inner := s.inner()
		w.body(body, inner)
		for _, head := range heads {
			v := w.term(head, inner)
			got = join(got, v)
			weight += v.weight
		}
		w.unused(inner)
	})
	if len(heads) > 1 {
		return w.weigh(t, value{known: true, weight: weight})
	}
	got = listOf(got, 0)
	got.weight = weight
	return w.weigh(t, got)
}

// ref goes through a path such as input.websites, v.severity or xs[i].
func (w *walker) ref(t *ast.Term, r ast.Ref, s *scope) value {
	head, ok := r[0].Value.(ast.Var)
	switch {
	case !ok:
		return w.steps(r[1:], w.term(r[0], s), s)
	case head == "input":
		return w.input(r, s)
	case head == "data":
		return w.data(t, r, s)
	}
	if m := w.m.aliases[head]; m != nil && s.find(head) == nil {
		w.m.imports[head].used = true
		return w.inPackage(m, r, 1, s)
	}
	got, found := w.use(r[0], head, s)
	if !found {
		got = wrong
	}
	return w.steps(r[1:], got, s)
}

func textAt(r ast.Ref, i int) (string, bool) {
	if i >= len(r) {
		return "", false
	}
	s, ok := r[i].Value.(ast.String)
	return string(s), ok
}

func (w *walker) input(r ast.Ref, s *scope) value {
	name, ok := textAt(r, 1)
	switch {
	case len(r) == 1:
		w.fault(r[0].Location, "KM-REGO-SUBSET", "name a part of it, such as input.websites", "the whole input can't be used")
		return wrong
	case !ok:
		w.fault(r[1].Location, "KM-REGO-SUBSET", "write its name", "what is taken from the input must be named")
		return wrong
	case name == "company":
		return w.steps(r[2:], value{known: true, kind: companyKind, weight: 1}, s)
	case name == "month":
		return w.steps(r[2:], scalar(text), s)
	case name == "start" || name == "end":
		return w.steps(r[2:], scalar(instant), s)
	case name == "custom":
		return w.custom(r, s)
	}
	k := w.doc.lists[name]
	if k == nil {
		w.fault(r[1].Location, "KM-REGO-UNKNOWN-FIELD", diag.DidYouMean(name, w.doc.names()), "the input has no %q", name)
		return wrong
	}
	w.uses[name] = true
	return w.steps(r[2:], value{known: true, kind: k, list: true, weight: 1}, s)
}

func (w *walker) custom(r ast.Ref, s *scope) value {
	name, ok := textAt(r, 2)
	if !ok {
		w.fault(r[1].Location, "KM-REGO-SUBSET", "name the type", "the custom records can't be used as a whole")
		return wrong
	}
	k := w.doc.customs[name]
	if k == nil {
		w.fault(r[2].Location, "KM-REGO-UNKNOWN-FIELD", diag.DidYouMean(name, slices.Sorted(maps.Keys(w.doc.customs))), "the norm declares no type %q", name)
		return wrong
	}
	w.uses["custom."+name] = true
	return w.steps(r[3:], value{known: true, kind: k, list: true, weight: 1}, s)
}

// data is a parameter or a rule of a package.
func (w *walker) data(t *ast.Term, r ast.Ref, s *scope) value {
	if first, ok := textAt(r, 1); ok && first == "params" {
		return w.parameter(t, r)
	}
	for n := len(r); n > 1; n-- {
		if m := w.packages[pathOf(r[1:n])]; m != nil {
			return w.inPackage(m, r, n, s)
		}
	}
	at, hint := r[0], "name a parameter, as data.params.NAME"
	if len(r) > 1 {
		at = r[1]
		if name, ok := textAt(r, 1); ok {
			hint = diag.DidYouMean(name, append(w.packageNames(), "params"))
		}
	}
	w.fault(at.Location, "KM-REGO-DATA", hint, "rules see no other data than data.params and the norm's own packages")
	return wrong
}

func pathOf(r ast.Ref) string {
	parts := make([]string, len(r))
	for i := range r {
		s, ok := r[i].Value.(ast.String)
		if !ok {
			return ""
		}
		parts[i] = string(s)
	}
	return strings.Join(parts, ".")
}

func (w *walker) parameter(t *ast.Term, r ast.Ref) value {
	name, ok := textAt(r, 2)
	if !ok || len(r) > 3 {
		w.fault(r[1].Location, "KM-REGO-DATA", "name a parameter, as data.params.NAME", "the parameters can't be used as a whole")
		return wrong
	}
	given, known := w.doc.params[name]
	if !known {
		w.fault(r[2].Location, "KM-REGO-UNKNOWN-PARAMETER", diag.DidYouMean(name, slices.Sorted(maps.Keys(w.doc.params))), "there is no parameter %q", name)
		return wrong
	}
	w.uses["params."+name] = true
	switch v := given.(type) {
	case int64:
		w.renames = append(w.renames, rename{t, ast.Number(ast.InternedTerm(int(v)).Value.(ast.Number))})
		return scalar(number)
	case bool:
		w.renames = append(w.renames, rename{t, ast.Boolean(v)})
		return scalar(boolean)
	case string:
		w.renames = append(w.renames, rename{t, ast.String(v)})
	}
	return scalar(text)
}

// inPackage is a rule of a package of the norm, from r[n] on.
func (w *walker) inPackage(m *module, r ast.Ref, n int, s *scope) value {
	name, ok := textAt(r, n)
	if !ok {
		w.fault(r[n-1].Location, "KM-REGO-DATA", "name a rule of it", "a package can't be used as a whole")
		return wrong
	}
	rule := m.rules[ast.Var(name)]
	if rule == nil {
		w.fault(r[n].Location, "KM-REGO-UNKNOWN-NAME", diag.DidYouMean(name, m.ruleNames()), "the package %s has no rule %q", m.path, name)
		return wrong
	}
	return w.steps(r[n+1:], rule.value, s)
}

// steps follows a path from a value.
func (w *walker) steps(path ast.Ref, got value, s *scope) value {
	for _, step := range path {
		if w.count(step) {
			return wrong
		}
		name, named := step.Value.(ast.String)
		switch {
		case named && got.broken:
		case named && got.kind != nil && !got.list:
			got = w.field(step, string(name), got)
		case named && got.list:
			w.fault(step.Location, "KM-REGO-UNKNOWN-FIELD", "write some x in … and take the field of x", "a list has no field %q", string(name))
			return wrong
		case named && got.shape != "":
			w.fault(step.Location, "KM-REGO-UNKNOWN-FIELD", "", "%s has no field %q", aShape(got.shape), string(name))
			return wrong
		case named:
			got = w.anyField(step, string(name), got)
		default:
			got = w.index(step, got, s)
		}
	}
	return got
}

func (w *walker) field(step *ast.Term, name string, got value) value {
	f := got.kind.field(name)
	if f == nil {
		w.fault(step.Location, "KM-REGO-UNKNOWN-FIELD", diag.DidYouMean(name, got.kind.names()), "a %s has no field %q", got.kind.name, name)
		return wrong
	}
	if f.shape == texts {
		return value{known: true, list: true, shape: text, weight: got.weight}
	}
	return value{known: true, shape: f.shape, words: f.words, weight: got.weight}
}

// anyField is a field of something whose kind nobody knows.
func (w *walker) anyField(step *ast.Term, name string, got value) value {
	names := append(w.doc.fieldNames(), slices.Sorted(maps.Keys(w.m.objects))...)
	if !slices.Contains(names, name) {
		w.fault(step.Location, "KM-REGO-UNKNOWN-FIELD", diag.DidYouMean(name, names), "no record has a field %q", name)
	}
	return value{known: got.known, weight: got.weight, broken: got.broken}
}

// index is an element of a list: xs[0], xs[i] or xs[_].
func (w *walker) index(step *ast.Term, got value, s *scope) value {
	if got.kind != nil && !got.list {
		w.fault(step.Location, "KM-REGO-SUBSET", "write .NAME", "the field of a record must be named")
		return wrong
	}
	if v, ok := step.Value.(ast.Var); ok && !v.IsWildcard() && s.find(v) == nil && w.m.rules[v] == nil {
		w.unknown = true
		near := diag.DidYouMean(string(v), s.names())
		if near == "" {
			near = "write some " + string(v) + " before it, or some x in …"
		}
		w.fault(step.Location, "KM-REGO-UNKNOWN-NAME", near, "there is nothing called %q", v)
		return element(got)
	}
	if _, ok := step.Value.(ast.Number); !ok {
		w.term(step, s)
	}
	return element(got)
}

func aShape(s shape) string {
	switch s {
	case number:
		return "a number"
	case boolean:
		return "true or false"
	case instant:
		return "a time"
	}
	return "a text"
}
