package rego_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
)

// beyond gives the place and reason of each criterion that a plan can't hold.
func beyond(n *norm.Norm) map[string]string {
	all := map[string]string{}
	for _, way := range n.Ways() {
		if way.Reason != "" {
			all[way.Criterion] = way.Place + ": " + way.Reason
		}
	}
	return all
}

// Every criterion of the twin is judged in the pass.
func TestTwinIsPlanned(t *testing.T) {
	n := twin(t)
	require.Len(t, n.Ways(), 8)
	require.Empty(t, beyond(n))
}

// What of the language is judged in the pass, and what is not, with the place
// and the reason.
func TestBeyond(t *testing.T) {
	for name, c := range map[string]struct{ body, beyond string }{
		"comprehension":      {"met if count([v | some v in input.vulnerabilities; v.rank >= data.params.most; v.severity in {\"high\", \"low\"}]) < 3", ""},
		"exists":             {"met if {\n\tsome v in input.vulnerabilities\n\tv.open\n\tnot v.fixed\n\tkeurmerk.days(v.found) > 30\n}", ""},
		"by index":           {"met if {\n\tinput.company.active\n\tinput.websites[_].fresh\n}", ""},
		"every":              {"met if every w in input.websites { not w.active; w.id != \"x\" }", ""},
		"else":               {"met := true if input.company.size > 5\nelse := false if input.company.size > 2\nelse := input.company.active", ""},
		"function":           {"met if every v in input.vulnerabilities { level(v) < 3 }\nlevel(v) := 0 if not v.open\nelse := v.rank", ""},
		"set of sets":        {"a contains v if { some v in input.vulnerabilities; v.open }\nb contains v if { some v in a; v.rank > 2 }\nb contains v if { some v in a; v.title == \"x\" }\nmet := count(b) < count(a)", ""},
		"custom":             {"met if {\n\tsome b in input.custom.backup\n\tkeurmerk.this_month(b.tested)\n\tb.size * 2 > 10\n}", ""},
		"share":              {"share := keurmerk.portion(count({c | some c in input.computers; c.fresh}), count(input.computers))", ""},
		"evidence":           {"met := true\nevidence contains w.key if some w in input.websites\nevidence contains v if { input.company.active; some v in input.vulnerabilities; v.open }", ""},
		"two lists":          {"met if {\n\tsome v in input.vulnerabilities\n\tsome w in input.websites\n\tw.id == v.asset\n}", "x.rego:5:10: two records are compared with each other"},
		"a list for each":    {"met if every w in input.websites {\n\tcount([v | some v in input.vulnerabilities; v.asset == w.id]) == 0\n}", "x.rego:3:57: two records are compared with each other"},
		"order of texts":     {"met if input.vulnerabilities[_].id < \"x\"", "x.rego:2:8: texts are held against each other by their order"},
		"by place":           {"met if input.websites[0].fresh", "x.rego:2:23: a record is taken by its place"},
		"part of a text":     {"met if {\n\tsome v in input.vulnerabilities\n\tcontains(v.title, \"x\")\n}", "x.rego:4:2: contains is not known to the plan"},
		"how many different": {"met if count({v.asset | some v in input.vulnerabilities}) < 3", "x.rego:2:14: it depends on how many different values there are"},
		"several values":     {"met := true if input.company.active\nmet := false if not input.company.active", "x.rego:3:1: the rule is given in several ways, with values of their own"},
		"text":               {"met := input.month", "x.rego:2:1: met is of another type"},
		"written evidence":   {"met := true\nevidence := [[\"website\", w.id] | some w in input.websites]", "x.rego:3:26: a list of its own is made here"},
		"too much":           {lines(28, func(i int) string { return fmt.Sprintf("f%d(x) if { f%d(x); f%d(x + 1) }\n", i, i+1, i+1) }) + "f28(x) if x > 0\nmet if f0(1)", "with the functions that it calls it has more than 1000 statements"},
		"grows":              {"met if {\n\tx0 := count(input.websites)\n" + lines(20, func(i int) string { return fmt.Sprintf("\tx%d := x%d + x%d\n", i+1, i, i) }) + "\tx20 > 0\n}", "it is put together of more than 1000 parts"},
	} {
		t.Run(name, func(t *testing.T) {
			n, faults, err := check(c.body)
			require.NoError(t, err)
			require.False(t, faults.Failed(), faults)
			if c.beyond == "" {
				require.Empty(t, beyond(n))
			} else {
				require.Contains(t, beyond(n)["one"], c.beyond)
			}
			for _, m := range []*finding.Month{small(), crowd(20)} {
				got, err := n.Judge(t.Context(), m)
				require.NoError(t, err)
				byOPA(t, n, m, got)
			}
		})
	}
}

// A month that is followed while it changes is judged as from scratch, in the
// pass and by OPA.
func TestTrackedInRego(t *testing.T) {
	n, faults, err := check("met := count(bad) == 0\nbad contains v if {\n\tsome v in input.vulnerabilities\n\tv.open\n\tv.rank > 2\n}\nevidence := bad\nmeasured if {\n\tsome w in input.websites\n\tw.fresh\n}")
	require.NoError(t, err)
	require.False(t, faults.Failed(), faults)
	require.Empty(t, beyond(n))
	tracker, err := n.Track(small())
	require.NoError(t, err)
	for _, key := range []ruling.Key{nil, {"website", "b.example", "V-1"}, {"website", "b.example"}} {
		if key != nil {
			require.Equal(t, 1, tracker.Remove(key))
		}
		got, err := tracker.Judge(t.Context())
		require.NoError(t, err)
		packed, err := norm.Pack(tracker.Month())
		require.NoError(t, err)
		want, err := n.JudgePacked(t.Context(), packed, 0)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// An ended context is an error of the call where no steps are counted, too.
func TestCancelledByOPA(t *testing.T) {
	n := twin(t)
	p, err := norm.Pack(many(20_000))
	require.NoError(t, err)
	period, err := p.Month().Period()
	require.NoError(t, err)
	later, end := context.WithTimeout(t.Context(), 60*time.Millisecond)
	defer end()
	_, err = n.Policy().Judge(later, p.Month(), period)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
