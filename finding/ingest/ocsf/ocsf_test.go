package ocsf_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/ocsf"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const (
	weakness = `{"class_uid":2002,"category_uid":2,"activity_id":1,"type_uid":200201,"time":1793696400000,"severity_id":3,"severity":"Medium","status_id":1,
		"metadata":{"version":"1.3.0","product":{"name":"Agent X","vendor_name":"X"}},"device":{"hostname":"PC-01.","type_id":2},
		"finding_info":{"uid":"f-1","title":"openssl is old","first_seen_time":1793523600000,"last_seen_time_dt":"2026-11-04T08:00:00+01:00","src_url":"https://x.example/f-1"},
		"vulnerabilities":[{"title":"Overflow","severity":"HIGH","cve":{"uid":"cve-2026-1234","cvss":[{"version":"2.0","base_score":9.9},{"version":"3.1","base_score":8.1}],"references":["https://x.example/cve"]},
			"affected_packages":[{"name":"openssl","version":"3.0.1","fixed_in_version":"3.0.2"}]},
			{"advisory":{"uid":"KB5001"},"remediation":{"desc":"Install KB5001","references":["https://x.example/kb"]}}]}`
	inventory = `{"class_uid":5001,"category_uid":5,"activity_id":2,"type_uid":500102,"time":1793696400000,"severity_id":1,"metadata":{"version":"1.0.0","product":{"name":"Agent X"}},
		"device":{"hostname":"PC-01","type_id":2,"os":{"name":"Windows 11","version":"24H2","type_id":100}}}`
	rule = `{"class_uid":2003,"category_uid":2,"activity_id":1,"type_uid":200301,"time":1793696400,"severity_id":0,"severity":"Fatal","metadata":{"product":{"name":"Cloud Watch"}},
		"compliance":{"control":"EC2.8","status":"Failed","status_id":3},"finding_info":{"uid":"arn:1","title":"IMDSv2","created_time":"2026-11-02T08:00:00.5"},
		"resources":[{"type":"AwsEc2Instance","name":"web-1","uid":"arn:aws:ec2:i-1"},{"type":"AwsS3Bucket","name":"b","uid":"arn:aws:s3:::b"},{"type":"AwsIamUser","name":"jan.zwaluw","uid":"arn:aws:iam::12:user/jan.zwaluw"},{"type":"Website","name":"https://www.Korenaar.example/x"}],
		"cloud":{"account":{"uid":"12"}}}`
)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, ocsf.Detect([]byte(text)), text)
	b, err := ocsf.Read(strings.NewReader(text), append(opts, reader.Zone(time.UTC))...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	want := []finding.Vulnerability{{ID: "CVE-2026-1234", AssetType: finding.AssetComputer, Asset: "pc-01", Severity: finding.SeverityHigh, CVSS: 8.1, Title: "Overflow (openssl 3.0.1)",
		Remedy: "update openssl to 3.0.2", Found: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC), Seen: time.Date(2026, 11, 4, 7, 0, 0, 0, time.UTC),
		Sources: []string{"ocsf:agent-x"}, References: []string{"https://x.example/cve", "https://x.example/f-1"}},
		{ID: "KB5001", AssetType: finding.AssetComputer, Asset: "pc-01", Severity: finding.SeverityMedium, Title: "openssl is old", Remedy: "Install KB5001",
			Found: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC), Seen: time.Date(2026, 11, 4, 7, 0, 0, 0, time.UTC),
			Sources: []string{"ocsf:agent-x"}, References: []string{"https://x.example/kb", "https://x.example/f-1"}}}
	computer := finding.Computer{ID: "pc-01", OS: "Windows 11 24H2", Seen: time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC), Sources: []string{"ocsf:agent-x"}}
	for name, text := range map[string]string{
		"lines": strings.ReplaceAll(weakness, "\n", "") + "\n" + inventory, "array": "[" + weakness + "," + inventory + "]",
		"answer": `{"NextToken":null,"Findings":[` + weakness + "," + inventory + `]}`, "marked": "\ufeff[" + weakness + "," + inventory + "]",
	} {
		b := read(t, text)
		require.Equal(t, "ocsf:agent-x", b.Source, name)
		require.Equal(t, want, b.Vulnerabilities, name)
		require.Equal(t, []finding.Computer{computer}, b.Computers, name)
		require.Empty(t, b.Skipped)
		require.Empty(t, b.Complete)
	}
	for name, text := range map[string]string{
		"one object": weakness, "hits": `{"_index":"x","_source":` + weakness + `}`,
		"a message": `{"version":"0","detail-type":"Findings Imported V2","detail":{"findings":[` + weakness + `]}}`, "a message of one": `{"detail":` + weakness + `}`,
	} {
		require.Equal(t, want, read(t, text).Vulnerabilities, name)
	}
	_, err := ocsf.Read(strings.NewReader(`{"detail":{"findings":[`+weakness+","+weakness+`]}}`), reader.LimitRecords(1))
	require.Error(t, err)
}

