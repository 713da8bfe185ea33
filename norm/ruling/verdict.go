package ruling

import "fmt"

// Outcome is what judging one criterion of one month ends in. The zero value
// is Unknown: what was never judged is not met.
type Outcome uint8

// The four outcomes.
const (
	Unknown       Outcome = iota // not measured, or the evaluation failed
	Met                          // the condition holds
	Unmet                        // the condition does not hold, or only in part
	NotApplicable                // the criterion does not concern this company
)

var outcomeWords = [...]string{"unknown", "met", "unmet", "not_applicable"}

// ParseOutcome is the inverse of [Outcome.String].
func ParseOutcome(word string) (Outcome, error) {
	for i, w := range outcomeWords {
		if w == word {
			return Outcome(i), nil
		}
	}
	return Unknown, fmt.Errorf("%q is no outcome: met, unmet, unknown or not_applicable", word)
}

// String gives the word that documents use: met, unmet, unknown or
// not_applicable.
func (o Outcome) String() string {
	if int(o) < len(outcomeWords) {
		return outcomeWords[o]
	}
	return fmt.Sprintf("Outcome(%d)", uint8(o))
}

// MarshalText writes the outcome's word.
func (o Outcome) MarshalText() ([]byte, error) {
	if int(o) >= len(outcomeWords) {
		return nil, fmt.Errorf("%v is no outcome", o)
	}
	return []byte(outcomeWords[o]), nil
}

// UnmarshalText reads the outcome's word.
func (o *Outcome) UnmarshalText(text []byte) error {
	parsed, err := ParseOutcome(string(text))
	if err == nil {
		*o = parsed
	}
	return err
}

// Key names one record as documents do: its kind or asset type first, such as
// ["computer" "pc-01"] or ["computer" "pc-01" "CVE-2026-1234"].
type Key = []string

// Verdict is the judgement of one criterion over one month.
type Verdict struct {
	Criterion string  // id of the criterion
	Weight    Points  // its weight in the norm
	Required  bool    // the month can't qualify while this one is not met
	Outcome   Outcome // what came of it
	Share     Points  // part of the weight that is earned, 0 to Whole; Whole if met
	Vacuous   bool    // met only because the list it ranges over is empty
	Reason    string  // why it is unknown; else empty
	Evidence  []Key   // the records that decided, in key order, each once
	More      int     // how many decided besides, where not all were asked for
}
