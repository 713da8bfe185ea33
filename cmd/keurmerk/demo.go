package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/nuclei"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/sheet"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/wazuh"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/report"
	"github.com/cyberkeurmerk/keurmerk/testdata"
	"github.com/spf13/cobra"
)

func demoCommand(s *streams) *cobra.Command {
	var f flags
	var out string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "The main job on an example company: tools' outputs in, scorecards, the mark, a report and a signed certificate out",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.checkLang(); err != nil {
				return err
			}
			n, err := cyberkeurmerk.Norm()
			if err != nil {
				return err
			}
			d := &demo{streams: s, norm: n, lang: f.lang, data: testdata.Company()}
			if err := d.run(cmd.Context()); err != nil {
				return err
			}
			signed, err := d.attest(cmd.Context())
			if err != nil {
				return err
			}
			if err := d.verify(cmd.Context(), signed); err != nil {
				return err
			}
			return d.keep(out, signed)
		},
	}
	f.withLang(cmd)
	cmd.Flags().StringVar(&out, "out", "", "folder for the documents; left out: a new temporary one")
	return cmd
}

// demo is the example company's way through everything.
type demo struct {
	*streams
	norm     *norm.Norm
	lang     string
	data     fs.FS
	company  finding.Company
	months   []*finding.Month
	cards    []*score.Card
	entries  []certify.Entry
	timeline certify.Timeline
	report   *report.Report
}

func (d *demo) run(ctx context.Context) error {
	if err := d.enrol(); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "%s (%s), %s\n\n", d.company.Name, d.company.ID, d.norm.Title().In(d.lang))
	folders, err := fs.Glob(d.data, "20??-??")
	if err != nil {
		return err
	}
	for _, folder := range folders {
		if err := d.month(ctx, folder); err != nil {
			return fmt.Errorf("%s: %w", folder, err)
		}
	}
	if len(d.cards) == 0 {
		return errors.New("the example company has no months")
	}
	terms := d.norm.Certification()
	last := d.cards[len(d.cards)-1]
	progress, err := progressOf(certify.Versions{{Terms: terms}}, terms, d.entries, d.timeline.AsOf, last.Month, last.Qualifies)
	if err != nil {
		return err
	}
	d.report = report.New(d.norm, d.cards, report.Options{Language: d.lang, Name: d.company.Name, Progress: progress})
	fmt.Fprintln(d.out)
	return d.report.Text(d.out, report.Style{Color: d.terminal()})
}

func month(m finding.YearMonth) string {
	if m == 0 {
		return ""
	}
	return m.String()
}

// enrol reads who the company is; its history begins there.
func (d *demo) enrol() error {
	data, err := fs.ReadFile(d.data, "company.json")
	if err != nil {
		return err
	}
	// A company alone is a month document but for the month.
	document, err := finding.DecodeBytes(fmt.Appendf(nil, `{"month":"9998-12","company":%s}`, data))
	if err != nil {
		return err
	}
	d.company = document.Company
	d.entries = []certify.Entry{{ID: "enrol", Company: d.company.ID, Recorded: d.company.Enrolled, Type: certify.Enrol, At: d.company.Enrolled}}
	return nil
}

// month takes the company through one month: what tools and people wrote
// becomes a document, the document a card, the card an entry.
func (d *demo) month(ctx context.Context, folder string) error {
	m, err := d.start(folder)
	if err != nil {
		return err
	}
	if err := d.collect(m, folder); err != nil {
		return err
	}
	card, err := score.Judge(ctx, d.norm, m)
	if err != nil {
		return err
	}
	closes, err := certify.Close(d.norm.Certification(), m.Month)
	if err != nil {
		return err
	}
	recorded := closes.AddDate(0, 0, -3)
	d.entries = append(d.entries, certify.Entry{ID: "score-" + folder, Company: d.company.ID, Recorded: recorded, Type: certify.Score,
		Month: m.Month, Card: card, NormDigest: card.Norm.Digest})
	d.timeline = certify.Evaluate(d.norm.Certification(), d.entries, closes)
	if d.timeline.Err != nil {
		return d.timeline.Err
	}
	d.months, d.cards = append(d.months, m), append(d.cards, card)
	d.progress(card)
	return nil
}

// start carries the previous month over, or begins a new document.
func (d *demo) start(folder string) (*finding.Month, error) {
	if len(d.months) > 0 {
		return d.months[len(d.months)-1].Next()
	}
	first, err := finding.ParseMonth(folder)
	return &finding.Month{Company: d.company, Month: first, Zone: d.norm.Zone()}, err
}

