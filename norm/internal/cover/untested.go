package cover

import (
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
)

// Part is an expression and where it stands in its file.
type Part struct {
	Expr   *expr.Expr
	Scalar source.Scalar // of a form: its where, or its list if it has no where
	Limit  source.Scalar // of a count: its number, or the name of a parameter
}

// Span gives the bytes of the file that the atom takes.
func (p Part) Span(a Atom) (start, end int) {
	if a.Limit {
		return p.Limit.Span(0, len([]rune(p.Limit.Text)))
	}
	return p.Scalar.Span(a.From, a.To)
}

// Gap is a side of a comparison that no month reaches.
type Gap struct {
	Start, End int    // bytes of the file: the comparison, or the limit of a count
	Side       string // what a month must have: "it.severity >= HIGH with MEDIUM", "a count of 6"
	Boundary   bool   // a value next to a limit; else one of true and false
}

// Untested lists the sides of the part's comparisons that none of the months
// reaches, in the order of the expression. The facts are of one norm: the
// scope that compiled the part, with its parameters.
func Untested(p Part, months []*expr.Facts) []Gap {
	m := New(p.Expr)
	for _, f := range months {
		m.See(f)
	}
	var gaps []Gap
	for _, a := range m.Atoms() {
		for _, s := range a.Sides {
			if s.Reached == 0 {
				start, end := p.Span(a)
				gaps = append(gaps, Gap{start, end, a.Describe(s), s.Value})
			}
		}
	}
	return gaps
}
