# The month document: what it must be, and what follows from it.
#
# Everything is read strictly. A document that breaks a rule of the format, or
# that is about another zone, gets faults and no score; nothing is guessed.
# Instants become texts of one width in UTC, so that their order is that of
# texts: "2026-11-29T03:12:00.000000000Z".
package keurmerk.document

import data.keurmerk.about
import data.keurmerk.cel

# The fields of each list, and what each must hold.
shapes := {
	"websites": {"id": "name", "scanned": "past", "retired": "instant", "sources": "texts"},
	"computers": {"id": "name", "os": "text", "seen": "past", "retired": "instant", "sources": "texts"},
	"vulnerabilities": {
		"id": "name", "asset_type": "asset_type", "asset": "name", "severity": "severity", "cvss": "cvss",
		"title": "text", "remedy": "text", "found": "past", "seen": "past", "fixed": "instant",
		"status": "status", "sources": "texts", "references": "texts",
	},
	"employees": {"id": "pseudonym", "enrolled": "past", "left": "instant"},
	"questionnaires": {"id": "name", "employee": "person", "completed": "past", "score": "percent"},
	"courses": {"id": "name", "employee": "person", "offered": "past", "completed": "past"},
	"phishing": {"id": "name", "employee": "person", "sent": "past", "outcome": "outcome"},
}

company_shape := {"id": "name", "name": "text", "size": "size", "sector": "text", "enrolled": "past"}

required := object.union({list: ["id"] | some list, _ in shapes}, {
	"vulnerabilities": ["id", "asset_type", "asset", "severity"],
	"phishing": ["id", "outcome"],
})

# A record is known by the values of these fields.
known_by := object.union({list: ["id"] | some list, _ in shapes}, {
	"vulnerabilities": ["asset_type", "asset", "id"],
	"questionnaires": ["id", "employee"],
	"courses": ["id", "employee"],
	"phishing": ["id", "employee"],
})

# What a record holds where the document says nothing.
absent := {
	"websites": {"sources": []},
	"computers": {"sources": []},
	"vulnerabilities": {"sources": [], "references": [], "status": "open"},
	"employees": {},
	"questionnaires": {"score": 0},
	"courses": {},
	"phishing": {},
}

ranks := {"none": 0, "low": 1, "medium": 2, "high": 3, "critical": 4, "unknown": 5}

severities := ["none", "low", "medium", "high", "critical", "unknown"]

statuses := ["open", "accepted", "false_positive"] # where reports differ, the first of these

outcomes := ["sent", "reported", "opened", "clicked", "submitted"] # the last of these

# ---- The month and its bounds

month := input.month if {
	is_string(input.month)
	regex.match(`^(19[7-9][0-9]|2[01][0-9]{2}|22[0-5][0-9]|226[01])-(0[1-9]|1[0-2])$`, input.month)
}

first_day := concat("", [month, "-01"])

next_day := time.format([time.add_date(time.parse_rfc3339_ns(concat("", [first_day, "T00:00:00Z"])), 0, 1, 0), "UTC", "2006-01-02"])

start := cel.instant_at(cel.day_start(first_day, about.timezone)) # the first instant of the month

end := cel.instant_at(cel.day_start(next_day, about.timezone)) # the first instant of the next

# happened tells whether the instant is known and lies before the month's end.
happened(t) if {
	t != ""
	t < end
} else := false

# within tells whether the instant lies in the month.
within(t) if {
	t != ""
	t >= start
	t < end
} else := false

# ---- Reading values: undefined if the value is not what it must be

value("name", v) := v if {
	is_string(v)
	v != ""
}

value("text", v) := v if is_string(v)

value("pseudonym", v) := v if {
	is_string(v)
	v != ""
	not like_email(v)
}

value("person", v) := v if {
	is_string(v)
	not like_email(v)
}

value("texts", v) := sort({s | some s in v}) if {
	is_array(v)
	every s in v { is_string(s) }
}

value("instant", v) := instant(v)

value("past", v) := t if {
	t := instant(v)
	t < end
}

value("asset_type", v) := v if v in ["website", "computer"]

value("severity", v) := v if v in severities

value("status", v) := v if v in statuses

value("outcome", v) := v if v in outcomes

