package openvas_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/openvas"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const (
	one = `<result id="1"><name>Old Firefox</name><host>10.0.101.2<asset/><hostname>PC-01</hostname></host><port>general/tcp</port>
		<nvt oid="1.3.6.1.4.1.25623.1.0.832260"><name>Old Firefox</name><cvss_base>7.5</cvss_base><tags>summary=x|solution=Upgrade to
		117.|affected=y</tags><refs><ref id="CVE-2023-4573" type="cve"/><ref id="https://a.example" type="url"/></refs></nvt><threat>High</threat><severity>7.5</severity></result>`
	two    = `<result id="2"><name>TCP timestamps</name><host>10.0.101.2</host><nvt oid="1.3.6.1.4.1.25623.1.0.80091"><name>TCP timestamps</name><cve>NOCVE</cve><solution type="Mitigation">Switch off.</solution></nvt><threat>Log</threat><severity>0.0</severity></result>`
	report = `<report id="a" format_id="b" extension="xml" content_type="text/xml"><name>x</name><report id="c"><gmp><version>22.4</version></gmp>
		<filters id="0"><term>apply_overrides=0 levels=hml rows=-1 min_qod=70 first=1 sort-reverse=severity notes=1 overrides=1</term></filters>
		<scan_run_status>Done</scan_run_status><scan_start>2026-11-03T03:00:00Z</scan_start><results start="1" max="-1">` + one + two + `</results>
		<result_count>2<full>5</full><filtered>2</filtered></result_count>
		<host><ip>10.0.101.2</ip><start>2026-11-03T03:00:00Z</start><end>2026-11-03T03:40:00Z</end><detail><name>best_os_txt</name><value>Windows 11</value></detail></host>
		<host><ip>10.0.101.3</ip><end>2026-11-03T03:50:00Z</end><detail><name>hostname</name><value>nas</value></detail></host>
		<errors><count>0</count></errors><scan_end>2026-11-03T04:00:00Z</scan_end></report></report>`
	export = "IP,Hostname,Port,Port Protocol,CVSS,Severity,QoD,Solution Type,NVT Name,Summary,Specific Result,NVT OID,CVEs,Task ID,Task Name,Timestamp,Result ID,Impact,Solution,Other References\n" +
		"10.0.101.2,PC-01,443,tcp,9.8,High,80,VendorFix,Old,,\"a\nb\",1.3.6.1.4.1.25623.1.0.1,\"CVE-2026-1111,CVE-2026-2222\",t,t,2026-11-03T03:40:00Z,r,,Update.,URL:https://a.example\n"
)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, openvas.Detect([]byte(text)), text)
	b, err := openvas.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	end := time.Date(2026, 11, 3, 3, 40, 0, 0, time.UTC)
	for _, text := range []string{report, `<get_reports_response status="200">` + report + `</get_reports_response>`, "<?xml version='1.0'?>\r\n" + report} {
		b := read(t, text)
		require.Equal(t, []finding.Vulnerability{
			{ID: "CVE-2023-4573", AssetType: finding.AssetComputer, Asset: "pc-01", Severity: finding.SeverityHigh, CVSS: 7.5, Title: "Old Firefox", Remedy: "Upgrade to 117.",
				Found: end, Seen: end, Sources: []string{"openvas"}, References: []string{"https://a.example"}},
			{ID: "1.3.6.1.4.1.25623.1.0.80091", AssetType: finding.AssetComputer, Asset: "pc-01", Severity: finding.SeverityNone, Title: "TCP timestamps", Remedy: "Switch off.",
				Found: end, Seen: end, Sources: []string{"openvas"}},
		}, b.Vulnerabilities)
		require.Equal(t, []finding.Computer{{ID: "pc-01", OS: "Windows 11", Seen: end, Sources: []string{"openvas"}},
			{ID: "nas", Seen: end.Add(10 * time.Minute), Sources: []string{"openvas"}}}, b.Computers, "a host without results was scanned too")
		require.Len(t, b.Complete, 2)
		require.Empty(t, b.Skipped)
	}
}

func TestSheet(t *testing.T) {
	b := read(t, export)
	v := b.Vulnerabilities[0]
	require.Equal(t, "1.3.6.1.4.1.25623.1.0.1", v.ID, "of several CVEs none stands for the test")
	require.Equal(t, finding.SeverityCritical, v.Severity)
	require.Equal(t, []string{"CVE-2026-1111", "CVE-2026-2222", "https://a.example"}, v.References)
	require.Equal(t, "pc-01", b.Computers[0].ID)
	require.Zero(t, b.Computers[0].Seen, "it may be cut off between two rows")
	require.Contains(t, fmt.Sprint(b.Skipped), "nobody states that it is complete")
	require.Empty(t, b.Complete)
	b = read(t, export, reader.Complete(finding.AssetComputer, "PC-01", time.Time{}))
	require.Equal(t, 40, b.Computers[0].Seen.Minute())
	require.Len(t, b.Complete, 1)
}

