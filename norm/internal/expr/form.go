package expr

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
)

// Form is a condition written without CEL around it: a quantifier or a count
// over a list, with a condition about one record, called "it".
type Form struct {
	Name  string // none, some, every or count
	List  string // what it goes through, as written
	Where string // the condition; empty: every record
	Than  string // for count: > >= <= or <
	Limit string // for count: the number, or params.NAME
}

// CEL writes the form as the expression that it means, with the condition at
// the code point that is returned.
func (f Form) CEL() (text string, at int) {
	where := f.Where
	if where == "" {
		where = "true"
	}
	before := map[string]string{"none": "!%s.exists(it, (", "some": "%s.exists(it, (", "every": "%s.all(it, (", "count": "%s.filter(it, ("}[f.Name]
	after := "))"
	if f.Name == "count" {
		after = fmt.Sprintf(")).size() %s %s", f.Than, f.Limit)
	}
	if f.Where != "" {
		after = "\n" + after // a comment may end the condition
	}
	before = fmt.Sprintf(before, f.List)
	return before + where + after, len([]rune(before))
}

// CompileForm checks a form. The faults in list are about its List, those in
// where about its Where.
func (s *Scope) CompileForm(f Form) (e *Expr, list, where []Fault) {
	if let := s.lets[f.List]; let != nil && let.typ.Kind() == types.DynKind {
		return nil, nil, nil // the fault is reported where the name is given
	}
	k := s.listKind(f.List)
	if k == nil {
		return nil, []Fault{{0, len([]rune(f.List)), "KM-LIST", fmt.Sprintf("%q is no list of records", f.List), diag.DidYouMean(f.List, s.listNames())}}, nil
	}
	if f.Where != "" {
		inner, err := s.withIt(k)
		if err != nil {
			return nil, []Fault{{0, 1, "KM-LIST", err.Error(), ""}}, nil
		}
		if _, where = inner.Compile(f.Where, Truth); len(where) > 0 {
			return nil, nil, where
		}
	}
	text, at := f.CEL()
	plain := *s
	plain.formed = true
	e, where = plain.Compile(text, Truth)
	if e != nil {
		e.shift, e.Text = at, f.Where
		e.scope = s
	}
	return e, nil, where
}

// listKind is the kind of record in the list that a form names.
func (s *Scope) listKind(name string) *kind {
	for _, k := range kinds {
		if k.list == name {
			return k
		}
	}
	for _, k := range s.customs {
		if k.list == name {
			return k
		}
	}
	if let := s.lets[name]; let != nil {
		return s.recordsOf(let.typ)
	}
	return nil
}

// listNames are all lists that a form can go through, sorted.
func (s *Scope) listNames() []string {
	names := ListNames()
	for _, k := range s.customs {
		names = append(names, k.list)
	}
	for name, let := range s.lets {
		if s.recordsOf(let.typ) != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
