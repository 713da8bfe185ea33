package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
)

// Read implements [ledger.Ledger]. It reads a hundred rows at a time, so that
// nothing of the database is held while they are used. What another
// transaction has appended and not committed is not there yet.
func (s *Store) Read(ctx context.Context, q ledger.Query) iter.Seq2[certify.Entry, error] {
	return func(yield func(certify.Entry, error) bool) {
		r := reading{store: s, ctx: ctx, company: q.Company, links: map[string]ledger.Link{}}
		err := r.begin()
		for more := true; more && err == nil; {
			var page []entryRow
			page, err = r.page()
			more = len(page) == most
			for i := range page {
				e, failed := r.next(&page[i])
				if failed == nil {
					failed = ctx.Err()
				}
				if failed != nil {
					yield(certify.Entry{}, failed)
					return
				}
				if e != nil && !yield(*e, nil) {
					return
				}
			}
		}
		if err == nil {
			err = r.end()
		}
		if err != nil {
			yield(certify.Entry{}, err)
		}
	}
}

// headRow is a row of keurmerk_company.
type headRow struct {
	company string
	ledger.Link
	position int64 // of the last entry of all, when this was read
}

// entryRow is a row of keurmerk_entry.
type entryRow struct {
	position      int64
	company, id   string
	sequence      int
	digest, entry string
}

func (row *entryRow) fields() []any {
	return []any{&row.company, &row.sequence, &row.id, &row.digest, &row.entry}
}

func (row *entryRow) corrupt(err error) error { return &CorruptError{row.company, row.sequence, err} }

// read gives the entry of the row, if that is as it was written.
func (row *entryRow) read() (*certify.Entry, error) {
	var e certify.Entry
	if ledger.Digest([]byte(row.entry)) != row.digest {
		return nil, row.corrupt(errors.New("it is not as it was written"))
	}
	if err := e.UnmarshalJSON([]byte(row.entry)); err != nil {
		return nil, row.corrupt(err)
	}
	if e.Company != row.company || e.ID != row.id || e.Sequence != row.sequence {
		return nil, row.corrupt(fmt.Errorf("its row says another company, number or id than it does: entry %d, %q, of company %q", e.Sequence, e.ID, e.Company))
	}
	return &e, nil
}

// reading goes through what was there when it began.
type reading struct {
	store   *Store
	ctx     context.Context
	company string // empty: all
	heads   map[string]ledger.Link
	last    int64 // position of the last row that was there
	at      int64 // position of the last row that was read
	links   map[string]ledger.Link
}

// query reads rows at the store's turn.
func ask[T any](r *reading, q *query, fields func(*T) []any, each func(*T) error) error {
	r.store.turn.Lock()
	defer r.store.turn.Unlock()
	return scan(r.ctx, r.store.handle, q, fields, each)
}

// begin reads, in one statement, where the chains end.
func (r *reading) begin() error {
	if err := r.endless(); err != nil {
		return err
	}
	r.heads = map[string]ledger.Link{}
	q := r.store.dialect.query("SELECT company, sequence, digest, (SELECT COALESCE(MAX(position), 0) FROM keurmerk_entry) FROM keurmerk_company")
	if r.company != "" {
		q.sql(" WHERE company = ").arg(r.company)
	}
	return ask(r, q, func(row *headRow) []any { return []any{&row.company, &row.Sequence, &row.Digest, &row.position} },
		func(row *headRow) error {
			r.heads[row.company], r.last = row.Link, row.position
			return nil
		})
}

// endless looks for an entry whose company has no row that says where its
// chain ends: that was taken out, where the database does not prevent it.
func (r *reading) endless() error {
	q := r.store.dialect.query("SELECT company, sequence, id, digest, entry FROM keurmerk_entry AS e WHERE NOT EXISTS (SELECT 1 FROM keurmerk_company AS c WHERE c.company = e.company)")
	if r.company != "" {
		q.sql(" AND company = ").arg(r.company)
	}
	return ask(r, q.sql(" ORDER BY position LIMIT 1"), (*entryRow).fields, func(row *entryRow) error {
		return row.corrupt(errors.New("the row of keurmerk_company that says where its chain ends is missing"))
	})
}

// page reads the next rows: by number where they are one company's, so that
// the index on those serves.
func (r *reading) page() ([]entryRow, error) {
	q := r.store.dialect.query("SELECT position, company, sequence, id, digest, entry FROM keurmerk_entry WHERE ")
	if r.company == "" {
		q.sql("position > ").arg(r.at).sql(" AND position <= ").arg(r.last).sql(" ORDER BY position")
	} else {
		q.sql("company = ").arg(r.company).sql(" AND sequence > ").arg(r.links[r.company].Sequence)
		q.sql(" AND sequence <= ").arg(r.heads[r.company].Sequence).sql(" ORDER BY sequence")
	}
	var page []entryRow
	err := ask(r, q.sql(fmt.Sprintf(" LIMIT %d", most)), func(row *entryRow) []any { return append([]any{&row.position}, row.fields()...) },
		func(row *entryRow) error {
			page = append(page, *row)
			r.at = row.position
			return nil
		})
	return page, err
}

// next checks a row; nil if it was not there yet when the reading began.
func (r *reading) next(row *entryRow) (*certify.Entry, error) {
	head, is := r.heads[row.company]
	if !is || row.sequence > head.Sequence {
		return nil, nil
	}
	e, err := row.read()
	if err != nil {
		return nil, err
	}
	link := r.links[row.company]
	switch {
	case link.Check(e) == nil:
	case e.Sequence > link.Sequence+1:
		return nil, &CorruptError{row.company, link.Sequence + 1, errors.New("it is missing")}
	case e.Sequence == link.Sequence+1 && link.Sequence > 0:
		return nil, &CorruptError{row.company, link.Sequence, fmt.Errorf("it is not the one that entry %d followed", e.Sequence)}
	default:
		return nil, row.corrupt(link.Check(e))
	}
	r.links[row.company] = ledger.Link{Sequence: e.Sequence, Digest: row.digest}
	return e, nil
}

// end sees that every chain was read to its end.
func (r *reading) end() error {
	for _, company := range slices.Sorted(maps.Keys(r.heads)) {
		head, link := r.heads[company], r.links[company]
		switch {
		case link.Sequence < head.Sequence:
			return &CorruptError{company, link.Sequence + 1, errors.New("it is missing")}
		case link.Digest != head.Digest:
			return &CorruptError{company, link.Sequence, errors.New("it is not the one that was appended last")}
		}
	}
	return nil
}
