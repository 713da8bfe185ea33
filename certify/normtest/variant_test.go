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

// variant is the reference norm with changes.
func variant(t *testing.T, changes string) *norm.Norm {
	file, err := cyberkeurmerk.FS().ReadFile(cyberkeurmerk.File)
	require.NoError(t, err)
	base, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	n, err := norm.Load(fstest.MapFS{"base.yaml": {Data: file}, "norm.yaml": {Data: fmt.Appendf(nil,
		"keurmerk: 1\nid: strict\nversion: \"1\"\nextends: {file: base.yaml, logic: %s}\ntailor: [%s]\n", base.Logic(), changes)}}, "norm.yaml")
	require.NoError(t, err)
	return n
}

// The base's tests run again under the variant; what comes out otherwise is
// listed with what became of it, and nothing else.
func TestDifferences(t *testing.T) {
	n := variant(t, "{set: parameters.questionnaire_score, to: 71, because: x}, {set: criteria.enrolled.required, to: true, because: x}")
	differences, ran, err := normtest.Differences(context.Background(), n)
	require.NoError(t, err)
	require.GreaterOrEqual(t, ran, len(n.Base().Tests()))
	seen := map[string][]string{}
	for _, d := range differences {
		require.Equal(t, "base.yaml", d.File)
		require.Positive(t, d.Line)
		seen[d.Name] = d.Changes
	}
	require.Equal(t, []string{"score: 100% becomes 90%", "questionnaires: met becomes unmet (questionnaire basis e-1)"}, seen["everything in order earns everything"])
	require.Equal(t, []string{"score: 90% becomes 80%", "qualifies: yes becomes no", "questionnaires: met becomes unmet (questionnaire basis e-1)"}, seen["a company that has not enrolled"])
	require.NotContains(t, seen, "a questionnaire under 70")
	require.NotContains(t, seen, "no completed questionnaire leaves it unknown")
	own, err := normtest.Run(context.Background(), n)
	require.NoError(t, err)
	require.Empty(t, own, "the base's tests are not the variant's own")
}

// A norm that is no variant has nothing to be otherwise from.
func TestNoDifferences(t *testing.T) {
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	differences, ran, err := normtest.Differences(context.Background(), n)
	require.NoError(t, err)
	require.Empty(t, differences)
	require.Zero(t, ran)
}

// The base's tests reach the variant's conditions as they reach the base's.
func TestCoverageOfVariant(t *testing.T) {
	n := variant(t, "{set: score.threshold, to: 85%, because: x}")
	of, err := normtest.Coverage(context.Background(), n.Base())
	require.NoError(t, err)
	under, err := normtest.Coverage(context.Background(), n)
	require.NoError(t, err)
	require.Equal(t, of.Criteria, under.Criteria)
}
