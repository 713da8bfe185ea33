package rego_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/rego"
	"github.com/stretchr/testify/require"
)

// What is wrong in a module, with the wrong part between « and », the code and
// a part of what is said. There is one fault in each.
func TestFaultPlaces(t *testing.T) {
	for name, c := range map[string]struct{ body, code, said string }{
		"field":                 {"met if {\n\tsome v in input.vulnerabilities\n\tv.«severty» == \"high\"\n}", "KM-REGO-UNKNOWN-FIELD", `a vulnerability has no field "severty"; did you mean "severity"?`},
		"field by index":        {"met if input.websites[0].«frsh»", "KM-REGO-UNKNOWN-FIELD", `did you mean "fresh"?`},
		"field of the company":  {"met if input.company.«actve»", "KM-REGO-UNKNOWN-FIELD", `a company has no field "actve"; did you mean "active"?`},
		"list":                  {"met if some _ in input.«vulnerabilites»", "KM-REGO-UNKNOWN-FIELD", `the input has no "vulnerabilites"; did you mean "vulnerabilities"?`},
		"in a function":         {"met if f(input.websites[0])\nf(w) if w.«frsh»", "KM-REGO-UNKNOWN-FIELD", `a website has no field "frsh"`},
		"of a rule's records":   {"some_open contains v if {\n\tsome v in input.vulnerabilities\n\tv.open\n}\nmet if {\n\tsome o in some_open\n\to.«sevrity» == \"high\"\n}", "KM-REGO-UNKNOWN-FIELD", `did you mean "severity"?`},
		"of a custom record":    {"met if {\n\tsome b in input.custom.backup\n\tb.«testd» != \"\"\n}", "KM-REGO-UNKNOWN-FIELD", `a custom backup has no field "testd"; did you mean "tested"?`},
		"custom type":           {"met if some _ in input.custom.«bakup»", "KM-REGO-UNKNOWN-FIELD", `the norm declares no type "bakup"; did you mean "backup"?`},
		"cvss":                  {"met if input.vulnerabilities[0].«cvss» > 7", "KM-REGO-UNKNOWN-FIELD", "has no field"},
		"field of a list":       {"met if input.websites.«fresh»", "KM-REGO-UNKNOWN-FIELD", "write some x in"},
		"field of a text":       {"met if input.month.«year» == 2026", "KM-REGO-UNKNOWN-FIELD", "a text has no field"},
		"word":                  {"met if input.vulnerabilities[0].severity == «\"hgih\"»", "KM-REGO-WORD", `did you mean "high"?`},
		"word in a set":         {"met if input.vulnerabilities[0].status in {\"open\", «\"closed\"»}", "KM-REGO-WORD", "write one of open accepted false_positive"},
		"severity has no order": {"met if input.vulnerabilities[0].severity «>=» \"high\"", "KM-REGO-TYPE", "compare rank"},
		"number and text":       {"met if input.company.size «>» \"5\"", "KM-REGO-TYPE", "> can't be used between a number and a text"},
		"equal in no case":      {"met if input.company.size «==» \"5\"", "KM-REGO-TYPE", "never equal"},
		"time and text":         {"met if input.company.enrolled < «\"2026-11-01\"»", "KM-REGO-TIME", "keurmerk.days(t)"},
		"sum of a text":         {"met if «input».month + 1 > 0", "KM-REGO-TYPE", "+ can't be used on a text"},
		"parameter":             {"met if data.params.«msot» > 0", "KM-REGO-UNKNOWN-PARAMETER", `did you mean "most"?`},
		"rule":                  {"met if «hihg»\nhigh if true", "KM-REGO-UNKNOWN-NAME", `there is nothing called "hihg"; did you mean "high"?`},
		"variable":              {"met if {\n\tsite := input.websites[0]\n\tsite.fresh\n\t«stie».active\n}", "KM-REGO-UNKNOWN-NAME", `did you mean "site"?`},
		"index":                 {"met if input.websites[«i»].fresh", "KM-REGO-UNKNOWN-NAME", "write some i before it"},
		"never bound":           {"met if {\n\tsome i\n\t0 < «i»\n}", "KM-REGO-UNKNOWN-NAME", "i gets no value"},
		"unused":                {"met if {\n\t«x» := 1\n\tinput.company.active\n}", "KM-REGO-UNUSED", `nothing uses "x"`},
		"unused some":           {"met if {\n\tsome «w» in input.websites\n\tinput.company.active\n}", "KM-REGO-UNUSED", `nothing uses "w"`},
		"shadow":                {"met if {\n\t«met» := 1\n\tmet > 0\n}", "KM-REGO-SHADOW", `the name "met" is taken`},
		"named twice":           {"met if {\n\tx := 1\n\t«x» := 2\n\tx > 0\n}", "KM-REGO-SHADOW", `the name "x" is taken`},
		"function":              {"met if «cuont»(input.websites) > 0", "KM-REGO-UNKNOWN-FUNCTION", `there is no function called cuont; did you mean "count"?`},
		"own function":          {"met if «hgih»(1)\nhigh(x) if x > 0", "KM-REGO-UNKNOWN-FUNCTION", `did you mean "high"?`},
		"our function":          {"met if «keurmerk.dys»(input.start) > 0", "KM-REGO-UNKNOWN-FUNCTION", `did you mean "keurmerk.days"?`},
		"arguments":             {"met if «count»(input.websites, 1) > 0", "KM-REGO-ARGUMENTS", "count takes 1, not 2"},
		"own arguments":         {"met if «f»(1, 2)\nf(x) if x > 0", "KM-REGO-ARGUMENTS", "f takes 1, not 2"},
		"function as a value":   {"met if «f» == 1\nf(x) if x > 0", "KM-REGO-ARGUMENTS", `"f" is a function`},
		"division":              {"met if 6 «/» 2 == 3", "KM-REGO-SUBSET", "multiply the other side instead"},
		"remainder":             {"met if 7 «%» 2 == 1", "KM-REGO-SUBSET", "a norm has no remainders"},
		"unification":           {"met if input.company.size «=» 5", "KM-REGO-SUBSET", "== to compare"},
		"null":                  {"met if input.company.name != «null»", "KM-REGO-SUBSET", "not part of the language"},
		"whole input":           {"met if count(«input») > 0", "KM-REGO-SUBSET", "the whole input"},
		"whole parameters":      {"met if count(data.«params») > 0", "KM-REGO-DATA", "as a whole"},
		"record compared":       {"met if {\n\tsome w in input.websites\n\tw «==» input.websites[0]\n}", "KM-REGO-TYPE", "a website can't be compared as a whole"},
		"decimals":              {"met if input.company.size > «0.5»", "KM-REGO-SUBSET", "whole number"},
		"import":                {"import «data.helpers»\nmet := helpers.x", "KM-REGO-DATA", `no package "helpers"`},
		"import of the input":   {"import «input.company»\nmet := company.active", "KM-REGO-SUBSET", "can't be imported"},
		"met as a set":          {"«met» contains 1", "KM-REGO-RULE", "met is one value, not a set"},
		"met as a function":     {"«met»(x) if x > 0", "KM-REGO-RULE", "met is a rule, not a function"},
		"forms mixed":           {"met := true\na contains 1\n«a» := 2", "KM-REGO-CONFLICT", `"a" is given before in another form`},
		"recursion":             {"met if a\n«a» if b\nb if a", "KM-REGO-RECURSION", "depends on itself"},
		"bracket":               {"met if count«(»input.websites > 0\n", "KM-REGO-SYNTAX", "this ( is never closed"},
		"other bracket":         {"met if count(input.websites«]» > 0\n", "KM-REGO-SYNTAX", "( is closed by ]"},
		"stray bracket":         {"met if input.company.active«)»", "KM-REGO-SYNTAX", "closes nothing"},
		"text":                  {"met if input.month == «\"»2026\n", "KM-REGO-SYNTAX", "never closed"},
		"sign":                  {"met if input.month «?» true", "KM-REGO-SYNTAX", "no meaning here"},
		"no-break space":        {"met if«\u00a0»input.company.active", "KM-REGO-SYNTAX", "no meaning here"},
		"letter":                {"met if «é»", "KM-REGO-SYNTAX", "no meaning here"},
		"operand":               {"met if {\n\tinput.company.size > «}»", "KM-REGO-SYNTAX", "not expected"},
		"no if":                 {"«met» { input.company.active }", "KM-REGO-SYNTAX", "if"},
		"assign":                {"met if {\n\tx :=\n«}»", "KM-REGO-SYNTAX", ""},
		"two words":             {"met if input.company «active»", "KM-REGO-SYNTAX", ""},
		"rule's name":           {"1 «if» true", "KM-REGO-SYNTAX", ""},
		"nothing after if":      {"met «if»", "KM-REGO-SYNTAX", ""},
		"default twice":         {"default met := false\nmet if input.company.active\ndefault «met» := true", "KM-REGO-CONFLICT", "has a default already"},
		"default worked out":    {"«default» met := input.company.active", "KM-REGO-SYNTAX", "a default is a value that is written out"},
		"v1 twice":              {"import rego.v1\nimport «rego.v1»\nmet := true", "KM-REGO-CONFLICT", "twice"},
		"unused in every":       {"met if every «w» in input.websites { input.month != \"\" }", "KM-REGO-UNUSED", "nothing uses"},
		"unused argument":       {"met if f(1)\nf(«x») if input.company.active", "KM-REGO-UNUSED", "nothing uses"},
		"named under not":       {"met if not x «:=» 1", "KM-REGO-SUBSET", "under not"},
		"in a number":           {"met if \"a\" «in» 5", "KM-REGO-TYPE", "holds nothing"},
		"two packages":          {"met := true\n«package» y", "KM-REGO-SYNTAX", "one package"},
		"field of a source":     {"met if input.websites[0].sources[0].«name» == \"\"", "KM-REGO-UNKNOWN-FIELD", `a text has no field "name"`},
		"with":                  {"met if input.company.active «with» input as {}", "KM-REGO-SUBSET", "with"},
	} {
		t.Run(name, func(t *testing.T) {
			// Columns count characters, whatever stands before.
			for _, before := range []string{"", "# één 你好 😀\n", "# x\r\n\r\n"} {
				text := "package x\n" + before + c.body
				start, end := strings.Index(text, "«"), strings.Index(text, "»")-len("«")
				text = strings.NewReplacer("«", "", "»", "").Replace(text)
				_, faults, err := checkFile(text)
				require.NoError(t, err)
				faults = only(faults)
				require.Len(t, faults, 1, faults)
				f := faults[0]
				require.Equal(t, c.code, f.Code, f)
				require.Equal(t, span(text, start, end), fmt.Sprintf("%d:%d-%d:%d", f.Line, f.Column, f.EndLine, f.EndColumn), f)
				require.Contains(t, f.Message+"; "+f.Hint, c.said)
			}
		})
	}
}

