package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/stretchr/testify/require"
)

// smallDisk mounts a file system of so many bytes in memory.
func smallDisk(t *testing.T, size int) string {
	folder := t.TempDir()
	out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprint("size=", size), "keurmerk-ledger", folder).CombinedOutput()
	if err != nil {
		t.Skipf("no small file system can be mounted here (%v: %s); a limit of the file's size and a failing writer are tried all the same", err, bytes.TrimSpace(out))
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(folder, 0)) })
	return folder
}

// A full file system refuses an append, keeps what was acknowledged, and takes
// more once there is room.
func TestFullDisk(t *testing.T) {
	folder := smallDisk(t, 256<<10)
	name, ballast := filepath.Join(folder, "l.jsonl"), filepath.Join(folder, "ballast")
	require.NoError(t, os.WriteFile(ballast, make([]byte, 100<<10), 0o600))
	l := open(t, name)
	n := 0
	var err error
	for ; err == nil; n++ {
		err = l.Append(t.Context(), entry("a", n), entry("b", n))
	}
	require.ErrorIs(t, err, syscall.ENOSPC)
	n--
	require.Len(t, read(t, l, ""), 2*n)
	for range 3 {
		require.ErrorIs(t, l.Append(t.Context(), entry("a", n), entry("b", n)), syscall.ENOSPC)
	}
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	report, err := ledger.Verify(bytes.NewReader(data))
	require.NoError(t, err)
	require.True(t, report.Whole())
	require.Equal(t, 2*n, report.Lines)

	require.NoError(t, l.Close())
	l = open(t, name)
	require.Len(t, read(t, l, ""), 2*n, "it opens on a full disk")
	require.NoError(t, os.Remove(ballast))
	require.NoError(t, l.Append(t.Context(), entry("a", n), entry("b", n)))
	require.Len(t, read(t, l, ""), 2*n+2)
	require.NoError(t, l.Close())
	t.Logf("a tmpfs of 256 KiB, full after %d entries", 2*n)
}

// A program that appends to a disk that is full most of the time is killed at
// random points.
func TestKillOnFullDisk(t *testing.T) {
	folder := smallDisk(t, 2<<20)
	name, ballast := filepath.Join(folder, "l.jsonl"), filepath.Join(folder, "ballast")
	kills, seed := rounds(t), rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	tally := map[string]int{}
	there := 0
	for range kills {
		tally["kills"]++
		full := false
		acknowledged := killed(t, name, random, func(said string) {
			if said != "full" || full {
				return
			}
			full = true
			os.Remove(ballast) // a little room, soon gone
			tally["full"]++
		})
		if acknowledged < 0 {
			acknowledged = there
		}
		n, cut := check(t, name, acknowledged)
		if there = n; cut > 0 {
			tally["cut off"]++
		}
		if full {
			require.NoError(t, os.Remove(name))
			there = 0
			require.NoError(t, os.WriteFile(ballast, make([]byte, random.IntN(1<<20)), 0o600))
		}
	}
	require.Positive(t, tally["full"])
	t.Logf("a tmpfs of 2 MiB, seed %d: %v", seed, tally)
}

// The operating system refuses to write more than up to a byte of the file,
// for every byte of an append. (The limit is that of a process, so it is set
// in one of its own.)
func TestFullAtEveryByteOfAFile(t *testing.T) {
	program, err := os.Executable()
	require.NoError(t, err)
	c := exec.Command(program)
	c.Env = append(os.Environ(), childLimited+"="+t.TempDir())
	out, err := c.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Regexp(t, `^\d{3,} <nil>\n$`, string(out))
	t.Logf("RLIMIT_FSIZE at each of %s bytes", bytes.Fields(out)[0])
}

func everyLimit(folder string) (refused int, err error) {
	signal.Ignore(syscall.SIGXFSZ)
	ctx := context.Background()
	name := filepath.Join(folder, "l.jsonl")
	l, err := ledger.Open(name)
	if err == nil {
		err = l.Append(ctx, entry("a", 0), entry("b", 0))
	}
	if err != nil {
		return refused, err
	}
	acknowledged, err := os.ReadFile(name)
	if err != nil {
		return refused, err
	}
	first := len(acknowledged)
	for ; ; refused++ {
		if err := limit(uint64(first + refused)); err != nil {
			return refused, err
		}
		err := l.Append(ctx, entry("a", 1), entry("c", 1), entry("a", 2))
		if unlimited := limit(1 << 62); unlimited != nil {
			return refused, unlimited
		}
		after, failed := os.ReadFile(name)
		switch {
		case failed != nil:
			return refused, failed
		case err == nil && len(after) == first+refused:
			return refused, nil
		case err == nil:
			return refused, fmt.Errorf("byte %d: taken, with %d bytes in the file", refused, len(after))
		case !errors.Is(err, syscall.EFBIG):
			return refused, err
		case !bytes.Equal(acknowledged, after):
			return refused, fmt.Errorf("byte %d: the file holds something else than what was acknowledged", refused)
		}
	}
}

func limit(size uint64) error {
	var now syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &now); err != nil {
		return err
	}
	now.Cur = min(size, now.Max)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &now)
}
