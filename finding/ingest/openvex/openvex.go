// Package openvex reads OpenVEX documents: what the maker of a product says of
// vulnerabilities in it.
//
//	batch, err := openvex.Read(file, reader.Asset("pc-01"))
//	added, err := month.Add(batch)
//
// Written from versions 0.0.1 to 0.2.0:
//
//	{"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-11-03T03:00:00Z", "statements": [
//	  {"vulnerability": {"name": "CVE-2026-0001"}, "products": [{"@id": "pkg:deb/debian/curl@7.8"}], "status": "affected", "action_statement": "Upgrade."}]}
//
//	| OpenVEX                                          | finding                                       |
//	|--------------------------------------------------|-----------------------------------------------|
//	| [reader.Asset]: a product is no computer         | computer that the finding is on               |
//	| vulnerability: its name if a CVE, else the one CVE among aliases, else the name | id             |
//	| affected, under_investigation                    | open; severity unknown: OpenVEX gives none    |
//	| not_affected, fixed                              | left out                                      |
//	| any other word                                   | open; severity unknown                        |
//	| action_statement                                 | remedy                                        |
//	| timestamp of the statement, else of the document, else [reader.Taken] | found, seen              |
//
// What is not affected is left out rather than called a false positive: it is
// said of one product, and the same CVE may be open in another. A document is
// complete for nothing.
package openvex

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Name is the format's name in a record's sources.
const Name = "openvex"

// statement is what is kept of a statement.
type statement struct {
	Vulnerability vulnerability `json:"vulnerability"`
	Status        reader.Text   `json:"status"`
	Action        reader.Text   `json:"action_statement"`
	Timestamp     reader.Text   `json:"timestamp"`
}

// vulnerability is an object, or in old versions its name alone.
type vulnerability struct {
	Name    reader.Text
	Aliases reader.Texts
}

// UnmarshalJSONFrom reads either.
func (v *vulnerability) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() != '{' {
		return json.UnmarshalDecode(d, &v.Name)
	}
	var object struct {
		Name    reader.Text  `json:"name"`
		ID      reader.Text  `json:"@id"`
		Aliases reader.Texts `json:"aliases"`
	}
	err := json.UnmarshalDecode(d, &object)
	v.Name, v.Aliases = reader.Text(reader.First(string(object.Name), string(object.ID))), object.Aliases
	return err
}

// id prefers a CVE.
func (v *vulnerability) id() string {
	for _, text := range []string{string(v.Name), strings.Join(v.Aliases, " ")} {
		if cves := reader.CVEs(text); len(cves) == 1 {
			return cves[0]
		}
	}
	return string(v.Name)
}

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	rest, ok := reader.Object(head)
	return ok && reader.Names(rest, "@context") && strings.Contains(string(rest), "openvex.dev/ns")
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), batch: finding.Batch{Source: Name}}
	d := reader.Tokens(reader.Limit(r, s.options))
	err := s.document(d)
	if err == nil {
		err = reader.End(d)
	}
	if err != nil {
		return finding.Batch{}, reader.Unreadable(Name, d, err)
	}
	made := reader.Instant(string(s.made))
	if made.IsZero() {
		made = s.options.Taken
	}
	for i := range s.batch.Vulnerabilities {
		if v := &s.batch.Vulnerabilities[i]; v.Found.IsZero() {
			v.Found, v.Seen = made, made
		}
	}
	if s.held == 0 {
		s.skip("document", "nothing is taken as looked at: it has no statements")
	}
	if s.lost > 0 {
		s.skip(fmt.Sprintf("%d findings", s.lost), "they name no computer, and nobody says of which the document is")
	}
	return s.batch, nil
}

// scan is one reading.
type scan struct {
	options    reader.Options
	batch      finding.Batch
	made       reader.Text
	held, lost int
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

func (s *scan) document(d *jsontext.Decoder) error {
	found := false
	err := reader.Members(d, func(name string) error {
		switch {
		case name == "timestamp":
			return json.UnmarshalDecode(d, &s.made)
		case name == "statements" && d.PeekKind() == '[':
			found = true
			return reader.Elements(d, func() error { return s.statement(d) })
		}
		return d.SkipValue()
	})
	if err == nil && !found {
		err = errors.New("a document has a list of statements")
	}
	return err
}

func (s *scan) statement(d *jsontext.Decoder) error {
	if s.held++; s.held > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	var st statement
	if err := json.UnmarshalDecode(d, &st); err != nil {
		return err
	}
	where, id := fmt.Sprintf("statement %d", s.held), st.Vulnerability.id()
	switch {
	case id == "":
		s.skip(where, "it names no vulnerability")
	case st.Status == "not_affected" || st.Status == "fixed":
		s.skip(where, "it is no finding: "+string(st.Status))
	case s.options.Asset == "":
		s.lost++
	default:
		at := reader.Instant(string(st.Timestamp))
		s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, finding.Vulnerability{ID: id, AssetType: finding.AssetComputer, Asset: s.options.Computer(),
			Severity: finding.SeverityUnknown, Title: id, Remedy: reader.Shorten(string(st.Action), 1000), Found: at, Seen: at, Sources: []string{Name}})
	}
	return nil
}
