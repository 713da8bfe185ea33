package format

import (
	"slices"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
	"go.yaml.in/yaml/v3"
)

// kept tells whether the text has the values and the comments of the file.
// Formatting never changes them; a file for which it would is refused.
func kept(before *file, out []byte) bool {
	doc := source.Parse(source.New(before.doc.Name, string(out)))
	if doc.Root == nil || doc.Faults.Failed() || !same(before.doc.Root, doc.Root) {
		return false
	}
	return slices.Equal(before.texts(), read(doc).texts())
}

// texts are the comments, sorted.
func (f *file) texts() []string {
	var all []string
	for _, c := range f.comments {
		all = append(all, c.text)
	}
	slices.Sort(all)
	return all
}

// same compares values; the order of keys does not count.
func same(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || len(a.Content) != len(b.Content) {
		return false
	}
	switch a.Kind {
	case yaml.ScalarNode:
		return a.Value == b.Value && a.ShortTag() == b.ShortTag()
	case yaml.SequenceNode:
		return slices.EqualFunc(a.Content, b.Content, same)
	}
	values := map[string]*yaml.Node{}
	for i := 0; i+1 < len(b.Content); i += 2 {
		values[b.Content[i].Value] = b.Content[i+1]
	}
	for i := 0; i+1 < len(a.Content); i += 2 {
		if v := values[a.Content[i].Value]; v == nil || !same(a.Content[i+1], v) {
			return false
		}
	}
	return true
}
