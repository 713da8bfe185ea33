// Package sheet reads a spreadsheet's CSV export by a declared map of its
// columns: the way in for what no tool reports, such as staff and inventories.
//
//	columns, err := sheet.DecodeColumns(file)
//	batch, err := sheet.Read(export, columns, reader.Salt(salt))
//	added, err := month.Add(batch)
//
// The map says which kind of record a row is and which column is which field:
//
//	{"kind": "employees", "source": "hr", "dates": "dd-mm-yyyy",
//	 "columns": {"id": "Personeelsnummer", "enrolled": "In dienst", "left": "Uit dienst"}}
//
// Kinds are websites, computers, employees, questionnaires, courses and
// phishing; their fields are those of the month document, id is required.
// Columns that the map does not name are passed over, so names and addresses
// need not enter. Cells are separated by a comma or a semicolon, whichever the
// header has more of; a byte order mark, CRLF and an apostrophe that guards a
// cell from being a formula are passed over. A row whose cells are all empty
// is none.
//
// Answers to a questionnaire rarely name it, nor count their points. So a map
// may give a field a fixed value, and the right answers to questions, of which
// the score is the share that was given:
//
//	{"kind": "questionnaires", "headers": 2, "fixed": {"id": "basis-2026"},
//	 "columns": {"employee": "E-mail", "completed": "Einddatum"},
//	 "right": {"Wat doet u met een verdachte mail?": ["Melden"]}}
//
// With two rows of headers (a question above its parts, as survey tools export)
// a column is called by either of them, or by both as "question / part". JSON is
// read too: a list of objects, such as SurveyJS keeps as results or plain data,
// alone or as "data" or "results". A column is then a member's name, with dots
// for what is in an object in it; several answers to one question count
// whatever their order.
package sheet

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
)

// Columns says what a spreadsheet's columns mean.
type Columns struct {
	Kind    string            `json:"kind"`              // websites, computers, employees, …
	Source  string            `json:"source,omitempty"`  // name of the origin; empty: "sheet"
	Dates   string            `json:"dates,omitempty"`   // such as dd-mm-yyyy; empty: yyyy-mm-dd
	Columns map[string]string `json:"columns"`           // header of the column, by field
	Headers int               `json:"headers,omitempty"` // rows of headers, 1 or 2; 0: 1

	Fixed map[string]string   `json:"fixed,omitempty"` // value of a field in every row
	Right map[string][]string `json:"right,omitempty"` // right answers, by header of the question
}

// fields of each kind, id first.
var fields = map[string][]string{
	"websites":       {"id", "scanned", "retired"},
	"computers":      {"id", "os", "seen", "retired"},
	"employees":      {"id", "enrolled", "left"},
	"questionnaires": {"id", "employee", "completed", "score"},
	"courses":        {"id", "employee", "offered", "completed"},
	"phishing":       {"id", "employee", "sent", "outcome"},
}

// maxMap is the largest map of columns that is read, in bytes.
const maxMap = 1 << 20

// DecodeColumns reads a map of columns, strictly, and checks it.
func DecodeColumns(r io.Reader) (Columns, error) {
	var c Columns
	data, err := io.ReadAll(io.LimitReader(r, maxMap+1))
	if err != nil {
		return c, err
	}
	if len(data) > maxMap {
		return c, fmt.Errorf("the map of columns is larger than %d bytes", maxMap)
	}
	if err := json.Unmarshal(data, &c, json.RejectUnknownMembers(true)); err != nil {
		return c, fmt.Errorf("the map of columns can't be read: %w", err)
	}
	return c, c.Check()
}

