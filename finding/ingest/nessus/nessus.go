// Package nessus reads the reports of Tenable's Nessus: .nessus (version 2 of
// its XML) and CSV, those of Tenable.sc and Web App Scanning included.
//
//	batch, err := nessus.Read(file)
//	added, err := month.Add(batch)
//
// Written from reports of Nessus 4.2 to 10 and of Tenable.sc 5:
//
//	<NessusClientData_v2><Report><ReportHost name="10.0.0.2">
//	  <HostProperties><tag name="HOST_END_TIMESTAMP">1648044472</tag><tag name="host-fqdn">pc-01.korenaar.example</tag></HostProperties>
//	  <ReportItem pluginID="40984" severity="2" pluginName="Browsable Web Directories"><cvss3_base_score>5.3</cvss3_base_score>…
//
//	| Nessus; its CSV; Tenable.sc's CSV                        | finding                                        |
//	|----------------------------------------------------------|------------------------------------------------|
//	| host-fqdn, netbios-name, name; Host; DNS Name, NetBIOS Name, IP Address | computer, in lower case; a website if system-type is web_application |
//	| the CVE, if the plugin names exactly one; else pluginID  | id, as "nessus:40984"                          |
//	| severity 0 to 4; Risk; Severity                          | severity none, low, medium, high, critical     |
//	| a severity that is none of these                         | from the score, else unknown                   |
//	| cvss3_base_score, cvss3_vector, cvss4_…, cvss_…          | cvss                                           |
//	| pluginName, plugin_name; Name; Plugin Name               | title                                          |
//	| solution ("n/a" is none), see_also                       | remedy, references                             |
//	| HOST_END_TIMESTAMP, HOST_END; Host End; Last Observed    | seen; seen of the computer, scanned of the website |
//	| the same; First Discovered                               | found                                          |
//	| operating-system                                         | os                                             |
//	| compliance-result FAILED, WARNING                        | finding, id by compliance-check-id, else -name |
//	| compliance-result PASSED, ERROR and others               | left out                                       |
//
// A host was seen, and the report is complete for it, if its scan has an end
// and no plugin says that logging in or local checks failed (21745, 104410,
// 117885): without them much goes unfound. CSV that
// was cut off between two rows looks whole, so it shows no host as seen and is
// complete for none unless the caller states it.
package nessus

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

// Name is the tool's name in a record's sources.
const Name = "nessus"

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	if reader.Root(head).Local == "NessusClientData_v2" {
		return true
	}
	columns := reader.Columns(head)
	has := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(columns, name) })
	}
	return has("plugin id", "risk", "host") || has("plugin", "plugin name", "severity", "ip address")
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	o := reader.Settle(opts)
	s := &scan{options: o, batch: finding.Batch{Source: Name}, hosts: map[string]*host{}, cves: map[string][]string{}}
	in := bufio.NewReaderSize(reader.Limit(r, o), 64<<10)
	head, err := in.Peek(16 << 10)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return finding.Batch{}, reader.Unopened(Name, err)
	case bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("<")):
		err = s.xml(in)
	case Detect(head):
		s.csv = true
		err = s.rows(in)
	default:
		err = &reader.FormatError{Tool: Name, Where: "byte 0", Reason: "this is neither XML nor CSV of Nessus"}
	}
	if err != nil {
		return finding.Batch{}, err
	}
	s.finish()
	return s.batch, nil
}

// scan is one reading.
type scan struct {
	options reader.Options
	batch   finding.Batch
	csv     bool
	held    int
	order   []string
	hosts   map[string]*host
	cves    map[string][]string // that each plugin names
}

// host is what is known of a host.
type host struct {
	os      string
	kind    finding.AssetType
	end     time.Time
	partial string // why its scan didn't look at everything
}

// incomplete are plugins that say that much was not looked at.
var incomplete = map[string]string{
	"21745": "local checks failed", "104410": "logging in failed", "117885": "logging in failed now and then",
}

func (s *scan) host(name string, kind finding.AssetType) *host {
	h, known := s.hosts[name]
	if !known {
		h = &host{kind: kind}
		s.hosts[name] = h
		s.order = append(s.order, name)
	}
	return h
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

// item is what a plugin says of a host.
type item struct {
	plugin, name, solution, seeAlso string
	severity                        string
	cvss                            float64
	cves                            []string
	compliance, check               string // result and id of a compliance check
	found, seen                     time.Time
}

func (s *scan) take(where, asset string, h *host, it *item) error {
	if s.held++; s.held > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	if it.plugin == "" {
		s.skip(where, "it names no plugin")
		return nil
	}
	if reason := incomplete[it.plugin]; reason != "" {
		h.partial = reason
	}
	id := "nessus:" + it.plugin
	switch strings.ToUpper(it.compliance) {
	case "":
		s.cves[id] = union(s.cves[id], it.cves)
	case "FAILED", "WARNING":
		id += ":" + it.check
	default:
		s.skip(where, "it is no finding: compliance "+it.compliance)
		return nil
	}
	s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, finding.Vulnerability{
		ID: id, AssetType: h.kind, Asset: asset, Severity: rated(it.severity, it.cvss), CVSS: it.cvss, Title: strings.TrimSpace(it.name),
		Remedy: remedy(it.solution), Found: it.found, Seen: it.seen, Sources: []string{Name}, References: reader.Links(it.seeAlso),
	})
	return nil
}

