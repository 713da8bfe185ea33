package lynis_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/lynis"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const report = `# Lynis Report
report_version_major=1
report_datetime_start=2026-11-03 04:00:00
lynis_version=3.1.4
os_fullname=Debian GNU/Linux 13 (trixie)
hostname=PC-01
test_category=all
test_group=all
real_user[]=jan,1000
warning[]=LOGG-2138|klogd is not running|-|-|
suggestion[]=SSH-7408|Consider hardening SSH|AllowTcpForwarding (set YES to NO)|-|
suggestion[]=DEB-0880|Install fail2ban|-|text:apt install fail2ban|
suggestion[]=|nothing|-|-|
vulnerable_package[]=apt
report_datetime_end=2026-11-03 04:00:30
tests_executed=PKGS-7392|LOGG-2138|
tests_skipped=MALW-3288|MALW-3286|
finish=true
`

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, lynis.Detect([]byte(text)), text)
	b, err := lynis.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	at := time.Date(2026, 11, 3, 3, 0, 30, 0, time.UTC) // 04:00:30 in Amsterdam
	for _, text := range []string{report, strings.ReplaceAll(report, "\n", "\r\n"), strings.TrimSpace(report)} {
		b := read(t, text)
		v := func(id string, severity finding.Severity, title, remedy string) finding.Vulnerability {
			return finding.Vulnerability{ID: id, AssetType: finding.AssetComputer, Asset: "pc-01", Severity: severity, Title: title, Remedy: remedy, Found: at, Seen: at, Sources: []string{"lynis"}}
		}
		require.Equal(t, []finding.Vulnerability{
			v("lynis:LOGG-2138", finding.SeverityMedium, "klogd is not running", ""),
			v("lynis:SSH-7408", finding.SeverityLow, "Consider hardening SSH", "AllowTcpForwarding (set YES to NO)"),
			v("lynis:DEB-0880", finding.SeverityLow, "Install fail2ban", "apt install fail2ban"),
			v("lynis:package:apt", finding.SeverityUnknown, "The package apt has known vulnerabilities", "update apt"),
		}, b.Vulnerabilities)
		require.Equal(t, []finding.Computer{{ID: "pc-01", OS: "Debian GNU/Linux 13 (trixie)", Seen: at, Sources: []string{"lynis"}}}, b.Computers)
		require.Equal(t, []finding.Complete{{AssetType: finding.AssetComputer, Asset: "pc-01", At: at, Untested: []string{"lynis:MALW-3288", "lynis:MALW-3286"}}}, b.Complete)
		require.Equal(t, []finding.Skip{{Where: "line 13", Reason: "it names no test"}}, b.Skipped)
	}
}

func TestNotSeen(t *testing.T) {
	for old, reason := range map[string]string{"finish=true": "not finished", "test_category=all": "some categories only", "report_datetime": "nobody says when", "hostname=PC-01": "of no computer"} {
		b := read(t, strings.ReplaceAll(report, old, map[bool]string{true: "test_category=security", false: "x"}[strings.HasPrefix(old, "test")]))
		require.Empty(t, b.Complete)
		for _, c := range b.Computers {
			require.True(t, c.Seen.IsZero())
		}
		require.Contains(t, fmt.Sprint(b.Skipped), reason)
	}
	b := read(t, strings.NewReplacer("vulnerable_package[]=apt\n", "", "PKGS-7392|", "").Replace(report))
	require.Empty(t, b.Complete)
	require.False(t, b.Computers[0].Seen.IsZero())
	require.Contains(t, fmt.Sprint(b.Skipped), "packages were not audited")
	require.Equal(t, "pc-02", read(t, strings.Replace(report, "hostname", "x", 1), reader.Asset("pc-02")).Computers[0].ID)
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "# Lynis Report\n", "{}", report[:40]} {
		b, err := lynis.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := lynis.Read(strings.NewReader(report), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
	_, err = lynis.Read(strings.NewReader(report + "x=" + strings.Repeat("y", 5<<20)))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) { readertest.Truncate(t, lynis.Read, []byte(report), 300) }

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(report), 100)
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, lynis.Read, data, cut) })
}

func ExampleRead() {
	report := "# Lynis Report\nlynis_version=3.1.4\nhostname=pc-01\nwarning[]=LOGG-2138|klogd is not running|-|-|\nreport_datetime_end=2026-11-03 04:00:30\nfinish=true\n"
	batch, err := lynis.Read(strings.NewReader(report))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Computers[0].ID, batch.Computers[0].Seen)
	fmt.Println(batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity)
	// Output:
	// pc-01 2026-11-03 03:00:30 +0000 UTC
	// lynis:LOGG-2138 medium
}
