package document

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// writer puts a norm into the words of one language.
type writer struct {
	words
	norm     *norm.Norm
	language string
	criteria []norm.Criterion
	parts    map[string][]norm.Part // by criterion; named values under ""
	lets     map[string]norm.Part
	packages map[string]string // Rego packages by criterion
	guarded  map[string]bool   // by criterion: its package has a rule measured
}

func newWriter(n *norm.Norm, w words, language string) *writer {
	all := &writer{words: w, norm: n, language: language, criteria: n.Criteria(),
		parts: map[string][]norm.Part{}, lets: map[string]norm.Part{}, packages: map[string]string{}, guarded: map[string]bool{}}
	for _, p := range n.Parts() {
		all.parts[p.Criterion] = append(all.parts[p.Criterion], p)
		if p.Criterion == "" {
			all.lets[p.Key] = p
		}
	}
	for i, asked := range n.Source().Criteria {
		all.packages[asked.Criterion] = asked.Package
		all.guarded[asked.Criterion] = n.Policy() != nil && n.Policy().Has(i, norm.RuleMeasured)
	}
	return all
}

func (w *writer) page(cel bool) page {
	p := page{words: w.words, Lang: w.language, Title: w.norm.Title().In(w.language),
		Facts: w.facts(), Sentences: w.takes(), TermsOf: w.terms(), Values: w.parameters()}
	for _, c := range w.criteria {
		p.Rows = append(p.Rows, row{w.title(c), c.Met.In(w.language), c.Remedy.In(w.language), c.Weight.String(), c.Required})
		p.Measured = append(p.Measured, w.measured(c))
	}
	if cel {
		p.Expression = w.expressions()
	}
	return p
}

// title is what a criterion is called; without a title by its id.
func (w *writer) title(c norm.Criterion) string {
	if t := c.Title.In(w.language); t != "" {
		return t
	}
	return c.ID
}

func (w *writer) facts() []string {
	facts := []string{
		fmt.Sprintf("%s: %s.", w.Version, w.norm.Version()),
		fmt.Sprintf("%s: %s.", w.ID, w.norm.ID()),
	}
	if from, until := w.norm.Range(); until == 0 {
		facts = append(facts, fmt.Sprintf(w.From, from))
	} else {
		facts = append(facts, fmt.Sprintf(w.FromUntil, from, until))
	}
	if note := w.Status[string(w.norm.Status())]; note != "" {
		facts = append(facts, note)
	}
	return facts
}

// takes says what a month takes.
func (w *writer) takes() []string {
	s := w.norm.Scoring()
	choose := func(yes bool, this, other string) string {
		if yes {
			return this
		}
		return other
	}
	all := []string{w.TakesLead, fmt.Sprintf(w.Qualifies, s.Threshold)}
	var required []string
	for _, c := range w.criteria {
		if c.Required {
			required = append(required, w.title(c))
		}
	}
	if len(required) > 0 {
		all = append(all, fmt.Sprintf(w.Required, strings.Join(required, "; ")))
	}
	return append(all, choose(s.RefuseUnknown, w.UnknownRefuse, w.UnknownZero),
		choose(s.EarnNotApplicable, w.Earn, w.Redistribute), choose(s.CountWaivers, w.WaiversCount, w.WaiversShow))
}

// measured says what a criterion looks at.
func (w *writer) measured(c norm.Criterion) measured {
	m := measured{Title: w.title(c), Needed: w.NeededNo}
	var data []string
	guarded, limited := w.guarded[c.ID], false
	for _, p := range w.parts[c.ID] {
		w.reads(p.Expr.Root(), &data)
		guarded = guarded || p.Key == "measured"
		limited = limited || p.Key == "applies"
	}
	if guarded {
		m.Needed = w.NeededYes
	}
	if limited {
		m.Needed += "; " + w.OnlyIf
	}
	if pkg := w.packages[c.ID]; pkg != "" {
		data = append(data, fmt.Sprintf(w.ByRego, pkg, w.file(pkg)))
	}
	slices.Sort(data)
	m.Data = strings.Join(slices.Compact(data), ", ")
	return m
}

