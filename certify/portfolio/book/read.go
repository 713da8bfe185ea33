package book

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The most that is read of one line, in bytes, and how many faults are told.
const (
	MaxLine   = 64 << 10
	MaxFaults = 20
)

// Fault says what is wrong with a line of a book.
type Fault struct {
	Line   int    // from 1
	Member string // name of the member or column; empty: the line as a whole
	Err    error
}

// Error names line and member.
func (f *Fault) Error() string {
	if f.Member == "" {
		return fmt.Sprintf("line %d: %v", f.Line, f.Err)
	}
	member := told(f.Member)
	if member == `"`+f.Member+`"` { // as names should be
		member = f.Member
	}
	return fmt.Sprintf("line %d: %s: %v", f.Line, member, f.Err)
}

// maxTold is how many characters of a text an error shows.
const maxTold = 60

// told quotes a text of the file for an error.
func told(s string) string {
	if runes := []rune(s); len(runes) > maxTold {
		return strconv.Quote(string(runes[:maxTold])) + "…"
	}
	return strconv.Quote(s)
}

// Unwrap gives what is wrong.
func (f *Fault) Unwrap() error { return f.Err }

// faults gathers the first MaxFaults.
type faults struct {
	all  []error
	more int
}

func (f *faults) add(err error) {
	if len(f.all) < MaxFaults {
		f.all = append(f.all, err)
		return
	}
	f.more++
}

func (f *faults) join() error {
	if f.more > 0 {
		return errors.Join(append(f.all, fmt.Errorf("and %d more", f.more))...)
	}
	return errors.Join(f.all...)
}

// Policies reads policies. Every faulty line is reported as a [*Fault],
// joined, up to [MaxFaults].
func Policies(r io.Reader) ([]Policy, error) {
	names := []string{"policy", "company", "from", "until", "premium"}
	return read(r, names, func(v *values) Policy {
		p := Policy{v.text("policy"), v.text("company"), v.day("from"), v.day("until"), v.amount("premium")}
		if v.good && p.Until <= p.From {
			v.wrong("until", fmt.Errorf("%v is not after %v", p.Until, p.From))
		}
		return p
	})
}

// Claims reads claims, with faults as [Policies] reports them. Whether they
// fit the policies is for [New] to say.
func Claims(r io.Reader) ([]Claim, error) {
	names := []string{"claim", "policy", "occurred", "valued", "paid", "reserved"}
	return read(r, names, func(v *values) Claim {
		c := Claim{v.text("claim"), v.text("policy"), v.day("occurred"), v.day("valued"), v.amount("paid"), v.amount("reserved")}
		if v.good && c.Valued < c.Occurred {
			v.wrong("valued", fmt.Errorf("%v lies before %v", c.Valued, c.Occurred))
		}
		return c
	})
}

// record is a line as text: a value for each name.
type record struct {
	line   int
	values map[string]string
}

// read reads records of either form and makes something of each.
func read[T any](r io.Reader, names []string, make func(*values) T) ([]T, error) {
	buffered := bufio.NewReaderSize(r, MaxLine)
	if start, _ := buffered.Peek(3); bytes.Equal(start, []byte("\ufeff")) {
		buffered.Discard(3) // three bytes are there: it can't fail
	}
	records := table
	if form := firstOf(buffered); form == '{' {
		records = objects
	}
	var all []T
	var faults faults
	for record, err := range records(buffered, names) {
		if err != nil {
			faults.add(err)
			continue
		}
		v := &values{record: record, faults: &faults, good: true}
		all = append(all, make(v))
	}
	return all, faults.join()
}

// firstOf is the first byte that is no blank, as far as the buffer reaches.
func firstOf(r *bufio.Reader) byte {
	start, _ := r.Peek(MaxLine)
	start = bytes.TrimLeft(start, " \t\r\n")
	if len(start) == 0 {
		return 0
	}
	return start[0]
}

// values takes typed values out of a record and notes what does not fit.
type values struct {
	record record
	faults *faults
	good   bool
}

func (v *values) wrong(name string, err error) {
	v.good = false
	v.faults.add(&Fault{v.record.line, name, err})
}

func (v *values) text(name string) string {
	s := v.record.values[name]
	switch {
	case s == "":
		v.wrong(name, errors.New("is empty"))
	case s != strings.TrimSpace(s):
		v.wrong(name, fmt.Errorf("%s begins or ends with a blank", told(s)))
	case !utf8.ValidString(s):
		v.wrong(name, fmt.Errorf("%s is not UTF-8", told(s)))
	}
	return s
}

