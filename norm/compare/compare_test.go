package compare_test

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/compare"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/format"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

func reference(t require.TestingT) string {
	text, err := fs.ReadFile(cyberkeurmerk.FS(), cyberkeurmerk.File)
	require.NoError(t, err)
	before, _, found := strings.Cut(string(text), "\nfixtures:\n") // the tests speak of the norm as it is
	require.True(t, found)
	return before + "\n"
}

func load(t require.TestingT, text string) *norm.Norm {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(text)}}, "norm.yaml")
	require.NoError(t, err)
	return n
}

// edit is a change of the reference norm's text, and what must be told of it:
// path, what happened, its effect, and no * if a month may be judged otherwise.
type edit struct{ from, to, want string }

var edits = []edit{
	{"id: cyberkeurmerk-kvo-b", "id: another", "id changed neutral"},
	{`version: "2026.1"`, `version: "2026.2"`, "version changed neutral *"},
	{"timezone: Europe/Amsterdam", "timezone: Europe/Brussels", "timezone changed depends"},
	{"effective: {from: 2022-09}", "effective: {from: 2022-10}", "effective.from changed stricter"},
	{"timezone: Europe/Amsterdam", "timezone: Europe/Amsterdam\ntransition: {published: 2026-09-15}", "transition.published added neutral *"},
	{"effective: {from: 2022-09}", "effective: {from: 2022-09, until: 2030-12}", "effective.until added stricter"},
	{"threshold: 80%", "threshold: 79.5%", "score.threshold changed looser"},
	{"unknown: zero", "unknown: refuse", "score.unknown changed stricter"},
	{"not_applicable: redistribute", "not_applicable: earn", "score.not_applicable changed looser"},
	{"more_than_computers: {value: 5, tighten: up}", "more_than_computers: {value: 6, tighten: up}", "parameters.more_than_computers.value changed stricter"},
	{"course_days: {value: 365, tighten: down}", "course_days: {value: 366, tighten: down}", "parameters.course_days.value changed looser"},
	{"computer_coverage: {value: 90, tighten: up}", "computer_coverage: {value: 91}", "parameters.computer_coverage.value changed depends|parameters.computer_coverage.tighten removed neutral *"},
	{"computer_coverage: {value: 90, tighten: up}", "computer_coverage: {value: 90, tighten: up, max: 100}", "parameters.computer_coverage.max added neutral *"},
	{"where: it.active && it.fresh", "where: it.active", "criteria.computers.when changed depends"},
	{"where: it.active && it.fresh", `where: "it.active  && (it.fresh) // the same"`, ""},
	{"when: company.active", "when: '!(!company.active)'", "criteria.enrolled.when changed depends"},
	{"measured: computer_scanned\n    ", "", "criteria.computer-high.measured removed depends"},
	{"nl: Aanmelding", "nl: Inschrijving", "criteria.enrolled.title.nl changed neutral *"},
	{"audience: director", "audience: hr", "criteria.enrolled.audience changed neutral *"},
	{"  - id: enrolled\n", "  - id: enrolment\n", "criteria.enrolment renamed neutral"},
	{"  - id: enrolled\n    weight: 10%\n", "  - id: enrolled\n    weight: 10%\n    required: true\n", "criteria.enrolled.required changed stricter"},
	{"months: 6  ", "months: 5  ", "certification.months changed looser"},
	{"grace: {months: 1, budget: 2", "grace: {months: 2, budget: 2", "certification.grace.months changed looser"},
	{"restore: 2, max: 6", "restore: 3, max: 6", "certification.suspension.restore changed stricter"},
	{"knock_out: []", "knock_out: [knowledge]", "certification.knock_out changed stricter"},
	{"award: automatic", "award: review", "certification.award changed stricter"},
}

