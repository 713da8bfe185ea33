// Package trial makes the records and months that a norm's conditions tell
// apart: for each field that a condition reads the values next to each
// constant, and the instants next to the bounds of the month.
//
// A [Pool] gives the records of a list, the plain one first; [Record.Add] puts
// one into a month:
//
//	pool := trial.New(scope, period, params, types, exprs)
//	for _, r := range pool.Records("vulnerabilities") {
//		m := trial.Clone(base)
//		r.Add(m, 1)
//	}
//
// It is for those who look for a month by trying: whatever they find is
// confirmed by judging it.
package trial

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Record is a record of a list by the names that the month document gives to
// its fields. A field that is not there is absent.
type Record struct {
	List   string // websites, custom.NAME, company, …
	Off    int    // in how many fields it differs from the plain record
	values map[string]any
}

// Value of the field: a time, number, text, bool or word of package finding;
// nil if it is absent.
func (r Record) Value(field string) any { return r.values[field] }

// With is the record with another value of the field; nil makes it absent.
func (r Record) With(field string, value any) Record {
	r.values = maps.Clone(r.values)
	if value == nil {
		delete(r.values, field)
	} else {
		r.values[field] = value
	}
	return r
}

// Unlike tells the values that another record does not have: "seen absent".
func (r Record) Unlike(other Record) string {
	var all []string
	for _, field := range slices.Sorted(maps.Keys(r.values)) {
		if r.values[field] != other.values[field] {
			all = append(all, field+" "+Show(r.values[field]))
		}
	}
	for _, field := range slices.Sorted(maps.Keys(other.values)) {
		if r.values[field] == nil {
			all = append(all, field+" absent")
		}
	}
	return strings.Join(all, ", ")
}

// Show writes a value as a month document does.
func Show(v any) string {
	switch v := v.(type) {
	case nil:
		return "absent"
	case time.Time:
		return v.Format(time.RFC3339)
	}
	return fmt.Sprint(v)
}

// Add puts n records like this into the month, each with a key of its own. A
// vulnerability is one of an asset that the month has, and what belongs to an
// employee belongs to the month's first, where the record doesn't say.
func (r Record) Add(m *finding.Month, n int) {
	switch r.List {
	case "company":
		m.Company = finding.Company{ID: m.Company.ID}
		r.fill(&m.Company)
	case "websites":
		m.Websites = add(m.Websites, r, n, "www-%d.example", func(w *finding.Website) *string { return &w.ID })
	case "computers":
		m.Computers = add(m.Computers, r, n, "pc-%d", func(c *finding.Computer) *string { return &c.ID })
	case "vulnerabilities":
		before := len(m.Vulnerabilities)
		m.Vulnerabilities = add(m.Vulnerabilities, r, n, "V-%d", func(v *finding.Vulnerability) *string { return &v.ID })
		for i := before; i < len(m.Vulnerabilities); i++ {
			if v := &m.Vulnerabilities[i]; v.Asset == "" {
				v.Asset = assetOf(m, v.AssetType)
			}
		}
	case "employees":
		m.Employees = add(m.Employees, r, n, "e-%d", func(e *finding.Employee) *string { return &e.ID })
	case "questionnaires":
		m.Questionnaires = add(m.Questionnaires, r, n, "q-%d", func(q *finding.Questionnaire) *string { return &q.ID })
	case "courses":
		m.Courses = add(m.Courses, r, n, "course-%d", func(c *finding.Course) *string { return &c.ID })
	case "phishing":
		m.Phishing = add(m.Phishing, r, n, "mail-%d", func(p *finding.Phishing) *string { return &p.ID })
	default:
		for range n {
			r.addCustom(m)
		}
	}
}

func assetOf(m *finding.Month, kind finding.AssetType) string {
	switch {
	case kind == finding.AssetWebsite && len(m.Websites) > 0:
		return m.Websites[0].ID
	case kind == finding.AssetComputer && len(m.Computers) > 0:
		return m.Computers[0].ID
	}
	return "unlisted"
}

// add appends n records, each with the first id of the pattern that is free.
func add[T any](list []T, r Record, n int, pattern string, id func(*T) *string) []T {
	var rec T
	r.fill(&rec)
	own := *id(&rec)
	taken := func(name string) bool {
		for i := range list {
			if *id(&list[i]) == name {
				return true
			}
		}
		return false
	}
	for range n {
		if *id(&rec) = own; own == "" || taken(own) {
			*id(&rec) = free(pattern, len(list)+1, taken)
		}
		list = append(list, rec)
	}
	return list
}

