package norm_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// small are all months with at most two vulnerabilities, two courses and one
// website, over a handful of values of their fields.
func small() []*finding.Month {
	in := time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC)
	vulnerabilities := []finding.Vulnerability{}
	for _, severity := range []finding.Severity{finding.SeverityLow, finding.SeverityMedium, finding.SeverityHigh} {
		for _, fixed := range []time.Time{{}, in} {
			vulnerabilities = append(vulnerabilities, finding.Vulnerability{AssetType: finding.AssetWebsite, Asset: "w", Severity: severity, Fixed: fixed})
		}
	}
	old, soon := in.AddDate(-2, 0, 0), in.AddDate(0, 0, -5)
	courses := []finding.Course{{}, {Offered: in}, {Offered: in, Completed: in}, {Offered: in, Completed: soon}, {Offered: old}, {Offered: old, Completed: in}, {Completed: in}}
	var all []*finding.Month
	for _, w := range [][]finding.Website{nil, {{}}, {{Scanned: in}}, {{Scanned: old}}} {
		for _, v := range multisets(vulnerabilities) {
			for _, c := range multisets(courses) {
				m := &finding.Month{Company: finding.Company{ID: "c", Enrolled: in}, Month: finding.MonthOf(2026, 11)}
				for i, w := range w {
					w.ID = fmt.Sprint("w-", i)
					m.Websites = append(m.Websites, w)
				}
				for i, v := range v {
					v.ID = fmt.Sprint("V-", i)
					m.Vulnerabilities = append(m.Vulnerabilities, v)
				}
				for i, c := range c {
					c.ID = fmt.Sprint("c-", i)
					m.Courses = append(m.Courses, c)
				}
				all = append(all, m)
				if len(w) == 0 {
					stranger := *m
					stranger.Company.Enrolled = time.Time{}
					all = append(all, &stranger)
				}
			}
		}
	}
	return all
}

// multisets are nothing, each one, and each two of them.
func multisets[T any](of []T) [][]T {
	all := [][]T{nil}
	for i, a := range of {
		all = append(all, []T{a})
		for _, b := range of[i:] {
			all = append(all, []T{a, b})
		}
	}
	return all
}

// condition draws a condition over the lists. None needs more than one record
// of a list to be true or false, so that two joined need no more than two.
func condition(t *rapid.T, label string, lists ...string) string {
	about := func(list string) string {
		atoms := map[string][]string{
			"vulnerabilities": {"x.open", "x.severity >= MEDIUM", "x.severity <= LOW", "x.severity in [HIGH, CRITICAL, UNKNOWN]", "x.severity < HIGH"},
			"courses":         {"x.days_offered <= 30", "x.days_offered > 400", "has(x.offered)", "has(x.completed)", "x.completed >= x.offered"},
			"websites":        {"x.fresh", "has(x.scanned)"},
		}[list]
		p := rapid.SampledFrom(atoms).Draw(t, label+" atom")
		if rapid.Bool().Draw(t, label+" more") {
			p = fmt.Sprintf("(%s %s %s%s)", p, rapid.SampledFrom([]string{"&&", "||"}).Draw(t, label+" joined"),
				rapid.SampledFrom([]string{"", "!"}).Draw(t, label+" not"), "("+rapid.SampledFrom(atoms).Draw(t, label+" other")+")")
		}
		return p
	}
	one := func() string {
		list := rapid.SampledFrom(lists).Draw(t, label+" list")
		p := about(list)
		return map[string]string{
			"exists": list + ".exists(x, " + p + ")", "none": "!" + list + ".exists(x, " + p + ")", "all": list + ".all(x, " + p + ")",
			"most": list + ".filter(x, " + p + ").size() <= 0", "least": list + ".filter(x, " + p + ").size() >= 1",
			"size": list + ".size() > 0", "one": list + ".exists_one(x, " + p + ")", "company": "company.active",
		}[rapid.SampledFrom([]string{"exists", "none", "all", "most", "least", "size", "one", "company"}).Draw(t, label+" form")]
	}
	text := one()
	if len(lists) == 1 {
		return text
	}
	if rapid.Bool().Draw(t, label+" both") {
		text += rapid.SampledFrom([]string{" && ", " || "}).Draw(t, label+" with") + one()
	}
	return text
}

