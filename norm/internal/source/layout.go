package source

import (
	"fmt"
	"slices"
	"strings"
)

// layout reads a file line by line the way people lay out YAML, to say in
// their words, and at the character, what the parser could not read. The
// parser itself tells little more than a line, and often another one. It
// decides nothing: it is asked only about files that are refused.
type layout struct {
	text   string
	pos    int
	levels []level // the open lists and mappings, outermost first
	last   ending  // how the entry before ended
	fault  *misread

	keylessLine *misread // what is wrong with the line before if it was to be an entry
}

// level is an open list or mapping, by the column its entries stand in, from 0.
type level struct {
	column int
	list   bool
}

// ending is how an entry ended, which decides what may stand below it.
type ending uint8

const (
	complete ending = iota // with a quoted text, brackets or a block: nothing more
	waiting                // with a colon or dash: its value stands below
	running                // with a plain text: it may go on below
)

// misread is what is wrong between two bytes.
type misread struct {
	start, end    int
	message, hint string
}

// explain finds the first thing in the file that YAML does not allow; nil if
// it sees none.
func explain(text string) *misread {
	l := &layout{text: text, last: waiting}
	for l.fault == nil && l.pos < len(text) {
		l.line()
	}
	return l.fault
}

func (l *layout) wrong(start, end int, hint, format string, args ...any) {
	if l.fault == nil {
		l.fault = &misread{start, max(end, start+1), fmt.Sprintf(format, args...), hint}
	}
}

// rest is the text from here to the line's end, without comment.
func (l *layout) rest() string {
	line := l.text[l.pos:]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	if strings.HasPrefix(line, "#") {
		return ""
	}
	if i := commentStart(line); i >= 0 {
		line = line[:i]
	}
	return strings.TrimRight(line, " \t\r")
}

func commentStart(line string) int {
	for i := 1; i < len(line); i++ {
		if line[i] == '#' && (line[i-1] == ' ' || line[i-1] == '\t') {
			return i
		}
	}
	return -1
}

func (l *layout) nextLine() {
	if i := strings.IndexByte(l.text[l.pos:], '\n'); i >= 0 {
		l.pos += i + 1
		return
	}
	l.pos = len(l.text)
}

func (l *layout) blanks() {
	for l.pos < len(l.text) && (l.text[l.pos] == ' ' || l.text[l.pos] == '\t') {
		l.pos++
	}
}

// column of the current character in bytes; indentation is ASCII.
func (l *layout) column() int {
	return l.pos - strings.LastIndexByte(l.text[:l.pos], '\n') - 1
}

// line reads one line, with the lines that its values go on over.
func (l *layout) line() {
	start := l.pos
	l.blanks()
	rest := l.rest()
	indent := l.text[start:l.pos]
	switch {
	case rest == "":
		l.nextLine()
		return
	case l.column() == 0 && (strings.HasPrefix(rest, "---") || strings.HasPrefix(rest, "...")):
		l.nextLine()
		return
	case strings.Contains(indent, "\t") && !(l.last == running && !isKey(rest)):
		tab := start + strings.IndexByte(indent, '\t')
		l.wrong(tab, start+strings.LastIndexByte(indent, '\t')+1, "indent with spaces, not with tabs", "the line is indented with a tab")
		return
	}
	if l.place(rest) {
		l.entry()
	}
	l.nextLine()
}

func isDash(rest string) bool { return rest == "-" || strings.HasPrefix(rest, "- ") }

// isKey tells whether a line starts with a key and its colon.
func isKey(rest string) bool { return keyEnd(rest) >= 0 }

// keyEnd is the offset of the colon behind a key, or -1.
func keyEnd(rest string) int {
	from := 0
	if rest != "" && (rest[0] == '\'' || rest[0] == '"') {
		i := strings.IndexByte(rest[1:], rest[0])
		if i < 0 {
			return -1
		}
		from = i + 2
		if trimmed := strings.TrimLeft(rest[from:], " "); !strings.HasPrefix(trimmed, ":") {
			return -1
		}
	} else if rest != "" && strings.IndexByte("[{", rest[0]) >= 0 {
		return -1
	}
	for i := from; i < len(rest); i++ {
		if rest[i] == ':' && (i+1 == len(rest) || rest[i+1] == ' ' || rest[i+1] == '\t') {
			return i
		}
	}
	return -1
}

func (l *layout) top() level {
	if len(l.levels) == 0 {
		return level{column: -1}
	}
	return l.levels[len(l.levels)-1]
}

// place finds the list or mapping that a line belongs to. It is false if the
// line only goes on with the text above, or belongs nowhere.
func (l *layout) place(rest string) bool {
	column, dash := l.column(), isDash(rest)
	word := l.pos + len(firstWord(rest))
	if column > l.top().column {
		switch {
		case l.last == waiting:
			return true
		case l.last == running && !isKey(rest):
			return false
		}
		if l.fault = l.keylessLine; l.fault == nil {
			l.wrong(l.pos, word, "indent it with "+spaces(l.columns()), "the line is indented further than the one that it follows")
		}
		return false
	}
	before := l.columns()
	for column < l.top().column {
		l.levels = l.levels[:len(l.levels)-1]
		l.last = complete
	}
	if l.top().column != column {
		l.wrong(l.pos, word, "indent it with "+spaces(before), "the line is indented with %s, and no line above it that is still open is", spaces([]int{column}))
		return false
	}
	switch top := l.top(); {
	case dash && !top.list && l.last == waiting, dash == top.list:
		return true
	case dash:
		l.wrong(l.pos, l.pos+1, "indent it under the key that it belongs to", "an item of a list stands among keys")
		return false
	case len(l.levels) > 1 && l.levels[len(l.levels)-2] == (level{column: column}):
		l.levels = l.levels[:len(l.levels)-1] // a list that stands at its key's own indent has ended
		return true
	}
	l.wrong(l.pos, word, "start the line with a dash, or indent it under the item", "a line without a dash stands among the items of a list")
	return false
}

