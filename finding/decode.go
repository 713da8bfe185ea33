package finding

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits of one document; options change them.
const (
	MaxBytes   = 64 << 20  // the largest document
	MaxRecords = 1_000_000 // the most records, before merging
)

// Options are what an embedder may change about decoding. The zero value is
// the default.
type Options struct {
	MaxBytes    int64 // 0: [MaxBytes]
	MaxRecords  int   // 0: [MaxRecords]
	AllowEmails bool  // employees may be known by e-mail addresses
}

// Option changes one of the [Options].
type Option func(*Options)

// LimitBytes sets the largest document that is read.
func LimitBytes(n int64) Option { return func(o *Options) { o.MaxBytes = n } }

// LimitRecords sets the most records that one document may hold.
func LimitRecords(n int) Option { return func(o *Options) { o.MaxRecords = n } }

// AllowEmails lets employees be known by e-mail addresses. Products should
// rather hash them.
func AllowEmails() Option { return func(o *Options) { o.AllowEmails = true } }

func options(opts []Option) Options {
	o := Options{MaxBytes: MaxBytes, MaxRecords: MaxRecords}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// Decode reads one month document, strictly, and gives it merged and sorted.
//
// Unknown and repeated members, other case, wrong types and words, null, facts
// from the future, trailing data, a byte order mark and invalid UTF-8 are
// faults. The error is a [*DecodeError] that lists them all with JSON Pointer
// and byte offset, or r's; nothing is half-read. No more than the limit is
// held in memory, plus the month itself.
func Decode(r io.Reader, opts ...Option) (*Month, error) {
	o := options(opts)
	var data bytes.Buffer // grows by doubling, so leaves less behind than io.ReadAll
	if _, err := data.ReadFrom(io.LimitReader(r, o.MaxBytes+1)); err != nil {
		return nil, err
	}
	return new(Decoder).decode(data.Bytes(), o)
}

// DecodeBytes is [Decode] for a document in memory.
func DecodeBytes(data []byte, opts ...Option) (*Month, error) {
	return new(Decoder).decode(data, options(opts))
}

// Decoder decodes documents one after the other into the same memory. It is
// for one goroutine; the zero value is ready.
type Decoder struct{ fast fast }

// Decode is [DecodeBytes] for whoever is done with a month before the next: the
// month is good until then, its texts stay good.
func (d *Decoder) Decode(data []byte, opts ...Option) (*Month, error) {
	return d.decode(data, options(opts))
}

func (d *Decoder) decode(data []byte, o Options) (*Month, error) {
	single := func(offset int64, format string, args ...any) error {
		return &DecodeError{Faults: []Fault{{Offset: offset, Message: fmt.Sprintf(format, args...)}}}
	}
	switch {
	case int64(len(data)) > o.MaxBytes:
		return nil, single(o.MaxBytes, "the document is larger than %d bytes", o.MaxBytes)
	case bytes.HasPrefix(data, []byte("\ufeff")):
		return nil, single(0, "the document starts with a byte order mark")
	}
	m := d.fast.decode(data, o)
	if m == nil {
		var err error
		if m, err = decodeTokens(data, o); err != nil {
			return nil, err
		}
	}
	m.sort()
	return m, nil
}

// decodeTokens reads any document and says what is wrong with it.
func decodeTokens(data []byte, o Options) (*Month, error) {
	d := &decoder{data: data, options: o, zone: DefaultZone}
	m := d.document()
	if d.otherZone != "" { // dates were read before the zone was
		d = &decoder{data: data, options: o, zone: d.otherZone, zoneKnown: true}
		m = d.document()
	}
	if d.fatal == nil {
		c := &checker{emails: o.AllowEmails}
		if err := c.month(m); err != nil {
			c.report("/zone", "%v", err)
		}
		d.adopt(c)
	}
	if len(d.faults) > 0 {
		slices.SortStableFunc(d.faults, func(a, b Fault) int { return int(a.Offset - b.Offset) })
		shown := min(len(d.faults), MaxFaults)
		return nil, &DecodeError{d.faults[:shown], d.more + len(d.faults) - shown}
	}
	return m, nil
}

// decoder walks over the tokens of one document.
type decoder struct {
	options   Options
	data      []byte
	tokens    *jsontext.Decoder
	zone      string // in which dates are read
	zoneKnown bool
	otherZone string // found after dates had been read in zone
	dates     bool   // whether any were
	location  *time.Location
	records   int
	faults    []Fault
	more      int
	fatal     error // the text can't be read on
}

// adopt takes over the faults that the checker found, unless a fault of the
// same value or of one above it has been reported: one fault is told once.
func (d *decoder) adopt(c *checker) {
	d.more += c.more
	reported := len(d.faults)
	for _, f := range c.faults {
		consequence := slices.ContainsFunc(d.faults[:reported], func(g Fault) bool {
			return f.Pointer == g.Pointer || strings.HasPrefix(f.Pointer, g.Pointer+"/")
		})
		if !consequence {
			f.Offset = d.locate(f.Pointer)
			d.faults = append(d.faults, f)
		}
	}
}

// locate finds the offset of the value at the pointer, or of the nearest one
// above it that is there. It passes over everything else without looking.
func (d *decoder) locate(pointer string) int64 {
	tokens := jsontext.NewDecoder(bytes.NewBuffer(d.data), jsontext.AllowDuplicateNames(true))
	for at := d.start(0); ; at = d.start(tokens.InputOffset()) {
		if pointer == "" {
			return at
		}
		segment, rest, _ := strings.Cut(pointer[1:], "/")
		if rest != "" {
			rest = "/" + rest
		}
		if !enter(tokens, unescape(segment)) {
			return at
		}
		pointer = rest
	}
}

// enter goes into the object or array that comes next, up to the member or
// element that the segment of a pointer names; false if there is none.
func enter(tokens *jsontext.Decoder, segment string) bool {
	opening, err := tokens.ReadToken()
	if err != nil {
		return false
	}
	switch opening.Kind() {
	case '{':
		for tokens.PeekKind() == '"' {
			name, err := tokens.ReadToken()
			if err != nil {
				return false
			}
			if name.String() == segment {
				return true
			}
			if tokens.SkipValue() != nil {
				return false
			}
		}
	case '[':
		index, err := strconv.Atoi(segment)
		for ; err == nil && index > 0; index-- {
			err = tokens.SkipValue()
		}
		return err == nil && tokens.PeekKind() != ']'
	}
	return false
}

// start is the offset of the next token behind the offset.
func (d *decoder) start(offset int64) int64 {
	for offset < int64(len(d.data)) && strings.IndexByte(" \t\r\n,:", d.data[offset]) >= 0 {
		offset++
	}
	return offset
}

// fault reports something about the value that comes next.
func (d *decoder) fault(pointer string, format string, args ...any) {
	d.faultAt(d.start(d.tokens.InputOffset()), pointer, format, args...)
}

func (d *decoder) faultAt(offset int64, pointer, format string, args ...any) {
	if len(d.faults) >= 10*MaxFaults { // enough to sort the first ones out of
		d.more++
		return
	}
	d.faults = append(d.faults, Fault{Pointer: pointer, Offset: offset, Message: fmt.Sprintf(format, args...)})
}

// stop ends the reading: what follows can't be understood.
func (d *decoder) stop(err error) {
	if d.fatal != nil {
		return
	}
	d.fatal = err
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.Is(err, errTooMany):
		d.fault(string(d.tokens.StackPointer()), "%v", err)
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		d.faultAt(int64(len(d.data)), "", "the document stops too early")
	case errors.As(err, &syntactic):
		message := strings.TrimPrefix(syntactic.Err.Error(), "jsontext: ")
		d.faultAt(syntactic.ByteOffset, string(syntactic.JSONPointer), "this is not JSON: %s", message)
	default:
		d.fault("", "this is not JSON: %v", err)
	}
}

