package norm_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/stretchr/testify/require"
)

// warned checks a norm without errors and tells its warnings as
// "line:column-endColumn CODE".
func warned(t testing.TB, text string) (*norm.Norm, norm.Faults) {
	n, faults, err := norm.Check(fstest.MapFS{"norm.yaml": {Data: []byte(text)}}, "norm.yaml")
	require.NoError(t, err)
	require.False(t, faults.Failed(), "%v", faults)
	return n, faults
}

// two is a norm with these criteria, which share the weight evenly, and lines
// put before them.
func criteria(before string, bodies ...string) string {
	var b strings.Builder
	head, tail, _ := strings.Cut(minimal, "criteria:\n")
	b.WriteString(head + before + "criteria:\n")
	for i, body := range bodies {
		fmt.Fprintf(&b, "  - id: c%d\n    weight: %d%%\n    %s\n", i+1, 100/len(bodies), strings.ReplaceAll(strings.TrimSpace(body), "\n", "\n    "))
	}
	_, end, _ := strings.Cut(tail, "certification:")
	b.WriteString("certification:" + end)
	return b.String()
}

// What is warned of, with the text under the caret, and what is not.
func TestVacuous(t *testing.T) {
	for name, c := range map[string]struct{ body, under, says string }{
		"none":                                {"when: {none: phishing, where: it.outcome == CLICKED}", "phishing", "in a month without phishing"},
		"every":                               {"when: {every: employees, where: it.active}", "employees", "without employees"},
		"at most":                             {"when: {count: phishing, at_most: 2}", "phishing", ""},
		"fewer than none is never":            {"when: {count: phishing, fewer_than: 0}", "", ""},
		"more than":                           {"when: {count: computers, more_than: 5}", "", ""},
		"some":                                {"when: {some: courses}", "", ""},
		"plain":                               {"when: \"!employees.exists(e, !e.active)\"", "exists", ""},
		"all":                                 {"when: employees.all(e, e.active)", "all", ""},
		"guarded in the condition":            {"when: employees.size() > 0 && employees.all(e, e.active)", "", ""},
		"guarded by a filter":                 {"when: employees.filter(e, e.active).size() >= 1 && employees.all(e, e.active)", "", ""},
		"guarded by what is no guard":         {"when: employees.size() >= 0 && employees.all(e, e.active)", "all", ""},
		"guarded in one branch":               {"when: \"company.active ? employees.all(e, e.active) : false\"", "all", ""},
		"guarded in both branches":            {"when: \"employees.size() == 0 ? false : employees.all(e, e.active)\"", "", ""},
		"or something else":                   {"when: company.active || employees.all(e, e.active)", "all", ""},
		"measured":                            {"when: {every: questionnaires, where: it.done}\nmeasured: questionnaires.exists(q, q.done)", "", ""},
		"measured by a let":                   {"when: {every: questionnaires, where: it.done}\nmeasured: asked", "", ""},
		"measured by another list":            {"when: {every: questionnaires, where: it.done}\nmeasured: websites.exists(w, w.fresh)", "questionnaires", ""},
		"measured by nothing":                 {"when: {every: questionnaires, where: it.done}\nmeasured: questionnaires.all(q, q.done)", "questionnaires", ""},
		"applies guards":                      {"when: {every: employees, where: it.active}\napplies: employees.size() > 2", "", ""},
		"vulnerabilities":                     {"when: {none: vulnerabilities}", "vulnerabilities", "without vulnerabilities, websites or computers"},
		"vulnerabilities of scanned websites": {"when: {none: vulnerabilities}\nmeasured: websites.exists(w, w.fresh)", "", ""},
		"vulnerabilities of people who enrol": {"when: {none: vulnerabilities}\nmeasured: employees.exists(e, e.active)", "vulnerabilities", ""},
		"vulnerabilities of scans of its own": {"when: {none: vulnerabilities}\nmeasured: custom.scan.exists(s, s.ok)", "", ""},
		"vulnerabilities of every website":    {"when: 'websites.all(w, !vulnerabilities.exists(v, v.asset == w.id))'", "all", ""},
		"a filtered list with a name":         {"when: {none: stale}", "stale", "without computers"},
		"no computers, which nobody can fail": {"when: {none: computers, where: it.active && !it.active}\nmeasured: computers.exists(c, c.active)", "", ""},
		"a share":                             {"share: 10000 - phishing.size()", "10000 - phishing.size()", ""},
		"a share that is not full":            {"share: 9000 - phishing.size()", "", ""},
		"a portion of nothing is unknown":     {"share: portion(computers.filter(c, c.fresh).size(), computers.size())", "", ""},
		"a portion of nothing, given away":    {"share: 'computers.size() == 0 ? 10000 : portion(1, computers.size())'", "computers", ""},
		"two counts that measure each other":  {"when: {none: phishing}\nmeasured: employees.size() > phishing.size()", "phishing", ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := criteria("types: {scan: {ok: bool}}\nlet:\n  asked: questionnaires.size() > 0\n  stale: computers.filter(c, !c.fresh)\n  use: custom.scan.exists(s, s.ok) && asked && stale.size() > 0\n  use2: use\n", c.body)
			_, faults := warned(t, text)
			var got []norm.Fault
			for _, f := range faults {
				if f.Code == "KM-VACUOUS" {
					got = append(got, f)
				}
			}
			if c.under == "" {
				require.Empty(t, got)
				return
			}
			require.Len(t, got, 1, "%v", faults)
			require.Contains(t, under(got[0]), c.under)
			require.Contains(t, got[0].Message, c.says)
			require.NotEmpty(t, got[0].Hint)
			require.Equal(t, "warning", string(got[0].Severity))
		})
	}
}