// No warning is a false alarm: what it says is held against all small months.
// One that implies another is never met without it in any of them; for one
// that passes on nothing, or that gets worse by fixing, such a month is among
// them. Plain ones are found in the tables above; how many are missed here is
// logged.
func TestWarningsHold(t *testing.T) {
	months := small()
	cases := 15
	if os.Getenv("KEURMERK_SLOW") != "" {
		cases = 250
	}
	said, missed := map[string]int{}, map[string]int{}
	ran := 0
	for seed := range cases {
		texts := rapid.Custom(func(t *rapid.T) [3]string {
			return [3]string{condition(t, "first", "vulnerabilities", "courses"), condition(t, "second", "vulnerabilities", "courses"), condition(t, "measured", "websites")}
		}).Example(seed)
		if seed%3 == 0 { // one that asks for more, so that an implication is among them
			texts[1] = "(" + texts[0] + ") && (" + texts[1] + ")"
		}
		bodies := []string{"when: '" + texts[0] + "'", "when: '" + texts[1] + "'"}
		if seed%2 == 0 {
			bodies[0] += "\nmeasured: '" + texts[2] + "'"
		}
		text := criteria("", bodies...)
		n, faults := warned(t, text)
		has := map[string]bool{}
		for _, f := range faults {
			has[f.Code+f.Message[:4]] = true
		}
		truth := known(t, n, months, texts[:2])
		for _, key := range []string{`KM-IMPLIED"c1"`, `KM-IMPLIED"c2"`, `KM-VACUOUS"c1"`, `KM-VACUOUS"c2"`, `KM-NOT-MONOTONE"c1"`, `KM-NOT-MONOTONE"c2"`} {
			code := key[:strings.IndexByte(key, '"')]
			if has[key] {
				said[code]++
				require.True(t, truth[key], "%s is a false alarm:\n%s\n%v", key, text, faults)
			} else if truth[key] {
				missed[code]++
				if code != "KM-IMPLIED" { // what no small month refutes need not be proven
					t.Logf("missed %s:\n%s", key, strings.Join(bodies, "\n"))
				}
			}
		}
		ran++
	}
	t.Logf("%d norms, warned %v, not warned of what small months do not refute %v", ran, said, missed)
	require.Positive(t, said["KM-IMPLIED"])
	require.Positive(t, said["KM-VACUOUS"])
	require.Positive(t, said["KM-NOT-MONOTONE"])
}

// known is what is true of the norm's two criteria in the small months.
func known(t *testing.T, n *norm.Norm, months []*finding.Month, when []string) map[string]bool {
	truth := map[string]bool{`KM-IMPLIED"c1"`: true, `KM-IMPLIED"c2"`: true}
	judge := func(m *finding.Month) []ruling.Verdict {
		verdicts, err := n.Judge(t.Context(), m)
		require.NoError(t, err)
		return verdicts
	}
	for _, m := range months {
		verdicts := judge(m)
		if verdicts[0].Outcome == ruling.Met && verdicts[1].Outcome != ruling.Met {
			truth[`KM-IMPLIED"c1"`] = false
		}
		if verdicts[1].Outcome == ruling.Met && verdicts[0].Outcome != ruling.Met {
			truth[`KM-IMPLIED"c2"`] = false
		}
		for i, v := range verdicts {
			unasked := strings.Contains(when[i], "courses.") && len(m.Courses) == 0
			unseen := strings.Contains(when[i], "vulnerabilities.") && len(m.Vulnerabilities)+len(m.Websites) == 0
			if v.Vacuous && (unasked || unseen) {
				truth[`KM-VACUOUS"`+v.Criterion+`"`] = true
			}
		}
		for i := range m.Vulnerabilities {
			gone, fixed := *m, *m
			gone.Vulnerabilities = append(append([]finding.Vulnerability{}, m.Vulnerabilities[:i]...), m.Vulnerabilities[i+1:]...)
			fixed.Vulnerabilities = append([]finding.Vulnerability{}, m.Vulnerabilities...)
			fixed.Vulnerabilities[i].Fixed = time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
			for _, after := range []*finding.Month{&gone, &fixed} {
				for j, v := range judge(after) {
					if v.Share < verdicts[j].Share {
						truth[`KM-NOT-MONOTONE"`+v.Criterion+`"`] = true
					}
				}
			}
		}
	}
	return truth
}
