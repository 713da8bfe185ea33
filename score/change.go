package score

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Change is what would have to be different in a month document: first the
// records that go, then a document whose records are merged in. It is what
// `keurmerk score --without KEY --with FILE` takes.
type Change struct {
	Without []ruling.Key   // keys as evidence names them; never nil in an advice
	With    *finding.Month // of the same company and month; nil: nothing is added
}

// Apply gives a copy of the month with the change carried out. The error is
// that of [finding.Month.Normal] or [finding.Month.Merge].
func (c Change) Apply(m *finding.Month) (*finding.Month, error) {
	m, err := m.Normal()
	if err != nil {
		return nil, err
	}
	changed := m.Without(c.Without...)
	if c.With == nil {
		return changed, nil
	}
	if err := changed.Merge(c.With); err != nil {
		return nil, err
	}
	return changed, nil
}

// MarshalJSON writes {"without":[…],"with":{…}}; with is null if nothing is
// added.
func (c Change) MarshalJSON() ([]byte, error) {
	without := c.Without
	if without == nil {
		without = []ruling.Key{}
	}
	return json.Marshal(struct {
		Without []ruling.Key   `json:"without"`
		With    *finding.Month `json:"with"`
	}{without, c.With})
}

// item is one record as it would be: put in the place of the one with its key,
// or gone.
type item struct {
	do     string // what is done to it, as a [Step] names it
	key    ruling.Key
	gone   bool
	record any       // pointer to a record of the kind that the key names
	custom string    // type of a custom record
	enrol  time.Time // of the company, which is no record and has the key ["company"]
}

// patch is a set of items: in key order, each key once.
type patch []item

// to says what is done to the items.
func (p patch) to(do string) patch {
	for i := range p {
		p[i].do = do
	}
	return p
}

// Step counts the records to which an action does the same thing.
type Step struct {
	Do    string `json:"do"`    // one of the constants
	What  string `json:"what"`  // company, website, computer, vulnerability, employee, questionnaire, course, phishing or custom
	Count int    `json:"count"` // at least 1
}

// What an action does.
const (
	Enrol    = "enrol"    // the company, or people who are known but not enrolled
	Check    = "check"    // have a website scanned or a computer report itself, and nothing be found
	Fix      = "fix"      // mend vulnerabilities
	Redo     = "redo"     // have a questionnaire filled in, again if need be, with full marks
	Complete = "complete" // have a course completed
	Add      = "add"      // connect, enrol, offer or ask more
	Update   = "update"   // bring custom records up to date
	Retire   = "retire"   // take a website or computer out of use
	Remove   = "remove"   // have what was found no longer be there at all
)

// kind is what the item is about.
func (it item) kind() string {
	switch it.record.(type) {
	case *finding.Vulnerability:
		return "vulnerability"
	case *finding.Custom:
		return "custom"
	}
	return it.key[0]
}

// steps counts what the patch does, in order of what comes first in it.
func (p patch) steps() []Step {
	steps := []Step{}
	for _, it := range p {
		at := slices.IndexFunc(steps, func(s Step) bool { return s.Do == it.do && s.What == it.kind() })
		if at < 0 {
			at, steps = len(steps), append(steps, Step{Do: it.do, What: it.kind()})
		}
		steps[at].Count++
	}
	return steps
}

// join makes one patch of several. Where two want a record in different
// states, what is gone stands, then the earlier fix, and else the later patch.
func join(patches ...patch) patch {
	all := slices.Concat(patches...)
	slices.SortStableFunc(all, func(a, b item) int { return slices.Compare(a.key, b.key) })
	kept := all[:0]
	for _, it := range all {
		if n := len(kept); n > 0 && slices.Equal(kept[n-1].key, it.key) {
			kept[n-1] = prevailing(kept[n-1], it)
			continue
		}
		kept = append(kept, it)
	}
	return kept
}

func prevailing(a, b item) item {
	if before(a, b) {
		return a
	}
	return b
}

// before tells whether the first of two states of a record stands against the
// second: what is gone is gone, and what is mended sooner is mended.
func before(a, b item) bool {
	if a.gone != b.gone {
		return a.gone
	}
	v, isFix := a.record.(*finding.Vulnerability)
	w, both := b.record.(*finding.Vulnerability)
	return isFix && both && v.Fixed.Before(w.Fixed)
}

// apply gives a copy of the month, which is normal, with the patch carried
// out; the copy is normal too. Lists that the patch leaves alone are shared.
func (p patch) apply(m *finding.Month) *finding.Month {
	c := *m
	for _, it := range p {
		if !it.enrol.IsZero() {
			c.Company.Enrolled = it.enrol
		}
	}
	c.Websites = put(m.Websites, p, (*finding.Website).Key)
	c.Computers = put(m.Computers, p, (*finding.Computer).Key)
	c.Vulnerabilities = put(m.Vulnerabilities, p, (*finding.Vulnerability).Key)
	c.Employees = put(m.Employees, p, (*finding.Employee).Key)
	c.Questionnaires = put(m.Questionnaires, p, (*finding.Questionnaire).Key)
	c.Courses = put(m.Courses, p, (*finding.Course).Key)
	c.Phishing = put(m.Phishing, p, (*finding.Phishing).Key)
	c.Custom = putCustom(m.Custom, p)
	return &c
}

