// Package ocsf reads events of the Open Cybersecurity Schema Framework, in which
// scanners, cloud services and data lakes hand on what they found.
//
//	batch, err := ocsf.Read(file)
//	added, err := month.Add(batch)
//
// Written from the schema's versions 1.0 to 1.7 and from what Prowler 4 and 5
// write; one event, an array of them, events one after the other, or the answer of
// an interface that wraps their list ("Findings", "findings", "events", "Records"), messages of
// Amazon EventBridge (detail), hits of OpenSearch (_source):
//
//	{"class_uid": 2002, "time": 1794196800000, "severity_id": 4, "status_id": 1, "device": {"hostname": "PC-01"},
//	  "finding_info": {"title": "…", "uid": "…"}, "vulnerabilities": [{"cve": {"uid": "CVE-2026-1234", "cvss": [{"base_score": 8.1}]}}]}
//
//	| OCSF                                                     | finding                                     |
//	|----------------------------------------------------------|---------------------------------------------|
//	| class 2002 Vulnerability, 2003 Compliance, 2004 Detection Finding; 2001 Security Finding of 1.0 | a finding for each of its vulnerabilities, else one, on each asset |
//	| class 5001 Device Inventory Info                         | computer, with os and seen                  |
//	| device: hostname, name, uid, ip; else of each of resources, or resource: hostname, name of what runs (an instance, a host), uid, name; else [reader.Asset] | computer that the finding is on |
//	| a resource of type website, web application, URL or domain, or called by a web address | website that the finding is on |
//	| a resource that is a user, as of IAM: cloud.account      | computer: no person's name leaves a reader  |
//	| cve.uid of a vulnerability, the only one of its advisory's related_cves, advisory.uid, the one CVE that the title names | id                        |
//	| else metadata.event_code, compliance.control, analytic.uid, types_uid, uid, title of the finding | id, after the product: "prowler:accessanalyzer_enabled" |
//	| severity of a vulnerability, else severity_id 1 to 6, else severity | severity none, low, medium, high, critical, critical |
//	| severity_id 0 or 99, or a word that is none of these     | from the score, else unknown                |
//	| cvss: version 3, then 4, then others: base_score, vector_string | cvss                                 |
//	| title of the vulnerability, its CVE or the finding; desc; the affected package and its version | title |
//	| remediation.desc, else the fixed version of the package  | remedy                                      |
//	| references of the vulnerability, its CVE and remediation; src_url | references                         |
//	| first_seen_time, created_time, else time                 | found                                       |
//	| last_seen_time, modified_time, time: the latest          | seen                                        |
//	| status Resolved, or activity Close                       | fixed, by time                              |
//	| status Suppressed                                        | status accepted                             |
//	| status Archived, Deleted                                 | left out                                    |
//	| compliance.status, status_code: Pass, Warning, not applicable, manual | left out: only what failed is a finding |
//	| other classes                                            | left out                                    |
//
// The words of status come before their numbers, as old versions of Prowler
// gave the wrong ones. The source is "ocsf:" and the product's name in lower case, or
// "ocsf" if events of several products stand in one output.
//
// A finding doesn't say that its asset was looked at in whole: a computer is
// seen by its inventory, and the output is complete for an asset only if the
// caller states it and the output has an event of it; a website is then scanned.
// What finding/export wrote of a month is read back as it was.
package ocsf

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json/jsontext"
)

// Name is the format's name, and the start of its sources' names.
const Name = "ocsf"

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	rest, ok := reader.Object(head)
	return ok && reader.Names(rest, "class_uid") &&
		(reader.Names(rest, "metadata") || reader.Names(rest, "category_uid") || reader.Names(rest, "type_uid") || reader.Names(rest, "activity_id"))
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), last: map[asset]time.Time{}}
	in := reader.Documents{Tool: Name, Lists: []string{"Findings", "findings", "events", "Events", "Records", "records"}, Each: s.document}
	if err := in.Read(reader.Limit(r, s.options), s.options); err != nil {
		return finding.Batch{}, err
	}
	if s.read > 0 && s.events == 0 {
		return finding.Batch{}, &reader.FormatError{Tool: Name, Where: "event 1", Reason: "it has no class_uid; this is no OCSF"}
	}
	s.finish()
	return s.batch, nil
}

// asset is what a finding is on.
type asset struct {
	kind finding.AssetType
	id   string
}

