package impact

import (
	"context"
	"iter"
	"runtime"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/score"
)

// judge goes once through the months and judges each under both norms. The
// two streams of cards run side by side, in the order of the months.
func (c *comparison) judge(ctx context.Context, months iter.Seq2[*finding.Month, error]) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	handed := make(chan given, 4*runtime.GOMAXPROCS(0))
	first := func(yield func(*finding.Month, error) bool) {
		defer close(handed)
		for m, err := range months {
			if err == nil {
				c.joined(m)
			}
			select {
			case handed <- given{m, err}:
			case <-ctx.Done():
				return
			}
			if !yield(m, err) {
				return
			}
		}
	}
	second := func(yield func(*finding.Month, error) bool) {
		for g := range handed {
			if !yield(g.month, g.err) {
				return
			}
		}
	}
	next, stop := iter.Pull2(score.All(ctx, c.b, second))
	defer func() {
		cancel() // lets first close what second waits for
		stop()
	}()
	for a, err := range score.All(ctx, c.a, first) {
		if err != nil {
			return err
		}
		b, err, more := next()
		switch {
		case err != nil:
			return err
		case !more:
			return ctx.Err()
		}
		if err := c.add(a, b); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// given is what the stream of months yielded.
type given struct {
	month *finding.Month
	err   error
}

// joined notes since when the company takes part: the earliest that any of its
// documents says.
func (c *comparison) joined(m *finding.Month) {
	at, known := c.enrolled[m.Company.ID]
	if is := m.Company.Enrolled; !is.IsZero() && (!known || is.Before(at)) {
		c.enrolled[m.Company.ID] = is
	}
}
