package sarif_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/sarif"
	"github.com/stretchr/testify/require"
)

const (
	results = `[{"ruleId":"sqli","level":"error","message":{"text":"m"},"suppressions":[{"kind":"external"}]},{"ruleIndex":1,"message":{"text":"weak"}},{"ruleId":"CVE-2026-1234-curl","level":"note","message":{"text":"x"}},
		{"ruleId":"ok","kind":"pass"},{"ruleId":"gone","baselineState":"absent"},{"message":{"text":"no rule"}},{"ruleId":"weak/2","level":"odd","properties":{"security-severity":"MEDIUM"}},{"ruleId":"none","level":"odd"}]`
	tool = `"tool":{"driver":{"name":"Semgrep OSS","rules":[{"id":"sqli","shortDescription":{"text":"SQL injection"},"helpUri":"https://a.example","help":{"text":"Bind."},"properties":{"security-severity":"8.1"}},
		{"id":"weak","name":"Weak","defaultConfiguration":{"level":"note"}}]}}`
	log = `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{` + tool + `,"invocations":[{"executionSuccessful":true,"endTimeUtc":"2026-11-03T03:00:00Z"}],"results":` + results + `}]}`
)

var ended = time.Date(2026, 11, 3, 3, 0, 0, 0, time.UTC)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, sarif.Detect([]byte(text)), text)
	b, err := sarif.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	late := strings.Replace(log, tool+",", "", 1)
	late = strings.Replace(late, `"results":`+results, `"results":`+results+","+tool, 1)
	for _, text := range []string{log, late} {
		b := read(t, text, reader.Asset("pc-01"))
		require.Equal(t, "sarif:semgrep-oss", b.Source)
		require.Equal(t, finding.Vulnerability{ID: "semgrep-oss:sqli", AssetType: finding.AssetComputer, Asset: "pc-01", Severity: finding.SeverityHigh, CVSS: 8.1, Title: "SQL injection",
			Remedy: "Bind.", Found: ended, Seen: ended, Status: finding.StatusAccepted, Sources: []string{"sarif:semgrep-oss"}, References: []string{"https://a.example"}}, b.Vulnerabilities[0])
		var got []string
		for _, v := range b.Vulnerabilities {
			got = append(got, v.ID+" "+v.Severity.String()+" "+v.Title)
		}
		require.Equal(t, []string{"semgrep-oss:sqli high SQL injection", "semgrep-oss:weak low Weak", "CVE-2026-1234 low x", "semgrep-oss:weak/2 medium Weak", "semgrep-oss:none unknown "}, got)
		require.Len(t, b.Skipped, 3)
		require.Empty(t, b.Computers)
	}
	two := strings.Replace(log, `"runs":[`, `"runs":[{"tool":{"driver":{"name":"Other"}},"results":[]},`, 1)
	require.Equal(t, "sarif", read(t, two).Source)
	require.Contains(t, fmt.Sprint(read(t, log).Skipped), "5 findings: they name no computer")
}

// Without a level the rule's counts, then the standard's.
func TestLevels(t *testing.T) {
	for text, want := range map[string]string{
		`{"ruleId":"r"}`: "medium", `{"ruleId":"r","kind":"informational"}`: "none", `{"ruleId":"weak"}`: "low", `{"ruleId":"r","level":"none"}`: "none",
		`{"ruleId":"r","level":"note","properties":{"security-severity":"9.8"}}`: "critical", `{"ruleId":"r","properties":{"security-severity":"0.0"}}`: "none",
		`{"ruleId":"r","suppressions":[{"status":"underReview"}]}`: "medium",
	} {
		b := read(t, strings.Replace(log, results, "["+text+"]", 1), reader.Asset("pc-01"))
		require.Equal(t, want, b.Vulnerabilities[0].Severity.String(), text)
		require.Zero(t, b.Vulnerabilities[0].Status)
	}
}

func TestComplete(t *testing.T) {
	stated := reader.Complete(finding.AssetComputer, "pc-01", time.Time{})
	require.Empty(t, read(t, log, reader.Asset("pc-01")).Complete)
	require.Equal(t, ended, read(t, log, reader.Asset("pc-01"), stated).Complete[0].At)
	for text, reason := range map[string]string{
		strings.Replace(log, `true`, `false`, 1):                     "did not succeed",
		strings.Replace(log, `"results":`, `"other":`, 1):            "no results, not even none",
		strings.Replace(log, results, `null`, 1):                     "no results, not even none",
		strings.Replace(log, `"endTimeUtc"`, `"other"`, 1):           "nobody says when",
		`{"version":"2.1.0","$schema":"sarif-2.1.0.json","runs":[]}`: "no runs",
	} {
		b := read(t, text, reader.Asset("pc-01"), stated)
		require.Empty(t, b.Complete, text)
		require.Contains(t, fmt.Sprint(b.Skipped), reason)
	}
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "{", "{}", "[]", `{"version":"2.1.0"}`, strings.Replace(log, `"2.1.0"`, `"2.0.0"`, 1), log[:300], log + "x", `{"version":"2.1.0","runs":[5]}`} {
		b, err := sarif.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := sarif.Read(strings.NewReader(log), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) { readertest.Truncate(t, sarif.Read, []byte(log), 300) }

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(log), 100)
	f.Add([]byte(`{"version":"2.1.0","runs":[{"results":[{"rule":{"index":3},"ruleIndex":-1,"ruleId":"/"}]}]}`), 10)
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, sarif.Read, data, cut) })
}

func ExampleRead() {
	log := `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Semgrep", "rules": [{"id": "sqli", "properties": {"security-severity": "8.1"}}]}},
		"results": [{"ruleId": "sqli", "level": "error", "message": {"text": "SQL from a request"}}]}]}`
	batch, err := sarif.Read(strings.NewReader(log), reader.Asset("pc-01"))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Source, batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity)
	// Output:
	// sarif:semgrep semgrep:sqli high
}
