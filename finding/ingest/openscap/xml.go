package openscap

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

// rule is what is kept of a rule of the benchmark.
type rule struct {
	title, severity, fix string
	idents               []string
}

// ruleResult is what one rule came to.
type ruleResult struct {
	ID       string   `xml:"idref,attr"`
	Severity string   `xml:"severity,attr"`
	Time     string   `xml:"time,attr"`
	Result   string   `xml:"result"`
	Idents   []string `xml:"ident"`
}

// passedOver are parts of the document that may be large and hold nothing
// that is kept: results of OVAL, values and the like.
var passedOver = []string{"oval_results", "oval_system_characteristics", "oval_definitions", "Value", "Profile", "relationships", "assets", "ocil"}

// document reads rules and results, wherever in the document they stand.
func (s *scan) document(d *xml.Decoder) error {
	depth, known := 0, false
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
			name := t.Name.Local
			if !known && name != "Benchmark" && name != "TestResult" && name != "asset-report-collection" {
				return errors.New("this is neither XCCDF nor ARF")
			}
			known = true
			switch {
			case name == "Benchmark":
				s.benchmark = reader.Attr(t, "id")
				depth++
			case name == "Rule":
				err = s.rule(d, t)
			case name == "TestResult":
				err = s.test(d, t)
			case slices.Contains(passedOver, name):
				err = d.Skip()
			default:
				depth++
			}
			if err != nil {
				return err
			}
		case xml.EndElement:
			depth--
		}
	}
}

func (s *scan) rule(d *xml.Decoder, t xml.StartElement) error {
	var x struct {
		Titles []plain  `xml:"title"`
		Fixes  []plain  `xml:"fixtext"`
		Idents []string `xml:"ident"`
	}
	if err := d.DecodeElement(&x, &t); err != nil {
		return err
	}
	if len(s.rules) >= s.options.MaxRecords {
		return &reader.LimitError{What: "rules", Limit: int64(s.options.MaxRecords)}
	}
	kept := rule{severity: reader.Attr(t, "severity"), fix: first(x.Fixes), title: first(x.Titles), idents: reader.CVEs(strings.Join(x.Idents, " "))}
	s.rules[reader.Attr(t, "id")] = kept
	return nil
}

// plain is a text in which elements of HTML may stand.
type plain string

// UnmarshalXML joins the texts of the element and of what stands in it.
func (p *plain) UnmarshalXML(d *xml.Decoder, _ xml.StartElement) error {
	for depth := 0; depth >= 0; {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			*p += plain(t)
		}
	}
	return nil
}

// first is the first text that says something: there may be one a language.
func first(texts []plain) string {
	for _, text := range texts {
		if text := reader.Plain(string(text)); text != "" {
			return text
		}
	}
	return ""
}

// facts are those of the target that name it.
var facts = []string{"urn:xccdf:fact:asset:identifier:fqdn", "urn:xccdf:fact:asset:identifier:host_name"}

// test reads a TestResult.
func (s *scan) test(d *xml.Decoder, start xml.StartElement) error {
	t := test{end: s.options.Local(reader.Attr(start, "end-time"), "2006-01-02T15:04:05"), from: len(s.batch.Vulnerabilities), benchmark: s.benchmark}
	names := map[string]string{}
	for {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "rule-result":
				var x ruleResult
				if err = d.DecodeElement(&x, &e); err == nil {
					err = s.take(&t, &x)
				}
			case "benchmark":
				t.benchmark = reader.First(reader.Attr(e, "id"), t.benchmark, reader.Attr(e, "href"))
				err = d.Skip()
			case "target":
				err = text(d, e, names, "target")
			case "fact":
				if name := reader.Attr(e, "name"); slices.Contains(facts, name) {
					err = text(d, e, names, name)
				} else {
					err = d.Skip()
				}
			case "target-facts":
			default:
				err = d.Skip()
			}
			if err != nil {
				return err
			}
		case xml.EndElement:
			if e.Name.Local == "target-facts" {
				continue
			}
			t.to, t.computer = len(s.batch.Vulnerabilities), s.computer(names)
			s.ended(t)
			return nil
		}
	}
}

// text keeps the first text of the name.
func text(d *xml.Decoder, e xml.StartElement, into map[string]string, name string) error {
	var x struct {
		Text string `xml:",chardata"`
	}
	err := d.DecodeElement(&x, &e)
	if into[name] == "" {
		into[name] = strings.TrimSpace(x.Text)
	}
	return err
}

// computer names the target: "localhost" is what every computer calls itself.
func (s *scan) computer(names map[string]string) string {
	for _, key := range append([]string{"target"}, facts...) {
		if id := reader.Computer(names[key]); id != "" && id != "localhost" && !strings.HasPrefix(id, "localhost.") {
			return id
		}
	}
	return reader.First(s.options.Computer(), reader.Computer(names["target"]))
}

func (s *scan) ended(t test) {
	name := t.benchmark
	if i := strings.Index(name, "_benchmark_"); i >= 0 {
		name = name[i+len("_benchmark_"):]
	}
	name = strings.ToLower(strings.Join(strings.Fields(name), "-"))
	if !slices.Contains(s.benchmarks, name) {
		s.benchmarks = append(s.benchmarks, name)
	}
	s.tests = append(s.tests, t)
}
