package score

import (
	"context"
	"fmt"
	"iter"
	"runtime"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
)

// All judges a stream of months on all cores and yields the cards in the order
// of the months, with no more than a few months per core in memory.
//
// A month that comes with an error, or that can't be judged, yields that error
// in its place, and the stream goes on: whoever wants to stop at the first
// error stops iterating. The stream ends when months ends or ctx does; in the
// latter case the last pair carries ctx's error.
func All(ctx context.Context, n *norm.Norm, months iter.Seq2[*finding.Month, error], waivers ...Waiver) iter.Seq2[*Card, error] {
	return func(yield func(*Card, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		queue := make(chan chan result, 2*runtime.GOMAXPROCS(0))
		go func() {
			defer close(queue)
			read(ctx, n, months, waivers, queue)
		}()
		defer func() { // let the reader and the judges end
			cancel()
			for pending := range queue {
				<-pending
			}
		}()
		for pending := range queue {
			r := <-pending
			if ctx.Err() != nil {
				break
			}
			if !yield(r.card, r.err) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// MonthError says which month of a stream could not be judged.
type MonthError struct {
	Company string
	Month   finding.YearMonth
	Err     error
}

// Error names company and month.
func (e *MonthError) Error() string {
	return fmt.Sprintf("company %q, month %v: %v", e.Company, e.Month, e.Err)
}

// Unwrap gives the reason.
func (e *MonthError) Unwrap() error { return e.Err }

type result struct {
	card *Card
	err  error
}

// read hands each month to a goroutine of its own; the queue's capacity bounds
// how many are under way.
func read(ctx context.Context, n *norm.Norm, months iter.Seq2[*finding.Month, error], waivers []Waiver, queue chan<- chan result) {
	for month, err := range months {
		done := make(chan result, 1)
		select {
		case <-ctx.Done():
			return
		case queue <- done:
		}
		if err != nil {
			done <- result{nil, err}
			continue
		}
		go func() {
			card, err := Judge(ctx, n, month, waivers...)
			if err != nil {
				err = &MonthError{month.Company.ID, month.Month, err}
			}
			done <- result{card, err}
		}()
	}
}
