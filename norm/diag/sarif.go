package diag

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// SARIF writes the faults as a log of the Static Analysis Results Interchange
// Format 2.1.0 (OASIS), with one run. Its regions count code points from 1,
// and end behind their last character.
func SARIF(w io.Writer, faults Faults) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "keurmerk", Information: "https://github.com/cyberkeurmerk/keurmerk", Rules: []sarifRule{}}
	rules := &run.Tool.Driver.Rules
	for _, f := range faults {
		at := slices.IndexFunc(*rules, func(r sarifRule) bool { return r.ID == f.Code })
		if at < 0 {
			at = len(*rules)
			*rules = append(*rules, sarifRule{f.Code, sarifText{cmp.Or(Explain(f.Code), f.Code)}})
		}
		run.Results = append(run.Results, sarifResult{
			RuleID: f.Code, RuleIndex: at, Level: string(f.Severity), Message: sarifText{f.sentence()},
			Locations: []sarifLocation{{sarifPhysical{
				sarifArtifact{uri(f.File)},
				sarifRegion{f.Line, f.Column, f.EndLine, f.EndColumn + 1},
			}}},
		})
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

// sentence is the message with its hint.
func (f Fault) sentence() string {
	if f.Hint == "" {
		return f.Message
	}
	return fmt.Sprintf("%s; %s", f.Message, f.Hint)
}

// uri is the file's name as a relative reference of RFC 3986: what it does not
// let stand is written as % and two hex digits.
func uri(file string) string {
	var b strings.Builder
	for _, c := range []byte(strings.TrimPrefix(filepath.ToSlash(file), "./")) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~/@", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifDriver struct {
	Name        string      `json:"name"`
	Information string      `json:"informationUri"`
	Rules       []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID    string    `json:"id"`
	Short sarifText `json:"shortDescription"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	RuleIndex int             `json:"ruleIndex"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	Physical sarifPhysical `json:"physicalLocation"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}
