package expr

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// author writes random expressions of the language, of a wanted type.
type author struct {
	*rand.Rand
	lets  map[string]string // by name: bool, int, or the list that it chooses from
	about []variable        // the records spoken of, outermost first
}

type variable struct{ name, list string }

func (a *author) one(words ...string) string { return words[a.IntN(len(words))] }

// chance is true n times in a hundred.
func (a *author) chance(n int) bool { return a.IntN(100) < n }

var randomLists = []string{"websites", "computers", "vulnerabilities", "employees", "questionnaires", "courses", "phishing", "custom.backup"}

// fields are those of each list by type, in an author's words.
var randomFields = map[string]map[string][]string{
	"websites":        {"bool": {"active", "fresh"}, "string": {"id"}, "time": {"scanned", "retired"}, "texts": {"sources"}},
	"computers":       {"bool": {"active", "fresh"}, "string": {"id", "os"}, "time": {"seen", "retired"}, "texts": {"sources"}},
	"vulnerabilities": {"bool": {"open"}, "string": {"id", "asset", "title", "remedy"}, "time": {"found", "seen", "fixed"}, "int": {"days_open"}, "texts": {"sources", "references"}, "severity": {"severity"}, "asset": {"asset_type"}, "status": {"status"}},
	"employees":       {"bool": {"active"}, "string": {"id"}, "time": {"enrolled", "left"}},
	"questionnaires":  {"bool": {"done"}, "string": {"id", "employee"}, "time": {"completed"}, "int": {"score"}},
	"courses":         {"string": {"id", "employee"}, "time": {"offered", "completed"}, "int": {"days_offered"}},
	"phishing":        {"string": {"id", "employee"}, "time": {"sent"}, "outcome": {"outcome"}},
	"custom.backup":   {"bool": {"ok"}, "string": {"id", "note"}, "time": {"tested"}, "int": {"size"}},
	"company":         {"bool": {"active"}, "string": {"id", "name", "sector"}, "time": {"enrolled"}, "int": {"size"}},
}

// field is one of the type of a record that is spoken of, or of the company;
// empty if there is none.
func (a *author) field(typ string) string {
	of := variable{"company", "company"}
	if len(a.about) > 0 && a.chance(92) {
		of = a.about[len(a.about)-1]
		if a.chance(4) {
			of = a.about[0]
		}
	}
	names := randomFields[of.list][typ]
	if len(names) == 0 {
		return ""
	}
	return of.name + "." + a.one(names...)
}

// truth writes a condition.
func (a *author) truth(depth int) string {
	if depth <= 0 {
		return a.atom()
	}
	switch n := a.IntN(20); {
	case n < 4:
		return fmt.Sprintf("(%s && %s)", a.truth(depth-1), a.truth(depth-1))
	case n < 8:
		return fmt.Sprintf("(%s || %s)", a.truth(depth-1), a.truth(depth-1))
	case n < 10:
		return "!(" + a.truth(depth-1) + ")"
	case n < 11:
		return fmt.Sprintf("(%s ? %s : %s)", a.truth(depth-1), a.truth(depth-1), a.truth(depth-1))
	case n < 13 && len(a.about) == 1 && a.chance(40):
		return a.lookup(depth)
	case n < 17 && len(a.about) == 0 || n < 13 && len(a.about) == 1 && a.chance(15):
		if a.chance(60) {
			return a.quantifier(depth)
		}
		return fmt.Sprintf("(%s %s %s)", a.number(depth-1), a.comparison(), a.number(depth-1))
	}
	return a.atom()
}

// lookup asks about the records of another list that have the same text.
func (a *author) lookup(depth int) string {
	outer := a.about[0]
	text, list := a.list(depth)
	inner := variable{"x1", list}
	field := func(v variable) string {
		if names := randomFields[v.list]["string"]; a.chance(95) {
			return v.name + "." + a.one(names...)
		}
		return "'a'"
	}
	if a.chance(15) {
		inner.name = "y"
		return fmt.Sprintf("(%s in %s.map(y, %s))", field(outer), text, field(inner))
	}
	a.about = append(a.about, inner)
	rest := []string{a.truth(1), a.truth(1)}[:a.IntN(3)]
	a.about = a.about[:1]
	if a.chance(25) {
		return fmt.Sprintf("%s.all(x1, %s)", text, strings.Join(append(rest, field(inner)+" != "+field(outer)), " || "))
	}
	said := strings.Join(append([]string{field(outer) + " == " + field(inner)}, rest...), " && ")
	switch a.IntN(4) {
	case 0:
		return fmt.Sprintf("%s.filter(x1, %s).size() > %d", text, said, a.IntN(3))
	case 1:
		return fmt.Sprintf("%s.exists_one(x1, %s)", text, said)
	}
	return fmt.Sprintf("%s.exists(x1, %s)", text, said)
}

func (a *author) comparison() string { return a.one("==", "!=", "<", "<=", ">", ">=") }

