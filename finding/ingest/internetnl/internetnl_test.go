package internetnl_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/internetnl"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const (
	tests = `{"web_ipv6_ws_address":{"status":"passed","verdict":"good"},"web_dnssec_exist":{"status":"failed","verdict":"bad"},"web_dnssec_valid":{"status":"not_tested","verdict":"not-tested"},
		"web_https_tls_caa":{"status":"warning","verdict":"bad"},"web_https_dane_exist":{"status":"info","verdict":"bad"}}`
	domain = `{"status":"ok","report":{"url":"https://batch.example/site/1/"},"scoring":{"percentage":81},"results":{"categories":{"web_ipv6":{"verdict":"passed","status":"passed"}},"tests":` + tests + `,"custom":{}}}`
	answer = `{"api_version":"2.4.0","request":{"request_id":"e94251da69c54da7b16fc5202a69c5c2","name":"Web test","request_type":"web","status":"done","submit_date":"2026-11-03T03:00:00+00:00","finished_date":"2026-11-03T04:00:00+00:00"},
		"domains":{"www.Korenaar.example":` + domain + `,"down.korenaar.example":{"status":"error"}}}`
	first = `{"success":true,"message":"OK","data":{"name":"mail","submission-date":"2019-03-25T14:38:19.163022+00:00","api-version":"1.0","finished-date":"2019-03-25T15:39:21.827115+00:00","domains":[
		{"status":"ok","domain":"korenaar.example","views":[{"result":false,"name":"mail_auth_dmarc_policy"},{"result":true,"name":"mail_auth_spf_exist"}],"score":61,"link":"https://batch.example/mail/1/"}]}}`
)

var finished = time.Date(2026, 11, 3, 4, 0, 0, 0, time.UTC)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, internetnl.Detect([]byte(text)), text)
	b, err := internetnl.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	v := func(id string, severity finding.Severity, title string) finding.Vulnerability {
		return finding.Vulnerability{ID: id, AssetType: finding.AssetWebsite, Asset: "www.korenaar.example", Severity: severity, Title: title,
			Found: finished, Seen: finished, Sources: []string{"internetnl"}, References: []string{"https://batch.example/site/1/"}}
	}
	want := finding.Batch{Source: "internetnl",
		Websites: []finding.Website{{ID: "www.korenaar.example", Scanned: finished, Sources: []string{"internetnl"}}},
		Vulnerabilities: []finding.Vulnerability{
			v("web_dnssec_exist", finding.SeverityMedium, "internet.nl: web_dnssec_exist failed (bad)"),
			v("web_https_tls_caa", finding.SeverityLow, "internet.nl: web_https_tls_caa warning (bad)"),
			v("web_https_dane_exist", finding.SeverityNone, "internet.nl: web_https_dane_exist info (bad)")},
		Complete: []finding.Complete{{AssetType: finding.AssetWebsite, Asset: "www.korenaar.example", At: finished, Untested: []string{"web_dnssec_valid"}}},
		Skipped:  []finding.Skip{{Where: "down.korenaar.example", Reason: `not taken as scanned: its status is "error"`}}}
	require.Equal(t, want, read(t, answer))
	want.Skipped = nil
	require.Equal(t, want, read(t, `{"www.korenaar.example":`+domain+`}`, reader.Taken(finished)), "the map of domains alone")
	alone := read(t, `{"categories":{"web_ipv6":{"verdict":"passed","status":"passed"}},"tests":`+tests+`}`, reader.Taken(finished), reader.Asset("www.korenaar.example"))
	require.Len(t, alone.Vulnerabilities, 3, "the results of one domain")
	require.Equal(t, want.Complete, alone.Complete)
}

// A mail test looks at no website, and doesn't fix what a web test found.
func TestMail(t *testing.T) {
	b := read(t, first)
	require.Equal(t, "internetnl-mail", b.Source)
	require.Empty(t, b.Websites)
	require.Len(t, b.Complete, 1)
	require.Equal(t, "mail_auth_dmarc_policy", b.Vulnerabilities[0].ID)
	require.Equal(t, finding.SeverityUnknown, b.Vulnerabilities[0].Severity, "version 1 gives none")
	require.Equal(t, 2019, b.Complete[0].At.Year())
}

