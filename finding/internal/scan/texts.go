package scan

import (
	"encoding/binary"
	"math/bits"
	"strings"
)

// Texts keeps the texts of documents: equal ones mostly once, and many in one
// piece of memory. Pieces are small, so that whoever keeps one text does not
// keep all of a document. Texts stay what they are; the memory of lists is used
// again for the next document.
type Texts struct {
	recent []string // the last text of each hash
	piece  strings.Builder
	size   int      // of the next piece
	block  []string // for lists
	lists  []string // what of it is free
}

// Sizes of pieces in bytes, and of blocks in texts.
const (
	leastPiece = 256
	mostPiece  = 8 << 10
	mostBlock  = 1024
)

// Begin makes room for the texts of a document of so many bytes.
func (t *Texts) Begin(bytes int) {
	slots := 1 << max(5, min(10, bits.Len(uint(bytes))-8)) // one for each 256 bytes or so
	if len(t.recent) < slots {
		t.recent = make([]string, slots)
	}
	t.size = max(t.size, leastPiece)
	t.lists = t.block
}

// Keep gives the bytes as a text.
func (t *Texts) Keep(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	recent := &t.recent[hash(b)&uint64(len(t.recent)-1)]
	if *recent == string(b) {
		return *recent
	}
	text := t.write(b)
	*recent = text
	return text
}

func (t *Texts) write(b []byte) string {
	if len(b) > mostPiece/8 {
		return string(b)
	}
	at := t.piece.Len()
	if t.piece.Cap()-at < len(b) {
		t.piece, at = strings.Builder{}, 0
		t.piece.Grow(max(t.size, len(b)))
		t.size = min(2*t.size, mostPiece)
	}
	t.piece.Write(b)
	return t.piece.String()[at:]
}

// List copies the texts into a list of their own, which is good until the next
// document and grows elsewhere when something is appended.
func (t *Texts) List(texts []string) []string {
	n := len(texts)
	if n == 0 {
		return nil
	}
	if len(t.lists) < n {
		t.block = make([]string, max(n, min(max(2*len(t.block), len(t.recent)/2), mostBlock)))
		t.lists = t.block
	}
	list := t.lists[:n:n]
	t.lists = t.lists[n:]
	copy(list, texts)
	return list
}

// hash tells texts apart by their length, beginning and end. Which texts share
// a hash makes no difference but to what is kept twice.
func hash(b []byte) uint64 {
	const prime = 0x9e3779b97f4a7c15
	var first, last uint64
	switch n := len(b); {
	case n >= 8:
		first, last = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
	case n >= 4:
		first, last = uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[n-4:]))
	default:
		first, last = uint64(b[0]), uint64(b[n-1])
	}
	h := (first ^ uint64(len(b))) * prime
	h = (h ^ h>>29 ^ last) * prime
	return h >> 40
}
