package trial

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// Limits of what is tried.
const (
	mostRecords = 600  // records of one list
	mostOff     = 3    // fields in which a record differs from the plain one
	mostDays    = 4000 // a number that is taken for days
)

// Pool knows which values of which fields a norm's conditions tell apart.
type Pool struct {
	period finding.Period
	scope  *expr.Scope
	params map[string]any
	custom map[string]expr.CustomType
	fields map[string]map[string][]any // by list and field: present values, in order
	known  []time.Time                 // instants in the months that are tried
	// Numbers are the whole numbers in the conditions, each once, in order.
	Numbers []int
}

// New makes the pool of a norm. The period is that of the months to be made,
// known are instants that stand in them and may be compared with others.
func New(scope *expr.Scope, period finding.Period, params map[string]any, custom map[string]expr.CustomType, exprs []*expr.Expr, known []time.Time) *Pool {
	p := &Pool{period: period, scope: scope, params: params, custom: custom, fields: map[string]map[string][]any{}, known: known}
	for _, list := range append(expr.ListNames(), "company") {
		for _, v := range p.Plain(list).values {
			if t, ok := v.(time.Time); ok {
				p.known = append(p.known, t)
			}
		}
	}
	numbers := map[int]bool{}
	for _, e := range exprs {
		p.gather(e.Root(), nil)
		for _, n := range p.constants(e.Root()) {
			if n, ok := n.(int); ok {
				numbers[n] = true
			}
		}
	}
	p.Numbers = slices.Sorted(maps.Keys(numbers))
	for _, fields := range p.fields {
		for name, values := range fields {
			slices.SortStableFunc(values, order)
			fields[name] = slices.CompactFunc(values, func(a, b any) bool { return order(a, b) == 0 })
		}
	}
	return p
}

// gather goes to the fields that are read, with the constants of the
// comparison around them.
func (p *Pool) gather(n *expr.Node, near []any) {
	switch {
	case n.Op == expr.Call && compares(n.Name):
		if near = p.constants(n); len(n.Args) == 2 && n.Args[0].Type.Kind() == types.TimestampKind {
			for _, t := range p.known {
				near = append(near, t)
			}
		}
	case n.Op == expr.Field || n.Op == expr.Has:
		if list := p.scope.ListOf(n.Args[0]); list != "" && !n.Args[0].Type.IsExactType(types.DynType) && n.Args[0].Type.Kind() != types.ListKind {
			p.field(list, n, near)
		}
	}
	for _, a := range n.Args {
		p.gather(a, near)
	}
}

func compares(name string) bool {
	switch name {
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
		operators.In, "contains", "startsWith", "endsWith", "matches":
		return true
	}
	return false
}

// constants are the numbers and texts below the node.
func (p *Pool) constants(n *expr.Node) []any {
	var all []any
	n.Walk(func(m *expr.Node) {
		var v any
		switch {
		case m.Op == expr.Lit:
			v = m.Value.Value()
		case m.Op == expr.Field && m.Args[0].Op == expr.Ident && m.Args[0].Name == "params":
			v = p.params[m.Name]
		}
		switch v := v.(type) {
		case int64:
			if -mostSize <= v && v <= mostSize {
				all = append(all, int(v))
			}
		case string:
			all = append(all, v)
		}
	})
	return all
}

// mostSize keeps numbers far from overflow.
const mostSize = 1 << 40

// sources are the fields of the document that a derived field comes from.
var sources = map[string][]string{
	"websites.fresh": {"scanned"}, "websites.active": {"retired"},
	"computers.fresh": {"seen"}, "computers.active": {"retired"},
	"vulnerabilities.open": {"status", "fixed", "seen"}, "vulnerabilities.days_open": {"found", "fixed"},
	"employees.active": {"enrolled", "left"}, "questionnaires.done": {"completed"},
	"courses.days_offered": {"offered"}, "company.active": {"enrolled"},
}

// Sources names the document's fields that decide the field of the list.
func Sources(list, field string) []string {
	if s := sources[list+"."+field]; s != nil {
		return s
	}
	return []string{field}
}

