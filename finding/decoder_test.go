package finding_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Read one after the other into the same memory, documents become what each
// becomes by itself, and their texts stay when the next has been read.
func TestDecoder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d finding.Decoder
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var texts, copies []string
		for range rapid.IntRange(1, 8).Draw(t, "documents") {
			text := written(t)
			switch rapid.IntRange(0, 7).Draw(t, "kind") {
			case 0:
				text = damage(r, text)
			case 1:
				text = []byte(strings.Replace(whole, "Europe/Amsterdam", "America/Curacao", 1))
			case 2:
				text = large(t, 10*rapid.IntRange(0, 30).Draw(t, "records"))
			}
			want, wantErr := finding.DecodeBytes(text)
			got, err := d.Decode(text)
			require.Equal(t, wantErr, err)
			require.Equal(t, want, got)
			clear(text)
			require.Equal(t, want, got)
			if err != nil {
				continue
			}
			for _, v := range got.Vulnerabilities {
				for _, text := range slices.Concat([]string{v.ID, v.Asset, v.Title, v.Remedy}, v.Sources) {
					texts, copies = append(texts, text), append(copies, strings.Clone(text))
				}
			}
		}
		require.Equal(t, copies, texts)
	})
}
