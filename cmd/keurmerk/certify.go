package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/spf13/cobra"
)

func certifyCommand(s *streams) *cobra.Command {
	var f flags
	var asOf string
	var forecast, keepGoing bool
	cmd := &cobra.Command{
		Use:   "certify HISTORY",
		Short: "Say what a history of entries comes to",
		Long: `Say what a history comes to: the state of the mark at an instant, and how it came
about. A history is JSON Lines, one entry a line, of any number of companies.

With --forecast it also says what may become of it: the earliest date of the mark,
the months to go, what the next bad or missing month would do, and until when the
open month can still be saved.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			format, err := f.choose(s, "json", "text", "json")
			if err == nil {
				err = f.checkLang()
			}
			if err != nil {
				return err
			}
			versions, err := f.versions()
			if err != nil {
				return err
			}
			at, err := instant(asOf, versions[0].Terms.Zone)
			if err != nil {
				return err
			}
			h, done, err := s.histories(args[0])
			if err != nil {
				return err
			}
			defer done()
			a := asker{versions, at, forecast, format == "text", f.lang}
			return s.certify(h, a, keepGoing)
		},
	}
	f.withNorm(cmd)
	f.withNorms(cmd)
	f.withFormat(cmd, "text or json")
	cmd.Flags().StringVar(&f.lang, "lang", "en", "language of the reasons: nl or en")
	cmd.Flags().StringVar(&asOf, "as-of", "", "the instant asked about: 2026-12-06T00:00:00Z, or a date, 00:00 in the norm's zone; left out: now")
	cmd.Flags().BoolVar(&keepGoing, "keep-going", false, "answer for the good lines although there are bad ones")
	cmd.Flags().BoolVar(&forecast, "forecast", false, "also say what may become of the mark")
	return cmd
}

// versions are those that --norms names, or the one norm without a name, so
// that it judges any card.
func (f *flags) versions() (certify.Versions, error) {
	c, err := f.catalog()
	if err != nil {
		return nil, err
	}
	if c != nil {
		return c.Certification(), nil
	}
	n, err := f.load()
	if err != nil {
		return nil, err
	}
	return certify.Versions{{Terms: n.Certification()}}, nil
}

// asker is what is asked of each company's history.
type asker struct {
	versions       certify.Versions
	asOf           time.Time
	forecast, text bool
	language       string
}

func (a *asker) answer(entries []certify.Entry) ([]byte, error) {
	if !a.forecast {
		t := a.versions.Evaluate(entries, a.asOf)
		t.Company = entries[0].Company
		return a.written(&t, nil, func() ([]byte, error) { return t.JSON(a.language) })
	}
	o := a.versions.Forecast(entries, a.asOf)
	o.Company = entries[0].Company
	return a.written(&o.Timeline, o.Notes, func() ([]byte, error) { return o.JSON(a.language) })
}

func (a *asker) written(t *certify.Timeline, notes []certify.Note, line func() ([]byte, error)) ([]byte, error) {
	if t.Err != nil {
		return nil, t.Err
	}
	if !a.text {
		text, err := line()
		return append(text, '\n'), err
	}
	var out bytes.Buffer
	writeTimeline(&out, t, a.language)
	for _, n := range notes {
		fmt.Fprintf(&out, "  %s\n", printable(n.Text(a.language)))
	}
	return out.Bytes(), nil
}

// certify writes the answer for each company; without keepGoing only if all
// lines are good.
func (s *streams) certify(h *histories, a asker, keepGoing bool) error {
	held := &spool{}
	defer held.close()
	bad, err := h.tell(held, a.answer)
	if err != nil {
		return err
	}
	if len(bad) > 0 && !keepGoing {
		return errors.Join(bad...)
	}
	if err := held.release(s.out); err != nil {
		return err
	}
	return errors.Join(bad...)
}

// instant reads --as-of.
func instant(s, zone string) (time.Time, error) {
	if s == "" {
		return time.Now().UTC(), nil
	}
	in, err := finding.LoadZone(zone)
	if err != nil {
		return time.Time{}, err
	}
	t, err := finding.Period{Zone: in}.ParseInstant(s)
	if err != nil {
		return time.Time{}, fmt.Errorf("--as-of: %w", err)
	}
	return t, nil
}

// maxHistoryFaults is how many bad lines are told.
const maxHistoryFaults = 20

// history reads all entries; every bad line is told. What holds very many may
// change each as it is read.
func (s *streams) history(name string, change ...func(*certify.Entry)) ([]certify.Entry, error) {
	f, err := s.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var entries []certify.Entry
	var faults []error
	for entry, err := range certify.Entries(f) {
		switch {
		case err == nil:
			for _, c := range change {
				c(&entry)
			}
			entries = append(entries, entry)
		case len(faults) < maxHistoryFaults:
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("%s: there is no entry in the history", name)
	}
	return entries, nil
}

// writeTimeline shows a timeline in a few lines.
func writeTimeline(w io.Writer, t *certify.Timeline, language string) {
	fmt.Fprintf(w, "%s  %s", printable(t.Company), t.State.Phase)
	if t.State.Of > 0 {
		fmt.Fprintf(w, " %d/%d", t.State.N, t.State.Of)
	}
	if t.State.ValidThrough != 0 {
		fmt.Fprintf(w, ", through %s", t.State.ValidThrough)
	}
	fmt.Fprintln(w)
	for _, h := range t.State.Holds {
		fmt.Fprintf(w, "  hold %s (%s): %s\n", printable(h.ID), h.Effect, printable(h.Cause))
	}
	for _, step := range t.Steps {
		fmt.Fprintf(w, "  %s  %s → %s  %s\n", step.At.Format(time.RFC3339), step.From, step.To, printable(step.Reason.Text(language)))
	}
}
