package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"github.com/cyberkeurmerk/keurmerk/certify"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/spf13/cobra"
)

// scored is a card, with the advice if that was asked for.
type scored struct {
	*score.Card
	advice *score.Advice
	worth  *worth
}

// worth is what reaching the threshold is worth to a company with a history,
// and what missing it costs.
type worth struct {
	Reached prospects `json:"reached"`
	Missed  prospects `json:"missed"`
}

// prospects is where the company then stands, how many months must pass after
// that until it can hold the mark, and on which day: empty if it holds it, or
// can't as things are recorded.
type prospects struct {
	Phase    string `json:"phase"`
	Months   int    `json:"months"`
	Earliest string `json:"earliest"`
}

// line appends the card as a line of JSON, with the advice as one more member.
// What HTML would take for markup is escaped, as encoding/json does.
func (s scored) line(out []byte) ([]byte, error) {
	out, err := s.Card.Append(out)
	if err != nil {
		return nil, err
	}
	if s.advice != nil {
		advice, err := json.Marshal(s.advice)
		if err != nil {
			return nil, err
		}
		out = fmt.Appendf(out[:len(out)-1], `,"advice":%s}`, advice)
	}
	if s.worth != nil {
		after, err := json.Marshal(s.worth)
		if err != nil {
			return nil, err
		}
		out = fmt.Appendf(out[:len(out)-1], `,"worth":%s}`, after)
	}
	if slices.ContainsFunc([]byte("<>&\xe2"), func(b byte) bool { return bytes.IndexByte(out, b) >= 0 }) { // U+2028 and U+2029 begin with E2
		var escaped bytes.Buffer
		json.HTMLEscape(&escaped, out)
		out = escaped.Bytes()
	}
	return append(out, '\n'), nil
}

// judged yields the cards of the months of all files, changed first where
// --without or --with says so.
func (b *batch) judged(ctx context.Context, names []string) iter.Seq2[scored, error] {
	documents := b.what.changed(b.documents(names))
	if b.what.advise {
		return b.advised(ctx, documents)
	}
	return func(yield func(scored, error) bool) {
		cards := score.Documents(ctx, b.norm, documents, b.waivers...)
		if b.catalog != nil {
			cards = score.DocumentsUnder(ctx, b.catalog, documents, b.waivers...)
		}
		for card, err := range cards {
			if !yield(scored{Card: card}, err) {
				return
			}
		}
	}
}

