package certify

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// Type is what an entry tells.
type Type string

// The types of entries.
const (
	Enrol    Type = "enrol"    // joins the programme at At
	Leave    Type = "leave"    // leaves it at At
	Score    Type = "score"    // the outcome of Month, as Outcome or Card
	Excuse   Type = "excuse"   // Month neither counts nor breaks, for Cause
	Hold     Type = "hold"     // from At, with Effect and Cause; unresolved at Until: withdrawn
	Lift     Type = "lift"     // ends the hold with the id Target at At
	Restart  Type = "restart"  // a building run starts again from 0 at At
	Withdraw Type = "withdraw" // a decision, at At
	Grant    Type = "grant"    // the human award at At, where the norm asks for one
	Void     Type = "void"     // the entry with the id Target is as if it had never been
)

// Outcome is what a month counts as.
type Outcome string

// The outcomes of a month.
const (
	Missing Outcome = "missing" // no card, or too little measured
	Severe  Outcome = "severe"  // below the floor, or a knock-out criterion unmet
	Pass    Outcome = "pass"    // the card qualifies
	Fail    Outcome = "fail"    // none of these
)

// Effect is what a hold does to a valid mark.
type Effect string

// The effects of a hold.
const (
	Warn    Effect = "warn"    // shows as at risk
	Suspend Effect = "suspend" // shows as suspended, and blocks an award
)

// Entry is one thing that became known about a company. Which members a type
// has is told by its constant; the others are empty.
type Entry struct {
	ID       string            `json:"id"`       // unique in the history
	Company  string            `json:"company"`  // id
	Recorded time.Time         `json:"recorded"` // when it became known
	Type     Type              `json:"type"`
	At       time.Time         `json:"at,omitzero"`
	Month    finding.YearMonth `json:"month,omitzero"`
	Outcome  Outcome           `json:"outcome,omitempty"`
	Card     *card.Card        `json:"card,omitempty"`
	Cause    string            `json:"cause,omitempty"`
	Effect   Effect            `json:"effect,omitempty"`
	Until    time.Time         `json:"until,omitzero"`
	Target   string            `json:"target,omitempty"`
	Audit    string            `json:"audit,omitempty"` // lets a score count after the correction window

	NormDigest string `json:"normDigest,omitempty"` // of the norm that judged, for whoever looks back
	CardDigest string `json:"cardDigest,omitempty"` // of the scorecard

	// A ledger numbers a company's entries from 1 and chains them.
	Sequence int    `json:"sequence,omitzero"`
	Previous string `json:"previous,omitempty"` // digest of the company's entry before
	Chain    string `json:"chain,omitempty"`    // digest of the line before, in a file
	More     bool   `json:"more,omitzero"`      // the next line was appended together with this one
}

var digestShape = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// EntryError says what is wrong with an entry.
type EntryError struct {
	ID      string // of the entry; may be empty
	Faults  []string
	Company string
}

// Error names the entry and lists the faults.
func (e *EntryError) Error() string {
	return fmt.Sprintf("entry %q: %s", e.ID, strings.Join(e.Faults, "; "))
}

// member is a bit for each member that only some types have.
type member uint16

const (
	hasAt member = 1 << iota
	hasMonth
	hasOutcome
	hasCard
	hasEffect
	hasUntil
	hasTarget
	hasAudit
)

// memberNames are the members' names, in order of the bits.
var memberNames = [...]string{"at", "month", "outcome", "card", "effect", "until", "target", "audit"}

// members says, by type, which of them an entry needs and which it may have
// besides. A cause may stand with any.
var members = map[Type]struct{ needs, may member }{
	Enrol:    {needs: hasAt},
	Leave:    {needs: hasAt},
	Score:    {needs: hasMonth, may: hasOutcome | hasCard | hasAudit},
	Excuse:   {needs: hasMonth},
	Hold:     {needs: hasAt | hasEffect, may: hasUntil},
	Lift:     {needs: hasAt | hasTarget},
	Restart:  {needs: hasAt},
	Withdraw: {needs: hasAt},
	Grant:    {needs: hasAt},
	Void:     {needs: hasTarget},
}

