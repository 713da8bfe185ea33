package expr

import (
	"math/big"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
)

// naive evaluates an expression as the language's description says, on plain Go
// values, with no thought of speed: a third opinion beside cel-go and the plan.
type naive struct {
	month  *finding.Month
	period finding.Period
	params map[string]any
	bound  map[*Node]any // records, by macro
}

// noValue is what a failing part comes to, lacking an absent number.
type noValue struct{}

type lacking struct{}

// rank is a word of a group.
type rank int

func (v *naive) of(e *Expr, n *Node) any {
	if n.Op == Call && n.logical() || n.Op == Call && n.Name == operators.Conditional {
		return v.logic(e, n)
	}
	switch n.Op {
	case Lit:
		return n.Value.Value()
	case Ident:
		return v.name(e, n)
	case Field:
		got := v.field(v.of(e, n.Args[0]), n.Name)
		if got == nil {
			return noValue{}
		}
		return got
	case Has:
		got := v.field(v.of(e, n.Args[0]), n.Name)
		_, absent := got.(lacking)
		return got != nil && !absent
	case List:
		return v.strict(e, n.Args, func(args []any) any { return args })
	case Each:
		return v.each(e, n)
	case Call:
		return v.strict(e, n.Args, func(args []any) any { return v.call(n, args) })
	}
	panic("no such node")
}

// strict fails if any argument does.
func (v *naive) strict(e *Expr, nodes []*Node, with func([]any) any) any {
	args := []any{}
	for _, n := range nodes {
		arg := v.of(e, n)
		if arg == any(noValue{}) {
			return noValue{}
		}
		args = append(args, arg)
	}
	return with(args)
}

func (v *naive) logic(e *Expr, n *Node) any {
	first := v.of(e, n.Args[0])
	switch n.Name {
	case operators.LogicalNot:
		if b, ok := first.(bool); ok {
			return !b
		}
		return noValue{}
	case operators.Conditional:
		b, ok := first.(bool)
		switch {
		case !ok:
			return noValue{}
		case b:
			return v.of(e, n.Args[1])
		}
		return v.of(e, n.Args[2])
	}
	second := v.of(e, n.Args[1])
	decides := n.Name == operators.LogicalOr
	if first == any(decides) || second == any(decides) {
		return decides
	}
	if first == any(noValue{}) || second == any(noValue{}) {
		return noValue{}
	}
	return !decides
}

func (v *naive) name(e *Expr, n *Node) any {
	if n.Bound() != nil {
		return v.bound[n.Bound()]
	}
	if let := e.scope.lets[n.Name]; let != nil {
		return v.of(let, let.root)
	}
	for word, r := range map[string]rank{"NONE": 1, "LOW": 2, "MEDIUM": 3, "HIGH": 4, "CRITICAL": 5, "UNKNOWN": 6, "WEBSITE": 1, "COMPUTER": 2,
		"OPEN": 1, "ACCEPTED": 2, "FALSE_POSITIVE": 3, "SENT": 1, "REPORTED": 2, "OPENED": 3, "CLICKED": 4, "SUBMITTED": 5} {
		if n.Name == word {
			return r
		}
	}
	m := v.month
	switch n.Name {
	case "company":
		return &m.Company
	case "month":
		return m.Month.String()
	case "websites":
		return pointers(m.Websites)
	case "computers":
		return pointers(m.Computers)
	case "vulnerabilities":
		return pointers(m.Vulnerabilities)
	case "employees":
		return pointers(m.Employees)
	case "questionnaires":
		return pointers(m.Questionnaires)
	case "courses":
		return pointers(m.Courses)
	case "phishing":
		return pointers(m.Phishing)
	}
	return n.Name // params, custom
}

func pointers[T any](records []T) any {
	list := []any{}
	for i := range records {
		list = append(list, &records[i])
	}
	return list
}

