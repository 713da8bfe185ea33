package bundle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
)

// strict are the functions that take the place of operators and functions in
// the norm's own modules, by OPA's names.
var strict = map[string]string{
	"plus": "added", "minus": "difference", "mul": "multiplied", "neq": "unequal", "lt": "below", "lte": "at_most", "gt": "above", "gte": "at_least",
	"or": "union", "and": "intersection", "internal.member_2": "member", "internal.member_3": "member_at",
	"count": "counted", "sum": "total", "max": "largest", "min": "smallest",
	"contains": "holds", "startswith": "starts", "endswith": "ends", "regex.match": "match",
	"keurmerk.portion": "portion", "keurmerk.days": "days", "keurmerk.this_month": "this_month",
}

// modules adds the norm's own modules. They keep their packages and comments;
// the functions that they call are replaced by ones that a stock OPA has.
func (b *Bundle) modules(n *norm.Norm) error {
	source := n.Source()
	if len(source.Modules) == 0 {
		return nil
	}
	text, err := policy.ReadFile("policy/strict.rego")
	if err != nil {
		return err
	}
	b.add("keurmerk/strict.rego", string(text))
	var all []*ast.Module
	for _, m := range source.Modules {
		parsed, err := ast.ParseModuleWithOpts(m.Name, m.Text, ast.ParserOptions{RegoVersion: ast.RegoV1})
		if err != nil {
			return err
		}
		all = append(all, parsed)
	}
	gentle := map[any]bool{}
	for _, parsed := range all {
		if call := gentleCall(parsed); call != nil && asksFor(source, packagePath(parsed)) && !mentions(all, norm.RuleShare) {
			gentle[call] = true
		}
	}
	for i, m := range source.Modules {
		parsed := all[i]
		path := packagePath(parsed)
		if path == "keurmerk" || strings.HasPrefix(path, "keurmerk.") || path == "params" || strings.HasPrefix(path, "params.") {
			return &UnsupportedError{m.Name, fmt.Sprintf("its package %s has a name that the bundle needs; rename it", path)}
		}
		replace(parsed, gentle)
		printed, err := format.Ast(parsed)
		if err != nil {
			return &UnsupportedError{m.Name, err.Error()}
		}
		b.add(moduleName(m.Name), string(printed))
		b.roots = append(b.roots, strings.ReplaceAll(path, ".", "/"))
	}
	b.roots = outermost(b.roots)
	return nil
}

// moduleName is the module's name in the bundle: beside the rest, below a
// folder of its own.
func moduleName(name string) string { return "modules/" + name }

func packagePath(m *ast.Module) string {
	var parts []string
	for _, t := range m.Package.Path[1:] {
		if s, ok := t.Value.(ast.String); ok {
			parts = append(parts, string(s))
		}
	}
	return strings.Join(parts, ".")
}

// outermost leaves out what lies below another.
func outermost(roots []string) []string {
	slices.Sort(roots)
	var kept []string
	for _, r := range roots {
		if !slices.ContainsFunc(kept, func(k string) bool { return r == k || strings.HasPrefix(r, k+"/") }) {
			kept = append(kept, r)
		}
	}
	return kept
}

// asksFor tells whether a criterion asks the package.
func asksFor(s norm.Source, path string) bool {
	return slices.ContainsFunc(s.Criteria, func(a norm.Asked) bool { return a.Package == path })
}

// replace puts our functions in the place of OPA's. Those that are gentle are
// undefined where they fail.
func replace(m *ast.Module, gentle map[any]bool) {
	iterations := map[*ast.Term]bool{} // some x in xs is no call
	ast.WalkExprs(m, func(e *ast.Expr) bool {
		if some, ok := e.Terms.(*ast.SomeDecl); ok {
			for _, s := range some.Symbols {
				iterations[s] = true
			}
		}
		return false
	})
	rename := func(operator *ast.Term, call any) {
		name := operator.String()
		as, ok := strict[name]
		if !ok {
			return
		}
		path := []string{"keurmerk", "strict", as}
		if name == "keurmerk.portion" && gentle[call] {
			path[1] = "cel"
		}
		ref := ast.Ref{ast.DefaultRootDocument}
		for _, p := range path {
			ref = append(ref, ast.StringTerm(p))
		}
		operator.Value = ref
	}
	ast.WalkTerms(m, func(t *ast.Term) bool {
		if call, ok := t.Value.(ast.Call); ok && !iterations[t] {
			rename(call[0], t)
		}
		return false
	})
	ast.WalkExprs(m, func(e *ast.Expr) bool {
		if terms, ok := e.Terms.([]*ast.Term); ok && len(terms) > 0 {
			rename(terms[0], e)
		}
		return false
	})
}

// gentleCall is the value of a package's only rule for its share, if that is a
// call: if it fails the share is undefined and the criterion unknown, so that
// the query need not end.
func gentleCall(m *ast.Module) *ast.Term {
	var shares []*ast.Rule
	for _, r := range m.Rules {
		if string(r.Head.Name) == norm.RuleShare {
			shares = append(shares, r)
		}
	}
	if len(shares) != 1 || shares[0].Default || shares[0].Else != nil {
		return nil
	}
	return shares[0].Head.Value
}

// mentions tells whether a rule of a module could ask for one of this name.
func mentions(all []*ast.Module, name string) bool {
	found := false
	for _, m := range all {
		for _, r := range m.Rules {
			ast.WalkTerms(r, func(t *ast.Term) bool {
				switch v := t.Value.(type) {
				case ast.Var:
					found = found || string(v) == name && t != r.Head.Reference[0]
				case ast.String:
					found = found || string(v) == name
				}
				return false
			})
		}
	}
	return found
}

// asking writes the rules of a criterion that asks a module.
func asking(n *norm.Norm, i int) (rules string, parts []string) {
	asked := n.Source().Criteria[i]
	var b strings.Builder
	for _, rule := range []struct{ part, name string }{
		{"applies", norm.RuleApplies}, {"measured", norm.RuleMeasured}, {"when", norm.RuleMet}, {"share", norm.RuleShare}, {"evidence", norm.RuleEvidence},
	} {
		if !n.Policy().Has(i, rule.name) {
			continue
		}
		parts = append(parts, rule.part)
		value := fmt.Sprintf("data.%s.%s with input as document.view with data.params as params", asked.Package, rule.name)
		if rule.part == "evidence" {
			fmt.Fprintf(&b, "\nevidence := {document.evident_key(e) | some e in found} if {\n\tfound := %s\n\tdocument.evident(found)\n}\n", value)
			continue
		}
		fmt.Fprintf(&b, "\n%s := answer if answer := %s\n", rule.part, value)
	}
	return b.String(), parts
}
