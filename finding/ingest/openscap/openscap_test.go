package openscap_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/openscap"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const (
	result = `<TestResult xmlns="http://checklists.nist.gov/xccdf/1.2" id="x" end-time="2026-11-23T10:57:48+01:00"><benchmark href="#b" id="xccdf_org.ssgproject.content_benchmark_DEBIAN-12"/>
		<identity authenticated="false">zwaluw</identity><target>PC-01</target><target-address>10.0.0.2</target-address><target-facts><fact name="urn:xccdf:fact:asset:identifier:fqdn">pc-01.korenaar.example</fact></target-facts>
		<rule-result idref="xccdf_org.ssgproject.content_rule_sshd_root" severity="medium" time="2026-11-23T09:57:41+00:00"><result>fail</result><message>m</message></rule-result>
		<rule-result idref="oval-com.redhat.rhsa-def-1" severity="high"><result>fail</result></rule-result><rule-result idref="r2"><result>fail</result><ident system="http://cve.mitre.org">CVE-2026-0002</ident></rule-result>
		<rule-result idref="xccdf_mil.disa.stig_rule_SV-230223r792855_rule" severity="unknown"><result>fail</result></rule-result>
		<rule-result idref="p"><result>pass</result></rule-result><rule-result idref="n"><result>notapplicable</result></rule-result><rule-result idref="c"><result>notchecked</result></rule-result>
		<rule-result idref="e"><result>error</result></rule-result><rule-result idref="s"><result>notselected</result></rule-result><rule-result><result>fail</result></rule-result><score>50</score></TestResult>`
	benchmark = `<?xml version="1.0"?><Benchmark xmlns="http://checklists.nist.gov/xccdf/1.2" id="xccdf_org.ssgproject.content_benchmark_DEBIAN-12"><Value id="v"><value>Rule</value></Value><Group id="g">
		<Rule id="xccdf_org.ssgproject.content_rule_sshd_root" severity="medium"><title>Root may not <i>log in</i></title><fixtext>Set <b>PermitRootLogin</b> to no</fixtext></Rule></Group>
		<Rule id="oval-com.redhat.rhsa-def-1" severity="high"><title>RHSA-2026:0044: openssh security update</title><ident>CVE-2026-1111</ident><ident>CVE-2026-1112</ident></Rule>RESULT</Benchmark>`
	collection = `<arf:asset-report-collection xmlns:arf="http://scap.nist.gov/schema/asset-reporting-format/1.1"><arf:report-requests><arf:report-request><arf:content>BENCHMARK</arf:content></arf:report-request></arf:report-requests>
		<arf:assets><arf:asset><Rule id="no"/></arf:asset></arf:assets><arf:reports><arf:report><arf:content>RESULT</arf:content></arf:report><arf:report><oval_results><TestResult/></oval_results></arf:report></arf:reports></arf:asset-report-collection>`
)

var (
	xccdf = strings.Replace(benchmark, "RESULT", result, 1)
	arf   = strings.NewReplacer("BENCHMARK", strings.TrimPrefix(strings.Replace(benchmark, "RESULT", "", 1), `<?xml version="1.0"?>`), "RESULT", result).Replace(collection)
	end   = time.Date(2026, 11, 23, 9, 57, 48, 0, time.UTC)
)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, openscap.Detect([]byte(text)), text)
	b, err := openscap.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	for name, text := range map[string]string{"xccdf": xccdf, "arf": arf} {
		b := read(t, text)
		require.Equal(t, "openscap:debian-12", b.Source, name)
		require.Len(t, b.Vulnerabilities, 4, name)
		require.Equal(t, finding.Vulnerability{ID: "openscap:sshd_root", AssetType: finding.AssetComputer, Asset: "pc-01", Severity: finding.SeverityMedium, Title: "Root may not log in",
			Remedy: "Set PermitRootLogin to no", Found: end, Seen: end, Sources: []string{"openscap:debian-12"}}, b.Vulnerabilities[0], name)
		require.Equal(t, "RHSA-2026:0044", b.Vulnerabilities[1].ID)
		require.Equal(t, "CVE-2026-0002", b.Vulnerabilities[2].ID)
		require.Equal(t, "openscap:SV-230223", b.Vulnerabilities[3].ID)
		require.Equal(t, finding.SeverityUnknown, b.Vulnerabilities[3].Severity)
		require.Equal(t, []finding.Computer{{ID: "pc-01", Seen: end, Sources: []string{"openscap:debian-12"}}}, b.Computers)
		require.Equal(t, []finding.Complete{{AssetType: finding.AssetComputer, Asset: "pc-01", At: end, Untested: []string{"openscap:c", "openscap:e", "openscap:s"}}}, b.Complete)
		require.Equal(t, "[rule-result 10: it names no rule 1 rules: it passed 1 rules: it is not applicable 2 rules: it was not tested 1 rules: it was not selected]", fmt.Sprint(b.Skipped))
		require.NotContains(t, fmt.Sprint(b), "zwaluw")
	}
	b := read(t, result)
	require.Equal(t, "sshd_root", b.Vulnerabilities[0].Title, "the result alone has no titles")
	require.Equal(t, "openscap:oval-com.redhat.rhsa-def-1", b.Vulnerabilities[1].ID)
}