// under is the text under the caret.
func under(f norm.Fault) string {
	line := []rune(f.Source)
	return string(line[f.Column-1 : f.EndColumn])
}

// Which of two criteria implies the other: "1>2" the first the second.
func TestImplied(t *testing.T) {
	where := func(form, list, where string) string {
		return fmt.Sprintf("when: {%s: %s, where: '%s'}", form, list, where)
	}
	count := func(list, where, bound string) string {
		return fmt.Sprintf("when: {count: %s, where: '%s', %s}", list, where, bound)
	}
	for name, c := range map[string]struct{ first, second, want string }{
		"severities":                    {where("none", "vulnerabilities", "it.open && it.severity > NONE"), where("none", "vulnerabilities", "it.severity >= HIGH && it.open"), "1>2"},
		"another asset type":            {where("none", "vulnerabilities", "it.asset_type == WEBSITE && it.open"), where("none", "vulnerabilities", "it.asset_type == COMPUTER && it.open"), ""},
		"not the other asset type":      {where("none", "vulnerabilities", "it.asset_type != COMPUTER"), where("none", "vulnerabilities", "it.asset_type == WEBSITE && it.severity == LOW"), "1>2"},
		"among some":                    {where("none", "vulnerabilities", "it.status in [OPEN, ACCEPTED]"), where("none", "vulnerabilities", "it.status == ACCEPTED"), "1>2"},
		"more than":                     {count("computers", "it.active", "more_than: 5"), count("computers", "it.active", "more_than: 3"), "1>2"},
		"at least one more":             {count("computers", "it.active", "more_than: 2"), count("computers", "it.active", "at_least: 3"), "2>1"}, // the same: said once
		"by a parameter":                {count("computers", "it.active", "more_than: five"), count("computers", "it.active", "at_least: 3"), "1>2"},
		"of fewer records":              {count("computers", "it.active && it.fresh", "more_than: 3"), count("computers", "it.active", "more_than: 3"), "1>2"},
		"at most":                       {count("phishing", "it.outcome == CLICKED", "at_most: 2"), count("phishing", "it.outcome == CLICKED", "fewer_than: 5"), "1>2"},
		"none and at most":              {where("none", "phishing", "it.outcome == CLICKED"), count("phishing", "it.outcome == CLICKED", "at_most: 2"), "1>2"},
		"some of many":                  {count("computers", "it.active", "at_least: 2"), where("some", "computers", "it.active || it.fresh"), "1>2"},
		"every and none":                {where("every", "computers", "it.active && it.fresh"), where("none", "computers", "!it.fresh"), "1>2"},
		"every and some":                {where("every", "computers", "it.fresh"), where("some", "computers", "it.fresh"), ""}, // of nothing
		"scores":                        {where("every", "questionnaires", "it.score >= 70"), where("every", "questionnaires", "it.score > 50"), "1>2"},
		"scores of those that are done": {where("every", "questionnaires", "!it.done || it.score >= 70"), where("every", "questionnaires", "it.score > 50"), ""},
		"a number that may be absent":   {where("some", "courses", "it.days_offered <= 30"), where("some", "courses", "it.days_offered <= 365"), "1>2"},
		"a text that may be absent":     {where("none", "computers", "it.active"), where("none", "computers", `it.active && it.os == "x"`), "1>2"},
		"a text that may fail":          {count("computers", "it.active", "more_than: 3"), count("computers", `it.active || it.os == "x"`, "more_than: 2"), ""},
		"a text that is there":          {where("every", "computers", `has(it.os) && it.os != "x" && it.os != "y"`), where("every", "computers", `it.os != "y"`), "1>2"},
		"plain and form":                {"when: 'vulnerabilities.all(v, !v.open)'", where("none", "vulnerabilities", "it.open && it.severity >= HIGH"), "1>2"},
		"parts of a conjunction":        {"when: company.active && websites.exists(w, w.fresh)", "when: websites.exists(x, x.fresh) || employees.size() > 3", "1>2"},
		"negated disjunction":           {"when: '!(company.size > 50 || employees.size() > 9)'", "when: '!(company.size > 80)'", "1>2"},
		"through a name":                {"when: scanned && company.active", "when: websites.exists(w, w.fresh)", "1>2"},
		"measured otherwise":            {where("none", "vulnerabilities", "it.open"), where("none", "vulnerabilities", "it.open && it.severity >= HIGH") + "\nmeasured: scanned", ""},
		"measured alike":                {where("none", "vulnerabilities", "it.open") + "\nmeasured: scanned", where("none", "vulnerabilities", "it.open && it.severity >= HIGH") + "\nmeasured: websites.exists(y, y.fresh)", "1>2"},
		"measured is another's demand":  {"when: {some: courses}\nmeasured: company.active", "when: company.active", "1>2"},
		"what does not apply is free":   {"when: {some: courses}\napplies: company.active", "when: company.active", ""},
		"unrelated":                     {"when: {some: courses}", "when: {some: websites}", ""},
		"always true":                   {"when: {some: courses}", "when: true", ""},
		"a share":                       {"share: 5000", "when: company.active", ""},
		"instants are not compared":     {where("every", "computers", "it.seen > company.enrolled"), where("every", "computers", "it.seen >= company.enrolled"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := warned(t, criteria("parameters: {five: {value: 5}}\nlet:\n  scanned: websites.exists(w, w.fresh)\n", c.first, c.second))
			var got []string
			for _, f := range faults {
				if f.Code == "KM-IMPLIED" {
					require.Equal(t, under(f), map[bool]string{true: "c1", false: "c2"}[strings.HasPrefix(f.Message, `"c1"`)])
					got = append(got, strings.NewReplacer(`"c1" is never met without "c2": what fails "c2" costs both weights, 50% and 50%`, "1>2",
						`"c2" is never met without "c1": what fails "c1" costs both weights, 50% and 50%`, "2>1").Replace(f.Message))
				}
			}
			require.Equal(t, c.want, strings.Join(got, " "))
		})
	}
}

