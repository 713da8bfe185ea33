// Package scan reads plain JSON fast, straight from its bytes.
//
// A [Scanner] knows what must come next and reads only that: an object whose
// members are known, a list, a text, a word of a set, an instant, a number.
// Whatever is not as expected makes it [Scanner.Bad], without a reason: it may
// be a fault or merely unusual, and who called reads the same bytes with a
// decoder that takes every form and can tell. What a Scanner accepts, such a
// decoder accepts too, with the same value: UTF-8 and the grammar are checked
// to the last byte, and a name that comes twice is never accepted.
package scan

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Scanner stands at a place in a text.
type Scanner struct {
	data  []byte
	at    int
	bad   bool
	plain []byte // room for texts without their escapes
}

// Of starts at the beginning of the text, which must not change meanwhile.
func Of(data []byte) Scanner { return Scanner{data: data} }

// Bad tells whether something was not as expected. Nothing that was read is
// then of use.
func (s *Scanner) Bad() bool { return s.bad }

// At is the offset of what comes next, or of white space before it.
func (s *Scanner) At() int { return s.at }

// Refuse makes the text bad: its reader does not take what was read.
func (s *Scanner) Refuse() { s.bad, s.at = true, len(s.data) }

// Peek is the first byte of what comes next, white space passed over; 0 at the
// end.
func (s *Scanner) Peek() byte {
	for s.at < len(s.data) {
		switch c := s.data[s.at]; c {
		case ' ', '\n', '\r', '\t':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// Open goes into an object or a list.
func (s *Scanner) Open(bracket byte) bool {
	if s.Peek() != bracket {
		s.Refuse()
		return false
	}
	s.at++
	return true
}

// End tells whether nothing but white space comes.
func (s *Scanner) End() bool { return s.Peek() == 0 && s.at == len(s.data) && !s.bad }

// Element tells whether another element of the list comes, and stands before
// it; n is how many have been read.
func (s *Scanner) Element(n int) bool { return s.another(']', n > 0) }

func (s *Scanner) another(bracket byte, behind bool) bool {
	c := s.Peek()
	if behind && c == ',' {
		s.at++
		if c = s.Peek(); c != bracket && c != 0 {
			return true
		}
	} else if c == bracket {
		s.at++
		return false
	} else if !behind && c != 0 {
		return true
	}
	s.Refuse()
	return false
}

// Words are texts of which one is expected, in the order in which they are: the
// names of an object's members, or the words of a set. There are at most 32.
type Words []word

// word is a text with its quotes. A first look at it is one at two numbers:
// its bytes, as many of them as 16.
type word struct {
	quoted        string
	first, second uint64
	mask1, mask2  uint64
}

// WordsOf takes texts that hold nothing that JSON writes otherwise.
func WordsOf(texts []string) Words {
	words := make(Words, len(texts))
	for i, text := range texts {
		w := &words[i]
		w.quoted = `"` + text + `"`
		var bytes, mask [16]byte
		n := copy(bytes[:], w.quoted)
		for k := range n {
			mask[k] = 0xff
		}
		w.first, w.second = binary.LittleEndian.Uint64(bytes[:]), binary.LittleEndian.Uint64(bytes[8:])
		w.mask1, w.mask2 = binary.LittleEndian.Uint64(mask[:]), binary.LittleEndian.Uint64(mask[8:])
	}
	return words
}

// Members is where the reading of an object stands.
type Members struct {
	next int    // the number of the name that is expected
	seen uint32 // those that came
}

// Member gives the number of the member that comes next and stands before its
// value; -1 at the end of the object.
func (s *Scanner) Member(names Words, m *Members) int {
	if !s.another('}', m.seen != 0) {
		return -1
	}
	i := s.oneOf(names, m.next)
	if i < 0 || m.seen&(1<<i) != 0 {
		s.Refuse()
		return -1
	}
	m.seen |= 1 << i
	m.next = i + 1
	if !s.colon() {
		return -1
	}
	return i
}

func (s *Scanner) colon() bool {
	if s.at < len(s.data) && s.data[s.at] == ':' || s.Peek() == ':' {
		s.at++
		return true
	}
	s.Refuse()
	return false
}

// oneOf passes over the word that comes next and gives its number; -1 if it is
// none of them. The search begins with the number from.
func (s *Scanner) oneOf(words Words, from int) int {
	rest := s.data[s.at:]
	if len(rest) < 16 {
		return s.oneOfLast(words)
	}
	first, second := binary.LittleEndian.Uint64(rest), binary.LittleEndian.Uint64(rest[8:])
	for k := range words {
		i := from + k
		if i >= len(words) {
			i -= len(words)
		}
		w := &words[i]
		if first&w.mask1 == w.first && second&w.mask2 == w.second && (len(w.quoted) <= 16 || startsWith(rest, w.quoted)) {
			s.at += len(w.quoted)
			return i
		}
	}
	return -1
}

// oneOfLast is for the last bytes of the text.
func (s *Scanner) oneOfLast(words Words) int {
	for i := range words {
		if quoted := words[i].quoted; startsWith(s.data[s.at:], quoted) {
			s.at += len(quoted)
			return i
		}
	}
	return -1
}

func startsWith(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }

// Word gives the number of the word that comes next.
func (s *Scanner) Word(words Words) int {
	s.Peek()
	i := s.oneOf(words, 0)
	if i < 0 {
		s.Refuse()
		return 0
	}
	return i
}

// Name reads the name of a member that is not known beforehand, and stands
// before its value; false at the end of the object. n is how many have been
// read. The bytes are good until the next text is read.
func (s *Scanner) Name(n int) (name []byte, ok bool) {
	if !s.another('}', n > 0) {
		return nil, false
	}
	name = s.Text()
	return name, s.colon()
}

// Bool reads true or false.
func (s *Scanner) Bool() bool {
	s.Peek()
	rest := s.data[s.at:]
	switch {
	case len(rest) >= 4 && string(rest[:4]) == "true":
		s.at += 4
		return true
	case len(rest) >= 5 && string(rest[:5]) == "false":
		s.at += 5
	default:
		s.Refuse()
	}
	return false
}

// Of the eight bytes of a word: the low and the high bit of each.
const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// Text reads a text and gives it as UTF-8, without quotes and escapes. The
// bytes are good until the next text is read.
func (s *Scanner) Text() []byte {
	if s.Peek() != '"' {
		s.Refuse()
		return nil
	}
	data, start := s.data, s.at+1
	i, ascii := start, uint64(0)
	for ; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		quote, slash := w^('"'*lows), w^('\\'*lows)
		// the lowest high bit that is set marks the first byte that is a quote,
		// a backslash or a control character
		special := ((quote-lows)&^quote | (slash-lows)&^slash | (w-' '*lows)&^w) & highs
		if special != 0 {
			n := bits.TrailingZeros64(special) &^ 7
			ascii |= w & (1<<n - 1)
			i += n >> 3
			return s.ended(start, i, ascii&highs == 0)
		}
		ascii |= w
	}
	for ; i < len(data) && data[i] >= ' ' && data[i] != '"' && data[i] != '\\'; i++ {
		ascii |= uint64(data[i])
	}
	return s.ended(start, i, ascii&highs == 0)
}

// ended closes the text that began at start, at the first byte that is not
// just a part of it.
func (s *Scanner) ended(start, i int, ascii bool) []byte {
	switch {
	case i >= len(s.data):
	case s.data[i] == '\\':
		return s.escaped(start, i)
	case s.data[i] == '"' && (ascii || utf8.Valid(s.data[start:i])):
		s.at = i + 1
		return s.data[start:i]
	}
	s.Refuse()
	return nil
}

// escaped reads a text in which there is a backslash at i.
func (s *Scanner) escaped(start, i int) []byte {
	for i < len(s.data) && s.data[i] != '"' {
		if s.data[i] == '\\' {
			i++
		}
		i++
	}
	if i >= len(s.data) {
		s.Refuse()
		return nil
	}
	plain, err := jsontext.AppendUnquote(s.plain[:0], s.data[start-1:i+1])
	if err != nil {
		s.Refuse()
		return nil
	}
	s.plain, s.at = plain, i+1
	return plain
}
