package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/format"
	"github.com/spf13/cobra"
)

// formatted is a norm file with its canonical text.
type formatted struct {
	path      string
	text, out []byte
}

func normFmt(s *streams) *cobra.Command {
	var write, check bool
	cmd := &cobra.Command{
		Use:   "fmt [-w | --check] [NORM...]",
		Short: "Write a norm in its canonical form, with every comment",
		Long: `Print norm files in their canonical form; comments and values stay as they are.
With -w each file is written in place, with --check only the files that are not
canonical are named, and the exit status is 1 if there are any. A file that can't
be read is refused with its faults, and nothing is written. Without a file the
reference norm is printed, to start a norm from.`,
		RunE: func(_ *cobra.Command, args []string) error {
			if write && check {
				return errors.New("-w and --check don't go together")
			}
			files, err := s.format(args, write)
			if err != nil {
				return err
			}
			return s.writeFormatted(files, write, check)
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write each file in place")
	cmd.Flags().BoolVar(&check, "check", false, "only name the files that are not canonical")
	return cmd
}

// format reads all files before any is written.
func (s *streams) format(args []string, write bool) ([]formatted, error) {
	if len(args) == 0 {
		return referenceNorm(write)
	}
	var files []formatted
	for _, arg := range args {
		if arg == "-" && write {
			return nil, errors.New("standard input can't be written in place")
		}
		in, err := s.open(arg)
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(io.LimitReader(in, maxNorm))
		in.Close()
		if err != nil {
			return nil, err
		}
		out, err := format.Norm(arg, text)
		if err != nil {
			return nil, fmt.Errorf("the norm %s can't be formatted:\n%w", arg, err)
		}
		files = append(files, formatted{arg, text, out})
	}
	return files, nil
}

func referenceNorm(write bool) ([]formatted, error) {
	if write {
		return nil, errors.New("-w needs a file to write")
	}
	text, err := fs.ReadFile(cyberkeurmerk.FS(), cyberkeurmerk.File)
	if err != nil {
		return nil, err
	}
	out, err := format.Norm(cyberkeurmerk.File, text)
	return []formatted{{cyberkeurmerk.File, text, out}}, err
}

func (s *streams) writeFormatted(files []formatted, write, check bool) error {
	no := false
	for _, f := range files {
		same := bytes.Equal(f.text, f.out)
		var err error
		switch {
		case check && !same:
			no = true
			_, err = fmt.Fprintln(s.out, f.path)
		case check:
		case !write:
			_, err = s.out.Write(f.out)
		case !same:
			if err = replaceFile(f.path, f.out); err == nil {
				s.say("%s: written in its canonical form", f.path)
			}
		}
		if err != nil {
			return err
		}
	}
	if no {
		return errNo
	}
	return nil
}

// replaceFile writes a file whole or not at all, and keeps who may read it.
func replaceFile(name string, data []byte) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if err := writeFile(name, data); err != nil {
		return err
	}
	return os.Chmod(name, info.Mode().Perm())
}