func TestNotScanned(t *testing.T) {
	for text, reason := range map[string]string{
		`{"success": false, "message": "Report is being generated", "data": {"results": "https://batch.internet.nl/api/batch/v1.1/results/af6f/"}}`:                          "Report is being generated",
		`{"api_version":"2.0.0","error":{"label":"unknown-request","msg":"No such request."}}`:                                                                               "No such request.",
		`{"api_version":"2.0.0","request":{"request_type":"web","status":"running","finished_date":null}}`:                                                                   `status is "running"`,
		strings.Replace(answer, `"done"`, `"cancelled"`, 1):                                                                                                                  `status is "cancelled"`,
		strings.Replace(answer, `"failed"`, `"error"`, 1):                                                                                                                    "errors in web_dnssec_exist",
		strings.Replace(answer, `"2026-11-03T04:00:00+00:00"`, `null`, 1):                                                                                                    "no date",
		strings.Replace(answer, tests, `{}`, 1):                                                                                                                              "no results of tests",
		`{"api_version":"2.0.0","request":{"request_type":"web","status":"done","finished_date":"2026-11-03T04:00:00Z"},"domains":{}}`:                                       "holds no domain",
		`{"api_version":"2.0.0","request":{"request_type":"web","status":"done","finished_date":"2026-11-03T04:00:00Z"},"domains":{"a.nl":{"status":"ok","webservers":{}}}}`: "no results of tests",
		`{"tests":{"web_a":{"status":"passed","verdict":"good"}}}`:                                                                                                           "nobody says what it is of",
	} {
		b := read(t, text)
		require.Empty(t, b.Websites, text)
		require.Empty(t, b.Complete, text)
		require.Contains(t, fmt.Sprint(b.Skipped), reason)
	}
}

// What could not be tested is neither found nor fixed.
func TestUntested(t *testing.T) {
	m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 11)}
	before := strings.NewReplacer(`not_tested`, `failed`, "T04:00", "T02:00").Replace(answer)
	_, err := m.Add(read(t, before))
	require.NoError(t, err)
	require.Len(t, m.Vulnerabilities, 4)
	later := strings.Replace(answer, `"failed"`, `"passed"`, 1)
	added, err := m.Add(read(t, later))
	require.NoError(t, err)
	require.Equal(t, 1, added.Fixed)
	for _, v := range m.Vulnerabilities {
		require.Equal(t, v.ID == "web_dnssec_exist", !v.Fixed.IsZero(), v.ID)
	}
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "{", "{}", "[]", "5", answer[:300], first[:200], answer + "x", `{"a":1}`} {
		b, err := internetnl.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := internetnl.Read(strings.NewReader(answer), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) {
	readertest.Truncate(t, internetnl.Read, []byte(answer), 300)
	readertest.Truncate(t, internetnl.Read, []byte(first), 300)
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(answer), 10)
	f.Add([]byte(first), 100)
	f.Add([]byte(`{"tests":`+tests+`}`), 100)
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, internetnl.Read, data, cut) })
}

func BenchmarkRead(b *testing.B) {
	var domains strings.Builder
	for i := range 500 {
		fmt.Fprintf(&domains, `,"d%d.example":%s`, i, domain)
	}
	text := `{"api_version":"2.4.0","domains":{` + domains.String()[1:] + `}}`
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := internetnl.Read(strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleRead() {
	result := `{"api_version": "2.4.0", "request": {"request_type": "web", "status": "done", "finished_date": "2026-11-03T04:00:00Z"},
		"domains": {"www.korenaar.example": {"status": "ok", "results": {"tests": {"web_https_http_hsts": {"status": "failed", "verdict": "bad"}}}}}}`
	batch, err := internetnl.Read(strings.NewReader(result))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Websites[0].ID, batch.Websites[0].Scanned)
	fmt.Println(batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity)
	// Output:
	// www.korenaar.example 2026-11-03 04:00:00 +0000 UTC
	// web_https_http_hsts medium
}
