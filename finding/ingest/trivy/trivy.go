// Package trivy reads Trivy's JSON reports: vulnerable packages, faulty
// configurations and secrets of a computer, an image or a cluster.
//
//	batch, err := trivy.Read(file, reader.Asset("pc-01"))
//	added, err := month.Add(batch)
//
// Written from three shapes, of Trivy 0.1x to 0.6x:
//
//   - schema 2: {"SchemaVersion":2,"CreatedAt":"…","ArtifactName":"…","Results":[{"Target":"…","Class":"os-pkgs","Vulnerabilities":[…]}]}
//   - before it: the list of results alone
//   - Kubernetes: {"ClusterName":"…","Resources":[{"Namespace":"…","Kind":"…","Name":"…","Results":[…]}]}, in which old versions
//     have Vulnerabilities and Misconfigurations for Resources
//
// Such as:
//
//	| Trivy                                              | finding                                            |
//	|----------------------------------------------------|----------------------------------------------------|
//	| [reader.Asset], else ArtifactName, or Namespace/Kind/Name of a resource | computer that the finding is on |
//	| VulnerabilityID; AVDID or ID of a configuration; RuleID of a secret | id; "trivy:" before the latter two |
//	| Severity CRITICAL, HIGH, MEDIUM, LOW               | severity critical, high, medium, low               |
//	| Severity UNKNOWN, or none                          | from the score, else unknown                       |
//	| CVSS of the severity's source, else nvd, else the others by name: V3Score, V40Score, V2Score | cvss     |
//	| Title, PkgName, InstalledVersion                   | title                                              |
//	| FixedVersion; Resolution                           | remedy                                             |
//	| PrimaryURL                                         | references                                         |
//	| CreatedAt, else [reader.Taken]                     | found, seen; seen of the computer                  |
//	| Metadata.OS                                        | os                                                 |
//	| Status not_affected; of a configuration PASS, EXCEPTION | left out                                      |
//	| Licenses                                           | left out                                           |
//
// One CVE in several packages or files of a computer is one vulnerability. The
// computer is noted only if the caller names it, and was seen if packages of it
// were looked at: a report without results, or "null", is as empty as that of a
// scan that found nothing to look at. A report doesn't say by what it was
// filtered, so it is complete for nothing unless the caller states it.
package trivy

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Name is the tool's name in a record's sources.
const Name = "trivy"

// vulnerability is what is kept of a vulnerable package.
type vulnerability struct {
	ID         reader.Text     `json:"VulnerabilityID"`
	Package    reader.Text     `json:"PkgName"`
	Installed  reader.Text     `json:"InstalledVersion"`
	Fixed      reader.Text     `json:"FixedVersion"`
	Status     reader.Text     `json:"Status"`
	Source     reader.Text     `json:"SeveritySource"`
	Severity   reader.Text     `json:"Severity"`
	Title      reader.Text     `json:"Title"`
	PrimaryURL reader.Text     `json:"PrimaryURL"`
	CVSS       map[string]cvss `json:"CVSS"`
}

type cvss struct {
	V2, V3, V40 reader.Number
}

// UnmarshalJSONFrom reads the scores; a source that says nothing is null.
func (c *cvss) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() != '{' {
		return d.SkipValue()
	}
	var scores struct {
		V2  reader.Number `json:"V2Score"`
		V3  reader.Number `json:"V3Score"`
		V40 reader.Number `json:"V40Score"`
	}
	err := json.UnmarshalDecode(d, &scores)
	*c = cvss{scores.V2, scores.V3, scores.V40}
	return err
}

