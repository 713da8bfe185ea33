// Package publiclog keeps the public log of a scheme: an append-only Merkle
// tree (RFC 6962) of the digests of all statements, whose heads witnesses
// cosign.
//
// [Log.Append] puts a statement into it, [Log.Prove] shows that it is there,
// and [Witness.Cosign] is what each insurer does, so that the issuer can't show
// two histories:
//
//	log, err := publiclog.New("log.example", signer, key, store)
//	index, err := log.Append(attest.LogEntry{Company: reference, Digest: e.Digest(), Kind: "scorecard", Sequence: 1})
//	head, err := log.Checkpoint(ctx)
//	head, err = witness.Cosign(ctx, head, proof, now)
//	proof, err := log.Prove(index, head)
//
// Heads and proofs are texts in the formats of https://c2sp.org: a checkpoint
//
//	log.example
//	3
//	XdXrBrsRKGtc1Ok0JlKgsE0bb7Fnfj0YRSWwIczUOp8=
//
//	— log.example JWQ4…
//	— insurer.example Hq7s…
//
// and a tlog-proof, which holds one. The host keeps records and hashes through
// a [Store]; [Open] gives one in a file.
package publiclog

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Store keeps what a log consists of. Records are never changed or removed.
type Store interface {
	// ReadHashes gives stored hashes by index, as package tlog numbers them.
	tlog.HashReader

	// Size is how many records there are.
	Size() (int64, error)

	// Record gives the record with the index.
	Record(index int64) ([]byte, error)

	// Append adds the record with the index size and the hashes that come with
	// it, all or nothing, for good when it returns. It fails if there are not
	// exactly size records.
	Append(size int64, record []byte, hashes []tlog.Hash) error
}

// Log appends to a store and signs its heads. It may be used by any number of
// goroutines at once; a store belongs to one log.
type Log struct {
	name   string
	key    string // as attest.NoteKey writes it
	signer attest.Signer
	store  Store

	mu    sync.Mutex
	index map[string]int64 // of each record
}

// New opens a log over what the store holds. The name is that of the log in
// checkpoints; the key is the signer's.
func New(name string, signer attest.Signer, key attest.Key, store Store) (*Log, error) {
	vkey, err := attest.NoteKey(name, key, false)
	if err != nil {
		return nil, err
	}
	l := &Log{name: name, key: vkey, signer: signer, store: store, index: map[string]int64{}}
	size, err := store.Size()
	if err != nil {
		return nil, err
	}
	for i := range size {
		record, err := store.Record(i)
		if err != nil {
			return nil, err
		}
		l.index[string(record)] = i
	}
	return l, nil
}

// Key is the log's verifier key, as a trust root names it.
func (l *Log) Key() string { return l.key }

// Append adds the entry, and gives its index. An entry that is there already
// is not added again.
func (l *Log) Append(entry attest.LogEntry) (int64, error) {
	record, err := entry.Record()
	if err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if i, there := l.index[string(record)]; there {
		return i, nil
	}
	size, err := l.store.Size()
	if err != nil {
		return 0, err
	}
	hashes, err := tlog.StoredHashes(size, record, l.store)
	if err != nil {
		return 0, err
	}
	if err := l.store.Append(size, record, hashes); err != nil {
		return 0, err
	}
	l.index[string(record)] = size
	return size, nil
}

// ErrAbsent says that the log does not hold an entry.
var ErrAbsent = errors.New("the log has no such entry")

// Find gives the index of the entry, or [ErrAbsent].
func (l *Log) Find(entry attest.LogEntry) (int64, error) {
	record, err := entry.Record()
	if err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if i, there := l.index[string(record)]; there {
		return i, nil
	}
	return 0, ErrAbsent
}

// Checkpoint is the log's present head, signed.
func (l *Log) Checkpoint(ctx context.Context) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	size, err := l.store.Size()
	if err != nil {
		return nil, err
	}
	root, err := tlog.TreeHash(size, l.store)
	if err != nil {
		return nil, err
	}
	head := &attest.Checkpoint{Origin: l.name, Size: size, Hash: root}
	return note.Sign(&note.Note{Text: head.String()}, &line{ctx: ctx, name: l.name, vkey: l.key, signer: l.signer})
}

// Prove shows that the entry with the index stands in the tree of which the
// checkpoint, signed and cosigned, is the head.
func (l *Log) Prove(index int64, checkpoint []byte) (*attest.Proof, error) {
	head, err := l.own(checkpoint)
	if err != nil {
		return nil, err
	}
	if index < 0 || index >= head.Size {
		return nil, ErrAbsent
	}
	hashes, err := tlog.ProveRecord(head.Size, index, l.store)
	if err != nil {
		return nil, err
	}
	return &attest.Proof{Index: index, Hashes: hashes, Checkpoint: checkpoint}, nil
}

// Extension proves to a witness that the checkpoint continues the log as it was
// when it had size entries.
func (l *Log) Extension(size int64, checkpoint []byte) (tlog.TreeProof, error) {
	head, err := l.own(checkpoint)
	if err != nil {
		return nil, err
	}
	switch {
	case size < 0 || size > head.Size:
		return nil, fmt.Errorf("a log of %d entries does not continue one of %d", head.Size, size)
	case size == 0 || size == head.Size:
		return nil, nil
	}
	return tlog.ProveTree(head.Size, size, l.store)
}

// own opens a checkpoint and sees that the store agrees with it.
func (l *Log) own(checkpoint []byte) (*attest.Checkpoint, error) {
	head, err := attest.OpenCheckpoint(checkpoint, l.key)
	if err != nil {
		return nil, err
	}
	size, err := l.store.Size()
	if err != nil {
		return nil, err
	}
	if head.Size > size {
		return nil, fmt.Errorf("the store has %d entries, the checkpoint %d", size, head.Size)
	}
	root, err := tlog.TreeHash(head.Size, l.store)
	if err != nil {
		return nil, err
	}
	if root != head.Hash {
		return nil, fmt.Errorf("the store is not that of the checkpoint: its first %d entries have another hash", head.Size)
	}
	return head, nil
}
