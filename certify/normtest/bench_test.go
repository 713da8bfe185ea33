package normtest_test

import (
	"testing"

	"github.com/cyberkeurmerk/keurmerk/certify/normtest"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/stretchr/testify/require"
)

// All mutants of the reference norm.
func BenchmarkMutate(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		m, err := normtest.Mutate(b.Context(), cyberkeurmerk.FS(), cyberkeurmerk.File)
		require.NoError(b, err)
		require.Empty(b, m.Survivors)
	}
}

// The tests, histories and generated months of the reference norm.
func BenchmarkRun(b *testing.B) {
	n, err := cyberkeurmerk.Norm()
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		results, err := normtest.Run(b.Context(), n)
		require.NoError(b, err)
		require.True(b, normtest.Passed(results))
	}
}
