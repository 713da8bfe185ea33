package main

import (
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// The document as a programmer without this library would hold it: structs
// that encoding/json fills, words as texts.

type document struct {
	Company         plainCompany         `json:"company"`
	Month           string               `json:"month"`
	Websites        []plainWebsite       `json:"websites"`
	Computers       []plainComputer      `json:"computers"`
	Vulnerabilities []plainVulnerability `json:"vulnerabilities"`
	Employees       []plainEmployee      `json:"employees"`
	Questionnaires  []plainQuestionnaire `json:"questionnaires"`
	Courses         []plainCourse        `json:"courses"`
}

type plainCompany struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Size     int       `json:"size"`
	Sector   string    `json:"sector"`
	Enrolled time.Time `json:"enrolled"`
}

type plainWebsite struct {
	ID      string    `json:"id"`
	Scanned time.Time `json:"scanned"`
	Retired time.Time `json:"retired"`
	Sources []string  `json:"sources"`
}

type plainComputer struct {
	ID      string    `json:"id"`
	OS      string    `json:"os"`
	Seen    time.Time `json:"seen"`
	Retired time.Time `json:"retired"`
	Sources []string  `json:"sources"`
}

type plainVulnerability struct {
	ID         string    `json:"id"`
	AssetType  string    `json:"asset_type"`
	Asset      string    `json:"asset"`
	Severity   string    `json:"severity"`
	CVSS       float64   `json:"cvss"`
	Title      string    `json:"title"`
	Remedy     string    `json:"remedy"`
	Found      time.Time `json:"found"`
	Seen       time.Time `json:"seen"`
	Fixed      time.Time `json:"fixed"`
	Status     string    `json:"status"`
	Sources    []string  `json:"sources"`
	References []string  `json:"references"`
}

type plainEmployee struct {
	ID       string    `json:"id"`
	Enrolled time.Time `json:"enrolled"`
	Left     time.Time `json:"left"`
}

type plainQuestionnaire struct {
	ID        string    `json:"id"`
	Employee  string    `json:"employee"`
	Completed time.Time `json:"completed"`
	Score     int       `json:"score"`
}

type plainCourse struct {
	ID        string    `json:"id"`
	Employee  string    `json:"employee"`
	Offered   time.Time `json:"offered"`
	Completed time.Time `json:"completed"`
}

// period is November 2026 in Amsterdam.
var period = mustPeriod()

func mustPeriod() finding.Period {
	p, err := (&finding.Month{Month: november}).Period()
	if err != nil {
		panic(err)
	}
	return p
}

func before(t time.Time) bool { return !t.IsZero() && t.Before(period.End) }
func fresh(t time.Time) bool  { return before(t) && !t.Before(period.Start) }

func (v *plainVulnerability) open() bool {
	if v.Status != "" && v.Status != "open" {
		return false
	}
	fixed := before(v.Fixed) && !v.Fixed.Before(v.Seen)
	return !fixed && (v.Found.IsZero() || v.Found.Before(period.End))
}

func rank(severity string) int {
	switch severity {
	case "low":
		return 1
	case "medium":
		return 2
	case "high":
		return 3
	case "critical":
		return 4
	case "unknown":
		return 5
	}
	return 0
}

