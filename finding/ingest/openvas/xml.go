package openvas

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

// xmlResult is a result as XML has it.
type xmlResult struct {
	Host struct {
		IP       string `xml:",chardata"`
		Hostname string `xml:"hostname"`
	} `xml:"host"`
	Name     string `xml:"name"`
	Severity string `xml:"severity"`
	Threat   string `xml:"threat"`
	NVT      struct {
		OID      string `xml:"oid,attr"`
		Name     string `xml:"name"`
		CVE      string `xml:"cve"`  // until GVM 9
		Xref     string `xml:"xref"` // until GVM 9
		Tags     string `xml:"tags"`
		Solution string `xml:"solution"`
		Base     string `xml:"cvss_base"`
		Refs     []struct {
			Type string `xml:"type,attr"`
			ID   string `xml:"id,attr"`
		} `xml:"refs>ref"`
	} `xml:"nvt"`
}

// xmlHost is a host as XML has it.
type xmlHost struct {
	IP      string `xml:"ip"`
	End     string `xml:"end"`
	Details []struct {
		Name  string `xml:"name"`
		Value string `xml:"value"`
	} `xml:"detail"`
}

type xmlError struct {
	Host string `xml:",chardata"`
}

// xml reads a report as XML, a result at a time.
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
			parent := ""
			if len(path) > 0 {
				parent = path[len(path)-1]
			} else if t.Name.Local != "report" && t.Name.Local != "get_reports_response" {
				return reader.UnreadableXML(Name, d, errors.New("this is no report of OpenVAS"))
			}
			taken, err := s.element(d, parent, t)
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

// element takes what matters under its parent, and tells whether it read all
// of the element.
func (s *scan) element(d *xml.Decoder, parent string, t xml.StartElement) (taken bool, err error) {
	switch parent + " " + t.Name.Local {
	case "results result":
		var x xmlResult
		if err := d.DecodeElement(&x, &t); err != nil {
			return true, err
		}
		return true, s.take(fmt.Sprintf("result %d", s.held+1), x.result())
	case "report scan_run_status":
		return true, s.text(d, t, &s.status)
	case "report scan_end":
		return true, s.text(d, t, &s.end)
	case "report host":
		return true, s.xmlHost(d, t)
	case "errors error":
		var x struct {
			Host xmlError `xml:"host"`
		}
		err := d.DecodeElement(&x, &t)
		if ip := strings.TrimSpace(x.Host.Host); ip != "" {
			s.host(ip).errors++
		}
		return true, err
	case "report filters":
		var x struct {
			Term string `xml:"term"`
		}
		err := d.DecodeElement(&x, &t)
		s.doubt(filtered(x.Term))
		return true, err
	case "report result_count":
		var x struct {
			Filtered string `xml:"filtered"`
		}
		err := d.DecodeElement(&x, &t)
		if n, wrong := strconv.Atoi(strings.TrimSpace(x.Filtered)); wrong == nil && n > s.held {
			s.doubt(fmt.Sprintf("the report holds %d of %d results", s.held, n))
		}
		return true, err
	}
	return false, nil
}

func (s *scan) text(d *xml.Decoder, t xml.StartElement, into *string) error {
	err := d.DecodeElement(into, &t)
	*into = strings.TrimSpace(*into)
	return err
}

func (s *scan) doubt(reason string) {
	if s.partial == "" {
		s.partial = reason
	}
}

func (s *scan) xmlHost(d *xml.Decoder, t xml.StartElement) error {
	var x xmlHost
	if err := d.DecodeElement(&x, &t); err != nil {
		return err
	}
	ip := strings.TrimSpace(x.IP)
	if ip == "" {
		return nil
	}
	h := s.host(ip)
	h.listed, h.ended = true, strings.TrimSpace(x.End) != ""
	if end := reader.Instant(strings.TrimSpace(x.End)); !end.IsZero() {
		h.end = end
	}
	for _, detail := range x.Details {
		switch {
		case detail.Name == "best_os_txt":
			h.os = strings.TrimSpace(detail.Value)
		case detail.Name == "hostname" && h.name == "":
			h.name = strings.TrimSpace(detail.Value)
		}
	}
	return nil
}

// filtered says which filter leaves out more than what is no vulnerability.
func filtered(term string) string {
	for part := range strings.FieldsSeq(term) {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "apply_overrides", "rows", "sort", "sort-reverse", "notes", "overrides", "timezone", "autofp", "result_hosts_only", "delta_states", "severity>0":
			continue // rows are counted
		case "first":
			if value == "1" {
				continue
			}
		case "levels":
			if strings.Contains(value, "h") && strings.Contains(value, "m") && strings.Contains(value, "l") {
				continue
			}
		case "min_qod":
			if n, err := strconv.Atoi(value); err == nil && n <= 70 {
				continue
			}
		case "min_cvss_base":
			if value == "" {
				continue
			}
		}
		return fmt.Sprintf("the report is filtered by %q", part)
	}
	return ""
}

// result is what both shapes have.
func (x *xmlResult) result() *result {
	r := &result{
		ip: strings.TrimSpace(x.Host.IP), hostname: reader.Computer(x.Host.Hostname), oid: strings.TrimSpace(x.NVT.OID),
		name: strings.TrimSpace(reader.First(strings.TrimSpace(x.NVT.Name), x.Name)), solution: x.NVT.Solution, severity: x.Severity, threat: x.Threat,
	}
	if strings.TrimSpace(r.severity) == "" && strings.TrimSpace(r.threat) == "" {
		r.severity = x.NVT.Base
	}
	var names strings.Builder
	names.WriteString(x.NVT.CVE)
	for _, ref := range x.NVT.Refs {
		switch strings.ToLower(ref.Type) {
		case "cve":
			names.WriteString(" " + ref.ID)
		case "url":
			r.references = append(r.references, strings.TrimSpace(ref.ID))
		}
	}
	r.cves = reader.CVEs(names.String())
	r.references = append(r.references, reader.Links(x.NVT.Xref)...)
	for tag := range strings.SplitSeq(x.NVT.Tags, "|") {
		if text, ok := strings.CutPrefix(tag, "solution="); ok && strings.TrimSpace(r.solution) == "" {
			r.solution = text
		}
	}
	return r
}
