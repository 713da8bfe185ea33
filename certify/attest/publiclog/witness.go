package publiclog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Witness cosigns the heads of one log, each only if it continues the one
// before. What it remembers is one checkpoint: the host keeps [Witness.Last]
// and hands it to [NewWitness].
type Witness struct {
	name   string
	vkey   string
	signer attest.Signer
	log    string // verifier key of the log

	mu   sync.Mutex
	last *attest.Checkpoint // nil: has seen nothing yet
}

// NewWitness gives the witness with the name and key for the log with the
// verifier key. The last checkpoint is a text as [Witness.Last] gives it; empty
// for a witness that has seen none.
func NewWitness(name string, signer attest.Signer, key attest.Key, log, last string) (*Witness, error) {
	vkey, err := attest.NoteKey(name, key, true)
	if err != nil {
		return nil, err
	}
	w := &Witness{name: name, vkey: vkey, signer: signer, log: log}
	if last != "" {
		if w.last, err = attest.ParseCheckpoint(last); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// Key is the witness's verifier key, as a trust root names it.
func (w *Witness) Key() string { return w.vkey }

// Last is the checkpoint that the witness remembers; empty if none.
func (w *Witness) Last() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last == nil {
		return ""
	}
	return w.last.String()
}

// Size is how many entries the log had when the witness last cosigned: what a
// proof for the next must begin at.
func (w *Witness) Size() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last == nil {
		return 0
	}
	return w.last.Size
}

// A SplitError says that a log does not continue what the witness has seen: it
// shows two histories, or the proof is wrong. Both checkpoints are worth
// keeping.
type SplitError struct {
	Seen, Shown *attest.Checkpoint
	Err         error
}

// Error says what does not fit.
func (e *SplitError) Error() string {
	return fmt.Sprintf("the log does not continue what was seen (%d entries): %v", e.Seen.Size, e.Err)
}

// Unwrap gives the reason.
func (e *SplitError) Unwrap() error { return e.Err }

// Cosign adds the witness's line to a checkpoint: at this time, by the
// witness's own clock, it was a continuation of all that it had seen. The
// error is a [*SplitError], or says that the log did not sign the checkpoint.
// The host must keep [Witness.Last] before it hands the checkpoint on.
func (w *Witness) Cosign(ctx context.Context, checkpoint []byte, proof tlog.TreeProof, at time.Time) ([]byte, error) {
	head, err := attest.OpenCheckpoint(checkpoint, w.log)
	if err != nil {
		return nil, err
	}
	if at.Unix() <= 0 {
		return nil, errors.New("a witness needs a clock")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last != nil {
		if err := head.Extends(w.last, proof); err != nil {
			return nil, &SplitError{w.last, head, err}
		}
	}
	own, err := note.Sign(&note.Note{Text: head.String()}, &line{ctx: ctx, name: w.name, vkey: w.vkey, signer: w.signer, at: at.Unix()})
	if err != nil {
		return nil, err
	}
	_, lines, _ := strings.Cut(string(own), "\n\n")
	w.last = head
	return append(checkpoint[:len(checkpoint):len(checkpoint)], lines...), nil
}

// line signs a checkpoint as the log does, or at a time as a witness does. It
// is a [note.Signer].
type line struct {
	ctx    context.Context
	name   string
	vkey   string
	signer attest.Signer
	at     int64 // Unix seconds; 0: as the log
}

// Name stands on the signature's line.
func (l *line) Name() string { return l.name }

// KeyHash is the second part of the verifier key.
func (l *line) KeyHash() uint32 {
	parts := strings.SplitN(l.vkey, "+", 3)
	if len(parts) != 3 {
		return 0
	}
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return 0
	}
	return uint32(hash)
}

// Sign signs the checkpoint's text.
func (l *line) Sign(text []byte) ([]byte, error) {
	if l.at == 0 {
		signature, err := l.signer.Sign(l.ctx, text)
		return signature.Sig, err
	}
	signature, err := l.signer.Sign(l.ctx, attest.CosignedMessage(text, l.at))
	return append(binary.BigEndian.AppendUint64(nil, uint64(l.at)), signature.Sig...), err
}
