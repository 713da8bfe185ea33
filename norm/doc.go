// Package norm loads, checks and compiles a norm, and judges a month by it.
//
// Two functions come first: [Load] reads a norm file, [Norm.Judge] gives the
// verdict of each of its criteria on a month. Package score makes a scorecard
// of those.
//
//	n, err := norm.Load(os.DirFS("policy"), "norm.yaml")
//	verdicts, err := n.Judge(ctx, month)
//
// A norm is one YAML file, edited by people who do not program:
//
//	keurmerk: 1
//	id: small
//	version: "1"
//	title: {nl: Klein, en: Small}
//	languages: [nl, en]
//	effective: {from: 2026-01}
//	timezone: Europe/Amsterdam
//	score: {threshold: 80%}
//	criteria:
//	  - id: computers
//	    weight: 60%
//	    when: {count: computers, where: it.active && it.fresh, more_than: 5}
//	  - id: patched
//	    weight: 40%
//	    measured: computers.exists(c, c.fresh)
//	    when: {none: vulnerabilities, where: it.open && it.severity >= HIGH}
//	certification: {months: 6, close_day: 6}
//
// The versions of a norm lie in one folder; [LoadCatalog] reads them, and a
// month is judged by the one in force on its first day.
//
// Conditions are an expression in a subset of CEL, or one of the forms none,
// some, every and count. Severity, asset type, status and outcome are types of
// their own, with constants such as HIGH; there are no floats, no division, no
// clock. What an expression can cost is known before it is evaluated.
//
// A norm carries its own tests: months and what must come of them ([Test]),
// runs of months and where they must lead ([History]), and lists of which it
// says that a record less, or a lighter one, never lowers the score
// ([Monotone]). Package normtest, under certify, runs them; packages coverage
// and mutate tell what they don't test.
//
// A norm may start from another that lies beside it, pinned by its digest, and
// only tighten it; [Norm.Base] and [Norm.Tailored] tell of it:
//
//	keurmerk: 1
//	id: small-sector
//	version: "1"
//	extends: {file: small.yaml, logic: sha256:…}
//	tailor:
//	  - {set: score.threshold, to: 85%, because: the insurers of the sector ask for it}
//
// Every fault in the file is reported at once ([Faults]), each with its place,
// what is wrong, and what was meant. An evaluation that fails makes its
// criterion unknown, with the place and the reason: never met, never silently
// unmet.
package norm