// One finding for each thing it is about; a person's name is none of them.
func TestResources(t *testing.T) {
	b := read(t, rule)
	at := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	var got []string
	for _, v := range b.Vulnerabilities {
		got = append(got, fmt.Sprint(v.AssetType, " ", v.Asset))
		require.Equal(t, "cloud-watch:EC2.8", v.ID)
		require.Equal(t, finding.SeverityCritical, v.Severity)
		require.Equal(t, time.Date(2026, 11, 2, 8, 0, 0, 5e8, time.UTC), v.Found)
		require.Equal(t, at, v.Seen)
	}
	require.Equal(t, []string{"computer web-1", "computer arn:aws:s3:::b", "computer 12", "website www.korenaar.example"}, got)
	require.NotContains(t, fmt.Sprint(b), "zwaluw")
	require.Empty(t, b.Websites)

	b = read(t, rule, reader.Complete(finding.AssetWebsite, "www.korenaar.example", time.Time{}), reader.Complete(finding.AssetComputer, "WEB-1", time.Time{}), reader.Complete(finding.AssetComputer, "pc-9", at))
	require.Equal(t, []finding.Website{{ID: "www.korenaar.example", Scanned: at, Sources: []string{"ocsf:cloud-watch"}}}, b.Websites)
	require.Len(t, b.Complete, 2)
	require.Contains(t, fmt.Sprint(b.Skipped), "pc-9: not taken as complete")
}

// What did not fail is no finding, and what was settled says so.
func TestStatus(t *testing.T) {
	for _, c := range []struct{ old, new, skipped string }{
		{`"status":"Failed","status_id":3`, `"status":"Pass","status_id":1`, "1 events: it passed"},
		{`"status":"Failed","status_id":3`, `"status_id":1`, "1 events: it passed"},
		{`"status":"Failed","status_id":3`, `"status_id":2`, "1 events: it was not tested"},
		{`"status":"Failed","status_id":3`, `"status":"NOT_AVAILABLE"`, "1 events: it was not tested"},
		{`"severity_id":0`, `"severity_id":0,"status_code":"MANUAL"`, "1 events: it was not tested"},
		{`"severity_id":0`, `"severity_id":0,"status_id":5`, "1 events: it is archived"},
		{`"class_uid":2003`, `"class_uid":3002`, "1 events: class 3002 is neither"},
		{`"resources":`, `"x":`, "event 1: it names no asset"},
		{`"control":"EC2.8"`, `"control":""`, ""},
	} {
		b := read(t, strings.Replace(rule, c.old, c.new, 1))
		require.Contains(t, fmt.Sprint(b.Skipped), c.skipped)
		require.Equal(t, c.skipped == "", len(b.Vulnerabilities) > 0, c.new)
	}
	at := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	b := read(t, strings.Replace(weakness, `"status_id":1`, `"status_id":4`, 1))
	require.Equal(t, at, b.Vulnerabilities[0].Fixed)
	b = read(t, strings.Replace(weakness, `"activity_id":1`, `"activity_id":3`, 1))
	require.Equal(t, at, b.Vulnerabilities[0].Fixed)
	b = read(t, strings.Replace(weakness, `"status_id":1`, `"status_id":3`, 1))
	require.Equal(t, finding.StatusAccepted, b.Vulnerabilities[0].Status)
	b = read(t, strings.Replace(weakness, `"status_id":1`, `"status_id":3,"status":"New"`, 1))
	require.Zero(t, b.Vulnerabilities[0].Status, "the word says that it is new")
	b = read(t, "["+weakness+","+rule+"]")
	require.Equal(t, "ocsf", b.Source, "of two products")
}

