package rego_test

import (
	"context"
	"fmt"
	"testing/fstest"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/rego"
)

func ExampleEngine() {
	policy := fstest.MapFS{
		"norm.yaml": {Data: []byte(frame)},
		"x.rego": {Data: []byte(`package x

breaches contains v if {
	some v in input.vulnerabilities
	v.open
	v.rank >= 3
}

default met := false

met if count(breaches) == 0

evidence := breaches
`)},
	}
	n, err := norm.Load(policy, "norm.yaml", rego.Engine())
	if err != nil {
		fmt.Println(err)
		return
	}
	month := &finding.Month{
		Company: finding.Company{ID: "kvk:30123456"},
		Month:   finding.MonthOf(2026, time.November),
		Vulnerabilities: []finding.Vulnerability{
			{ID: "CVE-2026-0001", AssetType: finding.AssetComputer, Asset: "pc-1", Severity: finding.SeverityHigh},
			{ID: "CVE-2026-0002", AssetType: finding.AssetComputer, Asset: "pc-1", Severity: finding.SeverityLow}},
	}
	verdicts, err := n.Judge(context.Background(), month)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(verdicts[0].Outcome, verdicts[0].Evidence)
	// Output: unmet [[computer pc-1 CVE-2026-0001]]
}