// Check says what is wrong with the map.
func (c Columns) Check() error {
	known, ok := fields[c.Kind]
	if !ok {
		return fmt.Errorf("kind %q is none of %s", c.Kind, strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
	}
	for _, field := range slices.Sorted(maps.Keys(c.Columns)) {
		if !slices.Contains(known, field) {
			return fmt.Errorf("%s have no field %q, only %s", c.Kind, field, strings.Join(known, ", "))
		}
	}
	if c.Columns["id"] == "" && c.Fixed["id"] == "" {
		return fmt.Errorf("the map names no column for id")
	}
	if err := c.checkAnswers(known); err != nil {
		return err
	}
	_, err := c.layout()
	return err
}

// layout turns dd-mm-yyyy into what the time package calls 02-01-2006. A day
// or month may be of one digit.
func (c Columns) layout() (string, error) {
	dates := c.Dates
	if dates == "" {
		dates = "yyyy-mm-dd"
	}
	for _, part := range []string{"dd", "mm", "yyyy"} {
		if strings.Count(dates, part) != 1 {
			return "", fmt.Errorf("dates %q must have dd, mm and yyyy once each", dates)
		}
	}
	return strings.NewReplacer("dd", "2", "mm", "1", "yyyy", "2006").Replace(dates), nil
}

// CellError says what is wrong with one cell.
type CellError struct {
	Row    int    // from 1, the header included
	Column string // its header
	Reason string
}

// Error names row and column.
func (e *CellError) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("row %d: %s", e.Row, e.Reason)
	}
	return fmt.Sprintf("row %d, column %q: %s", e.Row, e.Column, e.Reason)
}

// maxErrors is how many wrong cells are told.
const maxErrors = 20

// Read reads the whole sheet. The error joins up to 20 [*CellError]s, or is a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, columns Columns, opts ...reader.Option) (finding.Batch, error) {
	if err := columns.Check(); err != nil {
		return finding.Batch{}, err
	}
	o := reader.Settle(opts)
	text, err := io.ReadAll(reader.Limit(r, o))
	if err != nil {
		return finding.Batch{}, err
	}
	s := &sheet{columns: columns, options: o, batch: finding.Batch{Source: columns.Source}}
	if s.batch.Source == "" {
		s.batch.Source = "sheet"
	}
	if err := s.zone(); err != nil {
		return finding.Batch{}, err
	}
	if err := s.rows(string(text)); err != nil {
		return finding.Batch{}, err
	}
	if len(s.errors) > 0 {
		return finding.Batch{}, errors.Join(s.errors...)
	}
	return s.batch, nil
}

type sheet struct {
	columns Columns
	options reader.Options
	in      *time.Location
	layout  string
	at      map[string]int // column number by field
	asked   map[string]int // column number by question of which the answer is known
	row     int
	cells   []string
	batch   finding.Batch
	errors  []error
}

func (s *sheet) zone() (err error) {
	if s.in = s.options.Zone; s.in == nil {
		s.in, err = finding.LoadZone("")
	}
	s.layout, _ = s.columns.layout() // checked before
	return err
}

func (s *sheet) rows(text string) error {
	if t := strings.TrimLeft(text, " \t\r\n"); strings.HasPrefix(t, "[") || strings.HasPrefix(t, "{") {
		return s.objects(text)
	}
	header, _, _ := strings.Cut(text, "\n")
	c := csv.NewReader(strings.NewReader(text))
	if strings.Count(header, ";") > strings.Count(header, ",") {
		c.Comma = ';'
	}
	c.FieldsPerRecord = -1
	records, above := 0, []string(nil)
	for {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return &CellError{Row: s.row + 1, Reason: err.Error()}
		}
		s.row, _ = c.FieldPos(0)
		s.cells = cells
		if s.at == nil {
			if s.columns.Headers == 2 && above == nil {
				above = append([]string{}, cells...)
				continue
			}
			if err := s.header(above); err != nil {
				return err
			}
			continue
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		if records++; records > s.options.MaxRecords {
			return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
		}
		s.record()
	}
	if s.at == nil {
		return &CellError{Row: 1, Reason: "the sheet is empty"}
	}
	return nil
}

// header finds the columns that the map names.
func (s *sheet) header(above []string) error {
	s.at, s.asked = map[string]int{}, map[string]int{}
	names := headers(above, s.cells)
	find := func(want string) int {
		return slices.IndexFunc(names, func(called []string) bool { return slices.Contains(called, want) })
	}
	var missing []error
	for _, field := range fields[s.columns.Kind] {
		want, mapped := s.columns.Columns[field]
		if !mapped {
			continue
		}
		if s.at[field] = find(want); s.at[field] < 0 {
			missing = append(missing, &CellError{Row: s.row, Column: want, Reason: "there is no such column"})
		}
	}
	for _, question := range slices.Sorted(maps.Keys(s.columns.Right)) {
		if s.asked[question] = find(question); s.asked[question] < 0 {
			missing = append(missing, &CellError{Row: s.row, Column: question, Reason: "there is no such column"})
		}
	}
	return errors.Join(missing...)
}

