# What CEL has and Rego has otherwise: whole numbers of 64 bits, absent
# numbers, shares in points, and instants.
#
# A function is undefined where CEL gives an error, and nothing in this policy
# negates an undefined value: what can't be worked out stays unknown.
package keurmerk.cel

import data.keurmerk.document

# in_range is the number if 64 bits hold it.
in_range(n) := n if {
	n >= -9223372036854775808
	n <= 9223372036854775807
}

# An absent number (of days since an offer that nobody dated) is null. What is
# computed from it is absent again, and every comparison with it is false.

add(null, _) := null

add(_, null) := null

add(a, b) := in_range(a + b) if {
	is_number(a)
	is_number(b)
}

subtract(null, _) := null

subtract(_, null) := null

subtract(a, b) := in_range(a - b) if {
	is_number(a)
	is_number(b)
}

multiply(null, _) := null

multiply(_, null) := null

multiply(a, b) := in_range(a * b) if {
	is_number(a)
	is_number(b)
}

negate(null) := null

negate(a) := in_range(0 - a) if is_number(a)

# portion is n of d in points of a hundredth of a percent, rounded down.
portion(n, d) := (points - rest(points, d)) / d if {
	is_number(n)
	is_number(d)
	d > 0
	points := in_range(n * 10000)
}

# rest is what is left of a division that is rounded down.
rest(a, d) := a % d if a % d >= 0

rest(a, d) := (a % d) + d if a % d < 0

# ---- Instants: texts such as "2026-11-29T03:12:00.000000000Z"

days(t) := days_between(t, document.end)

# days_between counts whole periods of 24 hours, and no more than 292 years.
days_between(from, until) := max([min([whole / day, 106751]), -106751]) if {
	nanoseconds := nanos(until) - nanos(from)
	whole := nanoseconds - (nanoseconds % day)
}

day := 86400000000000

# OPA's clock ends in 2262. Years behind it are moved by so many times 400
# years, after which the calendar repeats, and moved back afterwards.
cycle := 12622780800000000000 # nanoseconds of 400 years

layout := "2006-01-02T15:04:05.000000000Z07:00"

nanos(t) := time.parse_rfc3339_ns(t) if t < "2262"

nanos(t) := time.parse_rfc3339_ns(moved(t)) + (cycles(t) * cycle) if t >= "2262"

# cycles is by how many times 400 years the instant must move.
cycles(t) := (behind - (behind % 400)) / 400 if behind := to_number(substring(t, 0, 4)) - 1862

moved(t) := concat("", [format_int(to_number(substring(t, 0, 4)) - (400 * cycles(t)), 10), substring(t, 4, -1)])

# instant_of reads an instant as RFC 3339 writes it.
instant_of(v) := instant_at(time.parse_rfc3339_ns(v)) if {
	v >= "1970"
	v < "2262"
}

instant_of(v) := concat("", [year, substring(near, 4, -1)]) if {
	v >= "2262"
	near := instant_at(time.parse_rfc3339_ns(moved(v)))
	year := format_int(to_number(substring(near, 0, 4)) + (400 * cycles(v)), 10)
	count(year) == 4
}

# instant_at writes nanoseconds since 1970.
instant_at(ns) := time.format([ns, "UTC", layout])

# day_start is the first instant of a day in a zone: where clocks show 00:00,
# the first time if they do so twice, and when they jump over it the jump.
day_start(date, zone) := first if {
	date <= "2262-01-01"
	midnight := time.parse_rfc3339_ns(concat("", [date, "T00:00:00Z"]))
	offsets := [offset(midnight - day, zone), offset(midnight + day, zone)]
	shown := [t | some o in offsets; t := midnight - o; offset(t, zone) == o]
	jumped := [t | count(shown) == 0; t := midnight - offsets[0]]
	first := min(array.concat(shown, jumped))
	time.format([first, zone, "2006-01-02"]) == date # some islands skipped a day
}

# offset is how far clocks in the zone are ahead of UTC.
offset(ns, zone) := time.parse_rfc3339_ns(time.format([ns, zone, "2006-01-02T15:04:05Z"])) - ns

# known holds of everything that has a value.
known(_) := true

# count_true is how many of the marks are true. It is undefined if the marks
# are, which a comprehension in the place of its call would not be.
count_true(marks) := count([mark | some mark in marks; mark])
