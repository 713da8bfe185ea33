package finding_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
)

// plain has the document's shape without its rules.
type plain struct {
	Company         map[string]any    `json:"company"`
	Month           string            `json:"month"`
	Computers       []plainComputer   `json:"computers"`
	Vulnerabilities []plainVulnerable `json:"vulnerabilities"`
}

type plainComputer struct {
	ID      string   `json:"id"`
	OS      string   `json:"os"`
	Seen    string   `json:"seen"`
	Sources []string `json:"sources"`
}

type plainVulnerable struct {
	ID         string   `json:"id"`
	AssetType  string   `json:"asset_type"`
	Asset      string   `json:"asset"`
	Severity   string   `json:"severity"`
	CVSS       float64  `json:"cvss"`
	Title      string   `json:"title"`
	Remedy     string   `json:"remedy"`
	Found      string   `json:"found"`
	Seen       string   `json:"seen"`
	Sources    []string `json:"sources"`
	References []string `json:"references"`
}

// large is a document of n records, one computer to nine vulnerabilities.
func large(t require.TestingT, n int) []byte {
	m := &finding.Month{Company: finding.Company{ID: "kvk:1"}, Month: finding.MonthOf(2026, 11)}
	for i := range n / 10 {
		pc := fmt.Sprintf("pc-%05d", i)
		m.Computers = append(m.Computers, finding.Computer{ID: pc, OS: "Windows 11 24H2", Seen: utc("2026-11-19T09:00:00Z"), Sources: []string{"wazuh"}})
		for k := range 9 {
			m.Vulnerabilities = append(m.Vulnerabilities, finding.Vulnerability{ID: fmt.Sprintf("CVE-2026-%04d", k), AssetType: finding.AssetComputer, Asset: pc,
				Severity: finding.Severity(1 + k%5), CVSS: 5.5, Title: "A title of some length about a weakness in a package", Remedy: "update package 1.2.3",
				Found: utc("2026-11-03T09:00:00Z"), Seen: utc("2026-11-19T09:00:00Z"), Sources: []string{"wazuh"}, References: []string{"https://nvd.example/CVE-2026"}})
		}
	}
	text, err := m.MarshalJSON()
	require.NoError(t, err)
	return text
}

// Decoding with every rule, beside decoders that check no rule, on the same
// bytes.
func BenchmarkDecode(b *testing.B) {
	for _, n := range []int{100, 1_000, 100_000} {
		text := large(b, n)
		run := func(name string, decode func() error) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				began := cpuTime(b)
				for b.Loop() {
					if err := decode(); err != nil {
						b.Fatal(err)
					}
				}
				used := cpuTime(b) - began
				b.ReportMetric(float64(used.Nanoseconds())/float64(b.N), "cpu-ns/op")
				b.ReportMetric(float64(len(text))*float64(b.N)/1e6/used.Seconds(), "cpu-MB/s")
			})
		}
		run("keurmerk", func() error { _, err := finding.DecodeBytes(text); return err })
		var d finding.Decoder
		run("again", func() error { _, err := d.Decode(text); return err })
		run("encoding-json", func() error { var p plain; return json.Unmarshal(text, &p) })
		run("json-v2", func() error { var p plain; return jsonv2.Unmarshal(text, &p) })
	}
}

func BenchmarkDigest(b *testing.B) {
	m, err := finding.DecodeBytes(large(b, 1_000))
	require.NoError(b, err)
	began := cpuTime(b)
	for b.Loop() {
		if m.Digest() == "" {
			b.Fatal("no digest")
		}
	}
	b.ReportMetric(float64((cpuTime(b)-began).Nanoseconds())/float64(b.N), "cpu-ns/op")
}
