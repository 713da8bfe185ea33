// Package observatory reads the results of the HTTP Observatory, Mozilla's and
// its successor at MDN: how a website's headers protect its visitors.
//
//	batch, err := observatory.Read(file, reader.Asset("www.korenaar.example"))
//	added, err := month.Add(batch)
//
// Written from three shapes: scan and tests of Mozilla's (algorithm 2), the
// tests alone, and scan and tests of MDN's (algorithm 4 and later):
//
//	{"scan": {"end_time": "Wed, 05 May 2021 07:57:28 GMT", "state": "FINISHED", "tests_quantity": 12},
//	 "tests": {"content-security-policy": {"pass": false, "result": "csp-not-implemented", "score_modifier": -25, "score_description": "…"}}}
//
//	| Observatory                                        | finding                                        |
//	|----------------------------------------------------|------------------------------------------------|
//	| [reader.Asset]: the output names no website        | website, and asset                             |
//	| name of the test                                   | id, as "observatory:content-security-policy"   |
//	| score_modifier, scoreModifier: -25 and below; -10 to -24; -1 to -9; 0 and above | severity high; medium; low; none |
//	| no modifier                                        | severity unknown                               |
//	| score_description, scoreDescription, else result   | title                                          |
//	| pass true, or null: it does not apply              | no finding                                     |
//	| end_time, else [reader.Taken]                      | found, seen; scanned of the website            |
//
// A website was scanned, and the output is complete for it, if the scan is
// finished without an error, has as many tests as it says, and there is a
// date. Tests alone don't say that, so the caller states it.
package observatory

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json/jsontext"
)

// Name is the tool's name in a record's sources.
const Name = "observatory"

// scanned is what is kept of a scan. Names are compared without underscores.
type scanned struct {
	EndTime       reader.Text
	State         reader.Text
	Error         reader.Text
	TestsQuantity reader.Number
}

// test is what is kept of a test.
type test struct {
	Pass             *bool
	Result           reader.Text
	ScoreModifier    *reader.Number
	ScoreDescription reader.Text
}

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	rest, ok := reader.Object(head)
	if !ok {
		return false
	}
	if reader.Names(rest, "scan", "grade") && (reader.Names(rest, "algorithm_version") || reader.Names(rest, "algorithmVersion")) {
		return true
	}
	return reader.Names(rest, "expectation", "result", "pass") && (reader.Names(rest, "score_modifier") || reader.Names(rest, "scoreModifier"))
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), batch: finding.Batch{Source: Name}}
	s.site = reader.Host(s.options.Asset)
	d := reader.Tokens(reader.Limit(r, s.options))
	err := s.output(d)
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
	site    string
	about   *scanned // nil: the tests stand alone
	tests   int
	lost    int // findings of no website
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

func (s *scan) output(d *jsontext.Decoder) error {
	err := reader.Members(d, func(name string) error {
		switch {
		case name == "scan" && d.PeekKind() == '{':
			raw, err := d.ReadValue()
			if err != nil {
				return err
			}
			s.about = &scanned{}
			return reader.Fields(raw, s.about)
		case name == "tests" && d.PeekKind() == '{':
			return reader.Members(d, func(name string) error { return s.test(d, name) })
		case d.PeekKind() == '{':
			return s.test(d, name)
		}
		return d.SkipValue()
	})
	if err == nil && s.about == nil && s.tests == 0 {
		err = errors.New("this is no output of the Observatory")
	}
	return err
}

// test takes one test; an object without a result is none.
func (s *scan) test(d *jsontext.Decoder, name string) error {
	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	var t test
	if err := reader.Fields(raw, &t); err != nil {
		return err
	}
	if t.Result == "" && t.Pass == nil {
		return nil
	}
	if s.tests++; s.tests > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	switch {
	case name == "" || t.Pass == nil || *t.Pass:
		return nil
	case s.site == "":
		s.lost++
		return nil
	}
	s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, finding.Vulnerability{ID: "observatory:" + name, AssetType: finding.AssetWebsite, Asset: s.site,
		Severity: t.severity(), Title: reader.Shorten(reader.Plain(reader.First(string(t.ScoreDescription), string(t.Result))), 160), Sources: []string{Name}})
	return nil
}

func (t *test) severity() finding.Severity {
	switch m := t.ScoreModifier; {
	case m == nil:
		return finding.SeverityUnknown
	case *m <= -25:
		return finding.SeverityHigh
	case *m <= -10:
		return finding.SeverityMedium
	case *m < 0:
		return finding.SeverityLow
	}
	return finding.SeverityNone
}

// finish dates the findings, and tells whether the website was scanned.
func (s *scan) finish() {
	made := s.options.Taken
	if s.about != nil {
		if t, err := time.Parse(time.RFC1123, string(s.about.EndTime)); err == nil && t.Year() > 1970 {
			made = t.UTC()
		} else if t := reader.Instant(string(s.about.EndTime)); !t.IsZero() {
			made = t
		}
	}
	at, said := s.options.Stated(finding.AssetWebsite)[s.site]
	if at.IsZero() {
		at = made
	}
	for i := range s.batch.Vulnerabilities {
		s.batch.Vulnerabilities[i].Found, s.batch.Vulnerabilities[i].Seen = made, made
	}
	if s.site == "" {
		s.skip(fmt.Sprintf("%d findings", s.lost), "they name no website, and nobody says of which the output is")
		return
	}
	reason := s.doubt()
	if reason == "" && s.about == nil && !said {
		reason = "tests alone don't say that the scan was finished"
	}
	if reason == "" && at.IsZero() {
		reason = "nobody says when"
	}
	w := finding.Website{ID: s.site, Sources: []string{Name}}
	if reason != "" {
		s.skip(s.site, "not taken as scanned: "+reason)
	} else {
		w.Scanned = at
		s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: finding.AssetWebsite, Asset: s.site, At: at})
	}
	s.batch.Websites = append(s.batch.Websites, w)
}

// doubt says why the scan was not a whole one.
func (s *scan) doubt() string {
	switch {
	case s.tests == 0:
		return "it has no tests"
	case s.about == nil:
		return ""
	case s.about.Error != "":
		return "there was an error: " + string(s.about.Error)
	case s.about.State != "" && s.about.State != "FINISHED":
		return "its state is " + string(s.about.State)
	case s.about.TestsQuantity > 0 && float64(s.about.TestsQuantity) != float64(s.tests):
		return fmt.Sprintf("partial: it holds %d of %v tests", s.tests, float64(s.about.TestsQuantity))
	}
	return ""
}