// put gives the list with the patch's records of its kind.
func put[T any](list []T, p patch, key func(*T) []string) []T {
	pending := map[string]item{}
	for _, it := range p {
		if _, mine := it.record.(*T); mine && it.custom == "" {
			pending[joined(it.key)] = it
		}
	}
	if len(pending) == 0 {
		return list
	}
	var changed []T
	for i := range list {
		it, found := pending[joined(key(&list[i]))]
		switch {
		case !found:
			changed = append(changed, list[i])
		case !it.gone:
			changed = append(changed, *it.record.(*T))
		}
		if found {
			delete(pending, joined(it.key))
		}
	}
	added := false
	for _, it := range pending {
		if !it.gone {
			changed, added = append(changed, *it.record.(*T)), true
		}
	}
	if added {
		slices.SortFunc(changed, func(a, b T) int { return slices.Compare(key(&a), key(&b)) })
	}
	return changed
}

func putCustom(lists map[string][]finding.Custom, p patch) map[string][]finding.Custom {
	byType := map[string]patch{}
	for _, it := range p {
		if it.custom != "" {
			name := it.custom
			it.custom = "" // so that put takes it
			byType[name] = append(byType[name], it)
		}
	}
	if len(byType) == 0 {
		return lists
	}
	changed := maps.Clone(lists)
	if changed == nil {
		changed = map[string][]finding.Custom{}
	}
	for name, items := range byType {
		changed[name] = put(changed[name], items, func(r *finding.Custom) []string { return r.Key(name) })
		if len(changed[name]) == 0 {
			delete(changed, name)
		}
	}
	return changed
}

// change writes the patch as a change of the month. A record is taken away
// first only where merging alone would not make it what it must be.
func (p patch) change(m *finding.Month) (Change, error) {
	c := Change{Without: []ruling.Key{}}
	with := &finding.Month{Company: finding.Company{ID: m.Company.ID}, Month: m.Month, Zone: m.Zone}
	adds := false
	for _, it := range p {
		if it.gone {
			c.Without = append(c.Without, it.key)
			continue
		}
		adds = true
		one := &finding.Month{Company: with.Company, Month: m.Month, Zone: m.Zone}
		it.addTo(one)
		it.addTo(with)
		before := only(m, it)
		whole, err := Change{With: one}.Apply(before)
		if err != nil {
			return Change{}, err
		}
		if want, err := it.alone(m); err != nil {
			return Change{}, err
		} else if whole.Digest() != want.Digest() {
			c.Without = append(c.Without, it.key)
		}
	}
	if adds {
		c.With = with
	}
	return c, nil
}

// alone is a month that holds the item and nothing else.
func (it item) alone(m *finding.Month) (*finding.Month, error) {
	one := &finding.Month{Company: finding.Company{ID: m.Company.ID}, Month: m.Month, Zone: m.Zone}
	it.addTo(one)
	return one.Normal()
}

// addTo puts the item's record into the month.
func (it item) addTo(m *finding.Month) {
	switch r := it.record.(type) {
	case *finding.Website:
		m.Websites = append(m.Websites, *r)
	case *finding.Computer:
		m.Computers = append(m.Computers, *r)
	case *finding.Vulnerability:
		m.Vulnerabilities = append(m.Vulnerabilities, *r)
	case *finding.Employee:
		m.Employees = append(m.Employees, *r)
	case *finding.Questionnaire:
		m.Questionnaires = append(m.Questionnaires, *r)
	case *finding.Course:
		m.Courses = append(m.Courses, *r)
	case *finding.Phishing:
		m.Phishing = append(m.Phishing, *r)
	case *finding.Custom:
		if m.Custom == nil {
			m.Custom = map[string][]finding.Custom{}
		}
		m.Custom[it.custom] = append(m.Custom[it.custom], *r)
	default:
		m.Company.Enrolled = it.enrol
	}
}

// only is a month with nothing but the record that the item replaces.
func only(m *finding.Month, it item) *finding.Month {
	one := &finding.Month{Company: finding.Company{ID: m.Company.ID}, Month: m.Month, Zone: m.Zone}
	switch it.record.(type) {
	case *finding.Website:
		one.Websites = lookup(m.Websites, it.key, (*finding.Website).Key)
	case *finding.Computer:
		one.Computers = lookup(m.Computers, it.key, (*finding.Computer).Key)
	case *finding.Vulnerability:
		one.Vulnerabilities = lookup(m.Vulnerabilities, it.key, (*finding.Vulnerability).Key)
	case *finding.Employee:
		one.Employees = lookup(m.Employees, it.key, (*finding.Employee).Key)
	case *finding.Questionnaire:
		one.Questionnaires = lookup(m.Questionnaires, it.key, (*finding.Questionnaire).Key)
	case *finding.Course:
		one.Courses = lookup(m.Courses, it.key, (*finding.Course).Key)
	case *finding.Phishing:
		one.Phishing = lookup(m.Phishing, it.key, (*finding.Phishing).Key)
	case *finding.Custom:
		found := lookup(m.Custom[it.custom], it.key, func(r *finding.Custom) []string { return r.Key(it.custom) })
		if len(found) > 0 {
			one.Custom = map[string][]finding.Custom{it.custom: found}
		}
	}
	return one
}

// lookup finds the record with the key in a list sorted by it.
func lookup[T any](list []T, key ruling.Key, of func(*T) []string) []T {
	at, found := slices.BinarySearchFunc(list, key, func(r T, key ruling.Key) int { return slices.Compare(of(&r), key) })
	if !found {
		return nil
	}
	return list[at : at+1]
}

// joined makes one text of a key; ids can't hold the separator, which is not
// valid UTF-8.
func joined(key ruling.Key) string {
	n := 0
	for _, s := range key {
		n += len(s) + 1
	}
	b := make([]byte, 0, n)
	for _, s := range key {
		b = append(append(b, s...), 0xff)
	}
	return string(b)
}

// later is the later of two instants.
func later(a, b time.Time) time.Time {
	if cmp.Compare(a.UnixNano(), b.UnixNano()) < 0 {
		return b
	}
	return a
}
