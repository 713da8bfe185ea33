package boundary_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/norm/boundary"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/stretchr/testify/require"
)

func TestShow(t *testing.T) {
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	start := time.Now()
	found, err := boundary.Find(t.Context(), n)
	require.NoError(t, err)
	fmt.Println(time.Since(start))
	for _, b := range found.Boundaries {
		fmt.Printf("%d:%d %-14s %-14s %-60s %s  [%v->%v] %v\n", b.Line, b.Column, b.Criterion, b.Part, b.Comparison.Text, b.Differs, b.Sides[0].Verdict(b.Criterion).Outcome, b.Sides[1].Verdict(b.Criterion).Outcome, b.Decides)
	}
	for _, b := range found.Gaps {
		fmt.Printf("GAP %d:%d %-14s %-14s %-60s %s\n", b.Line, b.Column, b.Criterion, b.Part, b.Comparison.Text, b.Reason)
	}
}
