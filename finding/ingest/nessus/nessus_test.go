package nessus_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/nessus"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const (
	item = `<ReportItem port="80" svc_name="www" protocol="tcp" severity="3" pluginID="40984" pluginName="Old PHP" pluginFamily="CGI"><cve>CVE-2026-1234</cve><cvss3_vector>CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N</cvss3_vector>
		<cvss_base_score>5.0</cvss_base_score><solution>Upgrade
		PHP.</solution><see_also>https://a.example
https://b.example</see_also><plugin_output>secret</plugin_output></ReportItem>`
	info   = `<ReportItem port="0" severity="0" pluginID="19506" pluginName="Nessus Scan Information"><solution>n/a</solution><cve>CVE-2026-1</cve><cve>CVE-2026-1111</cve><cve>CVE-2026-2222</cve></ReportItem>`
	passed = `<ReportItem port="0" severity="3" pluginID="21157" pluginName="Unix Compliance Checks"><compliance>true</compliance><cm:compliance-check-id>ab12</cm:compliance-check-id><cm:compliance-check-name>1.1 noexec</cm:compliance-check-name><cm:compliance-result>FAILED</cm:compliance-result></ReportItem>`
	report = `<?xml version="1.0" ?><NessusClientData_v2 xmlns:cm="http://www.nessus.org/cm"><Policy><policyName>x</policyName><Report>trap</Report></Policy><Report name="x"><ReportHost name="10.0.0.2"><HostProperties>
		<tag name="HOST_END_TIMESTAMP">1794196800</tag><tag name="HOST_END">Mon Nov  9 04:00:00 2026</tag><tag name="patch-summary-txt-1">x</tag><tag name="operating-system">Windows 11
Windows 10</tag><tag name="host-fqdn">PC-01.korenaar.example</tag></HostProperties>` + item + info + passed + `</ReportHost></Report></NessusClientData_v2>`
	export = "Plugin ID,CVE,CVSS,Risk,Host,Protocol,Port,Name,Synopsis,Description,Solution,See Also,Plugin Output\n" +
		"\"40984\",\"CVE-2026-1234\",\"5.0\",\"High\",\"10.0.0.2\",\"tcp\",\"80\",\"Old PHP\",\"s\",\"d\n e\",\"Upgrade\",\"https://a.example\",\"o\"\n" +
		"\"19\",\"CVE-2026-1111\",\"\",\"None\",\"10.0.0.2\",\"tcp\",\"80\",\"Two\",\"s\",\"d\",\"n/a\",\"\",\"\"\n\"19\",\"CVE-2026-2222\",\"\",\"None\",\"10.0.0.2\",\"tcp\",\"80\",\"Two\",\"s\",\"d\",\"n/a\",\"\",\"\"\n"
	center = "\"Plugin\",\"Plugin Name\",\"Family\",\"Severity\",\"IP Address\",\"DNS Name\",\"NetBIOS Name\",\"Solution\",\"See Also\",\"CVSS V3 Base Score\",\"CVE\",\"First Discovered\",\"Last Observed\"\n" +
		"73756,SQL,DB,Critical,2.3.4.5,,WORKGROUP\\ECODB,Upgrade,,10.0,,\"Nov 2, 2026 05:11:31 UTC\",\"Nov 20, 2026 05:11:31 UTC\"\n"
)

var end = time.Date(2026, 11, 9, 4, 0, 0, 0, time.UTC)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, nessus.Detect([]byte(text)), text)
	b, err := nessus.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	const pc = "pc-01.korenaar.example"
	v := func(id string, severity finding.Severity, title string) finding.Vulnerability {
		return finding.Vulnerability{ID: id, AssetType: finding.AssetComputer, Asset: pc, Severity: severity, Title: title, Found: end, Seen: end, Sources: []string{"nessus"}}
	}
	php, scan := v("CVE-2026-1234", finding.SeverityHigh, "Old PHP"), v("nessus:19506", finding.SeverityNone, "Nessus Scan Information")
	php.CVSS, php.Remedy, php.References = 7.5, "Upgrade PHP.", []string{"https://a.example", "https://b.example"}
	scan.References = []string{"CVE-2026-1111", "CVE-2026-2222"}
	for _, text := range []string{report, strings.Replace(report, "HOST_END_TIMESTAMP", "other", 1)} {
		b := read(t, text, reader.Zone(time.UTC))
		require.Equal(t, []finding.Vulnerability{php, scan, v("nessus:21157:ab12", finding.SeverityHigh, "1.1 noexec")}, b.Vulnerabilities)
		require.Equal(t, []finding.Computer{{ID: pc, OS: "Windows 11", Seen: end, Sources: []string{"nessus"}}}, b.Computers)
		require.Equal(t, []finding.Complete{{AssetType: finding.AssetComputer, Asset: pc, At: end}}, b.Complete)
		require.Empty(t, b.Skipped)
	}
	b := read(t, strings.Replace(report, `<tag name="HOST_END">`, `<tag name="system-type">web_application</tag><tag name="HOST_END">`, 1))
	require.Equal(t, []finding.Website{{ID: pc, Scanned: end, Sources: []string{"nessus"}}}, b.Websites)
	require.Equal(t, finding.AssetWebsite, b.Vulnerabilities[0].AssetType)
}

