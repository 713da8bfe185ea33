// Package defender reads what Microsoft Defender for Endpoint and Defender
// Vulnerability Management know of computers and their vulnerabilities.
//
//	batch, err := defender.Read(file, reader.Taken(exported))
//	added, err := month.Add(batch)
//
// Written from these shapes, as Microsoft documents them in 2025:
//
//   - SoftwareVulnerabilitiesByMachine as answers of the API (camelCase, a list
//     in "value") and via files (PascalCase, an object a line, gzip); and
//     SoftwareVulnerabilityChangesByMachine, which adds status and eventTimestamp
//   - vulnerabilities/machinesVulnerabilities and machines, answers of the API
//   - the table DeviceTvmSoftwareVulnerabilities of advanced hunting, JSON
//     ("Results") and CSV
//   - a zip archive with any of them
//
// Such as:
//
//	{"DeviceId":"9a2f…","DeviceName":"pc-01","CveId":"CVE-2026-1234","VulnerabilitySeverityLevel":"High","CvssScore":8.1,
//	 "SoftwareName":"chrome","SoftwareVersion":"120.0","FirstSeenTimestamp":"2026-11-02 10:00:00","LastSeenTimestamp":"2026-11-20 10:00:00"}
//
// Names are read in any case.
//
//	| Defender                                             | finding                                           |
//	|------------------------------------------------------|---------------------------------------------------|
//	| deviceName, computerDnsName of the machine in the same output, else deviceId, machineId | computer, in lower case |
//	| osPlatform and osVersion (version)                   | os                                                |
//	| cveId                                                | id                                                |
//	| vulnerabilitySeverityLevel, severity: Critical, High, Medium, Low | severity; anything else: from the score, else unknown |
//	| cvssScore (cvssV3)                                   | cvss                                              |
//	| softwareVendor, softwareName, softwareVersion (product…) | title                                         |
//	| recommendedSecurityUpdate, fixingKbId                | remedy                                            |
//	| recommendedSecurityUpdateUrl                         | references                                        |
//	| firstSeenTimestamp                                   | found                                             |
//	| lastSeenTimestamp, else [reader.Taken]               | seen; the former also of the computer             |
//	| status Fixed and eventTimestamp                      | fixed                                             |
//	| lastSeen of a machine                                | seen of the computer                              |
//
// One CVE in several programs of a computer is one vulnerability. A machine
// that is not onboarded, is excluded, or has a sensor without data is known
// but was not seen: Defender doesn't look into it. One that was merged into
// another is left out. Times without a zone are UTC.
//
// What an output lists is not all there is unless the caller states it
// ([reader.Complete]); an answer that has a next page is complete for nothing.
package defender

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json/jsontext"
)

// Name is the tool's name in a record's sources.
const Name = "defender"

// record is what is kept of a vulnerability, a change, or a machine.
type record struct {
	DeviceID, MachineID, ID                          reader.Text
	DeviceName, ComputerDNSName                      reader.Text
	OSPlatform, OSVersion, Version                   reader.Text
	CVEID                                            reader.Text
	VulnerabilitySeverityLevel, Severity             reader.Text
	CVSSScore, CVSSV3                                reader.Number
	SoftwareVendor, SoftwareName, SoftwareVersion    reader.Text
	ProductVendor, ProductName, ProductVersion       reader.Text
	RecommendedSecurityUpdate                        reader.Text
	RecommendedSecurityUpdateURL                     reader.Text
	FixingKBID                                       reader.Text
	FirstSeenTimestamp, LastSeenTimestamp            reader.Text
	Status, EventTimestamp                           reader.Text
	LastSeen, HealthStatus, OnboardingStatus         reader.Text
	IsExcluded, MergedIntoMachineID, ExposedMachines reader.Text
}

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	rest, ok := reader.Object(head)
	if !ok {
		columns := reader.Columns(head)
		return slices.Contains(columns, "deviceid") && slices.Contains(columns, "cveid")
	}
	text := strings.ToLower(string(rest))
	names := func(all ...string) bool { return reader.Names([]byte(text), all...) }
	switch {
	case names("deviceid", "cveid"), names("machineid", "cveid", "productname"):
		return true
	case names("computerdnsname"):
		return names("healthstatus") || names("lastseen") || names("onboardingstatus")
	}
	return strings.Contains(text, "securitycenter.") && names("@odata.context", "value")
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	o := reader.Settle(opts)
	s := &scan{options: o, batch: finding.Batch{Source: Name}, names: map[string]string{}, computers: map[string]int{}}
	err := reader.Files(r, o, func(name string, r io.Reader) error {
		s.file = name
		return s.read(r)
	})
	if err != nil {
		return finding.Batch{}, s.unreadable(err)
	}
	s.finish()
	return s.batch, nil
}

