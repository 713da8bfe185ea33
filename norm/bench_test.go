package norm_test

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/stretchr/testify/require"
)

// Loading compiles; checking looks for warnings besides.
func BenchmarkReference(b *testing.B) {
	data, err := os.ReadFile("cyberkeurmerk/norm.yaml")
	require.NoError(b, err)
	fsys := fstest.MapFS{"norm.yaml": {Data: data}}
	b.Run("Load", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := norm.Load(fsys, "norm.yaml")
			require.NoError(b, err)
		}
	})
	b.Run("Check", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, faults, err := norm.Check(fsys, "norm.yaml")
			require.NoError(b, err)
			require.Empty(b, faults)
		}
	})
}
