package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
)

// fakeStorage is a file in memory that fails when it is told to.
type fakeStorage struct {
	data     []byte
	room     int64 // bytes that the disk has for it
	sync     error
	truncate error
}

func (s *fakeStorage) Close() error { return nil }
func (s *fakeStorage) Sync() error  { return s.sync }

func (s *fakeStorage) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(s.data).ReadAt(p, off)
}

func (s *fakeStorage) Stat() (fs.FileInfo, error) {
	return fs.Stat(fstest.MapFS{"f": {Data: s.data}}, "f")
}

func (s *fakeStorage) Truncate(size int64) error {
	if s.truncate == nil {
		s.data = s.data[:size]
	}
	return s.truncate
}

func (s *fakeStorage) WriteAt(p []byte, off int64) (int, error) {
	n := min(int64(len(p)), s.room-off)
	s.data = append(s.data[:off:off], p[:n]...)
	if n < int64(len(p)) {
		return int(n), errFull
	}
	return len(p), nil
}

var errFull = errors.New("no space left on device")

// over opens a ledger over the storage.
func over(s *fakeStorage) (*File, error) {
	l := &File{name: "f", file: s}
	return l, l.load()
}

func passed(company string, i int) certify.Entry {
	return certify.Entry{ID: fmt.Sprint(i), Company: company, Recorded: time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC),
		Type: certify.Score, Month: finding.MonthOf(2026, 1) + finding.YearMonth(i), Outcome: certify.Pass}
}

func history(t testing.TB, l *File) []certify.Entry {
	var all []certify.Entry
	for e, err := range l.Read(t.Context(), Query{}) {
		require.NoError(t, err)
		all = append(all, e)
	}
	return all
}

// The disk is full at every byte of an append, with and without its rest being
// taken back. What was acknowledged is there and goes on; of what was not,
// nothing is.
func TestFullAtEveryByte(t *testing.T) {
	begin := func(t *testing.T) (*File, *fakeStorage) {
		s := &fakeStorage{room: 1 << 30}
		l, err := over(s)
		require.NoError(t, err)
		require.NoError(t, l.append(passed("a", 1), passed("b", 1)))
		return l, s
	}
	more := []certify.Entry{passed("a", 2), passed("c", 1), passed("a", 3)}
	l, s := begin(t)
	acknowledged := int64(len(s.data))
	require.NoError(t, l.append(more...))
	whole := int64(len(s.data))
	cases := 0
	for room := acknowledged; room < whole; room++ {
		for _, truncate := range []error{nil, errFull} {
			cases++
			l, s := begin(t)
			s.room, s.truncate = room, truncate
			require.ErrorIs(t, l.append(more...), errFull)
			require.Len(t, history(t, l), 2)
			if truncate == nil {
				require.Len(t, s.data, int(acknowledged))
			}
			s.room, s.truncate = 1<<30, nil // somebody made room
			if truncate != nil {
				require.ErrorContains(t, l.append(more...), "open the ledger again")
				var err error
				l, err = over(s)
				require.NoError(t, err, "full at %d", room)
				require.EqualValues(t, room-acknowledged, l.Cut())
			}
			require.Len(t, history(t, l), 2)
			require.NoError(t, l.append(more...))
			require.Len(t, history(t, l), 5)
			again, err := over(s)
			require.NoError(t, err)
			require.Equal(t, history(t, l), history(t, again))
		}
	}
	t.Logf("a writer that fails at each of %d places", cases)
}

// Cut off at any byte of the last append, the file opens with everything that
// was acknowledged before, and nothing of what was not, and goes on.
func TestCrashAtEveryByte(t *testing.T) {
	s := &fakeStorage{room: 1 << 30}
	l, err := over(s)
	require.NoError(t, err)
	require.NoError(t, l.append(passed("a", 1)))
	require.NoError(t, l.append(passed("a", 2), passed("b", 1)))
	acknowledged := len(s.data)
	before := history(t, l)
	require.NoError(t, l.append(passed("a", 3), passed("b", 2), passed("a", 4)))
	for size := acknowledged; size < len(s.data); size++ {
		torn := &fakeStorage{room: 1 << 30, data: bytes.Clone(s.data[:size])}
		report, err := Verify(bytes.NewReader(torn.data))
		require.NoError(t, err)
		require.Empty(t, report.Faults)
		require.EqualValues(t, size-acknowledged, report.Torn)
		require.Equal(t, len(before), report.Lines)
		l, err := over(torn)
		require.NoError(t, err, "cut at %d", size)
		require.Equal(t, before, history(t, l), "cut at %d", size)
		require.EqualValues(t, size-acknowledged, l.Cut())
		require.Equal(t, report.Last, l.Last())
		require.NoError(t, l.append(passed("a", 3)))
		again, err := over(torn)
		require.NoError(t, err)
		require.Len(t, history(t, again), len(before)+1)
		require.Zero(t, again.Cut())
	}
}

// After a sync that failed nobody knows what is on the disk: the ledger takes
// nothing more until it is opened again, and then all or none of it is there.
func TestSyncFails(t *testing.T) {
	for _, truncate := range []error{nil, errFull} {
		s := &fakeStorage{room: 1 << 30}
		l, err := over(s)
		require.NoError(t, err)
		require.NoError(t, l.append(passed("a", 1)))
		s.sync, s.truncate = io.ErrUnexpectedEOF, truncate
		require.ErrorIs(t, l.append(passed("a", 2), passed("a", 3)), io.ErrUnexpectedEOF)
		require.ErrorIs(t, l.append(passed("a", 4)), io.ErrUnexpectedEOF)
		require.Len(t, history(t, l), 1)
		s.sync, s.truncate = nil, nil
		again, err := over(s)
		require.NoError(t, err)
		require.Contains(t, []int{1, 3}, len(history(t, again)))
	}
}

// What can't be cut off keeps the ledger from opening.
func TestCutFails(t *testing.T) {
	s := &fakeStorage{room: 1 << 30}
	l, err := over(s)
	require.NoError(t, err)
	require.NoError(t, l.append(passed("a", 1)))
	s.data = append(s.data, `{"id"`...)
	s.truncate = errFull
	_, err = over(s)
	require.ErrorIs(t, err, errFull)
}

// Verify agrees with Open about every file, and neither falls over any.
func FuzzVerify(f *testing.F) {
	s := &fakeStorage{room: 1 << 30}
	l, err := over(s)
	require.NoError(f, err)
	require.NoError(f, l.append(passed("a", 1), passed("b", 1)))
	require.NoError(f, l.append(passed("a", 2)))
	line := bytes.SplitAfter(s.data, []byte("\n"))
	f.Add(s.data)
	f.Add(s.data[:400])
	f.Add(joined(line[1], line[0]))
	f.Add(joined(line[0], line[2]))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		report, err := Verify(bytes.NewReader(text))
		require.NoError(t, err)
		l, err := over(&fakeStorage{data: bytes.Clone(text)})
		if err != nil {
			corrupt, is := err.(*CorruptError)
			require.True(t, is)
			require.NotEmpty(t, report.Faults)
			require.Equal(t, report.Faults[0].Line, corrupt.Line)
			return
		}
		require.Empty(t, report.Faults)
		require.Equal(t, report.Torn, l.Cut())
		require.Equal(t, report.Last, l.Last())
		require.Len(t, history(t, l), report.Lines)
	})
}

func joined(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
