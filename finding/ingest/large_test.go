package ingest_test

import (
	"bytes"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding/ingest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/m365"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

// large is what a generated output is made of: # stands for the number of the
// record and PAD for a kilobyte of text.
type large struct{ head, record, between, tail string }

// larges are outputs of each tool. Some tools never write as much, as Lynis,
// which reports of one computer; their outputs are made as long.
var larges = map[string]large{
	"nuclei":      {"", `{"template-id":"t-#","info":{"name":"x","severity":"high","description":"PAD"},"host":"https://www.korenaar.example","timestamp":"2026-11-04T08:00:00Z"}`, "\n", "\n"},
	"internetnl":  {`{"api_version":"2.0","request":{"request_type":"web","status":"done","finished_date":"2026-11-04T08:00:00Z"},"domains":{`, `"w#.example":{"status":"ok","x":"PAD","results":{"tests":{"web_ipv6":{"status":"failed","verdict":"bad"}}}}`, ",", "}}"},
	"zap":         {`{"@programName":"ZAP","@version":"2.16.0","created":"2026-11-04T08:00:00Z","site":[{"@name":"https://www.korenaar.example","@host":"www.korenaar.example","alerts":[`, `{"pluginid":"#","alertRef":"#","alert":"A","name":"A","riskcode":"1","desc":"d","instances":[{"uri":"https://www.korenaar.example/","method":"GET","evidence":"PAD"}]}`, ",", "]}]}"},
	"defender":    {`{"value":[`, `{"deviceId":"9a2f","deviceName":"pc-01","cveId":"CVE-2026-#","vulnerabilitySeverityLevel":"High","cvssScore":8.1,"diskPaths":["PAD"],"lastSeenTimestamp":"2026-11-20 10:00:00"}`, ",", "]}"},
	"intune":      {`{"value":[`, `{"deviceName":"pc-#","operatingSystem":"Windows","notes":"PAD","lastSyncDateTime":"2026-11-29T08:00:00Z"}`, ",", "]}"},
	"gophish":     {"campaign_id,email,time,message,details\n", `1,n#@korenaar.example,2026-11-04T08:00:00Z,Email Sent,PAD`, "\n", "\n"},
	"xapi":        {"", `{"id":"#","actor":{"mbox":"mailto:n#@korenaar.example"},"verb":{"id":"http://adlnet.gov/expapi/verbs/completed"},"object":{"id":"https://lms.example/course/7","definition":{"description":{"nl":"PAD"}}},"timestamp":"2026-11-04T08:00:00Z"}`, "\n", "\n"},
	"openvas":     {`<report id="1"><report id="1"><scan_run_status>Done</scan_run_status><scan_end>2026-11-04T08:00:00Z</scan_end><results>`, `<result id="#"><name>x</name><host>10.0.0.2</host><port>443/tcp</port><nvt oid="1.3.6.1.#"><name>x</name></nvt><threat>High</threat><severity>7.5</severity><description>PAD</description></result>`, "", "</results></report></report>"},
	"nessus":      {`<NessusClientData_v2><Report><ReportHost name="10.0.0.2"><HostProperties><tag name="HOST_END_TIMESTAMP">1795428108</tag></HostProperties>`, `<ReportItem pluginID="#" severity="2" pluginName="x"><plugin_output>PAD</plugin_output></ReportItem>`, "", "</ReportHost></Report></NessusClientData_v2>"},
	"trivy":       {`{"SchemaVersion":2,"ArtifactName":"/","ArtifactType":"filesystem","CreatedAt":"2026-11-20T08:00:00Z","Results":[{"Target":"x","Class":"os-pkgs","Vulnerabilities":[`, `{"VulnerabilityID":"CVE-2026-#","PkgName":"a","InstalledVersion":"1","Severity":"HIGH","Description":"PAD"}`, ",", "]}]}"},
	"grype":       {`{"matches":[`, `{"vulnerability":{"id":"CVE-2026-#","severity":"High","description":"PAD"},"artifact":{"name":"a","version":"1","type":"deb"}}`, ",", `],"descriptor":{"name":"grype","timestamp":"2026-11-20T08:00:00Z"}}`},
	"sarif":       {`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[`, `{"ruleId":"r-#","level":"error","message":{"text":"PAD"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a"}}}]}`, ",", "]}]}"},
	"cyclonedx":   {`{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"timestamp":"2026-11-20T08:00:00Z"},"vulnerabilities":[`, `{"id":"CVE-2026-#","ratings":[{"severity":"high"}],"description":"PAD"}`, ",", "]}"},
	"openvex":     {`{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"a","timestamp":"2026-11-20T08:00:00Z","version":1,"statements":[`, `{"vulnerability":{"name":"CVE-2026-#"},"products":[{"@id":"pkg:deb/a"}],"status":"affected","status_notes":"PAD"}`, ",", "]}"},
	"testssl":     {`"id","fqdn/ip","port","severity","finding","cve","cwe"` + "\n", `"check_#","www.korenaar.example/10.0.0.2","443","HIGH","PAD","",""`, "\n", "\n"},
	"observatory": {`{"scan":{"grade":"F","score":0,"end_time":"2026-11-04T08:00:00Z","state":"FINISHED","algorithm_version":4,"tests_quantity":10},"tests":{`, `"t-#":{"name":"t-#","pass":false,"result":"x","score_modifier":-5,"score_description":"PAD"}`, ",", "}}"},
	"ocsf":        {"", `{"class_uid":2002,"metadata":{"product":{"name":"x"}},"time":1793696400000,"severity_id":4,"message":"PAD","device":{"hostname":"pc-01"},"finding_info":{"uid":"f-#","title":"t"},"vulnerabilities":[{"cve":{"uid":"CVE-2026-#"}}]}`, "\n", "\n"},
	"nikto":       {`[{"host":"www.korenaar.example","ip":"10.0.0.2","port":"443","banner":"","vulnerabilities":[`, `{"id":"#","references":"PAD","method":"GET","url":"/","msg":"A message"}`, ",", "]}]"},
	"wapiti":      {`{"classifications":{},"infos":{"target":"https://www.korenaar.example/","date":"Wed, 04 Nov 2026 08:00:00 +0000","version":"Wapiti 3.2.4"},"anomalies":{},"vulnerabilities":{"SQL Injection":[`, `{"method":"GET","path":"/#","info":"in the parameter id","level":4,"parameter":"id","http_request":"PAD"}`, ",", "]}}"},
	"sslscan":     {`<document title="SSLScan Results" version="2.0.7"><ssltest host="www.korenaar.example" port="443">`, `<cipher status="accepted" sslversion="TLSv1.2" bits="0" cipher="NULL-#" id="0x0001" strength="null" x="PAD" />`, "", `</ssltest></document>`},
	"prowler":     {"TIMESTAMP;ACCOUNT_UID;PROVIDER;CHECK_ID;CHECK_TITLE;STATUS;SEVERITY;RESOURCE_UID;RISK\n", "2026-11-04 08:00:00;1;aws;c;t;FAIL;high;arn:#;PAD", "\n", "\n"},
	"openscap":    {`<TestResult xmlns="http://checklists.nist.gov/xccdf/1.2" id="x" end-time="2026-11-04T08:00:00Z"><target>pc-01</target>`, `<rule-result idref="x_rule_#" severity="high"><result>fail</result><message>PAD</message></rule-result>`, "", "</TestResult>"},
	"lynis":       {"# Lynis Report\nreport_version_major=1\nreport_version_minor=0\nlynis_version=3.1.1\nhostname=pc-01\nreport_datetime_start=2026-11-04 08:00:00\n", "suggestion[]=T-#|PAD|-|-|", "\n", "\nreport_datetime_end=2026-11-04 09:00:00\nfinish=true\n"},
	"nmap":        {`<nmaprun scanner="nmap" start="1795428108">`, `<host endtime="1795428108"><status state="up"/><address addr="10.0.0.2" addrtype="ipv4"/><hostnames><hostname name="pc-#"/></hostnames><ports><port protocol="tcp" portid="1"><state state="open"/><script id="http-title" output="PAD"/></port></ports></host>`, "", `<runstats><finished time="1795428109" exit="success"/></runstats></nmaprun>`},
	"osquery":     {"", `{"name":"os_version","hostIdentifier":"pc-#","unixTime":1795428108,"action":"added","columns":{"name":"Ubuntu","notes":"PAD"}}`, "\n", "\n"},
	"wazuh":       {`{"hits":{"total":{"value":1},"hits":[`, `{"_index":"wazuh-states-vulnerabilities-1","_source":{"agent":{"id":"001","name":"pc-01"},"package":{"name":"a","version":"1","description":"PAD"},"vulnerability":{"id":"CVE-2026-#","severity":"High","detected_at":"2026-11-03T08:00:00Z"}}}`, ",", "]}}"},
}

// text generates the output, of about the size in bytes, without holding it.
func (l large) text(size int) io.Reader {
	pad := strings.Repeat("het koren is rijp; ", 54)[:1000]
	return &generator{l: large{l.head, strings.ReplaceAll(l.record, "PAD", pad), l.between, l.tail}, left: size, next: *bytes.NewBufferString(l.head)}
}

type generator struct {
	l    large
	n    int
	left int
	next bytes.Buffer
}

func (g *generator) Read(p []byte) (int, error) {
	for g.next.Len() == 0 {
		switch {
		case g.left > 0:
			if g.n++; g.n > 1 {
				g.next.WriteString(g.l.between)
			}
			g.next.WriteString(strings.ReplaceAll(g.l.record, "#", strconv.Itoa(10000+g.n)))
			g.left -= g.next.Len()
			if g.left <= 0 {
				g.next.WriteString(g.l.tail)
			}
		default:
			return 0, io.EOF
		}
	}
	return g.next.Read(p)
}

// What is generated is an output of the tool: it is recognised and read, and
// each record is a finding, a computer, or of a person.
func TestLarge(t *testing.T) {
	for _, format := range ingest.Formats() {
		l, ok := larges[format.Name]
		if format.Name == m365.Name {
			continue // nothing of it becomes a finding
		}
		if !ok {
			t.Errorf("%s: no large output of it is generated", format.Name)
			continue
		}
		found, rest, err := ingest.Detect(l.text(200 << 10))
		require.NoError(t, err, format.Name)
		require.Equal(t, format.Name, found.Name)
		batch, err := format.Read(rest, readertest.Options()...)
		require.NoError(t, err, format.Name)
		require.Greater(t, len(batch.Vulnerabilities)+len(batch.Computers)+len(batch.Phishing)+len(batch.Courses), 100, format.Name)
	}
}

// Each reader on a generated output of 200 MB. peak-MB is the most that was
// held, with the records that were read; records-MB is what these alone hold.
func BenchmarkLarge(b *testing.B) {
	if os.Getenv("KEURMERK_SLOW") != "1" {
		b.Skip("set KEURMERK_SLOW=1 to read 200 MB with each reader")
	}
	const size = 200 << 20
	for _, format := range ingest.Formats() {
		l, ok := larges[format.Name]
		if !ok {
			continue
		}
		b.Run(format.Name, func(b *testing.B) {
			b.SetBytes(size)
			peak, records := uint64(0), uint64(0)
			for b.Loop() {
				start := live()
				stop, done := make(chan bool), make(chan uint64)
				go watch(stop, done)
				batch, err := format.Read(l.text(size), readertest.Options()...)
				close(stop)
				if most := <-done; most > start {
					peak = max(peak, most-start)
				}
				if err != nil {
					b.Fatal(err)
				}
				if now := live(); now > start {
					records = now - start
				}
				runtime.KeepAlive(batch)
			}
			b.ReportMetric(float64(peak)/1e6, "peak-MB")
			b.ReportMetric(float64(records)/1e6, "records-MB")
		})
	}
}

// live is what is held after collecting what is not.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// watch gives the most that was held until it is stopped.
func watch(stop chan bool, done chan uint64) {
	most := uint64(0)
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		select {
		case <-tick.C:
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		case <-stop:
			tick.Stop()
			done <- most
			return
		}
	}
}
