package wazuh_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/wazuh"
	"github.com/stretchr/testify/require"
)

const (
	state   = `{"agent":{"id":"001","name":"pc-01"},"host":{"os":{"full":"Ubuntu 24.04.2 LTS"}},"package":{"name":"zlib1g","version":"1.2"},"vulnerability":{"id":"CVE-2026-1","severity":"High","description":"Weak.","detected_at":"2026-11-02T10:00:00Z","reference":"https://a, https://b","score":{"base":7.5}}}`
	event   = `{"@timestamp":"2026-11-20T10:00:00Z","event":{"start":"2026-11-03T10:00:00Z"},"vulnerability":{"id":"CVE-2026-2","severity":"-","score":{"base":9.1}},"wazuh":{"agent":{"id":"002","name":"pc-02","host":{"os":{"name":"Ubuntu"}}}}}`
	item    = `{"cve":"CVE-2026-3","severity":"Untriaged","cvss2_score":0,"cvss3_score":0,"detection_time":"2026-11-04T10:00:00Z","name":"curl","version":"7","title":"CVE-2026-3 affects curl","external_references":["https://c"]}`
	full    = `{"timed_out":false,"_shards":{"failed":0},"hits":{"total":{"value":1,"relation":"eq"},"hits":[{"_source":` + state + `}]}}`
	partial = `{"timed_out":false,"_shards":{"failed":0},"hits":{"total":{"value":125,"relation":"eq"},"hits":[{"_source":` + state + `}]}}`
)

var taken = time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	b, err := wazuh.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestGenerations(t *testing.T) {
	for _, text := range []string{full, state, "[" + state + "]", state + "\n"} {
		b := read(t, text, reader.Taken(taken))
		require.Equal(t, []finding.Vulnerability{{ID: "CVE-2026-1", AssetType: finding.AssetComputer, Asset: "pc-01", Severity: finding.SeverityHigh, CVSS: 7.5,
			Title: "Weak.", Remedy: "update zlib1g 1.2", Found: time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC), Seen: taken, Sources: []string{"wazuh"},
			References: []string{"https://a", "https://b"}}}, b.Vulnerabilities)
		require.Equal(t, []finding.Computer{{ID: "pc-01", OS: "Ubuntu 24.04.2 LTS", Sources: []string{"wazuh"}}}, b.Computers, "a state is no sign of life")
	}
	b := read(t, event)
	require.Equal(t, finding.SeverityCritical, b.Vulnerabilities[0].Severity, "from the score, where the word says nothing")
	require.Equal(t, time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), b.Computers[0].Seen)
	b = read(t, `{"data":{"affected_items":[`+item+`],"total_affected_items":1}}`, reader.Asset("pc-03"))
	require.Equal(t, "pc-03", b.Vulnerabilities[0].Asset)
	require.Equal(t, finding.SeverityUnknown, b.Vulnerabilities[0].Severity)
	require.Len(t, read(t, `{"data":{"affected_items":[`+item+`],"total_affected_items":1}}`).Skipped, 1, "of no computer")
}

