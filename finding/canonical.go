package finding

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Digest identifies what the month holds: "sha256:" and 64 hex digits, the
// SHA-256 of the RFC 8785 form of the merged document, lists sorted by key,
// absent members left out. The zone and a vulnerability's status stand in it
// always, as what their absence means. Two products that hold the same facts
// get the same digest. It is empty for a month that [Month.Normal] refuses.
func (m *Month) Digest() string {
	n, err := m.Normal()
	if err != nil {
		return ""
	}
	c := &canonical{out: make([]byte, 0, min(2*pieceOfForm, 256+256*n.Count())), hash: sha256.New()}
	c.month(n)
	c.hash.Write(c.out)
	if c.err != nil {
		return ""
	}
	return "sha256:" + hex.EncodeToString(c.hash.Sum(nil))
}

// pieceOfForm is how many bytes of the form are collected before they go into
// the hash: the form as a whole is never in memory.
const pieceOfForm = 4 << 10

// canonical writes the RFC 8785 form: no white space, members in the order of
// their names, texts with as few escapes as can be.
type canonical struct {
	out      []byte
	hash     hash.Hash
	err      error
	instants [16]written // some that were written
}

// written is an instant as it is written; many records share one.
type written struct {
	unix int64
	text [len("2006-01-02T15:04:05Z")]byte // zero: none
}

// member begins a member; name is as it is written behind another, with comma
// and colon.
func (c *canonical) member(name string) {
	if c.out[len(c.out)-1] == '{' {
		name = name[1:]
	}
	c.out = append(c.out, name...)
}

// text writes a text; nearly every one is plain ASCII.
func (c *canonical) text(name, s string) {
	switch {
	case s == "":
	case plain(s):
		c.word(name, s)
	default:
		c.member(name)
		c.quote(s)
	}
}

// word writes a text that needs no escapes.
func (c *canonical) word(name, s string) {
	out := c.out
	if out[len(out)-1] == '{' {
		name = name[1:]
	}
	out = append(out, name...)
	out = append(out, '"')
	out = append(out, s...)
	c.out = append(out, '"')
}

func (c *canonical) quote(s string) {
	out, err := jsontext.AppendQuote(c.out, s)
	if err != nil && c.err == nil {
		c.err = err
	}
	c.out = out
}

// plain tells whether the text is ASCII of which nothing is escaped.
func plain(s string) bool {
	const lows, highs = 0x0101010101010101, 0x8080808080808080
	for ; len(s) >= 8; s = s[8:] {
		w := binary.LittleEndian.Uint64([]byte(s[:8]))
		quote, slash := w^('"'*lows), w^('\\'*lows)
		if (w|(quote-lows)&^quote|(slash-lows)&^slash|(w-' '*lows)&^w)&highs != 0 {
			return false
		}
	}
	for i := range len(s) {
		if b := s[i]; b < ' ' || b >= 0x80 || b == '"' || b == '\\' {
			return false
		}
	}
	return true
}

func (c *canonical) instant(name string, t time.Time) {
	if t.IsZero() {
		return
	}
	unix := t.Unix()
	if t.Nanosecond() != 0 || unix < 0 || unix > lastUnix {
		c.member(name)
		c.out = append(c.out, '"')
		c.out = t.UTC().AppendFormat(c.out, time.RFC3339Nano)
		c.out = append(c.out, '"')
		return
	}
	w := &c.instants[(unix^unix>>7)&15]
	if w.unix != unix || w.text[0] == 0 {
		*w = written{unix, instantText(t.UTC())}
	}
	out := c.out
	if out[len(out)-1] == '{' {
		name = name[1:]
	}
	out = append(out, name...)
	out = append(out, '"')
	out = append(out, w.text[:]...)
	c.out = append(out, '"')
}

// lastUnix is 9999-12-31T23:59:59Z.
const lastUnix = 253402300799

// instantText writes what Format(time.RFC3339) does of an instant in UTC.
func instantText(t time.Time) [len("2006-01-02T15:04:05Z")]byte {
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	b := [...]byte{4: '-', 7: '-', 10: 'T', 13: ':', 16: ':', 19: 'Z'}
	two(b[0:2], year/100)
	two(b[2:4], year%100)
	two(b[5:7], int(month))
	two(b[8:10], day)
	two(b[11:13], hour)
	two(b[14:16], minute)
	two(b[17:19], second)
	return b
}

// two writes a number of two digits.
func two(b []byte, n int) { b[0], b[1] = byte('0'+n/10), byte('0'+n%10) }

func (c *canonical) number(name string, n int) {
	if n != 0 {
		c.member(name)
		c.out = strconv.AppendInt(c.out, int64(n), 10)
	}
}

// decimal writes a number from 0 to 10 as ECMAScript does.
func (c *canonical) decimal(name string, f float64) {
	if f == 0 {
		return
	}
	c.member(name)
	switch tenths := int(f*10 + 0.5); {
	case tenths < 100 && tenths%10 != 0 && float64(tenths)/10 == f: // as scores are
		c.out = append(c.out, byte('0'+tenths/10), '.', byte('0'+tenths%10))
	case f < 1e-6: // with an exponent
		c.out = append(c.out, jsontext.Float(f).String()...)
	default:
		c.out = strconv.AppendFloat(c.out, f, 'f', -1, 64)
	}
}

func (c *canonical) texts(name string, texts []string) {
	if len(texts) == 0 {
		return
	}
	c.member(name)
	for i, s := range texts {
		c.out = append(c.out, separator(i))
		if plain(s) {
			c.out = append(append(append(c.out, '"'), s...), '"')
		} else {
			c.quote(s)
		}
	}
	c.out = append(c.out, ']')
}

