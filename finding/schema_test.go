package finding_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write month.schema.json anew")

type object = map[string]any

// The schemas of types that are not what their Go kind says.
var special = map[reflect.Type]object{
	reflect.TypeFor[time.Time]():               {"type": "string", "pattern": `^(19[7-9]|[2-9]\d\d)\d-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?$`},
	reflect.TypeFor[finding.YearMonth]():       {"type": "string", "pattern": `^(19[7-9]|[2-9]\d\d)\d-(0[1-9]|1[0-2])$`},
	reflect.TypeFor[finding.Severity]():        words(finding.SeverityNone, finding.SeverityUnknown),
	reflect.TypeFor[finding.AssetType]():       words(finding.AssetWebsite, finding.AssetComputer),
	reflect.TypeFor[finding.Status]():          words(finding.StatusOpen, finding.StatusFalsePositive),
	reflect.TypeFor[finding.PhishingOutcome](): words(finding.PhishingSent, finding.PhishingSubmitted),
	reflect.TypeFor[map[string][]finding.Custom](): {
		"type": "object", "propertyNames": object{"pattern": "^[a-z][a-z0-9_]*$"},
		"additionalProperties": object{"type": "array", "items": object{
			"type": "object", "required": []string{"id"}, "propertyNames": object{"pattern": "^[a-z][a-z0-9_]*$"},
			"properties":           object{"id": object{"type": "string", "minLength": 1}},
			"additionalProperties": object{"type": []string{"string", "integer", "boolean"}}}},
	},
}

// bounds are limits that a type does not tell.
var bounds = map[string]object{
	"Vulnerability.cvss":  {"minimum": 0, "maximum": 10},
	"Questionnaire.score": {"minimum": 0, "maximum": 100},
	"Company.size":        {"minimum": 0, "maximum": 1_000_000_000},
}

func words[T interface {
	~uint8
	String() string
}](first, last T) object {
	var all []string
	for w := first; w <= last; w++ {
		all = append(all, w.String())
	}
	return object{"enum": all}
}

func schemaOf(t reflect.Type) object {
	if s, ok := special[t]; ok {
		return s
	}
	switch t.Kind() {
	case reflect.String:
		return object{"type": "string"}
	case reflect.Int:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice:
		return object{"type": "array", "items": schemaOf(t.Elem())}
	}
	properties, required := object{}, []string{}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		s := schemaOf(f.Type)
		if limits := bounds[t.Name()+"."+name]; limits != nil {
			maps.Copy(s, limits)
		}
		if options == "" {
			required = append(required, name)
			if f.Type.Kind() == reflect.String {
				s["minLength"] = 1
			}
		}
		properties[name] = s
	}
	return object{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// The schema that ships is the one that the types make.
func TestSchemaIsGenerated(t *testing.T) {
	s := schemaOf(reflect.TypeFor[finding.Month]())
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "Keurmerk month document"
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	require.NoError(t, e.Encode(s))
	if *update {
		require.NoError(t, os.WriteFile("month.schema.json", out.Bytes(), 0o644))
	}
	require.Equal(t, out.String(), string(finding.Schema()), "run: go test ./finding -run Schema -update")
}

func validator(t testing.TB) *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(finding.Schema()))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("month.json", doc))
	s, err := c.Compile("month.json")
	require.NoError(t, err)
	return s
}

func valid(t require.TestingT, s *jsonschema.Schema, text string) bool {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err)
	return s.Validate(doc) == nil
}

// The schema and Decode agree wherever a schema can tell.
func TestSchemaAgrees(t *testing.T) {
	s := validator(t)
	require.True(t, valid(t, s, whole))
	for _, text := range []string{
		`{}`, `[]`, `{"company":{"id":"c"}}`, `{"month":"2026-11"}`,
		`{"company":{"id":""},"month":"2026-11"}`, `{"company":{"id":"c"},"month":"2026-13"}`,
		minimal(`,"webistes":[]`), minimal(`,"websites":null`), minimal(`,"websites":[{}]`), minimal(`,"websites":[{"id":5}]`),
		minimal(`,"websites":[{"id":"a","scanned":"gisteren"}]`),
		minimal(`,"vulnerabilities":[{"id":"x","asset_type":"computer","asset":"a","severity":"High"}]`),
		minimal(`,"vulnerabilities":[{"id":"x","asset_type":"computer","asset":"a","severity":"high","cvss":11}]`),
		minimal(`,"questionnaires":[{"id":"a","score":1.5}]`), minimal(`,"phishing":[{"id":"a"}]`),
		minimal(`,"custom":{"Backup":[]}`), minimal(`,"custom":{"backup":[{"id":"a","x":{}}]}`),
	} {
		_, err := finding.DecodeBytes([]byte(text))
		require.Error(t, err, text)
		require.False(t, valid(t, s, text), text)
	}
	rapid.Check(t, func(t *rapid.T) {
		text, err := findingtest.Month(t).MarshalJSON()
		require.NoError(t, err)
		require.True(t, valid(t, s, string(text)), string(text))
	})
}