// field reads a field by its name in documents; nil if there is none.
func (v *naive) field(of any, name string) any {
	text := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	at := func(t time.Time) any {
		if t.IsZero() {
			return nil
		}
		return t
	}
	list := func(texts []string) any {
		all := []any{}
		for _, s := range texts {
			all = append(all, s)
		}
		return all
	}
	p := v.period
	switch r := of.(type) {
	case string:
		if r == "params" {
			return v.params[name]
		}
		return pointers(v.month.Custom[name])
	case *finding.Company:
		if name == "size" && r.Size == 0 {
			return nil
		}
		return map[string]any{"id": text(r.ID), "name": text(r.Name), "sector": text(r.Sector), "size": int64(r.Size), "enrolled": at(r.Enrolled), "active": r.Active(p)}[name]
	case *finding.Website:
		return map[string]any{"id": r.ID, "scanned": at(r.Scanned), "retired": at(r.Retired), "sources": list(r.Sources), "fresh": r.Fresh(p), "active": r.Active(p)}[name]
	case *finding.Computer:
		return map[string]any{"id": r.ID, "os": text(r.OS), "seen": at(r.Seen), "retired": at(r.Retired), "sources": list(r.Sources), "fresh": r.Fresh(p), "active": r.Active(p)}[name]
	case *finding.Vulnerability:
		return map[string]any{"id": r.ID, "asset_type": rank(r.AssetType), "asset": r.Asset, "severity": rank(r.Severity), "title": text(r.Title), "remedy": text(r.Remedy),
			"found": at(r.Found), "seen": at(r.Seen), "fixed": at(r.Fixed), "status": rank(max(1, r.Status)), "sources": list(r.Sources), "references": list(r.References),
			"open": r.Open(p), "days_open": int64(r.DaysOpen(p))}[name]
	case *finding.Employee:
		return map[string]any{"id": r.ID, "enrolled": at(r.Enrolled), "left": at(r.Left), "active": r.Active(p)}[name]
	case *finding.Questionnaire:
		return map[string]any{"id": r.ID, "employee": text(r.Employee), "completed": at(r.Completed), "score": int64(r.Score), "done": r.Done(p)}[name]
	case *finding.Course:
		days, offered := r.DaysOffered(p)
		if name == "days_offered" && !offered {
			return lacking{}
		}
		return map[string]any{"id": r.ID, "employee": text(r.Employee), "offered": at(r.Offered), "completed": at(r.Completed), "days_offered": int64(days)}[name]
	case *finding.Phishing:
		return map[string]any{"id": r.ID, "employee": text(r.Employee), "sent": at(r.Sent), "outcome": rank(r.Outcome)}[name]
	case *finding.Custom:
		return v.custom(r, name)
	}
	panic(of)
}

func (v *naive) custom(r *finding.Custom, name string) any {
	value := r.Fields[name]
	switch {
	case name == "id":
		return r.ID
	case value.Kind() == finding.KindBool:
		return value.Bool()
	case value.Kind() == finding.KindNumber:
		return value.Number()
	case value.Kind() != finding.KindText:
		return nil
	case name == "tested":
		t, err := time.Parse(time.RFC3339, value.Text())
		if err != nil {
			panic(err)
		}
		return t
	}
	return value.Text()
}

// each goes through the list one by one.
func (v *naive) each(e *Expr, n *Node) any {
	list, ok := v.of(e, n.Args[0]).([]any)
	if !ok {
		return noValue{}
	}
	outcomes := map[any]int{}
	kept, failing := []any{}, false
	for _, element := range list {
		v.bound[n] = element
		met, said := any(true), n.Args[len(n.Args)-1]
		if n.Name != operators.Map || len(n.Args) == 3 {
			met = v.of(e, n.Args[1])
		}
		outcomes[met]++
		if n.Name == operators.Map && met == any(true) {
			element = v.of(e, said)
			failing = failing || element == any(noValue{})
		}
		if met == any(true) {
			kept = append(kept, element)
		}
	}
	failing = failing || outcomes[noValue{}] > 0
	switch {
	case n.Name == operators.Exists && outcomes[true] > 0:
		return true
	case n.Name == operators.All && outcomes[false] > 0:
		return false
	case failing:
		return noValue{}
	case n.Name == operators.Exists:
		return false
	case n.Name == operators.All:
		return true
	case n.Name == operators.ExistsOne:
		return outcomes[true] == 1
	}
	return kept
}

