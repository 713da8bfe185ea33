// Package wazuh reads the vulnerabilities and the computers that Wazuh knows of.
//
//	batch, err := wazuh.Read(file, reader.Taken(exported), reader.Complete(finding.AssetComputer, "pc-01", exported))
//	added, err := month.Add(batch)
//
// Written from three generations of the format:
//
//   - 4.7, the manager's API: {"data":{"affected_items":[{"cve":…,"severity":…}],"total_affected_items":1}}
//   - 4.8 to 4.14, a search in wazuh-states-vulnerabilities-*: {"hits":{"total":{"value":1},"hits":[{"_source":{"agent":…,"vulnerability":…}}]}}
//   - 5.x, findings: {"@timestamp":…,"vulnerability":{…},"wazuh":{"agent":{…}}}
//
// The documents may also stand an object a line, or in an array. Computers are
// read from the agents of the 4.x API (GET /agents), from the operating systems
// of its syscollector (GET /syscollector/001/os), from wazuh-states-inventory-*
// in the indexer, and from what an agent sends there.
//
//	| Wazuh                                                   | finding                                          |
//	|---------------------------------------------------------|--------------------------------------------------|
//	| agent.name, wazuh.agent.name, agent_name, else the id   | asset: the computer, in lower case; the 4.7 API is asked by agent and often does not name it: [reader.Asset] |
//	| host.os.full, else name and version                     | os of the computer                               |
//	| vulnerability.id, cve                                   | id                                               |
//	| vulnerability.severity, severity                        | severity; "-", Untriaged: from the score, else unknown |
//	| vulnerability.score.base, cvss3_score, else cvss2_score | cvss                                             |
//	| vulnerability.description, title                        | title                                            |
//	| vulnerability.reference, external_references            | references                                       |
//	| vulnerability.detected_at, event.start, detection_time  | found                                            |
//	| @timestamp, else when the export was taken              | seen                                             |
//	| lastKeepAlive, scan.time, state.modified_at             | seen of the computer, in an inventory            |
//	| package.name and version, name and version              | remedy: what to update                           |
//
// One CVE in several packages of a computer is one vulnerability. A state is
// no sign of life, so a computer is "seen" only by a 5.x finding, which has a
// time of its own, and by an inventory. An agent that never connected was not
// seen; neither was agent 000, the manager itself, which has no date. An answer that is
// partial (more hits than it holds, timed out, failed shards) is complete for
// no computer, whatever the caller states.
package wazuh

import (
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

// Name is the tool's name in a record's sources.
const Name = "wazuh"

// document is what is kept of a vulnerability, of all generations.
type document struct {
	Timestamp string `json:"@timestamp"`
	Agent     agent  `json:"agent"`
	Host      host   `json:"host"`
	Event     struct {
		Start string `json:"start"`
	} `json:"event"`
	Package       software      `json:"package"`
	Vulnerability vulnerability `json:"vulnerability"`
	Wazuh         struct {
		Agent agent `json:"agent"`
	} `json:"wazuh"`

	// inventories
	State struct {
		Modified string `json:"modified_at"`
	} `json:"state"`
	Scan struct {
		Time string `json:"time"`
	} `json:"scan"`
	KeepAlive string      `json:"lastKeepAlive"`
	Joined    string      `json:"dateAdd"`
	Key       reader.Text `json:"id"`
	OS        struct {
		Name    reader.Text `json:"name"`
		Version reader.Text `json:"version"`
	} `json:"os"`
	Hostname reader.Text `json:"hostname"`

	// 4.7
	CVE        string        `json:"cve"`
	AgentName  string        `json:"agent_name"`
	AgentID    string        `json:"agent_id"`
	Severity   string        `json:"severity"`
	CVSS3      reader.Number `json:"cvss3_score"`
	CVSS2      reader.Number `json:"cvss2_score"`
	Title      string        `json:"title"`
	Detected   string        `json:"detection_time"`
	References reader.Texts  `json:"external_references"`
	Name       string        `json:"name"`
	Version    string        `json:"version"`
}

type agent struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Host host   `json:"host"`
}

