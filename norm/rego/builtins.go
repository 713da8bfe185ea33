package rego

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"regexp"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/types"
)

// builtin is one function of ours: its types, and how it is worked out in a
// run, whose meter it charges for more than a look at its arguments.
type builtin struct {
	args   []types.Type
	result types.Type
	call   func(r *run, args []*ast.Term) (*ast.Term, error)
}

// builtins are our functions by name, under keurmerk.
func builtins() map[string]builtin {
	n, s, b := types.N, types.S, types.B
	ordered := types.NewAny(n, s)
	some := types.NewAny(types.NewArray(nil, types.A), types.NewSet(types.A))
	countable := types.NewAny(types.NewArray(nil, types.A), types.NewSet(types.A), types.S, types.NewObject(nil, types.NewDynamicProperty(types.A, types.A)))
	sets := types.SetOfAny
	all := map[string]builtin{
		"neq":       {[]types.Type{types.A, types.A}, b, notEqual},
		"member":    {[]types.Type{types.A, types.A}, b, member},
		"member_at": {[]types.Type{types.A, types.A, types.A}, b, memberAt},
		"count":     {[]types.Type{countable}, n, count},
		"sum":       {[]types.Type{some}, n, sum},
		"max":       {[]types.Type{some}, ordered, extreme(1)},
		"min":       {[]types.Type{some}, ordered, extreme(-1)},
		"or":        {[]types.Type{sets, sets}, sets, combine(ast.Set.Union)},
		"and":       {[]types.Type{sets, sets}, sets, combine(ast.Set.Intersect)},
		"match":     {[]types.Type{s, s}, b, match},
		"portion":   {[]types.Type{n, n}, n, portion},
		"days": {[]types.Type{s}, n, func(r *run, args []*ast.Term) (*ast.Term, error) {
			t, err := timeOf(args[0])
			return ast.InternedTerm(int(r.period.End.Sub(t) / day)), err
		}},
		"this_month": {[]types.Type{s}, b, func(r *run, args []*ast.Term) (*ast.Term, error) {
			t, err := timeOf(args[0])
			return ast.InternedTerm(r.period.Has(t)), err
		}},
	}
	for name, compute := range map[string]func(a, b int64) (int64, bool){"plus": plus, "minus": minus, "mul": mul} {
		all[name] = builtin{[]types.Type{n, n}, n, arithmetic(name, compute)}
	}
	for name, holds := range map[string]func(int) bool{
		"lt": func(c int) bool { return c < 0 }, "lte": func(c int) bool { return c <= 0 },
		"gt": func(c int) bool { return c > 0 }, "gte": func(c int) bool { return c >= 0 },
	} {
		all[name] = builtin{[]types.Type{ordered, ordered}, b, func(_ *run, args []*ast.Term) (*ast.Term, error) {
			c, err := order(args[0], args[1])
			return ast.InternedTerm(holds(c)), err
		}}
	}
	for name, holds := range map[string]func(string, string) bool{
		"has_text": strings.Contains, "startswith": strings.HasPrefix, "endswith": strings.HasSuffix,
	} {
		all[name] = builtin{[]types.Type{s, s}, b, func(r *run, args []*ast.Term) (*ast.Term, error) {
			x, isText := args[0].Value.(ast.String)
			y, too := args[1].Value.(ast.String)
			if !isText || !too {
				return nil, errors.New("it is for two texts")
			}
			r.charge(len(x) / textPerStep)
			return ast.InternedTerm(holds(string(x), string(y))), nil
		}}
	}
	return all
}

// declare is the built-in as OPA's compiler wants it.
func (b builtin) declare(name string) *ast.Builtin {
	return &ast.Builtin{Name: "keurmerk." + name, Decl: types.NewFunction(types.Args(b.args...), b.result)}
}

// textPerStep is how many bytes of a text are looked at for one step.
const textPerStep = 64

const day = 24 * time.Hour

// whole is the number of a term. Rules have no others than whole numbers, of
// 64 bits like CEL's.
func whole(t *ast.Term) (int64, error) {
	n, ok := t.Value.(ast.Number)
	if !ok {
		return 0, fmt.Errorf("%s is no number", aValue(t))
	}
	v, ok := n.Int64()
	if !ok {
		return 0, fmt.Errorf("the number has more than 64 bits")
	}
	return v, nil
}

