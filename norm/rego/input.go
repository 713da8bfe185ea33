package rego

import (
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/open-policy-agent/opa/v1/ast"
)

// month is a month document as rules see it.
type month struct {
	input  *ast.Term
	source *finding.Month
	keys   map[string]bool // of all records, to hold evidence against; nil until some is
}

// has tells whether the key is of a record.
func (m *month) has(key ruling.Key) bool {
	if m.keys == nil {
		m.keys = make(map[string]bool, m.source.Count())
		for _, l := range record.Lists {
			for i := range l.Len(m.source) {
				m.keys[keyText(l.Key(l.At(m.source, i)))] = true
			}
		}
		for name, records := range m.source.Custom {
			for i := range records {
				m.keys[keyText(records[i].Key(name))] = true
			}
		}
	}
	return m.keys[keyText(key)]
}

// writer makes records; it knows the month and what has a term already.
type writer struct {
	period finding.Period
	uses   map[string]bool // lists that a rule looks at
	pairs  [][2]*ast.Term
	names  map[string]*ast.Term
}

// view makes the document that rules see of a normal month, as far as they look
// at it. It goes from the findings straight to OPA's values, once a month.
func (d *document) view(m *finding.Month, p finding.Period, uses map[string]bool) *month {
	w := &writer{period: p, uses: uses, names: map[string]*ast.Term{}}
	top := [][2]*ast.Term{
		{w.name("month"), ast.StringTerm(m.Month.String())}, {w.name("start"), timeTerm(p.Start)}, {w.name("end"), timeTerm(p.End)},
		{w.name("company"), w.company(&m.Company)},
		list(w, "websites", m.Websites, w.website), list(w, "computers", m.Computers, w.computer),
		list(w, "vulnerabilities", m.Vulnerabilities, w.vulnerability), list(w, "employees", m.Employees, w.employee),
		list(w, "questionnaires", m.Questionnaires, w.questionnaire), list(w, "courses", m.Courses, w.course),
		list(w, "phishing", m.Phishing, w.phishing),
	}
	var customs [][2]*ast.Term
	for name, k := range d.customs {
		custom := list(w, "custom."+name, m.Custom[name], func(c *finding.Custom) { w.custom(c, name, k) })
		customs = append(customs, [2]*ast.Term{w.name(name), custom[1]})
	}
	return &month{input: ast.ObjectTerm(append(top, [2]*ast.Term{w.name("custom"), ast.ObjectTerm(customs...)})...), source: m}
}

// list writes the records of a list; none if no rule looks at it.
func list[T any](w *writer, name string, records []T, write func(*T)) [2]*ast.Term {
	if !w.uses[name] {
		records = nil
	}
	terms := make([]*ast.Term, len(records))
	for i := range records {
		w.pairs = w.pairs[:0]
		write(&records[i])
		terms[i] = ast.ObjectTerm(w.pairs...)
	}
	return [2]*ast.Term{w.name(name), ast.ArrayTerm(terms...)}
}

// name is the term of a field's name, one for all records.
func (w *writer) name(s string) *ast.Term {
	t := w.names[s]
	if t == nil {
		t = ast.StringTerm(s)
		w.names[s] = t
	}
	return t
}

// What a record does not have is left out: the rule that asks is undefined.

func (w *writer) add(name string, value *ast.Term) {
	w.pairs = append(w.pairs, [2]*ast.Term{w.name(name), value})
}

func (w *writer) text(name, s string) {
	if s != "" {
		w.add(name, ast.StringTerm(s))
	}
}

// word is a text of which there are few.
func (w *writer) word(name, s string) { w.add(name, w.name(s)) }

func (w *writer) at(name string, t time.Time) {
	if !t.IsZero() {
		w.add(name, timeTerm(t))
	}
}

func (w *writer) flag(name string, b bool) { w.add(name, ast.InternedTerm(b)) }

func (w *writer) number(name string, n int) { w.add(name, ast.InternedTerm(n)) }

func (w *writer) texts(name string, all []string) {
	terms := make([]*ast.Term, len(all))
	for i, s := range all {
		terms[i] = w.name(s)
	}
	w.add(name, ast.ArrayTerm(terms...))
}

