package finding

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// A record is known by its key. As a list of texts it starts with the kind or
// asset type, so that keys of all kinds can stand in one list.

// Key is ["website" id].
func (w *Website) Key() []string { return []string{"website", w.ID} }

// Key is ["computer" id].
func (c *Computer) Key() []string { return []string{"computer", c.ID} }

// Key is [asset type, asset, id].
func (v *Vulnerability) Key() []string { return []string{v.AssetType.String(), v.Asset, v.ID} }

// Key is ["employee" id].
func (e *Employee) Key() []string { return []string{"employee", e.ID} }

// Key is ["questionnaire" id employee], without employee where there is none.
func (q *Questionnaire) Key() []string { return personal("questionnaire", q.ID, q.Employee) }

// Key is ["course" id employee], without employee where there is none.
func (c *Course) Key() []string { return personal("course", c.ID, c.Employee) }

// Key is ["phishing" id employee], without employee where there is none.
func (p *Phishing) Key() []string { return personal("phishing", p.ID, p.Employee) }

// Key is [type id]; the record does not know its type.
func (c *Custom) Key(typ string) []string { return []string{typ, c.ID} }

func personal(kind, id, employee string) []string {
	if employee == "" {
		return []string{kind, id}
	}
	return []string{kind, id, employee}
}

// The orders in which lists are sorted: that of their keys.

func byWebsite(a, b *Website) int   { return strings.Compare(a.ID, b.ID) }
func byComputer(a, b *Computer) int { return strings.Compare(a.ID, b.ID) }
func byEmployee(a, b *Employee) int { return strings.Compare(a.ID, b.ID) }
func byCustom(a, b *Custom) int     { return strings.Compare(a.ID, b.ID) }

// byVulnerability puts computers before websites, as their words are ordered.
func byVulnerability(a, b *Vulnerability) int {
	return cmp.Or(cmp.Compare(b.AssetType, a.AssetType), strings.Compare(a.Asset, b.Asset), strings.Compare(a.ID, b.ID))
}

func byQuestionnaire(a, b *Questionnaire) int {
	return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Employee, b.Employee))
}

func byCourse(a, b *Course) int {
	return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Employee, b.Employee))
}

func byPhishing(a, b *Phishing) int {
	return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Employee, b.Employee))
}

// Count is the number of records in all lists.
func (m *Month) Count() int {
	n := len(m.Websites) + len(m.Computers) + len(m.Vulnerabilities) + len(m.Employees) +
		len(m.Questionnaires) + len(m.Courses) + len(m.Phishing)
	for _, records := range m.Custom {
		n += len(records)
	}
	return n
}

// Without gives a copy of the month that lacks the records with these keys.
func (m *Month) Without(keys ...[]string) *Month {
	drop := make(map[string]bool, len(keys))
	for _, key := range keys {
		drop[joined(key)] = true
	}
	c := *m
	c.Websites = remaining(m.Websites, drop, (*Website).Key)
	c.Computers = remaining(m.Computers, drop, (*Computer).Key)
	c.Vulnerabilities = remaining(m.Vulnerabilities, drop, (*Vulnerability).Key)
	c.Employees = remaining(m.Employees, drop, (*Employee).Key)
	c.Questionnaires = remaining(m.Questionnaires, drop, (*Questionnaire).Key)
	c.Courses = remaining(m.Courses, drop, (*Course).Key)
	c.Phishing = remaining(m.Phishing, drop, (*Phishing).Key)
	c.Custom = maps.Clone(m.Custom)
	for name, records := range c.Custom {
		c.Custom[name] = remaining(records, drop, func(r *Custom) []string { return r.Key(name) })
	}
	return &c
}

func remaining[T any](list []T, drop map[string]bool, key func(*T) []string) []T {
	return slices.DeleteFunc(slices.Clone(list), func(r T) bool { return drop[joined(key(&r))] })
}

// joined makes one text of a key; ids can't hold the separator, which is not
// valid UTF-8.
func joined(key []string) string { return strings.Join(key, "\xff") }