// Which criteria get worse when a vulnerability is fixed or taken away.
func TestNotMonotone(t *testing.T) {
	for name, c := range map[string]struct{ body, says string }{
		"some":                         {"when: {some: vulnerabilities, where: it.severity == LOW}", "of one vulnerability"},
		"none":                         {"when: {none: vulnerabilities, where: it.open && it.severity >= HIGH}", ""},
		"every":                        {"when: {every: vulnerabilities, where: '!it.open || it.severity < HIGH'}", ""},
		"at most":                      {"when: {count: vulnerabilities, where: it.open, at_most: 3}", ""},
		"at least":                     {"when: {count: vulnerabilities, where: it.open, at_least: 3}", "of 3 vulnerabilities"},
		"not more than":                {"when: '!(vulnerabilities.filter(v, v.open).size() > 3)'", ""},
		"exactly":                      {"when: vulnerabilities.size() == 2", "removing"},
		"one":                          {"when: 'vulnerabilities.exists_one(v, v.open)'", "turns met into unmet"},
		"none that is closed":          {"when: {none: vulnerabilities, where: '!it.open'}", "fixing"},
		"closed ones are what is told": {"when: {every: vulnerabilities, where: '!it.open'}", ""},
		"measured by vulnerabilities":  {"when: {none: vulnerabilities, where: it.open && it.severity >= HIGH}\nmeasured: vulnerabilities.size() > 0", "turns met into unknown"},
		"an inner condition":           {"when: 'websites.all(w, !vulnerabilities.exists(v, v.asset == w.id && v.open))'", ""},
		"a share":                      {"share: portion(vulnerabilities.filter(v, !v.open).size(), 4)", "turns 25% into unmet"},
		"a share that falls":           {"share: '10000 - vulnerabilities.filter(v, v.open).size()'", ""},
		"of the closed part":           {"share: 'vulnerabilities.size() == 0 ? 10000 : portion(vulnerabilities.filter(v, !v.open).size(), vulnerabilities.size())'", "removing"},
		"a name":                       {"when: bad", "of one vulnerability"},
		"a name, negated":              {"when: '!bad'", ""},
		"one high for each low":        {"when: 'vulnerabilities.filter(v, v.severity == HIGH && v.open).size() <= vulnerabilities.filter(v, v.severity == LOW).size()'", "of 2 vulnerabilities"},
		"no vulnerabilities at all":    {"when: {some: courses}", ""},
		"how long it took":             {"when: {none: vulnerabilities, where: it.days_open > 30}", ""},
		"the fixed ones count":         {"when: {some: vulnerabilities, where: has(it.fixed)}", "removing"},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := warned(t, criteria("let:\n  bad: vulnerabilities.exists(v, v.open)\n  use: bad\n", c.body))
			var got []norm.Fault
			for _, f := range faults {
				if f.Code == "KM-NOT-MONOTONE" {
					got = append(got, f)
				}
			}
			if c.says == "" {
				require.Empty(t, got)
				return
			}
			require.Len(t, got, 1, "%v", faults)
			require.Contains(t, got[0].Message, c.says)
		})
	}
}

