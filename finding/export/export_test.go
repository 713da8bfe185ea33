package export_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/export"
	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/ocsf"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/sarif"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// ours are the sources that reading back adds.
var ours = []string{"ocsf:keurmerk", "sarif:keurmerk", "ocsf", "sarif"}

// written and read back, the month has the same vulnerabilities, and in OCSF
// the same computers.
func roundTrip(t require.TestingT, m *finding.Month) {
	normal, err := m.Normal()
	require.NoError(t, err)
	for name, way := range map[string]struct {
		write func(w *bytes.Buffer) error
		read  func(r *bytes.Buffer) (finding.Batch, error)
	}{
		"ocsf":  {func(w *bytes.Buffer) error { return export.OCSF(w, m) }, func(r *bytes.Buffer) (finding.Batch, error) { return ocsf.Read(r) }},
		"sarif": {func(w *bytes.Buffer) error { return export.SARIF(w, m) }, func(r *bytes.Buffer) (finding.Batch, error) { return sarif.Read(r, reader.Asset("another")) }},
	} {
		var out bytes.Buffer
		require.NoError(t, way.write(&out))
		text := out.String()
		batch, err := way.read(&out)
		require.NoError(t, err, text)
		back := &finding.Month{Company: m.Company, Month: m.Month, Zone: m.Zone}
		_, err = back.Add(batch)
		require.NoError(t, err)
		require.Equal(t, plain(normal.Vulnerabilities), plain(back.Vulnerabilities), "%s: %s", name, text)
		if name == "ocsf" {
			require.Equal(t, plainComputers(normal.Computers), plainComputers(back.Computers), text)
		}
	}
}

func sources(all []string) []string {
	var kept []string
	for _, s := range all {
		if !slices.Contains(ours, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// plain are the records without what reading back adds; an absent status is
// open.
func plain(all []finding.Vulnerability) []finding.Vulnerability {
	var kept []finding.Vulnerability
	for _, v := range all {
		v.Sources = sources(v.Sources)
		if v.Status == 0 {
			v.Status = finding.StatusOpen
		}
		kept = append(kept, v)
	}
	return kept
}

func plainComputers(all []finding.Computer) []finding.Computer {
	var kept []finding.Computer
	for _, c := range all {
		c.Sources = sources(c.Sources)
		kept = append(kept, c)
	}
	return kept
}

// Whatever month it is.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { roundTrip(t, findingtest.Month(t)) })
}

var when = time.Date(2026, 11, 3, 9, 0, 0, 123456789, time.UTC)

// month has one record of every kind, with every member.
func month() *finding.Month {
	return &finding.Month{
		Company: finding.Company{ID: "kvk:30123456", Name: "De Korenaar"}, Month: finding.MonthOf(2026, 11),
		Websites: []finding.Website{{ID: "www.korenaar.example", Scanned: when}},
		Computers: []finding.Computer{
			{ID: "PC-01", OS: "Windows 11 24H2", Seen: when, Retired: when.AddDate(0, 1, 0), Sources: []string{"wazuh"}}, {ID: "srv-1", OS: "Ubuntu 24.04"}, {ID: "x", OS: "CP/M"},
		},
		Vulnerabilities: []finding.Vulnerability{
			{ID: "CVE-2026-1234", AssetType: finding.AssetComputer, Asset: "PC-01", Severity: finding.SeverityHigh, CVSS: 8.1, Title: "Overflow in openssl", Remedy: "update openssl",
				Found: when, Seen: when.Add(time.Hour), Sources: []string{"wazuh"}, References: []string{"https://x.example/1", "see the vendor"}},
			{ID: "zap:10020", AssetType: finding.AssetWebsite, Asset: "www.korenaar.example", Severity: finding.SeverityUnknown, CVSS: 5, Found: when, Seen: when, Fixed: when.Add(time.Hour)},
			{ID: "cve-2026-9", AssetType: finding.AssetComputer, Asset: "srv-1", Severity: finding.SeverityNone, Status: finding.StatusAccepted, Seen: when, Fixed: when.AddDate(0, -1, 0)},
			{ID: "GHSA-x", AssetType: finding.AssetComputer, Asset: "srv-1", Severity: finding.SeverityCritical, Status: finding.StatusFalsePositive, Fixed: when.AddDate(0, 2, 0), Title: strings.Repeat("lang ", 100) + "einde"},
		},
		Employees: []finding.Employee{{ID: "e-zwaluw"}},
		Phishing:  []finding.Phishing{{ID: "mail-7", Employee: "e-zwaluw", Outcome: finding.PhishingClicked}},
	}
}

func TestWholeMonth(t *testing.T) {
	m := month()
	roundTrip(t, m)
	roundTrip(t, &finding.Month{Company: m.Company, Month: m.Month})
	for _, write := range []func(*bytes.Buffer, *finding.Month) error{
		func(w *bytes.Buffer, m *finding.Month) error { return export.OCSF(w, m) }, func(w *bytes.Buffer, m *finding.Month) error { return export.SARIF(w, m) },
	} {
		var first, second bytes.Buffer
		require.NoError(t, write(&first, m))
		other := month()
		slices.Reverse(other.Vulnerabilities)
		slices.Reverse(other.Computers)
		require.NoError(t, write(&second, other))
		require.Equal(t, first.String(), second.String(), "the order of the records makes no difference")
		require.NotContains(t, first.String(), "zwaluw", "people are left out")

		var faults *finding.DecodeError
		first.Reset()
		require.ErrorAs(t, write(&first, &finding.Month{}), &faults)
		require.Zero(t, first.Len())
	}
	broken := errors.New("broken")
	require.ErrorIs(t, export.OCSF(failing{broken}, m), broken)
	require.ErrorIs(t, export.SARIF(failing{broken}, m), broken)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// required are the attributes that the schema of OCSF 1.4.0 requires, by class:
// those of the base event, and of the objects that are written.
var required = map[string][]string{
	"2002": {"activity_id", "category_uid", "class_uid", "metadata", "metadata/product", "metadata/version", "severity_id", "time", "type_uid",
		"finding_info", "finding_info/uid", "finding_info/title", "vulnerabilities", "resources"},
	"5001": {"activity_id", "category_uid", "class_uid", "metadata", "metadata/product", "metadata/version", "severity_id", "time", "type_uid", "device", "device/type_id"},
}

func at(event map[string]any, path string) any {
	var v any = event
	for name := range strings.SplitSeq(path, "/") {
		object, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = object[name]
	}
	return v
}

func TestRequiredByOCSF(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, export.OCSF(&out, month()))
	classes := map[string]int{}
	for line := range strings.Lines(out.String()) {
		var event map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &event))
		class := fmt.Sprint(event["class_uid"])
		classes[class]++
		for _, path := range required[class] {
			require.NotNil(t, at(event, path), "%s in %s", path, line)
		}
		require.InDelta(t, event["class_uid"].(float64)*100+event["activity_id"].(float64), event["type_uid"].(float64), 0)
		require.InDelta(t, float64(int(event["class_uid"].(float64))/1000), event["category_uid"].(float64), 0)
		if os := at(event, "device/os"); os != nil {
			require.NotNil(t, at(event, "device/os/name"))
			require.NotNil(t, at(event, "device/os/type_id"))
		}
		found, _ := event["vulnerabilities"].([]any)
		for _, x := range found {
			v := x.(map[string]any)
			require.NotEqual(t, v["cve"] == nil, v["advisory"] == nil, "one of the two")
			require.True(t, v["cve"] == nil || at(v, "cve/uid") != nil)
			require.True(t, v["advisory"] == nil || at(v, "advisory/uid") != nil)
			require.True(t, v["remediation"] == nil || at(v, "remediation/desc") != nil)
			if scores, ok := at(v, "cve/cvss").([]any); ok {
				require.NotNil(t, scores[0].(map[string]any)["version"])
				require.NotNil(t, scores[0].(map[string]any)["base_score"])
			}
		}
	}
	require.Equal(t, map[string]int{"2002": 4, "5001": 3}, classes)
}