func (w *writer) key(id string, key []string) {
	w.text("id", id)
	terms := make([]*ast.Term, len(key))
	for i, s := range key {
		terms[i] = ast.StringTerm(s)
	}
	w.add("key", ast.ArrayTerm(terms...))
}

// keyText is a key as one text; no id holds the sign between its parts.
func keyText(key ruling.Key) string {
	n := 0
	for _, s := range key {
		n += len(s) + 1
	}
	b := make([]byte, 0, n)
	for _, s := range key {
		b = append(append(b, s...), 0)
	}
	return string(b)
}

func (w *writer) company(c *finding.Company) *ast.Term {
	w.pairs = w.pairs[:0]
	w.text("id", c.ID)
	w.text("name", c.Name)
	if c.Size > 0 {
		w.number("size", c.Size)
	}
	w.text("sector", c.Sector)
	w.at("enrolled", c.Enrolled)
	w.flag("active", c.Active(w.period))
	return ast.ObjectTerm(w.pairs...)
}

func (w *writer) website(s *finding.Website) {
	w.key(s.ID, s.Key())
	w.at("scanned", s.Scanned)
	w.at("retired", s.Retired)
	w.texts("sources", s.Sources)
	w.flag("fresh", s.Fresh(w.period))
	w.flag("active", s.Active(w.period))
}

func (w *writer) computer(c *finding.Computer) {
	w.key(c.ID, c.Key())
	w.text("os", c.OS)
	w.at("seen", c.Seen)
	w.at("retired", c.Retired)
	w.texts("sources", c.Sources)
	w.flag("fresh", c.Fresh(w.period))
	w.flag("active", c.Active(w.period))
}

func (w *writer) vulnerability(v *finding.Vulnerability) {
	w.key(v.ID, v.Key())
	w.word("asset_type", v.AssetType.String())
	w.text("asset", v.Asset)
	w.word("severity", v.Severity.String())
	w.number("rank", v.Severity.Rank())
	w.text("title", v.Title)
	w.text("remedy", v.Remedy)
	w.at("found", v.Found)
	w.at("seen", v.Seen)
	w.at("fixed", v.Fixed)
	w.word("status", max(v.Status, finding.StatusOpen).String()) // still absent after merging: open
	w.texts("sources", v.Sources)
	w.texts("references", v.References)
	w.flag("open", v.Open(w.period))
	w.number("days_open", v.DaysOpen(w.period))
}

func (w *writer) employee(e *finding.Employee) {
	w.key(e.ID, e.Key())
	w.at("enrolled", e.Enrolled)
	w.at("left", e.Left)
	w.flag("active", e.Active(w.period))
}

func (w *writer) questionnaire(q *finding.Questionnaire) {
	w.key(q.ID, q.Key())
	w.text("employee", q.Employee)
	w.at("completed", q.Completed)
	w.number("score", q.Score)
	w.flag("done", q.Done(w.period))
}

func (w *writer) course(c *finding.Course) {
	w.key(c.ID, c.Key())
	w.text("employee", c.Employee)
	w.at("offered", c.Offered)
	w.at("completed", c.Completed)
	if days, ok := c.DaysOffered(w.period); ok {
		w.number("days_offered", days)
	}
}

func (w *writer) phishing(p *finding.Phishing) {
	w.key(p.ID, p.Key())
	w.text("employee", p.Employee)
	w.at("sent", p.Sent)
	w.word("outcome", p.Outcome.String())
}

func (w *writer) custom(c *finding.Custom, name string, k *kind) {
	w.key(c.ID, c.Key(name))
	for _, f := range k.fields {
		v := c.Fields[f.name]
		switch {
		case v.Kind() == 0:
		case f.shape == number:
			w.add(f.name, ast.InternedTerm(int(v.Number())))
		case f.shape == boolean:
			w.flag(f.name, v.Bool())
		case f.shape == instant:
			if t, err := w.period.ParseInstant(v.Text()); err == nil { // checked before
				w.at(f.name, t)
			}
		default:
			w.add(f.name, ast.StringTerm(v.Text()))
		}
	}
}
