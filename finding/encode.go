package finding

import (
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Encode writes the month as one line of JSON: members in the order of the
// type, absent ones left out, instants in UTC. It writes what m holds; see
// [Month.Normal] for the merged form.
func (m *Month) Encode(w io.Writer) error {
	data, err := m.MarshalJSON()
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// MarshalJSON writes the month as [Month.Encode] does, without the line break.
func (m *Month) MarshalJSON() ([]byte, error) {
	e := &encoder{}
	e.month(m)
	return e.out, e.err
}

// UnmarshalJSON reads a month as [Decode] does, with the default limits.
func (m *Month) UnmarshalJSON(data []byte) error {
	read, err := DecodeBytes(data)
	if err != nil {
		return err
	}
	*m = *read
	return nil
}

// encoder appends JSON. Members are separated by what stands before them.
type encoder struct {
	out []byte
	err error
}

func (e *encoder) name(name string) {
	if c := e.out[len(e.out)-1]; c != '{' && c != '[' {
		e.out = append(e.out, ',')
	}
	e.quote(name)
	e.out = append(e.out, ':')
}

func (e *encoder) quote(s string) {
	out, err := jsontext.AppendQuote(e.out, s)
	if err != nil && e.err == nil {
		e.err = err
	}
	e.out = out
}

func (e *encoder) text(name, s string) {
	if s != "" {
		e.name(name)
		e.quote(s)
	}
}

func (e *encoder) instant(name string, t time.Time) {
	if !t.IsZero() {
		e.name(name)
		e.out = append(e.out, '"')
		e.out = t.UTC().AppendFormat(e.out, time.RFC3339Nano)
		e.out = append(e.out, '"')
	}
}

func (e *encoder) number(name string, n int) {
	if n != 0 {
		e.name(name)
		e.out = strconv.AppendInt(e.out, int64(n), 10)
	}
}

func (e *encoder) texts(name string, texts []string) {
	if len(texts) == 0 {
		return
	}
	e.name(name)
	e.out = append(e.out, '[')
	for i, s := range texts {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		e.quote(s)
	}
	e.out = append(e.out, ']')
}

func records[T any](e *encoder, name string, list []T, write func(r *T)) {
	if len(list) == 0 {
		return
	}
	e.name(name)
	e.out = append(e.out, '[')
	for i := range list {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		e.out = append(e.out, '{')
		write(&list[i])
		e.out = append(e.out, '}')
	}
	e.out = append(e.out, ']')
}

// month writes the document.
func (e *encoder) month(m *Month) {
	e.out = append(e.out, `{"company":{`...)
	e.text("id", m.Company.ID)
	e.text("name", m.Company.Name)
	e.number("size", m.Company.Size)
	e.text("sector", m.Company.Sector)
	e.instant("enrolled", m.Company.Enrolled)
	e.out = append(e.out, '}')
	e.text("month", m.Month.String())
	e.text("zone", m.Zone)
	e.assets(m)
	records(e, "vulnerabilities", m.Vulnerabilities, e.vulnerability)
	e.people(m)
	e.custom(m.Custom)
	e.out = append(e.out, '}')
}

func (e *encoder) assets(m *Month) {
	records(e, "websites", m.Websites, func(w *Website) {
		e.text("id", w.ID)
		e.instant("scanned", w.Scanned)
		e.instant("retired", w.Retired)
		e.texts("sources", w.Sources)
	})
	records(e, "computers", m.Computers, func(c *Computer) {
		e.text("id", c.ID)
		e.text("os", c.OS)
		e.instant("seen", c.Seen)
		e.instant("retired", c.Retired)
		e.texts("sources", c.Sources)
	})
}

func (e *encoder) vulnerability(v *Vulnerability) {
	e.text("id", v.ID)
	e.text("asset_type", v.AssetType.String())
	e.text("asset", v.Asset)
	e.text("severity", v.Severity.String())
	if v.CVSS != 0 {
		e.name("cvss")
		e.out = strconv.AppendFloat(e.out, v.CVSS, 'f', -1, 64)
	}
	e.text("title", v.Title)
	e.text("remedy", v.Remedy)
	e.instant("found", v.Found)
	e.instant("seen", v.Seen)
	e.instant("fixed", v.Fixed)
	e.text("status", v.Status.String())
	e.texts("sources", v.Sources)
	e.texts("references", v.References)
}

func (e *encoder) people(m *Month) {
	records(e, "employees", m.Employees, func(p *Employee) {
		e.text("id", p.ID)
		e.instant("enrolled", p.Enrolled)
		e.instant("left", p.Left)
	})
	records(e, "questionnaires", m.Questionnaires, func(q *Questionnaire) {
		e.text("id", q.ID)
		e.text("employee", q.Employee)
		e.instant("completed", q.Completed)
		e.number("score", q.Score)
	})
	records(e, "courses", m.Courses, func(c *Course) {
		e.text("id", c.ID)
		e.text("employee", c.Employee)
		e.instant("offered", c.Offered)
		e.instant("completed", c.Completed)
	})
	records(e, "phishing", m.Phishing, func(p *Phishing) {
		e.text("id", p.ID)
		e.text("employee", p.Employee)
		e.instant("sent", p.Sent)
		e.text("outcome", p.Outcome.String())
	})
}

func (e *encoder) custom(custom map[string][]Custom) {
	if len(custom) == 0 {
		return
	}
	e.name("custom")
	e.out = append(e.out, '{')
	for _, name := range slices.Sorted(maps.Keys(custom)) {
		records(e, name, custom[name], func(r *Custom) {
			e.text("id", r.ID)
			for _, field := range slices.Sorted(maps.Keys(r.Fields)) {
				e.value(field, r.Fields[field])
			}
		})
	}
	e.out = append(e.out, '}')
}

func (e *encoder) value(name string, v Value) {
	switch v.kind {
	case KindText:
		e.name(name)
		e.quote(v.text)
	case KindNumber:
		e.name(name)
		e.out = strconv.AppendInt(e.out, v.number, 10)
	case KindBool:
		e.name(name)
		e.out = strconv.AppendBool(e.out, v.Bool())
	}
}
