package ledger_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/stretchr/testify/require"
)

// A programme's months: 1,000 companies, 60 months each.
func programme(companies, months int) []certify.Entry {
	var all []certify.Entry
	for month := range months {
		for company := range companies {
			all = append(all, entry(fmt.Sprintf("kvk:%08d", company), month))
		}
	}
	return all
}

// One entry appended and on the disk, in a ledger that has 60,000.
func BenchmarkAppend(b *testing.B) {
	for name, l := range map[string]ledger.Ledger{
		"memory": ledger.NewMemory(),
		"file":   open(b, filepath.Join(b.TempDir(), "l.jsonl")),
	} {
		b.Run(name, func(b *testing.B) {
			require.NoError(b, l.Append(b.Context(), programme(1000, 60)...))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				e := entry("kvk:1", 0)
				e.ID = fmt.Sprint(b.N, n)
				n++
				require.NoError(b, l.Append(b.Context(), e))
			}
		})
	}
}

// A month of 1,000 companies appended at once, by entry.
func BenchmarkAppendMonth(b *testing.B) {
	l := open(b, filepath.Join(b.TempDir(), "l.jsonl"))
	n := 0
	month := programme(1000, 1)
	for b.Loop() {
		for i := range month {
			month[i].ID = fmt.Sprint(b.N, n)
		}
		n++
		require.NoError(b, l.Append(b.Context(), month...))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(month)), "ns/entry")
}

// The file of 60,000 entries: checked without writing, opened, and read for
// one company.
func BenchmarkFile(b *testing.B) {
	name := filepath.Join(b.TempDir(), "l.jsonl")
	l := open(b, name)
	require.NoError(b, l.Append(b.Context(), programme(1000, 60)...))
	text, err := os.ReadFile(name)
	require.NoError(b, err)
	b.Run("read a company", func(b *testing.B) {
		for b.Loop() {
			require.Len(b, read(b, l, "kvk:00000007"), 60)
		}
	})
	require.NoError(b, l.Close())
	b.Run("verify", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			report, err := ledger.Verify(bytes.NewReader(text))
			require.NoError(b, err)
			require.True(b, report.Whole())
		}
	})
	b.Run("open", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			l, err := ledger.Open(name)
			require.NoError(b, err)
			require.NoError(b, l.Close())
		}
	})
}
