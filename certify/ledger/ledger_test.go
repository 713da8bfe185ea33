package ledger_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
)

func entry(company string, i int) certify.Entry {
	return certify.Entry{ID: fmt.Sprint(i), Company: company, Recorded: time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC),
		Type: certify.Score, Month: finding.MonthOf(2026, 1) + finding.YearMonth(i), Outcome: certify.Pass}
}

func read(t *testing.T, l ledger.Ledger, company string) []certify.Entry {
	var all []certify.Entry
	for e, err := range l.Read(t.Context(), ledger.Query{Company: company}) {
		require.NoError(t, err)
		all = append(all, e)
	}
	return all
}

func open(t *testing.T, name string) *ledger.File {
	l, err := ledger.Open(name)
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return l
}

// What every store must do.
func TestConformance(t *testing.T) {
	for name, make := range map[string]func(t *testing.T) ledger.Ledger{
		"memory": func(*testing.T) ledger.Ledger { return ledger.NewMemory() },
		"file":   func(t *testing.T) ledger.Ledger { return open(t, filepath.Join(t.TempDir(), "l.jsonl")) },
	} {
		t.Run(name, func(t *testing.T) {
			l := make(t)
			require.Empty(t, read(t, l, ""))
			require.NoError(t, l.Append(t.Context(), entry("a", 1), entry("b", 1), entry("a", 2)))
			require.NoError(t, l.Append(t.Context(), entry("a", 2), entry("a", 3)), "the same again is passed over")
			got := read(t, l, "a")
			require.Len(t, got, 3)
			for i, e := range got {
				require.Equal(t, i+1, e.Sequence)
				require.Equal(t, i > 0, e.Previous != "")
			}
			require.Len(t, read(t, l, ""), 4)
			require.Len(t, read(t, l, "b"), 1)

			other := entry("a", 3)
			other.Outcome = certify.Fail
			var conflict *ledger.ConflictError
			require.ErrorAs(t, l.Append(t.Context(), entry("c", 1), other), &conflict)
			require.ErrorAs(t, l.Append(t.Context(), entry("c", 1), func() certify.Entry { e := entry("c", 1); e.Outcome = certify.Fail; return e }()), &conflict)
			require.Error(t, l.Append(t.Context(), entry("c", 1), certify.Entry{ID: "x"}))
			require.Empty(t, read(t, l, "c"), "all or none")

			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, l.Append(ctx, entry("c", 1)), context.Canceled)
			for _, err := range l.Read(ctx, ledger.Query{}) {
				require.ErrorIs(t, err, context.Canceled)
			}
			for range l.Read(t.Context(), ledger.Query{}) {
				break
			}
		})
	}
}

// A ledger is the same after it was closed and opened, and can be evaluated as
// a history.
func TestReopen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "l.jsonl")
	l := open(t, name)
	require.NoError(t, l.Append(t.Context(), entry("a", 1), entry("b", 1)))
	before := read(t, l, "")
	_, err := ledger.Open(name)
	require.ErrorIs(t, err, ledger.ErrLocked, "a second writer is refused")
	require.NoError(t, l.Close())
	l = open(t, name)
	require.Equal(t, before, read(t, l, ""))
	require.Zero(t, l.Cut())
	require.NoError(t, l.Append(t.Context(), entry("a", 2)))
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	n := 0
	for _, err := range certify.Entries(bytes.NewReader(data)) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 3, n)
}

// Cut off at any byte of the last append, the file opens with everything that
// was acknowledged before, and nothing of what was not.
func TestCrashAtEveryByte(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "l.jsonl")
	l := open(t, name)
	require.NoError(t, l.Append(t.Context(), entry("a", 1)))
	require.NoError(t, l.Append(t.Context(), entry("a", 2), entry("b", 1)))
	acknowledged, err := os.ReadFile(name)
	require.NoError(t, err)
	require.NoError(t, l.Append(t.Context(), entry("a", 3), entry("b", 2), entry("a", 4)))
	whole, err := os.ReadFile(name)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	for size := len(acknowledged); size < len(whole); size++ {
		torn := filepath.Join(folder, fmt.Sprintf("torn-%d.jsonl", size))
		require.NoError(t, os.WriteFile(torn, whole[:size], 0o600))
		l, err := ledger.Open(torn)
		require.NoError(t, err, "cut at %d", size)
		require.Len(t, read(t, l, ""), 3, "cut at %d", size)
		require.EqualValues(t, size-len(acknowledged), l.Cut())
		require.NoError(t, l.Append(t.Context(), entry("a", 3)))
		require.NoError(t, l.Close())
		l, err = ledger.Open(torn)
		require.NoError(t, err)
		require.Len(t, read(t, l, ""), 4)
		require.NoError(t, l.Close())
	}
}

