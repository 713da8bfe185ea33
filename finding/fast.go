package finding

import (
	"reflect"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding/internal/scan"
)

// Nearly every document is in order and written plainly. Such a one is read in
// one pass from its bytes. Whatever is not as expected ends the pass, and the
// decoder reads the same bytes: it alone decides what is wrong and says it.

var (
	monthMembers         = scan.WordsOf(monthNames)
	companyMembers       = scan.WordsOf(companyNames)
	websiteMembers       = scan.WordsOf(websiteNames)
	computerMembers      = scan.WordsOf(computerNames)
	vulnerabilityMembers = scan.WordsOf(vulnerabilityNames)
	employeeMembers      = scan.WordsOf(employeeNames)
	questionnaireMembers = scan.WordsOf(questionnaireNames)
	courseMembers        = scan.WordsOf(courseNames)
	phishingMembers      = scan.WordsOf(phishingNames)

	assetTypeQuoted = scan.WordsOf(assetTypeWords[1:])
	severityQuoted  = scan.WordsOf(severityWords[1:])
	statusQuoted    = scan.WordsOf(statusWords[1:])
	phishingQuoted  = scan.WordsOf(phishingWords[1:])
)

// decodeFast reads a document that has no fault, checked but not yet merged;
// nil if it is not sure of that. The document is no larger than allowed. What
// f read before is no longer of use.
func (f *fast) decode(data []byte, o Options) *Month {
	m := f.read(data, o, DefaultZone, false)
	if f.otherZone != "" { // dates were read before the zone was
		m = f.read(data, o, f.otherZone, true)
	}
	if m == nil {
		return nil
	}
	c := &checker{emails: o.AllowEmails}
	if c.month(m) != nil || len(c.faults) > 0 {
		return nil
	}
	return m
}

func (f *fast) read(data []byte, o Options, zone string, zoneKnown bool) *Month {
	f.Scanner = scan.Of(data)
	f.texts.Begin(len(data))
	f.size, f.records, f.most = len(data), 0, o.MaxRecords
	f.zoneKnown, f.otherZone, f.dated = zoneKnown, "", false
	f.setZone(zone)
	m := &Month{}
	f.month(m)
	if !f.End() {
		return nil
	}
	return m
}

// fast reads documents, one after the other.
type fast struct {
	scan.Scanner
	texts     scan.Texts
	list      []string // room for one list of texts
	size      int      // of the document in bytes
	records   int
	most      int // records
	zone      string
	zoneKnown bool
	otherZone string
	location  *time.Location
	days      []dayStart // some that were looked up in the zone
	dated     bool       // whether a date came
	room      Month      // lists to read into
}

func (f *fast) setZone(zone string) {
	if zone != f.zone {
		f.zone, f.location = zone, nil
		clear(f.days)
	}
}

type dayStart struct {
	date  scan.Date
	start time.Time
}

// object reads an object with known members; read gets the number of each.
func (f *fast) object(names scan.Words, read func(i int)) {
	if !f.Open('{') {
		return
	}
	var members scan.Members
	for i := f.Member(names, &members); i >= 0; i = f.Member(names, &members) {
		read(i)
	}
}

func (f *fast) text() string { return f.texts.Keep(f.Text()) }

// own reads a text that is likely to be kept when the document is not.
func (f *fast) own() string { return string(f.Text()) }

func (f *fast) textList() []string {
	if !f.Open('[') {
		return nil
	}
	f.list = f.list[:0]
	for f.Element(len(f.list)) {
		f.list = append(f.list, f.text())
	}
	return f.texts.List(f.list)
}

func (f *fast) instant() time.Time {
	t, date, other := f.Instant()
	switch {
	case other != nil:
		return f.unusual(string(other))
	case date.Day != 0:
		return f.midnight(date)
	}
	return t
}

// unusual reads an instant that is not in UTC or not in whole seconds.
func (f *fast) unusual(s string) time.Time {
	f.dated = f.dated || len(s) == len(time.DateOnly)
	t, err := parseInstant(s, time.UTC) // a date does not come here
	if err != nil || len(s) == len(time.DateOnly) {
		f.Refuse()
	}
	return t
}

// midnight is the start of the day; to find out takes longer than to read the
// whole record.
func (f *fast) midnight(date scan.Date) time.Time {
	f.dated = true
	if f.days == nil {
		f.days = make([]dayStart, 64)
	}
	known := &f.days[(date.Day+int(date.Month)*31+date.Year)%len(f.days)]
	if known.date == date {
		return known.start
	}
	if f.location == nil {
		zone, err := LoadZone(f.zone)
		if err != nil {
			f.Refuse()
			return time.Time{}
		}
		f.location = zone
	}
	start := StartOfDay(date.Year, date.Month, date.Day, f.location).UTC()
	if start.Year() < 1970 { // the first day, east of Greenwich
		f.Refuse()
		return time.Time{}
	}
	*known = dayStart{date, start}
	return start
}

func (f *fast) whole(most int64) int {
	n := f.Whole()
	if n < 0 || n > most {
		f.Refuse()
	}
	return int(n)
}

