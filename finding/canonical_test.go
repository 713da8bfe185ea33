package finding_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// digestByLibrary makes the digest by way of maps and the JSON library's own
// RFC 8785 form.
func digestByLibrary(t require.TestingT, m *finding.Month) string {
	n, err := m.Normal()
	require.NoError(t, err)
	text, err := n.MarshalJSON()
	require.NoError(t, err)
	var document map[string]any
	require.NoError(t, json.Unmarshal(text, &document))
	if document["zone"] == nil {
		document["zone"] = "Europe/Amsterdam"
	}
	vulnerabilities, _ := document["vulnerabilities"].([]any)
	for _, v := range vulnerabilities {
		if v := v.(map[string]any); v["status"] == nil {
			v["status"] = "open"
		}
	}
	form, err := json.Marshal(document)
	require.NoError(t, err)
	canonical := jsontext.Value(form)
	require.NoError(t, canonical.Canonicalize())
	sum := sha256.Sum256(canonical)
	return "sha256:" + hex.EncodeToString(sum[:])
}

var oddTexts = []string{"x", "", `"`, `\`, "a\tb\n\r\b\f\x1f\x00", "</script>&", "\u2028\u2029", "é", "🧀", "\u007f", "\ufffd", "seven..", "eight...", "eight..\"", "nine....\\", "é.......", "......\x01."}

// Written straight from the month, the form is the one that the library makes
// of the document.
func TestDigestIsCanonical(t *testing.T) {
	require.Equal(t, digestByLibrary(t, decode(t, whole)), decode(t, whole).Digest())
	long := decode(t, string(large(t, 500)))
	require.Equal(t, digestByLibrary(t, long), long.Digest())
	rapid.Check(t, func(t *rapid.T) {
		m := findingtest.Month(t)
		text := func(label string) string { return rapid.SampledFrom(oddTexts).Draw(t, label) }
		m.Company.Name, m.Company.Sector = text("name"), text("sector")
		m.Company.Size = rapid.IntRange(0, 1_000_000_000).Draw(t, "size")
		m.Zone = rapid.SampledFrom([]string{"", "Europe/Amsterdam"}).Draw(t, "zone")
		for i := range m.Vulnerabilities {
			v := &m.Vulnerabilities[i]
			v.Title, v.Remedy, v.References = text("title"), text("remedy"), []string{text("reference") + "z", "a"}
			v.CVSS = rapid.SampledFrom([]float64{0, 10, 0.1, 9.99, 1e-7, 1.5e-9, 1e-6, 0.000001234, 7.000000000000001, math.SmallestNonzeroFloat64, math.Copysign(0, -1)}).Draw(t, "cvss")
			v.Fixed = rapid.SampledFrom([]time.Time{{}, utc("9999-12-31T23:59:59Z"), utc("1970-01-01T00:00:00Z"), utc("2027-01-02T03:04:05.000000001Z"), utc("2027-01-02T03:04:05.5Z").In(time.FixedZone("", 3600))}).Draw(t, "fixed")
		}
		if rapid.Bool().Draw(t, "custom") {
			m.Custom = map[string][]finding.Custom{"a": {}, "b": {
				{ID: text("id") + "i", Fields: map[string]finding.Value{"ia": finding.TextValue(text("value")), "ie": finding.NumberValue(rapid.Int64Range(-1<<53+1, 1<<53-1).Draw(t, "n")), "a": finding.BoolValue(true), "z": finding.BoolValue(false)}},
				{ID: "no fields"}}}
		}
		require.Equal(t, digestByLibrary(t, m), m.Digest())
	})
}

// A month that no document can hold has no digest.
func TestDigestOfNothing(t *testing.T) {
	m := decode(t, whole)
	m.Vulnerabilities[0].Title = "\xff"
	require.Empty(t, m.Digest())
	m.Vulnerabilities[0].Title = ""
	m.Vulnerabilities[0].ID = ""
	require.Empty(t, m.Digest())
}
