package rego_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
)

// small is a month with one record of most kinds.
func small() *finding.Month {
	day := func(d int) time.Time { return time.Date(2026, 11, d, 12, 0, 0, 0, time.UTC) }
	return &finding.Month{
		Company:        finding.Company{ID: "kvk:1", Size: 7, Enrolled: day(1)},
		Month:          finding.MonthOf(2026, time.November),
		Websites:       []finding.Website{{ID: "b.example", Scanned: day(2)}, {ID: "a.example"}},
		Computers:      []finding.Computer{{ID: "a.example", Seen: day(3)}},
		Questionnaires: []finding.Questionnaire{{ID: "q", Employee: "e-1", Completed: day(4), Score: 70}},
		Vulnerabilities: []finding.Vulnerability{
			{ID: "V-1", AssetType: finding.AssetWebsite, Asset: "b.example", Severity: finding.SeverityHigh, CVSS: 7.5, Found: day(2), Sources: []string{"nuclei"}},
			{ID: "V-2", AssetType: finding.AssetComputer, Asset: "a.example", Severity: finding.SeverityUnknown, Fixed: day(20), Seen: day(10)}},
		Custom: map[string][]finding.Custom{"backup": {{ID: "nas", Fields: map[string]finding.Value{"tested": finding.TextValue("2026-11-05"), "size": finding.NumberValue(12)}}}},
	}
}

