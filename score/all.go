package score

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"sync"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
)

// All judges a stream of months on all cores and yields the cards in the order
// of the months, with no more than a few months per core in memory.
//
// A month that comes with an error, or that can't be judged ([*MonthError]),
// yields that error in its place, and the stream goes on: the caller chooses
// what an error means. Whoever wants to stop at the first one stops iterating;
// whoever wants the others goes on.
//
//	for card, err := range score.All(ctx, n, finding.All(file)) {
//		if err != nil {
//			return err // or tell it, and continue
//		}
//		…
//	}
//
// The stream ends when months ends or ctx does; in the latter case the last
// pair carries ctx's error. Nothing that was started is left running: the loop
// ends when months does, so if months waits for something when ctx ends, the
// loop waits for it too, after it has yielded the error. months is asked from
// another goroutine than the caller's, one month at a time.
//
// Where months are yet to be decoded, [Documents] does that on all cores too.
func All(ctx context.Context, n *norm.Norm, months iter.Seq2[*finding.Month, error], waivers ...Waiver) iter.Seq2[*Card, error] {
	return Documents(ctx, n, func(yield func(finding.Document) bool) {
		for month, err := range months {
			if !yield(func(*finding.Decoder) (*finding.Month, error) { return month, err }) {
				return
			}
		}
	}, waivers...)
}

// Documents is [All] for months that are yet to be decoded, such as those of
// [finding.Documents]: it decodes and judges on all cores. Of n cores no more
// than n+1 documents are held at a time, and no more than 3n cards.
//
//	for card, err := range score.Documents(ctx, n, finding.Documents(file)) { … }
func Documents(ctx context.Context, n *norm.Norm, documents iter.Seq[finding.Document], waivers ...Waiver) iter.Seq2[*Card, error] {
	return judged(ctx, documents, func(ctx context.Context, month *finding.Month) (*Card, error) {
		return Judge(ctx, n, month, waivers...)
	})
}

// judged decodes and judges on all cores, each with a decoder of its own.
func judged(ctx context.Context, documents iter.Seq[finding.Document], judge func(context.Context, *finding.Month) (*Card, error)) iter.Seq2[*Card, error] {
	return inOrder(ctx, documents, func() func(context.Context, finding.Document) (*Card, error) {
		decoder := new(finding.Decoder)
		return func(ctx context.Context, read finding.Document) (*Card, error) {
			month, err := read(decoder)
			if err != nil {
				return nil, err
			}
			card, err := judge(ctx, month)
			if err != nil {
				return nil, &MonthError{month.Company.ID, month.Month, err}
			}
			return card, nil
		}
	})
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

// task is an item with the place for its result.
type task[T, R any] struct {
	item T
	done chan result[R] // holds one
}

type result[R any] struct {
	value R
	err   error
}

// inOrder works on the items on all cores and yields the results in the order
// of the items; worker makes what works on one core. The queue of results
// bounds how far the work runs ahead of whoever takes them.
func inOrder[T, R any](ctx context.Context, items iter.Seq[T], worker func() func(context.Context, T) (R, error)) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		cores := runtime.GOMAXPROCS(0)
		tasks, queue := make(chan task[T, R]), make(chan chan result[R], 2*cores)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		running.Go(func() { distribute(ctx, items, tasks, queue) })
		for range cores {
			running.Go(func() {
				work := worker()
				for t := range tasks {
					value, err := work(ctx, t.item)
					t.done <- result[R]{value, err}
				}
			})
		}
		for {
			r, ok := next(ctx, queue)
			if ctx.Err() != nil {
				yield(*new(R), ctx.Err())
				return
			}
			if !ok || !yield(r.value, r.err) {
				return
			}
		}
	}
}

// distribute hands out the items, each first to the queue, which keeps their
// order.
func distribute[T, R any](ctx context.Context, items iter.Seq[T], tasks chan<- task[T, R], queue chan<- chan result[R]) {
	defer close(queue)
	defer close(tasks)
	for item := range items {
		t := task[T, R]{item, make(chan result[R], 1)}
		select {
		case queue <- t.done:
		case <-ctx.Done():
			return
		}
		select {
		case tasks <- t:
		case <-ctx.Done():
			return
		}
	}
}

// next waits for the next result; false at the end, or if ctx has ended.
func next[R any](ctx context.Context, queue <-chan chan result[R]) (r result[R], ok bool) {
	var done chan result[R]
	select {
	case done, ok = <-queue:
	case <-ctx.Done():
	}
	if !ok {
		return r, false
	}
	select {
	case r = <-done:
		return r, true
	case <-ctx.Done():
		return r, false
	}
}
