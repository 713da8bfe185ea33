package ledger

import (
	"context"
	"crypto/sha256"
	"errors"
	"iter"

	"github.com/cyberkeurmerk/keurmerk/certify"
)

// Read implements [Ledger]. A line that is no longer what it was when the file
// was opened is a [*CorruptError], and is not yielded.
func (l *File) Read(ctx context.Context, q Query) iter.Seq2[certify.Entry, error] {
	return func(yield func(certify.Entry, error) bool) {
		for i, p := range l.asked(q) {
			err := ctx.Err()
			var e certify.Entry
			if err == nil {
				e, err = l.at(i, p)
			}
			if err != nil {
				yield(certify.Entry{}, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// asked gives the lines that the query asks for, of those that are there now:
// their index and place. Both lists only grow, so what is there now stays.
func (l *File) asked(q Query) iter.Seq2[int, place] {
	l.mu.Lock()
	places, of := l.places, l.of[q.Company]
	l.mu.Unlock()
	return func(yield func(int, place) bool) {
		if q.Company == "" {
			for i, p := range places {
				if !yield(i, p) {
					return
				}
			}
			return
		}
		for _, i := range of {
			if !yield(i, places[i]) {
				return
			}
		}
	}
}

// stored reads one entry of a company.
func (l *File) stored(company string, sequence int) (certify.Entry, error) {
	i := l.of[company][sequence-1]
	return l.at(i, l.places[i])
}

// at reads line i, which lies there.
func (l *File) at(i int, p place) (e certify.Entry, err error) {
	text := make([]byte, p.length)
	if _, err := l.file.ReadAt(text, p.start); err != nil {
		return e, err
	}
	if sha256.Sum256(text) != p.digest {
		return e, &CorruptError{l.name, i + 1, "", errors.New("the line was changed while the ledger was open")}
	}
	err = e.UnmarshalJSON(text)
	return e, err
}