// Version 1.0 has one class for findings, with names of its own.
func TestFirstVersion(t *testing.T) {
	b := read(t, `{"class_uid":2001,"category_uid":2,"activity_id":1,"time":1793696400000,"severity_id":4,"state_id":1,"metadata":{"version":"1.0.0","product":{"vendor_name":"Y"}},
		"finding":{"title":"t","uid":"f"},"vulnerabilities":[{"cve":{"uid":"CVE-2026-1","cvss":{"version":"3.1","vector_string":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}},"packages":[{"name":"a","version":"1"}]}],
		"resources":[{"type":"host","name":"SRV-1"}]}`)
	require.Len(t, b.Vulnerabilities, 1)
	require.Equal(t, "srv-1", b.Vulnerabilities[0].Asset)
	require.Equal(t, finding.SeverityHigh, b.Vulnerabilities[0].Severity)
	require.Equal(t, 9.8, b.Vulnerabilities[0].CVSS)
	require.Equal(t, "t (a 1)", b.Vulnerabilities[0].Title)
}

// A weakness that an advisory and one CVE are about is that CVE.
func TestAlias(t *testing.T) {
	for related, want := range map[string]string{
		`[{"uid":"CVE-2026-5001"}]`: "CVE-2026-5001", `[{"uid":"CVE-2026-5001"},{"uid":"CVE-2026-5002"}]`: "KB5001", `null`: "KB5001",
	} {
		b := read(t, strings.Replace(weakness, `"uid":"KB5001"`, `"uid":"KB5001","related_cves":`+related, 1))
		require.Equal(t, want, b.Vulnerabilities[1].ID)
	}
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"{", "{}", `[{"a":1}]`, weakness[:300], weakness + "x", "[5]", `"x"`} {
		b, err := ocsf.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := ocsf.Read(strings.NewReader(weakness+rule), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
	for _, odd := range []string{`{"class_uid":2002,"metadata":5,"vulnerabilities":"x","device":null,"resources":[5,null],"finding_info":[],"unmapped":"x"}`, `{"class_uid":5001,"metadata":{},"device":"x"}`} {
		b := read(t, odd)
		require.Len(t, b.Skipped, 1, "an odd member is passed over")
	}
}

func TestTruncated(t *testing.T) {
	for _, text := range []string{weakness, "[" + weakness + "," + inventory + "]", rule} {
		readertest.Truncate(t, ocsf.Read, []byte(text), 200)
	}
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	for _, text := range []string{weakness, inventory, rule} {
		f.Add([]byte(text), 100)
	}
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, ocsf.Read, data, cut) })
}

func ExampleRead() {
	event := `{"class_uid": 2002, "time": 1794196800000, "severity_id": 4, "metadata": {"product": {"name": "X"}}, "device": {"hostname": "PC-01"},
		"finding_info": {"title": "openssl is old", "uid": "f-1"}, "vulnerabilities": [{"cve": {"uid": "CVE-2026-1234"}}]}`
	batch, err := ocsf.Read(strings.NewReader(event))
	if err != nil {
		panic(err)
	}
	v := batch.Vulnerabilities[0]
	fmt.Println(v.Asset, v.ID, v.Severity, v.Title)
	// Output:
	// pc-01 CVE-2026-1234 high openssl is old
}
