package ingest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/sheet"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/zap"
	"github.com/stretchr/testify/require"
)

// row is a file of the corpus with what its tool counts in it.
type row struct {
	tool, file   string
	native, dojo string
	data         []byte
}

// corpus reads real outputs of real tools, which are not part of this project.
func corpus(t testing.TB) []row {
	folder := os.Getenv("KEURMERK_CORPUS")
	if folder == "" {
		folder = "../../../shared/corpus"
	}
	manifest, err := os.ReadFile(filepath.Join(folder, "MANIFEST.tsv"))
	if os.IsNotExist(err) {
		t.Skipf("no corpus of real outputs at %s; KEURMERK_CORPUS says where one is", folder)
	}
	require.NoError(t, err)
	var rows []row
	for line := range strings.Lines(string(manifest)) {
		cells := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if cells[0] == "format" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, cells[1]))
		require.NoError(t, err)
		rows = append(rows, row{cells[0], cells[1], cells[9], cells[10], data})
	}
	require.NotEmpty(t, rows)
	return rows
}

// formats says which reader reads the files of a folder; of others it is none.
var formats = map[string]string{
	"nuclei": "nuclei", "wazuh": "wazuh", "internetnl": "internetnl",
	"zap_json": "zap", "zap_json_series": "zap", "zap_xml": "zap",
	"ms_defender": "defender", "osquery": "osquery", "gophish": "gophish", "xapi": "xapi", "openvas": "openvas", "nessus": "nessus",
	"trivy": "trivy", "grype": "grype", "sarif": "sarif", "cyclonedx": "cyclonedx", "vex": "openvex", "testssl": "testssl",
	"observatory": "observatory", "lynis": "lynis", "nmap": "nmap", "ocsf": "ocsf",
	"nikto": "nikto", "wapiti": "wapiti", "sslscan": "sslscan", "prowler_csv": "prowler", "openscap": "openscap", "m365": "m365",
}

// others are files of a tool that hold nothing of what its reader reads, and
// why.
var others = map[string]string{
	"trivy/dd__legacy_no_vuln.json":                                         "null, which any tool may write",
	"sarif/sarifsdk__AndroidStudio.sarif":                                   "version 2.0.0",
	"sarif/sarifsdk__clang.execstack.sarif":                                 "version 2.0.0, and cut off",
	"vex/dd__csaf_unsupported_version.json":                                 "CSAF",
	"nuclei/scb__empty-test.jsonl":                                          "nothing at all",
	"wazuh/wazuh__sca_delta_ubuntu.json":                                    "configuration checks",
	"wazuh/wazuh__sca_delta_windows.json":                                   "configuration checks",
	"wazuh/wazuh__sca_full_ubuntu.json":                                     "configuration checks",
	"internetnl/inl__v2_integration_expected_domain_technical_results.json": "technical details without verdicts",
}

// formatOf is the format that reads the row, if any.
func formatOf(row row) (ingest.Format, bool) {
	if others[row.file] != "" {
		return ingest.Format{}, false
	}
	return ingest.Find(formats[row.tool])
}

// Each format is recognised, and no file of another tool is taken for it: not
// by the first that says so, nor by any other.
func TestDetectCorpus(t *testing.T) {
	for _, row := range corpus(t) {
		format, rest, err := ingest.Detect(bytes.NewReader(row.data))
		want, _ := formatOf(row)
		require.Equal(t, want.Name, format.Name, row.file)
		require.Equal(t, want.Name == "", err != nil)
		var whole bytes.Buffer
		_, err = whole.ReadFrom(rest)
		require.NoError(t, err)
		require.Equal(t, len(row.data), whole.Len(), "looking at the head loses nothing")
		head := reader.Head(row.data[:min(len(row.data), 64<<10)])
		for _, f := range ingest.Formats() {
			require.Equal(t, f.Name == want.Name, f.Detect(head), "%s by %s", row.file, f.Name)
		}
	}
}

