package nikto

import (
	"bufio"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// read finds out which of the three shapes it is.
func (s *scan) read(r io.Reader) error {
	b := bufio.NewReaderSize(reader.Limit(r, s.options), 64<<10)
	head, err := b.Peek(len(csvHead))
	if err != nil && !errors.Is(err, io.EOF) {
		return reader.Unopened(Name, err)
	}
	switch text := strings.TrimSpace(string(head)); {
	case strings.HasPrefix(text, "<"):
		return s.xml(b)
	case string(head) == csvHead:
		return s.csv(b)
	}
	d := reader.Tokens(mended(b))
	if err := s.json(d); err != nil {
		return reader.Unreadable(Name, d, err)
	}
	return nil
}

// json reads a list of hosts, or hosts one after the other.
func (s *scan) json(d *jsontext.Decoder) error {
	if d.PeekKind() == '[' {
		if err := reader.Elements(d, func() error { return s.jsonHost(d) }); err != nil {
			return err
		}
		return reader.End(d)
	}
	for {
		if err := s.jsonHost(d); err != nil {
			return err
		}
		if reader.End(d) == nil {
			return nil
		}
	}
}

func (s *scan) jsonHost(d *jsontext.Decoder) error {
	texts := map[string]reader.Text{}
	first, given, errs := len(s.batch.Vulnerabilities), false, len(s.batch.Skipped)
	err := reader.Members(d, func(name string) error {
		switch name {
		case "host", "ip", "end_time":
			var text reader.Text
			err := json.UnmarshalDecode(d, &text)
			texts[name] = text
			return err
		case "vulnerabilities":
			given = true
			return reader.Elements(d, func() error {
				var x struct{ ID, OSVDB, References, Msg reader.Text }
				if err := json.UnmarshalDecode(d, &x, json.MatchCaseInsensitiveNames(true)); err != nil {
					return err
				}
				return s.take("", item{string(x.ID), string(x.References), string(x.Msg)})
			})
		}
		return d.SkipValue()
	})
	if err == nil && !given {
		err = errors.New("this is no host with vulnerabilities, as Nikto reports them")
	}
	if err != nil {
		return err
	}
	name := reader.Host(reader.First(string(texts["host"]), string(texts["ip"])))
	if name == "" {
		s.skip(fmt.Sprintf("%d items", len(s.batch.Vulnerabilities)-first), "they are of no host that has a name")
		s.batch.Vulnerabilities = s.batch.Vulnerabilities[:first]
		return nil
	}
	h := s.host(name)
	s.ended(h, s.options.Local(string(texts["end_time"]), "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05"))
	if len(s.batch.Skipped) > errs {
		h.doubt = "partial: the scan met errors"
	}
	for i := range s.batch.Vulnerabilities[first:] {
		s.batch.Vulnerabilities[first+i].Asset = name
	}
	return nil
}

// ended notes the end of a scan of the host, or that there is none.
func (s *scan) ended(h *host, end time.Time) {
	if end.IsZero() {
		h.silent = true
	}
	if end.After(h.end) {
		h.end = end
	}
}

// csv reads the version, then a line of seven cells for each host and item. A
// quote within a cell stands after a backslash.
func (s *scan) csv(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, reader.MaxToken)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, csvHead) {
			continue
		}
		c := csv.NewReader(strings.NewReader(strings.ReplaceAll(text, `\"`, `""`)))
		c.LazyQuotes, c.FieldsPerRecord = true, -1
		cells, err := c.Read()
		if err != nil || len(cells) < 7 || !strings.HasSuffix(text, `"`) {
			return &reader.FormatError{Tool: Name, Where: fmt.Sprintf("line %d", n), Reason: fmt.Sprintf("it has %d of 7 cells; was the output cut off?", len(cells))}
		}
		for i := range cells { // the apostrophe guards a cell from being a formula
			if cell, guarded := strings.CutPrefix(cells[i], "'"); guarded {
				cells[i] = cell
			}
		}
		name := reader.Host(reader.First(cells[0], cells[1]))
		if name == "" {
			s.skip(fmt.Sprintf("line %d", n), "it is of no host that has a name")
			continue
		}
		s.host(name).silent = true
		if cells[4] == "" && cells[5] == "" && cells[3] == "" {
			continue // the host, with its banner
		}
		if cells[3] == "OSVDB-0" {
			cells[3] = ""
		}
		if err := s.take(name, item{"", cells[3], cells[6]}); err != nil {
			return err
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return &reader.LimitError{What: "bytes in one line", Limit: reader.MaxToken}
	} else if err != nil {
		return reader.Unopened(Name, err)
	}
	return nil
}

