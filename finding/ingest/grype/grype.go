// Package grype reads Anchore Grype's JSON reports: vulnerable packages of a
// computer or an image.
//
//	batch, err := grype.Read(file, reader.Asset("pc-01"))
//	added, err := month.Add(batch)
//
// Written from Grype 0.7 to 0.96 (-o json):
//
//	{"matches": [{"vulnerability": {"id": "CVE-2022-28391", "severity": "High", "cvss": […], "fix": {"versions": ["1.35"], "state": "fixed"}},
//	  "relatedVulnerabilities": [], "artifact": {"name": "busybox", "version": "1.32.1"}}],
//	 "source": {"type": "image", "target": {"userInput": "app:1"}}, "descriptor": {"name": "grype", "timestamp": "2026-11-03T03:00:00Z"}}
//
//	| Grype                                                   | finding                                       |
//	|---------------------------------------------------------|-----------------------------------------------|
//	| [reader.Asset], else userInput or target of the source  | computer that the finding is on               |
//	| vulnerability.id if it is a CVE, else the CVE that it is related to, if there is one; else the id | id  |
//	| severity Critical, High, Medium, Low                    | severity critical, high, medium, low          |
//	| severity Negligible: a problem in theory                | severity low                                  |
//	| severity Unknown, or none                               | from the score, else unknown                  |
//	| cvss, of the vulnerability, else of the related one: the first of version 3, 4, 2 | cvss                |
//	| id, artifact.name and version                           | title                                         |
//	| fix.versions                                            | remedy                                        |
//	| dataSource                                              | references                                    |
//	| descriptor.timestamp, else [reader.Taken]               | found, seen; seen of the computer             |
//	| distro                                                  | os                                            |
//	| ignoredMatches                                          | left out                                      |
//
// One CVE in several packages or files of a computer is one vulnerability. The
// computer is noted only if the caller names it, and was seen if the report
// says what was looked at. It is complete for nothing unless the caller states
// it.
package grype

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

// Name is the tool's name in a record's sources.
const Name = "grype"

// match is what is kept of a match.
type match struct {
	Vulnerability vulnerability   `json:"vulnerability"`
	Related       []vulnerability `json:"relatedVulnerabilities"`
	Artifact      struct {
		Name    reader.Text `json:"name"`
		Version reader.Text `json:"version"`
	} `json:"artifact"`
}

type vulnerability struct {
	ID       reader.Text `json:"id"`
	Source   reader.Text `json:"dataSource"`
	Severity reader.Text `json:"severity"`
	Fix      struct {
		Versions reader.Texts `json:"versions"`
	} `json:"fix"`
	CVSS []struct {
		Version reader.Text `json:"version"`
		Vector  reader.Text `json:"vector"`
		Metrics struct {
			Base reader.Number `json:"baseScore"`
		} `json:"metrics"`
	} `json:"cvss"`
}

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	rest, ok := reader.Object(head)
	if !ok || !reader.Names(rest, "matches") {
		return reader.Names(head, "grype", "descriptor") && ok
	}
	return reader.Names(rest, "vulnerability", "artifact") || reader.Names(rest, "descriptor", "source") || reader.Names(rest, "vulnerability", "relatedVulnerabilities")
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
	options    reader.Options
	batch      finding.Batch
	target, os string
	stamp      string
	looked     bool // the report says at what
	held       int
}

func (s *scan) report(d *jsontext.Decoder) error {
	found := false
	err := reader.Members(d, func(name string) error {
		switch {
		case name == "matches" && d.PeekKind() == 'n':
			return d.SkipValue()
		case name == "matches":
			found = true
			return reader.Elements(d, func() error { return s.match(d) })
		case name == "source" && d.PeekKind() == '{':
			return s.source(d)
		case name == "distro" && d.PeekKind() == '{':
			var distro struct {
				Name    reader.Text `json:"name"`
				Version reader.Text `json:"version"`
			}
			err := json.UnmarshalDecode(d, &distro)
			s.os = strings.TrimSpace(string(distro.Name + " " + distro.Version))
			return err
		case name == "descriptor" && d.PeekKind() == '{':
			var descriptor struct {
				Timestamp reader.Text `json:"timestamp"`
			}
			err := json.UnmarshalDecode(d, &descriptor)
			s.stamp = string(descriptor.Timestamp)
			return err
		}
		return d.SkipValue()
	})
	if err == nil && !found {
		err = errors.New("a report of Grype has a list of matches")
	}
	return err
}

