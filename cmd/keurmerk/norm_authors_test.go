package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// norm fmt prints, writes in place or checks; what can't be read is refused
// before anything is written.
func TestNormFmt(t *testing.T) {
	untidy := "# note\nid: 'x'\nkeurmerk:  1\n"
	code, out, words := call(t, strings.NewReader(untidy), "norm", "fmt", "-")
	require.Zero(t, code, words)
	tidy := "keurmerk: 1\n# note\nid: x\n"
	require.Equal(t, tidy, out)

	name, broken := file(t, "norm.yaml", untidy), file(t, "broken.yaml", "a: [\n")
	code, out, _ = call(t, nil, "norm", "fmt", "--check", name)
	require.Equal(t, 1, code)
	require.Equal(t, name+"\n", out)
	code, out, words = call(t, nil, "norm", "fmt", "-w", name, broken)
	require.Equal(t, 2, code)
	require.Empty(t, out)
	require.Contains(t, words, "broken.yaml:")
	require.Equal(t, untidy, content(t, name))

	require.NoError(t, os.Chmod(name, 0o600))
	code, _, words = call(t, nil, "norm", "fmt", "-w", name)
	require.Zero(t, code, words)
	require.Equal(t, tidy, content(t, name))
	info, err := os.Stat(name)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	code, _, _ = call(t, nil, "norm", "fmt", "--check", name)
	require.Zero(t, code)
	code, _, _ = call(t, nil, "norm", "fmt", "-w", "-")
	require.Equal(t, 2, code)
	code, _, _ = call(t, nil, "norm", "fmt", "-w")
	require.Equal(t, 2, code, "there is no file to write")
	code, out, words = call(t, nil, "norm", "fmt")
	require.Zero(t, code, words)
	require.Equal(t, content(t, filepath.Join(root, "norm", "cyberkeurmerk", "norm.yaml")), out)
}

func content(t *testing.T, name string) string {
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(data)
}

// norm schema prints the schema that stands in the repository.
func TestNormSchema(t *testing.T) {
	code, out, words := call(t, nil, "norm", "schema")
	require.Zero(t, code, words)
	require.Equal(t, content(t, filepath.Join(root, "norm", "norm.schema.json")), out)
	_, err := jsonschema.UnmarshalJSON(strings.NewReader(out))
	require.NoError(t, err)
}

// norm diff tells meaning from layout and texts, and where what changed stands.
func TestNormDiff(t *testing.T) {
	a := file(t, "a.yaml", readmeNorm(t))
	layout := file(t, "b.yaml", "# another layout\n"+strings.ReplaceAll(readmeNorm(t), "\n", "\r\n"))
	code, out, words := call(t, nil, "norm", "diff", "--format", "text", a, layout)
	require.Zero(t, code, words)
	require.Equal(t, "no difference in meaning\n", out)
	stricter := file(t, "c.yaml", strings.Replace(readmeNorm(t), "threshold: 80%", "threshold: 90%", 1))
	code, out, _ = call(t, nil, "norm", "diff", "--format", "text", a, stricter)
	require.Equal(t, 1, code)
	require.Contains(t, out, "score.threshold changed (stricter)\n    80% → 90%\n    "+a+":")
	require.Contains(t, out, " → "+stricter+":")
	require.Contains(t, out, "1 difference in meaning: 1 stricter\n")
	code, out, words = call(t, nil, "norm", "diff", "--format", "json", a, stricter)
	require.Equal(t, 1, code)
	require.Contains(t, out, `"path":"score.threshold"`)
	require.Contains(t, words, "1 difference in meaning")
	code, out, _ = call(t, nil, "norm", "diff", "--format", "markdown", a, stricter)
	require.Equal(t, 1, code)
	require.Contains(t, out, "| score.threshold | changed | 80% | 90% | stricter |")
	code, out, _ = call(t, nil, "norm", "diff", a, "nowhere.yaml")
	require.Equal(t, 2, code)
	require.Empty(t, out)
	code, _, _ = call(t, nil, "norm", "diff", a)
	require.Equal(t, 2, code)
}

// norm doc writes the reference norm, or another, in one language or each.
func TestNormDoc(t *testing.T) {
	code, out, words := call(t, nil, "norm", "doc")
	require.Zero(t, code, words)
	require.Contains(t, out, "# Cyberkeurmerk KVO-B\n")
	require.Contains(t, out, "## What it takes")
	code, out, words = call(t, nil, "norm", "doc", "--lang", "en", "--cel", "--format", "html", file(t, "n.yaml", readmeNorm(t)))
	require.Zero(t, code, words)
	require.True(t, strings.HasPrefix(out, "<!DOCTYPE html>\n<html lang=\"en\">"), out)
	require.Contains(t, out, "exists(it")
	code, out, words = call(t, nil, "norm", "doc", "--lang", "fr")
	require.Equal(t, 2, code)
	require.Empty(t, out)
	require.Contains(t, words, "nl or en")
	code, _, _ = call(t, nil, "norm", "doc", file(t, "bad.yaml", "id: X\n"))
	require.Equal(t, 2, code)
}

// A variant is compared with its base like any norm; what it sets stands in
// its own file, all else in the base's.
func TestNormDiffVariant(t *testing.T) {
	folder := digestFolder(t)
	base, variant := filepath.Join(folder, "base", "base.yaml"), filepath.Join(folder, "norm.yaml")
	code, out, words := call(t, nil, "norm", "diff", "--format", "text", base, variant)
	require.Equal(t, 1, code, words)
	require.Contains(t, out, "score.threshold changed (stricter)\n    80% → 90%\n    "+base+":")
	require.Contains(t, out, " → "+variant+":6:")
	require.Contains(t, out, "2 differences in meaning: 1 stricter, 1 neutral")
}

// Every command that reads one norm takes it as an argument or as --norm, and
// without either reads the reference norm.
func TestNormIsNamedEverywhere(t *testing.T) {
	name := file(t, "norm.yaml", readmeNorm(t))
	for _, command := range [][]string{{"check"}, {"digest"}, {"fmt"}, {"doc"}, {"boundary"}} {
		command = append([]string{"norm"}, command...)
		code, out, words := call(t, nil, append(command, name)...)
		require.Zero(t, code, "%v: %s", command, words)
		code, flagged, words := call(t, nil, append(command, "--norm", name)...)
		require.Zero(t, code, "%v: %s", command, words)
		require.Equal(t, out, flagged, command)
		code, reference, words := call(t, nil, command...)
		require.Zero(t, code, "%v: %s", command, words)
		if command[1] != "check" {
			require.NotEqual(t, out, reference, command)
		}
	}
	code, _, words := call(t, nil, "norm", "doc", name, "--norm", name)
	require.Equal(t, 2, code)
	require.Contains(t, words, "accepts at most 1 arg(s)")
}
