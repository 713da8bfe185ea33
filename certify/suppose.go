package certify

import "github.com/cyberkeurmerk/keurmerk/finding"

// supposition is what a forecast supposes of the months that have not closed.
// The zero supposition supposes nothing.
type supposition struct {
	from    finding.YearMonth // the first of them; 0: none
	first   Outcome           // of that month
	rest    Outcome           // of those behind it; empty: as filed
	granted bool              // where a person gives the mark, it is given at once
}

func (s supposition) outcome(m finding.YearMonth) Outcome {
	switch {
	case s.from == 0 || m < s.from:
		return ""
	case m == s.from:
		return s.first
	}
	return s.rest
}
