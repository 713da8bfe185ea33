package mutate

import (
	"bytes"
	"io/fs"
	"slices"
	"strings"
)

// Apply gives the file system in which the mutant's edits are made. It reads
// the files when they are opened.
func (m Mutant) Apply(fsys fs.FS) fs.FS { return &edited{fsys, m.Edits} }

type edited struct {
	fs.FS
	edits []Edit
}

// Open gives the file, with the edits if it has any.
func (e *edited) Open(name string) (fs.File, error) {
	if !slices.ContainsFunc(e.edits, func(edit Edit) bool { return edit.File == name }) {
		return e.FS.Open(name)
	}
	data, err := fs.ReadFile(e.FS, name)
	if err != nil {
		return nil, err
	}
	f, err := e.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return &editedFile{f, bytes.NewReader([]byte(change(string(data), name, e.edits)))}, nil
}

// change makes the edits of the named file. They don't overlap.
func change(text, name string, edits []Edit) string {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b Edit) int { return a.Start - b.Start })
	var out strings.Builder
	from := 0
	for _, e := range edits {
		if e.File != name || e.Start < from || e.End > len(text) {
			continue
		}
		out.WriteString(text[from:e.Start])
		out.WriteString(e.New)
		from = e.End
	}
	out.WriteString(text[from:])
	return out.String()
}

type editedFile struct {
	fs.File
	text *bytes.Reader
}

// Read gives the edited text.
func (f *editedFile) Read(p []byte) (int, error) { return f.text.Read(p) }
