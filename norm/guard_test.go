package norm_test

import (
	"testing"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/stretchr/testify/require"
)

// broken is an engine that panics.
type broken struct{ stub }

func (*broken) Compile(norm.Source) (norm.Policy, []norm.ModuleFault) { panic("boom") }

// Whatever fails below, a panic ends as a fault of the norm.
func TestNoPanicReachesTheCaller(t *testing.T) {
	n, faults, err := check(asked(""), "met := true", &broken{})
	require.NoError(t, err)
	require.Nil(t, n)
	require.Len(t, faults, 1)
	require.Equal(t, "KM-INTERNAL", faults[0].Code)
	require.Contains(t, faults[0].Message, "boom")
	require.Positive(t, faults[0].Line)
}