// What SARIF 2.1.0 requires of the objects that are written.
func TestRequiredBySARIF(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, export.SARIF(&out, month()))
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct{ ID string }
				}
			}
			Invocations []struct {
				ExecutionSuccessful *bool
				EndTimeUtc          string
			}
			Results []struct {
				RuleID, Kind, Level, BaselineState string
				RuleIndex                          int
				Message                            struct{ Text string }
				Suppressions                       []struct{ Kind string }
			}
		}
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &log))
	require.Equal(t, "2.1.0", log.Version)
	require.Len(t, log.Runs, 1)
	r := log.Runs[0]
	require.NotEmpty(t, r.Tool.Driver.Name)
	require.True(t, *r.Invocations[0].ExecutionSuccessful)
	require.Len(t, r.Results, 4)
	utc := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)
	require.Regexp(t, utc, r.Invocations[0].EndTimeUtc)
	for _, one := range r.Results {
		require.NotEmpty(t, one.Message.Text)
		require.Equal(t, one.RuleID, r.Tool.Driver.Rules[one.RuleIndex].ID)
		require.Contains(t, []string{"none", "note", "warning", "error"}, one.Level)
		require.Contains(t, []string{"new", "unchanged", "absent"}, one.BaselineState)
		require.Equal(t, one.Kind == "fail", one.Level != "none", "3.27.10: only what fails has a level")
		for _, s := range one.Suppressions {
			require.Equal(t, "external", s.Kind)
		}
	}
}

func ExampleOCSF() {
	m := &finding.Month{Company: finding.Company{ID: "kvk:1"}, Month: finding.MonthOf(2026, 11), Vulnerabilities: []finding.Vulnerability{
		{ID: "CVE-2026-1234", AssetType: finding.AssetComputer, Asset: "pc-01", Severity: finding.SeverityHigh}}}
	var out bytes.Buffer
	if err := export.OCSF(&out, m); err != nil {
		panic(err)
	}
	batch, err := ocsf.Read(&out)
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Vulnerabilities[0].Asset, batch.Vulnerabilities[0].ID, batch.Vulnerabilities[0].Severity)
	// Output: pc-01 CVE-2026-1234 high
}

func ExampleSARIF() {
	m := &finding.Month{Company: finding.Company{ID: "kvk:1"}, Month: finding.MonthOf(2026, 11)}
	if err := export.SARIF(os.Stdout, m); err != nil {
		panic(err)
	}
	// Output:
	// {
	//  "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
	//  "version": "2.1.0",
	//  "runs": [
	//   {
	//    "tool": {
	//     "driver": {
	//      "name": "Keurmerk",
	//      "informationUri": "https://github.com/cyberkeurmerk/keurmerk",
	//      "rules": []
	//     }
	//    },
	//    "invocations": [
	//     {
	//      "executionSuccessful": true
	//     }
	//    ],
	//    "automationDetails": {
	//     "id": "kvk:1/2026-11"
	//    },
	//    "results": []
	//   }
	//  ]
	// }
}
