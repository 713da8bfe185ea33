// Package findingtest makes random month documents for property tests.
//
// [Month] draws a valid document whose records lie close to where outcomes
// change: five or six computers, scores of 69 to 71, instants at the month's
// very start and end, fixes before and after the last sighting.
package findingtest

import (
	"fmt"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"pgregory.net/rapid"
)

// Month draws a valid document, of November 2026 in Amsterdam, with its lists
// in no particular order and some records given in several parts.
func Month(t *rapid.T) *finding.Month {
	m := &finding.Month{Company: finding.Company{ID: "kvk:1"}, Month: finding.MonthOf(2026, time.November)}
	p, err := m.Period()
	if err != nil {
		t.Fatal(err)
	}
	g := &generator{t, p}
	m.Company.Enrolled = g.past("enrolled")
	m.Company.Name = rapid.SampledFrom([]string{"", "De Korenaar"}).Draw(t, "name")
	m.Company.Size = rapid.IntRange(0, 20).Draw(t, "size")
	m.Websites = list(g, "websites", 3, g.website)
	m.Computers = list(g, "computers", 11, g.computer)
	m.Vulnerabilities = list(g, "vulnerabilities", 8, g.vulnerability)
	m.Employees = list(g, "employees", 9, g.employee)
	m.Questionnaires = list(g, "questionnaires", 4, g.questionnaire)
	m.Courses = list(g, "courses", 3, g.course)
	m.Phishing = list(g, "phishing", 3, g.phishing)
	return m
}

// Shuffle gives the document with its lists in another order.
func Shuffle(t *rapid.T, m *finding.Month) *finding.Month {
	c := *m
	c.Websites = rapid.Permutation(slices.Clone(m.Websites)).Draw(t, "websites")
	c.Computers = rapid.Permutation(slices.Clone(m.Computers)).Draw(t, "computers")
	c.Vulnerabilities = rapid.Permutation(slices.Clone(m.Vulnerabilities)).Draw(t, "vulnerabilities")
	c.Employees = rapid.Permutation(slices.Clone(m.Employees)).Draw(t, "employees")
	c.Questionnaires = rapid.Permutation(slices.Clone(m.Questionnaires)).Draw(t, "questionnaires")
	c.Courses = rapid.Permutation(slices.Clone(m.Courses)).Draw(t, "courses")
	c.Phishing = rapid.Permutation(slices.Clone(m.Phishing)).Draw(t, "phishing")
	return &c
}

type generator struct {
	*rapid.T
	p finding.Period
}

// list draws up to most records, often just as many or one less.
func list[T any](g *generator, name string, most int, draw func(i int) T) []T {
	n := rapid.OneOf(rapid.IntRange(0, most), rapid.IntRange(most-1, most)).Draw(g.T, name)
	var all []T
	for i := range n {
		all = append(all, draw(i))
	}
	return all
}

// at draws an instant near the month's bounds, or none.
func (g *generator) at(name string, offsets []time.Duration) time.Time {
	if rapid.IntRange(0, 5).Draw(g.T, name+" given") == 0 {
		return time.Time{}
	}
	edge := rapid.SampledFrom([]time.Time{g.p.Start, g.p.End}).Draw(g.T, name)
	t := edge.Add(rapid.SampledFrom(offsets).Draw(g.T, name+" offset"))
	if name != "any" && !t.Before(g.p.End) && !slices.Contains(later, name) {
		return g.p.End.Add(-time.Second)
	}
	return t.UTC()
}

// later are facts that may lie after the month.
var later = []string{"fixed", "left", "retired"}

const day = 24 * time.Hour

func (g *generator) past(name string) time.Time {
	return g.at(name, []time.Duration{-400 * day, -365 * day, -364 * day, -40 * day, -day, -time.Second, 0, time.Second, 10 * day})
}

func (g *generator) later(name string) time.Time {
	return g.at(name, []time.Duration{-40 * day, -time.Second, 0, time.Second, 12 * day})
}

func (g *generator) sources() []string {
	return rapid.SampledFrom([][]string{nil, {"nuclei"}, {"wazuh", "nuclei"}}).Draw(g.T, "sources")
}

// seldom is true for one record in four, so that counts come near their bounds
// from both sides.
func (g *generator) seldom() bool { return rapid.IntRange(0, 3).Draw(g.T, "seldom") == 0 }

func (g *generator) website(i int) finding.Website {
	return finding.Website{ID: fmt.Sprintf("w%d.example", i%3), Scanned: g.past("scanned"), Retired: g.later("retired"), Sources: g.sources()}
}

func (g *generator) computer(i int) finding.Computer {
	c := finding.Computer{ID: fmt.Sprintf("pc-%d", i%10), Seen: g.p.Start.Add(10 * day), Sources: g.sources()}
	if g.seldom() {
		c.Seen, c.Retired = g.past("seen"), g.later("retired")
	}
	return c
}

func (g *generator) vulnerability(i int) finding.Vulnerability {
	return finding.Vulnerability{
		ID: fmt.Sprintf("CVE-2026-%04d", i%5), Asset: "a",
		AssetType:  rapid.SampledFrom([]finding.AssetType{finding.AssetWebsite, finding.AssetComputer}).Draw(g.T, "asset type"),
		Severity:   finding.Severity(rapid.IntRange(int(finding.SeverityNone), int(finding.SeverityUnknown)).Draw(g.T, "severity")),
		CVSS:       rapid.SampledFrom([]float64{0, 3.9, 7, 9.8}).Draw(g.T, "cvss"),
		Status:     finding.Status(rapid.IntRange(0, int(finding.StatusFalsePositive)).Draw(g.T, "status")),
		Title:      rapid.SampledFrom([]string{"", "a", "é", "bb"}).Draw(g.T, "title"),
		Found:      g.past("found"),
		Seen:       g.past("seen"),
		Fixed:      g.later("fixed"),
		Sources:    g.sources(),
		References: g.sources(),
	}
}

func (g *generator) employee(i int) finding.Employee {
	e := finding.Employee{ID: fmt.Sprintf("e-%d", i%8), Enrolled: g.p.Start}
	if g.seldom() {
		e.Enrolled, e.Left = g.past("enrolled"), g.later("left")
	}
	return e
}

func (g *generator) person() string {
	return rapid.SampledFrom([]string{"", "e-1", "e-2"}).Draw(g.T, "employee")
}

func (g *generator) questionnaire(i int) finding.Questionnaire {
	return finding.Questionnaire{ID: fmt.Sprintf("q-%d", i%2), Employee: g.person(), Completed: g.past("completed"),
		Score: rapid.SampledFrom([]int{0, 69, 70, 71, 100}).Draw(g.T, "score")}
}

func (g *generator) course(i int) finding.Course {
	return finding.Course{ID: fmt.Sprintf("c-%d", i%2), Employee: g.person(), Offered: g.past("offered"), Completed: g.past("completed")}
}

func (g *generator) phishing(i int) finding.Phishing {
	return finding.Phishing{ID: fmt.Sprintf("m-%d", i%2), Employee: g.person(), Sent: g.past("sent"),
		Outcome: finding.PhishingOutcome(rapid.IntRange(1, 5).Draw(g.T, "outcome"))}
}
