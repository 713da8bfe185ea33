package expr

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// CustomType is a record type that the norm declares: its fields by name.
type CustomType map[string]FieldType

// FieldType is the type of a custom record's field, or of a parameter.
type FieldType uint8

// The types that a norm can declare.
const (
	Text FieldType = iota + 1
	Number
	Bool
	Date
	Unread // its declaration is at fault; whatever is done with it is not
)

var fieldTypes = map[FieldType]*types.Type{
	Text: types.StringType, Number: types.IntType, Bool: types.BoolType, Date: types.TimestampType, Unread: types.DynType,
}

// Scope is what an expression can see: the month document, the norm's custom
// types and parameters, and the named values given so far.
type Scope struct {
	env     *cel.Env
	kinds   map[string]*kind // by the name of their type
	names   []string         // every name at the top level, sorted
	lets    map[string]*Expr
	params  *kind
	custom  *kind
	customs map[string]*kind // by list name
	its     map[*kind]*Scope // scopes in which "it" is a record of the kind
	it      *kind            // what "it" is here, if anything
	formed  bool             // the text was made from a form, whose variable is "it"
}

// The hidden variables that carry the month's bounds to days and this_month.
const (
	startVar = "@start"
	endVar   = "@end"
)

// NewScope makes the scope of a norm with these custom types and parameters.
func NewScope(customTypes map[string]CustomType, params map[string]FieldType) (*Scope, error) {
	s := &Scope{kinds: map[string]*kind{}, lets: map[string]*Expr{}, customs: map[string]*kind{}, its: map[*kind]*Scope{}}
	s.params = &kind{name: "Parameters", typ: objectType("Parameters")}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		s.params.fields = append(s.params.fields, field{name, fieldTypes[params[name]], func(rec any, _ finding.Period) ref.Val {
			return rec.(map[string]ref.Val)[name]
		}})
	}
	s.custom = &kind{name: "Custom", typ: objectType("Custom")}
	for _, name := range slices.Sorted(maps.Keys(customTypes)) {
		k := customKind(name, customTypes[name])
		s.customs[name] = k
		s.kinds[k.typ.TypeName()] = k
		s.custom.fields = append(s.custom.fields, field{name, types.NewListType(k.typ), func(rec any, _ finding.Period) ref.Val {
			return rec.(map[string]ref.Val)[name]
		}})
	}
	options := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(standard)),
		cel.EnableMacroCallTracking(),
		cel.ParserExpressionSizeLimit(MaxCharacters + 500), // a form puts text around the condition,
		cel.ParserRecursionLimit(maxNesting),
		cel.CustomTypeProvider(provider{s.kinds}),
		cel.Variable("month", types.StringType),
		cel.Variable(startVar, types.TimestampType),
		cel.Variable(endVar, types.TimestampType),
	}
	for name, k := range map[string]*kind{"company": companyKind, "params": s.params, "custom": s.custom} {
		s.kinds[k.typ.TypeName()] = k
		options = append(options, cel.Variable(name, k.typ))
		s.names = append(s.names, name)
	}
	for _, k := range kinds {
		s.kinds[k.typ.TypeName()] = k
		options = append(options, cel.Variable(k.list, types.NewListType(k.typ)))
		s.names = append(s.names, k.list)
	}
	for _, c := range constants {
		options = append(options, cel.Constant(c.name, c.value.typ, c.value))
		s.names = append(s.names, c.name)
	}
	s.names = append(s.names, "month")
	slices.Sort(s.names)
	env, err := cel.NewCustomEnv(append(options, functions()...)...)
	if err != nil {
		return nil, fmt.Errorf("the expression language can't be set up: %w", err)
	}
	s.env = env
	return s, nil
}

// customKind is the record type of a custom list.
func customKind(name string, declared CustomType) *kind {
	k := &kind{name: "custom." + name, list: "custom." + name, typ: objectType("custom." + name),
		key: func(rec any) ruling.Key { return ruling.Key{name, rec.(*finding.Custom).ID} }}
	k.fields = []field{text("id", func(c *finding.Custom) string { return c.ID })}
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		typ := declared[name]
		k.fields = append(k.fields, field{name, fieldTypes[typ], func(rec any, p finding.Period) ref.Val {
			return customValue(rec.(*finding.Custom).Fields[name], typ, p)
		}})
	}
	return k
}

// customValue gives a field as its declared type; the record was checked
// against the declaration before.
func customValue(v finding.Value, typ FieldType, p finding.Period) ref.Val {
	switch {
	case v.Kind() == 0:
		return nil
	case typ == Number:
		return types.Int(v.Number())
	case typ == Bool:
		return types.Bool(v.Bool())
	case typ == Date:
		t, err := p.ParseInstant(v.Text())
		if err != nil {
			return types.NewErr("%v", err)
		}
		return types.Timestamp{Time: t}
	}
	return types.String(v.Text())
}

