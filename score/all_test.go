package score_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// documents makes n of them; make gets the number of each.
func documents(n int, make func(i int) (*finding.Month, error)) iter.Seq[finding.Document] {
	return func(yield func(finding.Document) bool) {
		for i := range n {
			if !yield(func(*finding.Decoder) (*finding.Month, error) { return make(i) }) {
				return
			}
		}
	}
}

func numbered(i int) *finding.Month {
	m := someMonth()
	m.Company.ID = fmt.Sprint(i)
	return m
}

var errBad = errors.New("bad")

// nothingRuns waits until there are no more goroutines than before.
func nothingRuns(t *testing.T, before int) {
	for wait := time.Millisecond; runtime.NumGoroutine() > before; wait *= 2 {
		require.Less(t, wait, 5*time.Second, "something is left running")
		time.Sleep(wait)
	}
}

// However long each takes, cards and errors come in the order of the
// documents, and whoever goes on gets all of them.
func TestDocumentsInOrder(t *testing.T) {
	n, before := reference(t), runtime.NumGoroutine()
	slow := documents(500, func(i int) (*finding.Month, error) {
		for range rand.IntN(50) {
			runtime.Gosched()
		}
		if i%10 == 7 {
			return nil, fmt.Errorf("%d: %w", i, errBad)
		}
		return numbered(i), nil
	})
	i := 0
	for c, err := range score.Documents(t.Context(), n, slow) {
		if i%10 == 7 {
			require.EqualError(t, err, fmt.Sprintf("%d: bad", i))
			require.Nil(t, c)
		} else {
			require.NoError(t, err)
			require.Equal(t, fmt.Sprint(i), c.Company)
		}
		i++
	}
	require.Equal(t, 500, i)
	nothingRuns(t, before)
}

// Whoever stops at the first error sees the first in order, whichever comes
// first in time, and leaves nothing running.
func TestDocumentsStop(t *testing.T) {
	n, before := reference(t), runtime.NumGoroutine()
	for range 50 {
		for _, err := range score.Documents(t.Context(), n, documents(100, func(i int) (*finding.Month, error) {
			if i >= 20 {
				return nil, fmt.Errorf("%d: %w", i, errBad)
			}
			runtime.Gosched()
			return numbered(i), nil
		})) {
			if err != nil {
				require.EqualError(t, err, "20: bad")
				break
			}
		}
	}
	nothingRuns(t, before)
}

// Documents are decoded side by side: each of two waits for the other.
func TestDocumentsOnAllCores(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	var both sync.WaitGroup
	both.Add(2)
	cards := 0
	for _, err := range score.Documents(t.Context(), reference(t), documents(2, func(i int) (*finding.Month, error) {
		both.Done()
		both.Wait()
		return numbered(i), nil
	})) {
		require.NoError(t, err)
		cards++
	}
	require.Equal(t, 2, cards)
}

// Nobody runs far ahead of a slow reader of cards.
func TestDocumentsBounded(t *testing.T) {
	cores := runtime.GOMAXPROCS(0)
	var asked atomic.Int64
	source := documents(1000, func(i int) (*finding.Month, error) { return numbered(i), nil })
	counted := func(yield func(finding.Document) bool) {
		for d := range source {
			asked.Add(1)
			if !yield(d) {
				return
			}
		}
	}
	taken := int64(0)
	for _, err := range score.Documents(t.Context(), reference(t), counted) {
		require.NoError(t, err)
		for range 100 {
			runtime.Gosched()
		}
		taken++
		require.LessOrEqual(t, asked.Load()-taken, int64(3*cores+2))
	}
	require.EqualValues(t, 1000, taken)
}

// When ctx ends, its error comes at once, though the source has nothing yet
// to say, and it is the last; the loop ends when the source does.
func TestDocumentsCancel(t *testing.T) {
	n, before := reference(t), runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	release := make(chan struct{})
	waiting := func(yield func(finding.Document) bool) {
		if yield(func(*finding.Decoder) (*finding.Month, error) { return numbered(0), nil }) {
			<-release
		}
	}
	var last error
	pairs := 0
	for _, err := range score.Documents(ctx, n, waiting) {
		pairs++
		if err == nil {
			cancel()
			continue
		}
		last = err
		close(release)
	}
	require.Equal(t, 2, pairs)
	require.ErrorIs(t, last, context.Canceled)
	for _, err := range score.Documents(ctx, n, documents(5, func(i int) (*finding.Month, error) { return numbered(i), nil })) {
		require.ErrorIs(t, err, context.Canceled)
	}
	nothingRuns(t, before)
}

// A hundred thousand months pass through in the memory of a few.
func TestDocumentsAreFlat(t *testing.T) {
	months := 100_000
	if !slow() {
		months = 5_000
	}
	text, err := company(30).MarshalJSON()
	require.NoError(t, err)
	count, highest := 0, uint64(0)
	var memory runtime.MemStats
	lines := io.LimitReader(&repeated{text: append(text, '\n')}, int64(months)*int64(len(text)+1))
	for _, err := range score.Documents(t.Context(), reference(t), finding.Documents(lines)) {
		require.NoError(t, err)
		if count++; count%1000 == 0 {
			runtime.ReadMemStats(&memory)
			highest = max(highest, memory.HeapInuse+memory.StackInuse)
		}
	}
	require.Equal(t, months, count)
	require.Less(t, highest, uint64(64<<20))
	t.Logf("%d months: at most %d MiB in use", months, highest>>20)
}

// repeated is a text again and again.
type repeated struct {
	text []byte
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.at:])
	r.at = (r.at + n) % len(r.text)
	return n, nil
}

// Decoded into the same memory one after the other, months give the cards that
// each gives by itself, whatever came before.
func TestDocumentsInSameMemory(t *testing.T) {
	n := reference(t)
	rapid.Check(t, func(t *rapid.T) {
		var lines bytes.Buffer
		var want []string
		for range rapid.IntRange(1, 12).Draw(t, "months") {
			m := findingtest.Month(t)
			if rapid.IntRange(0, 5).Draw(t, "bad") == 0 {
				m.Company.ID = ""
			}
			var line bytes.Buffer
			require.NoError(t, m.Encode(&line))
			lines.Write(line.Bytes())
			read, err := finding.DecodeBytes(line.Bytes())
			if err != nil {
				want = append(want, err.Error())
				continue
			}
			want = append(want, jsonOf(t, judge(t, n, read)))
		}
		var got []string
		var cards []*score.Card // written when all months have been read
		for c, err := range score.Documents(context.Background(), n, finding.Documents(&lines)) {
			if err != nil {
				got, cards = append(got, errors.Unwrap(err).Error()), append(cards, nil)
				continue
			}
			got, cards = append(got, ""), append(cards, c)
		}
		for i, c := range cards {
			if c != nil {
				got[i] = jsonOf(t, c)
			}
		}
		require.Equal(t, want, got)
	})
}

func jsonOf(t require.TestingT, c *score.Card) string {
	text, err := json.Marshal(c)
	require.NoError(t, err)
	return string(text)
}

func slow() bool { return os.Getenv("KEURMERK_SLOW") == "1" }
