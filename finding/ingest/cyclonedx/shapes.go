package cyclonedx

import (
	"encoding/xml"
	"errors"
	"io"

	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
)

// json reads a document as JSON, a vulnerability at a time.
func (s *scan) json(r io.Reader) error {
	d := reader.Tokens(r)
	format := reader.Text("")
	err := reader.Members(d, func(name string) error {
		switch {
		case name == "bomFormat":
			return json.UnmarshalDecode(d, &format)
		case name == "metadata" && d.PeekKind() == '{':
			var metadata struct {
				Timestamp reader.Text `json:"timestamp"`
				Component struct {
					Name reader.Text `json:"name"`
				} `json:"component"`
			}
			err := json.UnmarshalDecode(d, &metadata)
			s.made, s.component = string(metadata.Timestamp), string(metadata.Component.Name)
			return err
		case name == "vulnerabilities" && d.PeekKind() == '[':
			s.listed = true
			return reader.Elements(d, func() error {
				var v vulnerability
				if err := json.UnmarshalDecode(d, &v); err != nil {
					return err
				}
				return s.take(&v)
			})
		}
		return d.SkipValue()
	})
	if err == nil {
		err = reader.End(d)
	}
	if err == nil && format != "CycloneDX" {
		err = errors.New("the format is not CycloneDX")
	}
	if err != nil {
		return reader.Unreadable(Name, d, err)
	}
	return nil
}

// xml reads a document as XML, a vulnerability at a time: in the list of its
// own, or in a component's.
func (s *scan) xml(r io.Reader) error {
	d := reader.XML(r)
	var path []string
	closed := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && closed {
			return nil
		}
		if err != nil {
			return reader.UnreadableXML(Name, d, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(path) == 0 && t.Name.Local != "bom" {
				return reader.UnreadableXML(Name, d, errors.New("the outermost element is not bom"))
			}
			taken, err := s.element(d, path, t)
			if err != nil {
				return reader.UnreadableXML(Name, d, err)
			}
			if !taken {
				path = append(path, t.Name.Local)
			}
		case xml.EndElement:
			path = path[:len(path)-1]
			closed = len(path) == 0
		}
	}
}

// element takes what matters, and tells whether it read all of the element.
func (s *scan) element(d *xml.Decoder, path []string, t xml.StartElement) (taken bool, err error) {
	switch parent := last(path); {
	case t.Name.Local == "vulnerabilities":
		s.listed = true
	case t.Name.Local == "vulnerability" && parent == "vulnerabilities":
		var v vulnerability
		if err := d.DecodeElement(&v, &t); err != nil {
			return true, err
		}
		return true, s.take(&v)
	case t.Name.Local == "timestamp" && parent == "metadata":
		return true, d.DecodeElement(&s.made, &t)
	case t.Name.Local == "component" && parent == "metadata":
		var component struct {
			Name string `xml:"name"`
		}
		err := d.DecodeElement(&component, &t)
		s.component = component.Name
		return true, err
	}
	return false, nil
}

func last(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
}
