// Package cyclonedx reads the vulnerabilities in CycloneDX documents, VEX
// included, JSON and XML.
//
//	batch, err := cyclonedx.Read(file, reader.Asset("pc-01"))
//	added, err := month.Add(batch)
//
// Written from versions 1.4 to 1.7 of the standard, and from the vulnerability
// extension 1.0 of 1.0 to 1.3 (XML), in which a component holds its own:
//
//	{"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"timestamp": "2026-11-03T03:00:00Z", "component": {"name": "app"}},
//	 "vulnerabilities": [{"id": "CVE-2021-44228", "ratings": [{"severity": "critical", "score": 10, "method": "CVSSv31"}],
//	  "analysis": {"state": "exploitable"}, "affects": [{"ref": "pkg:maven/org.apache/log4j@2.14"}]}]}
//
//	| CycloneDX                                            | finding                                         |
//	|------------------------------------------------------|-------------------------------------------------|
//	| [reader.Asset], else metadata.component.name         | computer that the finding is on                 |
//	| id if it is a CVE, else the one CVE among references, else the id | id                                 |
//	| severity of the rating by the vulnerability's source, else of the first that has one: critical, high, medium, low | severity |
//	| info, none; unknown, or no rating                    | severity none; from the score, else unknown     |
//	| score, else vector, of the rating by CVSS 3, 4, 2    | cvss                                            |
//	| id and affects (a package URL: name and version)     | title                                           |
//	| recommendation; source.url                           | remedy; references                              |
//	| metadata.timestamp, else [reader.Taken]              | found, seen                                     |
//	| analysis exploitable, in_triage, or none             | open                                            |
//	| analysis not_affected, false_positive, resolved, resolved_with_pedigree | left out                     |
//
// What is not affected is left out rather than called a false positive: it is
// said of one component, and the same CVE may be open in another. A document
// of components alone says nothing of vulnerabilities. No document says that a
// computer was seen, and it is complete only if the caller states it and there
// is a list of vulnerabilities, which may be empty.
//
// Documents are read as a stream by small types: the reference library holds
// the whole, and passes over the extension.
package cyclonedx

import (
	"bufio"
	"bytes"
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
const Name = "cyclonedx"

// vulnerability is what is kept of a vulnerability, of either shape.
type vulnerability struct {
	ID         reader.Text `json:"id" xml:"id"`
	Source     source      `json:"source" xml:"source"`
	References []struct {
		ID reader.Text `json:"id" xml:"id"`
	} `json:"references" xml:"references>reference"`
	Ratings        []rating    `json:"ratings" xml:"ratings>rating"`
	Recommendation reader.Text `json:"recommendation" xml:"recommendation"`
	Analysis       struct {
		State reader.Text `json:"state" xml:"state"`
	} `json:"analysis" xml:"analysis"`
	Affects []struct {
		Ref reader.Text `json:"ref" xml:"ref"`
	} `json:"affects" xml:"affects>target"`
	Ref string `json:"-" xml:"ref,attr"` // of the component, in the extension
}

type source struct {
	Name   reader.Text `json:"name" xml:"name"`
	Called string      `json:"-" xml:"name,attr"` // in the extension
	URL    reader.Text `json:"url" xml:"url"`
}

type rating struct {
	Source   source      `json:"source" xml:"source"`
	Severity reader.Text `json:"severity" xml:"severity"`
	Method   reader.Text `json:"method" xml:"method"`
	Vector   reader.Text `json:"vector" xml:"vector"`
	Score    score       `json:"score" xml:"score"`
}

// score is a number or, in the extension, an element with a base in it.
type score struct {
	Number float64 `xml:"-"`
	Text   string  `xml:",chardata"`
	Base   string  `xml:"base"`
}

// UnmarshalJSONFrom reads a number.
func (s *score) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	return json.UnmarshalDecode(d, (*reader.Number)(&s.Number))
}

func (s *score) value() float64 {
	return reader.Score(s.Number, reader.Float(s.Base), reader.Float(s.Text))
}

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	root := reader.Root(head)
	if root.Local == "bom" && strings.HasPrefix(root.Space, "http://cyclonedx.org/schema/bom") {
		return true
	}
	rest, ok := reader.Object(head)
	return ok && reader.Names(rest, "bomFormat", "CycloneDX")
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), batch: finding.Batch{Source: Name}}
	in := bufio.NewReaderSize(reader.Limit(r, s.options), 64<<10)
	head, err := in.Peek(512)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return finding.Batch{}, reader.Unopened(Name, err)
	case bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("<")):
		err = s.xml(in)
	default:
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
	options         reader.Options
	batch           finding.Batch
	component, made string // what the document is of, and when it was made
	held            int
	listed          bool // there is a list of vulnerabilities
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

