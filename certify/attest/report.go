package attest

import (
	"fmt"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/go-json-experiment/json"
)

// Step is one of the eleven things that verification looks at, in order.
type Step int

// The steps.
const (
	StepShape      Step = iota + 1 // size and shape
	StepSignature                  // by keys that the root gives the role, at that time, as many as it asks for
	StepType                       // payload type and predicate type
	StepCanonical                  // the payload is its own canonical form and keeps its rules
	StepSubject                    // the company and the norm
	StepMonths                     // distinct, in order, the run that the norm asks for, nothing left out
	StepArithmetic                 // points, score and qualifies follow from the card
	StepReplay                     // judged again from the findings, the same came out
	StepDates                      // issued, valid, keys at the instant asked about
	StepStatus                     // in force at the instant, by a fresh list
	StepLog                        // in the log, watched by a quorum of witnesses
)

var stepNames = [...]string{"", "shape", "signature", "type", "canonical", "subject", "months", "arithmetic", "replay", "dates", "status", "log"}

// Steps is how many steps there are.
const Steps = len(stepNames) - 1

// String is the step's name in reports.
func (s Step) String() string {
	if s < 1 || int(s) > Steps {
		return fmt.Sprintf("Step(%d)", int(s))
	}
	return stepNames[s]
}

// MarshalText writes the step's name.
func (s Step) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Outcome is what became of a step.
type Outcome string

// The outcomes of a step.
const (
	Pass    Outcome = "pass"
	Fail    Outcome = "fail"
	Skipped Outcome = "skipped" // not asked for, or what it needs failed before
)

// StepResult is one step of a report.
type StepResult struct {
	Step   Step    `json:"step"`
	Result Outcome `json:"result"`
	Code   Code    `json:"code,omitempty"` // of a failure
	Reason string  `json:"reason"`         // in words
}

// Report says what holds, what doesn't and why. As JSON:
//
//	{"valid":true,"asOf":"2026-11-06T00:00:00Z","steps":[{"step":"shape","result":"pass","reason":"…"},…],
//	 "status":"valid","replay":"arithmetic","open":["…"],"certificate":{"company":…,"serial":…}}
//
// All eleven steps are there, in order.
type Report struct {
	Valid bool
	AsOf  time.Time
	Steps []StepResult

	Status State    // of the certificate at AsOf; [Unknown] if nothing fresh says so
	Replay string   // which replay was done: none, arithmetic or full
	Open   []string // what the checks can't show, in words

	// Certificate is what the bundle is about, nil as long as its signature and
	// form have not passed. It is worth nothing if the report is not valid.
	Certificate *Certificate
}

// MarshalJSON writes the report as its type says.
func (r *Report) MarshalJSON() ([]byte, error) {
	type certificate struct {
		Company    string              `json:"company"`
		Serial     string              `json:"serial"`
		Norm       NormRef             `json:"norm"`
		Months     []finding.YearMonth `json:"months"`
		ValidFrom  Instant             `json:"validFrom"`
		ValidUntil *Instant            `json:"validUntil"`
	}
	out := struct {
		Valid       bool         `json:"valid"`
		AsOf        string       `json:"asOf"`
		Steps       []StepResult `json:"steps"`
		Status      State        `json:"status"`
		Replay      string       `json:"replay"`
		Open        []string     `json:"open"`
		Certificate *certificate `json:"certificate,omitempty"`
	}{r.Valid, r.AsOf.UTC().Format(time.RFC3339Nano), r.Steps, r.Status, r.Replay, append([]string{}, r.Open...), nil}
	if c := r.Certificate; c != nil {
		out.Certificate = &certificate{c.Company, c.Serial, c.Norm, c.Months, c.ValidFrom, nil}
		if !c.ValidUntil.IsZero() {
			out.Certificate.ValidUntil = &c.ValidUntil
		}
	}
	return json.Marshal(out, json.Deterministic(true))
}

// A StepError is why a verification failed: the first step that did, the code
// of the reason, and the reason in words.
type StepError struct {
	Step   Step
	Code   Code
	Reason string
}

// Error names step and reason.
func (e *StepError) Error() string {
	return fmt.Sprintf("step %d (%s): %s", int(e.Step), e.Step, e.Reason)
}

// fault is a failure of which the step is still to be told.
func fault(code Code, format string, args ...any) error {
	return &StepError{Code: code, Reason: fmt.Sprintf(format, args...)}
}
