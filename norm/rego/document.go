package rego

import (
	"maps"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/open-policy-agent/opa/v1/ast"
)

// shape is what a field holds.
type shape string

const (
	text    shape = "text"
	number  shape = "number"
	boolean shape = "bool"
	instant shape = "date"
	texts   shape = "texts"
)

// kind is a type of record as rules see it.
type kind struct {
	name   string // in a sentence
	list   string // where it stands, such as input.websites
	fields []field
}

// field of a record. words are what a text can be, where that is fixed.
type field struct {
	name  string
	shape shape
	words []string
}

func (k *kind) field(name string) *field {
	for i := range k.fields {
		if k.fields[i].name == name {
			return &k.fields[i]
		}
	}
	return nil
}

func (k *kind) names() []string {
	names := make([]string, len(k.fields))
	for i, f := range k.fields {
		names[i] = f.name
	}
	return names
}

func wordsOf[T ~uint8](count int) []string {
	var words []string
	for i := 1; i <= count; i++ {
		text, err := marshal(T(i))
		if err == nil {
			words = append(words, text)
		}
	}
	return words
}

// marshal gives the word that documents use.
func marshal[T ~uint8](v T) (string, error) {
	m, ok := any(v).(interface{ MarshalText() ([]byte, error) })
	if !ok {
		return "", nil
	}
	b, err := m.MarshalText()
	return string(b), err
}

// every record has these.
var keyed = []field{{"id", text, nil}, {"key", texts, nil}}

var companyKind = &kind{"company", "input.company", []field{
	{"id", text, nil}, {"name", text, nil}, {"size", number, nil}, {"sector", text, nil}, {"enrolled", instant, nil}, {"active", boolean, nil}}}

// kinds are the records that every month document can hold, by list.
var kinds = []*kind{
	{"website", "websites", slices.Concat(keyed, []field{{"scanned", instant, nil}, {"retired", instant, nil}, {"sources", texts, nil},
		{"fresh", boolean, nil}, {"active", boolean, nil}})},
	{"computer", "computers", slices.Concat(keyed, []field{{"os", text, nil}, {"seen", instant, nil}, {"retired", instant, nil},
		{"sources", texts, nil}, {"fresh", boolean, nil}, {"active", boolean, nil}})},
	{"vulnerability", "vulnerabilities", slices.Concat(keyed, []field{
		{"asset_type", text, wordsOf[finding.AssetType](2)}, {"asset", text, nil}, {"severity", text, wordsOf[finding.Severity](6)},
		{"rank", number, nil}, {"title", text, nil}, {"remedy", text, nil}, {"found", instant, nil}, {"seen", instant, nil},
		{"fixed", instant, nil}, {"status", text, wordsOf[finding.Status](3)}, {"sources", texts, nil}, {"references", texts, nil},
		{"open", boolean, nil}, {"days_open", number, nil}})},
	{"employee", "employees", slices.Concat(keyed, []field{{"enrolled", instant, nil}, {"left", instant, nil}, {"active", boolean, nil}})},
	{"questionnaire", "questionnaires", slices.Concat(keyed, []field{{"employee", text, nil}, {"completed", instant, nil},
		{"score", number, nil}, {"done", boolean, nil}})},
	{"course", "courses", slices.Concat(keyed, []field{{"employee", text, nil}, {"offered", instant, nil}, {"completed", instant, nil},
		{"days_offered", number, nil}})},
	{"phishing test", "phishing", slices.Concat(keyed, []field{{"employee", text, nil}, {"sent", instant, nil},
		{"outcome", text, wordsOf[finding.PhishingOutcome](5)}})},
}

// document is what rules see: the kinds of records by list, those that the
// norm declares, and its parameters.
type document struct {
	lists   map[string]*kind
	customs map[string]*kind
	params  map[string]any
}

// top are the names right under input that are no lists.
var top = []string{"company", "month", "start", "end", "custom"}

func documentOf(types map[string]map[string]string, params map[string]any) *document {
	d := &document{map[string]*kind{}, map[string]*kind{}, params}
	for _, k := range kinds {
		d.lists[k.list] = k
	}
	for name, declared := range types {
		k := &kind{"custom " + name, "custom." + name, slices.Clone(keyed)}
		for _, f := range slices.Sorted(maps.Keys(declared)) {
			k.fields = append(k.fields, field{f, shape(declared[f]), nil})
		}
		d.customs[name] = k
	}
	return d
}

// names are all that stands right under input.
func (d *document) names() []string {
	return slices.Concat(slices.Sorted(maps.Keys(d.lists)), top)
}

// fieldNames are the fields of all records, for a record whose kind nobody
// knows.
func (d *document) fieldNames() []string {
	names := companyKind.names()
	for _, all := range []map[string]*kind{d.lists, d.customs} {
		for _, list := range slices.Sorted(maps.Keys(all)) {
			names = append(names, all[list].names()...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// schema is the document as a JSON Schema, for OPA's type checker.
func (d *document) schema() map[string]any {
	properties := map[string]any{"company": companyKind.schema(), "month": text.schema(), "start": text.schema(), "end": text.schema()}
	for list, k := range d.lists {
		properties[list] = map[string]any{"type": "array", "items": k.schema()}
	}
	customs := map[string]any{}
	for name, k := range d.customs {
		customs[name] = map[string]any{"type": "array", "items": k.schema()}
	}
	properties["custom"] = object(customs)
	return object(properties)
}

func object(properties map[string]any) map[string]any {
	return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
}

func (k *kind) schema() map[string]any {
	properties := map[string]any{}
	for _, f := range k.fields {
		properties[f.name] = f.shape.schema()
	}
	return object(properties)
}

func (s shape) schema() map[string]any {
	switch s {
	case number:
		return map[string]any{"type": "integer"}
	case boolean:
		return map[string]any{"type": "boolean"}
	case texts:
		return map[string]any{"type": "array", "items": map[string]any{"type": "string"}}
	}
	return map[string]any{"type": "string"}
}

// timeLayout has one width for every instant, down to what an instant can
// hold, so that texts are ordered as the times are.
const timeLayout = "2006-01-02T15:04:05.000000000Z"

func timeTerm(t time.Time) *ast.Term { return ast.StringTerm(t.UTC().Format(timeLayout)) }
