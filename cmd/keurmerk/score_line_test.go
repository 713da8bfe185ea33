package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Lines are written as encoding/json writes them, markup escaped.
func TestScoreEscapes(t *testing.T) {
	for _, id := range []string{"<b>&x", "a\u2028b", "café", "plain"} {
		quoted, err := json.Marshal(id)
		require.NoError(t, err)
		code, out, words := call(t, strings.NewReader(strings.Replace(document, `"kvk:1"`, string(quoted), 1)), "score", "-")
		require.Zero(t, code, words)
		require.True(t, strings.HasPrefix(out, `{"company":`+string(quoted)+`,`), out)
		var compact any
		require.NoError(t, json.Unmarshal([]byte(out), &compact))
	}
}
