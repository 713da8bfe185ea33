// Package disclosure makes tables of companies safe to publish: nobody can
// work out from the numbers that are shown what a small group came to.
//
// One function comes first: [Protect].
//
//	shown, err := disclosure.Protect(disclosure.Default(), disclosure.Table{
//		Rows:    []string{"certified", "suspended"},
//		Columns: []string{"north", "south"},
//		Cells:   cells, // who contributed what, by row and column
//	})
//
// A cell is unsafe if fewer than K contributors stand behind it, none included,
// since a zero tells something about everyone else in its row. It is unsafe too if
// the largest contributors make up nearly all of it, for then one of them can
// work out another (the dominance rule). Unsafe cells are hidden, and so are as
// many others as it takes: from all that is shown, the rows and columns that
// add up, and the knowledge that nothing is negative, each unsafe cell could
// still be as large as [Rule] asks. That others were hidden along with it is
// not told.
//
// Each table is protected for itself, and tables given together are hidden at
// the same places, so that one whose numbers go by the other's, as premiums go
// by policy-years, does not tell what the other hides. Other tables about the
// same companies may be set against each other, as may one and that of the month
// after; who publishes several sees to it that they share nothing but totals. A
// total is hidden only if it is unsafe itself or other totals beside it are; the
// total of everything, only if it is unsafe itself.
package disclosure

import (
	"fmt"
	"slices"
)

// Rule says when a cell is unsafe, and how far it must stay in the dark.
type Rule struct {
	// K is how many contributors a cell needs at least. A hidden count could
	// still be K or more.
	K int
	// The largest N contributors must not make up more than Percent of a cell.
	// N of 0: there is no such rule.
	N, Percent int
	// Zeros says that a cell in which nobody stands is safe. Then it may be
	// shown that nobody did something, and so that everybody else did.
	Zeros bool
}

// Default asks for five contributors, of which one makes up no more than three
// quarters.
func Default() Rule { return Rule{K: 5, N: 1, Percent: 75} }

// Table is a two-way table. Totals by row, by column and of everything go with
// it. A table of one column is a list.
type Table struct {
	Name          string
	Rows, Columns []string
	Cells         [][]Cell // by row and column
	// ColumnsDiffer says that the rows do not add up, as with months of which
	// each has all the companies: there are no totals of columns.
	ColumnsDiffer bool
}

// Cell is who contributed what. One contributor may stand in Parts of several
// cells, and with 0, which is as good as not at all.
type Cell struct {
	Ones  int // contributors of 1 each who stand in no other cell, not told apart
	Parts []Contribution
	Never bool // nobody can stand here, as everyone knows: it holds nothing, and is shown so
}

// Contribution is one contributor's part. In a count it is 1.
type Contribution struct {
	Of    string
	Value int64 // 0 to [MaxValue]
}

// MaxValue is the largest contribution, so that no sum overflows.
const MaxValue = 100_000_000_000

// maxContributions is how many a table may hold, for the same reason.
const maxContributions = 10_000_000

// Published is a table that is safe to show.
type Published struct {
	Name          string
	Rows, Columns []string
	ColumnsDiffer bool
	Cells         [][]Shown // a row and a column more than the table: the totals come last
}

// Shown is a number, or the place of one that is hidden: its Value is then 0.
type Shown struct {
	Value  int64
	Hidden bool
}

// Protect hides what is unsafe and what would give it away, in all the tables at
// the same places. It fails for a table or a rule that makes no sense, and for
// tables that differ in size. Which cells are hidden besides is chosen so that
// little is lost, but not proven to be the least.
func Protect(r Rule, tables ...Table) ([]*Published, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	var nets []*network
	for i := range tables {
		t := &tables[i]
		if err := t.check(); err != nil {
			return nil, err
		}
		if first := &tables[0]; len(t.Rows) != len(first.Rows) || len(t.Columns) != len(first.Columns) {
			return nil, fmt.Errorf("the tables %q and %q differ in size", first.Name, t.Name)
		}
		net := newNetwork(t, r)
		net.protect()
		nets = append(nets, net)
	}
	var all []*Published
	for k, t := range tables {
		p := &Published{Name: t.Name, Rows: slices.Clone(t.Rows), Columns: slices.Clone(t.Columns), ColumnsDiffer: t.ColumnsDiffer}
		for i := range nets[k].cells {
			row := make([]Shown, len(nets[k].cells[i]))
			for j, c := range nets[k].cells[i] {
				row[j] = Shown{c.value, false}
				if slices.ContainsFunc(nets, func(n *network) bool { return n.cells[i][j].hidden }) {
					row[j] = Shown{0, true}
				}
			}
			p.Cells = append(p.Cells, row)
		}
		all = append(all, p)
	}
	return all, nil
}

