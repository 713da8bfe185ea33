package zap_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/zap"
	"github.com/stretchr/testify/require"
)

const jsonReport = `{"@programName":"ZAP","@version":"2.14.0","@generated":"Sun, 8 Nov 2026 01:18:39","site":[
 {"@name":"https://www.korenaar.example","@host":"www.korenaar.example","@port":"443","@ssl":"true","alerts":[
  {"pluginid":"10038","alertRef":"10038-1","alert":"CSP Header Not Set","name":"CSP &quot;Header&quot; Not Set","riskcode":"2","confidence":"3","riskdesc":"Medium (High)",
   "instances":[{"uri":"https://www.korenaar.example/","requestheader":"GET /"}],"count":"1","solution":"<p>Set the header.</p><p>Everywhere.</p>","reference":"<p>https://a.example/x</p><p>https://b.example</p>"},
  {"pluginid":"90005","alertRef":"90005-1","name":"Sec-Fetch-Dest Header is Missing","riskcode":"0","confidence":"0"}]},
 {"@name":"http://cdn.example","@host":"cdn.example","alerts":[]}]}`

const xmlReport = `<?xml version="1.0"?><!DOCTYPE OWASPZAPReport><OWASPZAPReport version="2.14.0" generated="zo, 8 nov. 2026 01:18:39">
<site name="https://www.korenaar.example" host="www.korenaar.example" port="443" ssl="true"><alerts>
<alertitem><pluginid>10038</pluginid><alertRef>10038-1</alertRef><name>CSP &quot;Header&quot; Not Set</name><riskcode>2</riskcode><confidence>3</confidence>
<instances><instance><uri>https://x</uri></instance></instances>
<solution>&lt;p&gt;Set the header.&lt;/p&gt;&lt;p&gt;Everywhere.&lt;/p&gt;</solution><reference>&lt;p&gt;https://a.example/x&lt;/p&gt;&lt;p&gt;https://b.example&lt;/p&gt;</reference></alertitem>
<alertitem><pluginid>90005</pluginid><name>Sec-Fetch-Dest Header is Missing</name><riskcode>0</riskcode><confidence>0</confidence></alertitem>
</alerts></site><site name="http://cdn.example" host="cdn.example"><alerts></alerts></site></OWASPZAPReport>`

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	b, err := zap.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	at := time.Date(2026, 11, 8, 0, 18, 39, 0, time.UTC) // 01:18:39 in Amsterdam
	for _, text := range []string{jsonReport, xmlReport} {
		require.True(t, zap.Detect([]byte(text)))
		b := read(t, text)
		require.Equal(t, []finding.Vulnerability{
			{ID: "zap:10038", AssetType: finding.AssetWebsite, Asset: "www.korenaar.example", Severity: finding.SeverityMedium, Title: `CSP "Header" Not Set`,
				Remedy: "Set the header. Everywhere.", Found: at, Seen: at, Sources: []string{"zap"}, References: []string{"https://a.example/x", "https://b.example"}},
			{ID: "zap:90005", AssetType: finding.AssetWebsite, Asset: "www.korenaar.example", Severity: finding.SeverityNone, Title: "Sec-Fetch-Dest Header is Missing",
				Found: at, Seen: at, Status: finding.StatusFalsePositive, Sources: []string{"zap"}},
		}, b.Vulnerabilities)
		require.Equal(t, []finding.Website{{ID: "www.korenaar.example", Scanned: at, Sources: []string{"zap"}}}, b.Websites)
		require.Equal(t, []finding.Complete{{AssetType: finding.AssetWebsite, Asset: "www.korenaar.example", At: at}}, b.Complete)
		require.Len(t, b.Skipped, 1, "a site without alerts")
		require.Equal(t, "cdn.example", b.Skipped[0].Where)
	}
}

// Shapes of other versions say the same.
func TestShapes(t *testing.T) {
	want := read(t, jsonReport)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte(jsonReport))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	late := strings.Replace(jsonReport, `"@name":"https://www.korenaar.example","@host":"www.korenaar.example","@port":"443","@ssl":"true",`, "", 1)
	late = strings.Replace(late, `"confidence":"0"}]}`, `"confidence":"0"}],"@name":"https://www.korenaar.example"}`, 1)
	for name, text := range map[string]string{
		"byte order mark":     "\ufeff" + jsonReport,
		"CRLF":                strings.ReplaceAll(jsonReport, "\n", "\r\n"),
		"gzip":                packed.String(),
		"numbers":             strings.Replace(jsonReport, `"riskcode":"2"`, `"riskcode":2`, 1),
		"risk in words":       strings.Replace(jsonReport, `"riskcode":"2",`, ``, 1),
		"created":             strings.Replace(jsonReport, `"site"`, `"created":"2026-11-08T00:18:39Z","site"`, 1),
		"host after alerts":   late,
		"DOCTYPE, whitespace": strings.ReplaceAll(xmlReport, "10038</", "\n10038 </"),
	} {
		require.Equal(t, want, read(t, text), name)
	}
	single := `{"@generated":"Sun, 8 Nov 2026 01:18:39","site":{"@host":"a.example","alerts":{"pluginid":"1","name":"x","riskcode":"9"}}}`
	require.Equal(t, finding.SeverityUnknown, read(t, single).Vulnerabilities[0].Severity)
}

