package expr

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// small is a month in which some conditions hold, some don't and some fail.
func small(t require.TestingT) (*finding.Month, finding.Period) {
	m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, time.November),
		Computers: []finding.Computer{{ID: "a", Seen: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)}, {ID: "b"}}}
	p, err := m.Period()
	require.NoError(t, err)
	return m, p
}

// named is a scope with these named values, in order.
func named(t require.TestingT, lets ...[2]string) *Scope {
	s, err := NewScope(nil, nil)
	require.NoError(t, err)
	for _, let := range lets {
		e, faults := s.Compile(let[1], Any)
		require.Empty(t, faults, let[0])
		s, err = s.Let(let[0], e)
		require.NoError(t, err)
	}
	return s
}

// What the parts of a condition come to is put together as CEL evaluates the
// whole, failures included.
func TestOutcomeIsThatOfTheWhole(t *testing.T) {
	s := named(t, [2]string{"good", "computers.exists(c, c.fresh)"}, [2]string{"bad", "company.size > 5"}, [2]string{"either", "bad || good"})
	m, p := small(t)
	leaves := []string{"true", "false", "company.size > 5", "computers.all(c, c.fresh)", "computers.all(c, c.os == 'x')",
		"employees.all(e, e.active)", "good", "bad", "either", "computers.filter(c, c.fresh).size() < 2"}
	var draw func(t *rapid.T, depth int) string
	draw = func(t *rapid.T, depth int) string {
		if depth == 0 || rapid.IntRange(0, 4).Draw(t, "leaf") == 0 {
			return rapid.SampledFrom(leaves).Draw(t, "condition")
		}
		l, r := draw(t, depth-1), draw(t, depth-1)
		switch rapid.IntRange(0, 3).Draw(t, "operator") {
		case 0:
			return "(" + l + " && " + r + ")"
		case 1:
			return "(" + l + " || " + r + ")"
		case 2:
			return "!(" + l + ")"
		}
		return "(" + draw(t, depth-1) + " ? " + l + " : " + r + ")"
	}
	counts := map[outcome]int{}
	rapid.Check(t, func(t *rapid.T) {
		text := draw(t, 3)
		e, faults := s.Compile(text, Truth)
		require.Empty(t, faults, text)
		f := s.Facts(context.Background(), m, p, nil)
		truth, err := e.Truth(f)
		want := outcomeOf(truth)
		if err != nil {
			want = failed
		}
		got := (&decision{lets: map[string]*decider{}}).decider(e, f).outcome(e.root)
		require.Equal(t, want, got, text)
		counts[got]++
	})
	require.Len(t, counts, 3)
}

// Names that use names, and lists of lists, cost what they cost once: loading
// and judging end soon, within the budget or with it as the reason.
func TestCostOfDoubling(t *testing.T) {
	chain := func(first, next string) [][2]string {
		lets := [][2]string{{"a0", first}}
		for i := 1; i <= 60; i++ {
			lets = append(lets, [2]string{fmt.Sprintf("a%d", i), strings.ReplaceAll(next, "@", fmt.Sprintf("a%d", i-1))})
		}
		return lets
	}
	for name, c := range map[string]struct {
		lets [][2]string
		when string
	}{
		"conditions": {chain("true", "@ && @"), "a60"},
		"choices":    {chain("computers", "true ? @ : @"), "a60.exists(c, c.fresh)"},
		"negations":  {chain("employees.all(e, e.active)", "!(@ || @)"), "a60"},
		"bodies":     {nil, "[1]" + strings.Repeat(".map(a, true ? a : a)", 40) + ".exists(a, a == 1)"},
	} {
		t.Run(name, func(t *testing.T) {
			m, p := small(t)
			start := time.Now()
			s := named(t, c.lets...)
			e, faults := s.Compile(c.when, Truth)
			require.Empty(t, faults)
			f := s.Facts(context.Background(), m, p, nil)
			truth, err := e.Truth(f)
			if err == nil {
				e.Decide(f, truth)
			} else {
				require.ErrorContains(t, err, "budget")
			}
			require.Less(t, time.Since(start), 5*time.Second) // some milliseconds, were it not for a busy machine
		})
	}
}

// What a macro goes through counts, even if a list of lists hides it.
func TestBudgetCountsListsOfLists(t *testing.T) {
	s := named(t, [2]string{"pairs", "employees.map(e, phishing)"}, [2]string{"ids", "phishing.map(p, p.id)"})
	m, p := small(t)
	for range 2000 {
		m.Employees = append(m.Employees, finding.Employee{ID: "e"})
		m.Phishing = append(m.Phishing, finding.Phishing{ID: "p"})
	}
	f := s.Facts(context.Background(), m, p, nil)
	least := int64(2000 * 2000)
	for _, text := range []string{
		"employees.all(e, phishing.all(p, p.id != e.id))",
		"employees.map(e, phishing).all(ps, ps.all(p, p.id != 'x'))",
		"employees.map(e, [phishing]).all(ps, ps.all(q, q.size() > 0)) && employees.map(e, phishing).map(ps, ps.map(p, p.id)).size() > 0",
		"employees.map(e, true ? phishing : phishing).filter(ps, ps.exists(p, p.id == 'x')).size() == 0",
		"pairs.all(ps, ps.all(p, p.id != 'x'))",
		"employees.all(e, !(e.id in ids))",
	} {
		e, faults := s.Compile(text, Truth)
		require.Empty(t, faults, text)
		require.GreaterOrEqual(t, e.cost(f), least, text)
		require.Less(t, e.cost(f), 4*least, text)
	}
	e, faults := s.Compile("websites.map(w, w.sources).all(ss, ss.all(x, x != 'y'))", Truth)
	require.Empty(t, faults)
	require.Less(t, e.cost(f), int64(100), "lists that are short cost little")
}
