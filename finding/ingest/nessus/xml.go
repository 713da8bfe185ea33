package nessus

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

// xmlItem is a ReportItem as XML has it. What a plugin put out is passed over.
type xmlItem struct {
	Name       string   `xml:"plugin_name"`
	Solution   string   `xml:"solution"`
	SeeAlso    []string `xml:"see_also"`
	CVE        []string `xml:"cve"`
	Base3      string   `xml:"cvss3_base_score"`
	Vector3    string   `xml:"cvss3_vector"`
	Base4      string   `xml:"cvss4_base_score"`
	Vector4    string   `xml:"cvss4_vector"`
	Base2      string   `xml:"cvss_base_score"`
	Vector2    string   `xml:"cvss_vector"`
	Risk       string   `xml:"risk_factor"`
	Compliance string   `xml:"compliance-result"`
	CheckID    string   `xml:"compliance-check-id"`
	CheckName  string   `xml:"compliance-check-name"`
}

// xml reads a report as XML, an item at a time.
func (s *scan) xml(r io.Reader) error {
	d := reader.XML(r)
	opened, closed := false, false
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
			switch {
			case !opened && t.Name.Local != "NessusClientData_v2":
				return reader.UnreadableXML(Name, d, errors.New("this is no report of Nessus, version 2"))
			case t.Name.Local == "Policy":
				err = d.Skip() // may hold credentials' names
			case t.Name.Local == "ReportHost":
				err = s.xmlHost(d, t)
			}
			opened = true
			if err != nil {
				return reader.UnreadableXML(Name, d, err)
			}
		case xml.EndElement:
			closed = t.Name.Local == "NessusClientData_v2"
		}
	}
}

// xmlHost reads a host with its items.
func (s *scan) xmlHost(d *xml.Decoder, start xml.StartElement) error {
	tags := map[string]string{}
	name := ""
	var h *host
	settle := func() {
		if h != nil {
			return
		}
		kind := finding.AssetComputer
		if tags["system-type"] == "web_application" {
			kind = finding.AssetWebsite
		}
		if name = asset(tags["host-fqdn"], tags["netbios-name"], reader.Attr(start, "name"), tags["host-ip"]); name != "" {
			h = s.host(name, kind)
		} else {
			h = &host{kind: kind}
		}
	}
	for n := 1; ; {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "HostProperties":
				err = properties(d, t, tags)
			case "ReportItem":
				settle()
				err = s.xmlItem(d, t, fmt.Sprintf("host %q, item %d", reader.Attr(start, "name"), n), name, h)
				n++
			default:
				err = d.Skip()
			}
			if err != nil {
				return err
			}
		case xml.EndElement:
			settle()
			s.ended(name, h, tags, reader.Attr(start, "name"))
			return nil
		}
	}
}

// properties reads what is kept of a host's properties: a report may have
// hundreds of others.
func properties(d *xml.Decoder, start xml.StartElement, tags map[string]string) error {
	for {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			name := reader.Attr(t, "name")
			switch name {
			case "host-fqdn", "netbios-name", "host-ip", "system-type", "operating-system", "HOST_END", "HOST_END_TIMESTAMP":
				var text string
				if err := d.DecodeElement(&text, &t); err != nil {
					return err
				}
				tags[name] = strings.TrimSpace(text)
			default:
				if err := d.Skip(); err != nil {
					return err
				}
			}
		case xml.EndElement:
			return nil
		}
	}
}

// ended dates the host and what was found on it.
func (s *scan) ended(name string, h *host, tags map[string]string, called string) {
	end := reader.Epoch(reader.Float(tags["HOST_END_TIMESTAMP"]))
	if end.IsZero() {
		end = s.options.Local(tags["HOST_END"], append([]string{"2006-01-02T15:04:05.999999Z07:00"}, dates...)...)
	}
	if name == "" {
		s.skip(fmt.Sprintf("host %q", called), "not taken as seen: it has no name")
		return
	}
	if end.After(h.end) {
		h.end = end
	}
	if h.os == "" {
		first, _, _ := strings.Cut(tags["operating-system"], "\n") // several guesses stand one a line
		h.os = strings.TrimSpace(first)
	}
	if end.IsZero() {
		end = s.options.Taken
	}
	for i := len(s.batch.Vulnerabilities) - 1; i >= 0; i-- {
		v := &s.batch.Vulnerabilities[i]
		if v.Asset != name || !v.Seen.IsZero() {
			break
		}
		v.Found, v.Seen = end, end
	}
}

func (s *scan) xmlItem(d *xml.Decoder, t xml.StartElement, where, name string, h *host) error {
	var x xmlItem
	if err := d.DecodeElement(&x, &t); err != nil {
		return err
	}
	if name == "" {
		s.skip(where, "it is of no host")
		return nil
	}
	it := &item{
		plugin: reader.Attr(t, "pluginID"), name: reader.First(reader.Attr(t, "pluginName"), x.Name), solution: x.Solution, seeAlso: strings.Join(x.SeeAlso, " "),
		severity: reader.First(reader.Attr(t, "severity"), x.Risk), cves: reader.CVEs(strings.Join(x.CVE, " ")),
		compliance: strings.TrimSpace(x.Compliance), check: strings.TrimSpace(reader.First(x.CheckID, x.CheckName)),
		cvss: reader.Score(reader.Float(x.Base3), vector(x.Vector3), reader.Float(x.Base4), vector(x.Vector4), reader.Float(x.Base2), vector(x.Vector2)),
		seen: time.Time{}, // of the end of the host, which comes later
	}
	if it.compliance != "" && x.CheckName != "" {
		it.name = x.CheckName
	}
	return s.take(where, name, h, it)
}
