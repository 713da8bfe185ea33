package ledger

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/certify"
)

// Report is what [Verify] found.
type Report struct {
	Lines     int    // that are whole, those of an unfinished append left out
	Companies int    // that they are of
	Last      string // digest of the last of them; empty if there is none
	Torn      int64  // bytes behind them: the rest of an append that was interrupted, or is under way

	// Faults are the places where the file is not as it was written, in order
	// of lines, at most one a line.
	Faults []*CorruptError

	digests map[sum]int // indexes of lines
}

// Whole tells whether there is nothing but what was acknowledged, as it was
// written.
func (r *Report) Whole() bool { return len(r.Faults) == 0 && r.Torn == 0 }

// Has tells whether a line has the digest. A digest that was kept elsewhere
// shows that the ledger up to that line is what it was then.
func (r *Report) Has(digest string) bool {
	d, ok := parse(digest)
	i, is := r.digests[d]
	return ok && is && i < r.Lines
}

// Verify reads a ledger's file and finds every place where a line was changed,
// taken out, put in or moved. What is changed at the very end, or everywhere
// from some line on with all digests made anew, it can't see: [Report.Has]
// can, of a digest that was kept elsewhere. The error is that of r.
func Verify(r io.Reader) (*Report, error) {
	var x examination
	report := &Report{}
	for line, err := range lines(r) {
		if err != nil {
			return nil, err
		}
		if report.Torn += line.end - line.start; !line.whole {
			if line.number == 1 && !begun(line.text) {
				x.add(0, "", errForeign)
			}
			break
		}
		if e := x.read(&line); e == nil || !e.More {
			report.Lines, report.Torn = len(x.lines), 0
		}
	}
	report.digests = x.index()
	x.examine(report.digests)
	report.Faults = x.sorted()
	companies := map[string]bool{}
	for _, l := range x.lines[:report.Lines] {
		if l.sequence > 0 {
			companies[l.company] = true
		}
		report.Last = l.digest.String()
	}
	report.Companies = len(companies)
	return report, nil
}

// sum is a digest in few bytes; the zero sum stands for none.
type sum [sha256.Size]byte

// String is the digest as a line carries it.
func (s sum) String() string { return "sha256:" + hex.EncodeToString(s[:]) }

func parse(digest string) (s sum, ok bool) {
	if len(digest) != len("sha256:")+2*len(s) {
		return s, false
	}
	n, err := hex.Decode(s[:], []byte(digest[len("sha256:"):]))
	return s, err == nil && n == len(s)
}

// seen is what matters of a line when faults are looked for.
type seen struct {
	company                 string
	id                      string
	sequence                int // 0: the line can't be read
	digest, previous, chain sum
}

type examination struct {
	lines  []seen
	faults map[int]*CorruptError // by index of the line
}

// add notes a fault of a line that has none yet.
func (x *examination) add(i int, company string, err error) {
	if x.faults == nil {
		x.faults = map[int]*CorruptError{}
	}
	if x.faults[i] == nil {
		x.faults[i] = &CorruptError{"", i + 1, company, err}
	}
}

func (x *examination) sorted() []*CorruptError {
	var all []*CorruptError
	for _, f := range x.faults {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *CorruptError) int { return cmp.Compare(a.Line, b.Line) })
	return all
}

// read takes a line; nil if it holds no entry of a ledger.
func (x *examination) read(l *line) *certify.Entry {
	s := seen{digest: sha256.Sum256(l.text)}
	var e certify.Entry
	err := e.UnmarshalJSON(l.text)
	if err == nil && e.Sequence == 0 {
		err = errors.New("the entry has no sequence: it was not written by a ledger")
	}
	s.previous, _ = parse(e.Previous)
	s.chain, _ = parse(e.Chain)
	if err == nil && ((s.previous == sum{}) != (e.Previous == "") || (s.chain == sum{}) != (e.Chain == "")) {
		err = errors.New("a digest of zeros is that of nothing")
	}
	if err != nil {
		x.add(len(x.lines), e.Company, err)
		x.lines = append(x.lines, s)
		return nil
	}
	s.company, s.id, s.sequence = e.Company, e.ID, e.Sequence
	x.lines = append(x.lines, s)
	return &e
}

// index finds lines by digest: the first that has it.
func (x *examination) index() map[sum]int {
	at := make(map[sum]int, len(x.lines))
	for i := len(x.lines) - 1; i >= 0; i-- {
		at[x.lines[i].digest] = i
	}
	return at
}

// examine finds the faults of the chain from line to line, and then those of
// each company's own, as far as the former don't tell of them already.
func (x *examination) examine(at map[sum]int) {
	var w *witness
	for i := range x.lines {
		l := &x.lines[i]
		before := sum{}
		if i > 0 {
			before = x.lines[i-1].digest
		}
		if l.sequence == 0 || l.chain == before {
			continue
		}
		if w == nil {
			w = x.witness(at)
		}
		fault, err := w.explain(i)
		x.add(fault, x.lines[fault].company, err)
	}
	x.companies()
}

// companies looks at each company's own chain.
func (x *examination) companies() {
	last := map[string]int{}
	ids := map[[2]string]bool{}
	for i := range x.lines {
		l := &x.lines[i]
		if l.sequence == 0 {
			continue
		}
		link := Link{}
		before, is := last[l.company]
		if is {
			link = Link{x.lines[before].sequence, x.lines[before].digest.String()}
		}
		e := certify.Entry{Company: l.company, Sequence: l.sequence}
		if l.previous != (sum{}) {
			e.Previous = l.previous.String()
		}
		if err := link.Check(&e); err != nil && (!is || x.faults[before] == nil || l.sequence != link.Sequence+1) {
			x.add(i, l.company, err)
		}
		if key := [2]string{l.company, l.id}; ids[key] {
			x.add(i, l.company, fmt.Errorf("company %q: the id %q stands twice", l.company, l.id))
		} else {
			ids[key] = true
		}
		last[l.company] = i
	}
}
