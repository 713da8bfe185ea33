package export

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

type log struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []run  `json:"runs"`
}

type run struct {
	Tool struct {
		Driver driver `json:"driver"`
	} `json:"tool"`
	Invocations []invocation `json:"invocations"`
	Automation  struct {
		ID string `json:"id"`
	} `json:"automationDetails"`
	Results []result `json:"results"`
}

type driver struct {
	Name        string `json:"name"`
	Information string `json:"informationUri"`
	Rules       []rule `json:"rules"`
}

type invocation struct {
	Successful bool   `json:"executionSuccessful"`
	End        string `json:"endTimeUtc,omitempty"`
}

type text struct {
	Text string `json:"text"`
}

type rule struct {
	ID         string    `json:"id"`
	Short      text      `json:"shortDescription"`
	Help       *text     `json:"help,omitempty"`
	HelpURI    string    `json:"helpUri,omitempty"`
	Properties *security `json:"properties,omitempty"`
}

type security struct {
	Severity string `json:"security-severity"`
}

type result struct {
	RuleID       string        `json:"ruleId"`
	RuleIndex    int           `json:"ruleIndex"`
	Kind         string        `json:"kind"`
	Level        string        `json:"level"`
	Message      text          `json:"message"`
	Locations    []location    `json:"locations"`
	Fingerprints fingerprints  `json:"partialFingerprints"`
	Baseline     string        `json:"baselineState"`
	Provenance   *provenance   `json:"provenance,omitempty"`
	Suppressions []suppression `json:"suppressions,omitempty"`
	Properties   properties    `json:"properties"`
}

type fingerprints struct {
	Key string `json:"keurmerk/v1"` // the key of the record
}

type location struct {
	Logical []logical `json:"logicalLocations"`
}

type logical struct {
	Name      string `json:"name"`
	Qualified string `json:"fullyQualifiedName"`
	Kind      string `json:"kind"`
}

type provenance struct {
	First string `json:"firstDetectionTimeUtc,omitempty"`
	Last  string `json:"lastDetectionTimeUtc,omitempty"`
}

type suppression struct {
	Kind          string `json:"kind"`
	Status        string `json:"status"`
	Justification string `json:"justification"`
}

// properties hold the record as the month document has it, with what SARIF has
// no place for.
type properties struct {
	Severity string                `json:"security-severity,omitempty"`
	Record   finding.Vulnerability `json:"keurmerk"`
}

// SARIF writes the vulnerabilities of the month as a log of SARIF 2.1.0 with
// one run. The error is that of an invalid month ([finding.DecodeError],
// [finding.ZoneError]), of which nothing is written, or w's.
func SARIF(w io.Writer, m *finding.Month) error {
	return write(w, m, func(x *writer) error {
		r := run{Results: []result{}}
		r.Tool.Driver = driver{product, about, []rule{}}
		r.Automation.ID = x.Company.ID + "/" + x.Month.Month.String()
		rules := map[string]int{}
		var last time.Time
		for i := range x.Vulnerabilities {
			v := &x.Vulnerabilities[i]
			at, known := rules[v.ID]
			if !known {
				at = len(rules)
				rules[v.ID] = at
				r.Tool.Driver.Rules = append(r.Tool.Driver.Rules, ruleOf(v))
			}
			r.Results = append(r.Results, x.result(v, at))
			for _, t := range []time.Time{v.Found, v.Seen} {
				if t.After(last) {
					last = t
				}
			}
		}
		r.Invocations = []invocation{{true, instant(last)}}
		out := json.NewEncoder(x.out)
		out.SetIndent("", " ")
		return out.Encode(log{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []run{r}})
	})
}

// ruleOf is the rule that the first vulnerability of its id speaks of.
func ruleOf(v *finding.Vulnerability) rule {
	r := rule{ID: v.ID, Short: text{title(v)}}
	if v.Remedy != "" {
		r.Help = &text{v.Remedy}
	}
	for _, reference := range v.References {
		if r.HelpURI == "" && strings.HasPrefix(reference, "https://") && !strings.ContainsAny(reference, " <>\"{}|\\^`") {
			r.HelpURI = reference
		}
	}
	if v.CVSS > 0 {
		r.Properties = &security{score(v.CVSS)}
	}
	return r
}

// score writes a CVSS score as GitHub reads it: a number in a text.
func score(cvss float64) string { return strconv.FormatFloat(cvss, 'f', 1, 64) }

// levels of SARIF, by rank of severity.
var levels = []string{"none", "note", "warning", "error", "error", "warning"}

func (w *writer) result(v *finding.Vulnerability, rule int) result {
	kind := v.AssetType.String()
	r := result{
		RuleID: v.ID, RuleIndex: rule, Kind: "fail", Level: levels[v.Severity.Rank()], Message: text{title(v)}, Properties: properties{Record: *v},
		Locations:    []location{{[]logical{{v.Asset, kind + "/" + v.Asset, kind}}}},
		Fingerprints: fingerprints{kind + "/" + v.Asset + "/" + v.ID}, Baseline: "unchanged",
	}
	if v.Severity == finding.SeverityNone {
		r.Kind = "informational" // only what fails has a level
	}
	switch {
	case w.fixed(v):
		r.Baseline = "absent"
	case w.period.Has(v.Found):
		r.Baseline = "new"
	}
	if v.CVSS > 0 {
		r.Properties.Severity = score(v.CVSS)
	}
	if !v.Found.IsZero() || !v.Seen.IsZero() {
		r.Provenance = &provenance{instant(v.Found), instant(v.Seen)}
	}
	if v.Status == finding.StatusAccepted || v.Status == finding.StatusFalsePositive {
		r.Suppressions = []suppression{{"external", "accepted", v.Status.String()}}
	}
	return r
}
