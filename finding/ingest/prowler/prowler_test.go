package prowler_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/prowler"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const (
	head = "AUTH_METHOD;TIMESTAMP;ACCOUNT_UID;FINDING_UID;PROVIDER;CHECK_ID;CHECK_TITLE;STATUS;STATUS_EXTENDED;MUTED;SEVERITY;RESOURCE_TYPE;RESOURCE_UID;RESOURCE_NAME;RELATED_URL;REMEDIATION_RECOMMENDATION_TEXT;REMEDIATION_RECOMMENDATION_URL\n"
	rows = "profile;2026-11-03 04:00:30.5;12;f1;aws;s3_public;S3 is public;FAIL;b is public;False;high;AwsS3Bucket;arn:aws:s3:::B;B;https://x.example/b;Close it;https://x.example/a\n" +
		"profile;2026-11-03 04:00:30;12;f2;aws;ec2_imdsv2;IMDSv2;FAIL;x;True;Odd;AwsEc2Instance;arn:i-1;web-1;;;\n" +
		"profile;2026-11-03 04:00:30;12;f3;aws;iam_mfa;MFA;FAIL;User zwaluw has no MFA;False;critical;AwsIamUser;arn:aws:iam::12:user/zwaluw;zwaluw;;;\n" +
		"profile;2026-11-03 04:00:30;12;f4;aws;x;x;PASS;x;False;low;Other;u;n;;;\nprofile;2026-11-03 04:00:30;12;f5;aws;y;y;MANUAL;x;False;low;Other;w;n;;;\n"
)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, prowler.Detect([]byte(text)), text)
	b, err := prowler.Read(strings.NewReader(text), append(opts, reader.Zone(time.UTC))...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	b := read(t, head+rows)
	at := time.Date(2026, 11, 3, 4, 0, 30, 5e8, time.UTC)
	require.Len(t, b.Vulnerabilities, 3)
	require.Equal(t, finding.Vulnerability{ID: "prowler:s3_public", AssetType: finding.AssetComputer, Asset: "arn:aws:s3:::b", Severity: finding.SeverityHigh, Title: "S3 is public",
		Remedy: "Close it", Found: at, Seen: at, Sources: []string{"prowler"}, References: []string{"https://x.example/a", "https://x.example/b"}}, b.Vulnerabilities[0])
	require.Equal(t, "web-1", b.Vulnerabilities[1].Asset)
	require.Equal(t, finding.SeverityUnknown, b.Vulnerabilities[1].Severity)
	require.Equal(t, finding.StatusAccepted, b.Vulnerabilities[1].Status)
	require.Equal(t, "12", b.Vulnerabilities[2].Asset)
	require.NotContains(t, fmt.Sprint(b), "zwaluw")
	require.Equal(t, "[1 checks: it passed 1 checks: it was not tested]", fmt.Sprint(b.Skipped))
	require.Empty(t, b.Complete)
	require.Empty(t, b.Computers)

	b = read(t, head+rows, reader.Complete(finding.AssetComputer, "U", time.Time{}), reader.Complete(finding.AssetComputer, "w", at))
	require.Equal(t, []finding.Complete{{AssetType: finding.AssetComputer, Asset: "u", At: at.Truncate(time.Second)}}, b.Complete)
	require.Contains(t, fmt.Sprint(b.Skipped), "w: not taken as complete", "by hand is not tested")

	b = read(t, "PROFILE,ACCOUNT_NUM,REGION,TITLE_ID,CHECK_RESULT,TITLE_TEXT,CHECK_SEVERITY,RESOURCE_ID\np,12,eu,1.1,FAIL,\"[check11] root, used\",High,root\n", reader.Taken(at))
	require.Equal(t, "prowler:1.1", b.Vulnerabilities[0].ID)
	require.Equal(t, at, b.Vulnerabilities[0].Found)
	b = read(t, head)
	require.Contains(t, fmt.Sprint(b.Skipped), "no checks")
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "a,b\n1,2\n", head + rows[:400], head + "\"x"} {
		b, err := prowler.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := prowler.Read(strings.NewReader(head+rows), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) { readertest.Truncate(t, prowler.Read, []byte(head+rows), 200) }

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(head+rows), 100)
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, prowler.Read, data, cut) })
}

func ExampleRead() {
	output := "PROVIDER;CHECK_ID;CHECK_TITLE;STATUS;SEVERITY;RESOURCE_TYPE;RESOURCE_UID\naws;s3_public;S3 is public;FAIL;high;AwsS3Bucket;arn:aws:s3:::b\n"
	batch, err := prowler.Read(strings.NewReader(output))
	if err != nil {
		panic(err)
	}
	v := batch.Vulnerabilities[0]
	fmt.Println(v.Asset, v.ID, v.Severity)
	// Output:
	// arn:aws:s3:::b prowler:s3_public high
}