// separator stands before the element of the number.
func separator(i int) byte {
	if i == 0 {
		return '['
	}
	return ','
}

func canonicalList[T any](c *canonical, name string, list []T, write func(c *canonical, r *T)) {
	if len(list) == 0 {
		return
	}
	c.member(name)
	for i := range list {
		c.out = append(c.out, separator(i), '{')
		write(c, &list[i])
		c.out = append(c.out, '}')
		if len(c.out) >= pieceOfForm {
			last := len(c.out) - 1 // stays, to see what a member follows
			c.hash.Write(c.out[:last])
			c.out = append(c.out[:0], c.out[last])
		}
	}
	c.out = append(c.out, ']')
}

func (c *canonical) month(m *Month) {
	c.out = append(c.out, `{"company":{`...)
	c.instant(`,"enrolled":`, m.Company.Enrolled)
	c.text(`,"id":`, m.Company.ID)
	c.text(`,"name":`, m.Company.Name)
	c.text(`,"sector":`, m.Company.Sector)
	c.number(`,"size":`, m.Company.Size)
	c.out = append(c.out, '}')
	canonicalList(c, `,"computers":`, m.Computers, (*canonical).computer)
	canonicalList(c, `,"courses":`, m.Courses, (*canonical).course)
	c.custom(m.Custom)
	canonicalList(c, `,"employees":`, m.Employees, (*canonical).employee)
	c.word(`,"month":`, m.Month.String())
	canonicalList(c, `,"phishing":`, m.Phishing, (*canonical).phishing)
	canonicalList(c, `,"questionnaires":`, m.Questionnaires, (*canonical).questionnaire)
	canonicalList(c, `,"vulnerabilities":`, m.Vulnerabilities, (*canonical).vulnerability)
	canonicalList(c, `,"websites":`, m.Websites, (*canonical).website)
	c.text(`,"zone":`, m.zone())
	c.out = append(c.out, '}')
}

func (c *canonical) computer(k *Computer) {
	c.text(`,"id":`, k.ID)
	c.text(`,"os":`, k.OS)
	c.instant(`,"retired":`, k.Retired)
	c.instant(`,"seen":`, k.Seen)
	c.texts(`,"sources":`, k.Sources)
}

func (c *canonical) course(k *Course) {
	c.instant(`,"completed":`, k.Completed)
	c.text(`,"employee":`, k.Employee)
	c.text(`,"id":`, k.ID)
	c.instant(`,"offered":`, k.Offered)
}

func (c *canonical) employee(e *Employee) {
	c.instant(`,"enrolled":`, e.Enrolled)
	c.text(`,"id":`, e.ID)
	c.instant(`,"left":`, e.Left)
}

func (c *canonical) phishing(p *Phishing) {
	c.text(`,"employee":`, p.Employee)
	c.text(`,"id":`, p.ID)
	c.word(`,"outcome":`, p.Outcome.String())
	c.instant(`,"sent":`, p.Sent)
}

func (c *canonical) questionnaire(q *Questionnaire) {
	c.instant(`,"completed":`, q.Completed)
	c.text(`,"employee":`, q.Employee)
	c.text(`,"id":`, q.ID)
	c.number(`,"score":`, q.Score)
}

func (c *canonical) vulnerability(v *Vulnerability) {
	c.text(`,"asset":`, v.Asset)
	c.word(`,"asset_type":`, v.AssetType.String())
	c.decimal(`,"cvss":`, v.CVSS)
	c.instant(`,"fixed":`, v.Fixed)
	c.instant(`,"found":`, v.Found)
	c.text(`,"id":`, v.ID)
	c.texts(`,"references":`, v.References)
	c.text(`,"remedy":`, v.Remedy)
	c.instant(`,"seen":`, v.Seen)
	c.word(`,"severity":`, v.Severity.String())
	c.texts(`,"sources":`, v.Sources)
	c.word(`,"status":`, max(v.Status, StatusOpen).String())
	c.text(`,"title":`, v.Title)
}

func (c *canonical) website(w *Website) {
	c.text(`,"id":`, w.ID)
	c.instant(`,"retired":`, w.Retired)
	c.instant(`,"scanned":`, w.Scanned)
	c.texts(`,"sources":`, w.Sources)
}

// custom writes the records of types that the norm declares. All names are
// ASCII, of which the order by bytes is that by UTF-16 code units.
func (c *canonical) custom(custom map[string][]Custom) {
	if len(custom) == 0 {
		return
	}
	c.member(`,"custom":{`)
	for _, name := range slices.Sorted(maps.Keys(custom)) {
		canonicalList(c, `,"`+name+`":`, custom[name], (*canonical).customRecord)
	}
	c.out = append(c.out, '}')
}

func (c *canonical) customRecord(r *Custom) {
	names := slices.AppendSeq(make([]string, 0, len(r.Fields)+1), maps.Keys(r.Fields))
	names = append(names, "id")
	slices.Sort(names)
	for _, name := range names {
		if name == "id" {
			c.text(`,"id":`, r.ID)
			continue
		}
		c.value(`,"`+name+`":`, r.Fields[name])
	}
}

func (c *canonical) value(name string, v Value) {
	switch c.member(name); v.kind {
	case KindText:
		c.quote(v.text)
	case KindNumber:
		c.out = strconv.AppendInt(c.out, v.number, 10)
	default:
		c.out = strconv.AppendBool(c.out, v.Bool())
	}
}
