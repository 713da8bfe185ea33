package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"github.com/cyberkeurmerk/keurmerk/certify/attest/publiclog"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/tlog"
)

func logCommand(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "log",
		Short: "Keep the public log of statements, witness it, and prove what stands in it",
		Long: `Keep the public log of statements, witness it, and prove what stands in it.

The issuer:   keurmerk log add cards.jsonl --store log.jsonl --name log.example --key log.pem --secret secret > head
              keurmerk log extension head --store log.jsonl --name log.example --key log.pem --from 12 > proof
The insurer:  keurmerk log witness head --state seen --proof proof --log VKEY --name insurer.example --key insurer.pem > cosigned
The issuer:   keurmerk log prove cards.jsonl --checkpoint cosigned --store log.jsonl … >> proofs.jsonl
              keurmerk attest bundle … --proofs proofs.jsonl

Heads and proofs are texts in the formats of c2sp.org: checkpoint and tlog-proof.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(logKey(s), logAdd(s), logExtension(s), logWitness(s), logProve(s))
	return cmd
}

func logKey(s *streams) *cobra.Command {
	var witness bool
	cmd := &cobra.Command{
		Use:   "key NAME KEY",
		Short: "Write the verifier key of a log or witness, as a trust root names it",
		Args:  cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			key, err := publicKeyOf(args[1])
			if err != nil {
				return err
			}
			vkey, err := attest.NoteKey(args[0], key, witness)
			if err == nil {
				_, err = fmt.Fprintln(s.out, vkey)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&witness, "witness", false, "the key of a witness, not of a log")
	return cmd
}

// logFlags say which log it is.
type logFlags struct{ store, name, key, secret string }

func (f *logFlags) add(cmd *cobra.Command, secret bool) {
	cmd.Flags().StringVar(&f.store, "store", "", "the file that holds the log, a record a line; made if there is none")
	cmd.Flags().StringVar(&f.name, "name", "", "name of the log")
	cmd.Flags().StringVar(&f.key, "key", "", "private key of the log, in PEM")
	if secret {
		cmd.Flags().StringVar(&f.secret, "secret", "", "a file with the secret under which companies are referred to, at least 16 bytes")
	}
}

// open opens the store and its log.
func (f *logFlags) open() (*publiclog.Log, func() error, error) {
	if f.store == "" || f.name == "" {
		return nil, nil, errors.New("--store and --name are needed: the file of the log, and its name")
	}
	key, err := privateKeyOf(f.key)
	if err != nil {
		return nil, nil, err
	}
	store, err := publiclog.Open(f.store)
	if err != nil {
		return nil, nil, err
	}
	l, err := publiclog.New(f.name, key, key.Public(), store)
	if err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	return l, store.Close, nil
}

// entries reads statements and gives the log's entry for each.
func (f *logFlags) entries(s *streams, names []string) (entries []attest.LogEntry, err error) {
	secret, err := os.ReadFile(f.secret)
	if err != nil {
		return nil, fmt.Errorf("--secret: %w", err)
	}
	if secret = bytes.TrimSpace(secret); len(secret) < 16 {
		return nil, errors.New("--secret: fewer than 16 bytes can be guessed")
	}
	var scorecards []*attest.Envelope
	for _, name := range names {
		envelopes, err := s.envelopes(name)
		if err != nil {
			return nil, err
		}
		for i, e := range envelopes {
			entry, err := attest.EntryOf(e, secret, scorecards)
			if err != nil {
				return nil, fmt.Errorf("%s: statement %d: %w", name, i+1, err)
			}
			if entry.Kind == "scorecard" {
				scorecards = append(scorecards, e)
			}
			entries = append(entries, entry)
		}
	}
	return entries, nil
}

func logAdd(s *streams) *cobra.Command {
	var f logFlags
	cmd := &cobra.Command{
		Use:   "add STATEMENTS...",
		Short: "Add statements to the log and write its new head; what is there already is not added again",
		Long: `Add statements (scorecards, certificates, status lists: one envelope a line) to the log
and write its new head. A certificate needs the scorecards that it rests on before it,
in the same or an earlier file; what is in the log already is not added again.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, names []string) (err error) {
			entries, err := f.entries(s, names)
			if err != nil {
				return err
			}
			l, closing, err := f.open()
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, closing()) }()
			for _, e := range entries {
				if _, err := l.Append(e); err != nil {
					return err
				}
			}
			head, err := l.Checkpoint(cmd.Context())
			if err == nil {
				_, err = s.out.Write(head)
			}
			return err
		},
	}
	f.add(cmd, true)
	return cmd
}

func logExtension(s *streams) *cobra.Command {
	var f logFlags
	var from int64
	cmd := &cobra.Command{
		Use:   "extension CHECKPOINT",
		Short: "Prove to a witness that a head continues the log that it has seen, a hash a line",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) (err error) {
			head, err := s.readAll(args[0], attest.MaxProof)
			if err != nil {
				return err
			}
			l, closing, err := f.open()
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, closing()) }()
			proof, err := l.Extension(from, head)
			if err != nil {
				return err
			}
			for _, h := range proof {
				if _, err := fmt.Fprintln(s.out, h); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f.add(cmd, false)
	cmd.Flags().Int64Var(&from, "from", 0, "how many entries the log had when the witness last cosigned")
	return cmd
}

