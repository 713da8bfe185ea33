package norm

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// logic is the digest of what the norm demands. It is taken over lines of
// text, one a demand, in a fixed order.
func (n *Norm) logic() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("keurmerk-logic 1")
	line("id %q zone %q effective %v %v status %s", n.id, n.zone, n.from, n.until, n.status)
	line("transition %d %d", n.notice, n.overlap)
	s := n.scoring
	line("score threshold %d refuse %t earn %t waivers %t", s.Threshold, s.RefuseUnknown, s.EarnNotApplicable, s.CountWaivers)
	for _, name := range slices.Sorted(maps.Keys(n.params)) {
		line("parameter %s %T %q", name, n.params[name], fmt.Sprint(n.params[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(n.types)) {
		for _, field := range slices.Sorted(maps.Keys(n.types[name])) {
			line("type %s %s %d", name, field, n.types[name][field])
		}
	}
	for _, let := range n.scope.Lets() {
		line("let %s %s", let.Name, let.Expr.Canonical())
	}
	for _, c := range n.criteria {
		line("criterion %s weight %d required %t", c.ID, c.Weight, c.Required)
		for _, part := range []struct {
			name string
			e    *located
		}{{"when", c.when}, {"share", c.share}, {"applies", c.applies}, {"measured", c.measured}, {"evidence", c.evidence}} {
			if part.e != nil {
				line("  %s %s", part.name, part.e.Canonical())
			}
		}
		if c.byModule {
			line("  rego %s", n.source.Criteria[c.asked].Package)
		}
	}
	if n.policy != nil {
		line("modules %s", n.policy.Logic())
	}
	line("certification %+v", n.terms)
	return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(b.String())))
}

// sortedKeys puts keys in order, each once.
func sortedKeys(keys []ruling.Key) []ruling.Key {
	slices.SortFunc(keys, func(a, b ruling.Key) int { return slices.Compare(a, b) })
	return slices.CompactFunc(keys, slices.Equal[ruling.Key])
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
