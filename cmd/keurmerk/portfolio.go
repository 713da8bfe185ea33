package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/book"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/disclosure"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/report"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/spf13/cobra"
)

// portfolioFlags are what is asked of a portfolio.
type portfolioFlags struct {
	flags
	asOf             string
	goals            []string
	months           int
	policies, claims string
	valued           string
	from, until      string
	bands            string
	check            bool
	export           bool
	k                int
	dominance        string
	zeros            bool
}

func portfolioCommand(s *streams) *cobra.Command {
	var f portfolioFlags
	cmd := &cobra.Command{
		Use:   "portfolio HISTORY...",
		Short: "Say how the companies of a programme stand together",
		Long: `Say how the companies of a programme stand together: their states, whether goals can
still be made, how criteria develop for a fixed cohort and for the open one, how long it
takes to the mark and, given an insurer's policies and claims, what these came to by the
score that was known when a month began. Figures come with 95% intervals or are not
estimable; no company is named or ranked.

A history or a ledger is JSON Lines, one entry a line; several files make one history.
Policies and claims are JSON Lines or CSV with a line of names:

  policy,company,from,until,premium
  claim,policy,occurred,valued,paid,reserved

A policy covers the days from "from" up to but not including "until"; a claim has a line
for each day on which it was valued. Amounts are of one currency, such as 1250.00.

With --export only tables come out in which whatever tells of too few companies is hidden,
and so is whatever that could be worked out from. With --check the exit status is 1 if a
goal is out of reach.`,
		Example: `  keurmerk portfolio history.jsonl --as-of 2026-12-06 --goal 2027-07-01=120
  keurmerk portfolio history.jsonl --policies policies.csv --claims claims.csv --format html > portfolio.html
  keurmerk portfolio history.jsonl --export --k 10 --format json`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(s, args) },
	}
	f.withNorm(cmd)
	f.withNorms(cmd)
	f.withFormat(cmd, "json, text or html")
	f.withLang(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.asOf, "as-of", "", "the instant asked about: 2026-12-06T00:00:00Z, or a date, 00:00 in the norm's zone; left out: now")
	flags.StringArrayVar(&f.goals, "goal", nil, "a number of valid marks wanted on a date, such as 2027-07-01=120; may be given again")
	flags.IntVar(&f.months, "months", report.TrendMonths, "how many months the trend goes back")
	flags.StringVar(&f.policies, "policies", "", "the insurer's policies")
	flags.StringVar(&f.claims, "claims", "", "the claims on them")
	flags.StringVar(&f.valued, "valued", "", "the day by which claims are valued, such as 2026-12-31; left out: that of --as-of")
	flags.StringVar(&f.from, "from", "", "the first month of exposure; left out: that of the first policy")
	flags.StringVar(&f.until, "until", "", "the last month of exposure; left out: that of the valuation")
	flags.StringVar(&f.bands, "bands", "60%,80%,90%", "the scores at which bands part")
	flags.BoolVar(&f.check, "check", false, "exit with 1 if a goal is out of reach")
	flags.BoolVar(&f.export, "export", false, "write what may be shown to anyone: tables without what tells of too few companies")
	rule := disclosure.Default()
	flags.IntVar(&f.k, "k", rule.K, "with --export: how many companies must stand behind a number")
	flags.StringVar(&f.dominance, "dominance", fmt.Sprintf("%d:%d%%", rule.N, rule.Percent), "with --export: so many companies may make up no more than such a part of a number; off: there is no such rule")
	flags.BoolVar(&f.zeros, "zeros", false, "with --export: it may be shown that nobody stands behind a number")
	return cmd
}

func (f *portfolioFlags) run(s *streams, names []string) error {
	format, err := f.choose(s, "json", "json", "text", "html")
	if err == nil {
		err = f.checkLang()
	}
	if err != nil {
		return err
	}
	rule, err := f.rule()
	if err != nil {
		return err
	}
	r, err := f.figures(s, names)
	if err != nil {
		return err
	}
	var write interface {
		JSON(io.Writer) error
		Text(io.Writer, string) error
		HTML(io.Writer, string) error
	} = r
	if f.export {
		if write, err = r.Export(rule); err != nil {
			return err
		}
	}
	var out bytes.Buffer
	switch format {
	case "json":
		err = write.JSON(&out)
	case "html":
		err = write.HTML(&out, f.lang)
	default:
		err = write.Text(&out, f.lang)
	}
	if err != nil {
		return err
	}
	if _, err := s.out.Write(out.Bytes()); err != nil {
		return err
	}
	if f.check && !r.InReach() {
		s.say("a goal is out of reach")
		return errNo
	}
	return nil
}

// figures reads everything that is asked for and gathers the figures.
func (f *portfolioFlags) figures(s *streams, names []string) (*report.Report, error) {
	norms, versions, err := f.known()
	if err != nil {
		return nil, err
	}
	zone := versions[0].Terms.Zone
	at, err := instant(f.asOf, zone)
	if err != nil {
		return nil, err
	}
	o := report.Options{Norm: norms[0].ID(), Titles: map[string]string{}, Months: f.months}
	for i, n := range norms {
		if i > 0 {
			o.Norm += ","
		}
		o.Norm += " " + n.Version()
		for _, c := range n.Criteria() { // the latest version's word counts
			o.Titles[c.ID] = c.Title.In(f.lang)
		}
	}
	if o.Goals, err = f.targets(zone); err != nil {
		return nil, err
	}
	if err := f.readBook(s, &o); err != nil {
		return nil, err
	}
	var entries []certify.Entry
	lean := leaner{}
	for _, name := range names {
		more, err := s.history(name, lean.entry)
		if err != nil {
			return nil, err
		}
		entries = append(entries, more...)
	}
	p, err := portfolio.New(versions, entries, at)
	if err != nil {
		return nil, err
	}
	return report.New(p, o)
}

