package bundle_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// fieldsOf are the fields of the records by type, for expressions to use.
var fieldsOf = map[string]map[string][]string{
	"company":         {"text": {"id", "name", "sector"}, "int": {"size"}, "time": {"enrolled"}, "bool": {"active"}},
	"websites":        {"text": {"id"}, "time": {"scanned", "retired"}, "bool": {"fresh", "active"}, "texts": {"sources"}},
	"computers":       {"text": {"id", "os"}, "time": {"seen", "retired"}, "bool": {"fresh", "active"}, "texts": {"sources"}},
	"vulnerabilities": {"text": {"id", "asset", "title", "remedy"}, "time": {"found", "seen", "fixed"}, "bool": {"open"}, "int": {"days_open"}, "texts": {"sources", "references"}, "severity": {"severity"}, "asset": {"asset_type"}, "status": {"status"}},
	"employees":       {"text": {"id"}, "time": {"enrolled", "left"}, "bool": {"active"}},
	"questionnaires":  {"text": {"id", "employee"}, "time": {"completed"}, "int": {"score"}, "bool": {"done"}},
	"courses":         {"text": {"id", "employee"}, "time": {"offered", "completed"}, "int": {"days_offered"}},
	"phishing":        {"text": {"id", "employee"}, "time": {"sent"}, "outcome": {"outcome"}},
	"custom.backup":   {"text": {"id", "note"}, "time": {"tested"}, "int": {"size"}, "bool": {"default"}},
}

var lists = []string{"websites", "computers", "vulnerabilities", "employees", "questionnaires", "courses", "phishing", "custom.backup", "chosen"}

var wordsOf = map[string][]string{
	"severity": {"NONE", "LOW", "MEDIUM", "HIGH", "CRITICAL", "UNKNOWN"},
	"asset":    {"WEBSITE", "COMPUTER"},
	"status":   {"OPEN", "ACCEPTED", "FALSE_POSITIVE"},
	"outcome":  {"SENT", "REPORTED", "OPENED", "CLICKED", "SUBMITTED"},
}

// bound is a variable of a macro: a record of a list, or a value of a type.
type bound struct{ name, list, typ string }

// grammar writes random expressions of the language, of given types.
type grammar struct {
	*rand.Rand
	vars []bound
	free int // makes the names of variables differ
}

func (g *grammar) pick(options ...string) string { return options[g.IntN(len(options))] }

// expression writes one of the type: bool, int, text, time, severity, asset,
// status or outcome.
func (g *grammar) expression(typ string, depth int) string {
	if depth <= 0 || g.IntN(6) == 0 {
		return g.leaf(typ)
	}
	if g.IntN(10) == 0 {
		return fmt.Sprintf("(%s ? %s : %s)", g.expression("bool", depth-1), g.expression(typ, depth-1), g.expression(typ, depth-1))
	}
	switch typ {
	case "bool":
		return g.condition(depth - 1)
	case "int":
		return g.number(depth - 1)
	}
	return g.leaf(typ)
}

func (g *grammar) leaf(typ string) string {
	if field := g.field(typ); field != "" && g.IntN(3) > 0 {
		return field
	}
	switch typ {
	case "bool":
		return g.pick("true", "false", "params.flag", "company.active", "truth")
	case "int":
		return g.pick("0", "1", "5", "70", "100", "365", "-3", "9223372036854775807", "10000", "params.n", "company.size", "total", "month.size()")
	case "text":
		return g.pick("''", "'a'", "'é€\U0001f600'", "'pc-1'", "'e-1'", "'nuclei'", `'a"b\\c'`, "month", "company.name", "company.sector", "params.text")
	case "time":
		return "company.enrolled"
	}
	words := wordsOf[typ]
	return words[g.IntN(len(words))]
}

// field is a field of that type of a record that is in sight, or a variable;
// empty if there is none.
func (g *grammar) field(typ string) string {
	var all []string
	for _, v := range g.vars {
		if v.typ == typ {
			all = append(all, v.name)
		}
		for _, f := range fieldsOf[v.list][typ] {
			all = append(all, v.name+"."+f)
		}
	}
	if len(all) == 0 {
		return ""
	}
	return g.pick(all...)
}

