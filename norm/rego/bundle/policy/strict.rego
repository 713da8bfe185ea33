# The operators and functions of the norm's own Rego, for a stock OPA.
#
# The library ends a rule at a failure, such as an overflow, wherever in the
# rule it is. OPA would take it for undefined, and what is undefined for false
# behind a not. So a failure ends the whole query here: there is no answer for
# the month rather than another one.
package keurmerk.strict

import data.keurmerk.cel
import data.keurmerk.document

# failed gives two values at once, which is an error that ends a query.
failed(_) := 1

failed(_) := 2

whole(n) if {
	is_number(n)
	cel.in_range(n) == n
}

both_whole(a, b) if {
	whole(a)
	whole(b)
}

added(a, b) := c if {
	both_whole(a, b)
	c := cel.in_range(a + b)
} else := failed("plus")

difference(a, b) := c if {
	both_whole(a, b)
	c := cel.in_range(a - b)
} else := failed("minus")

multiplied(a, b) := c if {
	both_whole(a, b)
	c := cel.in_range(a * b)
} else := failed("mul")

unequal(a, b) := a != b

# ordered: numbers are compared with numbers, and texts with texts.
ordered(a, b) if {
	is_number(a)
	is_number(b)
}

ordered(a, b) if {
	is_string(a)
	is_string(b)
}

below(a, b) := a < b if ordered(a, b)

else := failed("lt")

at_most(a, b) := a <= b if ordered(a, b)

else := failed("lte")

above(a, b) := a > b if ordered(a, b)

else := failed("gt")

at_least(a, b) := a >= b if ordered(a, b)

else := failed("gte")

several(l) if is_array(l)

several(l) if is_set(l)

holding(l) if several(l)

holding(l) if is_object(l)

member(v, l) := v in l if holding(l)

else := failed("in")

member_at(k, v, l) if {
	not is_set(l)
	l[k] == v
} else := false

size(l) := count(l) if holding(l)

size(l) := count(l) if is_string(l)

counted(l) := size(l) if size(l) >= 0

else := failed("count")

# total fails if the numbers could overflow on the way.
total(l) := sum(l) if {
	several(l)
	every n in l { whole(n) }
	cel.in_range(sum([abs(n) | some n in l]))
} else := failed("sum")

alike(l) if {
	several(l)
	every a in l { is_number(a) }
}

alike(l) if {
	several(l)
	every a in l { is_string(a) }
}

largest(l) := extreme(l, "max")

smallest(l) := extreme(l, "min")

# Of nothing there is no largest: that is undefined, and no failure.
extreme(l, which) := {"max": max(l), "min": min(l)}[which] if {
	alike(l)
	count(l) > 0
} else := failed(which) if not alike(l)

union(a, b) := a | b if both_sets(a, b)

else := failed("|")

intersection(a, b) := a & b if both_sets(a, b)

else := failed("&")

both_sets(a, b) if {
	is_set(a)
	is_set(b)
}

both_texts(a, b) if {
	is_string(a)
	is_string(b)
}

holds(a, b) := contains(a, b) if both_texts(a, b)

else := failed("contains")

starts(a, b) := startswith(a, b) if both_texts(a, b)

else := failed("startswith")

ends(a, b) := endswith(a, b) if both_texts(a, b)

else := failed("endswith")

match(pattern, t) := regex.match(pattern, t) if both_texts(pattern, t)

else := failed("regex.match")

portion(n, d) := cel.portion(n, d) if cel.portion(n, d) == cel.portion(n, d)

else := failed("portion")

# time is an instant as records have it, or as it is written out.
time(t) := i if {
	is_string(t)
	i := document.instant(t)
}

days(t) := cel.days(time(t)) if time(t)

else := failed("days")

this_month(t) := document.within(time(t)) if time(t)

else := failed("this_month")
