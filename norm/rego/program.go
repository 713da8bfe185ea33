package rego

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/open-policy-agent/opa/v1/ast"
)

// program is a norm's modules while they are checked.
type program struct {
	source   norm.Source
	doc      *document
	modules  []*module
	packages map[string]*module // by path, such as cyberkeurmerk.website
	faults   []norm.ModuleFault
	uses     map[string]bool // params.NAME and custom.NAME
	renames  []rename
	changed  bool // what is known of a rule has changed in this walk
}

// module is one file.
type module struct {
	index   int
	name    string
	text    string
	tokens  *scanner
	ast     *ast.Module
	path    string
	rules   map[ast.Var]*rule
	aliases map[ast.Var]*module // of its imports
	imports map[ast.Var]*imported
	objects map[string]bool // keys of objects that it makes
}

// imported is an import: where its path stands, and whether anything uses it.
type imported struct {
	start, end int
	used       bool
}

// rule is what is known of all rules of one name.
type rule struct {
	name   ast.Var
	first  *ast.Rule
	args   int // -1: no function
	many   bool
	value  value   // what it stands for
	params []value // of a function: what it is called with
	called bool

	fallback bool // has a default
}

// rename is a term that OPA is to see otherwise than the author wrote it.
type rename struct {
	term *ast.Term
	to   ast.Value
}

