package reader

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// Row is a row of a CSV output, by the names of its columns.
type Row struct {
	Line    int // where it starts, from 1
	columns map[string]int
	cells   []string
}

// Cell is the first of the named columns that has something in it, without
// surrounding space and without the apostrophe that guards it from being a
// formula. Names are compared without regard to case.
func (r Row) Cell(names ...string) string {
	for _, name := range names {
		if i, ok := r.columns[strings.ToLower(name)]; ok && i < len(r.cells) {
			if cell := unguard(r.cells[i]); cell != "" {
				return cell
			}
		}
	}
	return ""
}

// Has tells whether there is a column with the name.
func (r Row) Has(name string) bool {
	_, ok := r.columns[strings.ToLower(name)]
	return ok
}

func unguard(cell string) string {
	cell = strings.TrimSpace(cell)
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@\t\r", rune(cell[1])) {
		return cell[1:]
	}
	return cell
}

// Columns names the columns of a CSV header, in lower case, as far as the head
// goes: the names are those of its first line.
func Columns(head []byte) []string {
	line, _, _ := strings.Cut(strings.TrimPrefix(string(head), "\ufeff"), "\n")
	if strings.HasPrefix(line, "sep=") {
		_, rest, _ := strings.Cut(string(head), "\n")
		line, _, _ = strings.Cut(rest, "\n")
	}
	c := csv.NewReader(strings.NewReader(line))
	c.Comma, c.LazyQuotes = comma(line), true
	names, err := c.Read()
	if err != nil {
		return nil
	}
	for i := range names {
		names[i] = strings.ToLower(strings.TrimSpace(names[i]))
	}
	return names
}

// comma is what the header has most of.
func comma(header string) rune {
	most := ','
	for _, c := range ";\t" {
		if strings.Count(header, string(c)) > strings.Count(header, string(most)) {
			most = c
		}
	}
	return most
}

// Rows reads a CSV output with a header, row by row. Cells are separated by
// whatever of comma, semicolon and tab the header has most of; empty rows are
// passed over. A row with fewer cells than the header was cut off: that is a
// [*FormatError], as is a quote that is never closed. Reading ends at the
// first error.
func Rows(tool string, r io.Reader, o Options) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		c, header, err := table(r)
		if err != nil {
			yield(Row{}, tooShort(tool, 1, err))
			return
		}
		columns := map[string]int{}
		for i, name := range header {
			if _, twice := columns[strings.ToLower(strings.TrimSpace(name))]; !twice {
				columns[strings.ToLower(strings.TrimSpace(name))] = i
			}
		}
		line := 1
		for n := 0; ; {
			cells, err := c.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if err == nil {
				line, _ = c.FieldPos(0)
				if strings.TrimSpace(strings.Join(cells, "")) == "" {
					continue
				}
				n++
			}
			switch {
			case err != nil:
				err = tooShort(tool, line+1, err)
			case len(cells) < len(header):
				err = &FormatError{tool, fmt.Sprintf("row %d", line), fmt.Sprintf("it has %d of %d cells; was the output cut off?", len(cells), len(header))}
			case n > o.MaxRecords:
				err = &LimitError{"records", int64(o.MaxRecords)}
			}
			if !yield(Row{line, columns, cells}, err) || err != nil {
				return
			}
		}
	}
}

// table reads the header.
func table(r io.Reader) (*csv.Reader, []string, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	if strings.HasPrefix(string(head), "sep=") {
		if _, err := b.ReadString('\n'); err != nil {
			return nil, nil, err
		}
		head, _ = b.Peek(4 << 10) // an error comes back at the next reading
	}
	first, _, _ := strings.Cut(string(head), "\n")
	c := csv.NewReader(b)
	c.Comma, c.FieldsPerRecord = comma(first), -1
	header, err := c.Read()
	return c, header, err
}

func tooShort(tool string, line int, err error) error {
	if limit, ok := errors.AsType[*LimitError](err); ok {
		return limit
	}
	if errors.Is(err, io.EOF) {
		return &FormatError{tool, fmt.Sprintf("row %d", line), "the output is empty"}
	}
	return &FormatError{tool, fmt.Sprintf("row %d", line), err.Error()}
}