func TestNotScanned(t *testing.T) {
	undated := strings.Replace(jsonReport, "Sun, 8 Nov 2026 01:18:39", "one day", 1)
	for text, reason := range map[string]string{
		undated:                        "no date",
		`{"@generated":"x","site":[]}`: "holds no site",
		`{"site":[{"@name":"http://a.example","alerts":[]}],"@generated":"Sun, 8 Nov 2026 01:18:39"}`:                                   "no alert for it",
		`{"site":[{"@name":"","alerts":[{"pluginid":"1"}]}],"@generated":"Sun, 8 Nov 2026 01:18:39"}`:                                   "names no host",
		`{"site":[{"@name":"http://a.example","alerts":[{"name":"no rule"}]}],"@generated":"Sun, 8 Nov 2026 01:18:39"}`:                 "names no rule",
		`<OWASPZAPReport generated="Sun, 8 Nov 2026 01:18:39"><site host="a.example"><alerts/></site></OWASPZAPReport>`:                 "no alert for it",
		`<OWASPZAPReport generated="Sun, 8 Nov 2026 01:18:39"></OWASPZAPReport>`:                                                        "holds no site",
		`<OWASPZAPReport generated="nope"><site host="a.example"><alertitem><pluginid>1</pluginid></alertitem></site></OWASPZAPReport>`: "no date",
	} {
		b := read(t, text)
		require.Empty(t, b.Websites, text)
		require.Empty(t, b.Complete, text)
		var reasons []string
		for _, s := range b.Skipped {
			reasons = append(reasons, s.String())
		}
		require.Contains(t, strings.Join(reasons, "\n"), reason)
	}
	taken := time.Date(2026, 11, 9, 0, 0, 0, 0, time.UTC)
	require.Equal(t, taken, read(t, undated, reader.Taken(taken)).Websites[0].Scanned)
	b := read(t, jsonReport, reader.Complete(finding.AssetWebsite, "other.example", taken))
	require.Empty(t, b.Websites, "whoever states what was scanned leaves out the rest")
	require.Equal(t, taken, read(t, jsonReport, reader.Complete(finding.AssetWebsite, "WWW.korenaar.example", taken)).Websites[0].Scanned)
}

func TestUnreadable(t *testing.T) {
	bomb := `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><OWASPZAPReport><site host="a"><alertitem><pluginid>&b;</pluginid></alertitem></site></OWASPZAPReport>`
	for _, text := range []string{"", "{", "[]", "{}", jsonReport[:200], xmlReport[:300], jsonReport + "x", `{"site":5}`, "<a/>", bomb, "<OWASPZAPReport>",
		`<?xml version="1.0" encoding="EBCDIC"?><OWASPZAPReport/>`, "\x1f\x8bnope"} {
		b, err := zap.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	for _, text := range []string{jsonReport, xmlReport} {
		_, err := zap.Read(strings.NewReader(text), reader.LimitRecords(1))
		require.ErrorAs(t, err, &limit)
		_, err = zap.Read(strings.NewReader(text), reader.LimitBytes(100))
		require.ErrorAs(t, err, &limit)
	}
}

func TestTruncated(t *testing.T) {
	readertest.Truncate(t, zap.Read, []byte(jsonReport), 300)
	readertest.Truncate(t, zap.Read, []byte(xmlReport), 300)
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(jsonReport), 10)
	f.Add([]byte(xmlReport), 100)
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, zap.Read, data, cut) })
}

func BenchmarkRead(b *testing.B) {
	alert := `{"pluginid":"10038","name":"CSP","riskcode":"2","instances":[` + strings.TrimSuffix(strings.Repeat(`{"uri":"https://www.korenaar.example/a","method":"GET"},`, 100), ",") + `]},`
	text := `{"@generated":"Sun, 8 Nov 2026 01:18:39","site":[{"@host":"a.example","alerts":[` + strings.TrimSuffix(strings.Repeat(alert, 100), ",") + `]}]}`
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := zap.Read(strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleRead() {
	report := `{"@generated": "Sun, 8 Nov 2026 01:18:39", "site": [{"@host": "www.korenaar.example", "alerts": [
		{"pluginid": "10038", "alertRef": "10038-1", "name": "Content Security Policy (CSP) Header Not Set", "riskcode": "2"}]}]}`
	batch, err := zap.Read(strings.NewReader(report))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Websites[0].ID, batch.Websites[0].Scanned)
	fmt.Println(batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity)
	// Output:
	// www.korenaar.example 2026-11-08 00:18:39 +0000 UTC
	// zap:10038 medium
}
