// Package rego is the engine for norms with criteria in Rego, for those who
// write it already. CEL is built into package norm and shorter for nearly
// everything; the two are equals in what they can say and in what comes of it.
//
// Two functions come first: [Engine], which is handed to [norm.Load], and
// [norm.Norm.Judge], which asks it:
//
//	n, err := norm.Load(os.DirFS("policy"), "norm.yaml", rego.Engine())
//	verdicts, err := n.Judge(ctx, month)
//
// The norm names its Rego files, and a criterion the package that judges it:
//
//	modules: [website_high.rego]
//	criteria:
//	  - id: website-high
//	    weight: 20%
//	    rego: cyberkeurmerk.website_high
//
// with this in website_high.rego:
//
//	package cyberkeurmerk.website_high
//
//	breaches contains v if {
//		some v in input.vulnerabilities
//		v.asset_type == "website"
//		v.open
//		v.rank >= 3
//	}
//
//	measured if {
//		some w in input.websites
//		w.fresh
//	}
//
//	default met := false
//
//	met if count(breaches) == 0
//
//	evidence := breaches
//
// # Rules
//
// A package has met or share or both, and may have the others. What the norm file says
// in CEL of applies, measured and evidence counts where the package has no such
// rule; both is a fault.
//
//	applies   bool   false: not applicable
//	measured  bool   false: unknown, never met
//	met       bool   met or unmet
//	share     whole number, 0 to 10000: points earned in part; 10000 is met.
//	          Beside met it is asked where met is false, and may not be full
//	evidence  set or list of records, or of their keys; none: no evidence
//
// They are asked in that order. A rule that is undefined, has two values, has
// another type or fails makes the criterion unknown, with the place and the
// reason. A failure is one under not too: not keurmerk.portion(1, 0) == 0 is
// unknown, where Rego by itself would take it for true. Whether a criterion is
// met only since a list is empty (vacuous), rules don't tell: say it with
// measured.
//
// # What rules see
//
// input is the month as CEL sees it: lists merged and sorted, with the fields
// that are derived. Of a record, what is absent is not there, and whatever asks
// for it is undefined.
//
//	input.company                   id name size sector enrolled; active
//	input.month .start .end         "2026-11"; its first instant and the next month's
//	input.websites                  id scanned retired sources; fresh active key
//	input.computers                 id os seen retired sources; fresh active key
//	input.vulnerabilities           id asset_type asset severity title remedy found seen fixed status
//	                                sources references; rank open days_open key
//	input.employees                 id enrolled left; active key
//	input.questionnaires            id employee completed score; done key
//	input.courses                   id employee offered completed; days_offered key
//	input.phishing                  id employee sent outcome; key
//	input.custom.NAME               id and the declared fields; key
//	data.params.NAME                the norm's parameters, as plain values
//
// severity is a word, rank its number: none 0, low 1, medium 2, high 3,
// critical 4, unknown 5. key is the record's key, such as ["website",
// "www.a.example"], to be used in evidence. Times are texts in UTC of one
// width, down to the nanosecond that a finding can hold
// ("2026-11-15T08:00:00.000000000Z"), so that < between two of them is < between
// the times.
//
// # The language
//
// Modules are Rego v1 (import rego.v1 is allowed and implied), one package a
// file, and see nothing but the input, the parameters and each other. A subset
// of Rego is allowed, on purpose:
//
//	== != < <= > >= + - * | & in not some every default else, functions, comprehensions
//	count sum max min contains startswith endswith regex.match
//	keurmerk.portion(n, d)    n of d in points, rounded down; d <= 0 fails
//	keurmerk.days(t)          whole periods of 24 hours from t to the month's end
//	keurmerk.this_month(t)
//
// Numbers are whole and of 64 bits; what is larger fails. Names get their value
// before they are used, with := or some, and hide no others. There is no
// division, no =, no with, no null, no clock, chance or network, nothing that
// puts texts together or makes values grow, and no comparison of whole lists or
// records. What falls outside is refused when the norm is loaded, at its place
// and with the reason; so are unknown fields, words, parameters and names.
//
// # In one pass
//
// Most criteria are judged without OPA, in the one pass over the month that
// the norm's conditions in CEL share: what the rules ask is read from the
// compiled modules and counted. The outcome, its reason and the evidence are
// those that OPA gives; where anything fails, OPA is asked. What can be read:
//
//	some v in …, xs[_], every      over a list of the month, or chosen records
//	{v | …}, [v | …], contains     records, their keys; to count, to go through, as evidence
//	count + - * keurmerk.portion   numbers of records
//	== != < in, not                a field, a constant, a parameter, a field of the company
//	rules, functions, else, default
//
// What compares records of two lists, puts texts in order or searches them, or
// takes records by their place, stays with OPA, criterion by criterion; so does
// a calculation that may fail among conditions about records. [norm.Norm.Ways]
// and keurmerk norm check --plan tell which and why. For all of those together
// the month is turned into OPA's values once, and steps are counted only where
// the rules could take more than the [Budget].
//
// # Norms of strangers
//
// A module is looked at before it is parsed (size, brackets, numbers), before
// OPA compiles it (the language, and what values are put together of), and
// while it runs: every step of an evaluation counts, and when the [Budget] is
// spent the rest is unknown, at the same step each time. No hostile module that
// we know of takes 300 ms or 64 MiB.
//
// What can't be stopped from inside a process is said plainly: OPA's parser and
// compiler look at no context while they run, and neither does a single
// operation on two values. The limits above are there to keep each of these
// short; they are no proof. Take unsigned norms of strangers in CEL only, by
// handing no engine to [norm.Load], or load and judge them in a process of its
// own with a limit on time and memory.
package rego

import (
	"fmt"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
)

// Engine gives the engine for [norm.Load]. It holds nothing, so one serves any
// number of norms.
func Engine() norm.Engine { return engine{} }

type engine struct{}

// Extension is that of Rego files.
func (engine) Extension() string { return ".rego" }

// Compile checks the modules and prepares what the criteria ask for.
func (engine) Compile(s norm.Source) (p norm.Policy, faults []norm.ModuleFault) {
	defer func() {
		if e := recover(); e != nil {
			p, faults = nil, []norm.ModuleFault{{Severity: diag.Error, Code: "KM-REGO", Message: fmt.Sprintf("the modules can't be read: %v", e)}}
		}
	}()
	compiled, faults := compile(s)
	if compiled == nil {
		return nil, faults
	}
	return compiled, faults
}
