// Package nmap reads Nmap's XML: which computers answered, and what its
// vulnerability scripts say of them.
//
//	batch, err := nmap.Read(file)
//	added, err := month.Add(batch)
//
// Written from Nmap 7 (-oX):
//
//	<nmaprun scanner="nmap" …><host endtime="1795427818"><status state="up"/><address addr="192.0.2.1" addrtype="ipv4"/>
//	  <hostnames><hostname name="pc-01.korenaar.example"/></hostnames><ports><port portid="22"><script id="vulners" output="…"/></port></ports></host>
//	  <runstats><finished time="1795427818" exit="success"/></runstats></nmaprun>
//
//	| Nmap                                                  | finding                                     |
//	|-------------------------------------------------------|---------------------------------------------|
//	| first hostname, else IP address, of a host that is up | computer, in lower case                     |
//	| first osmatch                                         | os                                          |
//	| endtime of the host, else time of finished            | seen; found and seen of a vulnerability     |
//	| script vulners, a line with a CVE and its score       | id; cvss, and severity by FIRST's bands     |
//	| a script with "State: VULNERABLE"                     | id: its one CVE, else "nmap:" and the script's name |
//	| "Risk factor:" in its output                          | severity; without it unknown                |
//	| name of the script, or product and version            | title                                       |
//
// An open port is no vulnerability. A host was seen if it was up, the run
// finished with success, and there is a date; hosts that are down are passed
// over. The output is complete for nothing unless the caller states it.
package nmap

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

// Name is the tool's name in a record's sources.
const Name = "nmap"

// host is what is kept of a host.
type host struct {
	End    string `xml:"endtime,attr"`
	Status struct {
		State string `xml:"state,attr"`
	} `xml:"status"`
	Addresses []struct {
		Addr string `xml:"addr,attr"`
		Type string `xml:"addrtype,attr"`
	} `xml:"address"`
	Names []struct {
		Name string `xml:"name,attr"`
	} `xml:"hostnames>hostname"`
	OS []struct {
		Name string `xml:"name,attr"`
	} `xml:"os>osmatch"`
	Ports []struct {
		Service struct {
			Product string `xml:"product,attr"`
			Version string `xml:"version,attr"`
		} `xml:"service"`
		Scripts []script `xml:"script"`
	} `xml:"ports>port"`
	Scripts []script `xml:"hostscript>script"`
}

type script struct {
	ID     string `xml:"id,attr"`
	Output string `xml:"output,attr"`
}

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool { return reader.Root(head).Local == "nmaprun" }

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), batch: finding.Batch{Source: Name}}
	d := reader.XML(reader.Limit(r, s.options))
	opened, closed := false, false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && closed {
			break
		}
		if err == nil {
			switch t := token.(type) {
			case xml.StartElement:
				if !opened && t.Name.Local != "nmaprun" {
					err = errors.New("this is no output of Nmap")
					break
				}
				opened = true
				err = s.element(d, t)
			case xml.EndElement:
				closed = t.Name.Local == "nmaprun"
			}
		}
		if err != nil {
			return finding.Batch{}, reader.UnreadableXML(Name, d, err)
		}
	}
	s.finish()
	return s.batch, nil
}

