package lint

import (
	"maps"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// vacuous warns of a criterion that is met only because a list that it ranges
// over is empty, while nothing says that anybody looked.
//
// That there are no vulnerabilities is what one hopes for, so there it takes
// more: no website, no computer and no record of the norm's own types, that
// is, nothing that could have been looked at. A guard counts if it rules these
// months out, wherever it stands; the warning is given only for a month that
// was judged and passed.
func (l *linter) vacuous(c *Criterion) {
	p := c.When
	if p.Expr == nil {
		p = c.Share
	}
	if p.Expr == nil {
		return
	}
	for _, list := range l.Scope.MonthLists(p.Expr.Root()) {
		gone := l.unseen(list)
		if c.Share.Expr != nil { // partial credit is full on nothing only if nothing at all is there
			for _, other := range l.Scope.MonthLists(p.Expr.Root()) {
				gone[other] = true
			}
		}
		if !l.possible(c, gone) {
			continue
		}
		m := l.passes(c, gone)
		if m == nil {
			continue
		}
		l.warn(p.From, p.span(list, l.Scope), Vacuous, "say in measured: what must have been looked at, such as "+guard(list),
			"%q can pass on nothing: it is met in a month without %s", c.ID, either(told(list, gone)))
		return
	}
}

// unseen are the lists that are empty where nothing was looked at.
func (l *linter) unseen(list string) map[string]bool {
	gone := map[string]bool{list: true}
	if list == "vulnerabilities" {
		gone["websites"], gone["computers"] = true, true
		for name := range l.Types {
			gone["custom."+name] = true
		}
	}
	return gone
}

// told puts the list that the criterion ranges over first. The norm's own
// types go without saying.
func told(list string, gone map[string]bool) []string {
	all := []string{list}
	for _, other := range expr.ListNames() {
		if gone[other] && other != list {
			all = append(all, other)
		}
	}
	return all
}

// possible tells whether it can't be ruled out that the criterion is met
// without a record in these lists.
func (l *linter) possible(c *Criterion, gone map[string]bool) bool {
	b := &bare{l.Scope, l.Params, gone}
	for _, p := range []Part{c.Applies, c.Measured, c.When} {
		if p.Expr != nil && b.truth(p.Expr.Root(), true)&canHold == 0 {
			return false
		}
	}
	return true
}

// passes looks for a month without a record in these lists in which the
// criterion is met because of that.
func (l *linter) passes(c *Criterion, gone map[string]bool) *finding.Month {
	s := l.search()
	onNothing := func(m *finding.Month) bool {
		f := l.facts(c, m)
		if f == nil {
			return false
		}
		v := c.judge(f)
		return v.outcome == ruling.Met && (v.vacuous || c.Share.Expr != nil)
	}
	m := l.start()
	if onNothing(m) {
		return m
	}
	var others []string
	for _, list := range append([]string{"company"}, allLists(l.Norm)...) {
		if !gone[list] {
			others = append(others, list)
		}
	}
	for _, from := range []*finding.Month{m, {Company: finding.Company{ID: "c"}, Month: m.Month, Zone: m.Zone}} {
		if met := s.Seek(from, others, enough, func(m *finding.Month) int { return l.worth(c, m) }); onNothing(met) {
			return met
		}
	}
	return nil
}

// allLists are the lists that a month of the norm can have.
func allLists(n *Norm) []string {
	all := expr.ListNames()
	for _, name := range slices.Sorted(maps.Keys(n.Types)) {
		all = append(all, "custom."+name)
	}
	return all
}
