package sqlstore

import (
	"context"
	"errors"
)

// scan runs a query to its end, row by row.
func scan[T any](ctx context.Context, h Handle, q *query, fields func(*T) []any, each func(*T) error) (err error) {
	found, err := h.QueryContext(ctx, q.text.String(), q.args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, found.Close()) }()
	for found.Next() {
		var row T
		if err := found.Scan(fields(&row)...); err != nil {
			return err
		}
		if err := each(&row); err != nil {
			return err
		}
	}
	return found.Err()
}
