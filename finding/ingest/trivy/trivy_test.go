package trivy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/trivy"
	"github.com/stretchr/testify/require"
)

const (
	results = `[{"Target":"pc-01 (debian 12)","Class":"os-pkgs","Type":"debian","Vulnerabilities":[
		{"VulnerabilityID":"CVE-2026-1","PkgName":"curl","InstalledVersion":"7.1","FixedVersion":"7.2","Status":"fixed","SeveritySource":"debian","PrimaryURL":"https://a.example","Title":"curl: leak","Severity":"LOW","CVSS":{"debian":null,"nvd":{"V3Score":6.5,"V2Score":4},"redhat":{"V3Score":5.3}}},
		{"VulnerabilityID":"CVE-2026-2","PkgName":"zlib","InstalledVersion":"1","Severity":"UNKNOWN","CVSS":{"ghsa":{"V40Score":9.3}}},
		{"VulnerabilityID":"CVE-2026-3","PkgName":"zlib","Status":"not_affected","Severity":"HIGH"},
		{"VulnerabilityID":"GHSA-x","PkgName":"y"}]},
		{"Target":"Dockerfile","Class":"config","Type":"dockerfile","Misconfigurations":[{"ID":"DS002","AVDID":"AVD-DS-0002","Title":"Root","Resolution":"Add USER","Severity":"HIGH","Status":"FAIL"},{"ID":"DS003","Status":"PASS","Severity":"LOW"}]},
		{"Target":"a.sh","Class":"secret","Secrets":[{"RuleID":"aws-key","Severity":"CRITICAL","Title":"AWS key","Match":"AKIA"}]},{"Target":"l","Class":"license","Licenses":[{"Name":"GPL"}]},{"Target":"empty","Class":"os-pkgs","Vulnerabilities":null}]`
	report  = `{"SchemaVersion":2,"CreatedAt":"2026-11-03T04:00:00+01:00","ArtifactName":"app:1","ArtifactType":"container_image","Metadata":{"OS":{"Family":"debian","Name":"12"}},"Results":` + results + `}`
	cluster = `{"ClusterName":"c","Resources":[{"Namespace":"default","Kind":"Deployment","Name":"web","Results":` + results + `},{"Namespace":"default","Kind":"Service","Name":"x"}]}`
)

var made = time.Date(2026, 11, 3, 3, 0, 0, 0, time.UTC)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	b, err := trivy.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	b := read(t, report, reader.Asset("pc-01"))
	require.Equal(t, finding.Vulnerability{ID: "CVE-2026-1", AssetType: finding.AssetComputer, Asset: "pc-01", Severity: finding.SeverityLow, CVSS: 6.5,
		Title: "curl: leak (curl 7.1)", Remedy: "update curl to 7.2", Found: made, Seen: made, Sources: []string{"trivy"}, References: []string{"https://a.example"}}, b.Vulnerabilities[0])
	got := map[string]string{}
	for _, v := range b.Vulnerabilities {
		got[v.ID] = v.Severity.String()
	}
	require.Equal(t, map[string]string{"CVE-2026-1": "low", "CVE-2026-2": "critical", "GHSA-x": "unknown", "trivy:AVD-DS-0002": "high", "trivy:aws-key": "critical"}, got)
	require.Equal(t, []finding.Computer{{ID: "pc-01", OS: "debian 12", Seen: made, Sources: []string{"trivy"}}}, b.Computers)
	require.Len(t, b.Skipped, 3, "what is not affected, what passed, and a licence")
	require.Empty(t, b.Complete)
	require.Equal(t, made, read(t, report, reader.Asset("pc-01"), reader.Complete(finding.AssetComputer, "pc-01", time.Time{})).Complete[0].At)
}

