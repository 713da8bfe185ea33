package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// How a store is used: by many at once, and at length.

func testReadWhileAppending(t *testing.T, s Store) {
	l := s.Open(t)
	var want []certify.Entry
	for i := range 300 {
		want = append(want, Entry("a", i))
	}
	require.NoError(t, l.Append(t.Context(), want...))
	n := 0
	for e, err := range l.Read(t.Context(), ledger.Query{}) {
		require.NoError(t, err)
		if n++; n%100 == 1 {
			e.Company = "b"
			require.NoError(t, l.Append(t.Context(), e), "in the middle of reading")
		}
	}
	require.Equal(t, 300, n, "what was there when it began")
	for _, i := range []int{0, 100, 200} {
		want = append(want, Entry("b", i))
	}
	s.holds(t, l, "", want...)
}

// testConcurrent has many append the same and different entries; each is there
// once, in a whole chain.
func testConcurrent(t *testing.T, s Store) {
	const writers, rounds, companies = 6, 8, 3
	l := s.Open(t)
	failed := make(chan error)
	for w := range writers {
		go func() {
			var errs []error
			for i := range rounds {
				one, other := fmt.Sprint((w+i)%companies), fmt.Sprint((w+i+1)%companies)
				errs = append(errs, l.Append(context.Background(), Entry(one, w*rounds+i), Entry(other, w*rounds+i), Entry(one, 999)))
				for _, err := range l.Read(context.Background(), ledger.Query{Company: one}) {
					errs = append(errs, err)
				}
			}
			failed <- errors.Join(errs...)
		}()
	}
	for range writers {
		require.NoError(t, <-failed)
	}
	require.Len(t, Read(t, l, ""), 2*writers*rounds+companies)
	if s.Reopen != nil {
		require.Len(t, Read(t, s.Reopen(t, l), ""), 2*writers*rounds+companies)
	}
}

// testModel holds random appends against a list that does the same in the
// plainest way.
func testModel(t *testing.T, s Store) {
	l := s.Open(t)
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		company := rapid.Map(rapid.IntRange(0, 2), func(i int) string { return fmt.Sprintf("%d-%d", run, i) })
		var model []certify.Entry
		for range rapid.IntRange(1, 4).Draw(r, "appends") {
			var batch []certify.Entry
			for range rapid.IntRange(0, 5).Draw(r, "entries") {
				e := Entry(company.Draw(r, "company"), rapid.IntRange(0, 5).Draw(r, "i"))
				e.Outcome = rapid.SampledFrom([]certify.Outcome{certify.Pass, certify.Pass, certify.Pass, certify.Fail, ""}).Draw(r, "outcome")
				batch = append(batch, e)
			}
			next, ok := appended(model, batch)
			require.Equal(r, ok, l.Append(t.Context(), batch...) == nil)
			if ok {
				model = next
			}
		}
		for i := range 3 {
			of := fmt.Sprintf("%d-%d", run, i)
			var want []certify.Entry
			for _, e := range model {
				if e.Company == of {
					want = append(want, e)
				}
			}
			same(r, want, Read(t, l, of))
		}
	})
}

// appended is what a ledger does, looking at everything each time.
func appended(model, batch []certify.Entry) ([]certify.Entry, bool) {
	for _, e := range batch {
		if e.Check() != nil {
			return nil, false
		}
		known := false
		for i := range model {
			if o := &model[i]; o.Company == e.Company && o.ID == e.ID {
				if !o.Same(&e) {
					return nil, false
				}
				known = true
			}
		}
		if !known {
			model = append(model[:len(model):len(model)], e)
		}
	}
	return model, true
}
