package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger/ledgertest"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger/sqlstore"
	"github.com/stretchr/testify/require"
)

// onEach runs a test on every database.
func onEach(t *testing.T, run func(t *testing.T, db *sql.DB, d sqlstore.Dialect)) {
	for name, d := range databases(t) {
		t.Run(name, func(t *testing.T) { run(t, d.open(t), d.dialect) })
	}
}

func own(t *testing.T, db *sql.DB) (n int) {
	require.NoError(t, db.QueryRow("SELECT COUNT(*) FROM own").Scan(&n))
	return n
}

func failed(e certify.Entry) certify.Entry {
	e.Outcome = certify.Fail
	return e
}

// What is appended lasts if and only if the program's transaction does.
func TestProgramsTransaction(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect) {
		for i, commit := range []bool{false, true} {
			tx, err := db.Begin()
			require.NoError(t, err)
			t.Cleanup(func() { tx.Rollback() })
			_, err = tx.Exec("INSERT INTO own VALUES (1)")
			require.NoError(t, err)
			require.NoError(t, on(t, tx, d).Append(t.Context(), ledgertest.Entry("a", 1), ledgertest.Entry("b", 1)))
			require.Len(t, ledgertest.Read(t, on(t, tx, d), ""), 2)
			require.Empty(t, ledgertest.Read(t, on(t, db, d), ""), "nobody else sees it yet")
			if commit {
				require.NoError(t, tx.Commit())
			} else {
				require.NoError(t, tx.Rollback())
			}
			require.Equal(t, i, own(t, db))
			require.Len(t, ledgertest.Read(t, on(t, db, d), ""), 2*i)
		}
	})
}

// An append that fails leaves the program's transaction as it was, and usable.
func TestFailureInTransaction(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect) {
		require.NoError(t, on(t, db, d).Append(t.Context(), ledgertest.Entry("a", 1)))
		tx, err := db.Begin()
		require.NoError(t, err)
		t.Cleanup(func() { tx.Rollback() })
		_, err = tx.Exec("INSERT INTO own VALUES (1)")
		require.NoError(t, err)
		s := on(t, tx, d)
		var conflict *ledger.ConflictError
		require.ErrorAs(t, s.Append(t.Context(), ledgertest.Entry("b", 1), failed(ledgertest.Entry("a", 1))), &conflict)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, s.Append(ctx, ledgertest.Entry("b", 2)), context.Canceled)
		require.NoError(t, s.Append(t.Context(), ledgertest.Entry("a", 2)))
		require.ErrorAs(t, s.Append(t.Context(), failed(ledgertest.Entry("a", 2))), &conflict)
		require.NoError(t, tx.Commit())
		require.Equal(t, 1, own(t, db))
		require.Len(t, ledgertest.Read(t, on(t, db, d), ""), 2)
		require.Empty(t, ledgertest.Read(t, on(t, db, d), "b"))
		var heads int
		require.NoError(t, db.QueryRow("SELECT COUNT(*) FROM keurmerk_company").Scan(&heads))
		require.Equal(t, 1, heads, "nothing half there")
	})
}

// A connection with a transaction that was begun by a statement keeps it.
func TestConnInTransaction(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect) {
		c, err := db.Conn(t.Context())
		require.NoError(t, err)
		t.Cleanup(func() { c.Close() })
		s := on(t, c, d)
		require.NoError(t, s.Append(t.Context(), ledgertest.Entry("a", 1)), "one of its own")
		_, err = c.ExecContext(t.Context(), "BEGIN")
		require.NoError(t, err)
		require.NoError(t, s.Append(t.Context(), ledgertest.Entry("a", 2)))
		require.Len(t, ledgertest.Read(t, on(t, db, d), ""), 1)
		_, err = c.ExecContext(t.Context(), "ROLLBACK")
		require.NoError(t, err)
		require.Len(t, ledgertest.Read(t, s, ""), 1)
		require.NoError(t, s.Append(t.Context(), ledgertest.Entry("a", 2)))
		require.Len(t, ledgertest.Read(t, on(t, db, d), ""), 2)
	})
}

