package record

import (
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Row holds the small fields of one record: those that [Field.Small] names.
type Row uint16

// Field is one field of a list's records.
type Field struct {
	Name string

	// Of gives what the record holds: a pointer to the finding's struct, and
	// the month it is seen in. A Fault is an absent field.
	Of func(rec any, p *finding.Period) Value

	from func(r Row) Value // nil if no row holds it
	has  Row               // of what no row holds: the bit that is set where it is there
}

// Small tells whether a row holds the field.
func (f *Field) Small() bool { return f.from != nil }

// Known tells whether a row holds that the field is there or not.
func (f *Field) Known() bool { return f.from != nil || f.has != 0 }

// From gives the field from a row; only of a small one.
func (f *Field) From(r Row) Value { return f.from(r) }

// Has tells from a row whether the field is there; only of a known one.
func (f *Field) Has(r Row) bool {
	if f.from == nil {
		return r&f.has != 0
	}
	kind := f.from(r).Kind
	return kind != Fault && kind != None
}

// The makers below take the getter of one struct T.

func textOf[T any](name string, has Row, get func(*T) string) Field {
	return Field{Name: name, has: has, Of: func(rec any, _ *finding.Period) Value { return text(get(rec.(*T))) }}
}

func instantOf[T any](name string, has Row, get func(*T) time.Time) Field {
	return Field{Name: name, has: has, Of: func(rec any, _ *finding.Period) Value { return instant(get(rec.(*T))) }}
}

func textsOf[T any](name string, get func(*T) []string) Field {
	return Field{Name: name, Of: func(rec any, _ *finding.Period) Value { return Value{Kind: Texts, L: get(rec.(*T))} }}
}

// flagOf is a field of one bit.
func flagOf[T any](name string, bit Row, get func(*T, finding.Period) bool) Field {
	return Field{Name: name,
		Of:   func(rec any, p *finding.Period) Value { return OfBool(get(rec.(*T), *p)) },
		from: func(r Row) Value { return OfBool(r&bit != 0) }}
}

// wordOf is a word of a group, in the bits of the mask from the shift on.
func wordOf[T any](name string, shift, mask Row, get func(*T) int) Field {
	return Field{Name: name,
		Of:   func(rec any, _ *finding.Period) Value { return OfWord(get(rec.(*T))) },
		from: func(r Row) Value { return OfWord(int(r >> shift & mask)) }}
}

func numberOf[T any](name string, get func(*T, finding.Period) (int, bool)) Field {
	return Field{Name: name, Of: func(rec any, p *finding.Period) Value {
		if n, ok := get(rec.(*T), *p); ok {
			return OfNumber(int64(n))
		}
		return Value{Kind: None}
	}}
}

// bit is the bit if it holds.
func bit(b Row, holds bool) Row {
	if holds {
		return b
	}
	return 0
}
