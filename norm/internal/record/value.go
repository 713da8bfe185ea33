// Package record tells what the conditions of a norm see of a month's records:
// which lists there are, which fields a record has, and its row, the few bits
// that hold all its small fields.
//
// A row is made once, when a month is packed, and is all that most conditions
// need; a field that no row holds, such as a title, is read from the record.
package record

import "time"

// Kind says what a [Value] is.
type Kind uint8

// The kinds of values. The zero kind is none: a field that the record does
// not have, or an evaluation that failed.
const (
	Fault  Kind = iota // no value
	None               // a number that the record does not have: no comparison with it holds
	Bool               // N is 0 or 1
	Number             // N
	Word               // N, within its group: a severity, a status
	Text               // S
	Time               // T
	Texts              // L
)

// Value is what a field holds or a condition comes to.
type Value struct {
	Kind Kind
	N    int64
	S    string
	T    time.Time
	L    []string
}

// OfBool makes a truth value.
func OfBool(b bool) Value {
	if b {
		return Value{Kind: Bool, N: 1}
	}
	return Value{Kind: Bool}
}

// OfNumber makes a whole number.
func OfNumber(n int64) Value { return Value{Kind: Number, N: n} }

// OfWord makes a word of a group.
func OfWord(n int) Value { return Value{Kind: Word, N: int64(n)} }

// OfText makes a text.
func OfText(s string) Value { return Value{Kind: Text, S: s} }

// OfTime makes an instant.
func OfTime(t time.Time) Value { return Value{Kind: Time, T: t} }

// True tells whether the value is true.
func (v Value) True() bool { return v.Kind == Bool && v.N == 1 }

// False tells whether the value is false.
func (v Value) False() bool { return v.Kind == Bool && v.N == 0 }

// text is a text that is absent where it is empty.
func text(s string) Value {
	if s == "" {
		return Value{}
	}
	return OfText(s)
}

// instant is a time that is absent where it is zero.
func instant(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return OfTime(t)
}