// scan is one reading.
type scan struct {
	options  reader.Options
	batch    finding.Batch
	read     int // documents
	events   int // of them
	products []string
	last     map[asset]time.Time // event of each asset
	left     reader.Tally
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

// document takes one document: an event, or a message that wraps some.
func (s *scan) document(n int, raw jsontext.Value) error {
	s.read = n
	var e event
	if err := reader.Fields(raw, &e); err != nil {
		return err
	}
	where := fmt.Sprintf("event %d", n)
	if e.Class != 0 {
		return s.event(where, &e)
	}
	wrapped, err := e.within()
	if err != nil {
		return err
	}
	for i, raw := range wrapped {
		var e event
		if err := reader.Fields(raw, &e); err != nil {
			return err
		}
		if err := s.event(fmt.Sprintf("%s, %d", where, i+1), &e); err != nil {
			return err
		}
	}
	if len(wrapped) == 0 {
		s.skip(where, "it has no class_uid")
	}
	return nil
}

// event takes one event.
func (s *scan) event(where string, e *event) error {
	if e.Class == 0 {
		s.skip(where, "it has no class_uid")
		return nil
	}
	if s.events++; s.events > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	e.settle()
	if product := e.product(); !slices.Contains(s.products, product) {
		s.products = append(s.products, product)
	}
	switch e.Class {
	case 2001, 2002, 2003, 2004:
		s.findings(where, e)
	case 5001:
		s.inventory(where, e)
	default:
		s.left.Add(fmt.Sprintf("class %d is neither a finding nor an inventory of devices", int64(e.Class)))
	}
	return nil
}

// inventory notes a computer.
func (s *scan) inventory(where string, e *event) {
	d := e.Device.first()
	id := reader.Computer(d.name())
	if e.own() {
		id = string(d.Hostname)
	}
	if id == "" {
		s.skip(where, "it names no device")
		return
	}
	seen := e.zone(s.options).when(d.LastSeenDT, d.LastSeen)
	if seen.IsZero() && !e.own() {
		seen = e.at(s.options)
	}
	if seen.IsZero() {
		s.skip(where, "not taken as seen: nobody says when")
	}
	c := finding.Computer{ID: id, OS: d.os(), Seen: seen}
	if e.own() {
		c.Retired, c.Sources = reader.Instant(string(e.Unmapped.first().Retired)), e.Unmapped.first().Sources
	}
	s.batch.Computers = append(s.batch.Computers, c)
	s.noted(asset{finding.AssetComputer, id}, seen)
}

// findings takes the findings of an event on each of its assets.
func (s *scan) findings(where string, e *event) {
	if reason := e.none(); reason != "" {
		s.left.Add(reason)
		return
	}
	assets := e.assets(s.options)
	if len(assets) == 0 {
		s.skip(where, "it names no asset")
		return
	}
	all := e.findings(s.options)
	for _, a := range assets {
		s.noted(a, e.at(s.options))
		for _, v := range all {
			if v.ID == "" {
				s.skip(where, "it names neither a vulnerability nor a rule")
				continue
			}
			v.AssetType, v.Asset = a.kind, a.id
			s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, v)
		}
	}
}

func (s *scan) noted(a asset, at time.Time) {
	if at.After(s.last[a]) || s.last[a].IsZero() {
		s.last[a] = at
	}
}

// finish names the source, and carries out what the caller states.
func (s *scan) finish() {
	s.batch.Source = Name
	if len(s.products) == 1 && s.products[0] != "" {
		s.batch.Source += ":" + s.products[0]
	}
	for i := range s.batch.Vulnerabilities {
		v := &s.batch.Vulnerabilities[i]
		v.Sources = append(v.Sources, s.batch.Source)
	}
	for i := range s.batch.Computers {
		c := &s.batch.Computers[i]
		c.Sources = append(c.Sources, s.batch.Source)
	}
	s.batch.Skipped = append(s.batch.Skipped, s.left.Skips("events")...)
	if s.read == 0 {
		s.skip("output", "it holds no events")
	}
	for _, c := range s.options.Complete {
		form := reader.Host
		if c.AssetType == finding.AssetComputer {
			form = reader.Computer
		}
		c.Asset = form(c.Asset)
		s.complete(c)
	}
}

func (s *scan) complete(c finding.Complete) {
	last, reported := s.last[asset{c.AssetType, c.Asset}]
	if c.At.IsZero() {
		c.At = last
	}
	switch {
	case !reported:
		s.skip(c.Asset, "not taken as complete: the output has no event of it")
		return
	case c.At.IsZero():
		s.skip(c.Asset, "not taken as complete: nobody says when")
		return
	}
	s.batch.Complete = append(s.batch.Complete, c)
	if c.AssetType == finding.AssetWebsite {
		s.batch.Websites = append(s.batch.Websites, finding.Website{ID: c.Asset, Scanned: c.At, Sources: []string{s.batch.Source}})
	}
}
