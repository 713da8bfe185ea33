package ledger

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"io"

	"github.com/cyberkeurmerk/keurmerk/certify"
)

// load reads the file, takes its entries into the chain and cuts off what was
// not written whole.
func (l *File) load() error {
	for end := int64(1 << 62); ; {
		l.chain, l.places, l.of = newChain(l.stored), nil, map[string][]int{}
		whole, open, err := l.scan(end)
		if err != nil {
			return err
		}
		if !open {
			return l.truncate(whole)
		}
		end = whole // once more, without the append that was cut short
	}
}

// scan reads up to the end and tells where the last whole append ends, and
// whether lines of another follow it.
func (l *File) scan(end int64) (whole int64, open bool, err error) {
	for line, err := range lines(io.NewSectionReader(l.file, 0, end)) {
		if err != nil {
			return 0, false, err
		}
		if !line.whole {
			if line.number == 1 && !begun(line.text) {
				return 0, false, &CorruptError{l.name, 1, "", errForeign}
			}
			break
		}
		var e certify.Entry
		err := e.UnmarshalJSON(line.text)
		if err == nil {
			err = l.chain.fits(&e)
		}
		if err != nil {
			return 0, false, l.examine(&CorruptError{l.name, line.number, e.Company, err})
		}
		l.take(&e, place{line.start, len(line.text), sha256.Sum256(line.text)})
		if open = e.More; !open {
			whole = line.end
		}
	}
	return whole, open, nil
}

// examine finds the place of the first fault, if what fits saw is not it.
func (l *File) examine(seen error) error {
	report, err := Verify(io.NewSectionReader(l.file, 0, 1<<62))
	if err != nil || len(report.Faults) == 0 {
		return cmp.Or(err, seen)
	}
	first := *report.Faults[0]
	first.File = l.name
	return &first
}

// errForeign keeps a file that was named by mistake from being cut.
var errForeign = errors.New("this is the beginning of no ledger")

// begun tells whether text may be what a crash left of a ledger's first line.
// A disk that lost its power can leave zeros.
func begun(text []byte) bool {
	first := []byte(`{"id":"`)
	text = bytes.TrimRight(text, "\x00")
	return bytes.HasPrefix(text, first) || bytes.HasPrefix(first, text)
}

// truncate cuts off what lies behind the last whole append.
func (l *File) truncate(whole int64) error {
	info, err := l.file.Stat()
	if err != nil {
		return err
	}
	l.size, l.cut = whole, info.Size()-whole
	if l.cut == 0 {
		return nil
	}
	if err := l.file.Truncate(whole); err != nil {
		return err
	}
	return l.file.Sync()
}
