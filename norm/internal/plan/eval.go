package plan

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// view is what a node sees: in a condition about a record the record, or its
// row with what its loose parts came to, and around it the counts of a pass.
type view struct {
	pass   *Pass
	period *finding.Period
	rec    any // nil: the row holds what is asked for
	row    record.Row
	loose  uint64
}

// The three values of a loose part, as two bits.
const (
	looseFault = iota
	looseFalse
	looseTrue
)

var (
	fault = record.Value{}
	none  = record.Value{Kind: record.None}
)

func (n *Node) eval(v *view) record.Value {
	switch n.Op {
	case Const:
		return n.Value
	case Field:
		if v.rec != nil {
			return n.Field.Of(v.rec, v.period)
		}
		return n.Field.From(v.row)
	case Has:
		if v.rec != nil {
			kind := n.Field.Of(v.rec, v.period).Kind
			return record.OfBool(kind != record.Fault && kind != record.None)
		}
		return record.OfBool(n.Field.Has(v.row))
	case loose:
		switch v.loose >> n.at & 3 {
		case looseFalse:
			return record.OfBool(false)
		case looseTrue:
			return record.OfBool(true)
		}
		return fault
	case inBucket:
		return n.compareBucket(v)
	case Not, And, Or, If:
		return n.logic(v)
	case Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual:
		return n.compare(v)
	case Add, Subtract, Multiply, Negate, Portion:
		return n.arithmetic(v)
	case In, InTexts, Size, Contains, StartsWith, EndsWith, Matches:
		return n.texts(v)
	case Days, ThisMonth:
		return n.moment(v)
	}
	return n.around(v)
}

// around evaluates what is not about one record.
func (n *Node) around(v *view) record.Value {
	switch n.Op {
	case Company:
		return n.Field.Of(&v.pass.rows.month.Company, v.period)
	case CompanyHas:
		return record.OfBool(n.Field.Of(&v.pass.rows.month.Company, v.period).Kind != record.Fault)
	case Month:
		return record.OfText(v.pass.rows.month.Month.String())
	case JoinExists, JoinCount, JoinIn:
		return n.join(v)
	case Let:
		known := &v.pass.lets[n.at]
		if !known.known {
			known.value, known.known = n.Args[0].eval(v), true
		}
		return known.value
	}
	return v.pass.counts[n.at].value(n.Op)
}

// logic is that of CEL: what decides makes up for a failure on the other side.
func (n *Node) logic(v *view) record.Value {
	first := n.Args[0].eval(v)
	switch n.Op {
	case Not:
		if first.Kind != record.Bool {
			return fault
		}
		return record.OfBool(first.False())
	case If:
		switch {
		case first.True():
			return n.Args[1].eval(v)
		case first.False():
			return n.Args[2].eval(v)
		}
		return fault
	}
	decides := record.OfBool(n.Op == Or)
	if first.Kind == record.Bool && first.N == decides.N {
		return decides
	}
	second := n.Args[1].eval(v)
	if second.Kind == record.Bool && (second.N == decides.N || first.Kind == record.Bool) {
		return second
	}
	return fault
}

func (n *Node) compare(v *view) record.Value {
	l, r := n.Args[0].eval(v), n.Args[1].eval(v)
	switch {
	case l.Kind == record.Fault || r.Kind == record.Fault:
		return fault
	case l.Kind == record.None || r.Kind == record.None:
		return record.OfBool(false)
	case n.Op == Equal:
		return record.OfBool(same(l, r))
	case n.Op == NotEqual:
		return record.OfBool(!same(l, r))
	}
	order := 0
	if l.Kind == record.Time {
		order = l.T.Compare(r.T)
	} else if l.N != r.N {
		order = 1
		if l.N < r.N {
			order = -1
		}
	}
	return record.OfBool(n.Op.holds(order))
}

// holds tells whether a comparison holds of two values in this order: negative
// if the first is the lesser.
func (op Op) holds(order int) bool {
	switch op {
	case Equal:
		return order == 0
	case NotEqual:
		return order != 0
	case Less:
		return order < 0
	case LessEqual:
		return order <= 0
	case Greater:
		return order > 0
	}
	return order >= 0
}

// same compares two values of one type.
func same(l, r record.Value) bool {
	switch l.Kind {
	case record.Text:
		return l.S == r.S
	case record.Time:
		return l.T.Equal(r.T)
	}
	return l.Kind == r.Kind && l.N == r.N
}

func (n *Node) arithmetic(v *view) record.Value {
	l := n.Args[0].eval(v)
	if n.Op == Negate {
		switch {
		case l.Kind != record.Number:
			return l // absent, or failed
		case l.N == math.MinInt64:
			return fault
		}
		return record.OfNumber(-l.N)
	}
	r := n.Args[1].eval(v)
	if l.Kind == record.Fault || r.Kind == record.Fault {
		return fault
	}
	if absent := l.Kind == record.None || r.Kind == record.None; absent && n.Op == Portion {
		return fault
	} else if absent {
		return none
	}
	result, ok := int64(0), false
	switch n.Op {
	case Add:
		result = l.N + r.N
		ok = (result > l.N) == (r.N > 0)
	case Subtract:
		result = l.N - r.N
		ok = (result < l.N) == (r.N > 0)
	case Multiply:
		result, ok = product(l.N, r.N)
	default:
		result, ok = portion(l.N, r.N)
	}
	if !ok {
		return fault
	}
	return record.OfNumber(result)
}

func product(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	if a == -1 && b == math.MinInt64 || b == -1 && a == math.MinInt64 {
		return 0, false
	}
	c := a * b
	return c, c/b == a
}

func portion(n, d int64) (int64, bool) {
	points, ok := product(n, int64(ruling.Whole))
	if d <= 0 || !ok {
		return 0, false
	}
	quotient := points / d
	if points%d < 0 {
		quotient-- // down, not towards zero
	}
	return quotient, true
}

func (n *Node) texts(v *view) record.Value {
	l := n.Args[0].eval(v)
	if l.Kind == record.Fault {
		return fault
	}
	switch n.Op {
	case Size:
		if l.Kind == record.Texts {
			return record.OfNumber(int64(len(l.L)))
		}
		return record.OfNumber(int64(utf8.RuneCountInString(l.S)))
	case Matches:
		return record.OfBool(n.Pattern.MatchString(l.S))
	case In:
		return n.among(l, v)
	}
	r := n.Args[1].eval(v)
	switch {
	case r.Kind == record.Fault:
		return fault
	case n.Op == InTexts:
		return record.OfBool(slices.Contains(r.L, l.S))
	case n.Op == Contains:
		return record.OfBool(strings.Contains(l.S, r.S))
	case n.Op == StartsWith:
		return record.OfBool(strings.HasPrefix(l.S, r.S))
	}
	return record.OfBool(strings.HasSuffix(l.S, r.S))
}

// among looks at all the others first: one that fails fails the list.
func (n *Node) among(l record.Value, v *view) record.Value {
	found := false
	for _, a := range n.Args[1:] {
		r := a.eval(v)
		if r.Kind == record.Fault {
			return fault
		}
		found = found || l.Kind != record.None && r.Kind != record.None && same(l, r)
	}
	return record.OfBool(found)
}

const day = 24 * time.Hour

func (n *Node) moment(v *view) record.Value {
	t := n.Args[0].eval(v)
	if t.Kind == record.Fault {
		return fault
	}
	if n.Op == Days {
		return record.OfNumber(int64(v.period.End.Sub(t.T) / day))
	}
	return record.OfBool(!t.T.Before(v.period.Start) && t.T.Before(v.period.End))
}
