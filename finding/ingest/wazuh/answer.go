package wazuh

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// value reads a document, a list of them, or an answer that holds them.
func (s *scan) value(d *jsontext.Decoder, depth int) error {
	switch d.PeekKind() {
	case '{':
		return s.object(d)
	case '[':
		if depth > 0 {
			return errors.New("a list within a list is no Wazuh output")
		}
		return elements(d, func() error { return s.value(d, depth+1) })
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	return errors.New("a value that is no document")
}

// elements reads a list, element by element.
func elements(d *jsontext.Decoder, read func() error) error {
	if _, err := d.ReadToken(); err != nil {
		return unexpected(err)
	}
	for d.PeekKind() != ']' {
		if err := read(); err != nil {
			return unexpected(err)
		}
	}
	_, err := d.ReadToken()
	return unexpected(err)
}

// unexpected makes the end of the input inside something what it is.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// object reads an object member by member, so that no more than one document
// is held of an answer with many. What is no answer is a document.
func (s *scan) object(d *jsontext.Decoder) error {
	var a answer
	rest := []byte{'{'}
	err := members(d, func(name string) error {
		switch name {
		case "hits":
			return a.readHits(s, d)
		case "data":
			if d.PeekKind() == '{' {
				return a.readData(s, d)
			}
		case "items":
			if d.PeekKind() == '[' {
				a.document = true
				return elements(d, func() error { return s.synced(d) })
			}
		case "timed_out":
			return json.UnmarshalDecode(d, &a.timedOut)
		case "_shards":
			return json.UnmarshalDecode(d, &a.shards)
		}
		value, err := d.ReadValue()
		if err != nil {
			return err
		}
		if name == "_source" {
			a.document = true
			return s.document(value)
		}
		if len(rest) > 1 {
			rest = append(rest, ',')
		}
		if rest, err = jsontext.AppendQuote(rest, name); err != nil {
			return err
		}
		rest = append(append(rest, ':'), value...)
		return nil
	})
	switch {
	case err != nil:
		return unexpected(err)
	case a.listed:
		a.judge(s)
		return nil
	case a.document:
		return nil
	}
	return s.document(append(rest, '}'))
}

// synced reads one state that an agent sends to the indexer. Only inventories
// are read; an agent does not name itself.
func (s *scan) synced(d *jsontext.Decoder) error {
	var item struct {
		Index     reader.Text    `json:"index"`
		Operation reader.Text    `json:"operation"`
		Data      jsontext.Value `json:"data"`
	}
	if err := json.UnmarshalDecode(d, &item); err != nil {
		return err
	}
	if !strings.HasPrefix(string(item.Index), "wazuh-states-inventory") || item.Data.Kind() != '{' || item.Operation == "Delete" {
		return nil
	}
	return s.document(item.Data)
}

// members reads an object, member by member.
func members(d *jsontext.Decoder, read func(name string) error) error {
	if d.PeekKind() != '{' {
		return errors.New("a value that is no document")
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err == nil {
			err = read(name.String())
		}
		if err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// answer is what an API's answer says about the documents in it.
type answer struct {
	document bool // it wraps a document as _source
	listed   bool // it lists documents
	what     string
	held     int // how many it holds
	total    int // how many there are
	counted  bool
	timedOut bool
	shards   struct {
		Failed reader.Number `json:"failed"`
	}
}

// readHits reads {"total": …, "hits": [{"_source": …}]}.
func (a *answer) readHits(s *scan, d *jsontext.Decoder) error {
	a.listed, a.what = true, "hits"
	return members(d, func(name string) error {
		switch {
		case name == "hits" && d.PeekKind() == '[':
			return elements(d, func() error { a.held++; return s.object(d) })
		case name == "total":
			raw, err := d.ReadValue()
			if err == nil {
				a.total, a.counted = hitCount(raw)
			}
			return err
		}
		return d.SkipValue()
	})
}

// readData reads {"affected_items": […], "total_affected_items": …}.
func (a *answer) readData(s *scan, d *jsontext.Decoder) error {
	a.listed, a.what = true, "items"
	return members(d, func(name string) error {
		switch {
		case name == "affected_items" && d.PeekKind() == '[':
			return elements(d, func() error { a.held++; return s.object(d) })
		case name == "total_affected_items":
			var total reader.Number
			err := json.UnmarshalDecode(d, &total)
			a.total, a.counted = int(total), true
			return err
		}
		return d.SkipValue()
	})
}

// judge tells whether the answer holds everything that was asked for.
func (a *answer) judge(s *scan) {
	s.answers++
	s.doubt(a.timedOut, "the search timed out")
	s.doubt(a.shards.Failed > 0, "shards failed")
	s.doubt(!a.counted || a.total > a.held, fmt.Sprintf("the answer holds %d of %d %s", a.held, a.total, a.what))
}

// doubt notes why the output can't be complete.
func (s *scan) doubt(yes bool, reason string) {
	if yes {
		s.partial = append(s.partial, reason)
		s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: fmt.Sprintf("answer %d", s.answers), Reason: "partial: " + reason})
	}
}

// hitCount reads a total as a number or as {"value": 125, "relation": "eq"}.
func hitCount(raw jsontext.Value) (n int, known bool) {
	var total struct {
		Value    int    `json:"value"`
		Relation string `json:"relation"`
	}
	if raw.Kind() == '0' {
		return total.Value, json.Unmarshal(raw, &total.Value) == nil
	}
	err := json.Unmarshal(raw, &total)
	return total.Value, err == nil && total.Relation != "gte"
}
