package norm_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
)

// A piece is a part of an expression. Spans between « and » are at fault.
type piece struct{ text, code string }

// Conditions with one or more faults in them, some about a record called it.
var faultyConditions = []piece{
	{"websites.exists(w, w.«actve»)", "KM-UNKNOWN-FIELD"},
	{"company.«actief»", "KM-UNKNOWN-FIELD"},
	{"«webistes».size() > 5", "KM-UNKNOWN-NAME"},
	{"company.active && «foo» > 3", "KM-UNKNOWN-NAME"},
	{"company.active «==» 5", "KM-TYPE"},
	{"vulnerabilities.exists(v, v.severity «==» \"high\")", "KM-TYPE"},
	{"vulnerabilities.all(v, v.open || v.severity «>=» WEBSITE)", "KM-TYPE"},
	{"websites.size() «/» 2 > 1", "KM-CEL-SUBSET"},
	{"company.name == 'it\\'s“x”' && company.name «<» 'b'", "KM-TYPE"},
	{"computers.exists(c, c.os == 'é😀' && c.«frsh»)", "KM-UNKNOWN-FIELD"},
	{"«timestamp»('2026-01-01') < company.enrolled", "KM-CEL-SUBSET"},
	{"websites «==» websites", "KM-TYPE"},
	{"«company.size»", "KM-TYPE"},
	{"courses.all(c, c.«days_offerd» < 365) // 'é\n && true", "KM-UNKNOWN-FIELD"},
	{"websites.exists(«month», true)", "KM-CEL-SHADOW"},
	{"company.active «and» company.active", "KM-CEL-SYNTAX"},
	{"company.active «=» true", "KM-CEL-SYNTAX"},
	{"company.active «&» true", "KM-CEL-SYNTAX"},
	{"(company.name == «“x”») || true", "KM-CEL-SYNTAX"},
	{"company.size «=>» 5", "KM-CEL-SYNTAX"},
	{"websites.all(w, w.«fesh») && computers.all(c, c.id «>» 5) && «bar»", ""},
}

var faultyWheres = []piece{
	{"it.«opn» && it.severity >= HIGH", "KM-UNKNOWN-FIELD"},
	{"it.open && it.severity «==» \"high\"", "KM-TYPE"},
	{"it.title == 'é😀\"' || «foo»", "KM-UNKNOWN-NAME"},
	{"!it.open ||\n it.«serverity» >= HIGH", "KM-UNKNOWN-FIELD"},
	{"it.open «or» it.open", "KM-CEL-SYNTAX"},
}

// placed writes expressions in YAML and knows where each character went.
type placed struct {
	r     *rand.Rand
	out   strings.Builder
	eol   string
	spans [][2]int // bytes of the file, of each span at fault
}

func (p *placed) raw(s string) { p.out.WriteString(strings.ReplaceAll(s, "\n", p.eol)) }

