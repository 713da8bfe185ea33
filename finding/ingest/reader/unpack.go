package reader

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// MaxArchive is the largest zip archive that is read, packed, in bytes: its
// directory stands at its end, so it is held in memory.
const MaxArchive = 256 << 20

// errPacked stands for what can't be unpacked.
var errPacked = errors.New("an archive within an archive is not read")

// Limit reads no more than the options allow, then fails with a [*LimitError].
//
// What comes out is plain UTF-8: gzip and a zip archive of one file are
// unpacked, UTF-16 is decoded, and a byte order mark is passed over. The limit
// is on what comes out as well as on what goes in.
func Limit(r io.Reader, o Options) io.Reader {
	in := &limited{r, o.MaxBytes, o.MaxBytes}
	return &limited{&plain{source: in}, o.MaxBytes, o.MaxBytes}
}

type limited struct {
	r           io.Reader
	left, limit int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, &LimitError{"bytes", l.limit}
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left+1)])
	l.left -= int64(n)
	if l.left < 0 {
		return 0, &LimitError{"bytes", l.limit}
	}
	return n, err
}

// plain finds out at the first reading what its source is.
type plain struct {
	source io.Reader
	opened io.Reader
	err    error
}

func (p *plain) Read(b []byte) (int, error) {
	if p.opened == nil && p.err == nil {
		p.opened, p.err = unpack(p.source, 0)
	}
	if p.err != nil {
		return 0, p.err
	}
	return p.opened.Read(b)
}

func unpack(source io.Reader, depth int) (io.Reader, error) {
	b := bufio.NewReaderSize(source, 64<<10)
	head, err := b.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	packed := isGzip(head) || isZip(head)
	switch {
	case packed && depth > 0:
		return nil, errPacked
	case isGzip(head):
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, cutShort(err)
		}
		return unpack(z, depth+1)
	case isZip(head):
		files, err := archive(b)
		if err != nil {
			return nil, err
		}
		if len(files) != 1 {
			return nil, fmt.Errorf("the archive holds %d files; one was expected", len(files))
		}
		f, err := files[0].Open()
		if err != nil {
			return nil, err
		}
		return unpack(f, depth+1)
	}
	return text(b, head), nil
}

func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte("\x1f\x8b")) }

func isZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06"))
}

// text decodes what starts with the head: by its byte order mark or, as some
// tools leave it out, by the zero byte beside an ASCII character.
func text(b *bufio.Reader, head []byte) io.Reader {
	ascii := func(c byte) bool { return c > 0 && c < 0x80 }
	utf16 := func(order unicode.Endianness) io.Reader {
		return transform.NewReader(b, unicode.UTF16(order, unicode.UseBOM).NewDecoder())
	}
	switch {
	case bytes.HasPrefix(head, []byte("\ufeff")):
		b.Discard(3) // what was peeked at can be discarded
		return b
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), len(head) > 1 && ascii(head[0]) && head[1] == 0:
		return utf16(unicode.LittleEndian)
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}), len(head) > 1 && head[0] == 0 && ascii(head[1]):
		return utf16(unicode.BigEndian)
	}
	return b
}

// archive lists the files of a zip archive by name, without folders and what
// operating systems add.
func archive(r io.Reader) ([]*zip.File, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxArchive+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxArchive {
		return nil, &LimitError{"bytes in an archive", MaxArchive}
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("the archive can't be read: %w", err)
	}
	files := slices.DeleteFunc(z.File, func(f *zip.File) bool {
		base := f.Name[strings.LastIndexByte(f.Name, '/')+1:]
		return base == "" || strings.HasPrefix(base, ".") || strings.HasPrefix(f.Name, "__MACOSX/")
	})
	slices.SortStableFunc(files, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

// cutShort makes the end of the input inside something what it is.
func cutShort(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Files reads each file of a zip archive, in order of name, as [Limit] does;
// the limit is on all of them together. What is no archive is one file
// without a name. It ends at the first error that read gives.
func Files(r io.Reader, o Options, read func(name string, r io.Reader) error) error {
	in := bufio.NewReaderSize(&limited{r, o.MaxBytes, o.MaxBytes}, 64<<10)
	head, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if !isZip(head) {
		return read("", &limited{&plain{source: in}, o.MaxBytes, o.MaxBytes})
	}
	files, err := archive(in)
	if err != nil {
		return err
	}
	left := o.MaxBytes
	for _, f := range files {
		opened, err := f.Open()
		if err != nil {
			return err
		}
		all := &limited{&plain{source: opened}, left, o.MaxBytes}
		err = read(f.Name, all)
		opened.Close() // it was only read
		if err != nil {
			return err
		}
		left = all.left
	}
	return nil
}

// Head unpacks and decodes the first bytes of an output, as far as they go.
// Of an archive it is the head of the first file.
func Head(raw []byte) []byte {
	source := io.Reader(bytes.NewReader(raw))
	switch {
	case isGzip(raw):
		if z, err := gzip.NewReader(source); err == nil {
			source = z
		}
	case isZip(raw):
		source = firstEntry(raw)
	}
	b := bufio.NewReader(source)
	head, _ := b.Peek(4) // what can't be read is no head
	got, _ := io.ReadAll(io.LimitReader(text(b, head), int64(max(len(raw), 64<<10))))
	return got
}