func (s *sheet) wrong(field, format string, args ...any) {
	if len(s.errors) < maxErrors {
		s.errors = append(s.errors, &CellError{s.row, s.columns.Columns[field], fmt.Sprintf(format, args...)})
	}
}

// text is a cell without surrounding space and without the apostrophe that
// guards it.
func (s *sheet) text(field string) string {
	i, mapped := s.at[field]
	if fixed := s.columns.Fixed[field]; fixed != "" {
		return fixed
	}
	if !mapped || i >= len(s.cells) {
		return ""
	}
	cell := strings.TrimSpace(s.cells[i])
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@\t\r", rune(cell[1])) {
		cell = cell[1:]
	}
	return cell
}

func (s *sheet) id() string {
	id := s.text("id")
	if id == "" {
		s.wrong("id", "is empty")
	}
	return id
}

// employee is a person's key: hashed if there is a salt, and never an e-mail
// address.
func (s *sheet) employee(field string) string {
	key := s.text(field)
	switch {
	case key == "":
		return ""
	case len(s.options.Salt) > 0:
		key, _ = s.options.Pseudonym(key) // there is a salt
		return key
	case strings.Contains(key, "@"):
		s.wrong(field, "looks like an e-mail address; give a salt to have it hashed")
	}
	return key
}

// instant reads a date in the map's layout, or an instant.
func (s *sheet) instant(field string) time.Time {
	cell := s.text(field)
	if cell == "" {
		return time.Time{}
	}
	if t := reader.Instant(cell); !t.IsZero() {
		return t
	}
	t, err := time.ParseInLocation(s.layout, cell, s.in)
	if err != nil || t.Year() < 1970 {
		s.wrong(field, "%q is not a date as %s", cell, s.columns.Dates)
		return time.Time{}
	}
	return t.UTC()
}

func (s *sheet) record() {
	b := &s.batch
	switch s.columns.Kind {
	case "websites":
		b.Websites = append(b.Websites, finding.Website{ID: reader.Host(s.id()), Scanned: s.instant("scanned"), Retired: s.instant("retired")})
	case "computers":
		b.Computers = append(b.Computers, finding.Computer{ID: reader.Computer(s.id()), OS: s.text("os"), Seen: s.instant("seen"), Retired: s.instant("retired")})
	case "employees":
		key := s.employee("id")
		if key == "" {
			s.wrong("id", "is empty")
		}
		b.Employees = append(b.Employees, finding.Employee{ID: key, Enrolled: s.instant("enrolled"), Left: s.instant("left")})
	case "questionnaires":
		b.Questionnaires = append(b.Questionnaires, finding.Questionnaire{ID: s.id(), Employee: s.employee("employee"), Completed: s.completed(), Score: s.score()})
	case "courses":
		b.Courses = append(b.Courses, finding.Course{ID: s.id(), Employee: s.employee("employee"), Offered: s.instant("offered"), Completed: s.instant("completed")})
	case "phishing":
		b.Phishing = append(b.Phishing, finding.Phishing{ID: s.id(), Employee: s.employee("employee"), Sent: s.instant("sent"), Outcome: s.outcome()})
	}
}

// completed is when a questionnaire was filled in; answers without a date were
// in when they were taken.
func (s *sheet) completed() time.Time {
	if t := s.instant("completed"); !t.IsZero() || s.columns.Columns["completed"] != "" {
		return t
	}
	return s.options.Taken
}

func (s *sheet) score() int {
	if len(s.columns.Right) > 0 {
		return s.right()
	}
	cell := s.text("score")
	if cell == "" {
		return 0
	}
	n, err := strconv.Atoi(cell)
	if err != nil || n < 0 || n > 100 {
		s.wrong("score", "%q is not a whole number from 0 to 100", cell)
	}
	return n
}

func (s *sheet) outcome() finding.PhishingOutcome {
	var o finding.PhishingOutcome
	if err := o.UnmarshalText([]byte(strings.ToLower(s.text("outcome")))); err != nil {
		s.wrong("outcome", "%v", err)
	}
	return o
}
