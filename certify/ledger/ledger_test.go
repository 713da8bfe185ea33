package ledger_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger/ledgertest"
	"github.com/stretchr/testify/require"
)

func open(t testing.TB, name string) *ledger.File {
	l, err := ledger.Open(name)
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return l
}

func TestMemory(t *testing.T) {
	ledgertest.Run(t, ledgertest.Store{Open: func(*testing.T) ledger.Ledger { return ledger.NewMemory() }})
}

func TestFile(t *testing.T) {
	names := map[ledger.Ledger]string{}
	ledgertest.Run(t, ledgertest.Store{
		Open: func(t *testing.T) ledger.Ledger {
			name := filepath.Join(t.TempDir(), "history.jsonl")
			l := open(t, name)
			names[l] = name
			return l
		},
		Reopen: func(t *testing.T, l ledger.Ledger) ledger.Ledger {
			require.NoError(t, l.(*ledger.File).Close())
			again := open(t, names[l])
			require.Zero(t, again.Cut())
			names[again] = names[l]
			return again
		},
	})
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
