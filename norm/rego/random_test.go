package rego

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/stretchr/testify/require"
)

// author writes random modules: most of what it writes a plan can hold.
type author struct {
	*rand.Rand
	wild  int // percent of conditions that no plan can hold
	names int
	sets  map[string]string // the package's rules that are sets, by name: their list
	rules []string          // that are true or false
	tests map[string]string // functions, by name: the list whose records they take
}

func (a *author) chance(percent int) bool { return a.IntN(100) < percent }

func (a *author) one(of ...string) string { return of[a.IntN(len(of))] }

func (a *author) name(prefix string) string {
	a.names++
	return fmt.Sprint(prefix, a.names)
}

func pick(a *author, m map[string]string, list string) string {
	var fitting []string
	for i := range a.names + 1 {
		for _, prefix := range []string{"s", "f"} {
			if name := fmt.Sprint(prefix, i); m[name] != "" && (list == "" || m[name] == list) {
				fitting = append(fitting, name)
			}
		}
	}
	if len(fitting) == 0 {
		return ""
	}
	return fitting[a.IntN(len(fitting))]
}

// randomFields are those of each list that conditions ask for, by shape.
var randomFields = map[string]map[shape][]string{
	"websites":        {boolean: {"fresh", "active"}, instant: {"scanned", "retired"}, texts: {"sources"}, text: {"id"}},
	"computers":       {boolean: {"fresh", "active"}, instant: {"seen", "retired"}, texts: {"sources"}, text: {"id", "os"}},
	"vulnerabilities": {boolean: {"open"}, instant: {"found", "seen", "fixed"}, texts: {"sources", "references"}, text: {"title", "remedy", "asset"}, number: {"rank", "days_open", "rank"}},
	"employees":       {boolean: {"active"}, instant: {"enrolled", "left"}},
	"questionnaires":  {boolean: {"done"}, instant: {"completed"}, text: {"employee"}, number: {"score"}},
	"courses":         {instant: {"offered", "completed"}, text: {"employee", "id"}, number: {"days_offered"}},
	"phishing":        {instant: {"sent"}, text: {"employee"}},
	"custom.backup":   {boolean: {"ok"}, instant: {"tested"}, text: {"note"}, number: {"size"}},
}

var randomLists = []string{"websites", "computers", "vulnerabilities", "vulnerabilities", "employees", "questionnaires", "courses", "phishing", "custom.backup"}

var randomWords = map[string]map[string][]string{
	"vulnerabilities": {"severity": wordsOf[finding.Severity](6), "status": wordsOf[finding.Status](3), "asset_type": wordsOf[finding.AssetType](2)},
	"phishing":        {"outcome": wordsOf[finding.PhishingOutcome](5)},
}

// about writes a statement about the record of the name.
func (a *author) about(v, list string, depth int) string {
	if a.chance(a.wild) {
		a.names++
		return strings.NewReplacer("V", v, "N", fmt.Sprint(a.names)).Replace(a.one("V.id < \"b\"", "startswith(V.id, \"a\")", "some wN in input.websites\n\twN.id == V.id",
			"count([xN | some xN in input.websites; xN.id == V.id]) > 0", "max({1, count(V.key)}) > 0", "regex.match(`a`, V.id)",
			"V.id in {xN.id | some xN in input.websites}", "keurmerk.portion(count(V.key), 3) > 5", "not V.key[0] == \"a\""))
	}
	if f := pick(a, a.tests, list); f != "" && a.chance(15) {
		return a.one("", "not ") + f + "(" + v + ")"
	}
	if depth > 0 && a.chance(10) {
		return a.around(depth - 1)
	}
	fields := randomFields[list]
	shapes := []shape{boolean, instant, texts, text, number}
	for {
		s := shapes[a.IntN(len(shapes))]
		if words := randomWords[list]; words != nil && a.chance(20) {
			field := a.one("severity", "status", "asset_type", "outcome")
			if of := words[field]; of != nil {
				return a.word(v, field, of)
			}
		}
		if of := fields[s]; len(of) > 0 {
			return a.field(v, s, of)
		}
	}
}

func (a *author) word(v, field string, of []string) string {
	form := a.one("V.F == W", "V.F != W", "not V.F == W", "V.F in {W, X}", "not V.F in [W, X]")
	return strings.NewReplacer("V", v, "F", field, "W", strconv.Quote(a.one(of...)), "X", strconv.Quote(a.one(of...))).Replace(form)
}

