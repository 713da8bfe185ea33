package mutate_test

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/mutate"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the list of mutants anew, to be looked at")

const small = `keurmerk: 1
id: test
version: "1"
title: {nl: Proef, en: Test}
languages: [nl, en]
effective: {from: 2022-09, until: 2027-12}
timezone: Europe/Amsterdam
parameters:
  least: {value: 3}
  strict: {value: true}
  system: {value: dos}
let:
  busy: employees.size() - 1 > 0
  idle: company.active
score: {threshold: 80%, unknown: refuse}
criteria:
  - id: one
    weight: 0.5%
    required: true
    measured: busy
    when: {none: vulnerabilities, where: it.severity >= HIGH && it.asset_type == WEBSITE}
  - {id: two, weight: 49.5%, when: {count: computers, where: "!it.fresh", at_least: 2}}
  - id: three
    weight: 50%
    applies: params.strict
    when: >-
      websites.all(w, w.id != "a" ||
        w.active)
certification: {months: 2, of: 3, close_day: 6, floor: 10%, knock_out: [one], award: automatic, excused: {max: 1}}
`

func mutants(t testing.TB, fsys fs.FS, name string) []mutate.Mutant {
	n, err := norm.Load(fsys, name)
	require.NoError(t, err)
	all, err := mutate.Mutants(fsys, name, n)
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

// Every change of a norm that has something of everything, in order.
func TestMutants(t *testing.T) {
	var got []string
	for _, m := range mutants(t, fstest.MapFS{"norm.yaml": {Data: []byte(small)}}, "norm.yaml") {
		got = append(got, fmt.Sprintf("%d:%d %s: %s", m.Line, m.Column, m.Kind, m.What))
	}
	if *update {
		require.NoError(t, os.WriteFile("testdata/mutants.txt", []byte(strings.Join(got, "\n")+"\n"), 0o644))
	}
	want, err := os.ReadFile("testdata/mutants.txt")
	require.NoError(t, err)
	require.Equal(t, strings.Split(strings.TrimSpace(string(want)), "\n"), got)
}

// What a mutant says is what it does: the text at its place changes, and
// nothing else.
func TestApply(t *testing.T) {
	text, err := fs.ReadFile(cyberkeurmerk.FS(), cyberkeurmerk.File)
	require.NoError(t, err)
	seen := map[string]string{}
	all := mutants(t, cyberkeurmerk.FS(), cyberkeurmerk.File)
	for _, m := range all {
		changed, err := fs.ReadFile(m.Apply(cyberkeurmerk.FS()), cyberkeurmerk.File)
		require.NoError(t, err)
		require.NotEqual(t, string(text), string(changed), m.What)
		first := m.Edits[0]
		require.True(t, strings.HasPrefix(string(changed), string(text[:first.Start])) || len(m.Edits) > 1, m.What)
		require.Equal(t, 1+strings.Count(string(text[:first.Start]), "\n"), m.Line, m.What)
		require.NotEmpty(t, m.Test, m.What)
		require.Empty(t, seen[string(changed)], "%s and %s are one", m.What, seen[string(changed)])
		seen[string(changed)] = m.What
	}
	require.Equal(t, all, mutants(t, cyberkeurmerk.FS(), cyberkeurmerk.File), "the same on every run")
}

// A change is called equivalent only for a reason that is certain.
func TestEquivalent(t *testing.T) {
	fsys := fstest.MapFS{"norm.yaml": {Data: []byte(small)}}
	n, err := norm.Load(fsys, "norm.yaml")
	require.NoError(t, err)
	reasons := map[string]string{}
	for _, m := range mutants(t, fsys, "norm.yaml") {
		changed, err := norm.Load(m.Apply(fsys), "norm.yaml")
		if err != nil {
			continue
		}
		if reason := mutate.Equivalent(n, changed, m); reason != "" {
			reasons[m.What] = reason
		}
	}
	require.Equal(t, map[string]string{
		"idle: company.active becomes true": "no criterion uses the named value", "idle: company.active becomes false": "no criterion uses the named value",
		"least: 3 becomes 2": "no condition uses the parameter", "least: 3 becomes 4": "no condition uses the parameter",
		"system: \"dos\" becomes \"dos~\"": "no condition uses the parameter",
	}, reasons)
}

// stub is an engine that takes any module.
type stub struct{}

func (stub) Extension() string                                     { return ".rego" }
func (stub) Compile(norm.Source) (norm.Policy, []norm.ModuleFault) { return stub{}, nil }
func (stub) Has(int, string) bool                                  { return false }
func (stub) Uses(string) bool                                      { return false }
func (stub) Logic() string                                         { return "" }
func (stub) Judge(context.Context, *finding.Month, finding.Period) ([]norm.Answer, error) {
	return []norm.Answer{{}, {}, {}}, nil
}

// In a module comparisons and whole numbers change, not what looks like them
// in comments, texts, names and other operators.
func TestModuleMutants(t *testing.T) {
	text := strings.Replace(small, "let:\n", "modules: [a.rego]\nlet:\n", 1)
	text = strings.Replace(text, "applies: params.strict\n    when: >-\n      websites.all(w, w.id != \"a\" ||\n        w.active)", "rego: a.b", 1)
	module := "package a.b # 3 > 2\nimport rego.v1\nx1 := 1.5\nmet if {\n\tcount(input.computers) >= 10\n\tinput.x == \"a < 7\"\n\t`raw 8`\n\tnot input.y\n\tnothing\n}\n"
	fsys := fstest.MapFS{"p/norm.yaml": {Data: []byte(text)}, "p/a.rego": {Data: []byte(module)}}
	n, err := norm.Load(fsys, "p/norm.yaml", stub{})
	require.NoError(t, err)
	all, err := mutate.Mutants(fsys, "p/norm.yaml", n)
	require.NoError(t, err)
	var got []string
	for _, m := range all {
		if m.Kind == mutate.Module {
			require.Equal(t, "p/a.rego", m.File)
			got = append(got, fmt.Sprintf("%d:%d %s", m.Line, m.Column, m.What))
			changed, err := fs.ReadFile(m.Apply(fsys), "p/a.rego")
			require.NoError(t, err)
			require.NotEqual(t, module, string(changed))
			require.Equal(t, strings.Count(module, "\n"), strings.Count(string(changed), "\n"))
		}
	}
	require.Equal(t, []string{
		"5:25 count(input.computers) >= 10: the comparison >= becomes >",
		"5:28 count(input.computers) >= 10: the number 10 becomes 9",
		"5:28 count(input.computers) >= 10: the number 10 becomes 11",
		"6:10 input.x == \"a < 7\": the comparison == becomes !=",
		"8:2 not input.y: not is left out",
	}, got)
}

// Whatever norm can be loaded: its mutants are edits inside its file, at the
// place that they name, and loading them comes to an end.
func FuzzMutants(f *testing.F) {
	f.Add(small)
	f.Add(wordy)
	f.Add(strings.ReplaceAll(small, "\n", "\r\n"))
	f.Fuzz(func(t *testing.T, text string) {
		fsys := fstest.MapFS{"norm.yaml": {Data: []byte(text)}}
		n, err := norm.Load(fsys, "norm.yaml")
		if err != nil {
			return
		}
		all, err := mutate.Mutants(fsys, "norm.yaml", n)
		require.NoError(t, err)
		for i, m := range all {
			for _, e := range m.Edits {
				require.True(t, 0 <= e.Start && e.Start <= e.End && e.End <= len(text), m.What)
			}
			require.Equal(t, 1+strings.Count(text[:m.Edits[0].Start], "\n"), m.Line, m.What)
			if i < 2 {
				_, _ = norm.Load(m.Apply(fsys), "norm.yaml")
			}
		}
	})
}
