package openvex_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/openvex"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const document = `{"@context":"https://openvex.dev/ns/v0.2.0","timestamp":"2026-11-03T03:00:00Z","statements":[
	{"vulnerability":{"name":"GHSA-x","aliases":["CVE-2026-0001"]},"status":"affected","action_statement":"Upgrade."},{"vulnerability":"CVE-2026-0002","status":"under_investigation","timestamp":"2026-11-04T03:00:00Z"},
	{"vulnerability":{"name":"CVE-2026-0003"},"status":"not_affected"},{"vulnerability":{"name":"CVE-2026-0004"},"status":"fixed"},{"status":"affected"}]}`

func TestRead(t *testing.T) {
	require.True(t, openvex.Detect([]byte(document)))
	b, err := openvex.Read(strings.NewReader(document), reader.Asset("pc-01"))
	require.NoError(t, err)
	at := time.Date(2026, 11, 3, 3, 0, 0, 0, time.UTC)
	want := finding.Vulnerability{ID: "CVE-2026-0001", AssetType: finding.AssetComputer, Asset: "pc-01", Severity: finding.SeverityUnknown, Title: "CVE-2026-0001", Remedy: "Upgrade.",
		Found: at, Seen: at, Sources: []string{"openvex"}}
	second := want
	second.ID, second.Title, second.Remedy, second.Found, second.Seen = "CVE-2026-0002", "CVE-2026-0002", "", at.AddDate(0, 0, 1), at.AddDate(0, 0, 1)
	require.Equal(t, []finding.Vulnerability{want, second}, b.Vulnerabilities)
	require.Len(t, b.Skipped, 3)
	b, err = openvex.Read(strings.NewReader(document))
	require.NoError(t, err)
	require.Contains(t, fmt.Sprint(b.Skipped), "2 findings: they name no computer")
	b, err = openvex.Read(strings.NewReader(`{"@context":"https://openvex.dev/ns","statements":[]}`))
	require.NoError(t, err)
	require.Contains(t, fmt.Sprint(b.Skipped), "no statements")
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "{", "{}", "[]", document[:200], document + "x", `{"statements":[5]}`} {
		b, err := openvex.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := openvex.Read(strings.NewReader(document), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) { readertest.Truncate(t, openvex.Read, []byte(document), 200) }

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(document), 100)
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, openvex.Read, data, cut) })
}

func ExampleRead() {
	document := `{"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-11-03T03:00:00Z", "statements": [
		{"vulnerability": {"name": "CVE-2026-0001"}, "status": "affected", "action_statement": "Upgrade."}]}`
	batch, err := openvex.Read(strings.NewReader(document), reader.Asset("pc-01"))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity, batch.Vulnerabilities[0].Remedy)
	// Output:
	// CVE-2026-0001 unknown Upgrade.
}