// Names that nothing uses are warned of at the name.
func TestUnused(t *testing.T) {
	text := criteria(`parameters:
  used: {value: 1}
  counted: {value: 1}
  spare: {value: 1}
types:
  backup: {tested: date, copies: number}
  drill: {held: date}
let:
  alive: company.active
  idle: custom.backup.exists(b, has(b.tested)) && params.used > 0
fixtures:
  good: {}
  other: {}
`, "when: {count: employees, where: alive, more_than: counted}") + `tests:
  - {name: one, given: good, month: 2026-11, expect: {}}
`
	_, faults := warned(t, text)
	var got []string
	for _, f := range faults {
		if f.Code == "KM-UNUSED" {
			got = append(got, fmt.Sprintf("%s: %s", under(f), f.Message))
		}
	}
	require.Equal(t, []string{
		`spare: nothing uses the parameter "spare"`,
		`copies: nothing uses the field "backup.copies"`,
		`drill: nothing uses the type "drill"`,
		`idle: nothing uses the named value "idle"`,
		`other: nothing uses the fixture "other"`,
	}, got)
}

// A comparison with a limit is warned of if the norm has tests and none of
// them stands next to the limit.
func TestUntested(t *testing.T) {
	condition := "when: {count: employees, where: it.active, more_than: 2}"
	untested := func(text string) []string {
		_, faults := warned(t, text)
		var got []string
		for _, f := range faults {
			if f.Code == "KM-UNTESTED-BOUNDARY" {
				got = append(got, under(f)+": "+f.Message)
			}
		}
		return got
	}
	require.Empty(t, untested(criteria("", condition)), "a norm without tests")
	employee := "{id: %s, enrolled: 2026-01-01}"
	some := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(employee, fmt.Sprint("e", i)))
		}
		return fmt.Sprintf("  - {name: with %d, month: 2026-11, with: {employees: [%s]}, expect: {}}\n", n, strings.Join(all, ", "))
	}
	require.Equal(t, []string{"2: no test has a count of 2 or a count of 3"}, untested(criteria("", condition)+"tests:\n"+some(1)+some(5)))
	require.Equal(t, []string{"2: no test has a count of 3"}, untested(criteria("", condition)+"tests:\n"+some(2)+some(5)))
	require.Empty(t, untested(criteria("", condition)+"tests:\n"+some(2)+some(3)))
}

