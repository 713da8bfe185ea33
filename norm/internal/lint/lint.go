// Package lint warns of what a norm allows itself without anything being
// wrong with it: a criterion that passes on nothing, one that another implies,
// one that gets worse when a vulnerability is fixed, a name that nothing uses,
// a boundary that no test stands at.
//
// [Check] gives the warnings of a checked norm, and apart from them those that
// a comment in the file allows with a reason:
//
//	# keurmerk: allow KM-IMPLIED because the scheme wants a high one to cost both
//
// A warning speaks only of what is proven or was seen: a month that passes on
// nothing was judged, a vulnerability whose fixing costs points was fixed, and
// an implication holds for every record there can be.
package lint

import (
	"slices"
	"time"

	"cel.dev/cel-go/common/operators"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/cover"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/trial"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// The names of the warnings; they never change.
const (
	Vacuous     = "KM-VACUOUS"
	Implied     = "KM-IMPLIED"
	NotMonotone = "KM-NOT-MONOTONE"
	Unused      = "KM-UNUSED"
	Overlap     = "KM-OVERLAP"
	Untested    = "KM-UNTESTED-BOUNDARY"
	Silence     = "KM-SILENCE"
)

// names are those that a comment can allow.
var names = []string{Vacuous, Implied, NotMonotone, Unused, Overlap, Untested}

// Norm is what is looked at.
type Norm struct {
	File     *source.File
	Scope    *expr.Scope
	Params   map[string]any
	Types    map[string]expr.CustomType
	Month    finding.YearMonth // of the months that are tried
	Zone     *time.Location
	Criteria []Criterion
	Names    []Name
	Modules  []string        // the texts of modules in a language of their own
	Tests    []*expr.Facts   // the months of the norm's tests
	Lets     map[string]Part // the named values that stand in the file
	Scalars  []source.Span   // where a # is no comment
	Range    source.Span     // from when until when the norm holds
}

// Result is what the checker has to say. All faults are warnings, sorted by
// place.
type Result struct {
	Warnings diag.Faults
	Silenced diag.Faults // those that a comment allows
	// Overlap is a warning about the norm's range, without a message: whether
	// it overlaps that of another norm is for whoever has both to see.
	Overlap        diag.Fault
	OverlapAllowed bool
}

// Criterion is a criterion with its expressions; a part that it doesn't have
// has no Expr.
type Criterion struct {
	ID                                       string
	Weight                                   ruling.Points
	At                                       source.Span // its id
	Applies, Measured, When, Share, Evidence Part
}

// Part is an expression and where it stands.
type Part struct {
	Expr   *expr.Expr
	Scalar source.Scalar
	Limit  source.Scalar // of a count
	Head   source.Span   // of a form: its list; else the whole
	From   int           // where the value begins, with the sign of a block
}

// Name is something that the norm gives a name to.
type Name struct {
	Kind string // parameter, named value, type, field, fixture or module
	Name string // of a field TYPE.FIELD
	At   source.Span
	Used bool // by something else than an expression
}

// Check looks at the norm.
func Check(n *Norm) Result {
	l := newLinter(n)
	l.unused()
	for i := range n.Criteria {
		if c := &n.Criteria[i]; l.legible(c) && !l.tired() {
			l.vacuous(c)
			l.monotone(c)
		}
	}
	l.implied()
	l.untested()
	l.found.sort()
	return l.silence()
}

func newLinter(n *Norm) *linter { return &linter{Norm: n, sizes: map[*expr.Expr]int{}} }

type linter struct {
	*Norm
	found  warnings
	seeker *trial.Seeker // nil until a month must be tried
	period finding.Period
	sizes  map[*expr.Expr]int
	steps  int   // taken of mostSteps
	visits int64 // made of mostVisits
}

// warning is a fault with the line at which a comment allows it too: where
// what it is about begins.
type warning struct {
	diag.Fault
	from int
}

type warnings []warning

func (w warnings) sort() {
	slices.SortStableFunc(w, func(a, b warning) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}

// warn adds a warning about the bytes; from is where the value around them
// begins, in which no comment can stand.
func (l *linter) warn(from int, at source.Span, code, hint, format string, args ...any) {
	f := l.File.Fault(at.Start, at.End, code, hint, format, args...)
	f.Severity = diag.Warning
	line, _ := l.File.Place(from)
	l.found = append(l.found, warning{f, line})
}

// span is where the part's macro through the list stands.
func (p Part) span(list string, s *expr.Scope) source.Span {
	at := p.Head
	found := false
	p.Expr.Root().Walk(func(n *expr.Node) {
		if found || n.Op != expr.Each || s.ListOf(n.Args[0]) != list {
			return
		}
		if from, to, ok := p.Expr.Span(n); ok {
			at.Start, at.End = p.Scalar.Span(from, to)
			found = true
		}
	})
	return at
}

// parts are those that the criterion has.
func (c *Criterion) parts() []*Part {
	var all []*Part
	for _, p := range []*Part{&c.Applies, &c.Measured, &c.When, &c.Share, &c.Evidence} {
		if p.Expr != nil {
			all = append(all, p)
		}
	}
	return all
}

// untested warns of each comparison with a limit next to which no test
// stands. A norm without tests is told nothing: it has no boundary more
// untested than another.
func (l *linter) untested() {
	if len(l.Tests) == 0 {
		return
	}
	var parts []*Part
	for _, name := range l.named() {
		p := l.Lets[name]
		parts = append(parts, &p)
	}
	for i := range l.Criteria {
		parts = append(parts, l.Criteria[i].parts()...)
	}
	seen := 0
	for _, p := range parts {
		if !limited(p.Expr.Root()) {
			continue
		}
		if seen += l.size(p.Expr) * len(l.Tests); seen > mostSeen {
			return
		}
		missing := map[source.Span][]string{}
		var order []source.Span
		for _, gap := range cover.Untested(cover.Part{Expr: p.Expr, Scalar: p.Scalar, Limit: p.Limit}, l.Tests) {
			at := source.Span{Start: gap.Start, End: gap.End}
			if !gap.Boundary {
				continue
			}
			if missing[at] == nil {
				order = append(order, at)
			}
			missing[at] = append(missing[at], gap.Side)
		}
		for _, at := range order {
			l.warn(p.From, at, Untested, "add a test; keurmerk norm boundary prints the months", "no test has %s", either(missing[at]))
		}
	}
}

// limited tells whether something is compared by order.
func limited(n *expr.Node) bool {
	found := false
	n.Walk(func(m *expr.Node) {
		if m.Op == expr.Call {
			switch m.Name {
			case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
				found = true
			}
		}
	})
	return found
}
