package sarif

import (
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// run is what is kept of a run.
type run struct {
	Tool struct {
		Driver     component   `json:"driver"`
		Extensions []component `json:"extensions"`
	}
	Invocations []invocation
	results     []result
}

type component struct {
	Name  reader.Text `json:"name"`
	Rules []rule      `json:"rules"`
}

type invocation struct {
	Successful *bool       `json:"executionSuccessful"`
	Start      reader.Text `json:"startTimeUtc"`
	End        reader.Text `json:"endTimeUtc"`
}

type rule struct {
	ID       reader.Text `json:"id"`
	Name     reader.Text `json:"name"`
	HelpURI  reader.Text `json:"helpUri"`
	Short    message     `json:"shortDescription"`
	Help     message     `json:"help"`
	Defaults struct {
		Level reader.Text `json:"level"`
	} `json:"defaultConfiguration"`
	Properties properties `json:"properties"`
}

type properties struct {
	Security reader.Text    `json:"security-severity"`
	Tags     reader.Texts   `json:"tags"`
	Record   jsontext.Value `json:"keurmerk"` // of a vulnerability, if the log was written from a month
}

// own is the driver that writes months.
const own = "keurmerk"

// record is the vulnerability from which the result was written; false if it
// was written from none.
func (one *result) record(driver string) (v finding.Vulnerability, ok bool) {
	if driver != own || one.Properties.Record.Kind() != '{' {
		return v, false
	}
	if err := json.Unmarshal(one.Properties.Record, &v); err != nil {
		return v, false
	}
	known := v.AssetType == finding.AssetWebsite || v.AssetType == finding.AssetComputer
	return v, known && v.ID != "" && v.Asset != "" && v.Severity >= finding.SeverityNone && v.CVSS >= 0 && v.CVSS <= 10
}

type message struct {
	Text reader.Text `json:"text"`
}

type result struct {
	RuleID    reader.Text    `json:"ruleId"`
	RuleIndex *reader.Number `json:"ruleIndex"`
	Rule      struct {
		ID    reader.Text    `json:"id"`
		Index *reader.Number `json:"index"`
	} `json:"rule"`
	Level        reader.Text `json:"level"`
	Kind         reader.Text `json:"kind"`
	Baseline     reader.Text `json:"baselineState"`
	Message      message     `json:"message"`
	Properties   properties  `json:"properties"`
	Suppressions []struct {
		Status reader.Text `json:"status"`
	} `json:"suppressions"`
}

// rule finds the rule of a result by its id, in the driver and its extensions,
// else by its number. An id may go on after that of its rule: "CA1000/1".
func (r *run) rule(one *result) *rule {
	id := reader.First(string(one.RuleID), string(one.Rule.ID))
	for _, name := range []string{id, id[:max(strings.LastIndexByte(id, '/'), 0)]} {
		for _, c := range append([]component{r.Tool.Driver}, r.Tool.Extensions...) {
			for i := range c.Rules {
				if name != "" && string(c.Rules[i].ID) == name {
					return &c.Rules[i]
				}
			}
		}
	}
	index := one.RuleIndex
	if index == nil {
		index = one.Rule.Index
	}
	if rules := r.Tool.Driver.Rules; id == "" && index != nil && *index >= 0 && float64(*index) < float64(len(rules)) {
		return &rules[int(*index)]
	}
	return &rule{}
}

// id is the one CVE that the rule is about, else the driver's own.
func (one *result) id(r *rule, driver string) string {
	id := reader.First(string(one.RuleID), string(one.Rule.ID), string(r.ID))
	for _, text := range []string{id, strings.Join(r.Properties.Tags, " ")} {
		if cves := reader.CVEs(text); len(cves) == 1 {
			return cves[0]
		}
	}
	if id == "" {
		return ""
	}
	return driver + ":" + id
}

// severity is the score or word for security, else the level.
func (one *result) severity(r *rule) (finding.Severity, float64) {
	for _, text := range []reader.Text{one.Properties.Security, r.Properties.Security} {
		score := reader.Float(string(text))
		switch severity, word := reader.Severity(string(text)); {
		case score > 0 && score <= 10:
			return finding.SeverityOf(score), score
		case word:
			return severity, 0
		case text == "0" || text == "0.0":
			return finding.SeverityNone, 0
		}
	}
	level := reader.First(string(one.Level), string(r.Defaults.Level), "warning")
	if one.Level == "" && one.Kind == "informational" {
		level = "none"
	}
	switch level {
	case "error":
		return finding.SeverityHigh, 0
	case "warning":
		return finding.SeverityMedium, 0
	case "note":
		return finding.SeverityLow, 0
	case "none":
		return finding.SeverityNone, 0
	}
	return finding.SeverityUnknown, 0
}

func (one *result) finding(id string, r *rule, asset string, at time.Time) finding.Vulnerability {
	severity, score := one.severity(r)
	v := finding.Vulnerability{
		ID: id, AssetType: finding.AssetComputer, Asset: asset, Severity: severity, CVSS: score, Found: at, Seen: at,
		Title:  reader.Shorten(reader.First(string(r.Short.Text), string(r.Name), string(one.Message.Text)), 160),
		Remedy: reader.Shorten(string(r.Help.Text), 1000), References: reader.Links(string(r.HelpURI)),
	}
	if len(one.Suppressions) > 0 {
		v.Status = finding.StatusAccepted
	}
	for _, suppression := range one.Suppressions {
		if suppression.Status != "" && suppression.Status != "accepted" {
			v.Status = 0
		}
	}
	return v
}
