// Package testssl reads the reports of testssl.sh: JSON, flat and pretty, and
// CSV.
//
//	batch, err := testssl.Read(file, reader.Taken(finished))
//	added, err := month.Add(batch)
//
// Written from testssl.sh 3.0 to 3.2:
//
//	{"id": "BEAST", "ip": "www.korenaar.example/192.0.2.1", "port": "443", "severity": "LOW", "cve": "CVE-2011-3389", "finding": "TLS1: …"}
//
//	| testssl.sh                                          | finding                                          |
//	|-----------------------------------------------------|--------------------------------------------------|
//	| name before the slash of ip or fqdn/ip, else the address; targetHost | website, and asset              |
//	| the CVE, if it names exactly one; else id           | id, as "testssl:cipherlist_LOW"                  |
//	| CRITICAL, HIGH, MEDIUM, LOW, INFO                   | severity critical, high, medium, low, none       |
//	| OK                                                  | no finding                                       |
//	| WARN: the check could not be done                   | no finding, and nothing found before by it is fixed |
//	| FATAL                                               | no finding; the website was not scanned          |
//	| any other word                                      | severity unknown                                 |
//	| id and finding                                      | title                                            |
//	| startTime and scanTime, else [reader.Taken]         | found, seen; scanned of the website              |
//
// A website was scanned, and the report is complete for it, if its scan has an
// end (scanTime), met nothing fatal, and was a whole one: protocols, ciphers,
// certificate and vulnerabilities. CSV has no end, so for a website in it the
// caller states that the report is complete ([reader.Complete]). Reports but
// pretty ones have no date, so the caller says when.
package testssl

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Name is the tool's name in a record's sources.
const Name = "testssl"

// check is one check of one host.
type check struct {
	ID       reader.Text `json:"id"`
	IP       reader.Text `json:"ip"`
	Severity reader.Text `json:"severity"`
	CVE      reader.Text `json:"cve"`
	Finding  reader.Text `json:"finding"`
}

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	rest, ok := reader.Object(head)
	if !ok {
		columns := reader.Columns(head)
		return slices.Contains(columns, "fqdn/ip") && slices.Contains(columns, "severity") && slices.Contains(columns, "finding")
	}
	if reader.Names(rest, "Invocation", "openssl", "startTime") || reader.Names(rest, "scanResult", "targetHost") {
		return true
	}
	first, _, _ := strings.Cut(string(rest), "}")
	return reader.Names([]byte(first), "id", "ip", "port", "severity", "finding")
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), batch: finding.Batch{Source: Name}, hosts: map[string]*host{}}
	in := bufio.NewReaderSize(reader.Limit(r, s.options), 64<<10)
	head, err := in.Peek(4 << 10)
	start := strings.TrimLeft(string(head), " \t\r\n")
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return finding.Batch{}, reader.Unopened(Name, err)
	case strings.HasPrefix(start, "{"), strings.HasPrefix(start, "["):
		err = s.json(in)
	case Detect(head):
		err = s.rows(in)
	default:
		err = &reader.FormatError{Tool: Name, Where: "byte 0", Reason: "this is neither JSON nor CSV of testssl.sh"}
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
	order   []string
	hosts   map[string]*host
	held    int
	started float64 // Unix time
	lasted  string  // seconds
}

// host is what is known of the scan of a host.
type host struct {
	ended    bool
	fatal    string
	done     map[string]bool // kinds of checks
	untested []string
}

func (s *scan) host(name string) *host {
	h, known := s.hosts[name]
	if !known {
		h = &host{done: map[string]bool{}}
		s.hosts[name] = h
		s.order = append(s.order, name)
	}
	return h
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

// target is the name of a host, else its address.
func target(ip string) string {
	name, address, _ := strings.Cut(ip, "/")
	return reader.First(reader.Host(name), reader.Host(address))
}

// kinds of checks that a whole scan has, by the id of one of each.
var kinds = []string{"SSLv2", "cipherlist_NULL", "cert_commonName", "heartbleed"}

func (s *scan) take(c *check, name string) error {
	if s.held++; s.held > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	where, word := fmt.Sprintf("check %d", s.held), strings.ToUpper(string(c.Severity))
	if name == "" {
		s.skip(where, fmt.Sprintf("it is of no host: %s %s", c.ID, c.Severity))
		return nil
	}
	h := s.host(name)
	for _, kind := range kinds {
		if strings.HasPrefix(string(c.ID), kind) {
			h.done[kind] = true
		}
	}
	if c.ID == "scanTime" {
		_, err := strconv.ParseFloat(string(c.Finding), 64)
		h.ended = err == nil
		s.skip(where, "it is no finding: scanTime")
		return nil
	}
	switch word {
	case "OK":
		return nil
	case "WARN", "DEBUG":
		h.untested = append(h.untested, c.id())
		s.skip(where, fmt.Sprintf("%s could not be checked: %s", c.ID, c.Finding))
		return nil
	case "FATAL":
		h.fatal = string(c.Finding)
		s.skip(where, fmt.Sprintf("it is no finding: %s", c.ID))
		return nil
	}
	severity, _ := reader.Severity(word)
	s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, finding.Vulnerability{ID: c.id(), AssetType: finding.AssetWebsite, Asset: name, Severity: severity,
		Title: reader.Shorten(string(c.ID+": "+c.Finding), 160), Sources: []string{Name}})
	return nil
}

