package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/go-json-experiment/json/jsontext"
)

// months yields the month documents of all files in order: one a file, or one
// a line. An error names its file; the stream goes on behind a bad line.
func (s *streams) months(names []string) iter.Seq2[*finding.Month, error] {
	return func(yield func(*finding.Month, error) bool) {
		for _, name := range names {
			for m, err := range s.monthsOf(name) {
				if err != nil {
					err = fmt.Errorf("%s: %w", name, err)
				}
				if !yield(m, err) {
					return
				}
			}
		}
	}
}

func (s *streams) monthsOf(name string) iter.Seq2[*finding.Month, error] {
	return func(yield func(*finding.Month, error) bool) {
		f, err := s.open(name)
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close()
		head, lines, err := peek(f)
		if err != nil {
			yield(nil, err)
			return
		}
		whole := io.MultiReader(bytes.NewReader(head), f)
		if lines || strings.HasSuffix(name, ".jsonl") {
			for m, err := range finding.All(whole) {
				if !yield(m, err) {
					return
				}
			}
			return
		}
		yield(finding.Decode(whole))
	}
}

// peek reads two lines and tells whether the text is JSON Lines: its first
// line is a whole value, or its second begins another.
func peek(r io.Reader) (head []byte, lines bool, err error) {
	var buffer bytes.Buffer
	limited := bufio.NewReader(io.TeeReader(io.LimitReader(r, finding.MaxBytes+1), &buffer))
	first, err := limited.ReadBytes('\n')
	if err == io.EOF {
		return buffer.Bytes(), false, nil
	}
	if err != nil {
		return nil, false, err
	}
	next, err := limited.ReadByte()
	if err != nil && err != io.EOF {
		return nil, false, err
	}
	return buffer.Bytes(), next == '{' || jsontext.Value(first).IsValid() && err == nil && next != '\n', nil
}

// spool holds what must not be written before everything is known to be good:
// in memory, and past some size in a temporary file.
type spool struct {
	memory bytes.Buffer
	file   *os.File
}

const spoolMemory = 16 << 20 // bytes

// Write appends to the spool.
func (s *spool) Write(p []byte) (int, error) {
	if s.file != nil {
		return s.file.Write(p)
	}
	if s.memory.Len()+len(p) <= spoolMemory {
		return s.memory.Write(p)
	}
	file, err := os.CreateTemp("", "keurmerk-*")
	if err != nil {
		return 0, err
	}
	s.file = file
	if _, err := s.memory.WriteTo(file); err != nil {
		return 0, err
	}
	return file.Write(p)
}

// release writes everything to w.
func (s *spool) release(w io.Writer) error {
	if s.file == nil {
		_, err := s.memory.WriteTo(w)
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(w, s.file)
	return err
}

// close forgets what was not released.
func (s *spool) close() {
	if s.file != nil {
		s.file.Close()
		os.Remove(s.file.Name())
	}
}
