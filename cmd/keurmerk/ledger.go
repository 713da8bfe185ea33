package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/spf13/cobra"
)

func ledgerCommand(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "For those who keep a ledger, or are shown one",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(ledgerVerify(s))
	return cmd
}

// ledgerReport is what ledger verify --format json writes. Its schema is
// certify/ledger/report.schema.json.
type ledgerReport struct {
	File      string        `json:"file"` // as it was named
	Whole     bool          `json:"whole"`
	Lines     int           `json:"lines"`
	Companies int           `json:"companies"`
	Last      string        `json:"last"` // digest of the last line; empty if there is none
	Torn      int64         `json:"torn"` // bytes
	Faults    []ledgerFault `json:"faults"`
}

type ledgerFault struct {
	Line    int    `json:"line"` // from 1; 0: of the ledger, not of a line
	Company string `json:"company"`
	Message string `json:"message"`
}

func ledgerVerify(s *streams) *cobra.Command {
	var f flags
	var kept string
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Say whether a ledger's file is whole, and where it isn't",
		Long: `Say whether a ledger's file is as it was written: every line and every company's
entries follow from those before, by number and by digest. The file is not
written to. Lines that were changed, taken out, put in or moved are told by
their place, and so is the rest of an append that was interrupted (or, while a
program appends, is under way); opening the ledger cuts that off.

What is gone at the very end can't be seen in the file. Keep the digest of the
last line elsewhere, and ask with --kept whether the ledger still has it.

Exit status: 0 whole, 1 not as it was written, 2 no ledger, or it can't be read.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			format, err := f.choose(s, "json", "text", "json")
			if err != nil {
				return err
			}
			if kept != "" && !sha256Digest.MatchString(kept) {
				return fmt.Errorf("--kept %s: a digest is sha256: and 64 hex digits, as this command prints it", kept)
			}
			return s.verifyLedger(args[0], kept, format)
		},
	}
	f.withFormat(cmd, "text or json")
	cmd.Flags().StringVar(&kept, "kept", "", "the digest of a line, kept elsewhere, that the ledger must have")
	return cmd
}

var sha256Digest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

func (s *streams) verifyLedger(name, kept, format string) error {
	file, err := s.open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	found, err := ledger.Verify(file)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if found.Companies == 0 && len(found.Faults) > 0 {
		return fmt.Errorf("%s is no ledger: %w", name, found.Faults[0])
	}
	r := ledgerReport{name, found.Whole(), found.Lines, found.Companies, found.Last, found.Torn, []ledgerFault{}}
	for _, fault := range found.Faults {
		r.Faults = append(r.Faults, ledgerFault{fault.Line, fault.Company, fault.Err.Error()})
	}
	if kept != "" && !found.Has(kept) {
		r.Whole = false
		r.Faults = append(r.Faults, ledgerFault{Message: "no line has the digest " + kept +
			": lines are gone from the end, or the ledger was written anew"})
	}
	if err := s.writeLedgerReport(&r, format); err != nil {
		return err
	}
	if !r.Whole {
		return errNo
	}
	return nil
}

// writeLedgerReport writes the data, and for programs the words beside it.
func (s *streams) writeLedgerReport(r *ledgerReport, format string) error {
	if format == "text" {
		_, err := io.WriteString(s.out, r.text())
		return err
	}
	if !r.Whole {
		io.WriteString(s.err, r.text())
	}
	return json.NewEncoder(s.out).Encode(r)
}

// text tells a line for each fault, and the verdict.
func (r *ledgerReport) text() string {
	var out strings.Builder
	for _, fault := range r.Faults {
		place := r.File
		if fault.Line > 0 {
			place = fmt.Sprintf("%s:%d", r.File, fault.Line)
		}
		fmt.Fprintf(&out, "%s: %s\n", place, printable(fault.Message))
	}
	if r.Torn > 0 {
		fmt.Fprintf(&out, "%s:%d: torn: %d bytes at the end are no whole append\n", r.File, r.Lines+1, r.Torn)
	}
	verdict := "whole"
	if !r.Whole {
		verdict = "not whole"
	}
	fmt.Fprintf(&out, "%s: %s; %s of %s", r.File, verdict, counted(r.Lines, "entry", "entries"), counted(r.Companies, "company", "companies"))
	if r.Last != "" {
		fmt.Fprintf(&out, "; last %s", r.Last)
	}
	out.WriteByte('\n')
	return out.String()
}

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// writeLedger writes a new ledger whole or not at all.
func writeLedger(name string, entries []certify.Entry) error {
	folder, err := os.MkdirTemp(filepath.Dir(name), ".keurmerk-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	temporary := filepath.Join(folder, filepath.Base(name))
	l, err := ledger.Open(temporary)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err = l.Append(context.Background(), e); err != nil {
			break
		}
	}
	if err = cmp.Or(err, l.Close(), os.Chmod(temporary, 0o644)); err != nil {
		return err
	}
	return os.Rename(temporary, name)
}