var errTooMany = errors.New("there are more records than are allowed")

// peek gives the kind of the next value; 0 at the end or after a stop.
func (d *decoder) peek() jsontext.Kind {
	if d.fatal != nil {
		return 0
	}
	return d.tokens.PeekKind()
}

// raw reads the next value as it is written.
func (d *decoder) raw() jsontext.Value {
	if d.fatal != nil {
		return nil
	}
	v, err := d.tokens.ReadValue()
	if err != nil {
		d.stop(err)
		return nil
	}
	return v
}

func (d *decoder) token() {
	if d.fatal != nil {
		return
	}
	if _, err := d.tokens.ReadToken(); err != nil {
		d.stop(err)
	}
}

// wrong reports a value of another kind than wanted and passes over it.
func (d *decoder) wrong(pointer, want string) {
	kind := d.peek()
	if kind == 0 || kind == jsontext.KindInvalid {
		d.raw() // for its error
		return
	}
	d.fault(pointer, "must be %s, not %s", want, kindName(kind))
	d.raw()
}

func kindName(k jsontext.Kind) string {
	switch k {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a text"
	case '0':
		return "a number"
	case 'n':
		return "null"
	}
	return "true or false"
}

// path is where the decoder is; its text is made only for a fault.
type path struct {
	above *path
	name  string // of a member
	index int    // of an element; -1 for a member
}

func (p *path) String() string {
	if p == nil {
		return ""
	}
	if p.index < 0 {
		return p.above.String() + "/" + escape(p.name)
	}
	return p.above.String() + "/" + strconv.Itoa(p.index)
}

// object reads an object with known members; read gets the number of the name
// and the member's place.
func (d *decoder) object(p *path, names []string, read func(i int, p *path)) {
	if d.peek() != '{' {
		d.wrong(p.String(), "an object")
		return
	}
	d.token()
	seen := uint32(0)
	member := path{above: p, index: -1}
	for d.peek() == '"' {
		offset := d.tokens.InputOffset()
		name := d.raw()
		i := find(names, name)
		switch {
		case i < 0:
			d.unknown(d.start(offset), p, name, names)
		case seen&(1<<i) != 0:
			d.faultAt(d.start(offset), p.String()+"/"+names[i], "%q is given twice", names[i])
			d.raw()
		default:
			seen |= 1 << i
			member.name = names[i]
			read(i, &member)
		}
	}
	d.token()
}

