package norm

import (
	"maps"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
)

// Parameter is a number, text or bool that the norm's conditions use, and that
// a variant may tighten.
type Parameter struct {
	Name     string
	Value    any    // int64, string or bool
	Tighten  string // up or down: the direction in which a variant may go; empty: none
	Min, Max *int64 // bounds of a number; nil: none
}

// Parameters lists the parameters by name.
func (n *Norm) Parameters() []Parameter {
	var all []Parameter
	for _, name := range slices.Sorted(maps.Keys(n.params)) {
		p := n.bounds[name]
		p.Name, p.Value = name, n.params[name]
		all = append(all, p)
	}
	return all
}

// Part is one expression of the norm and where it stands.
type Part struct {
	Criterion string // the criterion's id; empty for a named value
	Key       string // when, share, applies, measured or evidence; of a named value its name
	Expr      *expr.Expr
	File      *source.File
	Scalar    source.Scalar // of a form: its where, or its list if it has no where
	Form      *expr.Form    // nil if it was written as CEL
	Limit     source.Scalar // of a count: its number, or the name of a parameter
}

// Parts lists the named values by name, then each criterion's expressions in
// the norm's order. It is for the packages below this one, which translate,
// compare and probe norms.
func (n *Norm) Parts() []Part {
	var all []Part
	for _, let := range n.scope.Lets() {
		l := n.lets[let.Name]
		all = append(all, Part{"", let.Name, l.Expr, l.file, l.scalar, l.form, l.limit})
	}
	for _, c := range n.criteria {
		for _, p := range c.parts() {
			all = append(all, Part{c.ID, p.key, p.Expr, p.file, p.scalar, p.form, p.limit})
		}
	}
	return all
}

// Scope is what the norm's expressions see; like [Norm.Parts] it is for the
// packages below this one.
func (n *Norm) Scope() *expr.Scope { return n.scope }

type keyed struct {
	key string
	*located
}

// parts are the expressions that the criterion has, in the order in which
// they count.
func (c *criterion) parts() []keyed {
	var all []keyed
	for _, p := range []keyed{{"applies", c.applies}, {"measured", c.measured}, {"when", c.when}, {"share", c.share}, {"evidence", c.evidence}} {
		if p.located != nil {
			all = append(all, p)
		}
	}
	return all
}

// Types are the custom record types that the norm declares: by type and field
// one of text, number, bool and date.
func (n *Norm) Types() map[string]map[string]string {
	words := map[expr.FieldType]string{expr.Text: "text", expr.Number: "number", expr.Bool: "bool", expr.Date: "date"}
	all := make(map[string]map[string]string, len(n.types))
	for name, fields := range n.types {
		all[name] = make(map[string]string, len(fields))
		for field, typ := range fields {
			all[name][field] = words[typ]
		}
	}
	return all
}

// Range gives the months for which the norm is in force; until is 0 if it is
// open.
func (n *Norm) Range() (from, until finding.YearMonth) { return n.from, n.until }