func aValue(t *ast.Term) string {
	switch t.Value.(type) {
	case ast.String:
		return "a text"
	case ast.Number:
		return "a number"
	case ast.Boolean:
		return "true or false"
	case *ast.Array, ast.Set:
		return "a list"
	case ast.Object:
		return "a record"
	}
	return "this"
}

func integer(v int64) *ast.Term { return ast.NewTerm(ast.Number(fmt.Sprint(v))) }

func arithmetic(name string, compute func(a, b int64) (int64, bool)) func(*run, []*ast.Term) (*ast.Term, error) {
	return func(_ *run, args []*ast.Term) (*ast.Term, error) {
		a, err := whole(args[0])
		if err != nil {
			return nil, err
		}
		b, err := whole(args[1])
		if err != nil {
			return nil, err
		}
		v, ok := compute(a, b)
		if !ok {
			return nil, fmt.Errorf("%s: integer overflow", shown(name))
		}
		return integer(v), nil
	}
}

func plus(a, b int64) (int64, bool)  { return a + b, (b >= 0) == (a+b >= a) }
func minus(a, b int64) (int64, bool) { return a - b, (b >= 0) == (a-b <= a) }

func mul(a, b int64) (int64, bool) {
	if a == math.MinInt64 || b == math.MinInt64 {
		return a * b, a == 0 || b == 0 || a == 1 || b == 1
	}
	high, low := bits.Mul64(magnitude(a), magnitude(b))
	return a * b, high == 0 && low <= math.MaxInt64
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return uint64(-v)
	}
	return uint64(v)
}

// order compares numbers with numbers and texts with texts; OPA has an order
// between values of any two types.
func order(a, b *ast.Term) (int, error) {
	switch x := a.Value.(type) {
	case ast.Number:
		if _, ok := b.Value.(ast.Number); ok {
			return x.Compare(b.Value), nil
		}
	case ast.String:
		if y, ok := b.Value.(ast.String); ok {
			return strings.Compare(string(x), string(y)), nil
		}
	}
	return 0, fmt.Errorf("%s and %s have no order", aValue(a), aValue(b))
}

func notEqual(r *run, args []*ast.Term) (*ast.Term, error) {
	r.charge(size(args[0].Value))
	return ast.InternedTerm(args[0].Value.Compare(args[1].Value) != 0), nil
}

// size is how many elements a value has.
func size(v ast.Value) int {
	if l, ok := v.(interface{ Len() int }); ok {
		return l.Len()
	}
	return 1
}

func member(r *run, args []*ast.Term) (*ast.Term, error) {
	found := false
	switch l := args[1].Value.(type) {
	case ast.Set:
		found = l.Contains(args[0])
	case *ast.Array:
		r.charge(l.Len())
		found = l.Until(func(t *ast.Term) bool { return t.Value.Compare(args[0].Value) == 0 })
	case ast.Object:
		r.charge(l.Len())
		found = l.Until(func(_, t *ast.Term) bool { return t.Value.Compare(args[0].Value) == 0 })
	default:
		return nil, fmt.Errorf("%s holds nothing that in could find", aValue(args[1]))
	}
	return ast.InternedTerm(found), nil
}

func memberAt(r *run, args []*ast.Term) (*ast.Term, error) {
	var got *ast.Term
	switch l := args[2].Value.(type) {
	case *ast.Array:
		got = l.Get(args[0])
	case ast.Object:
		got = l.Get(args[0])
	}
	r.charge(1)
	return ast.InternedTerm(got != nil && got.Value.Compare(args[1].Value) == 0), nil
}

func count(r *run, args []*ast.Term) (*ast.Term, error) {
	switch v := args[0].Value.(type) {
	case ast.String:
		r.charge(len(v) / textPerStep)
		return ast.InternedTerm(len([]rune(string(v)))), nil
	case *ast.Array, ast.Set, ast.Object:
		return ast.InternedTerm(size(v)), nil
	}
	return nil, fmt.Errorf("count can't be used on %s", aValue(args[0]))
}

