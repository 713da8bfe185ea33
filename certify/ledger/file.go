package ledger

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
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
type File struct {
	mu    sync.Mutex
	file  *os.File
	chain *chain
	size  int64 // bytes of what is acknowledged
	cut   int64
	fail  error // an append that could not be undone
}

// ErrLocked says that another process has the ledger open.
var ErrLocked = errors.New("the ledger is open in another process")

// CorruptError says which line of the file is not as it was written.
type CorruptError struct {
	File string
	Line int // from 1
	Err  error
}

// Error names file and line.
func (e *CorruptError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap gives what is wrong with the line.
func (e *CorruptError) Unwrap() error { return e.Err }

// Open opens the ledger in the file, which is made if there is none, and
// checks every line. The error is [ErrLocked], a [*CorruptError] or the file
// system's.
func Open(name string) (*File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syncFolder(name); err != nil {
		f.Close()
		return nil, err
	}
	l := &File{file: f, chain: newChain(true)}
	if err := lock(f); err != nil {
		f.Close()
		return nil, err
	}
	if err := l.load(); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
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

// Close lets go of the file.
func (l *File) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Close()
}

// Cut is the number of bytes that [Open] cut off the end: the rest of an
// append that a crash interrupted, and that was never acknowledged.
func (l *File) Cut() int64 { return l.cut }

// load reads the file, takes its entries into the chain and cuts off what was
// not written whole.
func (l *File) load() error {
	whole, open := int64(0), false
	for line, err := range lines(l.file) {
		if err != nil {
			return err
		}
		if !line.whole {
			break
		}
		var e certify.Entry
		back, err := 0, e.UnmarshalJSON(line.text)
		if err == nil {
			back, err = l.chain.fits(&e)
		}
		if err != nil {
			return &CorruptError{l.file.Name(), max(1, line.number-back), err}
		}
		l.chain.commit(e, line.text)
		if open = e.More; !open {
			whole = line.end
		}
	}
	if open {
		return l.reload(whole)
	}
	return l.truncate(whole)
}

// reload forgets an append that was cut short, and reads what came before.
func (l *File) reload(whole int64) error {
	if err := l.truncate(whole); err != nil {
		return err
	}
	l.chain = newChain(true)
	cut := l.cut
	err := l.load()
	l.cut += cut
	return err
}

func (l *File) truncate(whole int64) error {
	end, err := l.file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	l.size, l.cut = whole, end-whole
	if l.cut == 0 {
		return nil
	}
	if err := l.file.Truncate(whole); err != nil {
		return err
	}
	return l.file.Sync()
}

// line is a line of the file, without its break.
type line struct {
	text   []byte
	number int
	end    int64 // offset behind the break
	whole  bool  // it has its break
}

// lines goes through the file from its start.
func lines(f io.ReaderAt) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		r := bufio.NewReaderSize(io.NewSectionReader(f, 0, 1<<62), 64<<10)
		at := int64(0)
		for number := 1; ; number++ {
			text, err := r.ReadBytes('\n')
			at += int64(len(text))
			if err != nil && !errors.Is(err, io.EOF) {
				yield(line{}, err)
				return
			}
			if len(text) == 0 {
				return
			}
			whole := err == nil
			if !yield(line{bytes.TrimSuffix(text, []byte("\n")), number, at, whole}, nil) || !whole {
				return
			}
		}
	}
}

// Append implements [Ledger]. If the file can't be written, as on a full disk,
// what was written of it is undone and nothing has changed.
func (l *File) Append(ctx context.Context, entries ...certify.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		return l.fail
	}
	fresh, written, err := l.chain.prepare(entries)
	if err != nil || len(fresh) == 0 {
		return err
	}
	text := append(bytes.Join(written, []byte("\n")), '\n')
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
	l.size += int64(len(text))
	for i, e := range fresh {
		l.chain.commit(e, written[i])
	}
	return nil
}

// give gives the file up: what it holds is only known when it is opened again.
func (l *File) give(err error) error {
	l.fail = fmt.Errorf("an append failed and its rest may be there; open the ledger again: %w", err)
	return l.fail
}

// Read implements [Ledger]. It yields what was there when it began.
func (l *File) Read(ctx context.Context, q Query) iter.Seq2[certify.Entry, error] {
	return func(yield func(certify.Entry, error) bool) {
		l.mu.Lock()
		size := l.size
		l.mu.Unlock()
		for line, err := range lines(l.file) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(certify.Entry{}, err)
				return
			}
			if line.end > size {
				return
			}
			var e certify.Entry
			if err := e.UnmarshalJSON(line.text); err != nil {
				yield(e, &CorruptError{l.file.Name(), line.number, err})
				return
			}
			if q.wants(&e) && !yield(e, nil) {
				return
			}
		}
	}
}
