// Package lynis reads the report of Lynis (/var/log/lynis-report.dat): an audit
// of one computer.
//
//	batch, err := lynis.Read(file)
//	added, err := month.Add(batch)
//
// Written from Lynis 3.0 to 3.1:
//
//	# Lynis Report
//	report_datetime_end=2026-11-03 04:00:30
//	hostname=pc-01
//	warning[]=LOGG-2138|klogd is not running|-|-|
//	suggestion[]=DEB-0880|Install fail2ban|-|-|
//	finish=true
//
//	| Lynis                                             | finding                                         |
//	|---------------------------------------------------|-------------------------------------------------|
//	| hostname, else [reader.Asset]                     | computer, in lower case                         |
//	| os_fullname, else os_name and os_version          | os                                              |
//	| warning[]: test, text, details, solution          | severity medium; id, as "lynis:LOGG-2138"       |
//	| suggestion[]: test, text, details, solution       | severity low; the same                          |
//	| vulnerable_package[]                              | severity unknown: Lynis gives none; id, as "lynis:package:apt" |
//	| text; solution, if any, else details              | title; remedy                                   |
//	| tests_skipped                                     | nothing found before by them is fixed           |
//	| report_datetime_end, else _start, else [reader.Taken] | found, seen; seen of the computer           |
//
// The suggestions of one test are one finding. The computer was seen if the
// audit is finished, of all categories and groups, and dated; the report is
// complete for it if packages were audited too. Users, addresses and what else
// the report holds are passed over.
package lynis

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
const Name = "lynis"

// maxLine is the longest line that is read, in bytes: a list of all packages of
// a computer stands in one.
const maxLine = 4 << 20

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimPrefix(head, []byte("\ufeff")), []byte("# Lynis Report")) ||
		bytes.Contains(head, []byte("\nlynis_version=")) && bytes.Contains(head, []byte("report_version_major="))
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), batch: finding.Batch{Source: Name}, values: map[string]string{}}
	lines := bufio.NewScanner(reader.Limit(r, s.options))
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		n++
		if err := s.line(n, strings.TrimSpace(lines.Text())); err != nil {
			return finding.Batch{}, err
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return finding.Batch{}, &reader.LimitError{What: "bytes in one line", Limit: maxLine}
	case err != nil:
		return finding.Batch{}, reader.Unopened(Name, err)
	case s.values["lynis_version"] == "":
		return finding.Batch{}, &reader.FormatError{Tool: Name, Where: fmt.Sprintf("line %d", n), Reason: "a report of Lynis tells its version"}
	}
	s.finish()
	return s.batch, nil
}

// scan is one reading.
type scan struct {
	options  reader.Options
	batch    finding.Batch
	values   map[string]string // that are kept
	held     int
	packages bool // some are vulnerable
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

// kept are the values that matter.
var kept = []string{"lynis_version", "hostname", "os_fullname", "os_name", "os_version", "report_datetime_start", "report_datetime_end",
	"test_category", "test_group", "tests_executed", "tests_skipped", "finish"}

func (s *scan) line(n int, text string) error {
	key, value, _ := strings.Cut(text, "=")
	severity := finding.SeverityUnknown
	switch key {
	case "warning[]":
		severity = finding.SeverityMedium
	case "suggestion[]":
		severity = finding.SeverityLow
	case "vulnerable_package[]":
		s.packages = true
		value = "package:" + value + "|The package " + value + " has known vulnerabilities|-|update " + value
	default:
		if slices.Contains(kept, key) {
			s.values[key] = value
		}
		return nil
	}
	if s.held++; s.held > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	parts := append(strings.Split(value, "|"), "", "", "")
	if parts[0] == "" || parts[0] == "package:" {
		s.skip(fmt.Sprintf("line %d", n), "it names no test")
		return nil
	}
	remedy := ""
	for _, part := range []string{parts[3], parts[2]} {
		if remedy == "" && part != "-" {
			remedy = strings.TrimPrefix(part, "text:")
		}
	}
	s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, finding.Vulnerability{ID: "lynis:" + parts[0], AssetType: finding.AssetComputer, Severity: severity,
		Title: reader.Shorten(parts[1], 160), Remedy: reader.Shorten(remedy, 1000), Sources: []string{Name}})
	return nil
}

// audits are the tests that look for vulnerable packages, one for each kind of
// system.
var audits = []string{"PKGS-7366", "PKGS-7381", "PKGS-7386", "PKGS-7392", "PKGS-7398"}

// finish names and dates the findings, and tells whether the computer was seen.
func (s *scan) finish() {
	name := reader.Computer(reader.First(s.values["hostname"], s.options.Asset))
	var at time.Time
	for _, key := range []string{"report_datetime_end", "report_datetime_start"} {
		if at.IsZero() {
			at = s.options.Local(s.values[key], "2006-01-02 15:04:05")
		}
	}
	if at.IsZero() {
		at = s.options.Taken
	}
	if name == "" {
		s.skip(fmt.Sprintf("%d findings", len(s.batch.Vulnerabilities)), "they are of no computer that has a name")
		s.batch.Vulnerabilities = nil
		return
	}
	for i := range s.batch.Vulnerabilities {
		v := &s.batch.Vulnerabilities[i]
		v.Asset, v.Found, v.Seen = name, at, at
	}
	c := finding.Computer{ID: name, OS: reader.First(s.values["os_fullname"], strings.TrimSpace(s.values["os_name"]+" "+s.values["os_version"])), Sources: []string{Name}}
	switch reason := s.doubt(at); {
	case reason != "":
		s.skip(name, "not taken as seen: "+reason)
	default:
		c.Seen = at
		s.complete(name, at)
	}
	s.batch.Computers = append(s.batch.Computers, c)
}

// doubt says why the audit was not a whole one.
func (s *scan) doubt(at time.Time) string {
	all := func(key string) bool { return s.values[key] == "" || s.values[key] == "all" }
	switch {
	case s.values["finish"] != "true":
		return "partial: the audit was not finished"
	case !all("test_category") || !all("test_group"):
		return "partial: the audit was of some categories only"
	case at.IsZero():
		return "nobody says when"
	}
	return ""
}

func (s *scan) complete(name string, at time.Time) {
	executed := strings.Split(s.values["tests_executed"], "|")
	if !s.packages && !slices.ContainsFunc(audits, func(test string) bool { return slices.Contains(executed, test) }) {
		s.skip(name, "not taken as complete: packages were not audited")
		return
	}
	var untested []string
	for test := range strings.SplitSeq(s.values["tests_skipped"], "|") {
		if test = strings.TrimSpace(test); test != "" {
			untested = append(untested, "lynis:"+test)
		}
	}
	s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: finding.AssetComputer, Asset: name, At: at, Untested: untested})
}
