package main

import (
	"fmt"
	"path"
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"
	"github.com/cyberkeurmerk/keurmerk/finding"
)

// celEngine is cel-go over native structs, one optimised program a criterion.
func celEngine(all []criterion, _ bool) (engine, error) {
	e := engine{name: "cel-go, native structs, optimised"}
	pkg := path.Base(reflect.TypeFor[factAsset]().PkgPath()) // a test's is not main
	list := func(name, of string) cel.EnvOption {
		return cel.Variable(name, cel.ListType(cel.ObjectType(pkg+"."+of)))
	}
	env, err := cel.NewEnv(
		ext.NativeTypes(reflect.TypeFor[factAsset](), reflect.TypeFor[factVulnerability](), reflect.TypeFor[factEmployee](), reflect.TypeFor[factQuestionnaire](), reflect.TypeFor[factCourse]()),
		cel.Variable("enrolled", cel.BoolType), list("websites", "factAsset"), list("computers", "factAsset"), list("vulnerabilities", "factVulnerability"),
		list("employees", "factEmployee"), list("questionnaires", "factQuestionnaire"), list("courses", "factCourse"))
	if err != nil {
		return e, err
	}
	programs := make([]cel.Program, len(all))
	for i, c := range all {
		ast, issues := env.Compile(c.nativeCEL())
		if issues.Err() != nil {
			return e, issues.Err()
		}
		if programs[i], err = env.Program(ast, cel.EvalOptions(cel.OptOptimize)); err != nil {
			return e, err
		}
	}
	adapter := env.CELTypeAdapter()
	e.hold = func(_ *finding.Month, d *document) any {
		f := derive(d)
		held, err := cel.NewActivation(map[string]any{
			"enrolled": types.Bool(f.Company.Active), "websites": adapter.NativeToValue(f.Websites), "computers": adapter.NativeToValue(f.Computers),
			"vulnerabilities": adapter.NativeToValue(f.Vulnerabilities), "employees": adapter.NativeToValue(f.Employees),
			"questionnaires": adapter.NativeToValue(f.Questionnaires), "courses": adapter.NativeToValue(f.Courses)})
		if err != nil {
			panic(err)
		}
		return held
	}
	e.judge = func(held any, out []outcome) error {
		for i, program := range programs {
			v, _, err := program.Eval(held.(cel.Activation))
			if err != nil {
				return fmt.Errorf("criterion %d: %w", i, err)
			}
			out[i] = outcome(v.(types.Int))
		}
		return nil
	}
	return e, nil
}

// nativeCEL gives 0 unmet, 1 met, 2 unknown.
func (c criterion) nativeCEL() string {
	switch c.kind {
	case none:
		known := "(websites.exists(w, w.Active) && websites.all(w, !w.Active || w.Fresh))"
		if c.asset == "computer" {
			known = "(computers.exists(c, c.Active) && computers.filter(c, c.Active && c.Fresh).size() * 100 >= computers.filter(c, c.Active).size() * 90)"
		}
		return fmt.Sprintf("%s ? (vulnerabilities.exists(v, v.AssetType == %q && v.Open && v.Rank >= %d%s) ? 0 : 1) : 2", known, c.asset, c.severity, c.sinceText(" && v.DaysOpen >= %d"))
	case enrolled:
		return "enrolled ? 1 : 0"
	case computers:
		return fmt.Sprintf("computers.filter(c, c.Active && c.Fresh).size() > %d ? 1 : 0", c.more)
	case employees:
		return fmt.Sprintf("employees.filter(e, e.Active).size() > %d ? 1 : 0", c.more)
	case questionnaire:
		return fmt.Sprintf("questionnaires.exists(q, q.Done) ? (questionnaires.all(q, !q.Done || q.Score >= %d) ? 1 : 0) : 2", c.score)
	}
	return fmt.Sprintf("courses.exists(c, c.DaysOffered <= %d) ? 1 : 0", c.days)
}