// columns are those that lines may stand in here, each once.
func (l *layout) columns() []int {
	var all []int
	for _, level := range l.levels {
		all = append(all, level.column)
	}
	return slices.Compact(all)
}

func spaces(columns []int) string {
	if len(columns) > 3 {
		columns = columns[len(columns)-3:]
	}
	words := make([]string, len(columns))
	for i, n := range columns {
		words[len(columns)-1-i] = fmt.Sprint(n)
	}
	if len(columns) == 1 && columns[0] == 1 {
		return "1 space"
	}
	return strings.Join(words, " or ") + " spaces"
}

func firstWord(rest string) string {
	for i, r := range rest {
		if i > 0 && strings.ContainsRune(" \t:,[]{}", r) {
			return rest[:i]
		}
	}
	return rest
}

// entry reads what stands on a line: an item, or a key with its value.
func (l *layout) entry() {
	rest, column := l.rest(), l.column()
	l.keylessLine = nil
	if isDash(rest) {
		if l.top() != (level{column, true}) {
			l.levels = append(l.levels, level{column, true})
		}
		l.pos++
		l.blanks()
		if l.last = waiting; l.rest() != "" {
			l.entry()
		}
		return
	}
	colon := keyEnd(rest)
	if colon < 0 {
		l.keyless(rest, column)
		return
	}
	if strings.IndexByte("@`%", rest[0]) >= 0 {
		l.value(column)
		return
	}
	if l.top() != (level{column: column}) {
		l.levels = append(l.levels, level{column: column})
	}
	l.pos += colon + 1
	l.blanks()
	if l.rest() == "" {
		l.last = waiting
		return
	}
	l.value(column)
}

// keyless reads a line that starts with no key: a value of its own, or a key
// whose colon is missing.
func (l *layout) keyless(rest string, column int) {
	missing := &misread{start: l.pos, end: l.pos + len(rest), message: "the line has no key with a colon",
		hint: fmt.Sprintf("write a key, a colon, a space and the value, such as %s: …", firstWord(rest))}
	if key, value, found := strings.Cut(rest, ":"); found && firstWord(rest) == key && value != "" {
		missing = &misread{start: l.pos, end: l.pos + len(key) + 1, message: "the space after the colon is missing", hint: fmt.Sprintf("write %s: %s", key, value)}
	}
	if top := l.top(); top.column == column && !top.list {
		l.fault = missing
		return
	}
	if l.value(l.top().column); l.last == running {
		l.keylessLine = missing
	}
}

// value reads a value that starts here, of an entry in the column.
func (l *layout) value(column int) {
	rest := l.rest()
	switch l.last = complete; rest[0] {
	case '"', '\'':
		if l.quoted() {
			l.after("the closing quote")
		}
	case '[', '{':
		if l.flow() {
			l.after("the closing bracket")
		}
	case '|', '>':
		l.block(rest, column)
	case '@', '`', '%':
		l.wrong(l.pos, l.pos+1, "put the value in quotes: "+quote(rest), "a value can't start with %c", rest[0])
	case ']', '}', ',':
		l.wrong(l.pos, l.pos+1, "remove it, or put the value in quotes", "%c closes or parts nothing here", rest[0])
	case '&', '*', '!':
		word := strings.Fields(rest)[0]
		if word == "&" || word == "*" {
			l.wrong(l.pos, l.pos+1, "put the value in quotes: "+quote(rest), "a value can't start with %s", word)
			return
		}
		l.pos += len(word)
		if l.blanks(); l.rest() != "" {
			l.value(column)
		} else {
			l.last = waiting
		}
	default:
		l.plain(rest)
	}
}

// quote is a value in single quotes, as long as it is worth showing.
func quote(rest string) string {
	if len(rest) > 60 {
		return "'…'"
	}
	return "'" + strings.ReplaceAll(rest, "'", "''") + "'"
}

// plain reads an unquoted text on one line.
func (l *layout) plain(rest string) {
	l.last = running
	if isDash(rest) {
		l.wrong(l.pos, l.pos+1, "put the dash on a line of its own below the key, or put the value in quotes", "a list can't start behind a key")
		return
	}
	if rest == "?" || strings.HasPrefix(rest, "? ") {
		l.wrong(l.pos, l.pos+1, "put the value in quotes: "+quote(rest), "a value can't start with a question mark and a space")
		return
	}
	for i := range len(rest) {
		if rest[i] == ':' && (i+1 == len(rest) || rest[i+1] == ' ') {
			l.wrong(l.pos+i, l.pos+i+1, "put the whole value in quotes: "+quote(rest), "a value without quotes can't hold a colon and a space")
			return
		}
	}
}

// after checks that nothing follows a value that has ended.
func (l *layout) after(what string) {
	gap := l.pos
	l.blanks()
	rest := l.rest()
	if rest == "" || l.pos > gap && strings.HasPrefix(l.text[l.pos:], "#") {
		return
	}
	hint := "put the whole value in quotes"
	switch {
	case rest[0] == ':':
		hint = "put a space after the colon"
	case gap > 0 && l.text[gap-1] == '\'':
		hint = "write '' for a ' inside single quotes, or put the whole value in quotes"
	case gap > 0 && l.text[gap-1] == '"':
		hint = `write \" for a " inside double quotes, or put the whole value in quotes`
	}
	l.wrong(l.pos, l.pos+len(rest), hint, "something follows %s", what)
}