// A scan that isn't done, or of which the report leaves something out, has
// seen nothing.
func TestNotSeen(t *testing.T) {
	for _, c := range []struct{ old, with, reason string }{
		{"Done", "Stopped", `status of the scan is "Stopped"`},
		{"<scan_run_status>Done</scan_run_status>", "", `status of the scan is ""`},
		{"levels=hml", "levels=h", `filtered by "levels=h"`},
		{"rows=-1", "severity>7", `filtered by "severity>7"`},
		{"min_qod=70", "min_qod=90", `filtered by "min_qod=90"`},
		{"<filtered>2<", "<filtered>20<", "holds 2 of 20 results"},
		{"<errors><count>0</count>", "<errors><error><host>10.0.101.2<asset/></host><description>NVT timed out</description></error>", "1 tests ended in an error"},
		{"<end>2026-11-03T03:40:00Z</end>", "<end/>", "has no end"},
	} {
		b := read(t, strings.Replace(report, c.old, c.with, 1))
		require.Contains(t, fmt.Sprint(b.Skipped), c.reason)
		require.True(t, b.Computers[0].Seen.IsZero(), c.reason)
		for _, done := range b.Complete {
			require.NotEqual(t, "pc-01", done.Asset, c.reason)
		}
		require.Len(t, b.Vulnerabilities, 2, "what was found stays found")
	}
	old := `<report><report><scan_run_status>Done</scan_run_status><results>` + one + `</results></report></report>`
	require.Contains(t, fmt.Sprint(read(t, old, reader.Taken(time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC))).Skipped), "has no end")
	b := read(t, `<report format_id="x" content_type="y"><report><scan_run_status>Done</scan_run_status><results/></report></report>`)
	require.Contains(t, fmt.Sprint(b.Skipped), "no host answered")
}

func TestSeverity(t *testing.T) {
	rated := func(threat, severity string) finding.Batch {
		return read(t, strings.Replace(strings.Replace(report, "<threat>High</threat>", "<threat>"+threat+"</threat>", 1), "<severity>7.5</severity>", "<severity>"+severity+"</severity>", 1))
	}
	for _, c := range []struct {
		threat, number string
		want           finding.Severity
	}{{"High", "9.8", finding.SeverityCritical}, {"Medium", "5", finding.SeverityMedium}, {"Low", "2,6", finding.SeverityLow}, {"High", "", finding.SeverityHigh},
		{"Critical", "", finding.SeverityCritical}, {"Log", "0.0", finding.SeverityNone}, {"", "x", finding.SeverityUnknown}, {"Weird", "", finding.SeverityUnknown}} {
		require.Equal(t, c.want, rated(c.threat, c.number).Vulnerabilities[0].Severity, c)
	}
	require.Equal(t, finding.StatusFalsePositive, rated("False Positive", "-1.0").Vulnerabilities[0].Status)
	b := rated("Error", "-3.0")
	require.Len(t, b.Vulnerabilities, 1)
	require.Contains(t, b.Skipped[0].Reason, "no finding")
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "<", "<a/>", report[:500], strings.TrimSuffix(report, "</report>"), export[:len(export)-60], "a,b\n", "{}"} {
		b, err := openvas.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := openvas.Read(strings.NewReader(report), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) {
	readertest.Truncate(t, openvas.Read, []byte(report), 200)
	readertest.Truncate(t, openvas.Read, []byte(export), 200)
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(report), 100)
	f.Add([]byte(export), 100)
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, openvas.Read, data, cut) })
}

func BenchmarkRead(b *testing.B) {
	text := strings.Replace(report, one, strings.Repeat(one, 1000), 1)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := openvas.Read(strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleRead() {
	report := `<report><report><scan_run_status>Done</scan_run_status><results><result><host>10.0.101.2<hostname>pc-01</hostname></host>
		<nvt oid="1.3.6.1.4.1.25623.1.0.832260"><name>Old Firefox</name><refs><ref type="cve" id="CVE-2023-4573"/></refs></nvt><severity>7.5</severity></result></results>
		<scan_end>2026-11-03T04:00:00Z</scan_end></report></report>`
	batch, err := openvas.Read(strings.NewReader(report))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Computers[0].ID, batch.Computers[0].Seen)
	fmt.Println(batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity)
	// Output:
	// pc-01 2026-11-03 04:00:00 +0000 UTC
	// CVE-2023-4573 high
}
