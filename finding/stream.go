package finding

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
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
	return func(yield func(*Month, error) bool) {
		for read := range Documents(r, opts...) {
			if !yield(read(new(Decoder))) {
				return
			}
		}
	}
}

// Document decodes a month that has not been decoded yet, or says why there is
// none. It is called once, on any goroutine, with that goroutine's decoder.
type Document func(d *Decoder) (*Month, error)

// Documents is [All] for whoever decodes on several cores: r is read line by
// line, and each line is decoded where its document is called.
func Documents(r io.Reader, opts ...Option) iter.Seq[Document] {
	o := options(opts)
	return func(yield func(Document) bool) {
		var buffers sync.Pool // of lines that have been decoded
		lines := bufio.NewReaderSize(r, 64<<10)
		for number := 1; ; number++ {
			buffer, _ := buffers.Get().(*[]byte)
			if buffer == nil {
				buffer = new([]byte)
			}
			text, err := readLine(lines, (*buffer)[:0], o.MaxBytes)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(func(*Decoder) (*Month, error) { return nil, &LineError{number, err} })
				return
			}
			document := func(d *Decoder) (*Month, error) {
				m, err := d.decode(text, o)
				*buffer, text = text, nil
				buffers.Put(buffer)
				if err != nil {
					return nil, &LineError{number, err}
				}
				return m, nil
			}
			if !isBlank(text, o.MaxBytes) && !yield(document) || err != nil {
				return
			}
		}
	}
}

func isBlank(line []byte, limit int64) bool {
	return int64(len(line)) <= limit && len(bytes.TrimSpace(line)) == 0
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
			text, err := readLine(lines, nil, limit)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(Line{}, &LineError{number, err})
				return
			}
			if !isBlank(text, limit) && !yield(Line{number, text}, nil) || err != nil {
				return
			}
		}
	}
}

// readLine reads up to a line break into the memory of line, keeping at most
// one byte more than the limit.
func readLine(r *bufio.Reader, line []byte, limit int64) ([]byte, error) {
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