// count sums the numbers that follow the words in a text.
func count(text string, words ...string) int {
	sum := 0
	for _, word := range words {
		for _, m := range regexp.MustCompile(`(?i)\b`+word+`=(\d+)`).FindAllStringSubmatch(text, -1) {
			n, _ := strconv.Atoi(m[1]) // it is digits
			sum += n
		}
	}
	return sum
}

// natives say how many findings there are by the tool's own count.
var natives = map[string]func(native string) int{
	"nuclei": func(s string) int { return count(s, "records") },
	"wazuh": func(s string) int {
		if strings.Contains(s, "inventory") {
			return 1 // of one computer
		}
		return count(s, "records", "items", "hits")
	},
	"defender": func(s string) int { // a zip archive also lists machines, of which the findings are none
		if _, inZip, ok := strings.Cut(s, "machines.json"); ok {
			return count(inZip, `report_\w+\.json`)
		}
		return count(s, "records")
	},
	"zap":     func(s string) int { return count(s, "alerts") },
	"osquery": func(string) int { return 1 }, // each is of one computer
	"gophish": func(s string) int { // people who were to get a mail
		if strings.Contains(s, "Email Reported") {
			return count(s, "Email Sent", "Error Sending Email")
		}
		return count(s, "results", "rows")
	},
	"xapi":    func(s string) int { return count(s, "statements") },
	"openvas": func(s string) int { return count(s, "results", "rows") },
	"nessus": func(s string) int {
		if strings.Contains(s, "items=") {
			return count(s, "hosts=.* items")
		}
		return count(s, "Critical", "Medium", "None") // rows without a severity are empty
	},
	"grype":     func(s string) int { return count(s, "matches") },
	"trivy":     func(s string) int { return count(s, "vulns", "misconf_fail", "misconf_other", "secrets", "licenses") },
	"sarif":     func(s string) int { return count(s, "results") },
	"cyclonedx": func(s string) int { return count(s, "vulnerabilities") },
	"openvex":   func(s string) int { return count(s, "affected", "fixed", "not_affected", "under_investigation") },
	"testssl": func(s string) int {
		checks := count(s, "rows") - count(s, "OK")
		if strings.HasPrefix(s, "pretty") {
			checks++ // a problem of the client is none of its rows
		}
		return checks
	},
	"nikto":       func(s string) int { return count(s, "items", "vulnerabilities") },
	"wapiti":      func(s string) int { return count(s, "entries") },
	"prowler":     func(s string) int { return count(s, "rows") },
	"openscap":    func(s string) int { return count(s, "rule_results") },
	"m365":        func(string) int { return 0 },
	"ocsf":        func(s string) int { return count(s, "events") },
	"observatory": func(s string) int { return count(s, "False", "failed") },
	"lynis":       func(s string) int { return count(s, "warnings", "suggestions", "vulnerable_packages") },
	"nmap":        func(s string) int { return count(s, "up") },
	"internetnl": func(s string) int {
		if strings.HasPrefix(s, "v1") {
			return count(s, "views") - count(s, "views_true")
		}
		_, tests, _ := strings.Cut(s, "tests=")
		return count(tests, "failed", "warning", "info")
	},
}

// told are what sslscan writes of what it found, of which it keeps no count.
var told = regexp.MustCompile(`<heartbleed [^>]*vulnerable="1"|<compression supported="1"|<renegotiation supported="1" secure="0"|<fallback supported="0"|` +
	`<protocol type="(ssl"|tls" version="1.[01]") [^>]*enabled="1"|<cipher status="(accepted|preferred)"[^>]*strength="(weak|medium|null|anonymous)"|` +
	`<expired>true|<self-signed>true|<signature-algorithm>(sha1|md5)|<pk error="false" type="RSA" bits="(512|1024)"`)

// counted says how many records the row has by the tool's own count.
func (r row) counted(format string) int {
	if format == "sslscan" {
		return len(told.FindAll(r.data, -1))
	}
	return natives[format](r.native)
}

// inventories are formats that hold, or may hold, no vulnerabilities but
// computers or people.
var inventories = map[string]bool{"osquery": true, "wazuh": true, "gophish": true, "xapi": true}

