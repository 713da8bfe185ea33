package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"sync"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/go-json-experiment/json/jsontext"
)

// histories is a file of entries, of which only the places of the lines are in
// memory: a programme's file may be large, and a company needs only its own.
type histories struct {
	name      string
	text      io.ReaderAt
	companies map[string][]place
}

// place is where a line of the file stands.
type place struct {
	offset       int64
	length, line int32
}

// histories goes through the file once and notes which lines are whose. Lines
// of which that can't be told are those of nobody, "", until they are read.
func (s *streams) histories(name string) (h *histories, done func(), err error) {
	f, err := s.open(name)
	if err != nil {
		return nil, nil, err
	}
	h = &histories{name: name, companies: map[string][]place{}}
	if file, is := f.(*os.File); is && regular(file) {
		h.text = file
		err = h.index(file)
	} else {
		var held []byte // a pipe is read once only
		if held, err = io.ReadAll(f); err == nil {
			h.text = bytes.NewReader(held)
			err = h.index(bytes.NewReader(held))
		}
	}
	if err == nil && len(h.companies) == 0 {
		err = errors.New("there is no entry in the history")
	}
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return h, func() { f.Close() }, nil
}

func regular(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular()
}

func (h *histories) index(r io.Reader) error {
	scan := companyScanner{decoder: jsontext.NewDecoder(bytes.NewReader(nil))}
	lines := bufio.NewReaderSize(r, 64<<10)
	p := place{line: 1}
	var line []byte
	var next int64
	for {
		part, err := lines.ReadSlice('\n')
		room := certify.MaxLine + 1 - len(line) // one byte more, so that a longer line is refused
		line = append(line, part[:min(len(part), max(room, 0))]...)
		next += int64(len(part))
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return &finding.LineError{Line: int(p.line), Err: err}
		}
		if p.length = int32(len(line)); len(bytes.TrimSpace(line)) > 0 {
			company := scan.company(line)
			h.companies[company] = append(h.companies[company], p)
		}
		if err != nil {
			return nil
		}
		p.offset, p.line, line = next, p.line+1, line[:0]
	}
}

// companyScanner finds the company in a line without reading all of it.
type companyScanner struct {
	decoder *jsontext.Decoder
	text    bytes.Reader
}

func (c *companyScanner) company(line []byte) string {
	c.text.Reset(line)
	c.decoder.Reset(&c.text)
	if open, err := c.decoder.ReadToken(); err != nil || open.Kind() != '{' {
		return ""
	}
	for {
		name, err := c.decoder.ReadToken()
		if err != nil || name.Kind() != '"' {
			return ""
		}
		if name.String() != "company" {
			if c.decoder.SkipValue() != nil {
				return ""
			}
			continue
		}
		value, err := c.decoder.ReadToken()
		if err != nil || value.Kind() != '"' {
			return ""
		}
		return value.String()
	}
}

// fault is what is wrong with a line.
type fault struct {
	line int
	err  error
}

// entries reads the lines of a company; those that can't be used are faults.
func (h *histories) entries(company string) (entries []certify.Entry, faults []fault) {
	places := h.companies[company]
	entries = make([]certify.Entry, 0, len(places))
	var line []byte
	for _, p := range places {
		line = slices.Grow(line[:0], int(p.length))[:p.length]
		_, err := h.text.ReadAt(line, p.offset)
		if errors.Is(err, io.EOF) {
			err = nil // the last line, or one that is gone: then it can't be read as an entry
		}
		var e certify.Entry
		if err == nil {
			err = e.UnmarshalJSON(line)
		}
		if err != nil {
			faults = append(faults, fault{int(p.line), &finding.LineError{Line: int(p.line), Err: err}})
			continue
		}
		entries = append(entries, e)
	}
	return entries, faults
}

// told is what a company's history comes to.
type told struct {
	text   []byte
	err    error // the company's history can't be used
	faults []fault
}

// tell says of each company, in order of id and on all cores, what its history
// comes to. It writes the answers and returns all that is wrong.
func (h *histories) tell(w io.Writer, answer func(entries []certify.Entry) ([]byte, error)) (bad []error, err error) {
	companies := slices.Sorted(maps.Keys(h.companies))
	var faults []fault
	count := 0
	for batch := range slices.Chunk(companies, 64*runtime.GOMAXPROCS(0)) {
		answers := make([]told, len(batch))
		var running sync.WaitGroup
		for part := range runtime.GOMAXPROCS(0) {
			running.Go(func() {
				for i := part; i < len(batch); i += runtime.GOMAXPROCS(0) {
					a := &answers[i]
					entries, wrong := h.entries(batch[i])
					if a.faults = wrong; len(entries) > 0 {
						a.text, a.err = answer(entries)
					}
				}
			})
		}
		running.Wait()
		for i, a := range answers {
			if a.err != nil {
				bad = append(bad, fmt.Errorf("company %q: %w", batch[i], a.err))
			}
			count += len(a.faults)
			faults = firstFaults(append(faults, a.faults...))
			if _, err := w.Write(a.text); err != nil {
				return nil, err
			}
		}
	}
	var lines []error
	for _, f := range faults {
		lines = append(lines, fmt.Errorf("%s: %w", h.name, f.err))
	}
	if rest := count - len(faults); rest > 0 {
		lines = append(lines, fmt.Errorf("%s: and %d lines more that can't be used", h.name, rest))
	}
	return append(lines, bad...), nil
}

// firstFaults keeps the first by line.
func firstFaults(faults []fault) []fault {
	slices.SortFunc(faults, func(a, b fault) int { return a.line - b.line })
	return faults[:min(len(faults), maxHistoryFaults)]
}