// each goes through a list or set.
func each(r *run, t *ast.Term, visit func(*ast.Term) error) error {
	l, ok := t.Value.(interface {
		Len() int
		Iter(func(*ast.Term) error) error
	})
	if !ok {
		return fmt.Errorf("%s is no list", aValue(t))
	}
	r.charge(l.Len())
	return l.Iter(visit)
}

func sum(r *run, args []*ast.Term) (*ast.Term, error) {
	total := int64(0)
	err := each(r, args[0], func(t *ast.Term) error {
		v, err := whole(t)
		if err != nil {
			return err
		}
		next, ok := plus(total, v)
		if !ok {
			return fmt.Errorf("sum: integer overflow")
		}
		total = next
		return nil
	})
	return integer(total), err
}

// extreme gives the largest or smallest; of an empty list there is none, and
// whoever asks is undefined.
func extreme(sign int) func(*run, []*ast.Term) (*ast.Term, error) {
	return func(r *run, args []*ast.Term) (*ast.Term, error) {
		var best *ast.Term
		err := each(r, args[0], func(t *ast.Term) error {
			if best == nil {
				best = t
				_, err := order(t, t)
				return err
			}
			c, err := order(t, best)
			if c*sign > 0 {
				best = t
			}
			return err
		})
		return best, err
	}
}

func combine(with func(a, b ast.Set) ast.Set) func(*run, []*ast.Term) (*ast.Term, error) {
	return func(r *run, args []*ast.Term) (*ast.Term, error) {
		a, ok := args[0].Value.(ast.Set)
		b, too := args[1].Value.(ast.Set)
		if !ok || !too {
			return nil, fmt.Errorf("| and & are for two sets")
		}
		r.charge(a.Len() + b.Len())
		return ast.NewTerm(with(a, b)), nil
	}
}

// match looks for a pattern; patterns are written out and small.
func match(r *run, args []*ast.Term) (*ast.Term, error) {
	pattern, ok := args[0].Value.(ast.String)
	text, too := args[1].Value.(ast.String)
	if !ok || !too {
		return nil, fmt.Errorf("regex.match is for a pattern and a text")
	}
	re := r.patterns[string(pattern)]
	if re == nil {
		compiled, err := regexp.Compile(string(pattern))
		if err != nil {
			return nil, err
		}
		re, r.patterns[string(pattern)] = compiled, compiled
	}
	r.charge(len(text))
	return ast.InternedTerm(re.MatchString(string(text))), nil
}

// portion is n of d in points, rounded down.
func portion(_ *run, args []*ast.Term) (*ast.Term, error) {
	n, err := whole(args[0])
	if err != nil {
		return nil, err
	}
	d, err := whole(args[1])
	if err != nil {
		return nil, err
	}
	if d <= 0 {
		return nil, fmt.Errorf("portion of %d: there is nothing to take a part of", d)
	}
	points, ok := mul(n, int64(ruling.Whole))
	if !ok {
		return nil, fmt.Errorf("portion: integer overflow")
	}
	quotient := points / d
	if points%d < 0 {
		quotient-- // down, not towards zero
	}
	return integer(quotient), nil
}

func timeOf(t *ast.Term) (time.Time, error) {
	s, ok := t.Value.(ast.String)
	if !ok {
		return time.Time{}, fmt.Errorf("%s is no time", aValue(t))
	}
	at, err := (finding.Period{Zone: time.UTC}).ParseInstant(string(s))
	return at, err
}

// asTopdown is the function for one run, as OPA calls it.
func (b builtin) asTopdown(name string, r *run) *topdown.Builtin {
	return &topdown.Builtin{Decl: b.declare(name), Func: func(c topdown.BuiltinContext, args []*ast.Term, iter func(*ast.Term) error) error {
		got, err := b.call(r, args)
		if err != nil {
			// A failure ends the rule at once, under not as well: OPA would
			// take what has no value for false.
			return topdown.Halt{Err: &topdown.Error{Code: topdown.BuiltinErr, Message: err.Error(), Location: c.Location}}
		}
		if got == nil {
			return nil
		}
		return iter(got)
	}}
}