// check is what is kept of a configuration or a secret.
type check struct {
	ID         reader.Text `json:"ID"`
	AVD        reader.Text `json:"AVDID"`
	Rule       reader.Text `json:"RuleID"`
	Status     reader.Text `json:"Status"`
	Severity   reader.Text `json:"Severity"`
	Title      reader.Text `json:"Title"`
	Resolution reader.Text `json:"Resolution"`
	PrimaryURL reader.Text `json:"PrimaryURL"`
}

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	rest, ok := reader.Object(head)
	if !ok {
		return false
	}
	switch {
	case reader.Names(rest, "SchemaVersion") && (reader.Names(rest, "ArtifactName") || reader.Names(rest, "ArtifactType") || reader.Names(rest, "ReportID")):
		return true
	case reader.Names(rest, "ClusterName"):
		return reader.Names(rest, "Resources") || reader.Names(rest, "Vulnerabilities") || reader.Names(rest, "Misconfigurations")
	}
	return reader.Names(rest, "Target", "Type") && (reader.Names(rest, "VulnerabilityID") || reader.Names(rest, "Vulnerabilities"))
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), batch: finding.Batch{Source: Name}}
	d := reader.Tokens(reader.Limit(r, s.options))
	err := s.report(d)
	if err == nil {
		err = reader.End(d)
	}
	if err != nil {
		return finding.Batch{}, reader.Unreadable(Name, d, err)
	}
	s.finish()
	return s.batch, nil
}

// scan is one reading.
type scan struct {
	options           reader.Options
	batch             finding.Batch
	artifact, created string
	os                string
	held              int
	results, packages bool // there are any; packages were looked at
}

// report reads any of the three shapes.
func (s *scan) report(d *jsontext.Decoder) error {
	switch d.PeekKind() {
	case 'n':
		return d.SkipValue()
	case '[':
		return reader.Elements(d, func() error { return s.result(d, "") })
	}
	known := false
	err := reader.Members(d, func(name string) error {
		switch name {
		case "SchemaVersion", "ClusterName":
			known = true
		case "ArtifactName":
			return json.UnmarshalDecode(d, (*reader.Text)(&s.artifact))
		case "CreatedAt":
			return json.UnmarshalDecode(d, (*reader.Text)(&s.created))
		case "Metadata":
			return s.metadata(d)
		case "Results":
			known = true
			return list(d, func() error { return s.result(d, "") })
		case "Resources", "Vulnerabilities", "Misconfigurations":
			return list(d, func() error { return s.resource(d) })
		}
		return d.SkipValue()
	})
	if err == nil && !known {
		err = errors.New("this is no report of Trivy")
	}
	return err
}

// list reads a list that may be null.
func list(d *jsontext.Decoder, read func() error) error {
	if d.PeekKind() == 'n' {
		return d.SkipValue()
	}
	return reader.Elements(d, read)
}

func (s *scan) metadata(d *jsontext.Decoder) error {
	var m struct {
		OS struct {
			Family reader.Text
			Name   reader.Text
		}
	}
	if d.PeekKind() != '{' {
		return d.SkipValue()
	}
	err := json.UnmarshalDecode(d, &m)
	s.os = strings.TrimSpace(string(m.OS.Family + " " + m.OS.Name))
	return err
}

// resource reads one thing in a cluster.
func (s *scan) resource(d *jsontext.Decoder) error {
	var r struct {
		Namespace, Kind, Name reader.Text
		Results               jsontext.Value
	}
	if err := json.UnmarshalDecode(d, &r); err != nil {
		return err
	}
	if r.Results.Kind() != '[' {
		return nil
	}
	in := reader.Tokens(strings.NewReader(string(r.Results)))
	name := strings.Trim(string(r.Namespace+"/"+r.Kind+"/"+r.Name), "/")
	return reader.Elements(in, func() error { return s.result(in, name) })
}

// result reads what was found in one target.
func (s *scan) result(d *jsontext.Decoder, resource string) error {
	s.results = true
	return reader.Members(d, func(name string) error {
		switch name {
		case "Class", "Type":
			var text reader.Text
			err := json.UnmarshalDecode(d, &text)
			s.packages = s.packages || text == "os-pkgs" || text == "lang-pkgs"
			return err
		case "Vulnerabilities":
			return list(d, func() error { return s.vulnerability(d, resource) })
		case "Misconfigurations", "Secrets":
			return list(d, func() error { return s.check(d, resource, name == "Secrets") })
		case "Licenses":
			return list(d, func() error { s.skip("it is a licence"); return d.SkipValue() })
		}
		return d.SkipValue()
	})
}

func (s *scan) skip(reason string) {
	s.held++
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: fmt.Sprintf("finding %d", s.held), Reason: reason})
}

func (s *scan) add(v finding.Vulnerability) error {
	if s.held++; s.held > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	v.AssetType, v.Sources = finding.AssetComputer, []string{Name}
	s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, v)
	return nil
}

