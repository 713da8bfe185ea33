package finding

// Value is one field of a custom record: a text, a whole number or a bool. A
// date is a text until the norm's declaration says otherwise.
type Value struct {
	kind   ValueKind
	text   string
	number int64 // for a bool: 1 is true
}

// ValueKind says what a [Value] holds.
type ValueKind uint8

// The kinds of values. The zero kind is no value.
const (
	_ ValueKind = iota
	KindBool
	KindNumber
	KindText
)

// TextValue makes a text.
func TextValue(s string) Value { return Value{kind: KindText, text: s} }

// NumberValue makes a whole number.
func NumberValue(n int64) Value { return Value{kind: KindNumber, number: n} }

// BoolValue makes a bool.
func BoolValue(b bool) Value {
	v := Value{kind: KindBool}
	if b {
		v.number = 1
	}
	return v
}

// Kind says which of Text, Number and Bool has the value.
func (v Value) Kind() ValueKind { return v.kind }

// Text is the text, or empty if the value is none.
func (v Value) Text() string { return v.text }

// Number is the whole number, or 0 if the value is none.
func (v Value) Number() int64 {
	if v.kind != KindNumber {
		return 0
	}
	return v.number
}

// Bool is the bool, or false if the value is none.
func (v Value) Bool() bool { return v.kind == KindBool && v.number == 1 }
