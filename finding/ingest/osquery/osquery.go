// Package osquery reads the results of osquery as an inventory: which
// computers answered, and when.
//
//	batch, err := osquery.Read(file)
//	added, err := month.Add(batch)
//
// Written from osquery 5: the results log of osqueryd in its three shapes, an
// object a line or in an array, and what osqueryi writes with --json:
//
//	{"name":"os_version","hostIdentifier":"pc-01","unixTime":1795428108,"action":"added","columns":{"name":"Ubuntu","version":"24.04"}}
//	{"name":"os_version","hostIdentifier":"pc-01","unixTime":1795428108,"diffResults":{"added":[…],"removed":[…]}}
//	{"name":"os_version","hostIdentifier":"pc-01","unixTime":"1795428108","action":"snapshot","snapshot":[…]}
//	[{"name":"Ubuntu","version":"24.04","platform":"ubuntu"}]
//
//	| osquery                                                | finding                        |
//	|--------------------------------------------------------|--------------------------------|
//	| decorations.hostname, hostname of system_info, else hostIdentifier, else [reader.Asset] | computer, in lower case |
//	| unixTime, else calendarTime, else [reader.Taken] for rows of osqueryi | seen, the latest |
//	| name and version of os_version                         | os                             |
//
// Every result shows that the computer was there, whatever it holds: a row
// that was removed, or a snapshot without rows. What is installed on it is
// passed over, and so are users. Lines of the status log are no results.
package osquery

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Name is the tool's name in a record's sources.
const Name = "osquery"

// result is what is kept of a line, or of a row that stands alone.
type result struct {
	Query       string        `json:"name"`
	Host        string        `json:"hostIdentifier"`
	Unix        reader.Number `json:"unixTime"`
	Calendar    string        `json:"calendarTime"`
	Action      string        `json:"action"`
	Columns     row           `json:"columns"`
	Snapshot    []row         `json:"snapshot"`
	Differences struct {
		Added []row `json:"added"`
	} `json:"diffResults"`
	Decorations struct {
		Hostname string `json:"hostname"`
	} `json:"decorations"`
}

// row is what is kept of a row of a table.
type row struct {
	Name     reader.Text `json:"name"`
	Version  reader.Text `json:"version"`
	Platform reader.Text `json:"platform"`
	Build    reader.Text `json:"build"`
	Major    reader.Text `json:"major"`
	Hostname reader.Text `json:"hostname"`
	UUID     reader.Text `json:"uuid"`
}

// tables are known by columns that their rows always have, where rows stand
// alone and name no query.
var tables = [][]string{
	{"gid", "shell", "uid", "username"}, {"address", "family", "pid", "port", "protocol"}, {"arch", "name", "revision", "status", "version"},
	{"arch", "name", "sha1", "version"}, {"major", "minor", "name", "platform", "version"}, {"cpu_brand", "hostname", "uuid"},
	{"identifying_number", "install_location", "name", "version"}, {"bundle_identifier", "bundle_short_version", "name"},
	{"cmdline", "parent", "pid", "path"}, {"encrypted", "encryption_status", "name"}, {"hotfix_id", "installed_on"},
	{"days", "hours", "minutes", "total_seconds"},
}

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	rest, ok := reader.Object(head)
	if !ok {
		return false
	}
	if reader.Names(rest, "hostIdentifier") && (reader.Names(rest, "calendarTime") || reader.Names(rest, "unixTime")) {
		return true
	}
	if !bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("[")) {
		return false
	}
	first, _, closed := bytes.Cut(rest, []byte("}"))
	if !closed || bytes.ContainsAny(first, "{[") {
		return false
	}
	return slices.ContainsFunc(tables, func(columns []string) bool { return reader.Names(first, columns...) })
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), batch: finding.Batch{Source: Name}, computers: map[string]*computer{}}
	documents := reader.Documents{Tool: Name, Each: s.result}
	if err := documents.Read(reader.Limit(r, s.options), s.options); err != nil {
		return finding.Batch{}, err
	}
	s.finish()
	return s.batch, nil
}

