package reader

import (
	"errors"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Documents says how a tool lists JSON documents.
type Documents struct {
	Tool  string   // as errors name it
	Lists []string // members of a wrapper that may hold the list, such as "value"

	// Each takes a document, of which n is the number, from 1.
	Each func(n int, document jsontext.Value) error

	// Wrapper takes what a wrapper says besides its list, and how many
	// documents that had; nil: nothing is asked of it.
	Wrapper func(members map[string]jsontext.Value, held int) error

	most, read int
}

// Read reads documents one after the other (JSON Lines), in arrays, or in the
// list of an object that wraps them; no more than one is held at a time. An
// object that holds none of the lists is a document itself. The error is a
// [*FormatError], a [*LimitError] or what Each and Wrapper give.
func (s *Documents) Read(r io.Reader, o Options) error {
	s.most, s.read = o.MaxRecords, 0
	d := Tokens(r)
	for {
		err := s.value(d, true)
		if errors.Is(err, io.EOF) && d.StackDepth() == 0 && d.PeekKind() == 0 {
			return nil
		}
		if err != nil {
			return Unreadable(s.Tool, d, err)
		}
	}
}

func (s *Documents) value(d *jsontext.Decoder, top bool) error {
	switch kind := d.PeekKind(); {
	case kind == '{' && top:
		return s.object(d)
	case kind == '{':
		raw, err := d.ReadValue()
		if err != nil {
			return err
		}
		return s.each(raw)
	case kind == '[' && top:
		return Elements(d, func() error { return s.value(d, false) })
	case kind == 0:
		_, err := d.ReadToken()
		return err
	}
	return errors.New("a value that is no document")
}

func (s *Documents) each(raw jsontext.Value) error {
	if s.read++; s.read > s.most {
		return &LimitError{"records", int64(s.most)}
	}
	return s.Each(s.read, raw)
}

// object reads an object member by member, so that a long list in it is not
// held; what turns out to be a document is put together again.
func (s *Documents) object(d *jsontext.Decoder) error {
	members := map[string]jsontext.Value{}
	var names []string
	listed, held := false, s.read
	err := Members(d, func(name string) error {
		if slices.Contains(s.Lists, name) && d.PeekKind() == '[' {
			listed = true
			return Elements(d, func() error { return s.value(d, false) })
		}
		value, err := d.ReadValue()
		if _, twice := members[name]; !twice {
			names = append(names, name)
		}
		members[name] = value.Clone()
		return err
	})
	switch {
	case err != nil:
		return err
	case listed && s.Wrapper != nil:
		return s.Wrapper(members, s.read-held)
	case listed:
		return nil
	}
	whole := []byte{'{'}
	for i, name := range names {
		if i > 0 {
			whole = append(whole, ',')
		}
		if whole, err = jsontext.AppendQuote(whole, name); err != nil {
			return err
		}
		whole = append(append(whole, ':'), members[name]...)
	}
	return s.each(append(whole, '}'))
}
