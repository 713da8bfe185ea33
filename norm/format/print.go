package format

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/shape"
	"go.yaml.in/yaml/v3"
)

const (
	step  = 2   // spaces of indentation
	width = 120 // characters of a line in which a mapping or list stays in braces or brackets
)

// printer writes lines.
type printer struct {
	file *file
	out  strings.Builder
}

// write gives the canonical text of the file.
func write(f *file) []byte {
	order(f.root)
	p := &printer{file: f}
	for i, c := range f.head {
		p.comment(c, 0, i == 0)
	}
	p.items(f.root, 0, len(f.head) == 0)
	for _, c := range f.root.foot {
		p.comment(c, 0, p.out.Len() == 0)
	}
	return []byte(p.out.String())
}

// order puts the keys of the norm, of its criteria and of their conditions in
// their fixed order. In all other mappings the author's order stays.
func order(root *tree) {
	sorted(root, &shape.Norm)
	for _, it := range root.items {
		if it.key.Value != "criteria" {
			continue
		}
		for _, criterion := range it.value.items {
			sorted(criterion.value, &shape.Criterion)
			for _, part := range criterion.value.items {
				if part.key != nil && part.key.Value == "when" {
					sorted(part.value, &shape.Form)
				}
			}
		}
	}
}

func sorted(t *tree, m *shape.Mapping) {
	if t.node.Kind == yaml.MappingNode {
		slices.SortStableFunc(t.items, func(a, b *item) int { return cmp.Compare(m.Index(a.key.Value), m.Index(b.key.Value)) })
	}
}

func (p *printer) line(indent int, text string) {
	p.out.WriteString(strings.Repeat(" ", indent) + text + "\n")
}

func (p *printer) comment(c comment, indent int, first bool) {
	if c.above && !first {
		p.line(0, "")
	}
	p.line(indent, c.text)
}

// items writes the items of a mapping or list, one below the other, and the
// comments that end it; those of the root are for who writes the file.
func (p *printer) items(t *tree, indent int, first bool) {
	for i, it := range t.items {
		p.above(it, indent, first && i == 0)
		p.item(it, strings.Repeat(" ", indent), indent)
	}
	if t != p.file.root {
		for _, c := range t.foot {
			p.comment(c, indent, false)
		}
	}
}

// above writes what stands above an item: comments, and one blank line where
// there were any, but not before the first thing of a block.
func (p *printer) above(it *item, indent int, first bool) {
	if it.above && !first {
		p.line(0, "")
	}
	for _, c := range it.head {
		p.comment(c, indent, false)
	}
	for _, c := range it.tail[:max(0, len(it.tail)-1)] {
		p.line(indent, c.text)
	}
	if it.below {
		p.line(0, "")
	}
}

// item writes an item after what its line begins with.
func (p *printer) item(it *item, before string, indent int) {
	prefix := before + "-"
	if it.key != nil {
		prefix = before + inline(it.key, false, true) + ":"
	}
	v := it.value
	switch {
	case v.scalar() && p.lines(v, prefix) != nil:
		p.block(p.lines(v, prefix), prefix, it, indent)
	case v.scalar():
		p.last(strings.TrimRight(prefix+" "+inline(v.node, false, false), " "), it)
	case v.fits(prefix):
		p.last(prefix+" "+v.line(), it)
	case it.key == nil && len(it.tail) == 0 && len(v.items) > 0 && v.items[0].bare():
		p.compact(v, prefix, indent+step)
	default:
		p.last(prefix, it)
		p.items(v, indent+step, true)
	}
}

// bare tells whether an item begins with itself, so that it may stand on the
// line of the dash above it.
func (it *item) bare() bool { return len(it.head) == 0 && len(it.tail) < 2 }

// compact writes a mapping or list that begins on the line of its dash.
func (p *printer) compact(t *tree, dash string, indent int) {
	p.item(t.items[0], dash+" ", indent)
	for _, it := range t.items[1:] {
		p.above(it, indent, false)
		p.item(it, strings.Repeat(" ", indent), indent)
	}
	for _, c := range t.foot {
		p.comment(c, indent, false)
	}
}

// last writes a line with the comment behind it, in its column if there is
// room.
func (p *printer) last(text string, it *item) {
	if len(it.tail) == 0 {
		p.line(0, text)
		return
	}
	c := it.tail[len(it.tail)-1]
	room := c.column - 1 - utf8.RuneCountInString(text)
	if room < 1 {
		room = 2
	}
	p.line(0, text+strings.Repeat(" ", room)+c.text)
}

// fits tells whether a mapping or list stays on the line that it is written
// on: in braces or brackets, without comments, and short.
func (t *tree) fits(prefix string) bool {
	return t.flow() && !t.commented && (len(t.items) == 0 || utf8.RuneCountInString(prefix)+1+utf8.RuneCountInString(t.line()) <= width)
}

// line writes a mapping or list in braces or brackets.
func (t *tree) line() string {
	var parts []string
	for _, it := range t.items {
		part := ""
		if it.key != nil {
			part = inline(it.key, true, true) + ": "
		}
		if it.value.scalar() {
			part += inline(it.value.node, true, false)
		} else {
			part += it.value.line()
		}
		parts = append(parts, part)
	}
	if t.node.Kind == yaml.MappingNode {
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
