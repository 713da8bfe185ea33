package ingest_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding/ingest"
	"github.com/stretchr/testify/require"
)

// A packed output is recognised by what is in it, and comes out as it was.
func TestDetectPacked(t *testing.T) {
	const text = `{"template-id":"git-config","info":{"severity":"medium"},"host":"https://www.korenaar.example"}`
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := io.WriteString(z, text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	for _, output := range []string{text, "\ufeff" + text, packed.String()} {
		format, rest, err := ingest.Detect(strings.NewReader(output))
		require.NoError(t, err)
		require.Equal(t, "nuclei", format.Name)
		batch, err := format.Read(rest)
		require.NoError(t, err)
		require.Len(t, batch.Vulnerabilities, 1)
	}
	for _, output := range []string{"", "null", "{}", "[]", "<a/>", "a,b\n1,2\n", "\x1f\x8b", "PK\x03\x04", "5", `{"vulnerabilities":[]}`, `<report/>`} {
		_, rest, err := ingest.Detect(strings.NewReader(output))
		require.ErrorIs(t, err, ingest.ErrUnknown, output)
		whole, err := io.ReadAll(rest)
		require.NoError(t, err)
		require.Equal(t, output, string(whole))
	}
	broken := errors.New("broken")
	_, _, err = ingest.Detect(io.MultiReader(strings.NewReader("{"), failing{broken}))
	require.ErrorIs(t, err, broken)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// Names are found again, and no two formats share one.
func TestFind(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range ingest.Formats() {
		require.False(t, seen[f.Name], f.Name)
		seen[f.Name] = true
		found, ok := ingest.Find(f.Name)
		require.True(t, ok)
		require.Equal(t, f.Name, found.Name)
	}
	require.Greater(t, len(seen), 15)
	_, ok := ingest.Find("no such tool")
	require.False(t, ok)
}
