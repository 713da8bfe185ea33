package bundle_test

import (
	"fmt"
	"strings"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/rego/bundle"
)

const tiny = `keurmerk: 1
id: tiny
version: "1"
title: {nl: Klein, en: Tiny}
languages: [nl, en]
effective: {from: 2026-01}
timezone: Europe/Amsterdam
parameters:
  days: {value: 30}
let:
  scanned: websites.exists(w, w.fresh)
score: {threshold: 50%}
criteria:
  - id: backups
    weight: 40%
    title: {nl: Reservekopieën, en: Backups}
    share: portion(computers.filter(c, c.os.startsWith("Windows")).size(), computers.size())
  - id: fixed-in-time
    weight: 60%
    title: {nl: Op tijd opgelost, en: Fixed in time}
    measured: scanned
    when:
      none: vulnerabilities
      where: it.severity >= HIGH && (it.days_open > params.days || has(it.seen) && !this_month(it.seen))
certification: {months: 6, close_day: 6}
`

// What becomes of a norm: each criterion is a package, each condition the
// rules for when it is true and for when it is false.
func ExampleMake() {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(tiny)}}, "norm.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := bundle.Make(n)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range b.Files() {
		if strings.Contains(f.Name, "criteria") {
			fmt.Printf("---- %s\n%s", f.Name, f.Data)
		}
	}
	// Output:
	// ---- keurmerk/criteria/backups.rego
	// # backups: Backups
	// package keurmerk.criteria.backups
	//
	// import data.keurmerk.cel
	// import data.keurmerk.document
	//
	// # share: portion(computers.filter(c, c.os.startsWith("Windows")).size(), computers.size())
	// share := cel.portion(count(share_1), count(document.computers))
	//
	// share_1 := kept if {
	// 	elements := document.computers
	// 	marks := [mark | some c in elements; mark := share_2(c)]
	// 	count(marks) == count(elements)
	// 	kept := [c | some i, c in elements; marks[i]]
	// }
	//
	// share_2(c) := true if startswith(c.os, "Windows") == true
	//
	// share_2(c) := false if startswith(c.os, "Windows") == false
	// ---- keurmerk/criteria/fixed-in-time.rego
	// # fixed-in-time: Fixed in time
	// package keurmerk.criteria["fixed-in-time"]
	//
	// import data.keurmerk.document
	// import data.keurmerk.lets
	// import data.keurmerk.params
	//
	// # measured: scanned
	// measured := true if lets.scanned == true
	//
	// measured := false if lets.scanned == false
	//
	// # when: none vulnerabilities, where it.severity >= HIGH && (it.days_open > params.days || has(it.seen) && !this_month(it.seen))
	// when := true if {
	// 	every it in document.vulnerabilities {
	// 		when_1(it)
	// 	}
	// }
	//
	// when := false if {
	// 	some it in document.vulnerabilities
	// 	it.rank >= 3
	// 	when_3(it)
	// }
	//
	// decided contains document.record_key("vulnerabilities", it) if {
	// 	when == true
	// 	some it in document.vulnerabilities
	// 	it.rank >= 3
	// 	when_3(it)
	// }
	//
	// decided contains document.record_key("vulnerabilities", it) if {
	// 	when == false
	// 	some it in document.vulnerabilities
	// 	it.rank >= 3
	// 	when_3(it)
	// }
	//
	// vacuous if {
	// 	when == true
	// 	count(document.vulnerabilities) == 0
	// }
	//
	// when_1(it) if it.rank < 3
	//
	// when_1(it) if {
	// 	it.days_open <= params.days
	// 	when_2(it)
	// }
	//
	// when_2(it) if object.get(it, "seen", null) == null
	//
	// when_2(it) if {
	// 	it.seen >= document.start
	// 	it.seen < document.end
	// }
	//
	// when_3(it) if it.days_open > params.days
	//
	// when_3(it) if {
	// 	it.seen != null
	// 	when_4(it)
	// }
	//
	// when_4(it) if it.seen < document.start
	//
	// when_4(it) if it.seen >= document.end
}