func told(all []compare.Difference) string {
	var lines []string
	for _, d := range all {
		line := fmt.Sprintf("%s %s %s", d.Path, d.What, d.Effect)
		if !d.Meaning {
			line += " *"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "|")
}

var opposite = strings.NewReplacer("stricter", "looser", "looser", "stricter", "added", "removed", "removed", "added")

// Each change of the reference norm is told as what it is, with the line on
// which it stands, and the other way round as its opposite.
func TestEdits(t *testing.T) {
	text := reference(t)
	a := load(t, text)
	for _, e := range edits {
		require.Equal(t, 1, strings.Count(text, e.from), e.from)
		changed := strings.Replace(text, e.from, e.to, 1)
		b := load(t, changed)
		there := compare.Norms(a, b)
		require.Equal(t, e.want, told(there), e.to)
		if !strings.Contains(e.want, "renamed") {
			require.Equal(t, opposite.Replace(e.want), told(compare.Norms(b, a)), "back from %s", e.to)
		}
		require.Equal(t, a.Logic() == b.Logic(), compare.Same(there))
		line := strings.Count(text[:strings.Index(text, e.from)], "\n") + 1
		for _, d := range there {
			if d.A != nil {
				require.InDelta(t, line, d.A.Line, 2, "%v", d)
			}
			if d.B != nil {
				require.InDelta(t, line, d.B.Line, 2, "%v", d)
			}
		}
	}
}

// Criteria that come, go and change places.
func TestCriteria(t *testing.T) {
	text := reference(t)
	start, end := strings.Index(text, "  - id: knowledge\n"), strings.Index(text, "\ncertification:\n")
	knowledge := text[start:end]
	without := text[:start] + text[end:]
	without = strings.Replace(without, "  - id: enrolled\n    weight: 10%", "  - id: enrolled\n    weight: 20%", 1)
	without = strings.Replace(without, "  course_days: {value: 365, tighten: down}", "  #", 1)
	a := load(t, text)
	there := compare.Norms(a, load(t, without))
	require.Equal(t, "parameters.course_days removed depends|criteria.knowledge removed depends|criteria.enrolled.weight changed depends", told(there))
	first := strings.Index(text, "  - id: website-high\n")
	moved := text[:first] + knowledge + "\n" + text[first:start] + text[end:]
	there = compare.Norms(a, load(t, moved))
	require.Equal(t, "criteria moved neutral", told(there))
	require.True(t, strings.HasPrefix(there[0].To, "knowledge, website-high"), there[0].To)
}

// A norm and its canonical form say the same.
func TestFormatted(t *testing.T) {
	var doc yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(reference(t)), &doc))
	marshalled, err := yaml.Marshal(&doc) // four spaces
	require.NoError(t, err)
	text := strings.ReplaceAll(string(marshalled), "\n", "\r\n")
	out, err := format.Norm("norm.yaml", []byte(text))
	require.NoError(t, err)
	require.NotEqual(t, text, string(out))
	all := compare.Norms(load(t, text), load(t, string(out)))
	require.Empty(t, all)
	require.Equal(t, "no difference in meaning\n", compare.Text(all))
}

// Whatever is changed together: there is a difference in meaning exactly if
// the logic digests differ.
func TestDigest(t *testing.T) {
	text := reference(t)
	a := load(t, text)
	same := 0
	rapid.Check(t, func(t *rapid.T) {
		changed := text
		for _, e := range rapid.SliceOfNDistinct(rapid.SampledFrom(edits), 0, 4, func(e edit) string { return e.from }).Draw(t, "edits") {
			changed = strings.Replace(changed, e.from, e.to, 1)
		}
		b := load(t, changed)
		all := compare.Norms(a, b)
		require.Equal(t, a.Logic() == b.Logic(), compare.Same(all), "%s", compare.Text(all))
		if compare.Same(all) {
			same++
		}
		require.Equal(t, compare.Same(all), strings.HasPrefix(compare.Summary(all), "no difference in meaning"))
		paths := map[string]bool{}
		for _, d := range all {
			require.False(t, paths[d.Path], "%s is told twice", d.Path)
			paths[d.Path] = true
			require.Equal(t, d.A == nil, d.What == compare.Added)
			require.Equal(t, d.B == nil, d.What == compare.Removed)
		}
	})
	require.Positive(t, same)
}

// The lines of JSON are what their schema says.
func TestSchema(t *testing.T) {
	text, err := os.ReadFile("difference.schema.json")
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.ReplaceAll(string(text), `"type": "object",`, `"type": "object", "additionalProperties": false,`)))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("s.json", doc))
	s, err := c.Compile("s.json")
	require.NoError(t, err)
	changed := reference(t)
	for _, e := range edits {
		changed = strings.Replace(changed, e.from, e.to, 1)
	}
	lines, err := compare.JSON(compare.Norms(load(t, reference(t)), load(t, changed)))
	require.NoError(t, err)
	n := 0
	for line := range strings.Lines(string(lines)) {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		require.NoError(t, err)
		require.NoError(t, s.Validate(doc), line)
		n++
	}
	require.Greater(t, n, 15)
}

// What a norm's texts hold can't change the table that they stand in.
func TestMarkdown(t *testing.T) {
	changed := strings.Replace(reference(t), "nl: Aanmelding", `nl: "a | b\n\n# c <script> [x](y) *z* \\| &"`, 1)
	out := compare.Markdown(compare.Norms(load(t, reference(t)), load(t, changed)))
	lines := strings.Split(strings.TrimSpace(out), "\n")
	last := lines[len(lines)-1]
	require.Equal(t, `| criteria.enrolled.title.nl | changed | Aanmelding | a \| b \# c &lt;script\> \[x\](y) \*z\* \\\| &amp; |  |`, last)
	require.False(t, slices.Contains(lines, "# c"))
}
