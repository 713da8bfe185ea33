package cyberkeurmerk_test

import (
	"testing"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
)

// What the scheme's public texts fix: eight criteria, their weights, six
// months; and that everything is said in both languages.
func TestScheme(t *testing.T) {
	n, faults, err := norm.Check(cyberkeurmerk.FS(), cyberkeurmerk.File)
	require.NoError(t, err)
	require.Empty(t, faults)
	weights := map[string]ruling.Points{}
	for _, c := range n.Criteria() {
		weights[c.ID] = c.Weight
		for name, text := range map[string]norm.Texts{"title": c.Title, "met": c.Met, "remedy": c.Remedy} {
			require.NotEmpty(t, text["nl"], "%s: %s", c.ID, name)
			require.NotEmpty(t, text["en"], "%s: %s", c.ID, name)
		}
		require.NotEmpty(t, c.Subject)
		require.NotEmpty(t, c.Audience)
		require.Positive(t, c.Effort)
	}
	require.Equal(t, map[string]ruling.Points{"website-high": 2000, "enrolled": 1000, "computers": 1000, "employees": 1000,
		"questionnaires": 1000, "website-any": 1000, "computer-high": 2000, "knowledge": 1000}, weights)
	terms := n.Certification()
	require.NoError(t, terms.Check())
	require.Equal(t, 6, terms.Months)
	require.Equal(t, 6, terms.Of)
	require.Equal(t, ruling.Points(8000), n.Scoring().Threshold)
	require.NotEmpty(t, n.Tests())
}
