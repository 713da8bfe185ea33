package norm_test

import (
	"context"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
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

// late is a policy that panics, or that answers less than it is asked.
type late struct {
	stub
	panics bool
}

func (l *late) Compile(s norm.Source) (norm.Policy, []norm.ModuleFault) {
	l.source = s
	return l, nil
}

func (l *late) Judge(context.Context, *finding.Month, finding.Period) ([]norm.Answer, error) {
	if l.panics {
		panic("boom")
	}
	return nil, nil
}

// Nor does one reach who judges: the criterion is unknown, and says that the
// library failed.
func TestNoPanicReachesWhoJudges(t *testing.T) {
	for _, panics := range []bool{true, false} {
		n, faults, err := check(asked(""), "met := true", &late{panics: panics})
		require.NoError(t, err)
		require.NotNil(t, n, faults)
		verdicts, err := n.Judge(t.Context(), month())
		require.NoError(t, err)
		require.Len(t, verdicts, 1)
		require.Equal(t, ruling.Unknown, verdicts[0].Outcome)
		require.Contains(t, verdicts[0].Reason, "the library itself failed")
		require.NotContains(t, verdicts[0].Reason, "boom")
	}
}