// only leaves what stands in the modules.
func only(faults norm.Faults) (all norm.Faults) {
	for _, f := range faults {
		if strings.HasSuffix(f.File, ".rego") {
			all = append(all, f)
		}
	}
	return all
}

// span is where the bytes stand: line and column of first and last character,
// counted here in the plainest way.
func span(text string, start, end int) string {
	place := func(at int) string {
		line, column := 1, 1
		for i, r := range text {
			if i >= at {
				break
			}
			if column++; r == '\n' {
				line, column = line+1, 1
			}
		}
		return fmt.Sprintf("%d:%d", line, column)
	}
	last := start
	for i := range text[start:end] {
		last = start + i
	}
	return place(start) + "-" + place(last)
}

// What can be wrong between modules, and in what a criterion asks for.
func TestFaultsBetweenModules(t *testing.T) {
	for name, c := range map[string]struct{ first, second, ask, place, code string }{
		"same package":            {"package x\nmet := true", "package x\nmet := false", "x", "x0.rego:1:9", "KM-REGO-PACKAGE"},
		"package under a rule":    {"package x\nmet := true\ny := 1", "package x.y\na := 1", "x", "x0.rego:1:9", "KM-REGO-PACKAGE"},
		"parameters":              {"package x\nmet := true", "package params\nmost := 100", "x", "x0.rego:1:9", "KM-REGO-PACKAGE"},
		"under the parameters":    {"package x\nmet := true", "package params.most\nx := 100", "x", "x0.rego:1:9", "KM-REGO-PACKAGE"},
		"unknown package":         {"package x\nmet := true", "package website\nmet := true", "wbsite", "norm.yaml:15:11", "KM-REGO-PACKAGE"},
		"with data":               {"package x\nmet := true", "package website\nmet := true", "data.website", "norm.yaml:15:11", "KM-REGO-PACKAGE"},
		"no package's name":       {"package x\nmet := true", "package website\nmet := true", "web site", "norm.yaml:15:11", "KM-REGO-PACKAGE"},
		"no rule":                 {"package x\nmet := true", "package website\nmeasured := true", "website", "norm.yaml:15:11", "KM-REGO-RULE"},
		"unknown rule of another": {"package x\nimport data.website\nmet := website.mesured", "package website\nmeasured := true", "x", "x.rego:3:16", "KM-REGO-UNKNOWN-NAME"},
		"unused import":           {"package x\nimport data.website\nmet := true", "package website\nmeasured := true", "x", "x.rego:2:8", "KM-REGO-UNUSED"},
		"whole other package":     {"package x\nimport data.website\nmet if count(website) > 0", "package website\nmeasured := true", "x", "x.rego:3:14", "KM-REGO-UNKNOWN-NAME"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.NewReplacer("[x.rego]", "[x.rego, x0.rego]", "rego: x\n", "rego: "+c.ask+"\n").Replace(frame)
			_, faults, err := norm.Check(fstest.MapFS{"norm.yaml": {Data: []byte(text)}, "x.rego": {Data: []byte(c.first)}, "x0.rego": {Data: []byte(c.second)}}, "norm.yaml", rego.Engine())
			require.NoError(t, err)
			var errors []string
			for _, f := range faults {
				if f.Severity == "error" {
					errors = append(errors, f.String())
					require.Equal(t, c.code, f.Code)
					require.True(t, strings.HasPrefix(f.String(), c.place+": "), f)
				}
			}
			require.Len(t, errors, 1)
		})
	}
}
