package norm_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
)

func month() *finding.Month {
	day := time.Date(2026, 11, 10, 12, 0, 0, 0, time.UTC)
	return &finding.Month{Company: finding.Company{ID: "c", Enrolled: day}, Month: finding.MonthOf(2026, 11),
		Computers: []finding.Computer{{ID: "b", Seen: day}, {ID: "a", Seen: day}, {ID: "c"}}}
}

func verdict(t *testing.T, n *norm.Norm, m *finding.Month) ruling.Verdict {
	verdicts, err := n.Judge(context.Background(), m)
	require.NoError(t, err)
	require.Len(t, verdicts, 1)
	return verdicts[0]
}

// What one criterion comes to, by its keys.
func TestOutcomes(t *testing.T) {
	type keys = [][]string
	a, b, c := []string{"computer", "a"}, []string{"computer", "b"}, []string{"computer", "c"}
	for name, want := range map[string]struct {
		when, before string
		outcome      ruling.Outcome
		share        ruling.Points
		vacuous      bool
		reason       string
		evidence     keys
	}{
		"met":              {when: "company.active", outcome: ruling.Met, share: 10000},
		"unmet":            {when: "company.name == 'x' || has(company.size)", outcome: ruling.Unknown, reason: `norm.yaml:12:19: the company has no "name"`},
		"none, unmet":      {when: "\n      none: computers\n      where: it.fresh", outcome: ruling.Unmet, evidence: keys{a, b}},
		"none, vacuous":    {when: "\n      none: employees", outcome: ruling.Met, share: 10000, vacuous: true},
		"some":             {when: "\n      some: computers\n      where: it.fresh", outcome: ruling.Met, share: 10000, evidence: keys{a, b}},
		"some of nothing":  {when: "\n      some: employees", outcome: ruling.Unmet},
		"every, unmet":     {when: "\n      every: computers\n      where: it.fresh", outcome: ruling.Unmet, evidence: keys{c}},
		"every, vacuous":   {when: "\n      every: employees\n      where: it.active", outcome: ruling.Met, share: 10000, vacuous: true},
		"more than":        {when: "\n      count: computers\n      where: it.fresh\n      more_than: 1", outcome: ruling.Met, share: 10000, evidence: keys{a, b}},
		"more than, equal": {when: "\n      count: computers\n      where: it.fresh\n      more_than: 2", outcome: ruling.Unmet, evidence: keys{a, b}},
		"at least":         {when: "\n      count: computers\n      where: it.fresh\n      at_least: 2", outcome: ruling.Met, share: 10000, evidence: keys{a, b}},
		"at most":          {when: "\n      count: computers\n      at_most: 2", outcome: ruling.Unmet, evidence: keys{a, b, c}},
		"fewer than":       {when: "\n      count: employees\n      fewer_than: two", before: "parameters: {two: {value: 2}}\n", outcome: ruling.Met, share: 10000, vacuous: true},
		"where, a comment": {when: "\n      some: computers\n      where: |\n        it.fresh // seen this month", outcome: ruling.Met, share: 10000, evidence: keys{a, b}},
		"where fails":      {when: "\n      every: computers\n      where: it.seen > company.enrolled || it.os == 'x'", outcome: ruling.Unknown, reason: `norm.yaml:14:47: computer a has no "os"`},
		"not applicable":   {when: "company.size > 1\n    applies: employees.size() > 0", outcome: ruling.NotApplicable},
		"applies fails":    {when: "true\n    applies: company.size > 1", outcome: ruling.Unknown, reason: `norm.yaml:13:22: the company has no "size"`},
		"not measured":     {when: "company.size > 1\n    measured: employees.size() > 0", outcome: ruling.Unknown, reason: "not measured"},
		"measured":         {when: "true\n    measured: computers.size() > 0", outcome: ruling.Met, share: 10000},
		"given evidence":   {when: "true\n    evidence: computers.filter(c, !c.fresh)", outcome: ruling.Met, share: 10000, evidence: keys{c}},
		"evidence fails":   {when: "true\n    evidence: computers.filter(c, c.os == 'x')", outcome: ruling.Unknown, reason: `norm.yaml:13:37: computer c has no "os"`},
		"let":              {when: "seen && company.active", before: "let: {seen: 'computers.exists(c, c.fresh)'}\n", outcome: ruling.Met, share: 10000, evidence: keys{a, b}},
		"let fails":        {when: "big", before: "let: {big: company.size > 5}\n", outcome: ruling.Unknown, reason: `has no "size"`},
		"let of a list":    {when: "\n      none: stale", before: "let: {stale: 'computers.filter(c, !c.fresh)'}\n", outcome: ruling.Unmet, evidence: keys{c}},
		"overflow":         {when: "9223372036854775807 + computers.size() > 0", outcome: ruling.Unknown, reason: "overflow"},
		"parameter":        {when: "computers.size() > params.two", before: "parameters: {two: {value: 2}}\n", outcome: ruling.Met, share: 10000},
	} {
		t.Run(name, func(t *testing.T) {
			v := verdict(t, load(t, with(want.when, want.before)), month())
			require.Equal(t, want.outcome, v.Outcome, v.Reason)
			require.Equal(t, want.share, v.Share)
			require.Equal(t, want.vacuous, v.Vacuous)
			require.Contains(t, v.Reason, want.reason)
			require.Equal(t, v.Outcome == ruling.Unknown, v.Reason != "")
			require.Equal(t, want.evidence, v.Evidence)
		})
	}
}

