package record

import (
	"maps"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// List is one list of the month document.
type List struct {
	Name   string // as conditions call it: websites, custom.backup
	Fields []Field
	Bits   int // how many bits of a row are used

	// Rows appends the row of each of the month's records, in order.
	Rows func(rows []Row, m *finding.Month, p *finding.Period) []Row

	// Row is that of one record.
	Row func(rec any, p *finding.Period) Row

	// Len is how many records the month has, At the i-th, Key its key.
	Len func(m *finding.Month) int
	At  func(m *finding.Month, i int) any
	Key func(rec any) []string

	// Copy makes another of a record that shares nothing with it, Add gives one
	// to a month.
	Copy func(rec any) any
	Add  func(m *finding.Month, rec any)
}

// Field gives the field of that name; nil if there is none.
func (l *List) Field(name string) *Field {
	for i := range l.Fields {
		if l.Fields[i].Name == name {
			return &l.Fields[i]
		}
	}
	return nil
}

// list makes a list of structs T.
func list[T any](name string, bits int, of func(*finding.Month) *[]T, key func(*T) []string, row func(*T, *finding.Period) Row, fields ...Field) *List {
	return &List{
		Name: name, Bits: bits, Fields: fields,
		Rows: func(rows []Row, m *finding.Month, p *finding.Period) []Row {
			records := *of(m)
			for i := range records {
				rows = append(rows, row(&records[i], p))
			}
			return rows
		},
		Row: func(rec any, p *finding.Period) Row { return row(rec.(*T), p) },
		Len: func(m *finding.Month) int { return len(*of(m)) },
		At:  func(m *finding.Month, i int) any { return &(*of(m))[i] },
		Key: func(rec any) []string { return key(rec.(*T)) },
		Copy: func(rec any) any {
			c := *rec.(*T)
			own(&c)
			return &c
		},
		Add: func(m *finding.Month, rec any) { *of(m) = append(*of(m), *rec.(*T)) },
	}
}

// own gives a copied record lists of its own.
func own(rec any) {
	switch r := rec.(type) {
	case *finding.Website:
		r.Sources = slices.Clone(r.Sources)
	case *finding.Computer:
		r.Sources = slices.Clone(r.Sources)
	case *finding.Vulnerability:
		r.Sources, r.References = slices.Clone(r.Sources), slices.Clone(r.References)
	case *finding.Custom:
		r.Fields = maps.Clone(r.Fields)
	}
}

// Lists are those that every month document can have, in document order.
var Lists = []*List{
	list("websites", 4, func(m *finding.Month) *[]finding.Website { return &m.Websites }, (*finding.Website).Key, websiteRow,
		textOf("id", 0, func(w *finding.Website) string { return w.ID }),
		instantOf("scanned", 4, func(w *finding.Website) time.Time { return w.Scanned }),
		instantOf("retired", 8, func(w *finding.Website) time.Time { return w.Retired }),
		textsOf("sources", func(w *finding.Website) []string { return w.Sources }),
		flagOf("fresh", 2, (*finding.Website).Fresh),
		flagOf("active", 1, (*finding.Website).Active),
	),
	list("computers", 5, func(m *finding.Month) *[]finding.Computer { return &m.Computers }, (*finding.Computer).Key, computerRow,
		textOf("id", 0, func(c *finding.Computer) string { return c.ID }),
		textOf("os", 16, func(c *finding.Computer) string { return c.OS }),
		instantOf("seen", 4, func(c *finding.Computer) time.Time { return c.Seen }),
		instantOf("retired", 8, func(c *finding.Computer) time.Time { return c.Retired }),
		textsOf("sources", func(c *finding.Computer) []string { return c.Sources }),
		flagOf("fresh", 2, (*finding.Computer).Fresh),
		flagOf("active", 1, (*finding.Computer).Active),
	),
	list("vulnerabilities", 13, func(m *finding.Month) *[]finding.Vulnerability { return &m.Vulnerabilities }, (*finding.Vulnerability).Key, vulnerabilityRow,
		textOf("id", 0, func(v *finding.Vulnerability) string { return v.ID }),
		wordOf("asset_type", 0, 3, func(v *finding.Vulnerability) int { return int(v.AssetType) }),
		textOf("asset", 0, func(v *finding.Vulnerability) string { return v.Asset }),
		wordOf("severity", 2, 7, func(v *finding.Vulnerability) int { return int(v.Severity) }),
		textOf("title", 256, func(v *finding.Vulnerability) string { return v.Title }),
		textOf("remedy", 512, func(v *finding.Vulnerability) string { return v.Remedy }),
		instantOf("found", 1024, func(v *finding.Vulnerability) time.Time { return v.Found }),
		instantOf("seen", 2048, func(v *finding.Vulnerability) time.Time { return v.Seen }),
		instantOf("fixed", 4096, func(v *finding.Vulnerability) time.Time { return v.Fixed }),
		wordOf("status", 5, 3, func(v *finding.Vulnerability) int { return int(standing(v)) }),
		textsOf("sources", func(v *finding.Vulnerability) []string { return v.Sources }),
		textsOf("references", func(v *finding.Vulnerability) []string { return v.References }),
		flagOf("open", 128, (*finding.Vulnerability).Open),
		numberOf("days_open", func(v *finding.Vulnerability, p finding.Period) (int, bool) { return v.DaysOpen(p), true }),
	),
	list("employees", 3, func(m *finding.Month) *[]finding.Employee { return &m.Employees }, (*finding.Employee).Key, employeeRow,
		textOf("id", 0, func(e *finding.Employee) string { return e.ID }),
		instantOf("enrolled", 2, func(e *finding.Employee) time.Time { return e.Enrolled }),
		instantOf("left", 4, func(e *finding.Employee) time.Time { return e.Left }),
		flagOf("active", 1, (*finding.Employee).Active),
	),
	list("questionnaires", 10, func(m *finding.Month) *[]finding.Questionnaire { return &m.Questionnaires }, (*finding.Questionnaire).Key, questionnaireRow,
		textOf("id", 0, func(q *finding.Questionnaire) string { return q.ID }),
		textOf("employee", 256, func(q *finding.Questionnaire) string { return q.Employee }),
		instantOf("completed", 512, func(q *finding.Questionnaire) time.Time { return q.Completed }),
		Field{Name: "score",
			Of:   func(rec any, _ *finding.Period) Value { return OfNumber(int64(rec.(*finding.Questionnaire).Score)) },
			from: func(r Row) Value { return OfNumber(int64(r & 127)) }},
		flagOf("done", 128, (*finding.Questionnaire).Done),
	),
	list("courses", 3, func(m *finding.Month) *[]finding.Course { return &m.Courses }, (*finding.Course).Key, courseRow,
		textOf("id", 0, func(c *finding.Course) string { return c.ID }),
		textOf("employee", 1, func(c *finding.Course) string { return c.Employee }),
		instantOf("offered", 2, func(c *finding.Course) time.Time { return c.Offered }),
		instantOf("completed", 4, func(c *finding.Course) time.Time { return c.Completed }),
		numberOf("days_offered", (*finding.Course).DaysOffered),
	),
	list("phishing", 5, func(m *finding.Month) *[]finding.Phishing { return &m.Phishing }, (*finding.Phishing).Key, phishingRow,
		textOf("id", 0, func(p *finding.Phishing) string { return p.ID }),
		textOf("employee", 8, func(p *finding.Phishing) string { return p.Employee }),
		instantOf("sent", 16, func(p *finding.Phishing) time.Time { return p.Sent }),
		wordOf("outcome", 0, 7, func(p *finding.Phishing) int { return int(p.Outcome) }),
	),
}

// Company are the fields of the company, which is one record.
var Company = []Field{
	textOf("id", 0, func(c *finding.Company) string { return c.ID }),
	textOf("name", 0, func(c *finding.Company) string { return c.Name }),
	textOf("sector", 0, func(c *finding.Company) string { return c.Sector }),
	instantOf("enrolled", 0, func(c *finding.Company) time.Time { return c.Enrolled }),
	{Name: "size", Of: func(rec any, _ *finding.Period) Value {
		if size := rec.(*finding.Company).Size; size > 0 {
			return OfNumber(int64(size))
		}
		return Value{}
	}},
	{Name: "active", Of: func(rec any, p *finding.Period) Value { return OfBool(rec.(*finding.Company).Active(*p)) }},
}

// standing is the status: still absent after merging, it is open.
func standing(v *finding.Vulnerability) finding.Status { return max(v.Status, finding.StatusOpen) }

func websiteRow(w *finding.Website, p *finding.Period) Row {
	return bit(1, w.Active(*p)) | bit(2, w.Fresh(*p)) | bit(4, !w.Scanned.IsZero()) | bit(8, !w.Retired.IsZero())
}

func computerRow(c *finding.Computer, p *finding.Period) Row {
	return bit(1, c.Active(*p)) | bit(2, c.Fresh(*p)) | bit(4, !c.Seen.IsZero()) | bit(8, !c.Retired.IsZero()) | bit(16, c.OS != "")
}

func vulnerabilityRow(v *finding.Vulnerability, p *finding.Period) Row {
	return Row(v.AssetType)&3 | Row(v.Severity)&7<<2 | Row(standing(v))&3<<5 | bit(128, v.Open(*p)) |
		bit(256, v.Title != "") | bit(512, v.Remedy != "") |
		bit(1024, !v.Found.IsZero()) | bit(2048, !v.Seen.IsZero()) | bit(4096, !v.Fixed.IsZero())
}

func employeeRow(e *finding.Employee, p *finding.Period) Row {
	return bit(1, e.Active(*p)) | bit(2, !e.Enrolled.IsZero()) | bit(4, !e.Left.IsZero())
}

func questionnaireRow(q *finding.Questionnaire, p *finding.Period) Row {
	return Row(q.Score)&127 | bit(128, q.Done(*p)) | bit(256, q.Employee != "") | bit(512, !q.Completed.IsZero())
}

func courseRow(c *finding.Course, _ *finding.Period) Row {
	return bit(1, c.Employee != "") | bit(2, !c.Offered.IsZero()) | bit(4, !c.Completed.IsZero())
}

func phishingRow(p *finding.Phishing, _ *finding.Period) Row {
	return Row(p.Outcome)&7 | bit(8, p.Employee != "") | bit(16, !p.Sent.IsZero())
}

// LongestTexts is how many texts the longest list of them in any of the
// month's records has.
func LongestTexts(m *finding.Month) (longest int) {
	for i := range m.Websites {
		longest = max(longest, len(m.Websites[i].Sources))
	}
	for i := range m.Computers {
		longest = max(longest, len(m.Computers[i].Sources))
	}
	for i := range m.Vulnerabilities {
		longest = max(longest, len(m.Vulnerabilities[i].Sources), len(m.Vulnerabilities[i].References))
	}
	return longest
}
