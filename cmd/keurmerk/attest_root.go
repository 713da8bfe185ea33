package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/spf13/cobra"
)

// rootFlags gathers what a trust root is to say.
type rootFlags struct {
	scheme, issued, from, until, previous, log string
	add, thresholds, revoke, sign, witnesses   []string
	quorum                                     int
	delay                                      time.Duration
}

func attestRoot(s *streams) *cobra.Command {
	var f rootFlags
	cmd := &cobra.Command{
		Use:   "root",
		Short: "Sign a trust root: which keys may sign what, and when",
		Long: `Sign a trust root: which keys may sign what, and when.

    keurmerk attest root --scheme example.nl --issued 2026-01-01 --from 2026-01-01 --until 2028-01-01 \
        --add root=a.pem --add root=b.pem --add score=score.pem --add certify=certify.pem --add status=status.pem \
        --threshold root=2 --sign a.pem --sign b.pem > root.json

With --previous the root follows that one and takes over its keys; it needs signatures by
a threshold of both.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, err := f.root(s)
			if err != nil {
				return err
			}
			var signers []attest.Signer
			for _, name := range f.sign {
				key, err := privateKeyOf(name)
				if err != nil {
					return err
				}
				signers = append(signers, key)
			}
			if len(signers) == 0 {
				return errors.New("--sign is needed: a private key with the role root")
			}
			e, err := attest.Sign(cmd.Context(), root, signers...)
			if err != nil {
				return err
			}
			return s.writeEnvelope(e)
		},
	}
	set := cmd.Flags()
	set.StringVar(&f.scheme, "scheme", "", "name of the scheme")
	set.StringVar(&f.issued, "issued", "", "date of the root; left out: now")
	set.StringVar(&f.from, "from", "", "from when the added keys are valid; left out: the date of the root")
	set.StringVar(&f.until, "until", "", "until when; left out: without an end")
	set.StringVar(&f.previous, "previous", "", "the root that this one follows")
	set.StringArrayVar(&f.add, "add", nil, "a key and its roles: score=key.pem, root,certify=key.pem; may be repeated")
	set.StringArrayVar(&f.thresholds, "threshold", nil, "how many keys must sign: root=2; left out: 1")
	set.StringArrayVar(&f.revoke, "revoke", nil, "a key that may not be believed from a time on: KEYID=2026-11-01T00:00:00Z")
	set.StringArrayVar(&f.sign, "sign", nil, "private key with the role root, in PEM; may be repeated")
	set.StringVar(&f.log, "log", "", "verifier key of the log in which every statement must stand (keurmerk log key)")
	set.StringArrayVar(&f.witnesses, "witness", nil, "verifier key of a witness of the log; may be repeated")
	set.IntVar(&f.quorum, "quorum", 1, "how many witnesses must have cosigned")
	set.DurationVar(&f.delay, "max-delay", 24*time.Hour, "how long after its own date a statement may be witnessed")
	return cmd
}

// root makes the root, from the previous one if there is any.
func (f *rootFlags) root(s *streams) (*attest.Root, error) {
	r := &attest.Root{Scheme: f.scheme, Version: 1, Thresholds: attest.Thresholds{Certify: 1, Root: 1, Score: 1, Status: 1}}
	if f.previous != "" {
		text, err := s.readAll(f.previous, attest.MaxBundle)
		if err != nil {
			return nil, err
		}
		before, err := attest.OpenRoot(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.previous, err)
		}
		*r = *before
		r.Version++
	}
	issued, err := instant(f.issued, finding.DefaultZone)
	if err != nil {
		return nil, fmt.Errorf("--issued: %w", err)
	}
	r.Issued = attest.At(issued)
	for _, change := range []func(*attest.Root) error{f.addKeys, f.setThresholds, f.revokeKeys} {
		if err := change(r); err != nil {
			return nil, err
		}
	}
	if f.log != "" {
		r.Log = &attest.LogPolicy{Key: f.log, MaxDelay: int(f.delay / time.Second), Quorum: f.quorum, Witnesses: f.witnesses}
	}
	r.Sort()
	return r, nil
}

func (f *rootFlags) addKeys(r *attest.Root) error {
	from, until := r.Issued, attest.Instant{}
	for _, read := range []struct {
		into       *attest.Instant
		flag, text string
	}{{&from, "from", f.from}, {&until, "until", f.until}} {
		if read.text == "" {
			continue
		}
		at, err := instant(read.text, finding.DefaultZone)
		if err != nil {
			return fmt.Errorf("--%s: %w", read.flag, err)
		}
		*read.into = attest.At(at)
	}
	for _, add := range f.add {
		roles, file, ok := strings.Cut(add, "=")
		if !ok {
			return fmt.Errorf("--add %s: must be ROLE=FILE", add)
		}
		key, err := publicKeyOf(file)
		if err != nil {
			return err
		}
		for role := range strings.SplitSeq(roles, ",") {
			key.Roles = append(key.Roles, attest.Role(role))
		}
		key.ValidFrom, key.ValidUntil = from, until
		r.Keys = append(r.Keys, key)
	}
	return nil
}

func (f *rootFlags) setThresholds(r *attest.Root) error {
	for _, t := range f.thresholds {
		role, number, _ := strings.Cut(t, "=")
		n, err := strconv.Atoi(number)
		into := map[string]*int{"certify": &r.Thresholds.Certify, "root": &r.Thresholds.Root, "score": &r.Thresholds.Score, "status": &r.Thresholds.Status}[role]
		if err != nil || into == nil {
			return fmt.Errorf("--threshold %s: must be ROLE=NUMBER", t)
		}
		*into = n
	}
	return nil
}

func (f *rootFlags) revokeKeys(r *attest.Root) error {
	for _, revoke := range f.revoke {
		id, text, _ := strings.Cut(revoke, "=")
		at, err := instant(text, finding.DefaultZone)
		if err != nil || text == "" {
			return fmt.Errorf("--revoke %s: must be KEYID=TIME", revoke)
		}
		i := slices.IndexFunc(r.Keys, func(k attest.Key) bool { return k.KeyID == id })
		if i < 0 {
			return fmt.Errorf("--revoke %s: the root has no such key", revoke)
		}
		r.Keys[i].RevokedAt = attest.At(at)
	}
	return nil
}

// publicKeyOf reads a public key, or that of a private one.
func publicKeyOf(name string) (attest.Key, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return attest.Key{}, err
	}
	if private, err := attest.ParseKey(text); err == nil {
		return private.Public(), nil
	}
	key, err := attest.ParsePublicKey(text)
	if err != nil {
		return attest.Key{}, fmt.Errorf("%s: %w", name, err)
	}
	return key, nil
}