// held counts the records of a batch: vulnerabilities or, in an inventory
// without any, what else it holds.
func held(format string, b finding.Batch) int {
	if format == "nmap" { // of which the hosts are counted
		return len(b.Computers)
	}
	if n := len(b.Vulnerabilities); n > 0 || !inventories[format] {
		return n
	}
	return len(b.Computers) + len(b.Employees) + len(b.Questionnaires) + len(b.Courses) + len(b.Phishing)
}

// merged counts likewise what a month makes of it.
func merged(format string, m *finding.Month) int {
	return held(format, finding.Batch{Vulnerabilities: m.Vulnerabilities, Computers: m.Computers, Employees: m.Employees,
		Questionnaires: m.Questionnaires, Courses: m.Courses, Phishing: m.Phishing})
}

// about tells whether the skip is about a record, and not about an asset that
// is not taken as scanned, or the whole output.
func about(s finding.Skip) bool {
	return !strings.Contains(s.Reason, "partial") && !strings.Contains(s.Reason, "taken as")
}

// sayThemselves are formats whose outputs say what was looked at.
var sayThemselves = map[string]bool{"zap": true, "internetnl": true, "openvas": true, "nessus": true, "testssl": true, "observatory": true, "lynis": true,
	"nikto": true, "wapiti": true, "sslscan": true, "openscap": true}

// byNumber are formats of which the severities are not only the tool's words:
// those of OpenVAS know no critical, internet.nl has none, Grype's Negligible
// is low here, and Trivy's counts are those of its vulnerabilities alone; SARIF has
// levels, and CycloneDX several ratings.
var byNumber = map[string]bool{"internetnl": true, "openvas": true, "grype": true, "trivy": true, "sarif": true, "cyclonedx": true, "observatory": true, "lynis": true, "nmap": true,
	"openscap": true, "prowler": true, "wapiti": true}

// The tools' own counts: every record is a finding or skipped for a reason;
// none gets lost.
func TestCountsCorpus(t *testing.T) {
	fmt.Printf("%-50s %8s %8s %8s %8s  %s\n", "file", "records", "findings", "skipped", "merged", "by DefectDojo")
	read := 0
	for _, row := range corpus(t) {
		format, ours := formatOf(row)
		if !ours {
			continue
		}
		batch, err := format.Read(bytes.NewReader(row.data), reader.Asset("pc-01"), reader.Salt([]byte("salt")), reader.Taken(time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)))
		require.NoError(t, err, row.file)
		read++
		want, skipped := row.counted(format.Name), 0
		for _, s := range batch.Skipped {
			if many := regexp.MustCompile(`^(\d+) (?:statements|events|checks|rules)$`).FindStringSubmatch(s.Where); many != nil {
				n, _ := strconv.Atoi(many[1]) // it is digits
				skipped += n
			} else if about(s) {
				skipped++
			}
		}
		held := held(format.Name, batch)
		require.Equal(t, want, held+skipped, row.file)
		for _, w := range batch.Websites {
			require.True(t, sayThemselves[format.Name] || w.Scanned.IsZero(), row.file)
		}
		if !sayThemselves[format.Name] {
			require.Empty(t, batch.Complete, "nobody stated that the output is complete")
		}
		m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 12)}
		_, err = m.Add(batch)
		require.NoError(t, err, row.file)
		fmt.Printf("%-50s %8d %8d %8d %8d  %s\n", row.file, want, held, skipped, merged(format.Name, m), row.dojo)
		if skipped == 0 && !byNumber[format.Name] {
			severities(t, row, batch)
		}
	}
	require.Positive(t, read)
}

// severities compares the counts by severity with the tool's own words.
func severities(t *testing.T, row row, batch finding.Batch) {
	got := map[string]int{}
	for _, v := range batch.Vulnerabilities {
		got[v.Severity.String()]++
	}
	for severity, words := range map[string][]string{"critical": {"critical"}, "high": {"high"}, "medium": {"medium"}, "low": {"low"}, "none": {"info", "informational"}} {
		if want := count(row.native, words...); want > 0 {
			require.Equal(t, want, got[severity], "%s: %s", row.file, severity)
		}
	}
}

