package finding

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"
)

// MergeError says why two documents are not about the same thing.
type MergeError struct{ What, Has, Other string }

// Error names what differs.
func (e *MergeError) Error() string {
	return fmt.Sprintf("documents of two %ss can't be merged: %q and %q", e.What, e.Has, e.Other)
}

// Merge adds what the other document of the same company, month and zone
// holds. Records with one key become one, and the order in which documents are
// merged makes no difference: an absent value is neutral; found, enrolled,
// offered and sent become the earliest; seen, scanned, fixed, left, retired
// and completed the latest; score, cvss, size and severity the highest; status
// by open > accepted > false_positive; outcome by submitted > clicked > opened
// > reported > sent; sources and references the union; other texts the longer,
// then the greater. If the error, a [*MergeError] or a [*DecodeError], is not
// nil, m is as it was.
func (m *Month) Merge(other *Month) error {
	zone, otherZone := m.zone(), other.zone()
	switch {
	case m.Company.ID != other.Company.ID:
		return &MergeError{"companie", m.Company.ID, other.Company.ID}
	case m.Month != other.Month:
		return &MergeError{"month", m.Month.String(), other.Month.String()}
	case zone != otherZone:
		return &MergeError{"zone", zone, otherZone}
	}
	sum := m.clone()
	sum.Company.merge(&other.Company)
	sum.append(other)
	if err := sum.Normalize(); err != nil {
		return err
	}
	*m = *sum
	return nil
}

func (m *Month) zone() string {
	if m.Zone == "" {
		return DefaultZone
	}
	return m.Zone
}

// clone copies the month and its lists, but not what records point to: merging
// replaces those lists and never writes into them.
func (m *Month) clone() *Month {
	c := &Month{Company: m.Company, Month: m.Month, Zone: m.Zone}
	c.append(m)
	return c
}

// append adds the other's records behind those of m.
func (m *Month) append(other *Month) {
	m.Websites = append(m.Websites, other.Websites...)
	m.Computers = append(m.Computers, other.Computers...)
	m.Vulnerabilities = append(m.Vulnerabilities, other.Vulnerabilities...)
	m.Employees = append(m.Employees, other.Employees...)
	m.Questionnaires = append(m.Questionnaires, other.Questionnaires...)
	m.Courses = append(m.Courses, other.Courses...)
	m.Phishing = append(m.Phishing, other.Phishing...)
	m.Custom = maps.Clone(m.Custom)
	for name, records := range other.Custom {
		if m.Custom == nil {
			m.Custom = map[string][]Custom{}
		}
		m.Custom[name] = slices.Concat(m.Custom[name], records)
	}
}

// Normalize checks the document, merges records with one key and sorts each
// list by key. The error is a [*DecodeError] with every fault, or a
// [*ZoneError]; m is then as it was.
func (m *Month) Normalize() error {
	if err := m.check(true); err != nil {
		return err
	}
	m.sort()
	return nil
}

// Normal is m itself if it is valid, sorted and merged, else a copy that is.
// The error is a [*DecodeError] or a [*ZoneError]. m is never changed.
func (m *Month) Normal() (*Month, error) {
	if err := m.check(true); err != nil {
		return nil, err
	}
	if m.sorted() {
		return m, nil
	}
	c := m.clone()
	c.sort()
	return c, nil
}

// sort merges and sorts every list.
func (m *Month) sort() {
	m.Websites = unite(m.Websites, byWebsite, (*Website).merge)
	m.Computers = unite(m.Computers, byComputer, (*Computer).merge)
	m.Vulnerabilities = unite(m.Vulnerabilities, byVulnerability, (*Vulnerability).merge)
	m.Employees = unite(m.Employees, byEmployee, (*Employee).merge)
	m.Questionnaires = unite(m.Questionnaires, byQuestionnaire, (*Questionnaire).merge)
	m.Courses = unite(m.Courses, byCourse, (*Course).merge)
	m.Phishing = unite(m.Phishing, byPhishing, (*Phishing).merge)
	for i := range m.Websites {
		m.Websites[i].Sources = union(m.Websites[i].Sources, nil)
	}
	for i := range m.Computers {
		m.Computers[i].Sources = union(m.Computers[i].Sources, nil)
	}
	for i := range m.Vulnerabilities {
		v := &m.Vulnerabilities[i]
		v.Sources, v.References = union(v.Sources, nil), union(v.References, nil)
	}
	for name, records := range m.Custom {
		if len(records) == 0 {
			delete(m.Custom, name)
			continue
		}
		m.Custom[name] = unite(records, byCustom, (*Custom).merge)
	}
}

// unite sorts a list and makes one record of those with one key.
func unite[T any](list []T, order func(a, b *T) int, merge func(into, from *T)) []T {
	if increasing(list, order) {
		return list
	}
	sortStable(list, order)
	kept := 0
	for i := range list {
		if kept > 0 && order(&list[kept-1], &list[i]) == 0 {
			merge(&list[kept-1], &list[i])
			continue
		}
		if kept != i {
			list[kept] = list[i]
		}
		kept++
	}
	clear(list[kept:])
	return list[:kept]
}

