package plan

import (
	"maps"
	"math/bits"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
)

// Rows are a normal month with the row of each of its records. They don't
// change, nor may the month while they are used.
type Rows struct {
	month  *finding.Month
	period finding.Period
	lists  [][]record.Row // as in record.Lists
	count  int            // of all records
	texts  int            // the longest list of texts in any record
}

// Count is the number of the month's records.
func (r *Rows) Count() int { return r.count }

// Texts is how many texts the longest list of them in any record has.
func (r *Rows) Texts() int { return r.texts }

// Pack makes the rows of a month that is checked, merged and sorted.
func Pack(m *finding.Month, p finding.Period) *Rows {
	r := &Rows{month: m, period: p, lists: make([][]record.Row, len(record.Lists)), count: m.Count(), texts: record.LongestTexts(m)}
	all := make([]record.Row, 0, r.count)
	for i, l := range record.Lists {
		from := len(all)
		all = l.Rows(all, m, &r.period)
		r.lists[i] = all[from:len(all):len(all)]
	}
	return r
}

// of gives the rows of the list; nil if it has none.
func (r *Rows) of(l *record.List) []record.Row {
	for i, known := range record.Lists {
		if known == l {
			return r.lists[i]
		}
	}
	return nil
}

// Pass is what one pass over a month came to.
type Pass struct {
	plan   *Plan
	rows   *Rows
	view   view
	counts []count
	lets   []let
	joins  []index
	tables []table // by list of the plan

	want []wanted // likewise; what a decision is looking for, nothing between decisions
}

// count is of the records that one question went through.
type count struct{ yes, no, failed, broken int }

type let struct {
	value record.Value
	known bool
}

// table counts the records of each class of a list.
type table struct {
	records []uint32       // by row
	rows    []record.Row   // those of which there are any
	classes map[uint64]int // by class, where there are loose parts: index in those below
	keys    []uint64
	sizes   []uint32
	answers []answers
	class   []uint32 // of each record: index in keys
	fresh   bool     // whether some answers were not kept from another month
	hits    []bool   // of a decision: by row, or by index in keys
}

// value is what a quantifier or count comes to.
func (c *count) value(op Op) record.Value {
	if c.broken > 0 {
		return fault
	}
	switch op {
	case Exists:
		if c.yes > 0 {
			return record.OfBool(true)
		}
	case All:
		if c.no > 0 {
			return record.OfBool(false)
		}
	}
	if c.failed > 0 {
		return fault
	}
	switch op {
	case Exists:
		return record.OfBool(false)
	case All:
		return record.OfBool(true)
	case ExistsOne:
		return record.OfBool(c.yes == 1)
	}
	return record.OfNumber(int64(c.yes))
}

// Pass goes through the month once. Whoever is done with it says so by
// [Pass.Done].
func (p *Plan) Pass(r *Rows) *Pass {
	pass, _ := p.pool.Get().(*Pass)
	if pass == nil {
		pass = p.pass()
	}
	pass.rows = r
	pass.view = view{pass: pass, period: &r.period}
	for i, c := range p.lists {
		pass.sum(c, &pass.tables[i])
	}
	return pass
}

func (p *Plan) pass() *Pass {
	pass := &Pass{plan: p, counts: make([]count, len(p.sums)), lets: make([]let, p.lets), joins: make([]index, p.joins), tables: make([]table, len(p.lists)), want: make([]wanted, len(p.lists))}
	for i, c := range p.lists {
		words := (len(c.asked) + 63) / 64
		pass.want[i] = wanted{yes: make([]uint64, words), no: make([]uint64, words)}
		if c.bits == 0 {
			pass.tables[i].records = make([]uint32, 1<<c.list.Bits)
			pass.tables[i].hits = make([]bool, 1<<c.list.Bits)
		}
	}
	return pass
}

// Done gives back what the pass was kept in.
func (p *Pass) Done() {
	clear(p.counts)
	clear(p.lets)
	for i := range p.joins {
		p.joins[i].reset()
	}
	for i := range p.tables {
		p.tables[i].reset()
		p.want[i].reset() // a decision that panicked left something
	}
	p.rows, p.view = nil, view{}
	p.plan.pool.Put(p)
}

func (t *table) reset() {
	for _, row := range t.rows {
		t.records[row] = 0
	}
	t.rows, t.keys, t.sizes, t.answers, t.class, t.fresh = t.rows[:0], t.keys[:0], t.sizes[:0], t.answers[:0], t.class[:0], false
	t.classes = emptied(t.classes)
}

// emptied clears the map for the next month; a large one, of which clearing
// takes as long as it once was, is left behind.
func emptied[K comparable, V any](m map[K]V) map[K]V {
	if len(m) > maxKept {
		return map[K]V{}
	}
	clear(m)
	return m
}

// sum counts the classes of a list, and adds up what each answers.
func (p *Pass) sum(c *counted, t *table) {
	if c.bits > 0 {
		p.classify(c, t)
		for i, answers := range t.answers {
			p.add(c, answers, int(t.sizes[i]))
		}
		if t.fresh {
			c.keep(t)
		}
		return
	}
	t.count(p.rowsOf(c))
	for _, row := range t.rows {
		p.add(c, c.answersOf(row), int(t.records[row]))
	}
}

