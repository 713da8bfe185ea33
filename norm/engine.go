package norm

import (
	"context"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Engine judges the criteria of a norm that are written in a language of
// their own, in files beside the norm (its modules:). CEL is built in;
// package rego has the engine for Rego, and whoever wants it hands it to
// [Load]:
//
//	n, err := norm.Load(fsys, "norm.yaml", rego.Engine())
//
// A norm with modules for which no engine is given is refused.
type Engine interface {
	// Extension is the ending of the engine's files, such as ".rego".
	Extension() string

	// Compile checks the modules and prepares the criteria. The policy is nil
	// if any of the faults is an error.
	Compile(Source) (Policy, []ModuleFault)
}

// Source is what an engine compiles: all that a norm's modules can see, and
// what is asked of them.
type Source struct {
	Modules    []Module                     // in the order of the norm
	Criteria   []Asked                      // in the order of the norm
	Parameters map[string]any               // int64, string or bool, by name
	Types      map[string]map[string]string // custom types: text, number, bool or date, by field
}

// Module is one file as it was read.
type Module struct{ Name, Text string }

// Asked is a criterion that a module judges.
type Asked struct {
	Criterion string // its id
	Package   string // as the norm writes it, such as cyberkeurmerk.website
}

// ModuleFault is a fault in a module, or in what a criterion asks of one.
type ModuleFault struct {
	Module        int // index in [Source.Modules]; -1: the fault is in the package's name at Criterion
	Criterion     int // index in [Source.Criteria], if Module is -1
	Start, End    int // bytes of the module's text
	Severity      diag.Severity
	Code          string
	Message, Hint string
}

// The rules of a package that a norm gives a meaning: met or share, and those
// that may be there besides.
const (
	RuleMet      = "met"      // bool
	RuleShare    = "share"    // whole number of points, 0 to 10000
	RuleApplies  = "applies"  // bool
	RuleMeasured = "measured" // bool
	RuleEvidence = "evidence" // records
)

// Policy is a compiled set of modules. It never changes, so it may be used by
// any number of goroutines at once.
type Policy interface {
	// Judge answers for each criterion asked for, in that order. The month is
	// normal: checked, merged and sorted. The error is only ctx's; whatever
	// fails in a rule is an Unknown answer with its reason.
	Judge(ctx context.Context, m *finding.Month, p finding.Period) ([]Answer, error)

	// Has tells whether the package of a criterion, by its index in
	// [Source.Criteria], has the rule.
	Has(criterion int, rule string) bool

	// Uses tells whether a rule may read the name: params.more_than_computers,
	// custom.backup.
	Uses(name string) bool

	// Logic is what the modules demand, in a form that layout and comments
	// don't change.
	Logic() string
}

// Answer is what a module says of one criterion. Share is [ruling.Whole] where
// it is met, and what is earned in part where it is not.
type Answer struct {
	Outcome  ruling.Outcome
	Share    ruling.Points
	Rule     string // which rule decided it
	Reason   string // why it is unknown; starts with the place, as website.rego:3:5
	Evidence []ruling.Key
	More     int // how many keys of evidence there are besides
}
