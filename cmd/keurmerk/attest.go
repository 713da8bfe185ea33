package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"github.com/cyberkeurmerk/keurmerk/certify/attest/replay"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/spf13/cobra"
)

func attestCommand(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "attest",
		Short: "Sign scorecards, certificates and status lists, and keep the trust root",
		Long: `Sign what an insurer can check with keurmerk verify. In this order:

    keurmerk attest key --out score.pem                       a key; likewise for the other roles
    keurmerk attest root --scheme example.nl --add score=score.pem … --sign root.pem
    keurmerk attest sign months.jsonl --key score.pem         scorecards, one envelope a line
    keurmerk attest certificate cards.jsonl --history history.jsonl --key certify.pem …
    keurmerk attest status --certificate certificate.json --key status.pem …
    keurmerk attest bundle --certificate certificate.json --scorecards cards.jsonl --status status.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(attestKey(s), attestRoot(s), attestSign(s), attestCertificate(s), attestStatus(s), attestBundle(s), attestNorm(s), attestExport(s))
	return cmd
}

func attestKey(s *streams) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Make an Ed25519 key: the private one into a file, the public one to standard output",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if out == "" {
				return errors.New("--out is needed: the file for the private key")
			}
			var seed [32]byte
			if _, err := rand.Read(seed[:]); err != nil {
				return err
			}
			key := attest.KeyFromSeed(seed)
			f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return err
			}
			_, err = f.Write(key.PEM())
			if err := errors.Join(err, f.Close()); err != nil {
				return err
			}
			s.say("keyid %s", key.Public().KeyID)
			_, err = s.out.Write(key.Public().PEM())
			return err
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the file for the private key; one that is there is not overwritten")
	return cmd
}

// writeEnvelope writes an envelope on a line.
func (s *streams) writeEnvelope(e *attest.Envelope) error {
	line, err := e.JSON()
	if err == nil {
		_, err = s.out.Write(append(line, '\n'))
	}
	return err
}

// envelope reads the one envelope of a file.
func (s *streams) envelope(name string) (*attest.Envelope, error) {
	all, err := s.envelopes(name)
	if err == nil && len(all) != 1 {
		err = fmt.Errorf("%s: there are %d envelopes, must be one", name, len(all))
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func attestSign(s *streams) *cobra.Command {
	var f flags
	var keyFile, series, evaluated string
	cmd := &cobra.Command{
		Use:   "sign MONTH...",
		Short: "Judge months of one company and sign the scorecards, one envelope a line",
		Long: `Judge months of one company and sign the scorecards, in the order of the months as
given, one envelope a line. --series names the statements that the company has already,
whose chain is continued; a month that has one becomes a correction of it.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			n, err := f.load()
			if err != nil {
				return err
			}
			key, err := privateKeyOf(keyFile)
			if err != nil {
				return err
			}
			at, err := instant(evaluated, n.Zone())
			if err != nil {
				return fmt.Errorf("--evaluated-at: %w", err)
			}
			var chain attest.Series
			if series != "" {
				before, err := s.envelopes(series)
				if err != nil {
					return err
				}
				for _, e := range before {
					if err := chain.Append(e); err != nil {
						return fmt.Errorf("%s: %w", series, err)
					}
				}
			}
			var signed []*attest.Envelope
			for m, err := range s.months(names) {
				if err != nil {
					return err
				}
				card, err := score.Judge(cmd.Context(), n, m)
				if err != nil {
					return err
				}
				e, err := signCard(cmd, &chain, m, card, at, key)
				if err != nil {
					return fmt.Errorf("%s: %w", m.Month, err)
				}
				signed = append(signed, e)
			}
			for _, e := range signed {
				if err := s.writeEnvelope(e); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f.withNorm(cmd)
	cmd.Flags().StringVar(&keyFile, "key", "", "private key with the role score, in PEM")
	cmd.Flags().StringVar(&series, "series", "", "the company's statements so far, one a line")
	cmd.Flags().StringVar(&evaluated, "evaluated-at", "", "when the months were judged; left out: now")
	return cmd
}

// signCard signs the card of a month as the next of the series.
func signCard(cmd *cobra.Command, chain *attest.Series, m *finding.Month, card *score.Card, at time.Time, key attest.Signer) (*attest.Envelope, error) {
	period, err := m.Period()
	if err != nil {
		return nil, err
	}
	coverage, err := attest.CoverageOf(m)
	if err != nil {
		return nil, err
	}
	statement, err := attest.CardStatement(card, coverage, attest.At(period.End), attest.At(at), chain.Next(m.Month))
	if err != nil {
		return nil, err
	}
	e, err := attest.Sign(cmd.Context(), statement, key)
	if err != nil {
		return nil, err
	}
	return e, chain.Append(e)
}

func attestCertificate(s *streams) *cobra.Command {
	var f flags
	var history, keyFile, asOf, serial, list string
	var maxAge time.Duration
	cmd := &cobra.Command{
		Use:   "certificate SCORECARDS",
		Short: "Sign a certificate over the scorecards that earned the mark",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := f.load()
			if err != nil {
				return err
			}
			key, err := privateKeyOf(keyFile)
			if err != nil {
				return err
			}
			at, err := instant(asOf, n.Zone())
			if err != nil {
				return err
			}
			series, err := s.envelopes(args[0])
			if err != nil {
				return err
			}
			entries, err := s.history(history)
			if err != nil {
				return err
			}
			award, err := attest.AwardOf(n.Certification(), certify.Evaluate(n.Certification(), entries, at), series)
			if errors.Is(err, attest.ErrNotHeld) {
				s.say("%v at %s", err, at.Format(time.RFC3339))
				return errNo
			}
			if err != nil {
				return err
			}
			award.Serial, award.Status = serial, attest.StatusRef{List: list, MaxAge: int(maxAge / time.Second)}
			statement, err := attest.NewCertificate(award)
			if err != nil {
				return err
			}
			e, err := attest.Sign(cmd.Context(), statement, key)
			if err != nil {
				return err
			}
			return s.writeEnvelope(e)
		},
	}
	f.withNorm(cmd)
	cmd.Flags().StringVar(&history, "history", "", "the company's history, as keurmerk certify reads it")
	cmd.Flags().StringVar(&keyFile, "key", "", "private key with the role certify, in PEM")
	cmd.Flags().StringVar(&asOf, "as-of", "", "the instant at which the mark must be held; left out: now")
	cmd.Flags().StringVar(&serial, "serial", "", "the certificate's number")
	cmd.Flags().StringVar(&list, "list", "", "name of the status list that speaks of it")
	cmd.Flags().DurationVar(&maxAge, "max-age", 7*24*time.Hour, "how old that list may be")
	return cmd
}