// A file cut off anywhere is an error, or has fewer findings; it never has
// more, and never completes anything.
func TestTruncatedCorpus(t *testing.T) {
	places := 20
	if os.Getenv("KEURMERK_SLOW") == "1" {
		places = 200
	}
	t.Logf("each file is cut at %d places, a large one at 3 unless KEURMERK_SLOW is 1", places)
	for _, row := range corpus(t) {
		if format, ours := formatOf(row); ours {
			n := places
			if len(row.data) > 200<<10 && n < 200 {
				n = 3 // what is large takes long
			}
			t.Run(row.file, func(t *testing.T) { readertest.Truncate(t, format.Read, row.data, n) })
		}
	}
}

// Cut between two lines, JSON Lines and CSV look whole: what is missing can't
// be known. No computer is then seen with fewer findings than there are; but
// each record of a Wazuh stream says itself that its computer was there.
func TestLinesCorpus(t *testing.T) {
	cuts := 0
	for _, row := range corpus(t) {
		format, ours := formatOf(row)
		if !ours || format.Name == "wazuh" || bytes.HasPrefix(row.data, []byte("\x1f\x8b")) || bytes.HasPrefix(row.data, []byte("<")) {
			continue // what is packed has no lines, and XML must end
		}
		whole, err := format.Read(bytes.NewReader(row.data), readertest.Options()...)
		require.NoError(t, err)
		lines := bytes.SplitAfter(bytes.TrimSpace(row.data), []byte("\n"))
		cut := 0
		for i, line := range lines[:len(lines)-1] {
			if cut += len(line); len(lines) > 40 && i%(len(lines)/20) != 0 {
				continue
			}
			readertest.Cut(t, format.Read, row.data, cut, whole)
			part, err := format.Read(bytes.NewReader(row.data[:cut]), readertest.Options()...)
			if err != nil {
				continue
			}
			cuts++
			for _, c := range part.Computers {
				if !c.Seen.IsZero() {
					require.Equal(t, on(whole, c.ID), on(part, c.ID), "%s cut at %d: %s was seen", row.file, cut, c.ID)
				}
			}
		}
	}
	require.Greater(t, cuts, 100)
}

// on counts the findings on a computer.
func on(b finding.Batch, computer string) int {
	n := 0
	for _, v := range b.Vulnerabilities {
		if v.Asset == computer {
			n++
		}
	}
	return n
}

// A reader that is given a file of another tool takes nothing as seen or
// scanned, and completes nothing.
func TestForeignCorpus(t *testing.T) {
	readable := 0
	for _, row := range corpus(t) {
		want, _ := formatOf(row)
		for _, f := range ingest.Formats() {
			batch, err := f.Read(bytes.NewReader(row.data), readertest.Options()...)
			if f.Name == want.Name || err != nil || f.Name == "osquery" && row.tool == "testssl" {
				continue // flat JSON of testssl.sh looks like a table's rows
			}
			readable++
			require.Empty(t, batch.Complete, "%s by %s", row.file, f.Name)
			for _, w := range batch.Websites {
				require.True(t, w.Scanned.IsZero(), "%s by %s", row.file, f.Name)
			}
			for _, c := range batch.Computers {
				require.True(t, c.Seen.IsZero(), "%s by %s", row.file, f.Name)
			}
		}
	}
	require.Greater(t, readable, 100)
}

