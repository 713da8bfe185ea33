package norm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/shape"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"go.yaml.in/yaml/v3"
)

// criterion is a criterion with its compiled expressions.
type criterion struct {
	Criterion
	when, share       *located // one of the two, unless a module judges it
	asked             int      // index in the norm's source, if a module judges it
	byModule          bool
	applies, measured *located // nil: always
	evidence          *located // nil: derived from when
}

// located is an expression that knows where in the file it stands.
type located struct {
	*expr.Expr
	file   *source.File
	scalar source.Scalar
	form   *expr.Form    // nil if it was written as CEL
	limit  source.Scalar // of a count: the number or the parameter's name
	lets   map[string]*located
}

// place is "norm.yaml:31:41" for a span of the expression.
func (l *located) place(from int) string {
	start, _ := l.scalar.Span(from, from+1)
	line, column := l.file.Place(start)
	return fmt.Sprintf("%s:%d:%d", l.file.Name, line, column)
}

// expression compiles a scalar as CEL.
func (r *reader) expression(n *yaml.Node, what string, scope *expr.Scope, want expr.Want) *located {
	text, ok := r.scalar(n, what)
	if !ok || scope == nil || r.Full() || r.tooMuch(n, text) {
		return nil
	}
	r.at = n
	scalar := r.ScalarOf(n)
	e, faults := scope.Compile(text, want)
	if len(faults) > 0 {
		r.inScalar(n, scalar, faults)
		return nil
	}
	return &located{Expr: e, file: r.File, scalar: scalar, lets: r.named}
}

// maxExpressions bounds what compiling a norm costs: bytes of all its
// expressions, some twenty times those of the reference norm.
const maxExpressions = 64 << 10

// tooMuch reports the expression that is beyond what a norm may have.
func (r *reader) tooMuch(n *yaml.Node, text string) bool {
	if r.compiled > maxExpressions {
		return true
	}
	if r.compiled += len(text); r.compiled > maxExpressions {
		r.Report(n, "KM-LIMIT", "give what is repeated a name under let:", "the norm's expressions are longer together than %d bytes", maxExpressions)
		return true
	}
	return false
}

// inScalar reports an expression's faults at their characters in the file.
func (r *reader) inScalar(n *yaml.Node, scalar source.Scalar, faults []expr.Fault) {
	if r.Bad(n) {
		return
	}
	for _, f := range faults {
		start, end := scalar.Span(f.From, f.To)
		if strings.TrimSpace(scalar.Text) == "" {
			start, end = r.Extent(n)
		}
		r.ReportAt(start, end, f.Code, f.Hint, "%s", f.Message)
	}
}

const maxCriteria = 500 // more than any scheme has; bounds the time of loading

func (r *reader) criteria(v *yaml.Node, n *Norm) {
	items := r.sequence(v, "criteria")
	if len(items) == 0 && !r.Bad(v) {
		r.Report(v, "KM-CRITERIA", "", "a norm needs at least one criterion")
		return
	}
	if len(items) > maxCriteria {
		r.Report(items[maxCriteria], "KM-CRITERIA", "", "a norm has at most %d criteria", maxCriteria)
		return
	}
	var sum ruling.Points
	var lastWeight *yaml.Node
	weighed := true
	for _, item := range items {
		c, weight, ok := r.criterion(item, n)
		if weight != nil {
			lastWeight = weight
		}
		weighed = weighed && ok
		sum += c.Weight
		n.criteria = append(n.criteria, c)
	}
	if weighed && sum != ruling.Whole && lastWeight != nil {
		r.Report(lastWeight, "KM-WEIGHT-SUM", "", "the weights add up to %v: %s", sum, difference(sum))
	}
}

func difference(sum ruling.Points) string {
	if sum > ruling.Whole {
		return fmt.Sprintf("%v too much", sum-ruling.Whole)
	}
	return fmt.Sprintf("%v is missing", ruling.Whole-sum)
}

