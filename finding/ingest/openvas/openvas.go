// Package openvas reads the reports of OpenVAS and Greenbone (GVM), XML and
// CSV ("CSV Results").
//
//	batch, err := openvas.Read(file)
//	added, err := month.Add(batch)
//
// Written from reports of OpenVAS 7 to GVM 22, alone or as an answer of GMP:
//
//	<report …><report …><scan_run_status>Done</scan_run_status><results><result>
//	  <host>10.0.101.2<hostname>pc-01</hostname></host><severity>7.5</severity><threat>High</threat>
//	  <nvt oid="1.3.6.1.4.1.25623.1.0.832260"><name>…</name><refs><ref type="cve" id="CVE-2023-4573"/></refs></nvt>…
//
//	| OpenVAS                                            | finding                                        |
//	|----------------------------------------------------|------------------------------------------------|
//	| hostname, else ip of the host                      | computer, in lower case                        |
//	| the CVE, if the test (NVT) names exactly one; else its oid | id                                     |
//	| severity (CVSS), by FIRST's bands                  | severity, cvss                                 |
//	| without a number, threat: Critical, High, Medium, Low, Log | severity; Log is none; anything else: unknown |
//	| severity below 0: False Positive                   | status false_positive                          |
//	| severity below 0: Error, Debug                     | left out                                       |
//	| name of the test                                   | title                                          |
//	| solution                                           | remedy                                         |
//	| refs, xref, cve                                    | references                                     |
//	| end of the host, else scan_end; CSV: Timestamp     | found, seen; seen of the computer              |
//	| best_os_txt                                        | os                                             |
//
// A computer was seen, and the report is complete for it, if the scan is done,
// the host has an end, no test ended in an error on it, and the report isn't
// filtered or cut to a page. A filter by levels that keeps high, medium and low
// is none, nor is one by quality of detection up to 70, which is what reports
// have by default. CSV names a computer only where something was found on it,
// and what was cut off between two rows looks whole, so it shows no computer as
// seen and is complete for none unless the caller states it.
package openvas

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
const Name = "openvas"

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	has := func(s string) bool { return bytes.Contains(head, []byte(s)) }
	switch reader.Root(head).Local {
	case "report":
		return has("scan_run_status") || has("<gmp>") || has("<omp>") || has("1.3.6.1.4.1.25623") || has("format_id=") && has("content_type=")
	case "get_reports_response":
		return true
	}
	columns := reader.Columns(head)
	return slices.Contains(columns, "nvt oid") && slices.Contains(columns, "ip")
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	o := reader.Settle(opts)
	s := &scan{options: o, batch: finding.Batch{Source: Name}, hosts: map[string]*host{}}
	in := bufio.NewReaderSize(reader.Limit(r, o), 64<<10)
	head, err := in.Peek(4 << 10)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return finding.Batch{}, reader.Unopened(Name, err)
	case bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("<")):
		err = s.xml(in)
	case Detect(head):
		s.csv = true
		err = s.rows(in)
	default:
		err = &reader.FormatError{Tool: Name, Where: "byte 0", Reason: "this is neither XML nor CSV of OpenVAS"}
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
	status  string // of the scan
	end     string // of the scan
	partial string // why the report doesn't hold everything
	held    int    // results
	order   []string
	hosts   map[string]*host // by ip
}

// host is what is known of a host.
type host struct {
	name, os string
	end      time.Time
	ended    bool
	listed   bool
	errors   int
}

func (s *scan) host(ip string) *host {
	h, known := s.hosts[ip]
	if !known {
		h = &host{}
		s.hosts[ip] = h
		s.order = append(s.order, ip)
	}
	return h
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

// result is one result, of XML or CSV.
type result struct {
	ip, hostname        string
	oid, name, solution string
	severity, threat    string
	cves, references    []string
	at                  time.Time
}

func (s *scan) take(where string, r *result) error {
	if s.held++; s.held > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	id := r.id()
	switch {
	case r.ip == "" && r.hostname == "":
		s.skip(where, "it names no host")
		return nil
	case id == "":
		s.skip(where, "it names no test")
		return nil
	}
	ip := reader.First(r.ip, r.hostname)
	h := s.host(ip)
	if r.hostname != "" {
		h.name = r.hostname
	}
	if r.at.After(h.end) {
		h.end = r.at
	}
	severity, cvss, status, left := r.rated()
	if left {
		s.skip(where, fmt.Sprintf("it is no finding: %s", r.threat))
		return nil
	}
	s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, finding.Vulnerability{
		ID: id, AssetType: finding.AssetComputer, Asset: ip, Severity: severity, CVSS: cvss, Status: status,
		Title: r.name, Remedy: reader.Shorten(reader.Plain(r.solution), 1000), Found: r.at, Seen: r.at, Sources: []string{Name}, References: r.refs(),
	})
	return nil
}

