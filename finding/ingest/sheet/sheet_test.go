package sheet_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/sheet"
	"github.com/stretchr/testify/require"
)

var staff = sheet.Columns{Kind: "employees", Source: "hr", Dates: "dd-mm-yyyy",
	Columns: map[string]string{"id": "Nummer", "enrolled": "In dienst", "left": "Uit dienst"}}

func TestRead(t *testing.T) {
	text := "\ufeffNaam;Nummer;In dienst;Uit dienst\r\n\"Van Dalen; P.\";17;1-6-2026;\r\n;;;\r\n\"De Wit\nM.\";'+18;01-07-2026;31-10-2026\r\n"
	b, err := sheet.Read(strings.NewReader(text), staff)
	require.NoError(t, err)
	require.Equal(t, "hr", b.Source)
	at := func(m time.Month, d, h int) time.Time { return time.Date(2026, m, d, h, 0, 0, 0, time.UTC) }
	require.Equal(t, []finding.Employee{
		{ID: "17", Enrolled: at(5, 31, 22)},
		{ID: "+18", Enrolled: at(6, 30, 22), Left: at(10, 30, 23)},
	}, b.Employees)
}

func TestEveryKind(t *testing.T) {
	for kind, c := range map[string]struct{ header, row string }{
		"websites":       {"id,scanned,retired", "https://A.example/x,2026-11-03,"},
		"computers":      {"id,os,seen,retired", "pc-1,Windows,2026-11-03T10:00:00Z,"},
		"questionnaires": {"id,employee,completed,score", "q,17,2026-11-03,82"},
		"courses":        {"id,employee,offered,completed", "c,17,2026-11-03,"},
		"phishing":       {"id,employee,sent,outcome", "m,17,2026-11-03,Clicked"},
	} {
		columns := sheet.Columns{Kind: kind, Columns: map[string]string{}}
		for field := range strings.SplitSeq(c.header, ",") {
			columns.Columns[field] = field
		}
		b, err := sheet.Read(strings.NewReader(c.header+"\n"+c.row+"\n"), columns)
		require.NoError(t, err, kind)
		m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 11)}
		added, err := m.Add(b)
		require.NoError(t, err, kind)
		require.Equal(t, 1, added.Records, kind)
	}
}

// All wrong cells are told, by row and column.
func TestWrongCells(t *testing.T) {
	text := "Nummer,In dienst,Uit dienst\n,31-13-2026,\njan@korenaar.example,1-1-2026,gisteren\n"
	b, err := sheet.Read(strings.NewReader(text), staff)
	require.Empty(t, b.Employees)
	for _, says := range []string{
		`row 2, column "Nummer": is empty`, `row 2, column "In dienst": "31-13-2026" is not a date as dd-mm-yyyy`,
		`row 3, column "Nummer": looks like an e-mail address`, `row 3, column "Uit dienst": "gisteren" is not a date`,
	} {
		require.ErrorContains(t, err, says)
	}
	for name, text := range map[string]string{"empty": "", "no such column": "A,B\n1,2\n", "torn quotes": "Nummer,In dienst,Uit dienst\n\"x\n"} {
		_, err := sheet.Read(strings.NewReader(text), staff)
		require.Error(t, err, name)
	}
}

// With a salt nobody's key stays readable, and the same person stays the same.
func TestSalt(t *testing.T) {
	read := func(text, salt string) string {
		b, err := sheet.Read(strings.NewReader("Nummer,In dienst,Uit dienst\n"+text+",,\n"), staff, reader.Salt([]byte(salt)))
		require.NoError(t, err)
		return b.Employees[0].ID
	}
	require.Regexp(t, "^[0-9a-f]{32}$", read("jan@korenaar.example", "s"))
	require.Equal(t, read("jan@korenaar.example", "s"), read("Jan@Korenaar.example", "s"))
	require.NotEqual(t, read("jan@korenaar.example", "s"), read("jan@korenaar.example", "t"))
}

func TestColumns(t *testing.T) {
	c, err := sheet.DecodeColumns(strings.NewReader(`{"kind":"employees","columns":{"id":"Nummer"}}`))
	require.NoError(t, err)
	require.Equal(t, "Nummer", c.Columns["id"])
	for _, text := range []string{`{}`, `{"kind":"staff","columns":{"id":"x"}}`, `{"kind":"employees","columns":{}}`, `{"kind":"employees","columns":{"id":"x","os":"y"}}`,
		`{"kind":"employees","columns":{"id":"x"},"dates":"mm-yyyy"}`, `{"Kind":"employees"}`, `[`} {
		_, err := sheet.DecodeColumns(strings.NewReader(text))
		require.Error(t, err, text)
	}
}

// Whatever the cells are, reading ends in a batch that a month takes, or in an
// error.
func FuzzRead(f *testing.F) {
	f.Add("Nummer;In dienst;Uit dienst\n17;1-6-2026;\n")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := sheet.Read(strings.NewReader(text), staff)
		if err != nil {
			return
		}
		m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 11)}
		_, err = m.Add(b)
		require.NoError(t, err)
	})
}

func ExampleRead() {
	columns, err := sheet.DecodeColumns(strings.NewReader(`{"kind":"employees","dates":"dd-mm-yyyy","columns":{"id":"Nummer","enrolled":"In dienst"}}`))
	if err != nil {
		panic(err)
	}
	batch, err := sheet.Read(strings.NewReader("Naam;Nummer;In dienst\nVan Dalen;17;1-6-2026\n"), columns)
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Employees[0].ID, batch.Employees[0].Enrolled)
	// Output:
	// 17 2026-05-31 22:00:00 +0000 UTC
}
