package ledger_test

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger/ledgertest"
	"github.com/stretchr/testify/require"
)

var (
	entry = ledgertest.Entry
	read  = ledgertest.Read
)

// A ledger's file is a history that can be evaluated.
func TestFileIsAHistory(t *testing.T) {
	name := filepath.Join(t.TempDir(), "l.jsonl")
	l := open(t, name)
	require.NoError(t, l.Append(t.Context(), entry("a", 1), entry("b", 1), entry("a", 2)))
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	var all []certify.Entry
	for e, err := range certify.Entries(bytes.NewReader(data)) {
		require.NoError(t, err)
		all = append(all, e)
	}
	require.Equal(t, read(t, l, ""), all)
}

// A second writer is refused, with words that tell why.
func TestSecondWriter(t *testing.T) {
	name := filepath.Join(t.TempDir(), "l.jsonl")
	l := open(t, name)
	_, err := ledger.Open(name)
	require.ErrorIs(t, err, ledger.ErrLocked)
	require.ErrorContains(t, err, name)
	require.NoError(t, l.Append(t.Context(), entry("a", 1)), "the first goes on")
	require.NoError(t, l.Close())
	require.Len(t, read(t, open(t, name), ""), 1)
}

// The very first append is cut off as others are, also if a disk that lost its
// power left zeros of it or of a later one.
func TestCrashAtTheStart(t *testing.T) {
	name := filepath.Join(t.TempDir(), "l.jsonl")
	l := open(t, name)
	require.NoError(t, l.Append(t.Context(), entry("a", 1)))
	require.NoError(t, l.Close())
	whole, err := os.ReadFile(name)
	require.NoError(t, err)
	zeros := make([]byte, 5000)
	for size := range whole {
		require.NoError(t, os.WriteFile(name, append(bytes.Clone(whole[:size]), zeros...), 0o600))
		l := open(t, name)
		require.Empty(t, read(t, l, ""))
		require.EqualValues(t, size+len(zeros), l.Cut())
		require.NoError(t, l.Close())
	}
	require.NoError(t, os.WriteFile(name, append(bytes.Clone(whole), zeros...), 0o600))
	require.Len(t, read(t, open(t, name), ""), 1)
}

// What was named by mistake is refused and left as it is.
func TestNoLedger(t *testing.T) {
	folder := t.TempDir()
	for what, text := range map[string]string{
		"a document":                    `{"company":{"id":"c"},"month":"2026-11"}`,
		"a text without an end":         "Beste lezer,",
		"a text":                        "Beste lezer,\nhet is tijd.\n",
		"a history of no ledger":        `{"id":"1","company":"c","recorded":"2026-01-01T00:00:00Z","type":"enrol","at":"2025-12-31T23:00:00Z"}` + "\n",
		"a very long line":              `{"id":"` + strings.Repeat("x", certify.MaxLine) + "\"}\n",
		"a break and nothing":           "\n",
		"the marks of a Windows editor": "\ufeff{\"id\":\"1\"",
	} {
		name := filepath.Join(folder, strings.ReplaceAll(what, " ", "-"))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		_, err := ledger.Open(name)
		var corrupt *ledger.CorruptError
		require.ErrorAs(t, err, &corrupt, what)
		require.Equal(t, 1, corrupt.Line)
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, text, string(data))
		report, err := ledger.Verify(strings.NewReader(text))
		require.NoError(t, err)
		require.NotEmpty(t, report.Faults, what)
		require.Equal(t, 1, report.Faults[0].Line, what)
	}
	_, err := ledger.Open(folder)
	require.Error(t, err)
	_, err = ledger.Open(filepath.Join(folder, "nowhere", "l.jsonl"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = ledger.Open(os.DevNull)
	require.ErrorContains(t, err, "regular file")
}

// Nothing is acknowledged that would be lost, and nothing overwritten, if the
// file is moved, replaced or changed under a ledger that has it open.
func TestTouchedWhileOpen(t *testing.T) {
	folder := t.TempDir()
	for what, touch := range map[string]func(name string) error{
		"removed":     os.Remove,
		"moved":       func(name string) error { return os.Rename(name, name+".1") },
		"replaced":    replace,
		"added to":    func(name string) error { return writeAt(name, "x\n", -1) },
		"cut shorter": func(name string) error { return os.Truncate(name, 10) },
	} {
		name := filepath.Join(folder, strings.ReplaceAll(what, " ", "-"))
		l := open(t, name)
		require.NoError(t, l.Append(t.Context(), entry("a", 1)))
		require.NoError(t, touch(name), what)
		before, _ := os.ReadFile(name)
		err := l.Append(t.Context(), entry("a", 2))
		require.ErrorContains(t, err, name, what)
		after, _ := os.ReadFile(name)
		require.Equal(t, before, after, what)
		require.NoError(t, l.Close())
	}
}

// A line that changes under an open ledger is told by whoever reads it.
func TestChangedWhileOpen(t *testing.T) {
	for at, place := range []int{1, 2, 3, 4} {
		name := filepath.Join(t.TempDir(), "l.jsonl")
		l := open(t, name)
		for i := range 4 {
			require.NoError(t, l.Append(t.Context(), entry("a", i)))
		}
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		line := strings.SplitAfter(string(data), "\n")[at]
		offset := strings.Index(string(data), line) + strings.Index(line, "pass")
		require.NoError(t, writeAt(name, "fail", int64(offset)))
		for _, company := range []string{"a", ""} {
			var corrupt *ledger.CorruptError
			for _, err := range l.Read(t.Context(), ledger.Query{Company: company}) {
				if err != nil {
					require.ErrorAs(t, err, &corrupt)
				}
			}
			require.NotNil(t, corrupt, "line %d, company %q", place, company)
			require.Equal(t, place, corrupt.Line, "company %q", company)
		}
	}
}

func replace(name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := os.Rename(name, name+".old"); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o600)
}

func writeAt(name, text string, offset int64) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if offset < 0 {
		if offset, err = f.Seek(0, io.SeekEnd); err != nil {
			return err
		}
	}
	_, err = f.WriteAt([]byte(text), offset)
	return err
}

// A closed ledger says so.
func TestClosed(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "l.jsonl"))
	require.NoError(t, l.Append(t.Context(), entry("a", 1)))
	require.NoError(t, l.Close())
	require.ErrorIs(t, l.Append(t.Context(), entry("a", 2)), fs.ErrClosed)
	for _, company := range []string{"a", ""} {
		n := 0
		for _, err := range l.Read(t.Context(), ledger.Query{Company: company}) {
			require.ErrorIs(t, err, fs.ErrClosed)
			n++
		}
		require.Equal(t, 1, n)
	}
	require.Error(t, l.Close())
}