func (a *author) quantifier(depth int) string {
	text, list := a.list(depth)
	return fmt.Sprintf("%s.%s(%s)", text, a.one("exists", "exists", "all", "exists_one"), a.predicate(list, depth-1))
}

// predicate is the inside of a macro.
func (a *author) predicate(list string, depth int) string {
	name := fmt.Sprintf("x%d", len(a.about))
	a.about = append(a.about, variable{name, list})
	text := name + ", " + a.truth(min(depth, 3))
	a.about = a.about[:len(a.about)-1]
	return text
}

// list writes a list of records, and says of which kind.
func (a *author) list(depth int) (text, of string) {
	if a.chance(15) && len(a.about) == 0 {
		names := []string{}
		for name, typ := range a.lets {
			if slices.Contains(randomLists, typ) {
				names = append(names, name)
			}
		}
		if slices.Sort(names); len(names) > 0 {
			name := a.one(names...)
			return name, a.lets[name]
		}
	}
	of = a.one(randomLists...)
	if a.chance(20) && depth > 0 && len(a.about) == 0 {
		return fmt.Sprintf("%s.filter(%s)", of, a.predicate(of, depth-1)), of
	}
	return of, of
}

func (a *author) number(depth int) string {
	if depth > 0 {
		switch a.IntN(8) {
		case 0:
			return fmt.Sprintf("(%s %s %s)", a.number(depth-1), a.one("+", "-", "*"), a.number(depth-1))
		case 1:
			return fmt.Sprintf("portion(%s, %s)", a.number(depth-1), a.number(depth-1))
		case 2:
			return "-" + "(" + a.number(depth-1) + ")"
		case 3:
			return fmt.Sprintf("(%s ? %s : %s)", a.truth(depth-1), a.number(depth-1), a.number(depth-1))
		}
	}
	if len(a.about) == 0 && a.chance(65) {
		text, list := a.list(depth)
		if a.chance(70) {
			text += fmt.Sprintf(".filter(%s)", a.predicate(list, depth-1))
		}
		return text + ".size()"
	}
	switch a.IntN(8) {
	case 0:
		return "params.five"
	case 1:
		if f := a.field("string"); f != "" {
			return "size(" + f + ")"
		}
	case 2:
		if f := a.field("time"); f != "" {
			return "days(" + f + ")"
		}
	case 3:
		if len(a.about) == 0 {
			return a.letOf("int", "7")
		}
	case 4, 5:
		if f := a.field("int"); f != "" {
			return f
		}
	case 6:
		return a.one("9223372036854775807", "4611686018427387904", "-9223372036854775808")
	}
	return a.one("0", "1", "2", "5", "30", "70", "100", "365")
}

func (a *author) letOf(typ, otherwise string) string {
	names := []string{}
	for name, of := range a.lets {
		if of == typ {
			names = append(names, name)
		}
	}
	if slices.Sort(names); len(names) == 0 {
		return otherwise
	}
	return a.one(names...)
}

var randomGroups = map[string][]string{
	"severity": {"NONE", "LOW", "MEDIUM", "HIGH", "CRITICAL", "UNKNOWN"},
	"asset":    {"WEBSITE", "COMPUTER"},
	"status":   {"OPEN", "ACCEPTED", "FALSE_POSITIVE"},
	"outcome":  {"SENT", "REPORTED", "OPENED", "CLICKED", "SUBMITTED"},
}

// atom is a condition without conditions in it.
func (a *author) atom() string {
	for range 20 {
		switch a.IntN(12) {
		case 0, 1:
			if f := a.field("bool"); f != "" {
				return f
			}
		case 2, 3:
			group := a.one("severity", "asset", "status", "outcome")
			if f := a.field(group); f != "" && group == "severity" {
				return fmt.Sprintf("%s %s %s", f, a.comparison(), a.one(randomGroups[group]...))
			} else if f != "" && a.chance(70) {
				return fmt.Sprintf("%s %s %s", f, a.one("==", "!="), a.one(randomGroups[group]...))
			} else if f != "" {
				return fmt.Sprintf("%s in [%s, %s]", f, a.one(randomGroups[group]...), a.one(randomGroups[group]...))
			}
		case 4:
			if f, g := a.field("time"), a.field("time"); f != "" && g != "" {
				return fmt.Sprintf("%s %s %s", f, a.comparison(), g)
			}
		case 5:
			if f := a.field("time"); f != "" {
				return "this_month(" + f + ")"
			}
		case 6:
			if f := a.field(a.one("time", "string", "int", "bool", "severity")); f != "" {
				return "has(" + f + ")"
			}
		case 7:
			if f := a.field("string"); f != "" {
				return a.one(fmt.Sprintf("%s == %s", f, a.text()), fmt.Sprintf("%s != %s", f, a.text()), fmt.Sprintf("%s.contains(%s)", f, a.text()), fmt.Sprintf("%s.startsWith(%s)", f, a.text()),
					fmt.Sprintf("%s.endsWith(%s)", f, a.text()), f+".matches('^[a-c1]+$')", fmt.Sprintf("%s in [%s, %s]", f, a.text(), a.text()))
			}
		case 8:
			if f := a.field("texts"); f != "" {
				return fmt.Sprintf("%s in %s", a.text(), f)
			}
		case 9:
			return fmt.Sprintf("%s %s %s", a.number(0), a.comparison(), a.number(0))
		case 10:
			if len(a.about) == 0 {
				return a.letOf("bool", "true")
			}
		case 11:
			return a.one("params.yes", "month == '2026-11'", "true", "false")
		}
	}
	return "true"
}