func (g *grammar) number(depth int) string {
	switch g.IntN(8) {
	case 0, 1:
		return fmt.Sprintf("(%s %s %s)", g.expression("int", depth), g.pick("+", "-", "*"), g.expression("int", depth))
	case 2:
		return "-(" + g.expression("int", depth) + ")"
	case 3:
		return fmt.Sprintf("portion(%s, %s)", g.expression("int", depth), g.expression("int", depth))
	case 4:
		return fmt.Sprintf("days(%s)", g.expression("time", depth))
	case 5:
		return g.expression("text", depth) + ".size()"
	}
	list, _ := g.list(depth)
	return fmt.Sprintf("size(%s)", list)
}

func (g *grammar) condition(depth int) string {
	sub := func(typ string) string { return g.expression(typ, depth) }
	switch g.IntN(14) {
	case 0, 1:
		return fmt.Sprintf("(%s && %s)", sub("bool"), sub("bool"))
	case 2, 3:
		return fmt.Sprintf("(%s || %s)", sub("bool"), sub("bool"))
	case 4:
		return "!(" + sub("bool") + ")"
	case 5:
		return fmt.Sprintf("(%s %s %s)", sub("int"), g.pick("==", "!=", "<", "<=", ">", ">="), sub("int"))
	case 6:
		typ := g.pick("time", "severity")
		return fmt.Sprintf("(%s %s %s)", sub(typ), g.pick("==", "!=", "<", "<=", ">", ">="), sub(typ))
	case 7:
		typ := g.pick("text", "bool", "asset", "status", "outcome")
		return fmt.Sprintf("(%s %s %s)", sub(typ), g.pick("==", "!="), sub(typ))
	case 8:
		return fmt.Sprintf("%s.%s(%s)", sub("text"), g.pick("contains", "startsWith", "endsWith"), sub("text"))
	case 9:
		return fmt.Sprintf("%s.matches('%s')", sub("text"), g.pick("^a", "[0-9]+$", "", "(?i)PC", `\\\\d`, "é|e-.", "^.{3,5}$"))
	case 10:
		return fmt.Sprintf("this_month(%s)", sub("time"))
	case 11:
		return g.has()
	case 12:
		return g.member(depth)
	}
	return g.quantified(depth)
}

func (g *grammar) has() string {
	record, list := "company", "company"
	for _, v := range g.vars {
		if v.list != "" && g.IntN(3) > 0 {
			record, list = v.name, v.list
		}
	}
	var all []string
	for _, typ := range []string{"text", "int", "time", "bool", "severity"} {
		all = append(all, fieldsOf[list][typ]...)
	}
	return fmt.Sprintf("has(%s.%s)", record, g.pick(all...))
}

func (g *grammar) member(depth int) string {
	if list, typ := g.scalars(depth); g.IntN(2) == 0 {
		return fmt.Sprintf("(%s in %s)", g.expression(typ, depth), list)
	}
	typ := g.pick("int", "text", "bool", "severity", "asset", "status", "time")
	return fmt.Sprintf("(%s in [%s, %s])", g.expression(typ, depth), g.expression(typ, depth), g.expression(typ, depth))
}

// quantified asks something of the elements of a list.
func (g *grammar) quantified(depth int) string {
	if len(g.vars) >= 2 {
		return g.leaf("bool")
	}
	list, v := g.list(depth)
	return fmt.Sprintf("%s.%s(%s, %s)", list, g.pick("all", "exists", "exists_one"), v.name, g.within(v, "bool", depth))
}

// within writes an expression that sees the variable.
func (g *grammar) within(v bound, typ string, depth int) string {
	g.vars = append(g.vars, v)
	defer func() { g.vars = g.vars[:len(g.vars)-1] }()
	return g.expression(typ, depth)
}