// collect adds what the folder holds: exports first, since the scan plan and
// the inventory say what the tools' outputs are complete for.
func (d *demo) collect(m *finding.Month, folder string) error {
	period, err := m.Period()
	if err != nil {
		return err
	}
	options := []reader.Option{reader.Zone(period.Zone), reader.Taken(period.End.Add(-time.Second))}
	for _, name := range []string{"websites", "computers", "medewerkers", "vragenlijsten", "cursussen"} {
		batch, found, err := d.export(folder, name, options)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		if _, err := m.Add(batch); err != nil {
			return err
		}
		for _, w := range batch.Websites {
			options = append(options, reader.Complete(finding.AssetWebsite, w.ID, w.Scanned))
		}
		for _, c := range batch.Computers {
			options = append(options, reader.Complete(finding.AssetComputer, c.ID, c.Seen))
		}
	}
	for _, tool := range []struct {
		file string
		read func(*bytes.Reader) (finding.Batch, error)
	}{
		{"nuclei.jsonl", func(r *bytes.Reader) (finding.Batch, error) { return nuclei.Read(r, options...) }},
		{"wazuh.json", func(r *bytes.Reader) (finding.Batch, error) { return wazuh.Read(r, options...) }},
	} {
		data, err := fs.ReadFile(d.data, folder+"/"+tool.file)
		if err != nil {
			return err
		}
		batch, err := tool.read(bytes.NewReader(data))
		if err != nil {
			return err
		}
		if _, err := m.Add(batch); err != nil {
			return err
		}
	}
	return nil
}

// export reads a CSV export by its declared columns; not every month has all.
func (d *demo) export(folder, name string, options []reader.Option) (b finding.Batch, found bool, err error) {
	data, err := fs.ReadFile(d.data, folder+"/"+name+".csv")
	if errors.Is(err, fs.ErrNotExist) {
		return b, false, nil
	}
	if err != nil {
		return b, false, err
	}
	declared, err := fs.ReadFile(d.data, "columns/"+name+".json")
	if err != nil {
		return b, false, err
	}
	columns, err := sheet.DecodeColumns(bytes.NewReader(declared))
	if err != nil {
		return b, false, err
	}
	b, err = sheet.Read(bytes.NewReader(data), columns, options...)
	return b, true, err
}

// progress prints the month's line: what it scored and where it leaves the
// company, and below it what the points were for.
func (d *demo) progress(c *score.Card) {
	total := "–"
	if c.Score != nil {
		total = c.Score.String()
	}
	state := d.timeline.State
	standing := string(state.Phase)
	if state.Of > 0 {
		standing = fmt.Sprintf("%s %d/%d", state.Phase, state.N, state.Of)
	}
	words := map[bool]string{true: "counts", false: "does not count"}
	if d.lang == "nl" {
		words = map[bool]string{true: "telt mee", false: "telt niet mee"}
	}
	fmt.Fprintf(d.out, "%s  %5s  %-14s %s\n", c.Month, total, words[c.Qualifies], standing)
	var earned, open []string
	for _, k := range c.Criteria {
		if k.Outcome == ruling.Met {
			earned = append(earned, k.ID)
		} else {
			open = append(open, fmt.Sprintf("%s (%s)", k.ID, k.Outcome))
		}
	}
	fmt.Fprintf(d.out, "         + %s\n", strings.Join(earned, ", "))
	if len(open) > 0 {
		fmt.Fprintf(d.out, "         - %s\n", strings.Join(open, ", "))
	}
}

// keep writes the documents and tells how to repeat each step.
func (d *demo) keep(folder string, signed *signed) error {
	if folder == "" {
		var err error
		if folder, err = os.MkdirTemp("", "keurmerk-demo-*"); err != nil {
			return err
		}
	} else if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var months, cards, markdown, page bytes.Buffer
	for i, m := range d.months {
		if err := m.Encode(&months); err != nil {
			return err
		}
		line, err := json.Marshal(d.cards[i])
		if err != nil {
			return err
		}
		cards.Write(append(line, '\n'))
	}
	if err := writeLedger(filepath.Join(folder, "history.jsonl"), d.entries); err != nil {
		return err
	}
	if err := d.report.Markdown(&markdown); err != nil {
		return err
	}
	if err := d.report.HTML(&page); err != nil {
		return err
	}
	for name, data := range map[string]*bytes.Buffer{"months.jsonl": &months, "cards.jsonl": &cards, "report.md": &markdown, "report.html": &page,
		"bundle.json": bytes.NewBuffer(signed.bundle), "root.json": bytes.NewBuffer(signed.root)} {
		if err := writeFile(filepath.Join(folder, name), data.Bytes()); err != nil {
			return err
		}
	}
	at := d.timeline.AsOf.Format(time.RFC3339)
	d.say(`
The documents are in %[1]s. Each step again:
  go run ./cmd/keurmerk score %[1]s/months.jsonl
  go run ./cmd/keurmerk report %[1]s/months.jsonl
  go run ./cmd/keurmerk ledger verify %[1]s/history.jsonl
  go run ./cmd/keurmerk certify %[1]s/history.jsonl --as-of %[2]s
  go run ./cmd/keurmerk verify %[1]s/bundle.json --trust %[1]s/root.json --company %[3]s --findings %[1]s/months.jsonl --as-of %[2]s
The keys that signed are made for this demonstration and known to everyone.`, folder, at, d.company.ID)
	return nil
}
