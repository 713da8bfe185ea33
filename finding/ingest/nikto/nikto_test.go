package nikto_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/nikto"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const (
	dated = `[{"host":"www.Korenaar.example","ip":"192.0.2.1","port":"443","server_banner":"nginx","start_time":"2026-11-03 03:00:00 +0100","end_time":"2026-11-03 04:00:30 +0100","vulnerabilities":[
		{"id":"999984","references":"CVE-2003-1418","method":"GET","url":"/","msg":"Server may leak inodes via ETags."},{"id":"999103","references":"https://x.example/a","method":"GET","url":"/","msg":"The X-Content-Type-Options header is not set."}]}]`
	undated = `{"host":"www.korenaar.example","ip":"192.0.2.1","port":"443","banner":"nginx","vulnerabilities":[{"id":"999100","OSVDB":"0","method":"GET","url":"/","msg":"Uncommon header 'x-cache' found"}]}`
	table   = "\"Nikto - v2.5.0/\"\n\"www.korenaar.example\",\"192.0.2.1\",\"443\",\"\",\"\",\"\",\"nginx \\\"x\\\"\"\n" +
		"\"www.korenaar.example\",\"192.0.2.1\",\"443\",\"https://x.example/a\",\"GET\",\"/\",\"A \\\"header\\\", not set\"\n\"www.korenaar.example\",\"192.0.2.1\",\"443\",\"\",\"GET\",\"/\",\"'=1 is odd\"\n"
	document = `<?xml version="1.0" ?><!DOCTYPE niktoscan SYSTEM "docs/nikto.dtd"><niktoscan>
<niktoscan hoststest="0" options="-h x -o y.xml" version="2.1.6" scanend="Thu Jan  1 01:00:00 1970" nxmlversion="1.2">
<scandetails targetip="192.0.2.1" targethostname="www.korenaar.example" targetport="443" starttime="2026-11-03 03:00:00" errors="0" checks="6953"><ssl ciphers="x"/>
<item id="999970" osvdbid="877" osvdblink="https://x.example/877" method="GET"><description><![CDATA[HTTP TRACE is active]]></description><uri><![CDATA[/]]></uri></item>
<statistics elapsed="1" itemsfound="1" itemstested="6953" endtime="2026-11-03 04:00:30" /></scandetails></niktoscan></niktoscan>`
)

var end = time.Date(2026, 11, 3, 3, 0, 30, 0, time.UTC)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, nikto.Detect([]byte(text)), text)
	b, err := nikto.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	b := read(t, dated)
	first := finding.Vulnerability{ID: "CVE-2003-1418", AssetType: finding.AssetWebsite, Asset: "www.korenaar.example", Severity: finding.SeverityUnknown,
		Title: "Server may leak inodes via ETags.", Found: end, Seen: end, Sources: []string{"nikto"}}
	second := first
	second.ID, second.Title, second.References = "nikto:999103", "The X-Content-Type-Options header is not set.", []string{"https://x.example/a"}
	require.Equal(t, []finding.Vulnerability{first, second}, b.Vulnerabilities)
	site := finding.Website{ID: "www.korenaar.example", Scanned: end, Sources: []string{"nikto"}}
	require.Equal(t, []finding.Website{site}, b.Websites)
	require.Equal(t, []finding.Complete{{AssetType: finding.AssetWebsite, Asset: "www.korenaar.example", At: end}}, b.Complete)
	require.Empty(t, b.Skipped)

	b = read(t, document)
	require.Equal(t, []finding.Website{site}, b.Websites, "local time")
	require.Equal(t, "nikto:999970", b.Vulnerabilities[0].ID)
	require.Equal(t, []string{"https://x.example/877"}, b.Vulnerabilities[0].References)

	b = read(t, table, reader.Taken(end))
	require.Len(t, b.Vulnerabilities, 2)
	require.Equal(t, "nikto:https://x.example/a", b.Vulnerabilities[0].ID)
	require.Equal(t, `A "header", not set`, b.Vulnerabilities[0].Title)
	require.Equal(t, "nikto:=1 is odd", b.Vulnerabilities[1].ID)
	require.Equal(t, end, b.Vulnerabilities[1].Seen)
}

