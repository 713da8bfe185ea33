package sqlstore_test

import (
	"fmt"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger/ledgertest"
	"github.com/stretchr/testify/require"
)

// One entry appended, a month of 1,000 companies appended at once, and a
// company of 60 months read, in a ledger of 10,000 entries.
func BenchmarkStore(b *testing.B) {
	for name, d := range databases(b) {
		s := on(b, d.open(b), d.dialect)
		for i := range 10 {
			require.NoError(b, s.Append(b.Context(), month(i)...))
		}
		n := 0
		b.Run(name+"/append", func(b *testing.B) {
			for b.Loop() {
				n++
				e := ledgertest.Entry("kvk:1", 0)
				e.ID = fmt.Sprint("append ", n)
				require.NoError(b, s.Append(b.Context(), e))
			}
		})
		b.Run(name+"/append month", func(b *testing.B) {
			for b.Loop() {
				n++
				month := month(0)
				for i := range month {
					month[i].ID = fmt.Sprint("month ", n)
				}
				require.NoError(b, s.Append(b.Context(), month...))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*1000), "ns/entry")
		})
		for i := range 60 {
			require.NoError(b, s.Append(b.Context(), ledgertest.Entry("read", i)))
		}
		b.Run(name+"/read a company", func(b *testing.B) {
			for b.Loop() {
				require.Len(b, ledgertest.Read(b, s, "read"), 60)
			}
		})
	}
}

func month(i int) []certify.Entry {
	var all []certify.Entry
	for company := range 1000 {
		all = append(all, ledgertest.Entry(fmt.Sprintf("kvk:%08d", company), i))
	}
	return all
}