func (s *scan) vulnerability(d *jsontext.Decoder, resource string) error {
	s.packages = true // old reports have no class
	var v vulnerability
	if err := json.UnmarshalDecode(d, &v); err != nil {
		return err
	}
	switch {
	case v.ID == "":
		s.skip("it names no vulnerability")
		return nil
	case v.Status == "not_affected":
		s.skip("it is not affected")
		return nil
	}
	score := v.score()
	title := strings.TrimSpace(fmt.Sprintf("%s in %s %s", v.ID, v.Package, v.Installed))
	if v.Title != "" {
		title = fmt.Sprintf("%s (%s %s)", v.Title, v.Package, v.Installed)
	}
	remedy := ""
	if v.Fixed != "" {
		remedy = fmt.Sprintf("update %s to %s", v.Package, v.Fixed)
	}
	return s.add(finding.Vulnerability{ID: string(v.ID), Asset: resource, Severity: reader.Rated(string(v.Severity), score), CVSS: score,
		Title: title, Remedy: remedy, References: reader.Links(string(v.PrimaryURL))})
}

// score is that of whoever gave the severity, else of the NVD, else of anybody.
func (v *vulnerability) score() float64 {
	for _, source := range append([]string{string(v.Source), "nvd"}, slices.Sorted(maps.Keys(v.CVSS))...) {
		c := v.CVSS[source]
		if score := reader.Score(float64(c.V3), float64(c.V40), float64(c.V2)); score > 0 {
			return score
		}
	}
	return 0
}

func (s *scan) check(d *jsontext.Decoder, resource string, secret bool) error {
	var c check
	if err := json.UnmarshalDecode(d, &c); err != nil {
		return err
	}
	id := reader.First(string(c.AVD), string(c.ID))
	if secret {
		id = string(c.Rule)
	}
	switch {
	case id == "":
		s.skip("it names no rule")
		return nil
	case !secret && c.Status != "" && c.Status != "FAIL":
		s.skip("it is no finding: " + string(c.Status))
		return nil
	}
	return s.add(finding.Vulnerability{ID: "trivy:" + id, Asset: resource, Severity: reader.Rated(string(c.Severity), 0), Title: string(c.Title),
		Remedy: reader.Shorten(string(c.Resolution), 1000), References: reader.Links(string(c.PrimaryURL))})
}

// finish names and dates the findings, and tells whether the computer was seen.
func (s *scan) finish() {
	made := reader.Instant(s.created)
	if made.IsZero() {
		made = s.options.Taken
	}
	nameless := 0
	s.batch.Vulnerabilities = slices.DeleteFunc(s.batch.Vulnerabilities, func(v finding.Vulnerability) bool {
		none := reader.First(s.options.Asset, v.Asset, s.artifact) == ""
		if none {
			nameless++
		}
		return none
	})
	for i := range s.batch.Vulnerabilities {
		v := &s.batch.Vulnerabilities[i]
		v.Asset, v.Found, v.Seen = reader.First(s.options.Computer(), v.Asset, s.artifact), made, made
	}
	note := func(where, reason string) {
		s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
	}
	if nameless > 0 {
		note(fmt.Sprintf("%d findings", nameless), "they are of no computer that has a name")
	}
	reason := ""
	switch {
	case !s.results:
		reason = "the report has no results"
	case !s.packages:
		reason = "no packages were looked at"
	case made.IsZero():
		reason = "nobody says when"
	}
	if s.options.Asset == "" {
		note("report", "no computer is taken as seen: "+reader.First(reason, "nobody says of which the report is"))
		return
	}
	c := finding.Computer{ID: s.options.Computer(), OS: s.os, Sources: []string{Name}}
	if reason != "" {
		note(c.ID, "not taken as seen: "+reason)
	} else {
		c.Seen = made
		s.complete(c)
	}
	s.batch.Computers = append(s.batch.Computers, c)
}

// complete carries out what the caller states.
func (s *scan) complete(c finding.Computer) {
	at, said := s.options.Stated(finding.AssetComputer)[c.ID]
	if !said {
		return
	}
	if at.IsZero() {
		at = c.Seen
	}
	s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: finding.AssetComputer, Asset: c.ID, At: at})
}
