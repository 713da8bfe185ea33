package rego

import (
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/open-policy-agent/opa/v1/ast"
)

// call goes through an operator or function with its arguments.
func (w *walker) call(terms []*ast.Term, s *scope) value {
	args := make([]value, len(terms)-1)
	for i, a := range terms[1:] {
		args[i] = w.term(a, s)
	}
	operator := terms[0]
	r, ok := operator.Value.(ast.Ref)
	if !ok {
		w.fault(operator.Location, "KM-REGO-SUBSET", "", "this can't be called")
		return wrong
	}
	if target := w.ownFunction(r); target != nil {
		return w.callOwn(operator, r, target, args)
	}
	name := r.String()
	f, ok := functions[name]
	if !ok {
		w.refuse(operator, r, name)
		return wrong
	}
	if len(args) != f.args {
		w.atName(operator, r, "KM-REGO-ARGUMENTS", "", "%s takes %d, not %d", shown(name), f.args, len(args))
		return wrong
	}
	w.check(name, operator, terms[1:], args)
	if f.as != "" {
		w.renames = append(w.renames, rename{operator, ownName(f.as)})
	}
	return result(name, args)
}

// ownName is the function of ours that takes the place of OPA's.
func ownName(name string) ast.Ref {
	return ast.Ref{ast.VarTerm("keurmerk"), ast.StringTerm(name)}
}

func result(name string, args []value) value {
	switch name {
	case "plus", "minus", "mul", "count", "sum", "keurmerk.portion", "keurmerk.days":
		return scalar(number)
	case "or", "and":
		return join(args[0], args[1])
	case "max", "min":
		return element(args[0])
	}
	return scalar(boolean)
}

// ownFunction finds a function of the norm: f, alias.f or data.package.f.
func (w *walker) ownFunction(r ast.Ref) *rule {
	head, ok := r[0].Value.(ast.Var)
	if !ok {
		return nil
	}
	m, last := w.m, len(r)-1
	switch {
	case head == "data" && len(r) > 2:
		m = w.packages[pathOf(r[1:last])]
	case len(r) == 2:
		if m = w.m.aliases[head]; m != nil {
			w.m.imports[head].used = true
		}
	case len(r) == 1:
		return m.rules[head]
	default:
		return nil
	}
	name, ok := textAt(r, last)
	if m == nil || !ok {
		return nil
	}
	return m.rules[ast.Var(name)]
}

func (w *walker) callOwn(operator *ast.Term, r ast.Ref, f *rule, args []value) value {
	if f.args != len(args) {
		if f.args < 0 {
			w.atName(operator, r, "KM-REGO-ARGUMENTS", "leave out the brackets", "%q is no function", f.name)
		} else {
			w.atName(operator, r, "KM-REGO-ARGUMENTS", "", "%s takes %d, not %d", f.name, f.args, len(args))
		}
		return wrong
	}
	for i, a := range args {
		if next := join(f.params[i], a); f.called && !next.equal(f.params[i]) || !f.called {
			f.params[i], w.changed = next, true
		}
	}
	f.called = true
	return f.value
}

// refuse says why a function is not part of the language.
func (w *walker) refuse(operator *ast.Term, r ast.Ref, name string) {
	hint, known := whyRefused(name)
	if !known {
		hint = diag.DidYouMean(name, slices.Concat(functionNames(), w.m.ruleNames()))
		if _, real := ast.BuiltinMap[name]; !real {
			w.atName(operator, r, "KM-REGO-UNKNOWN-FUNCTION", hint, "there is no function called %s", name)
			return
		}
	}
	w.atName(operator, r, "KM-REGO-SUBSET", hint, "%s is not part of the language", shown(name))
}

func shown(name string) string {
	if symbol := symbols[name]; symbol != "" {
		return symbol
	}
	return name
}

// atName reports at the whole name of a function, with its dots.
func (w *walker) atName(operator *ast.Term, r ast.Ref, code, hint, format string, args ...any) {
	start, end := w.m.span(operator.Location)
	if last := r[len(r)-1].Location; last != nil && len(r) > 1 && symbols[r.String()] == "" {
		_, end = w.m.span(last)
	}
	w.report(w.m, start, end, code, hint, format, args...)
}

