// Package internetnl reads the results of internet.nl's batch API: how the
// websites and mail domains of a company keep to modern internet standards.
//
//	batch, err := internetnl.Read(file)
//	added, err := month.Add(batch)
//
// Written from the OpenAPI description of version 2 (2.0 to 2.7), and from
// answers of version 1:
//
//	{"api_version": "2.4.0",
//	 "request": {"request_type": "web", "status": "done", "finished_date": "2026-11-03T04:00:00+00:00", …},
//	 "domains": {"www.korenaar.example": {"status": "ok", "report": {"url": "https://…"},
//	   "results": {"categories": {…}, "tests": {"web_https_http_hsts": {"status": "failed", "verdict": "bad"}}}}}}
//
// The map of domains may also stand alone, and so may the results of one
// domain, which [reader.Asset] then names; [reader.Taken] says when.
//
//	| internet.nl 2                           | finding                                              |
//	|-----------------------------------------|------------------------------------------------------|
//	| name of the domain                      | website, and asset of the vulnerability              |
//	| name of the test                        | id, such as web_https_http_hsts                      |
//	| failed: failure of a required test      | severity medium                                      |
//	| warning: failure of a recommended test  | severity low                                         |
//	| info: failure of an optional test       | severity none                                        |
//	| any other word                          | severity unknown                                     |
//	| passed                                  | no finding                                           |
//	| not_tested                              | no finding, and nothing found before by it is fixed  |
//	| error                                   | no finding; the domain was tested in part            |
//	| request.finished_date, else [reader.Taken] | found, seen; scanned of the website               |
//	| report.url                              | references                                           |
//
// Of version 1 each view with the result false is a finding of severity
// unknown: its answers tell no required tests from optional ones, and no
// failed ones from those that could not be tested.
//
// A website was scanned, and the results are complete for it, if the request
// is done and dated, the domain's status is ok and no test ended in an error.
// Otherwise Skipped says why not. A mail test looks at no website: its source
// is "internetnl-mail", it completes the domain under that name, and leaves
// "scanned" alone.
package internetnl

import (
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

// Name is the tool's name in a record's sources, for tests of websites.
const Name = "internetnl"

// MailName is its name for tests of mail domains.
const MailName = "internetnl-mail"

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	rest, ok := reader.Object(head)
	if !ok {
		return false
	}
	text := string(rest)
	named := strings.Contains(text, `"web_`) || strings.Contains(text, `"mail_`)
	switch {
	case reader.Names(rest, "api_version"):
		return reader.Names(rest, "domains") || reader.Names(rest, "request", "request_type") || reader.Names(rest, "error", "label")
	case reader.Names(rest, "data") && (reader.Names(rest, "success") || reader.Names(rest, "message")):
		return reader.Names(rest, "views", "domain") || strings.Contains(text, "/api/batch/") || reader.Names(rest, "submission-date", "domains")
	}
	return named && (reader.Names(rest, "tests") || reader.Names(rest, "categories")) && reader.Names(rest, "status", "verdict")
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), batch: finding.Batch{Source: Name}}
	d := reader.Tokens(reader.Limit(r, s.options))
	err := s.answer(d)
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
	request request
	domains []*domain
	tests   int
}

// request is what the answer says about itself.
type request struct {
	Type     reader.Text `json:"request_type"`
	Status   reader.Text `json:"status"`
	Finished reader.Text `json:"finished_date"`
	wrong    string      // why there are no results at all
}

// domain is what was found out about one domain.
type domain struct {
	name, status, url string
	results           bool // there are any
	tests             []test
}

type test struct{ name, status, verdict string }

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

// finish turns domains into findings, once it is known when and of what kind
// the tests were.
func (s *scan) finish() {
	made := reader.Instant(string(s.request.Finished))
	if made.IsZero() {
		made = s.options.Taken
	}
	if s.mail() {
		s.batch.Source = MailName
	}
	doubt := s.doubt(made)
	if len(s.domains) == 0 {
		s.skip("answer", "nothing is taken as scanned: "+reader.First(doubt, "it holds no domain"))
	}
	slices.SortStableFunc(s.domains, func(a, b *domain) int { return strings.Compare(a.name, b.name) })
	for _, d := range s.domains {
		if d.name == "" {
			s.skip("domain", "it has no name, and nobody says what it is of")
			continue
		}
		untested, errs := s.findings(d, made)
		switch {
		case d.status != "ok":
			s.skip(d.name, fmt.Sprintf("not taken as scanned: its status is %q", d.status))
		case !d.results:
			s.skip(d.name, "not taken as scanned: it has no results of tests")
		case len(errs) > 0:
			s.skip(d.name, "not taken as scanned: partial, there were errors in "+strings.Join(errs, ", "))
		case doubt != "":
			s.skip(d.name, "not taken as scanned: "+doubt)
		default:
			s.complete(d, made, untested)
		}
	}
}