// scan is one reading.
type scan struct {
	options  reader.Options
	batch    finding.Batch
	finished string // time
	exit     string
	held     int
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

func (s *scan) element(d *xml.Decoder, t xml.StartElement) error {
	switch t.Name.Local {
	case "host":
		var h host
		if err := d.DecodeElement(&h, &t); err != nil {
			return err
		}
		return s.host(&h)
	case "finished":
		s.finished, s.exit = reader.Attr(t, "time"), reader.Attr(t, "exit")
	}
	return nil
}

func (s *scan) host(h *host) error {
	if s.held++; s.held > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	if h.Status.State != "up" {
		return nil
	}
	name := ""
	for _, n := range h.Names {
		name = reader.First(name, reader.Host(n.Name))
	}
	for _, a := range h.Addresses {
		if a.Type != "mac" {
			name = reader.First(name, reader.Host(a.Addr))
		}
	}
	if name == "" {
		s.skip(fmt.Sprintf("host %d", s.held), "it has neither a name nor an address")
		return nil
	}
	c := finding.Computer{ID: name, Seen: reader.Epoch(reader.Float(h.End)), Sources: []string{Name}}
	if len(h.OS) > 0 {
		c.OS = h.OS[0].Name
	}
	s.batch.Computers = append(s.batch.Computers, c)
	for _, p := range h.Ports {
		product := strings.TrimSpace(p.Service.Product + " " + p.Service.Version)
		for _, one := range p.Scripts {
			if err := s.script(&one, c, product); err != nil {
				return err
			}
		}
	}
	for _, one := range h.Scripts {
		if err := s.script(&one, c, ""); err != nil {
			return err
		}
	}
	return nil
}

var (
	scored = regexp.MustCompile(`(?m)^\s*(CVE-\d{4}-\d{4,})\s+(\d+(?:\.\d+)?)\b`)
	broken = regexp.MustCompile(`(?m)^\s*State:\s*(?:LIKELY )?VULNERABLE\b`)
	risk   = regexp.MustCompile(`(?m)^\s*Risk factor:\s*(\w+)`)
)

func (s *scan) script(one *script, c finding.Computer, product string) error {
	v := finding.Vulnerability{AssetType: finding.AssetComputer, Asset: c.ID, Found: c.Seen, Seen: c.Seen, Sources: []string{Name}}
	if one.ID == "vulners" {
		for _, m := range scored.FindAllStringSubmatch(one.Output, -1) {
			v.ID, v.CVSS = m[1], reader.Score(reader.Float(m[2]))
			v.Severity, v.Title = reader.Rated("", v.CVSS), strings.TrimSuffix(m[1]+" in "+product, " in ")
			if err := s.add(v); err != nil {
				return err
			}
		}
		return nil
	}
	if !broken.MatchString(one.Output) {
		return nil
	}
	v.ID, v.Title, v.Severity = "nmap:"+one.ID, one.ID, finding.SeverityUnknown
	if cves := reader.CVEs(one.Output); len(cves) == 1 {
		v.ID = cves[0]
	}
	if m := risk.FindStringSubmatch(one.Output); m != nil {
		v.Severity = reader.Rated(m[1], 0)
	}
	return s.add(v)
}

func (s *scan) add(v finding.Vulnerability) error {
	if s.held++; s.held > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, v)
	return nil
}

// finish dates what has no date, and takes nothing as seen of a run that did
// not succeed.
func (s *scan) finish() {
	at := reader.Epoch(reader.Float(s.finished))
	if at.IsZero() {
		at = s.options.Taken
	}
	for i := range s.batch.Vulnerabilities {
		if v := &s.batch.Vulnerabilities[i]; v.Found.IsZero() {
			v.Found, v.Seen = at, at
		}
	}
	if len(s.batch.Computers) == 0 {
		s.skip("run", "nothing is taken as seen: no host was up")
	}
	stated := s.options.Stated(finding.AssetComputer)
	for i := range s.batch.Computers {
		c := &s.batch.Computers[i]
		if c.Seen.IsZero() {
			c.Seen = at
		}
		switch {
		case s.exit != "success":
			c.Seen = time.Time{}
			s.skip(c.ID, fmt.Sprintf("not taken as seen: partial: the run ended with %q", s.exit))
			continue
		case c.Seen.IsZero():
			s.skip(c.ID, "not taken as seen: nobody says when")
			continue
		}
		if when, said := stated[c.ID]; said {
			if when.IsZero() {
				when = c.Seen
			}
			s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: finding.AssetComputer, Asset: c.ID, At: when})
		}
	}
}
