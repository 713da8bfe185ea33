// Package gophish reads the outcomes of GoPhish campaigns: who got a test
// mail, and what came of it.
//
//	batch, err := gophish.Read(file, reader.Salt(salt))
//	added, err := month.Add(batch)
//
// Written from GoPhish 0.12.1: campaigns and their results and summaries as
// answers of the API, and the CSV exports "Results" and "Raw Events":
//
//	{"id": 1, "status": "Completed", "results": [{"status": "Clicked Link", "send_date": "2026-11-04T08:00:00Z", "reported": true, "email": "…"}], "timeline": […]}
//
//	| GoPhish                                           | finding                                    |
//	|---------------------------------------------------|--------------------------------------------|
//	| id of the campaign, campaign_id                   | id of the mail, as "gophish:1"; the Results CSV has none: [reader.Asset], else the day of sending, as "gophish:2026-11-04" |
//	| email                                             | employee, hashed; never the address itself |
//	| send_date, time of "Email Sent"                   | sent                                       |
//	| Submitted Data; Clicked Link; Email Opened        | outcome submitted; clicked; opened         |
//	| reported, "Email Reported"; Email Sent            | outcome reported; sent                     |
//	| Error, Error Sending Email; Sending, Scheduled, Queued, Retrying | left out: nothing was sent  |
//
// The furthest step is the outcome. Whoever went further and reported the mail
// as well is named in Skipped, by place, so that the report stays visible. Of a
// campaign that is not completed, Skipped says so. A summary names nobody, so
// nothing is taken from it. Names, positions, addresses and what people typed
// into a page are passed over.
package gophish

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Name is the tool's name.
const Name = "gophish"

// campaign is what is kept of a campaign.
type campaign struct {
	ID       reader.Text     `json:"id"`
	Status   reader.Text     `json:"status"`
	Results  []result        `json:"results"`
	Timeline []event         `json:"timeline"`
	Stats    *jsontext.Value `json:"stats"`
}

type result struct {
	Status   reader.Text `json:"status"`
	Sent     reader.Text `json:"send_date"`
	Reported reader.Text `json:"reported"`
	Email    reader.Text `json:"email"`
}

type event struct {
	Campaign reader.Text `json:"campaign_id"`
	Email    reader.Text `json:"email"`
	Time     reader.Text `json:"time"`
	Message  reader.Text `json:"message"`
}

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	rest, ok := reader.Object(head)
	if !ok {
		columns := reader.Columns(head)
		has := func(names ...string) bool {
			return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(columns, name) })
		}
		return has("status", "send_date", "reported", "email") || has("campaign_id", "email", "time", "message")
	}
	switch {
	case reader.Names(rest, "launch_date", "send_by_date"), reader.Names(rest, "send_date", "reported", "email"):
		return true
	}
	return reader.Names(rest, "campaign_id", "message", "email")
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError], [reader.ErrSalt] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), batch: finding.Batch{Source: Name}}
	in := bufio.NewReaderSize(reader.Limit(r, s.options), 64<<10)
	head, err := in.Peek(4 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return finding.Batch{}, reader.Unopened(Name, err)
	}
	if _, object := reader.Object(head); object || strings.HasPrefix(strings.TrimSpace(string(head)), "[") {
		documents := reader.Documents{Tool: Name, Lists: []string{"campaigns"}, Each: s.campaign}
		err = documents.Read(in, s.options)
	} else if Detect(head) {
		err = s.sheet(in)
	} else {
		err = &reader.FormatError{Tool: Name, Where: "row 1", Reason: "these are the columns of neither results nor events"}
	}
	if err != nil {
		return finding.Batch{}, err
	}
	if len(s.batch.Phishing) == 0 && len(s.batch.Skipped) == 0 {
		s.skip("output", "nothing is taken as sent: it holds no result")
	}
	return s.batch, nil
}

// scan is one reading.
type scan struct {
	options reader.Options
	batch   finding.Batch
	records int
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

func (s *scan) campaign(n int, raw jsontext.Value) error {
	var c campaign
	if err := json.Unmarshal(raw, &c, jsontext.AllowDuplicateNames(true)); err != nil {
		return err
	}
	where := fmt.Sprintf("campaign %d", n)
	if c.ID == "" {
		s.skip(where, "nothing is taken as sent: it has no id")
		return nil
	}
	if c.Results == nil && c.Timeline == nil {
		s.skip(where, "nothing is taken as sent: a summary names nobody")
		return nil
	}
	if c.Status != "" && c.Status != "Completed" {
		s.skip(where, "partial: its status is "+string(c.Status))
	}
	if c.Results == nil {
		return s.events(c.Timeline, where+", event")
	}
	for i := range c.Results {
		if err := s.result(fmt.Sprintf("%s, result %d", where, i+1), "gophish:"+string(c.ID), &c.Results[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *scan) count() error {
	if s.records++; s.records > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	return nil
}

// outcomes of the words that GoPhish uses for what was sent.
var outcomes = map[string]finding.PhishingOutcome{
	"email sent": finding.PhishingSent, "email reported": finding.PhishingReported, "email opened": finding.PhishingOpened,
	"clicked link": finding.PhishingClicked, "submitted data": finding.PhishingSubmitted, "success": finding.PhishingSent,
}

// unsent are the words for what was not sent.
var unsent = []string{"", "error", "error sending email", "sending", "scheduled", "queued", "retrying", "unknown"}

// result takes what came of one mail. An empty mail is that of the day.
func (s *scan) result(where, mail string, r *result) error {
	if err := s.count(); err != nil {
		return err
	}
	outcome, sent := outcomes[strings.ToLower(string(r.Status))]
	if !sent {
		reason := "nothing was sent: the status is none that GoPhish has" // and may be about a person
		if slices.Contains(unsent, strings.ToLower(string(r.Status))) {
			reason = fmt.Sprintf("nothing was sent: the status is %q", string(r.Status))
		}
		s.skip(where, reason)
		return nil
	}
	at := reader.Instant(string(r.Sent))
	if mail == "" {
		mail = "gophish:" + at.Format(time.DateOnly)
	}
	reported, _ := strconv.ParseBool(string(r.Reported)) // what is neither is not reported
	return s.mail(where, mail, string(r.Email), at, outcome, reported)
}

// mail notes one mail to one person.
func (s *scan) mail(where, id, email string, at time.Time, outcome finding.PhishingOutcome, reported bool) error {
	person, err := s.options.Pseudonym(email)
	if err != nil {
		return err
	}
	if person == "" {
		s.skip(where, "it names nobody")
		return nil
	}
	if reported && outcome > finding.PhishingReported {
		s.skip(where, "the mail was reported too: it is taken as "+outcome.String())
	}
	if reported && outcome < finding.PhishingReported {
		outcome = finding.PhishingReported
	}
	s.batch.Phishing = append(s.batch.Phishing, finding.Phishing{ID: id, Employee: person, Sent: at, Outcome: outcome})
	return nil
}