func TestSheets(t *testing.T) {
	b := read(t, export, reader.Taken(end))
	require.Equal(t, []string{"CVE-2026-1234", "nessus:19", "nessus:19"}, []string{b.Vulnerabilities[0].ID, b.Vulnerabilities[1].ID, b.Vulnerabilities[2].ID}, "a row for each CVE")
	require.Equal(t, finding.SeverityHigh, b.Vulnerabilities[0].Severity)
	require.Equal(t, []string{"CVE-2026-1111", "CVE-2026-2222"}, b.Vulnerabilities[2].References)
	require.Zero(t, b.Computers[0].Seen, "it may be cut off between two rows")
	require.Contains(t, fmt.Sprint(b.Skipped), "nobody states that it is complete")
	require.Empty(t, b.Complete)
	b = read(t, export, reader.Complete(finding.AssetComputer, "10.0.0.2", end), reader.Taken(end))
	require.Equal(t, end, b.Computers[0].Seen)
	require.Len(t, b.Complete, 1)
	require.Contains(t, fmt.Sprint(read(t, export).Skipped), "has no end")
	v := read(t, center).Vulnerabilities[0]
	require.Equal(t, "ecodb", v.Asset)
	require.Equal(t, finding.SeverityCritical, v.Severity)
	require.Equal(t, []int{2, 20}, []int{v.Found.Day(), v.Seen.Day()})
}

// What was passed is no finding, and whose scan did not look at everything was
// not seen.
func TestLeftOut(t *testing.T) {
	for _, result := range []string{"PASSED", "ERROR", "SKIPPED"} {
		b := read(t, strings.Replace(report, "FAILED", result, 1))
		require.Len(t, b.Vulnerabilities, 2)
		require.Contains(t, b.Skipped[0].Reason, result)
	}
	for _, c := range []struct{ old, with, reason string }{
		{"HOST_END", "HOST_NO", "has no end"}, {`"19506"`, `"21745"`, "local checks failed"}, {`"19506"`, `"104410"`, "logging in failed"},
	} {
		b := read(t, strings.ReplaceAll(report, c.old, c.with))
		require.Contains(t, fmt.Sprint(b.Skipped), c.reason)
		require.True(t, b.Computers[0].Seen.IsZero())
		require.Empty(t, b.Complete)
		require.Len(t, b.Vulnerabilities, 3)
	}
	b := read(t, `<NessusClientData_v2><Report/></NessusClientData_v2>`)
	require.Contains(t, b.Skipped[0].Reason, "holds no host")
	b = read(t, strings.NewReplacer(`"10.0.0.2"`, `""`, "host-fqdn", "x").Replace(report))
	require.Len(t, b.Skipped, 5, "items and a host without a name")
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "<", "<a/>", report[:900], strings.TrimSuffix(report, "</NessusClientData_v2>"), export[:len(export)-40], "a,b\n", "{}"} {
		b, err := nessus.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := nessus.Read(strings.NewReader(report), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) {
	for _, text := range []string{report, export, center} {
		readertest.Truncate(t, nessus.Read, []byte(text), 200)
	}
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	for _, text := range []string{report, export, center} {
		f.Add([]byte(text), 100)
	}
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, nessus.Read, data, cut) })
}

func BenchmarkRead(b *testing.B) {
	text := strings.Replace(report, item, strings.Repeat(item, 1000), 1)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := nessus.Read(strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleRead() {
	report := `<NessusClientData_v2><Report><ReportHost name="pc-01"><HostProperties><tag name="HOST_END_TIMESTAMP">1794196800</tag></HostProperties>
		<ReportItem pluginID="40984" severity="2" pluginName="Browsable Web Directories"/></ReportHost></Report></NessusClientData_v2>`
	batch, err := nessus.Read(strings.NewReader(report))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Computers[0].ID, batch.Computers[0].Seen)
	fmt.Println(batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity)
	// Output:
	// pc-01 2026-11-09 04:00:00 +0000 UTC
	// nessus:40984 medium
}
