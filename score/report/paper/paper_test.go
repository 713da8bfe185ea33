package paper_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/score/report"
	"github.com/cyberkeurmerk/keurmerk/score/report/paper"
	"github.com/stretchr/testify/require"
)

var made = time.Date(2026, 12, 6, 0, 0, 0, 0, time.UTC)

// document has something of every kind of section.
func document(s string) report.Document {
	cell := func(notes ...string) report.Cell { return report.Cell{Text: s, Notes: notes} }
	three := [][]report.Cell{{cell(), cell(s, s), {Text: "20%"}}, {cell(), cell(), {Text: "10%"}}}
	return report.Document{Language: "nl", Question: "Hoe veilig is mijn bedrijf?", Heading: []string{s, "november 2026", s}, Verdict: "U scoort 40%. De norm is 80%.",
		Remarks: []string{s}, ScoreLabel: "Score", Score: "40%", Points: 4000, Threshold: 8000, About: "Over dit rapport", Foot: []string{s, s},
		Sections: []report.Section{{ID: "way", Title: s, Said: []string{s}, N: 4, Of: 6},
			{ID: "open", Title: "Waar kun je nog punten mee verdienen", Head: []string{"Onderwerp", "Wat kunt u doen", "Waarde"}, Rows: three, Total: []string{"Totaal", "", "30%"}},
			{ID: "first", Title: "Eerst", Head: []string{"Wat", "Wie", "Uiterlijk", "Winst"}, Rows: [][]report.Cell{{cell(s), cell(), cell(), cell()}}},
			{ID: "waivers", Title: "Ontheffingen", Head: []string{"a", "b", "c", "d", "e"}, Rows: [][]report.Cell{{cell(s), cell(), cell(), cell(), cell()}}},
			{ID: "tips", Title: "Tips", Groups: []report.Group{{Audience: s, Items: []string{s, s}}}}}}
}

func pdf(t *testing.T, s string) []byte {
	var b bytes.Buffer
	require.NoError(t, paper.Report(&b, document(s), made))
	return b.Bytes()
}

// The same document gives the same bytes, a PDF.
func TestReport(t *testing.T) {
	got := pdf(t, "Bakkerij De Korenaar")
	require.True(t, bytes.HasPrefix(got, []byte("%PDF-")))
	require.True(t, bytes.HasSuffix(bytes.TrimSpace(got), []byte("%%EOF")))
	require.Less(t, len(got), 200_000)
	for range 5 {
		require.Equal(t, got, pdf(t, "Bakkerij De Korenaar"))
	}
	if folder := os.Getenv("KEURMERK_LOOK"); folder != "" { // to be looked at
		require.NoError(t, os.WriteFile(filepath.Join(folder, "report.pdf"), got, 0o644))
	}
}

// hostile are texts that a page must survive.
var hostile = []string{"", "   ", "(x) \\ (y) endobj %%EOF", "<script>", "\x00\x1b[31m\x7f", "\u202egnp.exe", "\xff\xfe", "漢字かな", "🏳️‍🌈👩‍👩‍👧", "\U0010ffff", "\U0001d54f", "\ufffe", "é́́́", "\u2028", "שלום", "Ångström Łódź Ωμέγα Ж",
	strings.Repeat("w", 10_000), strings.Repeat("woord ", 5000), strings.Repeat("漢", 3000)}

func TestHostileTexts(t *testing.T) {
	for _, s := range hostile {
		got := pdf(t, s)
		require.True(t, bytes.HasPrefix(got, []byte("%PDF-")), "%.20q", s)
		require.Less(t, len(got), 400_000, "%.20q", s)
		c := certificate()
		c.Mark, c.Company, c.Norm, c.Serial = s, s, s, s
		var a, b bytes.Buffer
		require.NoError(t, c.PDF(&a, made), "%.20q", s)
		require.NoError(t, c.HTML(&b))
		for _, markup := range []string{"<script", "\u202e", "\x1b", "\x00"} {
			require.NotContains(t, b.String(), markup)
		}
	}
}

func certificate() paper.Certificate {
	zone := time.FixedZone("CET", 3600)
	return paper.Certificate{Language: "nl", Mark: "Cyberkeurmerk KVO-B", Company: "Bakkerij De Korenaar", Norm: "cyberkeurmerk-kvo-b 2026.1", Serial: "KM-2026-000123", Zone: zone,
		From: time.Date(2026, 11, 5, 23, 0, 0, 0, time.UTC), Until: time.Date(2027, 11, 5, 23, 0, 0, 0, time.UTC),
		Verification: "https://keurmerk.example/v/KM-2026-000123#sha256:30184a1e9b49ddee1db7503d2b14418cfe23e1460634c7cec3814a674dde3827"}
}

// A certificate that ends at the start of a day holds through the day before.
func TestCertificate(t *testing.T) {
	c := certificate()
	var page, again, sheet, same bytes.Buffer
	require.NoError(t, c.HTML(&page))
	require.NoError(t, c.HTML(&again))
	require.Equal(t, page.String(), again.String())
	for _, text := range []string{"Bakkerij De Korenaar", "6 november 2026", "5 november 2027", "KM-2026-000123", "<path d=\"M"} {
		require.Contains(t, page.String(), text)
	}
	for _, word := range []string{"<script", "http:", "src=", "href=", "url("} {
		require.NotContains(t, page.String(), word)
	}
	require.NoError(t, c.PDF(&sheet, made))
	require.NoError(t, c.PDF(&same, made))
	require.Equal(t, sheet.Bytes(), same.Bytes())
	if folder := os.Getenv("KEURMERK_LOOK"); folder != "" {
		require.NoError(t, os.WriteFile(filepath.Join(folder, "certificate.pdf"), sheet.Bytes(), 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "certificate.html"), page.Bytes(), 0o644))
	}
	c.Until, c.Language = time.Time{}, "en"
	page.Reset()
	require.NoError(t, c.HTML(&page))
	require.Contains(t, page.String(), "without an end")
	for _, bad := range []string{"", strings.Repeat("x", 1001)} {
		c.Verification = bad
		require.Error(t, c.HTML(&page))
		require.Error(t, c.PDF(&page, made))
	}
}
