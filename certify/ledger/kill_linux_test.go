package ledger_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/stretchr/testify/require"
)

// The test program is also the one that is killed: with childLedger it appends
// to that file and does not stop by itself. With childLimited it tries every
// limit of the size of a file in that folder.
const (
	childLedger  = "KEURMERK_LEDGER_CHILD"
	childLimited = "KEURMERK_LEDGER_LIMITED"
)

func TestMain(m *testing.M) {
	if name := os.Getenv(childLedger); name != "" {
		fmt.Println("failed", child(name))
		return
	}
	if folder := os.Getenv(childLimited); folder != "" {
		fmt.Println(everyLimit(folder))
		return
	}
	os.Exit(m.Run())
}

// child appends numbered entries from where the ledger ends. It says "open"
// when it has opened it, "ack" and the next number after each append, and
// "full" and the number if there was no room.
func child(name string) error {
	l, err := ledger.Open(name)
	if err != nil {
		return err
	}
	defer l.Close()
	next := 0
	for _, err := range l.Read(context.Background(), ledger.Query{}) {
		if err != nil {
			return err
		}
		next++
	}
	fmt.Println("open", next)
	for {
		switch err := l.Append(context.Background(), batch(next)...); {
		case err == nil:
			next += len(batch(next))
			fmt.Println("ack", next)
		case errors.Is(err, syscall.ENOSPC):
			fmt.Println("full", next)
		default:
			return err
		}
	}
}

// batch is what is appended when there are n entries: the same each time. Its
// entries are mostly short, and sometimes so long that writing them takes a
// while.
func batch(n int) []certify.Entry {
	random := rand.New(rand.NewPCG(uint64(n), 0))
	all := make([]certify.Entry, 1+random.IntN(6))
	for i := range all {
		e := entry(fmt.Sprint("kvk:", random.IntN(9)), (n+i)%120)
		e.ID = fmt.Sprint(n + i)
		e.Cause = strings.Repeat("x", random.IntN(300))
		if random.IntN(4) == 0 {
			e.Cause = strings.Repeat("x", random.IntN(1<<20))
		}
		all[i] = e
	}
	return all
}

// killed starts the child, kills it at a random point and gives the number
// that it acknowledged last, -1 if it did not get as far as to open the file.
func killed(t *testing.T, name string, random *rand.Rand, watch func(said string)) int {
	program, err := os.Executable()
	require.NoError(t, err)
	c := exec.Command(program)
	c.Env = append(os.Environ(), childLedger+"="+name)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	said := 0
	wait := random.IntN(8) // acknowledgements before it is killed …
	if random.IntN(8) == 0 {
		wait = 0 // … or while it opens
	}
	pause := time.Duration(random.IntN(3000)) * time.Microsecond
	kill := func() { time.Sleep(pause); c.Process.Kill() }
	if wait == 0 {
		go kill()
	}
	acknowledged := -1
	for lines := bufio.NewScanner(out); lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		require.NotEqual(t, "failed", word, rest)
		acknowledged, err = strconv.Atoi(rest)
		require.NoError(t, err)
		if watch != nil {
			watch(word)
		}
		if said++; said == wait {
			go kill()
		}
	}
	require.Error(t, c.Wait(), "it does not end by itself")
	return acknowledged
}

// check opens the ledger after a kill. Everything acknowledged is there, and
// of the one append that was under way all or nothing. It gives how many
// entries there are and how many bytes were cut off.
func check(t *testing.T, name string, acknowledged int) (entries int, cut int64) {
	l, err := ledger.Open(name)
	require.NoError(t, err)
	defer l.Close()
	require.GreaterOrEqual(t, len(read(t, l, "")), acknowledged, "nothing acknowledged is lost")
	n, whole := 0, map[int]bool{0: true}
	var want []certify.Entry
	for e, err := range l.Read(t.Context(), ledger.Query{}) {
		require.NoError(t, err)
		if len(want) == 0 {
			want = batch(n)
			whole[n+len(want)] = true
		}
		require.True(t, want[0].Same(&e), "entry %d", n)
		want = want[1:]
		n++
	}
	require.True(t, whole[n], "nothing is half there: %d entries", n)
	require.LessOrEqual(t, n, max(acknowledged, 0)+len(batch(max(acknowledged, 0))))
	return n, l.Cut()
}

// A second process that appends is refused, with words that tell why, as long
// as the first has the file open, and no longer.
func TestSecondProcess(t *testing.T) {
	name := filepath.Join(t.TempDir(), "l.jsonl")
	l := open(t, name)
	program, err := os.Executable()
	require.NoError(t, err)
	c := exec.Command(program)
	c.Env = append(os.Environ(), childLedger+"="+name)
	out, err := c.Output()
	require.NoError(t, err)
	require.Equal(t, "failed "+name+": "+ledger.ErrLocked.Error()+"\n", string(out))
	require.NoError(t, l.Close())

	c = exec.Command(program)
	c.Env = append(os.Environ(), childLedger+"="+name)
	said, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	first, err := bufio.NewReader(said).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "open 0\n", first)
	_, err = ledger.Open(name)
	require.NoError(t, c.Process.Kill())
	require.ErrorIs(t, err, ledger.ErrLocked)
	require.Error(t, c.Wait())
	read(t, open(t, name), "") // once the other is gone
}

// rounds is how often a program is killed.
func rounds(t *testing.T) int {
	if os.Getenv("KEURMERK_SLOW") == "1" {
		return 1000
	}
	t.Log("20 kills; 1,000 with KEURMERK_SLOW=1")
	return 20
}

// A program that appends is killed at random points, at random sizes of the
// file, each time going on with what the last one left: on a disk, where it
// mostly waits for the disk, and in memory, where it mostly writes.
func TestKill(t *testing.T) {
	folders := []string{t.TempDir()}
	if memory, err := os.MkdirTemp("/dev/shm", "ledger-"); err == nil {
		t.Cleanup(func() { os.RemoveAll(memory) })
		folders = append(folders, memory)
	} else {
		t.Logf("not on a disk in memory: %v", err)
	}
	kills, seed := rounds(t), rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	tally := map[string]int{}
	for _, folder := range folders {
		name, limit, there := filepath.Join(folder, "l.jsonl"), int64(0), 0
		for range kills / len(folders) {
			if info, err := os.Stat(name); err == nil && info.Size() > limit {
				limit, there = random.Int64N(8<<20), 0
				tally["largest file"] = max(tally["largest file"], int(info.Size()))
				require.NoError(t, os.Remove(name))
			}
			acknowledged := killed(t, name, random, nil)
			if acknowledged < 0 {
				acknowledged = there
				tally["killed while opening"]++
			}
			n, cut := check(t, name, acknowledged)
			if there = n; cut > 0 {
				tally["cut off"]++
			}
			if n > acknowledged {
				tally["whole but not acknowledged yet"]++
			}
			tally["kills"]++
		}
	}
	t.Logf("seed %d: %v", seed, tally)
	if kills >= 1000 {
		require.Positive(t, tally["cut off"], "some were killed while they wrote")
	}
}
