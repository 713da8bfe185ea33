package norm

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
	"go.yaml.in/yaml/v3"
)

// files reads the files that make up a norm: the norm file and what it names
// beside it. It remembers them by their path from the norm's folder, for the
// digest.
type files struct {
	fsys fs.FS
	dir  string // the norm's folder
	read map[string][]byte
}

func filesOf(fsys fs.FS, name string) *files {
	return &files{fsys, path.Dir(name), map[string][]byte{}}
}

// open reads a file of the norm's folder, no more than one byte past the
// limit, so that whoever checks it can say that it is too large.
func (f *files) open(name string, limit int) ([]byte, error) {
	data, err := readFile(f.fsys, path.Join(f.dir, name), limit)
	if err == nil {
		f.read[name] = data
	}
	return data, err
}

// beside reads the file that a scalar of the norm names; it must lie in the
// norm's folder or below it. It returns nil, and reports why, if it can't.
func (r *reader) beside(n *yaml.Node, what string, limit int) *source.File {
	name, ok := r.text(n, what)
	switch {
	case !ok:
		return nil
	case !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\\x00"):
		r.Report(n, "KM-PATH", "name a file in the norm's folder, without .. and without a slash at the start", "%s %q lies outside the norm's folder", what, name)
		return nil
	}
	data, err := r.files.open(name, limit)
	if err != nil {
		reason := err
		if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
			reason = pathErr.Err
		}
		r.Report(n, "KM-FILE", "", "%s %q can't be read: %v", what, name, reason)
		return nil
	}
	return source.New(name, string(data))
}

func readFile(fsys fs.FS, name string, limit int) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	buffer := make([]byte, 0, 64<<10)
	for len(buffer) <= limit {
		buffer = slices.Grow(buffer, 32<<10)
		n, err := f.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if err != nil {
			if errors.Is(err, io.EOF) {
				return buffer, nil
			}
			return nil, err
		}
	}
	return buffer, nil
}
