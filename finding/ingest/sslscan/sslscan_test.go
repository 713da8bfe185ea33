package sslscan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/sslscan"
	"github.com/stretchr/testify/require"
)

const report = `<?xml version="1.0" encoding="UTF-8"?>
<document title="SSLScan Results" version="2.0.7"><ssltest host="192.0.2.1" sniname="www.Korenaar.example" port="443">
<protocol type="ssl" version="3" enabled="0" /><protocol type="tls" version="1.0" enabled="1" /><protocol type="tls" version="1.2" enabled="1" />
<fallback supported="1" /><renegotiation supported="1" secure="0" /><compression supported="0" /><heartbleed sslversion="TLSv1.0" vulnerable="1" />
<cipher status="preferred" sslversion="TLSv1.2" bits="256" cipher="AES256-GCM-SHA384" strength="strong" /><cipher status="accepted" sslversion="TLSv1.0" bits="0" cipher="NULL-SHA" strength="null" />
<cipher status="not accepted" sslversion="TLSv1.0" bits="56" cipher="DES-CBC-SHA" strength="weak" />
<certificates><certificate type="short"><signature-algorithm>sha256WithRSAEncryption</signature-algorithm><pk error="false" type="RSA" bits="1024" /><self-signed>false</self-signed>
<not-valid-after>Mar 13 11:59:45 2026 GMT</not-valid-after><expired>true</expired></certificate></certificates></ssltest></document>`

var at = time.Date(2026, 11, 23, 9, 52, 22, 0, time.UTC)

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, sslscan.Detect([]byte(text)), text)
	b, err := sslscan.Read(strings.NewReader(text), opts...)
	require.NoError(t, err)
	return b
}

func ids(b finding.Batch) []string {
	var all []string
	for _, v := range b.Vulnerabilities {
		all = append(all, v.ID)
	}
	return all
}

func TestRead(t *testing.T) {
	b := read(t, report, reader.Taken(at))
	require.Equal(t, []string{"sslscan:protocol TLSv1.0", "CVE-2009-3555", "CVE-2014-0160", "sslscan:cipher NULL-SHA", "sslscan:certificate expired", "sslscan:certificate key"}, ids(b))
	require.Equal(t, finding.Vulnerability{ID: "sslscan:protocol TLSv1.0", AssetType: finding.AssetWebsite, Asset: "www.korenaar.example", Severity: finding.SeverityUnknown,
		Title: "TLSv1.0 is enabled", Found: at, Seen: at, Sources: []string{"sslscan"}}, b.Vulnerabilities[0])
	require.Equal(t, []finding.Website{{ID: "www.korenaar.example", Scanned: at, Sources: []string{"sslscan"}}}, b.Websites)
	require.Len(t, b.Complete, 1)
	require.Empty(t, b.Skipped)

	old := strings.NewReplacer(` strength="null"`, "", ` strength="strong"`, "", ` strength="weak"`, "").Replace(report)
	require.Contains(t, ids(read(t, old)), "sslscan:cipher NULL-SHA")
	require.NotContains(t, ids(read(t, old)), "sslscan:cipher AES256-GCM-SHA384")
	all := strings.NewReplacer(`<compression supported="0"`, `<compression supported="1"`, `<fallback supported="1"`, `<fallback supported="0"`, "sha256With", "sha1With",
		"<self-signed>false", "<self-signed>true", "<expired>true", "<not-yet-valid>true</not-yet-valid><expired>false", `version="3" enabled="0"`, `version="3" enabled="1"`).Replace(report)
	for _, id := range []string{"CVE-2012-4929", "sslscan:fallback", "sslscan:certificate signature", "sslscan:certificate self-signed", "sslscan:certificate not yet valid", "sslscan:protocol SSLv3"} {
		require.Contains(t, ids(read(t, all)), id)
	}
}

func TestNotScanned(t *testing.T) {
	for text, why := range map[string]string{
		strings.NewReplacer(`enabled="1"`, `enabled="0"`, `"preferred"`, `"failed"`, `"accepted"`, `"failed"`).Replace(report): "not reached",
		strings.NewReplacer("<certificate ", "<x ", "</certificate>", "</x>").Replace(report):                                  "no certificate was read",
		strings.Replace(report, "<fallback", "<error>Could not connect</error><fallback", 1):                                   "met an error",
		`<document title="SSLScan Results"></document>`:                                                                        "holds no host",
		`<document title="SSLScan Results"><ssltest/></document>`:                                                              "it names no host",
	} {
		b := read(t, text, reader.Taken(at))
		require.Contains(t, fmt.Sprint(b.Skipped), why, text)
		require.Empty(t, b.Complete)
		for _, w := range b.Websites {
			require.Zero(t, w.Scanned)
		}
	}
	b := read(t, report)
	require.Contains(t, fmt.Sprint(b.Skipped), "nobody says when")
	b = read(t, report, reader.Complete(finding.AssetWebsite, "www.korenaar.example", at))
	require.Equal(t, at, b.Websites[0].Scanned)
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "[", "<a/>", report[:400], report[:len(report)-12], "<document>"} {
		b, err := sslscan.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	_, err := sslscan.Read(strings.NewReader(report), reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) { readertest.Truncate(t, sslscan.Read, []byte(report), 200) }

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(report), 100)
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, sslscan.Read, data, cut) })
}

func ExampleRead() {
	report := `<document title="SSLScan Results" version="2.0.7"><ssltest host="www.korenaar.example" port="443">
		<protocol type="tls" version="1.0" enabled="1" /></ssltest></document>`
	batch, err := sslscan.Read(strings.NewReader(report))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Vulnerabilities[0].Asset, batch.Vulnerabilities[0].ID)
	fmt.Println(batch.Skipped[0])
	// Output:
	// www.korenaar.example sslscan:protocol TLSv1.0
	// www.korenaar.example: not taken as scanned: partial: no certificate was read
}
