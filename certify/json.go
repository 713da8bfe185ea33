package certify

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxLine is the longest line of a history: 4 MiB, room for a card with all
// its evidence.
const MaxLine = 4 << 20

// Entries reads a history: JSON Lines, one entry a line, blank lines passed
// over. A bad line yields a [*finding.LineError] and the reading goes on behind
// it, for whoever goes on iterating.
func Entries(r io.Reader) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for line, err := range finding.Lines(r, MaxLine) {
			var e Entry
			if err == nil {
				if err = e.UnmarshalJSON(line.Text); err != nil {
					err = &finding.LineError{Line: line.Number, Err: err}
				}
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// UnmarshalJSON reads an entry strictly: unknown and repeated members, other
// case, wrong types and a missing or superfluous member are errors. A member
// that is null is as good as absent.
func (e *Entry) UnmarshalJSON(data []byte) error {
	if len(data) > MaxLine {
		return fmt.Errorf("the entry is longer than %d bytes", MaxLine)
	}
	type plain Entry
	var p plain
	if err := json.Unmarshal(data, &p, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("the entry can't be read: %w", plainly(err))
	}
	// The zero time would read as absent.
	if name := zeroTime(data, &p.Recorded, &p.At, &p.Until); name != "" {
		return fmt.Errorf("the entry can't be read: %s lies before 1970", name)
	}
	read := Entry(p)
	for _, t := range []*time.Time{&read.Recorded, &read.At, &read.Until} {
		*t = t.UTC()
	}
	if err := read.Check(); err != nil {
		return err
	}
	*e = read
	return nil
}

// plainly says what does not fit in words that stay the same: the JSON
// library's own differ from one build to the next and name Go types.
func plainly(err error) error {
	wrong, ok := errors.AsType[*json.SemanticError](err)
	switch {
	case !ok:
		return err
	case errors.Is(err, json.ErrUnknownName):
		return fmt.Errorf("%s (byte %d): there is no such member", wrong.JSONPointer, wrong.ByteOffset)
	case wrong.Err != nil:
		return fmt.Errorf("%s (byte %d): %w", wrong.JSONPointer, wrong.ByteOffset, wrong.Err)
	}
	return fmt.Errorf("%s (byte %d): a value of the wrong type", wrong.JSONPointer, wrong.ByteOffset)
}

// MarshalJSON writes the entry with its members in the order of the type.
func (e Entry) MarshalJSON() ([]byte, error) {
	type plain Entry
	return json.Marshal(plain(e), json.Deterministic(true))
}

// zeroTime names the member that was given a time and still holds the zero
// time, which stands for none; empty if there is no such member.
func zeroTime(object []byte, recorded, at, until *time.Time) string {
	zero := map[string]bool{"recorded": recorded.IsZero(), "at": at.IsZero(), "until": until.IsZero()}
	d := jsontext.NewDecoder(bytes.NewReader(object))
	if _, err := d.ReadToken(); err != nil {
		return ""
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return ""
		}
		member := name.String()
		if zero[member] && d.PeekKind() == '"' {
			return member
		}
		if d.SkipValue() != nil {
			return ""
		}
	}
	return ""
}

// timelineJSON and the types below are the document that programs rely on.
type timelineJSON struct {
	Company string     `json:"company"`
	AsOf    time.Time  `json:"asOf"`
	State   stateJSON  `json:"state"`
	Valid   bool       `json:"valid"`
	Steps   []stepJSON `json:"steps"`
}

type stateJSON struct {
	Phase        Phase              `json:"phase"`
	N            int                `json:"n"`
	Of           int                `json:"of"`
	Closed       int                `json:"closed"`
	ValidThrough *finding.YearMonth `json:"validThrough"`
	Award        *finding.YearMonth `json:"award"`
	Terms        int                `json:"terms"`
	Holds        []holdJSON         `json:"holds"`
}

type holdJSON struct {
	ID     string    `json:"id"`
	Effect Effect    `json:"effect"`
	Cause  string    `json:"cause"`
	At     time.Time `json:"at"`
	Until  time.Time `json:"until,omitzero"`
}

type stepJSON struct {
	At     time.Time          `json:"at"`
	Month  *finding.YearMonth `json:"month"`
	From   Phase              `json:"from"`
	To     Phase              `json:"to"`
	Reason string             `json:"reason"`

	// The reason as data, where there is an outlook too.
	Code    string  `json:"code,omitempty"`
	Outcome Outcome `json:"outcome,omitempty"`
	Cause   string  `json:"cause,omitempty"`
}

// MarshalJSON writes the timeline with reasons in English; see [Timeline.JSON].
func (t Timeline) MarshalJSON() ([]byte, error) { return t.JSON("en") }

// JSON writes the timeline with reasons in the language, "nl" or "en":
//
//	{"company","asOf","state":{"phase","n","of","closed","validThrough","award","terms","holds":[…]},
//	 "valid","steps":[{"at","month","from","to","reason"}]}
//
// Instants are UTC, months as 2026-11; a month that there is none of is null.
// It fails with the timeline's own error.
func (t Timeline) JSON(language string) ([]byte, error) {
	if t.Err != nil {
		return nil, t.Err
	}
	return json.Marshal(t.document(language))
}

func (t Timeline) document(language string) timelineJSON {
	s := t.State
	out := timelineJSON{Company: t.Company, AsOf: t.AsOf, Valid: t.Valid(), Steps: []stepJSON{}, State: stateJSON{
		Phase: s.Phase, N: s.N, Of: s.Of, Closed: s.Closed, ValidThrough: monthOrNull(s.ValidThrough),
		Award: monthOrNull(s.Award), Terms: s.Terms, Holds: []holdJSON{}}}
	for _, h := range s.Holds {
		out.State.Holds = append(out.State.Holds, holdJSON{h.ID, h.Effect, h.Cause, h.At, h.Until})
	}
	for _, step := range t.Steps {
		out.Steps = append(out.Steps, stepJSON{At: step.At, Month: monthOrNull(step.Month), From: step.From, To: step.To, Reason: step.Reason.Text(language)})
	}
	return out
}

func monthOrNull(m finding.YearMonth) *finding.YearMonth {
	if m == 0 {
		return nil
	}
	return &m
}
