package rego_test

import (
	"testing"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/stretchr/testify/require"
)

// beyond gives the place and reason of each criterion that a plan can't hold.
func beyond(n *norm.Norm) map[string]string {
	all := map[string]string{}
	for _, way := range n.Ways() {
		if way.Reason != "" {
			all[way.Criterion] = way.Place + ": " + way.Reason
		}
	}
	return all
}

// Every criterion of the twin is judged in the pass.
func TestTwinIsPlanned(t *testing.T) {
	n := twin(t)
	require.Len(t, n.Ways(), 8)
	require.Empty(t, beyond(n))
}