func TestShare(t *testing.T) {
	share := func(text string) ruling.Verdict {
		return verdict(t, load(t, replace(with("@", ""), "when: @", "share: "+text)), month())
	}
	v := share("portion(computers.filter(c, c.fresh).size(), computers.size())")
	require.Equal(t, ruling.Unmet, v.Outcome)
	require.EqualValues(t, 6666, v.Share, "rounded down")
	require.Equal(t, ruling.Met, share("portion(3, 3)").Outcome, "met only when full")
	require.EqualValues(t, 0, share("0").Share)
	require.Contains(t, share("portion(4, 3)").Reason, "the share is 13333, outside 0 to 10000")
	require.Contains(t, share("-1").Reason, "outside 0 to 10000")
	require.Contains(t, share("portion(1, employees.size())").Reason, "nothing to take a part of")
}

func replace(s, old, with string) string { return strings.Replace(s, old, with, 1) }

// Custom records are held against the norm's declaration.
func TestCustomTypes(t *testing.T) {
	n := load(t, with("custom.backup.exists(b, b.copies > 2 && this_month(b.tested) && b.offsite)", "types: {backup: {tested: date, copies: number, offsite: bool, note: text}}\n"))
	record := func(fields map[string]finding.Value) *finding.Month {
		m := month()
		m.Custom = map[string][]finding.Custom{"backup": {{ID: "nas-1", Fields: fields}}}
		return m
	}
	good := map[string]finding.Value{"tested": finding.TextValue("2026-11-12"), "copies": finding.NumberValue(3), "offsite": finding.BoolValue(true)}
	v := verdict(t, n, record(good))
	require.Equal(t, ruling.Met, v.Outcome)
	require.Equal(t, [][]string{{"backup", "nas-1"}}, v.Evidence)
	require.Equal(t, ruling.Unmet, verdict(t, n, month()).Outcome, "a type of which there is no record")
	for name, fields := range map[string]map[string]finding.Value{
		"undeclared field": {"size": finding.NumberValue(1)},
		"text for number":  {"copies": finding.TextValue("3")},
		"no date":          {"tested": finding.TextValue("gisteren")},
		"number for bool":  {"offsite": finding.NumberValue(1)},
		"bool for text":    {"note": finding.BoolValue(true)},
	} {
		_, err := n.Judge(context.Background(), record(fields))
		var wrong *norm.CustomError
		require.ErrorAs(t, err, &wrong, name)
		require.Equal(t, "nas-1", wrong.ID)
	}
	other := month()
	other.Custom = map[string][]finding.Custom{"drill": {{ID: "x"}}}
	_, err := n.Judge(context.Background(), other)
	require.ErrorContains(t, err, "declares no such type", "undeclared records are no silent pass")
}

func TestEffective(t *testing.T) {
	n := load(t, replace(minimal, "{from: 2022-09}", "{from: 2022-09, until: 2022-11}"))
	for text, want := range map[string]bool{"2022-08": false, "2022-09": true, "2022-11": true, "2022-12": false} {
		m, err := finding.ParseMonth(text)
		require.NoError(t, err)
		require.Equal(t, want, n.Effective(m), text)
	}
}
