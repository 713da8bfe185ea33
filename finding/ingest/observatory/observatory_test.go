package observatory_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/observatory"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const (
	tests = `{"content-security-policy":{"expectation":"x","pass":false,"result":"csp-not-implemented","score_modifier":-25,"score_description":"No &quot;CSP&quot;"},
		"x-frame-options":{"expectation":"x","pass":false,"result":"r","score_modifier":-20},"referrer-policy":{"expectation":"x","pass":false,"result":"r","score_modifier":-5},
		"redirection":{"expectation":"x","pass":false,"result":"r","score_modifier":0},"odd":{"expectation":"x","pass":false,"result":"r"},"cookies":{"expectation":"x","pass":null,"result":"n"},"cors":{"expectation":"x","pass":true,"result":"ok","score_modifier":0}}`
	first  = `{"scan":{"algorithm_version":2,"end_time":"Tue, 03 Nov 2026 03:00:00 GMT","grade":"D","response_headers":{"Date":"x"},"state":"FINISHED","tests_quantity":7},"tests":` + tests + `}`
	second = `{"scan":{"algorithmVersion":4,"grade":"C+","error":null,"testsQuantity":7,"responseHeaders":{"date":"x"}},"tests":` + tests + `}`
)

var ended = time.Date(2026, 11, 3, 3, 0, 0, 0, time.UTC)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, observatory.Detect([]byte(text)), text)
	b, err := observatory.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	camel := strings.NewReplacer("score_modifier", "scoreModifier", "score_description", "scoreDescription").Replace(second)
	stated := reader.Complete(finding.AssetWebsite, "www.korenaar.example", time.Time{})
	for _, text := range []string{first, camel, tests} {
		b := read(t, text, reader.Asset("https://www.Korenaar.example/"), reader.Taken(ended), stated)
		require.Equal(t, finding.Vulnerability{ID: "observatory:content-security-policy", AssetType: finding.AssetWebsite, Asset: "www.korenaar.example", Severity: finding.SeverityHigh,
			Title: `No "CSP"`, Found: ended, Seen: ended, Sources: []string{"observatory"}}, b.Vulnerabilities[0])
		var got []string
		for _, v := range b.Vulnerabilities[1:] {
			got = append(got, v.ID+" "+v.Severity.String())
		}
		require.Equal(t, []string{"observatory:x-frame-options medium", "observatory:referrer-policy low", "observatory:redirection none", "observatory:odd unknown"}, got)
		require.Equal(t, []finding.Website{{ID: "www.korenaar.example", Scanned: ended, Sources: []string{"observatory"}}}, b.Websites)
		require.Len(t, b.Complete, 1)
	}
}

func TestNotScanned(t *testing.T) {
	for text, reason := range map[string]string{
		strings.Replace(first, "FINISHED", "FAILED", 1):                        "its state is FAILED",
		strings.Replace(first, `"tests_quantity":7`, `"tests_quantity":12`, 1): "holds 7 of 12 tests",
		strings.Replace(second, `null,"testsQ`, `"site-down","testsQ`, 1):      "there was an error: site-down",
		strings.Replace(first, tests, "{}", 1):                                 "it has no tests",
		second:                                                                 "nobody says when",
		tests:                                                                  "tests alone",
	} {
		b := read(t, text, reader.Asset("www.korenaar.example"))
		require.True(t, b.Websites[0].Scanned.IsZero(), text)
		require.Empty(t, b.Complete)
		require.Contains(t, fmt.Sprint(b.Skipped), reason)
	}
	require.Contains(t, fmt.Sprint(read(t, first).Skipped), "5 findings: they name no website")
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "{", "{}", "[]", `{"a":{}}`, `{"tests":{"a":5}}`, first[:300], first + "x"} {
		b, err := observatory.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := observatory.Read(strings.NewReader(first), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) {
	readertest.Truncate(t, observatory.Read, []byte(first), 200)
	readertest.Truncate(t, observatory.Read, []byte(tests), 200)
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(first), 100)
	f.Add([]byte(tests), 100)
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, observatory.Read, data, cut) })
}

func ExampleRead() {
	output := `{"scan": {"end_time": "Tue, 03 Nov 2026 03:00:00 GMT", "state": "FINISHED"},
		"tests": {"content-security-policy": {"pass": false, "result": "csp-not-implemented", "score_modifier": -25}}}`
	batch, err := observatory.Read(strings.NewReader(output), reader.Asset("www.korenaar.example"))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Websites[0].ID, batch.Websites[0].Scanned)
	fmt.Println(batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity)
	// Output:
	// www.korenaar.example 2026-11-03 03:00:00 +0000 UTC
	// observatory:content-security-policy high
}
