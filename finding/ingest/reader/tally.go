package reader

import (
	"fmt"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Tally counts the records that are left out, by the reason: of what passed
// there may be thousands. The zero value is ready to use.
type Tally struct {
	reasons []string
	records map[string]int
}

// Add counts one record.
func (t *Tally) Add(reason string) {
	if t.records == nil {
		t.records = map[string]int{}
	}
	if t.records[reason]++; t.records[reason] == 1 {
		t.reasons = append(t.reasons, reason)
	}
}

// Skips says how many were left out for each reason, in order of appearance,
// such as "12 rules: it passed".
func (t *Tally) Skips(what string) []finding.Skip {
	var all []finding.Skip
	for _, reason := range t.reasons {
		all = append(all, finding.Skip{Where: fmt.Sprintf("%d %s", t.records[reason], what), Reason: reason})
	}
	return all
}