func fastWord[T ~uint8](f *fast, words scan.Words) T { return T(f.Word(words) + 1) }

// mostRoom is how many records a list may have that is kept for the next
// document.
const mostRoom = 4096

// fastList reads an array of records into the room that there is.
func fastList[T any](f *fast, room *[]T, read func(f *fast, record *T)) []T {
	if !f.Open('[') {
		return nil
	}
	list := (*room)[:0]
	start, used := f.At(), cap(list) > 0
	for f.Element(len(list)) {
		n := len(list)
		if n == cap(list) {
			larger := make([]T, n, n+roomFor[T](f, n, f.At()-start))
			copy(larger, list)
			list, used = larger, false
		}
		if f.records++; f.records > f.most {
			f.Refuse()
			return nil
		}
		list = list[:n+1]
		if used {
			clear(list[n:])
		}
		read(f, &list[n])
	}
	if *room = nil; cap(list) <= mostRoom {
		*room = list[:0]
	}
	if len(list) == 0 {
		return nil
	}
	return list
}

// roomFor is for how many more records than the n of so many bytes room is
// made: as many as the rest of the document can hold of their size. If that
// took more memory than the text does, as where another list may follow, it is
// three times as many as there are.
func roomFor[T any](f *fast, n, bytes int) int {
	if n == 0 {
		return 8
	}
	rest := f.size - f.At()
	expected := rest*n/max(1, bytes) + 1
	if expected*int(reflect.TypeFor[T]().Size()) > rest {
		expected = min(expected, 3*n)
	}
	return min(max(expected, 8, n/4), max(8, f.most))
}

func (f *fast) month(m *Month) {
	f.object(monthMembers, func(i int) {
		switch i {
		case 0:
			f.company(&m.Company)
		case 1:
			f.yearMonth(&m.Month)
		case 2:
			f.readZone(m)
		case 3:
			m.Websites = fastList(f, &f.room.Websites, (*fast).website)
		case 4:
			m.Computers = fastList(f, &f.room.Computers, (*fast).computer)
		case 5:
			m.Vulnerabilities = fastList(f, &f.room.Vulnerabilities, (*fast).vulnerability)
		case 6:
			m.Employees = fastList(f, &f.room.Employees, (*fast).employee)
		case 7:
			m.Questionnaires = fastList(f, &f.room.Questionnaires, (*fast).questionnaire)
		case 8:
			m.Courses = fastList(f, &f.room.Courses, (*fast).course)
		case 9:
			m.Phishing = fastList(f, &f.room.Phishing, (*fast).phishing)
		case 10:
			f.custom(m)
		}
	})
}

func (f *fast) yearMonth(into *YearMonth) {
	month, err := ParseMonth(string(f.Text()))
	if err != nil {
		f.Refuse()
	}
	*into = month
}

func (f *fast) readZone(m *Month) {
	m.Zone = f.own()
	switch {
	case m.Zone == "":
		f.Refuse()
	case f.zoneKnown || m.Zone == f.zone:
	case f.dated:
		f.otherZone = m.Zone
		f.Refuse()
	default:
		f.setZone(m.Zone)
	}
}

func (f *fast) company(c *Company) {
	f.object(companyMembers, func(i int) {
		switch i {
		case 0:
			c.ID = f.own()
		case 1:
			c.Name = f.own()
		case 2:
			c.Size = f.whole(maxSize)
		case 3:
			c.Sector = f.own()
		case 4:
			c.Enrolled = f.instant()
		}
	})
}

func (f *fast) website(w *Website) {
	f.object(websiteMembers, func(i int) {
		switch i {
		case 0:
			w.ID = f.text()
		case 1:
			w.Scanned = f.instant()
		case 2:
			w.Retired = f.instant()
		case 3:
			w.Sources = f.textList()
		}
	})
}

func (f *fast) computer(c *Computer) {
	f.object(computerMembers, func(i int) {
		switch i {
		case 0:
			c.ID = f.text()
		case 1:
			c.OS = f.text()
		case 2:
			c.Seen = f.instant()
		case 3:
			c.Retired = f.instant()
		case 4:
			c.Sources = f.textList()
		}
	})
}

func (f *fast) vulnerability(v *Vulnerability) {
	if !f.Open('{') {
		return
	}
	var members scan.Members
	for {
		switch f.Member(vulnerabilityMembers, &members) {
		case 0:
			v.ID = f.text()
		case 1:
			v.AssetType = fastWord[AssetType](f, assetTypeQuoted)
		case 2:
			v.Asset = f.text()
		case 3:
			v.Severity = fastWord[Severity](f, severityQuoted)
		case 4:
			v.CVSS = f.Decimal()
		case 5:
			v.Title = f.text()
		case 6:
			v.Remedy = f.text()
		case 7:
			v.Found = f.instant()
		case 8:
			v.Seen = f.instant()
		case 9:
			v.Fixed = f.instant()
		case 10:
			v.Status = fastWord[Status](f, statusQuoted)
		case 11:
			v.Sources = f.textList()
		case 12:
			v.References = f.textList()
		default:
			return
		}
	}
}
