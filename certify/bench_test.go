package certify_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
)

// companies is how many take part in the programme that is measured.
const companies = 10_000

// programme draws so many histories of so many months each: nine months of ten
// are passed, one of twelve is corrected, and once in two years there is a hold
// that is lifted.
func programme(tb testing.TB, histories, months int) [][]certify.Entry {
	r := rand.New(rand.NewPCG(uint64(months), 3))
	all := make([][]certify.Entry, histories)
	for i := range all {
		var letters strings.Builder
		for range months {
			letters.WriteByte("PPPPPPPPPF"[r.IntN(10)])
		}
		entries := history(tb, letters.String(), january.Start(amsterdam(tb)))
		for m := range months {
			closed := closeOf(tb, january+finding.YearMonth(m))
			add := func(id string, e certify.Entry) {
				e.ID, e.Company, e.Recorded = fmt.Sprint(id, m), "c", closed.Add(time.Duration(len(entries))*time.Minute)
				entries = append(entries, e)
			}
			if r.IntN(12) == 0 {
				add("correction-", certify.Entry{Type: certify.Score, Month: january + finding.YearMonth(m), Outcome: certify.Pass})
			}
			if r.IntN(24) == 0 {
				add("hold-", certify.Entry{Type: certify.Hold, At: closed.Add(time.Hour), Until: closed.Add(9000 * time.Hour), Effect: certify.Suspend, Cause: "payment"})
				add("lift-", certify.Entry{Type: certify.Lift, At: closed.Add(200 * time.Hour), Target: fmt.Sprint("hold-", m)})
			}
		}
		all[i] = entries
	}
	return all
}

// A programme of ten thousand companies, folded one after the other: 60 months
// each, and twice as many, which costs twice as much. What is in use while it
// lasts does not depend on the number of companies.
func BenchmarkProgramme(b *testing.B) {
	for _, months := range []int{60, 120} {
		b.Run(fmt.Sprintf("months=%d/companies=%d", months, companies), func(b *testing.B) {
			all := programme(b, 100, months)
			asOf := closeOf(b, january+finding.YearMonth(months))
			terms := terms()
			entries := 0
			for _, own := range all {
				entries += len(own)
			}
			b.ReportAllocs()
			for b.Loop() {
				for i := range companies {
					if t := certify.Evaluate(terms, all[i%len(all)], asOf); t.Err != nil {
						b.Fatal(t.Err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*companies), "µs/company")
			b.ReportMetric(float64(entries)/float64(len(all)), "entries/company")
			b.ReportMetric(float64(heap())/(1<<20), "MiB-in-use")
		})
	}
}

// One company under three versions of the norm.
func BenchmarkVersions(b *testing.B) {
	own := programme(b, 1, 60)[0]
	versions := certify.Versions{{ID: "s", Version: "1", From: january - 1, Terms: terms()}, {ID: "s", Version: "2", From: january + 20, Overlap: 3, Terms: terms()},
		{ID: "s", Version: "3", From: january + 40, Overlap: 3, Terms: terms()}}
	asOf := closeOf(b, january+60)
	b.ReportAllocs()
	for b.Loop() {
		if t := versions.Evaluate(own, asOf); t.Err != nil {
			b.Fatal(t.Err)
		}
	}
}

// What may become of one company.
func BenchmarkForecast(b *testing.B) {
	own := programme(b, 1, 60)[0]
	terms, asOf := terms(), closeOf(b, january+58)
	b.ReportAllocs()
	for b.Loop() {
		if o := certify.Forecast(terms, own, asOf); o.Err != nil {
			b.Fatal(o.Err)
		}
	}
}

// heap is how many bytes are in use once all that is garbage is gone.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// Folding leaves nothing behind: after ten thousand companies no more is in use
// than after a hundred, and never much more while it lasts.
func TestFoldingIsFlat(t *testing.T) {
	rounds := 2_000
	if os.Getenv("KEURMERK_SLOW") == "1" {
		rounds = companies
	}
	all := programme(t, 20, 60)
	terms, asOf := terms(), closeOf(t, january+60)
	var after, highest uint64
	for i := range rounds {
		require.NoError(t, certify.Evaluate(terms, all[i%len(all)], asOf).Err)
		if i == 99 {
			after = heap()
		}
		if i%100 == 99 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			highest = max(highest, m.HeapInuse)
		}
	}
	last := heap()
	require.Less(t, last, after+1<<20)
	require.Less(t, highest, after+32<<20)
	t.Logf("%d companies of 60 months: %d KiB in use after 100 of them, %d at the end, at most %d in between", rounds, after>>10, last>>10, highest>>10)
}
