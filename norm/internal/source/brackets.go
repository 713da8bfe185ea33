package source

import (
	"strings"
)

// quoted reads a quoted text and tells whether it ends well.
func (l *layout) quoted() bool {
	start, sign := l.pos, l.text[l.pos]
	for at := start + 1; at < len(l.text); at++ {
		switch c := l.text[at]; {
		case c == '\\' && sign == '"':
			if _, size := escaped(l.text[at:]); size == 0 {
				l.wrong(at, min(at+2, len(l.text)), `write \\ for a \, or use single quotes`, `\ and what follows it mean nothing between double quotes`)
				return false
			}
			at++
		case c == sign && sign == '\'' && strings.HasPrefix(l.text[at+1:], "'"):
			at++
		case c == sign:
			l.pos = at + 1
			return true
		case c == '\n':
			// A text over several lines hardly ever holds what looks like the
			// next key; its quote was forgotten.
			next := layout{text: l.text, pos: at + 1}
			next.blanks()
			if rest := next.rest(); next.column() <= max(l.top().column, 0) && (isKey(rest) || isDash(rest)) {
				l.unclosed(start, sign)
				return false
			}
		}
	}
	l.unclosed(start, sign)
	return false
}

func (l *layout) unclosed(start int, sign byte) {
	hint := "close the text with " + string(sign)
	if sign == '"' {
		hint = `close the text with "`
	}
	l.wrong(start, start+1, hint, "the quote that opens here is not closed")
}

// flow reads [lists] and {mappings} up to the last closing bracket and tells
// whether they end well.
func (l *layout) flow() bool {
	var open []int
	first, colon := true, -1 // at the start of an item; the last colon in it
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		switch {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			l.pos++
			continue
		case c == '#' && strings.IndexByte(" \t\n", l.text[l.pos-1]) >= 0:
			l.nextLine()
			continue
		case c == '[' || c == '{':
			open, first, colon = append(open, l.pos), true, -1
			l.pos++
			continue
		case c == ']' || c == '}':
			opener := l.text[open[len(open)-1]]
			if opener+2 != c { // in ASCII a bracket closes what stands two before it
				l.wrong(l.pos, l.pos+1, "write "+string(opener+2), "%c can't close the %c before it", c, opener)
				return false
			}
			open, first, colon = open[:len(open)-1], false, -1
			l.pos++
			if len(open) == 0 {
				return true
			}
			continue
		case c == ',':
			first, colon = true, -1
			l.pos++
			continue
		case (c == '"' || c == '\'') && first:
			if !l.quoted() {
				return false
			}
			if !l.parted() {
				return false
			}
			first = false
			continue
		case first && strings.IndexByte("@`%", c) >= 0:
			l.wrong(l.pos, l.pos+1, "put the value in quotes", "a value can't start with %c", c)
			return false
		case c == ':' && strings.IndexByte(" \t\r\n,]}", l.at(l.pos+1)) >= 0:
			if colon >= 0 {
				l.missingComma(open, colon)
				return false
			}
			colon, first = l.pos, true
			l.pos++
			continue
		}
		first = false
		l.pos++
	}
	bracket := l.text[open[0]]
	l.wrong(open[0], open[0]+1, "close it with "+string(bracket+2), "the %c that opens here is not closed", bracket)
	return false
}

// at is the byte at the offset; a line break behind the end.
func (l *layout) at(offset int) byte {
	if offset < len(l.text) {
		return l.text[offset]
	}
	return '\n'
}

// parted checks that a quoted text in brackets is followed by what may follow.
func (l *layout) parted() bool {
	at := l.pos + blanks(l.text[l.pos:])
	if at >= len(l.text) || strings.IndexByte(",]}:#", l.text[at]) >= 0 {
		return true
	}
	l.pos = at
	rest := l.rest()
	if end := strings.IndexAny(rest, ",]}"); end > 0 {
		rest = rest[:end]
	}
	l.wrong(at, at+len(strings.TrimRight(rest, " ")), "put a comma between them, or write '' for a ' inside single quotes", "something follows the closing quote")
	return false
}

// missingComma reports a second colon in one item: on the same line the comma
// is missing; further on it is the bracket that was not closed.
func (l *layout) missingComma(open []int, colon int) {
	bracket := open[len(open)-1]
	between := l.text[colon+1 : l.pos]
	if strings.Contains(between, "\n") && strings.IndexByte(l.text[l.pos:], l.text[bracket]+2) < 0 {
		l.wrong(bracket, bracket+1, "close it with "+string(l.text[bracket]+2), "the %c that opens here is not closed", l.text[bracket])
		return
	}
	start := l.pos
	for start > colon+1 && strings.IndexByte(" \t\n", l.text[start-1]) < 0 {
		start--
	}
	if line := strings.LastIndexByte(between, '\n'); line >= 0 && strings.TrimSpace(l.text[bracket+1:colon]) != "" && l.lineOf(start) > l.lineOf(bracket) && l.indentOf(start) <= max(l.top().column, 0) {
		l.wrong(bracket, bracket+1, "close it with "+string(l.text[bracket]+2), "the %c that opens here is not closed", l.text[bracket])
		return
	}
	l.wrong(start, l.pos, "put a comma before it, or the value before it in quotes", "a comma is missing before this key")
}

func (l *layout) lineOf(offset int) int { return strings.Count(l.text[:offset], "\n") }

func (l *layout) indentOf(offset int) int {
	line := l.text[strings.LastIndexByte(l.text[:offset], '\n')+1:]
	return len(line) - len(strings.TrimLeft(line, " "))
}

// block skips a text behind | or >, of an entry in the column.
func (l *layout) block(rest string, column int) {
	sign := strings.TrimLeft(rest[1:], "+-123456789")
	if sign != "" {
		at := l.pos + len(rest) - len(sign)
		at += len(sign) - len(strings.TrimLeft(sign, " "))
		l.wrong(at, l.pos+len(rest), "start the text on the next line, or put the value in quotes", "the text of %c starts on the next line", rest[0])
		return
	}
	first := true
	for l.nextLine(); l.pos < len(l.text); l.nextLine() {
		line := l.rest()
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if strings.HasPrefix(strings.TrimLeft(l.text[l.pos:], " "), "#") {
			indent = strings.IndexByte(l.text[l.pos:], '#')
			line = "#"
		}
		if strings.HasPrefix(strings.TrimLeft(l.text[l.pos:], " "), "\t") && (first || indent <= max(column, 0)) {
			tab := l.pos + strings.IndexByte(l.text[l.pos:], '\t')
			l.wrong(tab, tab+1, "indent with spaces, not with tabs", "the line is indented with a tab")
			return
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		if first = false; indent <= column {
			break
		}
	}
	if l.pos > 0 && l.pos < len(l.text) {
		l.pos-- // the line that ended it is still to be read
	}
}