// xmlItem is an item as XML has it.
type xmlItem struct {
	Description string `xml:"description"`
	References  string `xml:"references"`
}

// xml reads the scans of hosts, which stand in one another in old versions.
func (s *scan) xml(r io.Reader) error {
	d := reader.XML(r)
	depth, options, first := 0, "", true
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && depth == 0 && !first {
			return nil
		}
		if err != nil {
			return reader.UnreadableXML(Name, d, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
			switch {
			case first && t.Name.Local != "niktoscan" && t.Name.Local != "niktoscans":
				return reader.UnreadableXML(Name, d, errors.New("this is no report of Nikto"))
			case t.Name.Local == "niktoscan":
				options = reader.Attr(t, "options")
			case t.Name.Local == "scandetails":
				depth--
				if err := s.xmlHost(d, t, options); err != nil {
					return reader.UnreadableXML(Name, d, err)
				}
			}
			first = false
		case xml.EndElement:
			depth--
		}
	}
}

// narrow are options by which not everything is tested.
var narrow = regexp.MustCompile(`(?i)(^|\s)-(T|Tuning|Plugins|maxtime|until|findonly)\b`)

// errorLimit is after how many errors Nikto gives a host up.
const errorLimit = 20

func (s *scan) xmlHost(d *xml.Decoder, start xml.StartElement, options string) error {
	name := reader.Host(reader.First(reader.Attr(start, "targethostname"), reader.Attr(start, "targetip"), reader.Attr(start, "sitename")))
	ended := false
	for {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "item":
				err = s.xmlItem(d, t, name)
			case "statistics":
				if name != "" {
					ended = true
					s.statistics(s.host(name), t)
				}
				err = d.Skip()
			default:
				err = d.Skip()
			}
			if err != nil {
				return err
			}
		case xml.EndElement:
			if name == "" {
				s.skip("host", "not taken as scanned: it has no name")
				return nil
			}
			h := s.host(name)
			switch {
			case !ended:
				h.doubt = "partial: its scan has no end"
			case narrow.MatchString(options):
				h.doubt = "partial: not everything was to be tested: " + narrow.FindString(options)
			case reader.Float(reader.Attr(start, "errors")) >= errorLimit:
				h.doubt = "partial: the scan met errors"
			}
			return nil
		}
	}
}

func (s *scan) xmlItem(d *xml.Decoder, t xml.StartElement, name string) error {
	var x xmlItem
	if err := d.DecodeElement(&x, &t); err != nil {
		return err
	}
	if name == "" {
		s.skip(fmt.Sprintf("item %s", reader.Attr(t, "id")), "it is of no host that has a name")
		return nil
	}
	references := x.References
	if id := reader.Attr(t, "osvdbid"); id != "" && id != "0" {
		references += " " + reader.Attr(t, "osvdblink")
	}
	return s.take(name, item{reader.Attr(t, "id"), references, x.Description})
}

// statistics ends the scan of a host.
func (s *scan) statistics(h *host, t xml.StartElement) {
	if tested := reader.Attr(t, "itemstested"); tested == "" || tested == "0" {
		h.doubt = "partial: nothing was tested on it"
	}
	s.ended(h, s.options.Local(reader.Attr(t, "endtime"), "2006-01-02 15:04:05", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 (MST-7)", "Mon Jan _2 15:04:05 2006"))
}
