package attest

import (
	"fmt"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// dates asks whether everything had been issued at the instant asked about, in
// an order that can be, and whether the certificate's term covers it.
func (v *verification) dates() (string, error) {
	n := v.norm(v.cert.Norm)
	if n == nil {
		return "", fault(CodeTerms, "the norm is not accepted, so its calendar is not known")
	}
	for _, check := range []func(*Norm) error{v.cardDates, v.awardDates, v.termDates} {
		if err := check(n); err != nil {
			return "", err
		}
	}
	until := "without an end"
	if !v.cert.ValidUntil.IsZero() {
		until = "until " + v.cert.ValidUntil.Format(instantLayout)
	}
	return fmt.Sprintf("valid from %s %s", v.cert.ValidFrom.Format(instantLayout), until), nil
}

// cardDates: a month is judged when it is over, and the dates of the series
// never go back.
func (v *verification) cardDates(n *Norm) error {
	zone, err := finding.LoadZone(n.Terms.Zone)
	if err != nil {
		return fault(CodeTerms, "%v", err)
	}
	for i, d := range v.cards {
		s := &d.card.Predicate
		switch end := (s.Month + 1).Start(zone); {
		case !s.AsOf.Equal(end):
			return fault(CodeAsOf, "%s is as of %s, %s ends at %s", d.name, s.AsOf.Format(instantLayout), s.Month, end.Format(instantLayout))
		case s.EvaluatedAt.Before(end):
			return fault(CodeMonthOpen, "%s was judged before %s was over", d.name, s.Month)
		case i > 0 && s.EvaluatedAt.Before(v.cards[i-1].card.Predicate.EvaluatedAt.Time):
			return fault(CodeIssueOrder, "%s is dated before the statement it follows", d.name)
		case !v.trust.Now.IsZero() && s.EvaluatedAt.After(v.trust.Now):
			return fault(CodeFuture, "%s is dated %s", d.name, s.EvaluatedAt.Format(instantLayout))
		}
	}
	return nil
}

// awardDates: the mark is awarded when the award month has closed, on
// scorecards that were there.
func (v *verification) awardDates(n *Norm) error {
	close, err := v.cert.Terms.close(v.cert.Award)
	if err != nil {
		return fault(CodeTerms, "%v", err)
	}
	if v.cert.ValidFrom.Before(close.Time) {
		return fault(CodeAwarded, "the mark was awarded at %s, %s closes at %s", v.cert.ValidFrom.Format(instantLayout), v.cert.Award, close.Format(instantLayout))
	}
	for _, d := range v.cards {
		if v.rests(d) && d.card.Predicate.EvaluatedAt.After(v.cert.ValidFrom.Time) {
			return fault(CodeLateCard, "%s is dated after the award that rests on it", d.name)
		}
	}
	return nil
}

// termDates: the term is as long as the norm says, and covers the instant.
func (v *verification) termDates(*Norm) error {
	until, err := v.cert.Terms.until(v.cert.Award)
	if err != nil {
		return fault(CodeTerms, "%v", err)
	}
	switch {
	case !v.cert.ValidUntil.Equal(until.Time):
		return fault(CodeTermEnd, "the term ends at %s, by the norm at %s", v.cert.ValidUntil.Format(instantLayout), until.Format(instantLayout))
	case v.asOf.Before(v.cert.ValidFrom.Time):
		return fault(CodeNotYet, "valid from %s, asked about is %s", v.cert.ValidFrom.Format(instantLayout), v.asOf.Format(time.RFC3339))
	case !until.IsZero() && !v.asOf.Before(until.Time):
		return fault(CodeExpired, "valid until %s, asked about is %s", until.Format(instantLayout), v.asOf.Format(time.RFC3339))
	}
	return nil
}

// status asks whether the certificate was in force at the instant.
func (v *verification) status() (string, error) {
	if v.list == nil {
		return "", fault(CodeStatusMissing, "unknown: the bundle has no status list")
	}
	if err := v.usable(); err != nil {
		return "", err
	}
	own := v.list.of(v.cert.Serial)
	if len(own) == 0 {
		return "", fault(CodeStatusEntry, "unknown: the list has no certificate %s", v.cert.Serial)
	}
	if own[0].Digest != v.documents[0].envelope.Digest() {
		return "", fault(CodeStatusDigest, "unknown: serial %s stands for another certificate in the list", v.cert.Serial)
	}
	at := slices.IndexFunc(own, func(e StatusEntry) bool {
		return !v.asOf.Before(e.From.Time) && (e.Until.IsZero() || v.asOf.Before(e.Until.Time))
	})
	if at < 0 {
		return "", fault(CodeStatusEntry, "unknown: the list says nothing of certificate %s at %s", v.cert.Serial, v.asOf.Format(time.RFC3339))
	}
	e := own[at]
	v.report.Status = e.Status
	says := fmt.Sprintf("%s from %s (%s), by list %d of %s", e.Status, e.From.Format(instantLayout), e.Reason, v.list.Sequence, v.list.Issued.Format(instantLayout))
	switch e.Status {
	case Suspended:
		return "", fault(CodeSuspended, "%s", says)
	case Invalid:
		return "", fault(CodeInvalid, "%s", says)
	}
	return says, nil
}

// usable asks whether the list is the certificate's own, fresh at the instant,
// and none that a later one has replaced.
func (v *verification) usable() error {
	l := v.list
	seen := v.trust.Seen
	age := v.asOf.Sub(l.Issued.Time)
	switch {
	case l.List != v.cert.Status.List:
		return fault(CodeStatusList, "unknown: the list is %q, the certificate's %q", l.List, v.cert.Status.List)
	case l.Sequence < seen.Sequence:
		return fault(CodeStatusOld, "unknown: list %d, list %d has been seen", l.Sequence, seen.Sequence)
	case l.Sequence == seen.Sequence && seen.Digest != "" && seen.Digest != v.bundle.Status.Digest():
		return fault(CodeStatusFork, "unknown: another list %d has been seen", l.Sequence)
	case !v.trust.Now.IsZero() && l.Issued.After(v.trust.Now):
		return fault(CodeStatusFuture, "unknown: the list is dated %s", l.Issued.Format(instantLayout))
	case age > time.Duration(v.cert.Status.MaxAge)*time.Second:
		return fault(CodeStatusStale, "unknown: the list is of %s, older than the certificate allows", l.Issued.Format(instantLayout))
	case !v.asOf.Before(l.NextUpdate.Time):
		return fault(CodeStatusStale, "unknown: the list should have been replaced at %s", l.NextUpdate.Format(instantLayout))
	}
	return nil
}
