package normtest

import (
	"context"
	"fmt"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/card"
)

// Difference is a test of a norm that comes out otherwise under its variant.
// It is no failure: that a variant asks more is what it is for.
type Difference struct {
	Kind    Kind
	Name    string
	File    string   // of the norm that carries the test, as [norm.Norm.File] names it
	Line    int      // where it stands there
	Changes []string // such as "score: 90% becomes 80%"; never empty
}

// Differences runs the tests and histories of a variant's base again, and
// those of the norms behind it, and lists those that come out otherwise under
// the variant; ran is how many there are. Of a norm that is no variant there
// are none. The error is only ctx's.
func Differences(ctx context.Context, n *norm.Norm) (differences []Difference, ran int, err error) {
	base := n.Base()
	for from := base; from != nil; from = from.Base() {
		add := func(kind Kind, name string, line int, changes []string) {
			ran++
			if len(changes) > 0 {
				differences = append(differences, Difference{kind, name, from.File(), line, changes})
			}
		}
		for _, t := range from.Tests() {
			add(Test, t.Name, t.Line, otherCard(judge(ctx, base, t), judge(ctx, n, t)))
			if err := ctx.Err(); err != nil {
				return nil, 0, err
			}
		}
		for _, h := range from.Histories() {
			under := runHistory(base, h).Failures
			add(History, h.Name, h.Line, slices.DeleteFunc(runHistory(n, h).Failures, func(f string) bool { return slices.Contains(under, f) }))
		}
	}
	return differences, ran, nil
}

// judge gives the card of a test's month; nil if there is none, which is the
// same under a norm and its variant, since they share zone and types.
func judge(ctx context.Context, n *norm.Norm, t norm.Test) *score.Card {
	c, err := score.Judge(ctx, n, t.Month)
	if err != nil {
		return nil
	}
	return c
}

// otherCard lists what the second card says otherwise.
func otherCard(a, b *score.Card) []string {
	if a == nil || b == nil {
		return nil
	}
	var changes []string
	note := func(what string, a, b any) {
		if a != b {
			changes = append(changes, fmt.Sprintf("%s: %v becomes %v", what, a, b))
		}
	}
	note("score", total(a), total(b))
	note("qualifies", yesNo(a.Qualifies), yesNo(b.Qualifies))
	for i, before := range a.Criteria {
		after := b.Criteria[i] // a variant has the criteria of its base
		if before.Outcome != after.Outcome || before.Points != after.Points {
			changes = append(changes, fmt.Sprintf("%s: %s becomes %s%s", before.ID, told(before), told(after), because(after)))
		}
	}
	return changes
}

func total(c *score.Card) string {
	if c.Score == nil {
		return "no score"
	}
	return c.Score.String()
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// told is the outcome, with the points where only a part was earned.
func told(c card.Criterion) string {
	if c.Points != 0 && c.Points != c.Weight {
		return fmt.Sprintf("%v with %v", c.Outcome, c.Points)
	}
	return c.Outcome.String()
}
