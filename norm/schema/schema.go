// Package schema makes the JSON Schema of the norm file, for the editors in
// which authors write norms: it completes keys and words, explains each key
// and marks what has the wrong shape while it is typed.
//
// [JSON] gives the schema; norm/norm.schema.json is that text. A norm names it
// in its first line, in an editor that knows YAML schemas:
//
//	# yaml-language-server: $schema=../norm.schema.json
//
// The schema is made from the tables that the reader of norms uses too. It
// says less than the reader: what depends on another place in the file, such
// as sums, names and expressions, only norm.Check can tell. What the schema
// refuses the reader refuses too.
package schema

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/shape"
)

type object = map[string]any

// Patterns of texts, as the reader takes them.
const (
	percentage = `^0*(100(\.0{1,2})?|\d{1,2}(\.\d{1,2})?) *%$`
	digest     = `^sha256:[0-9a-f]{64}$`
	visible    = `\S`
)

// JSON is the schema, draft-07, indented and with a newline at its end. The
// error is that of the month document's own schema, which is part of it.
func JSON() ([]byte, error) {
	record, err := monthDocument()
	if err != nil {
		return nil, err
	}
	top := mapping(&shape.Norm)
	delete(top, "required")
	top["$schema"] = "http://json-schema.org/draft-07/schema#"
	top["title"] = "Keurmerk norm"
	top["definitions"] = object{"month": record}
	top["if"] = object{"required": []string{"extends"}}
	top["then"] = object{"required": shape.VariantRequired, "propertyNames": object{"enum": shape.Variant}}
	top["else"] = object{"required": shape.Norm.Required(), "not": object{"required": []string{"tailor"}}}
	text, err := json.MarshalIndent(top, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("the schema of the norm can't be written: %w", err)
	}
	return append(text, '\n'), nil
}

// monthDocument is the schema of a month document less what a test says
// elsewhere: the month, the zone and the company's id.
func monthDocument() (object, error) {
	var m struct {
		Properties map[string]object `json:"properties"`
	}
	if err := json.Unmarshal(finding.Schema(), &m); err != nil {
		return nil, fmt.Errorf("the schema of the month document can't be read: %w", err)
	}
	delete(m.Properties, "month")
	delete(m.Properties, "zone")
	delete(m.Properties["company"], "required")
	return object{"type": "object", "properties": m.Properties, "additionalProperties": false}, nil
}

// mapping is the schema of a mapping with known keys.
func mapping(m *shape.Mapping) object {
	properties := object{}
	for _, k := range m.Keys {
		v := value(k.Value)
		v["description"] = k.Means + "\n\n" + k.Dutch
		properties[k.Name] = v
	}
	o := object{"type": "object", "properties": properties, "additionalProperties": false}
	if required := m.Required(); len(required) > 0 {
		o["required"] = required
	}
	if len(m.One) > 0 {
		o["oneOf"] = each(m.One)
	}
	for _, after := range m.After {
		o["if"] = object{"required": []string{after.Key}}
		o["then"] = object{"oneOf": each(after.Needs)}
		o["else"] = object{"not": object{"anyOf": each(after.Needs)}}
	}
	return o
}

// each demands each of the keys, one a schema.
func each(keys []string) []object {
	var all []object
	for _, key := range keys {
		all = append(all, object{"required": []string{key}})
	}
	return all
}

// value is the schema of what may stand at a key.
func value(v shape.Value) object {
	switch v.Kind {
	case shape.Word:
		return object{"enum": v.Words}
	case shape.Whole:
		return object{"type": "integer", "minimum": v.Least, "maximum": v.Most}
	case shape.Keyed:
		return mapping(v.Mapping)
	case shape.Items:
		o := object{"type": "array", "items": value(*v.Each)}
		if v.Filled {
			o["minItems"] = 1
		}
		return o
	case shape.Named:
		o := object{"type": "object", "additionalProperties": value(*v.Each)}
		if v.Pattern != "" {
			o["propertyNames"] = object{"pattern": v.Pattern}
		}
		return o
	case shape.Either:
		var any []object
		for _, one := range v.Among {
			any = append(any, value(one))
		}
		return object{"anyOf": any}
	}
	return plain(v.Kind)
}

// plain is the schema of a value that its kind says all about.
func plain(k shape.Kind) object {
	text := func(pattern string) object { return object{"type": "string", "pattern": pattern} }
	switch k {
	case shape.Text:
		return text(visible)
	case shape.ID:
		return text(shape.IDShape)
	case shape.Percentage:
		return text(percentage)
	case shape.Month:
		return text(shape.MonthShape)
	case shape.Instant:
		return text(shape.InstantShape)
	case shape.Digest:
		return text(digest)
	case shape.Language:
		return object{"type": "string", "pattern": shape.LanguageShape, "examples": []string{"nl", "en"}}
	case shape.Bool:
		return object{"type": "boolean"}
	case shape.Record:
		return object{"allOf": []object{{"$ref": "#/definitions/month"}}}
	case shape.Texts:
		return object{"anyOf": []object{
			{"type": "object", "properties": object{"nl": text(visible), "en": text(visible)},
				"additionalProperties": text(visible), "propertyNames": object{"pattern": shape.LanguageShape}},
			text(visible),
		}}
	case shape.Expression:
		return object{"anyOf": []object{text(visible), {"type": []string{"boolean", "integer", "number"}}}}
	case shape.Parameter:
		return object{"anyOf": []object{{"type": "integer", "minimum": -shape.MaxParameter, "maximum": shape.MaxParameter}, {"type": []string{"boolean", "string"}}}}
	case shape.Limit:
		return object{"anyOf": []object{{"type": "integer", "minimum": 0, "maximum": shape.MaxParameter}, text(shape.NameShape)}}
	}
	return suggested(k)
}

// suggested is the schema of texts of which the likely ones are completed.
func suggested(k shape.Kind) object {
	known := func(pattern string, words ...string) object {
		return object{"anyOf": []object{{"enum": words}, {"type": "string", "pattern": pattern}}}
	}
	switch k {
	case shape.Zone:
		return known(visible, "Europe/Amsterdam", "Europe/Brussels", "UTC")
	case shape.List:
		return known(visible, append(shape.Lists.Words[:len(shape.Lists.Words):len(shape.Lists.Words)], "company")...)
	case shape.Phase:
		return known(`^(`+strings.Join(shape.Phases.Words, "|")+`) .*\d+/.*\d+ *$`, shape.Phases.Words...)
	}
	return object{"type": []string{"string", "number", "boolean", "null"}} // Free, and the months of a history
}