// A line that is changed, missing or moved is reported with its place, also if
// it is the last of its company.
func TestTampering(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "l.jsonl")
	l := open(t, name)
	for i, company := range []string{"a", "b", "a", "c", "a"} {
		require.NoError(t, l.Append(t.Context(), entry(company, i)))
	}
	require.NoError(t, l.Close())
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	line := strings.SplitAfter(string(data), "\n")[:5]
	fail := func(s string) string { return strings.Replace(s, "pass", "fail", 1) }
	for what, c := range map[string]struct {
		lines []string
		at    int
	}{
		"changed":                     {[]string{line[0], line[1], fail(line[2]), line[3], line[4]}, 3},
		"first changed":               {[]string{fail(line[0]), line[1], line[2], line[3], line[4]}, 1},
		"last of its company changed": {[]string{line[0], fail(line[1]), line[2], line[3], line[4]}, 2},
		"missing":                     {[]string{line[0], line[1], line[3], line[4]}, 2},
		"last of its company missing": {[]string{line[0], line[2], line[3], line[4]}, 1},
		"first gone":                  {line[1:], 1},
		"companies swapped":           {[]string{line[0], line[2], line[1], line[3], line[4]}, 1},
		"swapped":                     {[]string{line[0], line[1], line[4], line[3], line[2]}, 3},
		"twice":                       {[]string{line[0], line[1], line[1], line[2], line[3], line[4]}, 3},
		"no JSON":                     {[]string{line[0], "x\n", line[1]}, 2},
		"blank":                       {[]string{line[0], "\n", line[1]}, 2},
	} {
		tampered := filepath.Join(folder, strings.ReplaceAll(what, " ", "-")+".jsonl")
		require.NoError(t, os.WriteFile(tampered, []byte(strings.Join(c.lines, "")), 0o600))
		_, err := ledger.Open(tampered)
		var corrupt *ledger.CorruptError
		require.ErrorAs(t, err, &corrupt, what)
		require.Equal(t, c.at, corrupt.Line, "%s: %v", what, err)
	}
}

// What the ledger could not read again it does not take.
func TestTooLong(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "l.jsonl"))
	long := entry("a", 1)
	long.Cause = strings.Repeat("x", certify.MaxLine)
	require.ErrorContains(t, l.Append(t.Context(), long), "longer than")
	require.Empty(t, read(t, l, ""))
	require.NoError(t, l.Append(t.Context(), entry("a", 1)))
}

// Many goroutines append at once; each entry is there once, in a whole chain.
func TestConcurrentAppends(t *testing.T) {
	name := filepath.Join(t.TempDir(), "l.jsonl")
	l := open(t, name)
	failed := make(chan error, 8)
	for g := range 8 {
		go func() {
			for i := range 20 {
				if err := l.Append(context.Background(), entry(fmt.Sprint(i%3), g*20+i)); err != nil {
					failed <- err
					return
				}
			}
			failed <- nil
		}()
	}
	for range 8 {
		require.NoError(t, <-failed)
	}
	require.NoError(t, l.Close())
	require.Len(t, read(t, open(t, name), ""), 160)
}

func ExampleLedger() {
	var l ledger.Ledger = ledger.NewMemory()
	ctx := context.Background()
	joined := time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC)
	err := l.Append(ctx, certify.Entry{ID: "1", Company: "kvk:30123456", Recorded: joined, Type: certify.Enrol, At: joined})
	if err != nil {
		panic(err)
	}
	for e, err := range l.Read(ctx, ledger.Query{Company: "kvk:30123456"}) {
		fmt.Println(e.Sequence, e.Type, err)
	}
	// Output:
	// 1 enrol <nil>
}
