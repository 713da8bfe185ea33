// Package normtest runs the tests that a norm file carries, and asks what they
// would notice.
//
// [Run] runs its tests, histories and statements of monotony; each [Result]
// says what came out other than expected, with what decided:
//
//	results, err := normtest.Run(ctx, n)
//
// A product that embeds a norm runs them with its own tests:
//
//	func TestNorm(t *testing.T) {
//		results, err := normtest.Run(t.Context(), n)
//		if err != nil || len(results) == 0 {
//			t.Fatal(err, len(results))
//		}
//		for _, r := range results {
//			t.Run(r.Name, func(t *testing.T) {
//				for _, failure := range r.Failures {
//					t.Errorf("norm.yaml:%d: %s", r.Line, failure)
//				}
//			})
//		}
//	}
//
// [Coverage] measures which outcomes and which sides of each comparison the
// tests reach. [Mutate] changes the norm, one thing at a time, and names each change that
// none of its tests and histories notices.
package normtest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/coverage"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// Kind says under which key of the norm a test stands.
type Kind string

// The kinds of tests.
const (
	Test     Kind = "test"
	History  Kind = "history"
	Monotone Kind = "monotone"
)

// Result is a test that was run. It passed if Failures is empty.
type Result struct {
	Kind     Kind
	Name     string
	Line     int         // where it stands in the norm file
	Card     *score.Card // of a test; nil if the month could not be judged
	Failures []string    // what came out other than expected
	Evidence []string    // of a failure: what happened, step by step
}

// Run runs the norm's tests, then its histories, then what it says is
// monotone, each in their order. The error is only ctx's.
func Run(ctx context.Context, n *norm.Norm) ([]Result, error) {
	var results []Result
	for _, t := range n.Tests() {
		results = append(results, runTest(ctx, n, t))
	}
	for _, h := range n.Histories() {
		results = append(results, runHistory(n, h))
	}
	for _, m := range n.Monotone() {
		results = append(results, runMonotone(ctx, n, m))
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return results, nil
}

func runTest(ctx context.Context, n *norm.Norm, t norm.Test) Result {
	r := Result{Kind: Test, Name: t.Name, Line: t.Line}
	c, err := score.Judge(ctx, n, t.Month)
	if err != nil {
		r.Failures = []string{fmt.Sprintf("the month can't be judged: %v", err)}
		return r
	}
	r.Card, r.Failures = c, compare(n, t.Expect, c)
	return r
}

// compare lists what differs from the expectation.
func compare(n *norm.Norm, want norm.Expect, got *score.Card) []string {
	var failures []string
	if want.Score != nil {
		switch {
		case got.Score == nil:
			failures = append(failures, fmt.Sprintf("score: want %v, there is none", *want.Score))
		case *got.Score != *want.Score:
			failures = append(failures, fmt.Sprintf("score: want %v, got %v", *want.Score, *got.Score))
		}
	}
	if as := string(certify.Counts(n.Certification(), got)); want.CountsAs != "" && want.CountsAs != as {
		failures = append(failures, fmt.Sprintf("counts_as: want %s, got %s", want.CountsAs, as))
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

// Passed tells whether every one of the results is without failure, and there
// is at least one.
func Passed(results []Result) bool {
	return len(results) > 0 && !slices.ContainsFunc(results, func(r Result) bool { return len(r.Failures) > 0 })
}

// Coverage measures what the norm's tests reach of it, for a variant those of
// its base too, which run again. The error is ctx's, or that of a test's month
// that can't be judged.
func Coverage(ctx context.Context, n *norm.Norm) (*coverage.Report, error) {
	var months []*finding.Month
	for from := n; from != nil; from = from.Base() {
		for _, t := range from.Tests() {
			months = append(months, t.Month)
		}
	}
	return coverage.Measure(ctx, n, months)
}