func (a *author) field(v string, s shape, of []string) string {
	x, y := v+"."+a.one(of...), v+"."+a.one(of...)
	n, op := a.number(), a.one("<", "<=", "==", "!=", ">", ">=")
	switch s {
	case boolean:
		return a.one(x, "not "+x, x+" == true", x+" != true", x+" == false", x+" != "+y)
	case number:
		return a.one(x+" "+op+" "+n, "not "+x+" "+op+" "+n, x+" * 2 "+op+" "+y, x+" + "+n+" "+op+" "+y, x, x+" "+op+" input.company.size", x+" in {1, 2, "+n+"}")
	case instant:
		return a.one(x+" "+op+" "+y, x, "not "+x, "keurmerk.days("+x+") "+op+" "+n, "keurmerk.this_month("+x+")", "not keurmerk.this_month("+x+")", x+" "+op+" input.company.enrolled")
	case texts:
		return a.one(`"a" in `+x, `not "b" in `+x, "count("+x+") "+op+" 1")
	}
	return a.one(x+` == "a"`, x+` != "b"`, x, "not "+x, x+` in {"a", "b", "c1"}`, "not "+x+` == "w0"`, x+" == data.params.word", x+" == input.company.name", x+" != "+y)
}

func (a *author) number() string {
	return a.one("0", "1", "2", "3", "4", "data.params.five", "data.params.five * 2", "30", "70", "365")
}

// source is records to go through.
func (a *author) source() (records, list string) {
	if s := pick(a, a.sets, ""); s != "" && a.chance(40) {
		return s, a.sets[s]
	}
	list = a.one(randomLists...)
	return "input." + list, list
}

// chosen writes a list or set with some of the records.
func (a *author) chosen(depth int) (written, list string) {
	from, list := a.source()
	if a.chance(25) {
		return from, list
	}
	v := a.name("v")
	head := v
	if a.chance(30) {
		head = v + ".key"
	}
	open, closed := "{", "}"
	if a.chance(30) {
		open, closed = "[", "]"
	}
	return fmt.Sprintf("%s%s | some %s in %s; %s%s", open, head, v, from, strings.ReplaceAll(a.about(v, list, depth), "\n\t", "; "), closed), list
}

// around writes a statement that is about the month.
func (a *author) around(depth int) string {
	if depth > 0 {
		switch a.IntN(8) {
		case 0, 1:
			written, _ := a.chosen(depth - 1)
			return fmt.Sprintf("%scount(%s) %s %s", a.one("", "", "not "), written, a.one("<", "<=", "==", "!=", ">", ">="), a.number())
		case 2:
			v := a.name("v")
			from, list := a.source()
			return fmt.Sprintf("every %s in %s {\n\t%s\n\t%s\n\t}", v, from, a.about(v, list, depth-1), a.about(v, list, 0))
		case 3, 4:
			v := a.name("v")
			from, list := a.source()
			return fmt.Sprintf("some %s in %s\n\t%s\n\t%s", v, from, a.about(v, list, depth-1), a.about(v, list, 0))
		case 5:
			x, _ := a.chosen(0)
			y, _ := a.chosen(0)
			return fmt.Sprintf(a.one("keurmerk.portion(count(%s), count(%s)) > 5000", "count(%s) > count(%s)", "count(%s) * 100 >= count(%s) * 50", "count(%s) * 999999999999999999 * 8 >= count(%s)", "not keurmerk.portion(count(%s), count(%s)) > 5000"), x, y)
		}
	}
	if len(a.rules) > 0 && a.chance(40) {
		return a.one("", "not ") + a.one(a.rules...)
	}
	return a.one("input.company.active", "not input.company.active", "input.company.size > 3", "not input.company.size > 3", `input.month == "2026-11"`, "input.company.name", `input.company.name == "a"`,
		"data.params.yes", "keurmerk.days(input.company.enrolled) < 100")
}

func (a *author) statements(most, depth int) string {
	var b strings.Builder
	for range 1 + a.IntN(most) {
		b.WriteString("\t" + a.around(depth) + "\n")
	}
	return b.String()
}

// module writes a package with helpers and the rules that a norm asks for.
func (a *author) module(path string) string {
	a.sets, a.rules, a.tests = map[string]string{}, nil, map[string]string{}
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\n", path)
	for range a.IntN(5) {
		switch a.IntN(4) {
		case 0:
			a.function(&b)
		case 1, 2:
			a.set(&b)
		case 3:
			name := a.name("r")
			a.rule(&b, name)
			a.rules = append(a.rules, name)
		}
	}
	for name, percent := range map[string]int{norm.RuleApplies: 15, norm.RuleMeasured: 40} {
		if a.chance(percent) {
			a.rule(&b, name)
		}
	}
	share := a.chance(20)
	if share {
		x, _ := a.chosen(1)
		y, _ := a.chosen(1)
		fmt.Fprintf(&b, "share := keurmerk.portion(count(%s), count(%s))\n\n", x, y)
	}
	if !share || a.chance(30) {
		a.rule(&b, norm.RuleMet)
	}
	if a.chance(60) {
		a.evidence(&b)
	}
	return b.String()
}

func (a *author) function(b *strings.Builder) {
	list := a.one(randomLists...)
	name := a.name("f")
	if a.chance(25) {
		fmt.Fprintf(b, "%[1]s(x) := true if {\n\t%[2]s\n} else := false if {\n\t%[3]s\n}\n\n", name, a.about("x", list, 0), a.about("x", list, 0))
	} else {
		for range 1 + a.IntN(2) {
			fmt.Fprintf(b, "%s(x) if {\n\t%s\n\t%s\n}\n\n", name, a.about("x", list, 1), a.about("x", list, 0))
		}
	}
	a.tests[name] = list
}

