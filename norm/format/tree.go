package format

import (
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
	"go.yaml.in/yaml/v3"
)

// file is a norm file as it is written: values, and comments at what they are
// about.
type file struct {
	doc      *source.Document
	head     []comment // above the first key, with a blank line below
	root     *tree
	comments []comment // all, in the order of the file
	items    []*item   // all, in the order of the file
}

// tree is a value with where it stands.
type tree struct {
	node       *yaml.Node
	in         *item // whose value it is; nil: the root
	items      []*item
	foot       []comment // below the last item
	start, end int       // bytes
	column     int       // of its items, from 1
	commented  bool      // comments stand between braces or brackets
}

// item is a pair of a mapping or an item of a list.
type item struct {
	key   *yaml.Node // nil in a list
	value *tree
	of    *tree
	start int       // of the key, or of the dash
	above bool      // a blank line stands above it and its comments
	head  []comment // above it
	below bool      // a blank line stands between those and it
	tail  []comment // behind it, on its lines
}

type comment struct {
	text   string
	at     int  // byte
	column int  // from 1
	own    bool // nothing but white space before it
	above  bool // a blank line stands above it
}

func (t *tree) scalar() bool { return t.node.Kind == yaml.ScalarNode }
func (t *tree) flow() bool   { return t.node.Style&yaml.FlowStyle != 0 }

// read finds where everything stands, then what each comment is about.
func read(doc *source.Document) *file {
	f := &file{doc: doc}
	w := &walker{file: f}
	f.root = w.tree(doc.Root, nil)
	w.gap(len(doc.Text))
	f.blanks()
	f.attach()
	return f
}

// walker goes through the file from left to right; what lies between scalars
// is looked through for comments.
type walker struct {
	*file
	at int
}

// gap goes on to the offset and collects the comments before it. It gives the
// places of the other characters, for who looks for a sign.
func (w *walker) gap(to int) (signs []int) {
	text := w.doc.Text
	for w.at < to {
		switch text[w.at] {
		case '#':
			end := w.at
			for end < len(text) && text[end] != '\n' {
				end++
			}
			_, column := w.doc.Place(w.at)
			line := text[strings.LastIndexByte(text[:w.at], '\n')+1 : w.at]
			w.comments = append(w.comments, comment{text: strings.TrimRight(text[w.at:end], " \t\r"), at: w.at, column: column, own: strings.TrimSpace(line) == ""})
			w.at = end
		case ' ', '\t', '\r', '\n':
			w.at++
		default:
			signs = append(signs, w.at)
			w.at++
		}
	}
	return signs
}

// sign goes on to the next such character outside comments, and past it.
func (w *walker) sign(c byte) int {
	for w.at < len(w.doc.Text) {
		for _, at := range w.gap(w.at + 1) {
			if w.doc.Text[at] == c {
				return at
			}
		}
	}
	return w.at
}

func (w *walker) tree(n *yaml.Node, in *item) *tree {
	t := &tree{node: n, in: in, start: w.doc.Offset(n.Line, n.Column)}
	switch {
	case n.Kind == yaml.ScalarNode:
		w.scalar(t)
		return t
	case t.flow():
		w.gap(t.start)
		w.at = t.start + 1
	}
	step := 1
	if n.Kind == yaml.MappingNode {
		step = 2
	}
	for i := 0; i+step-1 < len(n.Content); i += step {
		it := &item{of: t}
		t.items, w.items = append(t.items, it), append(w.items, it)
		switch {
		case step == 2:
			it.key = n.Content[i]
			key := w.tree(it.key, nil)
			it.start = key.start
		case t.flow():
			it.start = w.doc.Offset(n.Content[i].Line, n.Content[i].Column)
		default:
			it.start = w.sign('-')
		}
		if i == 0 {
			_, t.column = w.doc.Place(it.start)
		}
		it.value = w.tree(n.Content[i+step-1], it)
	}
	if t.flow() {
		w.sign(map[yaml.Kind]byte{yaml.MappingNode: '}', yaml.SequenceNode: ']'}[n.Kind])
	}
	t.end = w.at
	return t
}

// scalar goes past a scalar. One of which nothing is written stands where the
// walker is.
func (w *walker) scalar(t *tree) {
	n := t.node
	switch {
	case n.Value == "" && plain(n):
		t.start, t.end = w.at, w.at
		return
	case block(n):
		w.gap(t.start)
		t.end = w.blockEnd(t)
	default:
		w.gap(t.start)
		_, t.end = w.doc.Extent(n)
		w.at = t.end
	}
}

// blockEnd goes past a block scalar: its header, which may have a comment, and
// the lines that are indented as its first is.
func (w *walker) blockEnd(t *tree) int {
	text := w.doc.Text
	line := strings.IndexByte(text[t.start:], '\n')
	if line < 0 {
		w.gap(len(text))
		return w.at
	}
	w.gap(t.start + line + 1)
	indent := w.blockIndent(t)
	for w.at < len(text) {
		line, _, _ := strings.Cut(text[w.at:], "\n")
		content := strings.TrimRight(line, " \r")
		if content != "" && (t.node.Value == "" || len(line)-len(strings.TrimLeft(line, " ")) < indent) {
			break
		}
		w.at = min(w.at+len(line)+1, len(text))
	}
	return w.at
}

// blockIndent is how many spaces the lines of a block scalar begin with.
func (w *walker) blockIndent(t *tree) int {
	scalar := w.doc.ScalarOf(t.node)
	for i, r := range []rune(t.node.Value) {
		if r != '\n' {
			at, _ := scalar.Span(i, i+1)
			return at - strings.LastIndexByte(w.doc.Text[:at], '\n') - 1
		}
	}
	return 0
}

// blanks notes where blank lines stand above items and comments.
func (f *file) blanks() {
	for i := range f.comments {
		f.comments[i].above = f.comments[i].own && f.blankAbove(f.comments[i].at)
	}
	for _, it := range f.items {
		it.above = f.startsLine(it.start) && f.blankAbove(it.start)
	}
}

func (f *file) startsLine(at int) bool {
	line := f.doc.Text[strings.LastIndexByte(f.doc.Text[:at], '\n')+1 : at]
	return strings.Trim(line, " \t") == ""
}

func (f *file) blankAbove(at int) bool {
	line := strings.LastIndexByte(f.doc.Text[:at], '\n')
	if line < 0 {
		return false
	}
	before := f.doc.Text[strings.LastIndexByte(f.doc.Text[:line], '\n')+1 : line]
	return strings.TrimSpace(before) == ""
}

func plain(n *yaml.Node) bool {
	return n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

func block(n *yaml.Node) bool { return n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 }

// around are the trees around an item, its own first.
func (it *item) around() []*tree {
	var all []*tree
	for ; it != nil; it = it.of.in {
		all = append(all, it.of)
	}
	return all
}

func (it *item) within(t *tree) bool { return slices.Contains(it.around(), t) }
