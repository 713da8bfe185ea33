package nuclei_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/nuclei"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/stretchr/testify/require"
)

const (
	known = `{"template-id":"x","info":{"name":"Name","severity":"high","remediation":" Update. ","reference":["https://a"],"classification":{"cve-id":["cve-2026-12345"],"cvss-score":8.1}},"host":"https://WWW.Korenaar.example:8443/x","timestamp":"2026-11-03T04:12:00.5+01:00","matcher-status":true}`
	old   = `{"templateID":"CVE-2021-44228","info":{"severity":"unknown","reference":"- https://a\n- https://b\n"},"matched":"korenaar.example:22","timestamp":"2021-05-20T11:12:02+0300"}`
)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	b, err := nuclei.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	at := time.Date(2026, 11, 3, 3, 12, 0, 500_000_000, time.UTC)
	want := finding.Vulnerability{ID: "CVE-2026-12345", AssetType: finding.AssetWebsite, Asset: "www.korenaar.example", Severity: finding.SeverityHigh,
		CVSS: 8.1, Title: "Name", Remedy: "Update.", Found: at, Seen: at, Sources: []string{"nuclei"}, References: []string{"https://a"}}
	// An object a line, an array, arrays in lines.
	for _, text := range []string{known, "[" + known + "]", "\ufeff" + known + "\r\n", "[]\n[" + known + "]\n[]\n"} {
		require.Equal(t, []finding.Vulnerability{want}, read(t, text).Vulnerabilities, text)
	}
	v := read(t, old).Vulnerabilities[0]
	require.Equal(t, "CVE-2021-44228", v.ID)
	require.Equal(t, "korenaar.example", v.Asset)
	require.Equal(t, finding.SeverityUnknown, v.Severity)
	require.Equal(t, []string{"https://a", "https://b"}, v.References)
	require.Equal(t, 8, v.Found.Hour())
}

// A website is scanned only if the caller says that the run was complete, and
// the output shows that it was reached.
func TestComplete(t *testing.T) {
	finished := time.Date(2026, 11, 3, 5, 0, 0, 0, time.UTC)
	site := reader.Complete(finding.AssetWebsite, "https://www.korenaar.example", finished)
	require.Empty(t, read(t, known).Websites)
	b := read(t, known, site)
	require.Equal(t, []finding.Website{{ID: "www.korenaar.example", Scanned: finished, Sources: []string{"nuclei"}}}, b.Websites)
	require.Len(t, b.Complete, 1)
	require.Equal(t, time.Date(2026, 11, 3, 3, 12, 0, 500_000_000, time.UTC),
		read(t, known, reader.Complete(finding.AssetWebsite, "www.korenaar.example", time.Time{})).Complete[0].At, "when nobody says, the last record does")
	for _, text := range []string{"", "[]", old} {
		b := read(t, text, site)
		require.Empty(t, b.Websites)
		require.Empty(t, b.Complete)
		require.Contains(t, b.Skipped[len(b.Skipped)-1].Reason, "no record of it")
	}
}

func TestSkipped(t *testing.T) {
	for text, reason := range map[string]string{
		`{"info":{},"host":"a"}`:                                            "names no template",
		`{"template-id":"x","info":{}}`:                                     "names no host",
		`{"template-id":"x","info":{},"host":"a","matcher-status":false}`:   "did not match",
		`{"template-id":"x","info":{},"host":"a b","matcher-status":false}`: "names no host",
	} {
		b := read(t, text)
		require.Empty(t, b.Vulnerabilities)
		require.Equal(t, "record 1", b.Skipped[0].Where)
		require.Contains(t, b.Skipped[0].Reason, reason)
	}
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"{", known[:100], known + "\nx", "[[" + known + "]]", "5", `"x"`, "[" + known, "null", `{"template-id":5}`} {
		b, err := nuclei.Read(strings.NewReader(text))
		var format *reader.FormatError
		require.ErrorAs(t, err, &format, text)
		require.Empty(t, b.Vulnerabilities, "nothing is half-read")
	}
	_, err := nuclei.Read(strings.NewReader(known+known), reader.LimitRecords(1))
	var limit *reader.LimitError
	require.ErrorAs(t, err, &limit)
	_, err = nuclei.Read(strings.NewReader(known), reader.LimitBytes(100))
	require.ErrorAs(t, err, &limit)
}

// Whatever the bytes are, reading ends, and a cut output is never cleaner: it
// is an error, or completes nothing that the whole does not.
func FuzzRead(f *testing.F) {
	f.Add([]byte(known+"\n"+old), 10)
	f.Add([]byte("["+known+"]"), 100)
	site := reader.Complete(finding.AssetWebsite, "www.korenaar.example", time.Time{})
	f.Fuzz(func(t *testing.T, data []byte, cut int) {
		whole, err := nuclei.Read(strings.NewReader(string(data)), site)
		if err != nil || cut < 0 || cut > len(data) {
			return
		}
		part, err := nuclei.Read(strings.NewReader(string(data[:cut])), site)
		if err == nil {
			require.LessOrEqual(t, len(part.Vulnerabilities), len(whole.Vulnerabilities))
			require.LessOrEqual(t, len(part.Complete), len(whole.Complete))
		}
	})
}

func BenchmarkRead(b *testing.B) {
	text := strings.Repeat(strings.Replace(known, `"matcher-status"`, `"response":"`+strings.Repeat("x", 4000)+`","matcher-status"`, 1)+"\n", 1000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := nuclei.Read(strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleRead() {
	output := `{"template-id":"git-config","info":{"name":"Git Config File","severity":"medium"},"host":"https://www.korenaar.example","timestamp":"2026-11-03T03:12:00Z"}`
	finished := time.Date(2026, 11, 3, 4, 0, 0, 0, time.UTC)
	batch, err := nuclei.Read(strings.NewReader(output), reader.Complete(finding.AssetWebsite, "www.korenaar.example", finished))
	if err != nil {
		panic(err)
	}
	month := &finding.Month{Company: finding.Company{ID: "kvk:30123456"}, Month: finding.MonthOf(2026, time.November)}
	if _, err := month.Add(batch); err != nil {
		panic(err)
	}
	fmt.Println(month.Websites[0].ID, month.Websites[0].Scanned)
	fmt.Println(month.Vulnerabilities[0].ID, month.Vulnerabilities[0].Severity)
	// Output:
	// www.korenaar.example 2026-11-03 04:00:00 +0000 UTC
	// git-config medium
}
