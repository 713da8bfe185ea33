package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger/sqlstore"
)

// A program writes its own row and an entry in one transaction: both are
// there, or neither.
func Example() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection has a memory of its own
	for _, migration := range []string{`CREATE TABLE customer (id TEXT)`, sqlstore.SQLite.DDL()} {
		if _, err := db.ExecContext(ctx, migration); err != nil {
			log.Fatal(err)
		}
	}

	joined := time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC)
	if err := enrol(ctx, db, "kvk:30123456", joined); err != nil {
		log.Fatal(err)
	}
	store, err := sqlstore.New(db, sqlstore.SQLite)
	if err != nil {
		log.Fatal(err)
	}
	for e, err := range store.Read(ctx, ledger.Query{Company: "kvk:30123456"}) {
		fmt.Println(e.Sequence, e.Type, err)
	}
	// Output:
	// 1 enrol <nil>
}

func enrol(ctx context.Context, db *sql.DB, company string, at time.Time) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, `INSERT INTO customer VALUES (?)`, company); err != nil {
		return err
	}
	store, err := sqlstore.New(tx, sqlstore.SQLite)
	if err != nil {
		return err
	}
	err = store.Append(ctx, certify.Entry{ID: "enrol", Company: company, Recorded: at, Type: certify.Enrol, At: at})
	if err != nil {
		return err
	}
	return tx.Commit()
}
