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
		for read := range s.documents(names) {
			if !yield(read(new(finding.Decoder))) {
				return
			}
		}
	}
}

// documents yields what [streams.months] does, yet to be decoded.
func (s *streams) documents(names []string) iter.Seq[finding.Document] {
	return func(yield func(finding.Document) bool) {
		for _, name := range names {
			for read := range s.documentsOf(name) {
				named := func(d *finding.Decoder) (*finding.Month, error) {
					m, err := read(d)
					if err != nil {
						return nil, fmt.Errorf("%s: %w", name, err)
					}
					return m, nil
				}
				if !yield(named) {
					return
				}
			}
		}
	}
}

func (s *streams) documentsOf(name string) iter.Seq[finding.Document] {
	return func(yield func(finding.Document) bool) {
		f, err := s.open(name)
		if err != nil {
			yield(unreadable(err))
			return
		}
		defer f.Close()
		r := bufio.NewReaderSize(f, 64<<10)
		first, err := firstLine(r)
		if err != nil && err != io.EOF {
			yield(unreadable(err))
			return
		}
		next, _ := r.Peek(1)
		switch rest := io.MultiReader(bytes.NewReader(first), r); {
		case err == io.EOF || len(first) > finding.MaxBytes:
			yield(inMemory(first))
		case !strings.HasSuffix(name, ".jsonl") && !severalLines(first, next):
			m, err := finding.Decode(rest) // here, since the file is closed behind it
			yield(func(*finding.Decoder) (*finding.Month, error) { return m, err })
		default:
			for read := range finding.Documents(rest) {
				if !yield(read) {
					return
				}
			}
		}
	}
}

func inMemory(text []byte) finding.Document {
	return func(d *finding.Decoder) (*finding.Month, error) { return d.Decode(text) }
}

func unreadable(err error) finding.Document {
	return func(*finding.Decoder) (*finding.Month, error) { return nil, err }
}

// firstLine reads up to and with the first line break, at most one byte more
// than a document may have. The error is io.EOF if there is no break.
func firstLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part[:min(len(part), finding.MaxBytes+1-len(line))]...)
		if len(line) > finding.MaxBytes {
			return line, nil
		}
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}

// severalLines tells whether a text is JSON Lines: its second line begins
// another value, or its first is a whole one and something follows.
func severalLines(first, next []byte) bool {
	if len(next) == 0 {
		return false
	}
	return next[0] == '{' || next[0] != '\n' && next[0] != '\r' && jsontext.Value(first).IsValid()
}

// spool holds what must not be written before everything is known to be good:
// in memory, and past some size in a temporary file.
type spool struct {
	memory bytes.Buffer
	file   *os.File
}

const spoolMemory = 4 << 20 // bytes

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
