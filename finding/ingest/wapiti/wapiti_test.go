package wapiti_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/wapiti"
	"github.com/stretchr/testify/require"
)

const (
	report = `{"classifications":{"SQL Injection":{"desc":"d","sol":"Escape <b>input</b>","ref":{"b":"https://x.example/b","a":"https://x.example/a"},"wstg":["WSTG-INPV-05"]}},
		"vulnerabilities":{"Backup file":[],"SQL Injection":[{"method":"GET","path":"/p","info":"via the parameter id","level":4,"parameter":"id"},{"method":"GET","path":"/q","info":"via q","level":4}],
			"HTTP Secure Headers":[{"info":"X-Frame-Options is not set","level":1},{"info":"X-XSS-Protection is not set","level":1}],"Log4Shell":[{"info":"CVE-2021-44228 in x","level":9}]},
		"anomalies":{"Internal Server Error":[{"info":"500","level":3}]},"additionals":{"Fingerprint web technology":[{"info":"nginx","level":0}]},
		"infos":{"target":"https://www.Korenaar.example/","date":"Mon, 23 Nov 2026 09:52:22 +0000","version":"Wapiti 3.0.4","scope":"folder","auth":null}}`
	document = `<?xml version="1.0" ?><report type="security"><report_infos><info name="generatorName">wapiti</info><info name="generatorVersion">Wapiti 3.2.4</info><info name="scope">domain</info>
		<info name="dateOfScan">Mon, 23 Nov 2026 09:52:22 +0000</info><info name="target">https://www.korenaar.example/x</info><info name="crawledPages">12</info><info name="auth"><info name="x">y</info></info></report_infos>
		<vulnerabilities><vulnerability name="SQL Injection"><description>d</description><solution><![CDATA[Escape input]]></solution><references><reference><title>a</title><url>https://x.example/a</url><wstg><code>W</code></wstg></reference></references>
		<entries><entry><method>GET</method><path>/p</path><level>4</level><parameter>id</parameter><info>via the parameter id</info><wstg><code>W</code></wstg></entry></entries></vulnerability>
		<vulnerability name="Backup file"><entries/></vulnerability></vulnerabilities>
		<anomalies><anomaly name="Internal Server Error"><solution>s</solution><entries><entry><level>3</level><info>500</info></entry></entries></anomaly></anomalies><additionals/></report>`
)

var at = time.Date(2026, 11, 23, 9, 52, 22, 0, time.UTC)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, wapiti.Detect([]byte(text)), text)
	b, err := wapiti.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	b := read(t, report)
	require.Len(t, b.Vulnerabilities, 5)
	want := finding.Vulnerability{ID: "wapiti:SQL Injection", AssetType: finding.AssetWebsite, Asset: "www.korenaar.example", Severity: finding.SeverityCritical,
		Title: "SQL Injection: via the parameter id", Remedy: "Escape input", Found: at, Seen: at, Sources: []string{"wapiti"}, References: []string{"https://x.example/a", "https://x.example/b"}}
	require.Equal(t, want, b.Vulnerabilities[0])
	var ids []string
	for _, v := range b.Vulnerabilities {
		ids = append(ids, v.ID+" "+v.Severity.String())
	}
	require.Equal(t, []string{"wapiti:SQL Injection critical", "wapiti:SQL Injection critical", "wapiti:Clickjacking Protection low", "wapiti:HTTP Secure Headers low", "CVE-2021-44228 unknown"}, ids)
	site := finding.Website{ID: "www.korenaar.example", Scanned: at, Sources: []string{"wapiti"}}
	require.Equal(t, []finding.Website{site}, b.Websites)
	require.Len(t, b.Complete, 1)
	require.Contains(t, fmt.Sprint(b.Skipped), "additionals are no weaknesses")

	b = read(t, document)
	want.References = want.References[:1]
	require.Equal(t, []finding.Vulnerability{want}, b.Vulnerabilities)
	require.Equal(t, []finding.Website{site}, b.Websites)
}

// Before 3.0.4 the first level was the highest.
func TestLevels(t *testing.T) {
	for version, want := range map[string]finding.Severity{"Wapiti 3.0.3": finding.SeverityHigh, "Wapiti 2.3.0": finding.SeverityHigh, "Wapiti 3.0.4": finding.SeverityLow, "3.1": finding.SeverityLow, "Wapiti 3.10.0": finding.SeverityLow, "": finding.SeverityLow} {
		b := read(t, strings.NewReplacer("Wapiti 3.0.4", version, `"level":4`, `"level":1`).Replace(report))
		require.Equal(t, want, b.Vulnerabilities[0].Severity, version)
	}
}

func TestNotScanned(t *testing.T) {
	for text, why := range map[string]string{
		strings.Replace(report, `"folder"`, `"page"`, 1):                           "one page",
		strings.Replace(report, `"auth"`, `"crawled_pages_nbr":0,"auth"`, 1):       "no page was reached",
		strings.Replace(document, ">12<", ">0<", 1):                                "no page was reached",
		strings.Replace(report, "Mon, 23 Nov 2026 09:52:22 +0000", "yesterday", 1): "nobody says when",
		strings.Replace(report, "https://www.Korenaar.example/", "", 1):            "of no website",
	} {
		b := read(t, text)
		require.Contains(t, fmt.Sprint(b.Skipped), why, text)
		require.Empty(t, b.Complete)
		for _, w := range b.Websites {
			require.Zero(t, w.Scanned)
		}
	}
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "[", "{}", "[]", `{"vulnerabilities":{}}`, report[:400], report + "x", document[:900], "<a/>", "<report/>", "<report>"} {
		b, err := wapiti.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := wapiti.Read(strings.NewReader(report), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) {
	for _, text := range []string{report, document} {
		readertest.Truncate(t, wapiti.Read, []byte(text), 200)
	}
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	for _, text := range []string{report, document} {
		f.Add([]byte(text), 100)
	}
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, wapiti.Read, data, cut) })
}

func ExampleRead() {
	report := `{"vulnerabilities": {"SQL Injection": [{"path": "/product", "info": "via the parameter id", "level": 4}]},
		"infos": {"target": "https://www.korenaar.example/", "date": "Mon, 23 Nov 2026 09:52:22 +0000", "version": "Wapiti 3.2.4", "scope": "folder"}}`
	batch, err := wapiti.Read(strings.NewReader(report))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Websites[0].ID, batch.Websites[0].Scanned)
	fmt.Println(batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity)
	// Output:
	// www.korenaar.example 2026-11-23 09:52:22 +0000 UTC
	// wapiti:SQL Injection critical
}