// rowsOf are those of the list; a list of a custom type has rows of nothing.
func (p *Pass) rowsOf(c *counted) []record.Row {
	if rows := p.rows.of(c.list); rows != nil || c.list.Bits > 0 {
		return rows
	}
	return make([]record.Row, c.list.Len(p.rows.month))
}

func (t *table) count(rows []record.Row) {
	records := t.records
	mask := record.Row(len(records) - 1)
	for _, row := range rows {
		row &= mask
		if records[row] == 0 {
			t.rows = append(t.rows, row)
		}
		records[row]++
	}
}

// classify finds the class of each record, by its row and its loose parts.
func (p *Pass) classify(c *counted, t *table) {
	v := view{pass: p, period: &p.rows.period}
	for i, row := range p.rowsOf(c) {
		v.rec = c.list.At(p.rows.month, i)
		at := t.place(c, c.class(&v, row))
		t.sizes[at]++
		t.class = append(t.class, uint32(at))
	}
}

// rowBits are those of a class that hold the row.
const rowBits = 16

// class is that of the record in view.
func (c *counted) class(v *view, row record.Row) uint64 {
	class := uint64(0)
	for _, p := range c.loose {
		class |= tri(p.node.eval(v)) << p.shift
	}
	for _, b := range c.buckets {
		class |= b.place(b.field.Of(v.rec, v.period)) << b.shift
	}
	return uint64(row) | class<<rowBits
}

// place finds where the records of a class are counted.
func (t *table) place(c *counted, key uint64) int {
	at, known := t.classes[key]
	if !known {
		if t.classes == nil {
			t.classes = map[uint64]int{}
		}
		at = len(t.keys)
		t.classes[key] = at
		answers, kept := c.answersTo(key)
		t.fresh = t.fresh || !kept
		t.keys, t.sizes, t.answers = append(t.keys, key), append(t.sizes, 0), append(t.answers, answers)
	}
	return at
}

func tri(v record.Value) uint64 {
	switch {
	case v.True():
		return looseTrue
	case v.False():
		return looseFalse
	}
	return looseFault
}

// add takes in that so many records of a class give these answers.
func (p *Pass) add(c *counted, a answers, records int) {
	for word := 0; word < len(a); word += sets {
		asked := c.asked[word/sets*64:]
		for m := a[word+yes]; m != 0; m &= m - 1 {
			p.counts[asked[bits.TrailingZeros64(m)].sum].yes += records
		}
		for m := a[word+no]; m != 0; m &= m - 1 {
			p.counts[asked[bits.TrailingZeros64(m)].sum].no += records
		}
		for m := a[word+failed]; m != 0; m &= m - 1 {
			p.counts[asked[bits.TrailingZeros64(m)].sum].failed += records
		}
		for m := a[word+broken]; m != 0; m &= m - 1 {
			p.counts[asked[bits.TrailingZeros64(m)].sum].broken += records
		}
	}
}

// answersOf are those of a row, where there are no loose parts.
func (c *counted) answersOf(row record.Row) answers {
	known := c.rows[row].Load()
	if known == nil {
		a := c.ask(&view{row: row})
		known = &a
		c.rows[row].Store(known)
	}
	return *known
}

// maxKept is how many classes of a list are kept from month to month.
const maxKept = 1 << 12

// answersTo are those of a class, and whether they were kept.
func (c *counted) answersTo(key uint64) (a answers, kept bool) {
	if known := c.others.Load(); known != nil {
		if a, kept = (*known)[key]; kept {
			return a, true
		}
	}
	return c.ask(&view{row: record.Row(key), loose: key >> rowBits}), false
}

// keep keeps the answers of a month's classes, as many as there is room for.
func (c *counted) keep(t *table) {
	known := map[uint64]answers{}
	if before := c.others.Load(); before != nil {
		if len(*before) >= maxKept {
			return
		}
		known = maps.Clone(*before)
	}
	for i, key := range t.keys {
		if len(known) >= maxKept {
			break
		}
		known[key] = t.answers[i]
	}
	c.others.Store(&known) // what another has kept meanwhile is asked again
}

// ask evaluates all predicates on a class.
func (c *counted) ask(v *view) answers {
	a := make(answers, sets*((len(c.asked)+63)/64))
	for i := range c.asked {
		if set := c.asked[i].answer(v); set >= 0 {
			a[i/64*sets+set] |= 1 << (i % 64)
		}
	}
	return a
}

// answer is the set that the class is in; negative if a filter leaves it out.
func (a *asked) answer(v *view) int {
	for _, f := range a.filters {
		switch met := f.eval(v); {
		case met.Kind != record.Bool:
			return broken
		case met.False():
			return -1
		}
	}
	if a.where == nil {
		return yes
	}
	switch met := a.where.eval(v); {
	case met.True():
		return yes
	case met.False():
		return no
	}
	return failed
}
