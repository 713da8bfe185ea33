package sqlstore

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

// Dialect is which database the tables are in.
type Dialect int

// The dialects.
const (
	SQLite     Dialect = iota + 1 // 3.24 or newer
	PostgreSQL                    // 10 or newer
)

// String is the database's name.
func (d Dialect) String() string {
	switch d {
	case SQLite:
		return "SQLite"
	case PostgreSQL:
		return "PostgreSQL"
	}
	return fmt.Sprintf("dialect %d", int(d))
}

var (
	//go:embed schema/sqlite.sql
	sqliteDDL string
	//go:embed schema/postgresql.sql
	postgresqlDDL string
)

// DDL makes the tables, for a migration of the program's own: two statements,
// each ended by a semicolon, with comments. Later versions of this package
// bring further statements and never change these. It is empty for an unknown
// dialect.
func (d Dialect) DDL() string {
	switch d {
	case SQLite:
		return sqliteDDL
	case PostgreSQL:
		return postgresqlDDL
	}
	return ""
}

// query is a statement with its arguments, built up piece by piece.
type query struct {
	dialect Dialect
	text    strings.Builder
	args    []any
}

func (d Dialect) query(text string) *query {
	q := &query{dialect: d}
	q.text.WriteString(text)
	return q
}

// sql adds text.
func (q *query) sql(text string) *query {
	q.text.WriteString(text)
	return q
}

// arg adds a parameter with its value.
func (q *query) arg(value any) *query {
	q.args = append(q.args, value)
	if q.dialect == PostgreSQL {
		q.text.WriteString("$" + strconv.Itoa(len(q.args)))
	} else {
		q.text.WriteByte('?')
	}
	return q
}

// row adds parameters in parentheses.
func (q *query) row(values ...any) *query {
	for i, v := range values {
		if i == 0 {
			q.sql("(").arg(v)
			continue
		}
		q.sql(", ").arg(v)
	}
	return q.sql(")")
}

// rows adds as many such rows as there are items.
func rows[T any](q *query, items []T, row func(T) []any) *query {
	for i, item := range items {
		if i > 0 {
			q.sql(", ")
		}
		q.row(row(item)...)
	}
	return q
}