func (g *grammar) variable(list, typ string) bound {
	g.free++
	name := g.pick("x", "element", "kept", "every", "default", "document", "when_1", "r", "count", "_", "_a", "i", "marks") + strconv.Itoa(g.free)
	if g.IntN(2) == 0 && len(g.vars) == 0 {
		name = strings.TrimRight(name, "0123456789")
	}
	return bound{name, list, typ}
}

// list writes a list, with a variable for its elements.
func (g *grammar) list(depth int) (string, bound) {
	if len(g.vars) < 2 && g.IntN(8) == 0 {
		name := g.pick("websites", "computers", "vulnerabilities")
		v := g.variable(name, "")
		return fmt.Sprintf("%s.map(%s, %s.sources)", name, v.name, v.name), g.variable("", "texts")
	}
	if g.IntN(4) == 0 {
		list, typ := g.scalars(depth)
		return list, g.variable("", typ)
	}
	return g.records(depth)
}

func (g *grammar) records(depth int) (string, bound) {
	name := g.pick(lists...)
	of := name
	if name == "chosen" {
		of = "vulnerabilities"
	}
	v := g.variable(of, "")
	if depth > 0 && len(g.vars) < 2 && g.IntN(3) == 0 {
		return fmt.Sprintf("%s.filter(%s, %s)", name, v.name, g.within(v, "bool", depth-1)), g.variable(of, "")
	}
	return name, v
}

// scalars writes a list of scalars, and gives their type.
func (g *grammar) scalars(depth int) (list, typ string) {
	if texts := g.field("texts"); texts != "" && g.IntN(2) == 0 {
		return texts, "text"
	}
	typ = g.pick("int", "text", "bool", "time", "severity")
	if depth > 0 && len(g.vars) < 2 && g.IntN(3) > 0 {
		from, v := g.records(depth - 1)
		if g.IntN(3) == 0 {
			return fmt.Sprintf("%s.map(%s, %s, %s)", from, v.name, g.within(v, "bool", depth-1), g.within(v, typ, depth-1)), typ
		}
		return fmt.Sprintf("%s.map(%s, %s)", from, v.name, g.within(v, typ, depth-1)), typ
	}
	return fmt.Sprintf("[%s, %s]", g.expression(typ, 0), g.expression(typ, depth-1)), typ
}

const frame = `keurmerk: 1
id: random
version: "1"
title: {nl: x, en: x}
languages: [nl, en]
effective: {from: 2026-01, until: 2026-11}
timezone: Europe/Amsterdam
parameters:
  n: {value: 5}
  flag: {value: true}
  text: {value: "e-1"}
types:
  backup: {tested: date, size: number, default: bool, note: text}
score: {threshold: 50%%, not_applicable: %s, unknown: %s}
certification: {months: 1, close_day: 1}
let:
  truth: %q
  total: %q
  chosen: %q
criteria:
`

// randomNorm writes a norm of fifty random criteria.
func randomNorm(seed uint64) string {
	g := &grammar{Rand: rand.New(rand.NewPCG(seed, 0))}
	named := &grammar{Rand: g.Rand}
	truth := strings.NewReplacer("truth", "true", "total", "7", "chosen", "vulnerabilities").Replace(named.expression("bool", 3))
	total := strings.NewReplacer("truth", "true", "total", "7", "chosen", "vulnerabilities").Replace(named.expression("int", 3))
	v := bound{"v", "vulnerabilities", ""}
	chosen := fmt.Sprintf("vulnerabilities.filter(v, %s)", strings.NewReplacer("truth", "true", "total", "7", "chosen", "vulnerabilities").Replace(named.within(v, "bool", 2)))
	var b strings.Builder
	fmt.Fprintf(&b, frame, g.pick("earn", "redistribute"), g.pick("zero", "refuse", "zero"), truth, total, chosen)
	for i := range 50 {
		fmt.Fprintf(&b, "  - id: c-%d\n    weight: 2%%\n    title: {nl: x, en: x}\n    met: {nl: x, en: x}\n    remedy: {nl: x, en: x}\n", i)
		key, typ := "when", "bool"
		if i%5 == 0 {
			key, typ = "share", "int"
		}
		fmt.Fprintf(&b, "    %s: %q\n", key, g.expression(typ, 5))
		if i%7 == 0 {
			fmt.Fprintf(&b, "    applies: %q\n", g.expression("bool", 2))
		}
		if i%6 == 0 {
			fmt.Fprintf(&b, "    measured: %q\n", g.expression("bool", 2))
		}
		if i%9 == 0 {
			list, _ := g.records(2)
			fmt.Fprintf(&b, "    evidence: %q\n", list)
		}
		if i%20 == 0 {
			b.WriteString("    required: true\n")
		}
	}
	return b.String()
}