// leaner keeps of cards what figures need. Of evidence there remains a digest,
// so that two entries that differ still do, and texts that recur are kept once.
type leaner map[string]string

func (l leaner) entry(e *certify.Entry) {
	e.Company = l.once(e.Company)
	if e.Card == nil {
		return
	}
	e.Card.Company = l.once(e.Card.Company)
	for i := range e.Card.Criteria {
		c := &e.Card.Criteria[i]
		c.ID = l.once(c.ID)
		if len(c.Evidence.Keys) > 0 {
			digest := sha256.New()
			for _, key := range c.Evidence.Keys {
				fmt.Fprintf(digest, "%q", []string(key))
			}
			c.Evidence.Keys = []ruling.Key{{l.once(hex.EncodeToString(digest.Sum(nil)))}}
		}
	}
}

func (l leaner) once(s string) string {
	if kept, known := l[s]; known {
		return kept
	}
	l[s] = s
	return s
}

// known gives the norm, or each of its versions, and the terms that go with
// them.
func (f *portfolioFlags) known() ([]*norm.Norm, certify.Versions, error) {
	catalog, err := f.catalog()
	if err != nil {
		return nil, nil, err
	}
	if catalog != nil {
		return catalog.Versions(), catalog.Certification(), nil
	}
	n, err := f.load()
	if err != nil {
		return nil, nil, err
	}
	return []*norm.Norm{n}, certify.Versions{{Terms: n.Certification()}}, nil
}

// targets reads --goal.
func (f *portfolioFlags) targets(zone string) ([]report.Target, error) {
	in, err := finding.LoadZone(zone)
	if err != nil {
		return nil, err
	}
	var targets []report.Target
	for _, goal := range f.goals {
		date, number, _ := strings.Cut(goal, "=")
		want, err := strconv.Atoi(number)
		if err != nil || want < 1 {
			return nil, fmt.Errorf("--goal %s: a date and a number of marks are needed, such as 2027-07-01=120", goal)
		}
		by, err := finding.Period{Zone: in}.ParseInstant(date)
		if err != nil {
			return nil, fmt.Errorf("--goal %s: %w", goal, err)
		}
		targets = append(targets, report.Target{By: by, Want: want})
	}
	return targets, nil
}

// readBook reads policies and claims, and what is asked of them.
func (f *portfolioFlags) readBook(s *streams, o *report.Options) error {
	if f.policies == "" {
		if f.claims != "" {
			return errors.New("--claims needs --policies")
		}
		return nil
	}
	policies, err := readRows(s, f.policies, book.Policies)
	if err != nil {
		return err
	}
	var claims []book.Claim
	if f.claims != "" {
		if claims, err = readRows(s, f.claims, book.Claims); err != nil {
			return err
		}
	}
	if o.Book, err = book.New(policies, claims); err != nil {
		return fmt.Errorf("the policies and claims do not fit:\n%w", err)
	}
	if f.valued != "" {
		if o.Experience.Valued, err = book.ParseDay(f.valued); err != nil {
			return fmt.Errorf("--valued: %w", err)
		}
	}
	for _, month := range []struct {
		name, text string
		into       *finding.YearMonth
	}{{"--from", f.from, &o.Experience.From}, {"--until", f.until, &o.Experience.Until}} {
		if month.text == "" {
			continue
		}
		if *month.into, err = finding.ParseMonth(month.text); err != nil {
			return fmt.Errorf("%s: %w", month.name, err)
		}
	}
	o.Experience.Edges = []ruling.Points{}
	for edge := range strings.SplitSeq(f.bands, ",") {
		points, err := ruling.ParsePercent(strings.TrimSpace(edge))
		if err != nil {
			return fmt.Errorf("--bands: %w", err)
		}
		o.Experience.Edges = append(o.Experience.Edges, points)
	}
	return nil
}

// readRows reads a file of policies or claims; every fault is told with the
// file's name.
func readRows[T any](s *streams, name string, read func(io.Reader) ([]T, error)) ([]T, error) {
	file, err := s.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := read(file)
	if err == nil {
		return rows, nil
	}
	var told []error
	for line := range strings.SplitSeq(err.Error(), "\n") {
		told = append(told, fmt.Errorf("%s: %s", name, line))
	}
	return nil, errors.Join(told...)
}

// rule reads --k and --dominance.
func (f *portfolioFlags) rule() (disclosure.Rule, error) {
	rule := disclosure.Rule{K: f.k, Zeros: f.zeros}
	if f.dominance == "off" {
		return rule, nil
	}
	n, percent, _ := strings.Cut(f.dominance, ":")
	var err, other error
	rule.N, err = strconv.Atoi(n)
	rule.Percent, other = strconv.Atoi(strings.TrimSuffix(percent, "%"))
	if err != nil || other != nil || rule.N < 1 {
		return rule, fmt.Errorf("--dominance %s: a number of companies and a percentage are needed, such as 1:75%%, or off", f.dominance)
	}
	return rule, nil
}
