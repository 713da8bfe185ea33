package expr

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// notEquals stands for != after parsing: CEL plans the operator itself as the
// negation of ==, which would make a comparison with an absent number true.
const notEquals = "@not_equals"

// functions declares the operators and functions of the language.
func functions() []cel.EnvOption {
	number, moment, truth := types.IntType, types.TimestampType, types.BoolType
	order := func(name, id string, holds func(cmp ref.Val) bool) cel.EnvOption {
		return cel.Function(name,
			cel.Overload(id+"_int", []*types.Type{number, number}, truth),
			cel.Overload(id+"_timestamp", []*types.Type{moment, moment}, truth),
			cel.Overload(id+"_severity", []*types.Type{severityType, severityType}, truth),
			cel.SingletonBinaryBinding(func(l, r ref.Val) ref.Val {
				if isNone(l, r) {
					return types.False
				}
				c, ok := l.(traits.Comparer)
				if !ok {
					return types.MaybeNoSuchOverloadErr(l)
				}
				cmp := c.Compare(r)
				if types.IsUnknownOrError(cmp) {
					return cmp
				}
				return types.Bool(holds(cmp))
			}))
	}
	arithmetic := func(name, id string, compute func(l, r ref.Val) ref.Val, more ...cel.FunctionOpt) cel.EnvOption {
		options := append([]cel.FunctionOpt{
			cel.Overload(id+"_int", []*types.Type{number, number}, number),
			cel.SingletonBinaryBinding(func(l, r ref.Val) ref.Val {
				if isNone(l, r) {
					return none{}
				}
				return compute(l, r)
			}),
		}, more...)
		return cel.Function(name, options...)
	}
	element := types.NewTypeParamType("A")
	list := types.NewListType(element)
	// Single values are compared; lists and records, which could cost more to
	// compare than to read, are not.
	single := []*types.Type{types.BoolType, number, types.StringType, moment, severityType, assetType, statusType, phishingType}
	compared := func(name, id string, left func(t *types.Type) []*types.Type, more ...cel.FunctionOpt) cel.EnvOption {
		for _, t := range single {
			more = append(more, cel.Overload(id+"_"+t.TypeName(), left(t), truth))
		}
		return cel.Function(name, more...)
	}
	pair := func(t *types.Type) []*types.Type { return []*types.Type{t, t} }
	within := func(t *types.Type) []*types.Type { return []*types.Type{t, types.NewListType(t)} }
	return []cel.EnvOption{
		order(operators.Less, "less", func(c ref.Val) bool { return c == types.IntNegOne }),
		order(operators.LessEquals, "less_equals", func(c ref.Val) bool { return c != types.IntOne }),
		order(operators.Greater, "greater", func(c ref.Val) bool { return c == types.IntOne }),
		order(operators.GreaterEquals, "greater_equals", func(c ref.Val) bool { return c != types.IntNegOne }),
		compared(operators.Equals, "equals", pair), // CEL plans it itself
		compared(notEquals, "not_equals", pair,
			cel.SingletonBinaryBinding(func(l, r ref.Val) ref.Val {
				return types.Bool(!isNone(l, r) && types.Equal(l, r) != types.True)
			})),
		// The macros filter and map append to lists with +; whoever writes an
		// expression adds numbers only.
		arithmetic(operators.Add, "add", func(l, r ref.Val) ref.Val { return l.(traits.Adder).Add(r) },
			cel.Overload("add_list", []*types.Type{list, list}, list)),
		arithmetic(operators.Subtract, "subtract", func(l, r ref.Val) ref.Val { return l.(traits.Subtractor).Subtract(r) }),
		arithmetic(operators.Multiply, "multiply", func(l, r ref.Val) ref.Val { return l.(traits.Multiplier).Multiply(r) }),
		cel.Function(operators.Negate,
			cel.Overload("negate_int", []*types.Type{number}, number),
			cel.SingletonUnaryBinding(func(v ref.Val) ref.Val { return v.(traits.Negater).Negate() })),
		compared(operators.In, "in_list", within,
			cel.SingletonBinaryBinding(func(v, l ref.Val) ref.Val {
				if isNone(v) {
					return types.False
				}
				return l.(traits.Container).Contains(v)
			})),
		cel.Function("size",
			cel.Overload("size_list", []*types.Type{list}, number),
			cel.Overload("size_string", []*types.Type{types.StringType}, number),
			cel.MemberOverload("list_size", []*types.Type{list}, number),
			cel.MemberOverload("string_size", []*types.Type{types.StringType}, number),
			cel.SingletonUnaryBinding(func(v ref.Val) ref.Val { return v.(traits.Sizer).Size() })),
		cel.Function("portion",
			cel.Overload("portion_int", []*types.Type{number, number}, number,
				cel.BinaryBinding(portion))),
		cel.Function("days",
			cel.Overload("days_timestamp", []*types.Type{moment, moment}, number,
				cel.BinaryBinding(func(t, end ref.Val) ref.Val {
					return types.Int(end.(types.Timestamp).Sub(t.(types.Timestamp).Time) / day)
				}))),
		cel.Function("this_month",
			cel.Overload("this_month_timestamp", []*types.Type{moment, moment, moment}, truth,
				cel.FunctionBinding(func(args ...ref.Val) ref.Val {
					t, start, end := moments(args)
					return types.Bool(!t.Before(start) && t.Before(end))
				}))),
	}
}

func moments(args []ref.Val) (t, start, end time.Time) {
	return args[0].(types.Timestamp).Time, args[1].(types.Timestamp).Time, args[2].(types.Timestamp).Time
}

// portion is n of d in points, rounded down.
func portion(n, d ref.Val) ref.Val {
	if isNone(n, d) {
		return types.NewErr("portion of an absent number")
	}
	if d.(types.Int) <= 0 {
		return types.NewErr("portion of %d: there is nothing to take a part of", d)
	}
	points := n.(types.Int).Multiply(types.Int(ruling.Whole))
	if types.IsError(points) {
		return points
	}
	num, den := points.(types.Int), d.(types.Int)
	quotient := num / den
	if num%den < 0 {
		quotient-- // down, not towards zero
	}
	return quotient
}
