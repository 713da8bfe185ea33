package source

import (
	"strings"
	"unicode/utf8"
)

// readBlock reads a literal (|) or folded (>) scalar whose sign stands at the
// offset. How far it is indented depends on what stands around it, so what its
// lines allow is tried: the indent of the first line with text and, where an
// indicator makes it less, the one that gives the value.
func readBlock(text string, start int, value []rune, literal bool) (Scalar, bool) {
	header := strings.IndexByte(text[start:], '\n')
	if header < 0 {
		header = len(text) - start
	}
	sign := strings.TrimRight(text[start:start+header], " \t\r")
	if comment := strings.IndexAny(sign, " \t"); comment >= 0 {
		sign = sign[:comment]
	}
	body := min(start+header+1, len(text))
	widest, first := leadingIndents(text[body:])
	indents := []int{widest, widest + 1} // the second: it is empty, or only empty lines
	if strings.ContainsAny(sign, "123456789") {
		indents = append(indents, first-leadingSpaces(value))
		for narrower := range min(widest, maxTried) {
			indents = append(indents, widest-narrower)
		}
	}
	for _, indent := range indents {
		b := blockReader{text: text, pos: body, indent: max(indent, 1), literal: literal}
		b.read()
		b.chomp(sign)
		if s := b.scalar(start+len(sign), value); s.Exact {
			return s, true
		}
	}
	return Scalar{}, false
}

// maxTried bounds the indents that are tried where an indicator leaves more
// than one.
const maxTried = 100

// leadingIndents gives the indent of the first line with text, and the widest
// among it and the empty lines before it.
func leadingIndents(body string) (widest, first int) {
	for line := range strings.Lines(body) {
		first = len(line) - len(strings.TrimLeft(line, " "))
		widest = max(widest, first)
		if strings.Trim(line, " \r\n") != "" {
			break
		}
	}
	return widest, first
}

// leadingSpaces counts those of the value's first line with text.
func leadingSpaces(value []rune) (spaces int) {
	for _, r := range value {
		switch r {
		case ' ':
			spaces++
		case '\n':
			spaces = 0
		default:
			return spaces
		}
	}
	return spaces
}

// blockReader follows the YAML specification, as libyaml does: breaks between
// lines are kept apart until it is known whether they fold.
type blockReader struct {
	text    string
	pos     int
	indent  int
	literal bool

	runes   []rune
	marks   []mark
	last    []mark // the break of the last line with text
	empties []mark // the breaks of the empty lines after it
	content int    // where the last line with text ends
}

func (b *blockReader) read() {
	b.breaks()
	blankBefore := false
	for b.atText() {
		blank := strings.IndexByte(" \t", b.text[b.pos]) >= 0
		switch {
		case b.literal, blankBefore, blank, len(b.last) == 0:
			b.add('\n', b.last)
		case len(b.empties) == 0:
			b.add(' ', b.last)
		}
		b.add('\n', b.empties)
		b.last, b.empties, blankBefore = nil, nil, blank
		b.line()
		b.breaks()
	}
}

// atText tells whether a line with text starts here, at the indent.
func (b *blockReader) atText() bool {
	column := b.pos - (strings.LastIndexByte(b.text[:b.pos], '\n') + 1)
	return column == b.indent && b.pos < len(b.text)
}

func (b *blockReader) add(r rune, marks []mark) {
	for _, m := range marks {
		b.runes, b.marks = append(b.runes, r), append(b.marks, m)
	}
}

// line takes the text up to the line break, and the break.
func (b *blockReader) line() {
	for b.pos < len(b.text) && b.breakSize() == 0 {
		r, size := utf8.DecodeRuneInString(b.text[b.pos:])
		b.add(r, []mark{{b.pos, b.pos + size}})
		b.pos += size
	}
	b.content = b.pos
	if size := b.breakSize(); size > 0 {
		b.last = []mark{{b.pos, b.pos + size}}
		b.pos += size
	}
}

// breaks takes the indentation and the empty lines.
func (b *blockReader) breaks() {
	for column := 0; ; column = 0 {
		for column < b.indent && b.pos < len(b.text) && b.text[b.pos] == ' ' {
			b.pos, column = b.pos+1, column+1
		}
		size := b.breakSize()
		if size == 0 {
			return
		}
		b.empties = append(b.empties, mark{b.pos, b.pos + size})
		b.pos += size
	}
}

func (b *blockReader) breakSize() int {
	switch rest := b.text[b.pos:]; {
	case strings.HasPrefix(rest, "\n"):
		return 1
	case strings.HasPrefix(rest, "\r\n"):
		return 2
	}
	return 0
}

// chomp keeps or drops the breaks at the end, as the sign says.
func (b *blockReader) chomp(sign string) {
	if !strings.Contains(sign, "-") {
		b.add('\n', b.last)
	}
	if strings.Contains(sign, "+") {
		b.add('\n', b.empties)
	}
}

// scalar is what was read, exact if it is the value.
func (b *blockReader) scalar(signEnd int, value []rune) Scalar {
	s := Scalar{marks: b.marks, end: max(b.content, signEnd), close: max(b.content, signEnd)}
	s.Exact = string(b.runes) == string(value)
	return s
}
