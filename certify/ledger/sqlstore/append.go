package sqlstore

import (
	"context"
	"maps"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
)

// most is how many rows a statement names: few enough for the parameters that
// any of the databases takes.
const most = 100

// Append implements [ledger.Ledger]. It is one transaction, or part of the one
// that the store was made over.
func (s *Store) Append(ctx context.Context, entries ...certify.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, e := range entries {
		// No name gets as far as the database that it could not keep.
		if _, _, _, err := (ledger.Link{}).Next(e); err != nil {
			return err
		}
	}
	if len(entries) == 0 {
		return nil
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	return s.whole(ctx, func(h Handle) error {
		a := appending{ctx: ctx, handle: h, dialect: s.dialect, links: map[string]ledger.Link{}, known: map[name]*certify.Entry{}}
		return a.append(entries)
	})
}

// name is what tells an entry from every other.
type name struct{ company, id string }

// appending is an append within its transaction. It is the past that the
// entries are prepared by.
type appending struct {
	ctx     context.Context
	handle  Handle
	dialect Dialect
	links   map[string]ledger.Link
	known   map[name]*certify.Entry
}

// Link implements [ledger.Past].
func (a *appending) Link(company string) ledger.Link { return a.links[company] }

// Entry implements [ledger.Past].
func (a *appending) Entry(company, id string) (*certify.Entry, error) {
	return a.known[name{company, id}], nil
}

func (a *appending) append(entries []certify.Entry) error {
	if err := a.lock(entries); err != nil {
		return err
	}
	if err := a.look(entries); err != nil {
		return err
	}
	lines, err := ledger.Prepare(a, entries)
	if err != nil {
		return err
	}
	return a.write(lines)
}

// lock takes the rows of the companies for this transaction, in order, and
// reads where their chains end.
func (a *appending) lock(entries []certify.Entry) error {
	seen := map[string]bool{}
	for i := range entries {
		seen[entries[i].Company] = true
	}
	companies := slices.Sorted(maps.Keys(seen))
	// This is the first statement, so that SQLite's transaction is one that
	// writes from its start.
	for part := range slices.Chunk(companies, most) {
		q := a.dialect.query("INSERT INTO keurmerk_company (company, sequence, digest) VALUES ")
		rows(q, part, func(company string) []any { return []any{company, 0, ""} })
		if err := a.exec(q.sql(" ON CONFLICT (company) DO NOTHING")); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(companies, most) {
		q := a.dialect.query("SELECT company, sequence, digest FROM keurmerk_company WHERE company IN ")
		q.row(anys(part)...).sql(" ORDER BY company")
		if a.dialect == PostgreSQL {
			q.sql(" FOR UPDATE")
		}
		err := scan(a.ctx, a.handle, q, func(row *headRow) []any { return []any{&row.company, &row.Sequence, &row.Digest} },
			func(row *headRow) error { a.links[row.company] = row.Link; return nil })
		if err != nil {
			return err
		}
	}
	return nil
}

// look reads those of the entries that are there already.
func (a *appending) look(entries []certify.Entry) error {
	for part := range slices.Chunk(entries, most) {
		q := a.dialect.query("WITH wanted (company, id) AS (VALUES ")
		rows(q, part, func(e certify.Entry) []any { return []any{e.Company, e.ID} })
		q.sql(") SELECT e.company, e.sequence, e.id, e.digest, e.entry FROM wanted JOIN keurmerk_entry AS e ON e.company = wanted.company AND e.id = wanted.id")
		err := scan(a.ctx, a.handle, q, (*entryRow).fields, func(row *entryRow) error {
			e, err := row.read()
			a.known[name{row.company, row.id}] = e
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// write adds the rows, and moves the ends of the chains.
func (a *appending) write(lines []ledger.Line) error {
	ends := map[string]ledger.Line{}
	for part := range slices.Chunk(lines, most) {
		q := a.dialect.query("INSERT INTO keurmerk_entry (company, sequence, id, digest, entry) VALUES ")
		rows(q, part, func(l ledger.Line) []any {
			ends[l.Entry.Company] = l
			return []any{l.Entry.Company, l.Entry.Sequence, l.Entry.ID, l.Digest, string(l.Text)}
		})
		if err := a.exec(q); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(ends)), most) {
		q := a.dialect.query("INSERT INTO keurmerk_company (company, sequence, digest) VALUES ")
		rows(q, part, func(company string) []any { return []any{company, ends[company].Entry.Sequence, ends[company].Digest} })
		if err := a.exec(q.sql(" ON CONFLICT (company) DO UPDATE SET sequence = excluded.sequence, digest = excluded.digest")); err != nil {
			return err
		}
	}
	return nil
}

func (a *appending) exec(q *query) error {
	_, err := a.handle.ExecContext(a.ctx, q.text.String(), q.args...)
	return err
}

func anys(texts []string) []any {
	var all []any
	for _, s := range texts {
		all = append(all, s)
	}
	return all
}
