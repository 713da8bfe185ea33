package expr

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"github.com/cyberkeurmerk/keurmerk/finding"
)

// The groups of constants, each a type of its own, so that a severity is
// compared with a severity and with nothing else.
var (
	severityType = types.NewOpaqueType("Severity")
	assetType    = types.NewOpaqueType("AssetType")
	statusType   = types.NewOpaqueType("Status")
	phishingType = types.NewOpaqueType("PhishingOutcome")
)

// Constants lists the words that an expression may compare with.
var constants = []struct {
	name  string
	value word
}{
	{"NONE", severity(finding.SeverityNone)},
	{"LOW", severity(finding.SeverityLow)},
	{"MEDIUM", severity(finding.SeverityMedium)},
	{"HIGH", severity(finding.SeverityHigh)},
	{"CRITICAL", severity(finding.SeverityCritical)},
	{"UNKNOWN", severity(finding.SeverityUnknown)},
	{"WEBSITE", word{assetType, int(finding.AssetWebsite)}},
	{"COMPUTER", word{assetType, int(finding.AssetComputer)}},
	{"OPEN", word{statusType, int(finding.StatusOpen)}},
	{"ACCEPTED", word{statusType, int(finding.StatusAccepted)}},
	{"FALSE_POSITIVE", word{statusType, int(finding.StatusFalsePositive)}},
	{"SENT", word{phishingType, int(finding.PhishingSent)}},
	{"REPORTED", word{phishingType, int(finding.PhishingReported)}},
	{"OPENED", word{phishingType, int(finding.PhishingOpened)}},
	{"CLICKED", word{phishingType, int(finding.PhishingClicked)}},
	{"SUBMITTED", word{phishingType, int(finding.PhishingSubmitted)}},
}

// constantsOf names the constants of a group, for hints.
func constantsOf(t *types.Type) []string {
	var names []string
	for _, c := range constants {
		if c.value.typ.IsExactType(t) {
			names = append(names, c.name)
		}
	}
	return names
}

// word is a value of one of the groups.
type word struct {
	typ    *types.Type
	number int
}

func severity(s finding.Severity) word { return word{severityType, int(s)} }

// ConvertToNative is asked for by no expression of the language.
func (w word) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("%s can't become %v", w.typ, t)
}

// ConvertToType is asked for by no expression of the language.
func (w word) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("%s can't become %s", w.typ, t.TypeName())
}

// Equal compares within the group.
func (w word) Equal(other ref.Val) ref.Val {
	o, ok := other.(word)
	return types.Bool(ok && o.typ == w.typ && o.number == w.number)
}

// Compare orders within the group.
func (w word) Compare(other ref.Val) ref.Val {
	o, ok := other.(word)
	if !ok || o.typ != w.typ {
		return types.MaybeNoSuchOverloadErr(other)
	}
	return types.Int(w.number).Compare(types.Int(o.number))
}

// Type is the group.
func (w word) Type() ref.Type { return w.typ }

// Value is the number within the group.
func (w word) Value() any { return w.number }

// none is a number that a record does not have: every comparison with it is
// false, and what is computed from it is none again.
type none struct{}

func (none) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("an absent number can't become %v", t)
}
func (none) ConvertToType(t ref.Type) ref.Val { return types.NewErr("an absent number") }
func (none) Equal(ref.Val) ref.Val            { return types.False }
func (none) Type() ref.Type                   { return types.IntType }
func (none) Value() any                       { return none{} }
func (n none) Add(ref.Val) ref.Val            { return n }
func (n none) Subtract(ref.Val) ref.Val       { return n }
func (n none) Multiply(ref.Val) ref.Val       { return n }
func (n none) Negate() ref.Val                { return n }

func isNone(values ...ref.Val) bool {
	for _, v := range values {
		if _, ok := v.(none); ok {
			return true
		}
	}
	return false
}

var (
	_ traits.Comparer = word{}
	_ traits.Adder    = none{}
)
