package rego

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/open-policy-agent/opa/v1/ast"
)

// compile checks the modules step by step. A step that finds faults is the
// last: what follows would tell their consequences as faults of their own.
func compile(s norm.Source) (*policy, []norm.ModuleFault) {
	p := &program{source: s, doc: documentOf(s.Types, s.Parameters), uses: map[string]bool{}}
	if !p.read() {
		return nil, p.sorted()
	}
	if p.declare(); len(p.faults) > 0 {
		return nil, p.sorted()
	}
	p.ask()
	if p.walk(); len(p.faults) > 0 {
		return nil, p.sorted()
	}
	logic := p.logic()
	for _, r := range p.renames {
		r.term.Value = r.to
	}
	c := p.opa()
	if c.Failed() {
		p.told(c.Errors)
		return nil, p.sorted()
	}
	pol := &policy{doc: p.doc, compiler: c, builtins: builtins(), uses: p.uses, logic: logic, texts: map[string]string{}}
	for _, m := range p.modules {
		pol.texts[m.name] = m.text
	}
	for _, a := range s.Criteria {
		pol.criteria = append(pol.criteria, p.prepare(c, p.packages[a.Package]))
	}
	if len(p.faults) > 0 {
		return nil, p.sorted()
	}
	pol.lists = p.lists()
	pol.longest = longestText(s)
	pol.bounds, pol.fails = p.bound(pol)
	pol.lowered = p.lower(pol)
	return pol, nil
}

// sorted puts faults in the order of their places, each once.
func (p *program) sorted() []norm.ModuleFault {
	slices.SortStableFunc(p.faults, func(a, b norm.ModuleFault) int {
		return cmp.Or(cmp.Compare(a.Module, b.Module), cmp.Compare(a.Criterion, b.Criterion), cmp.Compare(a.Start, b.Start))
	})
	return slices.CompactFunc(p.faults, func(a, b norm.ModuleFault) bool {
		return a.Module == b.Module && a.Criterion == b.Criterion && a.Start == b.Start
	})
}

// logic is what the modules say, without layout and comments: rego.v1, which
// is implied, left out.
func (p *program) logic() string {
	var b strings.Builder
	for _, path := range p.packageNames() {
		m := p.packages[path]
		fmt.Fprintf(&b, "package %s\n", path)
		for _, i := range m.ast.Imports {
			if i.Path.String() != "rego.v1" {
				fmt.Fprintf(&b, "%s\n", i)
			}
		}
		for _, r := range m.ast.Rules {
			fmt.Fprintf(&b, "%s\n", r)
		}
	}
	return b.String()
}

// capabilities are all that OPA is allowed: our functions, := and ==, the
// iteration that some … in stands for, and no host on the network.
func capabilities() *ast.Capabilities {
	c := &ast.Capabilities{
		Builtins: []*ast.Builtin{ast.Assign, ast.Equality, ast.Equal, ast.Member, ast.MemberWithKey},
		Features: []string{ast.FeatureRegoV1, ast.FeatureRegoV1Import, ast.FeatureRefHeadStringPrefixes, ast.FeatureRefHeads},
		AllowNet: []string{},
	}
	for name, b := range builtins() {
		c.Builtins = append(c.Builtins, b.declare(name))
	}
	slices.SortFunc(c.Builtins, func(a, b *ast.Builtin) int { return strings.Compare(a.Name, b.Name) })
	return c
}

// opa compiles the modules: strictly, with types, and with nothing allowed but
// the language.
func (p *program) opa() *ast.Compiler {
	schemas := ast.NewSchemaSet()
	schemas.Put(ast.SchemaRootRef, p.doc.schema())
	c := ast.NewCompiler().WithCapabilities(capabilities()).WithStrict(true).WithSchemas(schemas).WithUseTypeCheckAnnotations(false)
	modules := map[string]*ast.Module{}
	for _, m := range p.modules {
		modules[m.name] = m.ast
	}
	c.Compile(modules)
	return c
}

var ours = regexp.MustCompile(`keurmerk\.([a-z_]+)`)

// told reports what OPA's compiler found.
func (p *program) told(all ast.Errors) {
	for _, e := range all {
		m := p.moduleOf(e.Location)
		if m == nil {
			p.report(p.modules[0], 0, 0, "KM-REGO", "", "the modules can't be used: %s", e.Message)
			continue
		}
		p.tell(m, e)
	}
}

func (p *program) moduleOf(l *ast.Location) *module {
	i := slices.IndexFunc(p.modules, func(m *module) bool { return l != nil && m.name == l.File })
	if i < 0 {
		return nil
	}
	return p.modules[i]
}

func (p *program) tell(m *module, e *ast.Error) {
	start, end := m.span(e.Location)
	message := ours.ReplaceAllStringFunc(e.Message, func(name string) string {
		for written, f := range functions {
			if "keurmerk."+f.as == name {
				return shown(written)
			}
		}
		return name
	})
	code, hint := "KM-REGO", ""
	switch detail := e.Details.(type) {
	case *ast.RefErrInvalidDetail:
		code, message = "KM-REGO-UNKNOWN-FIELD", "there is no such field"
		if at := detail.Ref[detail.Pos]; at.Location != nil {
			start, end = m.span(at.Location)
			message = fmt.Sprintf("there is no field %q", strings.Trim(at.String(), `"`))
			hint = diag.DidYouMean(strings.Trim(at.String(), `"`), texted(detail.OneOf))
		}
	case *ast.RefErrUnsupportedDetail:
		code, message = "KM-REGO-TYPE", "this has no fields and no elements"
		if at := detail.Ref[detail.Pos]; at.Location != nil {
			start, end = m.span(at.Location)
		}
	case *ast.ArgErrDetail:
		code, message = "KM-REGO-TYPE", strings.TrimSuffix(message, ": invalid argument(s)")+" can't be used on these"
	case *ast.UnificationErrDetail:
		code, message = "KM-REGO-TYPE", "these two are never equal: they are of different types"
	}
	switch {
	case e.Code == ast.RecursionErr && slices.ContainsFunc(p.faults, func(f norm.ModuleFault) bool { return f.Code == "KM-REGO-RECURSION" }):
		return // of a circle the first rule is enough
	case e.Code == ast.RecursionErr:
		code, message, hint = "KM-REGO-RECURSION", "the rule depends on itself", ""
	case e.Code == ast.UnsafeVarErr:
		name, _, _ := strings.Cut(strings.TrimPrefix(message, "var "), " ")
		code, message = "KM-REGO-UNKNOWN-NAME", name+" gets no value"
		start, end = m.named(name, start, end)
	case strings.Contains(message, "conflict"):
		code, message = "KM-REGO-CONFLICT", "the rule is given before in another way"
	}
	p.report(m, start, end, code, hint, "%s", message)
}

func texted(values []ast.Value) []string {
	var all []string
	for _, v := range values {
		if s, ok := v.(ast.String); ok {
			all = append(all, string(s))
		}
	}
	return all
}

// named is the first token from start on that is the name; start and end if
// there is none.
func (m *module) named(name string, start, end int) (from, to int) {
	for _, t := range m.tokens.tokens {
		if t.start >= start && m.text[t.start:t.end] == name {
			return t.start, t.end
		}
	}
	return start, end
}