func (a *author) text() string {
	if f := a.field("string"); f != "" && a.chance(20) {
		return f
	}
	return a.one("'a'", "'b'", "'c1'", "''", "params.word")
}

// company makes a random month, normal, with few values, so that conditions
// come out both ways and fields are often absent.
func randomMonth(r *rand.Rand) *finding.Month {
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	when := func() time.Time {
		switch r.IntN(4) {
		case 0:
			return time.Time{}
		case 1:
			return start.Add(time.Duration(r.IntN(29*24)) * time.Hour)
		}
		return start.AddDate(0, -r.IntN(14), r.IntN(28))
	}
	past := func() time.Time { // what can't lie after the month
		t := when()
		if !t.IsZero() && !t.Before(start) {
			t = start.AddDate(0, 0, 3)
		}
		return t
	}
	word := func() string { return []string{"", "a", "b", "c1", "ab", "ü1"}[r.IntN(6)] }
	words := func() (all []string) {
		for _, w := range []string{"a", "b", "c1"} {
			if r.IntN(3) == 0 {
				all = append(all, w)
			}
		}
		return all
	}
	m := &finding.Month{Company: finding.Company{ID: "kvk:1", Name: word(), Size: r.IntN(3) * 5, Enrolled: past()}, Month: finding.MonthOf(2026, 11)}
	some := func(most int) []struct{} {
		if r.IntN(4) == 0 {
			return nil
		}
		return make([]struct{}, r.IntN(most+1))
	}
	for i := range some(3) {
		m.Websites = append(m.Websites, finding.Website{ID: fmt.Sprint("w", i), Scanned: past(), Retired: past(), Sources: words()})
	}
	for i := range some(6) {
		m.Computers = append(m.Computers, finding.Computer{ID: fmt.Sprint("c", i), OS: word(), Seen: past(), Retired: past(), Sources: words()})
	}
	for i := range some(9) {
		m.Vulnerabilities = append(m.Vulnerabilities, finding.Vulnerability{ID: fmt.Sprint("v", i), AssetType: finding.AssetType(1 + r.IntN(2)), Asset: []string{"c0", "c1", "w0", "a"}[r.IntN(4)],
			Severity: finding.Severity(1 + r.IntN(6)), Title: word(), Remedy: word(), Found: past(), Seen: past(), Fixed: past(), Status: finding.Status(r.IntN(4)), Sources: words(), References: words()})
	}
	for i := range some(6) {
		m.Employees = append(m.Employees, finding.Employee{ID: fmt.Sprint("e", i), Enrolled: past(), Left: past()})
		if r.IntN(2) == 0 {
			m.Questionnaires = append(m.Questionnaires, finding.Questionnaire{ID: "q", Employee: fmt.Sprint("e", i), Completed: past(), Score: r.IntN(101)})
		}
		if r.IntN(2) == 0 {
			m.Courses = append(m.Courses, finding.Course{ID: "k", Employee: fmt.Sprint("e", i), Offered: past(), Completed: past()})
		}
		if r.IntN(2) == 0 {
			m.Phishing = append(m.Phishing, finding.Phishing{ID: "p", Employee: fmt.Sprint("e", i), Sent: past(), Outcome: finding.PhishingOutcome(1 + r.IntN(5))})
		}
	}
	for i := range some(3) {
		fields := map[string]finding.Value{}
		if r.IntN(2) == 0 {
			fields["ok"] = finding.BoolValue(r.IntN(2) == 0)
		}
		if r.IntN(2) == 0 {
			fields["size"] = finding.NumberValue(int64(r.IntN(100)))
		}
		if r.IntN(2) == 0 {
			fields["note"] = finding.TextValue(word())
		}
		if t := past(); !t.IsZero() {
			fields["tested"] = finding.TextValue(t.Format(time.RFC3339))
		}
		if m.Custom == nil {
			m.Custom = map[string][]finding.Custom{}
		}
		m.Custom["backup"] = append(m.Custom["backup"], finding.Custom{ID: fmt.Sprint("b", i), Fields: fields})
	}
	normal, err := m.Normal()
	if err != nil {
		panic(fmt.Sprint(err, strings.Repeat(" ", 1)))
	}
	return normal
}
