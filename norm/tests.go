package norm

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/shape"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// Test is a test that a norm file carries: a month, and what must come of it.
type Test struct {
	Name   string
	Line   int // where the test stands in the file
	Month  *finding.Month
	Expect Expect
}

// Expect is what a test demands of the judged month.
type Expect struct {
	Score    *ruling.Points            // nil: any
	Outcomes map[string]ruling.Outcome // by criterion
	Only     bool                      // what Outcomes doesn't name must be met
	CountsAs string                    // pass, fail, severe or missing: what the month is for the mark; empty: any
}

// Monotone is a list of which the norm says that removing a record, or
// softening it, never lowers the score.
type Monotone struct {
	List string // such as vulnerabilities
	Line int    // where it stands in the file
}

// tests reads fixtures and tests. The month documents in them are decoded like
// any other, and a fault in one is reported at its place in the norm.
func (r *reader) tests(top *members, n *Norm) {
	fixtures := map[string]*yaml.Node{}
	if v := top.values["fixtures"]; v != nil {
		if m := r.anyMapping(v, "fixtures"); m != nil {
			for _, key := range m.order {
				fixtures[key.Value] = m.values[key.Value]
			}
		}
	}
	if v := top.values["tests"]; v != nil {
		for _, item := range r.sequence(v, "tests") {
			if t, ok := r.test(item, fixtures, n); ok {
				n.tests = append(n.tests, t)
			}
		}
	}
	// A fixture is a month document whether or not a test uses it; no fact in
	// it lies in the future of the last month there is.
	last, err := finding.ParseMonth("9998-12")
	if err != nil || n.zone == "" {
		return
	}
	for _, name := range sortedNames(fixtures) {
		r.merged(bare(last, n), fixtures[name])
	}
}

func (r *reader) test(item *yaml.Node, fixtures map[string]*yaml.Node, n *Norm) (t Test, ok bool) {
	m := r.shaped(item, &shape.Test)
	if m == nil {
		return t, false
	}
	t.Line = item.Line
	if v := m.values["name"]; v != nil {
		t.Name, _ = r.scalar(v, "name")
	}
	if v := m.values["expect"]; v != nil {
		t.Expect = r.expect(v, n)
	}
	v := m.values["month"]
	if v == nil || n.zone == "" {
		return t, false
	}
	month := r.month(v, "month")
	if month == 0 {
		return t, false
	}
	base := r.given(m, month, fixtures, n)
	usable := base != nil
	if !usable {
		base = bare(month, n) // so that the rest is looked at all the same
	}
	if with := m.values["with"]; with != nil {
		base = r.merged(base, with)
	}
	t.Month = base
	return t, usable && base != nil
}

// bare is a month of which nothing is known.
func bare(month finding.YearMonth, n *Norm) *finding.Month {
	return &finding.Month{Company: finding.Company{ID: "test"}, Month: month, Zone: n.zone}
}

// given is the fixture as a month document, less the lists that are emptied.
// The company is enrolled from before the month unless the test says not.
func (r *reader) given(m *members, month finding.YearMonth, fixtures map[string]*yaml.Node, n *Norm) *finding.Month {
	zone, err := finding.LoadZone(n.zone)
	if err != nil {
		return nil // reported with the time zone
	}
	base := bare(month, n)
	if given := m.values["given"]; given != nil {
		name, _ := r.scalar(given, "given")
		fixture, owner := fixtures[name], r
		if fixture == nil {
			fixture, owner = r.baseFixture(name)
		}
		if fixture == nil {
			r.Report(given, "KM-UNKNOWN-FIXTURE", diag.DidYouMean(name, sortedNames(fixtures)), "there is no fixture %q", name)
			return nil
		}
		if base = owner.merged(base, fixture); base == nil {
			if owner != r {
				r.Report(given, "KM-FINDINGS", "", "the base's fixture %q does not fit into this month", name)
			}
			return nil
		}
	}
	if base.Company.Enrolled.IsZero() {
		base.Company.Enrolled = month.Start(zone)
	}
	if without := m.values["without"]; without != nil {
		for _, item := range r.sequence(without, "without") {
			r.empty(base, item, n)
		}
	}
	return base
}

