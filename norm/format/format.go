// Package format writes a norm file in its canonical form, in which two norms
// that say the same differ in little else, and keeps every comment.
//
// [Norm] formats the text of a norm file; [Canonical] tells whether it would
// change anything:
//
//	text, err := format.Norm("norm.yaml", text)
//
// The canonical form is that of the reference norm: two spaces of indentation,
// the keys of the norm, of a criterion and of a condition in their fixed
// order, quotes only where they are needed, at most one blank line between
// lines, line feeds alone. What an author chooses for a reason stays: comments
// and the column in which they stand behind a value, short mappings and lists
// in braces and brackets, block scalars and their lines. Formatting twice
// gives the same as once, and never changes a value.
package format

import (
	"bytes"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
	"go.yaml.in/yaml/v3"
)

// Norm gives the canonical form of the norm file's text. The name is for the
// faults: if the text can't be read as one plain YAML mapping, the error is
// diag.Faults with every place. Faults of the norm itself, such as a wrong
// word, don't stand in the way.
func Norm(name string, text []byte) ([]byte, error) {
	doc := source.Parse(source.New(name, string(text)))
	if doc.Root != nil && !doc.Faults.Failed() && doc.Root.Kind != yaml.MappingNode {
		doc.Report(doc.Root, "KM-KIND", "", "the norm must be a mapping of keys and values")
	}
	if doc.Faults.Failed() {
		doc.Faults.Sort()
		return nil, doc.Faults
	}
	before := read(doc)
	out := write(before)
	if !kept(before, out) {
		doc.ReportAt(0, 1, "KM-FORMAT", "write its scalars and comments more simply", "this file can't be formatted without changing it")
		return nil, doc.Faults
	}
	return out, nil
}

// Canonical tells whether the text is in its canonical form; the error is that
// of [Norm].
func Canonical(name string, text []byte) (bool, error) {
	out, err := Norm(name, text)
	return err == nil && bytes.Equal(out, text), err
}
