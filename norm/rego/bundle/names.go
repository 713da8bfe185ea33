package bundle

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// reserved are the words that mean something in a rule of the policy: Rego's
// own, the functions and imports that rules use, and their own variables.
var reserved = words(`as contains data default else every false if import in input not null package set some true with
	abs all and any array bits concat count endswith floor format_int graph io is_number json max min net null number numbers
	object opa or product rand regex rego semver sort split sprintf startswith strings substring sum time to_number trace
	trim type units upper lower urlquery uuid walk yaml print http glob graphql crypto base64 base64url hex indexof replace
	about cel document lets params applies measured when share evidence
	decided vacuous evident_key record_key element elements found i keys kept record mark marks result results`)

func words(s string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		set[w] = true
	}
	return set
}

var (
	simple = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]*$`)
	helper = regexp.MustCompile(`_[0-9]*$`) // how the names of helpers end, and those that were changed
)

// variable is the name in Rego of a macro's variable. No two get the same.
func variable(name string) string { return ruleName(name) }

// ruleName is the name in Rego of something that the norm names. No two get
// the same.
func ruleName(name string) string {
	if simple.MatchString(name) && !reserved[name] && !helper.MatchString(name) {
		return name
	}
	return "v_" + name + "_"
}

// dot is the field of a record.
func dot(record, name string) string {
	if reserved[name] || !simple.MatchString(name) {
		return fmt.Sprintf("%s[%s]", record, quote(name))
	}
	return record + "." + name
}

// quote writes a text as Rego has it, which is as JSON has it.
func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `""` // no text fails
	}
	return strings.TrimSuffix(b.String(), "\n")
}
