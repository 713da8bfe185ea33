// Package book reads an insurer's policies and claims.
//
// Two functions come first: [Policies] and [Claims]. Both read JSON Lines or
// CSV with a line of names, whichever it is, and refuse what they don't
// understand, with the line and the member.
//
//	{"policy":"P-1","company":"kvk:30123456","from":"2026-01-01","until":"2027-01-01","premium":"1250.00"}
//
//	claim,policy,occurred,valued,paid,reserved
//	C-1,P-1,2026-03-14,2026-06-30,4000.00,1500.00
//
// A policy covers the days from `from` up to but not including `until`. Amounts
// are of one currency, with at most two decimals. A claim has a line for each
// day on which it was valued; the last up to a valuation date counts.
package book

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Policy is one policy of one company.
type Policy struct {
	ID, Company string
	From, Until Day    // covered: From ≤ day < Until
	Premium     Amount // for all of it
}

// Claim is what a claim was valued at on a day.
type Claim struct {
	ID, Policy     string
	Occurred       Day // covered by the policy
	Valued         Day // not before Occurred
	Paid, Reserved Amount
}

// Incurred is what was paid and what is still expected to be.
func (c *Claim) Incurred() Amount { return c.Paid + c.Reserved }

// Book is an insurer's policies, in order of id, and its claims, in order of
// (id, valued).
type Book struct {
	Policies []Policy
	Claims   []Claim
}

// New puts policies and claims together. It reports every claim that does not
// fit a policy, joined, up to [MaxFaults].
func New(policies []Policy, claims []Claim) (*Book, error) {
	b := &Book{slices.Clone(policies), slices.Clone(claims)}
	slices.SortFunc(b.Policies, func(a, b Policy) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(b.Claims, func(a, b Claim) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Valued, b.Valued)) })
	var faults faults
	for i := 1; i < len(b.Policies); i++ {
		if b.Policies[i].ID == b.Policies[i-1].ID {
			faults.add(fmt.Errorf("policy %s is there twice", told(b.Policies[i].ID)))
		}
	}
	for i := range b.Claims {
		c := &b.Claims[i]
		p := b.Policy(c.Policy)
		switch {
		case p == nil:
			faults.add(fmt.Errorf("claim %s: there is no policy %s", told(c.ID), told(c.Policy)))
		case c.Occurred < p.From || c.Occurred >= p.Until:
			faults.add(fmt.Errorf("claim %s: %v is not covered by policy %s, which runs from %v up to %v", told(c.ID), c.Occurred, told(p.ID), p.From, p.Until))
		}
		if i == 0 || b.Claims[i-1].ID != c.ID {
			continue
		}
		switch before := &b.Claims[i-1]; {
		case before.Valued == c.Valued:
			faults.add(fmt.Errorf("claim %s is valued twice on %v", told(c.ID), c.Valued))
		case before.Policy != c.Policy || before.Occurred != c.Occurred:
			faults.add(fmt.Errorf("claim %s is of policy %s on %v and of policy %s on %v", told(c.ID), told(before.Policy), before.Occurred, told(c.Policy), c.Occurred))
		}
	}
	if err := faults.join(); err != nil {
		return nil, err
	}
	return b, nil
}

// Policy finds a policy; nil if there is none.
func (b *Book) Policy(id string) *Policy {
	i, found := slices.BinarySearchFunc(b.Policies, id, func(p Policy, id string) int { return strings.Compare(p.ID, id) })
	if !found {
		return nil
	}
	return &b.Policies[i]
}

// At gives each claim that had been valued by the day once, as last valued by
// then, in order of id.
func (b *Book) At(day Day) []Claim {
	var known []Claim
	for i := range b.Claims {
		c := b.Claims[i]
		if c.Valued > day {
			continue
		}
		if last := len(known) - 1; last >= 0 && known[last].ID == c.ID {
			known[last] = c
			continue
		}
		known = append(known, c)
	}
	return known
}
