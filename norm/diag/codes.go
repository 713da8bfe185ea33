package diag

import "iter"

// Codes gives every code that a fault in a norm can have, in alphabetical
// order, with what it is about in a sentence or two.
func Codes() iter.Seq2[string, string] {
	return func(yield func(code, about string) bool) {
		for _, c := range codes {
			if !yield(c.code, c.about) {
				return
			}
		}
	}
}

// Explain says what a code is about; empty if there is no such code.
func Explain(code string) string {
	for known, about := range Codes() {
		if known == code {
			return about
		}
	}
	return ""
}

var codes = []struct{ code, about string }{
	{"KM-ALIAS", "YAML reads a text that starts with * as a reference to another place (an alias); norms have none. Put the text in quotes."},
	{"KM-ANCHOR", "YAML reads a text that starts with & as a name for a place (an anchor); norms have none. Put the text in quotes."},
	{"KM-BASE-MOVED", "The norm that a variant starts from is no longer the one it was made for: its logic digest differs."},
	{"KM-BOOL", "A key takes true or false, without quotes."},
	{"KM-CEL", "The expression language could not take this in; the message says why."},
	{"KM-CEL-ARGUMENTS", "A function or macro is called with more or fewer values than it takes."},
	{"KM-CEL-EMPTY", "An expression is empty."},
	{"KM-CEL-NESTING", "Too many of all, exists, filter and map stand inside each other, so that judging could take long."},
	{"KM-CEL-PATTERN", "The pattern of matches must be a short literal text that is a regular expression of a small size."},
	{"KM-CEL-SHADOW", "A variable of all, exists, filter or map has the name of something else, which it would hide."},
	{"KM-CEL-SIZE", "An expression is too long, has too many parts, or nests too deep. Give parts of it a name under let."},
	{"KM-CEL-SUBSET", "CEL has this, but norms do without it: what they use gives the same answer everywhere, and in bounded time."},
	{"KM-CEL-SYNTAX", "An expression can't be read: a sign or word is not of the language, or something is missing."},
	{"KM-CHARACTER", "The file holds a character that editors don't show, or show otherwise: a control, an invisible or a direction-changing one."},
	{"KM-CRITERIA", "A norm has at least one criterion and at most a fixed number of them."},
	{"KM-DATE", "A date or instant is written otherwise than 2026-11-05 or 2026-11-05T12:00:00Z."},
	{"KM-DEPTH", "Lists and mappings stand too deep in each other."},
	{"KM-DIGEST", "A digest is sha256: and 64 hex digits."},
	{"KM-DUPLICATE", "An id or a name that must be unique is used twice; the second is reported."},
	{"KM-DUPLICATE-KEY", "A key is given twice in one mapping; the second is reported."},
	{"KM-EMPTY", "The file is empty, or holds nothing but comments."},
	{"KM-EMPTY-VALUE", "A text is empty."},
	{"KM-ENCODING", "The file is not in UTF-8, or starts with a byte order mark."},
	{"KM-ENGINE", "The norm has modules in a language that this program was built without."},
	{"KM-EXTENDS", "The norm that a variant starts from can't be used."},
	{"KM-FILE", "A file that the norm names can't be read."},
	{"KM-FILE-SIZE", "The file is larger than a norm may be."},
	{"KM-FINDINGS", "A fixture or test holds a record that a month document can't hold."},
	{"KM-FORM", "A condition of the form none, some, every or count lacks a part, or has one too many."},
	{"KM-FORMAT", "The canonical form of a norm could not be written so that it means the same; the file stays as it is."},
	{"KM-HISTORY", "A history expects nothing, or something about a month that it does not have."},
	{"KM-ID", "An id is lower-case letters, digits and hyphens, and starts with a letter."},
	{"KM-IMPLIED", "Warning: one finding costs the weights of two criteria, since one can't be unmet without the other."},
	{"KM-INTERNAL", "The library itself failed on this norm, which is a fault of the library; the norm is refused."},
	{"KM-KEY", "A key is a text, not a list or mapping."},
	{"KM-KIND", "A mapping, a list or a single value stands where another of them is due."},
	{"KM-LANGUAGE", "A text is missing in one of the norm's languages, or is in one that is not among them."},
	{"KM-LIMIT", "A norm has more of something than is allowed; what is beyond is not read."},
	{"KM-LIST", "This is not the name of a list of records."},
	{"KM-LOOSENS", "A variant makes its base less strict, which it may not."},
	{"KM-MERGE", "YAML's merge key << is not allowed; write the keys out."},
	{"KM-MISSING-KEY", "A required key is missing; what it is missing from is reported."},
	{"KM-MODULE", "A module is not a file of the norm's language for modules."},
	{"KM-MODULES", "The norm's modules and its rego criteria don't go together."},
	{"KM-MONTH", "A month is written otherwise than 2026-11."},
	{"KM-NAME", "A name that expressions use is lower-case letters, digits and underscores, and starts with a letter."},
	{"KM-NOT-MONOTONE", "Warning: a criterion can get worse when a vulnerability is fixed."},
	{"KM-NOTICE", "A version of a norm was made known later than its own notice before its first month."},
	{"KM-NUMBER", "A key takes a whole number within bounds, without quotes, leading zeros or signs between the digits."},
	{"KM-OVERLAP", "Warning: the months in which this version holds overlap those of the one before it."},
	{"KM-PATH", "A file lies outside the norm's folder."},
	{"KM-PERCENT", "A percentage has at most two decimals, a point between them and a % behind: 12.5%."},
	{"KM-PHASE", "This is not a phase of the mark, or not with this progress."},
	{"KM-QUOTE", "YAML reads this as a number, a bool or nothing; put the text in quotes."},
	{"KM-RANGE", "A value lies beyond its own bounds, or two bounds are the wrong way round."},
	{"KM-REGO", "The Rego modules can't be used; the message says why."},
	{"KM-REGO-ARGUMENTS", "A Rego function is called with more or fewer values than it takes."},
	{"KM-REGO-CONFLICT", "A Rego rule is given twice in ways that don't go together."},
	{"KM-REGO-DATA", "Rego in a norm sees input and data.params, and no other data."},
	{"KM-REGO-EMPTY", "A Rego module is empty."},
	{"KM-REGO-GROWTH", "A Rego rule makes copies of copies, which could grow without bound."},
	{"KM-REGO-NESTING", "Brackets or calls in a Rego module stand too deep in each other."},
	{"KM-REGO-PACKAGE", "A Rego package has no name of its own, or one that is taken."},
	{"KM-REGO-PATTERN", "A pattern in Rego must be a short literal text that is a regular expression of a small size."},
	{"KM-REGO-RECURSION", "A Rego rule depends on itself."},
	{"KM-REGO-RULE", "A Rego package lacks a rule that its criterion needs, or has it in another form."},
	{"KM-REGO-SHADOW", "A name in Rego hides something of that name."},
	{"KM-REGO-SIZE", "A Rego module is larger, or has more of something, than is allowed."},
	{"KM-REGO-SUBSET", "Rego has this, but norms do without it: what they use gives the same answer everywhere, and in bounded time."},
	{"KM-REGO-SYNTAX", "A Rego module can't be read."},
	{"KM-REGO-TIME", "Times in Rego are compared with each other, or through the functions for them."},
	{"KM-REGO-TYPE", "A value in Rego has another type than its use asks for."},
	{"KM-REGO-UNKNOWN-FIELD", "The month document has no such field."},
	{"KM-REGO-UNKNOWN-FUNCTION", "There is no such function in the Rego of a norm."},
	{"KM-REGO-UNKNOWN-NAME", "There is nothing of that name in the Rego module."},
	{"KM-REGO-UNKNOWN-PARAMETER", "The norm declares no such parameter."},
	{"KM-REGO-UNUSED", "Nothing uses a name that a Rego rule gives."},
	{"KM-REGO-WORD", "A field in Rego is compared with a word that it never is."},
	{"KM-RETROACTIVE", "A version of a norm takes months that belong to another, or was made known after its first month began."},
	{"KM-SCORES", "The scores of a history are written as 80%x6 70%, or with P F S M X."},
	{"KM-SECOND-DOCUMENT", "A line of --- starts a second document; a norm is one."},
	{"KM-SHADOW", "A named value has a name that is taken."},
	{"KM-SILENCE", "A comment silences a warning that is not there, or without a reason."},
	{"KM-TAG", "YAML reads a text that starts with ! as a tag. Put the text in quotes."},
	{"KM-TAILOR-FIXED", "A variant changes what the base does not let it change."},
	{"KM-TAILOR-NOTHING", "A variant changes nothing, or sets what is so already."},
	{"KM-TERMS", "Two numbers of the certification block don't go together."},
	{"KM-TIGHTEN", "Only a number can be tightened up or down."},
	{"KM-TOO-MANY", "There are more faults than are reported at once."},
	{"KM-TWO-CONDITIONS", "A criterion has one condition: when, share or rego."},
	{"KM-TYPE", "Two values that don't go together are compared or computed with, or an expression gives another type than is asked."},
	{"KM-UNKNOWN-CRITERION", "The norm has no criterion of that id."},
	{"KM-UNKNOWN-ENTRY", "A history has no entry of that id before this one."},
	{"KM-UNKNOWN-FIELD", "A record has no such field."},
	{"KM-UNKNOWN-FIXTURE", "The norm has no fixture of that name."},
	{"KM-UNKNOWN-KEY", "A key is not one of those that may stand here."},
	{"KM-UNKNOWN-NAME", "Nothing that an expression can see has this name."},
	{"KM-UNKNOWN-PARAMETER", "The norm has no parameter of that name that is a number."},
	{"KM-UNKNOWN-PATH", "A variant sets something that there is not, or that no variant can set."},
	{"KM-UNTESTED-BOUNDARY", "Warning: no test reaches both sides of a comparison."},
	{"KM-UNUSED", "Warning: nothing uses a parameter or custom type."},
	{"KM-VACUOUS", "Warning: a criterion is met where there was nothing to look at; say what must be measured."},
	{"KM-VARIANT", "A variant has a key that it takes from its base."},
	{"KM-VERSION", "The versions of a norm in one catalog don't go together."},
	{"KM-WEIGHT-SUM", "The weights of all criteria add up to something else than 100%; the last weight is reported."},
	{"KM-WORD", "A key takes one of a few words, and this is none of them."},
	{"KM-YAML", "The file is not YAML here: indentation, a quote, a bracket, a colon or a sign is not as YAML wants it."},
	{"KM-ZONE", "This is not a time zone that is known, such as Europe/Amsterdam."},
}
