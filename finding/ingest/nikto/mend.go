package nikto

import (
	"bufio"
	"io"
)

// mender closes the hosts that Nikto up to 2.5 leaves open in a report of
// several: it writes the next one behind the list of the last, as in
// "]{", which stands nowhere in JSON.
type mender struct {
	in              *bufio.Reader
	open            []byte // the brackets that are not closed
	quoted, escaped bool
	ended           bool   // a list was, and only white space since
	next            []byte // is yet to be given
}

// mended reads what r does, with hosts closed.
func mended(r *bufio.Reader) io.Reader { return &mender{in: r} }

// maxDepth is how deep brackets are followed; Nikto's are four deep.
const maxDepth = 1000

// Read gives the next bytes.
func (m *mender) Read(p []byte) (int, error) {
	for i := 0; i < len(p); {
		if len(m.next) > 0 {
			n := copy(p[i:], m.next)
			m.next, i = m.next[n:], i+n
			continue
		}
		c, err := m.in.ReadByte()
		if err != nil {
			return i, err
		}
		m.take(c)
	}
	return len(p), nil
}

// take puts the byte, and what has to stand before it, into what is next.
func (m *mender) take(c byte) {
	ended := m.ended
	m.ended = ended && (c == ' ' || c == '\n' || c == '\r' || c == '\t')
	switch {
	case m.escaped:
		m.escaped = false
	case m.quoted:
		m.escaped, m.quoted = c == '\\', c != '"'
	case c == '"':
		m.quoted = true
	case c == '{' || c == '[':
		if top := len(m.open) - 1; ended && c == '{' && top >= 0 && m.open[top] == '{' {
			m.open = m.open[:top]
			m.next = append(m.next, '}')
			if top > 0 && m.open[top-1] == '[' {
				m.next = append(m.next, ',')
			}
		}
		if len(m.open) < maxDepth {
			m.open = append(m.open, c)
		}
	case c == '}' || c == ']':
		if len(m.open) > 0 {
			m.open = m.open[:len(m.open)-1]
		}
		m.ended = c == ']'
	}
	m.next = append(m.next, c)
}
