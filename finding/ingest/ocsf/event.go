package ocsf

import (
	"slices"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// many is a member that versions of the schema have as one object or as a list
// of them; anything else is passed over.
type many[T any] []T

// UnmarshalJSONFrom reads either.
func (m *many[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*m = nil
	switch d.PeekKind() {
	case '{':
		var one T
		err := json.UnmarshalDecode(d, &one)
		*m = many[T]{one}
		return err
	case '[':
		return reader.Elements(d, func() error {
			if d.PeekKind() != '{' {
				return d.SkipValue()
			}
			var one T
			err := json.UnmarshalDecode(d, &one)
			*m = append(*m, one)
			return err
		})
	}
	return d.SkipValue()
}

// first is the first of them, or an empty one.
func (m many[T]) first() T {
	var none T
	if len(m) == 0 {
		return none
	}
	return m[0]
}

// words is a list of texts, or one text; anything else in it is passed over.
type words []string

// UnmarshalJSONFrom reads either.
func (w *words) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*w = nil
	one := func() error {
		var text reader.Text
		err := json.UnmarshalDecode(d, &text)
		if text != "" {
			*w = append(*w, string(text))
		}
		return err
	}
	if d.PeekKind() == '[' {
		return reader.Elements(d, one)
	}
	return one()
}

// event is what is kept of one.
type event struct {
	Class      reader.Number       `json:"class_uid"`
	Activity   reader.Number       `json:"activity_id"`
	Time       reader.Text         `json:"time"`
	TimeDT     reader.Text         `json:"time_dt"`
	EventTime  reader.Text         `json:"event_time"` // of Prowler 4, in place of time
	Severity   reader.Text         `json:"severity"`
	SeverityID reader.Number       `json:"severity_id"`
	Status     reader.Text         `json:"status"`
	StatusID   reader.Number       `json:"status_id"`
	StatusCode reader.Text         `json:"status_code"`
	State      reader.Text         `json:"state"` // of 1.0, in place of status
	StateID    reader.Number       `json:"state_id"`
	Message    reader.Text         `json:"message"`
	Metadata   many[metadata]      `json:"metadata"`
	Info       many[info]          `json:"finding_info"`
	Finding    many[info]          `json:"finding"` // of 1.0, in place of finding_info
	Analytic   many[named]         `json:"analytic"`
	Compliance many[compliance]    `json:"compliance"`
	Found      many[vulnerability] `json:"vulnerabilities"`
	Fix        many[remediation]   `json:"remediation"`
	Device     many[device]        `json:"device"`
	Resources  many[resource]      `json:"resources"`
	Resource   many[resource]      `json:"resource"`
	Cloud      many[cloud]         `json:"cloud"`
	Unmapped   many[unmapped]      `json:"unmapped"`
	Detail     jsontext.Value      `json:"detail"`  // of a message of Amazon EventBridge, which is no event itself
	Source     jsontext.Value      `json:"_source"` // of a hit of OpenSearch
}

// within are the events that a message wraps.
func (e *event) within() ([]jsontext.Value, error) {
	if e.Source.Kind() == '{' {
		return []jsontext.Value{e.Source}, nil
	}
	if e.Detail.Kind() != '{' {
		return nil, nil
	}
	var detail struct {
		Class    reader.Number    `json:"class_uid"`
		Findings []jsontext.Value `json:"findings"`
	}
	if err := reader.Fields(e.Detail, &detail); err != nil {
		return nil, err
	}
	if detail.Class != 0 {
		return []jsontext.Value{e.Detail}, nil
	}
	return detail.Findings, nil
}

type metadata struct {
	Code    reader.Text `json:"event_code"`
	Product many[named] `json:"product"`
}

type named struct {
	Name   reader.Text `json:"name"`
	UID    reader.Text `json:"uid"`
	Vendor reader.Text `json:"vendor_name"`
}

type info struct {
	Title       reader.Text `json:"title"`
	Desc        reader.Text `json:"desc"`
	UID         reader.Text `json:"uid"`
	URL         reader.Text `json:"src_url"`
	Analytic    many[named] `json:"analytic"`
	TypesUID    words       `json:"types_uid"`
	DataSources words       `json:"data_sources"`
	Created     reader.Text `json:"created_time"`
	CreatedDT   reader.Text `json:"created_time_dt"`
	First       reader.Text `json:"first_seen_time"`
	FirstDT     reader.Text `json:"first_seen_time_dt"`
	Modified    reader.Text `json:"modified_time"`
	ModifiedDT  reader.Text `json:"modified_time_dt"`
	Last        reader.Text `json:"last_seen_time"`
	LastDT      reader.Text `json:"last_seen_time_dt"`
}

type compliance struct {
	Control  reader.Text   `json:"control"`
	Status   reader.Text   `json:"status"`
	StatusID reader.Number `json:"status_id"`
}

type remediation struct {
	Desc       reader.Text `json:"desc"`
	References words       `json:"references"`
}

type cloud struct {
	Account many[named] `json:"account"`
}

// unmapped is what the export of a month has that no attribute of the schema
// is for.
type unmapped struct {
	Fixed   reader.Text   `json:"fixed"`
	Retired reader.Text   `json:"retired"`
	CVSS    reader.Number `json:"cvss"`
	Sources words         `json:"sources"`
}

// settle makes an event of version 1.0 one of those that came after.
func (e *event) settle() {
	if len(e.Info) == 0 {
		e.Info = e.Finding
	}
	if len(e.Info) == 0 {
		e.Info = many[info]{{}}
	}
	if e.Status == "" && e.StatusID == 0 {
		e.Status, e.StatusID = e.State, e.StateID
	}
	if e.Time == "" {
		e.Time = e.EventTime
	}
}

// product names who made the event, as a part of an id.
func (e *event) product() string {
	p := e.Metadata.first().Product.first()
	return strings.ToLower(strings.Join(strings.Fields(reader.First(string(p.Name), string(p.Vendor))), "-"))
}

// own tells whether the event was written from a month.
func (e *event) own() bool {
	return strings.EqualFold(string(e.Metadata.first().Product.first().Vendor), "keurmerk")
}

// clock reads an event's times.
type clock struct{ reader.Options }

func (e *event) zone(o reader.Options) clock { return clock{o} }

// when reads a time: the text with its zone, else the number, else a text
// without a zone.
func (c clock) when(dt, n reader.Text) time.Time {
	if t := reader.Instant(string(dt)); !t.IsZero() {
		return t
	}
	if t := reader.Epoch(reader.Float(string(n))); !t.IsZero() {
		return t
	}
	for _, text := range []reader.Text{n, dt} {
		if t := c.Local(string(text), "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// at is when the event happened, else when it was taken.
func (e *event) at(o reader.Options) time.Time {
	if t := e.zone(o).when(e.TimeDT, e.Time); !t.IsZero() {
		return t
	}
	return o.Taken
}

// found is when the finding was found first.
func (e *event) found(o reader.Options) time.Time {
	c, i := e.zone(o), e.Info[0]
	first := c.when(i.FirstDT, i.First)
	if first.IsZero() {
		first = c.when(i.CreatedDT, i.Created)
	}
	if first.IsZero() && !e.own() {
		first = e.at(o)
	}
	return first
}

// seen is when it was last.
func (e *event) seen(o reader.Options) time.Time {
	c, i := e.zone(o), e.Info[0]
	last := c.when(i.LastDT, i.Last)
	if e.own() {
		return last
	}
	for _, t := range []time.Time{c.when(i.ModifiedDT, i.Modified), e.at(o)} {
		if t.After(last) && !e.closed() {
			last = t
		}
	}
	return last
}

// word is the status of the finding, in lower case and without spaces.
func (e *event) word() string {
	word := strings.ToLower(strings.Join(strings.Fields(string(e.Status)), ""))
	known := []string{"new", "inprogress", "suppressed", "resolved", "archived", "deleted"}
	if slices.Contains(known, word) {
		return word
	}
	if i := int(e.StatusID); i >= 1 && i <= len(known) {
		return known[i-1]
	}
	return ""
}

func (e *event) closed() bool { return e.word() == "resolved" || e.Activity == 3 }

// status is what people decided.
func (e *event) status() finding.Status {
	if e.word() != "suppressed" {
		return 0
	}
	if e.own() && e.StatusCode == "false_positive" {
		return finding.StatusFalsePositive
	}
	return finding.StatusAccepted
}

// passes are the words for what did not fail, each with what it means.
var passes = map[string]string{
	"pass": "it passed", "passed": "it passed", "compliant": "it passed",
	"warning": "it was not tested", "manual": "it was not tested", "notavailable": "it was not tested", "unknown": "it was not tested",
	"error": "it was not tested", "notchecked": "it was not tested",
	"notapplicable": "it is not applicable", "not_applicable": "it is not applicable", "notselected": "it is not applicable",
	"insufficientdata": "it was not tested", "insufficient_data": "it was not tested", "not_available": "it was not tested",
}

// none says why the event is no finding.
func (e *event) none() string {
	switch word := e.word(); word {
	case "archived", "deleted":
		return "it is " + word
	}
	form := func(t reader.Text) string { return strings.ToLower(strings.Join(strings.Fields(string(t)), "")) }
	if reason := passes[form(e.StatusCode)]; reason != "" && e.Class != 2002 {
		return reason
	}
	c := e.Compliance.first()
	if reason := passes[form(c.Status)]; reason != "" {
		return reason
	}
	switch {
	case c.Status == "" && c.StatusID == 1:
		return passes["pass"]
	case c.Status == "" && c.StatusID == 2:
		return passes["warning"]
	}
	return ""
}