func (v *naive) call(n *Node, args []any) any {
	absent := false
	for _, a := range args {
		absent = absent || a == any(lacking{})
	}
	switch n.Name {
	case operators.Equals:
		return !absent && equalNaive(args[0], args[1])
	case operators.NotEquals:
		return !absent && !equalNaive(args[0], args[1])
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		order := ordered(args)
		return !absent && map[string]bool{operators.Less: order < 0, operators.LessEquals: order <= 0, operators.Greater: order > 0, operators.GreaterEquals: order >= 0}[n.Name]
	case operators.In:
		for _, one := range args[1].([]any) {
			if !absent && one != any(lacking{}) && equalNaive(args[0], one) {
				return true
			}
		}
		return false
	case "size":
		if s, ok := args[0].(string); ok {
			return int64(utf8.RuneCountInString(s))
		}
		return int64(len(args[0].([]any)))
	case "contains":
		return strings.Contains(args[0].(string), args[1].(string))
	case "startsWith":
		return strings.HasPrefix(args[0].(string), args[1].(string))
	case "endsWith":
		return strings.HasSuffix(args[0].(string), args[1].(string))
	case "matches":
		return regexp.MustCompile(args[1].(string)).MatchString(args[0].(string))
	case "days":
		return int64(v.period.End.Sub(args[0].(time.Time)).Hours() / 24)
	case "this_month":
		return v.period.Has(args[0].(time.Time))
	case "portion":
		if absent || args[1].(int64) <= 0 {
			return noValue{}
		}
	}
	if absent {
		return lacking{}
	}
	return reckoned(n.Name, args)
}

// reckoned computes with numbers of any size, and fails beyond 64 bits.
func reckoned(name string, args []any) any {
	a, b, c := big.NewInt(args[0].(int64)), big.NewInt(0), new(big.Int)
	if len(args) == 2 {
		b.SetInt64(args[1].(int64))
	}
	switch name {
	case operators.Add:
		c.Add(a, b)
	case operators.Subtract:
		c.Sub(a, b)
	case operators.Multiply:
		c.Mul(a, b)
	case operators.Negate:
		c.Neg(a)
	case "portion":
		if c.Mul(a, big.NewInt(10000)); !c.IsInt64() {
			return noValue{}
		}
		c.Div(c, b) // Euclid's: down, as b is positive
	}
	if !c.IsInt64() {
		return noValue{}
	}
	return c.Int64()
}

func equalNaive(a, b any) bool {
	if t, ok := a.(time.Time); ok {
		return t.Equal(b.(time.Time))
	}
	return a == b
}

func ordered(args []any) int {
	switch a := args[0].(type) {
	case time.Time:
		return a.Compare(args[1].(time.Time))
	case int64:
		if b, ok := args[1].(int64); ok {
			return big.NewInt(a).Cmp(big.NewInt(b))
		}
	case rank:
		return int(a - args[1].(rank))
	}
	return 0 // with an absent number
}

// agreesNaive holds what cel-go came to against the naive reading.
func agreesNaive(t *testing.T, e *Expr, m *finding.Month, period finding.Period, want ref.Val, err error) {
	v := &naive{m, period, randomParams, map[*Node]any{}}
	got := v.of(e, e.root)
	expected := any(noValue{})
	switch want := want.(type) {
	case types.Bool:
		expected = bool(want)
	case types.Int:
		expected = int64(want)
	case none:
		expected = lacking{}
	}
	if got != expected {
		require.Equal(t, expected, got, "%s\n%+v: %v", e.Text, m, err)
	}
}