func (a *author) set(b *strings.Builder) {
	from, list := a.source()
	name := a.name("s")
	if a.chance(30) {
		fmt.Fprintf(b, "%s := {v | some v in %s; %s}\n\n", name, from, strings.ReplaceAll(a.about("v", list, 1), "\n\t", "; "))
	} else {
		for range 1 + a.IntN(2) {
			fmt.Fprintf(b, "%s contains v if {\n\tsome v in %s\n\t%s\n}\n\n", name, from, a.about("v", list, 1))
		}
	}
	a.sets[name] = list
}

func (a *author) rule(b *strings.Builder, name string) {
	if a.chance(50) {
		fmt.Fprintf(b, "default %s := %s\n\n", name, a.one("false", "false", "true"))
	}
	switch a.IntN(5) {
	case 0:
		x, _ := a.chosen(1)
		fmt.Fprintf(b, "%s := count(%s) %s %s\n\n", name, x, a.one("<", "==", ">", ">="), a.number())
	case 1:
		fmt.Fprintf(b, "%s := true if {\n%s} else := %s if {\n%s}\n\n", name, a.statements(2, 2), a.one("false", "true"), a.statements(1, 1))
	default:
		for range 1 + a.IntN(2) {
			fmt.Fprintf(b, "%s if {\n%s}\n\n", name, a.statements(3, 2))
		}
	}
}

func (a *author) evidence(b *strings.Builder) {
	if a.chance(30) {
		x, _ := a.chosen(1)
		fmt.Fprintf(b, "evidence := %s\n\n", x)
		return
	}
	key := a.one("", ".key")
	for range 1 + a.IntN(2) {
		from, list := a.source()
		fmt.Fprintf(b, "evidence contains v%s if {\n\tsome v in %s\n\t%s\n%s}\n\n", key, from, a.about("v", list, 1), a.one("", "\t"+a.around(1)+"\n"))
	}
}

// randomMonth is a normal month with a few records of each kind, or so many
// times as many, in which much is absent.
func randomMonth(t testing.TB, r *rand.Rand, times int) *finding.Month {
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	when := func() time.Time {
		switch r.IntN(4) {
		case 0:
			return time.Time{}
		case 1:
			return start.Add(time.Duration(r.IntN(29*24)) * time.Hour)
		}
		return start.AddDate(0, -r.IntN(14), r.IntN(28)-30)
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
	some := func(most int) int { return max(0, r.IntN(times*most+2)-1) }
	m := &finding.Month{Company: finding.Company{ID: "kvk:1", Name: word(), Size: r.IntN(3) * 5, Enrolled: when()}, Month: finding.MonthOf(2026, 11)}
	for i := range some(4) {
		m.Websites = append(m.Websites, finding.Website{ID: fmt.Sprint("w", i), Scanned: when(), Retired: when(), Sources: words()})
	}
	for i := range some(6) {
		m.Computers = append(m.Computers, finding.Computer{ID: fmt.Sprint("c", i), OS: word(), Seen: when(), Retired: when(), Sources: words()})
	}
	for i := range some(9) {
		m.Vulnerabilities = append(m.Vulnerabilities, finding.Vulnerability{ID: fmt.Sprint("v", i), AssetType: finding.AssetType(1 + r.IntN(2)), Asset: []string{"c0", "c1", "w0", "a"}[r.IntN(4)],
			Severity: finding.Severity(1 + r.IntN(6)), Title: word(), Remedy: word(), Found: when(), Seen: when(), Fixed: when(), Status: finding.Status(r.IntN(4)), Sources: words(), References: words()})
	}
	for i := range some(6) {
		e := fmt.Sprint("e", i)
		m.Employees = append(m.Employees, finding.Employee{ID: e, Enrolled: when(), Left: when()})
		if r.IntN(2) == 0 {
			m.Questionnaires = append(m.Questionnaires, finding.Questionnaire{ID: "q", Employee: e, Completed: when(), Score: r.IntN(101)})
		}
		if r.IntN(2) == 0 {
			m.Courses = append(m.Courses, finding.Course{ID: "k", Employee: e, Offered: when(), Completed: when()})
		}
		if r.IntN(2) == 0 {
			m.Phishing = append(m.Phishing, finding.Phishing{ID: "p", Employee: e, Sent: when(), Outcome: finding.PhishingOutcome(1 + r.IntN(5))})
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
		if at := when(); !at.IsZero() {
			fields["tested"] = finding.TextValue(at.Format(time.RFC3339))
		}
		if m.Custom == nil {
			m.Custom = map[string][]finding.Custom{}
		}
		m.Custom["backup"] = append(m.Custom["backup"], finding.Custom{ID: fmt.Sprint("b", i), Fields: fields})
	}
	normal, err := m.Normal()
	require.NoError(t, err)
	return normal
}
