package record

import (
	"maps"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Type is that of a custom record's field.
type Type uint8

// The types that a norm can declare.
const (
	TextField Type = iota + 1
	NumberField
	BoolField
	DateField
)

// Custom makes the list of a custom type, whose fields the norm declares. No
// row holds any of them.
func Custom(name string, declared map[string]Type) *List {
	of := func(m *finding.Month) *[]finding.Custom {
		records := m.Custom[name]
		return &records
	}
	key := func(c *finding.Custom) []string { return c.Key(name) }
	fields := []Field{textOf("id", 0, func(c *finding.Custom) string { return c.ID })}
	for _, field := range slices.Sorted(maps.Keys(declared)) {
		typ := declared[field]
		fields = append(fields, Field{Name: field, Of: func(rec any, p *finding.Period) Value {
			return customValue(rec.(*finding.Custom).Fields[field], typ, p)
		}})
	}
	l := list("custom."+name, 0, of, key, func(*finding.Custom, *finding.Period) Row { return 0 }, fields...)
	l.Add = func(m *finding.Month, rec any) {
		if m.Custom == nil {
			m.Custom = map[string][]finding.Custom{}
		}
		m.Custom[name] = append(m.Custom[name], *rec.(*finding.Custom))
	}
	return l
}

// customValue gives a field as its declared type; the record was held against
// the declaration before.
func customValue(v finding.Value, typ Type, p *finding.Period) Value {
	switch {
	case v.Kind() == 0:
		return Value{}
	case typ == NumberField:
		return OfNumber(v.Number())
	case typ == BoolField:
		return OfBool(v.Bool())
	case typ == DateField:
		t, err := p.ParseInstant(v.Text())
		if err != nil {
			return Value{}
		}
		return OfTime(t)
	}
	return OfText(v.Text())
}