// What a comment allows is not reported, and a comment that allows nothing is.
func TestSilence(t *testing.T) {
	base := criteria("", "when: {every: employees, where: it.active}")
	put := func(old, with string) string { return replace(base, old, with) }
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"none":                {base, []string{"KM-VACUOUS"}},
		"on the line":         {put("where: it.active}", "where: it.active} # keurmerk: allow KM-VACUOUS because a test"), nil},
		"on the line above":   {put("    when:", "    # keurmerk: allow KM-VACUOUS because a test\n    when:"), nil},
		"above a comment":     {put("    when:", "    # keurmerk: allow KM-VACUOUS because a test\n    # and more of it\n    when:"), nil},
		"two lines above":     {put("    weight:", "    # keurmerk: allow KM-VACUOUS because a test\n    weight:"), []string{"KM-SILENCE", "KM-VACUOUS"}},
		"on the line before":  {put("weight: 100%", "weight: 100% # keurmerk: allow KM-VACUOUS because a test"), []string{"KM-SILENCE", "KM-VACUOUS"}},
		"without a reason":    {put("    when:", "    # keurmerk: allow KM-VACUOUS\n    when:"), []string{"KM-SILENCE", "KM-VACUOUS"}},
		"an empty reason":     {put("    when:", "    # keurmerk: allow KM-VACUOUS because \n    when:"), []string{"KM-SILENCE", "KM-VACUOUS"}},
		"another":             {put("    when:", "    # keurmerk: allow KM-IMPLIED because a test\n    when:"), []string{"KM-SILENCE", "KM-VACUOUS"}},
		"an unknown name":     {put("    when:", "    # keurmerk: allow KM-VACUUM because a test\n    when:"), []string{"KM-SILENCE", "KM-VACUOUS"}},
		"another verb":        {put("    when:", "    # keurmerk: ignore KM-VACUOUS because a test\n    when:"), []string{"KM-SILENCE", "KM-VACUOUS"}},
		"within a value":      {put("    when:", "    subject: 'x # keurmerk: allow KM-VACUOUS because a test'\n    when:"), []string{"KM-VACUOUS"}},
		"within a block":      {put("    when:", "    subject: |\n      # keurmerk: allow KM-VACUOUS because a test\n      x\n    when:"), []string{"KM-VACUOUS"}},
		"before a long value": {put("when: {every: employees, where: it.active}", "# keurmerk: allow KM-VACUOUS because a test\n    when: >-\n      company.active &&\n      employees.all(e, e.active)"), nil},
		"behind its sign":     {put("when: {every: employees, where: it.active}", "when: >- # keurmerk: allow KM-VACUOUS because a test\n      company.active &&\n      employees.all(e, e.active)"), nil},
		"CRLF":                {strings.ReplaceAll(put("where: it.active}", "where: it.active} # keurmerk: allow KM-VACUOUS because a test"), "\n", "\r\n"), nil},
		"nothing there":       {criteria("", "# keurmerk: allow KM-VACUOUS because a test\nwhen: company.active"), []string{"KM-SILENCE"}},
	} {
		t.Run(name, func(t *testing.T) {
			n, faults := warned(t, c.text)
			var got []string
			for _, f := range faults {
				got = append(got, f.Code)
			}
			require.Equal(t, c.want, got, "%v", faults)
			if c.want == nil {
				require.Len(t, n.Silenced(), 1)
			}
		})
	}
}

// The reference norm is told nothing, and allows what its scheme has on
// purpose.
func TestReferenceIsNotWarned(t *testing.T) {
	data, err := os.ReadFile("cyberkeurmerk/norm.yaml")
	require.NoError(t, err)
	n, faults := warned(t, string(data))
	require.Empty(t, faults)
	require.Len(t, n.Silenced(), 1)
	require.Equal(t, "KM-IMPLIED", n.Silenced()[0].Code)
}
