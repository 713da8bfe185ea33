// Package normtest runs the tests that a norm file carries.
//
// [Run] runs them all; each [Result] says what came out other than expected,
// criterion by criterion, with the records that decided:
//
//	results, err := normtest.Run(ctx, n)
package normtest

import (
	"context"
	"fmt"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// Result is a test that was run. It passed if Failures is empty.
type Result struct {
	Test     norm.Test
	Card     *score.Card // nil if the month could not be judged
	Failures []string    // what came out other than expected
}

// Run runs the norm's tests in their order. The error is only ctx's.
func Run(ctx context.Context, n *norm.Norm) ([]Result, error) {
	var results []Result
	for _, t := range n.Tests() {
		r := Result{Test: t}
		c, err := score.Judge(ctx, n, t.Month)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			r.Failures = []string{fmt.Sprintf("the month can't be judged: %v", err)}
		default:
			r.Card, r.Failures = c, compare(t.Expect, c)
		}
		results = append(results, r)
	}
	return results, nil
}

// compare lists what differs from the expectation.
func compare(want norm.Expect, got *score.Card) []string {
	var failures []string
	if want.Score != nil {
		switch {
		case got.Score == nil:
			failures = append(failures, fmt.Sprintf("score: want %v, there is none", *want.Score))
		case *got.Score != *want.Score:
			failures = append(failures, fmt.Sprintf("score: want %v, got %v", *want.Score, *got.Score))
		}
	}
	for _, c := range got.Criteria {
		outcome, named := want.Outcomes[c.ID]
		if !named && want.Only {
			outcome = ruling.Met
		}
		if (named || want.Only) && outcome != c.Outcome {
			failures = append(failures, fmt.Sprintf("%s: want %v, got %v%s", c.ID, outcome, c.Outcome, because(c)))
		}
	}
	return failures
}

// because names the reason and the first records that decided.
func because(c card.Criterion) string {
	var parts []string
	if c.Reason != "" {
		parts = append(parts, c.Reason)
	}
	for _, key := range c.Evidence.Keys[:min(3, len(c.Evidence.Keys))] {
		parts = append(parts, strings.Join(key, " "))
	}
	if more := c.Evidence.Count - 3; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
