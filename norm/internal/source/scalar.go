package source

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Scalar is a YAML scalar's text, able to say where in the file each of its
// characters stands, whatever the style it is written in.
type Scalar struct {
	Text  string
	Exact bool   // the scalar was read as written; if not, every place is its start
	marks []mark // where each code point of Text is written, in order
	end   int    // where the text ends, before a closing quote
	close int    // where the scalar ends, closing quote included
}

// A mark is where one code point of a scalar is written: the bytes of the
// character or escape, or the line break that it stands for.
type mark struct{ from, to int }

// Span gives the bytes of the file in which the code points from start up to
// end are written; a span of nothing is where it would stand.
func (s Scalar) Span(start, end int) (from, to int) {
	start = min(max(start, 0), len(s.marks))
	end = min(max(end, start), len(s.marks))
	from = s.end
	if start < len(s.marks) {
		from = s.marks[start].from
	}
	if end == start {
		return from, from
	}
	return from, s.marks[end-1].to
}

// ScalarOf finds the characters of the node in the file.
func (f *File) ScalarOf(node *yaml.Node) Scalar {
	start := f.Offset(node.Line, node.Column)
	value := []rune(node.Value)
	if s, ok := readScalar(f.Text, start, value, node.Style); ok {
		s.Text, s.Exact = node.Value, true
		return s
	}
	_, size := utf8.DecodeRuneInString(f.Text[start:])
	whole := mark{start, start + size}
	return Scalar{Text: node.Value, marks: slices.Repeat([]mark{whole}, len(value)), end: start, close: start + size}
}

// readScalar walks over the scalar as it is written at the offset; false if
// that does not give the value.
func readScalar(text string, start int, value []rune, style yaml.Style) (Scalar, bool) {
	switch {
	case style&yaml.DoubleQuotedStyle != 0:
		return readFlow(text, start+1, value, escaped, `"`)
	case style&yaml.SingleQuotedStyle != 0:
		return readFlow(text, start+1, value, doubled, `'`)
	case style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return readBlock(text, start, value, style&yaml.LiteralStyle != 0)
	}
	return readFlow(text, start, value, func(string) (rune, int) { return 0, 0 }, "")
}

// nothing is what an escape gives that stands for no character.
const nothing = -1

// readFlow reads plain and quoted scalars: line breaks fold, and escape tells
// what a special sequence stands for and how many bytes it takes, 0 if there
// is none here.
func readFlow(text string, pos int, value []rune, escape func(string) (rune, int), quote string) (s Scalar, ok bool) {
	s.marks = make([]mark, 0, len(value))
	for len(s.marks) < len(value) && pos < len(text) {
		if size, breaks := breakRun(text[pos:]); breaks > 0 {
			if !s.fold(value, text[:pos+size], pos, breaks, 1) {
				return s, false
			}
			pos += size
			continue
		}
		r, size := escape(text[pos:])
		if size == 0 {
			r, size = utf8.DecodeRuneInString(text[pos:])
		}
		if r == nothing { // the line goes on; empty lines after it are breaks
			more := blanks(text[pos+size:])
			pos += size
			if !s.fold(value, text[:pos+more], pos, strings.Count(text[pos:pos+more], "\n"), 0) {
				return s, false
			}
			pos += more
			continue
		}
		if value[len(s.marks)] != r {
			return s, false
		}
		s.marks = append(s.marks, mark{pos, pos + size})
		pos += size
	}
	s.end = pos
	for { // a line that goes on with nothing
		r, size := escape(text[pos:])
		if size == 0 || r != nothing {
			break
		}
		pos += size + blanks(text[pos+size:])
	}
	s.close = pos + len(quote)
	return s, len(s.marks) == len(value) && strings.HasPrefix(text[pos:], quote)
}

// fold adds the characters that the white space from pos on stands for: a
// space for a single break, else one for each break but the swallowed ones.
func (s *Scalar) fold(value []rune, text string, pos, breaks, swallowed int) bool {
	folds := swallowed == 1 && breaks == 1
	for i := range breaks {
		pos += strings.IndexByte(text[pos:], '\n')
		if i >= swallowed || folds {
			want := '\n'
			if folds {
				want = ' '
			}
			if len(s.marks) == len(value) || value[len(s.marks)] != want {
				return false
			}
			s.marks = append(s.marks, mark{pos, pos + 1})
		}
		pos++
	}
	return true
}

// breakRun measures white space that holds at least one line break, and
// counts the breaks; (0, 0) if there is none.
func breakRun(s string) (size, breaks int) {
	size = blanks(s)
	if breaks = strings.Count(s[:size], "\n"); breaks == 0 {
		return 0, 0
	}
	return size, breaks
}

// blanks counts the bytes of white space at the start.
func blanks(s string) int { return len(s) - len(strings.TrimLeft(s, " \t\r\n")) }

// doubled reads ” in a single-quoted scalar.
func doubled(s string) (rune, int) {
	if strings.HasPrefix(s, "''") {
		return '\'', 2
	}
	return 0, 0
}

var escapes = map[byte]rune{
	'0': 0, 'a': 7, 'b': 8, 't': 9, '\t': 9, 'n': 10, 'v': 11, 'f': 12, 'r': 13, 'e': 27, ' ': ' ',
	'"': '"', '\'': '\'', '/': '/', '\\': '\\', 'N': 0x85, '_': 0xa0, 'L': 0x2028, 'P': 0x2029,
}

// escaped reads a backslash sequence of a double-quoted scalar.
func escaped(s string) (rune, int) {
	if len(s) < 2 || s[0] != '\\' {
		return 0, 0
	}
	switch {
	case s[1] == '\n':
		return nothing, 2
	case strings.HasPrefix(s[1:], "\r\n"):
		return nothing, 3
	}
	if width := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[1]]; width > 0 && len(s) >= 2+width {
		n, err := strconv.ParseUint(s[2:2+width], 16, 32)
		if err != nil {
			return 0, 0
		}
		return rune(n), 2 + width
	}
	if r, ok := escapes[s[1]]; ok {
		return r, 2
	}
	return 0, 0
}
