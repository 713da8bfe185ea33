package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/spf13/cobra"
)

func normCommand(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "norm",
		Short: "Check, test and identify norm files",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, c := range []*cobra.Command{normCheck(s), normDigest(s), normFmt(s), normDoc(s), normBundle(s), normBoundary(s)} {
		cmd.AddCommand(withNorm(c))
	}
	cmd.AddCommand(normTest(s), normSchema(s), normDiff(s), normImpact(s))
	return cmd
}

// withNorm lets --norm name a norm as an argument does, as it does everywhere.
func withNorm(cmd *cobra.Command) *cobra.Command {
	var name string
	cmd.Flags().StringVar(&name, "norm", "", "the norm file, as an argument names it")
	run, fits := cmd.RunE, cmd.Args
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if name != "" {
			args = append(args, name)
		}
		if fits != nil {
			if err := fits(cmd, args); err != nil {
				return err
			}
		}
		return run(cmd, args)
	}
	return cmd
}

// normFile is a norm to look at: a file system and a name in it.
type normFile struct {
	fsys fs.FS
	name string
	path string // as it is shown
}

// shown is how a file of the norm, the norm itself or one beside it, is shown.
func (f normFile) shown(name string) string {
	if name == f.name {
		return f.path
	}
	return filepath.Join(filepath.Dir(f.path), filepath.FromSlash(name))
}

// normFiles finds the norms that the arguments name: files, folders with norm
// files, or the reference norm if there is no argument.
func (s *streams) normFiles(args []string) ([]normFile, error) {
	if len(args) == 0 {
		return []normFile{{cyberkeurmerk.FS(), cyberkeurmerk.File, cyberkeurmerk.File}}, nil
	}
	var files []normFile
	for _, arg := range args {
		if arg == "-" {
			text, err := io.ReadAll(io.LimitReader(s.in, maxNorm))
			if err != nil {
				return nil, err
			}
			files = append(files, normFile{given(text), "-", "-"})
			continue
		}
		info, err := os.Stat(arg)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			fsys, name, err := folderOf(arg)
			if err != nil {
				return nil, err
			}
			files = append(files, normFile{fsys, name, arg})
			continue
		}
		entries, err := os.ReadDir(arg)
		if err != nil {
			return nil, err
		}
		folder, err := os.OpenRoot(arg)
		if err != nil {
			return nil, err
		}
		before := len(files)
		for _, e := range entries {
			if ext := strings.ToLower(filepath.Ext(e.Name())); !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
				files = append(files, normFile{folder.FS(), e.Name(), filepath.Join(arg, e.Name())})
			}
		}
		if len(files) == before {
			return nil, fmt.Errorf("the folder %s holds no norm (*.yaml)", arg)
		}
	}
	return files, nil
}

// maxNorm is more than a norm may have, so that a longer one is refused as such.
const maxNorm = 2 << 20

// given is a file system of the one norm that standard input gave.
type given []byte

// Open gives the norm; nothing lies beside it.
func (g given) Open(name string) (fs.File, error) {
	if name != "-" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("a norm from standard input has no files beside it")}
	}
	return &givenFile{Reader: bytes.NewReader(g)}, nil
}

type givenFile struct{ *bytes.Reader }

// Stat is asked for by nobody who reads a norm.
func (*givenFile) Stat() (fs.FileInfo, error) { return nil, fs.ErrInvalid }

// Close has nothing to close.
func (*givenFile) Close() error { return nil }