// empty empties the list that the item names.
func (r *reader) empty(m *finding.Month, item *yaml.Node, n *Norm) {
	name, ok := r.scalar(item, "a list")
	if !ok {
		return
	}
	custom, isCustom := strings.CutPrefix(name, "custom.")
	switch {
	case name == "websites":
		m.Websites = nil
	case name == "computers":
		m.Computers = nil
	case name == "vulnerabilities":
		m.Vulnerabilities = nil
	case name == "employees":
		m.Employees = nil
	case name == "questionnaires":
		m.Questionnaires = nil
	case name == "courses":
		m.Courses = nil
	case name == "phishing":
		m.Phishing = nil
	case name == "company":
		m.Company = finding.Company{ID: m.Company.ID}
	case isCustom && n.types[custom] != nil:
		delete(m.Custom, custom)
	default:
		r.Report(item, "KM-LIST", diag.DidYouMean(name, append(listNames(n), "company")), "%q is no list of records", name)
	}
}

// listNames are the lists that a month can have under the norm.
func listNames(n *Norm) []string {
	names := expr.ListNames()
	for _, name := range sortedNames(n.types) {
		names = append(names, "custom."+name)
	}
	return names
}

// maxDecoded bounds the months that the tests are made of, all together.
const maxDecoded = 2 << 20

// merged decodes the node as a month document of the same company and month
// and merges it into the base; nil if it has a fault.
func (r *reader) merged(base *finding.Month, node *yaml.Node) *finding.Month {
	w := &jsonWriter{reader: r, nodes: map[string]*yaml.Node{}, keys: map[string]*yaml.Node{}}
	if r.decoded > maxDecoded || !w.document(node, base) {
		return nil
	}
	if r.decoded += w.out.Len(); r.decoded > maxDecoded {
		r.Report(node, "KM-LIMIT", "use smaller fixtures, or fewer tests", "the months of the tests are larger together than %d bytes", maxDecoded)
		return nil
	}
	m, err := finding.DecodeBytes(w.out.Bytes())
	if err == nil {
		err = m.Merge(base)
	}
	if err == nil {
		return m
	}
	var faults *finding.DecodeError
	if !errors.As(err, &faults) {
		r.Report(node, "KM-FINDINGS", "", "%v", err)
		return nil
	}
	for _, f := range faults.Faults {
		at := w.nearest(f.Pointer)
		if key := w.keys[f.Pointer]; key != nil && f.Unknown {
			at = key
		}
		r.Report(at, "KM-FINDINGS", "", "%s", f.Message)
	}
	return nil
}

// jsonWriter turns a YAML node into a month document and remembers which node
// each JSON Pointer came from.
type jsonWriter struct {
	*reader
	out   bytes.Buffer
	nodes map[string]*yaml.Node
	keys  map[string]*yaml.Node // of members
}

// document writes the node's members after company, month and zone.
func (w *jsonWriter) document(n *yaml.Node, base *finding.Month) bool {
	m := w.anyMapping(n, "a month document")
	if m == nil {
		return false
	}
	w.nodes[""] = n
	fmt.Fprintf(&w.out, `{"month":%q,"zone":%q`, base.Month, base.Zone)
	if m.values["company"] == nil {
		fmt.Fprintf(&w.out, `,"company":{"id":%q}`, base.Company.ID)
	}
	for _, key := range m.order {
		if key.Value == "month" || key.Value == "zone" {
			w.Report(key, "KM-UNKNOWN-KEY", "remove it", "the month and the zone of a test are given elsewhere")
			return false
		}
		w.member(&w.out, key.Value)
		if key.Value == "company" {
			w.company(m.values[key.Value], base)
			continue
		}
		w.keys["/"+escapePointer(key.Value)] = key
		w.value(m.values[key.Value], "/"+escapePointer(key.Value))
	}
	w.out.WriteByte('}')
	return true
}