func TestShapes(t *testing.T) {
	want := read(t, report).Vulnerabilities
	require.Equal(t, "app:1", want[0].Asset)
	for text, asset := range map[string]string{cluster: "default/Deployment/web", strings.Replace(cluster, "Resources", "Vulnerabilities", 1): "default/Deployment/web"} {
		require.True(t, trivy.Detect([]byte(text)))
		got := read(t, text, reader.Taken(made)).Vulnerabilities
		for i := range got {
			require.Equal(t, asset, got[i].Asset)
			got[i].Asset = want[i].Asset
		}
		require.Equal(t, want, got)
	}
	require.True(t, trivy.Detect([]byte(report)))
	require.True(t, trivy.Detect([]byte(results)))
	require.Len(t, read(t, results, reader.Asset("pc-01")).Vulnerabilities, len(want))
	require.Contains(t, fmt.Sprint(read(t, results).Skipped), "5 findings: they are of no computer that has a name")
}

// A report of nothing is not one of a clean computer.
func TestNotSeen(t *testing.T) {
	for text, reason := range map[string]string{
		"null": "has no results", `{"SchemaVersion":2,"ArtifactName":"x"}`: "has no results", `{"SchemaVersion":2,"Results":null}`: "has no results",
		`{"SchemaVersion":2,"CreatedAt":"2026-11-03T04:00:00Z","Results":[{"Class":"secret"}]}`: "no packages were looked at",
		`{"SchemaVersion":2,"Results":[{"Class":"os-pkgs"}]}`:                                   "nobody says when",
	} {
		b := read(t, text, reader.Asset("pc-01"), reader.Complete(finding.AssetComputer, "pc-01", made))
		require.True(t, b.Computers[0].Seen.IsZero(), text)
		require.Empty(t, b.Complete)
		require.Contains(t, fmt.Sprint(b.Skipped), reason)
	}
	clean := `{"SchemaVersion":2,"CreatedAt":"2026-11-03T03:00:00Z","Results":[{"Class":"os-pkgs"}]}`
	require.Equal(t, made, read(t, clean, reader.Asset("pc-01")).Computers[0].Seen)
	require.Empty(t, read(t, clean).Computers)
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "{", "5", "{}", `{"a":1}`, report[:300], report + "x", "[5]", "[" + report[:200]} {
		b, err := trivy.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := trivy.Read(strings.NewReader(report), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) {
	for _, text := range []string{report, results, cluster} {
		readertest.Truncate(t, trivy.Read, []byte(text), 200)
	}
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	for _, text := range []string{report, results, cluster, "null"} {
		f.Add([]byte(text), 100)
	}
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, trivy.Read, data, cut) })
}

func BenchmarkRead(b *testing.B) {
	one := `{"VulnerabilityID":"CVE-2026-1","PkgName":"curl","InstalledVersion":"7.1","Severity":"LOW","Description":"` + strings.Repeat("x", 500) + `","CVSS":{"nvd":{"V3Score":6.5}}},`
	text := `{"SchemaVersion":2,"ArtifactName":"x","Results":[{"Class":"os-pkgs","Vulnerabilities":[` + strings.TrimSuffix(strings.Repeat(one, 1000), ",") + `]}]}`
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := trivy.Read(strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleRead() {
	report := `{"SchemaVersion": 2, "CreatedAt": "2026-11-03T03:00:00Z", "ArtifactName": "/", "Results": [{"Class": "os-pkgs", "Vulnerabilities": [
		{"VulnerabilityID": "CVE-2023-46218", "PkgName": "curl", "InstalledVersion": "7.81.0", "FixedVersion": "7.81.1", "Severity": "LOW"}]}]}`
	batch, err := trivy.Read(strings.NewReader(report), reader.Asset("pc-01"))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Computers[0].ID, batch.Computers[0].Seen)
	fmt.Println(batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity, batch.Vulnerabilities[0].Remedy)
	// Output:
	// pc-01 2026-11-03 03:00:00 +0000 UTC
	// CVE-2023-46218 low update curl to 7.81.1
}
