package publiclog_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"github.com/cyberkeurmerk/keurmerk/certify/attest/publiclog"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

func named(name string) *attest.PrivateKey {
	return attest.KeyFromSeed(sha256.Sum256([]byte(name)))
}

func entry(i int) attest.LogEntry {
	return attest.LogEntry{Company: attest.Reference([]byte("secret"), fmt.Sprint("company ", i%3)), Digest: attest.Digest(fmt.Append(nil, i)), Kind: "scorecard", Sequence: i + 1}
}

func newLog(t require.TestingT, store publiclog.Store) *publiclog.Log {
	l, err := publiclog.New("log.example", named("log"), named("log").Public(), store)
	require.NoError(t, err)
	return l
}

func newWitness(t require.TestingT, l *publiclog.Log, last string) *publiclog.Witness {
	w, err := publiclog.NewWitness("w.example", named("w"), named("w").Public(), l.Key(), last)
	require.NoError(t, err)
	return w
}

var noon = time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC)

// naive is RFC 6962's own definition of the hash of a tree.
func naive(records [][]byte) [32]byte {
	switch n := len(records); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, records[0]...))
	default:
		k := 1
		for 2*k < n {
			k *= 2
		}
		left, right := naive(records[:k]), naive(records[k:])
		return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
	}
}

// Whatever is appended in whatever steps: the head is that of RFC 6962's own
// definition, a witness cosigns every step, and every entry is proven by every
// later head.
func TestLogLaws(t *testing.T) {
	ctx := context.Background()
	rapid.Check(t, func(t *rapid.T) {
		l := newLog(t, &publiclog.Memory{})
		w := newWitness(t, l, "")
		var records [][]byte
		for range rapid.IntRange(1, 5).Draw(t, "steps") {
			for range rapid.IntRange(0, 9).Draw(t, "entries") {
				index, err := l.Append(entry(len(records)))
				require.NoError(t, err)
				require.EqualValues(t, len(records), index)
				record, err := entry(len(records)).Record()
				require.NoError(t, err)
				records = append(records, record)
			}
			head, err := l.Checkpoint(ctx)
			require.NoError(t, err)
			opened, err := attest.OpenCheckpoint(head, l.Key())
			require.NoError(t, err)
			require.Equal(t, tlog.Hash(naive(records)), opened.Hash)
			require.EqualValues(t, len(records), opened.Size)
			proof, err := l.Extension(w.Size(), head)
			require.NoError(t, err)
			cosigned, err := w.Cosign(ctx, head, proof, noon)
			require.NoError(t, err)
			require.Equal(t, opened.String(), w.Last())
			w = newWitness(t, l, w.Last()) // as after a restart
			for i, record := range records {
				p, err := l.Prove(int64(i), cosigned)
				require.NoError(t, err)
				again, err := attest.ParseProof(p.Text())
				require.NoError(t, err)
				require.NoError(t, tlog.CheckRecord(again.Hashes, opened.Size, opened.Hash, again.Index, tlog.RecordHash(record)))
			}
			_, err = l.Prove(int64(len(records)), cosigned)
			require.ErrorIs(t, err, publiclog.ErrAbsent)
		}
	})
}

// An entry stands in the log once.
func TestOnce(t *testing.T) {
	l := newLog(t, &publiclog.Memory{})
	for range 2 {
		for i := range 3 {
			index, err := l.Append(entry(i))
			require.NoError(t, err)
			require.EqualValues(t, i, index)
		}
	}
	index, err := l.Find(entry(2))
	require.NoError(t, err)
	require.EqualValues(t, 2, index)
	_, err = l.Find(entry(3))
	require.ErrorIs(t, err, publiclog.ErrAbsent)
	_, err = l.Append(attest.LogEntry{Kind: "other"})
	require.Error(t, err)
}

