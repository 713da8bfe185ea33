package defender_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/defender"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const (
	line  = `{"Id":"1","DeviceId":"9a2f","DeviceName":"PC-01.korenaar.example","OSPlatform":"Windows11","OSVersion":"10.0.26100.1","SoftwareVendor":"google","SoftwareName":"chrome","SoftwareVersion":"120.0","CveId":"CVE-2026-1234","VulnerabilitySeverityLevel":"High","CvssScore":8.1,"RecommendedSecurityUpdate":"November 2026 updates","RecommendedSecurityUpdateUrl":"https://a.example/kb","FirstSeenTimestamp":"2026-11-02 10:00:00","LastSeenTimestamp":"2026-11-20 10:00:00.123"}`
	plain = `{"@odata.context":"https://api.securitycenter.microsoft.com/api/$metadata#Collection(x)","value":[` +
		`{"id":"9a2f-_-CVE-2026-1234","cveId":"CVE-2026-1234","machineId":"9a2f","fixingKbId":"5001","productName":"chrome","productVendor":"google","productVersion":"120.0","severity":"Medium"}]}`
	machines = `{"@odata.context":"https://api.securitycenter.microsoft.com/api/$metadata#Machines","value":[
		{"id":"9a2f","computerDnsName":"PC-01.korenaar.example","lastSeen":"2026-11-29T08:00:00.1234567Z","osPlatform":"Windows11","version":"24H2","healthStatus":"Active","onboardingStatus":"Onboarded","isExcluded":false,"mergedIntoMachineId":null},
		{"id":"b","computerDnsName":"printer","lastSeen":"2026-11-29T08:00:00Z","healthStatus":"Active","onboardingStatus":"Unsupported"},
		{"id":"c","computerDnsName":"pc-03","lastSeen":"2026-11-29T08:00:00Z","healthStatus":"NoSensorData","onboardingStatus":"Onboarded"},
		{"id":"d","computerDnsName":"pc-04","lastSeen":"2026-11-29T08:00:00Z","healthStatus":"Active","onboardingStatus":"Onboarded","isExcluded":true},
		{"id":"e","computerDnsName":"pc-05","lastSeen":"then","healthStatus":"Active","onboardingStatus":"Onboarded"},
		{"id":"f","computerDnsName":"pc-06","lastSeen":"2026-11-29T08:00:00Z","mergedIntoMachineId":"9a2f"}]}`
	sheet = "DeviceId,DeviceName,OSPlatform,SoftwareName,CveId,VulnerabilitySeverityLevel,CvssScore\r\n9a2f,PC-01,Windows11,chrome,CVE-2026-1,,\"9,1\"\r\n9a2f,PC-01,Windows11,edge,,,\r\n"
)

var taken = time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, defender.Detect(reader.Head([]byte(text))), text)
	b, err := defender.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func zipped(t *testing.T, files ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := z.Create(files[i])
		require.NoError(t, err)
		_, err = io.WriteString(f, files[i+1])
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.String()
}

func TestRead(t *testing.T) {
	at := func(d, h, ms int) time.Time { return time.Date(2026, 11, d, h, 0, 0, ms*1_000_000, time.UTC) }
	want := finding.Batch{Source: "defender",
		Computers: []finding.Computer{{ID: "pc-01.korenaar.example", OS: "Windows11 10.0.26100.1", Seen: at(20, 10, 123), Sources: []string{"defender"}}},
		Vulnerabilities: []finding.Vulnerability{{ID: "CVE-2026-1234", AssetType: finding.AssetComputer, Asset: "pc-01.korenaar.example", Severity: finding.SeverityHigh, CVSS: 8.1,
			Title: "CVE-2026-1234 in google chrome 120.0", Remedy: "install November 2026 updates", Found: at(2, 10, 0), Seen: at(20, 10, 123),
			Sources: []string{"defender"}, References: []string{"https://a.example/kb"}}}}
	camel := strings.NewReplacer(`"DeviceId"`, `"deviceId"`, `"CveId"`, `"cveId"`, `"CvssScore"`, `"cvssScore"`, `"DeviceName"`, `"deviceName"`, `"OSPlatform"`, `"osPlatform"`).Replace(line)
	for _, text := range []string{line, line + "\n", "[" + line + "]", `{"Stats":{},"Schema":[],"Results":[` + line + `]}`, `{"@odata.context":"x","value":[` + camel + `]}`} {
		require.Equal(t, want, read(t, text), text)
	}
}