func (v *values) day(name string) Day {
	d, err := ParseDay(v.record.values[name])
	if err != nil {
		v.wrong(name, err)
	}
	return d
}

func (v *values) amount(name string) Amount {
	a, err := ParseAmount(v.record.values[name])
	if err != nil {
		v.wrong(name, err)
	}
	return a
}

// objects reads JSON Lines: an object a line, blank lines passed over.
func objects(r *bufio.Reader, names []string) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, MaxLine)
		number := 0
		for lines.Scan() {
			number++
			if len(bytes.TrimSpace(lines.Bytes())) == 0 {
				continue
			}
			values, err := object(lines.Bytes(), names)
			if fault, ok := errors.AsType[*Fault](err); ok {
				fault.Line = number
			}
			if !yield(record{number, values}, err) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			if errors.Is(err, bufio.ErrTooLong) {
				err = fmt.Errorf("the line is longer than %d bytes", MaxLine)
			}
			yield(record{}, &Fault{Line: number + 1, Err: err})
		}
	}
}

// object reads one object strictly: each of the names once, in this case, and
// nothing else; values are strings or numbers.
func object(text []byte, names []string) (map[string]string, error) {
	wrong := func(member string, format string, args ...any) (map[string]string, error) {
		return nil, &Fault{Member: member, Err: fmt.Errorf(format, args...)}
	}
	if !utf8.Valid(text) {
		return wrong("", "is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return wrong("", "is not a JSON object")
	}
	values := map[string]string{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return wrong("", "is not a JSON object: %w", err)
		}
		name, _ := key.(string) // a key is nothing else
		if !slices.Contains(names, name) {
			return wrong(name, "there is no such member; there are %s", strings.Join(names, ", "))
		}
		if _, twice := values[name]; twice {
			return wrong(name, "is there twice")
		}
		value, err := d.Token()
		if err != nil {
			return wrong(name, "is not JSON: %w", err)
		}
		switch value := value.(type) {
		case string:
			values[name] = value
		case json.Number:
			values[name] = value.String()
		default:
			return wrong(name, "is neither a string nor a number")
		}
	}
	if _, err := d.Token(); err != nil {
		return wrong("", "is not a JSON object: %w", err)
	}
	if rest, err := d.Token(); !errors.Is(err, io.EOF) {
		return wrong("", "%v follows the object", rest)
	}
	for _, name := range names {
		if _, found := values[name]; !found {
			return wrong(name, "is missing")
		}
	}
	return values, nil
}

// table reads CSV: a line of names, in any order, then a line a record.
// Columns are separated by commas, or by semicolons if the names are.
func table(r *bufio.Reader, names []string) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		rows := csv.NewReader(r)
		rows.FieldsPerRecord = -1
		start, _ := r.Peek(MaxLine)
		if head, _, _ := bytes.Cut(start, []byte("\n")); bytes.ContainsRune(head, ';') {
			rows.Comma = ';'
		}
		head, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil {
			err = checkHead(head, names)
		}
		if err != nil {
			yield(record{}, csvFault(err))
			return
		}
		for {
			row, err := rows.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(record{}, csvFault(err))
				return // where the next record begins is not known
			}
			line, _ := rows.FieldPos(0)
			if len(row) != len(head) {
				err = &Fault{Line: line, Err: fmt.Errorf("has %d columns, the first line has %d", len(row), len(head))}
				row = row[:0]
			}
			values := map[string]string{}
			for i, value := range row {
				values[head[i]] = value
			}
			if !yield(record{line, values}, err) {
				return
			}
		}
	}
}

func checkHead(head, names []string) error {
	for i, name := range head {
		if !slices.Contains(names, name) {
			return &Fault{1, name, fmt.Errorf("there is no such column; there are %s", strings.Join(names, ", "))}
		}
		if slices.Contains(head[:i], name) {
			return &Fault{1, name, errors.New("is there twice")}
		}
	}
	for _, name := range names {
		if !slices.Contains(head, name) {
			return &Fault{1, name, errors.New("is missing")}
		}
	}
	return nil
}

func csvFault(err error) error {
	if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
		return &Fault{Line: wrong.Line, Err: fmt.Errorf("column %d: %w", wrong.Column, wrong.Err)}
	}
	if _, ok := errors.AsType[*Fault](err); ok {
		return err
	}
	return &Fault{Line: 1, Err: err}
}
