package ingest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/sheet"
	"github.com/stretchr/testify/require"
)

// One computer has one id in every tool, whatever case the tool writes it in.
func TestOneComputer(t *testing.T) {
	m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 11)}
	for name, text := range map[string]string{
		"wazuh":    `{"hits":{"total":{"value":1},"hits":[{"_index":"wazuh-states-vulnerabilities-1","_source":{"agent":{"id":"001","name":"PC-01"},"package":{"name":"a","version":"1"},"vulnerability":{"id":"CVE-2026-1","severity":"High","detected_at":"2026-11-03T08:00:00Z"}}}]}}`,
		"defender": `{"DeviceId":"9a2f","DeviceName":"Pc-01","CveId":"CVE-2026-1","VulnerabilitySeverityLevel":"High","CvssScore":8.1,"LastSeenTimestamp":"2026-11-20 10:00:00"}`,
		"intune":   `{"value":[{"deviceName":"PC-01","operatingSystem":"Windows","lastSyncDateTime":"2026-11-29T08:00:00Z"}]}`,
		"osquery":  `{"name":"os_version","hostIdentifier":"PC-01","unixTime":1795428108,"action":"added","columns":{"name":"Windows"}}`,
		"trivy":    `{"SchemaVersion":2,"ArtifactName":"/","ArtifactType":"filesystem","CreatedAt":"2026-11-20T08:00:00Z","Results":[{"Target":"x","Class":"os-pkgs","Vulnerabilities":[{"VulnerabilityID":"CVE-2026-1","PkgName":"a","InstalledVersion":"1","Severity":"HIGH"}]}]}`,
		"ocsf":     `{"class_uid":2002,"metadata":{"product":{"name":"X"}},"time":1795428108000,"severity_id":4,"device":{"hostname":"PC-01."},"finding_info":{"uid":"f","title":"t"},"vulnerabilities":[{"cve":{"uid":"CVE-2026-1","cvss":[{"version":"3.1","base_score":8.1}]}}]}`,
	} {
		format, ok := ingest.Find(name)
		require.True(t, ok)
		batch, err := format.Read(strings.NewReader(text), reader.Asset("PC-01"))
		require.NoError(t, err, name)
		_, err = m.Add(batch)
		require.NoError(t, err, name)
	}
	staff, err := sheet.Read(strings.NewReader("pc,seen\nPC-01,2026-11-01\n"), sheet.Columns{Kind: "computers", Columns: map[string]string{"id": "pc", "seen": "seen"}})
	require.NoError(t, err)
	_, err = m.Add(staff)
	require.NoError(t, err)
	require.NoError(t, m.Normalize())
	require.Len(t, m.Computers, 1)
	require.Equal(t, "pc-01", m.Computers[0].ID)
	require.Equal(t, time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC), m.Computers[0].Seen)
	require.Len(t, m.Vulnerabilities, 1)
	require.Equal(t, []string{"defender", "ocsf:x", "trivy", "wazuh"}, m.Vulnerabilities[0].Sources)
}

// One check of Prowler is one vulnerability, in whichever of its formats.
func TestOneCheck(t *testing.T) {
	m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 11)}
	for name, text := range map[string]string{
		"prowler": "PROVIDER;CHECK_ID;CHECK_TITLE;STATUS;SEVERITY;RESOURCE_TYPE;RESOURCE_UID;RESOURCE_NAME\naws;s3_public;S3 is public;FAIL;high;AwsS3Bucket;arn:aws:s3:::b;b\n",
		"ocsf":    `{"class_uid":2004,"metadata":{"product":{"name":"Prowler"},"event_code":"s3_public"},"time":1793696400,"severity_id":4,"status_code":"FAIL","finding_info":{"uid":"f","title":"S3 is public"},"resources":[{"type":"AwsS3Bucket","uid":"arn:aws:s3:::b","name":"b"}]}`,
	} {
		format, ok := ingest.Find(name)
		require.True(t, ok)
		batch, err := format.Read(strings.NewReader(text))
		require.NoError(t, err)
		_, err = m.Add(batch)
		require.NoError(t, err)
	}
	require.NoError(t, m.Normalize())
	require.Len(t, m.Vulnerabilities, 1)
	require.Equal(t, []string{"ocsf:prowler", "prowler"}, m.Vulnerabilities[0].Sources)
}

