package attest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An honest bundle verifies, with and without a log, and says what it can't
// show.
func TestHonest(t *testing.T) {
	s := newScheme(t)
	report, err := s.verify()
	require.NoError(t, err)
	require.True(t, report.Valid)
	require.Len(t, report.Steps, Steps)
	for _, step := range report.Steps {
		want := Pass
		if step.Step == StepReplay || step.Step == StepLog {
			want = Skipped
		}
		require.Equal(t, want, step.Result, "%v: %s", step.Step, step.Reason)
		require.NotEmpty(t, step.Reason)
	}
	require.Equal(t, Valid, report.Status)
	require.Equal(t, "arithmetic", report.Replay)
	require.Len(t, report.Open, 5)

	s = newScheme(t)
	s.withLog()
	report, err = s.verify()
	require.NoError(t, err)
	require.Equal(t, Pass, report.Steps[StepLog-1].Result)
	require.NotContains(t, report.Open[1], "witness")
}

// The report is the JSON that programs rely on.
func TestReportJSON(t *testing.T) {
	report, err := newScheme(t).verify()
	require.NoError(t, err)
	text, err := json.Marshal(report)
	require.NoError(t, err)
	var out struct {
		Valid bool
		AsOf  time.Time
		Steps []struct{ Step, Result, Reason string }
	}
	require.NoError(t, json.Unmarshal(text, &out))
	require.True(t, out.Valid)
	require.Equal(t, "signature", out.Steps[1].Step)
	require.Equal(t, "pass", out.Steps[1].Result)
}
