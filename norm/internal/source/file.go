// Package source knows where in a text file things stand.
package source

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/cyberkeurmerk/keurmerk/norm/diag"
)

// File is a text with its name, able to turn byte offsets into places.
type File struct {
	Name  string
	Text  string
	lines []int         // byte offset of each line's first byte
	wide  map[int][]int // byte offset of every strideth character of lines that are long and not ASCII
}

// stride is how many characters of a long line are walked at most.
const stride = 64

// New takes a text as it is; [Gate] says whether it is fit to be read.
func New(name, text string) *File {
	f := &File{Name: name, Text: text, lines: []int{0}}
	for i := range len(text) {
		if text[i] == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	f.wide = map[int][]int{}
	for i, start := range f.lines {
		if line := f.raw(i + 1); len(line) > stride {
			f.wide[i+1] = strides(line, start)
		}
	}
	return f
}

// strides gives the byte offset of every strideth character of the line.
func strides(line string, start int) (at []int) {
	n := 0
	for i := range line {
		if n%stride == 0 {
			at = append(at, start+i)
		}
		n++
	}
	return at
}

// raw is the line with its carriage return, if it has one.
func (f *File) raw(n int) string {
	if n < len(f.lines) {
		return f.Text[f.lines[n-1] : f.lines[n]-1]
	}
	return f.Text[f.lines[n-1]:]
}

// Place gives line and column, from 1, of the character at the byte offset.
func (f *File) Place(offset int) (line, column int) {
	offset = min(max(offset, 0), len(f.Text))
	n := sort.SearchInts(f.lines, offset+1)
	from, column := f.lines[n-1], 1
	if at := f.wide[n]; at != nil {
		i := max(sort.SearchInts(at, offset+1)-1, 0)
		from, column = at[i], i*stride+1
	}
	return n, utf8.RuneCountInString(f.Text[from:offset]) + column
}

// Offset is the inverse of [File.Place]; a place outside the text gives the
// nearest offset inside it.
func (f *File) Offset(line, column int) int {
	if line < 1 {
		return 0
	}
	if line > len(f.lines) {
		return len(f.Text)
	}
	at := f.lines[line-1]
	if strides := f.wide[line]; strides != nil && column > 1 {
		i := min((column-1)/stride, len(strides)-1)
		at, column = strides[i], column-i*stride
	}
	for ; column > 1 && at < len(f.Text) && f.Text[at] != '\n'; column-- {
		_, size := utf8.DecodeRuneInString(f.Text[at:])
		at += size
	}
	return at
}

// Line is the text of the line, without its break.
func (f *File) Line(n int) string {
	if n < 1 || n > len(f.lines) {
		return ""
	}
	return strings.TrimSuffix(f.raw(n), "\r")
}

// Fault makes an error about the bytes from start up to end. An empty span is
// one character wide. What would stand behind the last character of a line
// stands on that character, so that every place is one in the file.
func (f *File) Fault(start, end int, code, hint, format string, args ...any) diag.Fault {
	start = f.onCharacter(start)
	line, column := f.Place(start)
	endLine, endColumn := line, column
	if end = min(end, len(f.Text)); end > start {
		_, size := utf8.DecodeLastRuneInString(f.Text[:end])
		if last := f.onCharacter(end - size); last > start {
			endLine, endColumn = f.Place(last)
		}
	}
	return diag.Fault{
		File: f.Name, Line: line, Column: column, EndLine: endLine, EndColumn: endColumn,
		Severity: diag.Error, Code: code, Message: short(fmt.Sprintf(format, args...)), Hint: short(hint),
		Source: f.Line(line),
	}
}

// onCharacter moves an offset at the end of a line or of the file to the last
// character before it on its line, if there is one.
func (f *File) onCharacter(offset int) int {
	offset = min(max(offset, 0), len(f.Text))
	line := sort.SearchInts(f.lines, offset+1)
	text := f.Line(line)
	if start := f.lines[line-1]; offset >= start+len(text) && text != "" {
		_, size := utf8.DecodeLastRuneInString(text)
		return start + len(text) - size
	}
	return offset
}

// maxSentence is the length of a message or a hint, in bytes: what it quotes
// may be as long as the file.
const maxSentence = 600

func short(s string) string {
	if len(s) <= maxSentence {
		return s
	}
	return strings.ToValidUTF8(s[:maxSentence*2/3], "") + " … " + strings.ToValidUTF8(s[len(s)-maxSentence/3:], "")
}

// Span is a range of bytes of a file, from Start up to End.
type Span struct{ Start, End int }
