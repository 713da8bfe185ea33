package score

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// move is one kind of thing that people can do about a month. The advice knows
// nothing of what a criterion demands: it makes moves and has the norm judge
// what came of them, so it is the same for every language of conditions.
type move struct {
	do    string // as a [Step] names it
	about string // the subject of criteria that it mostly concerns
	items func(*site) patch
}

// made are the items of the move on the site.
func (m move) made(s *site) patch {
	p := m.items(s)
	for i := range p {
		p[i].do = m.do
	}
	return p
}

// site is where moves are made: a month that is normal, and the day on which
// things are done.
type site struct {
	month *finding.Month
	types map[string]map[string]string // of custom records, as the norm declares them
	p     finding.Period
	at    time.Time // the last second of the day
	many  int       // records that are added where more of them may help
}

// moves are ordered by how readily they are advised: to look before anything,
// then to mend what is there, then to add, and to take away last. Nobody is
// advised to dismiss people or to undo what happened.
var moves = []move{
	{Enrol, "enrolment", enrol},
	{Check, "website", scanWebsites},
	{Check, "computer", seeComputers},
	{Fix, "vulnerability", func(s *site) patch { return s.fix(s.month.Vulnerabilities) }},
	{Redo, "questionnaire", answerAgain},
	{Complete, "course", completeCourses},
	{Enrol, "employee", enrolEmployees},
	{Add, "website", addWebsites},
	{Add, "computer", addComputers},
	{Add, "employee", addEmployees},
	{Add, "course", func(s *site) patch { return s.addCourse(false) }},
	{Add, "course", func(s *site) patch { return s.addCourse(true) }},
	{Add, "questionnaire", addQuestionnaires},
	{Add, "phishing", addPhishing},
	{Update, "custom", func(s *site) patch { return s.custom(0) }},
	{Update, "custom", func(s *site) patch { return s.custom(1) }},
	{Add, "custom", func(s *site) patch { return s.addCustom(0) }},
	{Add, "custom", func(s *site) patch { return s.addCustom(1) }},
	{Retire, "website", retireWebsites},
	{Retire, "computer", retireComputers},
	{Remove, "custom", dropCustom},
}

func enrol(s *site) patch {
	if s.month.Company.Active(s.p) {
		return nil
	}
	return patch{{key: ruling.Key{"company"}, enrol: s.at}}
}

// each makes an item of every record for which change says so, on a copy.
func each[T any](list []T, key func(*T) []string, change func(*T) bool) patch {
	var p patch
	for i := range list {
		r := list[i]
		if change(&r) {
			p = append(p, item{key: key(&r), record: &r})
		}
	}
	return p
}

func scanWebsites(s *site) patch {
	return each(s.month.Websites, (*finding.Website).Key, func(w *finding.Website) bool {
		stale := w.Active(s.p) && !w.Fresh(s.p)
		w.Scanned = s.at
		return stale
	})
}

func seeComputers(s *site) patch {
	return each(s.month.Computers, (*finding.Computer).Key, func(c *finding.Computer) bool {
		stale := c.Active(s.p) && !c.Fresh(s.p)
		c.Seen = s.at
		return stale
	})
}

// fix mends the open ones of these vulnerabilities.
func (s *site) fix(list []finding.Vulnerability) patch {
	return each(list, (*finding.Vulnerability).Key, func(v *finding.Vulnerability) bool {
		if !v.Open(s.p) {
			return false
		}
		known := later(v.Found, v.Seen)
		v.Fixed = later(s.at, known)
		return !known.After(s.at) || s.last()
	}).to(Fix)
}

// last tells whether things are done on the month's last day.
func (s *site) last() bool { return !s.at.Before(s.p.End.Add(-time.Second)) }

// remove takes the open ones away, as if they had never been found.
func (s *site) remove(list []finding.Vulnerability) patch {
	p := s.fix(list)
	for i := range p {
		p[i].gone, p[i].do = true, Remove
	}
	return p
}

func answerAgain(s *site) patch {
	return each(s.month.Questionnaires, (*finding.Questionnaire).Key, func(q *finding.Questionnaire) bool {
		changes := !q.Done(s.p) || q.Score < 100
		q.Score, q.Completed = 100, s.at
		return changes
	})
}

func completeCourses(s *site) patch {
	return each(s.month.Courses, (*finding.Course).Key, func(c *finding.Course) bool {
		changes := !s.p.Before(c.Completed)
		c.Completed = s.at
		return changes
	})
}

func enrolEmployees(s *site) patch {
	return each(s.month.Employees, (*finding.Employee).Key, func(e *finding.Employee) bool {
		waits := e.Enrolled.IsZero() && !s.p.Before(e.Left)
		e.Enrolled = s.at
		return waits
	})
}

// fresh gives ids that no record of the list has: new-computer-1, …
func fresh[T any](list []T, kind string, n int, id func(*T) string) []string {
	taken := make(map[string]bool, len(list))
	for i := range list {
		taken[id(&list[i])] = true
	}
	var ids []string
	for i := 1; len(ids) < n; i++ {
		if name := fmt.Sprintf("new-%s-%d", kind, i); !taken[name] {
			ids = append(ids, name)
		}
	}
	return ids
}

