package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

// opaEngine is OPA with a prepared query of all criteria, over input that was
// parsed beforehand.
func opaEngine(all []criterion, _ bool) (engine, error) {
	e := engine{name: "OPA, prepared, parsed input"}
	query, err := rego.New(rego.Query("data.bench.outcomes"), rego.Module("bench.rego", regoModule(all))).PrepareForEval(context.Background())
	if err != nil {
		return e, err
	}
	e.hold = func(_ *finding.Month, d *document) any { return parsedInput(derive(d)) }
	e.judge = func(held any, out []outcome) error {
		results, err := query.Eval(context.Background(), rego.EvalParsedInput(held.(ast.Value)))
		if err != nil {
			return err
		}
		for i, v := range results[0].Expressions[0].Value.([]any) {
			n, err := v.(json.Number).Int64()
			if err != nil {
				return err
			}
			out[i] = outcome(n)
		}
		return nil
	}
	return e, nil
}

// regoModule has a list of all outcomes: 0 unmet, 1 met, 2 unknown.
func regoModule(all []criterion) string {
	var b strings.Builder
	b.WriteString(`package bench

site_known if {
	some w in input.websites
	w.active
	every x in input.websites { covered(x) }
}

covered(w) if not w.active

covered(w) if w.fresh

computer_known if {
	count(active_computers) > 0
	count(fresh_computers) * 100 >= count(active_computers) * 90
}

active_computers := [1 | some c in input.computers; c.active]

fresh_computers := [1 | some c in input.computers; c.active; c.fresh]

active_employees := [1 | some e in input.employees; e.active]

questioned if {
	some q in input.questionnaires
	q.done
}
`)
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = fmt.Sprintf("c%d", i)
		fmt.Fprintf(&b, "\n%s\n", c.rego(i))
	}
	fmt.Fprintf(&b, "\noutcomes := [%s]\n", strings.Join(names, ", "))
	return b.String()
}

func (c criterion) rego(i int) string {
	switch c.kind {
	case none:
		known := map[string]string{"website": "site_known", "computer": "computer_known"}[c.asset]
		return fmt.Sprintf("bad%d if {\n\tsome v in input.vulnerabilities\n\tv.asset_type == %q\n\tv.open\n\tv.rank >= %d%s\n}\n\nc%d := 2 if not %s\n\nelse := 0 if bad%d\n\nelse := 1",
			i, c.asset, c.severity, c.sinceText("\n\tv.days_open >= %d"), i, known, i)
	case enrolled:
		return fmt.Sprintf("c%d := 1 if input.enrolled\n\nelse := 0", i)
	case computers:
		return fmt.Sprintf("c%d := 1 if count(fresh_computers) > %d\n\nelse := 0", i, c.more)
	case employees:
		return fmt.Sprintf("c%d := 1 if count(active_employees) > %d\n\nelse := 0", i, c.more)
	case questionnaire:
		return fmt.Sprintf("low%d if {\n\tsome q in input.questionnaires\n\tq.done\n\tq.score < %d\n}\n\nc%d := 2 if not questioned\n\nelse := 0 if low%d\n\nelse := 1", i, c.score, i, i)
	}
	return fmt.Sprintf("c%d := 1 if {\n\tsome c in input.courses\n\tc.days_offered <= %d\n}\n\nelse := 0", i, c.days)
}

func parsedInput(f *factDocument) ast.Value {
	object := func(pairs ...any) *ast.Term {
		var items [][2]*ast.Term
		for i := 0; i < len(pairs); i += 2 {
			value, err := ast.InterfaceToValue(pairs[i+1])
			if err != nil {
				panic(err)
			}
			items = append(items, ast.Item(ast.InternedTerm(pairs[i].(string)), ast.NewTerm(value)))
		}
		return ast.ObjectTerm(items...)
	}
	assets := func(list []*factAsset) *ast.Term {
		return terms(list, func(a *factAsset) *ast.Term { return object("id", a.ID, "active", a.Active, "fresh", a.Fresh) })
	}
	return ast.NewObject(
		ast.Item(ast.InternedTerm("enrolled"), ast.InternedTerm(f.Company.Active)),
		ast.Item(ast.InternedTerm("websites"), assets(f.Websites)),
		ast.Item(ast.InternedTerm("computers"), assets(f.Computers)),
		ast.Item(ast.InternedTerm("vulnerabilities"), terms(f.Vulnerabilities, func(v *factVulnerability) *ast.Term {
			return object("id", v.ID, "asset_type", v.AssetType, "asset", v.Asset, "rank", v.Rank, "days_open", v.DaysOpen, "open", v.Open)
		})),
		ast.Item(ast.InternedTerm("employees"), terms(f.Employees, func(e *factEmployee) *ast.Term { return object("id", e.ID, "active", e.Active) })),
		ast.Item(ast.InternedTerm("questionnaires"), terms(f.Questionnaires, func(q *factQuestionnaire) *ast.Term {
			return object("id", q.ID, "done", q.Done, "score", q.Score)
		})),
		ast.Item(ast.InternedTerm("courses"), terms(f.Courses, func(c *factCourse) *ast.Term { return object("id", c.ID, "days_offered", c.DaysOffered) })),
	)
}

func terms[T any](list []T, term func(T) *ast.Term) *ast.Term {
	all := make([]*ast.Term, len(list))
	for i, x := range list {
		all[i] = term(x)
	}
	return ast.ArrayTerm(all...)
}