// mail tells whether mail domains were tested, by what the request says or,
// where it is missing, by the names of the tests.
func (s *scan) mail() bool {
	if s.request.Type != "" {
		return s.request.Type == "mail"
	}
	for _, d := range s.domains {
		for _, t := range d.tests {
			return strings.HasPrefix(t.name, "mail_")
		}
	}
	return false
}

// doubt says why no domain of the answer was scanned.
func (s *scan) doubt(made time.Time) string {
	switch {
	case s.request.wrong != "":
		return s.request.wrong
	case s.request.Status != "" && s.request.Status != "done":
		return fmt.Sprintf("the request's status is %q", string(s.request.Status))
	case made.IsZero():
		return "the answer has no date"
	}
	return ""
}

// findings takes the tests that did not pass; it gives the names of those that
// could not be done, and of those that ended in an error.
func (s *scan) findings(d *domain, made time.Time) (untested, errs []string) {
	for _, t := range d.tests {
		severity := finding.SeverityUnknown
		switch t.status {
		case "passed":
			continue
		case "not_tested":
			untested = append(untested, t.name)
			continue
		case "error", "":
			errs = append(errs, t.name)
			continue
		case "failed":
			severity = finding.SeverityMedium
		case "warning":
			severity = finding.SeverityLow
		case "info":
			severity = finding.SeverityNone
		}
		title := "internet.nl: " + t.name + " " + t.status
		if t.verdict != "" {
			title += " (" + t.verdict + ")"
		}
		v := finding.Vulnerability{ID: t.name, AssetType: finding.AssetWebsite, Asset: d.name, Severity: severity,
			Title: title, Found: made, Seen: made, Sources: []string{s.batch.Source}}
		if d.url != "" {
			v.References = []string{d.url}
		}
		s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, v)
	}
	return untested, errs
}

func (s *scan) complete(d *domain, made time.Time, untested []string) {
	s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: finding.AssetWebsite, Asset: d.name, At: made, Untested: untested})
	if s.batch.Source == Name {
		s.batch.Websites = append(s.batch.Websites, finding.Website{ID: d.name, Scanned: made, Sources: []string{Name}})
	}
}

// answer reads an answer of either version, a map of domains, or the results
// of one domain.
func (s *scan) answer(d *jsontext.Decoder) error {
	var whole, single *domain
	what := "" // what it turned out to be
	err := reader.Members(d, func(name string) error {
		switch {
		case name == "api_version":
			what = "answer"
			return d.SkipValue()
		case name == "success":
			what = "answer"
			var ok bool
			if err := json.UnmarshalDecode(d, &ok); err != nil {
				return err
			}
			if !ok {
				s.request.wrong = "the answer is that it did not succeed"
			}
			return nil
		case name == "request" && d.PeekKind() == '{':
			what = "answer"
			return json.UnmarshalDecode(d, &s.request)
		case name == "error":
			return s.failure(d)
		case name == "message":
			return s.message(d)
		case name == "domains" && d.PeekKind() == '{':
			what = "answer"
			return reader.Members(d, func(name string) error { return s.domain(d, name) })
		case name == "data" && d.PeekKind() == '{':
			what = "answer"
			return s.first(d)
		case name == "results" && d.PeekKind() == '{', name == "tests" && d.PeekKind() == '{':
			if single == nil {
				single = &domain{name: reader.Host(s.options.Asset), status: "ok"}
				whole = single
			}
			if name == "tests" {
				return s.readTests(d, single)
			}
			return s.results(d, single)
		case what == "" && strings.Contains(name, ".") && d.PeekKind() == '{':
			return s.domain(d, name)
		}
		return d.SkipValue()
	})
	if err != nil {
		return err
	}
	if whole != nil {
		s.domains = append(s.domains, whole)
	}
	if what == "" && len(s.domains) == 0 {
		return errors.New("this is no answer of internet.nl")
	}
	return nil
}

// failure reads {"label": …, "msg": …}.
func (s *scan) failure(d *jsontext.Decoder) error {
	var e struct {
		Label reader.Text `json:"label"`
		Msg   reader.Text `json:"msg"`
	}
	if d.PeekKind() != '{' {
		return d.SkipValue()
	}
	err := json.UnmarshalDecode(d, &e)
	s.request.wrong = fmt.Sprintf("the answer is an error, %q: %q", string(e.Label), string(e.Msg))
	return err
}

// message notes what version 1 says when it does not succeed.
func (s *scan) message(d *jsontext.Decoder) error {
	var m reader.Text
	err := json.UnmarshalDecode(d, &m)
	if m != "" && m != "OK" {
		s.request.wrong = fmt.Sprintf("the answer is %q", string(m))
	}
	return err
}
