package finding

import (
	"maps"
	"slices"
	"time"
)

// Add merges a tool's batch into the month.
//
// A record with a fact at or after the month's end is left out and counted as
// late. On each asset for which the batch is complete, what the batch's source
// had reported as open and no longer reports becomes fixed as of then, unless
// it was seen later or could not be tested. The batch's source is added to the sources of its
// websites, computers and vulnerabilities.
//
// The error is a [*DecodeError], whose pointers count the month's records
// first, or a [*ZoneError]; m is then as it was.
func (m *Month) Add(b Batch) (Added, error) {
	p, err := m.Period()
	if err != nil {
		return Added{}, err
	}
	var added Added
	before := func(times ...time.Time) bool {
		for _, t := range times {
			if !t.IsZero() && !t.Before(p.End) {
				added.Late++
				return false
			}
		}
		added.Records++
		return true
	}
	in := &Month{Company: m.Company, Month: m.Month, Zone: m.Zone}
	in.Websites = keep(b.Websites, func(w *Website) bool { return before(w.Scanned) })
	in.Computers = keep(b.Computers, func(c *Computer) bool { return before(c.Seen) })
	in.Vulnerabilities = keep(b.Vulnerabilities, func(v *Vulnerability) bool { return before(v.Found, v.Seen) })
	in.Employees = keep(b.Employees, func(e *Employee) bool { return before(e.Enrolled) })
	in.Questionnaires = keep(b.Questionnaires, func(q *Questionnaire) bool { return before(q.Completed) })
	in.Courses = keep(b.Courses, func(c *Course) bool { return before(c.Offered, c.Completed) })
	in.Phishing = keep(b.Phishing, func(f *Phishing) bool { return before(f.Sent) })
	for _, name := range slices.Sorted(maps.Keys(b.Custom)) {
		if in.Custom == nil {
			in.Custom = map[string][]Custom{}
		}
		in.Custom[name] = slices.Clone(b.Custom[name])
		added.Records += len(b.Custom[name])
	}
	in.credit(b.Source)
	sum := m.clone()
	added.Fixed = sum.settle(b, p)
	if err := sum.Merge(in); err != nil {
		return Added{}, err
	}
	*m = *sum
	return added, nil
}

// keep copies the records that pass.
func keep[T any](list []T, pass func(*T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), func(r T) bool { return !pass(&r) })
}

// credit adds the source to every record that names its sources.
func (m *Month) credit(source string) {
	if source == "" {
		return
	}
	by := []string{source}
	for i := range m.Websites {
		m.Websites[i].Sources = union(m.Websites[i].Sources, by)
	}
	for i := range m.Computers {
		m.Computers[i].Sources = union(m.Computers[i].Sources, by)
	}
	for i := range m.Vulnerabilities {
		m.Vulnerabilities[i].Sources = union(m.Vulnerabilities[i].Sources, by)
	}
}

// asset is what a batch can be complete about.
type asset struct {
	kind AssetType
	id   string
}

// settle sets fixed on what the source had reported on an asset that it has
// now looked at in full, and reports no longer. It counts them.
func (m *Month) settle(b Batch, p Period) int {
	looked := map[asset]Complete{}
	for _, c := range b.Complete {
		at := asset{c.AssetType, c.Asset}
		if p.Before(c.At) && c.At.After(looked[at].At) {
			looked[at] = c
		}
	}
	if len(looked) == 0 {
		return 0
	}
	reported := make(map[string]bool, len(b.Vulnerabilities))
	for i := range b.Vulnerabilities {
		reported[joined(b.Vulnerabilities[i].Key())] = true
	}
	fixed := 0
	for i := range m.Vulnerabilities {
		v := &m.Vulnerabilities[i]
		look, done := looked[asset{v.AssetType, v.Asset}]
		gone := done && v.Open(p) && slices.Contains(v.Sources, b.Source) && !reported[joined(v.Key())]
		if gone && !v.Seen.After(look.At) && !v.Found.After(look.At) && !slices.Contains(look.Untested, v.ID) {
			v.Fixed = look.At.UTC()
			fixed++
		}
	}
	return fixed
}