// check looks at what a comparison compares and what a pattern is.
func (w *walker) check(name string, operator *ast.Term, terms []*ast.Term, args []value) {
	switch name {
	case "equal", "neq":
		for i := range args {
			w.wordOf(terms[1-i], args[i])
		}
		w.comparable(operator, args)
	case "internal.member_2":
		w.wordIn(terms[1], args[0])
		if in := args[1]; in.shape != "" && !in.list {
			w.fault(operator.Location, "KM-REGO-TYPE", "", "%s holds nothing that in could find", in.name())
		}
	case "lt", "lte", "gt", "gte":
		w.ordered(operator, name, terms, args)
	case "plus", "minus", "mul", "keurmerk.portion":
		for i, a := range args {
			if a.shape != "" && a.shape != number || a.list || a.kind != nil {
				w.fault(terms[i].Location, "KM-REGO-TYPE", "", "%s can't be used on %s", shown(name), a.name())
			}
		}
	case "regex.match":
		w.matching(terms[0])
	}
}

// comparable refuses the comparison of lists and records, which costs as much
// as they are long, and of what is never equal.
func (w *walker) comparable(operator *ast.Term, args []value) {
	for _, a := range args {
		if a.kind != nil || a.list {
			w.fault(operator.Location, "KM-REGO-TYPE", "compare a field, such as id", "%s can't be compared as a whole", a.name())
			return
		}
	}
	if a, b := args[0].ordinal(), args[1].ordinal(); a != "" && b != "" && a != b {
		w.fault(operator.Location, "KM-REGO-TYPE", "", "%s and %s are never equal", args[0].name(), args[1].name())
	}
}

// name is the value in a sentence.
func (v value) name() string {
	switch {
	case v.list:
		return "a list"
	case v.kind != nil:
		return "a " + v.kind.name
	}
	return aShape(v.shape)
}

// wordOf holds a text that is written out against the words of what it is
// compared with.
func (w *walker) wordOf(t *ast.Term, with value) {
	s, ok := t.Value.(ast.String)
	if !ok || len(with.words) == 0 || slices.Contains(with.words, string(s)) {
		return
	}
	hint := diag.DidYouMean(string(s), with.words)
	if hint == "" {
		hint = "write one of " + strings.Join(with.words, " ")
	}
	w.fault(t.Location, "KM-REGO-WORD", hint, "it is never %q", string(s))
}

// wordIn does so for each text of a list or set that is written out.
func (w *walker) wordIn(t *ast.Term, with value) {
	each := func(inner *ast.Term) { w.wordOf(inner, with) }
	switch v := t.Value.(type) {
	case ast.Set:
		v.Foreach(each)
	case *ast.Array:
		v.Foreach(each)
	}
}

// ordered refuses what has no order, or another one than its text.
func (w *walker) ordered(operator *ast.Term, name string, terms []*ast.Term, args []value) {
	for i, a := range args {
		switch literal, ok := terms[i].Value.(ast.String); {
		case ok && dateShape.MatchString(string(literal)) && args[1-i].shape == instant:
			w.fault(terms[i].Location, "KM-REGO-TIME", "compare times with each other, or use keurmerk.days(t) and keurmerk.this_month(t)", "a time is not compared with a text that is written out")
			return
		case slices.Contains(a.words, "critical"):
			w.fault(operator.Location, "KM-REGO-TYPE", "compare rank: none 0, low 1, medium 2, high 3, critical 4, unknown 5", "severity is a word, which has no order")
			return
		case len(a.words) > 0 || a.list || a.kind != nil || a.shape == boolean:
			w.fault(operator.Location, "KM-REGO-TYPE", "", "%s can't be used on %s", shown(name), orWord(a))
			return
		}
	}
	if a, b := args[0].ordinal(), args[1].ordinal(); a != "" && b != "" && a != b {
		w.fault(operator.Location, "KM-REGO-TYPE", "", "%s can't be used between %s and %s", shown(name), args[0].name(), args[1].name())
	}
}

func orWord(v value) string {
	if len(v.words) > 0 {
		return "a word"
	}
	return v.name()
}

// ordinal is number or text; a time is a text too.
func (v value) ordinal() shape {
	if v.shape == instant {
		return text
	}
	return v.shape
}

func (w *walker) matching(t *ast.Term) {
	pattern, ok := t.Value.(ast.String)
	if !ok {
		w.fault(t.Location, "KM-REGO-PATTERN", "write the pattern in quotes", "a pattern must be written out")
		return
	}
	if fault := patternFault(string(pattern)); fault != "" {
		w.fault(t.Location, "KM-REGO-PATTERN", "", "%s", fault)
	}
}