func (r Rule) check() error {
	switch {
	case r.K < 2 || r.K > 1_000_000:
		return fmt.Errorf("k is %d: from 2 to 1000000 contributors are asked for", r.K)
	case r.N < 0 || r.N > 0 && (r.Percent < 50 || r.Percent > 99):
		return fmt.Errorf("the dominance rule asks for %d contributors and %d%%: 50%% to 99%% makes sense", r.N, r.Percent)
	}
	return nil
}

func (t *Table) check() error {
	if len(t.Rows) == 0 || len(t.Columns) == 0 || len(t.Cells) != len(t.Rows) {
		return fmt.Errorf("table %q has %d rows and %d columns, and cells for %d rows", t.Name, len(t.Rows), len(t.Columns), len(t.Cells))
	}
	all := 0
	for i, row := range t.Cells {
		if len(row) != len(t.Columns) {
			return fmt.Errorf("table %q, row %q: %d cells for %d columns", t.Name, t.Rows[i], len(row), len(t.Columns))
		}
		for j, cell := range row {
			if cell.Ones < 0 || cell.Ones > MaxValue {
				return fmt.Errorf("table %q, row %q, column %q: %d contributors of 1", t.Name, t.Rows[i], t.Columns[j], cell.Ones)
			}
			if cell.Never && (cell.Ones > 0 || len(cell.Parts) > 0) {
				return fmt.Errorf("table %q, row %q, column %q: someone stands where nobody can", t.Name, t.Rows[i], t.Columns[j])
			}
			all += len(cell.Parts) + 1
			for _, c := range cell.Parts {
				if c.Value < 0 || c.Value > MaxValue {
					return fmt.Errorf("table %q, row %q, column %q: %q contributed %d, which is outside 0 to %d", t.Name, t.Rows[i], t.Columns[j], c.Of, c.Value, int64(MaxValue))
				}
			}
		}
	}
	if all > maxContributions {
		return fmt.Errorf("table %q holds more than %d contributions", t.Name, maxContributions)
	}
	return nil
}

// whole is what a table holds all together, against which cells are held.
type whole struct {
	value   int64
	average int64 // of a contributor to a cell, rounded up
	safe    bool
}

func (r Rule) whole(t *Table, everything Cell) whole {
	m := r.merge(everything)
	w := whole{value: m.value, average: 1, safe: m.contributors >= int64(r.K) && r.dominated(m) == 0}
	contributors := int64(0)
	for _, row := range t.Cells {
		for _, c := range row {
			contributors += r.merge(c).contributors
		}
	}
	if contributors > 0 {
		w.average = (m.value + contributors - 1) / contributors
	}
	return w
}

// need is by how much more than its value an unsafe cell must be able to be,
// as far as anyone can tell; 0 for a safe cell. One with few contributors must
// be able to be what K average contributors come to, and a fifth more than it
// is; one with dominant contributors, so much that they would not be. But where
// the total of everything is safe to show, no cell is larger than that.
func (r Rule) need(c Cell, w whole) int64 {
	if c.Never {
		return 0
	}
	m := r.merge(c)
	if r.Zeros && m.contributors == 0 {
		return 0
	}
	need := r.dominated(m)
	if m.contributors < int64(r.K) {
		need = max(need, int64(r.K)*w.average-m.value, 1)
		if w.average > 1 {
			need = max(need, m.value/5)
		}
	}
	if need > 0 && w.safe {
		need = min(need, max(1, w.value-m.value))
	}
	return need
}

// dominated is what the cell lacks for its largest contributors to make up no
// more than Percent of it; 0 if it lacks nothing. Those of a count are alike.
func (r Rule) dominated(m merged) int64 {
	percent := int64(r.Percent)
	if r.N == 0 || m.value == m.contributors {
		return 0
	}
	enough := m.top/percent*100 + (m.top%percent*100+percent-1)/percent
	return max(0, enough-m.value)
}

// merged is a cell with each contributor taken once.
type merged struct {
	value        int64
	contributors int64 // of more than 0
	top          int64 // what the N largest contributed
}

func (r Rule) merge(c Cell) merged {
	by := make(map[string]int64, len(c.Parts))
	m := merged{value: int64(c.Ones), contributors: int64(c.Ones)}
	for _, part := range c.Parts {
		by[part.Of] += part.Value
		m.value += part.Value
	}
	var largest []int64
	for _, part := range by {
		if part > 0 {
			m.contributors++
			largest = append(largest, part)
		}
	}
	slices.Sort(largest)
	for rest := r.N; rest > 0; rest-- {
		switch last := len(largest) - 1; {
		case last >= 0: // none is less than 1
			m.top += largest[last]
			largest = largest[:last]
		case c.Ones > 0:
			m.top += int64(min(rest, c.Ones))
			return m
		}
	}
	return m
}
