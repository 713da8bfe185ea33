// Package ingest lists the formats of tools' outputs that can be read.
//
// [Detect] names the format of a file from its first bytes, [Formats] has a
// reader for each; who knows the tool calls its reader directly:
//
//	format, rest, err := ingest.Detect(file)
//	batch, err := format.Read(rest, options...)
//	batch, err := nuclei.Read(file, options...)
//
// A format is one folder with two functions, Read and Detect, and a line in
// [Formats].
package ingest

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/cyclonedx"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/defender"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/gophish"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/grype"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/internetnl"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/intune"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/lynis"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/m365"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/nessus"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/nikto"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/nmap"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/nuclei"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/observatory"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/ocsf"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/openscap"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/openvas"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/openvex"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/osquery"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/prowler"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/sarif"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/sslscan"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/testssl"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/trivy"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/wapiti"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/wazuh"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/xapi"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/zap"
)

// Format is a kind of output that can be read.
type Format struct {
	Name   string                 // the tool, in lower case
	Detect func(head []byte) bool // whether the first bytes of a file, as plain UTF-8, are of it
	Read   func(r io.Reader, opts ...reader.Option) (finding.Batch, error)
}

// Formats lists what can be read, in the order in which it is tried.
func Formats() []Format {
	return []Format{
		{nuclei.Name, nuclei.Detect, nuclei.Read},
		{ocsf.Name, ocsf.Detect, ocsf.Read},
		{internetnl.Name, internetnl.Detect, internetnl.Read},
		{zap.Name, zap.Detect, zap.Read},
		{defender.Name, defender.Detect, defender.Read},
		{intune.Name, intune.Detect, intune.Read},
		{gophish.Name, gophish.Detect, gophish.Read},
		{xapi.Name, xapi.Detect, xapi.Read},
		{openvas.Name, openvas.Detect, openvas.Read},
		{nessus.Name, nessus.Detect, nessus.Read},
		{trivy.Name, trivy.Detect, trivy.Read},
		{grype.Name, grype.Detect, grype.Read},
		{sarif.Name, sarif.Detect, sarif.Read},
		{cyclonedx.Name, cyclonedx.Detect, cyclonedx.Read},
		{openvex.Name, openvex.Detect, openvex.Read},
		{testssl.Name, testssl.Detect, testssl.Read},
		{observatory.Name, observatory.Detect, observatory.Read},
		{lynis.Name, lynis.Detect, lynis.Read},
		{nmap.Name, nmap.Detect, nmap.Read},
		{nikto.Name, nikto.Detect, nikto.Read},
		{wapiti.Name, wapiti.Detect, wapiti.Read},
		{sslscan.Name, sslscan.Detect, sslscan.Read},
		{prowler.Name, prowler.Detect, prowler.Read},
		{openscap.Name, openscap.Detect, openscap.Read},
		{m365.Name, m365.Detect, m365.Read},
		{osquery.Name, osquery.Detect, osquery.Read},
		{wazuh.Name, wazuh.Detect, wazuh.Read},
	}
}

// headBytes is how much of a file is looked at to name its format.
const headBytes = 64 << 10

// ErrUnknown says that the output is of no format that can be read.
var ErrUnknown = errors.New("the format of the output is not known")

// Detect names the format from the first bytes, unpacked and decoded as the
// readers do it themselves. rest reads the whole output as it is, those bytes
// included, whatever the answer. The error is [ErrUnknown], with a reason if the
// output is empty, or r's.
func Detect(r io.Reader) (format Format, rest io.Reader, err error) {
	b := bufio.NewReaderSize(r, headBytes)
	head, err := b.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return Format{}, b, err
	}
	if len(head) == 0 {
		return Format{}, b, fmt.Errorf("%w: it is empty", ErrUnknown)
	}
	head = reader.Head(head)
	for _, f := range Formats() {
		if f.Detect(head) {
			return f, b, nil
		}
	}
	return Format{}, b, ErrUnknown
}

// Find gives the format with the name.
func Find(name string) (Format, bool) {
	for _, f := range Formats() {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}
