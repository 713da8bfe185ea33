package nmap_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/nmap"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const run = `<?xml version="1.0"?><!DOCTYPE nmaprun><?xml-stylesheet href="x"?><!-- Nmap --><nmaprun scanner="nmap" version="7.93">
	<host endtime="1793674800"><status state="up"/><address addr="192.0.2.1" addrtype="ipv4"/><address addr="AA:BB" addrtype="mac"/><hostnames><hostname name="PC-01.korenaar.example"/></hostnames>
	<ports><port portid="22"><state state="open"/><service product="OpenSSH" version="7.4"/><script id="vulners" output="&#xa;  cpe:/a:openbsd:openssh:7.4: &#xa;    &#x9;CVE-2018-15919&#x9;5.0&#x9;https://v.example/CVE-2018-15919&#xa;    &#x9;EXPLOIT-1&#x9;9.8"/></port>
	<port portid="80"><script id="http-title" output="x"/><script id="http-vuln-x" output="&#xa;  NOT VULNERABLE: x&#xa;    State: NOT VULNERABLE"/><script id="ssl-poodle" output="&#xa;  VULNERABLE:&#xa;    State: VULNERABLE&#xa;    IDs:  CVE:CVE-2014-3566&#xa;    Risk factor: High"/></port></ports>
	<os><osmatch name="Linux 5"/></os><hostscript><script id="smb-vuln" output="&#xa;    State: LIKELY VULNERABLE"/></hostscript></host>
	<host><status state="down"/><address addr="192.0.2.2" addrtype="ipv4"/></host><host><status state="up"/><address addr="192.0.2.3" addrtype="ipv4"/></host>
	<runstats><finished time="1793674860" exit="success"/></runstats></nmaprun>`

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, nmap.Detect([]byte(text)), text)
	b, err := nmap.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func TestRead(t *testing.T) {
	b := read(t, run)
	at := reader.Epoch(1793674800)
	require.Equal(t, []finding.Computer{{ID: "pc-01.korenaar.example", OS: "Linux 5", Seen: at, Sources: []string{"nmap"}},
		{ID: "192.0.2.3", Seen: at.Add(time.Minute), Sources: []string{"nmap"}}}, b.Computers)
	var got []string
	for _, v := range b.Vulnerabilities {
		require.Equal(t, at, v.Seen)
		got = append(got, fmt.Sprint(v.ID, " ", v.Severity, " ", v.CVSS, " ", v.Title))
	}
	require.Equal(t, []string{"CVE-2018-15919 medium 5 CVE-2018-15919 in OpenSSH 7.4", "CVE-2014-3566 high 0 ssl-poodle", "nmap:smb-vuln unknown 0 smb-vuln"}, got)
	require.Empty(t, b.Complete)
	require.Len(t, read(t, run, reader.Complete(finding.AssetComputer, "PC-01.korenaar.example", time.Time{})).Complete, 1)
}

func TestNotSeen(t *testing.T) {
	for _, c := range []struct{ old, with, reason string }{
		{`exit="success"`, `exit="error"`, `ended with "error"`}, {"<runstats>", "<x>", ""}, {`"up"`, `"down"`, "no host was up"},
	} {
		text := strings.ReplaceAll(run, c.old, c.with)
		if c.reason == "" {
			text, c.reason = strings.Replace(run, `<finished time="1793674860" exit="success"/>`, "", 1), `ended with ""`
		}
		b := read(t, text)
		for _, computer := range b.Computers {
			require.True(t, computer.Seen.IsZero())
		}
		require.Contains(t, fmt.Sprint(b.Skipped), c.reason)
	}
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "<a/>", "{}", run[:400], strings.TrimSuffix(run, "</nmaprun>")} {
		b, err := nmap.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := nmap.Read(strings.NewReader(run), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) { readertest.Truncate(t, nmap.Read, []byte(run), 300) }

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(run), 100)
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, nmap.Read, data, cut) })
}

func ExampleRead() {
	run := `<nmaprun><host endtime="1795427818"><status state="up"/><address addr="192.0.2.1" addrtype="ipv4"/></host><runstats><finished exit="success"/></runstats></nmaprun>`
	batch, err := nmap.Read(strings.NewReader(run))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Computers[0].ID, batch.Computers[0].Seen)
	// Output:
	// 192.0.2.1 2026-11-23 09:56:58 +0000 UTC
}
