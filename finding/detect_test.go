package finding_test

import (
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
)

func TestDetect(t *testing.T) {
	for text, want := range map[string]bool{
		`{"company":{"id":"c"},"month":"2026-11"}`:                    true,
		`{"month":"2026-11","company":{"id":"c"},"websites":[{"id":"`: true, // cut off
		`{"company":{"id":"c"},"month":"2026-11","month":5}`:          true, // at fault
		`{"company":`:                      true,
		`{"company":{"id":"c"},"site":[]}`: false,
		`{"month":"2026-11"}`:              false,
		`{}`:                               false,
		`[{"company":{}}]`:                 false,
		"":                                 false,
	} {
		require.Equal(t, want, finding.Detect([]byte(text)), text)
	}
}

// A pointer thousands deep does not fill the screen; the fault has all of it.
func TestDeepPlace(t *testing.T) {
	_, err := finding.DecodeBytes([]byte(`{"company":` + strings.Repeat(`{"a":`, 100_000)))
	var faults *finding.DecodeError
	require.ErrorAs(t, err, &faults)
	require.Less(t, len(err.Error()), 2_000)
	require.Contains(t, err.Error(), "(byte ")
}
