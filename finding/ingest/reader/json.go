package reader

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Texts is a member that tools write as a text, as a list of texts, or null.
type Texts []string

// UnmarshalJSONFrom reads any of the three.
func (t *Texts) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	switch d.PeekKind() {
	case '"':
		var s string
		if err := json.UnmarshalDecode(d, &s); err != nil {
			return err
		}
		*t = Texts{s}
		return nil
	case '[':
		var list []string
		if err := json.UnmarshalDecode(d, &list); err != nil {
			return err
		}
		*t = list
		return nil
	}
	*t = nil
	return d.SkipValue()
}

// Text is a member that tools write as a text, a number, a truth value, or
// null; a list or an object is passed over.
type Text string

// UnmarshalJSONFrom reads any of them.
func (t *Text) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*t = ""
	switch d.PeekKind() {
	case '"', '0', 't', 'f': // jsontext names every number '0', and the truth values by their first letter
		token, err := d.ReadToken()
		if err == nil {
			*t = Text(strings.TrimSpace(token.String()))
		}
		return err
	}
	return d.SkipValue()
}

// Number is a member that tools write as a number, as a text, or null.
type Number float64

// UnmarshalJSONFrom reads any of the three; what is no number is 0.
func (n *Number) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*n = 0
	switch d.PeekKind() {
	case '0':
		return json.UnmarshalDecode(d, (*float64)(n))
	case '"':
		var s string
		if err := json.UnmarshalDecode(d, &s); err != nil {
			return err
		}
		*n = Number(Float(s))
		return nil
	}
	return d.SkipValue()
}

// Float reads a number with a point or a comma before its fraction; what is no
// number is 0.
func Float(s string) float64 {
	f, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(s), ",", ".", 1), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}

// Tokens reads JSON as tools write it: repeated names are let through, as the
// tool meant the last. Names keep their case.
func Tokens(r io.Reader) *jsontext.Decoder {
	return jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true))
}

// Unreadable turns a JSON error into a [*FormatError]; a [*LimitError] stays
// what it is.
func Unreadable(tool string, d *jsontext.Decoder, err error) error {
	if limit, ok := errors.AsType[*LimitError](err); ok {
		return limit
	}
	if format, ok := errors.AsType[*FormatError](err); ok {
		return format
	}
	if errors.Is(err, ErrSalt) {
		return err
	}
	reason := err.Error()
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		reason = "the output stops too early"
	}
	return &FormatError{tool, fmt.Sprintf("byte %d", d.InputOffset()), reason}
}

// Members reads an object, member by member. read takes the member's value. A
// value that is no object, and an output that ends inside it, are errors.
func Members(d *jsontext.Decoder, read func(name string) error) error {
	if d.PeekKind() != '{' {
		return notExpected(d, "an object")
	}
	if _, err := d.ReadToken(); err != nil {
		return cutShort(err)
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return cutShort(err)
		}
		if err := read(name.String()); err != nil {
			return cutShort(err)
		}
	}
	_, err := d.ReadToken()
	return cutShort(err)
}

// Elements reads a list, element by element. A value that is no list, and an
// output that ends inside it, are errors.
func Elements(d *jsontext.Decoder, read func() error) error {
	if d.PeekKind() != '[' {
		return notExpected(d, "a list")
	}
	if _, err := d.ReadToken(); err != nil {
		return cutShort(err)
	}
	for d.PeekKind() != ']' {
		if err := read(); err != nil {
			return cutShort(err)
		}
	}
	_, err := d.ReadToken()
	return cutShort(err)
}

// notExpected says what was expected, unless the output can't be read at all.
func notExpected(d *jsontext.Decoder, what string) error {
	if d.PeekKind() == 0 {
		if _, err := d.ReadToken(); err != nil {
			return cutShort(err)
		}
	}
	return fmt.Errorf("%s was expected", what)
}

// End tells whether nothing but white space follows.
func End(d *jsontext.Decoder) error {
	if d.PeekKind() == 0 {
		if _, err := d.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return errors.New("more follows where the output should end")
}

// Object tells whether the head is that of a JSON object, or of a list of
// them, and gives what comes after its first brace.
func Object(head []byte) (rest []byte, ok bool) {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n[")
	if len(head) == 0 || head[0] != '{' {
		return nil, false
	}
	return head[1:], true
}

// Names tells which of the quoted names stand in a JSON head: all of them.
func Names(head []byte, names ...string) bool {
	for _, name := range names {
		if !bytes.Contains(head, []byte(`"`+name+`"`)) {
			return false
		}
	}
	return true
}

// Fields reads a document leniently: names in any case, the last of those
// that repeat, and members that it doesn't know are passed over.
func Fields(raw jsontext.Value, into any) error {
	return json.Unmarshal(raw, into, json.MatchCaseInsensitiveNames(true), jsontext.AllowDuplicateNames(true))
}

// Unopened says why an output can't even be looked at.
func Unopened(tool string, err error) error {
	if limit, ok := errors.AsType[*LimitError](err); ok {
		return limit
	}
	return &FormatError{tool, "byte 0", err.Error()}
}