// What the rules of a package come to.
func TestOutcomes(t *testing.T) {
	for name, c := range map[string]struct {
		body     string
		outcome  ruling.Outcome
		share    ruling.Points
		reason   string
		evidence string
	}{
		"met":                   {"met := true", ruling.Met, 10000, "", ""},
		"unmet":                 {"met := false", ruling.Unmet, 0, "", ""},
		"v1 imported":           {"import rego.v1\nmet if input.company.active", ruling.Met, 10000, "", ""},
		"undefined":             {"met if input.company.size > 100", ruling.Unknown, 0, "x.rego:2:1: met is undefined", ""},
		"absent field":          {"\n\tmet if input.company.name == \"x\"", ruling.Unknown, 0, "x.rego:3:2: met is undefined", ""},
		"default":               {"default met := false\nmet if input.company.size > 100", ruling.Unmet, 0, "", ""},
		"text":                  {"met := input.month", ruling.Unknown, 0, "x.rego:2:1: met is a text, not true or false", ""},
		"two values":            {"met := true if input.month\nmet := false if input.company", ruling.Unknown, 0, "the rule has two values at once", ""},
		"not measured":          {"measured := false\nmet := true", ruling.Unknown, 0, "not measured", ""},
		"measured undefined":    {"measured if input.company.size > 100\nmet := true", ruling.Unknown, 0, "x.rego:2:1: measured is undefined", ""},
		"does not apply":        {"applies := false\nmeasured := false\nmet := true", ruling.NotApplicable, 0, "", ""},
		"applies is no bool":    {"applies := 1\nmet := true", ruling.Unknown, 0, "x.rego:2:1: applies is a number, not true or false", ""},
		"share":                 {"share := keurmerk.portion(2, 3)", ruling.Unmet, 6666, "", ""},
		"full share":            {"share := keurmerk.portion(3, 3)", ruling.Met, 10000, "", ""},
		"no share":              {"share := 0", ruling.Unmet, 0, "", ""},
		"share over":            {"share := 10001", ruling.Unknown, 0, "x.rego:2:1: the share is 10001, outside 0 to 10000", ""},
		"share under":           {"share := 0 - 1", ruling.Unknown, 0, "x.rego:2:1: the share is -1, outside 0 to 10000", ""},
		"share of nothing":      {"share := keurmerk.portion(1, count(input.courses))", ruling.Unknown, 0, "portion of 0: there is nothing to take a part of", ""},
		"share as text":         {"share := \"all\"", ruling.Unknown, 0, "x.rego:2:1: share is no whole number", ""},
		"failure under not":     {"met if not keurmerk.portion(1, count(input.courses)) == 0", ruling.Unknown, 0, "x.rego:2:12: portion of 0", ""},
		"overflow":              {"# é\nmet if { \"é\" != \"\"; 9000000000 * input.company.size * 9000000000 > 0 }", ruling.Unknown, 0, "x.rego:3:21: *: integer overflow", ""},
		"met and share":         {"met if input.company.size > 100\nshare := 5000", ruling.Unknown, 0, "x.rego:2:1: met is undefined", ""},
		"share of unmet":        {"met := false\nshare := 5000", ruling.Unmet, 5000, "", ""},
		"met whole":             {"met := true\nshare := keurmerk.portion(1, 0)", ruling.Met, 10000, "", ""},
		"full but unmet":        {"met := false\nshare := 10000", ruling.Unknown, 0, "x.rego:3:1: the share is full, but met is false", ""},
		"records":               {"met := true\nevidence contains w if some w in input.websites", ruling.Met, 10000, "", "[website a.example] [website b.example]"},
		"keys":                  {"met := false\nevidence contains v.key if some v in input.vulnerabilities", ruling.Unmet, 0, "", "[computer a.example V-2] [website b.example V-1]"},
		"keys written out":      {"met := false\nevidence := [[\"website\", w.id] | some w in input.websites]", ruling.Unmet, 0, "", "[website a.example] [website b.example]"},
		"each once":             {"met := false\nevidence := [w | some w in input.websites; some _ in input.vulnerabilities]", ruling.Unmet, 0, "", "[website a.example] [website b.example]"},
		"both kinds":            {"met := true\nevidence contains w if some w in input.websites\nevidence contains c if some c in input.computers", ruling.Met, 10000, "", "[computer a.example] [website a.example] [website b.example]"},
		"custom records":        {"met if some _ in input.custom.backup\nevidence := input.custom.backup", ruling.Met, 10000, "", "[backup nas]"},
		"evidence is undefined": {"met := true\nevidence := [w] if some w in input.courses", ruling.Unknown, 0, "x.rego:3:1: evidence is undefined", ""},
		"evidence of no record": {"met := true\nevidence := [{\"id\": \"x\"}]", ruling.Unknown, 0, "x.rego:3:1: evidence holds something that is no record of the month", ""},
		"evidence of numbers":   {"met := true\nevidence := [1]", ruling.Unknown, 0, "x.rego:3:1: evidence holds a number, not a record or its key", ""},
		"evidence is a text":    {"met := true\nevidence := \"x\"", ruling.Unknown, 0, "x.rego:3:1: evidence is a text, not a set or list", ""},
		"evidence fails":        {"met := true\nevidence := [keurmerk.portion(1, 0)]", ruling.Unknown, 0, "x.rego:3:14: portion of 0", ""},
		"rank":                  {"met if {\n\tcount([v | some v in input.vulnerabilities; v.rank >= 3]) == 2\n\tcount([v | some v in input.vulnerabilities; v.rank == 5]) == 1\n\tcount([v | some v in input.vulnerabilities; v.severity == \"high\"]) == 1\n}", ruling.Met, 10000, "", ""},
		"derived":               {"met if {\n\tcount([v | some v in input.vulnerabilities; v.open]) == 1\n\tevery v in input.vulnerabilities { v.status == \"open\" }\n\tinput.websites[1].fresh\n\tnot input.websites[0].fresh\n}", ruling.Met, 10000, "", ""},
		"times":                 {"met if {\n\tinput.start < input.company.enrolled\n\tinput.company.enrolled < input.end\n\tkeurmerk.this_month(input.company.enrolled)\n\tkeurmerk.days(input.start) == 30\n\tinput.end == \"2026-11-30T23:00:00.000000000Z\"\n\tinput.month == \"2026-11\"\n}", ruling.Met, 10000, "", ""},
		"custom fields":         {"met if {\n\tsome b in input.custom.backup\n\tb.size == 12\n\tkeurmerk.days(b.tested) == 26\n}", ruling.Met, 10000, "", ""},
		"parameters":            {"met if {\n\tdata.params.most == 5\n\tdata.params.word == \"high\"\n}", ruling.Met, 10000, "", ""},
		"words and numbers":     {"met if {\n\tcount({1, 2} | {2, 3}) == 3\n\tcount({1, 2} & {2, 3}) == 1\n\tmax([1, 3, 2]) - min({1, 2}) == 2\n\tsum([1, 2, 3]) == 6\n\tstartswith(\"abc\", \"ab\")\n\tendswith(\"abc\", \"bc\")\n\tcontains(\"abc\", \"b\")\n\tregex.match(`^a.c$`, \"abc\")\n\t2 in [1, 2]\n\tnot 3 in {1, 2}\n\t0, 1 in [1, 2]\n\t\"a\" != \"b\"\n\tcount(\"é\") == 1\n}", ruling.Met, 10000, "", ""},
		"texts and numbers":     {"met if {\n\tsome x in [1, \"a\"]\n\tx > 5\n}", ruling.Unknown, 0, "x.rego:4:2: a text and a number have no order", ""},
		"index":                 {"met if {\n\tsome i\n\tinput.websites[i].fresh\n\tinput.websites[i].id == \"b.example\"\n\tinput.vulnerabilities[_].open\n}", ruling.Met, 10000, "", ""},
		"functions":             {"met if high(input.vulnerabilities[0]) == 5\nhigh(v) := v.rank if v.rank > 3\nelse := 0", ruling.Met, 10000, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			n, faults, err := check(c.body)
			require.NoError(t, err)
			require.False(t, faults.Failed(), faults)
			v, err := n.Judge(t.Context(), small())
			require.NoError(t, err)
			require.Contains(t, v[0].Reason, c.reason)
			require.Equal(t, c.reason == "", v[0].Reason == "", v[0].Reason)
			require.Equal(t, c.outcome, v[0].Outcome)
			require.Equal(t, c.share, v[0].Share)
			keys := make([]string, len(v[0].Evidence))
			for i, k := range v[0].Evidence {
				keys[i] = fmt.Sprint(k)
			}
			require.Equal(t, c.evidence, strings.Join(keys, " "))
		})
	}
}