value("percent", v) := whole(v, 0, 100)

value("size", v) := whole(v, 0, 1000000000)

value("number", v) := whole(v, -9007199254740991, 9007199254740991)

value("cvss", v) := v if {
	is_number(v)
	v >= 0
	v <= 10
}

value("bool", v) := v if is_boolean(v)

value("date", v) := v if _ := instant(v) # merged as it is written, read afterwards

whole(v, least, most) := floor(v) if {
	is_number(v)
	v >= least
	v <= most
	floor(v) == v
}

like_email(v) if {
	regex.match(`[@\x{ff20}]`, v)
	regex.match(`^[^@\x{ff20}]+[@\x{ff20}]+[^@\x{ff20}]`, v)
}

# An instant is written as RFC 3339 has it, with a zone …
instant(v) := cel.instant_of(v) if regex.match(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`, v)

# … or as a date, which is the first instant of that day in the norm's zone.
instant(v) := t if {
	regex.match(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, v)
	t := cel.instant_at(cel.day_start(v, about.timezone))
	t >= "1970"
}

# ---- Reading records

given(list) := object.get(input, list, [])

# read[list] holds the records with the values that could be read. An empty
# text is an absent one.
read[list] := [record |
	some raw in given(list)
	record := {field: v |
		some field, written in raw
		v := value(shape[field], written)
		v != ""
	}
] if {
	some list, shape in shapes
}

company_read := {field: v |
	some field, written in input.company
	v := value(company_shape[field], written)
	v != ""
}

custom_given(type) := object.get(object.get(input, "custom", {}), type, [])

custom_shape(type) := object.union(about.types[type], {"id": "name"})

# A custom text may be empty: only a field that is not there is absent.
custom_read[type] := [record |
	some raw in custom_given(type)
	record := {field: v |
		some field, written in raw
		v := value(shape[field], written)
	}
] if {
	some type, _ in about.types
	shape := custom_shape(type)
}

# ---- Faults

faults contains "the input is no month document" if not document_given

document_given if is_object(input)

company_given if is_object(input.company)

faults contains sprintf("/%s: there is no such member", [member]) if {
	some member, _ in input
	not member in (object.keys(shapes) | {"company", "month", "zone", "custom"})
}

faults contains "/month: is required: a month such as 2026-11, of 1970 to 2261" if not month

faults contains sprintf("the month's bounds in %s can't be reckoned", [about.timezone]) if {
	month
	not bounded
}

bounded if start < end

faults contains sprintf("/zone: the norm is for %s, the document for %v", [about.timezone, zone]) if {
	zone := object.get(input, "zone", "Europe/Amsterdam")
	zone != about.timezone
}

faults contains "/company: is required: an object" if not company_given

faults contains "/company/id: is required and can't be empty" if {
	is_object(input.company)
	not company_read.id
}

faults contains sprintf("/company/%s: %s", [field, complaint(company_shape, field)]) if {
	bounded
	some field, written in input.company
	not fits(company_shape, field, written)
}

faults contains sprintf("/%s: must be a list", [list]) if {
	some list, _ in shapes
	not is_array(given(list))
}

faults contains sprintf("/%s/%d: must be an object", [list, i]) if {
	some list, _ in shapes
	some i, raw in given(list)
	not is_object(raw)
}

faults contains sprintf("/%s/%d/%s: %s", [list, i, field, complaint(shapes[list], field)]) if {
	bounded
	some list, _ in shapes
	some i, raw in given(list)
	count(raw) != count(read[list][i]) # only then is it worth to look
	some field, written in raw
	not fits(shapes[list], field, written)
}

faults contains sprintf("/%s/%d/%s: is required and can't be empty", [list, i, field]) if {
	some list, _ in shapes
	some i, record in read[list]
	some field in required[list]
	not record[field]
}

faults contains "/custom: must be an object" if not is_object(object.get(input, "custom", {}))

faults contains sprintf("/custom/%s: the norm declares no such type", [type]) if {
	some type, records in input.custom
	records != []
	not about.types[type]
}

faults contains sprintf("/custom/%s: must be a list", [type]) if {
	some type, records in input.custom
	not is_array(records)
}

faults contains sprintf("/custom/%s/%d: must be an object", [type, i]) if {
	some type, _ in about.types
	some i, raw in custom_given(type)
	not is_object(raw)
}

faults contains sprintf("/custom/%s/%d/%s: %s", [type, i, field, complaint(custom_shape(type), field)]) if {
	bounded
	some type, _ in about.types
	some i, raw in custom_given(type)
	some field, written in raw
	not fits(custom_shape(type), field, written)
}

faults contains sprintf("/custom/%s/%d/id: is required and can't be empty", [type, i]) if {
	some type, records in custom_read
	some i, record in records
	not record.id
}

fits(shape, field, written) if _ := value(shape[field], written)

complaint(shape, field) := complaints[shape[field]]

complaint(shape, field) := "there is no such member" if not shape[field]

complaints := {
	"name": "must be a text, and not empty",
	"text": "must be a text",
	"texts": "must be a list of texts",
	"pseudonym": "must be a pseudonym, and not an e-mail address",
	"person": "must be a pseudonym, and not an e-mail address",
	"instant": "must be an instant such as 2026-11-29T03:12:00Z or a date such as 2026-11-29, of 1970 or later, and a date of 2261 at the latest",
	"date": "must be an instant such as 2026-11-29T03:12:00Z or a date such as 2026-11-29, of 1970 or later, and a date of 2261 at the latest",
	"past": "must be an instant such as 2026-11-29T03:12:00Z or a date such as 2026-11-29, before the month's end",
	"asset_type": "must be website or computer",
	"severity": "must be none, low, medium, high, critical or unknown",
	"status": "must be open, accepted or false_positive",
	"outcome": "must be sent, reported, opened, clicked or submitted",
	"percent": "must be a whole number of 0 to 100",
	"size": "must be a whole number of 0 to 1000000000",
	"number": "must be a whole number",
	"cvss": "must be a number of 0 to 10",
	"bool": "must be true or false",
}

# ---- Merging: records with one key are one record

key(fields, record) := [object.get(record, field, "") | some field in fields]

# repeated are the keys that more than one record of the list has.
repeated(fields, records) := {sorted[i] |
	sorted := sort([key(fields, record) | some record in records])
	some i, k in sorted
	sorted[i + 1] == k
}

repeats[list] := repeated(known_by[list], read[list]) if some list, _ in shapes

merged[list] := read[list] if {
	some list, _ in shapes
	count(repeats[list]) == 0
}

merged[list] := array.concat(single, joint) if {
	some list, _ in shapes
	several := repeats[list]
	count(several) > 0
	single := [record | some record in read[list]; not key(known_by[list], record) in several]
	joint := [united([record | some record in read[list]; key(known_by[list], record) == k]) | some k in several]
}

united(group) := {field: joined(field, [record[field] | some record in group]) |
	some field in {field | some record in group; some field, _ in record}
}

earliest := {"found", "enrolled", "offered", "sent"}

highest := {"seen", "scanned", "fixed", "left", "retired", "completed", "score", "cvss"}

joined(field, values) := min(values) if field in earliest

joined(field, values) := max(values) if field in highest

joined("severity", values) := severities[max([ranks[v] | some v in values])]

joined("status", values) := statuses[min([i | some i, s in statuses; s in values])]

joined("outcome", values) := outcomes[max([i | some i, o in outcomes; o in values])]

joined(field, values) := sort({s | some list in values; some s in list}) if field in {"sources", "references"}

joined(field, values) := longest(values) if field in {"id", "asset_type", "asset", "employee", "os", "title", "remedy"}

# longest is the text of most characters, of equally many the greatest.
longest(texts) := max([[count(t), t] | some t in texts])[1]

# Custom fields are of one kind in all records, since the norm declares it.
custom_united(group) := {field: custom_joined([record[field] | some record in group]) |
	some field in {field | some record in group; some field, _ in record}
}

custom_joined(values) := longest(values) if is_string(values[0])

custom_joined(values) := max(values) if not is_string(values[0])

custom_merged(records) := records if count(repeated(["id"], records)) == 0

custom_merged(records) := array.concat(single, joint) if {
	several := repeated(["id"], records)
	count(several) > 0
	single := [record | some record in records; not [record.id] in several]
	joint := [custom_united([record | some record in records; record.id == k[0]]) | some k in several]
}

# ---- The records as conditions see them

records[list] := [object.union_n([absent[list], record, derived(list, object.union(absent[list], record))]) |
	some record in merged[list]
] if {
	some list, _ in shapes
}

websites := records.websites

computers := records.computers

vulnerabilities := records.vulnerabilities

employees := records.employees

questionnaires := records.questionnaires

courses := records.courses

phishing := records.phishing

company := object.union(company_known, {"active": happened(object.get(company_read, "enrolled", ""))})

company_known := object.remove(company_read, {"size" | company_read.size == 0})

custom[type] := [{field: v | some field, written in record; v := custom_value(about.types[type], field, written)} |
	some record in custom_merged(custom_read[type])
] if {
	some type, _ in about.types
}

custom_value(fields, field, written) := instant(written) if fields[field] == "date"

custom_value(fields, field, written) := written if object.get(fields, field, "") != "date"

size := sum([count(records[list]) | some list, _ in shapes]) + sum([count(list) | some list in custom])

# The visits of records that one condition may cost in this month.
budget := 1000000 + (1000 * size)

# The longest list of texts in any record.
longest_texts := max(array.concat([0], [count(texts) |
	some list, _ in shapes
	some record in records[list]
	some field in ["sources", "references"]
	texts := record[field]
]))

# ---- Derived fields

at(record, field) := object.get(record, field, "")

derived("websites", w) := {"fresh": within(at(w, "scanned")), "active": happened(at(w, "retired")) == false}

derived("computers", c) := {"fresh": within(at(c, "seen")), "active": happened(at(c, "retired")) == false}

derived("vulnerabilities", v) := {
	"rank": ranks[v.severity],
	"open": open(v),
	"days_open": days_open(v),
}

derived("employees", e) := {"active": active_employee(e)}

derived("questionnaires", q) := {"done": happened(at(q, "completed"))}

derived("courses", c) := {} if not c.offered

derived("courses", c) := {"days_offered": cel.days_between(c.offered, end)} if c.offered

derived("phishing", _) := {}

# fixed: before the month's end, and not found again afterwards.
fixed(v) if {
	happened(at(v, "fixed"))
	at(v, "fixed") >= at(v, "seen")
} else := false

open(v) if {
	v.status == "open"
	at(v, "found") < end
	fixed(v) == false
} else := false

days_open(v) := 0 if not v.found

days_open(v) := max([0, cel.days_between(v.found, v.fixed)]) if {
	v.found
	fixed(v)
}

days_open(v) := max([0, cel.days_between(v.found, end)]) if {
	v.found
	fixed(v) == false
}

active_employee(e) if {
	happened(at(e, "enrolled"))
	happened(at(e, "left")) == false
} else := false

# ---- The month as the norm's own Rego sees it

view := object.union(
	{list: [object.union(r, {"key": record_key(list, r)}) | some r in records[list]] | some list, _ in shapes},
	{
		"month": month, "start": start, "end": end, "company": company,
		"custom": {type: [object.union(r, {"key": [type, r.id]}) | some r in rs] | some type, rs in custom},
	},
)

record_key("websites", r) := ["website", r.id]

record_key("computers", r) := ["computer", r.id]

record_key("vulnerabilities", r) := [r.asset_type, r.asset, r.id]

record_key("employees", r) := ["employee", r.id]

record_key("questionnaires", r) := personal("questionnaire", r)

record_key("courses", r) := personal("course", r)

record_key("phishing", r) := personal("phishing", r)

personal(kind, r) := [kind, r.id, r.employee] if r.employee

personal(kind, r) := [kind, r.id] if not r.employee

# evident tells whether these are records of the month, or keys of records.
evident(found) if {
	is_set(found)
	every e in found { evident_key(e) in keys }
}

evident(found) if {
	is_array(found)
	every e in found { evident_key(e) in keys }
}

evident_key(e) := e if is_array(e)

evident_key(e) := e.key if is_object(e)

keys contains r.key if {
	some list, _ in shapes
	some r in view[list]
}

keys contains r.key if {
	some rs in view.custom
	some r in rs
}