type host struct {
	Hostname reader.Text `json:"hostname"`
	OS       struct {
		Full    string `json:"full"`
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"os"`
}

type software struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type vulnerability struct {
	ID          string `json:"id"`
	Severity    string `json:"severity"`
	Description string `json:"description"`
	Detected    string `json:"detected_at"`
	Reference   string `json:"reference"`
	Score       struct {
		Base reader.Number `json:"base"`
	} `json:"score"`
}

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n[")
	if len(head) == 0 || head[0] != '{' {
		return false
	}
	has := func(s string) bool { return bytes.Contains(head, []byte(s)) }
	switch {
	case has(`"wazuh-states-vulnerabilities`), has(`"wazuh-states-inventory`):
		return true
	case has(`"lastKeepAlive"`) && (has(`"registerIP"`) || has(`"manager"`) || has(`"node_name"`) || has(`"os"`)):
		return true
	case has(`"affected_items"`):
		return has(`"cve"`) || has(`"total_affected_items"`) && has(`"data"`)
	case has(`"vulnerability"`) && has(`"agent"`):
		return has(`"wazuh`) || has(`"detected_at"`)
	}
	return false
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	o := reader.Settle(opts)
	s := &scan{options: o, batch: finding.Batch{Source: Name}, computers: map[string]int{}}
	d := reader.Tokens(reader.Limit(r, o))
	for {
		err := s.value(d, 0)
		if errors.Is(err, io.EOF) && d.StackDepth() == 0 && d.PeekKind() == 0 {
			break
		}
		if err != nil {
			return finding.Batch{}, reader.Unreadable(Name, d, err)
		}
	}
	s.complete()
	return s.batch, nil
}

// scan is one reading.
type scan struct {
	options   reader.Options
	batch     finding.Batch
	computers map[string]int // places in the batch
	records   int
	answers   int // answers to a query that were read
	partial   []string
}

// document takes one vulnerability on one computer.
func (s *scan) document(raw jsontext.Value) error {
	if s.records++; s.records > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	var doc document
	if err := json.Unmarshal(raw, &doc, jsontext.AllowDuplicateNames(true)); err != nil {
		return err
	}
	id := first(doc.Vulnerability.ID, doc.CVE)
	name := first(doc.Agent.Name, doc.Wazuh.Agent.Name, doc.AgentName, doc.Agent.ID, doc.Wazuh.Agent.ID, doc.AgentID, s.options.Asset)
	name = reader.Computer(name)
	switch {
	case id == "" && s.inventory(&doc, name):
		return nil
	case id == "":
		s.skip("it names no vulnerability")
		return nil
	case name == "":
		s.skip("it names no computer")
		return nil
	}
	s.computer(name, &doc)
	cvss := score(float64(doc.Vulnerability.Score.Base), float64(doc.CVSS3), float64(doc.CVSS2))
	seen := s.options.Taken
	if t := reader.Instant(doc.Timestamp); !t.IsZero() {
		seen = t
	}
	s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, finding.Vulnerability{
		ID: id, AssetType: finding.AssetComputer, Asset: name,
		Severity: severity(first(doc.Vulnerability.Severity, doc.Severity), cvss), CVSS: cvss,
		Title: first(doc.Title, sentence(doc.Vulnerability.Description)), Remedy: doc.remedy(),
		Found: reader.Instant(first(doc.Vulnerability.Detected, doc.Event.Start, doc.Detected)), Seen: seen,
		Sources: []string{Name}, References: doc.references(),
	})
	return nil
}

func (s *scan) skip(reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: fmt.Sprintf("document %d", s.records), Reason: reason})
}

func (d *document) remedy() string {
	name, version := first(d.Package.Name, d.Name), first(d.Package.Version, d.Version)
	if name == "" {
		return ""
	}
	return strings.TrimSpace("update " + name + " " + version)
}

func (d *document) references() []string {
	var all []string
	for _, text := range append([]string{d.Vulnerability.Reference}, d.References...) {
		for part := range strings.SplitSeq(text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				all = append(all, part)
			}
		}
	}
	return all
}

// score is the first score that is one.
func score(scores ...float64) float64 {
	for _, s := range scores {
		if s > 0 && s <= 10 {
			return s
		}
	}
	return 0
}

// severity is the tool's word or, where that says nothing, what the score says.
func severity(word string, cvss float64) finding.Severity {
	if s, ok := reader.Severity(word); ok && s != finding.SeverityUnknown {
		return s
	}
	if cvss > 0 {
		return finding.SeverityOf(cvss)
	}
	return finding.SeverityUnknown
}

// sentence shortens a description to what fits a title.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if runes := []rune(s); len(runes) > 160 {
		return strings.TrimSpace(string(runes[:160])) + "…"
	}
	return s
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" && s != "-" {
			return s
		}
	}
	return ""
}

// complete carries out what the caller states, unless the output is partial.
func (s *scan) complete() {
	for _, c := range s.options.Complete {
		if c.AssetType != finding.AssetComputer {
			continue
		}
		c.Asset = reader.Computer(c.Asset)
		switch {
		case len(s.partial) > 0:
			s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: c.Asset, Reason: "not taken as complete: " + s.partial[0]})
		case c.At.IsZero() && s.options.Taken.IsZero():
			s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: c.Asset, Reason: "not taken as complete: nobody says when"})
		case s.records == 0 && s.answers == 0:
			s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: c.Asset, Reason: "not taken as complete: the output is empty"})
		default:
			if c.At.IsZero() {
				c.At = s.options.Taken
			}
			s.batch.Complete = append(s.batch.Complete, c)
		}
	}
}
