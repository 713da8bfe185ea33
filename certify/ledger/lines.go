package ledger

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"

	"github.com/cyberkeurmerk/keurmerk/certify"
)

// line is a line of the file, without its break. Of one that is longer than
// [certify.MaxLine] it holds one byte more than that, enough to be refused.
type line struct {
	text   []byte // until the next line is asked for
	number int    // from 1
	start  int64  // offset of its first byte
	end    int64  // offset behind its break
	whole  bool   // it has its break
}

// lines goes through a file from its start. An error of r ends it.
func lines(r io.Reader) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		in := bufio.NewReaderSize(r, 64<<10)
		var text []byte
		at := int64(0)
		for number := 1; ; number++ {
			l := line{number: number, start: at, end: at}
			text = text[:0]
			for !l.whole {
				part, err := in.ReadSlice('\n')
				l.end += int64(len(part))
				l.whole = err == nil
				part = bytes.TrimSuffix(part, []byte("\n"))
				text = append(text, part[:min(len(part), certify.MaxLine+1-len(text))]...)
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
					yield(line{}, err)
					return
				}
			}
			at, l.text = l.end, text
			if l.start == l.end || !yield(l, nil) || !l.whole {
				return
			}
		}
	}
}
