// Package zap reads the traditional reports of ZAP (Zed Attack Proxy), JSON
// and XML, with or without requests and responses.
//
//	batch, err := zap.Read(file, reader.Zone(zone))
//	added, err := month.Add(batch)
//
// Written from the templates traditional-json(-plus) and traditional-xml(-plus)
// of the reports add-on up to ZAP 2.17, and from reports since 2.4:
//
//	{"@version": "2.14.0", "@generated": "Sun, 7 Apr 2024 01:18:39", "site": [
//	  {"@name": "https://www.korenaar.example", "@host": "www.korenaar.example", "alerts": [
//	    {"pluginid": "10038", "alertRef": "10038-1", "name": "Content Security Policy (CSP) Header Not Set",
//	     "riskcode": "2", "confidence": "3", "solution": "<p>…</p>", "reference": "<p>https://…</p>"}]}]}
//
//	| ZAP                                       | finding                                                 |
//	|-------------------------------------------|---------------------------------------------------------|
//	| site host, else name                      | website, and asset of the vulnerability                 |
//	| pluginid                                  | id, as "zap:10038". Not alertRef, which changes between versions of a rule: 10038 became 10038-1 |
//	| riskcode 3, 2, 1, 0; else riskdesc        | severity high, medium, low, none; anything else: unknown |
//	| confidence 0 (false positive)             | status false_positive                                   |
//	| name, else alert                          | title                                                   |
//	| solution, reference                       | remedy, references                                      |
//	| created, else generated, else [reader.Taken] | found, seen; scanned of the website                  |
//
// The alerts of one rule on one website are one vulnerability; the severest
// counts. Ports of a host are one website.
//
// A site with alerts was scanned when the report was made, and the report is
// complete for it. A site without any is not taken as scanned: a report of a
// site that could not be reached looks the same. Neither is any site of a
// report without a date. Where the caller states for which websites the output
// is complete ([reader.Complete]), the others, such as third parties' that were
// only passed through, are not taken as scanned.
package zap

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

// Name is the tool's name in a record's sources.
const Name = "zap"

// alert is what is kept of an alert; its instances are passed over.
type alert struct {
	Plugin     reader.Text `json:"pluginid" xml:"pluginid"`
	Alert      reader.Text `json:"alert" xml:"alert"`
	Name       reader.Text `json:"name" xml:"name"`
	Risk       reader.Text `json:"riskcode" xml:"riskcode"`
	RiskWords  reader.Text `json:"riskdesc" xml:"riskdesc"`
	Confidence reader.Text `json:"confidence" xml:"confidence"`
	Solution   reader.Text `json:"solution" xml:"solution"`
	Reference  reader.Text `json:"reference" xml:"reference"`
}

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	if reader.Root(head).Local == "OWASPZAPReport" {
		return true
	}
	rest, ok := reader.Object(head)
	if !ok {
		return false
	}
	return reader.Names(rest, "site") && (reader.Names(rest, "@host") || reader.Names(rest, "@programName", "@generated")) &&
		(reader.Names(rest, "@generated") || reader.Names(rest, "pluginid") || reader.Names(rest, "@programName"))
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	o := reader.Settle(opts)
	in := bufio.NewReaderSize(reader.Limit(r, o), 64<<10)
	s := &scan{options: o, batch: finding.Batch{Source: Name}, sites: map[string]int{}}
	head, err := in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return finding.Batch{}, reader.Unopened(Name, err)
	}
	if bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("<")) {
		err = s.xml(in)
	} else {
		err = s.json(in)
	}
	if err != nil {
		return finding.Batch{}, err
	}
	s.finish()
	return s.batch, nil
}

// scan is one reading.
type scan struct {
	options            reader.Options
	created, generated string
	batch              finding.Batch
	order              []string       // hosts, as they appear
	sites              map[string]int // alerts of each
	alerts             int
}

// site notes a site; the host is empty if it names none.
func (s *scan) site(host, name string) string {
	id := reader.Host(strings.TrimLeft(reader.First(host, name), "/"))
	if id == "" {
		s.skip("site "+name, "it names no host")
		return ""
	}
	if _, known := s.sites[id]; !known {
		s.order = append(s.order, id)
		s.sites[id] = 0
	}
	return id
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

// alert takes one alert of a site; times are set at the end.
func (s *scan) alert(host string, a *alert) error {
	if s.alerts++; s.alerts > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	a.Plugin, a.Risk, a.Confidence = trimmed(a.Plugin), trimmed(a.Risk), trimmed(a.Confidence)
	switch {
	case host == "":
		s.skip(fmt.Sprintf("alert %d", s.alerts), "it is of no host")
		return nil
	case a.Plugin == "":
		s.skip(fmt.Sprintf("alert %d", s.alerts), "it names no rule")
		return nil
	}
	s.sites[host]++
	v := finding.Vulnerability{
		ID: "zap:" + string(a.Plugin), AssetType: finding.AssetWebsite, Asset: host, Severity: a.severity(),
		Title:  reader.Plain(reader.First(string(a.Name), string(a.Alert))),
		Remedy: reader.Shorten(reader.Plain(string(a.Solution)), 1000), Sources: []string{Name},
		References: reader.Links(string(a.Reference)),
	}
	if a.Confidence == "0" {
		v.Status = finding.StatusFalsePositive
	}
	s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, v)
	return nil
}

func trimmed(t reader.Text) reader.Text { return reader.Text(strings.TrimSpace(string(t))) }

func (a *alert) severity() finding.Severity {
	switch a.Risk {
	case "0":
		return finding.SeverityNone
	case "1":
		return finding.SeverityLow
	case "2":
		return finding.SeverityMedium
	case "3":
		return finding.SeverityHigh
	}
	word, _, _ := strings.Cut(string(a.RiskWords), "(")
	severity, _ := reader.Severity(word)
	return severity
}

// made is when the report was made.
func (s *scan) made() time.Time {
	if t := s.options.Local(s.created, "2006-01-02T15:04:05.999999999"); !t.IsZero() {
		return t
	}
	if t := s.options.Written(s.generated); !t.IsZero() {
		return t
	}
	if t := s.options.Local(s.generated, "2006-01-02T15:04:05", "2006-01-02 15:04:05"); !t.IsZero() {
		return t
	}
	return s.options.Taken
}

// finish dates the findings and tells which sites were scanned.
func (s *scan) finish() {
	made := s.made()
	for i := range s.batch.Vulnerabilities {
		s.batch.Vulnerabilities[i].Found, s.batch.Vulnerabilities[i].Seen = made, made
	}
	if len(s.order) == 0 {
		s.skip("report", "nothing is taken as scanned: the report holds no site")
	}
	stated := s.options.Stated(finding.AssetWebsite)
	for _, host := range s.order {
		at := made
		statement, named := stated[host]
		if named && !statement.IsZero() {
			at = statement
		}
		switch {
		case s.sites[host] == 0:
			s.skip(host, "not taken as scanned: the report has no alert for it, as if it was not reached")
		case len(stated) > 0 && !named:
			s.skip(host, "not taken as scanned: it is none of the websites that the output is said to be complete for")
		case at.IsZero():
			s.skip(host, "not taken as scanned: the report has no date")
		default:
			s.batch.Websites = append(s.batch.Websites, finding.Website{ID: host, Scanned: at, Sources: []string{Name}})
			s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: finding.AssetWebsite, Asset: host, At: at})
		}
	}
}