// Names are the names at the top level that a norm may not give again.
func (s *Scope) Names() []string { return s.names }

// Let returns the scope in which the name stands for the expression.
func (s *Scope) Let(name string, e *Expr) (*Scope, error) {
	env, err := s.env.Extend(cel.Variable(name, e.typ))
	if err != nil {
		return nil, fmt.Errorf("%s can't be named: %w", name, err)
	}
	next := *s
	next.env, next.its = env, map[*kind]*Scope{}
	next.lets = maps.Clone(s.lets)
	next.lets[name] = e
	next.names = append(slices.Clone(s.names), name)
	slices.Sort(next.names)
	return &next, nil
}

// Broken returns the scope in which the name stands for an expression that
// could not be read, so that its uses are not reported as well.
func (s *Scope) Broken(name string) *Scope {
	next, err := s.Let(name, &Expr{typ: types.DynType, scope: s, root: &Node{Op: Lit, Value: types.False, Type: types.BoolType}})
	if err != nil {
		return s
	}
	return next
}

// Named is an expression with the name that stands for it.
type Named struct {
	Name string
	Expr *Expr
}

// Lets are the named values of the scope, by name.
func (s *Scope) Lets() []Named {
	var all []Named
	for _, name := range slices.Sorted(maps.Keys(s.lets)) {
		all = append(all, Named{name, s.lets[name]})
	}
	return all
}

// withIt returns the scope in which "it" is one record of the kind.
func (s *Scope) withIt(k *kind) (*Scope, error) {
	if inner := s.its[k]; inner != nil {
		return inner, nil
	}
	env, err := s.env.Extend(cel.Variable("it", k.typ))
	if err != nil {
		return nil, err
	}
	inner := *s
	inner.env, inner.it, inner.its = env, k, nil
	s.its[k] = &inner
	return &inner, nil
}

// provider tells CEL which fields the records have.
type provider struct{ kinds map[string]*kind }

func (provider) EnumValue(name string) ref.Val    { return types.NewErr("no such enum %q", name) }
func (provider) FindIdent(string) (ref.Val, bool) { return nil, false }
func (provider) NewValue(t string, _ map[string]ref.Val) ref.Val {
	return types.NewErr("a %s can't be made", t)
}

func (p provider) FindStructType(name string) (*types.Type, bool) {
	if k := p.kinds[name]; k != nil {
		return types.NewTypeTypeWithParam(k.typ), true
	}
	return nil, false
}

func (p provider) FindStructFieldNames(name string) ([]string, bool) {
	if k := p.kinds[name]; k != nil {
		return k.fieldNames(), true
	}
	return nil, false
}

func (p provider) FindStructFieldType(name, member string) (*types.FieldType, bool) {
	k := p.kinds[name]
	if k == nil {
		return nil, false
	}
	f := k.field(member)
	if f == nil {
		return nil, false
	}
	return &types.FieldType{
		Type: f.typ,
		IsSet: func(target any) bool {
			v := f.of(target)
			return v != nil && !isNone(v)
		},
		GetFrom: func(target any) (any, error) {
			switch v := f.of(target).(type) {
			case nil:
				return nil, absent(target.(*object), f.name)
			case *types.Err:
				return nil, v
			default:
				return v, nil
			}
		},
	}, true
}

func (f *field) of(target any) ref.Val {
	r := target.(*object)
	return f.get(r.rec, r.period)
}

// absent is the error of reading a field that the record does not have.
func absent(r *object, field string) error {
	if r.kind.key == nil {
		return fmt.Errorf("the %s has no %q", lower(r.kind.name), field)
	}
	return fmt.Errorf("%s has no %q", keyText(r.kind.key(r.rec)), field)
}

// standard is what is taken from CEL's own library. Comparison and arithmetic
// are declared anew in functions, for fewer types.
var standard = &env.LibrarySubset{
	IncludeMacros: []string{
		operators.Has, operators.All, operators.Exists, operators.ExistsOne, operators.Map, operators.Filter,
	},
	IncludeFunctions: []*env.Function{
		{Name: operators.Conditional}, {Name: operators.LogicalAnd}, {Name: operators.LogicalOr}, {Name: operators.LogicalNot},
		{Name: operators.NotStrictlyFalse},
		{Name: "contains"}, {Name: "startsWith"}, {Name: "endsWith"}, {Name: "matches"},
	},
}

// day is the period that days_open, days_offered and days count.
const day = 24 * time.Hour
