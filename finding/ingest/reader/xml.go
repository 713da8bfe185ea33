package reader

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// MaxToken is the largest single text, attribute list or declaration of an XML
// output, in bytes: a token is held in memory.
const MaxToken = 16 << 20

// XML reads XML as tools write it. Entities that the document declares itself
// are not resolved but refused, so none can grow or name a file; a DOCTYPE is
// passed over. UTF-8, UTF-16 (decoded by [Limit]), ISO 8859-1 and -15,
// Windows-1252 and ASCII are read.
func XML(r io.Reader) *xml.Decoder {
	in := &tokenLimit{r: r}
	d := xml.NewDecoder(in)
	d.CharsetReader = charset
	return xml.NewTokenDecoder(&tokens{d, in})
}

// tokens starts counting anew at each token.
type tokens struct {
	d  *xml.Decoder
	in *tokenLimit
}

// Token gives the next token.
func (t *tokens) Token() (xml.Token, error) {
	t.in.since = 0
	return t.d.Token()
}

type tokenLimit struct {
	r     io.Reader
	since int
}

func (l *tokenLimit) Read(p []byte) (int, error) {
	if l.since > MaxToken {
		return 0, &LimitError{"bytes in one XML token", MaxToken}
	}
	n, err := l.r.Read(p)
	l.since += n
	return n, err
}

func charset(name string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(name) {
	case "utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii":
		return in, nil
	case "iso-8859-1", "latin1":
		return charmap.ISO8859_1.NewDecoder().Reader(in), nil
	case "iso-8859-15":
		return charmap.ISO8859_15.NewDecoder().Reader(in), nil
	case "windows-1252", "cp1252":
		return charmap.Windows1252.NewDecoder().Reader(in), nil
	}
	return nil, fmt.Errorf("the encoding %q is not read", name)
}

// Root is the name of the outermost element, as far as the head goes; it is
// empty if the head is no XML.
func Root(head []byte) xml.Name {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	if len(head) == 0 || head[0] != '<' {
		return xml.Name{}
	}
	d := xml.NewDecoder(bytes.NewReader(head))
	d.Strict = false
	d.CharsetReader = charset
	for {
		token, err := d.Token()
		if err != nil {
			return xml.Name{}
		}
		if start, ok := token.(xml.StartElement); ok {
			return start.Name
		}
	}
}

// Attr is the value of the attribute with the local name.
func Attr(start xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// UnreadableXML turns an XML error into a [*FormatError]; a [*LimitError]
// stays what it is.
func UnreadableXML(tool string, d *xml.Decoder, err error) error {
	if limit, ok := errors.AsType[*LimitError](err); ok {
		return limit
	}
	if format, ok := errors.AsType[*FormatError](err); ok {
		return format
	}
	reason := err.Error()
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || strings.Contains(reason, "unexpected EOF") {
		reason = "the output stops too early"
	}
	return &FormatError{tool, fmt.Sprintf("byte %d", d.InputOffset()), reason}
}