// No name and no address of a person leaves a reader, wherever the tool puts
// it, nor stands in what is said of what was skipped or wrong.
func TestPeople(t *testing.T) {
	const marks = "zwaluw" // stands in every name and address below
	for name, texts := range map[string][]string{
		"gophish": {
			`{"id":1,"name":"zwaluw","created_date":"","launch_date":"2026-11-04T08:00:00Z","send_by_date":"","completed_date":"","template":{"name":"zwaluw"},"smtp":{"from_address":"zwaluw@x.example","name":"zwaluw"},"status":"Completed","results":[
				{"id":"zwaluw","status":"Clicked Link","ip":"10.0.0.1","send_date":"2026-11-04T08:00:00Z","reported":true,"modified_date":"","email":"zwaluw@x.example","first_name":"zwaluw","last_name":"zwaluw","position":"zwaluw"},
				{"id":"b","status":"Error","send_date":"2026-11-04T08:00:00Z","reported":false,"email":"b.zwaluw@x.example","first_name":"zwaluw"},
				{"id":"c","status":"zwaluw","send_date":"2026-11-04T08:00:00Z","reported":false,"email":"c.zwaluw@x.example"}],
				"timeline":[{"campaign_id":1,"email":"zwaluw@x.example","time":"2026-11-04T08:00:00Z","message":"Submitted Data","details":"{\"payload\":{\"user\":[\"zwaluw\"]}}"}]}`,
			"id,status,ip,latitude,longitude,send_date,reported,modified_date,email,first_name,last_name,position\nzwaluw,Email Opened,,0,0,2026-11-04T08:00:00Z,true,,zwaluw@x.example,zwaluw,zwaluw,zwaluw\nb,Error,,0,0,2026-11-04T08:00:00Z,false,,zwaluw@x.example,zwaluw,zwaluw,zwaluw\n",
			"campaign_id,email,time,message,details\n1,zwaluw@x.example,2026-11-04T08:00:00Z,Email Sent,\"{\"\"user\"\":\"\"zwaluw\"\"}\"\n1,b.zwaluw@x.example,2026-11-04T08:00:00Z,Error Sending Email,zwaluw\n",
		},
		"xapi": {
			`[{"id":"1","actor":{"objectType":"Agent","name":"zwaluw","mbox":"mailto:zwaluw@x.example"},"verb":{"id":"http://adlnet.gov/expapi/verbs/completed","display":{"nl":"zwaluw"}},"object":{"id":"https://lms.example/course/7","definition":{"name":{"nl":"zwaluw"}}},"context":{"instructor":{"name":"zwaluw","mbox":"mailto:zwaluw@x.example"},"team":{"name":"zwaluw"}},"authority":{"name":"zwaluw"},"result":{"response":"zwaluw"},"timestamp":"2026-11-04T08:00:00Z"},
			 {"actor":{"account":{"homePage":"https://lms.example","name":"zwaluw"}},"verb":{"id":"http://adlnet.gov/expapi/verbs/initialized"},"object":{"id":"https://lms.example/course/7"},"timestamp":"2026-11-04T08:00:00Z"},
			 {"actor":{"openid":"https://zwaluw.example/"},"verb":{"id":"http://adlnet.gov/expapi/verbs/passed"},"object":{"id":"https://lms.example/course/7"},"timestamp":"2026-11-04T08:00:00Z"},
			 {"actor":{"objectType":"Group","name":"zwaluw","member":[{"mbox":"mailto:zwaluw@x.example"}]},"verb":{"id":"http://adlnet.gov/expapi/verbs/passed"},"object":{"id":"https://lms.example/course/7"},"timestamp":"2026-11-04T08:00:00Z"},
			 {"actor":{"mbox":"mailto:zwaluw@x.example"},"verb":{"id":"http://adlnet.gov/expapi/verbs/completed"},"object":{"objectType":"Agent","id":"mailto:zwaluw@x.example","mbox":"mailto:zwaluw@x.example"},"timestamp":"2026-11-04T08:00:00Z"}]`,
		},
		"intune": {
			`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#deviceManagement/managedDevices","value":[{"id":"1","userId":"zwaluw","deviceName":"PC-01","managedDeviceName":"zwaluw_Windows","emailAddress":"zwaluw@x.example","userPrincipalName":"zwaluw@x.example","userDisplayName":"zwaluw","phoneNumber":"zwaluw","lastSyncDateTime":"2026-11-29T08:00:00Z"},
				{"id":"2","deviceName":"","userDisplayName":"zwaluw","managedDeviceName":"zwaluw","lastSyncDateTime":"0001-01-01T00:00:00Z"}]}`,
			"Device ID,Device name,OS,OS version,Last check-in,Primary user UPN,Primary user email address,Primary user display name\n1,PC-01,Windows,10,2026-11-29 08:00:00,zwaluw@x.example,zwaluw@x.example,zwaluw\n",
		},
		"osquery": {
			`{"name":"users","hostIdentifier":"PC-01","unixTime":1795428108,"action":"added","columns":{"uid":"1000","username":"zwaluw","description":"zwaluw"},"decorations":{"logged_in_user":"zwaluw"}}`,
			`[{"uid":"1000","gid":"1000","username":"zwaluw","shell":"/bin/sh","description":"zwaluw","directory":"/home/zwaluw"}]`,
		},
		"ocsf": {
			`{"class_uid":2004,"metadata":{"product":{"name":"Prowler"},"event_code":"iam_user_mfa"},"time":1793696400,"severity_id":3,"status_code":"FAIL","message":"User zwaluw has no MFA","status_detail":"zwaluw",
				"actor":{"user":{"name":"zwaluw","email_addr":"zwaluw@x.example"}},"finding_info":{"uid":"prowler-zwaluw","title":"Logging in as zwaluw@x.example"},"cloud":{"account":{"uid":"12"}},
				"resources":[{"type":"AwsIamUser","name":"zwaluw","uid":"arn:aws:iam::12:user/zwaluw"},{"type":"Other","name":"zwaluw@x.example","owner":{"name":"zwaluw"}}]}
			{"class_uid":5001,"metadata":{"product":{"name":"Prowler"}},"time":1793696400000,"device":{"hostname":"PC-01","owner":{"name":"zwaluw","email_addr":"zwaluw@x.example"}}}`,
		},
		"prowler": {
			"ACCOUNT_UID;ACCOUNT_EMAIL;PROVIDER;CHECK_ID;CHECK_TITLE;STATUS;STATUS_EXTENDED;SEVERITY;RESOURCE_TYPE;RESOURCE_UID;RESOURCE_NAME;RESOURCE_DETAILS\n" +
				"12;zwaluw@x.example;aws;iam_mfa;MFA;FAIL;User zwaluw has no MFA;high;AwsIamUser;arn:aws:iam::12:user/zwaluw;zwaluw;zwaluw\n",
		},
		"openscap": {
			`<TestResult xmlns="http://checklists.nist.gov/xccdf/1.2" id="x" end-time="2026-11-23T09:57:48Z"><identity authenticated="true">zwaluw</identity><target>pc-01</target>
				<rule-result idref="x_rule_y"><result>fail</result><instance>zwaluw</instance><message>/home/zwaluw</message></rule-result></TestResult>`,
		},
		"defender": {
			`{"value":[{"id":"1","computerDnsName":"pc-01","healthStatus":"Active","onboardingStatus":"Onboarded","lastSeen":"2026-11-20T10:00:00Z","machineTags":["zwaluw"],"lastLoggedOnUser":"zwaluw","managedBy":"zwaluw"}]}`,
		},
	} {
		for _, text := range texts {
			format, _, err := ingest.Detect(strings.NewReader(text))
			require.NoError(t, err, text)
			require.Equal(t, name, format.Name)
			batch, err := format.Read(strings.NewReader(text), readertest.Options()...)
			require.NoError(t, err, name)
			out, err := json.Marshal(batch)
			require.NoError(t, err)
			require.NotContains(t, strings.ToLower(string(out)), marks, name)
			_, err = format.Read(strings.NewReader(text[:len(text)-3]+"\x00"), readertest.Options()...)
			if err != nil {
				require.NotContains(t, strings.ToLower(err.Error()), marks, name)
			}
		}
	}
}
