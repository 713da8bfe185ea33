package ledger

import (
	"context"
	"iter"
	"sync"

	"github.com/cyberkeurmerk/keurmerk/certify"
)

// Memory is a ledger that lasts as long as the process. It may be used by any
// number of goroutines at once.
type Memory struct {
	mu      sync.RWMutex
	chain   *chain
	entries []certify.Entry
}

// NewMemory makes an empty ledger.
func NewMemory() *Memory { return &Memory{chain: newChain(false)} }

// Append implements [Ledger].
func (m *Memory) Append(ctx context.Context, entries ...certify.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	fresh, lines, err := m.chain.prepare(entries)
	if err != nil {
		return err
	}
	for i, e := range fresh {
		m.chain.commit(e, lines[i])
	}
	m.entries = append(m.entries, fresh...)
	return nil
}

// Read implements [Ledger]. It yields what was there when it began.
func (m *Memory) Read(ctx context.Context, q Query) iter.Seq2[certify.Entry, error] {
	return func(yield func(certify.Entry, error) bool) {
		m.mu.RLock()
		entries := m.entries[:len(m.entries):len(m.entries)]
		m.mu.RUnlock()
		for _, e := range entries {
			if err := ctx.Err(); err != nil {
				yield(certify.Entry{}, err)
				return
			}
			if q.wants(&e) && !yield(e, nil) {
				return
			}
		}
	}
}