func attestStatus(s *streams) *cobra.Command {
	var keyFile, entries, certificate, list, issued, next string
	var sequence int
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Sign a status list",
		Long: `Sign a status list: for each certificate what held and when. --entries names a file
with one interval a line, such as

    {"digest":"sha256:…","from":"2026-11-05T23:00:00Z","reason":"awarded","serial":"2026-1","status":"valid"}

in order of serial and from; --certificate makes the first entry of a new certificate.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			key, err := privateKeyOf(keyFile)
			if err != nil {
				return err
			}
			l := &attest.StatusList{Entries: []attest.StatusEntry{}, List: list, Sequence: sequence}
			for _, read := range []struct {
				into       *attest.Instant
				flag, text string
			}{{&l.Issued, "issued", issued}, {&l.NextUpdate, "next-update", next}} {
				at, err := instant(read.text, finding.DefaultZone)
				if err != nil {
					return fmt.Errorf("--%s: %w", read.flag, err)
				}
				*read.into = attest.At(at)
			}
			if next == "" {
				l.NextUpdate = attest.At(l.Issued.AddDate(0, 0, 1))
			}
			if err := s.statusEntries(l, entries, certificate); err != nil {
				return err
			}
			e, err := attest.Sign(cmd.Context(), l, key)
			if err != nil {
				return err
			}
			return s.writeEnvelope(e)
		},
	}
	cmd.Flags().StringVar(&keyFile, "key", "", "private key with the role status, in PEM")
	cmd.Flags().StringVar(&entries, "entries", "", "the intervals, one a line")
	cmd.Flags().StringVar(&certificate, "certificate", "", "a certificate that is valid from its own date on")
	cmd.Flags().StringVar(&list, "list", "", "name of the list")
	cmd.Flags().StringVar(&issued, "issued", "", "date of the list; left out: now")
	cmd.Flags().StringVar(&next, "next-update", "", "when the next is due; left out: a day later")
	cmd.Flags().IntVar(&sequence, "sequence", 1, "number of the list, one more than the last")
	return cmd
}

// statusEntries adds the intervals of the file and that of the certificate.
func (s *streams) statusEntries(l *attest.StatusList, file, certificate string) error {
	if file != "" {
		f, err := s.open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		for line, err := range finding.Lines(f, 1<<16) {
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			entry, err := attest.DecodeStatusEntry(line.Text)
			if err != nil {
				return fmt.Errorf("%s: line %d: %w", file, line.Number, err)
			}
			l.Entries = append(l.Entries, *entry)
		}
	}
	if certificate == "" {
		return nil
	}
	e, err := s.envelope(certificate)
	if err != nil {
		return err
	}
	entry, err := attest.FirstEntry(e)
	if err != nil {
		return fmt.Errorf("%s: %w", certificate, err)
	}
	l.Entries = append(l.Entries, entry)
	l.Sort()
	return nil
}

func attestBundle(s *streams) *cobra.Command {
	var certificate, scorecards, status, proofFile string
	var roots []string
	cmd := &cobra.Command{
		Use:   "bundle",
		Short: "Put what an insurer needs into one file",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			c, err := s.envelope(certificate)
			if err != nil {
				return err
			}
			series, err := s.envelopes(scorecards)
			if err != nil {
				return err
			}
			var list *attest.Envelope
			if status != "" {
				if list, err = s.envelope(status); err != nil {
					return err
				}
			}
			var later []*attest.Envelope
			for _, name := range roots {
				root, err := s.envelope(name)
				if err != nil {
					return err
				}
				later = append(later, root)
			}
			b, err := attest.BundleOf(c, series, list, later...)
			if err != nil {
				return err
			}
			if proofFile != "" {
				proofs, reference, err := s.proofs(proofFile)
				if err != nil {
					return err
				}
				if err := b.Prove(reference, proofs); err != nil {
					return fmt.Errorf("%s: %w", proofFile, err)
				}
			}
			text, err := b.JSON()
			if err == nil {
				_, err = s.out.Write(append(text, '\n'))
			}
			return err
		},
	}
	cmd.Flags().StringVar(&certificate, "certificate", "", "the certificate's envelope")
	cmd.Flags().StringVar(&scorecards, "scorecards", "", "the company's scorecards, one envelope a line")
	cmd.Flags().StringVar(&status, "status", "", "the status list's envelope")
	cmd.Flags().StringVar(&proofFile, "proofs", "", "proofs from the log, as keurmerk log prove writes them")
	cmd.Flags().StringArrayVar(&roots, "root", nil, "a root that follows the one that insurers have pinned; in order")
	return cmd
}

func attestNorm(s *streams) *cobra.Command {
	return &cobra.Command{
		Use:   "norm [NORM]",
		Short: "Write what verification needs of a norm as JSON, for a verifier without a rules engine",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			n, err := (&flags{norm: strings.Join(args, "")}).load()
			if err != nil {
				return err
			}
			own := replay.Norm(n)
			text, err := own.Encode()
			if err == nil {
				_, err = s.out.Write(append(text, '\n'))
			}
			return err
		},
	}
}
