package ledger

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/cyberkeurmerk/keurmerk/certify"
)

// Memory is a ledger that lasts as long as the process. It keeps entries as
// lines, as a file does, so that nobody who holds one can change it.
type Memory struct {
	mu    sync.RWMutex
	chain *chain
	all   [][]byte // lines
	of    map[string][][]byte
}

// NewMemory makes an empty ledger.
func NewMemory() *Memory {
	m := &Memory{of: map[string][][]byte{}}
	m.chain = newChain(func(company string, sequence int) (certify.Entry, error) {
		return decode(m.of[company][sequence-1])
	})
	return m
}

// Append implements [Ledger].
func (m *Memory) Append(ctx context.Context, entries ...certify.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	lines, err := Prepare(m.chain, entries)
	if err != nil {
		return err
	}
	for _, line := range lines {
		m.chain.commit(&line.Entry, line.Digest)
		m.all = append(m.all, line.Text)
		m.of[line.Entry.Company] = append(m.of[line.Entry.Company], line.Text)
	}
	return nil
}

// Read implements [Ledger].
func (m *Memory) Read(ctx context.Context, q Query) iter.Seq2[certify.Entry, error] {
	return func(yield func(certify.Entry, error) bool) {
		m.mu.RLock()
		lines := m.all
		if q.Company != "" {
			lines = m.of[q.Company]
		}
		m.mu.RUnlock()
		for _, line := range lines {
			e, err := decode(line)
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(certify.Entry{}, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

func decode(line []byte) (e certify.Entry, err error) {
	if err := e.UnmarshalJSON(line); err != nil {
		return certify.Entry{}, fmt.Errorf("what the ledger keeps can't be read: %w", err)
	}
	return e, nil
}
