package wapiti

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// read finds out which of the two shapes it is.
func (s *scan) read(r io.Reader) error {
	b := bufio.NewReaderSize(reader.Limit(r, s.options), 64<<10)
	head, err := b.Peek(64)
	if err != nil && !errors.Is(err, io.EOF) {
		return reader.Unopened(Name, err)
	}
	if strings.HasPrefix(strings.TrimSpace(string(head)), "<") {
		d := reader.XML(b)
		if err := s.xml(d); err != nil {
			return reader.UnreadableXML(Name, d, err)
		}
		return nil
	}
	d := reader.Tokens(b)
	err = s.json(d)
	if err == nil {
		err = reader.End(d)
	}
	if err != nil {
		return reader.Unreadable(Name, d, err)
	}
	return nil
}

func (s *scan) json(d *jsontext.Decoder) error {
	found := 0
	err := reader.Members(d, func(name string) error {
		switch name {
		case "classifications":
			return members(d, func(class string) error { return s.jsonClass(d, class) })
		case "vulnerabilities", "anomalies", "additionals":
			found++
			return members(d, func(class string) error { return s.jsonEntries(d, name, class) })
		case "infos":
			found++
			return s.jsonInfos(d)
		}
		return d.SkipValue()
	})
	if err == nil && found < 2 {
		err = errors.New("this is no report of Wapiti")
	}
	return err
}

// members reads an object, or passes over what is none.
func members(d *jsontext.Decoder, read func(name string) error) error {
	if d.PeekKind() != '{' {
		return d.SkipValue()
	}
	return reader.Members(d, read)
}

func (s *scan) jsonClass(d *jsontext.Decoder, name string) error {
	if d.PeekKind() != '{' {
		return d.SkipValue()
	}
	var c struct {
		Solution   reader.Text    `json:"sol"`
		References jsontext.Value `json:"ref"`
	}
	if err := json.UnmarshalDecode(d, &c); err != nil {
		return err
	}
	var links map[string]reader.Text
	if c.References.Kind() == '{' {
		if err := reader.Fields(c.References, &links); err != nil {
			return err
		}
	}
	kept := class{remedy: string(c.Solution)}
	for _, title := range slices.Sorted(maps.Keys(links)) {
		kept.references = append(kept.references, reader.Links(string(links[title]))...)
	}
	s.classes[name] = kept
	return nil
}

func (s *scan) jsonEntries(d *jsontext.Decoder, kind, class string) error {
	if d.PeekKind() != '[' {
		return d.SkipValue()
	}
	return reader.Elements(d, func() error {
		var x struct {
			Info  reader.Text `json:"info"`
			Level reader.Text `json:"level"`
		}
		if err := json.UnmarshalDecode(d, &x); err != nil {
			return err
		}
		return s.take(kind, entry{class, string(x.Info), string(x.Level)})
	})
}

func (s *scan) jsonInfos(d *jsontext.Decoder) error {
	return members(d, func(name string) error {
		var text reader.Text
		err := json.UnmarshalDecode(d, &text)
		s.info(name, string(text))
		return err
	})
}

// info keeps what matters, by the names of both shapes.
func (s *scan) info(name, text string) {
	key := map[string]string{"target": "target", "date": "date", "dateOfScan": "date", "version": "version", "generatorVersion": "version",
		"scope": "scope", "crawled_pages_nbr": "crawled", "crawledPages": "crawled"}[name]
	if key != "" {
		s.infos[key] = strings.TrimSpace(text)
	}
}

// xmlClass is a class of which the entries are read.
type xmlClass struct {
	kind, name, solution string
	urls                 []string
}

// kinds are the lists of an XML report, by what stands in them.
var kinds = map[string]string{"vulnerability": "vulnerabilities", "anomaly": "anomalies", "additional": "additionals"}

func (s *scan) xml(d *xml.Decoder) error {
	depth, known := 0, false
	var c xmlClass
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && known && depth == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
			whole := true
			switch name := t.Name.Local; {
			case depth == 1 && name != "report":
				return errors.New("this is no report of Wapiti")
			case name == "info" && depth == 3:
				err = s.xmlInfo(d, t)
				known = true
			case kinds[name] != "" && depth == 3:
				c, whole = xmlClass{kind: kinds[name], name: reader.Attr(t, "name")}, false
			case name == "solution" && depth == 4:
				err = d.DecodeElement(&c.solution, &t)
			case name == "references" && depth == 4:
				var list struct {
					URLs []string `xml:"reference>url"`
				}
				err = d.DecodeElement(&list, &t)
				c.urls = list.URLs
			case name == "entry" && depth == 5:
				err = s.xmlEntry(d, t, &c)
			case depth <= 2, name == "entries":
				whole = false
			default:
				err = d.Skip()
			}
			if whole {
				depth--
			}
		case xml.EndElement:
			if depth == 3 && kinds[t.Name.Local] == "vulnerabilities" {
				s.classes[c.name] = class{c.solution, reader.Links(strings.Join(c.urls, " "))}
			}
			depth--
		}
		if err != nil {
			return err
		}
	}
}

func (s *scan) xmlInfo(d *xml.Decoder, t xml.StartElement) error {
	var x struct {
		Text string `xml:",chardata"`
	}
	err := d.DecodeElement(&x, &t)
	s.info(reader.Attr(t, "name"), x.Text)
	return err
}

func (s *scan) xmlEntry(d *xml.Decoder, t xml.StartElement, c *xmlClass) error {
	var x struct {
		Info  string `xml:"info"`
		Level string `xml:"level"`
	}
	if err := d.DecodeElement(&x, &t); err != nil {
		return err
	}
	return s.take(c.kind, entry{c.name, strings.TrimSpace(x.Info), x.Level})
}