// An inventory says which computers there were, and when.
func TestInventory(t *testing.T) {
	seen := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	pc := finding.Computer{ID: "pc-01", OS: "Ubuntu 24.04", Seen: seen, Sources: []string{"wazuh"}}
	const at = "2026-11-20T10:00:00Z"
	for name, text := range map[string]string{
		"agents":       `{"data":{"affected_items":[{"id":"001","name":"pc-01","status":"active","os":{"name":"Ubuntu","version":"24.04"},"lastKeepAlive":"` + at + `","dateAdd":"2026-01-01T00:00:00Z","node_name":"n"}],"total_affected_items":1}}`,
		"syscollector": `{"data":{"affected_items":[{"scan":{"id":0,"time":"` + at + `"},"os":{"name":"Ubuntu","version":"24.04"},"hostname":"pc-01","agent_id":"001"}],"total_affected_items":1}}`,
		"indexer":      `{"timed_out":false,"hits":{"total":{"value":1},"hits":[{"_index":"wazuh-states-inventory-system-x","_source":{"agent":{"id":"001","name":"pc-01"},"host":{"hostname":"x","os":{"name":"Ubuntu","version":"24.04"}},"state":{"modified_at":"` + at + `"}}}]}}`,
		"sync": `{"metadata":{"module":"syscollector"},"items":[{"operation":"Upsert","index":"wazuh-states-inventory-system","data":{"host":{"os":{"name":"Ubuntu","version":"24.04"}},"state":{"modified_at":"` + at + `"}}},
			{"operation":"Delete","index":"wazuh-states-inventory-users","data":{"state":{"modified_at":"2026-11-21T10:00:00Z"}}},{"operation":"Upsert","index":"wazuh-states-sca","data":{"state":{"modified_at":"2026-11-21T10:00:00Z"}}}]}`,
	} {
		require.True(t, wazuh.Detect([]byte(text)), name)
		b := read(t, text, reader.Asset("pc-01"))
		require.Equal(t, []finding.Computer{pc}, b.Computers, name)
		require.Empty(t, b.Skipped, name)
		require.Empty(t, b.Vulnerabilities)
	}
	b := read(t, `{"data":{"affected_items":[{"id":"000","name":"manager","lastKeepAlive":"9999-12-31T23:59:59+00:00","status":"active"},{"id":"002","name":"pc-02","dateAdd":"2026-01-01T00:00:00Z","status":"never_connected"}],"total_affected_items":2}}`)
	require.Len(t, b.Computers, 2)
	for i, c := range b.Computers {
		require.True(t, c.Seen.IsZero(), c.ID)
		require.Contains(t, b.Skipped[i].Reason, "not taken as seen")
	}
}

// An answer that is partial is complete for nothing.
func TestComplete(t *testing.T) {
	stated := reader.Complete(finding.AssetComputer, "pc-01", taken)
	require.Len(t, read(t, full, stated).Complete, 1)
	require.Empty(t, read(t, full).Complete)
	none := `{"timed_out":false,"hits":{"total":0,"hits":[]}}`
	require.Len(t, read(t, none, stated).Complete, 1, "an answer without hits is an answer")
	for name, text := range map[string]string{
		"partial":     partial,
		"timed out":   strings.Replace(full, "false", "true", 1),
		"shards":      strings.Replace(full, `"failed":0`, `"failed":2`, 1),
		"at least":    strings.Replace(full, `"eq"`, `"gte"`, 1),
		"api, page 1": `{"data":{"affected_items":[` + item + `],"total_affected_items":2}}`,
		"nothing":     "",
		"no answer":   "[]",
	} {
		b := read(t, text, stated, reader.Asset("pc-01"))
		require.Empty(t, b.Complete, name)
		require.Contains(t, b.Skipped[len(b.Skipped)-1].Reason, "not taken as complete", name)
	}
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"{", full[:len(full)-1], "5", "[[" + state + "]]", `{"hits":{"hits":[5]}}`, full + "x", "[" + state} {
		b, err := wazuh.Read(strings.NewReader(text))
		var format *reader.FormatError
		require.ErrorAs(t, err, &format, text)
		require.Empty(t, b.Vulnerabilities)
	}
	var limit *reader.LimitError
	_, err := wazuh.Read(strings.NewReader(state+state), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

// Whatever the bytes are, reading ends, and a cut output completes nothing
// that the whole does not.
func FuzzRead(f *testing.F) {
	f.Add([]byte(full), 10)
	f.Add([]byte(state+"\n"+event), 300)
	stated := reader.Complete(finding.AssetComputer, "pc-01", taken)
	f.Fuzz(func(t *testing.T, data []byte, cut int) {
		whole, err := wazuh.Read(strings.NewReader(string(data)), stated)
		if err != nil || cut < 0 || cut > len(data) {
			return
		}
		part, err := wazuh.Read(strings.NewReader(string(data[:cut])), stated)
		if err == nil {
			require.LessOrEqual(t, len(part.Vulnerabilities), len(whole.Vulnerabilities))
		}
	})
}

func BenchmarkRead(b *testing.B) {
	text := `{"hits":{"total":{"value":1000},"hits":[` + strings.TrimSuffix(strings.Repeat(`{"_source":`+state+`},`, 1000), ",") + `]}}`
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wazuh.Read(strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}
