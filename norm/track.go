package norm

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/plan"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Tracker follows one month while it changes. It is not for several goroutines
// at once.
type Tracker struct {
	norm    *Norm
	about   *finding.Month // its company, month and zone
	period  finding.Period
	pass    *plan.Pass
	records map[string]map[string]any // by list and key
	lists   []*record.List
	count   int
	texts   int // the longest list of texts that any record has had
}

// Track begins with the records of a month. The error is that of
// [Norm.Judge].
func (n *Norm) Track(m *finding.Month) (*Tracker, error) {
	about := &finding.Month{Company: m.Company, Month: m.Month, Zone: m.Zone}
	period, err := about.Period()
	if err != nil {
		return nil, err
	}
	if zone := period.Zone.String(); zone != n.zone {
		return nil, &ZoneError{n.zone, zone}
	}
	t := &Tracker{norm: n, about: about, period: period, records: map[string]map[string]any{}, lists: slices.Clone(record.Lists)}
	for _, name := range slices.Sorted(maps.Keys(n.types)) {
		t.lists = append(t.lists, record.Custom(name, nil))
	}
	for _, l := range t.lists {
		t.records[l.Name] = map[string]any{}
	}
	t.pass = n.planned.plan.Pass(plan.Empty(about, period))
	if err := t.Put(m); err != nil {
		return nil, err
	}
	return t, nil
}

// Put takes in copies of records: each in the place of the one with its key, or
// as a new one. The part is a document of the same company, month and zone; what it
// says of the company does not count. What it costs depends on the part, not
// on the month. The error is a [*finding.DecodeError], a
// [*finding.MergeError] or a [*CustomError]; nothing was taken in then.
func (t *Tracker) Put(part *finding.Month) error {
	switch {
	case part.Company.ID != t.about.Company.ID:
		return &finding.MergeError{What: "companie", Has: t.about.Company.ID, Other: part.Company.ID}
	case part.Month != t.about.Month:
		return &finding.MergeError{What: "month", Has: t.about.Month.String(), Other: part.Month.String()}
	case cmp.Or(part.Zone, finding.DefaultZone) != t.period.Zone.String():
		return &finding.MergeError{What: "zone", Has: t.period.Zone.String(), Other: cmp.Or(part.Zone, finding.DefaultZone)}
	}
	part, err := part.Normal()
	if err != nil {
		return err
	}
	if err := t.norm.checkCustom(part, t.period); err != nil {
		return err
	}
	t.texts = max(t.texts, record.LongestTexts(part))
	for _, l := range t.lists {
		for i := range l.Len(part) {
			rec := l.Copy(l.At(part, i))
			t.change(l, joined(l.Key(rec)), rec)
		}
	}
	return nil
}

// Remove takes out the records with these keys; it tells how many there were.
func (t *Tracker) Remove(keys ...ruling.Key) (removed int) {
	for _, key := range keys {
		for _, l := range t.lists {
			if at := joined(key); t.records[l.Name][at] != nil {
				t.change(l, at, nil)
				removed++
			}
		}
	}
	return removed
}

// joined makes one text of a key; ids can't hold the separator.
func joined(key ruling.Key) string { return strings.Join(key, "\xff") }

// change puts the record, or none, in the place of the one with the key.
func (t *Tracker) change(l *record.List, key string, rec any) {
	before := t.records[l.Name][key]
	if rec == nil {
		delete(t.records[l.Name], key)
		t.count--
	} else {
		t.records[l.Name][key] = rec
		if before == nil {
			t.count++
		}
	}
	t.pass.Change(l.Name, before, rec)
	t.pass.Counted(t.count, t.texts)
}

// Month is the month as it stands, in its normal form. It must not be changed.
func (t *Tracker) Month() *finding.Month {
	m := *t.about
	for _, l := range t.lists {
		for _, key := range slices.Sorted(maps.Keys(t.records[l.Name])) {
			l.Add(&m, t.records[l.Name][key])
		}
	}
	normal, err := m.Normal()
	if err != nil { // each part was checked
		return &m
	}
	return normal
}

// Count is how many records there are.
func (t *Tracker) Count() int { return t.count }

// Judge gives the verdicts on the month as it stands, as [Norm.JudgePacked]
// does without evidence: how many records decided is in More. What it costs
// does not depend on the month, but for conditions that fail, that are not
// planned (see [Norm.Ways]), or that ask about the records of one list for
// those of another: they look at all records. The error is ctx's.
func (t *Tracker) Judge(ctx context.Context) ([]ruling.Verdict, error) {
	if t.norm.planned.plan.Joins() {
		packed, err := Pack(t.Month())
		if err != nil {
			return nil, err
		}
		return t.norm.JudgePacked(ctx, packed, 0)
	}
	month := &Packed{month: t.about, period: t.period, rows: t.pass.Rows()}
	j := &judging{norm: t.norm, ctx: ctx, month: month, pass: t.pass, assemble: t.Month}
	return j.verdicts()
}
