package osquery_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/osquery"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const (
	event    = `{"name":"pack/os_version","hostIdentifier":"1614DEFB","calendarTime":"Mon Nov 23 10:01:48 2026 UTC","unixTime":1795428108,"decorations":{"hostname":"PC-01"},"columns":{"name":"Ubuntu","version":"24.04","major":"24","platform":"ubuntu"},"action":"added"}`
	removed  = `{"name":"packages","hostIdentifier":"1614DEFB","calendarTime":"Tue Nov 24 10:01:48 2026 UTC","unixTime":1795514508,"columns":{"name":"x","version":"1"},"action":"removed"}`
	batched  = `{"name":"os_version","hostIdentifier":"pc-02","calendarTime":"Mon Nov  2 10:00:00 2026 UTC","diffResults":{"added":[{"name":"Debian","version":"12","major":"12","platform":"debian"}],"removed":[]}}`
	snapshot = `{"action":"snapshot","snapshot":[],"name":"processes","hostIdentifier":"pc-03","calendarTime":"Mon Nov 23 10:01:48 2026 UTC","unixTime":"1795428108","numerics":false}`
	rows     = `[{"name":"Ubuntu","version":"24.04","major":"24","minor":"04","platform":"ubuntu"}]`
)

var taken = time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, osquery.Detect([]byte(text)), text)
	b, err := osquery.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	at := time.Date(2026, 11, 23, 10, 1, 48, 0, time.UTC)
	want := []finding.Computer{
		{ID: "pc-01", OS: "Ubuntu 24.04", Seen: at.AddDate(0, 0, 1), Sources: []string{"osquery"}},
		{ID: "pc-02", OS: "Debian 12", Seen: time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC), Sources: []string{"osquery"}},
		{ID: "pc-03", Seen: at, Sources: []string{"osquery"}}}
	require.Equal(t, want, read(t, strings.Join([]string{event, removed, batched, snapshot}, "\n")).Computers)
	require.Equal(t, want, read(t, "["+strings.Join([]string{event, removed, batched, snapshot}, ",")+"]").Computers)
}

// Rows alone are of the computer that the caller names, when he says.
func TestRows(t *testing.T) {
	require.Equal(t, []finding.Computer{{ID: "pc-01", OS: "Ubuntu 24.04", Seen: taken, Sources: []string{"osquery"}}},
		read(t, rows, reader.Asset("PC-01"), reader.Taken(taken)).Computers)
	b := read(t, rows, reader.Asset("pc-01"))
	require.True(t, b.Computers[0].Seen.IsZero())
	require.Contains(t, b.Skipped[0].Reason, "do not say when")
	b = read(t, rows)
	require.Empty(t, b.Computers)
	require.Contains(t, b.Skipped[0].Reason, "names no computer")
	b = read(t, `[{"cpu_brand":"x","hostname":"PC-04","uuid":"u"}]`, reader.Taken(taken))
	require.Equal(t, "pc-04", b.Computers[0].ID)
}

func TestNotSeen(t *testing.T) {
	b := read(t, strings.NewReplacer("1795428108", "0", "Mon Nov 23 10:01:48 2026 UTC", "once").Replace(event))
	require.True(t, b.Computers[0].Seen.IsZero())
	require.Contains(t, b.Skipped[0].Reason, "nobody says when")
	empty, err := osquery.Read(strings.NewReader(""))
	require.NoError(t, err)
	require.Contains(t, empty.Skipped[0].Reason, "holds no result")
	for _, text := range []string{"", "{}", "[]", `[{"a":{"uid":1}}]`, `[{"name":"x","version":"1"}]`, `{"uid":"0","gid":"0","username":"root","shell":"x"}`} {
		require.False(t, osquery.Detect([]byte(text)), text)
	}
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"{", event[:100], event + "x", "5", "[5]"} {
		b, err := osquery.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := osquery.Read(strings.NewReader(event+event), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) {
	readertest.Truncate(t, osquery.Read, []byte(event+"\n"+snapshot), 200)
	readertest.Truncate(t, osquery.Read, []byte(rows), 50)
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	for _, text := range []string{event + "\n" + removed, batched, snapshot, rows} {
		f.Add([]byte(text), 100)
	}
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, osquery.Read, data, cut) })
}

func BenchmarkRead(b *testing.B) {
	text := strings.Repeat(event+"\n", 1000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := osquery.Read(strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}

// A log may tell its times in seconds only.
func TestDetectUnixTimes(t *testing.T) {
	require.True(t, osquery.Detect([]byte(`{"name":"os_version","hostIdentifier":"pc-01","unixTime":1795428108,"action":"snapshot"}`)))
}

func ExampleRead() {
	log := `{"name":"os_version","hostIdentifier":"pc-01","unixTime":1795428108,"action":"snapshot","snapshot":[{"name":"Ubuntu","version":"24.04","major":"24","platform":"ubuntu"}]}`
	batch, err := osquery.Read(strings.NewReader(log))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Computers[0].ID, batch.Computers[0].OS, batch.Computers[0].Seen)
	// Output:
	// pc-01 Ubuntu 24.04 2026-11-23 10:01:48 +0000 UTC
}
