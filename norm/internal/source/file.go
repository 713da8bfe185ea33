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
	lines []int // byte offset of each line's first byte
}

// New takes a text as it is; [Gate] says whether it is fit to be read.
func New(name, text string) *File {
	f := &File{Name: name, Text: text, lines: []int{0}}
	for i := range len(text) {
		if text[i] == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	return f
}

// Place gives line and column, from 1, of the character at the byte offset.
func (f *File) Place(offset int) (line, column int) {
	offset = min(max(offset, 0), len(f.Text))
	n := sort.SearchInts(f.lines, offset+1)
	return n, utf8.RuneCountInString(f.Text[f.lines[n-1]:offset]) + 1
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
	line, _, _ := strings.Cut(f.Text[f.lines[n-1]:], "\n")
	return strings.TrimSuffix(line, "\r")
}

// Fault makes an error about the bytes from start up to end; an empty span is
// one character wide.
func (f *File) Fault(start, end int, code, hint, format string, args ...any) diag.Fault {
	line, column := f.Place(start)
	endLine, endColumn := line, column
	if end > start {
		_, size := utf8.DecodeLastRuneInString(f.Text[:min(end, len(f.Text))])
		endLine, endColumn = f.Place(min(end, len(f.Text)) - size)
	}
	return diag.Fault{
		File: f.Name, Line: line, Column: column, EndLine: endLine, EndColumn: endColumn,
		Severity: diag.Error, Code: code, Message: fmt.Sprintf(format, args...), Hint: hint,
		Source: f.Line(line),
	}
}
