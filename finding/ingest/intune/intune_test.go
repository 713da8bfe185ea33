package intune_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/intune"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const (
	answer = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#deviceManagement/managedDevices","@odata.count":3,"value":[
		{"id":"1","userPrincipalName":"jan@korenaar.example","deviceName":"PC-01","operatingSystem":"Windows","osVersion":"10.0.26100.1","lastSyncDateTime":"2026-11-30T08:00:00Z","complianceState":"noncompliant"},
		{"id":"2","deviceName":"","operatingSystem":"iOS","lastSyncDateTime":"0001-01-01T00:00:00Z"},{"deviceName":null}]}`
	export = "Device ID,Device name,Enrollment date,Last check-in,OS version,Primary user UPN,OS\r\n1,PC-01,2026-01-01 08:00:00.0000000,2026-11-30 08:00:00.0000000,10.0.26100.1,jan@korenaar.example,Windows\r\n"
)

func read(t *testing.T, text string) finding.Batch {
	require.True(t, intune.Detect([]byte(text)), text)
	b, err := intune.Read(strings.NewReader(text))
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	pc := finding.Computer{ID: "pc-01", OS: "Windows 10.0.26100.1", Seen: time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC), Sources: []string{"intune"}}
	b := read(t, answer)
	require.Equal(t, []finding.Computer{pc, {ID: "2", OS: "iOS", Sources: []string{"intune"}}}, b.Computers)
	require.Equal(t, []finding.Skip{{Where: "device 2", Reason: "not taken as seen: it never checked in"}, {Where: "device 3", Reason: "it names no device"}}, b.Skipped)
	require.Equal(t, []finding.Computer{pc}, read(t, export).Computers)
	b = read(t, strings.Replace(answer, `"@odata.count":3`, `"@odata.nextLink":"https://next"`, 1))
	require.Contains(t, fmt.Sprint(b.Skipped), "partial: it has a next page")
	require.NotContains(t, fmt.Sprint(b), "korenaar", "no address leaves the reader")
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "{", answer[:100], "[5]", "a,b\n1,2\n", export[:len(export)-20], answer + "x"} {
		b, err := intune.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := intune.Read(strings.NewReader(answer), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) {
	readertest.Truncate(t, intune.Read, []byte(answer), 200)
	readertest.Truncate(t, intune.Read, []byte(export), 200)
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(answer), 100)
	f.Add([]byte(export), 100)
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, intune.Read, data, cut) })
}

func ExampleRead() {
	batch, err := intune.Read(strings.NewReader(`{"value": [{"deviceName": "PC-01", "operatingSystem": "Windows", "lastSyncDateTime": "2026-11-30T08:00:00Z"}]}`))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Computers[0].ID, batch.Computers[0].OS, batch.Computers[0].Seen)
	// Output:
	// pc-01 Windows 2026-11-30 08:00:00 +0000 UTC
}