// write puts the expression down in a style, indented, or inside brackets. It
// tells whether the style can hold it.
func (p *placed) write(text string, style, indent int, flow bool) bool {
	runes := []rune(text)
	inner := strings.Repeat(" ", indent)
	plain := strings.NewReplacer("«", "", "»", "").Replace(text)
	lastFold := strings.LastIndex(text, "//") // after a comment no line may fold away
	switch style {
	case 0: // plain
		if strings.ContainsAny(plain[:1], "\"'!&*[{@`|>%-") || strings.Contains(plain, ": ") || strings.Contains(plain, " #") || strings.Contains(plain, "\n") ||
			flow && strings.ContainsAny(plain, ",[]{}") {
			return false
		}
		p.characters(runes, func(r rune, at int) string {
			if r == ' ' && p.r.IntN(6) == 0 {
				return "\n" + strings.Repeat(" ", p.r.IntN(2)) + inner
			}
			return string(r)
		})
	case 1: // single
		p.raw("'")
		p.characters(runes, func(r rune, at int) string {
			switch {
			case r == '\'':
				return "''"
			case r == '\n':
				return "\n\n" + inner
			case r == ' ' && p.r.IntN(6) == 0 && (lastFold < 0 || at < lastFold):
				return strings.Repeat(" ", p.r.IntN(2)) + "\n" + inner
			}
			return string(r)
		})
		p.raw("'")
	case 2: // double
		p.raw(`"`)
		p.characters(runes, func(r rune, at int) string {
			switch {
			case r == '"', r == '\\':
				return `\` + string(r)
			case r == '\n':
				return []string{`\n`, "\n\n" + inner}[p.r.IntN(2)]
			case r == ' ' && p.r.IntN(8) == 0:
				return "\n" + inner
			case r != ' ' && p.r.IntN(12) == 0:
				return "\\\n" + inner + p.escape(r)
			case p.r.IntN(8) == 0:
				return p.escape(r)
			}
			return string(r)
		})
		p.raw(`"`)
	case 3, 4: // literal, folded
		header := string("|>"[style-3]) + []string{"", "-", "+"}[p.r.IntN(3)]
		extra := 0
		if p.r.IntN(3) == 0 {
			extra = 1 + p.r.IntN(3)
			header += "2"
		}
		p.raw(header + []string{"", " # note", "  "}[p.r.IntN(3)] + "\n" + strings.Repeat("\n", p.r.IntN(3)) + inner + strings.Repeat(" ", extra))
		p.characters(runes, func(r rune, at int) string {
			switch {
			case r == '\n' && style == 4:
				return "\n\n" + inner
			case r == '\n':
				return "\n" + inner + strings.Repeat(" ", p.r.IntN(3))
			case r == ' ' && p.r.IntN(5) == 0 && lastFold < 0:
				return strings.Repeat("\n", 1+p.r.IntN(3)) + inner + strings.Repeat(" ", p.r.IntN(4))
			}
			return string(r)
		})
		p.raw("\n" + strings.Repeat("\n", p.r.IntN(2)))
		return true
	}
	return true
}

func (p *placed) escape(r rune) string {
	switch {
	case r < 0x80 && p.r.IntN(2) == 0:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000 && p.r.IntN(2) == 0:
		return fmt.Sprintf(`\u%04X`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// characters writes each character as write says, and notes the spans.
func (p *placed) characters(text []rune, write func(r rune, at int) string) {
	from, last, at := -1, 0, 0
	for _, r := range text {
		switch r {
		case '«':
			from = 0
			continue
		case '»':
			p.spans[len(p.spans)-1][1] = last
			from = -1
			continue
		}
		written := strings.ReplaceAll(write(r, at), "\n", p.eol)
		if from == 0 {
			start := p.out.Len()
			if strings.HasPrefix(written, "\\"+p.eol) { // the line goes on below
				start += len(written) - len(strings.TrimLeft(written[1:], "\r\n ")) // the character itself
			}
			p.spans = append(p.spans, [2]int{start})
			from = 1
		}
		p.out.WriteString(written)
		last = p.out.Len()
		at += utf8.RuneLen(r)
	}
}

// faultyNorm is a norm with one faulty expression somewhere, in some style.
func faultyNorm(r *rand.Rand) (text string, p *placed, code string, ok bool) {
	p = &placed{r: r, eol: []string{"\n", "\r\n"}[r.IntN(2)]}
	style := r.IntN(5)
	condition := faultyConditions[r.IntN(len(faultyConditions))]
	where := faultyWheres[r.IntN(len(faultyWheres))]
	head, tail, _ := strings.Cut(minimal, "criteria:\n")
	tail = tail[strings.Index(tail, "certification:"):]
	p.raw(strings.Replace(head, "title:", "# é😀 first\ntitle:", 1))
	rest := func(s string) { p.raw(s) }
	switch kind := r.IntN(6); kind {
	case 0: // a condition of its own
		rest("criteria:\n  - id: one\n    weight: 100%\n    when: ")
		ok = p.write(condition.text, style, 6, false)
		rest("\n")
	case 1: // under measured, before when
		rest("criteria:\n- measured: ")
		ok = p.write(condition.text, style, 4, false)
		rest("\n  id: one\n  weight: 100%\n  when: company.active\n")
	case 2: // a named value
		rest("let:\n  eerste: company.active\n  tweede: ")
		ok = p.write(condition.text, style, 4, false) && condition.text != "«company.size»"
		rest("\ncriteria:\n  - id: one\n    weight: 100%\n    when: tweede == eerste\n")
	case 3: // a form
		rest("criteria:\n  - id: one\n    weight: 100%\n    when:\n      none: vulnerabilities\n      where: ")
		condition = where
		ok = p.write(condition.text, style, 8, false)
		rest("\n")
	case 4: // a form in brackets
		rest("criteria: [{id: one, subject: é😀, weight: 100%, when: {count: vulnerabilities, more_than: 5, where: ")
		condition = where
		ok = style < 3 && p.write(condition.text, style, 10, true)
		rest("}}]\n")
	case 5: // a condition in brackets, after wide characters
		rest("criteria:\n  - {id: one, subject: 😀é, weight: 100%, when: ")
		ok = style < 3 && p.write(condition.text, style, 10, true)
		rest("}\n")
	}
	p.raw(tail)
	return p.out.String(), p, condition.code, ok
}

// cases is how many random cases a test runs: all of them where the
// environment asks for the slow tests.
func cases(t *testing.T, few, all int) int {
	n := few
	if os.Getenv("KEURMERK_SLOW") != "" {
		n = all
	}
	t.Logf("%d cases; %d with KEURMERK_SLOW=1", n, all)
	return n
}

// Ten thousand norms, each with a fault in an expression somewhere: in any
// style of YAML, with escapes, folds, empty lines and wide characters before
// it. The first and the last character of each fault are where they are said
// to be, and nothing else is reported.
func TestFaultsInExpressionsAreExact(t *testing.T) {
	wanted, done := cases(t, 1_500, 10_000), 0
	for seed := uint64(0); done < wanted; seed++ {
		r := rand.New(rand.NewPCG(seed, 1))
		text, p, code, ok := faultyNorm(r)
		if !ok {
			continue
		}
		done++
		_, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(text)}}, "norm.yaml")
		var faults norm.Faults
		require.ErrorAs(t, err, &faults, "seed %d: %s", seed, text)
		var got, want []string
		for _, f := range faults {
			got = append(got, fmt.Sprintf("%s:%d:%d-%d:%d", f.File, f.Line, f.Column, f.EndLine, f.EndColumn))
			if code != "" {
				require.Equal(t, code, f.Code, "seed %d: %v", seed, err)
			}
		}
		for _, span := range p.spans {
			line, column := lineColumn(text, span[0])
			_, size := utf8.DecodeLastRuneInString(text[:span[1]])
			endLine, endColumn := lineColumn(text, span[1]-size)
			want = append(want, fmt.Sprintf("norm.yaml:%d:%d-%d:%d", line, column, endLine, endColumn))
		}
		require.Equal(t, want, got, "seed %d: %v\n%s", seed, err, text)
	}
}

func lineColumn(text string, offset int) (line, column int) {
	before := text[:offset]
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
}

// What fails when a month is judged is told with its place too, in whatever
// text it stands: the condition, a form's where, or a named value.
func TestFailuresAreExact(t *testing.T) {
	conditions := []string{
		"company.active && company.«size» > 5 && true",
		"has(company.size) || company.«size» > 5 || company.size > 6",
		"9223372036854775807 «+» computers.size() > 0",
		"computers.all(c, c.active && c.«seen» > company.enrolled)",
		"computers.exists(c, has(c.seen) && c.fresh && false) || company.«name» == 'é😀'",
		"«portion»(1, 0) > 5",
		"5 in [1, company.«size»]",
		"company.active ? company.«sector».startsWith('x') : false",
		"computers.filter(c, c.«os» == 'x').size() > 5",
		"9223372036854775807 «*» (computers.size() + 2) > 1 && company.size > 5",
		"!(0 - 9223372036854775807 «-» 5 > computers.size())",
	}
	styles := 0
	for i, condition := range conditions {
		for seed := range uint64(100) {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			p := &placed{r: r, eol: []string{"\n", "\r\n"}[r.IntN(2)]}
			head, tail, _ := strings.Cut(minimal, "criteria:\n")
			tail = tail[strings.Index(tail, "certification:"):]
			let := r.IntN(2) == 0
			p.raw(head)
			if let {
				p.raw("let:\n  waarde: ")
			} else {
				p.raw("criteria:\n  - id: one\n    weight: 100%\n    when: ")
			}
			if !p.write(condition, r.IntN(5), 6, false) {
				continue
			}
			if p.raw("\n"); let {
				p.raw("  andere: waarde && true\ncriteria:\n  - id: one\n    weight: 100%\n    when: true && andere\n")
			}
			p.raw(tail)
			styles++
			text := p.out.String()
			n := load(t, text)
			m := month()
			m.Computers = []finding.Computer{{ID: "a", Seen: m.Company.Enrolled.Add(time.Hour)}, {ID: "b"}}
			verdicts, err := n.Judge(context.Background(), m)
			require.NoError(t, err)
			require.Equal(t, ruling.Unknown, verdicts[0].Outcome, condition)
			line, column := lineColumn(text, p.spans[0][0])
			require.True(t, strings.HasPrefix(verdicts[0].Reason, fmt.Sprintf("norm.yaml:%d:%d: ", line, column)), "%s at %d:%d, not\n%s\n%s", condition, line, column, verdicts[0].Reason, text)
		}
	}
	require.Greater(t, styles, 500)
}