func (c *check) id() string {
	if cves := reader.CVEs(string(c.CVE)); len(cves) == 1 {
		return cves[0]
	}
	return "testssl:" + string(c.ID)
}

// rows reads CSV.
func (s *scan) rows(r io.Reader) error {
	for row, err := range reader.Rows(Name, r, s.options) {
		if err != nil {
			return err
		}
		text := func(name string) reader.Text { return reader.Text(row.Cell(name)) }
		c := check{ID: text("id"), Severity: text("severity"), CVE: text("cve"), Finding: text("finding")}
		if err := s.take(&c, target(row.Cell("fqdn/ip"))); err != nil {
			return err
		}
	}
	return nil
}

// json reads either shape: a list of checks, or results of hosts.
func (s *scan) json(r io.Reader) error {
	d := reader.Tokens(r)
	var err error
	if d.PeekKind() == '[' {
		err = s.checks(d, "")
	} else {
		err = s.pretty(d)
	}
	if err == nil {
		err = reader.End(d)
	}
	if err != nil {
		return reader.Unreadable(Name, d, err)
	}
	return nil
}

// checks reads a list of checks, of the host or of those that they name.
func (s *scan) checks(d *jsontext.Decoder, host string) error {
	return reader.Elements(d, func() error {
		var c check
		if err := json.UnmarshalDecode(d, &c); err != nil {
			return err
		}
		return s.take(&c, reader.First(host, target(string(c.IP))))
	})
}

// pretty reads {"startTime": …, "scanResult": [{"targetHost": …, "protocols": […]}], "scanTime": …}.
func (s *scan) pretty(d *jsontext.Decoder) error {
	found := false
	err := reader.Members(d, func(name string) error {
		switch {
		case name == "startTime":
			return json.UnmarshalDecode(d, (*reader.Number)(&s.started))
		case name == "scanTime":
			return json.UnmarshalDecode(d, (*reader.Text)(&s.lasted))
		case name == "scanResult" && d.PeekKind() == '[':
			found = true
			return reader.Elements(d, func() error { return s.result(d) })
		case d.PeekKind() == '[':
			return s.checks(d, "") // what went wrong on this side
		}
		return d.SkipValue()
	})
	if err == nil && !found {
		err = errors.New("a report has a list of results")
	}
	return err
}

// result reads the checks of one host, of which the name comes first.
func (s *scan) result(d *jsontext.Decoder) error {
	var name, ip reader.Text
	return reader.Members(d, func(member string) error {
		switch {
		case member == "targetHost":
			return json.UnmarshalDecode(d, &name)
		case member == "ip":
			return json.UnmarshalDecode(d, &ip)
		case d.PeekKind() == '[':
			return s.checks(d, target(string(name+"/"+ip)))
		}
		return d.SkipValue()
	})
}

// finish dates the findings, and tells which websites were scanned.
func (s *scan) finish() {
	made := reader.Epoch(s.started)
	seconds, err := strconv.ParseFloat(s.lasted, 64)
	whole := err == nil && seconds >= 0 && seconds < 1e6
	if !made.IsZero() && whole {
		made = made.Add(time.Duration(seconds) * time.Second)
	}
	if made.IsZero() {
		made = s.options.Taken
	}
	for i := range s.batch.Vulnerabilities {
		s.batch.Vulnerabilities[i].Found, s.batch.Vulnerabilities[i].Seen = made, made
	}
	if len(s.order) == 0 {
		s.skip("report", "nothing is taken as scanned: it holds no host")
	}
	stated := s.options.Stated(finding.AssetWebsite)
	for _, name := range s.order {
		h := s.hosts[name]
		at, said := stated[name]
		if at.IsZero() {
			at = made
		}
		missing := slices.IndexFunc(kinds, func(kind string) bool { return !h.done[kind] })
		w := finding.Website{ID: name, Sources: []string{Name}}
		switch {
		case h.fatal != "":
			s.skip(name, "not taken as scanned: "+h.fatal)
		case !h.ended && !whole && !said:
			s.skip(name, "not taken as scanned: partial: its scan has no end")
		case missing >= 0:
			s.skip(name, fmt.Sprintf("not taken as scanned: partial: there was no check %s", kinds[missing]))
		case at.IsZero():
			s.skip(name, "not taken as scanned: nobody says when")
		default:
			w.Scanned = at
			s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: finding.AssetWebsite, Asset: name, At: at, Untested: h.untested})
		}
		s.batch.Websites = append(s.batch.Websites, w)
	}
}