// A scan of which nobody says that it came to its end, or that didn't, scanned
// nothing.
func TestNotScanned(t *testing.T) {
	for text, why := range map[string]string{
		undated:           "doesn't say that its scan has an end",
		undated + undated: "doesn't say that its scan has an end",
		table:             "doesn't say that its scan has an end",
		strings.Replace(dated, "Server may", "ERROR: Error limit (20) reached for host, giving up. May", 1): "met errors",
		strings.Replace(document, `itemstested="6953"`, `itemstested="0"`, 1):                               "nothing was tested",
		strings.Replace(document, `errors="0"`, `errors="21"`, 1):                                           "met errors",
		strings.Replace(document, `-h x`, `-h x -Tuning 9`, 1):                                              "not everything was to be tested",
		strings.Replace(document, "<statistics", "<x", 1):                                                   "its scan has no end",
		strings.Replace(document, "2026-11-03 04:00:30", "", 1):                                             "doesn't say that its scan has an end",
		"<niktoscan>\n\n</niktoscan>":                                                                       "holds no host",
	} {
		b := read(t, text, reader.Taken(end))
		require.Contains(t, fmt.Sprint(b.Skipped), why, text)
		require.Empty(t, b.Complete)
		for _, w := range b.Websites {
			require.Zero(t, w.Scanned)
		}
	}
	for _, text := range []string{undated, table} {
		b := read(t, text, reader.Complete(finding.AssetWebsite, "www.korenaar.example", end))
		require.Equal(t, end, b.Websites[0].Scanned, "the caller states it")
		require.Len(t, b.Complete, 1)
	}
}

// Up to 2.5, a report of several hosts closes only the last.
func TestSeveralHosts(t *testing.T) {
	other := strings.Replace(undated, "www.korenaar", "shop.korenaar", 1)
	for _, text := range []string{
		strings.TrimSuffix(undated, "}") + other, strings.TrimSuffix(undated, "}") + "\n" + other,
		"[" + strings.TrimSuffix(undated, "}") + other + "]", "[" + undated + "," + other + "]",
	} {
		b := read(t, text)
		require.Len(t, b.Websites, 2, text)
		require.Len(t, b.Vulnerabilities, 2)
		require.Equal(t, "shop.korenaar.example", b.Vulnerabilities[1].Asset)
		readertest.Truncate(t, nikto.Read, []byte(text), 100)
	}
	quoted := strings.Replace(undated, "Uncommon header", `\"]{\" header`, 1)
	require.Equal(t, `"]{" header 'x-cache' found`, read(t, quoted).Vulnerabilities[0].Title, "within a text nothing is closed")
}

// What holds a report of Nikto is none.
func TestDetect(t *testing.T) {
	require.False(t, nikto.Detect([]byte(`{"platform":{"name":"x"},"raw":`+undated+"}")))
	require.False(t, nikto.Detect([]byte(`{"host":"www.korenaar.example","port":443}`)))
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "[", "{}", `[{"host":"x"}]`, dated[:200], dated + "x", document[:600], table[:len(table)-20], "<a/>", `"Nikto - v2"` + "\n\"a\",\"b\"\n"} {
		b, err := nikto.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := nikto.Read(strings.NewReader(dated), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) {
	for _, text := range []string{dated, undated, table, document} {
		readertest.Truncate(t, nikto.Read, []byte(text), 200)
	}
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	for _, text := range []string{dated, undated, table, document} {
		f.Add([]byte(text), 100)
	}
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, nikto.Read, data, cut) })
}

func ExampleRead() {
	report := `[{"host": "www.korenaar.example", "ip": "192.0.2.1", "port": "443", "banner": "", "end_time": "2026-11-03 04:00:30 +0100",
		"vulnerabilities": [{"id": "999103", "method": "GET", "url": "/", "msg": "The X-Content-Type-Options header is not set."}]}]`
	batch, err := nikto.Read(strings.NewReader(report))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Websites[0].ID, batch.Websites[0].Scanned)
	fmt.Println(batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity)
	// Output:
	// www.korenaar.example 2026-11-03 03:00:30 +0000 UTC
	// nikto:999103 unknown
}
