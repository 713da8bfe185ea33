package attest

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the example files anew")

// The files of examples/insurer are those of the honest scheme, to the byte: so
// no change of a format goes unnoticed.
func TestExampleFiles(t *testing.T) {
	s := newScheme(t)
	s.withLog()
	s.rotate()
	bundle, err := s.build().JSON()
	require.NoError(t, err)
	root, err := s.sign("root0", s.roots[0], named("root-a"), named("root-b")).JSON()
	require.NoError(t, err)
	norm, err := testNorm.Encode()
	require.NoError(t, err)
	for name, text := range map[string][]byte{"bundle.json": bundle, "root.json": root, "norm.json": norm} {
		name = filepath.Join("..", "..", "examples", "insurer", name)
		text = append(text, '\n')
		if *update {
			require.NoError(t, os.WriteFile(name, text, 0o644))
		}
		has, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, string(text), string(has), "go test ./certify/attest -update writes it anew")
	}
	opened, err := OpenRoot(root)
	require.NoError(t, err)
	report, err := Verify(bundle, &Trust{Root: opened, Company: holder, Norms: []Norm{testNorm}}, s.asOf)
	require.NoError(t, err)
	require.Equal(t, Pass, report.Steps[StepLog-1].Result)
}
