package publiclog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"golang.org/x/mod/sumdb/tlog"
)

// Memory is a store that lasts as long as the program. The zero Memory is
// empty. It may be used by any number of goroutines at once.
type Memory struct {
	mu      sync.RWMutex
	records [][]byte
	hashes  []tlog.Hash
}

// Size is how many records there are.
func (m *Memory) Size() (int64, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return int64(len(m.records)), nil
}

// Record gives the record with the index.
func (m *Memory) Record(index int64) ([]byte, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if index < 0 || index >= int64(len(m.records)) {
		return nil, ErrAbsent
	}
	return m.records[index], nil
}

// ReadHashes gives stored hashes by index.
func (m *Memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(m.hashes)) {
			return nil, fmt.Errorf("there is no hash %d", x)
		}
		out[i] = m.hashes[x]
	}
	return out, nil
}

// ErrMoved says that a store has another size than whoever appends believes.
var ErrMoved = errors.New("the store has grown meanwhile")

// Append adds a record and its hashes.
func (m *Memory) Append(size int64, record []byte, hashes []tlog.Hash) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if size != int64(len(m.records)) {
		return ErrMoved
	}
	m.records, m.hashes = append(m.records, bytes.Clone(record)), append(m.hashes, hashes...)
	return nil
}

// File is a store in a file: a record a line. Hashes are computed when it is
// opened, 64 bytes of memory a record; a checkpoint that witnesses cosigned
// tells whether an earlier line was changed, which [Log.Prove] sees.
type File struct {
	Memory
	writing sync.Mutex
	file    *os.File
	size    int64 // bytes of whole lines
	fail    error // an append that could not be undone
}

// maxRecord is the longest line of a file.
const maxRecord = 1 << 12

// Open opens the store in the file, which is made if there is none. A last line
// without its break, as a crash can leave it, is cut off: nobody was told that
// it is there. The file must not be open elsewhere.
func Open(name string) (*File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	s := &File{file: f}
	if err := s.load(); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	return s, nil
}

func (s *File) load() error {
	whole, err := wholeLines(s.file)
	if err != nil {
		return err
	}
	for line, err := range finding.Lines(io.NewSectionReader(s.file, 0, whole), maxRecord) {
		if err != nil {
			return err
		}
		if len(line.Text) > maxRecord {
			return fmt.Errorf("line %d is longer than %d bytes", line.Number, maxRecord)
		}
		size, err := s.Size()
		if err != nil {
			return err
		}
		hashes, err := tlog.StoredHashes(size, line.Text, &s.Memory)
		if err != nil {
			return err
		}
		if err := s.Memory.Append(size, line.Text, hashes); err != nil {
			return err
		}
	}
	s.size = whole
	return s.file.Truncate(whole)
}

// wholeLines is how many bytes of the file are lines with their break.
func wholeLines(f *os.File) (int64, error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	tail := make([]byte, 1)
	for ; size > 0; size-- {
		if _, err := f.ReadAt(tail, size-1); err != nil {
			return 0, err
		}
		if tail[0] == '\n' {
			break
		}
	}
	return size, nil
}

// Append writes the record as a line, followed by fsync. If that fails, the
// file is as it was before.
func (s *File) Append(size int64, record []byte, hashes []tlog.Hash) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.fail != nil {
		return s.fail
	}
	if bytes.ContainsRune(record, '\n') || len(record) == 0 || len(record) > maxRecord {
		return errors.New("a record is one line")
	}
	if has, err := s.Size(); err != nil || has != size {
		return ErrMoved
	}
	_, err := s.file.WriteAt(append(bytes.Clone(record), '\n'), s.size)
	if err == nil {
		err = s.file.Sync()
	}
	if err != nil {
		if undo := s.file.Truncate(s.size); undo != nil {
			s.fail = fmt.Errorf("the store can't be written any more: %w", undo)
		}
		return err
	}
	s.size += int64(len(record)) + 1
	return s.Memory.Append(size, record, hashes)
}

// Close closes the file.
func (s *File) Close() error { return s.file.Close() }