// sortStable sorts by way of a list of places, since records are large: each
// moves once.
func sortStable[T any](list []T, order func(a, b *T) int) {
	places := make([]int32, len(list))
	for i := range places {
		places[i] = int32(i)
	}
	slices.SortFunc(places, func(i, k int32) int { return cmp.Or(order(&list[i], &list[k]), cmp.Compare(i, k)) })
	for at := range places { // follow each cycle of moves
		from := int(places[at])
		if from == at {
			continue
		}
		first, to := list[at], at
		for from != at {
			list[to] = list[from]
			places[to] = int32(to)
			to, from = from, int(places[from])
		}
		list[to] = first
		places[to] = int32(to)
	}
}

// sorted tells whether there is nothing for sort to do.
func (m *Month) sorted() bool {
	plain := increasing(m.Websites, byWebsite) && increasing(m.Computers, byComputer) &&
		increasing(m.Vulnerabilities, byVulnerability) && increasing(m.Employees, byEmployee) &&
		increasing(m.Questionnaires, byQuestionnaire) && increasing(m.Courses, byCourse) && increasing(m.Phishing, byPhishing)
	if !plain {
		return false
	}
	for i := range m.Websites {
		plain = plain && isSet(m.Websites[i].Sources)
	}
	for i := range m.Computers {
		plain = plain && isSet(m.Computers[i].Sources)
	}
	for i := range m.Vulnerabilities {
		plain = plain && isSet(m.Vulnerabilities[i].Sources) && isSet(m.Vulnerabilities[i].References)
	}
	for _, records := range m.Custom {
		plain = plain && len(records) > 0 && increasing(records, byCustom)
	}
	return plain
}

func increasing[T any](list []T, order func(a, b *T) int) bool {
	for i := 1; i < len(list); i++ {
		if order(&list[i-1], &list[i]) >= 0 {
			return false
		}
	}
	return true
}

func isSet(texts []string) bool {
	for i := 1; i < len(texts); i++ {
		if texts[i-1] >= texts[i] {
			return false
		}
	}
	return true
}

func (c *Company) merge(o *Company) {
	c.Name, c.Sector = longer(c.Name, o.Name), longer(c.Sector, o.Sector)
	c.Size = max(c.Size, o.Size)
	c.Enrolled = earliest(c.Enrolled, o.Enrolled)
}

func (w *Website) merge(o *Website) {
	w.Scanned, w.Retired = latest(w.Scanned, o.Scanned), latest(w.Retired, o.Retired)
	w.Sources = union(w.Sources, o.Sources)
}

func (c *Computer) merge(o *Computer) {
	c.OS = longer(c.OS, o.OS)
	c.Seen, c.Retired = latest(c.Seen, o.Seen), latest(c.Retired, o.Retired)
	c.Sources = union(c.Sources, o.Sources)
}

func (v *Vulnerability) merge(o *Vulnerability) {
	v.Severity, v.CVSS = max(v.Severity, o.Severity), max(v.CVSS, o.CVSS)
	v.Title, v.Remedy = longer(v.Title, o.Title), longer(v.Remedy, o.Remedy)
	v.Found, v.Seen, v.Fixed = earliest(v.Found, o.Found), latest(v.Seen, o.Seen), latest(v.Fixed, o.Fixed)
	v.Status = decided(v.Status, o.Status)
	v.Sources, v.References = union(v.Sources, o.Sources), union(v.References, o.References)
}

func (e *Employee) merge(o *Employee) {
	e.Enrolled, e.Left = earliest(e.Enrolled, o.Enrolled), latest(e.Left, o.Left)
}

func (q *Questionnaire) merge(o *Questionnaire) {
	q.Completed, q.Score = latest(q.Completed, o.Completed), max(q.Score, o.Score)
}

func (c *Course) merge(o *Course) {
	c.Offered, c.Completed = earliest(c.Offered, o.Offered), latest(c.Completed, o.Completed)
}

func (p *Phishing) merge(o *Phishing) {
	p.Sent, p.Outcome = earliest(p.Sent, o.Sent), max(p.Outcome, o.Outcome)
}

// merge takes the higher kind, then the longer and the greater text, the
// higher number, true over false.
func (c *Custom) merge(o *Custom) {
	fields := maps.Clone(c.Fields)
	for name, theirs := range o.Fields {
		ours, both := fields[name]
		switch {
		case !both || theirs.kind > ours.kind:
			ours = theirs
		case theirs.kind < ours.kind:
		case ours.kind == KindText:
			ours.text = longer(ours.text, theirs.text)
		default:
			ours.number = max(ours.number, theirs.number)
		}
		if fields == nil {
			fields = map[string]Value{}
		}
		fields[name] = ours
	}
	c.Fields = fields
}

// longer is the text of more characters, of equally many the greater.
func longer(a, b string) string {
	switch x, y := utf8.RuneCountInString(a), utf8.RuneCountInString(b); {
	case a == b, x > y:
		return a
	case x < y:
		return b
	}
	return max(a, b)
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// decided is the stronger status: the lower number that is one.
func decided(a, b Status) Status {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// union is a new sorted list of what either list has, nil if neither has any.
func union(a, b []string) []string {
	if len(b) == 0 && isSet(a) {
		return a
	}
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