// source reads what was looked at: a text, or an object of an image.
func (s *scan) source(d *jsontext.Decoder) error {
	var source struct {
		Type   reader.Text    `json:"type"`
		Target jsontext.Value `json:"target"`
	}
	if err := json.UnmarshalDecode(d, &source); err != nil {
		return err
	}
	s.looked = source.Type != "" && source.Type != "unknown"
	if source.Target.Kind() == '"' {
		return json.Unmarshal(source.Target, &s.target)
	}
	if source.Target.Kind() == '{' {
		var target struct {
			UserInput reader.Text `json:"userInput"`
		}
		err := reader.Fields(source.Target, &target)
		s.target = string(target.UserInput)
		return err
	}
	return nil
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

func (s *scan) match(d *jsontext.Decoder) error {
	if s.held++; s.held > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	var m match
	if err := json.UnmarshalDecode(d, &m); err != nil {
		return err
	}
	id := m.id()
	if id == "" {
		s.skip(fmt.Sprintf("match %d", s.held), "it names no vulnerability")
		return nil
	}
	score := m.Vulnerability.score()
	for i := 0; score == 0 && i < len(m.Related); i++ {
		score = m.Related[i].score()
	}
	word := string(m.Vulnerability.Severity)
	if strings.EqualFold(word, "negligible") {
		word = "low"
	}
	remedy := ""
	if len(m.Vulnerability.Fix.Versions) > 0 {
		remedy = fmt.Sprintf("update %s to %s", m.Artifact.Name, strings.Join(m.Vulnerability.Fix.Versions, " or "))
	}
	s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, finding.Vulnerability{
		ID: id, AssetType: finding.AssetComputer, Severity: reader.Rated(word, score), CVSS: score,
		Title: strings.TrimSpace(fmt.Sprintf("%s in %s %s", id, m.Artifact.Name, m.Artifact.Version)), Remedy: remedy,
		Sources: []string{Name}, References: reader.Links(string(m.Vulnerability.Source)),
	})
	return nil
}

// id prefers the CVE to the advisory that tells of it.
func (m *match) id() string {
	id := string(m.Vulnerability.ID)
	if len(reader.CVEs(id)) > 0 {
		return id
	}
	var related []string
	for _, r := range m.Related {
		related = append(related, string(r.ID))
	}
	if cves := reader.CVEs(strings.Join(related, " ")); len(cves) == 1 {
		return cves[0]
	}
	return id
}

// score is the first of version 3, 4 or 2, from the vector where there is no
// number.
func (v *vulnerability) score() float64 {
	for _, version := range []string{"3", "4", "2"} {
		for _, c := range v.CVSS {
			if !strings.HasPrefix(string(c.Version), version) {
				continue
			}
			computed, _ := reader.CVSS(string(c.Vector)) // what is no vector scores 0
			if score := reader.Score(float64(c.Metrics.Base), computed); score > 0 {
				return score
			}
		}
	}
	return 0
}

// finish names and dates the findings, and tells whether the computer was seen.
func (s *scan) finish() {
	made := reader.Instant(s.stamp)
	if made.IsZero() {
		made = s.options.Taken
	}
	asset := reader.First(s.options.Computer(), s.target)
	if n := len(s.batch.Vulnerabilities); asset == "" && n > 0 {
		s.batch.Vulnerabilities = nil
		s.skip(fmt.Sprintf("%d findings", n), "they are of no computer that has a name")
	}
	for i := range s.batch.Vulnerabilities {
		v := &s.batch.Vulnerabilities[i]
		v.Asset, v.Found, v.Seen = asset, made, made
	}
	reason := ""
	switch {
	case !s.looked:
		reason = "the report doesn't say what was looked at"
	case made.IsZero():
		reason = "nobody says when"
	}
	if s.options.Asset == "" {
		s.skip("report", "no computer is taken as seen: "+reader.First(reason, "nobody says of which the report is"))
		return
	}
	c := finding.Computer{ID: s.options.Computer(), OS: s.os, Sources: []string{Name}}
	if reason != "" {
		s.skip(c.ID, "not taken as seen: "+reason)
	} else {
		c.Seen = made
		if at, said := s.options.Stated(finding.AssetComputer)[c.ID]; said {
			if at.IsZero() {
				at = made
			}
			s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: finding.AssetComputer, Asset: c.ID, At: at})
		}
	}
	s.batch.Computers = append(s.batch.Computers, c)
}
