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
		for line, err := range Lines(r, o.MaxBytes) {
			var m *Month
			if err == nil {
				if m, err = decode(line.Text, o); err != nil {
					err = &LineError{line.Number, err}
				}
			}
			if !yield(m, err) {
				return
			}
		}
	}
}

// Line is a line of a text, without its break.
type Line struct {
	Number int // from 1
	Text   []byte
}

// Lines goes through a text line by line and passes over blank ones. Of a line
// longer than the limit it gives one byte more than the limit, enough to be
// refused for it, and holds no more. An error of r ends it, as a [*LineError].
func Lines(r io.Reader, limit int64) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		lines := bufio.NewReaderSize(r, 64<<10)
		for number := 1; ; number++ {
			text, err := readLine(lines, limit)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(Line{}, &LineError{number, err})
				return
			}
			blank := int64(len(text)) <= limit && len(bytes.TrimSpace(text)) == 0
			if !blank && !yield(Line{number, text}, nil) || err != nil {
				return
			}
		}
	}
}

// readLine reads up to a line break, keeping at most one byte more than the
// limit.
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