// unreadable names the file of an archive in which something is wrong.
func (s *scan) unreadable(err error) error {
	if limit, ok := errors.AsType[*reader.LimitError](err); ok {
		return limit
	}
	format, ok := errors.AsType[*reader.FormatError](err)
	if !ok {
		format = &reader.FormatError{Tool: Name, Where: "output", Reason: err.Error()}
	}
	if s.file != "" {
		format.Where = s.file + ", " + format.Where
	}
	return format
}

// scan is one reading.
type scan struct {
	options   reader.Options
	file      string // within an archive
	batch     finding.Batch
	records   int
	answers   int               // that could have had a next page
	more      bool              // an answer has a next page
	names     map[string]string // of machines, by id
	computers map[string]int    // places in the batch, by id
}

func (s *scan) read(r io.Reader) error {
	in := bufio.NewReaderSize(r, 64<<10)
	head, err := in.Peek(4 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if _, ok := reader.Object(head); !ok && Detect(head) {
		for row, err := range reader.Rows(Name, in, s.options) {
			if err != nil {
				return err
			}
			if err := s.row(row); err != nil {
				return err
			}
		}
		return nil
	}
	documents := reader.Documents{Tool: Name, Lists: []string{"value", "Results", "results"}, Each: s.document, Wrapper: s.answer}
	return documents.Read(in, s.options)
}

// answer looks for a next page.
func (s *scan) answer(members map[string]jsontext.Value, _ int) error {
	s.answers++
	if next, ok := members["@odata.nextLink"]; ok && next.Kind() == '"' {
		s.more = true
		s.skip("answer", "partial: it has a next page")
	}
	return nil
}

func (s *scan) skip(where, reason string) {
	if s.file != "" {
		where = s.file + ", " + where
	}
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

func (s *scan) row(row reader.Row) error {
	text := func(name string) reader.Text { return reader.Text(row.Cell(name)) }
	rec := record{
		DeviceID: text("DeviceId"), DeviceName: text("DeviceName"), OSPlatform: text("OSPlatform"), OSVersion: text("OSVersion"),
		CVSSScore: reader.Number(reader.Float(row.Cell("CvssScore"))), CVEID: text("CveId"), VulnerabilitySeverityLevel: text("VulnerabilitySeverityLevel"),
		SoftwareVendor: text("SoftwareVendor"), SoftwareName: text("SoftwareName"), SoftwareVersion: text("SoftwareVersion"),
		RecommendedSecurityUpdate: text("RecommendedSecurityUpdate"), RecommendedSecurityUpdateURL: text("RecommendedSecurityUpdateUrl"),
		FirstSeenTimestamp: text("FirstSeenTimestamp"), LastSeenTimestamp: text("LastSeenTimestamp"),
	}
	return s.record(fmt.Sprintf("row %d", row.Line), &rec)
}

func (s *scan) document(n int, raw jsontext.Value) error {
	var rec record
	if err := reader.Fields(raw, &rec); err != nil {
		return err
	}
	return s.record(fmt.Sprintf("record %d", n), &rec)
}

func (s *scan) record(where string, rec *record) error {
	if s.records++; s.records > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	device := reader.First(string(rec.DeviceID), string(rec.MachineID))
	switch {
	case rec.CVEID == "" && rec.ComputerDNSName+rec.LastSeen+rec.HealthStatus+rec.OnboardingStatus != "":
		s.machine(where, rec)
	case rec.CVEID == "" && rec.DeviceID != "":
		s.seen(device, rec, instant(rec.LastSeenTimestamp)) // software without vulnerabilities
		s.skip(where, "it names no vulnerability")
	case rec.CVEID == "":
		s.skip(where, "it is neither a vulnerability of a computer nor a computer")
	case device == "" && rec.DeviceName == "":
		s.skip(where, "it names no computer")
	default:
		s.vulnerability(reader.First(device, string(rec.DeviceName)), rec)
	}
	return nil
}

// instant reads a time that, where it has no zone, is UTC.
func instant(t reader.Text) time.Time {
	return reader.Options{Zone: time.UTC}.Local(string(t), "2006-01-02 15:04:05.9999999", "2006-01-02T15:04:05.9999999", "1/2/2006 3:04:05 PM", "2006-01-02")
}
