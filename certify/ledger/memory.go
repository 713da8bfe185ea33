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
func NewMemory() *Memory { return &Memory{chain: newChain(false), of: map[string][][]byte{}} }

// Append implements [Ledger].
func (m *Memory) Append(ctx context.Context, entries ...certify.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	fresh, err := m.chain.prepare(entries, func(company string, sequence int) (certify.Entry, error) {
		return decode(m.of[company][sequence-1])
	})
	if err != nil {
		return err
	}
	for _, a := range fresh {
		m.chain.commit(&a.entry, a.link.Digest)
		m.all = append(m.all, a.line)
		m.of[a.entry.Company] = append(m.of[a.entry.Company], a.line)
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