// byHand judges by the eight criteria in one pass over each list, as written
// for just these.
func byHand(d *document, out []outcome) {
	sites, unscanned := 0, 0
	for i := range d.Websites {
		if w := &d.Websites[i]; !before(w.Retired) {
			sites++
			if !fresh(w.Scanned) {
				unscanned++
			}
		}
	}
	active, seen := 0, 0
	for i := range d.Computers {
		if c := &d.Computers[i]; !before(c.Retired) {
			active++
			if fresh(c.Seen) {
				seen++
			}
		}
	}
	siteHigh, siteAny, computerHigh := false, false, false
	for i := range d.Vulnerabilities {
		v := &d.Vulnerabilities[i]
		if v.Severity == "none" {
			continue
		}
		high := v.Severity == "high" || v.Severity == "critical" || v.Severity == "unknown"
		if v.AssetType == "website" {
			if v.open() {
				siteAny, siteHigh = true, siteHigh || high
			}
		} else if high && v.open() {
			computerHigh = true
		}
		if siteHigh && computerHigh {
			break
		}
	}
	people := 0
	for i := range d.Employees {
		if e := &d.Employees[i]; before(e.Enrolled) && !before(e.Left) {
			people++
		}
	}
	done, low := false, false
	for i := range d.Questionnaires {
		if q := &d.Questionnaires[i]; before(q.Completed) {
			done, low = true, low || q.Score < 70
		}
	}
	course := false
	for i := range d.Courses {
		if c := &d.Courses[i]; !c.Offered.IsZero() && period.End.Sub(c.Offered) < 366*day {
			course = true
			break
		}
	}
	siteKnown := sites > 0 && unscanned == 0
	out[0] = measured(siteKnown, !siteHigh)
	out[1] = measured(true, before(d.Company.Enrolled))
	out[2] = measured(true, seen > 5)
	out[3] = measured(true, people > 5)
	out[4] = measured(done, !low)
	out[5] = measured(siteKnown, !siteAny)
	out[6] = measured(active > 0 && seen*100 >= active*90, !computerHigh)
	out[7] = measured(true, course)
}

func measured(known, good bool) outcome {
	switch {
	case !known:
		return unknown
	case good:
		return met
	}
	return unmet
}

// byHandMany judges criterion by criterion, as one writes where there are too
// many to be written out.
func byHandMany(d *document, all []criterion, out []outcome) {
	siteKnown, computerKnown := d.scanned()
	for i, c := range all {
		switch c.kind {
		case none:
			known := siteKnown
			if c.asset == "computer" {
				known = computerKnown
			}
			out[i] = measured(known, !d.stands(c))
		case enrolled:
			out[i] = measured(true, before(d.Company.Enrolled))
		case computers:
			out[i] = measured(true, d.freshComputers() > c.more)
		case employees:
			out[i] = measured(true, d.people() > c.more)
		case questionnaire:
			out[i] = measured(d.questioned(c.score))
		case offered:
			out[i] = measured(true, d.offered(c.days))
		}
	}
}

func (d *document) scanned() (sites, computers bool) {
	active, unscanned := 0, 0
	for i := range d.Websites {
		if w := &d.Websites[i]; !before(w.Retired) {
			active++
			if !fresh(w.Scanned) {
				unscanned++
			}
		}
	}
	machines := 0
	for i := range d.Computers {
		if !before(d.Computers[i].Retired) {
			machines++
		}
	}
	return active > 0 && unscanned == 0, machines > 0 && d.freshComputers()*100 >= machines*90
}

func (d *document) freshComputers() int {
	n := 0
	for i := range d.Computers {
		if c := &d.Computers[i]; !before(c.Retired) && fresh(c.Seen) {
			n++
		}
	}
	return n
}

func (d *document) people() int {
	n := 0
	for i := range d.Employees {
		if e := &d.Employees[i]; before(e.Enrolled) && !before(e.Left) {
			n++
		}
	}
	return n
}

// stands tells whether a vulnerability that the criterion forbids stands open.
func (d *document) stands(c criterion) bool {
	for i := range d.Vulnerabilities {
		v := &d.Vulnerabilities[i]
		if v.AssetType == c.asset && rank(v.Severity) >= c.severity && v.open() && (c.days == 0 || v.daysOpen() >= c.days) {
			return true
		}
	}
	return false
}

// daysOpen is of one that stands open.
func (v *plainVulnerability) daysOpen() int {
	if v.Found.IsZero() {
		return 0
	}
	return int(period.End.Sub(v.Found) / day)
}

func (d *document) questioned(score int) (done, good bool) {
	good = true
	for i := range d.Questionnaires {
		if q := &d.Questionnaires[i]; before(q.Completed) {
			done, good = true, good && q.Score >= score
		}
	}
	return done, good
}

func (d *document) offered(days int) bool {
	for i := range d.Courses {
		if c := &d.Courses[i]; !c.Offered.IsZero() && int(period.End.Sub(c.Offered)/day) <= days {
			return true
		}
	}
	return false
}
