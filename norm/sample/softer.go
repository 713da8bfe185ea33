package sample

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Change is a month with one record less, or with one that is lighter.
type Change struct {
	What  string // in words: "without computer pc-1 V-3", "computer pc-1 V-3 fixed"
	Month *finding.Month
}

// Softer gives the changes of one record of the list, in the order of the
// records: without it, and of a vulnerability one severity lower, fixed,
// accepted, and marked as false. The months share what did not change.
func Softer(m *finding.Month, list string) iter.Seq[Change] {
	return func(yield func(Change) bool) {
		for _, key := range Keys(m, list) {
			if !yield(Change{"without " + strings.Join(key, " "), m.Without(key)}) {
				return
			}
		}
		if list != "vulnerabilities" {
			return
		}
		for i := range m.Vulnerabilities {
			for _, lighter := range lighter(m, m.Vulnerabilities[i]) {
				if !yield(lighter.in(m, i)) {
					return
				}
			}
		}
	}
}

type softened struct {
	how string
	v   finding.Vulnerability
}

func (s softened) in(m *finding.Month, i int) Change {
	changed := *m
	changed.Vulnerabilities = slices.Clone(m.Vulnerabilities)
	changed.Vulnerabilities[i] = s.v
	return Change{strings.Join(s.v.Key(), " ") + " " + s.how, &changed}
}

func lighter(m *finding.Month, v finding.Vulnerability) []softened {
	var all []softened
	if v.Severity > finding.SeverityNone {
		low := v
		low.Severity--
		all = append(all, softened{fmt.Sprintf("of severity %v instead of %v", low.Severity, v.Severity), low})
	}
	if p, err := m.Period(); err == nil && v.Fixed.IsZero() {
		fixed := v
		fixed.Fixed = p.End.Add(-time.Second)
		all = append(all, softened{"fixed", fixed})
	}
	if v.Status <= finding.StatusOpen {
		accepted, wrong := v, v
		accepted.Status, wrong.Status = finding.StatusAccepted, finding.StatusFalsePositive
		all = append(all, softened{"accepted", accepted}, softened{"marked as a false positive", wrong})
	}
	return all
}

// Keys names the records of the list, in order; of a custom type the list is
// custom.NAME. The list company and those that there are not have none.
func Keys(m *finding.Month, list string) [][]string {
	var keys [][]string
	switch list {
	case "websites":
		keys = keysOf(m.Websites, (*finding.Website).Key)
	case "computers":
		keys = keysOf(m.Computers, (*finding.Computer).Key)
	case "vulnerabilities":
		keys = keysOf(m.Vulnerabilities, (*finding.Vulnerability).Key)
	case "employees":
		keys = keysOf(m.Employees, (*finding.Employee).Key)
	case "questionnaires":
		keys = keysOf(m.Questionnaires, (*finding.Questionnaire).Key)
	case "courses":
		keys = keysOf(m.Courses, (*finding.Course).Key)
	case "phishing":
		keys = keysOf(m.Phishing, (*finding.Phishing).Key)
	default:
		if name, custom := strings.CutPrefix(list, "custom."); custom {
			keys = keysOf(m.Custom[name], func(r *finding.Custom) []string { return r.Key(name) })
		}
	}
	return keys
}

func keysOf[T any](records []T, key func(*T) []string) [][]string {
	keys := make([][]string, len(records))
	for i := range records {
		keys[i] = key(&records[i])
	}
	return keys
}
