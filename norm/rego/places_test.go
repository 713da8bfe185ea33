package rego_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// slips are lines of a rule's body with a fault between « and », and the code
// of it. NAME is a word with a letter left out.
var slips = []struct{ line, word, code string }{
	{"some v in input.vulnerabilities; v.«NAME» == \"high\"", "severity", "KM-REGO-UNKNOWN-FIELD"},
	{"every w in input.websites { w.«NAME» }", "active", "KM-REGO-UNKNOWN-FIELD"},
	{"count([v | some v in input.vulnerabilities; v.«NAME» > 3]) > 0", "days_open", "KM-REGO-UNKNOWN-FIELD"},
	{"input.«NAME»[0].active", "computers", "KM-REGO-UNKNOWN-FIELD"},
	{"input.company.«NAME» > 3", "size", "KM-REGO-UNKNOWN-FIELD"},
	{"data.params.«NAME» > 3", "most", "KM-REGO-UNKNOWN-PARAMETER"},
	{"«NAME»(input.websites) > 0", "count", "KM-REGO-UNKNOWN-FUNCTION"},
	{"keurmerk.days(input.start) > «NAME»(3)", "helper", "KM-REGO-UNKNOWN-FUNCTION"},
	{"«time.now_ns»() > 0", "", "KM-REGO-SUBSET"},
	{"\"é\" != «sprintf»(\"%s\", [\"é\"])", "", "KM-REGO-SUBSET"},
	{"«http.send»({\"url\": \"http://é\"}).status_code == 200", "", "KM-REGO-SUBSET"},
	{"input.company.size «/» 2 > 1", "", "KM-REGO-SUBSET"},
	{"input.company.size > «2.5»", "", "KM-REGO-SUBSET"},
	{"«NAME» > 3", "number", "KM-REGO-UNKNOWN-NAME"},
	{"some w in input.websites; not «NAME».active", "website", "KM-REGO-UNKNOWN-NAME"},
	{"input.websites[«NAME»].active", "some_index", "KM-REGO-UNKNOWN-NAME"},
	{"count([«NAME» | some w in input.websites; w.active]) > 0", "website", "KM-REGO-UNKNOWN-NAME"},
	{"some v in input.vulnerabilities; v.severity == «\"hig\"»", "", "KM-REGO-WORD"},
	{"some v in input.vulnerabilities; v.severity «>» \"high\"", "", "KM-REGO-TYPE"},
	{"«unused» := 3", "", "KM-REGO-UNUSED"},
	{"input.company.size > 3«)»", "", "KM-REGO-SYNTAX"},
	{"input.company.size > 3 «?»", "", "KM-REGO-SYNTAX"},
	{"input.company.size > «]»", "", "KM-REGO-SYNTAX"},
	{"input.company.size > «==» 3", "", "KM-REGO-SYNTAX"},
	{"input.company.size > 3 «4»", "", "KM-REGO-SYNTAX"},
	{"input.company.size «is» 4", "", "KM-REGO-SYNTAX"},
	{"input.month == «\"»é", "", "KM-REGO-SYNTAX"},
	{"count«(»input.websites > 3", "", "KM-REGO-SYNTAX"},
}

// sound are lines without a fault, of all the kinds of characters and blanks.
var sound = []string{
	"input.company.active", "\"é你好😀\" != input.month", "# wat een één 😀 \t «", "\t\t input.company.size\t>\t0", "",
	"every bb in input.questionnaires { bb.score >= 0 }", "count({aa.id | some aa in input.websites}) >= 0", "`a\"é` != \"\\\"é\"",
	"not input.company.sector == \"10.71\"", "helpers(1, \"é\") == 1",
}

// A fault anywhere in a module is reported there and nowhere else: line and
// column of its first and last character, whatever stands before it.
func TestRandomPlacements(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	count := often(5000, 10_000)
	for i := range count {
		slip := slips[i%len(slips)]
		text, start, end := placed(random, slip.line, slip.word)
		_, faults, err := checkFile(text)
		require.NoError(t, err)
		faults = only(faults)
		require.Len(t, faults, 1, "%v\n%s", faults, text)
		f := faults[0]
		require.Equal(t, slip.code, f.Code, "%v\n%s", f, text)
		require.Equal(t, span(text, start, end), fmt.Sprintf("%d:%d-%d:%d", f.Line, f.Column, f.EndLine, f.EndColumn), "%v\n%s", f, text)
	}
	t.Logf("%d placements", count)
}

// placed is a module with the slip at a random place, and the bytes where it
// stands.
func placed(random *rand.Rand, line, word string) (text string, start, end int) {
	pick := func() string { return sound[random.IntN(len(sound))] }
	var b strings.Builder
	b.WriteString("package x\n\nhelpers(a, b) := a if b != \"\"\n\n")
	for range random.IntN(3) {
		b.WriteString(fmt.Sprintf("rule_%d if {\n\t%s\n\tinput.month != \"\"\n}\n\n", random.IntN(1000), pick()))
	}
	b.WriteString("met if {\n")
	for range random.IntN(4) {
		b.WriteString(strings.Repeat("\t", random.IntN(3)) + pick() + "\n")
	}
	b.WriteString(strings.Repeat(" ", random.IntN(4)) + strings.Repeat("\t", random.IntN(3)))
	if random.IntN(2) == 0 {
		b.WriteString("\"ë😀\" != input.month; ")
	}
	if word != "" {
		cut := 1 + random.IntN(len(word)-1)
		wrong := word[:cut] + word[cut+1:]
		line = strings.Replace(line, "NAME", wrong, 1)
	}
	before, rest, _ := strings.Cut(line, "«")
	wrong, after, _ := strings.Cut(rest, "»")
	b.WriteString(before)
	start = b.Len()
	b.WriteString(wrong)
	end = b.Len()
	b.WriteString(after + "\n")
	for range random.IntN(3) {
		b.WriteString("\t" + pick() + "\n")
	}
	b.WriteString("\tinput.company.active\n}\n")
	text = b.String()
	if random.IntN(3) == 0 { // as Windows writes it
		start += strings.Count(text[:start], "\n")
		end += strings.Count(text[:end], "\n")
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text, start, end
}