// criterion reads one criterion; ok tells whether its weight could be read.
func (r *reader) criterion(item *yaml.Node, n *Norm) (c criterion, weight *yaml.Node, ok bool) {
	m := r.shaped(item, &shape.Criterion)
	if m == nil {
		return c, nil, false
	}
	if v := m.values["id"]; v != nil {
		c.ID, _ = r.id(v, "id")
		r.anyID = r.anyID || c.ID == ""
		if c.ID != "" && slices.ContainsFunc(n.criteria, func(o criterion) bool { return o.ID == c.ID }) {
			r.Report(v, "KM-DUPLICATE", "give each criterion an id of its own", "the id %q is used twice", c.ID)
		}
	}
	if weight = m.values["weight"]; weight != nil {
		c.Weight, ok = r.percent(weight, "weight", ruling.Whole)
	}
	r.readable(m, &c)
	optional := func(key string, want expr.Want) *located {
		if v := m.values[key]; v != nil {
			return r.expression(v, key, n.scope, want)
		}
		return nil
	}
	c.applies = optional("applies", expr.Truth)
	c.measured = optional("measured", expr.Truth)
	c.evidence = optional("evidence", expr.Records)
	r.condition(m, &c, n)
	return c, weight, ok
}

// readable reads what people read of a criterion.
func (r *reader) readable(m *members, c *criterion) {
	if v := m.values["required"]; v != nil {
		c.Required = r.boolean(v, "required")
	}
	if v := m.values["subject"]; v != nil {
		c.Subject, _ = r.text(v, "subject")
	}
	c.Audience = r.word(m, "audience")
	c.Effort = r.number(m, "effort", 0)
	for key, into := range map[string]*Texts{"title": &c.Title, "met": &c.Met, "remedy": &c.Remedy} {
		if v := m.values[key]; v != nil {
			*into = r.texts(v, key)
		}
	}
	if v := m.values["references"]; v != nil {
		for _, item := range r.sequence(v, "references") {
			if s, ok := r.text(item, "a reference"); ok {
				c.References = append(c.References, s)
			}
		}
	}
}

// condition reads the one of when, share and rego that the criterion has.
func (r *reader) condition(m *members, c *criterion, n *Norm) {
	var given []*yaml.Node
	for _, key := range m.order {
		if key.Value == "when" || key.Value == "share" || key.Value == "rego" {
			given = append(given, key)
		}
	}
	switch {
	case len(given) == 0:
		r.missing(m, "KM-MISSING-KEY", "write when: and the condition", "a criterion needs one of the keys \"when\", \"share\" and \"rego\"")
		return
	case len(given) > 1:
		r.Report(given[1], "KM-TWO-CONDITIONS", "keep one of the two", "a criterion has %q or %q, not both", given[0].Value, given[1].Value)
		return
	}
	v := m.values[given[0].Value]
	switch {
	case given[0].Value == "rego":
		r.ask(v, m, c, n)
	case given[0].Value == "share":
		c.share = r.expression(v, "share", n.scope, expr.Whole)
	case v.Kind == yaml.MappingNode:
		c.when = r.form(v, n)
	default:
		c.when = r.expression(v, "when", n.scope, expr.Truth)
	}
}

var formNames = shape.Form.One

// bounds are the words of a count with the comparison they mean.
var bounds = map[string]string{"more_than": ">", "at_least": ">=", "at_most": "<=", "fewer_than": "<"}

var boundNames = shape.Form.After[0].Needs

