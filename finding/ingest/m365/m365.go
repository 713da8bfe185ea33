// Package m365 recognises reports of the settings of a Microsoft 365 tenant: those
// of CISA's ScubaGear, and Microsoft Secure Score. Nothing of them becomes a finding.
//
//	batch, err := m365.Read(file)
//	fmt.Println(batch.Skipped)
//
// Written from ScubaGear 1.5 to 1.8 and from Microsoft Graph 1.0:
//
//	| output                                                         | finding                             |
//	|----------------------------------------------------------------|-------------------------------------|
//	| ScubaGear: TestResults.json, ScubaResults.json and .csv, ActionPlan.csv, ProviderSettingsExport.json, reports of one product | none |
//	| Graph: secureScores, secureScoreControlProfiles; the export as CSV | none                            |
//
// Their records are policies of the tenant as a whole: they name no computer,
// no website and no account of a person, so no record of a month can hold what they
// say, and to put them on a computer that doesn't exist would be to make one up. The batch
// says so, with how many there are. An auditor who wants them in a norm declares a custom type.
package m365

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json/jsontext"
)

// Name is the name of what the reports are of.
const Name = "m365"

// Detect tells whether the first bytes of a file are of one of the reports.
func Detect(head []byte) bool {
	if rest, ok := reader.Object(head); ok {
		return reader.Names(rest, "PolicyId", "RequirementMet") ||
			reader.Names(rest, "ReportSummary", "Passes", "Failures") ||
			reader.Names(rest, "MetaData", "Tool") && bytes.Contains(rest, []byte("ScubaGear")) ||
			reader.Names(rest, "baseline_version", "tenant_details") ||
			reader.Names(rest, "currentScore", "maxScore") ||
			reader.Names(rest, "controlCategory", "maxScore", "actionType")
	}
	columns := reader.Columns(head)
	has := func(name string) bool { return slices.Contains(columns, name) }
	return has("control id") && has("requirement") && has("criticality") || has("recommended action") && (has("score impact") || has("points achieved"))
}

// Read reads the whole output, and takes nothing from it. The error is a
// [*reader.FormatError], a [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	options := reader.Settle(opts)
	b := bufio.NewReaderSize(reader.Limit(r, options), 64<<10)
	head, err := b.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return finding.Batch{}, reader.Unopened(Name, err)
	}
	if !Detect(head) {
		return finding.Batch{}, &reader.FormatError{Tool: Name, Where: "byte 0", Reason: "this is no report of a tenant's settings"}
	}
	count := 0
	if _, ok := reader.Object(head); ok {
		count, err = records(b, options)
	} else {
		for _, err = range reader.Rows(Name, b, options) {
			if err != nil {
				break
			}
			count++
		}
	}
	if err != nil {
		return finding.Batch{}, err
	}
	return finding.Batch{Source: Name, Skipped: []finding.Skip{{Where: fmt.Sprintf("%d records", count),
		Reason: "not taken as findings: they are settings of a Microsoft 365 tenant, of no computer, website or person"}}}, nil
}

// records counts the documents of a JSON output.
func records(r io.Reader, o reader.Options) (int, error) {
	count := 0
	in := reader.Documents{Tool: Name, Lists: []string{"value"}, Each: func(n int, _ jsontext.Value) error { count = n; return nil }}
	err := in.Read(r, o)
	return count, err
}