func (p *program) report(m *module, start, end int, code, hint, format string, args ...any) {
	p.faults = append(p.faults, norm.ModuleFault{Module: m.index, Start: start, End: max(end, start), Severity: diag.Error,
		Code: code, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// asked reports a fault in what a criterion asks for.
func (p *program) asked(i int, code, hint, format string, args ...any) {
	p.faults = append(p.faults, norm.ModuleFault{Module: -1, Criterion: i, Severity: diag.Error,
		Code: code, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// read scans and parses the modules; false if that is as far as it goes.
func (p *program) read() bool {
	total := 0
	for i, source := range p.source.Modules {
		m := &module{index: i, name: source.Name, text: source.Text, rules: map[ast.Var]*rule{}, aliases: map[ast.Var]*module{}, imports: map[ast.Var]*imported{}, objects: map[string]bool{}}
		p.modules = append(p.modules, m)
		if total += len(m.text); len(m.text) > maxBytes {
			p.report(m, 0, 0, "KM-REGO-SIZE", "put a part of it in a file of its own", "the module is larger than %d bytes", maxBytes)
			continue
		} else if total > maxTotalBytes {
			p.report(m, 0, 0, "KM-REGO-SIZE", "", "the modules together are larger than %d bytes", maxTotalBytes)
			continue
		}
		m.tokens = &scanner{text: m.text, report: func(start, end int, code, hint, format string, args ...any) {
			p.report(m, start, end, code, hint, format, args...)
		}}
		if m.tokens.scan() {
			p.parse(m)
		}
	}
	return len(p.faults) == 0
}

// span is the token at the location.
func (m *module) span(l *ast.Location) (start, end int) {
	if l == nil {
		return 0, 0
	}
	t := m.tokens.at(l.Offset)
	return t.start, t.end
}

// declare notes the packages and their rules, before any of them is looked at.
func (p *program) declare() {
	p.packages = map[string]*module{}
	count := 0
	for _, m := range p.modules {
		p.declarePackage(m)
		for _, r := range m.ast.Rules {
			if count++; count == maxRules+1 {
				start, end := m.span(r.Location)
				p.report(m, start, end, "KM-REGO-SIZE", "", "a norm has at most %d rules", maxRules)
			}
			p.declareRule(m, r)
		}
	}
	for _, m := range p.modules {
		for _, i := range m.ast.Imports {
			p.declareImport(m, i)
		}
		above := m.path
		for at := strings.LastIndexByte(above, '.'); at > 0; at = strings.LastIndexByte(above, '.') {
			name := ast.Var(above[at+1:])
			above = above[:at]
			if other := p.packages[above]; other != nil && other.rules[name] != nil {
				start, end := m.packageSpan()
				p.report(m, start, end, "KM-REGO-PACKAGE", "choose another name", "the package %s already has a rule %q", above, name)
			}
		}
	}
}

// packageSpan is where the package's path stands.
func (m *module) packageSpan() (start, end int) {
	path := m.ast.Package.Path
	if len(path) < 2 || path[1].Location == nil {
		return m.span(m.ast.Package.Location)
	}
	start, _ = m.span(path[1].Location)
	_, end = m.span(path[len(path)-1].Location)
	return start, end
}

func (p *program) declarePackage(m *module) {
	var parts []string
	plain := true
	for _, t := range m.ast.Package.Path[1:] {
		s, ok := t.Value.(ast.String)
		plain = plain && ok && wordShape.MatchString(string(s))
		parts = append(parts, string(s))
	}
	m.path = strings.Join(parts, ".")
	start, end := m.packageSpan()
	switch other := p.packages[m.path]; {
	case !plain:
		p.report(m, start, end, "KM-REGO-PACKAGE", "", "a package's name is words with dots between them")
	case parts[0] == "params":
		p.report(m, start, end, "KM-REGO-PACKAGE", "choose another name", "data.params holds the norm's parameters")
	case other != nil:
		p.report(m, start, end, "KM-REGO-PACKAGE", "give each file a package of its own", "the package %s stands in %s too", m.path, other.name)
	default:
		p.packages[m.path] = m
	}
}

func (p *program) declareRule(m *module, r *ast.Rule) {
	start, end := m.span(r.Head.Location)
	name := r.Head.Name
	if len(r.Head.Reference) > 0 {
		start, end = m.span(r.Head.Reference[0].Location)
		if v, ok := r.Head.Reference[0].Value.(ast.Var); ok {
			name = v
		}
	}
	if len(r.Head.Reference) > 1 {
		at, to := m.span(r.Head.Reference[1].Location)
		p.report(m, at, to, "KM-REGO-SUBSET", "write NAME contains …, or a comprehension such as {k: v | …}", "a rule has a single name")
		return
	}
	if taken(name) {
		p.report(m, start, end, "KM-REGO-SHADOW", "choose another name", "the name %q is taken", name)
		return
	}
	args := -1
	if len(r.Head.Args) > 0 {
		args = len(r.Head.Args)
	}
	many := r.Head.Key != nil
	known := m.rules[name]
	if known == nil {
		m.rules[name] = &rule{name: name, first: r, args: args, many: many, params: make([]value, max(args, 0)), fallback: r.Default}
		return
	}
	switch {
	case known.args != args:
		p.report(m, start, end, "KM-REGO-CONFLICT", "", "%q is given before with other arguments", name)
	case known.many != many:
		p.report(m, start, end, "KM-REGO-CONFLICT", "", "%q is given before in another form", name)
	case r.Default && known.fallback:
		p.report(m, start, end, "KM-REGO-CONFLICT", "remove one of the two", "%q has a default already", name)
	}
	known.fallback = known.fallback || r.Default
}

// taken tells whether a name means something in every module.
func taken(name ast.Var) bool {
	_, function := functions[string(name)]
	return name == "input" || name == "data" || name == "keurmerk" || function || symbols[string(name)] != ""
}

// declareImport allows rego.v1, which is implied, and packages of the norm.
func (p *program) declareImport(m *module, i *ast.Import) {
	path, ok := i.Path.Value.(ast.Ref)
	start, end := m.span(i.Path.Location)
	if len(path) > 0 && path[len(path)-1].Location != nil {
		_, end = m.span(path[len(path)-1].Location)
	}
	name := strings.TrimPrefix(path.String(), "data.")
	switch target := p.packages[name]; {
	case !ok:
	case path.String() == "rego.v1" && m.imports["rego.v1"] != nil:
		p.report(m, start, end, "KM-REGO-CONFLICT", "remove one of the two", "rego.v1 is imported twice")
	case path.String() == "rego.v1":
		m.imports["rego.v1"] = &imported{used: true}
	case path.HasPrefix(ast.DefaultRootRef) && target != nil:
		alias := i.Name()
		if m.rules[alias] != nil || taken(alias) || m.aliases[alias] != nil {
			p.report(m, start, end, "KM-REGO-SHADOW", "choose another name with as", "the name %q is taken", alias)
			return
		}
		m.aliases[alias], m.imports[alias] = target, &imported{start: start, end: end}
	case path.HasPrefix(ast.DefaultRootRef):
		p.report(m, start, end, "KM-REGO-DATA", p.nearPackage(name), "there is no package %q beside the norm", name)
	default:
		p.report(m, start, end, "KM-REGO-SUBSET", "remove it", "%s can't be imported", path)
	}
}

func (p *program) packageNames() []string {
	var names []string
	for name := range p.packages {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (p *program) nearPackage(name string) string { return diag.DidYouMean(name, p.packageNames()) }

func (m *module) ruleNames() []string {
	var names []string
	for name := range m.rules {
		names = append(names, string(name))
	}
	slices.Sort(names)
	return names
}

// meanings are the rules that a criterion's package can have, by the fault of
// one that has another form.
var meanings = []string{norm.RuleMet, norm.RuleShare, norm.RuleApplies, norm.RuleMeasured, norm.RuleEvidence}

// ask holds what the criteria ask for against the packages.
func (p *program) ask() {
	for i, a := range p.source.Criteria {
		m := p.packages[a.Package]
		switch {
		case !pathShape.MatchString(a.Package):
			hint := ""
			if rest := strings.TrimPrefix(a.Package, "data."); rest != a.Package && pathShape.MatchString(rest) {
				hint = "write " + rest
			}
			p.asked(i, "KM-REGO-PACKAGE", hint, "%q is no package's name, such as cyberkeurmerk.website", a.Package)
		case m == nil && strings.HasPrefix(a.Package, "data.") && p.packages[a.Package[5:]] != nil:
			p.asked(i, "KM-REGO-PACKAGE", "leave out data.", "the norm's modules have no package %q", a.Package)
		case m == nil:
			p.asked(i, "KM-REGO-PACKAGE", p.nearPackage(a.Package), "the norm's modules have no package %q", a.Package)
		default:
			p.askRules(i, m)
		}
	}
}

func (p *program) askRules(i int, m *module) {
	met, share := m.rules[norm.RuleMet], m.rules[norm.RuleShare]
	if met == nil && share == nil {
		p.asked(i, "KM-REGO-RULE", "", "the package %s has no rule met or share", m.path)
	}
	for _, name := range meanings {
		r := m.rules[ast.Var(name)]
		switch {
		case r == nil:
		case r.args >= 0:
			p.wrongForm(m, r, "leave out the brackets", "%s is a rule, not a function", name)
		case r.many && name != norm.RuleEvidence:
			p.wrongForm(m, r, "", "%s is one value, not a set", name)
		}
	}
}

func (p *program) wrongForm(m *module, r *rule, hint, format string, args ...any) {
	start, end := m.span(r.first.Head.Location)
	p.reportOnce(m, start, end, "KM-REGO-RULE", hint, format, args...)
}

// reportOnce is for what several criteria can lead to.
func (p *program) reportOnce(m *module, start, end int, code, hint, format string, args ...any) {
	for _, f := range p.faults {
		if f.Module == m.index && f.Start == start && f.Code == code {
			return
		}
	}
	p.report(m, start, end, code, hint, format, args...)
}