// form reads a condition such as {none: vulnerabilities, where: it.open}.
func (r *reader) form(v *yaml.Node, n *Norm) *located {
	m := r.shaped(v, &shape.Form)
	if m == nil {
		return nil
	}
	name, bound := r.only(m, formNames, "a condition needs one of the keys none, some, every and count"), (*yaml.Node)(nil)
	if name == nil {
		return nil
	}
	if name.Value == "count" {
		if bound = r.only(m, boundNames, "a count needs one of the keys more_than, at_least, at_most and fewer_than"); bound == nil {
			return nil
		}
	} else if i := slices.IndexFunc(m.order, func(k *yaml.Node) bool { return bounds[k.Value] != "" }); i >= 0 {
		r.Report(m.order[i], "KM-FORM", "use count", "%q goes with count, not with %s", m.order[i].Value, name.Value)
		return nil
	}
	list, ok := r.scalar(m.values[name.Value], name.Value)
	if !ok {
		return nil
	}
	f := expr.Form{Name: name.Value, List: list}
	where := m.values["where"]
	if where == nil && name.Value == "every" {
		r.Report(name, "KM-FORM", "add where:", "every needs a condition that each record must meet")
		return nil
	}
	if where != nil {
		if f.Where, ok = r.scalar(where, "where"); !ok {
			return nil
		}
		if strings.TrimSpace(f.Where) == "" {
			r.Report(where, "KM-CEL-EMPTY", "", "the expression is empty")
			return nil
		}
	}
	if bound != nil {
		f.Than, f.Limit = bounds[bound.Value], r.limit(m.values[bound.Value], bound.Value, n)
	}
	l := r.compileForm(f, m.values[name.Value], where, n)
	if l != nil && bound != nil {
		l.limit = r.ScalarOf(m.values[bound.Value])
	}
	return l
}

func (r *reader) compileForm(f expr.Form, list, where *yaml.Node, n *Norm) *located {
	r.at = list
	if r.Full() || r.tooMuch(list, f.Where) {
		return nil
	}
	e, inList, inWhere := n.scope.CompileForm(f)
	r.inScalar(list, r.ScalarOf(list), inList)
	if where == nil {
		where = list // the whole form stands and falls with its list
	}
	r.inScalar(where, r.ScalarOf(where), inWhere)
	if e == nil {
		return nil
	}
	return &located{Expr: e, file: r.File, scalar: r.ScalarOf(where), form: &f, lets: r.named}
}

// only finds the one key among names that the mapping has.
func (r *reader) only(m *members, names []string, missing string) *yaml.Node {
	var found *yaml.Node
	for _, key := range m.order {
		switch {
		case !slices.Contains(names, key.Value):
		case found != nil:
			r.Report(key, "KM-FORM", "keep one of the two", "a condition has %q or %q, not both", found.Value, key.Value)
			return nil
		default:
			found = key
		}
	}
	if found == nil && !slices.ContainsFunc(m.order, func(k *yaml.Node) bool { return r.Bad(k) }) {
		r.missing(m, "KM-FORM", "", "%s", missing)
	}
	return found
}

// limit reads the number of a count, or the parameter that holds it.
func (r *reader) limit(v *yaml.Node, what string, n *Norm) string {
	s, ok := r.scalar(v, what)
	if !ok {
		return "0"
	}
	if name, long := strings.CutPrefix(s, "params."); long && nameShape.MatchString(name) {
		r.Report(v, "KM-UNKNOWN-PARAMETER", "write "+name, "a count names its parameter without params.")
		return "0"
	}
	if !nameShape.MatchString(s) {
		before := len(r.Faults)
		number := r.whole(v, what, 0, shape.MaxParameter)
		if len(r.Faults) > before {
			return "0" // so that the condition is looked at all the same
		}
		return strconv.Itoa(number)
	}
	if r.unread[s] {
		return "0" // reported where it is declared
	}
	value, known := n.params[s]
	if _, number := value.(int64); known && number {
		return "params." + s
	}
	names := []string{}
	for name, value := range n.params {
		if _, number := value.(int64); number {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	r.Report(v, "KM-UNKNOWN-PARAMETER", diag.DidYouMean(s, names), "there is no parameter %q that is a number", s)
	return "0"
}
