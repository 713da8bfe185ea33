package reader

import (
	"errors"
	"fmt"
	"io"
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
		var f float64
		if _, err := fmt.Sscanf(strings.TrimSpace(s), "%g", &f); err == nil {
			*n = Number(f)
		}
		return nil
	}
	return d.SkipValue()
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
	reason := err.Error()
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		reason = "the output stops too early"
	}
	return &FormatError{tool, fmt.Sprintf("byte %d", d.InputOffset()), reason}
}
