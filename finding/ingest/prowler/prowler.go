// Package prowler reads the CSV output of Prowler: checks of cloud accounts.
//
//	batch, err := prowler.Read(file)
//	added, err := month.Add(batch)
//
// Written from Prowler 4 and 5, with the names of columns that 2 and 3 had;
// Prowler's OCSF is read by finding/ingest/ocsf, with the same ids:
//
//	AUTH_METHOD;TIMESTAMP;ACCOUNT_UID;…;PROVIDER;CHECK_ID;CHECK_TITLE;…;STATUS;STATUS_EXTENDED;MUTED;…;SEVERITY;RESOURCE_TYPE;RESOURCE_UID;RESOURCE_NAME;…
//
//	| Prowler 4, 5; 3; 2                                       | finding                                     |
//	|----------------------------------------------------------|---------------------------------------------|
//	| RESOURCE_NAME of what runs (an instance, a host), else RESOURCE_UID; RESOURCE_ARN, RESOURCE_ID; else the account | computer that the finding is on |
//	| a resource that is a user: ACCOUNT_UID; ACCOUNT_ID; ACCOUNT_NUM | computer: no person's name leaves a reader |
//	| CHECK_ID; TITLE_ID                                       | id, as "prowler:s3_bucket_public_access"    |
//	| SEVERITY; CHECK_SEVERITY                                 | severity none, low, medium, high, critical  |
//	| a word that is none of these                             | severity unknown                            |
//	| CHECK_TITLE; TITLE_TEXT                                  | title                                       |
//	| REMEDIATION_RECOMMENDATION_TEXT; CHECK_REMEDIATION       | remedy                                      |
//	| REMEDIATION_RECOMMENDATION_URL, RELATED_URL; CHECK_DOC   | references                                  |
//	| TIMESTAMP; ASSESSMENT_START_TIME; else [reader.Taken]    | found, seen                                 |
//	| MUTED True                                               | status accepted                             |
//	| STATUS, CHECK_RESULT PASS, MANUAL, INFO, MUTED, ERROR | left out                           |
//
// Computers are not noted: what runs in a cloud account is not all of it a
// computer. The output is complete for nothing unless the caller states it, as
// it may be of some checks only.
package prowler

import (
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
const Name = "prowler"

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	columns := reader.Columns(head)
	has := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(columns, name) })
	}
	return has("check_id", "status", "severity", "provider") || has("title_id", "check_result", "check_severity")
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), batch: finding.Batch{Source: Name}, last: map[asset]time.Time{}}
	for row, err := range reader.Rows(Name, reader.Limit(r, s.options), s.options) {
		if err == nil {
			err = s.row(row)
		}
		if err != nil {
			return finding.Batch{}, err
		}
	}
	s.finish()
	return s.batch, nil
}

// asset is what a check was about.
type asset struct {
	kind finding.AssetType
	id   string
}

// scan is one reading.
type scan struct {
	options reader.Options
	batch   finding.Batch
	last    map[asset]time.Time // check of each asset
	left    reader.Tally
	rows    int
}

var errColumns = errors.New("it has no columns CHECK_ID and STATUS")

// kinds of status that are no finding, by what they mean.
var kinds = map[string]string{"PASS": "it passed", "MANUAL": "it was not tested", "INFO": "it is not applicable", "MUTED": "it is muted", "ERROR": "it was not tested"}

func (s *scan) row(row reader.Row) error {
	if s.rows++; s.rows == 1 && !(row.Has("check_id") && row.Has("status") || row.Has("title_id") && row.Has("check_result")) {
		return &reader.FormatError{Tool: Name, Where: "row 1", Reason: errColumns.Error()}
	}
	where := fmt.Sprintf("row %d", row.Line)
	account := row.Cell("account_uid", "account_id", "account_num", "account_name")
	kind, id := reader.Resource{Type: row.Cell("resource_type"), Name: row.Cell("resource_name"), Account: account,
		UID: row.Cell("resource_uid", "resource_arn", "resource_id")}.Asset()
	if reader.HasMailAddress(account) {
		account = ""
	}
	if id == "" {
		id = reader.Computer(reader.First(account, s.options.Asset))
	}
	at := s.options.Local(row.Cell("timestamp", "assessment_start_time"), "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999")
	if at.IsZero() {
		at = s.options.Taken
	}
	status := strings.ToUpper(row.Cell("status", "check_result"))
	check := row.Cell("check_id", "title_id")
	if a := (asset{kind, id}); id != "" && kinds[status] != "it was not tested" && !at.Before(s.last[a]) {
		s.last[a] = at
	}
	switch {
	case status == "":
		s.left.Add("it was not tested")
	case kinds[status] != "":
		s.left.Add(kinds[status])
	case check == "":
		s.skip(where, "it names no check")
	case id == "":
		s.skip(where, "it names no resource")
	default:
		severity, _ := reader.Severity(row.Cell("severity", "check_severity")) // any other word is unknown
		v := finding.Vulnerability{ID: Name + ":" + check, AssetType: kind, Asset: id, Severity: severity,
			Title: reader.Shorten(row.Cell("check_title", "title_text"), 160), Remedy: reader.Shorten(row.Cell("remediation_recommendation_text", "check_remediation"), 1000),
			Found: at, Seen: at, Sources: []string{Name},
			References: reader.Links(row.Cell("remediation_recommendation_url") + " " + row.Cell("related_url", "check_doc"))}
		if strings.EqualFold(row.Cell("muted"), "true") {
			v.Status = finding.StatusAccepted
		}
		s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, apart(v))
	}
	return nil
}

// apart copies the texts of a finding, which are parts of a row that would be
// held as a whole.
func apart(v finding.Vulnerability) finding.Vulnerability {
	v.Asset, v.Title, v.Remedy = strings.Clone(v.Asset), strings.Clone(v.Title), strings.Clone(v.Remedy)
	for i := range v.References {
		v.References[i] = strings.Clone(v.References[i])
	}
	return v
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

// finish carries out what the caller states.
func (s *scan) finish() {
	s.batch.Skipped = append(s.batch.Skipped, s.left.Skips("checks")...)
	if s.rows == 0 {
		s.skip("output", "it holds no checks")
	}
	for _, c := range s.options.Complete {
		c.Asset = map[bool]func(string) string{true: reader.Computer, false: reader.Host}[c.AssetType == finding.AssetComputer](c.Asset)
		last, checked := s.last[asset{c.AssetType, c.Asset}]
		if c.At.IsZero() {
			c.At = last
		}
		switch {
		case !checked:
			s.skip(c.Asset, "not taken as complete: the output has no check of it")
		case c.At.IsZero():
			s.skip(c.Asset, "not taken as complete: nobody says when")
		default:
			s.batch.Complete = append(s.batch.Complete, c)
		}
	}
}
