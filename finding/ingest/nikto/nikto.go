// Package nikto reads the reports of Nikto: JSON, XML and CSV.
//
//	batch, err := nikto.Read(file, reader.Taken(finished))
//	added, err := month.Add(batch)
//
// Written from Nikto 2.1.5 to 2.6:
//
//	[{"host": "www.korenaar.example", "ip": "192.0.2.1", "port": "443", "start_time": "…", "end_time": "2026-11-03 04:00:30 +0100",
//	  "vulnerabilities": [{"id": "999984", "references": "CVE-2003-1418", "method": "GET", "url": "/", "msg": "Server may leak inodes via ETags…"}]}]
//
//	| Nikto: JSON; XML; CSV                                  | finding                                      |
//	|--------------------------------------------------------|----------------------------------------------|
//	| host, else ip; targethostname, else targetip; first and second cell | website, and asset              |
//	| the CVE, if the references and the message name exactly one | id                                      |
//	| else id; id; the references, if they are one word or more, else the message | id, as "nikto:999984"   |
//	| Nikto gives no severity                                | severity unknown                             |
//	| msg; description; the last cell                        | title                                        |
//	| references; references, osvdblink; the fourth cell     | references                                   |
//	| end_time (2.6); endtime; CSV has none; else [reader.Taken] | found, seen; scanned of the website      |
//	| messages that the scan met errors, or stopped          | no finding; the website was not scanned      |
//
// XML and the JSON of 2.6 say that a scan came to its end. The website was then
// scanned, and the report is complete for it, if items were tested on it, all
// kinds of them, and Nikto did not give up. For a website in CSV, or in older JSON, the
// caller states that the report is complete ([reader.Complete]). A host that
// could not be found is not in a report at all. Hosts that JSON of old versions
// leaves open are closed.
package nikto

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

// Name is the tool's name in a record's sources.
const Name = "nikto"

// csvHead is how a CSV report begins.
const csvHead = `"Nikto - v`

// firstMember is what a host begins with: other tools' outputs may hold one of
// Nikto's.
var firstMember = regexp.MustCompile(`^\s*"(host|ip|port|banner|server_banner|end_time|start_time)"`)

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	if rest, ok := reader.Object(head); ok {
		return firstMember.Match(rest) && reader.Names(rest, "host", "ip", "port", "vulnerabilities") && (reader.Names(rest, "banner") || reader.Names(rest, "server_banner"))
	}
	if root := reader.Root(head).Local; root == "niktoscan" || root == "niktoscans" {
		return true
	}
	return bytes.HasPrefix(bytes.TrimPrefix(head, []byte("\ufeff")), []byte(csvHead))
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), batch: finding.Batch{Source: Name}, hosts: map[string]*host{}}
	if err := s.read(r); err != nil {
		return finding.Batch{}, err
	}
	s.finish()
	return s.batch, nil
}

// host is a website that the report has a scan of, of one port or of several.
type host struct {
	end    time.Time
	doubt  string // why it was not scanned
	silent bool   // the report doesn't say whether it was
}

// item is one message about a host.
type item struct{ id, references, message string }

// scan is one reading.
type scan struct {
	options reader.Options
	batch   finding.Batch
	hosts   map[string]*host
	order   []string
	held    int
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

// host notes a website.
func (s *scan) host(name string) *host {
	h, known := s.hosts[name]
	if !known {
		h = &host{}
		s.hosts[name] = h
		s.order = append(s.order, name)
	}
	return h
}

// failed are messages about the scan itself.
var failed = regexp.MustCompile(`(?i)^(\+ )?ERROR\b|^Scan terminated|^Error limit|giving up\b|unable to (connect|open)|cannot resolve|no web server found`)

// take takes a message about a website; its name may not be known yet.
func (s *scan) take(name string, x item) error {
	if s.held++; s.held > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	where := fmt.Sprintf("item %d", s.held)
	message := reader.Plain(x.message)
	if failed.MatchString(message) {
		s.skip(where, "it is about the scan: "+reader.Shorten(message, 160))
		if name != "" {
			s.host(name).doubt = "partial: the scan met errors"
		}
		return nil
	}
	id := x.key(message)
	if id == "" {
		s.skip(where, "it says nothing")
		return nil
	}
	s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, finding.Vulnerability{ID: id, AssetType: finding.AssetWebsite, Asset: name,
		Severity: finding.SeverityUnknown, Title: reader.Shorten(message, 160), Sources: []string{Name}, References: reader.Links(x.references)})
	return nil
}

// key is the one CVE, else the number of the test, else what there is of it.
func (x *item) key(message string) string {
	if cves := reader.CVEs(x.references + " " + message); len(cves) == 1 {
		return cves[0]
	}
	references := strings.Join(strings.Fields(x.references), " ")
	id := reader.First(strings.TrimSpace(x.id), references, reader.Shorten(message, 100))
	if id == "" {
		return ""
	}
	return Name + ":" + id
}

// finish dates the findings, and tells which websites were scanned.
func (s *scan) finish() {
	if len(s.hosts) == 0 {
		s.skip("report", "nothing is taken as scanned: it holds no host")
	}
	stated := s.options.Stated(finding.AssetWebsite)
	ends := map[string]time.Time{}
	for _, name := range s.order {
		h := s.hosts[name]
		at, said := stated[name]
		if h.end.IsZero() {
			h.end = s.options.Taken
		}
		if at.IsZero() {
			at = h.end
		}
		ends[name] = h.end
		w := finding.Website{ID: name, Sources: []string{Name}}
		switch {
		case h.doubt != "":
			s.skip(name, "not taken as scanned: "+h.doubt)
		case h.silent && !said:
			s.skip(name, "not taken as scanned: partial: the report doesn't say that its scan has an end, nor does anybody state it")
		case at.IsZero():
			s.skip(name, "not taken as scanned: nobody says when")
		default:
			w.Scanned = at
			s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: finding.AssetWebsite, Asset: name, At: at})
		}
		s.batch.Websites = append(s.batch.Websites, w)
	}
	for i := range s.batch.Vulnerabilities {
		v := &s.batch.Vulnerabilities[i]
		v.Found, v.Seen = ends[v.Asset], ends[v.Asset]
	}
}