// union adds what is new, in order of appearance.
func union(list, more []string) []string {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// rated reads the number or the word for a severity.
func rated(severity string, cvss float64) finding.Severity {
	switch strings.TrimSpace(severity) {
	case "0":
		return finding.SeverityNone
	case "1":
		return finding.SeverityLow
	case "2":
		return finding.SeverityMedium
	case "3":
		return finding.SeverityHigh
	case "4":
		return finding.SeverityCritical
	}
	return reader.Rated(severity, cvss)
}

func remedy(solution string) string {
	text := reader.Plain(solution)
	if strings.EqualFold(text, "n/a") {
		return ""
	}
	return reader.Shorten(text, 1000)
}

// dates are how CSV and old reports write instants.
var dates = []string{"Mon Jan _2 15:04:05 2006", "Jan 2, 2006 15:04:05 MST", "Jan _2, 2006 15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04:05 MST"}

// rows reads CSV.
func (s *scan) rows(r io.Reader) error {
	for row, err := range reader.Rows(Name, r, s.options) {
		if err != nil {
			return err
		}
		where := fmt.Sprintf("row %d", row.Line)
		netbios := row.Cell("NetBIOS Name")
		name := asset(row.Cell("Host", "FQDN", "DNS Name"), netbios[strings.LastIndexByte(netbios, '\\')+1:], row.Cell("IP Address", "Host IP"))
		if name == "" {
			s.skip(where, "it names no host")
			continue
		}
		h := s.host(name, finding.AssetComputer)
		seen := s.options.Local(row.Cell("Last Observed", "Host End", "Host End Time"), dates...)
		if seen.IsZero() {
			seen = s.options.Taken
		}
		found := s.options.Local(row.Cell("First Discovered"), dates...)
		if found.IsZero() {
			found = seen
		}
		if seen.After(h.end) {
			h.end = seen
		}
		it := &item{plugin: row.Cell("Plugin ID", "Plugin"), name: row.Cell("Name", "Plugin Name"), solution: row.Cell("Solution"), seeAlso: row.Cell("See Also"),
			severity: row.Cell("Risk", "Severity"), cves: reader.CVEs(row.Cell("CVE")), found: found, seen: seen}
		it.cvss = reader.Score(reader.Float(row.Cell("CVSS v3.0 Base Score", "CVSS V3 Base Score")), vector(row.Cell("CVSS V3 Vector")),
			reader.Float(row.Cell("CVSS v4.0 Base Score", "CVSS V4 Base Score")), reader.Float(row.Cell("CVSS v2.0 Base Score", "CVSS V2 Base Score", "CVSS")), vector(row.Cell("CVSS V2 Vector")))
		if err := s.take(where, name, h, it); err != nil {
			return err
		}
	}
	return nil
}

func vector(text string) float64 {
	score, _ := reader.CVSS(text) // what is no vector scores 0
	return score
}

// asset is the first of the names that is one.
func asset(names ...string) string {
	for _, name := range names {
		if host := reader.Host(name); host != "" {
			return host
		}
	}
	return ""
}

// finish gives findings the one CVE that their plugin names, and tells which
// hosts were seen.
func (s *scan) finish() {
	for i := range s.batch.Vulnerabilities {
		v := &s.batch.Vulnerabilities[i]
		cves := s.cves[v.ID]
		if len(cves) == 1 {
			v.ID = cves[0]
		} else {
			v.References = slices.Concat(cves, v.References)
		}
	}
	if len(s.order) == 0 {
		s.skip("report", "nothing is taken as seen: it holds no host")
	}
	computers, websites := s.options.Stated(finding.AssetComputer), s.options.Stated(finding.AssetWebsite)
	for _, name := range s.order {
		h := s.hosts[name]
		stated := computers
		if h.kind == finding.AssetWebsite {
			stated = websites
		}
		at, said := stated[name]
		if at.IsZero() {
			at = h.end
		}
		seen := h.end
		switch {
		case h.partial != "":
			s.skip(name, "not taken as seen: partial: "+h.partial)
			seen = time.Time{}
		case seen.IsZero():
			s.skip(name, "not taken as seen: its scan has no end")
		case s.csv && !said:
			s.skip(name, "not taken as seen: CSV may be partial, and nobody states that it is complete")
			seen = time.Time{}
		}
		s.noted(name, h, seen)
		if !seen.IsZero() {
			s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: h.kind, Asset: name, At: at})
		}
	}
}

func (s *scan) noted(name string, h *host, seen time.Time) {
	if h.kind == finding.AssetWebsite {
		s.batch.Websites = append(s.batch.Websites, finding.Website{ID: name, Scanned: seen, Sources: []string{Name}})
		return
	}
	s.batch.Computers = append(s.batch.Computers, finding.Computer{ID: name, OS: h.os, Seen: seen, Sources: []string{Name}})
}
