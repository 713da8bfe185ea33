# The answer: outcome and points of each criterion, and their sums.
#
# Amounts are points, a hundredth of a percent each: 10000 is 100 %. A document
# that breaks a rule of the format gets an error and its faults, and no score.
package keurmerk

import data.keurmerk.about
import data.keurmerk.document

default score := {"error": "the month can't be judged"}

score := {"error": "the document breaks a rule of the format", "faults": sort(document.faults)} if {
	count(document.faults) > 0
}

score := card if {
	count(document.faults) == 0
	card := {
		"company": document.company.id,
		"month": document.month,
		"norm": object.union(about.norm, {"effective": effective}),
		"engine": about.engine,
		"findings": {"count": document.size},
		"earned": earned,
		"applicable": applicable,
		"score": total,
		"threshold": about.score.threshold,
		"measured": measured,
		"qualifies": qualifies,
		"criteria": lines,
	}
}

# ---- One criterion

# part is what a part of a criterion came to: undefined if it failed, true if
# the norm does not write it.
part(c, name) if not name in c.parts

part(c, name) := data.keurmerk.criteria[c.id][name] if name in c.parts

# share is how much of its weight the criterion earns.
share(c) := 10000 if {
	"when" in c.parts
	part(c, "when") == true
}

share(c) := 0 if {
	"when" in c.parts
	part(c, "when") == false
}

share(c) := earns if {
	"share" in c.parts
	earns := part(c, "share")
	is_number(earns)
	earns >= 0
	earns <= 10000
}

# verdict decides a criterion: first whether it applies, then whether there was
# anything to judge by, then the condition. What failed is unknown.
verdict(c) := {"outcome": "not_applicable", "share": 0, "reason": ""} if {
	part(c, "applies") == false
} else := {"outcome": "unknown", "share": 0, "reason": "not measured"} if {
	part(c, "applies") == true
	part(c, "measured") == false
} else := {"outcome": word, "share": earns, "reason": ""} if {
	part(c, "applies") == true
	part(c, "measured") == true
	earns := share(c)
	part(c, "evidence")
	word := {true: "met", false: "unmet"}[earns == 10000]
} else := {"outcome": "unknown", "share": 0, "reason": "a condition can't be worked out"}

verdicts := [object.union(verdict(c), c) | some c in about.criteria]

points(v) := v.weight if v.outcome == "met"

points(v) := down(v.weight * v.share, 10000) if v.outcome == "unmet"

points(v) := 0 if v.outcome == "unknown"

points(v) := v.weight if {
	v.outcome == "not_applicable"
	about.score.earn_not_applicable
}

points(v) := 0 if {
	v.outcome == "not_applicable"
	not about.score.earn_not_applicable
}

lines := [line |
	some v in verdicts
	line := {
		"id": v.id,
		"weight": v.weight,
		"points": points(v),
		"outcome": v.outcome,
		"vacuous": vacuous(v),
		"reason": v.reason,
		"evidence": {"count": count(evidence(v)), "keys": array.slice(sort(evidence(v)), 0, 20)},
	}
]

# evidence is the keys of the records that decided.
evidence(v) := {key | some key in data.keurmerk.criteria[v.id].evidence} if {
	decisive(v)
	"evidence" in v.parts
} else := {key | some key in data.keurmerk.criteria[v.id].decided} if {
	decisive(v)
} else := set()

decisive(v) if v.outcome in ["met", "unmet"]

# vacuous: met only because a list was empty.
vacuous(v) if {
	v.outcome == "met"
	data.keurmerk.criteria[v.id].vacuous
} else := false

# ---- The sums

# down is a divided by b, rounded down.
down(a, b) := (a - (a % b)) / b

counted := [v | some v in verdicts; counts(v)]

counts(v) if v.outcome != "not_applicable"

counts(_) if about.score.earn_not_applicable

earned := sum([points(v) | some v in counted])

applicable := sum([v.weight | some v in counted])

weighed := sum([v.weight | some v in counted; v.outcome != "unknown"])

measured := down(weighed * 10000, applicable) if applicable > 0

measured := 0 if applicable == 0

# Nothing applicable, or refused for what is unknown: there is no score.
total := down(earned * 10000, applicable) if scored

total := null if not scored

scored if {
	applicable > 0
	not refused
}

refused if {
	about.score.refuse_unknown
	some v in counted
	v.outcome == "unknown"
}

default qualifies := false

qualifies if {
	scored
	effective
	not held_back
	earned * 10000 >= about.score.threshold * applicable
}

# held_back: a required criterion is not met.
held_back if {
	some v in counted
	v.required
	not v.outcome in ["met", "not_applicable"]
}

default effective := false

effective if {
	document.month >= about.effective.from
	document.month <= about.effective.until
}