// randomMonth draws a month with custom records too.
func randomMonth(t *rapid.T) *finding.Month {
	m := findingtest.Month(t)
	for i := range rapid.IntRange(0, 3).Draw(t, "backups") {
		r := finding.Custom{ID: fmt.Sprintf("b-%d", i%2), Fields: map[string]finding.Value{}}
		if rapid.Bool().Draw(t, "tested") {
			r.Fields["tested"] = finding.TextValue(rapid.SampledFrom([]string{"2026-11-01", "2026-10-31T23:00:00Z", "9999-12-31T00:00:00Z", "2026-11-30T23:59:59.999999999+01:00"}).Draw(t, "date"))
		}
		if rapid.Bool().Draw(t, "sized") {
			r.Fields["size"] = finding.NumberValue(rapid.SampledFrom([]int64{0, -5, 70, 1<<53 - 1}).Draw(t, "size"))
		}
		if rapid.Bool().Draw(t, "defaulted") {
			r.Fields["default"] = finding.BoolValue(rapid.Bool().Draw(t, "default"))
		}
		if rapid.Bool().Draw(t, "noted") {
			r.Fields["note"] = finding.TextValue(rapid.SampledFrom([]string{"", "a", "é€"}).Draw(t, "note"))
		}
		if m.Custom == nil {
			m.Custom = map[string][]finding.Custom{}
		}
		m.Custom["backup"] = append(m.Custom["backup"], r)
	}
	if rapid.IntRange(0, 3).Draw(t, "far") == 0 && len(m.Computers) > 0 {
		m.Computers[0].Retired = time.Date(9999, time.December, 31, 23, 0, 0, 1, time.UTC)
	}
	return m
}

// Random expressions of the whole language come out alike: true, false or
// failed.
func TestRandomExpressions(t *testing.T) {
	t.Parallel()
	months := rapid.Custom(randomMonth)
	outcomes := map[string]int{}
	for seed := range rounds(t, 12, 150) {
		text := randomNorm(uint64(seed))
		n := load(t, text)
		o := serve(t, archive(t, n))
		for i := range 8 {
			m := months.Example(8*seed + i)
			document, err := m.MarshalJSON()
			require.NoError(t, err)
			want, got := card(t, n, m), o.answer(t, document)
			if !assertSame(t, want, got) {
				t.Fatalf("norm %d:\n%s\nmonth:\n%s", seed, text, document)
			}
			for _, c := range want.Criteria {
				outcomes[c.Outcome]++
				if c.Vacuous {
					outcomes["vacuous"]++
				}
				if c.Evidence.Count > 0 {
					outcomes["evidence"]++
				}
			}
		}
	}
	t.Log(outcomes)
	for _, outcome := range []string{"met", "unmet", "unknown", "not_applicable", "vacuous", "evidence"} {
		require.Positive(t, outcomes[outcome], outcome)
	}
}

// assertSame compares criterion by criterion, so that a difference is short.
func assertSame(t *testing.T, want, got answer) bool {
	require.Empty(t, got.Error, "%v", got.Faults)
	for i, c := range want.Criteria {
		if !reflect.DeepEqual(c, got.Criteria[i]) {
			t.Errorf("want %+v, got %+v", c, got.Criteria[i])
			return false
		}
	}
	require.Equal(t, want, got)
	return true
}