// company writes the company with the id of the test.
func (w *jsonWriter) company(n *yaml.Node, base *finding.Month) {
	w.nodes["/company"] = n
	fmt.Fprintf(&w.out, `{"id":%q`, base.Company.ID)
	if m := w.anyMapping(n, "company"); m != nil {
		for _, key := range m.order {
			if key.Value != "id" {
				w.member(&w.out, key.Value)
				w.value(m.values[key.Value], "/company/"+escapePointer(key.Value))
			}
		}
	}
	w.out.WriteByte('}')
}

func (w *jsonWriter) member(out *bytes.Buffer, name string) {
	quoted, err := jsontext.AppendQuote(nil, name)
	if err != nil {
		quoted = []byte(`""`)
	}
	out.WriteByte(',')
	out.Write(quoted)
	out.WriteByte(':')
}

func (w *jsonWriter) value(n *yaml.Node, pointer string) {
	w.nodes[pointer] = n
	switch n.Kind {
	case yaml.MappingNode:
		w.out.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				w.member(&w.out, n.Content[i].Value)
			} else {
				var first bytes.Buffer
				w.member(&first, n.Content[i].Value)
				w.out.Write(first.Bytes()[1:])
			}
			member := pointer + "/" + escapePointer(n.Content[i].Value)
			w.keys[member] = n.Content[i]
			w.value(n.Content[i+1], member)
		}
		w.out.WriteByte('}')
	case yaml.SequenceNode:
		w.out.WriteByte('[')
		for i, item := range n.Content {
			if i > 0 {
				w.out.WriteByte(',')
			}
			w.value(item, pointer+"/"+strconv.Itoa(i))
		}
		w.out.WriteByte(']')
	default:
		w.out.Write(scalarJSON(n))
	}
}

// scalarJSON writes numbers and bools as such and everything else, dates
// included, as text.
func scalarJSON(n *yaml.Node) []byte {
	if plain(n) {
		switch {
		case n.Value == "true", n.Value == "false":
			return []byte(n.Value)
		case n.Tag == "!!int", n.Tag == "!!float":
			if v := jsontext.Value(n.Value); v.IsValid() {
				return v
			}
		case n.Tag == "!!null":
			return []byte("null")
		}
	}
	out, err := json.Marshal(n.Value)
	if err != nil {
		return []byte(`""`)
	}
	return out
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func escapePointer(s string) string { return pointerEscapes.Replace(s) }

// nearest is the node of the pointer, or of the nearest one above it.
func (w *jsonWriter) nearest(pointer string) *yaml.Node {
	for {
		if n := w.nodes[pointer]; n != nil {
			return n
		}
		i := strings.LastIndexByte(pointer, '/')
		if i < 0 {
			return w.nodes[""]
		}
		pointer = pointer[:i]
	}
}

// expect reads what a test demands.
func (r *reader) expect(v *yaml.Node, n *Norm) Expect {
	e := Expect{Outcomes: map[string]ruling.Outcome{}}
	m := r.shaped(v, &shape.Expect)
	if m == nil {
		return e
	}
	if score := m.values["score"]; score != nil {
		if p, ok := r.percent(score, "score", ruling.Whole); ok {
			e.Score = &p
		}
	}
	if only := m.values["only"]; only != nil {
		e.Only = r.boolean(only, "only")
	}
	e.CountsAs = r.word(m, "counts_as")
	outcomes := m.values["outcomes"]
	if outcomes == nil {
		return e
	}
	list := r.anyMapping(outcomes, "outcomes")
	if list == nil {
		return e
	}
	var ids []string
	for _, c := range n.criteria {
		ids = append(ids, c.ID)
	}
	for _, key := range list.order {
		if !slices.Contains(ids, key.Value) && !r.anyID {
			r.Report(key, "KM-UNKNOWN-CRITERION", diag.DidYouMean(key.Value, ids), "there is no criterion %q", key.Value)
			continue
		}
		word := r.choice(list.values[key.Value], "an outcome", shape.Outcomes.Words...)
		if o, err := ruling.ParseOutcome(word); err == nil {
			e.Outcomes[key.Value] = o
		}
	}
	return e
}
