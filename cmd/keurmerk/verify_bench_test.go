package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"github.com/stretchr/testify/require"
)

// The demo's bundle, with its log, verified with and without judging the six
// months again.
func BenchmarkVerifyDemo(b *testing.B) {
	folder := b.TempDir()
	code, _, words := call(b, nil, "demo", "--out", folder)
	require.Zero(b, code, words)
	bundle, err := os.ReadFile(filepath.Join(folder, "bundle.json"))
	require.NoError(b, err)
	for name, findings := range map[string][]string{"arithmetic": nil, "full": {filepath.Join(folder, "months.jsonl")}} {
		q := question{streams: &streams{}, root: filepath.Join(folder, "root.json"), asOf: "2026-11-06", company: "kvk:30987654", findings: findings}
		trust, at, err := q.read(b.Context())
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				report, err := attest.Verify(bundle, trust, at)
				if err != nil || report.Replay != name {
					b.Fatal(err, report)
				}
			}
		})
	}
}
