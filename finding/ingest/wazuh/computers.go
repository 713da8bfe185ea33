package wazuh

import (
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

// computer notes the computer; a finding with a time of its own shows that it
// was there then.
func (s *scan) computer(name string, doc *document) {
	os := first(doc.Host.OS.Full, strings.TrimSpace(doc.Host.OS.Name+" "+doc.Host.OS.Version),
		strings.TrimSpace(doc.Wazuh.Agent.Host.OS.Name+" "+doc.Wazuh.Agent.Host.OS.Version))
	s.seen(name, os, reader.Instant(doc.Timestamp))
}

// seen notes the computer, its operating system and that it was there then.
func (s *scan) seen(name, os string, at time.Time) {
	name = reader.Computer(name)
	i, known := s.computers[name]
	if !known {
		i = len(s.batch.Computers)
		s.computers[name] = i
		s.batch.Computers = append(s.batch.Computers, finding.Computer{ID: name, Sources: []string{Name}})
	}
	c := &s.batch.Computers[i]
	if c.OS == "" {
		c.OS = os
	}
	if at.After(c.Seen) {
		c.Seen = at
	}
}

// manager is the number that a Wazuh server gives itself among the agents.
const manager = "000"

// inventory takes a document that is of a computer and not of a vulnerability;
// it tells whether the document is one.
func (s *scan) inventory(doc *document, name string) bool {
	when := first(doc.KeepAlive, doc.Scan.Time, doc.State.Modified)
	agent := doc.KeepAlive != "" || doc.Joined != ""
	if !agent && when == "" {
		return false
	}
	if agent {
		name = first(doc.Name, string(doc.Key), name)
	}
	if name = first(name, string(doc.Hostname), string(doc.Host.Hostname)); name == "" {
		s.skip("it names no computer")
		return true
	}
	if doc.Scan.Time != "" && doc.Hostname != "" {
		name = string(doc.Hostname) // the agent is known by its number only
	}
	at := reader.Instant(when)
	if at.IsZero() {
		at = reader.Options{Zone: time.UTC}.Local(when, "2006-01-02 15:04:05", "2006/01/02 15:04:05")
	}
	if at.Year() == 9999 || agent && doc.Key == manager {
		at = time.Time{}
	}
	if at.IsZero() {
		s.skip("not taken as seen: " + name + " has never connected, or is the manager")
	}
	os := first(doc.Host.OS.Full, strings.TrimSpace(doc.Host.OS.Name+" "+doc.Host.OS.Version), strings.TrimSpace(string(doc.OS.Name+" "+doc.OS.Version)))
	s.seen(name, os, at)
	return true
}
