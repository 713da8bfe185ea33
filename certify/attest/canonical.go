package attest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Instant is a moment in whole seconds. Documents write it as
// 2026-11-06T00:00:00Z and in no other way.
type Instant struct{ time.Time }

// At rounds the time down to a whole second.
func At(t time.Time) Instant { return Instant{t.UTC().Truncate(time.Second)} }

const instantLayout = "2006-01-02T15:04:05Z"

// MarshalText writes the instant in UTC. It fails outside the years 1970 to
// 9999 and on parts of a second.
func (i Instant) MarshalText() ([]byte, error) {
	t := i.UTC()
	if t.Year() < 1970 || t.Year() > 9999 || t.Nanosecond() != 0 {
		return nil, fmt.Errorf("%v is not a whole second in the years 1970 to 9999", t)
	}
	return []byte(t.Format(instantLayout)), nil
}

// UnmarshalText reads what [Instant.MarshalText] writes.
func (i *Instant) UnmarshalText(text []byte) error {
	t, err := time.Parse(instantLayout, string(text))
	if err != nil || t.Format(instantLayout) != string(text) || t.Year() < 1970 {
		return fmt.Errorf("%q is not an instant such as 2026-11-06T00:00:00Z", text)
	}
	i.Time = t
	return nil
}

// MarshalJSON writes the instant as a text; time.Time's own would write offsets
// and parts of a second.
func (i Instant) MarshalJSON() ([]byte, error) {
	text, err := i.MarshalText()
	return append(append([]byte{'"'}, text...), '"'), err
}

// UnmarshalJSON reads what [Instant.MarshalJSON] writes.
func (i *Instant) UnmarshalJSON(data []byte) error {
	if len(data) < 2 || data[0] != '"' || data[len(data)-1] != '"' {
		return errors.New("an instant is a text such as 2026-11-06T00:00:00Z")
	}
	return i.UnmarshalText(data[1 : len(data)-1])
}

// errNotCanonical says that a payload is JSON, but not written in the one way
// in which it may be.
var errNotCanonical = errors.New("it is not its own canonical form (RFC 8785): members in another order, a second way of writing a text or number, white space, or a null")

// encodeCanonical writes a document in its RFC 8785 form.
func encodeCanonical(document any) ([]byte, error) {
	text, err := json.Marshal(document, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	value := jsontext.Value(text)
	err = value.Canonicalize()
	return value, err
}

// decodeCanonical reads a document and writes it again: what differs by a byte
// is refused. Unknown and repeated members, other case, wrong types, invalid
// UTF-8 and trailing bytes don't come so far.
func decodeCanonical(payload []byte, into any) error {
	if err := json.Unmarshal(payload, into, json.RejectUnknownMembers(true)); err != nil {
		return plainly(err)
	}
	again, err := encodeCanonical(into)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, payload) {
		return errNotCanonical
	}
	return nil
}

// formError says that a payload is not a document in its one form. A document
// that is, and breaks a rule of its own, is another matter.
type formError struct {
	kind string
	err  error
}

func (e *formError) Error() string { return "the " + e.kind + " can't be read: " + e.err.Error() }
func (e *formError) Unwrap() error { return e.err }

// decodeDocument reads a payload and asks the document for its own rules.
func decodeDocument[T any, P interface {
	*T
	Check() error
}](kind string, payload []byte) (P, error) {
	document := P(new(T))
	if err := decodeCanonical(payload, document); err != nil {
		return nil, &formError{kind, err}
	}
	if err := document.Check(); err != nil {
		return nil, err
	}
	return document, nil
}

// plainly says what does not fit in words that stay the same: the JSON
// library's own differ from one build to the next and name Go types.
func plainly(err error) error {
	wrong, ok := errors.AsType[*json.SemanticError](err)
	switch {
	case !ok:
		return err
	case errors.Is(err, json.ErrUnknownName):
		return fmt.Errorf("%s (byte %d): there is no such member", wrong.JSONPointer, wrong.ByteOffset)
	case wrong.Err != nil:
		return fmt.Errorf("%s (byte %d): %w", wrong.JSONPointer, wrong.ByteOffset, wrong.Err)
	}
	return fmt.Errorf("%s (byte %d): a value of the wrong type", wrong.JSONPointer, wrong.ByteOffset)
}

const digestHead = "sha256:"

// Digest is how documents refer to one another: "sha256:" and 64 hex digits,
// the SHA-256 of a payload. It is never that of an envelope, which may gain
// signatures.
func Digest(payload []byte) string {
	return fmt.Sprintf("%s%x", digestHead, sha256.Sum256(payload))
}

func isDigest(s string) bool {
	digits, ours := strings.CutPrefix(s, digestHead)
	return ours && isHash(digits)
}

// isHash tells whether the text is a SHA-256 in lower-case hex.
func isHash(s string) bool {
	return len(s) == 2*sha256.Size && strings.Trim(s, "0123456789abcdef") == ""
}
