package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/report"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// reporting are the flags of the commands that make a report.
type reporting struct {
	flags
	history, asOf, waivers, reader string
	advise                         bool
}

func (f *reporting) add(cmd *cobra.Command) {
	f.withNorm(cmd)
	f.withNorms(cmd)
	f.withLang(cmd)
	cmd.Flags().StringVar(&f.history, "history", "", "the company's entries (JSON Lines): the way to the mark; left out: only the months given count")
	cmd.Flags().StringVar(&f.asOf, "as-of", "", "the instant of the history; left out: when the reported month closes")
}

func reportCommand(s *streams) *cobra.Command {
	f := &reporting{advise: true}
	var width int
	var noColor, noAdvice bool
	cmd := &cobra.Command{
		Use:   "report MONTH...",
		Short: "Write the monthly report for people",
		Long: `Write the monthly answer to "how safe is my company?".

Of several months of one company the last is reported and the others are its trend.
The HTML report is one file that loads nothing. svg is the trend alone; keurmerk badge
writes a badge. --for insurer and --for programme leave out every name, title and host.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			format, err := f.choose(s, "text", "text", "markdown", "html", "svg")
			if err != nil {
				return err
			}
			f.advise = !noAdvice && f.reader == "" && format != "svg"
			r, err := f.report(cmd.Context(), s, names)
			if err != nil {
				return err
			}
			return s.buffered(func(w io.Writer) error {
				switch format {
				case "markdown":
					return r.Markdown(w)
				case "html":
					return r.HTML(w)
				case "svg":
					return r.TrendSVG(w)
				}
				return r.Text(w, report.Style{Width: s.columns(width), Color: s.terminal() && !noColor && os.Getenv("NO_COLOR") == ""})
			})
		},
	}
	f.add(cmd)
	f.withFormat(cmd, "text, markdown, html or svg")
	cmd.Flags().StringVar(&f.waivers, "waivers", "", "a JSON array of waivers")
	cmd.Flags().StringVar(&f.reader, "for", "", "insurer or programme: points and months only; left out: the company itself")
	cmd.Flags().IntVar(&width, "width", 0, "columns of the text report; left out: those of the terminal, or 80")
	cmd.Flags().BoolVar(&noColor, "no-color", false, "no colours on a terminal; so does the variable NO_COLOR")
	cmd.Flags().BoolVar(&noAdvice, "no-advice", false, "leave out what to fix first, which takes seconds for a hundred thousand findings")
	return cmd
}

func badgeCommand(s *streams) *cobra.Command {
	f := &reporting{}
	cmd := &cobra.Command{
		Use:   "badge MONTH...",
		Short: "Write an SVG badge for a web page",
		Long: `Write an SVG badge with where the company stands on its way to the mark, or with the
score of the last month if there is one month and no history.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			if _, err := f.choose(s, "svg", "svg"); err != nil {
				return err
			}
			r, err := f.report(cmd.Context(), s, names)
			if err != nil {
				return err
			}
			return s.buffered(r.Badge)
		},
	}
	f.add(cmd)
	f.withFormat(cmd, "svg")
	return cmd
}

// buffered writes all or, if it fails, nothing.
func (s *streams) buffered(write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	_, err := b.WriteTo(s.out)
	return err
}

// columns is the width to write for: what was asked for, or the terminal's.
func (s *streams) columns(asked int) int {
	if asked > 0 {
		return asked
	}
	if f, ok := s.out.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return 80
}

// report judges the months and makes the report of the last.
func (f *reporting) report(ctx context.Context, s *streams, names []string) (*report.Report, error) {
	if err := f.checkLang(); err != nil {
		return nil, err
	}
	reader := report.Reader(f.reader)
	if reader != report.Company && reader != report.Insurer && reader != report.Programme {
		return nil, fmt.Errorf("--for %s: insurer or programme", f.reader)
	}
	waivers, err := s.waivers(f.waivers)
	if err != nil {
		return nil, err
	}
	catalog, err := f.catalog()
	if err != nil {
		return nil, err
	}
	var n *norm.Norm
	if catalog == nil {
		if n, err = f.load(); err != nil {
			return nil, err
		}
	}
	b, err := s.booklet(names, func(m *finding.Month) (*score.Card, error) {
		if catalog != nil {
			return score.JudgeUnder(ctx, catalog, m, waivers...)
		}
		return score.Judge(ctx, n, m, waivers...)
	})
	if err != nil {
		return nil, err
	}
	if catalog != nil {
		n = versionOf(catalog, b.lastCard())
		b.versions = catalog.Certification()
	} else {
		b.versions = certify.Versions{{Terms: n.Certification()}}
	}
	o := report.Options{Language: f.lang, Name: b.name, Reader: reader}
	if f.advise {
		if o.Advice, err = score.Advise(ctx, n, b.last); err != nil {
			return nil, err
		}
	}
	if o.Progress, err = f.progress(s, n, b); err != nil {
		return nil, err
	}
	return report.New(n, b.cards, o), nil
}

// booklet is the months of one company, judged.
type booklet struct {
	cards    []*score.Card
	last     *finding.Month
	name     string           // the latest that a document gives
	versions certify.Versions // under which the months count
}

// lastCard is that of the last month.
func (b booklet) lastCard() *score.Card {
	last := b.cards[0]
	for _, c := range b.cards {
		if c.Month >= last.Month {
			last = c
		}
	}
	return last
}

func (s *streams) booklet(names []string, judge func(*finding.Month) (*score.Card, error)) (b booklet, err error) {
	for month, err := range s.months(names) {
		if err != nil {
			return b, err
		}
		if b.last != nil && month.Company.ID != b.last.Company.ID {
			return b, fmt.Errorf("the months are of two companies, %q and %q", b.last.Company.ID, month.Company.ID)
		}
		card, err := judge(month)
		if err != nil {
			return b, err
		}
		b.cards = append(b.cards, card)
		if b.last == nil || month.Month >= b.last.Month {
			b.last = month
			if month.Company.Name != "" {
				b.name = month.Company.Name
			}
		}
	}
	if b.last == nil {
		return b, errors.New("there is no month document in the input")
	}
	return b, nil
}

// printable makes a text from outside safe to show on a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return '\ufffd'
		}
		return r
	}, s)
}
