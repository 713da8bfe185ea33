package format_test

import (
	"flag"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/format"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write testdata/after.yaml anew")

// A norm as an author may leave it, and its canonical form.
func TestForm(t *testing.T) {
	before, err := os.ReadFile("testdata/before.yaml")
	require.NoError(t, err)
	out, err := format.Norm("norm.yaml", before)
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("testdata/after.yaml", out, 0o644))
	}
	after, err := os.ReadFile("testdata/after.yaml")
	require.NoError(t, err)
	require.Equal(t, string(after), string(out))
	require.Equal(t, load(t, before).Logic(), load(t, after).Logic())
	canonical, err := format.Canonical("norm.yaml", before)
	require.NoError(t, err)
	require.False(t, canonical)
	canonical, err = format.Canonical("norm.yaml", after)
	require.NoError(t, err)
	require.True(t, canonical)
}

func load(t testing.TB, text []byte) *norm.Norm {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: text}}, "norm.yaml")
	require.NoError(t, err)
	return n
}

// However the reference norm is laid out, and in whatever order its keys
// stand: formatting changes neither what it demands nor its tests.
func TestMeaning(t *testing.T) {
	text, err := fs.ReadFile(cyberkeurmerk.FS(), cyberkeurmerk.File)
	require.NoError(t, err)
	want := load(t, text)
	var tests []string
	for _, test := range want.Tests() {
		tests = append(tests, test.Name)
	}
	r := rand.New(rand.NewSource(1))
	for range 10 {
		var doc yaml.Node
		require.NoError(t, yaml.Unmarshal(text, &doc))
		shuffle(doc.Content[0], r)
		for i, n := range doc.Content[0].Content {
			if n.Value == "criteria" {
				for _, c := range doc.Content[0].Content[i+1].Content {
					shuffle(c, r)
				}
			}
		}
		shuffled, err := yaml.Marshal(&doc)
		require.NoError(t, err)
		out, err := format.Norm("norm.yaml", shuffled)
		require.NoError(t, err)
		got := load(t, out)
		require.Equal(t, want.Logic(), got.Logic())
		require.Equal(t, want.Criteria(), got.Criteria())
		var names []string
		for _, test := range got.Tests() {
			names = append(names, test.Name)
		}
		require.Equal(t, tests, names)
	}
}

func shuffle(n *yaml.Node, r *rand.Rand) {
	r.Shuffle(len(n.Content)/2, func(i, j int) {
		i, j = 2*i, 2*j
		n.Content[i], n.Content[j] = n.Content[j], n.Content[i]
		n.Content[i+1], n.Content[j+1] = n.Content[j+1], n.Content[i+1]
	})
}

// What is no single plain YAML mapping is refused, with the place.
func TestRefused(t *testing.T) {
	for text, code := range map[string]string{
		"":                   "KM-EMPTY",
		"# only a comment\n": "KM-EMPTY",
		"- a\n":              "KM-KIND",
		"a: [1\n":            "KM-YAML",
		"a: 1\na: 2\n":       "KM-DUPLICATE-KEY",
		"a: &x 1\n":          "KM-ANCHOR",
		"a: !has\n":          "KM-TAG",
		"a: 1\n---\nb: 1\n":  "KM-SECOND-DOCUMENT",
		"a: \x00\n":          "KM-CHARACTER",
	} {
		out, err := format.Norm("norm.yaml", []byte(text))
		var faults norm.Faults
		require.ErrorAs(t, err, &faults, "%q", text)
		require.Equal(t, code, faults[0].Code, "%q", text)
		require.Nil(t, out)
	}
}

// The fixtures of faults are formatted too: what is wrong in a norm does not
// stand in the way.
func TestFaulty(t *testing.T) {
	names, err := filepath.Glob("../testdata/faults/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, names, "there are no fixtures")
	done := 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		if _, err := format.Norm(name, text); err == nil {
			done++
		}
	}
	require.Positive(t, done)
}

// Laws: what is formatted is in its canonical form, and as good as before;
// whatever comes in, nothing panics and a refusal has its place.
func FuzzNorm(f *testing.F) {
	before, err := os.ReadFile("testdata/before.yaml")
	require.NoError(f, err)
	f.Add(before)
	f.Add([]byte("a: |2-\n    b\n# c\n"))
	f.Add([]byte("? a\n: [b, # c\n  d]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		out, err := format.Norm("norm.yaml", text)
		if err != nil {
			var faults norm.Faults
			require.ErrorAs(t, err, &faults)
			require.NotEmpty(t, faults)
			require.Positive(t, faults[0].Line)
			return
		}
		canonical, err := format.Canonical("norm.yaml", out)
		require.NoError(t, err)
		require.True(t, canonical, "%q gives %q", text, out)
	})
}

// The reference norm, from which authors start, is canonical;
// keurmerk norm fmt -w makes it so.
func TestReference(t *testing.T) {
	text, err := fs.ReadFile(cyberkeurmerk.FS(), cyberkeurmerk.File)
	require.NoError(t, err)
	out, err := format.Norm("norm.yaml", text)
	require.NoError(t, err)
	require.Equal(t, string(out), string(text))
}
