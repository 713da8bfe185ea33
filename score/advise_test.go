package score_test

import (
	"context"
	"fmt"
	"maps"
	"math/bits"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/rego"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// written makes a norm of its criteria; a second text is a module in Rego.
func written(t require.TestingT, scoring, criteria string, module ...string) *norm.Norm {
	files := map[string]string{}
	for _, text := range module {
		files["m.rego"] = text
	}
	n, err := loadModules(scoring, criteria, files)
	require.NoError(t, err)
	return n
}

func loadModules(scoring, criteria string, modules map[string]string) (*norm.Norm, error) {
	text := "keurmerk: 1\nid: small\nversion: \"1\"\ntitle: {en: Small}\nlanguages: [en]\neffective: {from: 2022-01}\n" +
		"timezone: Europe/Amsterdam\n" + scoring + "certification: {months: 6, close_day: 6}\n"
	files := fstest.MapFS{}
	for name, module := range modules {
		files[name] = &fstest.MapFile{Data: []byte(module)}
	}
	if len(modules) > 0 {
		text += "modules: [" + strings.Join(slices.Sorted(maps.Keys(modules)), ", ") + "]\n"
	}
	files["norm.yaml"] = &fstest.MapFile{Data: []byte(text + "criteria:\n" + criteria)}
	return norm.Load(files, "norm.yaml", rego.Engine())
}

// actions names the criteria of the actions.
func actions(a *score.Advice) (ids []string) {
	for _, x := range a.Actions {
		ids = append(ids, x.Criterion)
	}
	return ids
}

// applied judges the month with some of the actions carried out.
func applied(t require.TestingT, n *norm.Norm, m *finding.Month, all []score.Action, which uint) *score.Card {
	var err error
	for i, action := range all {
		if which&(1<<i) != 0 {
			m, err = action.Change.Apply(m)
			require.NoError(t, err)
		}
	}
	card, err := score.Judge(context.Background(), n, m)
	require.NoError(t, err)
	return card
}

// smaller is the order of sets, told independently.
func smaller(all []score.Action, a, b uint) bool {
	value := func(s uint) (effort int, ids []string) {
		for i, action := range all {
			if s&(1<<i) != 0 {
				effort += action.Effort
				ids = append(ids, action.Criterion)
			}
		}
		slices.Sort(ids)
		return
	}
	effortA, idsA := value(a)
	effortB, idsB := value(b)
	switch {
	case effortA != effortB:
		return effortA < effortB
	case len(idsA) != len(idsB):
		return len(idsA) < len(idsB)
	}
	return slices.Compare(idsA, idsB) < 0
}

// holds checks an advice by judging: what is promised comes true, and of the
// sets of actions none that is smaller reaches the threshold.
func holds(t require.TestingT, n *norm.Norm, m *finding.Month) *score.Advice {
	a, err := score.Advise(context.Background(), n, m)
	require.NoError(t, err)
	before, err := score.Judge(context.Background(), n, m)
	require.NoError(t, err)
	require.Equal(t, before.Score, a.From)

	change, err := a.Change(m)
	require.NoError(t, err)
	after, err := change.Apply(m)
	require.NoError(t, err)
	card, err := score.Judge(context.Background(), n, after)
	require.NoError(t, err)
	require.Equal(t, a.To, card.Score)
	require.Equal(t, a.Reaches, card.Qualifies)

	all := slices.Concat(a.Actions, a.Others)
	chosen := uint(1)<<len(a.Actions) - 1
	for i := range all {
		alone := applied(t, n, m, all, 1<<i)
		require.Equal(t, all[i].Alone, points(alone.Score)-points(before.Score), all[i].Criterion)
	}
	sum := points(a.From)
	for _, action := range a.Actions {
		sum += action.Gains
	}
	require.Equal(t, points(a.To), sum)
	best := applied(t, n, m, all, 1<<len(all)-1)
	require.Equal(t, points(a.Best), points(best.Score))
	if !a.Proven || len(all) > 8 {
		return a
	}
	for s := range uint(1) << len(all) {
		if (a.Reaches && !smaller(all, s, chosen)) || s == chosen {
			continue
		}
		require.False(t, applied(t, n, m, all, s).Qualifies, "of %v the set %b will do, and %b was advised", all, s, chosen)
	}
	return a
}

func points(p *ruling.Points) ruling.Points {
	if p == nil {
		return 0
	}
	return *p
}

// Whatever the month, an advice comes true and nothing smaller will do.
func TestAdviceHolds(t *testing.T) {
	n := reference(t)
	checked, reached, sizes := 0, 0, map[int]int{}
	rounds := 60
	if os.Getenv("KEURMERK_SLOW") == "1" {
		rounds = 5000
	}
	for seed := range rounds {
		m := rapid.Custom(findingtest.Month).Example(seed)
		a := holds(t, n, m)
		checked++
		sizes[bits.Len(uint(len(a.Actions)))]++
		if a.Reaches {
			reached++
		}
		require.True(t, a.Proven)
	}
	require.Positive(t, reached)
	t.Logf("%d months, %d brought to the threshold; KEURMERK_SLOW=1 makes 5,000", checked, reached)
}

// firm is a month in which all is well under norms that ask for it.
func firm(change func(*finding.Month)) *finding.Month {
	day := utc("2026-11-10T12:00:00Z")
	m := &finding.Month{Company: finding.Company{ID: "kvk:1", Size: 12, Enrolled: day}, Month: finding.MonthOf(2026, 11),
		Websites:  []finding.Website{{ID: "w", Scanned: day}},
		Computers: []finding.Computer{{ID: "pc-1", Seen: day}, {ID: "pc-2", Seen: day}},
		Employees: []finding.Employee{{ID: "e-1", Enrolled: day}}}
	if change != nil {
		change(m)
	}
	return m
}

func weak(id, asset string, severity finding.Severity, found string) finding.Vulnerability {
	kind := finding.AssetComputer
	if asset == "w" {
		kind = finding.AssetWebsite
	}
	return finding.Vulnerability{ID: id, AssetType: kind, Asset: asset, Severity: severity, Found: utc(found)}
}

const atEighty = "score: {threshold: 80%}\n"

const counting = `package k.many
met if count(input.computers) >= 4
`

// Each line of the table is a norm, a month and what is advised; every advice
// is besides checked by judging, against every other set.
func TestAdvise(t *testing.T) {
	for name, c := range map[string]struct {
		threshold, criteria string
		module              []string
		month               *finding.Month
		actions             string // criteria, in order
		last                string
		out                 string // criterion and why
	}{
		"the cheaper of two that will do": {atEighty, `
  - {id: a, weight: 80%, effort: 4, when: "computers.size() >= 9"}
  - {id: b, weight: 10%, effort: 1, when: "employees.size() >= 2"}
  - {id: c, weight: 10%, when: "true"}
`, nil, firm(nil), "a", "2026-11-30", ""},
		"two small ones before one large one": {"score: {threshold: 50%}\n", `
  - {id: a, weight: 50%, effort: 5, when: "computers.size() >= 9"}
  - {id: b, weight: 25%, effort: 2, when: "employees.size() >= 2"}
  - {id: c, weight: 25%, effort: 2, when: {some: courses, where: it.days_offered <= 365}}
`, nil, firm(nil), "b c", "2026-11-30", ""},
		"of equals the first by id": {"score: {threshold: 60%}\n", `
  - {id: third, weight: 40%, effort: 2, when: "computers.size() >= 9"}
  - {id: second, weight: 40%, effort: 2, when: "employees.size() >= 2"}
  - {id: first, weight: 20%, when: "true"}
`, nil, firm(nil), "second", "2026-11-30", ""},
		"one fix that earns two": {atEighty, `
  - {id: high, weight: 50%, effort: 3, when: {none: vulnerabilities, where: it.open && it.severity >= HIGH}}
  - {id: any, weight: 50%, effort: 3, when: {none: vulnerabilities, where: it.open}}
`, nil, firm(func(m *finding.Month) {
			m.Vulnerabilities = []finding.Vulnerability{weak("X", "pc-1", finding.SeverityHigh, "2026-11-02T00:00:00Z"), weak("Y", "pc-1", finding.SeverityLow, "2026-11-02T00:00:00Z")}
		}), "any", "2026-11-30", ""},
		"what stays open too long must be fixed sooner": {atEighty, `
  - {id: quick, weight: 100%, when: {none: vulnerabilities, where: it.days_open > 20}}
`, nil, firm(func(m *finding.Month) {
			m.Vulnerabilities = []finding.Vulnerability{weak("X", "pc-1", finding.SeverityHigh, "2026-11-01T12:00:00Z"), weak("Y", "pc-2", finding.SeverityHigh, "2026-11-30T12:00:00Z")}
		}), "quick", "2026-11-21", ""},
		"what stayed open too long is out of reach": {atEighty, `
  - {id: quick, weight: 30%, when: {none: vulnerabilities, where: it.days_open > 20}}
  - {id: rest, weight: 70%, when: "true"}
`, nil, firm(func(m *finding.Month) {
			m.Vulnerabilities = []finding.Vulnerability{weak("X", "pc-1", finding.SeverityHigh, "2026-10-01T12:00:00Z")}
		}), "", "", "quick late"},
		"an evaluation that fails": {atEighty, `
  - {id: broken, weight: 30%, when: "portion(1, 0) > 1"}
  - {id: rest, weight: 70%, when: "true"}
`, nil, firm(nil), "", "", "broken failed"},
		"nothing that one can do": {atEighty, `
  - {id: big, weight: 30%, when: "company.size > 40"}
  - {id: rest, weight: 70%, when: "true"}
`, nil, firm(nil), "", "", "big unknown"},
		"a share": {atEighty, `
  - {id: seen, weight: 100%, share: "portion(computers.filter(c, c.fresh).size(), computers.size())"}
`, nil, firm(func(m *finding.Month) {
			m.Computers = append(m.Computers, finding.Computer{ID: "pc-3"}, finding.Computer{ID: "pc-4"})
		}), "seen", "2026-11-30", ""},
		"a scan first, then what it finds": {atEighty, `
  - {id: site, weight: 100%, measured: "websites.exists(w, w.fresh)", when: {none: vulnerabilities, where: it.open}}
`, nil, firm(func(m *finding.Month) {
			m.Websites[0].Scanned = utc("2026-10-10T12:00:00Z")
			m.Vulnerabilities = []finding.Vulnerability{weak("X", "w", finding.SeverityHigh, "2026-10-02T00:00:00Z")}
		}), "site", "2026-11-30", ""},
		"a required criterion, though the score is there": {atEighty, `
  - {id: must, weight: 10%, required: true, when: "employees.size() >= 3"}
  - {id: rest, weight: 90%, when: "true"}
`, nil, firm(nil), "must", "2026-11-30", ""},
		"no score while anything is unknown": {"score: {threshold: 50%, unknown: refuse}\n", `
  - {id: asked, weight: 10%, measured: "questionnaires.exists(q, q.done)", when: {every: questionnaires, where: it.score >= 70}}
  - {id: rest, weight: 90%, when: "true"}
`, nil, firm(nil), "asked", "2026-11-30", ""},
		"two that disturb each other": {atEighty, `
  - {id: more, weight: 40%, effort: 1, when: "employees.size() >= 3"}
  - {id: few, weight: 40%, effort: 1, when: "employees.size() <= 2 && computers.size() >= 5"}
  - {id: rest, weight: 20%, when: "true"}
`, nil, firm(nil), "", "", ""},
		"in Rego, that open ones are fixed": {atEighty, `
  - {id: high, weight: 100%, rego: k.high}
`, []string{"package k.high\nmet if count(evidence) == 0\nevidence contains v if { some v in input.vulnerabilities; v.open; v.rank >= 3 }\n"}, firm(func(m *finding.Month) {
			m.Vulnerabilities = []finding.Vulnerability{weak("X", "pc-1", finding.SeverityHigh, "2026-11-02T00:00:00Z"), weak("Y", "pc-1", finding.SeverityLow, "2026-11-02T00:00:00Z")}
		}), "high", "2026-11-30", ""},
		"in Rego without evidence": {atEighty, `
  - {id: high, weight: 100%, rego: k.high}
`, []string{"package k.high\nmet if { every v in input.vulnerabilities { v.rank < 3 } }\n"}, firm(func(m *finding.Month) {
			m.Vulnerabilities = []finding.Vulnerability{weak("X", "pc-1", finding.SeverityHigh, "2026-11-02T00:00:00Z"), weak("Y", "pc-1", finding.SeverityLow, "2026-11-02T00:00:00Z")}
		}), "high", "2026-11-30", ""},
		"in Rego, that there are more": {atEighty, `
  - {id: many, weight: 100%, rego: k.many}
`, []string{counting}, firm(nil), "many", "2026-11-30", ""},
	} {
		t.Run(name, func(t *testing.T) {
			n := written(t, c.threshold, c.criteria, c.module...)
			a := holds(t, n, c.month)
			if !a.Reaches {
				require.Empty(t, a.Actions)
			}
			require.Equal(t, c.actions, strings.Join(actions(a), " "))
			require.Equal(t, c.last, a.LastDay)
			var out []string
			for _, o := range a.OutOfReach {
				out = append(out, o.Criterion+" "+o.Why)
			}
			require.Equal(t, c.out, strings.Join(out, ", "))
		})
	}
}

// With more criteria than every set can be looked at, the best found is given
// and marked as such; it still comes true.
func TestAdviceOfManyCriteria(t *testing.T) {
	var criteria strings.Builder
	for i := range 25 {
		fmt.Fprintf(&criteria, "  - {id: c-%02d, weight: 4%%, effort: %d, when: \"employees.size() >= %d\"}\n", i, 1+i%5, 2+i/5)
	}
	n := written(t, atEighty, criteria.String())
	a := holds(t, n, firm(nil))
	require.True(t, a.Reaches)
	require.False(t, a.Proven)
	require.Len(t, a.Actions, 1, "one that asks for six employees earns all that ask for fewer")
}

// Of twenty, all sets are looked at.
func TestAdviceOfTwentyCriteria(t *testing.T) {
	var criteria strings.Builder
	for i := range 20 {
		fmt.Fprintf(&criteria, "  - {id: c-%02d, weight: 5%%, effort: %d, when: {some: custom.t%d, where: it.done}}\n", i, 1+i%5, i)
	}
	var types strings.Builder
	types.WriteString("types: {")
	for i := range 20 {
		fmt.Fprintf(&types, "t%d: {done: bool}, ", i)
	}
	n := written(t, atEighty+strings.TrimSuffix(types.String(), ", ")+"}\n", criteria.String())
	a := holds(t, n, firm(nil))
	require.True(t, a.Reaches && a.Proven)
	require.Len(t, a.Actions, 16)
	effort := 0
	for _, action := range a.Actions {
		effort += action.Effort
	}
	require.Equal(t, 4*(1+2+3+4), effort)
}