// has tells which of the members the entry has.
func (e *Entry) has() member {
	var has member
	for i, is := range [...]bool{!e.At.IsZero(), e.Month != 0, e.Outcome != "", e.Card != nil, e.Effect != "", !e.Until.IsZero(), e.Target != "", e.Audit != ""} {
		if is {
			has |= 1 << i
		}
	}
	return has
}

// Check reports everything that is wrong with the entry on its own, as an
// [*EntryError]; nil if nothing is.
func (e *Entry) Check() error {
	var faults []string
	wrong := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if e.ID == "" {
		wrong("id is required")
	}
	if e.Company == "" {
		wrong("company is required")
	}
	if e.Recorded.IsZero() {
		wrong("recorded is required")
	}
	kind, known := members[e.Type]
	if !known {
		wrong("type %q is none of enrol, leave, score, excuse, hold, lift, restart, withdraw, grant and void", e.Type)
	}
	has := e.has()
	if missing, over := kind.needs&^has, has&^(kind.needs|kind.may); known && missing|over != 0 {
		for i, name := range memberNames {
			switch bit := member(1) << i; {
			case missing&bit != 0:
				wrong("%s needs %s", e.Type, name)
			case over&bit != 0:
				wrong("%s has no %s", e.Type, name)
			}
		}
	}
	e.checkValues(wrong)
	if len(faults) == 0 {
		return nil
	}
	return &EntryError{ID: e.ID, Faults: faults, Company: e.Company}
}

func (e *Entry) checkValues(wrong func(string, ...any)) {
	inRange := func(name string, t time.Time) {
		if !t.IsZero() && (t.Year() < 1970 || t.Year() > 9998) {
			wrong("%s (%s) is outside 1970 to 9998", name, t.Format(time.RFC3339))
		}
	}
	inRange("recorded", e.Recorded)
	inRange("at", e.At)
	inRange("until", e.Until)
	isDigest := func(name, d string) {
		if d != "" && !digestShape.MatchString(d) {
			wrong("%s is no SHA-256 digest", name)
		}
	}
	isDigest("previous", e.Previous)
	isDigest("chain", e.Chain)
	isDigest("normDigest", e.NormDigest)
	isDigest("cardDigest", e.CardDigest)
	if e.Sequence < 0 {
		wrong("sequence %d is negative", e.Sequence)
	}
	if e.Type == Score && (e.Outcome == "") == (e.Card == nil) {
		wrong("score needs one of outcome and card")
	}
	switch e.Outcome {
	case "", Missing, Severe, Pass, Fail:
	default:
		wrong("outcome %q is none of missing, severe, pass and fail", e.Outcome)
	}
	switch e.Effect {
	case "", Warn, Suspend:
	default:
		wrong("effect %q is neither warn nor suspend", e.Effect)
	}
	if !e.Until.IsZero() && !e.Until.After(e.At) {
		wrong("until (%s) is not after at (%s)", e.Until.Format(time.RFC3339), e.At.Format(time.RFC3339))
	}
	if e.Card == nil {
		return
	}
	if e.Card.Company != "" && e.Card.Company != e.Company || e.Card.Month != 0 && e.Card.Month != e.Month {
		wrong("the card is of %q and %v", e.Card.Company, e.Card.Month)
	}
}

// Same tells whether two entries say the same, apart from their place in a
// ledger.
func (e *Entry) Same(o *Entry) bool {
	a, b := *e, *o
	for _, x := range []*Entry{&a, &b} {
		x.Recorded, x.At, x.Until = x.Recorded.UTC(), x.At.UTC(), x.Until.UTC()
		x.Sequence, x.Previous, x.Chain, x.More = 0, "", "", false
	}
	aJSON, errA := a.MarshalJSON()
	bJSON, errB := b.MarshalJSON()
	return errA == nil && errB == nil && string(aJSON) == string(bJSON)
}
