package finding

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// LineError says which line of a stream is wrong.
type LineError struct {
	Line int // from 1
	Err  error
}

// Error names the line.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap gives what is wrong with the line.
func (e *LineError) Unwrap() error { return e.Err }

// All reads JSON Lines: one month document a line. Blank lines are passed
// over. A line that is no document yields a [*LineError], and the stream goes
// on behind it for whoever goes on iterating; an error of r ends it. The limit
// of bytes is that of one line, and no more than that is held in memory.
func All(r io.Reader, opts ...Option) iter.Seq2[*Month, error] {
	o := options(opts)
	return func(yield func(*Month, error) bool) {
		lines := bufio.NewReaderSize(r, 64<<10)
		for number := 1; ; number++ {
			line, err := readLine(lines, o.MaxBytes)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(nil, &LineError{number, err})
				return
			}
			if int64(len(line)) > o.MaxBytes || len(bytes.TrimSpace(line)) > 0 {
				m, faults := decode(line, o)
				if faults != nil {
					faults = &LineError{number, faults}
				}
				if !yield(m, faults) {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}
}

// readLine reads up to and with the next line break. Of a line longer than the
// limit it keeps one byte more than the limit, enough to be refused for it.
func readLine(r *bufio.Reader, limit int64) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if room := limit + 1 - int64(len(line)); int64(len(part)) > room {
			part = part[:room]
		}
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimRight(line, "\r\n"), err
		}
	}
}
