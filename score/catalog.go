package score

import (
	"context"
	"iter"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
)

// JudgeUnder is [Judge] under the version of the norm that is in force on the
// month's first day. During that version's overlap, a company that the document
// says had enrolled before may pass under the version before it too: if it does
// not qualify under the one in force but does under the one before, the card is
// that one's. The card says under which version it was judged.
func JudgeUnder(ctx context.Context, c *norm.Catalog, month *finding.Month, waivers ...Waiver) (*Card, error) {
	card, err := Judge(ctx, c.At(month.Month), month, waivers...)
	if err != nil || card.Qualifies {
		return card, err
	}
	before := c.Before(month.Month, month.Company.Enrolled)
	if before == nil {
		return card, nil
	}
	under, err := Judge(ctx, before, month, waivers...)
	if err != nil {
		return nil, err
	}
	if under.Qualifies {
		return under, nil
	}
	return card, nil
}

// DocumentsUnder is [Documents] with the version of the norm picked for each
// month as [JudgeUnder] does.
func DocumentsUnder(ctx context.Context, c *norm.Catalog, documents iter.Seq[finding.Document], waivers ...Waiver) iter.Seq2[*Card, error] {
	return judged(ctx, documents, func(ctx context.Context, month *finding.Month) (*Card, error) {
		return JudgeUnder(ctx, c, month, waivers...)
	})
}