func free(pattern string, from int, taken func(string) bool) string {
	for n := from; ; n++ {
		if id := fmt.Sprintf(pattern, n); !taken(id) {
			return id
		}
	}
}

func (r Record) addCustom(m *finding.Month) {
	name := strings.TrimPrefix(r.List, "custom.")
	list := m.Custom[name]
	taken := func(id string) bool {
		return slices.ContainsFunc(list, func(c finding.Custom) bool { return c.ID == id })
	}
	c := finding.Custom{Fields: map[string]finding.Value{}}
	c.ID, _ = r.values["id"].(string)
	if c.ID == "" || taken(c.ID) {
		c.ID = free(name+"-%d", len(list)+1, taken)
	}
	for field, v := range r.values {
		switch v := v.(type) {
		case bool:
			c.Fields[field] = finding.BoolValue(v)
		case int:
			c.Fields[field] = finding.NumberValue(int64(v))
		case time.Time:
			c.Fields[field] = finding.TextValue(v.Format(time.RFC3339))
		case string:
			if field != "id" {
				c.Fields[field] = finding.TextValue(v)
			}
		}
	}
	if m.Custom == nil {
		m.Custom = map[string][]finding.Custom{}
	}
	m.Custom[name] = append(slices.Clip(list), c)
}

// fill sets the struct's fields by their names in the document.
func (r Record) fill(into any) {
	v := reflect.ValueOf(into).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if value := r.values[name]; value != nil {
			v.Field(i).Set(reflect.ValueOf(value))
		}
	}
}

// Clone copies the month, so that records can be added to the copy.
func Clone(m *finding.Month) *finding.Month {
	c := *m
	c.Custom = maps.Clone(m.Custom)
	c.Websites, c.Computers = slices.Clone(m.Websites), slices.Clone(m.Computers)
	c.Vulnerabilities, c.Employees = slices.Clone(m.Vulnerabilities), slices.Clone(m.Employees)
	c.Questionnaires, c.Courses, c.Phishing = slices.Clone(m.Questionnaires), slices.Clone(m.Courses), slices.Clone(m.Phishing)
	return &c
}

// Size is the number of records in the list.
func Size(m *finding.Month, list string) int {
	switch list {
	case "websites":
		return len(m.Websites)
	case "computers":
		return len(m.Computers)
	case "vulnerabilities":
		return len(m.Vulnerabilities)
	case "employees":
		return len(m.Employees)
	case "questionnaires":
		return len(m.Questionnaires)
	case "courses":
		return len(m.Courses)
	case "phishing":
		return len(m.Phishing)
	}
	return len(m.Custom[strings.TrimPrefix(list, "custom.")])
}

// Cut leaves the first n records of the list.
func Cut(m *finding.Month, list string, n int) {
	switch list {
	case "websites":
		m.Websites = m.Websites[:min(n, len(m.Websites))]
	case "computers":
		m.Computers = m.Computers[:min(n, len(m.Computers))]
	case "vulnerabilities":
		m.Vulnerabilities = m.Vulnerabilities[:min(n, len(m.Vulnerabilities))]
	case "employees":
		m.Employees = m.Employees[:min(n, len(m.Employees))]
	case "questionnaires":
		m.Questionnaires = m.Questionnaires[:min(n, len(m.Questionnaires))]
	case "courses":
		m.Courses = m.Courses[:min(n, len(m.Courses))]
	case "phishing":
		m.Phishing = m.Phishing[:min(n, len(m.Phishing))]
	default:
		name := strings.TrimPrefix(list, "custom.")
		if records := m.Custom[name]; n == 0 {
			delete(m.Custom, name)
		} else if n < len(records) {
			m.Custom[name] = records[:n]
		}
	}
}

// mostKnown is how many instants of a month are compared with.
const mostKnown = 20

// Instants are those that stand in the month, each once, in order.
func Instants(m *finding.Month) []time.Time {
	var all []time.Time
	var visit func(v reflect.Value)
	visit = func(v reflect.Value) {
		switch t, ok := v.Interface().(time.Time); {
		case ok && !t.IsZero():
			all = append(all, t)
		case ok:
		case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[finding.Custom]():
			for _, field := range v.Fields() {
				visit(field)
			}
		case v.Kind() == reflect.Slice:
			for i := range v.Len() {
				visit(v.Index(i))
			}
		}
	}
	visit(reflect.ValueOf(*m))
	slices.SortFunc(all, time.Time.Compare)
	all = slices.CompactFunc(all, time.Time.Equal)
	return all[:min(len(all), mostKnown)]
}