func logWitness(s *streams) *cobra.Command {
	var state, proof, log, name, keyFile, at string
	cmd := &cobra.Command{
		Use:   "witness CHECKPOINT",
		Short: "Cosign a head of the log, if it continues the one seen before",
		Long: `Cosign a head of the log, if it continues the one seen before, which --state holds; the
exit status is 1 if it does not. Keep both heads then: the issuer shows two histories.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if state == "" || log == "" || name == "" {
				return errors.New("--state, --log and --name are needed")
			}
			head, err := s.readAll(args[0], attest.MaxProof)
			if err != nil {
				return err
			}
			key, err := privateKeyOf(keyFile)
			if err != nil {
				return err
			}
			last, err := os.ReadFile(state)
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
			w, err := publiclog.NewWitness(name, key, key.Public(), log, string(last))
			if err != nil {
				return err
			}
			hashes, err := s.hashes(proof)
			if err != nil {
				return err
			}
			now, err := instant(at, finding.DefaultZone)
			if err != nil {
				return fmt.Errorf("--at: %w", err)
			}
			cosigned, err := w.Cosign(cmd.Context(), head, hashes, now)
			if split, ok := errors.AsType[*publiclog.SplitError](err); ok {
				s.say("not cosigned: %v", split)
				return errNo
			}
			if err != nil {
				return err
			}
			if err := writeFile(state, []byte(w.Last())); err != nil { // before anyone sees the cosignature
				return err
			}
			_, err = s.out.Write(cosigned)
			return err
		},
	}
	set := cmd.Flags()
	set.StringVar(&state, "state", "", "the file in which the witness keeps what it has seen; made if there is none")
	set.StringVar(&proof, "proof", "", "the proof that the head continues that (keurmerk log extension)")
	set.StringVar(&log, "log", "", "verifier key of the log")
	set.StringVar(&name, "name", "", "name of the witness")
	set.StringVar(&keyFile, "key", "", "private key of the witness, in PEM")
	set.StringVar(&at, "at", "", "the witness's clock; left out: now")
	return cmd
}

// hashes reads a proof that a log was continued.
func (s *streams) hashes(name string) (tlog.TreeProof, error) {
	if name == "" {
		return nil, nil
	}
	text, err := s.readAll(name, attest.MaxProof)
	if err != nil {
		return nil, err
	}
	var proof tlog.TreeProof
	for line := range strings.FieldsSeq(string(text)) {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return nil, fmt.Errorf("%s: %q is no hash", name, line)
		}
		proof = append(proof, tlog.Hash(hash))
	}
	return proof, nil
}

// provenLine is a line of log prove.
type provenLine struct {
	Digest    string `json:"digest"`
	Reference string `json:"reference"`
	Proof     string `json:"proof"`
}

func logProve(s *streams) *cobra.Command {
	var f logFlags
	var checkpoint string
	cmd := &cobra.Command{
		Use:   "prove STATEMENTS...",
		Short: "Prove that statements stand in the log under a cosigned head, one proof a line",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, names []string) (err error) {
			head, err := s.readAll(checkpoint, attest.MaxProof)
			if err != nil {
				return fmt.Errorf("--checkpoint: %w", err)
			}
			entries, err := f.entries(s, names)
			if err != nil {
				return err
			}
			l, closing, err := f.open()
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, closing()) }()
			var out bytes.Buffer
			for _, e := range entries {
				index, err := l.Find(e)
				if err != nil {
					return fmt.Errorf("%s %s: %w", e.Kind, e.Digest, err)
				}
				proof, err := l.Prove(index, head)
				if err != nil {
					return err
				}
				line, err := json.Marshal(provenLine{e.Digest, e.Company, proof.Text()})
				if err != nil {
					return err
				}
				out.Write(append(line, '\n'))
			}
			_, err = s.out.Write(out.Bytes())
			return err
		},
	}
	f.add(cmd, true)
	cmd.Flags().StringVar(&checkpoint, "checkpoint", "", "the head of the log, cosigned by its witnesses")
	return cmd
}

// proofs reads what log prove writes. Of several proofs of a statement the
// first counts: the earliest head that holds it.
func (s *streams) proofs(name string) (proofs map[string]string, reference string, err error) {
	f, err := s.open(name)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	proofs = map[string]string{}
	for line, err := range finding.Lines(f, 2*attest.MaxProof) {
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", name, err)
		}
		var p provenLine
		if err := json.Unmarshal(line.Text, &p); err != nil {
			return nil, "", fmt.Errorf("%s: line %d: %w", name, line.Number, err)
		}
		if _, there := proofs[p.Digest]; !there {
			proofs[p.Digest] = p.Proof
		}
		if p.Reference != attest.NoCompany {
			reference = p.Reference
		}
	}
	return proofs, reference, nil
}
