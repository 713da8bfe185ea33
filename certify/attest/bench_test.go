package attest

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// What it takes to verify a bundle of six months, without and with a log.
// Judging the months again is measured in package replay.
func BenchmarkVerify(b *testing.B) {
	for _, log := range []bool{false, true} {
		b.Run(fmt.Sprintf("log=%v", log), func(b *testing.B) {
			text, s := bundleText(b, log)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Verify(text, s.trust, s.asOf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Ten thousand certificates, on all cores.
func BenchmarkVerify10000(b *testing.B) {
	text, s := bundleText(b, false)
	for b.Loop() {
		var group sync.WaitGroup
		cores := runtime.GOMAXPROCS(0)
		for range cores {
			group.Go(func() {
				for range 10_000 / cores {
					if _, err := Verify(text, s.trust, s.asOf); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		group.Wait()
	}
}

func bundleText(b *testing.B, log bool) ([]byte, *scheme) {
	s := newScheme(b)
	if log {
		s.withLog()
	}
	text, err := s.build().JSON()
	require.NoError(b, err)
	s.trust.Root = s.roots[0]
	return text, s
}