// Machines give vulnerabilities the names of computers, wherever they stand in
// an archive.
func TestMachines(t *testing.T) {
	for _, text := range []string{zipped(t, "machines/m.json", machines, "vulnerabilities/v.json", plain), zipped(t, "a.json", plain, "b.json", machines)} {
		b := read(t, text, reader.Taken(taken))
		require.Equal(t, []finding.Vulnerability{{ID: "CVE-2026-1234", AssetType: finding.AssetComputer, Asset: "pc-01.korenaar.example", Severity: finding.SeverityMedium,
			Title: "CVE-2026-1234 in google chrome 120.0", Remedy: "install KB5001", Seen: taken, Sources: []string{"defender"}}}, b.Vulnerabilities)
		seen := map[string]bool{}
		for _, c := range b.Computers {
			seen[c.ID] = !c.Seen.IsZero()
		}
		require.Equal(t, map[string]bool{"pc-01.korenaar.example": true, "printer": false, "pc-03": false, "pc-04": false, "pc-05": false}, seen)
		require.Len(t, b.Skipped, 5)
		require.Contains(t, fmt.Sprint(b.Skipped), ".json, record 2: not taken as seen: its onboarding status is Unsupported")
	}
	require.Equal(t, "9a2f", read(t, plain).Vulnerabilities[0].Asset, "no machine in the output names it")
}

func TestSheet(t *testing.T) {
	b := read(t, sheet)
	require.Len(t, b.Vulnerabilities, 1)
	require.Equal(t, finding.SeverityCritical, b.Vulnerabilities[0].Severity, "from the score, where there is no word")
	require.InDelta(t, 9.1, b.Vulnerabilities[0].CVSS, 0)
	require.Equal(t, []finding.Skip{{Where: "row 3", Reason: "it names no vulnerability"}}, b.Skipped)
}

func TestChanges(t *testing.T) {
	b := read(t, strings.Replace(line, `"Id":"1"`, `"Status":"Fixed","EventTimestamp":"2026-11-21T10:00:00Z"`, 1))
	require.Equal(t, 21, b.Vulnerabilities[0].Fixed.Day())
}

func TestComplete(t *testing.T) {
	stated := reader.Complete(finding.AssetComputer, "PC-01.korenaar.example", time.Time{})
	require.Empty(t, read(t, line).Complete)
	require.Equal(t, 20, read(t, line, stated).Complete[0].At.Day())
	none := `{"@odata.context":"https://api.securitycenter.microsoft.com/api/x","value":[]}`
	require.Len(t, read(t, none, stated, reader.Taken(taken)).Complete, 1, "an answer without vulnerabilities is an answer")
	for text, reason := range map[string]string{
		strings.Replace(plain, `]}`, `],"@odata.nextLink":"https://next"}`, 1): "next page",
		strings.Replace(line, "PC-01", "PC-02", 1):                             "doesn't name it",
		none: "nobody says when",
	} {
		b := read(t, text, stated)
		require.Empty(t, b.Complete)
		require.Contains(t, b.Skipped[len(b.Skipped)-1].Reason, reason)
	}
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"{", line[:100], line + "x", "5", "[5]", `[[{}]]`, zipped(t, "a.json", line[:50]), zipped(t, "a.json", line)[:200], sheet[:len(sheet)-40]} {
		b, err := defender.Read(strings.NewReader(text))
		var format *reader.FormatError
		require.ErrorAs(t, err, &format, text)
		require.Empty(t, b)
	}
	_, err := defender.Read(strings.NewReader(zipped(t, "a.json", line[:50])))
	require.ErrorContains(t, err, "a.json, byte")
	var limit *reader.LimitError
	_, err = defender.Read(strings.NewReader(line+line), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) {
	for _, text := range []string{plain, line, machines, zipped(t, "machines/m.json", machines, "v.json", plain)} {
		readertest.Truncate(t, defender.Read, []byte(text), 200)
	}
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	for _, text := range []string{line + "\n" + line, plain, machines, sheet} {
		f.Add([]byte(text), 100)
	}
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, defender.Read, data, cut) })
}

func BenchmarkRead(b *testing.B) {
	text := strings.Repeat(line+"\n", 1000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := defender.Read(strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleRead() {
	export := `{"DeviceId":"9a2f","DeviceName":"pc-01","CveId":"CVE-2026-1234","VulnerabilitySeverityLevel":"High","LastSeenTimestamp":"2026-11-20 10:00:00"}`
	batch, err := defender.Read(strings.NewReader(export))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Computers[0].ID, batch.Computers[0].Seen)
	fmt.Println(batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity)
	// Output:
	// pc-01 2026-11-20 10:00:00 +0000 UTC
	// CVE-2026-1234 high
}
