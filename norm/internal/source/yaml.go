package source

import (
	"errors"
	"io"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"go.yaml.in/yaml/v3"
)

// Document is a file's YAML node tree, vetted: one document of mappings,
// sequences and scalars, without tags, anchors, aliases and merge keys, each
// key once.
type Document struct {
	*File
	Root   *yaml.Node
	Faults diag.Faults
	bad    map[*yaml.Node]bool
}

// maxDepth is how deep a norm may nest; the reference norm needs five levels.
const maxDepth = 40

// maxFaults is more than anyone reads at once; it bounds what a file of
// nothing but faults costs.
const maxFaults = 200

// Parse reads the nodes and reports everything that YAML allows and a norm
// does not. Root is nil if there is nothing to go on with.
func Parse(f *File) *Document {
	d := &Document{File: f, bad: map[*yaml.Node]bool{}}
	if d.Faults = Gate(f); len(d.Faults) > 0 {
		return d
	}
	decoder := yaml.NewDecoder(strings.NewReader(f.Text))
	var first, second yaml.Node
	if err := decoder.Decode(&first); err != nil {
		if errors.Is(err, io.EOF) {
			d.fault(0, 0, "KM-EMPTY", "start from a copy of the reference norm", "the file holds nothing but comments")
			return d
		}
		d.syntax(err)
		return d
	}
	switch err := decoder.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		d.syntax(err)
		return d
	default:
		at := f.Offset(second.Line, second.Column)
		d.fault(at, at+1, "KM-SECOND-DOCUMENT", "a norm is one document: remove the --- line", "a second document starts here")
	}
	d.Root = first.Content[0]
	d.vet(d.Root, 0)
	return d
}

// Bad tells whether the node already has a fault, so that what follows from
// it is not reported again.
func (d *Document) Bad(n *yaml.Node) bool { return d.bad[n] }

// Report adds a fault about a node, once.
func (d *Document) Report(n *yaml.Node, code, hint, format string, args ...any) {
	if d.bad[n] {
		return
	}
	d.bad[n] = true
	start, end := d.Extent(n)
	d.fault(start, end, code, hint, format, args...)
}

// Full tells whether no more faults are taken, so that looking for more is in
// vain.
func (d *Document) Full() bool { return len(d.Faults) > maxFaults }

// Spoil marks a node as one that already has a fault.
func (d *Document) Spoil(n *yaml.Node) { d.bad[n] = true }

// ReportAt adds a fault about bytes of the file.
func (d *Document) ReportAt(start, end int, code, hint, format string, args ...any) {
	d.fault(start, end, code, hint, format, args...)
}

func (d *Document) fault(start, end int, code, hint, format string, args ...any) {
	if len(d.Faults) > maxFaults {
		return
	}
	if len(d.Faults) == maxFaults {
		code, hint, format, args = "KM-TOO-MANY", "repair what is reported first", "there are more than %d faults; the rest is not reported", []any{maxFaults}
	}
	d.Faults = append(d.Faults, d.File.Fault(start, end, code, hint, format, args...))
}

// Extent gives the bytes of a node as it is written: of a scalar with its
// quotes or its block sign, of a mapping or sequence from its first character
// to its last.
func (d *Document) Extent(n *yaml.Node) (start, end int) {
	start = d.Offset(n.Line, n.Column)
	if n.Kind == yaml.ScalarNode {
		return start, max(d.ScalarOf(n).close, start)
	}
	end = start
	for _, child := range n.Content {
		_, childEnd := d.Extent(child)
		end = max(end, childEnd)
	}
	if n.Style&yaml.FlowStyle != 0 {
		end = d.closing(max(end, start+1))
	}
	return start, max(end, min(start+1, len(d.Text)))
}

// closing finds the end of the bracket that closes a flow collection: after
// its last item stand only white space, a comma and comments.
func (d *Document) closing(from int) int {
	for at := from; at < len(d.Text); at++ {
		switch d.Text[at] {
		case ']', '}':
			return at + 1
		case '#':
			if line := strings.IndexByte(d.Text[at:], '\n'); line >= 0 {
				at += line
			}
		case ' ', '\t', '\r', '\n', ',', ':':
		default:
			return from
		}
	}
	return from
}

// vet refuses what YAML offers beyond plain data.
func (d *Document) vet(n *yaml.Node, depth int) {
	if depth > maxDepth {
		d.Report(n, "KM-DEPTH", "", "nested more than %d deep", maxDepth)
		return
	}
	start := d.Offset(n.Line, n.Column)
	switch {
	case n.Kind == yaml.AliasNode:
		d.sign(n, start, "KM-ALIAS", "write the value out", "an alias (*) is not allowed")
		return
	case n.Anchor != "":
		d.sign(n, start, "KM-ANCHOR", "remove it", "an anchor (&) is not allowed")
	case n.Style&yaml.TaggedStyle != 0, plainSign(n) && strings.HasPrefix(d.Text[start:], "!"):
		hint := "remove it"
		if !strings.HasPrefix(d.Text[start:], "!!") {
			hint = "put the expression in quotes"
		}
		d.sign(n, start, "KM-TAG", hint, "YAML reads %s as a tag, not as text", d.word(start))
	}
	if n.Kind == yaml.MappingNode {
		d.vetKeys(n)
	}
	for _, child := range n.Content {
		d.vet(child, depth+1)
	}
}

// sign reports a tag, anchor or alias at its sign.
func (d *Document) sign(n *yaml.Node, start int, code, hint, format string, args ...any) {
	d.bad[n] = true
	d.fault(start, start+len(d.word(start)), code, hint, format, args...)
}

// word is what stands at the offset up to white space, a comma or a bracket.
func (d *Document) word(start int) string {
	end := start
	for end < len(d.Text) && strings.IndexByte(" \t\r\n,[]{}", d.Text[end]) < 0 {
		end++
	}
	return d.Text[start:end]
}

// plainSign tells whether the node is a scalar without quotes.
func plainSign(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Style == 0 }

func (d *Document) vetKeys(n *yaml.Node) {
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode:
			d.Report(key, "KM-KEY", "", "a key must be a text")
		case key.Tag == "!!merge":
			d.Report(key, "KM-MERGE", "write the keys out", "a merge key (<<) is not allowed")
		case seen[key.Value]:
			d.Report(key, "KM-DUPLICATE-KEY", "remove one of the two", "the key %q is given twice", key.Value)
		}
		seen[key.Value] = true
	}
}
