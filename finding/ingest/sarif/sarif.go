// Package sarif reads SARIF 2.1.0, in which tools that check code, packages and
// configurations write their results.
//
//	batch, err := sarif.Read(file, reader.Asset("pc-01"))
//	added, err := month.Add(batch)
//
// Written from the OASIS standard and from what some twenty tools write:
//
//	{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Semgrep", "rules": [{"id": "sqli", "properties": {"security-severity": "8.1"}}]}},
//	  "results": [{"ruleId": "sqli", "level": "error", "message": {"text": "…"}}]}]}
//
//	| SARIF                                                    | finding                                     |
//	|----------------------------------------------------------|---------------------------------------------|
//	| [reader.Asset]: a result names a file, and no computer   | computer that the finding is on             |
//	| the CVE that ruleId or the rule's tags name, if it is one; else driver and ruleId | id, such as "semgrep:sqli" |
//	| security-severity of the result, else of the rule: a score from 0 to 10, or a word | severity by FIRST's bands, cvss; or the word |
//	| without it, level of the result, else of the rule: error, warning, note, none | severity high, medium, low, none |
//	| no level: warning, as the standard has it; none if the kind is informational | severity medium; none   |
//	| a word that is none of these                             | severity unknown                            |
//	| shortDescription of the rule, else its name, else the message | title                                  |
//	| help of the rule, helpUri                                | remedy, references                          |
//	| suppressions that are accepted, or have no status        | status accepted                             |
//	| kind pass, notApplicable; baselineState absent           | left out                                    |
//	| endTimeUtc, else startTimeUtc of the invocation, else [reader.Taken] | found, seen                     |
//
// The source is "sarif:" and the driver's name in lower case, or "sarif" if
// runs of several tools stand in one file. The results of one rule, in whatever
// files, are one vulnerability. A log that finding/export wrote of a month is
// read back as it was, on the assets that it names. SARIF doesn't say that a computer was seen. It
// is complete only if the caller states it, every run has results (an empty
// list is an answer, none is not) and no run failed.
package sarif

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Name is the format's name, and the start of its sources' names.
const Name = "sarif"

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	rest, ok := reader.Object(head)
	if !ok || !strings.Contains(string(rest), "2.1.0") {
		return false
	}
	return reader.Names(rest, "runs") && (reader.Names(rest, "version") || strings.Contains(string(rest), "sarif")) ||
		reader.Names(rest, "$schema", "version") && strings.Contains(string(rest), "sarif-2.1.0")
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts)}
	d := reader.Tokens(reader.Limit(r, s.options))
	err := s.log(d)
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
	options reader.Options
	batch   finding.Batch
	drivers []string // of the runs
	runs    int
	held    int
	partial string // why the log can't be complete
	ended   time.Time
	lost    int // findings of no computer
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

// log reads the outermost object.
func (s *scan) log(d *jsontext.Decoder) error {
	found := false
	err := reader.Members(d, func(name string) error {
		switch {
		case name == "version":
			var version reader.Text
			if err := json.UnmarshalDecode(d, &version); err != nil {
				return err
			}
			if version != "2.1.0" {
				return fmt.Errorf("version %q is not read, only 2.1.0", string(version))
			}
			return nil
		case name == "runs" && d.PeekKind() != 'n':
			found = true
			return reader.Elements(d, func() error { return s.run(d) })
		}
		return d.SkipValue()
	})
	if err == nil && !found {
		err = errors.New("a log has a list of runs")
	}
	return err
}

// doubt notes why the log can't be complete.
func (s *scan) doubt(reason string) {
	if s.partial == "" {
		s.partial = reason
	}
	s.skip(fmt.Sprintf("run %d", s.runs), "partial: "+reason)
}

// run reads one run. Its rules may come after its results, so these are held.
func (s *scan) run(d *jsontext.Decoder) error {
	s.runs++
	var r run
	given := false
	err := reader.Members(d, func(name string) error {
		switch {
		case name == "tool" && d.PeekKind() == '{':
			return json.UnmarshalDecode(d, &r.Tool)
		case name == "invocations" && d.PeekKind() == '[':
			return json.UnmarshalDecode(d, &r.Invocations)
		case name == "results" && d.PeekKind() == '[':
			given = true
			return reader.Elements(d, func() error {
				if s.held++; s.held > s.options.MaxRecords {
					return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
				}
				var one result
				if err := json.UnmarshalDecode(d, &one); err != nil {
					return err
				}
				r.results = append(r.results, one)
				return nil
			})
		}
		return d.SkipValue()
	})
	if err != nil {
		return err
	}
	if !given {
		s.doubt("it has no results, not even none")
	}
	s.take(&r)
	return nil
}

// take turns the results of a run into findings.
func (s *scan) take(r *run) {
	driver := strings.ToLower(strings.Join(strings.Fields(string(r.Tool.Driver.Name)), "-"))
	if driver == "" {
		driver = "unknown"
	}
	s.drivers = append(s.drivers, driver)
	at := s.options.Taken
	for _, i := range r.Invocations {
		if i.Successful != nil && !*i.Successful {
			s.doubt("it did not succeed")
		}
		if t := reader.Instant(reader.First(string(i.End), string(i.Start))); !t.IsZero() {
			at = t
		}
	}
	if at.After(s.ended) {
		s.ended = at
	}
	for i := range r.results {
		one := &r.results[i]
		if v, written := one.record(driver); written {
			s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, v)
			continue
		}
		where := fmt.Sprintf("run %d, result %d", s.runs, i+1)
		rule := r.rule(one)
		id := one.id(rule, driver)
		switch {
		case one.Kind == "pass" || one.Kind == "notApplicable":
			s.skip(where, "it is no finding: "+string(one.Kind))
		case one.Baseline == "absent":
			s.skip(where, "it is no finding: it is there no longer")
		case id == "":
			s.skip(where, "it names no rule")
		case s.options.Asset == "":
			s.lost++
		default:
			s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, one.finding(id, rule, s.options.Computer(), at))
		}
	}
}

// finish names the source, and carries out what the caller states.
func (s *scan) finish() {
	s.batch.Source = Name
	for i, driver := range s.drivers {
		if i == 0 {
			s.batch.Source = Name + ":" + driver
		} else if driver != s.drivers[0] {
			s.batch.Source = Name
		}
	}
	for i := range s.batch.Vulnerabilities {
		v := &s.batch.Vulnerabilities[i]
		v.Sources = append(v.Sources, s.batch.Source)
	}
	if s.lost > 0 {
		s.skip(fmt.Sprintf("%d findings", s.lost), "they name no computer, and nobody says of which the log is")
	}
	if s.runs == 0 {
		s.partial = "the log has no runs"
		s.skip("log", "nothing is taken as complete: it has no runs")
	}
	if s.options.Asset == "" {
		return
	}
	at, said := s.options.Stated(finding.AssetComputer)[s.options.Computer()]
	if at.IsZero() {
		at = s.ended
	}
	switch {
	case !said:
	case s.partial != "":
		s.skip(s.options.Asset, "not taken as complete: "+s.partial)
	case at.IsZero():
		s.skip(s.options.Asset, "not taken as complete: nobody says when")
	default:
		s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: finding.AssetComputer, Asset: s.options.Computer(), At: at})
	}
}