// id is the one CVE that the test is about, or the test's own.
func (r *result) id() string {
	if len(r.cves) == 1 {
		return r.cves[0]
	}
	if own := reader.CVEs(r.oid); len(own) == 1 && len(own[0]) == len(r.oid) {
		return own[0]
	}
	return r.oid
}

func (r *result) refs() []string {
	if len(r.cves) == 1 {
		return r.references
	}
	return slices.Concat(r.cves, r.references)
}

// rated is what the number or, without one, the word for the threat says; left
// tells that it is no finding at all.
func (r *result) rated() (severity finding.Severity, cvss float64, status finding.Status, left bool) {
	word := strings.ToLower(strings.TrimSpace(r.threat))
	number := strings.TrimSpace(r.severity)
	switch {
	case word == "error" || word == "debug" || word == "alarm" && number == "":
		return 0, 0, 0, true
	case word == "false positive" || strings.HasPrefix(number, "-1"):
		return finding.SeverityNone, 0, finding.StatusFalsePositive, false
	case strings.HasPrefix(number, "-"):
		return 0, 0, 0, true
	case word == "log":
		return finding.SeverityNone, 0, 0, false
	case number != "":
		if score := reader.Float(number); score > 0 && score <= 10 {
			return finding.SeverityOf(score), score, 0, false
		} else if score == 0 && strings.Trim(number, "0.,") == "" {
			return finding.SeverityNone, 0, 0, false
		}
	}
	severity, _ = reader.Severity(word)
	return severity, 0, 0, false
}

// rows reads CSV.
func (s *scan) rows(r io.Reader) error {
	for row, err := range reader.Rows(Name, r, s.options) {
		if err != nil {
			return err
		}
		one := result{ip: row.Cell("IP"), hostname: reader.Computer(row.Cell("Hostname")), oid: row.Cell("NVT OID"), name: row.Cell("NVT Name"),
			solution: row.Cell("Solution"), severity: row.Cell("CVSS"), threat: row.Cell("Severity"), cves: reader.CVEs(row.Cell("CVEs")),
			references: reader.Links(row.Cell("Other References")), at: s.options.Local(row.Cell("Timestamp"), "2006-01-02T15:04:05", "2006-01-02 15:04:05")}
		if one.at.IsZero() {
			one.at = s.options.Taken
		}
		if err := s.take(fmt.Sprintf("row %d", row.Line), &one); err != nil {
			return err
		}
	}
	return nil
}

// finish names the hosts, dates what has no date, and tells which computers
// were seen.
func (s *scan) finish() {
	ended := reader.Instant(s.end)
	doubt := s.partial
	if !s.csv && s.status != "Done" {
		doubt = fmt.Sprintf("the status of the scan is %q", s.status)
	}
	names := map[string]string{}
	for _, ip := range s.order {
		h := s.hosts[ip]
		names[ip] = reader.Computer(reader.First(h.name, ip))
		if h.end.IsZero() {
			h.end = ended
		}
		if h.end.IsZero() {
			h.end = s.options.Taken
		}
	}
	for i := range s.batch.Vulnerabilities {
		v := &s.batch.Vulnerabilities[i]
		if v.Found.IsZero() {
			v.Found, v.Seen = s.hosts[v.Asset].end, s.hosts[v.Asset].end
		}
		v.Asset = names[v.Asset]
	}
	if len(s.order) == 0 {
		s.skip("report", "nothing is taken as seen: "+reader.First(doubt, "no host answered"))
	}
	stated := s.options.Stated(finding.AssetComputer)
	for _, ip := range s.order {
		s.computer(names[ip], s.hosts[ip], doubt, stated)
	}
}

func (s *scan) computer(name string, h *host, doubt string, stated map[string]time.Time) {
	c := finding.Computer{ID: name, OS: h.os, Sources: []string{Name}}
	at, said := stated[name]
	switch {
	case doubt != "":
		s.skip(name, "not taken as seen: partial: "+doubt)
	case h.errors > 0:
		s.skip(name, fmt.Sprintf("not taken as seen: partial: %d tests ended in an error", h.errors))
	case !s.csv && !h.ended && (h.listed || s.end == ""):
		s.skip(name, "not taken as seen: its scan has no end")
	case h.end.IsZero():
		s.skip(name, "not taken as seen: nobody says when")
	case s.csv && !said:
		s.skip(name, "not taken as seen: CSV may be partial, and nobody states that it is complete")
	default:
		c.Seen = h.end
	}
	s.batch.Computers = append(s.batch.Computers, c)
	if at.IsZero() {
		at = h.end
	}
	if !c.Seen.IsZero() {
		s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: finding.AssetComputer, Asset: name, At: at})
	}
}