func (b *batch) advised(ctx context.Context, documents iter.Seq[finding.Document]) iter.Seq2[scored, error] {
	return func(yield func(scored, error) bool) {
		decoder := new(finding.Decoder)
		for read := range documents {
			var s scored
			month, err := read(decoder)
			if err == nil {
				if s, err = b.advise(ctx, month); err != nil {
					err = &score.MonthError{Company: month.Company.ID, Month: month.Month, Err: err}
				}
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

func (b *batch) advise(ctx context.Context, month *finding.Month) (s scored, err error) {
	n := b.norm
	if b.catalog == nil {
		s.Card, err = score.Judge(ctx, n, month, b.waivers...)
	} else if s.Card, err = score.JudgeUnder(ctx, b.catalog, month, b.waivers...); err == nil {
		n = versionOf(b.catalog, s.Card)
	}
	if err != nil {
		return s, err
	}
	if s.advice, err = score.Advise(ctx, n, month); err != nil {
		return s, err
	}
	s.worth, err = b.worth(n.Certification(), month)
	return s, err
}

// versionOf is the one in the catalog under which the card was judged.
func versionOf(catalog *norm.Catalog, c *score.Card) *norm.Norm {
	n := catalog.At(c.Month)
	for _, v := range catalog.Versions() {
		if v.Files() == c.Norm.Digest {
			n = v
		}
	}
	return n
}

// worth looks ahead from just before the month's close; nil if the history
// has nothing of the company, or another month is open then.
func (b *batch) worth(terms ruling.Terms, m *finding.Month) (*worth, error) {
	entries := b.what.entries[m.Company.ID]
	if len(entries) == 0 {
		return nil, nil
	}
	versions := certify.Versions{{Terms: terms}}
	if b.catalog != nil {
		versions = b.catalog.Certification()
	}
	closes, err := certify.Close(terms, m.Month)
	if err != nil {
		return nil, err
	}
	p, err := progressOf(versions, terms, entries, closes.Add(-time.Nanosecond), m.Month, false)
	if err != nil || p.Reached == nil || p.Missed == nil {
		return nil, err
	}
	return &worth{prospects{p.Reached.Phase, p.Reached.ToGo, p.Reached.Earliest}, prospects{p.Missed.Phase, p.Missed.ToGo, p.Missed.Earliest}}, nil
}

// whatIf is a change of months before they are judged.
type whatIf struct {
	advise  bool
	history string
	entries map[string][]certify.Entry // by company
	keys    []string
	files   []string
	without []ruling.Key
	with    []addition
}

func (w *whatIf) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&w.advise, "advise", false, "say what to fix first")
	cmd.Flags().StringVar(&w.history, "history", "", "with --advise: the companies' entries (JSON Lines), to say what reaching the threshold is worth")
	cmd.Flags().StringArrayVar(&w.keys, "without", nil, `judge without the record of this key, as evidence has it: computer/pc-01/CVE-2026-1 or ["computer","pc-01","CVE-2026-1"]; may be repeated`)
	cmd.Flags().StringArrayVar(&w.files, "with", nil, "judge with the records of this file besides: a month document, without company and month if you like, or a change as --advise writes it; may be repeated")
}

// addition is a document whose records are merged into months.
type addition struct {
	name    string
	members map[string]json.RawMessage
}

// read takes the keys and files in.
func (w *whatIf) read(s *streams) error {
	if w.history != "" {
		entries, err := s.history(w.history)
		if err != nil {
			return err
		}
		w.entries = map[string][]certify.Entry{}
		for _, e := range entries {
			w.entries[e.Company] = append(w.entries[e.Company], e)
		}
	}
	for _, key := range w.keys {
		keys, err := parseKeys(key)
		if err != nil {
			return fmt.Errorf("--without %s: %w", key, err)
		}
		w.without = append(w.without, keys...)
	}
	for _, name := range w.files {
		a, err := s.addition(name)
		if err == nil {
			a, err = w.unwrap(a)
		}
		if err != nil {
			return fmt.Errorf("--with %s: %w", name, err)
		}
		if a.members != nil {
			w.with = append(w.with, a)
		}
	}
	return nil
}

func (s *streams) addition(name string) (a addition, err error) {
	f, err := s.open(name)
	if err != nil {
		return a, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, finding.MaxBytes+1))
	if err == nil && len(data) > finding.MaxBytes {
		err = fmt.Errorf("the document is larger than %d bytes", finding.MaxBytes)
	}
	if err == nil {
		err = json.Unmarshal(data, &a.members)
	}
	if err == nil && a.members == nil {
		err = errors.New("it holds no document")
	}
	a.name = name
	return a, err
}

// unwrap takes apart a change as an advice has it: {"without":[…],"with":{…}}.
func (w *whatIf) unwrap(a addition) (addition, error) {
	without, isChange := a.members["without"]
	if !isChange {
		return a, nil
	}
	var keys []ruling.Key
	if err := json.Unmarshal(without, &keys); err != nil {
		return a, err
	}
	w.without = append(w.without, keys...)
	inner := addition{name: a.name}
	return inner, json.Unmarshal(a.members["with"], &inner.members)
}

// parseKeys reads a key written with slashes, a JSON array of texts, or a JSON
// array of such keys.
func parseKeys(s string) ([]ruling.Key, error) {
	if !strings.HasPrefix(strings.TrimSpace(s), "[") {
		return []ruling.Key{strings.Split(s, "/")}, nil
	}
	var key ruling.Key
	if json.Unmarshal([]byte(s), &key) == nil {
		return []ruling.Key{key}, nil
	}
	var keys []ruling.Key
	if err := json.Unmarshal([]byte(s), &keys); err != nil {
		return nil, errors.New("it is no key: an array of texts, or texts with slashes between them")
	}
	return keys, nil
}

// changed carries the change out on each month.
func (w *whatIf) changed(documents iter.Seq[finding.Document]) iter.Seq[finding.Document] {
	if len(w.without) == 0 && len(w.with) == 0 {
		return documents
	}
	return func(yield func(finding.Document) bool) {
		for read := range documents {
			changed := func(d *finding.Decoder) (*finding.Month, error) {
				month, err := read(d)
				if err != nil {
					return nil, err
				}
				return w.change(month)
			}
			if !yield(changed) {
				return
			}
		}
	}
}

func (w *whatIf) change(m *finding.Month) (*finding.Month, error) {
	changed, err := m.Normal()
	if err != nil {
		return nil, err
	}
	for _, key := range w.without {
		fewer := changed.Without(key)
		if fewer.Count() == changed.Count() && m.Without(key).Count() == m.Count() {
			return nil, fmt.Errorf("--without %s: company %s has no such record in %v", strings.Join(key, "/"), m.Company.ID, m.Month)
		}
		changed = fewer
	}
	for _, a := range w.with {
		document, err := a.of(m)
		if err == nil {
			changed, err = score.Change{With: document}.Apply(changed)
		}
		if err != nil {
			return nil, fmt.Errorf("--with %s: %w", a.name, err)
		}
	}
	return changed, nil
}

// of completes the document with what it leaves out of the month's head.
func (a addition) of(m *finding.Month) (*finding.Month, error) {
	head, err := json.Marshal(&finding.Month{Company: finding.Company{ID: m.Company.ID}, Month: m.Month, Zone: m.Zone})
	if err != nil {
		return nil, err
	}
	whole := map[string]json.RawMessage{}
	if err := json.Unmarshal(head, &whole); err != nil {
		return nil, err
	}
	maps.Copy(whole, a.members)
	data, err := json.Marshal(whole)
	if err != nil {
		return nil, err
	}
	return finding.Decode(bytes.NewReader(data))
}

// write shows a card, and below it the advice.
func (s scored) write(w io.Writer, lang string) error {
	if err := writeCard(w, s.Card); err != nil || s.advice == nil {
		return err
	}
	if err := writeAdvice(w, s.advice, lang); err != nil || s.worth == nil {
		return err
	}
	words := adviceWords[lang]
	for _, p := range []struct {
		label string
		prospects
	}{{words.reached, s.worth.Reached}, {words.missed, s.worth.Missed}} {
		if _, err := fmt.Fprintf(w, "  %s: %s, +%d, %s\n", p.label, p.Phase, p.Months, cmp.Or(p.Earliest, "–")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

// adviceWords are the words around an advice, by language.
var adviceWords = map[string]struct {
	first, done, none, others, out, by, gain, unproven, reached, missed string
	why                                                                 map[string]string
}{
	"nl": {"Doe eerst", "De norm is al gehaald.", "De norm is deze maand niet meer te halen.", "Ook te verdienen", "Niet meer te verdienen deze maand", "uiterlijk", "samen", "de kleinste die gevonden is", "Norm gehaald", "Norm niet gehaald", map[string]string{score.TooLate: "dit had eerder moeten gebeuren", score.Failed: "de norm kon dit niet beoordelen", score.NoRemedy: "hiervoor is geen weg bekend"}},
	"en": {"Do first", "The threshold has been reached already.", "The threshold is out of reach this month.", "Can be earned as well", "Out of reach this month", "by", "together", "the smallest that was found", "Threshold reached", "Threshold missed", map[string]string{score.TooLate: "this should have been done sooner", score.Failed: "the norm could not judge this", score.NoRemedy: "no way to earn this is known"}},
}

func writeAdvice(w io.Writer, a *score.Advice, lang string) error {
	words := adviceWords[lang]
	var b bytes.Buffer
	list := func(title string, actions []score.Action) {
		if len(actions) == 0 {
			return
		}
		fmt.Fprintf(&b, "  %s:\n", title)
		for _, x := range actions {
			fmt.Fprintf(&b, "    +%-6s %-16s %s (%s %s)\n", x.Gains, x.Criterion, printable(x.Remedy.In(lang)), words.by, x.LastDay)
		}
	}
	switch {
	case !a.Reaches:
		fmt.Fprintf(&b, "  %s\n", words.none)
	case len(a.Actions) == 0:
		fmt.Fprintf(&b, "  %s\n", words.done)
	default:
		title := fmt.Sprintf("%s (%s %s → %s)", words.first, words.gain, amount(a.From), amount(a.To))
		if !a.Proven {
			title += ", " + words.unproven
		}
		list(title, a.Actions)
	}
	list(words.others, a.Others)
	for i, o := range a.OutOfReach {
		if i == 0 {
			fmt.Fprintf(&b, "  %s:\n", words.out)
		}
		fmt.Fprintf(&b, "     %-6s %-16s %s %s\n", o.Weight, o.Criterion, words.why[o.Why], printable(o.Reason))
	}
	fmt.Fprintln(&b)
	_, err := w.Write(b.Bytes())
	return err
}

func amount(p *ruling.Points) string {
	if p == nil {
		return "–"
	}
	return p.String()
}