// later are the fields that may lie after the month's end.
var later = map[string]bool{"websites.retired": true, "computers.retired": true, "vulnerabilities.fixed": true, "employees.left": true}

// field keeps the values of the field that a comparison with near tells apart.
func (p *Pool) field(list string, n *expr.Node, near []any) {
	for _, name := range Sources(list, n.Name) {
		if p.fields[list] == nil {
			p.fields[list] = map[string][]any{}
		}
		p.fields[list][name] = append(p.fields[list][name], p.values(list, name, n, near)...)
	}
}

func (p *Pool) values(list, name string, n *expr.Node, near []any) []any {
	switch list + "." + name {
	case "vulnerabilities.asset_type":
		return words(finding.AssetWebsite, finding.AssetComputer)
	case "vulnerabilities.severity":
		return words(finding.SeverityNone, finding.SeverityUnknown)
	case "vulnerabilities.status":
		return words(finding.StatusOpen, finding.StatusFalsePositive)
	case "phishing.outcome":
		return words(finding.PhishingSent, finding.PhishingSubmitted)
	case "questionnaires.score":
		return numbers(near, 0, 100)
	case "company.size":
		return numbers(near, 1, 1_000_000)
	}
	switch {
	case n.Name != name: // derived fields come from instants
		return p.instants(list+"."+name, near)
	case n.Type.Kind() == types.BoolKind && n.Op == expr.Field:
		return []any{false, true}
	case n.Type.Kind() == types.IntKind:
		return numbers(near, -mostSize, mostSize)
	case n.Type.Kind() == types.TimestampKind:
		return p.instants(list+"."+name, near)
	case n.Type.Kind() == types.StringKind:
		return texts(near)
	case n.Op == expr.Has:
		return p.presence(list, name)
	}
	return nil
}

// presence is any value of the field, for has.
func (p *Pool) presence(list, name string) []any {
	if len(list) > len("custom.") && list[:len("custom.")] == "custom." {
		switch p.custom[list[len("custom."):]][name] {
		case expr.Number:
			return []any{1}
		case expr.Bool:
			return []any{true}
		case expr.Text:
			return []any{"x"}
		}
		return p.instants(list+"."+name, nil)
	}
	switch name {
	case "name", "sector", "os", "title", "remedy", "employee":
		return []any{"x"}
	case "sources", "references", "id", "asset":
		return nil // always there
	}
	return p.instants(list+"."+name, nil)
}

func words[T ~uint8](first, last T) []any {
	var all []any
	for w := first; w <= last; w++ {
		all = append(all, w)
	}
	return all
}

func numbers(near []any, least, most int) []any {
	var all []any
	for _, v := range near {
		n, ok := v.(int)
		for _, at := range []int{n - 1, n, n + 1} {
			if ok && at >= least && at <= most {
				all = append(all, at)
			}
		}
	}
	if all == nil {
		all = []any{max(least, 0), max(least, 0) + 1}
	}
	return all
}

func texts(near []any) []any {
	all := []any{"x"}
	for _, v := range near {
		if s, ok := v.(string); ok && s != "" {
			all = append(all, s)
		}
	}
	return all
}

const day = 24 * time.Hour

// instants are those next to the bounds of the month and, for each number,
// next to where so many days before its end begin and end.
func (p *Pool) instants(field string, near []any) []any {
	start, end := p.period.Start, p.period.End
	all := []any{start.Add(-time.Second), start, p.middle(), end.Add(-time.Second)}
	if later[field] || field[:min(len(field), 7)] == "custom." {
		all = append(all, end)
	}
	for _, v := range near {
		if t, ok := v.(time.Time); ok {
			all = append(all, t.Add(-time.Second), t, t.Add(time.Second))
		}
		if n, ok := v.(int); ok && n >= 0 && n <= mostDays {
			for _, days := range []int{n, n + 1} {
				if at := end.Add(-time.Duration(days) * day); days > 0 {
					all = append(all, at, at.Add(time.Second))
				}
			}
		}
	}
	return all
}

func (p *Pool) middle() time.Time { return p.period.Start.Add(14*day + 12*time.Hour) }

