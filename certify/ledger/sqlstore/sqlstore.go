// Package sqlstore keeps a ledger in a program's own SQL database: SQLite or
// PostgreSQL. It is a module of its own and imports no driver; the program
// brings the connection, and makes the tables in its own migrations, with the
// statements of [Dialect.DDL].
//
//	store, err := sqlstore.New(db, sqlstore.PostgreSQL)  // an *sql.DB, *sql.Tx or *sql.Conn
//	err = store.Append(ctx, entry)
//
// Appends happen inside the program's transaction where there is one, so that
// an entry is there if and only if what it tells of is:
//
//	tx, err := db.BeginTx(ctx, nil)
//	defer tx.Rollback()
//	_, err = tx.ExecContext(ctx, `UPDATE …`)
//	store, err := sqlstore.New(tx, sqlstore.PostgreSQL)
//	err = store.Append(ctx, entry)
//	err = tx.Commit()
//
// An append that fails leaves the transaction as it was before, and usable.
//
// # Many at once
//
// Any number of programs may append: a company's appends wait for each other.
// An append locks its companies in the order of their ids until its
// transaction ends, so two transactions that make several appends each can
// deadlock, as with any rows; the database then ends one with an error. So it
// does with a transaction of PostgreSQL that is REPEATABLE READ or stricter, if
// another appended to the same company meanwhile. In SQLite one transaction
// writes at a time: give the connection a busy_timeout. Whatever an append
// failed of, it can be tried again: what is there already is passed over.
//
// # What is checked
//
// Reading sees that every row is as it was written and follows from the one
// before, up to the one that was appended last; the error is a
// [*CorruptError]. Reading everything is so the verification of a store. Who
// can write to both tables can make a whole chain anew: whoever must notice
// that keeps a digest elsewhere.
package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
)

// Handle is what the program's own *[sql.DB], *[sql.Tx] and *[sql.Conn] have in
// common, and whatever wraps them. One that can begin a transaction is asked
// for one by every append.
type Handle interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Store is a ledger in a database. It may be used by any number of goroutines
// at once; over an *[sql.Tx] or *[sql.Conn] they take turns, and nobody else
// may use that meanwhile.
type Store struct {
	handle  Handle
	dialect Dialect
	turn    sync.Locker // held while the handle is used, if that is one connection
}

var _ ledger.Ledger = (*Store)(nil)

// New makes a ledger of what the program's database holds, or will hold.
// Nothing is asked of the database yet. The error is that of an unknown
// dialect.
func New(handle Handle, dialect Dialect) (*Store, error) {
	if dialect.DDL() == "" {
		return nil, fmt.Errorf("%v is neither SQLite nor PostgreSQL", dialect)
	}
	s := &Store{handle: handle, dialect: dialect, turn: &sync.Mutex{}}
	if _, pool := handle.(beginner); pool && !isConn(handle) {
		s.turn = nobody{}
	}
	return s, nil
}

// CorruptError says which entry is not as it was written.
type CorruptError struct {
	Company  string
	Sequence int // of the entry, from 1
	Err      error
}

// Error names the entry.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("the ledger's entry %d of company %q: %v", e.Sequence, e.Company, e.Err)
}

// Unwrap gives what is wrong with the entry.
func (e *CorruptError) Unwrap() error { return e.Err }

// nobody waits for nobody.
type nobody struct{}

func (nobody) Lock()   {}
func (nobody) Unlock() {}
