package sqlstore

import (
	"context"
	"database/sql"
	"errors"
)

// beginner is a handle that can begin a transaction.
type beginner interface {
	BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error)
}

func isConn(h Handle) bool {
	_, is := h.(*sql.Conn)
	return is
}

const savepoint = "keurmerk_append"

// whole does all of it or nothing: within the program's transaction, or else
// in one of its own.
func (s *Store) whole(ctx context.Context, do func(Handle) error) error {
	b, can := s.handle.(beginner)
	if can && !isConn(s.handle) {
		return s.begin(ctx, b, do)
	}
	if _, err := s.handle.ExecContext(ctx, "SAVEPOINT "+savepoint); err != nil {
		// A connection may have a transaction under way, begun by a statement.
		// If it has none, PostgreSQL refuses; SQLite begins one.
		if can {
			return s.begin(ctx, b, do)
		}
		return err
	}
	if err := do(s.handle); err != nil {
		return errors.Join(err, s.undo(context.WithoutCancel(ctx)))
	}
	_, err := s.handle.ExecContext(ctx, "RELEASE SAVEPOINT "+savepoint)
	return err
}

// undo goes back to where the append began. A transaction that has ended
// meanwhile needs no undoing.
func (s *Store) undo(ctx context.Context) error {
	for _, statement := range []string{"ROLLBACK TO SAVEPOINT ", "RELEASE SAVEPOINT "} {
		if _, err := s.handle.ExecContext(ctx, statement+savepoint); err != nil {
			if errors.Is(err, sql.ErrTxDone) {
				return nil
			}
			return err
		}
	}
	return nil
}

func (s *Store) begin(ctx context.Context, b beginner, do func(Handle) error) error {
	var options *sql.TxOptions
	if s.dialect == PostgreSQL {
		// Whoever waited for another append must see what that appended.
		options = &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	}
	tx, err := b.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		if undone := tx.Rollback(); !errors.Is(undone, sql.ErrTxDone) {
			err = errors.Join(err, undone)
		}
		return err
	}
	return tx.Commit()
}
