package main

import (
	"fmt"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// exprEngine is expr over structs, one optimised program a criterion, one
// machine for all.
func exprEngine(all []criterion, _ bool) (engine, error) {
	e := engine{name: "expr, structs, optimised"}
	programs := make([]*vm.Program, len(all))
	for i, c := range all {
		var err error
		if programs[i], err = expr.Compile(c.exprText(), expr.Env(&factDocument{}), expr.AsInt(), expr.Optimize(true)); err != nil {
			return e, err
		}
	}
	e.hold = func(_ *finding.Month, d *document) any { return derive(d) }
	var machine vm.VM
	e.judge = func(held any, out []outcome) error {
		for i, program := range programs {
			v, err := machine.Run(program, held)
			if err != nil {
				return fmt.Errorf("criterion %d: %w", i, err)
			}
			out[i] = outcome(v.(int))
		}
		return nil
	}
	return e, nil
}

// exprText gives 0 unmet, 1 met, 2 unknown.
func (c criterion) exprText() string {
	switch c.kind {
	case none:
		known := "(any(Websites, .Active) && all(Websites, !.Active || .Fresh))"
		if c.asset == "computer" {
			known = "(any(Computers, .Active) && count(Computers, .Active && .Fresh) * 100 >= count(Computers, .Active) * 90)"
		}
		return fmt.Sprintf("%s ? (any(Vulnerabilities, .AssetType == %q && .Open && .Rank >= %d%s) ? 0 : 1) : 2", known, c.asset, c.severity, c.sinceText(" && .DaysOpen >= %d"))
	case enrolled:
		return "Company.Active ? 1 : 0"
	case computers:
		return fmt.Sprintf("count(Computers, .Active && .Fresh) > %d ? 1 : 0", c.more)
	case employees:
		return fmt.Sprintf("count(Employees, .Active) > %d ? 1 : 0", c.more)
	case questionnaire:
		return fmt.Sprintf("any(Questionnaires, .Done) ? (all(Questionnaires, !.Done || .Score >= %d) ? 1 : 0) : 2", c.score)
	}
	return fmt.Sprintf("any(Courses, .DaysOffered <= %d) ? 1 : 0", c.days)
}
