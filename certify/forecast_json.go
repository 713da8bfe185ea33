package certify

import (
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/go-json-experiment/json"
)

// outlookJSON is a timeline with reasons as data, and one member more.
type outlookJSON struct {
	timelineJSON
	Forecast forecastJSON `json:"forecast"`
}

type forecastJSON struct {
	Earliest *time.Time `json:"earliest"`
	Months   int        `json:"months"`
	Open     *openJSON  `json:"open"`
	Notes    []noteJSON `json:"notes"`
}

type openJSON struct {
	Month   finding.YearMonth `json:"month"`
	Closes  time.Time         `json:"closes"`
	LastDay string            `json:"lastDay"`
	Until   time.Time         `json:"until"`
	Filed   Outcome           `json:"filed"`
	Next    []prospectJSON    `json:"next"`
}

type prospectJSON struct {
	Outcome  Outcome     `json:"outcome"`
	Phase    Phase       `json:"phase"`
	N        int         `json:"n"`
	Of       int         `json:"of"`
	Closed   int         `json:"closed"`
	Reason   *reasonJSON `json:"reason"`
	Earliest *time.Time  `json:"earliest"`
	Months   int         `json:"months"`
}

type reasonJSON struct {
	Code    string  `json:"code"`
	Outcome Outcome `json:"outcome,omitempty"`
	Cause   string  `json:"cause,omitempty"`
	Text    string  `json:"text"`
}

type noteJSON struct {
	Code    string            `json:"code"`
	At      time.Time         `json:"at,omitzero"`
	Month   finding.YearMonth `json:"month,omitzero"`
	Count   *int              `json:"count,omitempty"`
	Of      int               `json:"of,omitzero"`
	Outcome Outcome           `json:"outcome,omitempty"`
	Phase   Phase             `json:"phase,omitempty"`
	Hold    string            `json:"hold,omitempty"`
	Cause   string            `json:"cause,omitempty"`
	Text    string            `json:"text"`
}

// MarshalJSON writes the outlook with its words in English; see
// [Outlook.JSON].
func (o Outlook) MarshalJSON() ([]byte, error) { return o.JSON("en") }

// JSON writes what [Timeline.JSON] does, in the language, "nl" or "en", to each
// step the reason as data ("code", "outcome", "cause"), and one member more:
//
//	"forecast":{"earliest","months","open":{"month","closes","lastDay","until","filed",
//	  "next":[{"outcome","phase","n","of","closed","reason":{"code","outcome","cause","text"},"earliest","months"}]},
//	  "notes":[{"code","at","month","count","of","outcome","phase","hold","cause","text"}]}
//
// Instants are UTC; lastDay is a date in the norm's zone. What there is none of
// is null in earliest, open and reason, and left out in notes. It fails with
// the outlook's own error.
func (o Outlook) JSON(language string) ([]byte, error) {
	if o.Err != nil {
		return nil, o.Err
	}
	out := outlookJSON{timelineJSON: o.document(language)}
	for i, s := range o.Steps {
		step := &out.Steps[i]
		step.Code, step.Outcome, step.Cause = s.Reason.Code, s.Reason.Outcome, s.Reason.Cause
	}
	f := &out.Forecast
	f.Earliest, f.Months, f.Notes = instantOrNull(o.Earliest), o.Months, []noteJSON{}
	if o.Open != nil {
		f.Open = o.Open.document(language)
	}
	for _, n := range o.Notes {
		j := noteJSON{Code: n.Code, Month: n.Month, Of: n.Of, Outcome: n.Outcome, Phase: n.Phase, Hold: n.Hold, Cause: n.Cause, Text: n.Text(language)}
		if !n.At.IsZero() {
			j.At = n.At.UTC()
		}
		if n.counts() {
			j.Count = &n.Count
		}
		f.Notes = append(f.Notes, j)
	}
	return json.Marshal(out)
}

// counts tells whether the note is about a number, which may be 0.
func (n Note) counts() bool { return n.Of > 0 || n.Code == "earliest" }

func (o *OpenMonth) document(language string) *openJSON {
	out := &openJSON{Month: o.Month, Closes: o.Closes.UTC(), LastDay: o.LastDay().Format(time.DateOnly),
		Until: o.Until.UTC(), Filed: o.Filed}
	for _, p := range o.Next {
		j := prospectJSON{Outcome: p.Outcome, Phase: p.State.Phase, N: p.State.N, Of: p.State.Of, Closed: p.State.Closed,
			Earliest: instantOrNull(p.Earliest), Months: p.Months}
		if r := p.Reason; r.Code != "" {
			j.Reason = &reasonJSON{r.Code, r.Outcome, r.Cause, r.Text(language)}
		}
		out.Next = append(out.Next, j)
	}
	return out
}

func instantOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
