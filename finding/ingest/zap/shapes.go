package zap

import (
	"encoding/xml"
	"errors"
	"io"

	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// json reads a report as JSON, an alert at a time.
func (s *scan) json(r io.Reader) error {
	d := reader.Tokens(r)
	found := false
	err := reader.Members(d, func(name string) error {
		switch name {
		case "@generated":
			return json.UnmarshalDecode(d, (*reader.Text)(&s.generated))
		case "created":
			return json.UnmarshalDecode(d, (*reader.Text)(&s.created))
		case "site":
			found = true
			return each(d, func() error { return s.jsonSite(d) })
		}
		return d.SkipValue()
	})
	if err == nil {
		err = reader.End(d)
	}
	if err == nil && !found {
		err = errors.New("a report has a list of sites")
	}
	if err != nil {
		return reader.Unreadable(Name, d, err)
	}
	return nil
}

// each reads a list, or the one element that old versions write instead.
func each(d *jsontext.Decoder, read func() error) error {
	if d.PeekKind() == '{' {
		return read()
	}
	return reader.Elements(d, read)
}

func (s *scan) jsonSite(d *jsontext.Decoder) error {
	var host, name reader.Text
	var alerts []alert // of a site whose name comes after its alerts
	id, named := "", false
	settle := func() {
		if !named {
			id, named = s.site(string(host), string(name)), true
		}
	}
	err := reader.Members(d, func(member string) error {
		switch member {
		case "@host":
			return json.UnmarshalDecode(d, &host)
		case "@name":
			return json.UnmarshalDecode(d, &name)
		case "alerts":
			return each(d, func() error {
				var a alert
				if err := json.UnmarshalDecode(d, &a); err != nil {
					return err
				}
				if host == "" && name == "" {
					if len(alerts) >= s.options.MaxRecords {
						return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
					}
					alerts = append(alerts, a)
					return nil
				}
				settle()
				return s.alert(id, &a)
			})
		}
		return d.SkipValue()
	})
	if err != nil {
		return err
	}
	settle()
	for i := range alerts {
		if err := s.alert(id, &alerts[i]); err != nil {
			return err
		}
	}
	return nil
}

// xml reads a report as XML, an alert at a time.
func (s *scan) xml(r io.Reader) error {
	d := reader.XML(r)
	host, opened, closed := "", false, false
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
			if !opened && t.Name.Local != "OWASPZAPReport" {
				return reader.UnreadableXML(Name, d, errors.New("the outermost element is not OWASPZAPReport"))
			}
			opened = true
			switch t.Name.Local {
			case "OWASPZAPReport":
				s.generated, s.created = reader.Attr(t, "generated"), reader.Attr(t, "created")
			case "site":
				host = s.site(reader.Attr(t, "host"), reader.Attr(t, "name"))
			case "alertitem":
				var a alert
				if err := d.DecodeElement(&a, &t); err != nil {
					return reader.UnreadableXML(Name, d, err)
				}
				if err := s.alert(host, &a); err != nil {
					return err
				}
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "OWASPZAPReport":
				closed = true
			case "site":
				host = ""
			}
		}
	}
}
