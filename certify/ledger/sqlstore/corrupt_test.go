package sqlstore_test

import (
	"database/sql"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger/ledgertest"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger/sqlstore"
	"github.com/stretchr/testify/require"
)

// Whatever is done to a row, also the last of its company, reading tells which
// entry is not as it was, by company and for all; entries before it are
// yielded, and nothing else.
func TestTampering(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect) {
		s := on(t, db, d)
		for i := range 4 {
			require.NoError(t, s.Append(t.Context(), ledgertest.Entry("b", i), ledgertest.Entry("a", i)))
		}
		for what, c := range map[string]struct {
			statements []string
			at         int // number of the entry of "a"
		}{
			"changed":            {[]string{`UPDATE keurmerk_entry SET entry = REPLACE(entry, 'pass', 'fail') WHERE company = 'a' AND sequence = 2`}, 2},
			"the last changed":   {[]string{`UPDATE keurmerk_entry SET entry = REPLACE(entry, 'pass', 'fail') WHERE company = 'a' AND sequence = 4`}, 4},
			"spaced":             {[]string{`UPDATE keurmerk_entry SET entry = entry || ' ' WHERE company = 'a' AND sequence = 1`}, 1},
			"no JSON":            {[]string{`UPDATE keurmerk_entry SET entry = 'x' WHERE company = 'a' AND sequence = 3`}, 3},
			"missing":            {[]string{`DELETE FROM keurmerk_entry WHERE company = 'a' AND sequence = 2`}, 2},
			"the first missing":  {[]string{`DELETE FROM keurmerk_entry WHERE company = 'a' AND sequence = 1`}, 1},
			"the last missing":   {[]string{`DELETE FROM keurmerk_entry WHERE company = 'a' AND sequence = 4`}, 4},
			"all missing":        {[]string{`DELETE FROM keurmerk_entry WHERE company = 'a'`}, 1},
			"of another company": {[]string{`UPDATE keurmerk_entry SET entry = (SELECT entry FROM keurmerk_entry WHERE company = 'b' AND sequence = 2), digest = (SELECT digest FROM keurmerk_entry WHERE company = 'b' AND sequence = 2) WHERE company = 'a' AND sequence = 2`}, 2},
			"another id":         {[]string{`UPDATE keurmerk_entry SET id = 'x' WHERE company = 'a' AND sequence = 2`}, 2},
			"the end put back":   {[]string{`DELETE FROM keurmerk_entry WHERE company = 'a' AND sequence = 4`, `UPDATE keurmerk_company SET digest = 'x' WHERE company = 'a'`}, 4},
			"another end":        {[]string{`UPDATE keurmerk_company SET digest = 'x' WHERE company = 'a'`}, 4},
			"swapped":            {[]string{`UPDATE keurmerk_entry SET sequence = 9 WHERE company = 'a' AND sequence = 2`, `UPDATE keurmerk_entry SET sequence = 2 WHERE company = 'a' AND sequence = 3`, `UPDATE keurmerk_entry SET sequence = 3 WHERE company = 'a' AND sequence = 9`}, 2},
		} {
			tx, err := db.Begin()
			require.NoError(t, err)
			t.Cleanup(func() { tx.Rollback() })
			for _, statement := range c.statements {
				changed, err := tx.Exec(statement)
				require.NoError(t, err, what)
				n, err := changed.RowsAffected()
				require.NoError(t, err)
				require.Positive(t, n)
			}
			for _, company := range []string{"a", ""} {
				var corrupt *sqlstore.CorruptError
				for e, err := range on(t, tx, d).Read(t.Context(), ledger.Query{Company: company}) {
					if err != nil {
						require.ErrorAs(t, err, &corrupt, what)
						continue
					}
					require.Nil(t, corrupt, "nothing comes after the error")
					require.True(t, e.Company == "b" || e.Sequence <= c.at, what)
				}
				require.NotNil(t, corrupt, what)
				require.Equal(t, "a", corrupt.Company, what)
				want := c.at
				if what == "swapped" && company == "" {
					want = 3 // the row that comes first in order of appending
				}
				require.Equal(t, want, corrupt.Sequence, "%s: %v", what, corrupt)
			}
			require.Len(t, ledgertest.Read(t, on(t, tx, d), "b"), 4, "the others are as they were")
			require.NoError(t, tx.Rollback())
		}
		require.Len(t, ledgertest.Read(t, s, ""), 8)
	})
}

// An entry whose company has no row any more does not go unnoticed where the
// database lets that happen.
func TestCompanyMissing(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect) {
		s := on(t, db, d)
		require.NoError(t, s.Append(t.Context(), ledgertest.Entry("a", 1)))
		if _, err := db.Exec("DELETE FROM keurmerk_company"); err != nil {
			require.Equal(t, sqlstore.PostgreSQL, d)
			return
		}
		for _, company := range []string{"a", ""} {
			n := 0
			for _, err := range s.Read(t.Context(), ledger.Query{Company: company}) {
				require.ErrorContains(t, err, "keurmerk_company")
				n++
			}
			require.Equal(t, 1, n)
		}
		require.Error(t, s.Append(t.Context(), ledgertest.Entry("a", 2)))
	})
}

// What is there under an id is told as spoilt before anything is compared with
// it.
func TestAppendToSpoilt(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect) {
		s := on(t, db, d)
		require.NoError(t, s.Append(t.Context(), ledgertest.Entry("a", 1)))
		_, err := db.Exec("UPDATE keurmerk_entry SET entry = 'x'")
		require.NoError(t, err)
		var corrupt *sqlstore.CorruptError
		require.ErrorAs(t, s.Append(t.Context(), ledgertest.Entry("a", 1)), &corrupt)
		require.Equal(t, 1, corrupt.Sequence)
	})
}