// take turns one vulnerability into a finding.
func (s *scan) take(v *vulnerability) error {
	if s.held++; s.held > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	where := fmt.Sprintf("vulnerability %d", s.held)
	id := v.id()
	state := strings.TrimSpace(string(v.Analysis.State))
	switch {
	case id == "":
		s.skip(where, "it has no id")
		return nil
	case state == "not_affected" || state == "false_positive" || strings.HasPrefix(state, "resolved"):
		s.skip(where, "it is no finding: "+state)
		return nil
	}
	severity, cvss := v.rated()
	s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, finding.Vulnerability{
		ID: id, AssetType: finding.AssetComputer, Severity: severity, CVSS: cvss, Title: v.title(id), Sources: []string{Name},
		Remedy: reader.Shorten(reader.Plain(string(v.Recommendation)), 1000), References: reader.Links(string(v.Source.URL)),
	})
	return nil
}

func (v *vulnerability) id() string {
	id := strings.TrimSpace(string(v.ID))
	if cves := reader.CVEs(id); len(cves) == 1 && len(cves[0]) == len(id) {
		return cves[0]
	}
	var others []string
	for _, r := range v.References {
		others = append(others, string(r.ID))
	}
	if cves := reader.CVEs(strings.Join(others, " ")); len(cves) == 1 {
		return cves[0]
	}
	return id
}

// rated prefers the rating of whoever published the vulnerability.
func (v *vulnerability) rated() (finding.Severity, float64) {
	cvss := v.cvss()
	word, publisher := "", reader.First(string(v.Source.Name), v.Source.Called)
	for _, own := range []bool{true, false} {
		for i := range v.Ratings {
			r := &v.Ratings[i]
			by := reader.First(string(r.Source.Name), r.Source.Called)
			_, known := reader.Severity(string(r.Severity))
			if word == "" && known && (!own || by != "" && by == publisher) {
				word = string(r.Severity)
			}
		}
	}
	return reader.Rated(word, cvss), cvss
}

// cvss is the first score by a method of version 3, 4 or 2.
func (v *vulnerability) cvss() float64 {
	for _, method := range []string{"CVSSV3", "CVSSV4", "CVSSV2"} {
		for i := range v.Ratings {
			r := &v.Ratings[i]
			if !strings.HasPrefix(strings.ToUpper(strings.TrimSpace(string(r.Method))), method) {
				continue
			}
			computed, _ := reader.CVSS(string(r.Vector)) // what is no vector scores 0
			if found := reader.Score(r.Score.value(), computed); found > 0 {
				return found
			}
		}
	}
	return 0
}

// title names the packages that are affected, as far as they have a package
// URL, or the first of them.
func (v *vulnerability) title(id string) string {
	refs := []string{v.Ref}
	for _, a := range v.Affects {
		refs = append(refs, string(a.Ref))
	}
	for _, ref := range refs {
		if _, purl, ok := strings.Cut(ref, "pkg:"); ok {
			purl, _, _ = strings.Cut(purl, "?")
			return id + " in " + strings.Replace(purl[strings.LastIndexByte(purl, '/')+1:], "@", " ", 1)
		}
	}
	return id
}

// finish names and dates the findings, and carries out what the caller states.
func (s *scan) finish() {
	made := reader.Instant(strings.TrimSpace(s.made))
	if made.IsZero() {
		made = s.options.Taken
	}
	asset := reader.First(s.options.Computer(), strings.TrimSpace(s.component))
	if n := len(s.batch.Vulnerabilities); asset == "" && n > 0 {
		s.batch.Vulnerabilities = nil
		s.skip(fmt.Sprintf("%d findings", n), "they are of no computer that has a name")
	}
	for i := range s.batch.Vulnerabilities {
		v := &s.batch.Vulnerabilities[i]
		v.Asset, v.Found, v.Seen = asset, made, made
	}
	if !s.listed {
		s.skip("document", "nothing is taken as looked at: it lists components, and no vulnerabilities")
	}
	at, said := s.options.Stated(finding.AssetComputer)[s.options.Computer()]
	if at.IsZero() {
		at = made
	}
	switch {
	case s.options.Asset == "" || !said || !s.listed:
	case at.IsZero():
		s.skip(s.options.Asset, "not taken as complete: nobody says when")
	default:
		s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: finding.AssetComputer, Asset: s.options.Computer(), At: at})
	}
}