func TestComputer(t *testing.T) {
	local := strings.Replace(xccdf, "<target>PC-01", "<target>localhost", 1)
	require.Equal(t, "pc-01.korenaar.example", read(t, local).Computers[0].ID)
	local = strings.Replace(local, "pc-01.korenaar.example", "localhost.localdomain", 1)
	require.Equal(t, "localhost", read(t, local).Computers[0].ID)
	require.Equal(t, "pc-07", read(t, local, reader.Asset("PC-07")).Computers[0].ID)
}

func TestNotSeen(t *testing.T) {
	for text, why := range map[string]string{
		strings.Replace(benchmark, "RESULT", "", 1):                                                    "holds no test result",
		strings.NewReplacer("pass<", "notapplicable<", "fail<", "notapplicable<").Replace(xccdf):       "no rule was tested",
		strings.Replace(xccdf, " end-time", " x", 1):                                                   "has no end",
		strings.Replace(benchmark, "RESULT", result+strings.Replace(result, "DEBIAN-12", "CIS", 1), 1): "several benchmarks",
	} {
		b := read(t, text)
		require.Contains(t, fmt.Sprint(b.Skipped), why)
		require.Empty(t, b.Complete)
	}
	b := read(t, strings.Replace(xccdf, ">fail<", ">odd<", 1))
	require.Contains(t, fmt.Sprint(b.Skipped), `no word of XCCDF: "odd"`)
	require.Contains(t, b.Complete[0].Untested, "openscap:sshd_root")
	b = read(t, strings.Replace(strings.Replace(xccdf, "<target>PC-01", "<target>", 1), "pc-01.korenaar.example", "", 1))
	require.Contains(t, fmt.Sprint(b.Skipped), "4 findings: they are of no computer")
	require.Empty(t, b.Vulnerabilities)
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "{}", "<a/>", xccdf[:900], xccdf[:len(xccdf)-13], "<Benchmark>", `<!DOCTYPE x [<!ENTITY e "v">]><TestResult><target>&e;</target></TestResult>`} {
		b, err := openscap.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := openscap.Read(strings.NewReader(xccdf), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) {
	for _, text := range []string{xccdf, arf} {
		readertest.Truncate(t, openscap.Read, []byte(text), 200)
	}
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	for _, text := range []string{xccdf, arf} {
		f.Add([]byte(text), 100)
	}
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, openscap.Read, data, cut) })
}

func ExampleRead() {
	result := `<TestResult xmlns="http://checklists.nist.gov/xccdf/1.2" id="x" end-time="2026-11-23T09:57:48Z"><target>pc-01</target>
		<rule-result idref="xccdf_org.ssgproject.content_rule_sshd_disable_root_login" severity="medium"><result>fail</result></rule-result></TestResult>`
	batch, err := openscap.Read(strings.NewReader(result))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Computers[0].ID, batch.Computers[0].Seen)
	fmt.Println(batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity)
	// Output:
	// pc-01 2026-11-23 09:57:48 +0000 UTC
	// openscap:sshd_disable_root_login medium
}