// Twenty months of one site, with a hole of ten: a rule's new name fixes
// nothing, and what was not measured was not scanned.
func TestSeriesCorpus(t *testing.T) {
	byMonth := map[string]row{}
	for _, row := range corpus(t) {
		if row.tool == "zap_json_series" {
			byMonth[regexp.MustCompile(`\d{4}-\d\d`).FindString(row.file)] = row
		}
	}
	require.Len(t, byMonth, 20)
	m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2021, 11)}
	measured, unmeasured := 0, 0
	titles := map[string]string{}
	for m.Month <= finding.MonthOf(2024, 4) {
		if row, ok := byMonth[m.Month.String()]; ok {
			batch, err := zap.Read(bytes.NewReader(row.data))
			require.NoError(t, err)
			_, err = m.Add(batch)
			require.NoError(t, err)
			for _, v := range batch.Vulnerabilities {
				titles[v.ID] += "|" + v.Title
			}
		}
		p, err := m.Period()
		require.NoError(t, err)
		require.Len(t, m.Websites, 1)
		if m.Websites[0].Fresh(p) {
			measured++
		} else {
			unmeasured++
			for _, v := range m.Vulnerabilities {
				require.True(t, v.Open(p), "%s in %s: nothing is fixed without a scan", v.ID, m.Month)
			}
		}
		m, err = m.Next()
		require.NoError(t, err)
	}
	require.Equal(t, 20, measured)
	require.Equal(t, 10, unmeasured)
	require.Contains(t, titles["zap:10020"], "X-Frame-Options Header Not Set")
	require.Contains(t, titles["zap:10020"], "Missing Anti-clickjacking Header", "renamed")
	for _, id := range []string{"zap:10020", "zap:10038", "zap:10063", "zap:90003", "zap:10021", "zap:10049"} {
		i := slices.IndexFunc(m.Vulnerabilities, func(v finding.Vulnerability) bool { return v.ID == id })
		require.GreaterOrEqual(t, i, 0, id)
		require.Equal(t, "2021-11-30", m.Vulnerabilities[i].Found.Format(time.DateOnly), "%s is the one that was found first", id)
	}
}

// Scores from right answers are those that SurveyJS itself counts.
func TestSurveyCorpus(t *testing.T) {
	files := map[string][]byte{}
	for _, row := range corpus(t) {
		files[row.file] = row.data
	}
	var counted []struct{ Correct, Incorrect int }
	require.NoError(t, json.Unmarshal(files["survey/live__surveyjs_plaindata.json"], &counted))
	require.Len(t, counted, 4)
	columns := sheet.Columns{Kind: "questionnaires", Fixed: map[string]string{"id": "basis"},
		Right: map[string][]string{"q_phish": {"melden"}, "q_pw": {"lang", "uniek"}}}
	for _, file := range []string{"survey/live__surveyjs_results.json", "survey/live__surveyjs_plaindata.json"} {
		b, err := sheet.Read(bytes.NewReader(files[file]), columns)
		require.NoError(t, err)
		require.Len(t, b.Questionnaires, len(counted))
		for i, q := range b.Questionnaires {
			require.Equal(t, 100*counted[i].Correct/2, q.Score, "%s, response %d", file, i)
		}
	}
}

// One output of each tool makes one month, in whatever order they come.
func TestOneMonthCorpus(t *testing.T) {
	first := map[string]row{}
	var order []string
	for _, row := range corpus(t) {
		format, ours := formatOf(row)
		if _, known := first[format.Name]; ours && !known {
			first[format.Name] = row
			order = append(order, format.Name)
		}
	}
	require.Greater(t, len(order), 10)
	digest := func(names []string) string {
		m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 12)}
		for _, name := range names {
			format, rest, err := ingest.Detect(bytes.NewReader(first[name].data))
			require.NoError(t, err)
			batch, err := format.Read(rest, readertest.Options()...)
			require.NoError(t, err)
			_, err = m.Add(batch)
			require.NoError(t, err, name)
		}
		require.NotEmpty(t, m.Vulnerabilities)
		require.NotEmpty(t, m.Computers)
		require.NotEmpty(t, m.Phishing)
		return fmt.Sprint(m.Digest())
	}
	want := digest(order)
	slices.Reverse(order)
	require.Equal(t, want, digest(order))
}

// Each reader on its largest real output.
func BenchmarkCorpus(b *testing.B) {
	largest := map[string]row{}
	var order []string
	for _, row := range corpus(b) {
		format, ours := formatOf(row)
		if !ours {
			continue
		}
		if _, known := largest[format.Name]; !known {
			order = append(order, format.Name)
		}
		if len(row.data) > len(largest[format.Name].data) {
			largest[format.Name] = row
		}
	}
	for _, name := range order {
		format, _ := ingest.Find(name)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(largest[name].data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := format.Read(bytes.NewReader(largest[name].data), readertest.Options()...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
