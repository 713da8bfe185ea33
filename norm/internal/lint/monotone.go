package lint

import (
	"fmt"
	"slices"
	"time"

	"cel.dev/cel-go/common/operators"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/trial"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// monotone warns of a criterion that gets worse when a vulnerability is fixed
// or taken away. It goes by the place of each condition about vulnerabilities:
// one under an even number of negations that asks for a vulnerability is
// suspect. A suspect is named only with a month in which it does get worse.
func (l *linter) monotone(c *Criterion) {
	suspect := false
	for _, p := range []Part{c.Applies, c.Measured, c.When, c.Share} {
		if p.Expr != nil {
			suspect = suspect || !l.harmless(p.Expr.Root(), true)
		}
	}
	if !suspect {
		return
	}
	worse := l.worse(c)
	if worse == "" {
		return
	}
	p := c.When
	if p.Expr == nil {
		p = c.Share
	}
	if p.Expr == nil {
		return
	}
	for _, other := range []Part{c.Measured, c.Applies} { // the condition that is to blame
		if other.Expr != nil && l.harmless(p.Expr.Root(), true) && !l.harmless(other.Expr.Root(), true) {
			p = other
		}
	}
	l.warn(p.From, p.span("vulnerabilities", l.Scope), NotMonotone, "ask that there be no vulnerability, not that there be one",
		"%q gets worse when a vulnerability is fixed: %s", c.ID, worse)
}

// harmless tells whether the node can only become more true (if wanted, else
// more false) when vulnerabilities are fixed or taken away.
func (l *linter) harmless(n *expr.Node, wanted bool) bool {
	switch {
	case !l.speaks(n):
		return true
	case n.Op == expr.Ident && n.Bound() == nil && l.Scope.Value(n.Name) != nil:
		return l.harmless(l.Scope.Value(n.Name).Root(), wanted)
	case n.Op == expr.Call && n.Name == operators.LogicalNot:
		return l.harmless(n.Args[0], !wanted)
	case n.Op == expr.Call && (n.Name == operators.LogicalAnd || n.Name == operators.LogicalOr):
		return l.harmless(n.Args[0], wanted) && l.harmless(n.Args[1], wanted)
	case n.Op == expr.Each && l.Scope.MonthList(n.Args[0]) == "vulnerabilities":
		switch n.Name {
		case operators.Exists:
			return !wanted && l.shrinks(n.Args[1], n, true)
		case operators.All:
			return wanted && l.shrinks(n.Args[1], n, false)
		}
	case n.Op == expr.Call && len(n.Args) == 2:
		size, ok := sized(n.Args[0])
		if !ok || l.speaks(n.Args[1]) || l.Scope.MonthList(size.Args[0]) != "vulnerabilities" {
			return false
		}
		atMost := n.Name == operators.LessEquals || n.Name == operators.Less
		atLeast := n.Name == operators.GreaterEquals || n.Name == operators.Greater
		return (atMost && wanted || atLeast && !wanted) && l.shrinks(size.Args[1], size, true)
	}
	return false
}

// sized is the filter whose size the node is.
func sized(n *expr.Node) (*expr.Node, bool) {
	if n.Op != expr.Call || n.Name != "size" || n.Args[0].Op != expr.Each || n.Args[0].Name != operators.Filter {
		return nil, false
	}
	return n.Args[0], true
}

// speaks tells whether vulnerabilities have a part in the node.
func (l *linter) speaks(n *expr.Node) bool {
	found := false
	n.Walk(func(m *expr.Node) {
		found = found || l.Scope.MonthList(m) == "vulnerabilities"
		if m.Op == expr.Ident && m.Bound() == nil {
			if named := l.Scope.Value(m.Name); named != nil {
				found = found || l.speaks(named.Root())
			}
		}
	})
	return found
}

// shrinks tells whether a condition about one vulnerability can only go from
// true to false (or with grows false, from false to true) when it is fixed.
func (l *linter) shrinks(n, macro *expr.Node, wanted bool) bool {
	changing := false // a field that fixing changes
	n.Walk(func(m *expr.Node) {
		if m.Op == expr.Field || m.Op == expr.Has {
			changing = changing || m.Name == "open" || m.Name == "fixed" || m.Name == "days_open"
		}
		changing = changing || m.Op == expr.Each || m.Op == expr.Ident && l.speaks(m)
	})
	switch {
	case !changing:
		return true
	case n.Op == expr.Field && n.Name == "open" && n.Args[0].Bound() == macro:
		return wanted
	case n.Op == expr.Call && n.Name == operators.LogicalNot:
		return l.shrinks(n.Args[0], macro, !wanted)
	case n.Op == expr.Call && (n.Name == operators.LogicalAnd || n.Name == operators.LogicalOr):
		return l.shrinks(n.Args[0], macro, wanted) && l.shrinks(n.Args[1], macro, wanted)
	}
	return false
}

// Limits of the search for a month that gets worse.
const (
	mostClasses = 10   // ways in which a vulnerability is judged
	mostMonths  = 2000 // months that are judged
)

// worse looks for a month in which fixing a vulnerability, or taking it away,
// lowers what the criterion earns, and says what happened.
func (l *linter) worse(c *Criterion) string {
	s := l.search()
	lists := append([]string{"company"}, allLists(l.Norm)...)
	others := slices.DeleteFunc(slices.Clone(lists), func(list string) bool { return list == "vulnerabilities" })
	worth := func(m *finding.Month) int { return l.worth(c, m) }
	contexts := []*finding.Month{l.start(), s.Seek(l.start(), others, enough, worth), s.Seek(l.start(), lists, enough, worth)}
	for _, list := range others { // in which another condition, joined by ||, may not hold
		for _, r := range s.Classes(list) {
			m := l.start()
			r.Add(m, 1)
			contexts = append(contexts, m)
		}
	}
	classes := s.Classes("vulnerabilities")
	classes = classes[:min(len(classes), mostClasses)]
	tried := 0
	for _, context := range contexts {
		for m := range trial.Sums(context, classes, s.Copies()) {
			if tried++; tried > mostMonths || l.tired() {
				return ""
			}
			if what := l.change(c, m); what != "" {
				return what
			}
		}
	}
	return ""
}

// change fixes each of the month's vulnerabilities and takes it away.
func (l *linter) change(c *Criterion, m *finding.Month) string {
	m, err := m.Normal()
	if err != nil {
		return ""
	}
	facts := l.facts(c, m)
	if facts == nil {
		return ""
	}
	before := c.judge(facts)
	if before.outcome == ruling.NotApplicable || before.share == 0 {
		return ""
	}
	for i, v := range m.Vulnerabilities {
		if i > 0 && same(v, m.Vulnerabilities[i-1]) {
			continue
		}
		fixed := trial.Clone(m)
		fixed.Vulnerabilities[i].Fixed = l.period.End.Add(-time.Second)
		gone := trial.Clone(m)
		gone.Vulnerabilities = slices.Delete(gone.Vulnerabilities, i, i+1)
		for _, after := range []struct {
			m    *finding.Month
			verb string
		}{{fixed, "fixing"}, {gone, "removing"}} {
			f := l.facts(c, after.m)
			if f == nil || after.verb == "fixing" && !v.Open(l.period) {
				continue
			}
			if now := c.judge(f); now.outcome != ruling.NotApplicable && now.share < before.share {
				return fmt.Sprintf("of %s, %s %s turns %s into %s", tell(m), after.verb, article(v), before, now)
			}
		}
	}
	return ""
}

func same(a, b finding.Vulnerability) bool {
	return a.AssetType == b.AssetType && a.Severity == b.Severity && a.Status == b.Status && a.Fixed.Equal(b.Fixed) &&
		a.Found.Equal(b.Found) && a.Seen.Equal(b.Seen) && a.Title == b.Title && a.Asset == b.Asset
}

func (v verdict) String() string {
	if v.outcome == ruling.Unmet && v.share > 0 {
		return v.share.String()
	}
	return v.outcome.String()
}

// tell counts the vulnerabilities of the month.
func tell(m *finding.Month) string {
	if n := len(m.Vulnerabilities); n != 1 {
		return fmt.Sprintf("%d vulnerabilities", n)
	}
	return "one vulnerability"
}

func article(v finding.Vulnerability) string {
	return fmt.Sprintf("the %s one of the %s", v.Severity, v.AssetType)
}
