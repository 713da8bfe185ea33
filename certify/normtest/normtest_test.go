package normtest_test

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/certify/normtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/stretchr/testify/require"
)

// The reference norm passes its own tests, they reach every side of every
// condition, and they notice every change that is one.
func TestReferenceNorm(t *testing.T) {
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	results, err := normtest.Run(t.Context(), n)
	require.NoError(t, err)
	for _, r := range results {
		require.Empty(t, r.Failures, r.Name)
	}
	require.True(t, normtest.Passed(results))

	covered, err := normtest.Coverage(t.Context(), n)
	require.NoError(t, err)
	require.Empty(t, covered.Gaps())
	reached, of := covered.Reached()
	require.Equal(t, of, reached)
	require.Greater(t, of, 80)

	m, err := normtest.Mutate(t.Context(), cyberkeurmerk.FS(), cyberkeurmerk.File)
	require.NoError(t, err)
	for _, s := range m.Survivors {
		t.Errorf("%s:%d:%d: no test notices: %s", s.File, s.Line, s.Column, s.What)
	}
	require.Greater(t, m.Killed, 150)
	require.Less(t, m.Unusable, 5)
	for _, e := range m.Equivalent {
		t.Logf("%s:%d: %s: %s", e.File, e.Line, e.What, e.Reason)
	}
}

// Without tests, and with tests that fail, nothing is said of mutants.
func TestMutateNeedsTests(t *testing.T) {
	for _, text := range []string{small, small + "histories:\n  - {from: 2026-01, scores: P, phase: certified}\n"} {
		_, err := normtest.Mutate(t.Context(), fstest.MapFS{"norm.yaml": {Data: []byte(text)}}, "norm.yaml")
		require.ErrorIs(t, err, normtest.ErrFailing)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := normtest.Mutate(ctx, cyberkeurmerk.FS(), cyberkeurmerk.File)
	require.ErrorIs(t, err, context.Canceled)
	var faults norm.Faults
	_, err = normtest.Mutate(t.Context(), fstest.MapFS{"norm.yaml": {Data: []byte("keurmerk: 1\n")}}, "norm.yaml")
	require.ErrorAs(t, err, &faults)
}

func ExampleRun() {
	n, err := cyberkeurmerk.Norm()
	if err != nil {
		panic(err)
	}
	results, err := normtest.Run(context.Background(), n)
	if err != nil {
		panic(err)
	}
	for _, r := range results[:3] {
		fmt.Println(len(r.Failures), r.Name)
	}
	// Output:
	// 0 everything in order earns everything
	// 0 a company that has not enrolled
	// 0 one high website vulnerability costs both website criteria
}