// reads collects the data that an expression looks at, through named values
// too.
func (w *writer) reads(n *expr.Node, into *[]string) {
	n.Walk(func(n *expr.Node) {
		switch let, named := w.lets[n.Name]; {
		case n.Op == expr.Field && n.Args[0].Op == expr.Ident && n.Args[0].Name == "custom":
			*into = append(*into, "custom."+n.Name)
		case n.Op != expr.Ident || n.Bound() != nil:
		case w.Lists[n.Name] != "":
			*into = append(*into, w.Lists[n.Name])
		case named:
			w.reads(let.Expr.Root(), into)
		}
	})
}

// file is the module that has the package.
func (w *writer) file(pkg string) string {
	line := regexp.MustCompile(`(?m)^\s*package\s+` + regexp.QuoteMeta(pkg) + `\s*(#.*)?$`)
	for _, m := range w.norm.Source().Modules {
		if line.MatchString(m.Text) {
			return m.Name
		}
	}
	return "?"
}

// parameters lists the norm's parameters with what uses them.
func (w *writer) parameters() []parameter {
	used := map[string][]string{}
	for _, c := range w.criteria {
		for _, p := range w.parts[c.ID] {
			for _, name := range w.uses(p.Expr.Root(), nil) {
				if !slices.Contains(used[name], w.title(c)) {
					used[name] = append(used[name], w.title(c))
				}
			}
		}
		if w.norm.Policy() == nil || w.packages[c.ID] == "" {
			continue
		}
		for _, p := range w.norm.Parameters() {
			if w.norm.Policy().Uses("params."+p.Name) && !slices.Contains(used[p.Name], w.title(c)) {
				used[p.Name] = append(used[p.Name], w.title(c))
			}
		}
	}
	var all []parameter
	for _, p := range w.norm.Parameters() {
		one := parameter{p.Name, w.value(p.Value), strings.Join(used[p.Name], "; "), w.Fixed}
		switch p.Tighten {
		case "up":
			one.Variant = w.Up
		case "down":
			one.Variant = w.Down
		}
		if one.Used == "" {
			one.Used = w.UsedNowhere
		}
		all = append(all, one)
	}
	return all
}

func (w *writer) value(v any) string {
	switch v {
	case true:
		return w.Yes
	case false:
		return w.No
	}
	return fmt.Sprint(v)
}

// uses are the parameters in an expression, through named values too.
func (w *writer) uses(n *expr.Node, names []string) []string {
	n.Walk(func(n *expr.Node) {
		let, named := w.lets[n.Name]
		switch {
		case n.Op == expr.Field && n.Args[0].Op == expr.Ident && n.Args[0].Name == "params":
			names = append(names, n.Name)
		case n.Op == expr.Ident && n.Bound() == nil && named:
			names = w.uses(let.Expr.Root(), names)
		}
	})
	return names
}

// expressions are all conditions as CEL; a form is shown as what it means.
func (w *writer) expressions() []expressions {
	var all []expressions
	if named := w.parts[""]; len(named) > 0 {
		one := expressions{Title: w.Named}
		for _, p := range named {
			one.Parts = append(one.Parts, expression{p.Key, cel(p)})
		}
		all = append(all, one)
	}
	for _, c := range w.criteria {
		one := expressions{Title: w.title(c)}
		for _, p := range w.parts[c.ID] {
			one.Parts = append(one.Parts, expression{w.Parts[p.Key], cel(p)})
		}
		if pkg := w.packages[c.ID]; pkg != "" {
			one.Parts = append(one.Parts, expression{w.Parts["when"], fmt.Sprintf("package %s  # %s", pkg, w.file(pkg))})
		}
		all = append(all, one)
	}
	return all
}

func cel(p norm.Part) string {
	if p.Form == nil {
		return strings.TrimSpace(p.Expr.Text)
	}
	text, _ := p.Form.CEL()
	return strings.ReplaceAll(text, "\n))", "))")
}
