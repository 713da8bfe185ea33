package norm_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
)

// stub is an engine whose modules say which rules their package has; it
// answers what the test wants.
type stub struct {
	answers []norm.Answer
	err     error
	source  norm.Source
}

func (s *stub) Extension() string { return ".rego" }

func (s *stub) Compile(source norm.Source) (norm.Policy, []norm.ModuleFault) {
	s.source = source
	if at := strings.Index(source.Modules[0].Text, "wrong"); at >= 0 {
		return nil, []norm.ModuleFault{{Start: at, End: at + 5, Severity: diag.Error, Code: "KM-X", Message: "this is wrong"}}
	}
	for i, c := range source.Criteria {
		if c.Package == "absent" {
			return nil, []norm.ModuleFault{{Module: -1, Criterion: i, Severity: diag.Error, Code: "KM-Y", Message: "no such package"}}
		}
	}
	return s, nil
}

func (s *stub) Judge(context.Context, *finding.Month, finding.Period) ([]norm.Answer, error) {
	return s.answers, s.err
}
func (s *stub) Has(_ int, rule string) bool { return strings.Contains(s.source.Modules[0].Text, rule) }
func (s *stub) Uses(string) bool            { return true }
func (s *stub) Logic() string               { return strings.Join(strings.Fields(s.source.Modules[0].Text), " ") }

// asked is the minimal norm with one criterion of a module.
func asked(more string) string {
	return strings.Replace(with("x", "modules: [a.rego]\n"), "    when: x\n", "    rego: a.b\n"+more, 1)
}

func check(text, module string, engines ...norm.Engine) (*norm.Norm, norm.Faults, error) {
	return norm.Check(fstest.MapFS{"p/norm.yaml": {Data: []byte(text)}, "p/a.rego": {Data: []byte(module)}}, "p/norm.yaml", engines...)
}

// What can be wrong about a norm's modules, each with its code and place.
func TestModuleFaults(t *testing.T) {
	for name, c := range map[string]struct{ text, module, code, place string }{
		"no modules":      {strings.Replace(asked(""), "modules: [a.rego]\n", "", 1), "", "KM-MODULES", "p/norm.yaml:12:11"},
		"not a list":      {strings.Replace(asked(""), "[a.rego]", "a.rego", 1), "", "KM-KIND", "p/norm.yaml:9:10"},
		"none named":      {strings.Replace(asked(""), "[a.rego]", "[]", 1), "", "KM-MODULES", "p/norm.yaml:9:10"},
		"above":           {strings.Replace(asked(""), "a.rego", "../p/a.rego", 1), "", "KM-PATH", "p/norm.yaml:9:11"},
		"absolute":        {strings.Replace(asked(""), "a.rego", "/p/a.rego", 1), "", "KM-PATH", "p/norm.yaml:9:11"},
		"not there":       {strings.Replace(asked(""), "a.rego", "b.rego", 1), "", "KM-FILE", "p/norm.yaml:9:11"},
		"no Rego":         {strings.Replace(asked(""), "a.rego", "norm.yaml", 1), "", "KM-MODULE", "p/norm.yaml:9:11"},
		"twice":           {strings.Replace(asked(""), "a.rego", "a.rego, a.rego", 1), "x", "KM-DUPLICATE", "p/norm.yaml:9:19"},
		"thirty-three":    {strings.Replace(asked(""), "a.rego", strings.Repeat("a.rego, ", 33), 1), "x", "KM-MODULES", "p/norm.yaml:9:267"},
		"byte order mark": {asked(""), "\ufeffx", "KM-ENCODING", "p/a.rego:1:1"},
		"control":         {asked(""), "x\n é\x00", "KM-CHARACTER", "p/a.rego:2:3"},
		"in the module":   {asked(""), "x\n\té wrong", "KM-X", "p/a.rego:2:4"},
		"no package":      {strings.Replace(asked(""), "a.b", "absent", 1), "x", "KM-Y", "p/norm.yaml:13:11"},
		"applies twice":   {asked("    applies: company.active\n"), "applies", "KM-TWO-CONDITIONS", "p/norm.yaml:14:5"},
		"evidence twice":  {asked("    evidence: websites\n"), "evidence", "KM-TWO-CONDITIONS", "p/norm.yaml:14:5"},
		"when too":        {asked("    when: company.active\n"), "x", "KM-TWO-CONDITIONS", "p/norm.yaml:14:5"},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults, err := check(c.text, c.module, &stub{})
			require.NoError(t, err)
			require.Len(t, faults, 1)
			require.Equal(t, c.code, faults[0].Code)
			require.Contains(t, faults[0].String(), c.place+": error")
		})
	}
	_, faults, err := check(asked(""), "x")
	require.NoError(t, err)
	require.Len(t, faults, 1)
	require.Contains(t, faults[0].String(), "p/norm.yaml:9:1: error: the norm has Rego modules")
	require.Equal(t, "KM-ENGINE", faults[0].Code)
}

