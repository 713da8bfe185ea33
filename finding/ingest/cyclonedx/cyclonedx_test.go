package cyclonedx_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/cyclonedx"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const (
	jsonDocument = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"timestamp":"2026-11-03T03:00:00Z","component":{"name":"app"}},"components":[{"name":"x","bom-ref":"r"}],"vulnerabilities":[
		{"id":"SNYK-1","source":{"name":"Snyk","url":"https://snyk.example/1"},"references":[{"id":"CVE-2021-44228"}],"recommendation":"Upgrade.","analysis":{"state":"exploitable"},"affects":[{"ref":"pkg:maven/org.apache/log4j@2.14?type=jar"}],
		 "ratings":[{"source":{"name":"NVD"},"severity":"critical","score":10.0,"method":"CVSSv31"},{"source":{"name":"Snyk"},"severity":"high","score":5,"method":"CVSSv2"}]},
		{"id":"CVE-2026-0002","analysis":{"state":"not_affected"}},{"id":"CVE-2026-0003","ratings":[{"severity":"unknown","method":"CVSSv3","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]},{"id":"CVE-2026-0004"},{"id":""}]}`
	xmlDocument = `<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"><metadata><timestamp>2026-11-03T03:00:00Z</timestamp><tools><tool><name>t</name></tool></tools><component type="application"><name>app</name></component></metadata>
		<components><component><name>x</name></component></components><vulnerabilities>
		<vulnerability><id>SNYK-1</id><source><name>Snyk</name><url>https://snyk.example/1</url></source><references><reference><id>CVE-2021-44228</id></reference></references>
		 <ratings><rating><source><name>NVD</name></source><score>10.0</score><severity>critical</severity><method>CVSSv31</method></rating><rating><source><name>Snyk</name></source><score>5</score><severity>high</severity><method>CVSSv2</method></rating></ratings>
		 <recommendation>Upgrade.</recommendation><analysis><state>exploitable</state></analysis><affects><target><ref>pkg:maven/org.apache/log4j@2.14?type=jar</ref></target></affects></vulnerability>
		<vulnerability><id>CVE-2026-0002</id><analysis><state>not_affected</state></analysis></vulnerability>
		<vulnerability><id>CVE-2026-0003</id><ratings><rating><severity>unknown</severity><method>CVSSv3</method><vector>CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H</vector></rating></ratings></vulnerability>
		<vulnerability><id>CVE-2026-0004</id></vulnerability><vulnerability/></vulnerabilities></bom>`
	extension = `<bom xmlns="http://cyclonedx.org/schema/bom/1.2" xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0"><components><component><name>log4j</name>
		<v:vulnerabilities><v:vulnerability ref="pkg:maven/org.apache/log4j@2.14"><v:id>CVE-2021-44228</v:id><v:source name="NVD"><v:url>https://nvd.example</v:url></v:source>
		<v:ratings><v:rating><v:score><v:base>9.8</v:base></v:score><v:severity>Critical</v:severity><v:method>CVSSv3</v:method></v:rating></v:ratings></v:vulnerability></v:vulnerabilities></component></components></bom>`
)

var made = time.Date(2026, 11, 3, 3, 0, 0, 0, time.UTC)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, cyclonedx.Detect([]byte(text)), text)
	b, err := cyclonedx.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	for _, text := range []string{jsonDocument, xmlDocument} {
		b := read(t, text)
		require.Equal(t, finding.Vulnerability{ID: "CVE-2021-44228", AssetType: finding.AssetComputer, Asset: "app", Severity: finding.SeverityHigh, CVSS: 10,
			Title: "CVE-2021-44228 in log4j 2.14", Remedy: "Upgrade.", Found: made, Seen: made, Sources: []string{"cyclonedx"}, References: []string{"https://snyk.example/1"}}, b.Vulnerabilities[0], "as its publisher rates it")
		var got []string
		for _, v := range b.Vulnerabilities[1:] {
			got = append(got, v.ID+" "+v.Severity.String())
		}
		require.Equal(t, []string{"CVE-2026-0003 critical", "CVE-2026-0004 unknown"}, got)
		require.Equal(t, []finding.Skip{{Where: "vulnerability 2", Reason: "it is no finding: not_affected"}, {Where: "vulnerability 5", Reason: "it has no id"}}, b.Skipped)
		require.Equal(t, "pc-01", read(t, text, reader.Asset("pc-01")).Vulnerabilities[0].Asset)
	}
}

// Components hold their own vulnerabilities in the extension of old versions.
func TestExtension(t *testing.T) {
	v := read(t, extension, reader.Asset("pc-01"), reader.Taken(made)).Vulnerabilities[0]
	require.Equal(t, finding.Vulnerability{ID: "CVE-2021-44228", AssetType: finding.AssetComputer, Asset: "pc-01", Severity: finding.SeverityCritical, CVSS: 9.8,
		Title: "CVE-2021-44228 in log4j 2.14", Found: made, Seen: made, Sources: []string{"cyclonedx"}, References: []string{"https://nvd.example"}}, v)
	require.Contains(t, fmt.Sprint(read(t, extension).Skipped), "1 findings: they are of no computer")
}

func TestComplete(t *testing.T) {
	stated := reader.Complete(finding.AssetComputer, "pc-01", time.Time{})
	require.Empty(t, read(t, jsonDocument, reader.Asset("pc-01")).Complete)
	require.Equal(t, made, read(t, jsonDocument, reader.Asset("pc-01"), stated).Complete[0].At)
	require.Len(t, read(t, `{"bomFormat":"CycloneDX","vulnerabilities":[]}`, reader.Asset("pc-01"), stated, reader.Taken(made)).Complete, 1, "none is an answer")
	for text, reason := range map[string]string{
		`{"bomFormat":"CycloneDX","components":[]}`:          "lists components, and no vulnerabilities",
		`{"bomFormat":"CycloneDX","vulnerabilities":[]}`:     "nobody says when",
		`<bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>`: "lists components, and no vulnerabilities",
	} {
		b := read(t, text, reader.Asset("pc-01"), stated)
		require.Empty(t, b.Complete)
		require.Contains(t, fmt.Sprint(b.Skipped), reason)
	}
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "{", "{}", "[]", "<", "<a/>", `{"bomFormat":"SPDX"}`, jsonDocument[:400], jsonDocument + "x", xmlDocument[:500], strings.TrimSuffix(xmlDocument, "</bom>")} {
		b, err := cyclonedx.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	for _, text := range []string{jsonDocument, xmlDocument} {
		_, err := cyclonedx.Read(strings.NewReader(text), reader.LimitRecords(1))
		require.ErrorAs(t, err, &limit)
	}
}

func TestTruncated(t *testing.T) {
	for _, text := range []string{jsonDocument, xmlDocument, extension} {
		readertest.Truncate(t, cyclonedx.Read, []byte(text), 200)
	}
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	for _, text := range []string{jsonDocument, xmlDocument, extension} {
		f.Add([]byte(text), 100)
	}
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, cyclonedx.Read, data, cut) })
}

func ExampleRead() {
	document := `{"bomFormat": "CycloneDX", "metadata": {"timestamp": "2026-11-03T03:00:00Z"}, "vulnerabilities": [
		{"id": "CVE-2021-44228", "ratings": [{"severity": "critical"}], "affects": [{"ref": "pkg:maven/org.apache/log4j@2.14"}]}]}`
	batch, err := cyclonedx.Read(strings.NewReader(document), reader.Asset("pc-01"))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Vulnerabilities[0].Title, batch.Vulnerabilities[0].Severity)
	// Output:
	// CVE-2021-44228 in log4j 2.14 critical
}
