package normtest

import (
	"fmt"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// company is whose history is folded.
const company = "test"

// runHistory folds a history under the norm's own terms.
func runHistory(n *norm.Norm, h norm.History) Result {
	r := Result{Kind: History, Name: h.Name, Line: h.Line}
	terms := n.Certification()
	entries, err := entriesOf(n, h)
	if err != nil {
		r.Failures = []string{err.Error()}
		return r
	}
	end, err := certify.Close(terms, h.Last())
	if err != nil {
		r.Failures = []string{err.Error()}
		return r
	}
	whole := certify.Evaluate(terms, entries, end)
	if whole.Err != nil {
		r.Failures = []string{fmt.Sprintf("the history can't be folded: %v", whole.Err)}
		return r
	}
	wrong := func(format string, args ...any) { r.Failures = append(r.Failures, fmt.Sprintf(format, args...)) }
	want := h.Expect
	award := firstAward(terms, entries, whole)
	switch {
	case want.Never && award != 0:
		wrong("certified_in: want never, got %v", award)
	case want.CertifiedIn != 0 && award == 0:
		wrong("certified_in: want %v, got never", want.CertifiedIn)
	case want.CertifiedIn != 0 && award != want.CertifiedIn:
		wrong("certified_in: want %v, got %v", want.CertifiedIn, award)
	}
	if want.Phase.Phase != "" && !stands(whole.State, want.Phase) {
		wrong("phase: want %v, got %s", want.Phase, standing(whole.State))
	}
	if want.ValidThrough != 0 && whole.State.ValidThrough != want.ValidThrough {
		wrong("valid_through: want %v, got %s", want.ValidThrough, monthOr(whole.State.ValidThrough, "no term"))
	}
	for _, m := range want.Moments {
		at, when := m.At, "at "+m.At.Format(time.RFC3339)
		if m.Month != 0 {
			when = fmt.Sprintf("in %v", m.Month)
			if at, err = certify.Close(terms, m.Month); err != nil {
				wrong("%s: %v", when, err)
				continue
			}
		}
		state := certify.Evaluate(terms, entries, at)
		switch {
		case state.Err != nil:
			wrong("%s: %v", when, state.Err)
		case !stands(state.State, m.Standing):
			wrong("%s: want %v, got %s", when, m.Standing, standing(state.State))
		}
	}
	if len(r.Failures) > 0 {
		r.Evidence = story(whole)
	}
	return r
}

// firstAward is the month with which the mark was first earned; 0: never.
func firstAward(terms ruling.Terms, entries []certify.Entry, t certify.Timeline) finding.YearMonth {
	for _, s := range t.Steps {
		if s.To != certify.Certified {
			continue
		}
		if s.Month != 0 {
			return s.Month
		}
		return certify.Evaluate(terms, entries, s.At).State.Award // a lift or a person gave it
	}
	return 0
}

func stands(got certify.State, want norm.Standing) bool {
	return string(got.Phase) == want.Phase && (!want.Progress || got.N == want.N && got.Of == want.Of)
}

func standing(s certify.State) string {
	if s.Of == 0 {
		return string(s.Phase)
	}
	return norm.Standing{Phase: string(s.Phase), N: s.N, Of: s.Of, Progress: true}.String()
}

func monthOr(m finding.YearMonth, otherwise string) string {
	if m == 0 {
		return otherwise
	}
	return m.String()
}

// story tells what happened, a line a step.
func story(t certify.Timeline) []string {
	var lines []string
	for _, s := range t.Steps {
		when := s.At.Format(time.DateOnly)
		if s.Month != 0 {
			when = s.Month.String()
		}
		lines = append(lines, fmt.Sprintf("%s: %s, then %s", when, s.From, s.To))
	}
	return lines
}

// entriesOf writes the history as a ledger would hold it: each card is
// recorded in the last second of its month.
func entriesOf(n *norm.Norm, h norm.History) ([]certify.Entry, error) {
	zone, err := finding.LoadZone(n.Zone())
	if err != nil {
		return nil, err
	}
	entries := []certify.Entry{{ID: "enrol", Company: company, Recorded: h.Enrolled, Type: certify.Enrol, At: h.Enrolled}}
	for i, month := range h.Months {
		m := h.From + finding.YearMonth(i)
		e := certify.Entry{ID: m.String(), Company: company, Recorded: (m + 1).Start(zone).Add(-time.Second), Type: certify.Score, Month: m}
		switch month.Letter {
		case 'P':
			e.Outcome = certify.Pass
		case 'F':
			e.Outcome = certify.Fail
		case 'S':
			e.Outcome = certify.Severe
		case 'M':
			continue
		case 'X':
			e.Type, e.Cause = certify.Excuse, "test"
		default:
			e.Card = cardOf(n, m, month.Score, month.Measured)
		}
		entries = append(entries, e)
	}
	for _, given := range h.Entries {
		entries = append(entries, entry(n, given, zone))
	}
	return entries, nil
}

// cardOf is the card of a month of which only the score matters.
func cardOf(n *norm.Norm, m finding.YearMonth, score, measured ruling.Points) *card.Card {
	threshold := n.Scoring().Threshold
	return &card.Card{Company: company, Month: m, Score: &score, Waived: &score, Earned: score, Applicable: ruling.Whole,
		Measured: measured, Threshold: threshold, Qualifies: score >= threshold && n.Effective(m),
		Norm: card.Norm{ID: n.ID(), Version: n.Version(), Digest: n.Files(), Effective: n.Effective(m)}}
}

// entry is what the history says was recorded; if it doesn't say when, it was
// as it happened.
func entry(n *norm.Norm, h norm.HistoryEntry, zone *time.Location) certify.Entry {
	e := certify.Entry{ID: h.ID, Company: company, Recorded: h.Recorded, Type: certify.Type(h.Type), At: h.At, Month: h.Month,
		Outcome: certify.Outcome(h.Outcome), Cause: h.Cause, Effect: certify.Effect(h.Effect), Until: h.Until, Target: h.Target, Audit: h.Audit}
	if h.Score != nil {
		e.Card = cardOf(n, h.Month, *h.Score, ruling.Whole)
	}
	switch {
	case !e.Recorded.IsZero():
	case !e.At.IsZero():
		e.Recorded = e.At
	default:
		e.Recorded = (e.Month + 1).Start(zone).Add(-time.Second)
	}
	return e
}
