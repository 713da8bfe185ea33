package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/cyberkeurmerk/keurmerk/certify"
)

// File is a ledger in a JSON Lines file. It may be used by any number of
// goroutines at once, but by one process: on Linux, macOS and the BSDs a second
// one is refused; elsewhere the embedder sees to it.
//
// An append is one write of whole lines, followed by fsync. A crash can leave
// a part of it at the end of the file; [Open] cuts off a line without its
// break, and lines that say that more was to come which did not.
//
// It holds some 130 bytes an entry in memory, and no entries.
type File struct {
	name  string
	mu    sync.Mutex
	file  storage
	info  fs.FileInfo // which file it is
	chain *chain
	size  int64 // bytes of what is acknowledged
	cut   int64
	fail  error // why nothing can be appended any more

	places []place          // of the lines
	of     map[string][]int // by company, the indexes of its lines, in order
}

// storage is what a File needs of an [os.File].
type storage interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
	Sync() error
}

// place is where a line lies in the file, without its break, and what it was
// when it was written or checked.
type place struct {
	start  int64
	length int
	digest sum
}

// ErrLocked says that someone else, in this or another process, has the ledger
// open for appending.
var ErrLocked = errors.New("the ledger is open for appending already, in this or another process")

// CorruptError says which line of the file is not as it was written.
type CorruptError struct {
	File    string // empty if it was read from a stream
	Line    int    // from 1
	Company string // whose entry the line holds; empty if that can't be told
	Err     error
}

// Error names file and line.
func (e *CorruptError) Error() string {
	if e.File == "" {
		return fmt.Sprintf("line %d: %v", e.Line, e.Err)
	}
	return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err)
}

// Unwrap gives what is wrong with the line.
func (e *CorruptError) Unwrap() error { return e.Err }

// Open opens the ledger in the file, which is made if there is none, and
// checks every line. The error wraps [ErrLocked], is a [*CorruptError] or the
// file system's.
func Open(name string) (*File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	l := &File{name: name, file: f}
	if err := l.open(f); err != nil {
		f.Close()
		return nil, err
	}
	return l, nil
}

func (l *File) open(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: a ledger is a regular file, which this is not", l.name)
	}
	if err := lock(f); err != nil {
		return fmt.Errorf("%s: %w", l.name, err)
	}
	l.info = info
	if absolute, err := filepath.Abs(l.name); err == nil {
		l.name = absolute // the process may change its folder
	}
	if err := syncFolder(l.name); err != nil {
		return err
	}
	return l.load()
}

// syncFolder makes the file's name last through a crash, where folders can be
// synced.
func syncFolder(name string) error {
	folder, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil && runtime.GOOS == "linux" {
		return err
	}
	return nil
}

// Close lets go of the file. What was acknowledged is in it already.
func (l *File) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail == nil {
		l.fail = fmt.Errorf("%s: %w", l.name, fs.ErrClosed)
	}
	return l.file.Close()
}

// Cut is the number of bytes that [Open] cut off the end: the rest of an
// append that a crash interrupted, and that was never acknowledged.
func (l *File) Cut() int64 { return l.cut }

// Last is the digest of the last line, for whoever keeps it elsewhere; empty
// if there is none.
func (l *File) Last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.chain.last
}

// Append implements [Ledger]. If the file can't be written, as on a full disk,
// what was written of it is undone and nothing has changed.
func (l *File) Append(ctx context.Context, entries ...certify.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail == nil {
		if err := l.untouched(); err != nil {
			return err
		}
	}
	return l.append(entries...)
}

// append is Append for whoever has locked the ledger.
func (l *File) append(entries ...certify.Entry) error {
	if l.fail != nil {
		return l.fail
	}
	lines, err := prepare(l.chain, entries, &l.chain.last)
	if err != nil || len(lines) == 0 {
		return err
	}
	var text bytes.Buffer
	for _, line := range lines {
		text.Write(line.Text)
		text.WriteByte('\n')
	}
	if err := l.write(text.Bytes()); err != nil {
		return err
	}
	for _, line := range lines {
		l.take(&line.Entry, place{l.size, len(line.Text), sha256.Sum256(line.Text)})
		l.size += int64(len(line.Text)) + 1
	}
	return nil
}

// take takes an entry that is in the file into what is known of it.
func (l *File) take(e *certify.Entry, p place) {
	l.chain.commit(e, p.digest.String())
	l.of[e.Company] = append(l.of[e.Company], len(l.places))
	l.places = append(l.places, p)
}

// untouched tells why the file is no longer the one that was opened, as long
// as it was left: then what is appended would be lost, or what somebody else
// wrote be overwritten.
func (l *File) untouched() error {
	info, err := os.Stat(l.name)
	switch {
	case err != nil:
		return fmt.Errorf("the ledger is no longer where it was: %w", err)
	case !os.SameFile(info, l.info):
		return fmt.Errorf("%s: another file was put in the ledger's place while it was open", l.name)
	case info.Size() != l.size:
		return fmt.Errorf("%s: somebody else changed the ledger while it was open: it has %d bytes and had %d", l.name, info.Size(), l.size)
	}
	return nil
}

// write writes the lines behind what is there, or leaves nothing of them.
func (l *File) write(text []byte) error {
	if _, err := l.file.WriteAt(text, l.size); err != nil {
		if undone := l.file.Truncate(l.size); undone != nil {
			return l.give(errors.Join(err, undone))
		}
		return err
	}
	if err := l.file.Sync(); err != nil {
		// Nobody knows what of the file is on the disk now.
		return l.give(errors.Join(err, l.file.Truncate(l.size)))
	}
	return nil
}

// give gives the file up: what it holds is only known when it is opened again.
func (l *File) give(err error) error {
	l.fail = fmt.Errorf("an append failed and its rest may be there; open the ledger again: %w", err)
	return l.fail
}
