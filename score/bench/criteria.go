package main

import (
	"fmt"
	"strings"
	"time"
)

// A criterion in the terms of the reference norm, from which the texts for
// each engine are written and which the hand-written loops read.
type criterion struct {
	kind     kind
	asset    string // website or computer
	severity int    // least rank that counts: low 1 … unknown 5
	days     int    // none: open for at least so many days; offered: at most so many days ago
	more     int    // than so many
	score    int    // least score
}

type kind int

const (
	none          kind = iota // no vulnerability of the kind stands open; measured if the assets were scanned
	enrolled                  // the company is enrolled
	computers                 // more than so many computers are active and fresh
	employees                 // more than so many employees are active
	questionnaire             // each that was completed has the score; measured if one was
	offered                   // a course was offered not too long ago
)

// outcome of a criterion.
type outcome uint8

const (
	unmet outcome = iota
	met
	unknown
)

// reference are the eight criteria of the reference norm, in its order.
var reference = []criterion{
	{kind: none, asset: "website", severity: 3},
	{kind: enrolled},
	{kind: computers, more: 5},
	{kind: employees, more: 5},
	{kind: questionnaire, score: 70},
	{kind: none, asset: "website", severity: 1},
	{kind: none, asset: "computer", severity: 3},
	{kind: offered, days: 365},
}

// many are n criteria, no two alike.
func many(n int) []criterion {
	all := make([]criterion, n)
	for i := range all {
		c, round := reference[i%len(reference)], i/len(reference)
		switch c.kind {
		case none:
			c.severity, c.days = 1+round%5, round
			if i%len(reference) == 5 { // else one criterion would come twice
				c.days += 100
			}
		case enrolled:
			c = criterion{kind: computers, more: 100 + round}
		case computers, employees:
			c.more = round
		case questionnaire:
			c.score = 50 + round
		case offered:
			c.days = 365 - round
		}
		all[i] = c
	}
	return all
}

const day = 24 * time.Hour

// normYAML writes the criteria as a norm file. Weights are hundredths of a
// percent and sum up to the whole.
func normYAML(all []criterion) string {
	var b strings.Builder
	b.WriteString(`keurmerk: 1
id: bench
version: "1"
title: {nl: Meting, en: Measurement}
languages: [nl, en]
effective: {from: 2022-09}
timezone: Europe/Amsterdam
let:
  website_scanned: websites.exists(w, w.active) && websites.all(w, !w.active || w.fresh)
  computer_scanned: >-
    computers.exists(c, c.active) &&
    computers.filter(c, c.active && c.fresh).size() * 100 >= computers.filter(c, c.active).size() * 90
score: {threshold: 80%}
criteria:
`)
	left := 10_000
	for i, c := range all {
		weight := left / (len(all) - i)
		left -= weight
		fmt.Fprintf(&b, "  - id: c%d\n    weight: %d.%02d%%\n", i, weight/100, weight%100)
		measured, when := c.cel()
		if measured != "" {
			fmt.Fprintf(&b, "    measured: %q\n", measured)
		}
		fmt.Fprintf(&b, "    when: %q\n", when)
	}
	b.WriteString("certification: {months: 6, close_day: 6}\n")
	return b.String()
}

// cel writes the criterion in the language of norm files.
func (c criterion) cel() (measured, when string) {
	switch c.kind {
	case none:
		return c.asset + "_scanned", fmt.Sprintf("!vulnerabilities.exists(v, v.asset_type == %s && v.open && v.severity >= %s%s)",
			strings.ToUpper(c.asset), []string{"NONE", "LOW", "MEDIUM", "HIGH", "CRITICAL", "UNKNOWN"}[c.severity], c.sinceText(" && v.days_open >= %d"))
	case enrolled:
		return "", "company.active"
	case computers:
		return "", fmt.Sprintf("computers.filter(c, c.active && c.fresh).size() > %d", c.more)
	case employees:
		return "", fmt.Sprintf("employees.filter(e, e.active).size() > %d", c.more)
	case questionnaire:
		return "questionnaires.exists(q, q.done)", fmt.Sprintf("questionnaires.all(q, !q.done || q.score >= %d)", c.score)
	}
	return "", fmt.Sprintf("courses.exists(c, c.days_offered <= %d)", c.days)
}

// sinceText is the condition on days open, if there is one.
func (c criterion) sinceText(format string) string {
	if c.days == 0 {
		return ""
	}
	return fmt.Sprintf(format, c.days)
}
