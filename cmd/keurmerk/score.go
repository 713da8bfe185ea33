package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/spf13/cobra"
)

func scoreCommand(s *streams) *cobra.Command {
	var f flags
	var waiverFile string
	var check, keepGoing bool
	var what whatIf
	cmd := &cobra.Command{
		Use:   "score MONTH...",
		Short: "Judge month documents into scorecards",
		Long: `Judge month documents into scorecards, one line of JSON each.

A file holds one month document, or one a line; - is standard input. Cards come in
the order of the months. One bad document and nothing is written, unless
--keep-going names the bad ones and writes the others.

With --advise each card carries what to fix first. --without KEY takes a record away
and --with FILE adds records before judging, to see what a change would bring.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			format, err := f.choose(s, "json", "text", "json")
			if err != nil {
				return err
			}
			c, err := f.catalog()
			if err != nil {
				return err
			}
			var n *norm.Norm
			if c == nil {
				if n, err = f.load(); err != nil {
					return err
				}
			}
			waivers, err := s.waivers(waiverFile)
			if err != nil {
				return err
			}
			if err := f.checkLang(); err != nil {
				return err
			}
			if err := what.read(s); err != nil {
				return err
			}
			b := &batch{streams: s, norm: n, catalog: c, waivers: waivers, what: &what, lang: f.lang, keepGoing: keepGoing, text: format == "text"}
			if err := b.score(cmd.Context(), names); err != nil {
				return err
			}
			if check && b.failing > 0 {
				s.say("%d of %d months do not qualify", b.failing, b.cards)
				return errNo
			}
			return nil
		},
	}
	f.withNorm(cmd)
	f.withNorms(cmd)
	f.withFormat(cmd, "text or json")
	cmd.Flags().StringVar(&waiverFile, "waivers", "", "a JSON array of waivers")
	f.withLang(cmd)
	what.flags(cmd)
	cmd.Flags().BoolVar(&check, "check", false, "exit with 1 if a month does not qualify")
	cmd.Flags().BoolVar(&keepGoing, "keep-going", false, "write the good cards although there are bad documents")
	return cmd
}

func (s *streams) waivers(name string) ([]score.Waiver, error) {
	if name == "" {
		return nil, nil
	}
	f, err := s.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	waivers, err := score.DecodeWaivers(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return waivers, nil
}

// batch scores documents one after the other.
type batch struct {
	*streams
	norm                *norm.Norm    // nil if there is a catalog
	catalog             *norm.Catalog // whose versions are picked by month; may be nil
	waivers             []score.Waiver
	what                *whatIf
	lang                string
	keepGoing, text     bool
	cards, failing, bad int
	room                []byte // for a line
}

// score writes the cards of all months; without --keep-going only if all are
// good.
func (b *batch) score(ctx context.Context, names []string) error {
	held := &spool{}
	defer held.close()
	var out io.Writer = held
	if b.keepGoing {
		out = b.out
	}
	buffered := bufio.NewWriter(out)
	for card, err := range b.judged(ctx, names) {
		if err != nil {
			b.bad++
			if !b.keepGoing || ctx.Err() != nil {
				return err
			}
			b.say("keurmerk: %v", err)
			continue
		}
		b.cards++
		if !card.Qualifies {
			b.failing++
		}
		if err := b.write(buffered, card); err != nil {
			return err
		}
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if err := held.release(b.out); err != nil {
		return err
	}
	if b.bad > 0 {
		return fmt.Errorf("%d documents could not be judged", b.bad)
	}
	if b.cards == 0 {
		return errors.New("there is no month document in the input")
	}
	return nil
}

func (b *batch) write(w io.Writer, card scored) error {
	if b.text {
		return card.write(w, b.lang)
	}
	line, err := card.line(b.room[:0])
	if err != nil {
		return err
	}
	b.room = line
	_, err = w.Write(line)
	return err
}

// writeCard shows a card on a few lines.
func writeCard(w io.Writer, c *score.Card) error {
	total := "no score"
	if c.Score != nil {
		total = c.Score.String()
	}
	answer := "does not qualify"
	if c.Qualifies {
		answer = "qualifies"
	}
	fmt.Fprintf(w, "%s  %s  %s of %s  %s\n", printable(c.Company), c.Month, total, c.Threshold, answer)
	for _, k := range c.Criteria {
		fmt.Fprintf(w, "  %6s of %-6s %-16s %s", k.Points, k.Weight, k.ID, k.Outcome)
		if k.Vacuous {
			fmt.Fprint(w, " (nothing to judge)")
		}
		if k.Reason != "" {
			fmt.Fprintf(w, ": %s", printable(k.Reason))
		}
		fmt.Fprintln(w)
	}
	if len(c.Waivers) > 0 {
		fmt.Fprintf(w, "  with waivers %s\n", amount(c.Waived))
	}
	for _, k := range c.Waivers {
		fmt.Fprintf(w, "    %-9s %-16s %s, %s to %s: %s (%s)\n", k.State, k.Criterion, printable(strings.Join(append([]string{"all"}, k.Key...)[min(1, len(k.Key)):], " ")), printable(k.From), printable(k.Until), printable(k.Reason), printable(k.Who))
	}
	_, err := fmt.Fprintln(w)
	return err
}