// order sorts values of one type; words and numbers by rank.
func order(a, b any) int {
	switch a := a.(type) {
	case time.Time:
		return a.Compare(b.(time.Time))
	case int:
		return cmp.Compare(a, b.(int))
	case string:
		return cmp.Compare(a, b.(string))
	case bool:
		return cmp.Compare(rank(a), rank(b.(bool)))
	}
	return cmp.Compare(rank(a), rank(b))
}

func rank(v any) int {
	switch v := v.(type) {
	case finding.AssetType:
		return int(v)
	case finding.Severity:
		return int(v)
	case finding.Status:
		return int(v)
	case finding.PhishingOutcome:
		return int(v)
	case bool:
		if v {
			return 1
		}
	}
	return 0
}

// Fields names the document's fields of the list that conditions read, sorted.
func (p *Pool) Fields(list string) []string { return slices.Sorted(maps.Keys(p.fields[list])) }

// Values are the present values of the field that conditions tell apart, in
// order.
func (p *Pool) Values(list, field string) []any { return p.fields[list][field] }

// Lists names the lists of which a condition reads a field, sorted.
func (p *Pool) Lists() []string { return slices.Sorted(maps.Keys(p.fields)) }

// Plain is a record with what a good one has.
func (p *Pool) Plain(list string) Record {
	r := Record{List: list, values: map[string]any{}}
	before := p.period.Start.Add(-10 * day)
	switch list {
	case "company":
		r.values["enrolled"] = before
	case "websites":
		r.values["scanned"] = p.middle()
	case "computers":
		r.values["seen"] = p.middle()
	case "vulnerabilities":
		r.values["asset_type"], r.values["severity"] = finding.AssetWebsite, finding.SeverityHigh
		r.values["found"] = p.period.Start.Add(day)
	case "employees":
		r.values["enrolled"] = before
	case "questionnaires":
		r.values["completed"], r.values["score"] = p.middle(), 100
	case "courses":
		r.values["offered"] = p.middle()
	case "phishing":
		r.values["sent"], r.values["outcome"] = p.middle(), finding.PhishingReported
	default:
		for field := range p.fields[list] {
			if values := p.fields[list][field]; len(values) > 0 && field != "id" {
				r.values[field] = values[len(values)/2]
			}
		}
	}
	return r
}

// required are the fields that a record can't be without.
var required = map[string]bool{"id": true, "asset": true, "asset_type": true, "severity": true, "outcome": true}

// Records gives records of the list that differ from the plain one in at most
// three of the fields (none given: all that conditions read), those that
// differ in fewer first.
func (p *Pool) Records(list string, fields ...string) []Record {
	if fields == nil {
		fields = p.Fields(list)
	}
	plain := p.Plain(list)
	all := []Record{plain}
	for from, off := 0, 1; off <= mostOff && len(all) < mostRecords; off++ {
		to := len(all)
		for _, r := range all[from:to] {
			all = p.vary(all, r, off, fields)
		}
		from = to
	}
	return all[:min(len(all), mostRecords)]
}

// vary adds the records that differ from r in one more field, behind those in
// which it differs already.
func (p *Pool) vary(all []Record, r Record, off int, fields []string) []Record {
	plain := p.Plain(r.List)
	for i := len(fields) - 1; i >= 0; i-- {
		field := fields[i]
		if r.values[field] != plain.values[field] {
			break
		}
		values := p.fields[r.List][field]
		if !required[field] {
			values = append([]any{nil}, values...)
		}
		for _, v := range values {
			if v == plain.values[field] {
				continue
			}
			next := r.With(field, v)
			next.Off = off
			all = append(all, next)
		}
	}
	return all
}

// Params are the values of the norm's parameters, by name.
func (p *Pool) Params() map[string]any { return p.params }

// Past tells whether the field is an instant that a month document may not
// have after the month's end.
func Past(list, field string) bool {
	switch field {
	case "scanned", "seen", "found", "enrolled", "completed", "offered", "sent":
		return len(list) < len("custom.") || list[:len("custom.")] != "custom."
	}
	return false
}