// A witness cosigns no second history, no shorter one and none that the log
// did not sign.
func TestSplitView(t *testing.T) {
	ctx := context.Background()
	l := newLog(t, &publiclog.Memory{})
	other := newLog(t, &publiclog.Memory{})
	for i := range 5 {
		_, err := l.Append(entry(i))
		require.NoError(t, err)
		_, err = other.Append(entry(i + 10))
		require.NoError(t, err)
	}
	w := newWitness(t, l, "")
	head, err := l.Checkpoint(ctx)
	require.NoError(t, err)
	_, err = w.Cosign(ctx, head, nil, noon)
	require.NoError(t, err)
	refused := func(checkpoint []byte, proof tlog.TreeProof) {
		_, err := w.Cosign(ctx, checkpoint, proof, noon)
		split, ok := errors.AsType[*publiclog.SplitError](err)
		require.True(t, ok, "%v", err)
		require.EqualValues(t, 5, split.Seen.Size)
		require.Equal(t, int64(5), w.Size())
	}
	same, err := other.Checkpoint(ctx)
	require.NoError(t, err)
	refused(same, nil)
	_, err = other.Append(entry(20))
	require.NoError(t, err)
	longer, err := other.Checkpoint(ctx)
	require.NoError(t, err)
	proof, err := other.Extension(5, longer)
	require.NoError(t, err)
	refused(longer, proof)
	refused(longer, nil)
	shorter := newLog(t, &publiclog.Memory{})
	_, err = shorter.Append(entry(0))
	require.NoError(t, err)
	short, err := shorter.Checkpoint(ctx)
	require.NoError(t, err)
	refused(short, nil)
	_, err = w.Cosign(ctx, []byte(strings.Replace(string(head), "\n5\n", "\n6\n", 1)), nil, noon)
	require.Error(t, err)
	_, err = w.Cosign(ctx, head, nil, time.Time{})
	require.ErrorContains(t, err, "clock")
	_, err = w.Cosign(ctx, head, nil, noon)
	require.NoError(t, err, "the same head may be cosigned again")
	_, err = other.Prove(0, head)
	require.ErrorContains(t, err, "another hash")
	_, err = l.Prove(0, longer)
	require.Error(t, err)
}

// What a witness writes is a note that package note opens with the witness's
// key: its first line signed by the log, the second by the witness.
func TestCosignature(t *testing.T) {
	ctx := context.Background()
	l := newLog(t, &publiclog.Memory{})
	_, err := l.Append(entry(0))
	require.NoError(t, err)
	head, err := l.Checkpoint(ctx)
	require.NoError(t, err)
	key, err := note.NewVerifier(l.Key()) // the library's own
	require.NoError(t, err)
	_, err = note.Open(head, note.VerifierList(key))
	require.NoError(t, err)
	w := newWitness(t, l, "")
	cosigned, err := w.Cosign(ctx, head, nil, noon)
	require.NoError(t, err)
	opened, err := note.Open(cosigned, note.VerifierList(key))
	require.NoError(t, err)
	require.Len(t, opened.Sigs, 1)
	require.Len(t, opened.UnverifiedSigs, 1)
	require.Equal(t, "w.example", opened.UnverifiedSigs[0].Name)
}

// The file survives a crash at any byte, and goes on where it was.
func TestFile(t *testing.T) {
	ctx := context.Background()
	name := filepath.Join(t.TempDir(), "log.jsonl")
	s, err := publiclog.Open(name)
	require.NoError(t, err)
	l := newLog(t, s)
	for i := range 4 {
		_, err := l.Append(entry(i))
		require.NoError(t, err)
	}
	head, err := l.Checkpoint(ctx)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	whole, err := os.ReadFile(name)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(whole), "\n")
	for cut := 0; cut <= len(whole); cut += 7 {
		require.NoError(t, os.WriteFile(name, whole[:cut], 0o600))
		s, err := publiclog.Open(name)
		require.NoError(t, err)
		size, err := s.Size()
		require.NoError(t, err)
		require.EqualValues(t, strings.Count(string(whole[:cut]), "\n"), size)
		for i := int(size); i < 4; i++ {
			_, err := newLog(t, s).Append(entry(i))
			require.NoError(t, err)
		}
		again, err := newLog(t, s).Checkpoint(ctx)
		require.NoError(t, err)
		require.Equal(t, string(head), string(again))
		require.ErrorIs(t, s.Append(3, []byte("x"), nil), publiclog.ErrMoved)
		require.Error(t, s.Append(4, []byte("a\nb"), nil))
		require.NoError(t, s.Close())
	}
	// A line that was changed or removed shows against a head that was signed.
	for _, changed := range []string{
		strings.Replace(string(whole), `"sequence":2`, `"sequence":9`, 1),
		lines[0] + lines[2] + lines[3],
	} {
		require.NoError(t, os.WriteFile(name, []byte(changed), 0o600))
		s, err := publiclog.Open(name)
		require.NoError(t, err)
		_, err = newLog(t, s).Prove(0, head)
		require.Error(t, err)
		require.NoError(t, s.Close())
	}
	require.NoError(t, os.WriteFile(name, []byte(strings.Repeat("x", 5000)+"\n"), 0o600))
	_, err = publiclog.Open(name)
	require.ErrorContains(t, err, "line 1 is longer")
}

// A log of companies' statements tells nothing of whose they are.
func TestReference(t *testing.T) {
	a, b := attest.Reference([]byte("secret"), "kvk:1"), attest.Reference([]byte("other"), "kvk:1")
	require.NotEqual(t, a, b)
	require.NotContains(t, a, "kvk")
	require.Len(t, a, 64)
	require.Equal(t, a, attest.Reference([]byte("secret"), "kvk:1"))
}
