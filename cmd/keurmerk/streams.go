package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/rego"
	"github.com/spf13/cobra"
)

// streams are the command's input and outputs.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// open gives the file, or standard input for "-".
func (s *streams) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(s.in), nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a folder", name)
	}
	return os.Open(name)
}

// say writes words for people.
func (s *streams) say(format string, args ...any) {
	fmt.Fprintln(s.err, words(fmt.Sprintf(format, args...)))
}

// terminal tells whether data goes to a person's screen.
func (s *streams) terminal() bool {
	f, ok := s.out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&fs.ModeCharDevice != 0
}

// flags that several commands share.
type flags struct {
	norm, norms, format, lang string
}

func (f *flags) withNorm(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.norm, "norm", "", "the norm file; left out: the reference norm")
}

func (f *flags) withFormat(cmd *cobra.Command, formats string) {
	cmd.Flags().StringVar(&f.format, "format", "", "how data is written: "+formats+"; left out: text on a terminal, else the first that programs read")
}

func (f *flags) withLang(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.lang, "lang", "nl", "language of texts for people: nl or en")
}

// choose settles the format among those that the command has.
func (f *flags) choose(s *streams, data string, formats ...string) (string, error) {
	if f.format == "" {
		if s.terminal() {
			return "text", nil
		}
		return data, nil
	}
	for _, known := range formats {
		if f.format == known {
			return known, nil
		}
	}
	return "", fmt.Errorf("--format %s: this command writes %v", f.format, formats)
}

func (f *flags) checkLang() error {
	if f.lang != "nl" && f.lang != "en" {
		return fmt.Errorf("--lang %s: nl or en", f.lang)
	}
	return nil
}

// load reads the norm that --norm names, or the reference norm.
func (f *flags) load() (*norm.Norm, error) {
	if f.norm == "" {
		return cyberkeurmerk.Norm()
	}
	return loadNorm(f.norm)
}

func loadNorm(name string) (*norm.Norm, error) {
	fsys, file, err := folderOf(name)
	if err != nil {
		return nil, err
	}
	n, err := norm.Load(fsys, file, engines()...)
	if err != nil {
		return nil, fmt.Errorf("the norm %s can't be used:\n%w", name, err)
	}
	return n, nil
}

// folderOf opens the folder in which the norm file really lies, so that no
// link in it leads to a file elsewhere.
func folderOf(name string) (fsys fs.FS, file string, err error) {
	name, err = filepath.EvalSymlinks(name)
	if err != nil {
		return nil, "", err
	}
	folder, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return nil, "", err
	}
	return folder.FS(), filepath.Base(name), nil
}

// engines are those that every norm is loaded with: the command reads Rego.
func engines() []norm.Engine { return []norm.Engine{rego.Engine()} }

// writeFile writes a file whole or not at all.
func writeFile(name string, data []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(name), ".keurmerk-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = io.Copy(temporary, bytes.NewReader(data))
	if err == nil {
		err = temporary.Chmod(0o644)
	}
	if closing := temporary.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), name)
}
