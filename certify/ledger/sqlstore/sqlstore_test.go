package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger/ledgertest"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger/sqlstore"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"
)

// postgres is the environment variable that names a PostgreSQL server for
// tests, as a URL. Each test makes a schema of its own there.
const postgres = "KEURMERK_POSTGRES"

var schemas atomic.Int64 // made so far

// database is a kind of database, and how a new one is come by.
type database struct {
	dialect sqlstore.Dialect
	open    func(t testing.TB) *sql.DB
}

func databases(t testing.TB) map[string]database {
	all := map[string]database{"sqlite": {sqlstore.SQLite, sqlite}}
	if os.Getenv(postgres) == "" {
		t.Logf("SKIPPED on PostgreSQL: %s names no server", postgres)
		return all
	}
	all["postgresql"] = database{sqlstore.PostgreSQL, postgresql}
	return all
}

func sqlite(t testing.TB) *sql.DB {
	name := filepath.ToSlash(filepath.Join(t.TempDir(), "ledger.db"))
	db, err := sql.Open("sqlite", "file:"+name+"?_pragma=busy_timeout(20000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	return migrated(t, db, err, sqlstore.SQLite)
}

func postgresql(t testing.TB) *sql.DB {
	server, err := sql.Open("pgx", os.Getenv(postgres))
	require.NoError(t, err)
	schema := fmt.Sprintf("ledger_%d_%d", os.Getpid(), schemas.Add(1))
	_, err = server.Exec("CREATE SCHEMA " + schema)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := server.Exec("DROP SCHEMA " + schema + " CASCADE")
		require.NoError(t, err)
		require.NoError(t, server.Close())
	})
	separator := "?"
	if strings.Contains(os.Getenv(postgres), "?") {
		separator = "&"
	}
	db, err := sql.Open("pgx", os.Getenv(postgres)+separator+"search_path="+schema)
	return migrated(t, db, err, sqlstore.PostgreSQL)
}

func migrated(t testing.TB, db *sql.DB, err error, d sqlstore.Dialect) *sql.DB {
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Exec(d.DDL())
	require.NoError(t, err)
	_, err = db.Exec("CREATE TABLE own (n INTEGER)") // the program's own
	require.NoError(t, err)
	return db
}

func on(t testing.TB, h sqlstore.Handle, d sqlstore.Dialect) *sqlstore.Store {
	s, err := sqlstore.New(h, d)
	require.NoError(t, err)
	return s
}

// handles are what a program may hand over: how it is got, and what is done
// with it to make its work last.
var handles = map[string]func(t testing.TB, db *sql.DB) (h sqlstore.Handle, last func() error){
	"DB": func(_ testing.TB, db *sql.DB) (sqlstore.Handle, func() error) {
		return db, func() error { return nil }
	},
	"Tx": func(t testing.TB, db *sql.DB) (sqlstore.Handle, func() error) {
		tx, err := db.Begin()
		require.NoError(t, err)
		t.Cleanup(func() { tx.Rollback() })
		return tx, tx.Commit
	},
	"Conn": func(t testing.TB, db *sql.DB) (sqlstore.Handle, func() error) {
		c, err := db.Conn(context.Background())
		require.NoError(t, err)
		t.Cleanup(func() { c.Close() })
		return c, c.Close
	},
	"Conn in a transaction": func(t testing.TB, db *sql.DB) (sqlstore.Handle, func() error) {
		c, err := db.Conn(context.Background())
		require.NoError(t, err)
		t.Cleanup(func() { c.Close() })
		_, err = c.ExecContext(context.Background(), "BEGIN")
		require.NoError(t, err)
		return c, func() error {
			if _, err := c.ExecContext(context.Background(), "COMMIT"); err != nil {
				return err
			}
			return c.Close()
		}
	},
}

// Over every database and handle, a store does what every ledger does.
func TestConformance(t *testing.T) {
	for name, d := range databases(t) {
		for kind, handle := range handles {
			t.Run(name+"/"+kind, func(t *testing.T) {
				type open struct {
					db   *sql.DB
					last func() error
				}
				opened := map[ledger.Ledger]open{}
				over := func(t *testing.T, db *sql.DB) ledger.Ledger {
					h, last := handle(t, db)
					s := on(t, h, d.dialect)
					opened[s] = open{db, last}
					return s
				}
				ledgertest.Run(t, ledgertest.Store{
					Open: func(t *testing.T) ledger.Ledger { return over(t, d.open(t)) },
					Reopen: func(t *testing.T, l ledger.Ledger) ledger.Ledger {
						require.NoError(t, opened[l].last())
						return over(t, opened[l].db)
					},
				})
			})
		}
	}
}
