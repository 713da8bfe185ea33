package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// changed is the reference norm with a change, as a file in a folder.
func changed(t *testing.T, old, text string) string {
	data, err := cyberkeurmerk.FS().ReadFile(cyberkeurmerk.File)
	require.NoError(t, err)
	require.Contains(t, string(data), old)
	return file(t, "norm.yaml", strings.Replace(string(data), old, text, 1))
}

// What a norm's tests say, to people: the place of each failed test, what came
// out otherwise and what decided; what they reach; and a summary.
func TestNormTest(t *testing.T) {
	code, out, words := call(t, nil, "norm", "test")
	require.Zero(t, code, words)
	require.Contains(t, out, " passed, 0 failed\n")
	require.NotContains(t, out, "no test has")

	name := changed(t, "more_than_computers: {value: 5", "more_than_computers: {value: 6")
	code, out, _ = call(t, nil, "norm", "test", "--norm", name)
	require.Equal(t, 1, code)
	require.Regexp(t, `(?m)^`+name+`:\d+: everything in order earns everything\n    score: want 100%, got 90%\n    computers: want met, got unmet \(computer pc-1, computer pc-2, computer pc-3, and 3 more\)$`, out)

	name = changed(t, "\n  months: 6 ", "\n  months: 5 ")
	code, out, _ = call(t, nil, "norm", "test", name)
	require.Equal(t, 1, code)
	require.Regexp(t, `(?m)^`+name+`:\d+: six months at the threshold earn the mark, on the close day of the sixth\n    certified_in: want 2026-06, got 2026-05$`, out)
	require.Contains(t, out, "        2026-05: building, then certified\n")

	name = changed(t, "where: it.active && it.fresh", "where: it.active && it.fresh && it.id != 'dos'")
	_, out, _ = call(t, nil, "norm", "test", name)
	require.Regexp(t, `(?m)^`+name+`:\d+:39: no test has it\.id != 'dos' false$`, out)
}

// --mutate names what no test notices, with its place and what to test.
func TestNormTestMutate(t *testing.T) {
	name := changed(t, "scores: 80%x5 79% 80%x5", "scores: 80%x5 50% 80%x5")
	code, out, words := call(t, nil, "norm", "test", "--mutate", name)
	require.Equal(t, 1, code, words)
	require.Regexp(t, `(?m)^`+name+`:\d+:14: no test notices: threshold: 80% becomes 79%\n    test a history of months at the threshold, and one of months just under it$`, out)
	require.Contains(t, out, "not_applicable: redistribute becomes earn\n    no criterion has applies")

	name = changed(t, "scores: 80%x6", "scores: 70%x6")
	code, out, words = call(t, nil, "norm", "test", "--mutate", name)
	require.Equal(t, 1, code)
	require.Contains(t, words, "once the norm passes")
	require.NotContains(t, out, "not noticed")
}

// tested gives a variant of course_days 300 a test of its own.
func tested(t *testing.T, name string) string {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	one := string(text) + "tests:\n  - name: offered 300 days ago\n    month: 2026-11\n    with: {courses: [{id: c, offered: 2026-02-04}]}\n    expect: {outcomes: {knowledge: met}}\n"
	require.NoError(t, os.WriteFile(name, []byte(one), 0o600))
	return name
}

// Of a variant what it sets is changed, and its own tests are asked.
func TestNormTestMutateVariant(t *testing.T) {
	name := filepath.Join(variantFolder(t, "parameters.course_days, to: 300"), "strict.yaml")
	code, out, words := call(t, nil, "norm", "test", "--mutate", name)
	require.Equal(t, 1, code)
	require.Contains(t, words, "tests of its own")
	require.NotContains(t, out, "not noticed")
	code, out, words = call(t, nil, "norm", "test", "--mutate", tested(t, name))
	require.Equal(t, 1, code, words)
	require.Contains(t, out, ":6:39: no test notices: parameters.course_days: 300 becomes 301\n    test months on either side of course_days\n")
	require.Contains(t, out, " 102 outcomes and sides of conditions reached", "the months of the base's tests count too")
	require.NotContains(t, out, "no test has website-high met")
	require.Contains(t, out, "1 changes noticed, 1 not noticed, 0 that change nothing")
}

// Programs read what certify/normtest/result.schema.json says.
func TestNormTestJSON(t *testing.T) {
	failing := changed(t, "scores: 80%x6", "scores: 70%x6")
	variant := tested(t, filepath.Join(variantFolder(t, "parameters.course_days, to: 300"), "strict.yaml"))
	s := outputSchema(t, "certify/normtest/result.schema.json")
	lines, kinds := 0, map[string]bool{}
	for _, args := range [][]string{{failing}, {"--mutate", variant}} {
		_, out, words := call(t, nil, append([]string{"norm", "test", "--format", "json"}, args...)...)
		require.NotEmpty(t, out, words)
		for line := range strings.Lines(out) {
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
			require.NoError(t, err)
			require.NoError(t, s.Validate(doc), line)
			for key := range doc.(map[string]any) {
				kinds[key] = true
			}
			lines++
		}
	}
	require.Greater(t, lines, 60)
	for _, key := range []string{"pass", "changes", "coverage", "mutants"} {
		require.True(t, kinds[key], key)
	}
	// A folder with a norm that can't be used: nothing is half-written.
	folder := filepath.Dir(failing)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "z.yaml"), []byte("keurmerk: 1\n"), 0o600))
	code, out, _ := call(t, nil, "norm", "test", folder)
	require.Equal(t, 2, code)
	require.Empty(t, out)
}
