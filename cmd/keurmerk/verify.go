package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"github.com/cyberkeurmerk/keurmerk/certify/attest/replay"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/spf13/cobra"
)

// question is what the insurer brings to a verification, as flags say it.
type question struct {
	*streams
	root, asOf, now, company string
	norms, findings, known   []string
	months, excused, seen    string
}

func verifyCommand(s *streams) *cobra.Command {
	var f flags
	q := question{streams: s}
	cmd := &cobra.Command{
		Use:   "verify BUNDLE",
		Short: "Check a certificate as an insurer does, step by step",
		Long: `Check whether a bundle shows that a company holds the mark at an instant, offline and
without trusting whoever issued it.

    keurmerk verify bundle.json --trust root.json --company kvk:30123456 --as-of 2026-11-06

Every step is reported with its result and why. The exit status is 0 if all hold, 1 if
one fails, 2 if the question itself can't be read. With --findings the months are judged
again, and the same bytes must come out.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			format, err := f.choose(s, "json", "text", "json")
			if err != nil {
				return err
			}
			trust, at, err := q.read(cmd.Context())
			if err != nil {
				return err
			}
			bundle, err := s.readAll(args[0], attest.MaxBundle)
			if err != nil {
				return err
			}
			report, err := attest.Verify(bundle, trust, at)
			if report == nil {
				return err
			}
			if err := s.writeReport(report, format); err != nil {
				return err
			}
			if !report.Valid {
				s.say("not valid: %v", err)
				return errNo
			}
			return nil
		},
	}
	f.withFormat(cmd, "text or json")
	set := cmd.Flags()
	set.StringVar(&q.root, "trust", "", "the pinned trust root")
	set.StringVar(&q.asOf, "as-of", "", "the instant asked about, such as the day of a claim; left out: now")
	set.StringVar(&q.company, "company", "", "id of the company that it must be about; left out: the bundle's own word, and the report says so")
	set.StringArrayVar(&q.norms, "norm", nil, "an accepted norm: a norm file, or its weights as JSON (attest norm); may be repeated; left out: the reference norm")
	set.StringVar(&q.months, "months", "", "the months there must be, such as 2026-05..2026-10; left out: whichever earned the term")
	set.StringVar(&q.excused, "excused", "", "months that are accepted as excused, such as 2026-07,2026-08")
	set.StringArrayVar(&q.findings, "findings", nil, "month documents, for judging again; may be repeated")
	set.StringArrayVar(&q.known, "known", nil, "scorecard statements from elsewhere, one a line; may be repeated")
	set.StringVar(&q.seen, "status-seen", "", "sequence of the last status list that was seen, with its digest behind a colon if known: 14:sha256:…")
	set.StringVar(&q.now, "now", "", "the insurer's own clock: nothing may be dated after it")
	return cmd
}

// read turns the flags into what verification asks for.
func (q *question) read(ctx context.Context) (*attest.Trust, time.Time, error) {
	t := &attest.Trust{Company: q.company, AnyCompany: q.company == ""}
	if q.root == "" {
		return nil, time.Time{}, fmt.Errorf("--trust is needed: the trust root that you have pinned")
	}
	text, err := q.readAll(q.root, attest.MaxBundle)
	if err != nil {
		return nil, time.Time{}, err
	}
	if t.Root, err = attest.OpenRoot(text); err != nil {
		return nil, time.Time{}, fmt.Errorf("%s: the trust root can't be used: %w", q.root, err)
	}
	norms, err := q.accepted(t)
	if err != nil {
		return nil, time.Time{}, err
	}
	asOf, err := instant(q.asOf, t.Norms[0].Terms.Zone)
	if err != nil {
		return nil, time.Time{}, err
	}
	if q.now != "" {
		if t.Now, err = instant(q.now, t.Norms[0].Terms.Zone); err != nil {
			return nil, time.Time{}, fmt.Errorf("--now: %w", err)
		}
	}
	for _, read := range []func(*attest.Trust) error{q.readMonths, q.readKnown, q.readSeen} {
		if err := read(t); err != nil {
			return nil, time.Time{}, err
		}
	}
	return t, asOf, q.readFindings(ctx, t, norms)
}

// accepted reads the norms, and gives those that can judge.
func (q *question) accepted(t *attest.Trust) ([]*norm.Norm, error) {
	if len(q.norms) == 0 {
		n, err := cyberkeurmerk.Norm()
		if err != nil {
			return nil, err
		}
		t.Norms = []attest.Norm{replay.Norm(n)}
		return []*norm.Norm{n}, nil
	}
	var judges []*norm.Norm
	for _, name := range q.norms {
		if strings.HasSuffix(name, ".json") {
			text, err := q.readAll(name, attest.MaxPayload)
			if err != nil {
				return nil, err
			}
			n, err := attest.DecodeNorm(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			t.Norms = append(t.Norms, *n)
			continue
		}
		n, err := loadNorm(name)
		if err != nil {
			return nil, err
		}
		judges = append(judges, n)
		t.Norms = append(t.Norms, replay.Norm(n))
	}
	return judges, nil
}

func (q *question) readMonths(t *attest.Trust) (err error) {
	if t.Months, err = monthList(q.months); err != nil {
		return fmt.Errorf("--months: %w", err)
	}
	if t.Excused, err = monthList(q.excused); err != nil {
		return fmt.Errorf("--excused: %w", err)
	}
	return nil
}

// monthList reads 2026-05..2026-10,2026-12.
func monthList(s string) ([]finding.YearMonth, error) {
	if s == "" {
		return nil, nil
	}
	var months []finding.YearMonth
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(part, "..")
		first, err := finding.ParseMonth(from)
		if err != nil {
			return nil, err
		}
		last := first
		if isRange {
			if last, err = finding.ParseMonth(to); err != nil {
				return nil, err
			}
		}
		if last < first || int(last-first) > 1200 {
			return nil, fmt.Errorf("%q is no range of months", part)
		}
		for m := first; m <= last; m++ {
			months = append(months, m)
		}
	}
	return months, nil
}

func (q *question) readKnown(t *attest.Trust) error {
	for _, name := range q.known {
		envelopes, err := q.envelopes(name)
		if err != nil {
			return err
		}
		t.Known = slices.Concat(t.Known, envelopes)
	}
	return nil
}

func (q *question) readSeen(t *attest.Trust) (err error) {
	if q.seen == "" {
		return nil
	}
	number, digest, _ := strings.Cut(q.seen, ":")
	t.Seen.Digest = digest
	if t.Seen.Sequence, err = strconv.Atoi(number); err != nil {
		return fmt.Errorf("--status-seen: %q is no sequence", number)
	}
	return nil
}

func (q *question) readFindings(ctx context.Context, t *attest.Trust, norms []*norm.Norm) error {
	if len(q.findings) == 0 {
		return nil
	}
	if len(norms) == 0 {
		return fmt.Errorf("--findings: judging again needs a norm file; weights as JSON are not enough")
	}
	var months []*finding.Month
	for m, err := range q.streams.months(q.findings) {
		if err != nil {
			return err
		}
		months = append(months, m)
	}
	t.Replay = replay.Of(ctx, norms, months)
	return nil
}

// envelopes reads envelopes, one a line.
func (s *streams) envelopes(name string) ([]*attest.Envelope, error) {
	f, err := s.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []*attest.Envelope
	for line, err := range finding.Lines(f, 2*attest.MaxPayload) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		e, err := attest.DecodeEnvelope(line.Text)
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", name, line.Number, err)
		}
		all = append(all, e)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: there is no envelope in it", name)
	}
	return all, nil
}

// readAll reads a file, or of one that is too large a byte more than it may
// have, so that whoever reads it says so.
func (s *streams) readAll(name string, most int64) ([]byte, error) {
	f, err := s.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most+1))
}

// writeReport writes what a verification came to.
func (s *streams) writeReport(r *attest.Report, format string) error {
	if format == "json" {
		line, err := r.MarshalJSON()
		if err == nil {
			_, err = s.out.Write(append(line, '\n'))
		}
		return err
	}
	var b strings.Builder
	for i, step := range r.Steps {
		fmt.Fprintf(&b, "%2d %-10s %-7s %s\n", i+1, step.Step, step.Result, printable(step.Reason))
	}
	answer := "not valid"
	if r.Valid {
		answer = "valid"
	}
	fmt.Fprintf(&b, "\n%s at %s (status %s, replay %s)\n", answer, r.AsOf.Format(time.RFC3339), r.Status, r.Replay)
	for _, open := range r.Open {
		fmt.Fprintf(&b, "  open: %s\n", printable(open))
	}
	_, err := io.WriteString(s.out, b.String())
	return err
}

// privateKeyOf reads a private key for signing statements.
func privateKeyOf(name string) (*attest.PrivateKey, error) {
	if name == "" {
		return nil, errors.New("no key was named: --key FILE, as keurmerk attest key makes one")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	key, err := attest.ParseKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return key, nil
}
