// Package intune reads the managed devices of Microsoft Intune: an inventory
// of computers.
//
//	batch, err := intune.Read(file)
//	added, err := month.Add(batch)
//
// Written from Microsoft Graph 1.0, deviceManagement/managedDevices, and from
// the CSV export of "All devices" in the admin center, in 2025:
//
//	{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#deviceManagement/managedDevices", "value": [
//	  {"deviceName": "PC-01", "operatingSystem": "Windows", "osVersion": "10.0.26100.1", "lastSyncDateTime": "2026-11-30T08:00:00Z"}]}
//
//	| Graph; CSV                          | finding                           |
//	|-------------------------------------|-----------------------------------|
//	| deviceName; Device name; else id    | computer, in lower case           |
//	| operatingSystem, osVersion; OS, OS version | os                         |
//	| lastSyncDateTime; Last check-in     | seen                              |
//
// A device that never checked in (the year 1) was not seen. Users, serial and
// telephone numbers are passed over. That a device keeps to no policy
// (complianceState) is no vulnerability, and is passed over.
package intune

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
const Name = "intune"

// device is what is kept of a device.
type device struct {
	ID, DeviceName             reader.Text
	OperatingSystem, OSVersion reader.Text
	LastSyncDateTime           reader.Text
	ManagedDeviceName          reader.Text
}

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	rest, ok := reader.Object(head)
	if !ok {
		columns := reader.Columns(head)
		return slices.Contains(columns, "device name") && slices.Contains(columns, "last check-in")
	}
	return strings.Contains(string(rest), "deviceManagement/managedDevices") || reader.Names(rest, "deviceName", "lastSyncDateTime")
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), batch: finding.Batch{Source: Name}}
	in := bufio.NewReaderSize(reader.Limit(r, s.options), 64<<10)
	head, err := in.Peek(1 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return finding.Batch{}, reader.Unopened(Name, err)
	}
	if _, object := reader.Object(head); object || strings.HasPrefix(strings.TrimSpace(string(head)), "[") {
		documents := reader.Documents{Tool: Name, Lists: []string{"value"}, Each: s.document, Wrapper: s.answer}
		err = documents.Read(in, s.options)
	} else if Detect(head) {
		err = s.rows(in)
	} else {
		err = &reader.FormatError{Tool: Name, Where: "row 1", Reason: `an export of devices has columns "Device name" and "Last check-in"`}
	}
	if err != nil {
		return finding.Batch{}, err
	}
	return s.batch, nil
}

// scan is one reading.
type scan struct {
	options reader.Options
	batch   finding.Batch
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

func (s *scan) answer(members map[string]jsontext.Value, _ int) error {
	if next, ok := members["@odata.nextLink"]; ok && next.Kind() == '"' {
		s.skip("answer", "partial: it has a next page")
	}
	return nil
}

func (s *scan) document(n int, raw jsontext.Value) error {
	var d device
	if err := reader.Fields(raw, &d); err != nil {
		return err
	}
	s.device(fmt.Sprintf("device %d", n), &d)
	return nil
}

func (s *scan) rows(r io.Reader) error {
	for row, err := range reader.Rows(Name, r, s.options) {
		if err != nil {
			return err
		}
		text := func(names ...string) reader.Text { return reader.Text(row.Cell(names...)) }
		s.device(fmt.Sprintf("row %d", row.Line), &device{ID: text("Device ID"), DeviceName: text("Device name"), OperatingSystem: text("OS"),
			OSVersion: text("OS version"), LastSyncDateTime: text("Last check-in")})
	}
	return nil
}

// sentinel is a time before which nothing was managed: what never happened is
// dated in the year 1.
var sentinel = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func (s *scan) device(where string, d *device) {
	id := reader.Computer(reader.First(string(d.DeviceName), string(d.ID)))
	if id == "" {
		s.skip(where, "it names no device")
		return
	}
	at := reader.Options{Zone: time.UTC}.Local(string(d.LastSyncDateTime), "2006-01-02 15:04:05.9999999", "2006-01-02T15:04:05", "1/2/2006 3:04:05 PM", "1/2/2006, 3:04:05 PM")
	if at.Before(sentinel) {
		at = time.Time{}
		s.skip(where, "not taken as seen: it never checked in")
	}
	s.batch.Computers = append(s.batch.Computers, finding.Computer{ID: id, OS: strings.TrimSpace(string(d.OperatingSystem + " " + d.OSVersion)),
		Seen: at, Sources: []string{Name}})
}
