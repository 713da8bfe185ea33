package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// The months that everybody judges: November 2026, one computer to nine
// vulnerabilities, and a company's own websites, employees, questionnaires and
// courses.

var (
	november = finding.MonthOf(2026, time.November)
	seenOn   = time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)
	foundOn  = time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	fixedOn  = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
)

// company is one company's month of about n records, half of its
// vulnerabilities fixed. In a compliant one no vulnerability that stands open
// is worse than a criterion allows, so that every record must be looked at; in
// a failing one some of the first are. Every text is allocated by itself, as
// where months come from a database.
func company(number, n int, compliant bool) *finding.Month {
	r := rand.New(rand.NewPCG(uint64(number), uint64(n)))
	m := &finding.Month{Company: finding.Company{ID: fmt.Sprintf("kvk:%08d", number), Name: "Bakkerij De Korenaar", Size: 12, Enrolled: foundOn.AddDate(0, -6, 0)}, Month: november}
	computers := max(1, n*4/50)
	for i := range max(1, n/500) {
		m.Websites = append(m.Websites, finding.Website{ID: fmt.Sprintf("www%d.korenaar%d.example", i, number), Scanned: seenOn, Sources: own("nuclei")})
	}
	for i := range computers {
		m.Computers = append(m.Computers, finding.Computer{ID: fmt.Sprintf("pc-%06d", i), OS: strings.Clone("Windows 11 24H2"), Seen: seenOn, Sources: own("wazuh")})
	}
	people := max(1, n/20)
	for i := range people {
		m.Employees = append(m.Employees, finding.Employee{ID: fmt.Sprintf("e-%05d", i), Enrolled: foundOn.AddDate(0, -3, 0)})
	}
	for i := range max(1, n/20) {
		m.Questionnaires = append(m.Questionnaires, finding.Questionnaire{ID: strings.Clone("basis-2026"), Employee: fmt.Sprintf("e-%05d", i), Completed: foundOn, Score: 70 + r.IntN(31)})
	}
	for i := range max(1, n/50) {
		m.Courses = append(m.Courses, finding.Course{ID: strings.Clone("phishing-1"), Employee: fmt.Sprintf("e-%05d", i), Offered: foundOn.AddDate(0, -13+r.IntN(12), 0)})
	}
	rest := max(1, n-m.Count())
	for i := range rest {
		m.Vulnerabilities = append(m.Vulnerabilities, vulnerability(r, m, i*computers/rest, compliant, i))
	}
	normal, err := m.Normal()
	if err != nil {
		panic(err) // the generator's own fault
	}
	return normal
}

func own(text string) []string { return []string{strings.Clone(text)} }

func vulnerability(r *rand.Rand, m *finding.Month, computer int, compliant bool, i int) finding.Vulnerability {
	v := finding.Vulnerability{ID: fmt.Sprintf("CVE-2026-%06d", i), AssetType: finding.AssetComputer, Asset: strings.Clone(m.Computers[computer].ID),
		Severity: finding.Severity(r.IntN(6)) + finding.SeverityNone, CVSS: float64(r.IntN(100)) / 10, Title: strings.Clone("Buffer overflow in a package that many use"), Remedy: strings.Clone("update package to 1.2.3"),
		Found: foundOn.AddDate(0, 0, -r.IntN(200)), Seen: seenOn, Sources: own("wazuh"), References: own("https://nvd.example/vuln/detail/CVE-2026")}
	if i%10 == 9 {
		v.AssetType, v.Asset = finding.AssetWebsite, strings.Clone(m.Websites[0].ID)
	}
	switch {
	case r.IntN(2) == 0:
		v.Fixed = fixedOn
	case compliant && v.AssetType == finding.AssetWebsite:
		v.Severity = finding.SeverityNone
	case compliant:
		v.Severity = finding.Severity(r.IntN(3)) + finding.SeverityNone
	}
	if !compliant && i < 20 {
		v.Severity, v.Fixed = finding.SeverityCritical, time.Time{}
	}
	return v
}

// companies are so many different months.
func companies(count, n int, compliant bool) []*finding.Month {
	all := make([]*finding.Month, count)
	for i := range all {
		all[i] = company(i, n, compliant)
	}
	return all
}
