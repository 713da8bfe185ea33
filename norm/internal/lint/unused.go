package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// unused warns of names that nothing uses. A field of a type that nothing
// uses is not named as well.
func (l *linter) unused() {
	used := l.uses()
	for _, n := range l.Names {
		kind, name := n.Kind, n.Name
		if n.Used || used[kind+" "+name] || l.inModule(name) {
			continue
		}
		if typ, _, field := strings.Cut(name, "."); kind == "field" && field && !used["type "+typ] {
			continue
		}
		l.warn(n.At.Start, n.At, Unused, "remove it, or use it", "nothing uses the %s %q", kind, name)
	}
}

// uses lists "kind name" of all that expressions speak of.
func (l *linter) uses() map[string]bool {
	used := map[string]bool{}
	see := func(e *expr.Expr) {
		e.Root().Walk(func(n *expr.Node) {
			switch {
			case n.Op == expr.Ident && n.Bound() == nil:
				used["named value "+n.Name] = true
			case n.Op != expr.Field && n.Op != expr.Has:
			case n.Args[0].Op == expr.Ident && n.Args[0].Name == "params" && n.Args[0].Bound() == nil:
				used["parameter "+n.Name] = true
			case n.Args[0].Op == expr.Ident && n.Args[0].Name == "custom" && n.Args[0].Bound() == nil:
				used["type "+n.Name] = true
			default:
				if typ, ok := strings.CutPrefix(l.Scope.ListOf(n.Args[0]), "custom."); ok {
					used["field "+typ+"."+n.Name] = true
				}
			}
		})
	}
	for _, let := range l.Scope.Lets() {
		see(let.Expr)
	}
	for i := range l.Criteria {
		for _, p := range l.Criteria[i].parts() {
			see(p.Expr)
		}
	}
	return used
}

// inModule tells whether a module speaks of the name; what it means there is
// for its own language to know.
func (l *linter) inModule(name string) bool {
	name = name[strings.LastIndexByte(name, '.')+1:]
	return slices.ContainsFunc(l.Modules, func(text string) bool {
		found, err := regexp.MatchString(`\b`+regexp.QuoteMeta(name)+`\b`, text)
		return err != nil || found
	})
}
