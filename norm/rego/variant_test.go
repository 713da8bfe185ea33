package rego_test

import (
	"fmt"
	"io/fs"
	"os"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/rego"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// variantOf is a variant of the norm in the folder, which lies in base/.
func variantOf(t *testing.T, folder fs.FS) *norm.Norm {
	files := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			var data []byte
			data, err = fs.ReadFile(folder, name)
			files["base/"+name] = &fstest.MapFile{Data: data}
		}
		return err
	}))
	base, err := norm.Load(files, "base/norm.yaml", rego.Engine())
	require.NoError(t, err)
	files["norm.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil, `keurmerk: 1
id: strict
version: "1"
extends: {file: base/norm.yaml, logic: %s}
tailor:
  - {set: parameters.more_than_computers, to: 7, because: x}
  - {set: parameters.questionnaire_score, to: 71, because: x}
  - {set: parameters.course_days, to: 364, because: x}
  - {set: criteria.enrolled.required, to: true, because: x}
`, base.Logic())}
	n, err := norm.Load(files, "norm.yaml", rego.Engine())
	require.NoError(t, err)
	return n
}

// A variant of a norm in Rego judges by its own parameters, as the same
// variant of the norm in CEL does; its base goes on judging by the base's.
func TestVariantOfTwin(t *testing.T) {
	cel, inRego := variantOf(t, cyberkeurmerk.FS()), variantOf(t, os.DirFS("testdata/twin"))
	differing := 0
	rapid.Check(t, func(t *rapid.T) {
		m := findingtest.Month(t)
		want, err := cel.Judge(t.Context(), m)
		require.NoError(t, err)
		got, err := inRego.Judge(t.Context(), m)
		require.NoError(t, err)
		before, err := inRego.Base().Judge(t.Context(), m)
		require.NoError(t, err)
		for i := range want {
			require.Equal(t, want[i].Outcome, got[i].Outcome, want[i].Criterion)
			require.Equal(t, want[i].Share, got[i].Share)
			require.Equal(t, want[i].Required, got[i].Required)
			if before[i].Outcome == ruling.Met && got[i].Outcome != ruling.Met {
				differing++
			}
		}
	})
	require.Positive(t, differing, "no change was ever noticed")
}
