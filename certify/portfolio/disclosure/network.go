package disclosure

import (
	"cmp"
	"math"
	"slices"
)

// A table with its totals is a network in which numbers flow (Cox, JASA 90,
// 1995): each row and each column is a node, and each cell an arc. What flows
// from the column of totals into a row flows on through its cells into the
// columns, from there through their totals into the row of totals, and through
// the total of everything back to the column of totals. What comes in at a node
// goes out of it, which says that the table adds up.
//
// Another table that shows the same numbers is another flow that differs in the
// hidden arcs only. So an unsafe cell can be larger by an amount if that amount
// can be sent round through its arc over others that are hidden: forwards
// without limit, backwards as far as it leaves nothing negative. Where it can't,
// the cheapest way round tells which arcs to hide.
type network struct {
	cells         [][]arc
	rows, columns int // of the table itself; these indices stand for the totals
}

type arc struct {
	value  int64
	need   int64
	hidden bool
	cost   int64 // of hiding it
	moved  int64 // by which the other table that is being sought differs
}

// What it costs to hide a cell is its value, so that little is lost; totals
// cost more than all cells together, and the total of everything more than all
// totals.
const (
	cellCost  = int64(1)
	mostCost  = int64(1) << 32
	totalCost = int64(1) << 44
	grandCost = int64(1) << 56
)

func newNetwork(t *Table, r Rule) *network {
	n := &network{rows: len(t.Rows), columns: len(t.Columns)}
	rowTotals, columnTotals, everything := make([]Cell, n.rows), make([]Cell, n.columns), Cell{}
	for i, row := range t.Cells {
		for j, c := range row {
			rowTotals[i].add(c)
			columnTotals[j].add(c)
			everything.add(c)
		}
	}
	w := r.whole(t, everything)
	arcs := func(cells []Cell, cost int64, total Cell, totalCost int64) []arc {
		var row []arc
		for _, c := range cells {
			row = append(row, newArc(c, r.need(c, w), cost))
		}
		return append(row, newArc(total, r.need(total, w), totalCost))
	}
	for i, row := range t.Cells {
		n.cells = append(n.cells, arcs(row, cellCost, rowTotals[i], totalCost))
	}
	n.cells = append(n.cells, arcs(columnTotals, totalCost, everything, grandCost))
	if t.ColumnsDiffer { // these are shown nowhere
		for j := range n.cells[n.rows] {
			c := &n.cells[n.rows][j]
			c.hidden, c.need = true, 0
		}
	}
	return n
}

func (c *Cell) add(o Cell) {
	c.Ones += o.Ones
	c.Parts = append(c.Parts, o.Parts...)
}

func newArc(c Cell, need, cost int64) arc {
	a := arc{need: need, hidden: need > 0, cost: cost, value: int64(c.Ones)}
	for _, part := range c.Parts {
		a.value += part.Value
	}
	if cost == cellCost {
		a.cost += min(a.value, mostCost)
	}
	return a
}

// protect hides arcs until each unsafe one can be as large as it needs. Those
// that need most go first, since their ways round serve others too.
func (n *network) protect() {
	type place struct{ i, j int }
	var unsafe []place
	for i := range n.cells {
		for j := range n.cells[i] {
			if n.cells[i][j].need > 0 {
				unsafe = append(unsafe, place{i, j})
			}
		}
	}
	slices.SortStableFunc(unsafe, func(a, b place) int {
		return cmp.Compare(n.cells[b.i][b.j].need, n.cells[a.i][a.j].need)
	})
	for _, at := range unsafe {
		n.raise(at.i, at.j)
	}
}

// raise sends what the arc needs round by the cheapest ways and hides what they
// use. There is always one: every total may rise with the cell.
func (n *network) raise(i, j int) {
	for rest := n.cells[i][j].need; rest > 0; {
		way := n.cheapest(i, j)
		amount := rest
		for _, s := range way {
			if !s.forwards {
				c := &n.cells[s.i][s.j]
				amount = min(amount, c.value+c.moved)
			}
		}
		for _, s := range way {
			c := &n.cells[s.i][s.j]
			if s.forwards {
				c.moved += amount
			} else {
				c.moved -= amount
			}
		}
		rest -= amount
	}
	for i := range n.cells {
		for j := range n.cells[i] {
			c := &n.cells[i][j]
			c.hidden = c.hidden || c.moved != 0
			c.moved = 0
		}
	}
}

// stretch is a cell on a way, taken in the direction of its arc or against it.
type stretch struct {
	i, j     int
	forwards bool
}

// ends gives the nodes of an arc: rows come first, then columns.
func (n *network) ends(i, j int) (from, to int) {
	row, column := i, n.rows+1+j
	if (i == n.rows) == (j == n.columns) {
		return row, column
	}
	return column, row
}

// cheapest finds the cheapest way from where the arc ends to where it begins,
// not through itself, by Dijkstra's method.
func (n *network) cheapest(i, j int) []stretch {
	nodes := n.rows + n.columns + 2
	cost, done, by := make([]int64, nodes), make([]bool, nodes), make([]stretch, nodes)
	for k := range cost {
		cost[k] = math.MaxInt64
	}
	goal, start := n.ends(i, j)
	cost[start] = 0
	for {
		at := -1
		for k := range nodes {
			if !done[k] && cost[k] < math.MaxInt64 && (at < 0 || cost[k] < cost[at]) {
				at = k
			}
		}
		if at < 0 || at == goal {
			break
		}
		done[at] = true
		n.leave(at, func(s stretch, to int) {
			if s.i == i && s.j == j || done[to] {
				return
			}
			if price := cost[at] + n.price(s); price < cost[to] {
				cost[to], by[to] = price, s
			}
		})
	}
	var way []stretch
	for at := goal; at != start; {
		s := by[at]
		way = append(way, s)
		from, to := n.ends(s.i, s.j)
		at = from
		if !s.forwards {
			at = to
		}
	}
	return way
}

// price is what it costs to hide the cell, if it is not hidden yet or will be.
func (n *network) price(s stretch) int64 {
	if c := &n.cells[s.i][s.j]; !c.hidden && c.moved == 0 {
		return c.cost
	}
	return 0
}

// leave goes through the stretches on which something more can be sent from
// the node, in order of row and column.
func (n *network) leave(node int, visit func(s stretch, to int)) {
	try := func(i, j int) {
		from, to := n.ends(i, j)
		switch c := &n.cells[i][j]; {
		case from == node:
			visit(stretch{i, j, true}, to)
		case c.value+c.moved > 0:
			visit(stretch{i, j, false}, from)
		}
	}
	if node <= n.rows {
		for j := range n.columns + 1 {
			try(node, j)
		}
		return
	}
	for i := range n.rows + 1 {
		try(i, node-n.rows-1)
	}
}
