// Package nuclei reads the JSON output of ProjectDiscovery's nuclei.
//
//	batch, err := nuclei.Read(file, reader.Complete(finding.AssetWebsite, "www.korenaar.example", finished))
//	added, err := month.Add(batch)
//
// Written from nuclei 3.x (-jsonl, -json-export) and the names that 2.x used:
//
//	{"template-id":"git-config","info":{"name":"Git Config File","severity":"medium","reference":["https://…"],
//	 "classification":{"cve-id":["CVE-…"],"cvss-score":5.3}},"host":"https://www.korenaar.example",
//	 "matched-at":"https://www.korenaar.example/.git/config","timestamp":"2026-11-03T03:12:00Z"}
//
// It takes an object a line, one array, or arrays in lines.
//
//	| nuclei                                       | finding                                              |
//	|----------------------------------------------|------------------------------------------------------|
//	| host, else url, matched-at (matched), ip     | asset: the host name, without port                   |
//	| info.classification.cve-id, else template-id (templateID) | id: the first CVE, else the template's  |
//	| info.severity                                | severity; info is none; absent: from the CVSS score  |
//	| info.classification.cvss-score               | cvss                                                 |
//	| info.name, info.remediation, info.reference  | title, remedy, references                            |
//	| timestamp                                    | found, seen                                          |
//	| matcher-status false                         | left out: the template did not match                 |
//
// The output holds matches only, so an empty one says nothing. A website
// counts as scanned if the caller states that the run was complete for it and
// the output has at least one record of it: nuclei that reaches a site matches
// its technology at least.
package nuclei

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Name is the tool's name in a record's sources.
const Name = "nuclei"

// record is what is kept of a line; requests and responses are passed over.
type record struct {
	ID     string `json:"template-id"`
	OldID  string `json:"templateID"`
	Info   info   `json:"info"`
	Host   string `json:"host"`
	URL    string `json:"url"`
	At     string `json:"matched-at"`
	OldAt  string `json:"matched"`
	IP     string `json:"ip"`
	Time   string `json:"timestamp"`
	Status *bool  `json:"matcher-status"`
}

type info struct {
	Name           string         `json:"name"`
	Severity       string         `json:"severity"`
	Remediation    string         `json:"remediation"`
	Reference      reader.Texts   `json:"reference"`
	Classification classification `json:"classification"`
}

type classification struct {
	CVE  reader.Texts  `json:"cve-id"`
	CVSS reader.Number `json:"cvss-score"`
}

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n[")
	if len(head) == 0 || head[0] != '{' {
		return false
	}
	named := bytes.Contains(head, []byte(`"template-id"`)) || bytes.Contains(head, []byte(`"templateID"`))
	return named && bytes.Contains(head, []byte(`"info"`))
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	o := reader.Settle(opts)
	d := reader.Tokens(reader.Limit(r, o))
	b := finding.Batch{Source: Name}
	last := map[string]time.Time{} // the latest record of each host
	depth := 0
	for n := 1; ; {
		switch d.PeekKind() {
		case '{':
			if n > o.MaxRecords {
				return finding.Batch{}, &reader.LimitError{What: "records", Limit: int64(o.MaxRecords)}
			}
			if err := one(d, n, &b, last); err != nil {
				return finding.Batch{}, reader.Unreadable(Name, d, err)
			}
			n++
			continue
		case '[', ']':
			token, err := d.ReadToken()
			if err != nil {
				return finding.Batch{}, reader.Unreadable(Name, d, err)
			}
			if depth++; token.Kind() == ']' {
				depth -= 2
			}
			if depth > 1 {
				return finding.Batch{}, reader.Unreadable(Name, d, errors.New("a list within a list is no nuclei output"))
			}
			continue
		}
		if _, err := d.ReadToken(); errors.Is(err, io.EOF) && depth == 0 {
			break
		} else if err != nil {
			return finding.Batch{}, reader.Unreadable(Name, d, err)
		}
		return finding.Batch{}, reader.Unreadable(Name, d, errors.New("a value that is no record"))
	}
	complete(&b, o, last)
	return b, nil
}

// one reads the n-th record.
func one(d *jsontext.Decoder, n int, b *finding.Batch, last map[string]time.Time) error {
	var rec record
	if err := json.UnmarshalDecode(d, &rec); err != nil {
		return err
	}
	skip := func(reason string) {
		b.Skipped = append(b.Skipped, finding.Skip{Where: fmt.Sprintf("record %d", n), Reason: reason})
	}
	id, host := rec.id(), rec.host()
	seen := reader.Instant(rec.Time)
	switch {
	case id == "":
		skip("it names no template")
		return nil
	case host == "":
		skip("it names no host")
		return nil
	}
	if at, known := last[host]; !known || seen.After(at) {
		last[host] = seen
	}
	if rec.Status != nil && !*rec.Status {
		skip("the template did not match")
		return nil
	}
	b.Vulnerabilities = append(b.Vulnerabilities, finding.Vulnerability{
		ID: id, AssetType: finding.AssetWebsite, Asset: host, Severity: rec.severity(), CVSS: rec.cvss(),
		Title: rec.Info.Name, Remedy: strings.TrimSpace(rec.Info.Remediation), Found: seen, Seen: seen,
		Sources: []string{Name}, References: references(rec.Info.Reference),
	})
	return nil
}

var cve = regexp.MustCompile(`^(?i:cve)-\d{4}-\d{4,}$`)

func (r *record) id() string {
	for _, id := range r.Info.Classification.CVE {
		if id = strings.TrimSpace(id); cve.MatchString(id) {
			return strings.ToUpper(id)
		}
	}
	if r.ID == "" {
		r.ID = r.OldID
	}
	if cve.MatchString(r.ID) {
		return strings.ToUpper(r.ID)
	}
	return r.ID
}

func (r *record) host() string {
	for _, s := range []string{r.Host, r.URL, r.At, r.OldAt, r.IP} {
		if host := reader.Host(s); host != "" {
			return host
		}
	}
	return ""
}

func (r *record) cvss() float64 {
	if score := float64(r.Info.Classification.CVSS); score >= 0 && score <= 10 {
		return score
	}
	return 0
}

func (r *record) severity() finding.Severity {
	if severity, ok := reader.Severity(r.Info.Severity); ok {
		return severity
	}
	if score := r.cvss(); score > 0 {
		return finding.SeverityOf(score)
	}
	return finding.SeverityUnknown
}

// references splits the one text with a list in it that old templates had.
func references(texts []string) []string {
	var all []string
	for _, text := range texts {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "- ")); line != "" {
				all = append(all, line)
			}
		}
	}
	return all
}

// complete carries out what the caller states, where the output bears it out.
func complete(b *finding.Batch, o reader.Options, last map[string]time.Time) {
	for _, c := range o.Complete {
		if c.AssetType != finding.AssetWebsite {
			continue
		}
		c.Asset = reader.Host(c.Asset)
		seen, reached := last[c.Asset]
		if !reached {
			b.Skipped = append(b.Skipped, finding.Skip{Where: c.Asset, Reason: "not taken as scanned: the output has no record of it"})
			continue
		}
		if c.At.IsZero() {
			c.At = seen
		}
		if c.At.IsZero() {
			b.Skipped = append(b.Skipped, finding.Skip{Where: c.Asset, Reason: "not taken as scanned: nobody says when"})
			continue
		}
		b.Complete = append(b.Complete, c)
		b.Websites = append(b.Websites, finding.Website{ID: c.Asset, Scanned: c.At, Sources: []string{Name}})
	}
}
