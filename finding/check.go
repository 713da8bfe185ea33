package finding

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DecodeError lists what is wrong with a document: the first [MaxFaults]
// faults, in order of place.
type DecodeError struct {
	Faults []Fault
	More   int // how many there are besides
}

// MaxFaults is how many faults an error lists.
const MaxFaults = 20

// Fault is one thing that is wrong.
type Fault struct {
	Pointer string `json:"pointer"` // JSON Pointer (RFC 6901) of the value
	Offset  int64  `json:"offset"`  // byte offset in the document; -1 if the month was not decoded
	Message string `json:"message"`
	Unknown bool   `json:"-"` // the document has no such member
}

// maxPlace is how many bytes of a pointer are told to people.
const maxPlace = 400

// String writes "/vulnerabilities/3/severity (byte 812): …".
func (f Fault) String() string {
	place := f.Pointer
	if len(place) > maxPlace { // of what lies thousands deep; the offset is exact
		place = strings.ToValidUTF8(place[:maxPlace], "") + "…"
	}
	if place == "" {
		place = "document"
	}
	if f.Offset >= 0 {
		place += fmt.Sprintf(" (byte %d)", f.Offset)
	}
	return place + ": " + f.Message
}

// Error lists the faults, one a line.
func (e *DecodeError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = f.String()
	}
	if e.More > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", e.More))
	}
	return strings.Join(lines, "\n")
}

// checker looks for what no type can rule out. Places are pointers; whoever
// decoded the document knows the offsets.
type checker struct {
	end    time.Time
	faults []Fault
	more   int
	emails bool
}

func (c *checker) report(pointer, format string, args ...any) {
	if len(c.faults) >= MaxFaults {
		c.more++
		return
	}
	c.faults = append(c.faults, Fault{Pointer: pointer, Offset: -1, Message: fmt.Sprintf(format, args...)})
}

// check holds the month against every rule of the document. E-mail addresses
// for employees are for [Decode] to refuse: an embedder may allow them.
func (m *Month) check(emails bool) error {
	c := &checker{emails: emails}
	if err := c.month(m); err != nil {
		return err
	}
	if len(c.faults) > 0 {
		return &DecodeError{c.faults, c.more}
	}
	return nil
}

func (c *checker) month(m *Month) error {
	c.required("/company/id", m.Company.ID)
	if m.Month < firstMonth || m.Month > lastMonth {
		c.report("/month", "a month from %v to %v is needed", firstMonth, lastMonth)
		return nil
	}
	p, err := m.Period()
	if err != nil {
		return err
	}
	c.end = p.End
	c.past("/company", "enrolled", m.Company.Enrolled)
	if m.Company.Size < 0 {
		c.report("/company/size", "can't be negative")
	}
	c.assets(m)
	for i := range m.Vulnerabilities {
		c.vulnerability(i, &m.Vulnerabilities[i])
	}
	c.people(m)
	c.customs(m)
	return nil
}

func (c *checker) required(pointer, value string) {
	if value == "" {
		c.report(pointer, "is required and can't be empty")
	}
}

// at makes a pointer only when there is something to point at.
func at(list string, i int) string { return "/" + list + "/" + strconv.Itoa(i) }

// past refuses a fact that is dated at or after the month's end.
func (c *checker) past(record, field string, t time.Time) {
	if !t.IsZero() && !t.Before(c.end) {
		c.report(record+"/"+field, "%s lies at or after the month's end, %s", t.Format(time.RFC3339), c.end.Format(time.RFC3339))
	}
}

func (c *checker) assets(m *Month) {
	for i := range m.Websites {
		w := &m.Websites[i]
		if w.ID == "" || !w.Scanned.Before(c.end) {
			c.required(at("websites", i)+"/id", w.ID)
			c.past(at("websites", i), "scanned", w.Scanned)
		}
	}
	for i := range m.Computers {
		k := &m.Computers[i]
		if k.ID == "" || !k.Seen.Before(c.end) {
			c.required(at("computers", i)+"/id", k.ID)
			c.past(at("computers", i), "seen", k.Seen)
		}
	}
}