// find is the number of the quoted name among the known ones, or -1.
func find(names []string, quoted []byte) int {
	if len(quoted) < 2 {
		return -1
	}
	for i, name := range names {
		if string(quoted[1:len(quoted)-1]) == name {
			return i
		}
	}
	if bytes.IndexByte(quoted, '\\') >= 0 {
		return slices.Index(names, unquote(quoted))
	}
	return -1
}

func unquote(quoted []byte) string {
	out, err := jsontext.AppendUnquote(nil, quoted)
	if err != nil {
		return ""
	}
	return string(out)
}

// unknown reports a member that the document does not have.
func (d *decoder) unknown(offset int64, p *path, quoted []byte, names []string) {
	if d.fatal != nil {
		return
	}
	name := unquote(quoted)
	hint := ""
	for _, known := range names {
		if strings.EqualFold(known, name) {
			hint = fmt.Sprintf("; names are lower-case: %q", known)
		}
	}
	before := len(d.faults)
	d.faultAt(offset, p.String()+"/"+escape(name), "there is no member %q here%s", name, hint)
	if len(d.faults) > before {
		d.faults[before].Unknown = true
	}
	d.raw()
}

// list reads an array of records.
func list[T any](d *decoder, p *path, into *[]T, read func(p *path, record *T)) {
	if d.peek() != '[' {
		d.wrong(p.String(), "a list")
		return
	}
	d.token()
	element := path{above: p}
	for d.peek() > 0 && d.peek() != ']' {
		if d.peek() == jsontext.KindInvalid {
			d.raw()
			return
		}
		if d.records++; d.records > d.options.MaxRecords {
			d.stop(fmt.Errorf("%w: %d", errTooMany, d.options.MaxRecords))
			return
		}
		var record T
		read(&element, &record)
		*into = append(*into, record)
		element.index++
	}
	d.token()
}

// text reads a text. What can't be read becomes a question mark, so that it is
// not also reported as missing.
func (d *decoder) text(p *path, into *string) {
	if d.peek() != '"' {
		*into = "?"
		d.wrong(p.String(), "a text")
		return
	}
	*into = d.str(d.raw())
}

func (d *decoder) str(quoted []byte) string {
	if len(quoted) < 2 {
		return "?"
	}
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	return unquote(quoted)
}

// texts reads a list of texts.
func (d *decoder) texts(p *path, into *[]string) {
	if d.peek() != '[' {
		d.wrong(p.String(), "a list of texts")
		return
	}
	d.token()
	element := path{above: p}
	for d.peek() > 0 && d.peek() != ']' && d.fatal == nil {
		var s string
		d.text(&element, &s)
		*into = append(*into, s)
		element.index++
	}
	d.token()
}

// instant reads an instant or a date.
func (d *decoder) instant(p *path, into *time.Time) {
	if d.peek() != '"' {
		d.wrong(p.String(), "an instant or a date")
		return
	}
	offset := d.start(d.tokens.InputOffset())
	s := d.str(d.raw())
	if d.fatal != nil {
		return
	}
	if d.location == nil {
		zone, err := LoadZone(d.zone)
		if err != nil {
			return // reported with the zone
		}
		d.location = zone
	}
	d.dates = d.dates || len(s) == len(time.DateOnly)
	t, err := parseInstant(s, d.location)
	if err != nil {
		d.faultAt(offset, p.String(), "%v", err)
		return
	}
	*into = t
}

// number reads a number between least and most.
func (d *decoder) number(p *path, whole bool, least, most float64) float64 {
	if d.peek() != '0' {
		d.wrong(p.String(), "a number")
		return 0
	}
	offset := d.start(d.tokens.InputOffset())
	f, err := strconv.ParseFloat(string(d.raw()), 64)
	switch {
	case d.fatal != nil:
		return 0
	case whole && (err != nil || !isWhole(f)):
		d.faultAt(offset, p.String(), "must be a whole number")
		return 0
	case err != nil || f < least || f > most:
		d.faultAt(offset, p.String(), "must be %v to %v", least, most)
		return 0
	}
	return f
}

// oneOf reads one of a set of words; what is none of them becomes otherwise.
func oneOf[T ~uint8](d *decoder, p *path, words []string, otherwise T, into *T) {
	if d.peek() != '"' {
		*into = otherwise
		d.wrong(p.String(), "a text")
		return
	}
	offset := d.start(d.tokens.InputOffset())
	quoted := d.raw()
	if i := find(words[1:], quoted); i >= 0 {
		*into = T(i + 1)
		return
	}
	*into = otherwise
	if d.fatal == nil {
		d.faultAt(offset, p.String(), "%q is none of %s", d.str(quoted), strings.Join(words[1:], ", "))
	}
}