// scan is one reading.
type scan struct {
	options   reader.Options
	batch     finding.Batch
	order     []string // hosts, as they appear
	computers map[string]*computer
	alone     int // rows without a host
}

// computer is what is known of a host, under the name that osquery gives it.
type computer struct {
	name, os string
	seen     time.Time
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

func (s *scan) result(n int, raw jsontext.Value) error {
	var res result
	if err := json.Unmarshal(raw, &res, jsontext.AllowDuplicateNames(true)); err != nil {
		// a row may have a member of a result's name with another type
		res = result{}
	}
	if res.Host == "" {
		return s.row(n, raw)
	}
	at := reader.Epoch(float64(res.Unix))
	if at.IsZero() {
		if t, err := time.Parse("Mon Jan _2 15:04:05 2006 MST", res.Calendar); err == nil && t.Year() > 1970 {
			at = t.UTC()
		}
	}
	if at.IsZero() {
		s.skip(fmt.Sprintf("line %d", n), "not taken as seen: nobody says when")
	}
	c := s.computer(res.Host)
	if at.After(c.seen) {
		c.seen = at
	}
	if res.Decorations.Hostname != "" {
		c.name = res.Decorations.Hostname
	}
	if res.Action == "removed" {
		return nil
	}
	for _, r := range slices.Concat(res.Snapshot, res.Differences.Added, []row{res.Columns}) {
		c.learn(&r)
	}
	return nil
}

// row takes a row of osqueryi, which names no host.
func (s *scan) row(n int, raw jsontext.Value) error {
	if !flat(raw) {
		return fmt.Errorf("object %d is neither a result of osqueryd nor a row of osqueryi", n)
	}
	var r row
	if err := json.Unmarshal(raw, &r, jsontext.AllowDuplicateNames(true)); err != nil {
		return err
	}
	s.alone++
	host := reader.First(string(r.Hostname), s.options.Asset)
	if host == "" {
		if s.alone == 1 {
			s.skip(fmt.Sprintf("row %d", n), "it names no computer, nor do the rows after it")
		}
		return nil
	}
	c := s.computer(host)
	c.learn(&r)
	if s.options.Taken.After(c.seen) {
		c.seen = s.options.Taken
	}
	return nil
}

// flat tells whether the object is like a row: it has columns, and they hold
// texts or numbers.
func flat(raw jsontext.Value) bool {
	columns := 0
	d := reader.Tokens(bytes.NewReader(raw))
	err := reader.Members(d, func(string) error {
		if kind := d.PeekKind(); kind != '"' && kind != '0' {
			return errors.New("no column")
		}
		columns++
		return d.SkipValue()
	})
	return err == nil && columns > 0
}

func (s *scan) computer(host string) *computer {
	host = reader.Computer(host)
	c, known := s.computers[host]
	if !known {
		c = &computer{}
		s.computers[host] = c
		s.order = append(s.order, host)
	}
	return c
}

// learn takes what the tables os_version and system_info say.
func (c *computer) learn(r *row) {
	if r.Name != "" && r.Version != "" && r.Platform != "" && r.Major+r.Build != "" {
		c.os = strings.TrimSpace(string(r.Name) + " " + string(r.Version))
	}
	if r.Hostname != "" && r.UUID != "" {
		c.name = string(r.Hostname)
	}
}

func (s *scan) finish() {
	for _, host := range s.order {
		c := s.computers[host]
		s.batch.Computers = append(s.batch.Computers, finding.Computer{ID: reader.Computer(reader.First(c.name, host)), OS: c.os, Seen: c.seen, Sources: []string{Name}})
		if c.seen.IsZero() && s.alone > 0 {
			s.skip(host, "not taken as seen: rows alone do not say when")
		}
	}
	if len(s.order) == 0 && len(s.batch.Skipped) == 0 {
		s.skip("output", "nothing is taken as seen: it holds no result")
	}
}
