// Package diag says what is wrong in a text file, exactly where, and what was
// meant.
//
// A [Fault] has a place of first and last character, a sentence and a hint;
// [Faults] is the error that carries them all, sorted by place. Printing one
// shows the line with a caret under the span:
//
//	norm.yaml:31:41: error: Vulnerability has no field "severty"; did you mean "severity"?
//	  31 |     when: '!vulnerabilities.exists(v, v.severty >= HIGH)'
//	     |                                         ^~~~~~~
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Severity is how much a fault matters.
type Severity string

// The severities: an error makes the file unusable, a warning does not.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Fault is one thing that is wrong. Lines and columns count from 1, columns
// in characters (code points); End is the place of the last character.
type Fault struct {
	File      string   `json:"file"`
	Line      int      `json:"line"`
	Column    int      `json:"column"`
	EndLine   int      `json:"endLine"`
	EndColumn int      `json:"endColumn"`
	Severity  Severity `json:"severity"`
	Code      string   `json:"code"`    // stable name, such as KM-UNKNOWN-KEY
	Message   string   `json:"message"` // one sentence, without the hint
	Hint      string   `json:"hint"`    // what was meant or what to type; may be empty

	// Source is the line at Line, for the caret.
	Source string `json:"-"`
}

// String prints the fault with its line and a caret under the span.
func (f Fault) String() string { return f.text(false) }

// text is the fault for people. With colour, the severity and the caret are
// red or yellow, and the place is bold.
func (f Fault) text(colour bool) string {
	paint := func(style, s string) string {
		if !colour || s == "" {
			return s
		}
		return "\x1b[" + style + "m" + s + "\x1b[0m"
	}
	hue := "1;31"
	if f.Severity == Warning {
		hue = "1;33"
	}
	var b strings.Builder
	place := fmt.Sprintf("%s:%d:%d:", printable(f.File), f.Line, f.Column)
	fmt.Fprintf(&b, "%s %s %s", paint("1", place), paint(hue, string(f.Severity)+":"), printable(f.sentence()))
	if f = f.window(); f.Line > 0 {
		number := fmt.Sprint(f.Line)
		indent, span := f.underline()
		fmt.Fprintf(&b, "\n  %s | %s", number, printable(f.Source))
		fmt.Fprintf(&b, "\n  %s | %s%s", strings.Repeat(" ", len(number)), indent, paint(hue, span))
	}
	return b.String()
}

// shown is how many characters of a long line are printed around the span.
const shown = 200

// window cuts a long line to what stands around the span.
func (f Fault) window() Fault {
	if len(f.Source) <= shown {
		return f
	}
	skip := max(0, f.Column-1-shown/4)
	from, to, n := len(f.Source), len(f.Source), 0
	for i := range f.Source {
		if n == skip {
			from = i
		}
		if n == skip+shown {
			to = i
			break
		}
		n++
	}
	f.Source = f.Source[from:to]
	f.Column -= skip
	f.EndColumn -= skip
	return f
}

// underline gives the white space before the caret and the caret itself, as
// wide as a terminal shows the characters above it.
func (f Fault) underline() (indent, span string) {
	line := []rune(printable(f.Source))
	last := f.EndColumn
	if f.EndLine > f.Line || last > len(line) {
		last = len(line)
	}
	before, width := 0, 0
	for i, r := range line {
		switch {
		case i < f.Column-1:
			before += cells(r)
		case i < last:
			width += cells(r)
		}
	}
	return strings.Repeat(" ", before), "^" + strings.Repeat("~", max(0, width-1))
}

// cells is how many columns of a terminal the character takes.
func cells(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me), r >= 0x1160 && r <= 0x11ff: // combining, and the vowels of a Hangul syllable
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// printable replaces what could move the cursor, hide text or change its
// direction, one character for one.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\u2028', r == '\u2029':
			return '\ufffd'
		}
		return r
	}, s)
}

// Faults is an error made of all that is wrong, sorted by place.
type Faults []Fault

// Error prints every fault, one after the other.
func (f Faults) Error() string {
	parts := make([]string, len(f))
	for i, fault := range f {
		parts[i] = fault.String()
	}
	return strings.Join(parts, "\n")
}

// Sort orders by file and place; faults at one place keep their order.
func (f Faults) Sort() {
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// Failed tells whether an error is among them; warnings alone do not fail.
func (f Faults) Failed() bool {
	return slices.ContainsFunc(f, func(fault Fault) bool { return fault.Severity == Error })
}
