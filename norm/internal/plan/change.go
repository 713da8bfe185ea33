package plan

import (
	"slices"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
)

// Empty makes the rows of a month in which there are no records yet, for a
// pass that follows a month that changes.
func Empty(m *finding.Month, p finding.Period) *Rows {
	return &Rows{month: m, period: p, lists: make([][]record.Row, len(record.Lists))}
}

// Change puts one record of a list in the place of another; either may be nil.
// What it costs does not depend on the other records. A pass that was changed
// finds how many records decided, not which.
func (p *Pass) Change(list string, from, to any) {
	for i, c := range p.plan.lists {
		if c.list.Name == list {
			p.move(c, &p.tables[i], from, -1)
			p.move(c, &p.tables[i], to, 1)
		}
	}
	clear(p.lets)
}

// Joins tells whether a condition asks about the records of one list for those
// of another: then a pass can't follow a month that changes.
func (p *Plan) Joins() bool { return p.joins > 0 }

// Counted says how many records there are, and how long the longest list of
// texts in any of them is at most.
func (p *Pass) Counted(records, texts int) { p.rows.count, p.rows.texts = records, texts }

func (p *Pass) move(c *counted, t *table, rec any, records int) {
	if rec == nil {
		return
	}
	row := c.list.Row(rec, &p.rows.period)
	if c.bits == 0 {
		if t.records[row] == 0 && !slices.Contains(t.rows, row) {
			t.rows = append(t.rows, row)
		}
		t.records[row] += uint32(records)
		p.add(c, c.answersOf(row), records)
		return
	}
	v := view{pass: p, period: &p.rows.period, rec: rec}
	at := t.place(c, c.class(&v, row))
	t.sizes[at] += uint32(records)
	p.add(c, t.answers[at], records)
}

// Rows are those that the pass went through.
func (p *Pass) Rows() *Rows { return p.rows }
