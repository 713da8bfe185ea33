package ledger

import (
	"errors"
	"fmt"
)

// witness tells what became of a line that another says it followed. Two
// others have seen it: the line behind it, and the next entry of its company.
type witness struct {
	lines    []seen
	at       map[sum]int      // lines by digest
	next     map[sum]int      // the entry that says it is its company's next after the digest
	followed map[sum]bool     // digests that some line says it followed
	place    map[numbered]int // lines by company and number
}

type numbered struct {
	company  string
	sequence int
}

func (x *examination) witness(at map[sum]int) *witness {
	w := &witness{x.lines, at, map[sum]int{}, map[sum]bool{}, map[numbered]int{}}
	for i := len(x.lines) - 1; i >= 0; i-- {
		l := &x.lines[i]
		if l.sequence == 0 {
			continue
		}
		w.next[l.previous] = i
		w.followed[l.chain] = true
		w.place[numbered{l.company, l.sequence}] = i
	}
	return w
}

// explain says which line is at fault if line i does not follow the one before
// it, and why. The index of the line is from 0, as i.
func (w *witness) explain(i int) (int, error) {
	l := &w.lines[i]
	if l.chain == (sum{}) {
		return i, errors.New("the line says that it is the first of a ledger")
	}
	if k, is := w.at[l.chain]; is {
		return i, fmt.Errorf("the line followed what is line %d now: lines were moved, put in or taken out", k+1)
	}
	// What it followed is not there any more, at least not as it was.
	if i > 0 && w.lines[i-1].sequence == 0 {
		return i - 1, errors.New("the line can't be read")
	}
	if n, is := w.next[l.chain]; is {
		next := &w.lines[n]
		if k, is := w.place[numbered{next.company, next.sequence - 1}]; is {
			return k, fmt.Errorf("company %q: entry %d is not as it was written", next.company, next.sequence-1)
		}
		return i, fmt.Errorf("company %q: entry %d, which stood before this line, is missing", next.company, next.sequence-1)
	}
	switch {
	case i+1 < len(w.lines) && !w.intact(i):
		return i, errors.New("the line is not as it was written")
	case i == 0 || w.intact(i-1):
		return i, errors.New("the line that stood before this one is missing")
	}
	return i - 1, errors.New("the line is not as it was written, or one that followed it is missing")
}

// intact tells whether another line has seen this one as it is.
func (w *witness) intact(i int) bool {
	l := &w.lines[i]
	_, is := w.next[l.digest]
	return is || w.followed[l.digest]
}