// An unreadable parameter is told once, not again wherever rules use it.
func TestBrokenParameterIsToldOnce(t *testing.T) {
	text := strings.Replace(asked(""), "modules:", "parameters: {x: {value: 1.5}}\nmodules:", 1)
	_, faults, err := check(text, "wrong", &stub{})
	require.NoError(t, err)
	require.Len(t, faults, 1)
	require.Equal(t, "KM-NUMBER", faults[0].Code)
}

// The module's answer counts in the same order as CEL's own rules: applies,
// measured, the condition, evidence, whoever gives which.
func TestAnswersInOrder(t *testing.T) {
	key := ruling.Key{"website", "w"}
	met := norm.Answer{Outcome: ruling.Met, Share: ruling.Whole, Rule: norm.RuleMet, Evidence: []ruling.Key{key}}
	never := norm.Answer{Outcome: ruling.NotApplicable, Rule: norm.RuleApplies}
	blind := norm.Answer{Rule: norm.RuleMeasured, Reason: norm.NotMeasured}
	failed := norm.Answer{Rule: norm.RuleApplies, Reason: "a.rego:1:1: failed"}
	no, yes := "month == \"x\"\n", "month != \"x\"\n"
	for name, c := range map[string]struct {
		more    string
		answer  norm.Answer
		outcome ruling.Outcome
		reason  string
	}{
		"as it is":                    {"", met, ruling.Met, ""},
		"not applicable":              {"", never, ruling.NotApplicable, ""},
		"not measured":                {"", blind, ruling.Unknown, "not measured"},
		"CEL: does not apply":         {"    applies: " + no, blind, ruling.NotApplicable, ""},
		"CEL: applies":                {"    applies: " + yes, blind, ruling.Unknown, "not measured"},
		"CEL: not measured":           {"    measured: " + no, met, ruling.Unknown, "not measured"},
		"applies goes before":         {"    measured: " + no, never, ruling.NotApplicable, ""},
		"its failure goes before":     {"    measured: " + no, failed, ruling.Unknown, "a.rego:1:1: failed"},
		"CEL: measured":               {"    measured: " + yes, met, ruling.Met, ""},
		"CEL: evidence of an unknown": {"    evidence: websites\n", blind, ruling.Unknown, "not measured"},
	} {
		t.Run(name, func(t *testing.T) {
			n, faults, err := check(asked(c.more), "x", &stub{answers: []norm.Answer{c.answer}})
			require.NoError(t, err)
			require.Empty(t, faults)
			verdicts, err := n.Judge(t.Context(), month())
			require.NoError(t, err)
			require.Equal(t, c.outcome, verdicts[0].Outcome)
			require.Equal(t, c.reason, verdicts[0].Reason)
		})
	}
	n, _, err := check(asked("    evidence: websites\n"), "x", &stub{answers: []norm.Answer{met}})
	require.NoError(t, err)
	verdicts, err := n.Judge(t.Context(), month())
	require.NoError(t, err)
	require.NotContains(t, verdicts[0].Evidence, key)

	n, _, err = check(asked(""), "x", &stub{err: errors.New("ended")})
	require.NoError(t, err)
	_, err = n.Judge(t.Context(), month())
	require.EqualError(t, err, "ended")
}

// The files digest covers the modules, the logic digest what they demand.
func TestModulesInDigests(t *testing.T) {
	digest := func(text, module string) (files, logic string) {
		n, faults, err := check(text, module, &stub{})
		require.NoError(t, err)
		require.Empty(t, faults)
		return n.Files(), n.Logic()
	}
	files, logic := digest(asked(""), "a b")
	laidOut, same := digest(asked(""), "a  b")
	require.NotEqual(t, files, laidOut)
	require.Equal(t, logic, same)
	_, changed := digest(asked(""), "a c")
	require.NotEqual(t, logic, changed)
	_, moved := digest(strings.Replace(asked(""), "a.b", "a.c", 1), "a b")
	require.NotEqual(t, logic, moved)
}
