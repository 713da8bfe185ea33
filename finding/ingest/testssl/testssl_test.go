package testssl_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/testssl"
	"github.com/stretchr/testify/require"
)

// rows are checks by id, severity, CVE and finding.
var rows = [][4]string{
	{"SSLv2", "OK", "", "not offered"}, {"cipherlist_NULL", "OK", "", "not offered"}, {"cert_commonName <cert#1>", "OK", "", "x"},
	{"heartbleed", "CRITICAL", "CVE-2014-0160", "VULNERABLE"}, {"DROWN", "HIGH", "CVE-2016-0800 CVE-2016-0703", "vulnerable"}, {"BREACH", "WARN", "CVE-2013-3587", "no reply"},
	{"service", "INFO", "", "HTTP"}, {"odd", "FOO", "", "?"}, {"scanTime", "INFO", "", "61"},
}

func flat() string {
	all := []string{`{"id":"engine_problem","ip":"/","port":"443","severity":"WARN","finding":"No engine"}`}
	for _, r := range rows {
		all = append(all, fmt.Sprintf(`{"id":%q,"ip":"www.Korenaar.example/192.0.2.1","port":"443","severity":%q,"cve":%q,"finding":%q}`, r[0], r[1], r[2], r[3]))
	}
	return "[\n" + strings.Join(all, "\n,") + "\n]"
}

func sheet() string {
	var text strings.Builder
	text.WriteString(`"id","fqdn/ip","port","severity","finding","cve","cwe"` + "\n" + `"engine_problem","/","443","WARN","No engine","",""` + "\n")
	for _, r := range rows[:len(rows)-1] { // a sheet has no end
		text.WriteString(fmt.Sprintf("%q,%q,%q,%q,%q,%q,%q\n", r[0], "www.korenaar.example/192.0.2.1", "443", r[1], r[3], r[2], ""))
	}
	return text.String()
}

func pretty() string {
	var all []string
	for _, r := range rows[:len(rows)-1] {
		all = append(all, fmt.Sprintf(`{"id":%q,"severity":%q,"cve":%q,"finding":%q}`, r[0], r[1], r[2], r[3]))
	}
	return `{"clientProblem1":[{"id":"engine_problem","severity":"WARN","finding":"No engine"}],"Invocation":"testssl","at":"vm","version":"3.0.8","openssl":"x","startTime":"1793674739",
		"scanResult":[{"targetHost":"www.korenaar.example","ip":"192.0.2.1","port":"443","protocols":[` + strings.Join(all, ",") + `]}],"scanTime":61}`
}

var ended = time.Date(2026, 11, 3, 2, 59, 0, 0, time.UTC)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, testssl.Detect([]byte(text)), text)
	b, err := testssl.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	for name, text := range map[string]string{"flat": flat(), "sheet": sheet(), "pretty": pretty()} {
		at := reader.Epoch(1793674739).Add(61 * time.Second)
		b := read(t, text, reader.Taken(at), reader.Complete(finding.AssetWebsite, "www.korenaar.example", time.Time{}))
		require.Equal(t, finding.Vulnerability{ID: "CVE-2014-0160", AssetType: finding.AssetWebsite, Asset: "www.korenaar.example", Severity: finding.SeverityCritical,
			Title: "heartbleed: VULNERABLE", Found: at, Seen: at, Sources: []string{"testssl"}}, b.Vulnerabilities[0], name)
		var got []string
		for _, v := range b.Vulnerabilities[1:] {
			got = append(got, v.ID+" "+v.Severity.String())
		}
		require.Equal(t, []string{"testssl:DROWN high", "testssl:service none", "testssl:odd unknown"}, got, name)
		require.Equal(t, []finding.Website{{ID: "www.korenaar.example", Scanned: at, Sources: []string{"testssl"}}}, b.Websites, name)
		require.Equal(t, []finding.Complete{{AssetType: finding.AssetWebsite, Asset: "www.korenaar.example", At: at, Untested: []string{"CVE-2013-3587"}}}, b.Complete, name)
	}
}

func TestNotScanned(t *testing.T) {
	fatal := strings.Replace(sheet(), `"HTTP"`, `"x","",""`+"\n"+`"scanProblem","www.korenaar.example/192.0.2.1","443","FATAL","Can't connect"`, 1)
	for text, reason := range map[string]string{
		fatal:   "Can't connect",
		sheet(): "its scan has no end",
		strings.Replace(flat(), `"61"`, `"interrupted"`, 1):                            "its scan has no end",
		strings.Replace(flat(), `"heartbleed"`, `"CCS"`, 1):                            "there was no check heartbleed",
		strings.Replace(pretty(), `"scanTime":61`, `"scanTime":"Scan interrupted"`, 1): "its scan has no end",
		`"id","fqdn/ip","port","severity","finding","cve","cwe"` + "\n":                "holds no host",
	} {
		b := read(t, text, reader.Taken(ended))
		require.Empty(t, b.Complete, text)
		for _, w := range b.Websites {
			require.True(t, w.Scanned.IsZero(), text)
		}
		require.Contains(t, fmt.Sprint(b.Skipped), reason)
	}
	require.Contains(t, fmt.Sprint(read(t, flat()).Skipped), "nobody says when")
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "{", "{}", "[5]", "5", "a,b\n", flat()[:300], sheet()[:300], pretty()[:300], flat() + "x"} {
		b, err := testssl.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	for _, text := range []string{flat(), sheet(), pretty()} {
		_, err := testssl.Read(strings.NewReader(text), reader.LimitRecords(1))
		require.ErrorAs(t, err, &limit)
	}
}

func TestTruncated(t *testing.T) {
	for _, text := range []string{flat(), sheet(), pretty()} {
		readertest.Truncate(t, testssl.Read, []byte(text), 200)
	}
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	for _, text := range []string{flat(), pretty()} {
		f.Add([]byte(text), 100)
	}
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, testssl.Read, data, cut) })
}

func ExampleRead() {
	report := `[{"id": "BEAST", "ip": "www.korenaar.example/192.0.2.1", "port": "443", "severity": "LOW", "cve": "CVE-2011-3389", "finding": "VULNERABLE"}]`
	batch, err := testssl.Read(strings.NewReader(report), reader.Taken(time.Date(2026, 11, 3, 3, 0, 0, 0, time.UTC)))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity)
	fmt.Println(batch.Skipped[0])
	// Output:
	// CVE-2011-3389 low
	// www.korenaar.example: not taken as scanned: partial: its scan has no end
}
