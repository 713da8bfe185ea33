// Package disclosure makes tables of companies safe to publish: nobody can
// work out from the numbers that are shown what a small group came to.
//
// One function comes first: [Protect].
//
//	shown, err := disclosure.Protect(disclosure.Table{
//		Rows:    []string{"certified", "suspended"},
//		Columns: []string{"north", "south"},
//		Cells:   cells, // who contributed what, by row and column
//	}, disclosure.Default())
//
// A cell is unsafe if fewer than K contributors stand behind it, none included:
// a zero tells something about everyone else in its row. It is unsafe too if
// the largest contributors make up nearly all of it, for then one of them can
// work out another (the dominance rule). Unsafe cells are hidden, and so are as
// many others as it takes: from all that is shown, the rows and columns that
// add up, and the knowledge that nothing is negative, each unsafe cell could
// still be as large as [Rule] asks. That others were hidden along with it is
// not told.
//
// What is protected is one table. Two tables about the same companies may be
// set against each other, as may one table and that of the month after; who
// publishes several sees to it that they share nothing but totals that are safe
// and never hidden. A total is hidden only if it is unsafe itself or other
// totals beside it are; the total of everything, only if it is unsafe itself.
package disclosure

import (
	"cmp"
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

// Cell is who contributed what. One contributor may stand in several cells,
// and with 0, which is as good as not at all.
type Cell []Contribution

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

// Protect hides what is unsafe and what would give it away. It fails for a
// table or a rule that makes no sense. Which cells are hidden besides is chosen
// so that little is lost, but not proven to be the least.
func Protect(t Table, r Rule) (*Published, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	net := newNetwork(t, r)
	net.protect()
	p := &Published{Name: t.Name, Rows: slices.Clone(t.Rows), Columns: slices.Clone(t.Columns), ColumnsDiffer: t.ColumnsDiffer}
	for i := range net.cells {
		row := make([]Shown, len(net.cells[i]))
		for j, c := range net.cells[i] {
			if row[j].Hidden = c.hidden; !c.hidden {
				row[j].Value = c.value
			}
		}
		p.Cells = append(p.Cells, row)
	}
	return p, nil
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
			all += len(cell)
			for _, c := range cell {
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
	average int64 // of a contributor, rounded up
	safe    bool
}

func (r Rule) whole(everything Cell) whole {
	value, parts := merged(everything)
	w := whole{value: value, average: 1, safe: len(parts) >= r.K && r.dominated(value, parts) == 0}
	if len(parts) > 0 {
		w.average = (value + int64(len(parts)) - 1) / int64(len(parts))
	}
	return w
}

// need is by how much more than its value an unsafe cell must be able to be,
// as far as anyone can tell; 0 for a safe cell. One with few contributors must
// be able to be what K average contributors come to, and a fifth more than it
// is; one with dominant contributors, so much that they would not be. But where
// the total of everything is safe to show, no cell is larger than that.
func (r Rule) need(c Cell, w whole) int64 {
	value, parts := merged(c)
	need := r.dominated(value, parts)
	if len(parts) < r.K {
		need = max(need, int64(r.K)*w.average-value, 1)
		if w.average > 1 {
			need = max(need, value/5)
		}
	}
	if need > 0 && w.safe {
		need = min(need, max(1, w.value-value))
	}
	return need
}

// dominated is what the cell lacks for its largest contributors to make up no
// more than Percent of it; 0 if it lacks nothing.
func (r Rule) dominated(value int64, parts []int64) int64 {
	top := int64(0)
	for _, part := range parts[:min(r.N, len(parts))] {
		top += part
	}
	if r.N == 0 || int64(r.Percent)*(value/100)+int64(r.Percent)*(value%100)/100 >= top {
		return 0
	}
	return (top/int64(r.Percent)+1)*100 - value
}

// merged is a cell's sum and what each contributor gave, largest first,
// without those who gave nothing.
func merged(c Cell) (sum int64, parts []int64) {
	by := make(map[string]int64, len(c))
	for _, part := range c {
		by[part.Of] += part.Value
		sum += part.Value
	}
	for _, part := range by {
		if part > 0 {
			parts = append(parts, part)
		}
	}
	slices.SortFunc(parts, func(a, b int64) int { return cmp.Compare(b, a) })
	return sum, parts
}