func addWebsites(s *site) patch {
	var p patch
	for _, id := range fresh(s.month.Websites, "website", s.many, func(w *finding.Website) string { return w.ID }) {
		w := &finding.Website{ID: id, Scanned: s.at}
		p = append(p, item{key: w.Key(), record: w})
	}
	return p
}

func addComputers(s *site) patch {
	var p patch
	for _, id := range fresh(s.month.Computers, "computer", s.many, func(c *finding.Computer) string { return c.ID }) {
		c := &finding.Computer{ID: id, Seen: s.at}
		p = append(p, item{key: c.Key(), record: c})
	}
	return p
}

func addEmployees(s *site) patch {
	var p patch
	for _, id := range fresh(s.month.Employees, "employee", s.many, func(e *finding.Employee) string { return e.ID }) {
		e := &finding.Employee{ID: id, Enrolled: s.at}
		p = append(p, item{key: e.Key(), record: e})
	}
	return p
}

// staff is the company itself (the empty id) and everyone who works there.
func (s *site) staff() []string {
	all := []string{""}
	for i := range s.month.Employees {
		if e := &s.month.Employees[i]; e.Active(s.p) {
			all = append(all, e.ID)
		}
	}
	return all
}

func (s *site) addCourse(completed bool) patch {
	id := fresh(s.month.Courses, "course", 1, func(c *finding.Course) string { return c.ID })[0]
	var p patch
	for _, employee := range s.staff() {
		c := &finding.Course{ID: id, Employee: employee, Offered: s.at}
		if completed {
			c.Completed = s.at
		}
		p = append(p, item{key: c.Key(), record: c})
	}
	return p
}

func addQuestionnaires(s *site) patch {
	id := fresh(s.month.Questionnaires, "questionnaire", 1, func(q *finding.Questionnaire) string { return q.ID })[0]
	var p patch
	for _, employee := range s.staff() {
		q := &finding.Questionnaire{ID: id, Employee: employee, Completed: s.at, Score: 100}
		p = append(p, item{key: q.Key(), record: q})
	}
	return p
}

func addPhishing(s *site) patch {
	id := fresh(s.month.Phishing, "mail", 1, func(f *finding.Phishing) string { return f.ID })[0]
	var p patch
	for _, employee := range s.staff() {
		f := &finding.Phishing{ID: id, Employee: employee, Sent: s.at, Outcome: finding.PhishingReported}
		p = append(p, item{key: f.Key(), record: f})
	}
	return p
}

// fields are values that a custom record may need to have, of its declared
// types: a date becomes today, and the rest one of two extremes.
func (s *site) fields(declared map[string]string, which int) map[string]finding.Value {
	values := map[string]finding.Value{}
	for name, typ := range declared {
		switch typ {
		case "date":
			values[name] = finding.TextValue(s.at.In(s.p.Zone).Format(time.DateOnly))
		case "bool":
			values[name] = finding.BoolValue(which == 0)
		case "number":
			values[name] = finding.NumberValue(int64(100 * (1 - which)))
		}
	}
	return values
}

// custom brings every custom record up to date.
func (s *site) custom(which int) patch {
	var p patch
	for _, typ := range slices.Sorted(maps.Keys(s.month.Custom)) {
		values := s.fields(s.types[typ], which)
		for _, r := range s.month.Custom[typ] {
			c := &finding.Custom{ID: r.ID, Fields: maps.Clone(r.Fields)}
			if c.Fields == nil {
				c.Fields = map[string]finding.Value{}
			}
			maps.Copy(c.Fields, values)
			if !maps.Equal(c.Fields, r.Fields) {
				p = append(p, item{key: c.Key(typ), record: c, custom: typ})
			}
		}
	}
	return p
}

func (s *site) addCustom(which int) patch {
	var p patch
	for _, typ := range slices.Sorted(maps.Keys(s.types)) {
		for _, id := range fresh(s.month.Custom[typ], typ, min(s.many, 8), func(c *finding.Custom) string { return c.ID }) {
			c := &finding.Custom{ID: id, Fields: s.fields(s.types[typ], which)}
			p = append(p, item{key: c.Key(typ), record: c, custom: typ})
		}
	}
	return p
}

func retireWebsites(s *site) patch {
	return each(s.month.Websites, (*finding.Website).Key, func(w *finding.Website) bool {
		stale := w.Active(s.p) && !w.Fresh(s.p)
		w.Retired = s.at
		return stale
	})
}

func retireComputers(s *site) patch {
	return each(s.month.Computers, (*finding.Computer).Key, func(c *finding.Computer) bool {
		stale := c.Active(s.p) && !c.Fresh(s.p)
		c.Retired = s.at
		return stale
	})
}

func dropCustom(s *site) patch {
	var p patch
	for _, typ := range slices.Sorted(maps.Keys(s.month.Custom)) {
		for i := range s.month.Custom[typ] {
			r := s.month.Custom[typ][i]
			p = append(p, item{key: r.Key(typ), record: &r, custom: typ, gone: true})
		}
	}
	return p
}