// A transaction that has ended, tables that are not there and a database that
// is closed are told.
func TestUnusable(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect) {
		tx, err := db.Begin()
		require.NoError(t, err)
		require.NoError(t, tx.Rollback())
		require.ErrorIs(t, on(t, tx, d).Append(t.Context(), ledgertest.Entry("a", 1)), sql.ErrTxDone)
		for _, err := range on(t, tx, d).Read(t.Context(), ledger.Query{}) {
			require.ErrorIs(t, err, sql.ErrTxDone)
		}
		_, err = db.Exec("DROP TABLE keurmerk_entry")
		require.NoError(t, err)
		require.ErrorContains(t, on(t, db, d).Append(t.Context(), ledgertest.Entry("a", 1)), "keurmerk_entry")
		n := 0
		for _, err := range on(t, db, d).Read(t.Context(), ledger.Query{}) {
			require.ErrorContains(t, err, "keurmerk_entry")
			n++
		}
		require.Equal(t, 1, n)
	})
	_, err := sqlstore.New(&sql.DB{}, 0)
	require.EqualError(t, err, "dialect 0 is neither SQLite nor PostgreSQL")
}

// Several programs append to the same companies, in batches named in any
// order, each with a connection of its own; none waits for ever, and the
// chains are whole.
func TestManyPrograms(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect) {
		const programs, appends = 4, 10
		done := make(chan error)
		for p := range programs {
			go func() {
				var errs []error
				for i := range appends {
					var batch []certify.Entry
					for c := range 5 {
						batch = append(batch, ledgertest.Entry(fmt.Sprint((p+i+c*3)%5), p*appends+i))
					}
					tx, err := db.Begin()
					if err == nil {
						s, _ := sqlstore.New(tx, d)
						if err = s.Append(context.Background(), batch...); err == nil {
							err = tx.Commit()
						} else {
							tx.Rollback()
						}
					}
					errs = append(errs, err)
				}
				done <- errors.Join(errs...)
			}()
		}
		for range programs {
			require.NoError(t, <-done)
		}
		require.Len(t, ledgertest.Read(t, on(t, db, d), ""), programs*appends*5)
	})
}

// A month of many companies is more than one statement, also in a transaction.
func TestLargeAppend(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect) {
		var all []certify.Entry
		for i := range 1234 {
			all = append(all, ledgertest.Entry(fmt.Sprint("kvk:", i%777), i))
		}
		s := on(t, db, d)
		require.NoError(t, s.Append(t.Context(), all[:500]...))
		require.NoError(t, s.Append(t.Context(), all...), "also what is there already")
		got := ledgertest.Read(t, s, "")
		require.Len(t, got, len(all))
		for i := range all {
			require.True(t, all[i].Same(&got[i]))
		}
		conflicting := append(all[:1000:1000], failed(all[1233]))
		var conflict *ledger.ConflictError
		require.ErrorAs(t, s.Append(t.Context(), append(conflicting, ledgertest.Entry("new", 1))...), &conflict)
		require.Empty(t, ledgertest.Read(t, s, "new"))
	})
}

// The module brings no driver, and its statements are two.
func TestNoDriver(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "database/sql\n")
	for _, driver := range []string{"modernc.org", "jackc", "testify", "cel-go", "open-policy-agent"} {
		require.NotContains(t, string(out), driver)
	}
	for _, d := range []sqlstore.Dialect{sqlstore.SQLite, sqlstore.PostgreSQL} {
		require.Equal(t, 2, strings.Count(d.DDL(), ";\n"), "%v", d)
		require.Equal(t, 2, strings.Count(d.DDL(), "CREATE TABLE keurmerk_"), "%v", d)
	}
}