func (c *checker) vulnerability(i int, v *Vulnerability) {
	good := v.ID != "" && v.Asset != "" && v.AssetType-1 < 2 && v.Severity-1 < 6 && v.Status <= StatusFalsePositive &&
		v.CVSS >= 0 && v.CVSS <= 10 && v.Found.Before(c.end) && v.Seen.Before(c.end)
	if good {
		return
	}
	record := at("vulnerabilities", i)
	c.required(record+"/id", v.ID)
	c.required(record+"/asset", v.Asset)
	if v.AssetType < AssetWebsite || v.AssetType > AssetComputer {
		c.report(record+"/asset_type", "is required: website or computer")
	}
	if v.Severity < SeverityNone || v.Severity > SeverityUnknown {
		c.report(record+"/severity", "is required: none, low, medium, high, critical or unknown")
	}
	if v.Status > StatusFalsePositive {
		c.report(record+"/status", "is none of open, accepted and false_positive")
	}
	if !(v.CVSS >= 0 && v.CVSS <= 10) {
		c.report(record+"/cvss", "must be 0 to 10")
	}
	c.past(record, "found", v.Found)
	c.past(record, "seen", v.Seen)
}

func (c *checker) people(m *Month) {
	for i := range m.Employees {
		e := &m.Employees[i]
		c.required2("employees", i, e.ID)
		c.pseudonym("employees", i, "id", e.ID)
		c.fact("employees", i, "enrolled", e.Enrolled)
	}
	for i := range m.Questionnaires {
		q := &m.Questionnaires[i]
		c.required2("questionnaires", i, q.ID)
		c.pseudonym("questionnaires", i, "employee", q.Employee)
		c.fact("questionnaires", i, "completed", q.Completed)
		if q.Score < 0 || q.Score > 100 {
			c.report(at("questionnaires", i)+"/score", "must be 0 to 100")
		}
	}
	for i := range m.Courses {
		k := &m.Courses[i]
		c.required2("courses", i, k.ID)
		c.pseudonym("courses", i, "employee", k.Employee)
		c.fact("courses", i, "offered", k.Offered)
		c.fact("courses", i, "completed", k.Completed)
	}
	for i := range m.Phishing {
		f := &m.Phishing[i]
		c.required2("phishing", i, f.ID)
		c.pseudonym("phishing", i, "employee", f.Employee)
		c.fact("phishing", i, "sent", f.Sent)
		if f.Outcome < PhishingSent || f.Outcome > PhishingSubmitted {
			c.report(at("phishing", i)+"/outcome", "is required: sent, reported, opened, clicked or submitted")
		}
	}
}

func (c *checker) required2(list string, i int, id string) {
	if id == "" {
		c.required(at(list, i)+"/id", id)
	}
}

func (c *checker) fact(list string, i int, field string, t time.Time) {
	if !t.Before(c.end) {
		c.past(at(list, i), field, t)
	}
}

func (c *checker) pseudonym(list string, i int, field, id string) {
	if !c.emails && likeEmail(id) {
		c.report(at(list, i)+"/"+field, "%q looks like an e-mail address; employees are known by a pseudonym", id)
	}
}

// likeEmail tells whether something stands on both sides of an @ sign, plain
// or full-width.
func likeEmail(id string) bool {
	i := strings.IndexAny(id, "@\uff20")
	return i > 0 && strings.TrimLeft(id[i:], "@\uff20") != ""
}

var customName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// maxNumber is the largest whole number that every JSON reader holds exactly.
const maxNumber = 1<<53 - 1

func (c *checker) customs(m *Month) {
	for _, name := range slices.Sorted(maps.Keys(m.Custom)) {
		if !customName.MatchString(name) {
			c.report("/custom/"+escape(name), "a type's name is lower-case letters, digits and underscores")
		}
		for i := range m.Custom[name] {
			r := &m.Custom[name][i]
			record := "/custom/" + escape(name) + "/" + strconv.Itoa(i)
			c.required(record+"/id", r.ID)
			for _, field := range slices.Sorted(maps.Keys(r.Fields)) {
				c.value(record+"/"+escape(field), field, r.Fields[field])
			}
		}
	}
}

func (c *checker) value(pointer, name string, v Value) {
	switch {
	case name == "id" || !customName.MatchString(name):
		c.report(pointer, "a field's name is lower-case letters, digits and underscores")
	case v.kind < KindBool || v.kind > KindText:
		c.report(pointer, "must be a text, a whole number or a bool")
	case v.kind == KindNumber && (v.number > maxNumber || v.number < -maxNumber):
		c.report(pointer, "is beyond %d", int64(maxNumber))
	}
}

// escape writes a name as part of a JSON Pointer, unescape reads it back.
func escape(name string) string   { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }
func unescape(part string) string { return strings.NewReplacer("~1", "/", "~0", "~").Replace(part) }

// isWhole tells whether the number has no fraction and is held exactly.
func isWhole(f float64) bool { return f == math.Trunc(f) && math.Abs(f) <= maxNumber }