// An ended context is an error of the call, before and in the middle of it.
func TestCancelled(t *testing.T) {
	n, faults, err := check(hostiles["cross product"].body)
	require.NoError(t, err)
	require.False(t, faults.Failed(), faults)
	ended, end := context.WithCancel(t.Context())
	end()
	_, err = n.Judge(ended, small())
	require.ErrorIs(t, err, context.Canceled)
	later, end := context.WithTimeout(t.Context(), 3*time.Millisecond)
	defer end()
	_, err = n.Judge(later, crowd(1000))
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// The same norm and month give the same verdicts, from any number of
// goroutines at once.
func TestSameEachTime(t *testing.T) {
	n, m := twin(t), small()
	m.Custom = nil
	want, err := n.Judge(t.Context(), m)
	require.NoError(t, err)
	done := make(chan error)
	for range 8 {
		go func() {
			got, err := n.Judge(t.Context(), m)
			if err == nil && fmt.Sprint(got) != fmt.Sprint(want) {
				err = fmt.Errorf("other verdicts: %v", got)
			}
			done <- err
		}()
	}
	for range 8 {
		require.NoError(t, <-done)
	}
}

// Layout, comments and the implied import don't change the logic; a rule does.
func TestLogic(t *testing.T) {
	logic := func(body string) string {
		n, faults, err := check(body)
		require.NoError(t, err)
		require.False(t, faults.Failed(), faults)
		return n.Logic()
	}
	want := logic("met if {\n\tinput.company.active\n\tinput.company.size > data.params.most\n}")
	require.Equal(t, want, logic("import rego.v1\n\n# why\nmet if { input.company.active; input.company.size>data.params.most }"))
	require.Equal(t, want, logic("met if {\r\n\tinput.company.active\r\n\tinput.company.size > data.params.most\r\n}\r\n"))
	require.NotEqual(t, want, logic("met if {\n\tinput.company.active\n\tinput.company.size >= data.params.most\n}"))
}
