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
	Text string
	at   []int // byte offset in the file of each code point of Text, and of its end
}

// Span gives the bytes of the file in which the code points from start up to
// end are written; a span of nothing is where it would stand.
func (s Scalar) Span(start, end int) (from, to int) {
	last := len(s.at) - 1
	start = min(max(start, 0), last)
	end = min(max(end, start), last)
	from = s.at[start]
	if end == start {
		return from, from
	}
	// The byte after a code point is where the next begins only if nothing
	// such as a fold lies between them, so the end is taken from the last one.
	return from, max(s.at[end-1]+1, from+1)
}

// ScalarOf finds the characters of the node in the file.
func (f *File) ScalarOf(node *yaml.Node) Scalar {
	start := f.Offset(node.Line, node.Column)
	for _, read := range readings(node.Style) {
		if at, ok := read(f.Text, start, []rune(node.Value)); ok {
			return Scalar{node.Value, at}
		}
	}
	// Nothing above reads it; the start of the scalar is still true.
	return Scalar{node.Value, slices.Repeat([]int{start}, utf8.RuneCountInString(node.Value)+1)}
}

// A reading walks over a scalar as written at the offset and gives the place
// of each code point of its value; false if the value does not come out.
type reading func(text string, start int, value []rune) ([]int, bool)

func readings(style yaml.Style) []reading {
	switch {
	case style&yaml.DoubleQuotedStyle != 0:
		return []reading{func(text string, start int, value []rune) ([]int, bool) {
			return flow(text, start+1, value, escaped)
		}}
	case style&yaml.SingleQuotedStyle != 0:
		return []reading{func(text string, start int, value []rune) ([]int, bool) {
			return flow(text, start+1, value, doubled)
		}}
	case style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		var all []reading
		// An indentation indicator can make the indent less than the first
		// line shows, so each is tried, the widest first.
		for narrower := range 10 {
			all = append(all, func(text string, start int, value []rune) ([]int, bool) {
				return block(text, start, value, narrower)
			})
		}
		return all
	}
	return []reading{func(text string, start int, value []rune) ([]int, bool) {
		return flow(text, start, value, func(string) (rune, int) { return 0, 0 })
	}}
}

// flow reads plain and quoted scalars: line breaks fold, and escape tells what
// a special sequence stands for and how many bytes it takes (0: none here; a
// negative rune: it stands for nothing).
func flow(text string, pos int, value []rune, escape func(string) (rune, int)) ([]int, bool) {
	at := make([]int, 0, len(value)+1)
	for i := 0; i < len(value); {
		if pos >= len(text) {
			return nil, false
		}
		if size, breaks := breakRun(text[pos:]); breaks > 0 {
			n := max(1, breaks-1)
			want := '\n'
			if breaks == 1 {
				want = ' '
			}
			for range n {
				if i >= len(value) || value[i] != want {
					return nil, false
				}
				at, i = append(at, pos), i+1
			}
			pos += size
			continue
		}
		r, size := escape(text[pos:])
		if size == 0 {
			r, size = utf8.DecodeRuneInString(text[pos:])
		}
		if r >= 0 {
			if value[i] != r {
				return nil, false
			}
			at, i = append(at, pos), i+1
		}
		pos += size
	}
	return append(at, pos), true
}

// breakRun measures white space that holds at least one line break, and
// counts the breaks; (0, 0) if there is none.
func breakRun(s string) (size, breaks int) {
	end := 0
	for i := 0; i < len(s) && strings.IndexByte(" \t\r\n", s[i]) >= 0; i++ {
		if s[i] == '\n' {
			breaks++
		}
		end = i + 1
	}
	if breaks == 0 {
		return 0, 0
	}
	return end, breaks
}

// doubled reads ” in a single-quoted scalar.
func doubled(s string) (rune, int) {
	if strings.HasPrefix(s, "''") {
		return '\'', 2
	}
	return 0, 0
}

// escaped reads a backslash sequence of a double-quoted scalar.
func escaped(s string) (rune, int) {
	if len(s) < 2 || s[0] != '\\' {
		return 0, 0
	}
	if size, breaks := breakRun(s[1:]); breaks > 0 {
		return -1, 1 + size // a line continued: nothing stands for it
	}
	if width := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[1]]; width > 0 && len(s) >= 2+width {
		n, err := strconv.ParseUint(s[2:2+width], 16, 32)
		if err != nil {
			return 0, 0
		}
		return rune(n), 2 + width
	}
	if r, ok := map[byte]rune{
		'0': 0, 'a': 7, 'b': 8, 't': 9, '\t': 9, 'n': 10, 'v': 11, 'f': 12, 'r': 13, 'e': 27, ' ': ' ',
		'"': '"', '/': '/', '\\': '\\', 'N': 0x85, '_': 0xa0, 'L': 0x2028, 'P': 0x2029,
	}[s[1]]; ok {
		return r, 2
	}
	return 0, 0
}

// block reads literal and folded scalars. The indent is that of the first
// line with text, less narrower.
func block(text string, pos int, value []rune, narrower int) ([]int, bool) {
	header := strings.IndexByte(text[pos:], '\n')
	if header < 0 {
		return slices.Repeat([]int{pos}, len(value)+1), len(value) == 0
	}
	pos += header + 1
	body := text[pos:]
	first := strings.TrimLeft(body, " \r\n")
	lead := body[:len(body)-len(first)]
	indent := len(lead) - strings.LastIndexByte(lead, '\n') - 1 - narrower
	if indent < 0 {
		return nil, false
	}
	at := make([]int, 0, len(value)+1)
	lineStart := true
	for i := 0; i < len(value); {
		if lineStart {
			for n := 0; n < indent && pos < len(text) && text[pos] == ' '; n++ {
				pos++
			}
			lineStart = false
		}
		if pos >= len(text) {
			return nil, false
		}
		size := 0
		if text[pos] == '\n' {
			size = 1
		} else if strings.HasPrefix(text[pos:], "\r\n") {
			size = 2
		}
		if size > 0 {
			// In a folded scalar a break is a space, a line break or, before
			// an empty line, nothing: the value tells which.
			if value[i] == '\n' || value[i] == ' ' {
				if !swallowed(text[pos+size:], value, i, indent) {
					at, i = append(at, pos), i+1
				}
				pos, lineStart = pos+size, true
				continue
			}
			return nil, false
		}
		r, n := utf8.DecodeRuneInString(text[pos:])
		if value[i] != r {
			return nil, false
		}
		at, i, pos = append(at, pos), i+1, pos+n
	}
	return append(at, pos), true
}

// swallowed tells whether a line break of a folded scalar stands for nothing:
// more breaks follow than the value has left at this place.
func swallowed(rest string, value []rune, i, indent int) bool {
	have := 0
	for i+have < len(value) && value[i+have] == '\n' {
		have++
	}
	if have == 0 {
		return false
	}
	breaks := 1
	for {
		line, after, found := strings.Cut(rest, "\n")
		if !found || strings.TrimRight(line, " \r") != "" || len(strings.TrimRight(line, "\r")) > indent {
			return breaks > have
		}
		breaks, rest = breaks+1, after
	}
}
