package grype_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/grype"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const (
	matches = `[{"vulnerability":{"id":"CVE-2022-28391","dataSource":"https://nvd.example/x","severity":"High","fix":{"versions":["1.35","1.36"],"state":"fixed"},"cvss":[{"version":"2.0","vector":"AV:N/AC:M/Au:N/C:P/I:P/A:P","metrics":{"baseScore":6.8}},{"version":"3.1","metrics":{"baseScore":8.8}}]},"relatedVulnerabilities":[],"artifact":{"name":"busybox","version":"1.32.1"}},
		{"vulnerability":{"id":"GHSA-abcd","severity":"Unknown","cvss":[]},"relatedVulnerabilities":[{"id":"CVE-2026-0007","cvss":[{"version":"3.1","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]}],"artifact":{"name":"x","version":"1"}},
		{"vulnerability":{"id":"GHSA-efgh","severity":"Negligible"},"relatedVulnerabilities":[{"id":"CVE-2026-0008"},{"id":"CVE-2026-0009"}],"artifact":{"name":"x"}},{"vulnerability":{"id":"GHSA-none"},"artifact":{}},{"vulnerability":{}}]`
	report = `{"matches":` + matches + `,"source":{"type":"image","target":{"userInput":"app:1","layers":[]}},"distro":{"name":"alpine","version":"3.13"},"descriptor":{"name":"grype","version":"0.94.0","timestamp":"2026-11-03T03:00:00Z"}}`
	empty  = `{"matches":[],"source":{"type":"directory","target":"."},"distro":{"name":"alpine","version":"3.13"},"descriptor":{"name":"grype","timestamp":"2026-11-03T03:00:00Z"}}`
)

var made = time.Date(2026, 11, 3, 3, 0, 0, 0, time.UTC)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, grype.Detect([]byte(text)), text)
	b, err := grype.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	b := read(t, report, reader.Asset("pc-01"))
	require.Equal(t, finding.Vulnerability{ID: "CVE-2022-28391", AssetType: finding.AssetComputer, Asset: "pc-01", Severity: finding.SeverityHigh, CVSS: 8.8,
		Title: "CVE-2022-28391 in busybox 1.32.1", Remedy: "update busybox to 1.35 or 1.36", Found: made, Seen: made, Sources: []string{"grype"}, References: []string{"https://nvd.example/x"}}, b.Vulnerabilities[0])
	got := map[string]string{}
	for _, v := range b.Vulnerabilities {
		got[v.ID] = v.Severity.String()
	}
	require.Equal(t, map[string]string{"CVE-2022-28391": "high", "CVE-2026-0007": "critical", "GHSA-efgh": "low", "GHSA-none": "unknown"}, got)
	require.Equal(t, []finding.Computer{{ID: "pc-01", OS: "alpine 3.13", Seen: made, Sources: []string{"grype"}}}, b.Computers)
	require.Equal(t, []finding.Skip{{Where: "match 5", Reason: "it names no vulnerability"}}, b.Skipped)
	b = read(t, report)
	require.Equal(t, "app:1", b.Vulnerabilities[0].Asset)
	require.Empty(t, b.Computers, "nobody says that an image is a computer")
}

func TestSeen(t *testing.T) {
	stated := reader.Complete(finding.AssetComputer, "pc-01", time.Time{})
	b := read(t, empty, reader.Asset("pc-01"), stated)
	require.Equal(t, made, b.Computers[0].Seen, "a report without matches is a report")
	require.Equal(t, made, b.Complete[0].At)
	require.Empty(t, read(t, empty, reader.Asset("pc-01")).Complete)
	for text, reason := range map[string]string{
		strings.Replace(empty, "directory", "unknown", 1):     "doesn't say what was looked at",
		strings.Replace(empty, "2026-11-03T03:00:00Z", "", 1): "nobody says when",
		`{"matches":` + matches + `}`:                         "doesn't say what was looked at",
		strings.Replace(report, `"type":"image","target":{"userInput":"app:1","layers":[]}`, `"type":"image","target":null`, 1): "",
	} {
		b := read(t, text, reader.Asset("pc-01"), stated)
		require.Equal(t, reason != "", b.Computers[0].Seen.IsZero(), text)
		require.Contains(t, fmt.Sprint(b.Skipped), reason)
	}
	b = read(t, `{"matches":`+matches+`}`)
	require.Empty(t, b.Vulnerabilities)
	require.Contains(t, fmt.Sprint(b.Skipped), "4 findings: they are of no computer")
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "{", "{}", "[]", `{"matches":5}`, `{"matches":null}`, report[:300], report + "x"} {
		b, err := grype.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := grype.Read(strings.NewReader(report), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) { readertest.Truncate(t, grype.Read, []byte(report), 300) }

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(report), 100)
	f.Add([]byte(empty), 100)
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, grype.Read, data, cut) })
}

func ExampleRead() {
	report := `{"matches": [{"vulnerability": {"id": "CVE-2022-28391", "severity": "High"}, "artifact": {"name": "busybox", "version": "1.32.1"}}],
		"source": {"type": "directory", "target": "/"}, "descriptor": {"name": "grype", "timestamp": "2026-11-03T03:00:00Z"}}`
	batch, err := grype.Read(strings.NewReader(report), reader.Asset("pc-01"))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Computers[0].ID, batch.Computers[0].Seen)
	fmt.Println(batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity)
	// Output:
	// pc-01 2026-11-03 03:00:00 +0000 UTC
	// CVE-2022-28391 high
}
