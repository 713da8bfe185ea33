// Package ledgertest holds a store to what every ledger must do.
//
//	func TestStore(t *testing.T) {
//		ledgertest.Run(t, ledgertest.Store{
//			Open: func(t *testing.T) ledger.Ledger { return newStore(t) },
//		})
//	}
//
// The stores that come with the library pass the same tests. [Entry] makes the
// entries that they are given, for further tests and benchmarks of a store.
package ledgertest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
)

// Store says how ledgers of a kind are come by.
type Store struct {
	// Open gives an empty ledger, for a test that may last until t ends.
	Open func(t *testing.T) ledger.Ledger

	// Reopen lets go of a ledger and opens it anew, as a program does that is
	// started again. It is nil for a store that ends with its program.
	Reopen func(t *testing.T, l ledger.Ledger) ledger.Ledger
}

// Run holds the store to everything, as subtests.
func Run(t *testing.T, s Store) {
	tests := []struct {
		name string
		run  func(t *testing.T, s Store)
	}{
		{"empty", testEmpty},
		{"numbers and chains each company's entries", testChain},
		{"keeps every type of entry", testTypes},
		{"keeps instants in UTC", testInstants},
		{"tells every id from every other", testNames},
		{"passes over what it has", testAgain},
		{"refuses another entry under an id", testConflict},
		{"appends all or none", testAllOrNone},
		{"refuses what can't be kept", testRefused},
		{"nobody changes what it holds", testOwn},
		{"stops when told to", testCancel},
		{"is read while it grows", testReadWhileAppending},
		{"is used by many at once", testConcurrent},
		{"does as a list would", testModel},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

// Entry is the passed month i of the company, with the id "i"; from 0, in
// months from January 2026.
func Entry(company string, i int) certify.Entry {
	return certify.Entry{ID: fmt.Sprint(i), Company: company, Recorded: time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC),
		Type: certify.Score, Month: finding.MonthOf(2026, 1) + finding.YearMonth(i), Outcome: certify.Pass}
}

// Read gives what the ledger holds of the company, or of all for "". It fails
// the test if the ledger can't be read or a company's chain is broken.
func Read(t testing.TB, l ledger.Ledger, company string) []certify.Entry {
	var all []certify.Entry
	type end struct {
		sequence int
		digests  map[string]bool
	}
	ends := map[string]end{}
	for e, err := range l.Read(t.Context(), ledger.Query{Company: company}) {
		require.NoError(t, err)
		before, begun := ends[e.Company]
		if !begun {
			before.digests = map[string]bool{"": true}
			require.Empty(t, e.Previous, "the first entry of %q", e.Company)
		} else {
			require.False(t, before.digests[e.Previous], "entry %d of %q follows the one before it", e.Sequence, e.Company)
			before.digests[e.Previous] = true
		}
		require.Equal(t, before.sequence+1, e.Sequence, "of company %q", e.Company)
		ends[e.Company] = end{e.Sequence, before.digests}
		all = append(all, e)
	}
	return all
}

// holds sees that the ledger holds the entries, in order, and still does when
// it is opened anew. It gives the ledger as it is then.
func (s Store) holds(t *testing.T, l ledger.Ledger, company string, want ...certify.Entry) ledger.Ledger {
	t.Helper()
	same(t, want, Read(t, l, company))
	if s.Reopen == nil {
		return l
	}
	l = s.Reopen(t, l)
	same(t, want, Read(t, l, company))
	return l
}

// same sees that the entries say the same, apart from their place.
func same(t require.TestingT, want, got []certify.Entry) {
	require.Equal(t, names(want), names(got))
	for i := range want {
		require.True(t, want[i].Same(&got[i]), "entry %q of %q: %v", want[i].ID, want[i].Company, got[i])
	}
}

func names(entries []certify.Entry) []string {
	all := []string{}
	for _, e := range entries {
		all = append(all, fmt.Sprintf("%q of %q", e.ID, e.Company))
	}
	return slices.Clip(all)
}
