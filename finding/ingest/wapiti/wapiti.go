// Package wapiti reads the reports of Wapiti: JSON and XML.
//
//	batch, err := wapiti.Read(file)
//	added, err := month.Add(batch)
//
// Written from Wapiti 3.0.0 to 3.3:
//
//	{"classifications": {"SQL Injection": {"sol": "…", "ref": {"…": "https://…"}}},
//	  "vulnerabilities": {"SQL Injection": [{"method": "GET", "path": "/product", "info": "SQL Injection via injection in the parameter id", "level": 4}]},
//	  "infos": {"target": "https://www.korenaar.example/", "date": "Mon, 23 Nov 2026 09:52:22 +0000", "version": "Wapiti 3.2.4", "scope": "folder"}}
//
//	| Wapiti                                              | finding                                          |
//	|-----------------------------------------------------|--------------------------------------------------|
//	| host of target                                      | website, and asset                               |
//	| the CVE, if the class or info names exactly one; else the class | id, as "wapiti:SQL Injection"        |
//	| level 4, 3, 2, 1, 0; before 3.0.4 level 1, 2, 3     | severity critical, high, medium, low, none; high, medium, low |
//	| any other level                                     | severity unknown                                 |
//	| class and info                                      | title                                            |
//	| sol and ref of the class                            | remedy, references                               |
//	| date, else [reader.Taken]                           | found, seen; scanned of the website              |
//	| anomalies, additionals                              | left out: they are no weaknesses                 |
//
// The findings of one class, on whatever pages, are one vulnerability. Classes
// that newer versions call otherwise, or split, have the newer names.
//
// The website was scanned, and the report is complete for it, if the report has
// a date, pages were crawled as far as it tells, and its scope is not a single page.
package wapiti

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

// Name is the tool's name in a record's sources.
const Name = "wapiti"

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	if rest, ok := reader.Object(head); ok {
		classes := reader.Names(rest, "classifications") || reader.Names(rest, "infos")
		return classes && (reader.Names(rest, "desc", "sol", "ref") || reader.Names(rest, "vulnerabilities", "anomalies"))
	}
	text := string(head)
	return reader.Root(head).Local == "report" && strings.Contains(text, "<report_infos>") && strings.Contains(strings.ToLower(text), "wapiti")
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), batch: finding.Batch{Source: Name}, classes: map[string]class{}, infos: map[string]string{}}
	if err := s.read(r); err != nil {
		return finding.Batch{}, err
	}
	s.finish()
	return s.batch, nil
}

// class is what is kept of a classification.
type class struct {
	remedy     string
	references []string
}

// entry is one weakness at one place.
type entry struct{ class, info, level string }

// scan is one reading.
type scan struct {
	options reader.Options
	batch   finding.Batch
	classes map[string]class
	infos   map[string]string // target, date, version, scope, crawled
	entries []entry
	held    int
	left    reader.Tally
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

// take takes an entry; the class and the level may not be understood yet.
func (s *scan) take(kind string, x entry) error {
	if s.held++; s.held > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	if kind != "vulnerabilities" {
		s.left.Add("not taken as findings: " + kind + " are no weaknesses")
		return nil
	}
	s.entries = append(s.entries, x)
	return nil
}

// headers are the classes in which newer versions have what they once had all
// in one.
var headers = []struct{ header, class string }{
	{"X-Frame-Options", "Clickjacking Protection"},
	{"Strict-Transport-Security", "HTTP Strict Transport Security (HSTS)"},
	{"X-Content-Type-Options", "MIME Type Confusion"},
}

// current is the newest name of the class.
func (x *entry) current() string {
	switch x.class {
	case "Cross Site Scripting":
		return "Reflected Cross Site Scripting"
	case "HTTP Secure Headers":
		for _, h := range headers {
			if strings.Contains(x.info, h.header) {
				return h.class
			}
		}
	}
	return x.class
}

var versionParts = regexp.MustCompile(`(\d+)\.(\d+)(?:\.(\d+))?`)

// reversed tells whether level 1 is the highest: so it was before 3.0.4.
func (s *scan) reversed() bool {
	parts := versionParts.FindStringSubmatch(s.infos["version"])
	if parts == nil {
		return false
	}
	number := 0
	for _, part := range parts[1:] {
		n, _ := strconv.Atoi(part) // an absent part is 0
		number = 1000*number + min(n, 999)
	}
	return number < 3_000_004
}

func severity(level string, reversed bool) finding.Severity {
	switch n, err := strconv.Atoi(strings.TrimSpace(level)); {
	case err != nil || n < 0 || n > 4:
		return finding.SeverityUnknown
	case reversed && n >= 1 && n <= 3:
		return []finding.Severity{finding.SeverityHigh, finding.SeverityMedium, finding.SeverityLow}[n-1]
	case reversed:
		return finding.SeverityUnknown
	default:
		return []finding.Severity{finding.SeverityNone, finding.SeverityLow, finding.SeverityMedium, finding.SeverityHigh, finding.SeverityCritical}[n]
	}
}

// finish names and dates the findings, and tells whether the website was
// scanned.
func (s *scan) finish() {
	s.batch.Skipped = append(s.batch.Skipped, s.left.Skips("anomalies")...)
	host := reader.Host(s.infos["target"])
	if host == "" {
		s.skip(fmt.Sprintf("%d findings", len(s.entries)), "they are of no website that has a name")
		return
	}
	at := s.options.Local(s.infos["date"], "Mon, 02 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 02 Jan 2006 15:04:05 MST", "Mon, 02 Jan 2006 15:04:05", "2006-01-02 15:04:05")
	if at.IsZero() {
		at = s.options.Taken
	}
	reversed := s.reversed()
	for i, x := range s.entries {
		name := x.current()
		id := Name + ":" + name
		if cves := reader.CVEs(name + " " + x.info); len(cves) == 1 {
			id = cves[0]
		}
		if name == "" {
			s.skip(fmt.Sprintf("entry %d", i+1), "it is of no class")
			continue
		}
		c := s.classes[x.class]
		s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, finding.Vulnerability{ID: id, AssetType: finding.AssetWebsite, Asset: host,
			Severity: severity(x.level, reversed), Title: reader.Shorten(strings.TrimSuffix(name+": "+reader.Plain(x.info), ": "), 160), Remedy: reader.Shorten(reader.Plain(c.remedy), 1000),
			Found: at, Seen: at, Sources: []string{Name}, References: c.references})
	}
	w := finding.Website{ID: host, Sources: []string{Name}}
	if reason := s.doubt(); reason != "" {
		s.skip(host, "not taken as scanned: "+reason)
	} else if at.IsZero() {
		s.skip(host, "not taken as scanned: nobody says when")
	} else {
		w.Scanned = at
		s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: finding.AssetWebsite, Asset: host, At: at})
	}
	s.batch.Websites = append(s.batch.Websites, w)
}

// doubt says why the scan was not a whole one.
func (s *scan) doubt() string {
	switch scope := s.infos["scope"]; {
	case scope == "page" || scope == "url":
		return "partial: its scope was one page"
	case s.infos["crawled"] == "0":
		return "partial: no page was reached"
	}
	return ""
}
